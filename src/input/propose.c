/* Proposes a mapping file for an export without one: recognised columns, suggestions, and columns left out,
 * with the shapes of the values but never a value. */
#include <inttypes.h>
#include <string.h>

#include "base/escape.h"
#include "base/scan.h"
#include "base/status.h"
#include "input/digits.h"
#include "input/header_names.h"
#include "input/intake.h"
#include "input/mapping.h"
#include "input/survey.h"

enum fate { UNLISTED, RECOGNISED, SETTLED, SUGGESTED, LEFT };

/* What is proposed for a column. */
struct choice {
    enum fate fate;
    const struct kp_column *column;
    const struct kp_column_survey *survey;
    struct kp_column as; /* with the target to write */
};

struct proposer {
    struct kp_context *ctx;
    const struct kp_input_options *options;
    const struct kp_input *input;
    struct kp_survey survey;
    struct choice *choices; /* one per column */
    size_t n;
    struct kp_buf *out;
    struct kp_proposal counts;
};

/* --- choosing --- */

/* Returns whether the values settle an ambiguous header: only names in kana, only words for the insured or
 * dependants. */
static bool is_settled(const struct proposer *p, const struct kp_column_survey *s, uint32_t target)
{
    bool fits = (target == KP_F_NAME_KANA && s->kana == s->filled) ||
                (target == KP_F_QUALIFICATION && s->qualifications == s->filled);
    return fits && s->filled > 0 && !kp_mapping_has(&p->input->mapping, KP_COL_FIELD, target);
}

/* Returns whether the column is 単位 of a measured item up to three columns to the left. */
static bool is_unit_beside(const struct proposer *p, const struct kp_column *column, struct kp_column *ret_as)
{
    enum { FARTHEST = 3 };
    const struct kp_column *first = p->input->mapping.columns, *item = column;
    const char *name = *column->second ? column->second : column->header;
    while (item > first && item->kind == KP_COL_UNMAPPED && column - item < FARTHEST)
        item--;
    if (strcmp(name, "単位") != 0 || item->kind != KP_COL_ITEM || item->is_pair ||
        p->ctx->tables.items[item->index].type != KP_TYPE_PQ)
        return false;
    ret_as->kind = KP_COL_UNIT;
    ret_as->index = item->index;
    return true;
}

static void choose(const struct proposer *p, struct choice *c)
{
    struct kp_arena *arena = &p->ctx->arena;
    const struct kp_tables *tables = &p->ctx->tables;
    uint32_t target = 0;
    if (c->column->kind != KP_COL_UNMAPPED) {
        c->fate = c->column->kind < KP_COL_FIELD             ? UNLISTED
                  : c->column->reading == KP_READING_NUMBERS ? LEFT
                  : c->column->reading >= KP_READING_UNKNOWN ? SUGGESTED
                                                             : RECOGNISED;
        if (c->fate == LEFT)
            c->as.why = KP_WHY_NUMBERS;
        return;
    }
    c->fate = LEFT;
    if (c->column->why != KP_WHY_UNKNOWN)
        return;
    bool hint = kp_header_hint(arena, tables, c->column->header, &target) ||
                kp_header_hint(arena, tables, c->column->second, &target);
    bool settled = hint && is_settled(p, c->survey, target);
    if (!settled && is_unit_beside(p, c->column, &c->as)) {
        c->fate = SUGGESTED;
    } else if (settled) {
        c->fate = SETTLED;
        kp_target_set(tables, target, &c->as);
    } else if (c->column->like) {
        c->fate = SUGGESTED;
        c->as = *c->column->like;
    }
}

/* --- writing --- */

/* "# #21 身長: ...; 223/224: 999.9 ×200, 99.9 ×23" */
static void put_comment(const struct proposer *p, const struct choice *c, const char *what)
{
    const char *texts[] = {c->column->header, c->column->second};
    kp_buf_printf(p->out, "# #%u", c->column->number);
    for (size_t i = 0; i < KP_COUNT(texts); i++) {
        kp_buf_str(p->out, *texts[i] ? " " : "");
        for (const char *at = texts[i]; *at; at++)
            kp_buf_char(p->out, (unsigned char)*at < 0x20 ? ' ' : *at);
    }
    kp_buf_printf(p->out, "%s%s; %" PRIu64 "/%" PRIu64 "%s", *what ? ": " : "", what, c->survey->filled,
                  p->survey.rows, c->survey->filled ? ": " : "");
    kp_shapes_write(&c->survey->shapes, p->out);
    kp_buf_char(p->out, '\n');
}

static void put_remark(const struct proposer *p, const char *ja, const char *en)
{
    kp_buf_printf(p->out, "# %s\n", kp_say(p->ctx, ja, en));
}

/* Returns whether a later column has the same header and target: two exports side by side, where the second
 * half counts. */
