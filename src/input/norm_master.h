/* Completes a record from the personnel master: what its row lacks of the person, by employee id. */
#pragma once

#include "input/input.h"
#include "input/norm.h"

/* A row of the master that has the record's employee id. */
struct kp_master_row {
    uint64_t line;
    const char *const *cells; /* UTF-8, one per column; NULL: there are too many or too few */
};

/* What the master has for one record. */
struct kp_master_rows {
    const struct kp_input *input;
    const struct kp_master_row *rows; /* in the order of the file */
    size_t n;                         /* 0: it has no such employee */
    bool more;                        /* there are even more rows */
    const char *id;                   /* by which they were found, after NFKC */
    uint64_t near_line;               /* of a row whose id is written almost the same; 0: none */
};

/* Stands for a cell of the master that does not decode. */
#define KP_MASTER_UNDECODABLE "\xef\xbf\xbd"

/* Returns whether the master supplies the field. */
bool kp_master_supplies(enum kp_field field);

/*
 * Fills the fields that the record lacks, each with a note. Refuses, with a finding, a record whose row and
 * master contradict each other in what identifies the person; one whose required fields the master cannot
 * supply because it has no such employee, or an invalid value; and one for which several rows of the master
 * come into question, not exactly one of which has a membership that covers the day of the examination.
 */
void kp_norm_master(struct kp_norm *norm, const struct kp_master_rows *master);
