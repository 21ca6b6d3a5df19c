#include "files.h"

#include <glob.h>
#include <stdio.h>
#include <sys/stat.h>

#include "kept.h"

char *slurp(const char *path, size_t *ret_n)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s cannot be read", path);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long n = ftell(file);
    assert_true(n >= 0);
    rewind(file);
    char *bytes = keep((size_t)n + 1);
    assert_int_equal(fread(bytes, 1, (size_t)n, file), n);
    assert_int_equal(fclose(file), 0);
    if (ret_n)
        *ret_n = (size_t)n;
    return bytes;
}

void put(const char *path, const char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

bool exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

size_t paths(const char *pattern, char ***ret_paths)
{
    glob_t found = {0};
    int status = glob(pattern, 0, NULL, &found);
    assert_true(status == 0 || status == GLOB_NOMATCH);
    size_t n = found.gl_pathc;
    char **list = keep((n + 1) * sizeof(*list));
    for (size_t i = 0; i < n; i++)
        list[i] = textf("%s", found.gl_pathv[i]);
    globfree(&found);
    if (ret_paths)
        *ret_paths = list;
    return n;
}

size_t how_many(const char *pattern)
{
    return paths(pattern, NULL);
}

size_t occurrences(const char *in, const char *of)
{
    size_t n = 0;
    for (const char *at = in; (at = strstr(at, of)) != NULL; at += strlen(of))
        n++;
    return n;
}

void assert_contains(const char *in, const char *part)
{
    if (!strstr(in, part))
        fail_msg("'%s' is not in: %s", part, in);
}

void assert_same_file(const char *a, const char *b)
{
    size_t n_a = 0, n_b = 0;
    const char *bytes_a = slurp(a, &n_a), *bytes_b = slurp(b, &n_b);
    if (n_a != n_b || memcmp(bytes_a, bytes_b, n_a) != 0)
        fail_msg("%s and %s differ", a, b);
}
