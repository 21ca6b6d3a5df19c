#include "run/seal.h"

#include <errno.h>
#include <string.h>

#include "base/escape.h"
#include "base/lines.h"
#include "base/secret.h"
#include "base/status.h"
#include "format/sealed.h"
#include "run/password.h"

static const char *place(const struct kp_bundle *b, enum kp_companion which)
{
    const struct kp_run *run = b->run;
    const struct kp_companions of = {run->output, run->run_id, b->root, b->insurer->number};
    return kp_companion_path(&run->ctx->arena, &of, which, false);
}

static enum kp_status write_file(struct kp_run *run, const char *path, const char *bytes, size_t n)
{
    struct kp_out file = {0};
    if (!path)
        return kp_no_memory(run->ctx);
    (void)kp_out_hold(&file, run->ctx->io, path); /* kp_out_finish returns its failure */
    kp_out_add(&file, bytes, n);
    return kp_out_finish(&file, true) == KP_OK ? KP_OK : kp_write_failed(run->ctx, path);
}

/* --- the members' list --- */

/* Appends the cells of one spool line that a list has; the line is taken apart. */
static void add_member(char *line, struct kp_buf *list)
{
    static const enum kp_log_column columns[] = {KP_LOG_INSURED_SYMBOL, KP_LOG_INSURED_NUMBER,
                                                 KP_LOG_NAME_KANA, KP_LOG_EXAM_DATE};
    static const char separator[] = {KP_CELL_SEPARATOR, '\0'};
    const char *cells[KP_LOG__COUNT];
    for (size_t i = 0; i < KP_LOG__COUNT; i++) {
        cells[i] = strsep(&line, separator);
        if (!cells[i])
            cells[i] = "";
    }
    for (size_t i = 0; i < KP_COUNT(columns); i++) {
        kp_buf_csv(list, cells[columns[i]]);
        kp_buf_str(list, i + 1 < KP_COUNT(columns) ? "," : "\r\n");
    }
}

/* The list exists in memory and in the sealed archive alone. */
static enum kp_status list_members(const struct kp_bundle *b, struct kp_buf *list)
{
    struct kp_lines in = {0};
    struct kp_buf copy = {0};
    kp_buf_str(list, "\xef\xbb\xbf記号,番号,氏名カナ,受診日\r\n");
    enum kp_status st = kp_bundle_entries(b, &in);
    for (const char *line = NULL; st == KP_OK;) {
        size_t n = 0;
        st = kp_lines_next(&in, KP_LOG_MAX_LINE_BYTES, &line, &n);
        if (st != KP_OK || n == 0)
            break;
        kp_buf_reset(&copy);
        kp_buf_add(&copy, line, n - 1);
        if (kp_buf_ok(&copy))
            add_member(copy.data, list);
        else
            list->failed = true;
    }
    kp_lines_close(&in);
    kp_buf_release(&copy);
    if (st != KP_OK)
        return kp_write_failed(b->run->ctx, b->spool_path);
    return kp_buf_ok(list) ? KP_OK : kp_no_memory(b->run->ctx);
}

/* --- one bundle --- */

static enum kp_status seal_bundle(const struct kp_bundle *b, const struct kp_password *password)
{
    struct kp_context *ctx = b->run->ctx;
    const char *path = place(b, KP_COMPANION_SEALED);
    struct kp_buf list = {0};
    struct kp_seal_member members[2] = {{.name = b->file_name, .path = b->temp_path},
                                        {.name = kp_arena_printf(&ctx->arena, "%s_members.csv", b->root)}};
    bool lists = b->run->options->seal.list;
    if (!path || !members[1].name)
        return kp_no_memory(ctx);
    enum kp_status st = lists ? list_members(b, &list) : KP_OK;
    members[1].bytes = kp_buf_text(&list);
    members[1].n = list.len;
    if (st == KP_OK && kp_seal_write(ctx->io, path, members, lists ? 2 : 1, password->text) != KP_OK)
        st = kp_write_failed(ctx, path);
    kp_secret_wipe(list.data ? list.data : (char[1]){0}, list.data ? list.len : 1);
    kp_buf_release(&list);
    return st;
}

static enum kp_status write_letter(const struct kp_account *a, const struct kp_bundle *b,
                                   const struct kp_letter_file *files, size_t n_files)
{
    struct kp_buf out = {0};
    const struct kp_letter letter = {.run = b->run,
                                     .insurer = a->insurer,
                                     .cover = &b->cover,
                                     .files = files,
                                     .n_files = n_files,
                                     .file_name = b->file_name,
                                     .sha256 = b->sha256,
                                     .n_documents = b->n_documents,
                                     .sealed = a->insurer->seals,
                                     .has_list = a->insurer->seals && b->run->options->seal.list};
    kp_letter_write(&letter, &out);
    enum kp_status st = kp_buf_ok(&out)
                            ? write_file(b->run, place(b, KP_COMPANION_LETTER), kp_buf_text(&out), out.len)
                            : kp_no_memory(b->run->ctx);
    kp_buf_release(&out);
    return st;
}

/* --- one insurer --- */

static enum kp_status write_letters(const struct kp_account *a)
{
    struct kp_context *ctx = a->bundles->run->ctx;
    size_t n = 0;
    for (const struct kp_bundle *b = a->bundles; b; b = b->next)
        n++;
    struct kp_letter_file *files = kp_arena_alloc(&ctx->arena, n * sizeof(*files));
    if (!files)
        return kp_no_memory(ctx);
    n = 0;
    for (const struct kp_bundle *b = a->bundles; b; b = b->next)
        files[n++] = (struct kp_letter_file){b->file_name, b->n_documents};
    for (const struct kp_bundle *b = a->bundles; b; b = b->next)
        KP_TRY(write_letter(a, b, files, n));
    return KP_OK;
}

/* Writes a password that was generated, for whoever tells the receiver. */
static enum kp_status keep_password(const struct kp_account *a, const struct kp_password *password)
{
    char line[KP_PASSWORD_MAX + 2];
    size_t n = strlen(password->text);
    memcpy(line, password->text, n);
    line[n] = '\n';
    enum kp_status st = write_file(a->bundles->run, place(a->bundles, KP_COMPANION_SECRET), line, n + 1);
    kp_secret_wipe(line, sizeof(line));
    return st;
}

static enum kp_status seal_account(struct kp_run *run, const struct kp_account *a)
{
    struct kp_password password = {.text = ""};
    bool generated = false;
    enum kp_status st = kp_password_choose(run, a->insurer->number, &password, &generated);
    if (st == KP_OK && generated)
        st = keep_password(a, &password);
    for (const struct kp_bundle *b = a->bundles; st == KP_OK && b; b = b->next)
        st = seal_bundle(b, &password);
    kp_password_wipe(&password);
    return st;
}

enum kp_status kp_seal_all(struct kp_run *run, const struct kp_tally *tally)
{
    for (size_t i = 0; i < tally->n_accounts; i++) {
        const struct kp_account *a = tally->accounts[i];
        if (!a->bundles)
            continue;
        if (a->insurer->seals)
            KP_TRY(seal_account(run, a));
        else if (run->options->seal.list)
            kp_warn(&run->ctx->diag, KP_K_LIST_UNSEALED, KP_NOWHERE, a->insurer->number);
        if (run->options->command != KP_CMD_ROSTER)
            KP_TRY(write_letters(a));
    }
    return KP_OK;
}
