#include "tables/diag.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/escape.h"
#include "base/status.h"
#include "format/sheet.h"
#include "tables/names.h"

enum kp_status kp_catalogue_load(struct kp_arena *arena, struct kp_catalogue *ret_catalogue)
{
    static const char *const columns[] = {"code",    "name",    "level",     "ground",
                                          "text_en", "text_ja", "remedy_en", "remedy_ja"};
    const struct kp_embedded *file = kp_embedded_find("messages.csv");
    struct kp_sheet sheet;
    if (!file || kp_sheet_read(&sheet, arena, NULL, file->bytes, (size_t)(file->end - file->bytes),
                               KP_COMMENTS_NONE) != KP_OK)
        return KP_E_SYSTEM;
    size_t at[KP_COUNT(columns)];
    for (size_t i = 0; i < KP_COUNT(columns); i++)
        if (!kp_sheet_column(&sheet, columns[i], &at[i]))
            return KP_E_SYSTEM;
    struct kp_msg *rows = kp_arena_alloc(arena, sheet.n_rows * sizeof(*rows));
    if (!rows)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < sheet.n_rows; i++) {
        const char *const *cells = sheet.rows[i].cells;
        size_t level = 0;
        bool known = kp_name_find(kp_level_names, cells[at[2]], &level);
        rows[i] = (struct kp_msg){.code = (unsigned)strtoul(cells[at[0]] + 1, NULL, 10),
                                  .level = (enum kp_level)level,
                                  .name = cells[at[1]],
                                  .ground = cells[at[3]],
                                  .text = {[KP_LANG_EN] = cells[at[4]], [KP_LANG_JA] = cells[at[5]]},
                                  .remedy = {[KP_LANG_EN] = cells[at[6]], [KP_LANG_JA] = cells[at[7]]}};
        if (!known || (i > 0 && rows[i].code <= rows[i - 1].code))
            return KP_E_SYSTEM;
    }
    const size_t n_codes = sheet.n_rows ? rows[sheet.n_rows - 1].code + 1 : 0;
    uint16_t *places = kp_arena_alloc(arena, n_codes * sizeof(*places));
    for (size_t i = 0; places && i < sheet.n_rows; i++)
        places[rows[i].code] = (uint16_t)(i + 1);
    if (!places)
        return KP_E_SYSTEM;
    *ret_catalogue = (struct kp_catalogue){.rows = rows, .n_rows = sheet.n_rows, .places = places};
    return kp_terms_load(arena, &ret_catalogue->terms);
}

const struct kp_msg *kp_catalogue_find(const struct kp_catalogue *catalogue, unsigned code)
{
    if (catalogue->n_rows == 0 || code > catalogue->rows[catalogue->n_rows - 1].code)
        return NULL;
    const unsigned place = catalogue->places[code];
    return place ? &catalogue->rows[place - 1] : NULL;
}

void kp_findings_append(struct kp_findings *findings, enum kp_code code, const char *field, const char *value,
                        const char *const args[3])
{
    struct kp_finding *finding = kp_arena_alloc(findings->arena, sizeof(*finding));
    if (!finding)
        return;
    *finding = (struct kp_finding){.code = code,
                                   .field = field,
                                   .column = findings->column,
                                   .header = findings->header,
                                   .mapping = findings->mapping,
                                   .line = findings->line,
                                   .row = findings->row,
                                   .args = {args[0], args[1], args[2]},
                                   .value = value};
    if (findings->last)
        findings->last->next = finding;
    else
        findings->first = finding;
    findings->last = finding;
}

bool kp_refused(const struct kp_findings *findings, const char *field)
{
    for (const struct kp_finding *f = findings->first; f; f = f->next)
        if (kp_is_refusal(f) && f->field && strcmp(f->field, field) == 0)
            return true;
    return false;
}

enum kp_level kp_diag_level(const struct kp_diag *diag, enum kp_code code)
{
    const struct kp_msg *msg = kp_catalogue_find(diag->catalogue, code);
    enum kp_level level = msg ? msg->level : KP_LEVEL_FAIL;
    bool of_a_record = code >= 3000 && code < 6000;
    return diag->strict && of_a_record && level == KP_LEVEL_WARN ? KP_LEVEL_REJECT : level;
}

enum kp_level kp_diag_worst(const struct kp_diag *diag, const struct kp_findings *findings)
{
    enum kp_level worst = KP_LEVEL_NOTE;
    for (const struct kp_finding *f = findings->first; f; f = f->next)
        if (kp_diag_level(diag, f->code) > worst)
            worst = kp_diag_level(diag, f->code);
    return worst;
}

