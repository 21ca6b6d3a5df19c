/* The program: the real clock, the real streams, the locale, and Ctrl-C; everything else is in the library. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "kenporter.h"

static volatile int cancelled;

static void on_signal(int number)
{
    (void)number;
    cancelled = 1;
}

static int64_t real_time(void *ctx)
{
    (void)ctx;
    return (int64_t)time(NULL);
}

static enum kp_lang language(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strncmp(value, "ja", 2) == 0 ? KP_LANG_JA : KP_LANG_EN;
    }
    return KP_LANG_EN;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = on_signal};
    struct kp_env env = {.now = real_time, .cancel = &cancelled, .lang = language()};
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* a core file would hold what people's rows say */
    (void)sigaction(SIGINT, &action, NULL); /* cannot fail for these signals */
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error like any other */
    return kp_cli(argc, argv, stdout, stderr, &env);
}