static bool is_superseded(const struct proposer *p, const struct kp_column *column)
{
    const struct kp_mapping *m = &p->input->mapping;
    if (column->kind == KP_COL_ITEM && p->ctx->tables.items[column->index].several != KP_SEVERAL_AGREE)
        return false;
    for (const struct kp_column *later = column + 1; later < m->columns + m->n_columns; later++)
        if (later->kind == column->kind && later->index == column->index &&
            strcmp(later->header, column->header) == 0)
            return true;
    return false;
}

static void put_section(const struct proposer *p, const char *ja, const char *en)
{
    kp_buf_printf(p->out, "#\n# -- %s\n", kp_say(p->ctx, ja, en));
}

static void put_head(const struct proposer *p)
{
    static const char *const encodings[] = {[KP_ENC_AUTO] = "",
                                            [KP_ENC_CP932] = "CP932",
                                            [KP_ENC_UTF8] = "UTF-8",
                                            [KP_ENC_UTF16LE] = "UTF-16LE",
                                            [KP_ENC_UTF16BE] = "UTF-16BE"};
    const struct kp_input *input = p->input;
    enum kp_encoding found = input->probe.encoding;
    bool utf16 = found == KP_ENC_UTF16LE || found == KP_ENC_UTF16BE;
    const char *slash = strrchr(input->path, '/');
    kp_buf_printf(
        p->out, "# kenporter " KP_VERSION " map: %s (%s, %s, %s %u, %s %u, %s %zu, %s %" PRIu64 ")\n",
        slash ? slash + 1 : input->path, encodings[utf16 ? found : input->encoding],
        kp_term(&p->ctx->diag, "delimiter", kp_delimiter_name(input->delimiter)),
        kp_say(p->ctx, "表題行", "title rows"), input->n_title_rows,
        kp_say(p->ctx, "見出し行", "header rows"), input->n_header_rows, kp_say(p->ctx, "列", "columns"),
        input->mapping.n_columns, kp_say(p->ctx, "調べた行", "rows looked at"), p->survey.rows);
    put_remark(
        p, "「# 」で始まる行は注釈。候補を採るには「# 」を消す。値は出さず、記入数と値の形だけを示す。",
        "Lines that begin with \"# \" are comments. Remove it to accept a suggestion. Values are not shown, "
        "only how many cells are filled and their shapes.");
    kp_buf_str(p->out, "column,target,unit,values\n");
}

/* Returns what the comment says about the column. */
static const char *describe(const struct proposer *p, const struct choice *c)
{
    const struct kp_column *as = &c->as;
    if (c->fate == LEFT)
        return kp_why_words(p->ctx, as->why);
    if (c->fate == SUGGESTED)
        return kp_term(&p->ctx->diag, "field", kp_column_meaning(&p->ctx->tables, as));
    if (c->fate == SETTLED)
        return kp_say(p->ctx, "見出しは曖昧だが値の形で決まる",
                      "ambiguous by its header, settled by its values");
    const char *why = as->why == KP_WHY_NAME
                          ? kp_say(p->ctx, "見出しが項目名・コードそのもの", "the header is its name or code")
                          : kp_say(p->ctx, "既知の見出し", "the header is a known synonym");
    const char *what = kp_arena_printf(
        &p->ctx->arena, "%s%s%s, %s", kp_term(&p->ctx->diag, "field", kp_column_meaning(&p->ctx->tables, as)),
        as->is_pair ? " / " : "", as->is_pair ? p->ctx->tables.items[as->casual].name : "", why);
    return what ? what : "";
}

/* The line counts only once its comment sign is taken away. */
static void put_digits(const struct proposer *p, const struct choice *c)
{
    const char *words = kp_digits_words(&p->ctx->arena, &p->ctx->tables, c->column);
    if (c->column->reading == KP_READING_FOREIGN)
        put_remark(
            p, "表にない数字があり、公式のコードではありえません。values に数字ごとの意味を書いてください:",
            "some digits are outside the list, so they cannot be the official codes; say in values what "
            "each means:");
    kp_buf_printf(
        p->out, "# %s%s\n", words,
        c->column->reading == KP_READING_FOREIGN || !*words ? "" : kp_say(p->ctx, " で正しいか", ": right?"));
    kp_buf_printf(p->out, "# %s\n", c->column->remedy);
}

