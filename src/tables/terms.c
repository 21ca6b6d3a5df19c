#include "tables/terms.h"

#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/scan.h"
#include "base/status.h"
#include "format/sheet.h"

enum { MOST_COLUMNS = 8 };

/* Reads a built-in table; at: where its columns are, in the order of the list. */
static enum kp_status read_table(struct kp_arena *arena, const char *name, const char *const *columns,
                                 struct kp_sheet *sheet, size_t at[MOST_COLUMNS])
{
    const struct kp_embedded *file = kp_embedded_find(name);
    if (!file || kp_sheet_read(sheet, arena, NULL, file->bytes, (size_t)(file->end - file->bytes),
                               KP_COMMENTS_NONE) != KP_OK)
        return KP_E_SYSTEM;
    for (size_t i = 0; columns[i]; i++)
        if (!kp_sheet_column(sheet, columns[i], &at[i]))
            return KP_E_SYSTEM;
    return KP_OK;
}

static int compare_terms(const void *x, const void *y)
{
    const struct kp_term_row *a = x, *b = y;
    int order = strcmp(a->kind, b->kind);
    return order ? order : strcmp(a->id, b->id);
}

static int compare_placeholders(const void *x, const void *y)
{
    const struct kp_placeholder *a = x, *b = y;
    int order = (a->code > b->code) - (a->code < b->code);
    return order ? order : a->which - b->which;
}

static enum kp_status load_rows(struct kp_arena *arena, struct kp_terms *terms)
{
    static const char *const columns[] = {"kind", "id", "text_en", "text_ja", NULL};
    struct kp_sheet sheet;
    size_t at[MOST_COLUMNS] = {0};
    KP_TRY(read_table(arena, "terms.csv", columns, &sheet, at));
    struct kp_term_row *rows = kp_arena_alloc(arena, (sheet.n_rows + 1) * sizeof(*rows));
    if (!rows)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < sheet.n_rows; i++) {
        const char *const *cells = sheet.rows[i].cells;
        rows[i] = (struct kp_term_row){cells[at[0]], cells[at[1]], {cells[at[2]], cells[at[3]]}};
        if (!*rows[i].text[KP_LANG_JA] || (i > 0 && compare_terms(&rows[i - 1], &rows[i]) >= 0))
            return KP_E_SYSTEM;
    }
    terms->rows = rows;
    terms->n_rows = sheet.n_rows;
    return KP_OK;
}

static enum kp_status load_placeholders(struct kp_arena *arena, struct kp_terms *terms)
{
    static const char *const columns[] = {"code", "which", "kind", "text_en", "text_ja", NULL};
    struct kp_sheet sheet;
    size_t at[MOST_COLUMNS] = {0};
    KP_TRY(read_table(arena, "placeholders.csv", columns, &sheet, at));
    struct kp_placeholder *rows = kp_arena_alloc(arena, (sheet.n_rows + 1) * sizeof(*rows));
    if (!rows)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < sheet.n_rows; i++) {
        const char *const *cells = sheet.rows[i].cells;
        const char *code = cells[at[0]], *which = cells[at[1]];
        rows[i] = (struct kp_placeholder){*code ? (unsigned)strtoul(code + 1, NULL, 10) : 0,
                                          which[0],
                                          cells[at[2]],
                                          {cells[at[3]], cells[at[4]]}};
        if (i > 0 && compare_placeholders(&rows[i - 1], &rows[i]) >= 0)
            return KP_E_SYSTEM;
    }
    terms->placeholders = rows;
    terms->n_placeholders = sheet.n_rows;
    return KP_OK;
}

enum kp_status kp_terms_load(struct kp_arena *arena, struct kp_terms *ret_terms)
{
    struct kp_terms terms = {0};
    KP_TRY(load_rows(arena, &terms));
    KP_TRY(load_placeholders(arena, &terms));
    *ret_terms = terms;
    return KP_OK;
}

const char *kp_terms_find(const struct kp_terms *terms, enum kp_lang lang, const char *kind, const char *id)
{
    const struct kp_term_row key = {kind, id, {"", ""}};
    const struct kp_term_row *row = NULL;
    if (terms->n_rows)
        row = bsearch(&key, terms->rows, terms->n_rows, sizeof(key), compare_terms);
    return row && *row->text[lang] ? row->text[lang] : id;
}

const struct kp_placeholder *kp_placeholder_of(const struct kp_terms *terms, unsigned code, char which)
{
    struct kp_placeholder key = {code, which, "", {"", ""}};
    const struct kp_placeholder *row = NULL;
    for (int pass = 0; pass < 2 && !row && terms->n_placeholders; pass++, key.code = 0)
        row = bsearch(&key, terms->placeholders, terms->n_placeholders, sizeof(key), compare_placeholders);
    return row;
}
