/* Configuration files. The values that were read are written as a file and read again, to the same values. */
#include "cli/options.h"
#include "cli/read_settings.h"
#include "fuzz.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed)
{
    return fuzz_mutate_spans(data, n, room, seed, "=\n[]");
}

static enum kp_status read_settings(struct kp_context *ctx, const char *path, struct kp_settings *settings)
{
    char program[] = "kenporter", command[] = "export", option[] = "--config";
    char *argv[] = {program, command, option, (char *)(uintptr_t)path, NULL};
    const struct kp_command_line line = {.argc = 4, .argv = argv, .command = KP_FOR_EXPORT, .name = "export"};
    return kp_settings_read(settings, &line, &ctx->arena, &ctx->diag);
}

/* A path that was read begins with the folder of its file. A line with a longer one might not be read again.
 */
enum { LONGEST_VALUE = 128 };

static void write_settings(const struct kp_settings *settings, struct kp_buf *out)
{
    for (size_t i = 0; i < kp_n_options; i++) {
        const struct kp_origin *origin = &settings->origins[i];
        if (!kp_options[i].section || !origin->given || !origin->file || strchr(origin->value, '\n') ||
            strlen(origin->value) > LONGEST_VALUE)
            continue;
        kp_buf_printf(out, "[%s]\n%s =%s\n", kp_options[i].section, kp_options[i].key, origin->value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct kp_context ctx;
    struct kp_settings settings = {.json = false}, again = {.json = false};
    struct kp_buf once = {0}, twice = {0};
    fuzz_begin(&ctx);
    enum kp_status st = read_settings(&ctx, fuzz_file("a.ini", data, n), &settings);
    if (st == KP_OK) {
        write_settings(&settings, &once);
        FUZZ_ASSERT(read_settings(&ctx, fuzz_file("b.ini", once.data, once.len), &again) == KP_OK);
        write_settings(&again, &twice);
        FUZZ_ASSERT(once.len == twice.len && strcmp(kp_buf_text(&once), kp_buf_text(&twice)) == 0);
    }
    fuzz_end(&ctx, st);
    kp_buf_release(&once);
    kp_buf_release(&twice);
    return 0;
}
