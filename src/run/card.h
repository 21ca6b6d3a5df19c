/* Checks the length of a card's symbol and number: spreadsheets drop the zeros that they begin with. */
#pragma once

#include "law/registers.h"
#include "record/record.h"

/* The column of rejected.csv and held.csv that states the lengths, and in which columns the digits were none
 * of the official codes, for when the rows come back. */
#define KP_LENGTHS_COLUMN "kp_lengths"

/* Adds a finding for each length that the insurer does not have, or that is not what earlier, the row's cell
 * in that column, states. Running out of memory shows as findings->arena->failed. */
void kp_check_card(const struct kp_record *record, const struct kp_insurer *insurer, const char *earlier,
                   struct kp_findings *findings);

/* Writes "insured_symbol 4 insured_number 7". A length that an earlier run has stated stays; a refused field
 * has none, so that it can be mended. record is NULL if the row could not be read. */
void kp_add_lengths(const struct kp_record *record, const char *earlier, const struct kp_findings *findings,
                    struct kp_buf *out);
