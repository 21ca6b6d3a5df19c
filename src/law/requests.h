/* The register of insurers' requests. */
#pragma once

#include "law/person.h"
#include "law/register_file.h"

/* The insured themselves, or their dependants; in a request a limit. */
enum kp_qualification { KP_QUALIFICATION_ANY, KP_QUALIFICATION_INSURED, KP_QUALIFICATION_DEPENDANT };

struct kp_request {
    const char *id;
    const char *insurer_number; /* under which it was made */
    const char *requester;      /* who asked on the insurer's behalf, or NULL */
    struct kp_date received;
    unsigned routes;                   /* bit 1 << enum kp_route: the provisions it cites */
    struct kp_date exam_from, exam_to; /* unset: open */
    unsigned bands;                    /* bit 1 << enum kp_band */
    const char *items;                 /* further item codes it lists, separated by spaces */
    struct kp_date valid_until, withdrawn;
    enum kp_qualification qualification;
    const struct kp_roster *persons; /* NULL: everybody */
    unsigned exam_kinds;             /* bit 1 << enum kp_exam_kind; 0: all */
    const char *workplaces;          /* kp_text_value_key of each, separated by "|"; NULL: all */
    const char *document;            /* that it came in; "": not given */
    uint64_t line;
    const struct kp_request *next; /* of the same insurer number, in the order of their ids */
};

struct kp_request_register {
    const struct kp_request *list; /* a request under several numbers once for each, one after the other */
    size_t n;
    struct kp_map by_insurer; /* -> index of the first */
    const char *path;         /* NULL: no register */
    struct kp_original original;
};

/* Returns who asked, in Japanese, if it was not the insurer under this number: ""; NULL when memory is short.
 */
const char *kp_request_origin(struct kp_arena *arena, const struct kp_request *request,
                              const char *insurer_number);

/* Reads the register and the lists of persons that it names. ids receives every employee id of theirs.
 * Reports as kp_registers_load. */
enum kp_status kp_requests_load(struct kp_context *ctx, const char *path, struct kp_map *ids,
                                struct kp_request_register *ret_requests);
/* Warns of the requests without an end that were received more than a year before that day. */
void kp_requests_warn(struct kp_context *ctx, const struct kp_request_register *requests, struct kp_date on);
