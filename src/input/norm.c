#include "input/norm.h"

#include <string.h>

#include "base/escape.h"
#include "base/scan.h"
#include "base/status.h"
#include "base/text.h"
#include "law/ident.h"
#include "input/digits.h"

bool kp_norm_dash(struct kp_norm *norm, const char *where, const char *key)
{
    if (!kp_text_is_dash(key))
        return false;
    kp_findings_add(norm->findings, KP_K_DASH_EMPTY, where, NULL);
    norm->record->dash_empty = true;
    return true;
}

bool kp_norm_my_number(const struct kp_norm_cell *cell, const char *where, bool prose)
{
    enum { DIGITS = 12 };
    size_t digits = 0;
    for (const char *at = cell->key; *at; at++)
        digits += *at >= '0' && *at <= '9';
    if (digits < DIGITS && *cell->key != *KP_MY_NUMBER_MASK)
        return false;
    const char *ascii = kp_norm_text(kp_text_nfkc(cell->norm->arena, cell->text));
    if (!kp_has_my_number(ascii, prose) && strcmp(ascii, KP_MY_NUMBER_MASK) != 0)
        return false;
    kp_findings_add(cell->norm->findings, KP_K_MY_NUMBER, where, NULL);
    return true;
}

/* Removes what people put around a word that stands for a value: (同上), 不明。 */
static const char *bare_word(struct kp_arena *arena, const char *value)
{
    static const char *const marks[] = {"(", ")", "[", "]", "?", "*", ".", "。", "※", "・"};
    char *word = kp_text_value_key(arena, value);
    if (!word)
        return "";
    size_t length = strlen(word);
    for (size_t i = 0; i < KP_COUNT(marks); i++) {
        const size_t n = marks[i][1] ? 3 : 1;
        bool first = *word == *marks[i] && strncmp(word, marks[i], n) == 0;
        bool last = !first && length > n && word[length - 1] == marks[i][n - 1] &&
                    memcmp(word + length - n, marks[i], n) == 0;
        word += first ? n : 0;
        length -= first || last ? n : 0;
        word[length] = '\0';
        if (first || last)
            i = (size_t)-1; /* from the beginning */
    }
    return kp_norm_text(word);
}

bool kp_norm_is_placeholder(const struct kp_norm *norm, const char *value)
{
    const char *word = bare_word(norm->arena, value);
    if (!*value)
        return false;
    return !*word || kp_code_of(norm->tables, "placeholder", word) ||
           kp_code_of(norm->tables, "stand_in", word) || strstr(value, "〓") || strstr(value, "□");
}

static bool is_code(const struct kp_norm_cell *cell)
{
    const struct kp_norm *norm = cell->norm;
    return cell->item ? kp_item_code(norm->tables, cell->item, norm->record->exam, cell->key)
                      : kp_code_of(norm->tables, kp_digits_system(norm->tables, cell->column), cell->key);
}

bool kp_norm_unknown_digits(const struct kp_norm_cell *cell, const char *where)
{
    const struct kp_column *column = cell->column;
    if (column->digits == KP_DIGITS_NONE || cell->source || !kp_is_bare_number(cell->key))
        return false;
    bool unread = column->digits == KP_DIGITS_UNKNOWN || column->digits == KP_DIGITS_NAMED;
    if (column->reading == KP_READING_FOREIGN)
        kp_findings_add(cell->norm->findings, KP_K_DIGITS_FOREIGN, where, cell->text, column->remedy);
    else if (column->reading == KP_READING_UNKNOWN || (unread && column->reading == KP_READING_PLAIN))
        kp_findings_add(cell->norm->findings, KP_K_DIGITS_UNKNOWN, where, cell->text, column->remedy);
    /* what is no code anyway needs no second diagnostic */
    return unread || (column->reading >= KP_READING_UNKNOWN && !is_code(cell));
}

const char *kp_norm_text(const char *s)
{
    return s ? s : "";
}

const char *kp_norm_day(const struct kp_norm *norm)
{
    char text[11] = "";
    if (kp_date_is_set(norm->record->exam))
        kp_date_iso(norm->record->exam, text);
    return kp_norm_text(kp_arena_strdup(norm->arena, text));
}

const char *kp_norm_date(struct kp_norm *norm, const char *where, const char *value, struct kp_date *ret_date)
{
    static const enum kp_code codes[] = {[KP_DATE_OK] = KP_K_DATE_CONVERTED,
                                         [KP_DATE_SHAPE] = KP_K_DATE_SHAPE,
                                         [KP_DATE_NO_SUCH_DAY] = KP_K_DATE_NOT_REAL,
                                         [KP_DATE_OUTSIDE_ERA] = KP_K_DATE_OUTSIDE_ERA};
    const char *folded = kp_norm_text(kp_text_nfkc(norm->arena, value));
    char text[9] = "";
    bool counted = norm->serial != KP_SERIAL_NONE &&
                   kp_date_from_serial(folded, norm->serial == KP_SERIAL_1904, ret_date);
    enum kp_date_fault fault = counted ? KP_DATE_OK : kp_date_parse(folded, ret_date, NULL);
    if (fault == KP_DATE_OK)
        kp_date_compact(*ret_date, text);
    if (strcmp(text, value) != 0)
        kp_findings_add(norm->findings, codes[fault], where, value);
    return kp_norm_text(kp_arena_strdup(norm->arena, text));
}

static bool has_target(const struct kp_norm_cell *cell, const struct kp_column *c)
{
    if (!cell->item)
        return c->kind == KP_COL_FIELD && c->index == cell->column->index;
    const unsigned item = (unsigned)(cell->item - cell->norm->tables->items);
    return c->kind == KP_COL_ITEM && (c->index == item || (c->is_pair && c->casual == item));
}

void kp_norm_disagree(const struct kp_norm_cell *cell, const char *where)
{
    struct kp_norm *norm = cell->norm;
    const struct kp_column *rival = NULL;
    char name[KP_CELL_NAME];
    for (size_t i = 0; i < norm->mapping->n_columns && !rival; i++) {
        const struct kp_column *c = &norm->mapping->columns[i];
        if (c != cell->column && has_target(cell, c) &&
            *kp_norm_text(kp_text_trim(norm->arena, norm->cells[i])))
            rival = c;
    }
    kp_findings_add(norm->findings, KP_K_COLUMNS_DISAGREE, where, cell->text,
                    rival ? kp_arena_strdup(norm->arena, kp_cell_name(rival->number, name)) : "…");
}
