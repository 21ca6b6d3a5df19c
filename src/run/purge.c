/* kp_purge: removes what need not be kept. An entry with the digests of all that goes is on disk before the
 * first file is removed; a call that died in between is repeated. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "tables/names.h"
#include "run/log_session.h"
#include "run/setup.h"

enum { MOST_IN_ENTRY = 2000 }; /* files: an entry has a limit of length */

enum kind { ROWS, PREPARED, BUNDLE, REGISTER, COMPANION, SECRET, REPLY, KINDS };
static const char *const KIND_NAMES[] = {"row_files",  "prepared", "bundles", "registers",
                                         "companions", "secrets",  "replies"};

struct doomed {
    enum kind kind;
    const char *name; /* below the output folder */
    char sha256[KP_SHA256_HEX + 1];
};

/* A released bundle. */
struct out_bundle {
    const char *name, *sha256;
    const char *on;     /* since when it lies with its receiver, by the log; NULL: it does not */
    const char *secret; /* the file with its password, below the output folder */
    bool goes;          /* or is gone */
};

struct purge {
    struct kp_context ctx;
    const struct kp_purge_options *options;
    struct kp_date before;
    struct kp_log_session session;
    struct kp_buf doomed;  /* struct doomed */
    struct kp_map bundles; /* sha256 -> index into out_bundles */
    struct kp_buf out_bundles;
    struct kp_map registers; /* sha256 of copies that an entry names */
    enum kp_status st;       /* of the folder walk */
};

static const char *output(const struct purge *p)
{
    return p->session.run.output;
}

static char *path_of(struct purge *p, const char *name)
{
    return kp_arena_printf(&p->ctx.arena, "%s/%s", output(p), name);
}

static size_t n_doomed(const struct purge *p)
{
    return p->doomed.len / sizeof(struct doomed);
}

static const struct doomed *doomed_at(const struct purge *p, size_t i)
{
    return (const struct doomed *)(const void *)p->doomed.data + i;
}

/* --- what the logs need --- */

/* Notes every digest in the detail of a run, so that whatever a run names is kept. */
static enum kp_status note_registers(struct purge *p, const char *detail)
{
    for (const char *at = strchr(detail, '"'); at; at = strchr(at + 1, '"')) {
        if (strcspn(at + 1, "\"") != KP_SHA256_HEX)
            continue;
        char *hex = kp_arena_strndup(&p->ctx.arena, at + 1, KP_SHA256_HEX);
        if (!hex || kp_map_put(&p->registers, &p->ctx.arena, hex, 1) == KP_MAP_NO_MEMORY)
            return kp_log_no_memory();
    }
    return KP_OK;
}

static struct out_bundle *bundle_at(const struct purge *p, size_t i)
{
    return (struct out_bundle *)(void *)p->out_bundles.data + i;
}

/* A release names the run, and thus the password; what follows tells where the bundle is. */
static enum kp_status note_bundle(struct purge *p, const char *const *c, enum kp_audit_event event)
{
    struct kp_arena *arena = &p->ctx.arena;
    uint32_t at = (uint32_t)(p->out_bundles.len / sizeof(struct out_bundle));
    bool is_out = event == KP_AUDIT_HANDOVER || event == KP_AUDIT_RECEIVED;
    const char *on = is_out ? kp_arena_strdup(arena, c[KP_LOG_AS_OF]) : NULL;
    struct out_bundle b = {.name = kp_arena_strdup(arena, c[KP_LOG_BUNDLE]),
                           .sha256 = kp_arena_strdup(arena, c[KP_LOG_BUNDLE_SHA256]),
                           .on = on,
                           .secret = ""};
    if (event == KP_AUDIT_RELEASE)
        b.secret = kp_arena_printf(arena, "secrets/%s/%s.txt", c[KP_LOG_RUN_ID], c[KP_LOG_INSURER_NUMBER]);
    if (arena->failed)
        return kp_log_no_memory();
    if (kp_map_get(&p->bundles, b.sha256, &at)) {
        bundle_at(p, at)->on = on;
        return KP_OK;
    }
    kp_buf_add(&p->out_bundles, &b, sizeof(b));
    bool ok = kp_buf_ok(&p->out_bundles) && kp_map_put(&p->bundles, arena, b.sha256, at) != KP_MAP_NO_MEMORY;
    return ok ? KP_OK : kp_log_no_memory();
}

static enum kp_status take_entry(void *ctx, const struct kp_log_line *line)
{
    struct purge *p = ctx;
    enum kp_audit_event event = kp_log_event(line->cells);
    if (event == KP_AUDIT_RUN)
        return note_registers(p, line->cells[KP_LOG_DETAIL]);
    if (event == KP_AUDIT_RELEASE || (event >= KP_AUDIT_HANDOVER && event <= KP_AUDIT_RECALLED))
        return note_bundle(p, line->cells, event);
    return KP_OK;
}

