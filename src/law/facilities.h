/* The register of examining institutions, which complete a row. */
#pragma once

#include "law/register_file.h"

struct kp_facilities {
    struct kp_org own; /* of the configuration: its members may be NULL */
    const struct kp_org *list;
    struct kp_map by_number;
    struct kp_original original;
};

/* Reads the register; path may be NULL. Reports as kp_registers_load. */
enum kp_status kp_facilities_load(struct kp_context *ctx, const char *path, struct kp_facilities *facilities);
/* Returns the institution with that number of 10 digits, or NULL. */
const struct kp_org *kp_facility_of(const struct kp_facilities *facilities, const char *number);
