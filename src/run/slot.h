/* What the two passes know of one row, and its cells as text. Functions do not report: if memory runs out,
 * the arena of the slot has failed. */
#pragma once

#include "format/zip.h"
#include "record/record.h"
#include "input/norm_master.h"
#include "input/rows.h"
#include "run/grounds.h"
#include "run/persons.h"
#include "run/run.h"
#include "run/told.h"
#include "run/who.h"

/* A line of an input, or a cell of it. */
struct kp_place {
    uint32_t file;
    unsigned column;    /* in the file, from 1; 0: none */
    uint64_t line;      /* 0: none */
    uint64_t sheet_row; /* where a spreadsheet shows it; 0: as line */
};

enum kp_outcome { KP_RELEASED, KP_REJECTED, KP_HELD, KP_ALREADY, KP_DUPLICATE };

/* Strings live in the slot's arena. */
struct kp_slot {
    struct kp_arena arena;
    struct kp_row row;

    const struct kp_master_rows *master; /* what the personnel master has for it; NULL: not asked */

    /* What reading the row gives. */
    const char **cells; /* as UTF-8 */
    struct kp_findings findings;
    struct kp_record record;
    bool sound; /* the row decoded and has the right width: record is set */
    struct kp_who who;
    struct kp_concerned concerned;
    uint8_t whole[KP_SHA256_BYTES]; /* of the row's bytes, after kp_worker_compare of what they say */
    uint64_t *seen; /* of the first pass, by column: bits of kp_digits_see; NULL: the row is not sound */

    bool resembles; /* set by the caller before kp_worker_compare: the row has to be compared */

    /* Set by the caller before kp_worker_decide. */
    struct kp_mark marks[KP_JOIN__COUNT];
    struct kp_told told; /* what the logs show of the person's examination; its kind is set by deciding */

    /* What deciding gives. */
    enum kp_outcome outcome;
    enum kp_reason reason;            /* of KP_HELD and KP_ALREADY */
    const struct kp_insurer *insurer; /* NULL: not decided, because the row was rejected or is a copy */
    const char *const *text_keys;     /* kp_mention_key of texts outside the duty, by item */
    struct kp_decision decision;
    uint8_t content[KP_SHA256_BYTES]; /* of what the decision, or the assumed request, lets out */
    struct kp_told_verdict verdict;   /* what the logs show of these contents */
    struct kp_request assumed;        /* a request citing both Acts, as check and prepare assume it */
    const struct kp_basis *waiting;   /* basis on which such a request would release the record, or NULL */
    const char *event;                /* of the log entry: disclose, again, correct */
    const char *consent_ids;          /* consents that an item of it rests on */
    const char *request_ids;          /* the decision's request and others that list an item of it */
    struct kp_packed packed;          /* of commands that make bundles */
};

/* Returns where the row has the column with that number, 0 for the row itself: of a joined row it may be in
 * the persons' file. */
struct kp_place kp_slot_place(const struct kp_run *run, const struct kp_slot *slot, unsigned column);

/* The same for a finding: one about a field that has no value is placed where the value should be. */
struct kp_place kp_slot_cell(const struct kp_run *run, const struct kp_slot *slot,
                             const struct kp_finding *finding);

/* Returns the column of the input that gives the field or item its value, by the name that findings use; NULL
 * if there is none, or it is in the persons' file. */
const struct kp_column *kp_column_of_field(const struct kp_run *run, uint32_t file, const char *field);

/* Returns the level of a finding; warnings about a record that is already disclosed are notes, since nothing
 * can be mended any more. */
enum kp_level kp_slot_level(const struct kp_run *run, const struct kp_slot *slot,
                            const struct kp_finding *finding);

/* Adds the finding why a joined row has no person; the slot is no longer sound. */
void kp_slot_explain_fault(const struct kp_run *run, struct kp_slot *slot);
/* Makes findings about two columns of a joined row that differ name both lines. */
void kp_slot_place_disagreements(const struct kp_run *run, struct kp_slot *slot);

/* Sets whole to a digest of the row's bytes and of its file. */
void kp_slot_digest(struct kp_slot *slot);
/* Decodes the row's cells. Cells that do not decode get a finding, and the slot is no longer sound. */
void kp_slot_decode(const struct kp_run *run, struct kp_slot *slot);
/* Adds findings for values that still contain the \xNN of an earlier run: they have not been mended. */
void kp_slot_find_unmended(const struct kp_run *run, struct kp_slot *slot);

/* Returns the row's cell under a column that the rejected.csv or held.csv of an earlier run has added, or "".
 */
const char *kp_earlier_cell(const struct kp_run *run, const struct kp_slot *slot, const char *name);
/* Returns whether the row comes from the rejected.csv of an earlier run that gave it this code. */
bool kp_reported_earlier(const struct kp_run *run, const struct kp_slot *slot, enum kp_code code);
/* Writes the code of a finding with its column, "K4062:W", for the cell KP_LENGTHS_COLUMN. */
void kp_reported_put(const struct kp_finding *finding, bool follows, struct kp_buf *out);
/* Returns whether it gave the row this code for the column, or for columns that are not known any more. */
bool kp_reported_at(const struct kp_run *run, const struct kp_slot *slot, enum kp_code code, unsigned column);

void kp_slot_release(struct kp_slot *slot);
