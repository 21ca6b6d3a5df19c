/* answers.csv and answer_folds.csv: answers of questionnaires written as sentences. */
#pragma once

#include "tables/table_set.h"
#include "kenporter.h"

struct kp_tablefile;

/* A sentence in which one word of each {a|b} stands, and the code it means. */
struct kp_sentence {
    const char *to;       /* an item code, or the OID of a list */
    const char *sentence; /* as kp_answer_code compares it */
    const char *code;
};

/* Two ways to write one word. */
struct kp_answer_fold {
    const char *word, *same;
    size_t n;      /* bytes of word */
    uint32_t next; /* index + 1 of another word in the bucket; 0: none */
};

/* Needs items and codes. */
enum kp_status kp_answers_load(struct kp_tablefile *f, struct kp_tables *tables);

/* Returns the code of a value key that is a sentence for the item or the list, or NULL. item_code "": only
 * for the list. Words that answer_folds.csv calls the same are so, and punctuation does not count. */
const char *kp_answer_code(const struct kp_tables *tables, const char *item_code, const char *list,
                           const char *value_key);
