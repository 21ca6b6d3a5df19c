#include "tables/tables.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "tables/tablefile.h"

static enum kp_status load_prefectures(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "prefectures.csv", "code name", sizeof(struct kp_prefecture)));
    struct kp_prefecture *rows = f->rows;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        rows[i] = (struct kp_prefecture){kp_cell(f, i, 0), kp_cell(f, i, 1)};
        if (!kp_is_digits(rows[i].code, 2) || !*rows[i].name)
            return kp_table_bad(f, i, "a prefecture has two digits and a name, not", rows[i].code);
    }
    tables->prefectures = rows;
    tables->n_prefectures = f->sheet.n_rows;
    return KP_OK;
}

static enum kp_status load_xsd_digests(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "xsd_digests.csv", "file sha256_without_whitespace former_profile",
                             sizeof(struct kp_xsd_digest)));
    size_t n = f->sheet.n_rows;
    struct kp_xsd_digest *rows = f->rows;
    if (n > KP_MAX_XSD_FILES)
        return kp_table_bad(f, n - 1, "too many schema files, up to", kp_cell(f, n - 1, 0));
    for (size_t i = 0; i < n; i++) {
        rows[i] = (struct kp_xsd_digest){kp_cell(f, i, 0), kp_cell(f, i, 1), kp_cell(f, i, 2)};
        if (!*rows[i].name || strstr(rows[i].name, ".."))
            return kp_table_bad(f, i, "not the name of a schema file:", rows[i].name);
        if (!kp_is_hex(rows[i].sha256, KP_SHA256_HEX))
            return kp_table_bad(f, i, "not a SHA-256 in lower-case hex:", rows[i].sha256);
    }
    tables->xsd_digests = rows;
    tables->n_xsd_digests = n;
    return KP_OK;
}

/* Later tables refer to earlier ones, and the digest of all depends on their order. */
static enum kp_status load_each(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_items_load(f, tables));
    KP_TRY(kp_codes_load(f, tables));
    KP_TRY(kp_periods_load(f, tables));
    KP_TRY(kp_answers_load(f, tables));
    KP_TRY(kp_phrases_load(f, tables));
    KP_TRY(kp_headers_load(f, tables));
    KP_TRY(kp_units_load(f, tables));
    KP_TRY(load_prefectures(f, tables));
    KP_TRY(kp_register_words_load(f, tables));
    KP_TRY(kp_legal_load(f, tables));
    KP_TRY(kp_exam_kinds_load(f, tables));
    KP_TRY(kp_mentions_load(f, tables));
    KP_TRY(load_xsd_digests(f, tables));
    KP_TRY(kp_periodic_load(f, tables));
    KP_TRY(kp_limits_load(f, tables));
    return kp_returns_load(f, tables);
}

enum kp_status kp_tables_load(struct kp_arena *arena, const struct kp_io *io, const struct kp_text *text,
                              const char *folder, struct kp_diag *diag, struct kp_tables *ret_tables)
{
    struct kp_tables tables = {.text = text};
    struct kp_tablefile f = {.arena = arena, .io = io, .diag = diag, .folder = folder};
    uint8_t digest[KP_SHA256_BYTES];
    if (kp_sha256_new(&f.sha) != KP_OK)
        return kp_tablefile_no_memory(&f);
    enum kp_status st = load_each(&f, &tables);
    if (st == KP_OK && kp_sha256_finish(f.sha, digest) != KP_OK)
        st = kp_tablefile_no_memory(&f);
    kp_sha256_free(f.sha);
    if (st != KP_OK)
        return st;
    kp_sha256_hex(digest, tables.sha256);
    tables.builtin = !f.changed;
    tables.changed = f.changed;
    *ret_tables = tables;
    return KP_OK;
}

const struct kp_prefecture *kp_prefecture_of(const struct kp_tables *tables, const char *address)
{
    for (size_t i = 0; i < tables->n_prefectures; i++)
        if (strncmp(tables->prefectures[i].name, address, strlen(tables->prefectures[i].name)) == 0)
            return &tables->prefectures[i];
    return NULL;
}
