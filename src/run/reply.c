/* kp_reply: logs what an insurer answered about the persons of a bundle. */
#include <inttypes.h>
#include <string.h>

#include "base/escape.h"
#include "base/status.h"
#include "law/register_file.h"
#include "tables/names.h"
#include "run/standing.h"

enum { INSURER, BUNDLE, STATE, DOCUMENT, SYMBOL, NUMBER, BIRTH, CODE, TEXT, DATE };

/* A line of the file. */
struct line {
    const char *insurer, *state, *code, *text;
    const struct kp_return *why; /* of an error; NULL: received */
    struct kp_date birth, date;
    uint32_t document;
    bool logged; /* before */
    const char *detail;
};

struct reply {
    struct kp_context ctx;
    const struct kp_reply_options *options;
    struct kp_log_session session;
    struct kp_standing standing;
    struct kp_register file;
};

/* --- whom a line is about --- */

/* Compares file names, with or without their extension. */
static bool is_named(const char *given, const char *name)
{
    size_t n = strlen(given);
    return strcmp(given, name) == 0 || (n > 0 && strncmp(given, name, n) == 0 && name[n] == '.');
}

/* Widths do not count. */
static bool is_same(struct reply *r, const char *given, const char *logged)
{
    const char *a = kp_arena_strdup(&r->ctx.arena, given), *b = kp_arena_strdup(&r->ctx.arena, logged);
    a = a ? kp_text_nfkc(&r->ctx.arena, a) : NULL;
    b = b ? kp_text_nfkc(&r->ctx.arena, b) : NULL;
    return a && b && strcmp(a, b) == 0;
}

static bool is_about(struct reply *r, size_t row, const struct line *l, const struct kp_standing_document *d)
{
    const struct kp_register *f = &r->file;
    const char *document = kp_register_cell(f, row, DOCUMENT), *bundle = kp_register_cell(f, row, BUNDLE);
    const char *const *c = d->entry.cells;
    struct kp_date birth = {0};
    if (strcmp(c[KP_LOG_INSURER_NUMBER], l->insurer) != 0 || (*bundle && !is_named(bundle, c[KP_LOG_BUNDLE])))
        return false;
    if (*document)
        return is_named(document, c[KP_LOG_DOCUMENT]);
    return kp_date_parse(c[KP_LOG_BIRTH_DATE], &birth, NULL) == KP_DATE_OK && kp_date_is_set(l->birth) &&
           kp_date_compare(birth, l->birth) == 0 &&
           is_same(r, kp_register_cell(f, row, NUMBER), c[KP_LOG_INSURED_NUMBER]) &&
           is_same(r, kp_register_cell(f, row, SYMBOL), c[KP_LOG_INSURED_SYMBOL]);
}

/* Of several documents about one person and examination, the last is meant. */
static void find_document(struct reply *r, size_t row, struct line *l)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->standing.n_documents; i++) {
        const struct kp_standing_document *d = kp_standing_document_at(&r->standing, i);
        if (!is_about(r, row, l, d))
            continue;
        if (*kp_register_cell(&r->file, row, DOCUMENT) || *kp_register_cell(&r->file, row, BUNDLE) ||
            kp_standing_is_last(&r->standing, i)) {
            l->document = i;
            n++;
        }
    }
    if (n == 0)
        kp_register_fault(&r->file, row, *kp_register_cell(&r->file, row, DOCUMENT) ? DOCUMENT : NUMBER,
                          KP_K_REPLY_UNKNOWN, NULL, NULL);
    if (n > 1)
        kp_register_fault(&r->file, row, NUMBER, KP_K_REPLY_AMBIGUOUS, NULL, NULL);
}

