#include "run/password.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/status.h"

static enum kp_status command_failed(struct kp_run *run, const char *why)
{
    return kp_fail(&run->ctx->diag, KP_E_USAGE, KP_K_PASSWORD_COMMAND_FAILED, KP_NOWHERE, why);
}

/* Starts the command in a shell, with the insurer's number as $1 and its output in a pipe. */
static enum kp_status start(struct kp_run *run, const char *insurer, int *ret_fd, pid_t *ret_pid)
{
    char shell[] = "/bin/sh", option[] = "-c";
    char *command = kp_arena_strdup(&run->ctx->arena, run->options->seal.password_command);
    char *number = kp_arena_strdup(&run->ctx->arena, insurer);
    char *argv[] = {shell, option, command, shell, number, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2];
    if (!command || !number)
        return kp_no_memory(run->ctx);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return command_failed(run, strerror(errno));
    int error = posix_spawn_file_actions_init(&actions);
    if (error == 0) {
        error = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        if (error == 0)
            error = posix_spawn(ret_pid, shell, &actions, NULL, argv, environ);
        (void)posix_spawn_file_actions_destroy(&actions);
    }
    (void)close(ends[1]);
    *ret_fd = ends[0];
    if (error == 0)
        return KP_OK;
    (void)close(ends[0]);
    return command_failed(run, strerror(error));
}

/* Reads to the end, so that the command does not fail for want of a reader; keeps what fits. */
static size_t read_answer(int fd, char *to, size_t room)
{
    char rest[64];
    size_t n = 0;
    for (;;) {
        ssize_t got = n < room ? read(fd, to + n, room - n) : read(fd, rest, sizeof(rest));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        n += n < room ? (size_t)got : 0;
    }
    kp_secret_wipe(rest, sizeof(rest));
    return n;
}

static enum kp_status ask_command(struct kp_run *run, const char *insurer, struct kp_password *ret_password)
{
    char answer[KP_PASSWORD_MAX + 3];
    pid_t pid = 0;
    int fd = -1, status = 0;
    KP_TRY(start(run, insurer, &fd, &pid));
    size_t n = read_answer(fd, answer, sizeof(answer));
    (void)close(fd);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    bool taken = kp_password_take(answer, n, ret_password);
    kp_secret_wipe(answer, sizeof(answer));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return command_failed(run, kp_say(run->ctx, "異常終了", "it failed"));
    return taken ? KP_OK
                 : command_failed(
                       run, kp_say(run->ctx, "1行のパスワードを出力しない", "it does not print one line"));
}

/* Other characters depend on the encoding of whoever types them. */
static bool is_ascii(const char *text)
{
    while (*text >= 0x20 && *text < 0x7f)
        text++;
    return *text == '\0';
}

enum kp_status kp_password_choose(struct kp_run *run, const char *insurer, struct kp_password *ret_password,
                                  bool *ret_generated)
{
    const struct kp_seal_options *o = &run->options->seal;
    *ret_generated = !o->password_file && !o->password_command;
    if (*ret_generated)
        return kp_secret_draw(ret_password->text, KP_PASSWORD_GENERATED) == KP_OK ? KP_OK
                                                                                  : kp_no_memory(run->ctx);
    KP_TRY(o->password_file ? kp_password_read(run->ctx, o->password_file, ret_password)
                            : ask_command(run, insurer, ret_password));
    if (strlen(ret_password->text) >= KP_PASSWORD_LEAST && is_ascii(ret_password->text))
        return KP_OK;
    return kp_fail(&run->ctx->diag, KP_E_USAGE, KP_K_PASSWORD_WEAK,
                   o->password_file ? kp_in(o->password_file) : KP_NOWHERE);
}