static void put_choice(const struct proposer *p, const struct choice *c)
{
    bool recognised = c->fate == RECOGNISED, superseded = recognised && is_superseded(p, c->column);
    bool dashed = recognised && c->survey->dashes > 0 && p->survey.dash_is_empty;
    bool dash_is_empty = dashed && c->survey->has_negative;
    put_comment(p, c, describe(p, c));
    if (superseded)
        put_remark(p, "右にも同じ見出しがあります(2つの出力の結合)。最後の列を採ります",
                   "repeated further right (two exports side by side): the last column is used");
    if (dash_is_empty)
        put_remark(p, "この出力では「-」は空欄の意味で使われ、陰性は別の書き方です",
                   "a lone - means an empty cell in this export, which writes negative results otherwise");
    else if (dashed)
        put_remark(p, "「-」の意味が決まりません。values に -=コード(陰性)か -=(空欄)と書いてください",
                   "a lone - is ambiguous here: write -=CODE (negative) or -= (empty) as values");
    if (c->fate == SUGGESTED && c->as.kind == KP_COL_ITEM &&
        kp_is_judged(&p->ctx->tables.items[c->as.index]) && kp_is_graded(&p->ctx->arena, c->column))
        put_remark(p, "判定の英字や数字の意味は values に書いてください(A=2|B=1 など)",
                   "say in values what letters and digits of the institution's grades mean, such as A=2|B=1");
    if (c->column->reading >= KP_READING_UNKNOWN) {
        put_digits(p, c);
        return;
    }
    kp_buf_str(p->out, recognised || c->fate == SETTLED ? "" : "# ");
    kp_buf_printf(p->out, "%s,", c->column->name);
    if (superseded || c->fate == LEFT) {
        kp_buf_str(p->out, "ignore,,\n");
        return;
    }
    kp_column_put_target(&p->ctx->tables, &c->as, p->out);
    kp_buf_printf(p->out, ",%s,%s\n", c->as.unit ? c->as.unit : "", dash_is_empty ? "-=" : "");
}

/* Writes the choices with either fate and returns their number. */
static size_t put_choices(const struct proposer *p, enum fate fate, enum fate or)
{
    size_t n = 0;
    for (const struct choice *c = p->choices; c < p->choices + p->n; c++)
        if (c->fate == fate || c->fate == or) {
            put_choice(p, c);
            n++;
        }
    return n;
}

/* Lists the required fields that no column was recognised as, or settled as by its values. */
static void put_lacking(struct proposer *p)
{
    const struct kp_field_info *lacking[KP_F__COUNT];
    size_t n = kp_mapping_lacks(&p->input->mapping, p->options, lacking);
    bool has_name = false;
    for (size_t i = 0; i < p->n; i++)
        has_name |= p->choices[i].fate == SETTLED && p->choices[i].as.index == KP_F_NAME_KANA;
    for (size_t i = 0; i < n; i++) {
        if (has_name && lacking[i] == &kp_fields[KP_F_NAME_KANA])
            continue;
        if (p->counts.lacking++ == 0)
            put_section(p, "必須だが列が見つからないもの(健診機関は設定ファイルの [facility] でも可)",
                        "required, but no column was found (the facility can be given as [facility] in the "
                        "configuration)");
        kp_buf_printf(p->out, "# %s (%s)\n", lacking[i]->name, lacking[i]->header);
    }
}

/* Failures mark out or the arena. */
static void write_proposal(struct proposer *p)
{
    p->n = p->input->mapping.n_columns;
    p->choices = kp_arena_alloc(&p->ctx->arena, (p->n + 1) * sizeof(*p->choices));
    if (!p->choices)
        return;
    for (size_t i = 0; i < p->n; i++) {
        const struct kp_column *column = &p->input->mapping.columns[i];
        p->choices[i] = (struct choice){.column = column, .survey = &p->survey.columns[i], .as = *column};
        choose(p, &p->choices[i]);
    }
    if (p->ctx->arena.failed)
        return;
    put_head(p);
    put_section(p, "認識した列", "recognised");
    p->counts.recognised = put_choices(p, RECOGNISED, SETTLED);
    put_section(p, "候補(確実ではありません。確かめてから採用)",
                "suggestions, not certain: check before you accept one");
    p->counts.suggested = put_choices(p, SUGGESTED, SUGGESTED);
    put_section(p, "使わない列", "not used");
    p->counts.left = put_choices(p, LEFT, LEFT);
    put_lacking(p);
}

enum kp_status kp_propose(const struct kp_map_options *options, const struct kp_env *env,
                          struct kp_proposal *ret_proposal)
{
    enum kp_status st = KP_OK;
    struct kp_context ctx;
    struct kp_inputs inputs = {0};
    struct kp_buf out = {0};
    struct proposer p = {.ctx = &ctx, .options = &options->input, .out = &out};
    KP_TRY_OUT(kp_context_init(&ctx, &options->common, env));
    KP_TRY_OUT(kp_context_load_tables(&ctx));
    KP_TRY_OUT(kp_intake_one(&ctx, &options->input, options->path, &inputs));
    KP_TRY_OUT(kp_survey(&ctx, &inputs, options->input.delimiter, &p.survey));
    p.input = &inputs.list[0];
    write_proposal(&p);
    KP_TRY_OUT(!ctx.arena.failed && kp_buf_take(&out, &p.counts.text) ? KP_OK : kp_no_memory(&ctx));
    *ret_proposal = p.counts;
out:
    kp_buf_release(&out);
    st = kp_context_finish(&ctx, st);
    kp_context_release(&ctx);
    return st;
}

void kp_proposal_free(struct kp_proposal *proposal)
{
    kp_buf_release(&(struct kp_buf){.data = proposal->text});
    *proposal = (struct kp_proposal){0};
}