static void read_line(struct reply *r, size_t row, struct line *l)
{
    struct kp_register *f = &r->file;
    l->state = kp_register_cell(f, row, STATE);
    l->code = kp_register_cell(f, row, CODE);
    l->text = kp_register_cell(f, row, TEXT);
    bool error = strcmp(l->state, "error") == 0;
    if (!error && strcmp(l->state, "received") != 0)
        kp_register_bad(f, row, STATE, "received or error");
    l->why = error ? kp_return_of(&r->ctx.tables, l->code) : NULL;
    if (l->why)
        l->code = l->why->code;
    else if (error)
        kp_register_bad(f, row, CODE, "01 to 09");
    kp_register_date(f, row, DATE, false, &l->date);
    const char *birth = kp_register_cell(f, row, BIRTH);
    if (*birth && kp_date_parse(birth, &l->birth, NULL) != KP_DATE_OK)
        kp_register_bad(f, row, BIRTH, "a date of birth");
    l->insurer = kp_register_number(f, row, INSURER, kp_register_cell(f, row, INSURER));
    if (l->insurer)
        find_document(r, row, l);
}

/* --- what is logged --- */

static enum kp_status make_detail(struct reply *r, struct line *l)
{
    struct kp_buf out = {0};
    struct kp_json json = {.out = &out};
    char day[11] = "";
    if (kp_date_is_set(l->date))
        kp_date_iso(l->date, day);
    kp_log_session_detail(&r->session, &json);
    kp_json_string(&json, "state", l->state);
    kp_json_string(&json, "code", l->code);
    kp_json_string(&json, "text", l->text);
    kp_json_string(&json, "date", day);
    kp_json_end(&json);
    l->detail = kp_buf_ok(&out) ? kp_arena_strdup(&r->ctx.arena, kp_buf_text(&out)) : NULL;
    kp_buf_release(&out);
    const struct kp_standing_document *d = kp_standing_document_at(&r->standing, l->document);
    l->logged = l->detail && strcmp(d->reply, l->detail) == 0;
    return l->detail ? KP_OK : kp_no_memory(&r->ctx);
}

static enum kp_status add_lines(struct reply *r, struct line *lines)
{
    size_t n = 0;
    for (size_t i = 0; i < r->file.sheet.n_rows; i++) {
        KP_TRY(make_detail(r, &lines[i]));
        struct kp_standing_document *d = kp_standing_document_at(&r->standing, lines[i].document);
        if (lines[i].logged)
            continue;
        d->entry.cells[KP_LOG_EVENT] = kp_audit_event_names[KP_AUDIT_REPLY];
        d->entry.cells[KP_LOG_REASON] = lines[i].code;
        d->entry.cells[KP_LOG_DETAIL] = lines[i].detail;
        KP_TRY(kp_log_session_add(&r->session, &d->entry));
        n++;
    }
    return n ? kp_log_session_commit(&r->session) : KP_OK;
}

/* --- what to correct --- */

/* The file names persons, so it lies in the output folder and not on the screen. */
static enum kp_status write_list(struct reply *r, const struct line *lines, const char **ret_path)
{
    static const enum kp_log_column columns[] = {
        KP_LOG_INSURER_NUMBER, KP_LOG_BUNDLE,    KP_LOG_DOCUMENT,   KP_LOG_EMPLOYEE_ID, KP_LOG_INSURED_SYMBOL,
        KP_LOG_INSURED_NUMBER, KP_LOG_NAME_KANA, KP_LOG_BIRTH_DATE, KP_LOG_EXAM_DATE};
    struct kp_arena *arena = &r->ctx.arena;
    enum kp_lang lang = r->ctx.common->lang;
    const char *folder = kp_arena_printf(arena, "%s/replies", r->session.run.output);
    const char *path = folder ? kp_arena_printf(arena, "%s/%s.csv", folder, r->session.run.run_id) : NULL;
    struct kp_buf out = {0};
    if (!path)
        return kp_no_memory(&r->ctx);
    kp_buf_str(
        &out,
        "\xef\xbb\xbfinsurer_number,bundle,document,employee_id,insured_symbol,insured_number,name_kana,"
        "birth_date,exam_date,code,meaning,remedy,text\r\n");
    for (const struct line *l = lines; l < lines + r->file.sheet.n_rows; l++) {
        if (!l->why)
            continue;
        const char *const *c = kp_standing_document_at(&r->standing, l->document)->entry.cells;
        const char *const more[] = {l->code, l->why->meaning[lang], l->why->remedy[lang], l->text};
        for (size_t i = 0; i < KP_COUNT(columns); i++) {
            kp_buf_csv(&out, c[columns[i]]);
            kp_buf_char(&out, ',');
        }
        for (size_t i = 0; i < KP_COUNT(more); i++) {
            kp_buf_csv(&out, more[i]);
            kp_buf_str(&out, i + 1 < KP_COUNT(more) ? "," : "\r\n");
        }
    }
    enum kp_status st = kp_buf_ok(&out) ? KP_OK : kp_no_memory(&r->ctx);
    if (st == KP_OK && (kp_make_folders(r->ctx.io, folder) != KP_OK ||
                        kp_write_file(r->ctx.io, path, kp_buf_text(&out), out.len) != KP_OK))
        st = kp_write_failed(&r->ctx, path);
    kp_buf_release(&out);
    *ret_path = path;
    return st;
}

