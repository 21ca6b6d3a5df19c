#include "law/registers.h"

#include "law/consent_index.h"

/* A fault in one register does not hide those of the next. */
static enum kp_status worse(enum kp_status a, enum kp_status b)
{
    return a == KP_E_SYSTEM || b == KP_OK ? a : b;
}

/* What is longer than this takes more memory than it should. */
enum { WHOLE_BYTES = 2 << 20 };

static enum kp_status load_consents(struct kp_context *ctx, const struct kp_register_files *files,
                                    struct kp_registers *all)
{
    if (kp_file_size(ctx->io, files->consents) > WHOLE_BYTES)
        return kp_consent_index_load(ctx, files->consents, &all->consents);
    return kp_consents_load(ctx, files->consents, &all->employee_ids, &all->consents);
}

enum kp_status kp_registers_load(struct kp_context *ctx, const struct kp_register_files *files,
                                 const char *sender_number, struct kp_registers *ret_registers)
{
    struct kp_registers all = {0};
    enum kp_status st = KP_OK;
    if (files->requests)
        st = kp_requests_load(ctx, files->requests, &all.employee_ids, &all.requests);
    if (files->consents && st != KP_E_SYSTEM)
        st = worse(st, load_consents(ctx, files, &all));
    if (files->insurers && st != KP_E_SYSTEM)
        st = worse(st, kp_insurers_load(ctx, files->insurers, sender_number, &all.insurers));
    if (st != KP_OK) {
        kp_registers_close(&all);
        return st;
    }
    *ret_registers = all;
    return KP_OK;
}

const struct kp_request *kp_requests_of(const struct kp_registers *registers, const char *insurer_number)
{
    uint32_t at = 0;
    return kp_map_get(&registers->requests.by_insurer, insurer_number, &at) ? &registers->requests.list[at]
                                                                            : NULL;
}

void kp_registers_close(struct kp_registers *registers)
{
    kp_consent_index_close(registers->consents.index);
    registers->consents.index = NULL;
}

bool kp_registers_name(const struct kp_registers *registers, const char *employee_id)
{
    uint32_t at = 0;
    struct kp_arena scratch = {0};
    if (kp_map_get(&registers->employee_ids, employee_id, &at))
        return true;
    if (!registers->consents.index)
        return false;
    const struct kp_person who = {.employee_id = employee_id};
    const char *key = kp_person_key(&scratch, &who, KP_BY_ID);
    bool named = scratch.failed || (key && kp_consent_index_has(registers->consents.index, key));
    kp_arena_release(&scratch);
    return named;
}

const struct kp_consent *kp_consents_of(const struct kp_registers *registers, struct kp_arena *arena,
                                        const char *person_key)
{
    uint32_t at = 0;
    if (registers->consents.index)
        return kp_consent_index_find(registers->consents.index, arena, person_key);
    return kp_map_get(&registers->consents.by_person, person_key, &at) ? &registers->consents.list[at] : NULL;
}

const struct kp_insurer *kp_insurer_of(const struct kp_registers *registers, const char *insurer_number)
{
    uint32_t at = 0;
    return kp_map_get(&registers->insurers.by_number, insurer_number, &at) ? &registers->insurers.list[at]
                                                                           : NULL;
}
