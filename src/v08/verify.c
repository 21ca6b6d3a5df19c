/* kp_verify: checks bundles as their receiver would: the archive, each document, and both against the
 * disclosure log. Reports faults as it finds them; writes no file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/keyset.h"
#include "base/status.h"
#include "record/checks.h"
#include "log/compare_log.h"
#include "log/log_key.h"
#include "v08/archive.h"
#include "v08/cda_read.h"
#include "v08/standard.h"

enum { WORD_BITS = 64, SERIALS = 1000000 };

/* One call, which may check many bundles. */
struct verifier {
    struct kp_context ctx;
    const struct kp_verify_options *options;
    struct kp_archive_schemas schemas;
    struct kp_password password;
    struct kp_arena memory; /* of the verdicts */
    struct kp_verdict *verdicts;
};

struct bundle {
    struct verifier *v;
    struct kp_archive archive;
    struct kp_keyset people; /* identity -> number of the document, from 1 */
    uint64_t n_seen, n_read; /* documents so far, and those of them that are readable */
    struct kp_arena scratch; /* of the current document */
    struct kp_compare compare;
    char sha256[KP_SHA256_HEX + 1];
    uint64_t serials[SERIALS / WORD_BITS]; /* bits: serial numbers of document names so far */
};

/* --- one document --- */

/* The name is h, 10 digits of the author, YYYYMMDD, N, 実施区分, 6 digits. */
static void check_name(struct bundle *b, const struct kp_document *d)
{
    struct kp_archive *a = &b->archive;
    const char *file = strrchr(a->document, '/') + 1;
    char number[11], day[9], n_and_event[3], serial[7] = "";
    int n = 0;
    (void)sscanf(file, "h%10[0-9]%8[0-9]%2[0-9]%6[0-9].xml%n", number, day, n_and_event, serial, &n);
    if (n == 0 || file[n] || strlen(serial) != 6) {
        kp_archive_fault(a, a->document, KP_K_MEMBER_FREE_NAME);
        return;
    }
    if (kp_date_is_set(d->created) && kp_date_compare(kp_date_of(day), d->created) != 0)
        kp_archive_fault(a, a->document, KP_K_DAY_DIFFERS, "effectiveTime");
    if (strcmp(number, d->author.number) != 0)
        kp_archive_fault(a, a->document, KP_K_MEMBER_NUMBER, "author");
    unsigned long at = strtoul(serial, NULL, 10);
    uint64_t *word = &b->serials[at / WORD_BITS], bit = (uint64_t)1 << at % WORD_BITS;
    if (*word & bit)
        kp_archive_fault(a, a->document, KP_K_MEMBER_SERIAL, NULL, serial);
    *word |= bit;
}

/* The document must be for the receiver of the index and of the archive's name. */
static void check_receiver(struct bundle *b, const struct kp_document *d)
{
    struct kp_archive *a = &b->archive;
    const char *insurer = d->record.field[KP_F_INSURER_NUMBER];
    bool by_index = *a->index.receiver && strcmp(insurer, a->index.receiver) != 0;
    bool by_name = *a->name.receiver && strcmp(insurer, a->name.receiver) != 0;
    if (*insurer && (by_index || by_name))
        kp_archive_fault(a, a->document, KP_K_RECEIVER_DIFFERS, kp_field_name(KP_F_INSURER_NUMBER),
                         by_index ? KP_INDEX_FILE : a->base);
}

static enum kp_status check_person(struct bundle *b, const struct kp_record *record)
{
    uint32_t before = 0;
    char *identity = kp_identity_text(&b->scratch, kp_identity_of_record(record));
    enum kp_map_put put =
        identity ? kp_keyset_put(&b->people, identity, (uint32_t)b->n_seen, &before) : KP_MAP_NO_MEMORY;
    if (put == KP_MAP_EXISTED)
        kp_archive_fault(&b->archive, b->archive.document, KP_K_PERSON_TWICE, NULL,
                         kp_arena_printf(&b->scratch, "%u", (unsigned)before));
    return put == KP_MAP_NO_MEMORY ? kp_no_memory(&b->v->ctx) : KP_OK;
}

