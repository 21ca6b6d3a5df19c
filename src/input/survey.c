#include "input/survey.h"

#include <string.h>

#include "base/status.h"
#include "input/digits.h"
#include "input/rows.h"

enum { MAX_ROWS = 2000 };

static void survey_dash(struct kp_context *ctx, const struct kp_column *column, const char *key,
                        struct kp_column_survey *s, bool *dash_is_empty)
{
    const struct kp_item *item = column->kind == KP_COL_ITEM ? &ctx->tables.items[column->index] : NULL;
    const char *system = item ? item->code_system : "";
    const char *of_dash = *system ? kp_code_of(&ctx->tables, system, "-") : NULL;
    if (kp_text_is_dash(key)) {
        s->dashes += of_dash != NULL;
        *dash_is_empty |= !of_dash && column->kind >= KP_COL_FIELD;
    } else if (of_dash) {
        const char *code = kp_code_of(&ctx->tables, system, key);
        s->has_negative |= code && strcmp(code, of_dash) == 0;
    }
}

/* Returns false if memory is short. */
static bool survey_cell(struct kp_context *ctx, struct kp_arena *scratch, const struct kp_column *column,
                        const char *cell, struct kp_survey *survey, struct kp_column_survey *s)
{
    const char *text = kp_text_trim(scratch, cell);
    const char *key = text ? kp_text_value_key(scratch, text) : NULL;
    if (!key)
        return false;
    if (!*text)
        return true;
    s->filled++;
    const char *kana = kp_text_kana_name(scratch, text);
    s->kana += kana && kp_text_is_kana_name(kana);
    s->qualifications += kp_code_of(&ctx->tables, "qualification", key) != NULL && !kp_is_bare_number(key);
    survey_dash(ctx, column, key, s, &survey->dash_is_empty);
    return kp_shapes_add(&s->shapes, &ctx->arena, text);
}

/* Undecodable cells are skipped. Beyond the first rows only the digits of codes count, as in a run. */
static enum kp_status survey_row(struct kp_context *ctx, struct kp_arena *scratch, struct kp_input *input,
                                 const struct kp_row *row, struct kp_survey *survey)
{
    bool first = ++survey->rows <= MAX_ROWS;
    struct kp_buf text = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < row->n_cells; i++) {
        struct kp_column *column = &input->mapping.columns[i];
        size_t bad = 0;
        kp_buf_reset(&text);
        if ((!first && column->digits == KP_DIGITS_NONE) ||
            !kp_text_decode(ctx->text, input->encoding, row->cells[i].bytes, row->cells[i].n, &text, &bad))
            continue;
        if (first)
            ok = survey_cell(ctx, scratch, column, kp_buf_text(&text), survey, &survey->columns[i]);
        if (column->digits != KP_DIGITS_NONE)
            column->seen |= kp_digits_see(scratch, &ctx->tables, column, kp_buf_text(&text));
    }
    ok &= kp_buf_ok(&text) && !scratch->failed;
    kp_buf_release(&text);
    return ok ? KP_OK : kp_no_memory(ctx);
}

enum kp_status kp_survey(struct kp_context *ctx, struct kp_inputs *inputs, char delimiter,
                         struct kp_survey *ret_survey)
{
    enum kp_status st = KP_OK;
    struct kp_input *input = &inputs->list[0];
    const size_t n_columns = input->mapping.n_columns;
    struct kp_survey survey = {.columns =
                                   kp_arena_alloc(&ctx->arena, (n_columns + 1) * sizeof(*survey.columns))};
    struct kp_arena scratch = {0};
    struct kp_rows rows = {.ctx = ctx, .inputs = inputs, .delimiter = delimiter};
    if (!survey.columns)
        return kp_no_memory(ctx);
    for (;;) {
        struct kp_row row;
        bool end = false;
        kp_arena_reset(&scratch);
        KP_TRY_OUT(kp_rows_next(&rows, &scratch, &row, &end));
        if (end)
            break;
        if (row.n_cells != n_columns)
            continue;
        KP_TRY_OUT(survey_row(ctx, &scratch, input, &row, &survey));
    }
    survey.rows = survey.rows < MAX_ROWS ? survey.rows : MAX_ROWS;
    KP_TRY_OUT(kp_digits_judge(ctx, inputs));
    *ret_survey = survey;
out:
    kp_rows_close(&rows);
    kp_arena_release(&scratch);
    return st;
}
