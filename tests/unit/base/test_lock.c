#include "folder.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/lock.h"

static int set_up(void **state)
{
    (void)umask(0); /* modes come from the program alone */
    return make_folder(state);
}

static void take__twice__names_the_holder_until_it_is_dropped(void **state UNUSED)
{
    const char *path = in_folder("lock");
    int first = -1, second = -1;
    long holder = -1;
    assert_int_equal(kp_lock_take(&kp_io_posix, path, &first, &holder), KP_OK);
    assert_int_equal(holder, 0);
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(kp_lock_take(&kp_io_posix, path, &second, &holder), KP_E_SYSTEM);
    assert_int_equal(errno, EWOULDBLOCK);
    assert_int_equal(holder, getpid());
    assert_int_equal(second, -1);
    kp_lock_drop(first);
    assert_int_equal(kp_lock_take(&kp_io_posix, path, &second, &holder), KP_OK);
    kp_lock_drop(second);
    kp_lock_drop(-1);
    assert_int_equal(kp_lock_take(&kp_io_posix, in_folder("absent/lock"), &second, &holder), KP_E_SYSTEM);
}

static void take__link_or_fifo__is_refused_untouched(void **state UNUSED)
{
    const char *victim = put_file("victim", "precious\n", 9);
    static const struct {
        const char *name;
        int error;
    } cases[] = {{"symbolic", ELOOP}, {"dangling", ELOOP}, {"hard", EMLINK}, {"fifo", EINVAL}};
    assert_int_equal(symlink("victim", in_folder("symbolic")), 0);
    assert_int_equal(symlink("nowhere", in_folder("dangling")), 0);
    assert_int_equal(link(victim, in_folder("hard")), 0);
    assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int fd = -1;
        long holder = -1;
        errno = 0;
        assert_int_equal(kp_lock_take(&kp_io_posix, in_folder(cases[i].name), &fd, &holder), KP_E_SYSTEM);
        assert_int_equal(errno, cases[i].error);
        assert_int_equal(fd, -1);
        assert_int_equal(holder, 0);
    }
    assert_file(victim, "precious\n", 9);
    assert_int_not_equal(access(in_folder("nowhere"), F_OK), 0);
}

static void take__process_that_died__holds_nothing(void **state UNUSED)
{
    const char *path = in_folder("dead");
    int ready[2], fd = -1;
    long holder = 0;
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        int held = -1;
        if (kp_lock_take(&kp_io_posix, path, &held, &holder) == KP_OK && write(ready[1], "x", 1) == 1)
            (void)pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(kp_lock_take(&kp_io_posix, path, &fd, &holder), KP_E_SYSTEM);
    assert_int_equal(holder, child);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(kp_lock_take(&kp_io_posix, path, &fd, &holder), KP_OK);
    kp_lock_drop(fd);
    (void)close(ready[0]);
    (void)close(ready[1]);
}

static void holder__flock_on_a_file__is_its_process(void **state UNUSED)
{
    int fd = -1, free_fd = -1;
    long holder = 0;
    assert_int_equal(kp_lock_take(&kp_io_posix, in_folder("held"), &fd, &holder), KP_OK);
    assert_int_equal(kp_lock_holder(fd), getpid());
    free_fd = kp_io_open(&kp_io_posix, put_file("free", "", 0), 0);
    assert_int_equal(kp_lock_holder(free_fd), 0);
    assert_int_equal(kp_lock_holder(-1), 0);
    kp_lock_drop(fd);
    (void)close(free_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(take__twice__names_the_holder_until_it_is_dropped),
        cmocka_unit_test(take__link_or_fifo__is_refused_untouched),
        cmocka_unit_test(take__process_that_died__holds_nothing),
        cmocka_unit_test(holder__flock_on_a_file__is_its_process),
    };
    return cmocka_run_group_tests_name("lock", tests, set_up, remove_folder);
}
