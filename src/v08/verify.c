/*
 * kp_verify: bundles as their receiver sees them. The archive first, then document by document, last what the
 * log says. Findings are told as they come; nothing is written anywhere.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/keyset.h"
#include "base/status.h"
#include "record/checks.h"
#include "log/compare_log.h"
#include "v08/archive.h"

enum { WORD_BITS = 64, SERIALS = 1000000 };

struct verifier {
    struct kp_context ctx;
    const struct kp_verify_options *options;
    struct kp_date today;
    struct kp_schemas profile;
    struct kp_archive_checks checks;
    struct kp_arena memory; /* of the verdicts */
    struct kp_verdict *verdicts;
};

struct bundle {
    struct verifier *v;
    struct kp_archive archive;
    struct kp_keyset people; /* identity -> number of the document, from 0 */
    uint64_t *serials;       /* bits: those of members that follow the grammar */
    uint64_t n_documents;    /* read */
    struct kp_compare witness;
    char sha256[KP_SHA256_HEX + 1];
};

/* --- one document --- */

struct document_name {
    char number[11], day[9], serial[7];
};

/* h, 10 digits of the author, day, N, 実施区分, 6 digits. */
static bool parse_document_name(const char *name, struct document_name *ret)
{
    enum { DIGITS = 26 };
    if (name[0] != 'h' || strspn(name + 1, "0123456789") != DIGITS || strcmp(name + 1 + DIGITS, ".xml") != 0)
        return false;
    (void)snprintf(ret->number, sizeof(ret->number), "%s", name + 1);
    (void)snprintf(ret->day, sizeof(ret->day), "%s", name + 11);
    (void)snprintf(ret->serial, sizeof(ret->serial), "%s", name + 21);
    return true;
}

static void check_name(struct bundle *b, const char *member, const struct kp_document *d)
{
    struct document_name name;
    struct kp_date day;
    const char *file = strrchr(member, '/') + 1;
    if (!parse_document_name(file, &name)) {
        kp_archive_fault(&b->archive, member, KP_K_MEMBER_FREE_NAME, NULL, NULL, NULL);
        return;
    }
    if (kp_date_is_set(d->created) &&
        (kp_date_parse(name.day, &day, NULL) != KP_DATE_OK || kp_date_compare(day, d->created) != 0))
        kp_archive_fault(&b->archive, member, KP_K_DAY_DIFFERS, "effectiveTime", NULL, NULL);
    if (strcmp(name.number, d->author.number) != 0)
        kp_archive_fault(&b->archive, member, KP_K_MEMBER_NUMBER, "author", NULL, NULL);
    unsigned long serial = strtoul(name.serial, NULL, 10);
    uint64_t *word = &b->serials[serial / WORD_BITS], bit = (uint64_t)1 << serial % WORD_BITS;
    if (*word & bit)
        kp_archive_fault(&b->archive, member, KP_K_MEMBER_SERIAL, NULL, name.serial, NULL);
    *word |= bit;
}

/* Receiver of the archive's own name and index against the document. */
static void check_against_archive(struct bundle *b, const char *member, const struct kp_document *d)
{
    const struct kp_archive *a = &b->archive;
    const char *insurer = d->record.field[KP_F_INSURER_NUMBER];
    if (!*insurer)
        return; /* told */
    if (a->has_index && *a->index.receiver && strcmp(insurer, a->index.receiver) != 0)
        kp_archive_fault(&b->archive, member, KP_K_RECEIVER_DIFFERS, kp_field_name(KP_F_INSURER_NUMBER),
                         "ix08_V08.xml", NULL);
    else if (*a->name.receiver && strcmp(insurer, a->name.receiver) != 0)
        kp_archive_fault(&b->archive, member, KP_K_RECEIVER_DIFFERS, kp_field_name(KP_F_INSURER_NUMBER),
                         a->base, NULL);
}