const char *kp_term(const struct kp_diag *diag, const char *kind, const char *id)
{
    return kp_terms_find(&diag->catalogue->terms, diag->lang, kind, id);
}

/* Where the words for the placeholders of a text come from. */
struct filling {
    const struct kp_diag *diag;
    const struct kp_finding *finding;
};

/* Appends the words for a placeholder. */
typedef void fill_fn(const struct filling *from, char which, struct kp_buf *out);

/* Appends the words of a kind for a list of ids, "a, b". */
static void put_terms(const struct kp_diag *diag, const char *kind, const char *list, struct kp_buf *out)
{
    struct kp_arena scratch = {0};
    for (const char *comma; (comma = strstr(list, ", ")) != NULL; list = comma + 2) {
        const char *id = kp_arena_strndup(&scratch, list, (size_t)(comma - list));
        kp_buf_printable(out, id ? kp_term(diag, kind, id) : "…");
        kp_buf_str(out, diag->lang == KP_LANG_JA ? "、" : ", ");
    }
    kp_buf_printable(out, kp_term(diag, kind, list));
    kp_arena_release(&scratch);
}

/* The argument itself, or the words for it. */
static void put_argument(const struct filling *from, char which, struct kp_buf *out)
{
    const struct kp_finding *finding = from->finding;
    const struct kp_placeholder *p = kp_placeholder_of(&from->diag->catalogue->terms, finding->code, which);
    const char *arg = which >= '1' && which <= '3' ? finding->args[which - '1'] : NULL;
    if (which == 'v')
        arg = from->diag->show_values ? finding->value : "…";
    else if (which == 'm')
        arg = finding->mapping ? finding->mapping : "…";
    else if (arg && p && *p->kind) {
        put_terms(from->diag, p->kind, arg, out);
        return;
    } else if (arg)
        arg = kp_term(from->diag, "detail", arg);
    kp_buf_printable(out, arg ? arg : "");
}

static void put_description(const struct filling *from, char which, struct kp_buf *out)
{
    const struct kp_placeholder *p =
        kp_placeholder_of(&from->diag->catalogue->terms, from->finding->code, which);
    kp_buf_str(out, p ? p->text[from->diag->lang] : "…");
}

static void put_dots(const struct filling *from, char which, struct kp_buf *out)
{
    (void)from, (void)which;
    kp_buf_str(out, "…");
}

static void fill_in(struct kp_buf *out, const char *template, fill_fn *put, const struct filling *from)
{
    for (const char *at = template; *at; at++) {
        if (at[0] != '{' || at[1] == '\0' || at[2] != '}') {
            kp_buf_char(out, *at);
            continue;
        }
        put(from, at[1], out);
        at += 2;
    }
}

char *kp_diag_general(const char *text, struct kp_arena *arena)
{
    struct kp_buf out = {0};
    fill_in(&out, text, put_dots, NULL);
    char *general = kp_buf_ok(&out) ? kp_arena_strdup(arena, kp_buf_text(&out)) : NULL;
    kp_buf_release(&out);
    return general;
}

void kp_diag_explain(const struct kp_diag *diag, const struct kp_msg *msg, const char *template,
                     struct kp_buf *out)
{
    const struct kp_finding finding = {.code = (enum kp_code)msg->code};
    fill_in(out, template, put_description, &(struct filling){diag, &finding});
}

/* Returns whether the finding is about a column whose header the name of its field does not contain. */
static bool names_header(const struct kp_diag *diag, const struct kp_finding *finding)
{
    const char *field = finding->field ? kp_term(diag, "field", finding->field) : "";
    return finding->header && *finding->header && !strstr(field, finding->header);
}

static void put_header(const struct kp_diag *diag, const char *header, struct kp_buf *out)
{
    kp_buf_str(out, diag->lang == KP_LANG_JA ? "「" : "'");
    kp_buf_printable(out, header);
    kp_buf_str(out, diag->lang == KP_LANG_JA ? "」" : "'");
}

