#include "law/facilities.h"

#include "base/scan.h"
#include "base/status.h"
#include "law/facility_heading.h"

enum { NUMBER, NAME, POSTAL_CODE, ADDRESS, PHONE };

static void read_facility(struct kp_register *r, size_t i, struct kp_org *f)
{
    *f = (struct kp_org){.number = kp_register_cell(r, i, NUMBER),
                         .name = kp_register_cell(r, i, NAME),
                         .postal_code = kp_register_cell(r, i, POSTAL_CODE),
                         .address = kp_register_cell(r, i, ADDRESS),
                         .phone = kp_register_cell(r, i, PHONE)};
    kp_register_id(r, i, f->number);
    if (*f->number && !kp_is_digits(f->number, 10))
        kp_register_bad(r, i, NUMBER, "a facility number of 10 digits");
    if (!*f->name)
        kp_register_missing(r, i, NAME, "the name of the institution");
}

enum kp_status kp_facilities_load(struct kp_context *ctx, const char *path, struct kp_facilities *facilities)
{
    struct kp_register r = {.ctx = ctx, .prepare = kp_facility_heading};
    struct kp_map by_number = {0};
    if (!path)
        return KP_OK;
    if (kp_register_open(&r, path, "number name postal_code address phone", "fax", sizeof(struct kp_org)) ==
        KP_OK) {
        struct kp_org *list = r.rows;
        for (size_t i = 0, previous = 0; i < r.sheet.n_rows; i++) {
            read_facility(&r, i, &list[i]);
            (void)kp_register_file_row(&r, &by_number, list[i].number, i, &previous);
        }
    }
    KP_TRY(kp_register_close(&r));
    facilities->list = r.rows;
    facilities->by_number = by_number;
    facilities->original = r.original;
    return KP_OK;
}

const struct kp_org *kp_facility_of(const struct kp_facilities *facilities, const char *number)
{
    uint32_t at = 0;
    return kp_map_get(&facilities->by_number, number, &at) ? &facilities->list[at] : NULL;
}
