#include "run_check.h"

static const char *file_of(const struct fuzz_parts *parts, size_t i, const char *name)
{
    return parts->at[i].n > 1 ? fuzz_file(name, parts->at[i].bytes, parts->at[i].n) : NULL;
}

static void check_result(const struct kp_result *r)
{
    FUZZ_ASSERT(r->read == r->released + r->rejected + r->held + r->already_disclosed);
    uint64_t held = 0;
    for (size_t i = 0; i < r->n_reasons; i++)
        held += r->held_by_reason[i].n;
    FUZZ_ASSERT(held == r->held + r->already_disclosed);
    FUZZ_ASSERT(r->report_json && *r->report_json == '{');
}

void fuzz_run(const struct fuzz_parts *parts, enum kp_command command)
{
    const unsigned flags = (unsigned)strtoul(parts->at[FUZZ_FLAGS].bytes, NULL, 10);
    const char *inputs[] = {file_of(parts, FUZZ_EXPORT, "export.csv")};
    struct kp_run_options options = {.common = {.lang = flags & 1 ? KP_LANG_JA : KP_LANG_EN,
                                                .strict = flags & 2,
                                                .show_values = flags & 4},
                                     .input = {.master = file_of(parts, FUZZ_MASTER, "master.csv"),
                                               .mapping = file_of(parts, FUZZ_MAPPING, "mapping.csv"),
                                               .exam_kind = flags & 8 ? KP_KIND_PERIODIC : KP_KIND_AUTO},
                                     .registers = {file_of(parts, FUZZ_REQUESTS, "requests.csv"),
                                                   file_of(parts, FUZZ_CONSENTS, "consents.csv"),
                                                   file_of(parts, FUZZ_INSURERS, "insurers.csv")},
                                     .command = command,
                                     .inputs = inputs,
                                     .n_inputs = 1,
                                     .output = fuzz_path("out"),
                                     .threads = 1,
                                     .release_requested_items = flags & 16,
                                     .derive = flags & 32,
                                     .reject_incomplete = flags & 64,
                                     .all_notes = flags & 128,
                                     .sender = {.number = "6631111116", .name = "架空精機"}};
    struct kp_result result = {.memory = NULL};
    if (!inputs[0])
        return;
    fuzz_failures = 0;
    const enum kp_status st = kp_run(&options, &fuzz_env, &result);
    fuzz_check_reported(st);
    if (st <= KP_E_ATTENTION)
        check_result(&result);
    kp_result_free(&result);
    FUZZ_ASSERT(kp_remove_folder(&kp_io_posix, options.output) == KP_OK);
}
