/* Whom the row of a register names, and the lists of persons that requests name. */
#pragma once

#include "law/person.h"
#include "law/register_file.h"

/* Where a register has its columns. */
struct kp_person_columns {
    size_t employee_id, symbol, number, branch, name_kana, birth;
};

/* Reads the person of a row, but for person->insurer, which is the caller's, and adds their employee id to
 * ids. A card without a branch names a household, which is a fault unless the row says more; those of
 * 後期高齢者医療広域連合 have none and name one person. */
void kp_register_person(struct kp_register *r, size_t row, const struct kp_person_columns *at,
                        struct kp_map *ids, struct kp_person *person);

/* Reads a list of persons. Reports KP_E_USAGE, with file, line and column, and KP_E_SYSTEM. */
enum kp_status kp_roster_load(struct kp_context *ctx, const char *path, struct kp_map *ids,
                              struct kp_roster *ret_roster);
