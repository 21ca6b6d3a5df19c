#include "log/kept.h"

#include <stdio.h>
#include <string.h>

#include "base/sha256.h"
#include "base/status.h"
#include "tables/register_words.h"

enum { MAX_BYTES = 256 << 20 };

/* Reports a register that is there and cannot be read: it is not missing. */
static enum kp_status unreadable(const struct kp_kept *k, enum kp_status st, const char *path)
{
    if (k->arena.failed)
        return kp_no_memory(k->ctx);
    return kp_unreadable(&k->ctx->diag, st, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, path, NULL);
}

/* Takes over bytes in the arena of the register. */
static enum kp_status parse(struct kp_kept *k, const char *path, const char *bytes, size_t n)
{
    enum kp_status st = kp_sheet_read(&k->sheet, &k->arena, k->ctx->text, bytes, n, KP_COMMENTS_ALL);
    size_t id = 0, respelled = 0;
    if (st == KP_OK)
        st = kp_register_respell(&k->ctx->tables, &k->arena, &k->sheet, &respelled);
    (void)(kp_sheet_column(&k->sheet, "consent_id", &id) || kp_sheet_column(&k->sheet, "request_id", &id));
    for (size_t i = 0; st == KP_OK && i < k->sheet.n_rows; i++)
        if (kp_map_put(&k->by_id, &k->arena, k->sheet.rows[i].cells[id], (uint32_t)i) == KP_MAP_NO_MEMORY)
            st = KP_E_SYSTEM;
    if (st == KP_E_INPUT)
        return kp_fail(&k->ctx->diag, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, kp_at(path, k->sheet.bad_line),
                       "not CSV in UTF-8 or CP932");
    return st == KP_OK ? KP_OK : kp_no_memory(k->ctx);
}

static void empty(struct kp_kept *k)
{
    kp_arena_reset(&k->arena);
    k->sheet = (struct kp_sheet){0};
    k->by_id = (struct kp_map){0};
    k->sha256[0] = '\0';
}

/* Tries one file, which may be absent or have other contents. */
static enum kp_status try_file(struct kp_kept *k, const char *path, const char *sha256, bool *ret_found)
{
    const char *bytes = NULL;
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    size_t n = 0;
    if (!path)
        return kp_no_memory(k->ctx);
    empty(k);
    if (kp_path_absent(k->ctx->io, path))
        return KP_OK;
    enum kp_status st = kp_read_file(k->ctx->io, path, MAX_BYTES, &k->arena, &bytes, &n);
    if (st != KP_OK)
        return unreadable(k, st, path);
    if (kp_sha256_of(bytes, n, digest) != KP_OK)
        return kp_no_memory(k->ctx);
    kp_sha256_hex(digest, hex);
    if (strcmp(hex, sha256) != 0)
        return KP_OK;
    KP_TRY(parse(k, path, bytes, n));
    memcpy(k->sha256, hex, sizeof(hex));
    *ret_found = true;
    return KP_OK;
}

enum kp_status kp_kept_load(struct kp_kept *k, const struct kp_kept_places *places, const char *sha256,
                            bool *ret_found)
{
    bool found = *sha256 && strcmp(k->sha256, sha256) == 0;
    struct kp_arena *arena = &k->ctx->arena;
    *ret_found = false;
    if (strcmp(k->missing, sha256) == 0)
        return KP_OK; /* also if the run had none */
    if (!found && *sha256 && places->output)
        KP_TRY(try_file(k, kp_arena_printf(arena, "%s/registers/%s.csv", places->output, sha256), sha256,
                        &found));
    for (size_t i = 0; !found && *sha256 && i < places->n_logs; i++) {
        const char *slash = strrchr(places->logs[i], '/');
        KP_TRY(
            try_file(k,
                     kp_arena_printf(arena, "%.*sregisters/%s.csv",
                                     slash ? (int)(slash + 1 - places->logs[i]) : 0, places->logs[i], sha256),
                     sha256, &found));
    }
    if (!found && *sha256 && places->today)
        KP_TRY(try_file(k, places->today, sha256, &found));
    if (!found)
        (void)snprintf(k->missing, sizeof(k->missing), "%s", sha256);
    *ret_found = found;
    return KP_OK;
}

enum kp_status kp_kept_read(struct kp_kept *k, const char *path)
{
    const char *bytes = NULL;
    size_t n = 0;
    empty(k);
    enum kp_status st = kp_read_file(k->ctx->io, path, MAX_BYTES, &k->arena, &bytes, &n);
    return st == KP_OK ? parse(k, path, bytes, n) : unreadable(k, st, path);
}

void kp_kept_release(struct kp_kept *k)
{
    kp_arena_release(&k->arena);
}

bool kp_kept_find(const struct kp_kept *k, const char *id, size_t *ret_row)
{
    uint32_t row = 0;
    bool found = kp_map_get(&k->by_id, id, &row);
    *ret_row = row;
    return found;
}

bool kp_kept_same_number(const char *a, const char *b)
{
    return strcmp(a + strspn(a, "0"), b + strspn(b, "0")) == 0;
}

bool kp_kept_insurer(const struct kp_kept *k, const char *number, size_t *ret_row)
{
    for (size_t i = 0; i < k->sheet.n_rows; i++) {
        *ret_row = i;
        if (kp_kept_same_number(kp_kept_cell(k, i, "insurer_number"), number))
            return true;
    }
    return false;
}

const char *kp_kept_cell(const struct kp_kept *k, size_t row, const char *column)
{
    size_t at = 0;
    return kp_sheet_column(&k->sheet, column, &at) ? k->sheet.rows[row].cells[at] : "";
}

struct kp_date kp_kept_day(const struct kp_kept *k, struct kp_arena *scratch, size_t row, const char *column)
{
    struct kp_date day = {0};
    const char *text = kp_text_nfkc(scratch, kp_kept_cell(k, row, column));
    if (!text || !*text || kp_date_parse(text, &day, NULL) != KP_DATE_OK)
        return (struct kp_date){0};
    return day;
}
