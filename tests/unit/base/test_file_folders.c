#include "folder.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int mkdirs_left;

static int mkdir_until_full(int at, const char *path, mode_t mode)
{
    if (mkdirs_left-- > 0)
        return mkdirat(at, path, mode);
    errno = ENOSPC;
    return -1;
}

static int set_up(void **state)
{
    (void)umask(0); /* modes come from the program alone */
    return make_folder(state);
}

static void make_folders__missing_parents__are_made_private(void **state UNUSED)
{
    assert_int_equal(kp_make_folders(&kp_io_posix, in_folder("a/b/c")), KP_OK);
    assert_int_equal(mode_of(in_folder("a")), 0700);
    assert_int_equal(mode_of(in_folder("a/b")), 0700);
    assert_int_equal(mode_of(in_folder("a/b/c")), 0700);
    assert_int_equal(kp_make_folders(&kp_io_posix, in_folder("a/b/c")), KP_OK);
    assert_int_equal(kp_make_folders(&kp_io_posix, in_folder("a/d//e/")), KP_OK);
    assert_int_equal(mode_of(in_folder("a/d/e")), 0700);
    assert_int_equal(kp_sync_folder(&kp_io_posix, in_folder("a/d")), KP_OK);
    assert_int_equal(kp_sync_parent(&kp_io_posix, in_folder("a/d/whatever")), KP_OK);
    assert_int_equal(kp_sync_folder(&kp_io_posix, in_folder("absent")), KP_E_SYSTEM);
}

static void make_folders__file_in_the_way_or_full_disk__fails(void **state UNUSED)
{
    (void)put_file("file", "x", 1);
    assert_int_equal(kp_make_folders(&kp_io_posix, in_folder("file")), KP_E_SYSTEM);
    assert_int_equal(kp_make_folders(&kp_io_posix, in_folder("file/sub")), KP_E_SYSTEM);
    struct kp_io io = kp_io_posix;
    io.mkdirat = mkdir_until_full;
    mkdirs_left = 2; /* /tmp and the folder of this test exist */
    assert_int_equal(kp_make_folders(&io, in_folder("full")), KP_E_SYSTEM);
    assert_int_equal(errno, ENOSPC);
}

static void remove_folder__links__are_removed_not_followed(void **state UNUSED)
{
    assert_int_equal(kp_make_folders(&kp_io_posix, in_folder("outside")), KP_OK);
    assert_int_equal(kp_make_folders(&kp_io_posix, in_folder("doomed/deep/er")), KP_OK);
    char *kept = put_file("outside/kept", "kept", 4);
    (void)put_file("doomed/deep/file", "x", 1);
    assert_int_equal(symlink("../outside", in_folder("doomed/to_folder")), 0);
    assert_int_equal(symlink("../outside/kept", in_folder("doomed/to_file")), 0);
    assert_int_equal(symlink("nowhere", in_folder("doomed/to_nothing")), 0);
    assert_int_equal(kp_remove_folder(&kp_io_posix, in_folder("doomed")), KP_OK);
    assert_false(kp_path_exists(&kp_io_posix, in_folder("doomed")));
    assert_file(kept, "kept", 4);
    assert_int_equal(symlink("outside", in_folder("alias")), 0);
    assert_int_equal(kp_remove_folder(&kp_io_posix, in_folder("alias")), KP_OK);
    assert_false(kp_path_exists(&kp_io_posix, in_folder("alias")));
    assert_true(kp_path_exists(&kp_io_posix, in_folder("outside/kept")));
    assert_int_equal(kp_remove_folder(&kp_io_posix, in_folder("absent")), KP_OK);
}

static void count_entry(void *ctx, const char *name)
{
    int *seen = ctx;
    seen[strcmp(name, "one") == 0 ? 0 : strcmp(name, ".two") == 0 ? 1 : 2]++;
}

static void each_entry__folder__gives_every_name_but_the_dots(void **state UNUSED)
{
    int seen[3] = {0};
    assert_int_equal(kp_make_folders(&kp_io_posix, in_folder("list/one")), KP_OK);
    (void)put_file("list/.two", "", 0);
    assert_int_equal(kp_each_entry(&kp_io_posix, in_folder("list"), count_entry, seen), KP_OK);
    assert_true(seen[0] == 1 && seen[1] == 1 && seen[2] == 0);
    assert_int_equal(kp_each_entry(&kp_io_posix, in_folder("absent"), count_entry, seen), KP_E_SYSTEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(make_folders__missing_parents__are_made_private),
        cmocka_unit_test(make_folders__file_in_the_way_or_full_disk__fails),
        cmocka_unit_test(remove_folder__links__are_removed_not_followed),
        cmocka_unit_test(each_entry__folder__gives_every_name_but_the_dots),
    };
    return cmocka_run_group_tests_name("file_folders", tests, set_up, remove_folder);
}