/* --- what goes --- */

static enum kp_status doom(struct purge *p, enum kind kind, const char *name)
{
    struct doomed d = {.kind = kind, .name = name};
    uint8_t digest[KP_SHA256_BYTES];
    char *path = name ? path_of(p, name) : NULL;
    if (!path)
        return kp_no_memory(&p->ctx);
    errno = 0;
    if (kp_file_sha256(p->ctx.io, path, digest) != KP_OK)
        return kp_write_failed(&p->ctx, path);
    kp_sha256_hex(digest, d.sha256);
    kp_buf_add(&p->doomed, &d, sizeof(d));
    return kp_buf_ok(&p->doomed) ? KP_OK : kp_no_memory(&p->ctx);
}

struct walk {
    struct purge *purge;
    const char *folder; /* below the output folder */
    enum kind kind;
};

static void doom_row_file(void *ctx, const char *name)
{
    static const char *const kinds[] = {"rejected", "held", "notes"};
    struct walk *w = ctx;
    for (size_t i = 0; i < KP_COUNT(kinds) && w->purge->st == KP_OK; i++)
        if (strncmp(name, kinds[i], strlen(kinds[i])) == 0)
            w->purge->st =
                doom(w->purge, w->kind, kp_arena_printf(&w->purge->ctx.arena, "%s/%s", w->folder, name));
}

static void doom_any_file(void *ctx, const char *name)
{
    struct walk *w = ctx;
    if (w->purge->st == KP_OK && strcmp(name, "source") != 0)
        w->purge->st =
            doom(w->purge, w->kind, kp_arena_printf(&w->purge->ctx.arena, "%s/%s", w->folder, name));
}

/* Returns the status of the walk; a folder that is missing is empty. */
static enum kp_status walk(struct purge *p, const char *folder, enum kind kind,
                           void (*fn)(void *ctx, const char *name))
{
    struct walk w = {p, folder, kind};
    char *path = folder ? path_of(p, folder) : NULL;
    if (!path)
        return kp_no_memory(&p->ctx);
    if (kp_path_exists(p->ctx.io, path) && kp_each_entry(p->ctx.io, path, fn, &w) != KP_OK && p->st == KP_OK)
        p->st = kp_write_failed(&p->ctx, path);
    return p->st;
}

static void enter_run(void *ctx, const char *name)
{
    struct walk *w = ctx;
    if (w->purge->st == KP_OK && kp_run_id_is_before(name, w->purge->before))
        (void)walk(w->purge, kp_arena_printf(&w->purge->ctx.arena, "%s/%s", w->folder, name), w->kind,
                   doom_row_file);
}

/* What insurers returned names people, as the rows of a run do, and its name begins with a run id, too. */
static void doom_reply(void *ctx, const char *name)
{
    struct walk *w = ctx;
    if (w->purge->st == KP_OK && kp_run_id_is_before(name, w->purge->before))
        w->purge->st =
            doom(w->purge, w->kind, kp_arena_printf(&w->purge->ctx.arena, "%s/%s", w->folder, name));
}

static void enter_preparation(void *ctx, const char *name)
{
    struct walk *w = ctx;
    struct kp_arena *arena = &w->purge->ctx.arena;
    if (w->purge->st == KP_OK && kp_run_id_is_before(name, w->purge->before)) {
        (void)walk(w->purge, kp_arena_printf(arena, "%s/%s", w->folder, name), w->kind, doom_any_file);
        (void)walk(w->purge, kp_arena_printf(arena, "%s/%s/source", w->folder, name), w->kind, doom_any_file);
    }
}

static void doom_register(void *ctx, const char *name)
{
    struct walk *w = ctx;
    uint32_t one = 0;
    char *hex = kp_arena_strndup(&w->purge->ctx.arena, name, strcspn(name, "."));
    if (!hex)
        w->purge->st = kp_no_memory(&w->purge->ctx);
    else if (w->purge->st == KP_OK && !kp_map_get(&w->purge->registers, hex, &one))
        w->purge->st =
            doom(w->purge, w->kind, kp_arena_printf(&w->purge->ctx.arena, "%s/%s", w->folder, name));
}

