/* mentions.csv: words by which a text names an item, a relative or an illness of the most sensitive kind. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "tables/table_set.h"
#include "kenporter.h"

struct kp_mention {
    const char *key; /* kp_mention_key */
    size_t length;
    const uint16_t *items; /* indexes of the items that it names */
    size_t n_items;
    bool other;    /* it names an item outside the form, which has no code */
    bool review;   /* a person should read the text: relatives, sensitive illnesses */
    uint32_t next; /* index + 1 of the next word of the same bucket; 0: none */
};

enum kp_status kp_mentions_load(struct kp_tablefile *f, struct kp_tables *tables);

/* Returns the key that texts are searched by: a header key with a mark between Latin words. NULL if the arena
 * has failed. */
char *kp_mention_key(struct kp_arena *arena, const char *s);

/* Returns the next word in the key, the longest at its place, and moves *at behind it; NULL at the end.
 * start: where the key begins. A Latin word is only found between other characters than Latin letters. */
const struct kp_mention *kp_mention_next(const struct kp_tables *tables, const char *start, const char **at);

/* Returns whether the key has a word that asks for review. */
bool kp_mentions_review(const struct kp_tables *tables, const char *key);
