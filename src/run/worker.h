/*
 * The work on one record, from cells to compressed document. Records are independent of one another: each has
 * a slot with an arena of its own, each thread a set of tools, and nothing else is written. Worker functions
 * run on any thread and therefore do not report: if memory runs out, slot->arena.failed is set and the slot
 * must not be used. The caller checks it and reports.
 */
#pragma once

#include "format/zip.h"
#include "run/run.h"
#include "run/slot.h"

/* Tools of one thread. */
struct kp_tools {
    struct kp_xml_check *check;
    struct kp_deflate *deflate;
    struct kp_read_cells *read_cells;
    struct kp_buf document;                     /* until it is compressed */
    struct kp_packed schemas[KP_MAX_XSD_FILES]; /* the files that bundles enclose, once the first is sealed */
    size_t n_schemas;
};

/* Reports: KP_E_SYSTEM. Release with kp_tools_release in any case. */
enum kp_status kp_tools_init(struct kp_tools *tools, const struct kp_run *run);
void kp_tools_release(struct kp_tools *tools);

/* First pass: decodes the row, and reads no more of it than whose it is, what its digits are, and whether a
 * dash stands for "no value". */
void kp_worker_read(const struct kp_run *run, struct kp_tools *tools, struct kp_slot *slot);

/* Between the passes, for rows of one person that differ as bytes: normalises the row and sets whole to the
 * digest of what it says. Leaves other rows alone. */
void kp_worker_compare(const struct kp_run *run, struct kp_tools *tools, struct kp_slot *slot);

/* Second pass: reads the row again, decides, renders the document, validates it against the schema and
 * compresses it. */
void kp_worker_decide(const struct kp_run *run, struct kp_tools *tools, struct kp_slot *slot);

/* Validates the slot's packed document, which was accepted, by libxml2 alone. Reports a difference:
 * KP_E_SYSTEM. */
enum kp_status kp_worker_validate_again(const struct kp_run *run, const struct kp_slot *slot);
