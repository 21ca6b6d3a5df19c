/*
 * Proposes a mapping file for an export without one: recognised columns, suggestions, and columns left out,
 * with the shapes of the values and never a value.
 */
#include <inttypes.h>
#include <string.h>

#include "base/escape.h"
#include "base/status.h"
#include "input/intake.h"
#include "input/shape.h"

enum { LOOK_ROWS = 2000 };

/* What the first rows say about one column. */
struct column_look {
    uint64_t filled;
    struct kp_shapes shapes;
    uint64_t kana;     /* values that can be a kana name */
    uint64_t known;    /* values that the column's suggested code field knows */
    uint64_t dashes;   /* cells with nothing but a dash */
    bool has_negative; /* and other spellings of what a dash would mean here */
};

struct look {
    struct column_look *columns; /* as many as the mapping has */
    uint64_t rows;
    bool dash_is_empty; /* some column has a lone dash that can only mean "no value" */
};

/* --- looking --- */

static const struct kp_item *coded_item(struct kp_context *ctx, const struct kp_column *column)
{
    if (column->kind != KP_COL_ITEM || !*ctx->tables.items[column->index].code_system)
        return NULL;
    return &ctx->tables.items[column->index];
}

static bool hint_of(struct kp_context *ctx, const struct kp_column *column, uint32_t *ret_target)
{
    const char *headers[] = {column->header, column->second};
    for (size_t i = 0; i < KP_COUNT(headers); i++) {
        const char *key = headers[i] ? kp_text_header_key(&ctx->arena, headers[i]) : NULL;
        if (key && kp_map_get(&ctx->tables.header_hint, key, ret_target))
            return true;
    }
    return false;
}

static void look_at_dash(struct kp_context *ctx, const struct kp_column *column, const char *key,
                         struct column_look *look, bool *ret_empty)
{
    const struct kp_item *item = coded_item(ctx, column);
    const char *of_dash = item ? kp_code_of(&ctx->tables, item->code_system, "-") : NULL;
    if (kp_text_is_dash(key)) {
        look->dashes++;
        *ret_empty |= !of_dash && column->kind >= KP_COL_FIELD;
    } else if (of_dash) {
        const char *code = kp_code_of(&ctx->tables, item->code_system, key);
        look->has_negative |= code && strcmp(code, of_dash) == 0;
    }
}

static bool look_at_cell(struct kp_context *ctx, struct kp_arena *scratch, const struct kp_column *column,
                         const char *cell, struct column_look *look, bool *ret_empty)
{
    const char *text = kp_text_trim(scratch, cell);
    const char *key = text ? kp_text_value_key(scratch, text) : NULL;
    if (!key)
        return false;
    if (!*text)
        return true;
    look->filled++;
    const char *kana = kp_text_kana_name(scratch, text);
    look->kana += kana && kp_text_is_kana_name(kana);
    look->known += kp_code_of(&ctx->tables, "qualification", key) != NULL;
    look_at_dash(ctx, column, key, look, ret_empty);
    return kp_shapes_add(&look->shapes, &ctx->arena, text);
}

static bool look_at_row(struct kp_context *ctx, const struct kp_input *input, const struct kp_csvrow *row,
                        struct kp_arena *scratch, struct look *look)
{
    struct kp_buf text = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < row->n_cells && i < input->mapping.n_columns; i++) {
        size_t bad = 0;
        kp_buf_reset(&text);
        if (kp_text_decode(ctx->text, input->encoding, row->cells[i].bytes, row->cells[i].n, &text, &bad))
            ok = look_at_cell(ctx, scratch, &input->mapping.columns[i], kp_buf_text(&text), &look->columns[i],
                              &look->dash_is_empty);
    }
    ok &= kp_buf_ok(&text);
    kp_buf_release(&text);
    return ok;
}