void kp_diag_where(const struct kp_diag *diag, const struct kp_finding *finding, bool with_header,
                   struct kp_buf *out)
{
    uint64_t row = with_header ? finding->row : 0;
    char name[KP_CELL_NAME];
    bool ja = diag->lang == KP_LANG_JA;
    const char *field = finding->field ? kp_term(diag, "field", finding->field) : "";
    kp_buf_printable(out, field);
    if (finding->column == 0)
        return;
    kp_buf_str(out, *field ? " " : "");
    kp_cell_name(finding->column, name);
    if (ja)
        kp_buf_printf(out, "%s列", name);
    else
        kp_buf_printf(out, "%s %s", row ? "cell" : "column", name);
    if (row)
        kp_buf_printf(out, ja ? " %" PRIu64 "行" : "%" PRIu64, row);
    if (with_header && names_header(diag, finding)) {
        kp_buf_str(out, ja ? "" : " ");
        put_header(diag, finding->header, out);
    }
}

void kp_diag_text(const struct kp_diag *diag, const struct kp_finding *finding, struct kp_buf *out)
{
    const struct kp_msg *msg = kp_catalogue_find(diag->catalogue, finding->code);
    if (!msg)
        return;
    if (names_header(diag, finding)) {
        kp_buf_str(out, diag->lang == KP_LANG_JA ? "列" : "column ");
        put_header(diag, finding->header, out);
        kp_buf_str(out, ": ");
    }
    fill_in(out, msg->text[diag->lang], put_argument, &(struct filling){diag, finding});
    if (diag->show_values && finding->value && !strstr(msg->text[diag->lang], "{v}")) {
        kp_buf_str(out, " [");
        kp_buf_printable(out, finding->value);
        kp_buf_char(out, ']');
    }
}

void kp_diag_remedy(const struct kp_diag *diag, const struct kp_finding *finding, struct kp_buf *out)
{
    const struct kp_msg *msg = kp_catalogue_find(diag->catalogue, finding->code);
    if (msg)
        fill_in(out, msg->remedy[diag->lang], put_argument, &(struct filling){diag, finding});
}

void kp_diag_send_as(struct kp_diag *diag, enum kp_level level, const char *file, uint64_t line,
                     const struct kp_finding *finding)
{
    const struct kp_msg *msg = kp_catalogue_find(diag->catalogue, finding->code);
    diag->n_sent[level]++;
    if (!kp_diag_shows(diag, level))
        return;
    struct kp_buf text = {0}, remedy = {0}, where = {0};
    struct kp_finding headless = *finding;
    headless.header = finding->column ? NULL : finding->header;
    kp_diag_where(diag, finding, true, &where);
    kp_diag_text(diag, &headless, &text);
    kp_diag_remedy(diag, finding, &remedy);
    if (!msg)
        kp_buf_str(&text, "out of memory"); /* the catalogue could not be loaded */
    struct kp_arena arena = {0};
    struct kp_message message = {.level = level,
                                 .code = finding->code,
                                 .file = file ? kp_shown_name(&arena, file) : NULL,
                                 .line = line,
                                 .field = where.len ? kp_buf_text(&where) : NULL,
                                 .text = kp_buf_ok(&text) ? kp_buf_text(&text) : "",
                                 .remedy = kp_buf_ok(&remedy) ? kp_buf_text(&remedy) : ""};
    diag->env->message(diag->env->ctx, &message);
    kp_buf_release(&text);
    kp_buf_release(&remedy);
    kp_buf_release(&where);
    kp_arena_release(&arena);
}

void kp_diag_send(struct kp_diag *diag, const char *file, uint64_t line, const struct kp_finding *finding)
{
    kp_diag_send_as(diag, kp_diag_level(diag, finding->code), file, line, finding);
}

/* Not about a record, so that strict does not make a warning a rejection. */
enum kp_status kp_diag_report(struct kp_diag *diag, enum kp_status status, enum kp_code code,
                              struct kp_where where, const char *const args[3])
{
    struct kp_finding finding = {
        .code = code, .field = where.field, .column = where.column, .args = {args[0], args[1], args[2]}};
    const struct kp_msg *msg = kp_catalogue_find(diag->catalogue, code);
    kp_diag_send_as(diag, msg ? msg->level : KP_LEVEL_FAIL, where.file, where.line, &finding);
    return status;
}

enum kp_status kp_unreadable(struct kp_diag *diag, enum kp_status st, enum kp_status status,
                             enum kp_code code, const char *path, const char *arg)
{
    const char *why = strerror(errno ? errno : EIO);
    if (st == KP_E_SYSTEM)
        return kp_fail(diag, st, KP_K_NO_MEMORY, KP_NOWHERE);
    return kp_fail(diag, status, code, kp_in(path), arg ? arg : why, arg ? why : NULL);
}
