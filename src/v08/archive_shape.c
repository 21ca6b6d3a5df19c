#include "v08/archive_shape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/status.h"
#include "v08/standard.h"

const char *const kp_bundle_folders[] = {"DATA/", "XSD/", "CLAIMS/", NULL};

/* --- no archive --- */

static bool begins(const char *bytes, size_t n, const char *with)
{
    return n >= strlen(with) && memcmp(bytes, with, strlen(with)) == 0;
}

enum kp_given kp_given_of(const struct kp_io *io, const char *path)
{
    char bytes[64];
    size_t n = 0, at = 0;
    int fd = -1;
    if (kp_file_open(io, path, &fd) != KP_OK)
        return errno == EISDIR ? KP_GIVEN_FOLDER : KP_GIVEN_TRUNCATED;
    enum kp_status st = kp_file_read_at(io, fd, bytes, sizeof(bytes), 0, &n);
    (void)io->close(fd); /* only read */
    if (st != KP_OK || begins(bytes, n, "PK\3\4") || begins(bytes, n, "PK\5\6") ||
        begins(bytes, n, "PK\7\10"))
        return KP_GIVEN_TRUNCATED;
    if (n == 0)
        return KP_GIVEN_EMPTY;
    at = begins(bytes, n, "\xef\xbb\xbf") ? 3 : 0;
    while (at < n && strchr(" \t\r\n", bytes[at]))
        at++;
    return at < n && bytes[at] == '<' ? KP_GIVEN_XML : KP_GIVEN_OTHER;
}

struct listing {
    struct kp_arena *arena;
    const char *folder;
    const char **paths;
    size_t n;
};

static void list_document(void *ctx, const char *name)
{
    struct listing *l = ctx;
    size_t n = strlen(name);
    if (n <= 4 || n > KP_UNZIP_MAX_NAME || strcmp(name + n - 4, ".xml") != 0)
        return;
    if (l->paths)
        l->paths[l->n] = kp_arena_printf(l->arena, "%s/DATA/%s", l->folder, name);
    l->n++;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum kp_status kp_shape_documents(const char *folder, struct kp_arena *arena, const char *const **ret_paths,
                                  size_t *ret_n)
{
    struct listing l = {.arena = arena, .folder = folder};
    *ret_n = 0;
    const char *data = kp_arena_printf(arena, "%s/DATA", folder);
    if (!data)
        return KP_E_SYSTEM;
    if (kp_each_entry(&kp_io_posix, data, list_document, &l) != KP_OK)
        return errno == ENOENT || errno == ENOTDIR ? KP_OK : KP_E_SYSTEM; /* there is none */
    const size_t most = l.n;
    l.paths = kp_arena_alloc(arena, (most + 1) * sizeof(*l.paths));
    l.n = 0;
    if (!l.paths || kp_each_entry(&kp_io_posix, data, list_document, &l) != KP_OK || l.n > most ||
        arena->failed)
        return KP_E_SYSTEM;
    qsort(l.paths, l.n, sizeof(*l.paths), by_name);
    *ret_paths = l.paths;
    *ret_n = l.n;
    return KP_OK;
}

/* --- an archive --- */

struct finder {
    struct kp_arena *arena;
    const char *base;
    const char *top, *deep; /* candidates; NULL: none so far */
    bool namesake, index;   /* how top was found */
    bool shallow;           /* something of a bundle is at most one folder down */
    bool archives;
    unsigned exact, folded; /* by index into kp_bundle_folders */
};

/* Returns whether something of a bundle begins there; adds its folder to those found. */
static bool is_part(struct finder *f, const char *at)
{
    for (size_t i = 0; kp_bundle_folders[i]; i++) {
        const size_t n = strlen(kp_bundle_folders[i]);
        if (strncasecmp(at, kp_bundle_folders[i], n) != 0)
            continue;
        *(strncmp(at, kp_bundle_folders[i], n) == 0 ? &f->exact : &f->folded) |= 1U << i;
        return true;
    }
    return strcmp(at, KP_INDEX_FILE) == 0;
}

/* Finds the first part of a bundle in the name. */
static void take_part(struct finder *f, const char *name)
{
    size_t depth = 0;
    for (const char *at = name, *slash; at; at = slash ? slash + 1 : NULL, depth++) {
        slash = strchr(at, '/');
        if (!is_part(f, at))
            continue;
        f->shallow |= depth <= 1;
        if (depth > 1 && !f->deep)
            f->deep = kp_arena_strndup(f->arena, name, (size_t)(at - name) - 1);
        return;
    }
}

static void take_name(struct finder *f, const char *name)
{
    const char *slash = strchr(name, '/');
    size_t n = slash ? (size_t)(slash - name) : 0, m = strlen(name);
    bool namesake = n > 0 && strlen(f->base) == n && strncmp(name, f->base, n) == 0;
    bool index = !f->index && strcmp(slash ? slash + 1 : name, KP_INDEX_FILE) == 0;
    if (!f->namesake && (namesake || index || (!f->top && n > 0)))
        f->top = kp_arena_strndup(f->arena, name, n);
    f->namesake |= namesake;
    f->index |= index;
    f->archives |= m > 4 && strcasecmp(name + m - 4, ".zip") == 0;
    take_part(f, name);
}

enum kp_status kp_shape_find(struct kp_unzip *zip, const char *base, struct kp_arena *arena,
                             struct kp_shape *ret_shape)
{
    enum { DATA_AND_XSD = 3 };
    struct finder f = {.arena = arena, .base = base};
    struct kp_zip_member m;
    bool end = false;
    while (kp_unzip_next(zip, &m, &end) == KP_OK && !end) {
        take_name(&f, m.name);
        if (f.namesake && f.shallow && (f.exact & DATA_AND_XSD) == DATA_AND_XSD)
            break; /* nothing more can change */
    }
    kp_unzip_rewind(zip);
    const bool deep = !f.shallow && f.deep;
    const char *top = deep ? f.deep : f.top;
    *ret_shape = (struct kp_shape){.top = top ? top : "",
                                   .deep = deep,
                                   .nested = f.archives && !f.shallow && !f.deep,
                                   .folded = f.folded & ~f.exact};
    return arena->failed ? KP_E_SYSTEM : KP_OK;
}

const char *kp_shape_name(const struct kp_shape *shape, const char *name, char copy[KP_UNZIP_MAX_NAME + 1])
{
    for (size_t i = 0; shape->folded && kp_bundle_folders[i]; i++) {
        const size_t n = strlen(kp_bundle_folders[i]);
        if (!(shape->folded & 1U << i) || strncasecmp(name, kp_bundle_folders[i], n) != 0)
            continue;
        memcpy(copy, kp_bundle_folders[i], n);
        memcpy(copy + n, name + n, strlen(name + n) + 1);
        return copy;
    }
    return name;
}