/* Looks at the first LOOK_ROWS rows of the input. */
static enum kp_status look_at(struct kp_context *ctx, const struct kp_input *input, char delimiter,
                              struct look *ret_look)
{
    enum kp_status st = KP_OK;
    struct kp_csvin *in = NULL;
    struct kp_csvrow row;
    struct kp_arena scratch = {0};
    struct look look = {
        .columns = kp_arena_alloc(&ctx->arena, (input->mapping.n_columns + 1) * sizeof(*look.columns))};
    if (!look.columns || kp_csvin_open(&in, ctx->io, input->place, delimiter) != KP_OK)
        return kp_no_memory(ctx);
    kp_csvin_is_export(in);
    const unsigned above = input->n_title_rows + input->n_header_rows;
    for (uint64_t n = 0; n < LOOK_ROWS + above; n++) {
        bool end = false;
        if (kp_csvin_next(in, &row, &end) != KP_OK) {
            st = kp_input_fault(ctx, input->path, in);
            goto out;
        }
        if (end)
            break;
        if (n < above || row.n_cells != input->mapping.n_columns)
            continue;
        look.rows++;
        kp_arena_reset(&scratch);
        if (!look_at_row(ctx, input, &row, &scratch, &look)) {
            st = kp_no_memory(ctx);
            goto out;
        }
    }
    *ret_look = look;
out:
    kp_arena_release(&scratch);
    kp_csvin_close(in);
    return st;
}

/* --- deciding what to propose --- */

/* Ambiguous headers that the values settle: a name in kana alone, words for the insured and dependants alone.
 */
static bool settled_by_values(struct kp_context *ctx, const struct kp_input *input,
                              const struct column_look *look, uint32_t target)
{
    for (size_t i = 0; i < input->mapping.n_columns; i++)
        if (input->mapping.columns[i].kind == KP_COL_FIELD && input->mapping.columns[i].index == target)
            return false; /* another column has it */
    (void)ctx;
    return look->filled > 0 && ((target == KP_F_NAME_KANA && look->kana == look->filled) ||
                                (target == KP_F_QUALIFICATION && look->known == look->filled));
}

/* A known header inside an unknown one: "今回_身長". Words that name a judgement or another year forbid it.
 */
static bool contained(struct kp_context *ctx, const char *header, uint32_t *ret_target)
{
    enum { LEAST_BYTES = 6 }; /* two characters of Japanese */
    const struct kp_map *known = &ctx->tables.header_target;
    const char *key = kp_text_header_key(&ctx->arena, header);
    size_t longest = 0;
    if (!key || kp_is_header_trap(&ctx->tables, key))
        return false;
    for (size_t i = 0; i < known->n_slots; i++) {
        const char *other = known->slots[i].key;
        size_t n = other ? strlen(other) : 0;
        if (n < LEAST_BYTES || n < longest || !strstr(key, other))
            continue;
        if (n > longest || known->slots[i].value < *ret_target) /* the same whatever the order of the slots */
            *ret_target = known->slots[i].value;
        longest = n;
    }
    return longest > 0;
}

static bool is_repeated(const struct kp_input *input, const struct kp_column *column)
{
    for (size_t i = 0; i < input->mapping.n_columns; i++) {
        const struct kp_column *other = &input->mapping.columns[i];
        if (other != column && strcmp(other->header, column->header) == 0)
            return true;
    }
    return false;
}

/* Two exports side by side repeat headers, and the second half counts: a later column of the same name and
 * target. */
static bool is_superseded(struct kp_context *ctx, const struct kp_input *input,
                          const struct kp_column *column)
{
    const struct kp_mapping *m = &input->mapping;
    if (column->kind < KP_COL_FIELD ||
        (column->kind == KP_COL_ITEM && ctx->tables.items[column->index].several != KP_SEVERAL_AGREE))
        return false;
    for (const struct kp_column *later = column + 1; later < m->columns + m->n_columns; later++)
        if (later->kind == column->kind && later->index == column->index &&
            strcmp(later->header, column->header) == 0)
            return true;
    return false;
}

