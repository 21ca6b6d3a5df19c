#include "law/registers.h"

/* A fault in one register does not hide those of the next. */
static enum kp_status worse(enum kp_status a, enum kp_status b)
{
    return a == KP_E_SYSTEM || b == KP_OK ? a : b;
}

enum kp_status kp_registers_load(struct kp_context *ctx, const struct kp_register_files *files,
                                 const char *sender_number, struct kp_registers *ret_registers)
{
    struct kp_registers all = {0};
    enum kp_status st = KP_OK;
    if (files->requests)
        st = kp_requests_load(ctx, files->requests, &all.employee_ids, &all.requests);
    if (files->consents && st != KP_E_SYSTEM)
        st = worse(st, kp_consents_load(ctx, files->consents, &all.employee_ids, &all.consents));
    if (files->insurers && st != KP_E_SYSTEM)
        st = worse(st, kp_insurers_load(ctx, files->insurers, sender_number, &all.insurers));
    if (st != KP_OK)
        return st;
    *ret_registers = all;
    return KP_OK;
}

const struct kp_request *kp_requests_of(const struct kp_registers *registers, const char *insurer_number)
{
    uint32_t at = 0;
    return kp_map_get(&registers->requests.by_insurer, insurer_number, &at) ? &registers->requests.list[at]
                                                                            : NULL;
}

const struct kp_consent *kp_consents_of(const struct kp_registers *registers, const char *person_key)
{
    uint32_t at = 0;
    return kp_map_get(&registers->consents.by_person, person_key, &at) ? &registers->consents.list[at] : NULL;
}

const struct kp_insurer *kp_insurer_of(const struct kp_registers *registers, const char *insurer_number)
{
    uint32_t at = 0;
    return kp_map_get(&registers->insurers.by_number, insurer_number, &at) ? &registers->insurers.list[at]
                                                                           : NULL;
}
