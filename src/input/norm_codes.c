#include "input/norm_codes.h"

#include <string.h>

#include "base/scan.h"
#include "base/text.h"

#define SYSTEM_MEAL "1.2.392.200119.6.2202" /* 採血時間(食後) */

/* Returns the code for hours since the last meal, or NULL. */
static const char *meal_code(const char *key)
{
    static const struct kp_decimal ten = {10, 0}, five = {5, 0}, three_and_a_half = {35, 1};
    struct kp_decimal hours, whole;
    size_t n = strspn(key, "0123456789.");
    if (n == 0 || !kp_decimal_parse(key, n, &hours) || (key[n] != '\0' && strcmp(key + n, "時間") != 0))
        return NULL;
    if (kp_decimal_compare(hours, ten) >= 0)
        return "2";
    if (key[n] == '\0' && kp_decimal_compare(hours, five) < 0 && kp_decimal_round(hours, 0, &whole) &&
        kp_decimal_compare(hours, whole) == 0)
        return NULL; /* "3" and "3.0" may be codes */
    return kp_decimal_compare(hours, three_and_a_half) >= 0 ? "3" : "4";
}

bool kp_norm_code(const struct kp_norm_cell *c, struct kp_value *value)
{
    const char *code = *c->text ? kp_code_of(c->norm->tables, c->item->code_system, c->key) : NULL;
    if (!code && strcmp(c->item->code_system, SYSTEM_MEAL) == 0)
        code = meal_code(c->key);
    if (!code)
        return false;
    if (kp_text_is_dash(c->key)) {
        c->norm->record->dash_coded = c->item->label;
        c->norm->record->dash_column = c->column->number;
    }
    value->state = KP_VALUE_PRESENT;
    value->text = code;
    if (strcmp(code, c->text) != 0)
        kp_norm_note(c, KP_K_VALUE_CODED, c->text);
    return true;
}

void kp_norm_code_unknown(const struct kp_norm_cell *c)
{
    const struct kp_tables *tables = c->norm->tables;
    struct kp_arena *arena = c->norm->arena;
    const char *accepted = "";
    for (size_t i = 0; accepted && i < tables->n_codes; i++) {
        const struct kp_code_row *code = &tables->codes[i];
        if (strcmp(code->system, c->item->code_system) == 0)
            accepted = kp_arena_printf(arena, "%s%s%s=%s", accepted, *accepted ? ", " : "", code->code,
                                       code->display);
    }
    /* The nearest spelling reveals the value, so it is part of the personal argument. */
    const char *nearest = kp_nearest_value(tables, arena, c->item->code_system, c->key);
    kp_norm_note(c, KP_K_CODE_UNKNOWN, nearest ? kp_arena_printf(arena, "%s; %s?", c->text, nearest) : NULL,
                 kp_norm_text(accepted));
}

bool kp_norm_is_grade(const char *key)
{
    bool letter = key[0] >= 'a' && key[0] <= 'h';
    size_t digits = letter ? kp_digits(key + 1) : 0;
    return letter && digits <= 2 && key[1 + digits] == '\0';
}

void kp_norm_meal(struct kp_norm *norm, const struct kp_item *item)
{
    struct kp_value *value = kp_value_of(norm->record, item);
    const char *fasting = norm->record->field[KP_F_FASTING];
    enum kp_meal by_item = KP_MEAL_UNTOLD, by_field = KP_MEAL_UNTOLD;
    if (*fasting)
        by_field = *fasting == 'f' ? KP_MEAL_FASTING : KP_MEAL_CASUAL;
    if (value->state == KP_VALUE_PRESENT)
        by_item = strcmp(value->text, "2") == 0 ? KP_MEAL_FASTING : KP_MEAL_CASUAL;
    norm->meal = by_item != KP_MEAL_UNTOLD ? by_item : by_field;
    if (by_item != KP_MEAL_UNTOLD && by_field != KP_MEAL_UNTOLD && by_item != by_field) {
        kp_findings_add(norm->findings, KP_K_COLUMNS_DISAGREE, item->label, NULL,
                        kp_field_name(KP_F_FASTING));
    } else if (by_field == KP_MEAL_FASTING && value->state == KP_VALUE_ABSENT) {
        *value = (struct kp_value){.state = KP_VALUE_PRESENT, .text = "2"};
        kp_findings_add(norm->findings, KP_K_MEAL_DERIVED, item->label, NULL);
    }
}