/* Reports all findings about the record. Returns KP_E_FAULT if the document cannot be read. */
static enum kp_status read_document(struct bundle *b, struct kp_document *d)
{
    struct kp_context *ctx = &b->v->ctx;
    struct kp_archive *a = &b->archive;
    struct kp_tree tree;
    struct kp_findings findings = {.arena = &b->scratch};
    KP_TRY(kp_archive_tree(a, &b->scratch, &tree));
    if (kp_cda_read(&ctx->tables, &tree, &b->scratch, &findings, d) == KP_OK) {
        struct kp_date today = kp_date_in_japan(ctx->env->now(ctx->env->ctx));
        const struct kp_check_context context = {.as_of = kp_date_is_set(d->created) ? d->created : today,
                                                 .age_rule = b->v->options->age_rule,
                                                 .report = d->record.field[KP_F_REPORT_CATEGORY],
                                                 .programme = d->record.field[KP_F_PROGRAMME],
                                                 .received = true};
        kp_check_record(&d->record, &context, &findings);
    }
    if (b->scratch.failed && !b->scratch.full)
        return kp_no_memory(&b->v->ctx);
    for (const struct kp_finding *f = findings.first; f; f = f->next)
        kp_archive_report(a, a->document, f->line, f);
    if (!b->scratch.failed)
        return KP_OK;
    kp_archive_fault(a, a->document, KP_K_XML_TOO_LARGE); /* no document of one person needs that much */
    return KP_E_FAULT;
}

static enum kp_status check_document(struct bundle *b)
{
    struct kp_document d;
    kp_arena_reset(&b->scratch);
    KP_TRY(read_document(b, &d));
    check_name(b, &d);
    check_receiver(b, &d);
    KP_TRY(check_person(b, &d.record));
    if (b->v->options->log)
        KP_TRY(kp_compare_add(&b->compare, strrchr(b->archive.document, '/') + 1, &d.record));
    b->n_read++;
    return KP_OK;
}

/* --- one bundle --- */

static enum kp_status check_documents(struct bundle *b)
{
    struct kp_context *ctx = &b->v->ctx;
    struct kp_archive *a = &b->archive;
    for (;;) {
        KP_TRY(kp_archive_next(a));
        if (!a->document)
            return KP_OK;
        b->n_seen++;
        enum kp_status st = check_document(b);
        if (st != KP_E_FAULT) /* one faulty document does not hide the others */
            KP_TRY(st);
        if (ctx->env->progress)
            ctx->env->progress(ctx->env->ctx, b->n_seen, a->n_documents);
        KP_TRY(kp_check_cancelled(ctx));
    }
}

static void report_difference(void *ctx, const char *document, enum kp_code code, const char *what)
{
    struct kp_archive *archive = ctx;
    char member[KP_UNZIP_MAX_NAME + sizeof("DATA/")];
    (void)snprintf(member, sizeof(member), "DATA/%s", document ? document : "");
    if (document)
        kp_archive_fault(archive, member, code, what);
    else
        kp_archive_fault(archive, NULL, code, NULL, what);
}

static enum kp_status compare_with_log(struct bundle *b)
{
    char *file = kp_arena_printf(&b->archive.arena, "%s.zip", b->archive.base);
    if (!file)
        return kp_no_memory(&b->v->ctx);
    KP_TRY(kp_compare_log(&b->compare, b->v->options->log, file, b->sha256));
    b->archive.faults += b->compare.log_faulty;
    return KP_OK;
}

static enum kp_status conclude(const struct bundle *b, struct kp_verdict *verdict)
{
    const struct kp_archive *a = &b->archive;
    struct kp_arena *memory = &b->v->memory;
    size_t n = 0;
    char day[11] = "";
    struct kp_count *codes = kp_arena_alloc(memory, (a->n_codes + 1) * sizeof(*codes));
    if (!codes)
        return kp_no_memory(&b->v->ctx);
    for (unsigned code = 0; code < KP_CODES_END; code++)
        if (a->n_by_code[code] > 0)
            codes[n++] = (struct kp_count){kp_arena_printf(memory, "K%04u", code), a->n_by_code[code]};
    if (kp_date_is_set(a->index.created))
        kp_date_iso(a->index.created, day);
    *verdict = (struct kp_verdict){.path = kp_arena_strdup(memory, a->path),
                                   .sha256 = kp_arena_strdup(memory, b->sha256),
                                   .sender_number = kp_arena_strdup(memory, a->index.sender),
                                   .receiver_number = kp_arena_strdup(memory, a->index.receiver),
                                   .created = kp_arena_strdup(memory, day),
                                   .documents = b->n_read,
                                   .faults = a->faults,
                                   .warnings = a->warnings,
                                   .by_code = codes,
                                   .n_codes = n};
    return memory->failed ? kp_no_memory(&b->v->ctx) : KP_OK;
}

