#include "tables/register_words.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "tables/names.h"
#include "tables/tablefile.h"

/* Columns whose cells are read without regard to width. */
#define NARROW                                                                                               \
    "insurer_number received_on articles exam_from exam_to ages items valid_until withdrawn_on "             \
    "also_numbers qualification exam_kinds recipient kind given_on insured_branch scheme sender_number "     \
    "interaction_type service_event report_40to74 programme_40to74 report_under40 programme_under40 "        \
    "section_under40 symbol_width max_documents symbol_length number_length detailed_without_reason seal "   \
    "birth_date number state code date"
/* Of these, columns with several words in a cell. */
#define LISTS "articles items also_numbers exam_kinds"

static char *key_of(struct kp_arena *arena, const char *column, const char *word)
{
    const char *value = kp_text_value_key(arena, word);
    return value ? kp_arena_printf(arena, "%s\x1f%s", column, value) : NULL;
}

enum kp_status kp_register_words_load(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "register_words.csv", "column word id", sizeof(const char *)));
    const char **ids = f->rows;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        const char *key = key_of(f->arena, kp_cell(f, i, 0), kp_cell(f, i, 1));
        ids[i] = kp_cell(f, i, 2);
        if (!kp_list_has(NARROW, kp_cell(f, i, 0)) || !*ids[i])
            return kp_table_bad(f, i, "not a column of a register with ids:", kp_cell(f, i, 0));
        enum kp_map_put put =
            key ? kp_map_put(&tables->register_word, f->arena, key, (uint32_t)i) : KP_MAP_NO_MEMORY;
        if (put == KP_MAP_NO_MEMORY)
            return kp_tablefile_no_memory(f);
        if (put != KP_MAP_ADDED)
            return kp_table_bad(f, i, "word stands twice:", kp_cell(f, i, 1));
    }
    tables->register_ids = ids;
    return KP_OK;
}

/* Returns the id of a word, or NULL. */
static const char *find(const struct kp_tables *t, struct kp_arena *arena, const char *column,
                        const char *word)
{
    uint32_t row = 0;
    const char *key = key_of(arena, column, word);
    return key && kp_map_get(&t->register_word, key, &row) ? t->register_ids[row] : NULL;
}

/* Returns the length of a separator of words at the text, or 0. */
static size_t separator(const char *at)
{
    static const char *const marks[] = {" ", "\u3000", ",", "、", "・", "/", "+", "及び", "並びに", "と"};
    for (size_t i = 0; i < KP_COUNT(marks); i++)
        if (strncmp(at, marks[i], strlen(marks[i])) == 0)
            return strlen(marks[i]);
    return 0;
}

/* Puts the ids of a list's words, or the words that have none, behind each other with a space. */
static const char *respell_list(const struct kp_tables *t, struct kp_arena *arena, const char *column,
                                const char *list)
{
    const char *out = "";
    for (const char *at = list; *at && out;) {
        const char *from = at;
        size_t mark = 0;
        while (*at && (mark = separator(at)) == 0)
            (void)kp_utf8_next(&at);
        const char *word = kp_arena_strndup(arena, from, (size_t)(at - from));
        const char *id = word ? find(t, arena, column, word) : NULL;
        if (word && *word)
            out = kp_arena_printf(arena, "%s%s%s", out, *out ? " " : "", id ? id : word);
        at += mark;
    }
    return out;
}

/* Returns the cell with ids for words, or NULL if memory is short. */
static const char *respell(const struct kp_tables *t, struct kp_arena *arena, const char *column,
                           const char *text)
{
    const char *narrow = kp_text_nfkc(arena, text);
    const char *id = narrow ? find(t, arena, column, narrow) : NULL;
    if (id || !narrow)
        return id;
    narrow = kp_text_trim(arena, narrow);
    if (!narrow || !kp_list_has(LISTS, column) || kp_text_is_ascii(narrow))
        return narrow;
    return respell_list(t, arena, column, narrow);
}

static enum kp_status respell_column(const struct kp_tables *t, struct kp_arena *arena,
                                     struct kp_sheet *sheet, size_t column, size_t *changed)
{
    for (size_t i = 0; i < sheet->n_rows; i++) {
        struct kp_sheet_row *row = &sheet->rows[i];
        const char *text = row->cells[column];
        if (kp_text_is_ascii(text)) /* as most are */
            continue;
        const char *now = respell(t, arena, sheet->columns[column], text);
        const char **cells = kp_arena_alloc(arena, (sheet->n_columns + row->n_cells) * sizeof(*cells));
        if (!now || !cells)
            return KP_E_SYSTEM;
        size_t n = row->n_cells > sheet->n_columns ? row->n_cells : sheet->n_columns;
        memcpy(cells, row->cells, n * sizeof(*cells));
        *changed += strcmp(now, text) != 0;
        cells[column] = now;
        row->cells = cells;
    }
    return KP_OK;
}

enum kp_status kp_register_respell(const struct kp_tables *tables, struct kp_arena *arena,
                                   struct kp_sheet *sheet, size_t *ret_changed)
{
    size_t changed = 0;
    for (size_t c = 0; c < sheet->n_columns; c++)
        if (kp_list_has(NARROW, sheet->columns[c]))
            KP_TRY(respell_column(tables, arena, sheet, c, &changed));
    *ret_changed = changed;
    return KP_OK;
}
