#include "folder.h"

#include <ftw.h>

#include "files.h"

#define TEMPLATE "/tmp/kp_test_XXXXXX"

char folder[] = TEMPLATE;

int make_folder(void **state)
{
    (void)state;
    memcpy(folder, TEMPLATE, sizeof(folder));
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *place)
{
    (void)info;
    (void)type;
    (void)place;
    return remove(path);
}

int remove_tree(const char *path)
{
    return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

int remove_folder(void **state)
{
    (void)state;
    free_kept();
    return remove_tree(folder);
}

char *in_folder(const char *name)
{
    return textf("%s/%s", folder, name);
}

char *put_file(const char *name, const char *bytes, size_t n)
{
    char *path = in_folder(name);
    put(path, bytes, n);
    return path;
}

void assert_file(const char *path, const char *bytes, size_t n)
{
    size_t n_got = 0;
    const char *got = slurp(path, &n_got);
    assert_int_equal(n_got, n);
    assert_memory_equal(got, bytes, n);
}

unsigned mode_of(const char *path)
{
    struct stat info;
    assert_int_equal(lstat(path, &info), 0);
    return info.st_mode & 07777u;
}

char *pattern(size_t n)
{
    char *bytes = malloc(n + 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)('a' + i % 26 + (i / 26) % 3);
    bytes[n] = '\0';
    return bytes;
}

void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in: %s", part, text);
}
