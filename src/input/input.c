#include "input/input.h"

#include <errno.h>
#include <string.h>

enum kp_status kp_input_open(struct kp_context *ctx, const struct kp_input *input, char delimiter,
                             struct kp_csvin **ret_in)
{
    enum kp_status st = kp_csvin_open(ret_in, ctx->io, input->place, delimiter);
    return st == KP_OK ? KP_OK
                       : kp_unreadable(&ctx->diag, st, KP_E_INPUT, KP_K_INPUT_UNREADABLE, input->path, NULL);
}

enum kp_status kp_input_fault(struct kp_context *ctx, const struct kp_input *input, const struct kp_csvin *in)
{
    static const enum kp_code codes[] = {[KP_CSV_SOUND] = KP_K_INTERNAL,
                                         [KP_CSV_READ] = KP_K_INPUT_UNREADABLE,
                                         [KP_CSV_QUOTE] = KP_K_QUOTE_UNBALANCED,
                                         [KP_CSV_TOO_LONG] = KP_K_LINE_TOO_LONG,
                                         [KP_CSV_TOO_MANY_CELLS] = KP_K_TOO_MANY_COLUMNS,
                                         [KP_CSV_MEMORY] = KP_K_NO_MEMORY};
    enum kp_csv_fault fault = in->fault;
    const char *arg = fault == KP_CSV_TOO_LONG         ? "1048576"
                      : fault == KP_CSV_TOO_MANY_CELLS ? "4096"
                                                       : strerror(errno);
    return kp_fail(&ctx->diag, fault == KP_CSV_MEMORY ? KP_E_SYSTEM : KP_E_INPUT, codes[fault],
                   kp_at(input->path, kp_csvin_line(in)), arg);
}
