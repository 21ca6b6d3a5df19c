#include "input/norm.h"

#include <string.h>

#include "base/text.h"

void kp_norm_note(struct kp_norm *norm, enum kp_code code, const char *where, const char *value,
                  const char *arg)
{
    kp_findings_add(norm->findings, code, where, value, arg);
}

void kp_norm_later(struct kp_norm *norm, struct kp_norm_later **list, const struct kp_item *item,
                   const char *code)
{
    struct kp_norm_later *later = kp_arena_alloc(norm->arena, sizeof(*later));
    if (!later)
        return; /* the arena remembers */
    *later =
        (struct kp_norm_later){.next = *list, .item = item, .code = code, .column = norm->findings->column};
    *list = later;
}

const char *kp_norm_folded(struct kp_norm *norm, const char *value)
{
    char *text = kp_text_nfkc(norm->arena, value);
    return text ? text : "";
}

bool kp_norm_date(struct kp_norm *norm, const char *where, const char *value, struct kp_date *ret_date)
{
    static const enum kp_code codes[] = {[KP_DATE_SHAPE] = KP_K_DATE_SHAPE,
                                         [KP_DATE_NO_SUCH_DAY] = KP_K_DATE_NOT_REAL,
                                         [KP_DATE_OUTSIDE_ERA] = KP_K_DATE_OUTSIDE_ERA};
    const char *folded = kp_norm_folded(norm, value);
    if (norm->serial != KP_SERIAL_NONE &&
        kp_date_from_serial(folded, norm->serial == KP_SERIAL_1904, ret_date))
        return true;
    enum kp_date_fault fault = kp_date_parse(folded, ret_date, NULL);
    if (fault == KP_DATE_OK)
        return true;
    kp_norm_note(norm, codes[fault], where, value, NULL);
    return false;
}

const char *kp_norm_date_text(struct kp_norm *norm, const char *where, const char *value, struct kp_date date)
{
    char text[9];
    kp_date_compact(date, text);
    if (strcmp(text, value) != 0)
        kp_norm_note(norm, KP_K_DATE_CONVERTED, where, value, NULL);
    char *copy = kp_arena_strdup(norm->arena, text);
    return copy ? copy : "";
}

bool kp_norm_has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

void kp_norm_disagree(const struct kp_norm_cell *cell, const char *where)
{
    const struct kp_mapping *m = cell->norm->mapping;
    const struct kp_column *rival = NULL;
    for (size_t i = 0; i < m->n_columns && !rival; i++) {
        const struct kp_column *c = &m->columns[i];
        bool of_item = cell->item && c->kind == KP_COL_ITEM &&
                       (c->index == (unsigned)(cell->item - cell->norm->tables->items) ||
                        (c->is_pair && c->casual == (unsigned)(cell->item - cell->norm->tables->items)));
        bool of_field = !cell->item && c->kind == KP_COL_FIELD && c->index == cell->column->index;
        const char *text = of_item || of_field ? kp_text_trim(cell->norm->arena, cell->norm->cells[i]) : NULL;
        if (c != cell->column && text && *text)
            rival = c;
    }
    kp_norm_note(cell->norm, KP_K_COLUMNS_DISAGREE, where, cell->text,
                 rival ? kp_arena_printf(cell->norm->arena, "#%u", rival->number) : "…");
}
