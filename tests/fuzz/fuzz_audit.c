/* The answers of an audit. Parts: the words of its command line, a line each; the rows of the log; registers
 * of consents and requests. Reads no more than the log says. */
#include "cli/cli.h"
#include "base/utf8.h"
#include "log_rows.h"

enum { WORDS = 16 };

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed)
{
    return fuzz_mutate_spans(data, n, room, seed, ",\n ");
}

/* Writes what the answer to the words is. Returns the exit status. */
static int audit(const struct fuzz_parts *parts, const char *log, const char *consents)
{
    char program[] = "kenporter", command[] = "audit", option[] = "--consents";
    char *argv[WORDS + 8] = {program, command, option, (char *)(uintptr_t)consents};
    int argc = 4;
    char *answer = NULL, *words = parts->at[0].bytes;
    size_t n = 0;
    for (char *word = strsep(&words, "\n"); word && argc < WORDS; word = strsep(&words, "\n"))
        if (*word == '-' && strncmp(word, "--config", 8) != 0 && strncmp(word, "-c", 2) != 0)
            argv[argc++] = word;
    argv[argc++] = (char *)(uintptr_t)log;
    FILE *out = open_memstream(&answer, &n), *err = fopen("/dev/null", "w");
    FUZZ_ASSERT(out && err);
    const int status = kp_cli(argc, argv, out, err, &fuzz_env, NULL);
    FUZZ_ASSERT(fclose(out) == 0 && fclose(err) == 0);
    FUZZ_ASSERT(kp_utf8_prefix(answer, n) == n);
    free(answer);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct kp_context ctx;
    struct fuzz_parts parts;
    fuzz_split(&parts, data, n);
    fuzz_begin(&ctx);
    const char *log = fuzz_log(&ctx, "log.csv", &parts.at[1]);
    const int status = audit(&parts, log, fuzz_file("consents.csv", parts.at[2].bytes, parts.at[2].n));
    FUZZ_ASSERT(status == KP_OK || status == KP_E_USAGE || status == KP_E_FAULT);
    fuzz_end(&ctx, KP_OK);
    fuzz_parts_free(&parts);
    return 0;
}