/* --- writing --- */

struct writer {
    struct kp_context *ctx;
    const struct kp_input_options *options;
    const struct kp_input *input;
    const struct look *look;
    struct kp_buf *out;
    const char **keys; /* of the headers, by column: what a mapping file compares */
};

/* How a mapping file names the column: by its header when that is clear, else by its number. */
static void put_column(const struct writer *w, const struct kp_column *column)
{
    const char *mark = strrchr(column->header, '@');
    bool clear = *column->header && column->header[0] != '#' && !strpbrk(column->header, "\r\n\"") &&
                 !(mark && mark[1] >= '0' && mark[1] <= '9') && !column->second &&
                 !is_repeated(w->input, column);
    size_t own = (size_t)(column - w->input->mapping.columns);
    const char *key = w->keys[own];
    for (size_t i = 0; clear && i < w->input->mapping.n_columns; i++)
        clear = i == own || strcmp(w->keys[i], key) != 0; /* in another width it is the same name */
    if (clear && *key)
        kp_buf_csv(w->out, column->header, strlen(column->header));
    else
        kp_buf_printf(w->out, "#%u", column->number);
}

static void put_target(const struct writer *w, const struct kp_column *column)
{
    static const char *const suffixes[] = {
        [KP_COL_LOW] = ".low", [KP_COL_HIGH] = ".high", [KP_COL_FLAG] = ".flag", [KP_COL_UNIT] = ".unit"};
    const struct kp_item *items = w->ctx->tables.items;
    if (column->kind == KP_COL_FIELD)
        kp_buf_str(w->out, kp_field_name((enum kp_field)column->index));
    else
        kp_buf_printf(w->out, "%s%s%s%s", items[column->index].code, column->is_pair ? "/" : "",
                      column->is_pair ? items[column->casual].code : "",
                      column->kind >= KP_COL_LOW ? suffixes[column->kind] : "");
}

/* "# #21 身長: ...; 223 of 224 filled: 999.9 ×200, 99.9 ×23" */
static void put_comment(const struct writer *w, const struct kp_column *column, const char *what)
{
    const struct column_look *look = &w->look->columns[column - w->input->mapping.columns];
    const char *texts[] = {column->header, column->second};
    kp_buf_printf(w->out, "# #%u", column->number);
    for (size_t i = 0; i < KP_COUNT(texts); i++) {
        kp_buf_str(w->out, texts[i] && *texts[i] ? " " : "");
        for (const char *at = texts[i] ? texts[i] : ""; *at; at++)
            kp_buf_char(w->out, (unsigned char)*at < 0x20 ? ' ' : *at);
    }
    kp_buf_printf(w->out, "%s%s; %" PRIu64 "/%" PRIu64 "%s", *what ? ": " : "", what, look->filled,
                  w->look->rows, look->filled ? ": " : "");
    kp_shapes_write(&look->shapes, w->out);
    kp_buf_char(w->out, '\n');
}

static const char *name_of(const struct writer *w, const struct kp_column *column)
{
    return column->kind == KP_COL_FIELD ? kp_field_name((enum kp_field)column->index)
                                        : w->ctx->tables.items[column->index].name;
}

