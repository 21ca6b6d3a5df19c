#include "fuzz.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/status.h"
#include "once.h"

enum { PATHS = 8, PATH_ROOM = 256 };

unsigned fuzz_failures;
static char folder[] = "/dev/shm/kenporter-fuzz-XXXXXX";

void fuzz_fail(const char *file, int line, const char *condition)
{
    (void)fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    abort();
}

static int64_t fixed_time(void *ctx)
{
    (void)ctx;
    return 1775001600; /* 2026-04-01 in Japan */
}

static void check_message(void *ctx, const struct kp_message *m)
{
    (void)ctx;
    FUZZ_ASSERT(kp_utf8_prefix(m->text, strlen(m->text)) == strlen(m->text));
    FUZZ_ASSERT(kp_utf8_prefix(m->remedy, strlen(m->remedy)) == strlen(m->remedy));
    FUZZ_ASSERT(m->code != KP_K_INTERNAL);
    fuzz_failures += m->level == KP_LEVEL_FAIL;
}

const struct kp_env fuzz_env = {.now = fixed_time, .message = check_message, .user = "user", .host = "host"};

void fuzz_begin(struct kp_context *ctx)
{
    static const struct kp_common common;
    FUZZ_ASSERT(kp_context_init(ctx, &common, &fuzz_env) == KP_OK);
    fuzz_failures = 0;
}

void fuzz_check_reported(enum kp_status st)
{
    if (st <= KP_E_ATTENTION)
        FUZZ_ASSERT(fuzz_failures == 0);
    else if (st != KP_E_FAULT)
        FUZZ_ASSERT(fuzz_failures > 0);
}

void fuzz_end(struct kp_context *ctx, enum kp_status st)
{
    fuzz_check_reported(st);
    kp_context_release(ctx);
}

const char *fuzz_path(const char *name)
{
    static char paths[PATHS][PATH_ROOM];
    static unsigned turn;
    char *path = paths[turn++ % PATHS];
    FUZZ_ASSERT(snprintf(path, PATH_ROOM, "%s/%s", folder, name) < PATH_ROOM);
    return path;
}

const char *fuzz_file(const char *name, const void *bytes, size_t n)
{
    const char *path = fuzz_path(name);
    FILE *file = fopen(path, "wb");
    FUZZ_ASSERT(file && fwrite(bytes, 1, n, file) == n && fclose(file) == 0);
    return path;
}

static void remove_folder(void)
{
    (void)kp_remove_folder(&kp_io_posix, folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    FUZZ_ASSERT(mkdtemp(folder) && atexit(remove_folder) == 0);
    fuzz_load_once();
    return 0;
}

void fuzz_split(struct fuzz_parts *parts, const uint8_t *data, size_t n)
{
    static const char mark[] = "\n%%\n";
    *parts = (struct fuzz_parts){.memory = malloc(n + 1), .n = 1};
    FUZZ_ASSERT(parts->memory);
    if (n)
        memcpy(parts->memory, data, n);
    parts->memory[n] = '\0';
    char *at = parts->memory, *end = at + n;
    for (size_t i = 0; i < FUZZ_PARTS; i++) {
        char *next = i + 1 < FUZZ_PARTS ? memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1) : NULL;
        parts->at[i] = (struct fuzz_part){at, (size_t)((next ? next + 1 : end) - at)};
        parts->n += next != NULL;
        if (next) /* the line end is the part's, the first mark makes room for the NUL */
            next[1] = '\0';
        at = next ? next + sizeof(mark) - 1 : end;
    }
}

void fuzz_parts_free(struct fuzz_parts *parts)
{
    free(parts->memory);
}