static enum kp_status make_page(struct reply *r, const struct line *lines, struct kp_page *ret_page)
{
    struct kp_context *ctx = &r->ctx;
    struct kp_buf out = {0};
    size_t n = r->file.sheet.n_rows, errors = 0, logged = 0;
    const char *path = NULL;
    for (size_t i = 0; i < n; i++) {
        errors += lines[i].why != NULL;
        logged += lines[i].logged;
    }
    kp_buf_printf(&out, "%s %zu, %s %zu, %s %zu\n", kp_say(ctx, "受領", "received"), n - errors,
                  kp_say(ctx, "エラー", "errors"), errors, kp_say(ctx, "記録済み", "logged before"), logged);
    for (size_t i = 0; i < n; i++) {
        const struct kp_return *why = lines[i].why;
        if (!why)
            continue;
        kp_buf_printf(&out, "  %s:%" PRIu64 " %s %s: %s\n", r->options->path, kp_register_line(&r->file, i),
                      why->code, why->meaning[ctx->common->lang], why->remedy[ctx->common->lang]);
    }
    enum kp_status st = errors ? write_list(r, lines, &path) : KP_OK;
    if (path)
        kp_buf_printf(
            &out, "%s %s\n%s\n", kp_say(ctx, "誰の何を直すか:", "who, and what to correct:"), path,
            kp_say(
                ctx, "直した後: kenporter export --corrections(変わらない記録は --again 理由)",
                "then: kenporter export --corrections (--again REASON for records that stay as they are)"));
    bool ok = kp_buf_ok(&out) && kp_buf_take(&out, &ret_page->text);
    kp_buf_release(&out);
    return st != KP_OK ? st : ok ? KP_OK : kp_no_memory(ctx);
}

/* --- the call --- */

static enum kp_status read_file(struct reply *r)
{
    enum kp_status st = kp_register_open(&r->file, r->options->path, "insurer_number bundle state",
                                         "document insured_symbol insured_number birth_date code text date",
                                         sizeof(struct line));
    struct line *lines = r->file.rows;
    for (size_t i = 0; st == KP_OK && i < r->file.sheet.n_rows; i++)
        read_line(r, i, &lines[i]);
    return kp_register_close(&r->file);
}

static enum kp_status run(struct reply *r, struct kp_page *ret_page)
{
    KP_TRY(kp_context_load_tables(&r->ctx));
    KP_TRY(kp_log_session_open(&r->session, &r->ctx, &r->options->files, true));
    KP_TRY(kp_standing_read(&r->standing, &r->session));
    KP_TRY(read_file(r));
    KP_TRY(add_lines(r, r->file.rows));
    return make_page(r, r->file.rows, ret_page);
}

enum kp_status kp_reply(const struct kp_reply_options *options, const struct kp_env *env,
                        struct kp_page *ret_page)
{
    struct reply r = {.options = options, .session = {.run = {.lock_fd = -1}, .ledger = {.log = {.fd = -1}}}};
    enum kp_status st = kp_context_init(&r.ctx, &options->common, env);
    r.file.ctx = &r.ctx;
    if (st == KP_OK)
        st = run(&r, ret_page);
    st = kp_log_session_status(&r.session, st);
    kp_log_session_close(&r.session);
    kp_standing_release(&r.standing);
    st = kp_context_finish(&r.ctx, st);
    kp_context_release(&r.ctx);
    return st;
}
