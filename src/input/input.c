#include "input/input.h"

#include <errno.h>
#include <string.h>

enum kp_status kp_input_open(struct kp_context *ctx, const struct kp_input *input, char delimiter,
                             struct kp_csvin **ret_in)
{
    if (kp_csvin_open(ret_in, ctx->io, input->place, delimiter) != KP_OK)
        return kp_fail(&ctx->diag, KP_E_INPUT, KP_K_INPUT_UNREADABLE, kp_in(input->path), strerror(errno));
    return KP_OK;
}

enum kp_status kp_input_fault(struct kp_context *ctx, const struct kp_input *input, const struct kp_csvin *in)
{
    static const struct {
        enum kp_code code;
        const char *limit;
    } faults[] = {[KP_CSV_SOUND] = {KP_K_INTERNAL, NULL},
                  [KP_CSV_READ] = {KP_K_INPUT_UNREADABLE, NULL},
                  [KP_CSV_QUOTE] = {KP_K_QUOTE_UNBALANCED, NULL},
                  [KP_CSV_TOO_LONG] = {KP_K_LINE_TOO_LONG, "1048576"},
                  [KP_CSV_TOO_MANY_CELLS] = {KP_K_TOO_MANY_COLUMNS, "4096"},
                  [KP_CSV_MEMORY] = {KP_K_NO_MEMORY, NULL}};
    const char *arg = faults[in->fault].limit ? faults[in->fault].limit : strerror(errno);
    return kp_fail(&ctx->diag, in->fault == KP_CSV_MEMORY ? KP_E_SYSTEM : KP_E_INPUT, faults[in->fault].code,
                   kp_at(input->path, kp_csvin_line(in)), arg);
}
