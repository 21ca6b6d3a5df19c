/* The register of insurers: whom bundles go to, and what their headers say. */
#pragma once

#include "law/register_file.h"

enum kp_symbol_width { KP_WIDTH_AS_GIVEN, KP_WIDTH_HALF, KP_WIDTH_FULL };

/* Characters that an insurer's symbols or numbers may have; most 0: any. */
struct kp_lengths {
    unsigned least, most;
};

struct kp_insurer {
    const char *number;
    const char *name, *address, *representative;
    const char *scheme; /* settles an ambiguous prefix; else "" or the scheme of the prefix */
    const char *sender_number;
    const char *interaction_type, *service_event;
    const char *report_40to74, *programme_40to74, *report_under40, *programme_under40, *section_under40;
    enum kp_symbol_width symbol_width;
    uint64_t max_documents; /* in one bundle; 0: no limit of its own */
    struct kp_lengths symbol_length, number_length;
    bool keeps_detailed; /* detailed tests without their reason stay in section 01010 */
    bool seals;          /* bundles go out in an archive under a password: zip-aes */
};

struct kp_insurer_register {
    const struct kp_insurer *list;
    size_t n;
    struct kp_original original;
    struct kp_map by_number;
};

/* Reads the register. Insurers without a sender number get sender_number. Reports as kp_registers_load. */
enum kp_status kp_insurers_load(struct kp_context *ctx, const char *path, const char *sender_number,
                                struct kp_insurer_register *ret_insurers);

/* Returns whether results may be sent under this 報告区分 and プログラム種別, whatever the age: 10 (特定健診)
 * takes only 010, 020 and 030; 19, 49, 69, 79, 89 (deletions), 21 to 25 and 100 (guidance) are not
 * results. */
bool kp_categories_fit(const char *report, const char *programme);
