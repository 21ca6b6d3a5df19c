/* register_words.csv: what people write into registers for the ids of requests, consents and insurers. */
#pragma once

#include "format/sheet.h"
#include "tables/table_set.h"
#include "kenporter.h"

struct kp_tablefile;

enum kp_status kp_register_words_load(struct kp_tablefile *f, struct kp_tables *tables);

/* Replaces the words of a register's columns by their ids, and wide letters and digits of columns with ids,
 * numbers and dates by ASCII: 健保法150条、高確法27条 becomes "health_act elderly_act", ２０２６/4/1
 * 2026/4/1. What no row knows stays. *ret_changed: cells. Returns KP_E_SYSTEM, which it does not report. */
enum kp_status kp_register_respell(const struct kp_tables *tables, struct kp_arena *arena,
                                   struct kp_sheet *sheet, size_t *ret_changed);
