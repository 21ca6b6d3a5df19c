/*
 * notes.csv for people: what was changed or noted of the rows, one line per column and kind of change. Notes
 * are counted as they come, and get a text only once. Memory grows with files, columns and codes, not with
 * rows.
 */
#pragma once

#include "run/tally.h"

/* Findings of one kind about one column, or about none. */
struct kp_note {
    struct kp_note *next;      /* of its bucket */
    struct kp_finding finding; /* arguments that vary are "…" */
    struct kp_place first[KP_FIRST_PLACES];
    const char *path; /* of the file */
    uint64_t n;
};

/* Initialise with {.run = ...}. Everything lives in the arena of the run, where failures stick. */
struct kp_notes {
    const struct kp_run *run;
    struct kp_note **buckets; /* NULL before the first note */
    size_t n;
};

/* Counts a finding about a row. */
void kp_notes_count(struct kp_notes *notes, const struct kp_finding *finding, struct kp_place place);
/* Returns the n notes by file, column, code and field; NULL if there are none or memory is short. */
struct kp_note **kp_notes_sorted(const struct kp_notes *notes);

/* The columns of the file, and a line of it without its end. */
#define KP_NOTES_HEADER "file,column,code,what,count,first_lines"
void kp_note_line(const struct kp_run *run, const struct kp_note *note, struct kp_buf *line);
