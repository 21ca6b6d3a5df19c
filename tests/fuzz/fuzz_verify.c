/* A whole bundle, verified and shown. The input is its name, then members: parts that begin with a line of
 * their own, the member's path. They are packed here, so that the fuzzer changes contents. */
#include <unistd.h>

#include "format/zip.h"
#include "fuzz.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed)
{
    return fuzz_mutate_spans(data, n, room, seed, "<>\"\n");
}

static void pack(const struct fuzz_parts *parts, const char *path)
{
    struct kp_zip zip;
    struct kp_deflate *deflate = NULL;
    struct kp_packed packed = {.bytes = {0}};
    const char *central = fuzz_path("a.central");
    (void)unlink(path);
    FUZZ_ASSERT(kp_deflate_new(&deflate) == KP_OK &&
                kp_zip_create(&zip, &kp_io_posix, path, central) == KP_OK);
    for (size_t i = 1; i < parts->n; i++) {
        const struct fuzz_part *part = &parts->at[i];
        char *line_end = memchr(part->bytes, '\n', part->n);
        if (!line_end)
            continue;
        *line_end = '\0';
        const size_t n = part->n - (size_t)(line_end + 1 - part->bytes);
        FUZZ_ASSERT(kp_deflate_run(deflate, line_end + 1, n, &packed) == KP_OK);
        kp_zip_add(&zip, part->bytes, &packed);
    }
    FUZZ_ASSERT(kp_zip_finish(&zip) == KP_OK);
    (void)unlink(central); /* there only if the directory was long */
    kp_deflate_free(deflate);
    kp_buf_release(&packed.bytes);
}

static void show(const char *path, bool html, bool json, const char *member)
{
    const struct kp_show_options options = {.bundle = path, .html = html, .json = json, .member = member};
    struct kp_page page = {0};
    fuzz_failures = 0;
    const enum kp_status st = kp_show(&options, &fuzz_env, &page);
    fuzz_check_reported(st);
    FUZZ_ASSERT(st != KP_OK || kp_utf8_prefix(page.text, strlen(page.text)) == strlen(page.text));
    kp_page_free(&page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_parts parts;
    struct kp_verdicts verdicts = {.memory = NULL};
    char name[64] = "";
    fuzz_split(&parts, data, n);
    (void)snprintf(name, 40 + 1, "%.*s", (int)strspn(parts.at[0].bytes, "0123456789_"), parts.at[0].bytes);
    const char *path = fuzz_path(strcat(name, ".zip"));
    pack(&parts, path);
    const struct kp_verify_options options = {.bundles = &path, .n_bundles = 1};
    fuzz_failures = 0;
    const enum kp_status st = kp_verify(&options, &fuzz_env, &verdicts);
    fuzz_check_reported(st);
    if (st == KP_OK || st == KP_E_FAULT)
        FUZZ_ASSERT(verdicts.n_bundles == 1 && (st == KP_OK) == (verdicts.bundles[0].faults == 0));
    kp_verdicts_free(&verdicts);
    show(path, false, false, NULL);
    show(path, true, false, "1");
    show(path, false, true, "1");
    (void)unlink(path);
    fuzz_parts_free(&parts);
    return 0;
}