static void put_recognised(const struct writer *w, const struct kp_column *column, const char *why)
{
    const struct column_look *look = &w->look->columns[column - w->input->mapping.columns];
    bool dashed = look->dashes > 0 && w->look->dash_is_empty && coded_item(w->ctx, column) &&
                  kp_code_of(&w->ctx->tables, coded_item(w->ctx, column)->code_system, "-");
    bool superseded = is_superseded(w->ctx, w->input, column);
    put_comment(w, column,
                kp_arena_printf(&w->ctx->arena, "%s%s%s, %s", name_of(w, column),
                                column->is_pair ? " / " : "",
                                column->is_pair ? w->ctx->tables.items[column->casual].name : "", why));
    if (superseded)
        kp_buf_printf(
            w->out, "# %s\n",
            kp_say(w->ctx, "右にも同じ見出しがあります(2つの出力の結合)。最後の列を採ります",
                   "stands again further right, as where two exports are joined: the last one counts"));
    if (dashed && look->has_negative)
        kp_buf_printf(
            w->out, "# %s\n",
            kp_say(
                w->ctx, "この出力では「-」は空欄の意味で使われ、陰性は別の書き方です",
                "a lone - means nothing here: this export writes it so elsewhere, and negative otherwise"));
    else if (dashed)
        kp_buf_printf(
            w->out, "# %s\n",
            kp_say(w->ctx, "「-」の意味が決まりません。values に -=コード(陰性)か -=(空欄)と書いてください",
                   "a lone - is ambiguous here: write -=CODE (negative) or -= (nothing) as values"));
    put_column(w, column);
    kp_buf_char(w->out, ',');
    if (superseded)
        kp_buf_str(w->out, "ignore");
    else
        put_target(w, column);
    kp_buf_printf(w->out, ",%s,%s\n", column->unit && !superseded ? column->unit : "",
                  dashed && look->has_negative && !superseded ? "-=" : "");
}

static void put_commented_out(const struct writer *w, const struct kp_column *column,
                              const struct kp_column *as)
{
    kp_buf_str(w->out, "# ");
    put_column(w, column);
    kp_buf_char(w->out, ',');
    if (as)
        put_target(w, as);
    else
        kp_buf_str(w->out, "ignore");
    kp_buf_str(w->out, ",,\n");
}

static const char *why_known(const struct writer *w, const struct kp_column *column)
{
    if (column->why == KP_WHY_NAME)
        return kp_say(w->ctx, "見出しが項目名・コードそのもの", "the header is its name or code");
    return kp_say(w->ctx, "既知の見出し", "the header is a known synonym");
}

static const char *why_left(const struct writer *w, const struct kp_column *column)
{
    switch (column->why) {
    case KP_WHY_MEAL:
        return kp_say(w->ctx, "空腹時か随時かを示す列がない",
                      "no column says whether blood was drawn fasting");
    case KP_WHY_DOCTOR:
        return kp_say(w->ctx, "判定と医師名の一方しかない",
                      "judgement and doctor's name go out together, the other column is not there");
    case KP_WHY_UNIT:
        return kp_say(w->ctx, "単位が項目の単位に直せない", "its unit is not one of the item's");
    case KP_WHY_ROWS:
        return kp_say(w->ctx, "2行の見出しの意味が食い違う", "the two header rows say different things");
    case KP_WHY_UNKNOWN:
    case KP_WHY_MAPPING:
    case KP_WHY_NAME:
    case KP_WHY_SYNONYM:
        break;
    }
    return "";
}

static void put_section(const struct writer *w, const char *ja, const char *en)
{
    kp_buf_printf(w->out, "#\n# -- %s\n", kp_say(w->ctx, ja, en));
}

static void put_head(const struct writer *w, const char *encoding, char delimiter)
{
    const char *slash = strrchr(w->input->path, '/');
    kp_buf_printf(
        w->out, "# kenporter " KP_VERSION " map: %s (%s, %s, %s %u, %s %u, %s %zu, %s %" PRIu64 ")\n",
        slash ? slash + 1 : w->input->path, encoding,
        delimiter == '\t'  ? "tab"
        : delimiter == ';' ? "semicolon"
                           : "comma",
        kp_say(w->ctx, "表題行", "title rows"), w->input->n_title_rows,
        kp_say(w->ctx, "見出し行", "header rows"), w->input->n_header_rows, kp_say(w->ctx, "列", "columns"),
        w->input->mapping.n_columns, kp_say(w->ctx, "調べた行", "rows looked at"), w->look->rows);
    kp_buf_printf(
        w->out, "# %s\n",
        kp_say(
            w->ctx,
            "「# 」で始まる行は注釈。候補を採るには「# 」を消す。値は出さず、記入数と値の形だけを示す。",
            "Comments begin with \"# \". To accept a suggestion take that away; after a colon: how many are filled, and the shape of the values."));
    kp_buf_str(w->out, "column,target,unit,values\n");
}

