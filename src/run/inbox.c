#include "run/inbox.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/status.h"
#include "input/intake.h"

/* A file that was modified within this time is still being written. */
enum { SETTLED_AFTER_SECONDS = 5, MOST_SUFFIXES = 10000 };

enum { FOLDER, DONE, QUARANTINE };

/* --- listing --- */

struct listing {
    struct kp_arena *arena;
    struct kp_buf names; /* const char * */
};

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), k = strlen(end);
    return n >= k && strcmp(name + n - k, end) == 0;
}

/* What office programs, browsers and copying programs leave beside a file. */
static bool is_scrap(const char *name)
{
    return name[0] == '.' || strncmp(name, "~$", 2) == 0 || ends_with(name, ".tmp") ||
           ends_with(name, ".part");
}

static void note_name(void *ctx, const char *name)
{
    struct listing *l = ctx;
    const char *copy = is_scrap(name) ? NULL : kp_arena_strdup(l->arena, name);
    if (copy)
        kp_buf_add(&l->names, &copy, sizeof(copy));
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           memcmp(&a->st_mtim, &b->st_mtim, sizeof(a->st_mtim)) == 0 &&
           memcmp(&a->st_ctim, &b->st_ctim, sizeof(a->st_ctim)) == 0;
}

enum standing { UNCHANGED, CHANGED, UNKNOWN };

/* Tells whether the name still leads to the file that was listed; UNKNOWN, with errno, if the disk does not.
 */