static enum kp_status check_twice(struct bundle *b, const char *member, uint32_t number,
                                  const struct kp_record *record, struct kp_arena *scratch)
{
    const char *const *f = record->field;
    uint32_t before = 0;
    char *identity =
        kp_identity(scratch, f[KP_F_INSURER_NUMBER], f[KP_F_INSURED_SYMBOL], f[KP_F_INSURED_NUMBER],
                    f[KP_F_INSURED_BRANCH], f[KP_F_BIRTH_DATE], f[KP_F_EXAM_DATE]);
    enum kp_map_put put = identity ? kp_keyset_put(&b->people, identity, number, &before) : KP_MAP_NO_MEMORY;
    if (put == KP_MAP_EXISTED)
        kp_archive_fault(&b->archive, member, KP_K_PERSON_TWICE, NULL,
                         kp_arena_printf(scratch, "%u", (unsigned)before + 1), NULL);
    return put == KP_MAP_NO_MEMORY ? KP_E_SYSTEM : KP_OK;
}

/* KP_E_FAULT: there is no document that could be looked at; that was told. */
static enum kp_status read_document(struct bundle *b, const struct kp_zip_member *member, const char *name,
                                    struct kp_arena *scratch, struct kp_document *ret_document)
{
    struct kp_context *ctx = &b->v->ctx;
    struct kp_tree tree;
    struct kp_findings findings = {.arena = scratch};
    enum kp_status st = kp_archive_tree(&b->archive, member, name, false, scratch, &tree);
    if (st != KP_OK)
        return st;
    if (kp_cda_read(&ctx->tables, &tree, scratch, &findings, ret_document) == KP_OK) {
        const char *const *f = ret_document->record.field;
        const struct kp_check_context context = {
            .as_of = kp_date_is_set(ret_document->created) ? ret_document->created : b->v->today,
            .age_rule = b->v->options->age_rule,
            .report = f[KP_F_REPORT_CATEGORY],
            .programme = f[KP_F_PROGRAMME],
            .received = true};
        kp_check_record(&ret_document->record, &context, &findings);
    }
    for (const struct kp_finding *f = findings.first; f; f = f->next)
        kp_archive_tell(&b->archive, name, f->line, f);
    if (!scratch->failed)
        return KP_OK;
    kp_archive_fault(&b->archive, name, KP_K_XML_TOO_LARGE, NULL, NULL,
                     NULL); /* no person's document needs that much */
    return KP_E_FAULT;
}

/* name is live only until the next document is asked for. */
static enum kp_status check_document(struct bundle *b, const struct kp_zip_member *member, const char *name,
                                     uint32_t number, struct kp_arena *scratch)
{
    enum kp_status st = KP_OK;
    struct kp_document d;
    KP_TRY(read_document(b, member, name, scratch, &d));
    check_name(b, name, &d);
    check_against_archive(b, name, &d);
    st = check_twice(b, name, number, &d.record, scratch);
    if (st == KP_OK && b->v->options->log)
        st = kp_compare_add(&b->witness, strrchr(name, '/') + 1, &d.record);
    if (st != KP_OK)
        return kp_no_memory(&b->v->ctx);
    b->n_documents++;
    return st;
}

static enum kp_status check_documents(struct bundle *b)
{
    enum kp_status st = KP_OK;
    const struct kp_env *env = b->v->ctx.env;
    struct kp_arena scratch = {0};
    b->serials = kp_arena_alloc(&b->archive.arena, (SERIALS / WORD_BITS) * sizeof(*b->serials));
    if (!b->serials ||
        kp_compare_begin(&b->witness, b->v->options->log ? b->archive.n_documents : 0) != KP_OK)
        return kp_no_memory(&b->v->ctx);
    for (uint32_t n = 0;; n++) {
        struct kp_zip_member member;
        const char *name = NULL;
        bool end = false;
        KP_TRY_OUT(kp_archive_next(&b->archive, &member, &name, &end));
        if (end)
            break;
        kp_arena_reset(&scratch);
        st = check_document(b, &member, name, n, &scratch);
        if (st == KP_E_FAULT) /* told; the others may be read */
            st = KP_OK;
        KP_TRY_OUT(st);
        if (env->progress)
            env->progress(env->ctx, n + 1, b->archive.n_documents);
        if (env->cancel && *env->cancel)
            KP_TRY_OUT(kp_fail(&b->v->ctx.diag, KP_E_SYSTEM, KP_K_CANCELLED, KP_NOWHERE));
    }
out:
    kp_arena_release(&scratch);
    return st;
}