/* "身長,判定,単位": the unit of the item to the left, as it seems. */
static bool is_unit_beside(struct kp_context *ctx, const struct kp_input *input,
                           const struct kp_column *column, struct kp_column *ret_as)
{
    enum { FARTHEST = 3 };
    const char *name = column->second && *column->second ? column->second : column->header;
    if (strcmp(name, "単位") != 0)
        return false;
    const size_t at = (size_t)(column - input->mapping.columns);
    for (size_t i = 1; i <= FARTHEST && i <= at; i++) {
        const struct kp_column *item = column - i;
        if (item->kind == KP_COL_ITEM && !item->is_pair &&
            ctx->tables.items[item->index].type == KP_TYPE_PQ) {
            ret_as->kind = KP_COL_UNIT;
            ret_as->index = item->index;
            return true;
        }
        if (item->kind != KP_COL_UNMAPPED)
            return false;
    }
    return false;
}

static bool suggest(struct kp_context *ctx, const struct kp_input *input, const struct kp_column *column,
                    struct kp_column *ret_as)
{
    uint32_t target = 0;
    *ret_as = *column;
    if (column->why != KP_WHY_UNKNOWN)
        return false;
    if (is_unit_beside(ctx, input, column, ret_as))
        return true;
    if (!hint_of(ctx, column, &target) && !contained(ctx, column->header, &target))
        return false;
    kp_target_set(&ctx->tables, target, ret_as);
    return true;
}

static bool is_settled(struct kp_context *ctx, const struct kp_input *input, const struct look *look,
                       const struct kp_column *column)
{
    uint32_t target = 0;
    return column->why == KP_WHY_UNKNOWN && hint_of(ctx, column, &target) &&
           settled_by_values(ctx, input, &look->columns[column - input->mapping.columns], target);
}

static size_t put_lacking(const struct writer *w, bool name_is_settled)
{
    struct kp_lacking lacking[KP_REQUIRED_FIELDS];
    size_t n = kp_mapping_lacks(&w->input->mapping, kp_has_facility(w->options), lacking);
    size_t told = 0;
    for (size_t i = 0; i < n; i++) {
        if (name_is_settled && strcmp(lacking[i].field, kp_field_name(KP_F_NAME_KANA)) == 0)
            continue;
        if (told++ == 0)
            put_section(
                w, "必須だが列が見つからないもの(健診機関は設定ファイルの [facility] でも可)",
                "required, but no column was found (the facility may stand in [facility] of the configuration)");
        kp_buf_printf(w->out, "# %s (%s)\n", lacking[i].field, lacking[i].header);
    }
    return told;
}

