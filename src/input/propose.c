#include "input/propose.h"

#include <inttypes.h>
#include <string.h>

#include "base/status.h"

/* --- looking --- */

static const struct kp_item *coded_item(const struct kp_run *run, const struct kp_column *column)
{
    if (column->kind != KP_COL_ITEM || !*run->tables.items[column->index].code_system)
        return NULL;
    return &run->tables.items[column->index];
}

static bool hint_of(struct kp_run *run, const struct kp_column *column, uint32_t *ret_target)
{
    const char *headers[] = {column->header, column->second};
    for (size_t i = 0; i < KP_COUNT(headers); i++) {
        const char *key = headers[i] ? kp_text_header_key(&run->arena, headers[i]) : NULL;
        if (key && kp_map_get(&run->tables.header_hint, key, ret_target))
            return true;
    }
    return false;
}

static void look_at_dash(const struct kp_run *run, const struct kp_column *column, const char *key,
                         struct kp_column_look *look, bool *ret_empty)
{
    const struct kp_item *item = coded_item(run, column);
    const char *of_dash = item ? kp_code_of(&run->tables, item->code_system, "-") : NULL;
    if (kp_text_is_dash(key)) {
        look->dashes++;
        *ret_empty |= !of_dash && column->kind >= KP_COL_FIELD;
    } else if (of_dash) {
        const char *code = kp_code_of(&run->tables, item->code_system, key);
        look->has_negative |= code && strcmp(code, of_dash) == 0;
    }
}

static bool look_at_cell(struct kp_run *run, struct kp_arena *scratch, const struct kp_column *column,
                         const char *cell, struct kp_column_look *look, bool *ret_empty)
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
    look->known += kp_code_of(&run->tables, "qualification", key) != NULL;
    look_at_dash(run, column, key, look, ret_empty);
    return kp_shapes_add(&look->shapes, &run->arena, text);
}

static bool look_at_row(struct kp_run *run, const struct kp_input *input, const struct kp_csvrow *row,
                        struct kp_arena *scratch, struct kp_look *look)
{
    struct kp_buf text = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < row->n_cells && i < input->mapping.n_columns; i++) {
        size_t bad = 0;
        kp_buf_reset(&text);
        if (kp_text_decode(run->text, input->encoding, row->cells[i].bytes, row->cells[i].n, &text, &bad))
            ok = look_at_cell(run, scratch, &input->mapping.columns[i], kp_buf_text(&text), &look->columns[i],
                              &look->dash_is_empty);
    }
    ok &= kp_buf_ok(&text);
    kp_buf_release(&text);
    return ok;
}

