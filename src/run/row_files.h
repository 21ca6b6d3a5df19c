/*
 * The files that account for every row: decisions.csv (all rows), rejected.csv and held.csv (rows as they
 * came, ready to be mended and read again), notes.csv (what normalising changed: by column and kind, or every
 * change if the options want it).
 */
#pragma once

#include "run/notes.h"
#include "run/run.h"
#include "run/worker.h"

struct kp_row_files {
    struct kp_run *run;
    struct kp_out *files; /* decisions, notes, then rejected and held per layout of the inputs */
    size_t n_files;
    struct kp_notes notes;
    struct kp_buf line; /* under construction */
    bool failed;        /* memory did not suffice for a line */
};

/* All functions that return a status report their failures, which are KP_E_SYSTEM. */

/* Creates the files in the run's folder. Call kp_row_files_abandon in any case. */
enum kp_status kp_row_files_begin(struct kp_row_files *files, struct kp_run *run);
/* Writes a decided slot. bundle and document are "" unless the record was released. */
enum kp_status kp_row_files_add(struct kp_row_files *files, struct kp_slot *slot, const char *bundle,
                                const char *document);
/* Adds what is noted of a line of an input, which is not about a row, to notes.csv: it gets a line of its own
 * there, as no other file lists it. */
enum kp_status kp_row_files_note(struct kp_row_files *files, const struct kp_finding *finding,
                                 struct kp_place place);
/* Syncs and closes all files; decisions.csv still has another name, as what it states has not happened. */
enum kp_status kp_row_files_finish(struct kp_row_files *files);
/* Gives decisions.csv its name. */
enum kp_status kp_row_files_conclude(struct kp_row_files *files);
void kp_row_files_abandon(struct kp_row_files *files);
