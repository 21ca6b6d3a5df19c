/* The process: the real clock and streams, the locale, signals, memory of libraries. */
#include <errno.h>
#include <fcntl.h>
#include <libxml/xmlmemory.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <pwd.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/status.h"
#include "base/text.h"
#include "cli/cli.h"

static volatile int cancelled;

/* --- memory of libxml2 and libcrypto, which follow null pointers when it runs out --- */

/* Never freed: the work fails as soon as errno is looked at. Takes no memory before it is used. */
static max_align_t reserve[(16 << 20) / sizeof(max_align_t)];
static _Atomic size_t reserve_used;

static bool is_reserve(const void *p)
{
    return (uintptr_t)p >= (uintptr_t)reserve && (uintptr_t)p < (uintptr_t)reserve + sizeof(reserve);
}

/* Takes n bytes of the reserve, with their number before them. Leaves errno at ENOMEM. */
static void *take_reserve(size_t n)
{
    const size_t unit = sizeof(max_align_t);
    errno = ENOMEM;
    if (n > sizeof(reserve))
        return NULL;
    size_t units = 1 + (n + unit - 1) / unit, at = atomic_fetch_add(&reserve_used, units);
    if (at + units > KP_COUNT(reserve))
        return NULL;
    memcpy(&reserve[at], &n, sizeof(n));
    return &reserve[at + 1];
}

/* An allocation that succeeds leaves errno alone: malloc sets it when brk fails, even if mmap then succeeds.
 */
static void *library_malloc(size_t n)
{
    int before = errno;
    void *p = malloc(n ? n : 1);
    if (!p)
        return take_reserve(n);
    errno = before;
    return p;
}

static void library_free(void *p)
{
    if (!is_reserve(p))
        free(p);
}

static void *library_realloc(void *old, size_t n)
{
    int before = errno;
    void *p = is_reserve(old) ? NULL : realloc(old, n);
    if (p || n == 0) {
        errno = before;
        return p;
    }
    size_t had = 0;
    if (is_reserve(old))
        memcpy(&had, (const max_align_t *)old - 1, sizeof(had));
    else
        had = malloc_usable_size(old);
    p = take_reserve(n);
    if (p && old)
        memcpy(p, old, had < n ? had : n);
    if (p)
        library_free(old);
    return p;
}

static char *library_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *copy = library_malloc(n);
    return copy ? memcpy(copy, s, n) : NULL;
}

static void *crypto_malloc(size_t n, const char *file, int line)
{
    (void)file, (void)line;
    return n ? library_malloc(n) : NULL;
}

static void *crypto_realloc(void *old, size_t n, const char *file, int line)
{
    (void)file, (void)line;
    return library_realloc(old, n);
}

static void crypto_free(void *p, const char *file, int line)
{
    (void)file, (void)line;
    library_free(p);
}

/* --- the process --- */

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
    for (size_t i = 0; i < KP_COUNT(names); i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strncmp(value, "ja", 2) == 0 ? KP_LANG_JA : KP_LANG_EN;
    }
    return KP_LANG_EN;
}

/* Returns the path of the user's configuration, by the XDG base directory specification. */
static const char *user_config(char *to, size_t room)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    bool xdg = config && config[0] == '/';
    const char *base = xdg ? config : home;
    if (!base || base[0] != '/')
        return NULL;
    int n = snprintf(to, room, "%s%s/kenporter/kenporter.ini", base, xdg ? "" : "/.config");
    return n > 0 && (size_t)n < room ? to : NULL;
}

/* Looks the user up in /etc/passwd with memory of the caller. */
static const char *local_user(char *buffer, size_t room)
{
    struct passwd entry, *found = NULL;
    FILE *file = fopen("/etc/passwd", "re");
    bool is_user = false;
    while (file && !is_user && fgetpwent_r(file, &entry, buffer, room, &found) == 0)
        is_user = found->pw_uid == getuid();
    if (file)
        (void)fclose(file); /* was only read */
    return is_user ? entry.pw_name : NULL;
}

/* The name of the user who runs the program, whatever the environment says; NULL: unknown. Directories of
 * users are asked last: the C library aborts if memory runs out there. */
static const char *user(char *buffer, size_t room)
{
    const char *name = local_user(buffer, room);
    const struct passwd *entry = name ? NULL : getpwuid(getuid());
    name = entry ? entry->pw_name : name;
    return name && kp_utf8_valid_prefix(name, strlen(name)) == strlen(name) ? name : NULL;
}

/* The next file opened would get the number of a closed stream, and messages would go there. */
static bool streams_are_open(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd) /* still fails when used */
            return false;
    return true;
}

int main(int argc, char **argv)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU};
    struct sigaction action = {.sa_handler = on_signal};
    char host[256] = "", account[4096];
    bool has_host =
        gethostname(host, sizeof(host) - 1) == 0 && kp_utf8_valid_prefix(host, strlen(host)) == strlen(host);
    struct kp_env env = {.now = real_time,
                         .cancel = &cancelled,
                         .lang = language(),
                         .user = user(account, sizeof(account)),
                         .host = has_host ? host : NULL};
    (void)xmlMemSetup(library_free, library_malloc, library_realloc, library_strdup); /* cannot fail */
    (void)CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc,
                                   crypto_free);          /* fails once memory is in use */
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* a core file would contain personal data */
    for (size_t i = 0; i < KP_COUNT(ends); i++)
        (void)sigaction(ends[i], &action, NULL); /* cannot fail for these signals */
    (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe and a limit of size are write errors like any other */
    (void)signal(SIGXFSZ, SIG_IGN);
    if (!streams_are_open())
        return KP_E_SYSTEM;
    char path[4096];
    const char *named = getenv("KENPORTER_CONFIG");
    const struct kp_config_places places = {.named = named && *named ? named : NULL,
                                            .user = user_config(path, sizeof(path))};
    return kp_cli(argc, argv, stdout, stderr, &env, &places);
}