/* Writes the mapping file; counts go to ret. */
static void write_proposal(struct kp_context *ctx, const struct kp_input_options *options,
                           const struct kp_input *input, const struct look *look, struct kp_buf *out,
                           struct kp_proposal *ret)
{
    static const char *const encodings[] = {[KP_ENC_AUTO] = "",
                                            [KP_ENC_CP932] = "CP932",
                                            [KP_ENC_UTF8] = "UTF-8",
                                            [KP_ENC_UTF16LE] = "UTF-16LE",
                                            [KP_ENC_UTF16BE] = "UTF-16BE"};
    const struct kp_column *columns = input->mapping.columns;
    size_t n = input->mapping.n_columns;
    const struct writer w = {ctx,  options, input,
                             look, out,     kp_arena_alloc(&ctx->arena, (n + 1) * sizeof(*w.keys))};
    for (size_t i = 0; w.keys && i < n; i++)
        w.keys[i] = kp_text_value_key(&ctx->arena, columns[i].header);
    if (ctx->arena.failed)
        return; /* the caller looks */
    struct kp_column as;
    bool name_is_settled = false;
    bool utf16 = input->probe.encoding == KP_ENC_UTF16LE || input->probe.encoding == KP_ENC_UTF16BE;
    put_head(&w, encodings[utf16 ? input->probe.encoding : input->encoding], input->delimiter);
    put_section(&w, "認識した列", "recognised");
    for (size_t i = 0; i < n; i++) {
        bool settled = is_settled(ctx, input, look, &columns[i]);
        if (settled)
            (void)suggest(ctx, input, &columns[i], &as);
        if (columns[i].kind < KP_COL_FIELD && !settled)
            continue;
        name_is_settled |= settled && as.index == KP_F_NAME_KANA;
        ret->recognised++;
        if (settled) {
            put_comment(&w, &columns[i],
                        kp_say(w.ctx, "見出しは曖昧だが値の形で決まる",
                               "ambiguous by its header, settled by its values"));
            put_column(&w, &columns[i]);
            kp_buf_char(out, ',');
            put_target(&w, &as);
            kp_buf_str(out, ",,\n");
        } else {
            put_recognised(&w, &columns[i], why_known(&w, &columns[i]));
        }
    }
    put_section(&w, "候補(確実ではありません。確かめてから採用)",
                "suggestions, not certain: check before you accept one");
    for (size_t i = 0; i < n; i++)
        if (columns[i].kind == KP_COL_UNMAPPED && !is_settled(ctx, input, look, &columns[i]) &&
            suggest(ctx, input, &columns[i], &as)) {
            ret->suggested++;
            put_comment(&w, &columns[i], name_of(&w, &as));
            put_commented_out(&w, &columns[i], &as);
        }
    put_section(&w, "使わない列", "not used");
    for (size_t i = 0; i < n; i++)
        if (columns[i].kind == KP_COL_UNMAPPED && !is_settled(ctx, input, look, &columns[i]) &&
            !suggest(ctx, input, &columns[i], &as)) {
            ret->left++;
            put_comment(&w, &columns[i], why_left(&w, &columns[i]));
            put_commented_out(&w, &columns[i], NULL);
        }
    ret->lacking = put_lacking(&w, name_is_settled);
}

/* --- the whole --- */

enum kp_status kp_propose(const struct kp_map_options *options, const struct kp_env *env,
                          struct kp_proposal *ret_proposal)
{
    enum kp_status st = KP_OK;
    struct kp_context ctx;
    struct kp_inputs inputs = {0};
    struct look look = {0};
    struct kp_buf out = {0};
    struct kp_proposal proposal = {0};
    KP_TRY_OUT(kp_context_init(&ctx, &options->common, env));
    KP_TRY_OUT(kp_context_load_tables(&ctx));
    KP_TRY_OUT(kp_intake_one(&ctx, &options->input, options->path, &inputs));
    KP_TRY_OUT(look_at(&ctx, &inputs.list[0], options->input.delimiter, &look));
    write_proposal(&ctx, &options->input, &inputs.list[0], &look, &out, &proposal);
    if (!kp_buf_ok(&out) || ctx.arena.failed) {
        st = kp_no_memory(&ctx);
        goto out;
    }
    proposal.text = out.data;
    out = (struct kp_buf){0};
    *ret_proposal = proposal;
out:
    kp_buf_release(&out);
    st = kp_context_finish(&ctx, st);
    kp_context_release(&ctx);
    return st;
}

void kp_proposal_free(struct kp_proposal *proposal)
{
    struct kp_buf text = {.data = proposal->text};
    kp_buf_release(&text);
    *proposal = (struct kp_proposal){0};
}