/* The sealed copy and the letter of a bundle go with it, also if a call that died removed the bundle. */
static enum kp_status doom_companions(struct purge *p, const char *bundle)
{
    struct kp_arena *arena = &p->ctx.arena;
    int root = (int)strlen(bundle) - 4; /* without .zip or .csv */
    const char *const names[] = {kp_arena_printf(arena, "sealed/%.*s.zip", root, bundle),
                                 kp_arena_printf(arena, "letters/%.*s.html", root, bundle)};
    for (size_t i = 0; i < KP_COUNT(names); i++) {
        char *path = names[i] ? path_of(p, names[i]) : NULL;
        if (!path)
            return kp_no_memory(&p->ctx);
        if (kp_path_exists(p->ctx.io, path))
            KP_TRY(doom(p, COMPANION, names[i]));
    }
    return KP_OK;
}

/* A bundle whose file was altered is no copy of what lies with the receiver: it stays, with a warning. */
static enum kp_status doom_bundles(struct purge *p)
{
    for (size_t i = 0; i < p->out_bundles.len / sizeof(struct out_bundle); i++) {
        struct out_bundle *b = bundle_at(p, i);
        char *path = path_of(p, b->name);
        if (!path)
            return kp_no_memory(&p->ctx);
        if (!b->on || strcmp(b->on, p->options->before) >= 0)
            continue;
        b->goes = true;
        if (kp_path_exists(p->ctx.io, path)) {
            KP_TRY(doom(p, BUNDLE, b->name));
            b->goes = strcmp(doomed_at(p, n_doomed(p) - 1)->sha256, b->sha256) == 0;
        }
        if (b->goes) {
            KP_TRY(doom_companions(p, b->name));
            continue;
        }
        p->doomed.len -= sizeof(struct doomed);
        kp_warn(&p->ctx.diag, KP_K_PURGE_BUNDLE_DIFFERS, kp_in(path));
    }
    return KP_OK;
}

/* The bundles that an insurer got from one run share a password, which goes with the last of them. */
static enum kp_status doom_secrets(struct purge *p)
{
    struct kp_map settled = {0}; /* secrets that stay or are doomed; in the arena */
    size_t n = p->out_bundles.len / sizeof(struct out_bundle);
    for (size_t i = 0; i < 2 * n; i++) { /* first those that stay */
        const struct out_bundle *b = bundle_at(p, i < n ? i : i - n);
        char *path = path_of(p, b->secret);
        if (!path)
            return kp_no_memory(&p->ctx);
        if (b->goes != (i >= n) || !*b->secret || !kp_path_exists(p->ctx.io, path))
            continue;
        enum kp_map_put put = kp_map_put(&settled, &p->ctx.arena, b->secret, 1);
        if (put == KP_MAP_NO_MEMORY)
            return kp_no_memory(&p->ctx);
        if (b->goes && put == KP_MAP_ADDED)
            KP_TRY(doom(p, SECRET, b->secret));
    }
    return KP_OK;
}

static int by_kind_and_name(const void *a, const void *b)
{
    const struct doomed *x = a, *y = b;
    return x->kind != y->kind ? (int)x->kind - (int)y->kind : strcmp(x->name, y->name);
}

/* With a wrong or missing log every copy would seem to be needless. */
static bool has_entries(const struct purge *p)
{
    uint64_t n = 0;
    for (size_t i = 0; i < p->session.ledger.n_books; i++)
        n += p->session.ledger.books[i].state.end.n_entries;
    return n > 0;
}

/* Finds what goes beside the files of runs. */
static enum kp_status find_others(struct purge *p)
{
    KP_TRY(walk(p, "prepared", PREPARED, enter_preparation));
    if (has_entries(p))
        KP_TRY(walk(p, "registers", REGISTER, doom_register));
    KP_TRY(doom_bundles(p));
    return doom_secrets(p);
}

static enum kp_status find_doomed(struct purge *p)
{
    KP_TRY(walk(p, "runs", ROWS, enter_run));
    KP_TRY(walk(p, "replies", REPLY, doom_reply));
    if (!p->options->runs_only)
        KP_TRY(find_others(p));
    if (n_doomed(p))
        qsort(p->doomed.data, n_doomed(p), sizeof(struct doomed), by_kind_and_name);
    return KP_OK;
}

/* --- logging and removing --- */

static void describe(struct purge *p, size_t from, size_t to, struct kp_json *json)
{
    size_t counts[KINDS] = {0};
    for (size_t i = from; i < to; i++)
        counts[doomed_at(p, i)->kind]++;
    kp_log_session_detail(&p->session, json);
    kp_json_string(json, "before", p->options->before);
    for (size_t i = 0; i < KINDS; i++)
        kp_json_u64(json, KIND_NAMES[i], counts[i]);
    kp_json_array(json, "files", KP_JSON_INLINE);
    for (size_t i = from; i < to; i++) {
        kp_json_object(json, NULL, KP_JSON_INLINE);
        kp_json_string(json, "name", doomed_at(p, i)->name);
        kp_json_string(json, "sha256", doomed_at(p, i)->sha256);
        kp_json_end(json);
    }
    kp_json_end(json);
    kp_json_end(json);
}

