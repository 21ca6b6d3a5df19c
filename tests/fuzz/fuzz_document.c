/* A received document: read, validated by the tables and by libxml2, which must not reject what the tables
 * accept, and checked as verify does it. */
#include "record/checks.h"
#include "v08/cda_read.h"
#include "v08/schemas.h"
#include "fuzz.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed)
{
    return fuzz_mutate_spans(data, n, room, seed, "<>\"");
}

static void validate(struct kp_context *ctx, const struct kp_tree *tree, const char *bytes, size_t n)
{
    static struct kp_validator v;
    const char *where = NULL;
    if (!v.document)
        FUZZ_ASSERT(kp_schemas_load(ctx, NULL, &v.schemas) == KP_OK && kp_validator_start(ctx, &v) == KP_OK);
    (void)kp_tree_check(tree, v.document, true);
    const enum kp_status quick = kp_xml_check_finish(v.document, &where);
    FUZZ_ASSERT(quick == KP_OK || (quick == KP_E_FAULT && where));
    const enum kp_status whole = kp_xml_check_again(v.document, bytes, n, &where);
    FUZZ_ASSERT(quick != KP_OK || whole == KP_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct kp_context ctx;
    struct kp_tree tree;
    struct kp_document document;
    enum kp_xml_fault fault = KP_XML_SOUND;
    unsigned long line = 0;
    fuzz_begin(&ctx);
    struct kp_findings findings = {.arena = &ctx.arena};
    if (kp_xml_read(&ctx.arena, (const char *)data, n, &tree, &fault, &line) == KP_OK) {
        if (!tree.alien)
            validate(&ctx, &tree, (const char *)data, n);
        if (strcmp(tree.root->name, "ClinicalDocument") == 0 &&
            kp_cda_read(&ctx.tables, &tree, &ctx.arena, &findings, &document) == KP_OK) {
            const struct kp_check_context context = {
                .as_of = {2026, 4, 1}, .report = "10", .programme = "010", .received = true};
            kp_check_record(&document.record, &context, &findings);
        }
        for (const struct kp_finding *f = findings.first; f; f = f->next)
            kp_diag_send(&ctx.diag, "a.xml", 1, f);
    }
    kp_context_release(&ctx);
    return 0;
}
