/* A whole check. Parts: lib/run_check.h. */
#include "run_check.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed)
{
    return fuzz_mutate_spans(data, n, room, seed, ",\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_parts parts;
    fuzz_split(&parts, data, n);
    fuzz_run(&parts, KP_CMD_CHECK);
    fuzz_parts_free(&parts);
    return 0;
}