static enum kp_status log_doomed(struct purge *p)
{
    for (size_t from = 0; from < n_doomed(p); from += MOST_IN_ENTRY) {
        size_t left = n_doomed(p) - from;
        struct kp_buf out = {0};
        struct kp_json json = {.out = &out};
        describe(p, from, from + (left < MOST_IN_ENTRY ? left : MOST_IN_ENTRY), &json);
        struct kp_log_entry entry = {
            .cells = {[KP_LOG_EVENT] = "purge", [KP_LOG_DETAIL] = kp_buf_text(&out)}};
        enum kp_status st = kp_buf_ok(&out) ? kp_log_session_add(&p->session, &entry) : kp_no_memory(&p->ctx);
        kp_buf_release(&out);
        KP_TRY(st);
    }
    return kp_log_session_commit(&p->session);
}

/* Removes the folders of preparations with their last files; a folder in which something is left stays. */
static void remove_folder_of(struct purge *p, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? kp_arena_strndup(&p->ctx.arena, path, (size_t)(slash - path)) : NULL;
    if (folder && kp_io_rmdir(p->ctx.io, folder) == 0)
        remove_folder_of(p, folder);
}

static enum kp_status remove_doomed(struct purge *p)
{
    for (size_t i = 0; i < n_doomed(p); i++) {
        const struct doomed *d = doomed_at(p, i);
        char *path = path_of(p, d->name);
        if (!path)
            return kp_no_memory(&p->ctx);
        if (kp_io_unlink(p->ctx.io, path) != 0 && errno != ENOENT)
            return kp_write_failed(&p->ctx, path);
        if (d->kind == PREPARED || d->kind == SECRET)
            remove_folder_of(p, path);
    }
    return kp_sync_folder(p->ctx.io, output(p)) == KP_OK ? KP_OK : kp_write_failed(&p->ctx, output(p));
}

static enum kp_status make_page(struct purge *p, struct kp_page *ret_page)
{
    struct kp_buf out = {0};
    size_t counts[KINDS] = {0};
    for (size_t i = 0; i < n_doomed(p); i++) {
        kp_buf_printf(&out, "%s/%s\n", output(p), doomed_at(p, i)->name);
        counts[doomed_at(p, i)->kind]++;
    }
    kp_buf_str(&out, p->options->dry_run ? kp_say(&p->ctx, "削除の対象:", "would be removed:")
                                         : kp_say(&p->ctx, "削除:", "removed:"));
    for (size_t i = 0; i < KINDS; i++)
        kp_buf_printf(&out, "%s%s %zu", i ? ", " : " ", kp_term(&p->ctx.diag, "purged", KIND_NAMES[i]),
                      counts[i]);
    kp_buf_char(&out, '\n');
    bool ok = kp_buf_ok(&out) && kp_buf_take(&out, &ret_page->text);
    kp_buf_release(&out);
    return ok ? KP_OK : kp_no_memory(&p->ctx);
}

static enum kp_status run(struct purge *p, struct kp_page *ret_page)
{
    const struct kp_purge_options *o = p->options;
    if (!o->before)
        return kp_fail(&p->ctx.diag, KP_E_USAGE, KP_K_OPTION_MISSING, KP_NOWHERE, "--before", "--before",
                       "DAY");
    if (!kp_date_parse_iso(o->before, &p->before))
        return kp_fail(&p->ctx.diag, KP_E_USAGE, KP_K_OPTION_VALUE_BAD, KP_NOWHERE, o->before, "--before",
                       "a date as YYYY-MM-DD");
    KP_TRY(kp_log_session_open(&p->session, &p->ctx, &o->files, !o->dry_run));
    KP_TRY(kp_log_session_read(&p->session, take_entry, p));
    KP_TRY(find_doomed(p));
    if (!o->dry_run && n_doomed(p) > 0) {
        KP_TRY(log_doomed(p));
        KP_TRY(remove_doomed(p));
    }
    return make_page(p, ret_page);
}

enum kp_status kp_purge(const struct kp_purge_options *options, const struct kp_env *env,
                        struct kp_page *ret_page)
{
    struct purge p = {.options = options, .session = {.run = {.lock_fd = -1}, .ledger = {.log = {.fd = -1}}}};
    enum kp_status st = kp_context_init(&p.ctx, &options->common, env);
    if (st == KP_OK)
        st = run(&p, ret_page);
    st = kp_log_session_status(&p.session, st);
    kp_log_session_close(&p.session);
    kp_buf_release(&p.doomed);
    kp_buf_release(&p.out_bundles);
    st = kp_context_finish(&p.ctx, st);
    kp_context_release(&p.ctx);
    return st;
}
