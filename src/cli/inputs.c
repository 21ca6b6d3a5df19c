#include "cli/inputs.h"

#include <errno.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"

enum kp_status kp_console_expand_stdin(struct kp_console *c, const char **path)
{
    char block[65536];
    size_t n;
    if (strcmp(*path, "-") != 0)
        return KP_OK;
    if (c->copy_of_stdin)
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_ARGUMENT_UNEXPECTED, KP_NOWHERE, "-", "-");
    errno = 0;
    c->copy_of_stdin = tmpfile(); /* has no name, so nothing outlives the run */
    bool copied = c->copy_of_stdin != NULL;
    while (copied && (n = fread(block, 1, sizeof(block), stdin)) > 0)
        copied = fwrite(block, 1, n, c->copy_of_stdin) == n;
    if (copied && ferror(stdin))
        return kp_fail(&c->diag, KP_E_INPUT, KP_K_INPUT_UNREADABLE, kp_in("-"), strerror(errno));
    if (!copied || fflush(c->copy_of_stdin) != 0)
        return kp_fail(&c->diag, KP_E_SYSTEM, KP_K_WRITE_FAILED, kp_in(P_tmpdir), strerror(errno));
    *path = kp_arena_printf(&c->arena, "/proc/self/fd/%d", fileno(c->copy_of_stdin));
    return *path ? KP_OK : kp_fail(&c->diag, KP_E_SYSTEM, KP_K_NO_MEMORY, KP_NOWHERE);
}

/* The paths and their names, as they grow. */
struct list {
    struct kp_buf paths, names; /* const char * */
};

static void add(struct list *list, const char *path, const char *name)
{
    kp_buf_add(&list->paths, &path, sizeof(path));
    kp_buf_add(&list->names, &name, sizeof(name));
}

/* Appends the files that a pattern matches, in the order of their bytes. */
static enum kp_status add_matches(struct kp_console *c, const char *pattern, struct list *list)
{
    glob_t found = {0};
    int result = glob(pattern, GLOB_ERR, NULL, &found);
    enum kp_status st = KP_OK;
    if (result == GLOB_NOSPACE)
        st = kp_fail(&c->diag, KP_E_SYSTEM, KP_K_NO_MEMORY, KP_NOWHERE);
    else if (result != 0)
        st = kp_fail(&c->diag, KP_E_INPUT, KP_K_PATTERN_UNMATCHED, kp_in(pattern));
    for (size_t i = 0; st == KP_OK && i < found.gl_pathc; i++) {
        const char *path = kp_arena_strdup(&c->arena, found.gl_pathv[i]);
        add(list, path, path);
    }
    globfree(&found);
    return st;
}

static const char *const *copy(struct kp_console *c, const struct kp_buf *words)
{
    char *to = kp_arena_alloc(&c->arena, words->len + sizeof(char *));
    if (to)
        memcpy(to, kp_buf_text(words), words->len);
    return (const char *const *)(void *)to;
}

enum kp_status kp_console_expand_inputs(struct kp_console *c)
{
    struct kp_run_options *o = &c->settings.options;
    struct list list = {0};
    enum kp_status st = KP_OK;
    for (size_t i = 0; st == KP_OK && i < o->n_inputs; i++) {
        const char *path = o->inputs[i];
        if (path[strcspn(path, "*?[")] && access(path, F_OK) != 0) {
            st = add_matches(c, path, &list);
        } else if ((st = kp_console_expand_stdin(c, &path)) == KP_OK) {
            add(&list, path, o->inputs[i]);
        }
    }
    if (st == KP_OK && list.paths.len > 0) {
        o->inputs = copy(c, &list.paths);
        o->input_names = copy(c, &list.names);
        o->n_inputs = list.paths.len / sizeof(*o->inputs);
    }
    if (st == KP_OK && (c->arena.failed || !kp_buf_ok(&list.paths) || !kp_buf_ok(&list.names)))
        st = kp_fail(&c->diag, KP_E_SYSTEM, KP_K_NO_MEMORY, KP_NOWHERE);
    kp_buf_release(&list.paths);
    kp_buf_release(&list.names);
    return st;
}