/* --- the log --- */

static void about_log(void *ctx, uint64_t line, enum kp_log_fault fault)
{
    struct bundle *b = ctx;
    const struct kp_verify_options *options = b->v->options;
    b->archive.faults++;
    kp_warn(&b->v->ctx.diag, KP_K_LOG_FAULTY, kp_at(options->log, line),
            kp_log_fault_text(fault, options->common.lang));
}

static void about_bundle(void *ctx, enum kp_code code, const char *arg)
{
    struct bundle *b = ctx;
    kp_archive_fault(&b->archive, NULL, code, NULL, arg, NULL);
}

static void about_document(void *ctx, const char *name, enum kp_code code, const char *where)
{
    struct bundle *b = ctx;
    char member[KP_UNZIP_MAX_NAME + sizeof("DATA/")];
    (void)snprintf(member, sizeof(member), "DATA/%s", name);
    kp_archive_fault(&b->archive, member, code, where, NULL, NULL);
}

static enum kp_status ask_log(struct bundle *b)
{
    struct kp_context *ctx = &b->v->ctx;
    const struct kp_compare_report report = {about_log, about_bundle, about_document, b};
    const char *log = b->v->options->log;
    char *file = kp_arena_printf(&b->archive.arena, "%s.zip", b->archive.base);
    if (!file)
        return kp_no_memory(ctx);
    errno = kp_path_exists(log)
                ? 0
                : ENOENT; /* for an export no log is an empty one; here it was named to be asked */
    if (errno == 0 && kp_compare_ask(&b->witness, ctx->io, log, file, b->sha256, &report) == KP_OK)
        return KP_OK;
    return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_LOG_UNUSABLE, kp_in(log), strerror(errno ? errno : EIO));
}

/* --- one bundle --- */