/* A longer file that is no archive is not read to its end for its digest. */
enum { NEEDLESS_BYTES = 64 << 20 };

static enum kp_status verify_bundle(struct verifier *v, const char *path, struct kp_verdict *verdict)
{
    struct bundle b = {.v = v,
                       .compare = {.ctx = &v->ctx,
                                   .arena = &b.archive.arena,
                                   .report = report_difference,
                                   .report_ctx = &b.archive}};
    uint8_t digest[KP_SHA256_BYTES];
    enum kp_status st = kp_archive_open(&b.archive, &v->ctx, &v->schemas, &v->password, path, false);
    const bool useless =
        st == KP_E_FAULT && b.archive.zip.fault != KP_ZIP_SOUND && b.archive.zip.file_bytes > NEEDLESS_BYTES;
    if (st == KP_OK)
        st = check_documents(&b);
    if (st != KP_OK && st != KP_E_FAULT)
        goto out;
    enum kp_status hashed = useless ? KP_E_INPUT : kp_file_sha256(v->ctx.io, b.archive.contents, digest);
    if (hashed == KP_E_SYSTEM) {
        st = kp_no_memory(&v->ctx);
        goto out;
    }
    if (hashed == KP_OK)
        kp_sha256_hex(digest, b.sha256);
    if (st == KP_OK && v->options->log && !b.archive.loose)
        KP_TRY_OUT(compare_with_log(&b));
    st = conclude(&b, verdict);
out:
    kp_archive_close(&b.archive);
    kp_arena_release(&b.scratch);
    kp_keyset_release(&b.people);
    kp_compare_release(&b.compare);
    return st;
}

/* --- the call --- */

static enum kp_status set_up(struct verifier *v, const struct kp_env *env)
{
    const struct kp_verify_options *options = v->options;
    KP_TRY(kp_context_init(&v->ctx, &options->common, env));
    KP_TRY(kp_context_load_tables(&v->ctx));
    KP_TRY(kp_password_read(&v->ctx, options->password_file, &v->password));
    KP_TRY(kp_schemas_load(&v->ctx, NULL, &v->schemas.profile.schemas));
    KP_TRY(kp_validator_start(&v->ctx, &v->schemas.profile));
    if (options->xsd) {
        KP_TRY(kp_schemas_load(&v->ctx, options->xsd, &v->schemas.official.schemas));
        KP_TRY(kp_validator_start(&v->ctx, &v->schemas.official));
        v->schemas.official_given = true;
    }
    v->verdicts = kp_arena_alloc(&v->memory, (options->n_bundles + 1) * sizeof(*v->verdicts));
    return v->verdicts ? KP_OK : kp_no_memory(&v->ctx);
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
    *memory = v->memory; /* the arena contains its own descriptor; kp_verdicts_free copies it out first */
    *ret_verdicts =
        (struct kp_verdicts){.bundles = v->verdicts, .n_bundles = options->n_bundles, .memory = memory};
    v->memory = (struct kp_arena){0};
    return sound ? KP_OK : KP_E_FAULT;
}

enum kp_status kp_verify(const struct kp_verify_options *options, const struct kp_env *env,
                         struct kp_verdicts *ret_verdicts)
{
    struct verifier v = {.options = options};
    enum kp_status st = set_up(&v, env);
    for (size_t i = 0; st == KP_OK && i < options->n_bundles; i++)
        st = verify_bundle(&v, options->bundles[i], &v.verdicts[i]);
    if (st == KP_OK)
        st = hand_over(&v, ret_verdicts);
    kp_password_wipe(&v.password);
    st = kp_context_finish(&v.ctx, st);
    kp_validator_free(&v.schemas.profile);
    kp_validator_free(&v.schemas.official);
    kp_context_release(&v.ctx);
    kp_arena_release(&v.memory);
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
