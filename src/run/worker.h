/*
 * What happens to one record, from cells to compressed document. Records are independent of one another: each
 * has a slot with an arena of its own, each thread a set of tools, and nothing else is written. Layer 12.
 */
#ifndef KP_WORKER_H
#define KP_WORKER_H

#include "format/zip.h"
#include "record/record.h"
#include "input/rows.h"
#include "run/persons.h"
#include "run/run.h"

/* Tools of one thread. */
struct kp_tools {
    struct kp_xml_check *check;
    struct kp_deflate *deflate;
};

enum kp_status kp_tools_init(struct kp_tools *tools, const struct kp_run *run);
void kp_tools_release(struct kp_tools *tools);

enum kp_outcome { KP_RELEASED, KP_REJECTED, KP_HELD, KP_ALREADY, KP_DUPLICATE };

struct kp_slot {
    struct kp_arena arena;
    enum kp_status st; /* KP_E_SYSTEM: the run must stop */
    struct kp_row row;
    const char **cells; /* as UTF-8 */
    struct kp_findings findings;
    struct kp_record record;
    bool sound; /* decoded and of the right width: record is there */
    const char *person,
        *facts;           /* whom a receiver takes it for, by what; NULL when a part is missing or wrong */
    const char *identity; /* NULL when a part of it is missing or wrong */
    uint8_t digest[KP_SHA256_BYTES]; /* of what could go out */
    uint8_t whole[KP_SHA256_BYTES];  /* of the row */
    struct kp_mark mark;
    struct kp_person_mark person_mark;
    struct kp_decision decision;
    const struct kp_basis
        *waiting; /* on which a request citing both Acts would let it go; NULL: none, or it goes */
    struct kp_request assumed; /* such a request */
    const struct kp_insurer *insurer;
    enum kp_outcome outcome;
    enum kp_reason reason;
    const char *event;       /* disclose, again, correct */
    const char *consent_ids; /* of those that an item rests on */
    const char *request_ids; /* the request of the decision, and others that list an item which goes out */
    struct kp_buf document;
    struct kp_packed packed;
};

/* First pass: decode, normalise, validate, make the identity and the digest. */
void kp_worker_read(const struct kp_run *run, struct kp_slot *slot);

/* Second pass, after mark is set: the first pass again, then decide, write the document, check it against the
 * schema and, for an export, compress it. Leaves the outcome. */
void kp_worker_decide(const struct kp_run *run, struct kp_tools *tools, struct kp_slot *slot);

void kp_slot_release(struct kp_slot *slot);

#endif