static enum standing standing_of(const struct kp_inbox *b, const struct kp_inbox_file *f)
{
    struct stat now;
    if (fstatat(b->fds[FOLDER], f->name, &now, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? CHANGED : UNKNOWN;
    return is_same(&f->as_read, &now) ? UNCHANGED : CHANGED;
}

/* A clock that is ahead, as of a file server, must not keep a file waiting for ever. */
static bool is_settled(const struct kp_context *ctx, const struct stat *info)
{
    int64_t age = ctx->env->now(ctx->env->ctx) - (int64_t)info->st_mtim.tv_sec;
    return age >= SETTLED_AFTER_SECONDS || age <= -SETTLED_AFTER_SECONDS;
}

static enum kp_status add_file(struct kp_inbox *b, struct kp_context *ctx, const char *name)
{
    struct kp_inbox_file *f = &b->files[b->n_files];
    *f = (struct kp_inbox_file){.name = name, .path = kp_arena_printf(&ctx->arena, "%s/%s", b->folder, name)};
    if (!f->path)
        return kp_no_memory(ctx);
    if (fstatat(b->fds[FOLDER], name, &f->as_read, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT /* taken away since it was listed */
                   ? KP_OK
                   : kp_fail(&ctx->diag, KP_E_SYSTEM, KP_K_DROP_FOLDER_UNUSABLE, kp_in(f->path),
                             strerror(errno));
    if (S_ISDIR(f->as_read.st_mode))
        return KP_OK; /* done and quarantine may be in the folder */
    if (!S_ISREG(f->as_read.st_mode)) {
        kp_warn(&ctx->diag, KP_K_INPUT_NOT_REGULAR, kp_in(f->path));
        return KP_OK;
    }
    f->fate = is_settled(ctx, &f->as_read) ? KP_INBOX_TAKEN : KP_INBOX_WAITING;
    b->n_files++;
    return KP_OK;
}

static enum kp_status list_files(struct kp_inbox *b, struct kp_context *ctx)
{
    struct listing l = {.arena = &ctx->arena};
    enum kp_status st = kp_each_entry(ctx->io, b->folder, note_name, &l);
    size_t n = l.names.len / sizeof(const char *);
    const char **names = (const char **)(void *)l.names.data;
    b->files = kp_arena_alloc(&ctx->arena, (n + 1) * sizeof(*b->files));
    if (st != KP_OK)
        st = kp_fail(&ctx->diag, KP_E_USAGE, KP_K_DROP_FOLDER_UNUSABLE, kp_in(b->folder), strerror(errno));
    else if (!kp_buf_ok(&l.names) || ctx->arena.failed)
        st = kp_no_memory(ctx);
    if (st == KP_OK && n > 0)
        qsort(names, n, sizeof(*names), by_bytes);
    for (size_t i = 0; st == KP_OK && i < n; i++)
        st = add_file(b, ctx, names[i]);
    kp_buf_release(&l.names);
    return st;
}

/* --- reading each file alone --- */

/* Keeps the failure that a trial reports, and passes it on; the run itself repeats milder messages. */
struct trial {
    struct kp_context *ctx;
    const struct kp_env *outer;
    struct kp_unread_input *unread;
};

static void hear(void *ctx, const struct kp_message *m)
{
    struct trial *t = ctx;
    if (m->level != KP_LEVEL_FAIL)
        return;
    t->unread->code = m->code;
    t->unread->line = m->line;
    t->unread->text = kp_arena_strdup(&t->ctx->arena, m->text);
    t->unread->remedy = kp_arena_strdup(&t->ctx->arena, m->remedy);
    t->outer->message(t->outer->ctx, m);
}

static int64_t now_of(void *ctx)
{
    const struct trial *t = ctx;
    return t->outer->now(t->outer->ctx);
}

static enum kp_status try_file(struct kp_context *ctx, const struct kp_run_options *options,
                               const struct kp_input *master, struct kp_inbox_file *f, size_t number,
                               size_t n)
{
    struct trial t = {ctx, ctx->env, &f->unread};
    const struct kp_env env = {.now = now_of,
                               .message = hear,
                               .ctx = &t,
                               .cancel = t.outer->cancel,
                               .least_level = KP_LEVEL_FAIL,
                               .lang = t.outer->lang};
    struct kp_diag before = ctx->diag;
    ctx->env = &env;
    ctx->diag.env = &env;
    enum kp_status st = kp_intake_try(ctx, &options->input, master, f->path, number, n);
    ctx->env = t.outer;
    ctx->diag.env = t.outer;
    if (st == KP_OK || st == KP_E_INPUT)
        ctx->diag = before; /* the failure of one file is not that of the run */
    return ctx->arena.failed ? kp_no_memory(ctx) : st;
}

/* Sets the fate of a file. Only its own faults keep it out; those of a table or the machine end the run. */
static enum kp_status judge(struct kp_inbox *b, struct kp_context *ctx, const struct kp_run_options *options,
                            const struct kp_input *master, size_t i)
{
    struct kp_inbox_file *f = &b->files[i];
    if (f->fate == KP_INBOX_TAKEN) {
        f->unread.path = kp_shown_name(&ctx->arena, f->path);
        enum kp_status st = try_file(ctx, options, master, f, i + 1, b->n_files);
        if (st != KP_OK && st != KP_E_INPUT)
            return st;
        f->fate = standing_of(b, f) == CHANGED ? KP_INBOX_WAITING
                  : st == KP_OK                ? KP_INBOX_TAKEN
                                               : KP_INBOX_UNREAD;
    }
    b->n_of[f->fate]++;
    if (f->fate == KP_INBOX_WAITING)
        kp_warn(&ctx->diag, KP_K_INPUT_BEING_WRITTEN, kp_in(f->path));
    return KP_OK;
}

/* Sets *ret_master to the personnel master, by which the files are judged; the run repeats milder messages.
 */
static enum kp_status open_master(struct kp_context *ctx, const struct kp_run_options *options,
                                  struct kp_input **ret_master)
{
    const struct kp_env *outer = ctx->env;
    struct kp_env env = *outer;
    if (!options->input.master)
        return KP_OK;
    env.least_level = KP_LEVEL_FAIL;
    ctx->env = ctx->diag.env = &env;
    enum kp_status st = kp_intake_master(ctx, &options->input, ret_master);
    ctx->env = ctx->diag.env = outer;
    return st;
}

/* A C2XDTBL with FILENO numbers the inputs, which is wrong as soon as one of them is missing. */
static enum kp_status take_files(struct kp_inbox *b, struct kp_context *ctx, struct kp_run_options *options)
{
    const char **inputs = kp_arena_alloc(&ctx->arena, (b->n_files + 1) * sizeof(*inputs));
    struct kp_input *master = NULL;
    if (!inputs)
        return kp_no_memory(ctx);
    KP_TRY(open_master(ctx, options, &master));
    for (size_t i = 0; i < b->n_files; i++)
        KP_TRY(judge(b, ctx, options, master, i));
    if (options->input.methods && b->n_files > 1 && b->n_of[KP_INBOX_TAKEN] < b->n_files)
        return kp_fail(&ctx->diag, KP_E_INPUT, KP_K_FILES_NUMBERED, kp_in(b->folder));
    for (size_t i = 0; i < b->n_files; i++)
        if (b->files[i].fate == KP_INBOX_TAKEN)
            inputs[options->n_inputs++] = b->files[i].path;
    options->inputs = inputs;
    return KP_OK;
}

/* --- opening --- */

static enum kp_status open_one(struct kp_inbox *b, struct kp_context *ctx, int which, const char *path)
{
    if (which != FOLDER && kp_make_folders(ctx->io, path) != KP_OK)
        return kp_write_failed(ctx, path);
    b->fds[which] = ctx->io->openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    return b->fds[which] >= 0
               ? KP_OK
               : kp_fail(&ctx->diag, KP_E_USAGE, KP_K_DROP_FOLDER_UNUSABLE, kp_in(path), strerror(errno));
}

static enum kp_status open_folders(struct kp_inbox *b, struct kp_context *ctx, enum kp_command command)
{
    struct stat a, c;
    KP_TRY(open_one(b, ctx, FOLDER, b->folder));
    if (command == KP_CMD_CHECK)
        return KP_OK;
    KP_TRY(open_one(b, ctx, DONE, b->done));
    KP_TRY(open_one(b, ctx, QUARANTINE, b->quarantine));
    for (int i = DONE; i <= QUARANTINE; i++)
        if (fstat(b->fds[FOLDER], &a) != 0 || fstat(b->fds[i], &c) != 0 ||
            (a.st_dev == c.st_dev && a.st_ino == c.st_ino))
            return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_DROP_FOLDER_UNUSABLE,
                           kp_in(i == DONE ? b->done : b->quarantine),
                           kp_say(ctx, "取込フォルダと同じです", "it is the drop folder itself"));
    return KP_OK;
}

enum kp_status kp_inbox_open(struct kp_inbox *b, struct kp_context *ctx, struct kp_run_options *options)
{
    const struct kp_drop_folder *o = &options->drop;
    *b = (struct kp_inbox){.fds = {-1, -1, -1}};
    if (!o->folder || options->n_inputs > 0 || options->command >= KP_CMD_RELEASE)
        return KP_OK;
    if (options->shard) /* the first shard would move the files away from the others */
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_OPTIONS_APART, KP_NOWHERE, "--shard", "--folder");
    b->folder = o->folder;
    b->done = o->done ? o->done : kp_arena_printf(&ctx->arena, "%s/done", o->folder);
    b->quarantine = o->quarantine ? o->quarantine : kp_arena_printf(&ctx->arena, "%s/quarantine", o->folder);
    if (!b->done || !b->quarantine)
        return kp_no_memory(ctx);
    KP_TRY(open_folders(b, ctx, options->command));
    KP_TRY(list_files(b, ctx));
    return take_files(b, ctx, options);
}

void kp_inbox_close(struct kp_inbox *b)
{
    for (size_t i = 0; b->folder && i < KP_COUNT(b->fds); i++)
        if (b->fds[i] >= 0)
            (void)close(b->fds[i]); /* only read: closing loses nothing */
}

/* --- moving --- */

/* Renames without replacing anything: EEXIST if the new name is taken. */
static bool rename_new(int from, const char *name, int to, const char *as)
{
    struct stat there;
    if (renameat2(from, name, to, as, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS) /* the file system does not know the flag */
        return false;
    if (fstatat(to, as, &there, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return false;
    }
    return errno == ENOENT && renameat(from, name, to, as) == 0;
}

static bool copy_bytes(const struct kp_io *io, int from, int to)
{
    char chunk[64 * 1024];
    for (;;) {
        ssize_t n = kp_file_read(io, from, chunk, sizeof(chunk));
        if (n < 0 || (n > 0 && kp_file_write(io, to, chunk, (size_t)n) != KP_OK))
            return false;
        if (n == 0)
            return io->fsync(to) == 0;
    }
}

/* Moves to another file system: a copy under a hidden name reaches the disk, then gets its name, then the
 * original goes. */
static bool copy_new(const struct kp_io *io, int from, const char *name, int to, const char *as)
{
    static const char temp[] = ".kenporter-copy";
    int in = io->openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0);
    (void)io->unlinkat(to, temp, 0); /* left by a run that was killed */
    int out = in < 0 ? -1 : io->openat(to, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool copied = out >= 0 && copy_bytes(io, in, out);
    int error = errno;
    if (out >= 0 && io->close(out) != 0 && copied) {
        error = errno;
        copied = false;
    }
    if (in >= 0)
        (void)io->close(in);
    if (copied && rename_new(to, temp, to, as))
        return io->fsync(to) == 0 && io->unlinkat(from, name, 0) == 0;
    error = copied ? errno : error;
    (void)io->unlinkat(to, temp, 0);
    errno = error;
    return false;
}

static bool has_same_bytes(struct kp_context *ctx, const char *a, const char *b)
{
    uint8_t x[KP_SHA256_BYTES], y[KP_SHA256_BYTES];
    return kp_file_sha256(ctx->io, a, x) == KP_OK && kp_file_sha256(ctx->io, b, y) == KP_OK &&
           memcmp(x, y, sizeof(x)) == 0;
}

/* Returns the n-th name to try: export.csv, export-2.csv, ... */
static const char *nth_name(struct kp_arena *arena, const char *name, unsigned n)
{
    const char *dot = strrchr(name, '.');
    size_t root = dot && dot > name ? (size_t)(dot - name) : strlen(name);
    return n == 1 ? name : kp_arena_printf(arena, "%.*s-%u%s", (int)root, name, n, name + root);
}

/* Moves a file under the first free name, or removes it if it is there already with the same bytes. Returns
 * the name, or NULL with errno. */
static const char *move(struct kp_inbox *b, struct kp_context *ctx, const struct kp_inbox_file *f, int which,
                        const char *folder)
{
    for (unsigned n = 1; n < MOST_SUFFIXES; n++) {
        struct stat there;
        const char *as = nth_name(&ctx->arena, f->name, n);
        const char *path = as ? kp_arena_printf(&ctx->arena, "%s/%s", folder, as) : NULL;
        if (!path) {
            errno = ENOMEM;
            return NULL;
        }
        if (rename_new(b->fds[FOLDER], f->name, b->fds[which], as))
            return as;
        if (errno == EXDEV && copy_new(ctx->io, b->fds[FOLDER], f->name, b->fds[which], as))
            return as;
        if (errno != EEXIST)
            return NULL;
        if (fstatat(b->fds[which], as, &there, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(there.st_mode) &&
            has_same_bytes(ctx, f->path, path))
            return ctx->io->unlinkat(b->fds[FOLDER], f->name, 0) == 0 ? as : NULL;
    }
    errno = EEXIST;
    return NULL;
}

/* Writes beside a file of the quarantine why it is there. */
static bool write_reason(struct kp_inbox *b, struct kp_context *ctx, const struct kp_unread_input *u,
                         const char *name)
{
    struct kp_buf text = {0};
    const char *path = kp_arena_printf(&ctx->arena, "%s/%s.txt", b->quarantine, name);
    kp_buf_printf(&text, "K%04u", u->code);
    if (u->line)
        kp_buf_printf(&text, ":%" PRIu64, u->line);
    kp_buf_printf(&text, "\n%s\n%s\n", u->text, u->remedy);
    errno = ENOMEM;
    bool ok = path && kp_buf_ok(&text) && kp_write_file(ctx->io, path, kp_buf_text(&text), text.len) == KP_OK;
    kp_buf_release(&text);
    return ok;
}

static void move_file(struct kp_inbox *b, struct kp_context *ctx, const struct kp_inbox_file *f)
{
    bool unread = f->fate == KP_INBOX_UNREAD;
    const char *folder = unread ? b->quarantine : b->done, *as = NULL;
    const enum standing standing = standing_of(b, f);
    if (standing == CHANGED) {
        kp_warn(&ctx->diag, KP_K_INPUT_BEING_WRITTEN, kp_in(f->path));
        return;
    }
    if (standing == UNCHANGED)
        as = move(b, ctx, f, unread ? QUARANTINE : DONE, folder);
    if (as && (!unread || write_reason(b, ctx, &f->unread, as)))
        return;
    kp_warn(&ctx->diag, KP_K_INPUT_NOT_MOVED, kp_in(f->path), folder, strerror(errno));
    b->n_not_moved++;
}

void kp_inbox_move(struct kp_inbox *b, struct kp_context *ctx, enum kp_command command)
{
    if (!b->folder || command == KP_CMD_CHECK)
        return;
    for (size_t i = 0; i < b->n_files; i++)
        if (b->files[i].fate != KP_INBOX_WAITING)
            move_file(b, ctx, &b->files[i]);
    for (int i = QUARANTINE; i >= FOLDER; i--) /* the new names before the old ones are gone */
        if (ctx->io->fsync(b->fds[i]) != 0 && b->n_not_moved == 0) {
            const char *const paths[] = {b->folder, b->done, b->quarantine};
            kp_warn(&ctx->diag, KP_K_INPUT_NOT_MOVED, kp_in(paths[i]), paths[i], strerror(errno));
            b->n_not_moved++;
        }
}

/* --- what became of the files --- */

void kp_inbox_copy(const struct kp_inbox *inbox, struct kp_arena *arena, struct kp_result *r)
{
    size_t n = inbox ? inbox->n_files : 0;
    struct kp_unread_input *unread = kp_arena_alloc(arena, (n + 1) * sizeof(*unread));
    const char **waiting = kp_arena_alloc(arena, (n + 1) * sizeof(*waiting));
    r->unread = unread;
    r->waiting_inputs = waiting;
    for (size_t i = 0; unread && waiting && i < n; i++) {
        const struct kp_inbox_file *f = &inbox->files[i];
        if (f->fate == KP_INBOX_WAITING)
            waiting[r->n_waiting_inputs++] = kp_arena_strdup(arena, f->path);
        if (f->fate == KP_INBOX_UNREAD)
            unread[r->n_unread++] =
                (struct kp_unread_input){.path = kp_arena_strdup(arena, f->unread.path),
                                         .code = f->unread.code,
                                         .line = f->unread.line,
                                         .text = kp_arena_strdup(arena, f->unread.text),
                                         .remedy = kp_arena_strdup(arena, f->unread.remedy)};
    }
}

void kp_inbox_report(const struct kp_result *r, struct kp_json *json)
{
    char code[8];
    kp_json_array(json, "unreadable_inputs", KP_JSON_LINES);
    for (const struct kp_unread_input *u = r->unread; u < r->unread + r->n_unread; u++) {
        (void)snprintf(code, sizeof(code), "K%04u", u->code);
        kp_json_object(json, NULL, KP_JSON_INLINE);
        kp_json_string(json, "path", u->path);
        kp_json_string(json, "code", code);
        kp_json_u64(json, "line", u->line);
        kp_json_string(json, "text", u->text);
        kp_json_end(json);
    }
    kp_json_end(json);
    kp_json_array(json, "waiting_inputs", KP_JSON_INLINE);
    for (size_t i = 0; i < r->n_waiting_inputs; i++)
        kp_json_string(json, NULL, r->waiting_inputs[i]);
    kp_json_end(json);
}
