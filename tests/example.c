/*
 * The library in forty lines: checks an export and prints what a run would release, and what it found.
 *
 *   cc example.c $(pkg-config --cflags --libs --static kenporter) && ./a.out EXPORT.csv FOLDER
 */
#include <inttypes.h>
#include <kenporter.h>
#include <time.h>

static int64_t now(void *ctx)
{
    (void)ctx;
    return (int64_t)time(NULL);
}

static void print_message(void *ctx, const struct kp_message *m)
{
    (void)fprintf(ctx, "%s:%" PRIu64 ": K%04u: %s\n", m->file ? m->file : "-", m->line, m->code, m->text);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return KP_E_USAGE;
    const char *const inputs[] = {argv[1]};
    const struct kp_env env = {
        .now = now, .message = print_message, .ctx = stderr, .least_level = KP_LEVEL_FAIL};
    struct kp_run_options options = {
        .command = KP_CMD_CHECK, .inputs = inputs, .n_inputs = 1, .output = argv[2]};
    struct kp_result result;
    kp_run_options_defaults(&options);
    enum kp_status st = kp_run(&options, &env, &result);
    if (st != KP_OK && st != KP_E_ATTENTION)
        return st;
    (void)printf("kenporter %s: read %" PRIu64 " = %" PRIu64 " to release + %" PRIu64 " rejected + %" PRIu64
                 " held + %" PRIu64 " already disclosed\n",
                 kp_version(), result.read, result.released, result.rejected, result.held,
                 result.already_disclosed);
    for (size_t i = 0; i < result.n_codes; i++)
        (void)printf("K%04u %" PRIu64 " %s\n", result.codes[i].code, result.codes[i].n, result.codes[i].text);
    kp_result_free(&result);
    return 0;
}
