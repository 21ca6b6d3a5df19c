/* What insurers answered about the persons disclosed to them, by the entries `reply` of the logs. */
#pragma once

#include "base/map.h"
#include "log/log.h"
#include "tables/context.h"

struct kp_answer {
    const char *code; /* of the last reply if it was an error; NULL: it was none, or there is no reply */
    const char *day;  /* of the last reply; NULL: none */
    bool superseded;  /* the person's examination went out again since */
};

struct kp_answers {
    struct kp_context *ctx;
    struct kp_buf list;        /* struct kp_answer, by released document */
    struct kp_map by_document; /* bundle and document -> index */
    struct kp_map last;        /* person and examination -> index into lasts */
    struct kp_buf lasts;       /* uint32_t: index into list of the latest */
    struct kp_map bundles;     /* name -> index into states */
    struct kp_buf states;      /* uint32_t: enum kp_audit_event, the latest of the bundle */
};

/* Takes an entry in its order; released: a disclosure that went out. Reports KP_E_SYSTEM. */
enum kp_status kp_answers_note(struct kp_answers *answers, const char *const *cells, bool released);
/* Returns the answer about a disclosure, NULL if it is about a roster or did not go out. The pointer holds
 * until the next kp_answers_note. Memory that runs short is recorded in scratch. */
const struct kp_answer *kp_answer_of(const struct kp_answers *answers, struct kp_arena *scratch,
                                     const char *const *cells);
/* Returns the name of the last event of the bundle: release, handover, received, returned or recalled. */
const char *kp_answers_state(const struct kp_answers *answers, const char *bundle);
void kp_answers_release(struct kp_answers *answers);
