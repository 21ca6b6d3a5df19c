#include "folder.h"

#include <fcntl.h>
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

/* nftw passes nothing on: where renew copies from and to. */
static const char *copied_from, *copied_to;

static bool copy_bytes(const char *from, const char *to)
{
    char bytes[64 * 1024];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    bool ok = in && out;
    for (size_t n = 1; ok && n > 0;) {
        n = fread(bytes, 1, sizeof(bytes), in);
        ok = !ferror(in) && fwrite(bytes, 1, n, out) == n;
    }
    ok = (!in || fclose(in) == 0) && ok;
    return (!out || fclose(out) == 0) && ok;
}

static int copy_entry(const char *path, const struct stat *info, int type, struct FTW *place)
{
    char to[4096], target[4096] = "";
    (void)place;
    (void)snprintf(to, sizeof(to), "%s%s", copied_to, path + strlen(copied_from));
    if (type == FTW_SL)
        return readlink(path, target, sizeof(target) - 1) < 0 || symlink(target, to) != 0;
    if (type == FTW_D ? mkdir(to, 0700) != 0 : !copy_bytes(path, to))
        return -1;
    const struct timespec times[] = {info->st_atim, info->st_mtim};
    return chmod(to, info->st_mode & 07777u) != 0 || utimensat(AT_FDCWD, to, times, 0) != 0;
}

void renew(const char *path, const char *like)
{
    struct stat there;
    if (lstat(path, &there) == 0)
        assert_int_equal(remove_tree(path), 0);
    if (!like)
        return;
    copied_from = like;
    copied_to = path;
    assert_int_equal(nftw(like, copy_entry, 16, FTW_PHYS), 0);
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