static int by_code(const void *a, const void *b)
{
    const struct kp_count *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static enum kp_status conclude(const struct bundle *b, struct kp_verdict *verdict)
{
    const struct kp_archive *a = &b->archive;
    struct kp_arena *memory = &b->v->memory;
    struct kp_count *codes = kp_arena_alloc(memory, (a->n_codes + 1) * sizeof(*codes));
    char day[11] = "";
    if (!codes)
        return kp_no_memory(&b->v->ctx);
    for (size_t i = 0; i < a->n_codes; i++)
        codes[i] =
            (struct kp_count){kp_arena_printf(memory, "K%04u", (unsigned)a->codes[i].code), a->codes[i].n};
    if (kp_date_is_set(a->index.created))
        kp_date_iso(a->index.created, day);
    *verdict = (struct kp_verdict){.path = kp_arena_strdup(memory, a->path),
                                   .sha256 = kp_arena_strdup(memory, b->sha256),
                                   .sender_number = kp_arena_strdup(memory, a->index.sender),
                                   .receiver_number = kp_arena_strdup(memory, a->index.receiver),
                                   .created = kp_arena_strdup(memory, day),
                                   .documents = b->n_documents,
                                   .faults = a->faults,
                                   .warnings = a->warnings,
                                   .by_code = codes,
                                   .n_codes = a->n_codes};
    if (memory->failed)
        return kp_no_memory(&b->v->ctx);
    if (a->n_codes)
        qsort(codes, a->n_codes, sizeof(*codes), by_code);
    return KP_OK;
}

static enum kp_status verify_bundle(struct verifier *v, const char *path, struct kp_verdict *verdict)
{
    struct bundle b = {.v = v, .witness = {.tables = &v->ctx.tables}};
    uint8_t digest[KP_SHA256_BYTES];
    enum kp_status st = kp_archive_open(&b.archive, &v->ctx, &v->checks, path, false);
    b.witness.arena = &b.archive.arena;
    if (st == KP_OK)
        st = check_documents(&b);
    if (st != KP_OK && st != KP_E_FAULT)
        goto out;
    if (kp_file_sha256(v->ctx.io, path, digest) == KP_OK)
        kp_sha256_hex(digest, b.sha256);
    if (st == KP_OK && v->options->log)
        KP_TRY_OUT(ask_log(&b));
    st = conclude(&b, verdict);
out:
    kp_archive_close(&b.archive);
    kp_keyset_release(&b.people);
    kp_compare_end(&b.witness);
    return st;
}

/* --- all of them --- */

static enum kp_status set_up(struct verifier *v, const struct kp_verify_options *options,
                             const struct kp_env *env)
{
    enum kp_status st = KP_OK;
    v->options = options;
    KP_TRY(kp_context_init(&v->ctx, &options->common, env));
    KP_TRY(kp_context_load_tables(&v->ctx));
    v->today = kp_date_in_japan(env->now(env->ctx));
    KP_TRY(kp_schemas_load(&v->ctx, NULL, &v->profile));
    if (options->xsd)
        KP_TRY(kp_schemas_load(&v->ctx, options->xsd, &v->checks.schemas));
    KP_TRY(kp_xml_check_new(v->profile.document, &v->checks.document));
    KP_TRY(kp_xml_check_new(v->profile.index, &v->checks.index));
    if (options->xsd) {
        KP_TRY(kp_xml_check_new(v->checks.schemas.document, &v->checks.official_document));
        KP_TRY(kp_xml_check_new(v->checks.schemas.index, &v->checks.official_index));
        v->checks.official_asked_for = true;
    }
    v->verdicts = kp_arena_alloc(&v->memory, (options->n_bundles + 1) * sizeof(*v->verdicts));
    if (!v->verdicts)
        st = kp_no_memory(&v->ctx);
    return st;
}

static void tear_down(struct verifier *v)
{
    kp_xml_check_free(v->checks.document);
    kp_xml_check_free(v->checks.index);
    kp_archive_forget_official(&v->checks);
    kp_schemas_free(&v->profile);
    kp_context_release(&v->ctx);
    kp_arena_release(&v->memory);
}

static enum kp_status hand_over(struct verifier *v, struct kp_verdicts *ret_verdicts)
{
    const struct kp_verify_options *options = v->options;
    bool sound = true;
    struct kp_arena *memory = kp_arena_alloc(&v->memory, sizeof(*memory));
    if (!memory)
        return kp_no_memory(&v->ctx);
    for (size_t i = 0; i < options->n_bundles; i++)
        sound &= v->verdicts[i].faults == 0 && !(options->common.strict && v->verdicts[i].warnings > 0);
    *memory = v->memory; /* the arena carries its own descriptor; freeing starts from a copy */
    *ret_verdicts =
        (struct kp_verdicts){.bundles = v->verdicts, .n_bundles = options->n_bundles, .memory = memory};
    v->memory = (struct kp_arena){0};
    return sound ? KP_OK : KP_E_FAULT;
}

enum kp_status kp_verify(const struct kp_verify_options *options, const struct kp_env *env,
                         struct kp_verdicts *ret_verdicts)
{
    struct verifier v = {0};
    enum kp_status st = set_up(&v, options, env);
    for (size_t i = 0; st == KP_OK && i < options->n_bundles; i++)
        st = verify_bundle(&v, options->bundles[i], &v.verdicts[i]);
    if (st == KP_OK)
        st = hand_over(&v, ret_verdicts);
    st = kp_context_finish(&v.ctx, st);
    tear_down(&v);
    return st;
}

void kp_verdicts_free(struct kp_verdicts *verdicts)
{
    if (verdicts->memory) {
        struct kp_arena memory = *(struct kp_arena *)verdicts->memory;
        kp_arena_release(&memory);
    }
    *verdicts = (struct kp_verdicts){0};
}