enum kp_status kp_look_at(struct kp_run *run, struct kp_input *input, struct kp_look *ret_look)
{
    enum kp_status st = KP_OK;
    struct kp_csvin *in = NULL;
    struct kp_csvrow row;
    struct kp_arena scratch = {0};
    struct kp_look look = {.columns = kp_arena_alloc(&run->arena,
                                                     (input->mapping.n_columns + 1) * sizeof(*look.columns))};
    if (!look.columns || kp_csvin_open(&in, run->io, input->place, run->options->delimiter) != KP_OK)
        return kp_no_memory(run);
    kp_csvin_is_export(in);
    const unsigned above = input->n_title_rows + input->n_header_rows;
    for (uint64_t n = 0; n < KP_LOOK_ROWS + above; n++) {
        bool end = false;
        if (kp_csvin_next(in, &row, &end) != KP_OK) {
            st = kp_input_fault(run, input->path, in);
            goto out;
        }
        if (end)
            break;
        if (n < above || row.n_cells != input->mapping.n_columns)
            continue;
        look.rows++;
        kp_arena_reset(&scratch);
        if (!look_at_row(run, input, &row, &scratch, &look)) {
            st = kp_no_memory(run);
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

/* Ambiguous headers that the values settle: a name in kana alone, words for the insured and dependants alone. */
static bool settled_by_values(struct kp_run *run, const struct kp_input *input, const struct kp_column_look *look,
                              uint32_t target)
{
    for (size_t i = 0; i < input->mapping.n_columns; i++)
        if (input->mapping.columns[i].kind == KP_COL_FIELD && input->mapping.columns[i].index == target)
            return false; /* another column has it */
    (void)run;
    return look->filled > 0 && ((target == KP_F_NAME_KANA && look->kana == look->filled) ||
                                (target == KP_F_QUALIFICATION && look->known == look->filled));
}

/* A known header inside an unknown one: "今回_身長". Words that name a judgement or another year forbid it. */
static bool contained(struct kp_run *run, const char *header, uint32_t *ret_target)
{
    enum { LEAST_BYTES = 6 }; /* two characters of Japanese */
    const struct kp_map *known = &run->tables.header_target;
    const char *key = kp_text_header_key(&run->arena, header);
    size_t longest = 0;
    if (!key || kp_is_header_trap(&run->tables, key))
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

/* Two exports side by side repeat headers, and the second half counts: a later column of the same name and target. */
static bool is_superseded(const struct kp_run *run, const struct kp_input *input, const struct kp_column *column)
{
    const struct kp_mapping *m = &input->mapping;
    if (column->kind < KP_COL_FIELD || (column->kind == KP_COL_ITEM &&
                                        run->tables.items[column->index].several != KP_SEVERAL_AGREE))
        return false;
    for (const struct kp_column *later = column + 1; later < m->columns + m->n_columns; later++)
        if (later->kind == column->kind && later->index == column->index &&
            strcmp(later->header, column->header) == 0)
            return true;
    return false;
}

/* --- writing --- */

struct writer {
    struct kp_run *run;
    const struct kp_input *input;
    const struct kp_look *look;
    struct kp_buf *out;
    const char **keys; /* of the headers, by column: what a mapping file compares */
};

static const char *say(const struct writer *w, const char *en, const char *ja)
{
    return w->run->diag.lang == KP_LANG_JA ? ja : en;
}

/* How a mapping file names the column: by its header when that is clear, else by its number. */
static void put_column(const struct writer *w, const struct kp_column *column)
{
    const char *mark = strrchr(column->header, '@');
    bool clear = *column->header && column->header[0] != '#' && !strpbrk(column->header, "\r\n\"") &&
                 !(mark && mark[1] >= '0' && mark[1] <= '9') && !column->second && !is_repeated(w->input, column);
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
    static const char *const suffixes[] = {[KP_COL_LOW] = ".low", [KP_COL_HIGH] = ".high", [KP_COL_FLAG] = ".flag",
                                           [KP_COL_UNIT] = ".unit"};
    const struct kp_item *items = w->run->tables.items;
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
    const struct kp_column_look *look = &w->look->columns[column - w->input->mapping.columns];
    const char *texts[] = {column->header, column->second};
    kp_buf_printf(w->out, "# #%u", column->number);
    for (size_t i = 0; i < KP_COUNT(texts); i++) {
        kp_buf_str(w->out, texts[i] && *texts[i] ? " " : "");
        for (const char *at = texts[i] ? texts[i] : ""; *at; at++)
            kp_buf_char(w->out, (unsigned char)*at < 0x20 ? ' ' : *at);
    }
    kp_buf_printf(w->out, "%s%s; %" PRIu64 "/%" PRIu64 "%s", *what ? ": " : "", what, look->filled, w->look->rows,
                  look->filled ? ": " : "");
    kp_shapes_write(&look->shapes, w->out);
    kp_buf_char(w->out, '\n');
}

static const char *name_of(const struct writer *w, const struct kp_column *column)
{
    return column->kind == KP_COL_FIELD ? kp_field_name((enum kp_field)column->index)
                                        : w->run->tables.items[column->index].name;
}

static void put_recognised(const struct writer *w, const struct kp_column *column, const char *why)
{
    const struct kp_column_look *look = &w->look->columns[column - w->input->mapping.columns];
    bool dashed = look->dashes > 0 && w->look->dash_is_empty && coded_item(w->run, column) &&
                  kp_code_of(&w->run->tables, coded_item(w->run, column)->code_system, "-");
    bool superseded = is_superseded(w->run, w->input, column);
    put_comment(w, column,
                kp_arena_printf(&w->run->arena, "%s%s%s, %s", name_of(w, column), column->is_pair ? " / " : "",
                                column->is_pair ? w->run->tables.items[column->casual].name : "", why));
    if (superseded)
        kp_buf_printf(w->out, "# %s\n", say(w, "stands again further right, as where two exports are joined: the last one counts",
                                            "右にも同じ見出しがあります(2つの出力の結合)。最後の列を採ります"));
    if (dashed && look->has_negative)
        kp_buf_printf(w->out, "# %s\n", say(w, "a lone - means nothing here: this export writes it so elsewhere, and negative otherwise",
                                            "この出力では「-」は空欄の意味で使われ、陰性は別の書き方です"));
    else if (dashed)
        kp_buf_printf(w->out, "# %s\n", say(w, "a lone - is ambiguous here: write -=CODE (negative) or -= (nothing) as values",
                                            "「-」の意味が決まりません。values に -=コード(陰性)か -=(空欄)と書いてください"));
    put_column(w, column);
    kp_buf_char(w->out, ',');
    if (superseded)
        kp_buf_str(w->out, "ignore");
    else
        put_target(w, column);
    kp_buf_printf(w->out, ",%s,%s\n", column->unit && !superseded ? column->unit : "",
                  dashed && look->has_negative && !superseded ? "-=" : "");
}

static void put_commented_out(const struct writer *w, const struct kp_column *column, const struct kp_column *as)
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
        return say(w, "the header is its name or code", "見出しが項目名・コードそのもの");
    return say(w, "the header is a known synonym", "既知の見出し");
}

static const char *why_left(const struct writer *w, const struct kp_column *column)
{
    switch (column->why) {
    case KP_WHY_MEAL:
        return say(w, "no column says whether blood was drawn fasting", "空腹時か随時かを示す列がない");
    case KP_WHY_DOCTOR:
        return say(w, "judgement and doctor's name go out together, the other column is not there", "判定と医師名の一方しかない");
    case KP_WHY_UNIT:
        return say(w, "its unit is not one of the item's", "単位が項目の単位に直せない");
    case KP_WHY_ROWS:
        return say(w, "the two header rows say different things", "2行の見出しの意味が食い違う");
    case KP_WHY_UNKNOWN:
    case KP_WHY_MAPPING:
    case KP_WHY_NAME:
    case KP_WHY_SYNONYM:
        break;
    }
    return "";
}

static void put_section(const struct writer *w, const char *en, const char *ja)
{
    kp_buf_printf(w->out, "#\n# -- %s\n", say(w, en, ja));
}

static void put_head(const struct writer *w, const char *encoding, char delimiter)
{
    const char *slash = strrchr(w->input->path, '/');
    kp_buf_printf(w->out, "# kenporter " KP_VERSION " map: %s (%s, %s, %s %u, %s %u, %s %zu, %s %" PRIu64 ")\n",
                  slash ? slash + 1 : w->input->path, encoding,
                  delimiter == '\t' ? "tab" : delimiter == ';' ? "semicolon" : "comma", say(w, "title rows", "表題行"),
                  w->input->n_title_rows, say(w, "header rows", "見出し行"),
                  w->input->n_header_rows, say(w, "columns", "列"), w->input->mapping.n_columns,
                  say(w, "rows looked at", "調べた行"), w->look->rows);
    kp_buf_printf(w->out, "# %s\n",
                  say(w, "Comments begin with \"# \". To accept a suggestion take that away; after a colon: how many are filled, and the shape of the values.",
                      "「# 」で始まる行は注釈。候補を採るには「# 」を消す。値は出さず、記入数と値の形だけを示す。"));
    kp_buf_str(w->out, "column,target,unit,values\n");
}

/* "身長,判定,単位": the unit of the item to the left, as it seems. */
static bool is_unit_beside(const struct kp_run *run, const struct kp_input *input, const struct kp_column *column,
                           struct kp_column *ret_as)
{
    enum { FARTHEST = 3 };
    const char *name = column->second && *column->second ? column->second : column->header;
    if (strcmp(name, "単位") != 0)
        return false;
    const size_t at = (size_t)(column - input->mapping.columns);
    for (size_t i = 1; i <= FARTHEST && i <= at; i++) {
        const struct kp_column *item = column - i;
        if (item->kind == KP_COL_ITEM && !item->is_pair && run->tables.items[item->index].type == KP_TYPE_PQ) {
            ret_as->kind = KP_COL_UNIT;
            ret_as->index = item->index;
            return true;
        }
        if (item->kind != KP_COL_UNMAPPED)
            return false;
    }
    return false;
}

static bool suggest(struct kp_run *run, const struct kp_input *input, const struct kp_column *column,
                    struct kp_column *ret_as)
{
    uint32_t target = 0;
    *ret_as = *column;
    if (column->why != KP_WHY_UNKNOWN)
        return false;
    if (is_unit_beside(run, input, column, ret_as))
        return true;
    if (!hint_of(run, column, &target) && !contained(run, column->header, &target))
        return false;
    kp_target_set(&run->tables, target, ret_as);
    return true;
}

static bool is_settled(struct kp_run *run, const struct kp_input *input, const struct kp_look *look,
                       const struct kp_column *column)
{
    uint32_t target = 0;
    return column->why == KP_WHY_UNKNOWN && hint_of(run, column, &target) &&
           settled_by_values(run, input, &look->columns[column - input->mapping.columns], target);
}

static size_t put_lacking(const struct writer *w, bool name_is_settled)
{
    struct kp_lacking lacking[KP_REQUIRED_FIELDS];
    const struct kp_org *f = &w->run->options->facility;
    size_t n = kp_mapping_lacks(&w->input->mapping, f->number && *f->number && f->name && *f->name, lacking);
    size_t told = 0;
    for (size_t i = 0; i < n; i++) {
        if (name_is_settled && strcmp(lacking[i].field, kp_field_name(KP_F_NAME_KANA)) == 0)
            continue;
        if (told++ == 0)
            put_section(w, "required, but no column was found (the facility may stand in [facility] of the configuration)",
                        "必須だが列が見つからないもの(健診機関は設定ファイルの [facility] でも可)");
        kp_buf_printf(w->out, "# %s (%s)\n", lacking[i].field, lacking[i].header);
    }
    return told;
}

void kp_propose_write(struct kp_run *run, const struct kp_input *input, const struct kp_look *look,
                      struct kp_buf *out, struct kp_proposal *ret)
{
    static const char *const encodings[] = {[KP_ENC_AUTO] = "",           [KP_ENC_CP932] = "CP932",
                                            [KP_ENC_UTF8] = "UTF-8",      [KP_ENC_UTF16LE] = "UTF-16LE",
                                            [KP_ENC_UTF16BE] = "UTF-16BE"};
    const struct kp_column *columns = input->mapping.columns;
    size_t n = input->mapping.n_columns;
    const struct writer w = {run, input, look, out, kp_arena_alloc(&run->arena, (n + 1) * sizeof(*w.keys))};
    for (size_t i = 0; w.keys && i < n; i++)
        w.keys[i] = kp_text_value_key(&run->arena, columns[i].header);
    if (run->arena.failed)
        return; /* the caller looks */
    struct kp_column as;
    bool name_is_settled = false;
    bool utf16 = input->probe.encoding == KP_ENC_UTF16LE || input->probe.encoding == KP_ENC_UTF16BE;
    put_head(&w, encodings[utf16 ? input->probe.encoding : input->encoding], input->delimiter);
    put_section(&w, "recognised", "認識した列");
    for (size_t i = 0; i < n; i++) {
        bool settled = is_settled(run, input, look, &columns[i]);
        if (settled)
            (void)suggest(run, input, &columns[i], &as);
        if (columns[i].kind < KP_COL_FIELD && !settled)
            continue;
        name_is_settled |= settled && as.index == KP_F_NAME_KANA;
        ret->recognised++;
        if (settled) {
            put_comment(&w, &columns[i], say(&w, "ambiguous by its header, settled by its values", "見出しは曖昧だが値の形で決まる"));
            put_column(&w, &columns[i]);
            kp_buf_char(out, ',');
            put_target(&w, &as);
            kp_buf_str(out, ",,\n");
        } else {
            put_recognised(&w, &columns[i], why_known(&w, &columns[i]));
        }
    }
    put_section(&w, "suggestions, not certain: check before you accept one", "候補(確実ではありません。確かめてから採用)");
    for (size_t i = 0; i < n; i++)
        if (columns[i].kind == KP_COL_UNMAPPED && !is_settled(run, input, look, &columns[i]) &&
            suggest(run, input, &columns[i], &as)) {
            ret->suggested++;
            put_comment(&w, &columns[i], name_of(&w, &as));
            put_commented_out(&w, &columns[i], &as);
        }
    put_section(&w, "not used", "使わない列");
    for (size_t i = 0; i < n; i++)
        if (columns[i].kind == KP_COL_UNMAPPED && !is_settled(run, input, look, &columns[i]) &&
            !suggest(run, input, &columns[i], &as)) {
            ret->left++;
            put_comment(&w, &columns[i], why_left(&w, &columns[i]));
            put_commented_out(&w, &columns[i], NULL);
        }
    ret->lacking = put_lacking(&w, name_is_settled);
}

/* --- the whole --- */

enum kp_status kp_propose(const struct kp_options *options, const struct kp_env *env, struct kp_proposal *ret_proposal)
{
    enum kp_status st = KP_OK;
    struct kp_run run;
    struct kp_look look = {0};
    struct kp_buf out = {0};
    struct kp_proposal proposal = {0};
    KP_TRY(kp_run_set_up_tables(&run, options, env));
    run.inputs = kp_arena_alloc(&run.arena, sizeof(*run.inputs));
    if (!run.inputs) {
        st = kp_no_memory(&run);
        goto out;
    }
    run.n_inputs = 1;
    run.inputs[0].path = run.inputs[0].place = options->inputs[0];
    KP_TRY(kp_intake_probe(&run, &run.inputs[0]));
    KP_TRY(kp_intake_map(&run, &run.inputs[0], NULL));
    KP_TRY(kp_look_at(&run, &run.inputs[0], &look));
    kp_propose_write(&run, &run.inputs[0], &look, &out, &proposal);
    if (!kp_buf_ok(&out) || run.arena.failed) {
        st = kp_no_memory(&run);
        goto out;
    }
    proposal.text = out.data;
    out = (struct kp_buf){0};
    *ret_proposal = proposal;
out:
    kp_buf_release(&out);
    kp_run_tear_down(&run);
    return st;
}

void kp_proposal_free(struct kp_proposal *proposal)
{
    struct kp_buf text = {.data = proposal->text};
    kp_buf_release(&text);
    *proposal = (struct kp_proposal){0};
}
