/* The registers. Parts: requests, consents, insurers, facilities, a list of persons. Every row that was read
 * is found again. */
#include "law/facilities.h"
#include "law/registers.h"
#include "fuzz.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed)
{
    return fuzz_mutate_spans(data, n, room, seed, ",\n ");
}

static void check_rows(struct kp_context *ctx, const struct kp_registers *r, const struct kp_facilities *f)
{
    for (size_t i = 0; i < r->requests.n; i++) {
        const struct kp_request *wanted = &r->requests.list[i];
        const struct kp_request *found = kp_requests_of(r, wanted->insurer_number);
        while (found && found != wanted)
            found = found->next;
        FUZZ_ASSERT(found);
    }
    for (size_t i = 0; i < r->insurers.n; i++)
        FUZZ_ASSERT(kp_insurer_of(r, r->insurers.list[i].number) == &r->insurers.list[i]);
    for (size_t i = 0; i < r->consents.n; i++) {
        const struct kp_consent *wanted = &r->consents.list[i];
        const char *key = kp_consent_key(&ctx->arena, &wanted->who);
        const struct kp_consent *found = kp_consents_of(r, &ctx->arena, key);
        FUZZ_ASSERT(kp_consent_fits(wanted, &wanted->who));
        while (found && found != wanted)
            found = found->next;
        FUZZ_ASSERT(found);
    }
    (void)kp_facility_of(f, "2819900021");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const names[] = {"requests.csv", "consents.csv", "insurers.csv", "facilities.csv",
                                        "persons.csv"};
    const char *paths[5] = {NULL};
    struct kp_context ctx;
    struct fuzz_parts parts;
    struct kp_registers registers = {0};
    struct kp_facilities facilities = {0};
    fuzz_split(&parts, data, n);
    for (size_t i = 0; i < 5; i++)
        paths[i] = parts.at[i].n ? fuzz_file(names[i], parts.at[i].bytes, parts.at[i].n) : NULL;
    const struct kp_register_files files = {paths[0], paths[1], paths[2]};
    fuzz_begin(&ctx);
    enum kp_status st = kp_registers_load(&ctx, &files, "6631111116", &registers);
    if (st == KP_OK)
        st = kp_facilities_load(&ctx, paths[3], &facilities);
    if (st == KP_OK)
        check_rows(&ctx, &registers, &facilities);
    kp_registers_close(&registers);
    fuzz_end(&ctx, st);
    fuzz_parts_free(&parts);
    return 0;
}
