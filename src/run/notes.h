/*
 * Findings counted by column and kind, for notes.csv and the report: a finding is counted as it comes, and
 * only a kind gets a text. Memory grows with files, columns and codes, not with rows.
 */
#pragma once

#include "run/slot.h"

enum { KP_FIRST_PLACES = 3 };

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
    size_t most_variants;     /* notes that differ in arguments alone; what is beyond joins the last */
    struct kp_note **buckets; /* NULL before the first note */
    size_t n;
};

/* Adds the place unless it is among the first ones or there are enough. */
void kp_place_note(struct kp_place first[KP_FIRST_PLACES], struct kp_place place);
/* Returns the row of the spreadsheet, or the line of the file where the row is unknown. */
uint64_t kp_place_row(struct kp_place place);
/* Appends the cell as spreadsheets name it: "W列 5行", "cell W5"; without a column "5行", "row 5". */
void kp_cell_put(const struct kp_context *ctx, struct kp_place place, struct kp_buf *out);
/* Returns "W5", without a column "5", in the arena of the run; NULL when memory is short. */
const char *kp_cell_text(struct kp_context *ctx, struct kp_place place);

/* Counts a finding about a row. */
void kp_notes_count(struct kp_notes *notes, const struct kp_finding *finding, struct kp_place place);
/* Replaces arguments of the kept finding that differ from those of another by "…". */
void kp_finding_generalise(struct kp_finding *kept, const struct kp_finding *other);
/* Compares two struct kp_note * by path, column, code and field, for qsort. */
int kp_notes_compare(const void *a, const void *b);
/* Returns the n notes by file, column, code and field; NULL if there are none or memory is short. */
struct kp_note **kp_notes_sorted(const struct kp_notes *notes);

/* The columns of the file, and a line of it without its end. */
#define KP_NOTES_HEADER "file,column,code,what,count,first_lines"
void kp_note_line(const struct kp_run *run, const struct kp_note *note, struct kp_buf *line);
