/* A folder below /tmp for a group of tests: made by make_folder, removed with everything in it by
 * remove_folder. */
#ifndef KP_TEST_FOLDER_H
#define KP_TEST_FOLDER_H

#include "support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static char folder[] = "/tmp/kp_test_XXXXXX";
static struct kp_arena folder_arena; /* holds the paths until the folder goes */

static inline int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state)
{
    (void)state;
    kp_arena_release(&folder_arena);
    return kp_remove_folder(folder) == KP_OK && access(folder, F_OK) != 0 ? 0 : -1;
}

static inline char *in_folder(const char *name)
{
    return kp_arena_printf(&folder_arena, "%s/%s", folder, name);
}

/* Writes the file by other means than the functions under test. */
static inline char *put_file(const char *name, const char *bytes, size_t n)
{
    char *path = in_folder(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    return path;
}

static inline void assert_file(const char *path, const char *bytes, size_t n)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, n);
    char *got = malloc(n + 1);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(got, 1, n, file), n);
    assert_memory_equal(got, bytes, n);
    (void)fclose(file);
    free(got);
}

static inline unsigned mode_of(const char *path)
{
    struct stat info;
    assert_int_equal(lstat(path, &info), 0);
    return info.st_mode & 07777u;
}

/* Contents for such a file: n letters whose order repeats late. The caller frees them. */
static inline char *pattern(size_t n)
{
    char *bytes = malloc(n + 1);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)('a' + i % 26 + (i / 26) % 3);
    bytes[n] = '\0';
    return bytes;
}

#endif
