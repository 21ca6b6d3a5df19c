#include "tables/mentions.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "base/text.h"
#include "tables/items.h"
#include "tables/names.h"
#include "tables/tablefile.h"

static bool is_latin(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char *kp_mention_key(struct kp_arena *arena, const char *s)
{
    char *folded = kp_text_nfkc(arena, s);
    for (char *at = folded; at && *at; at++)
        if (is_latin(*at) && at[1] > 0 && !is_latin(at[1]) && !kp_digits(at + 1)) {
            const char *next = at + 1;
            while (*next > 0 && !is_latin(*next) && !kp_digits(next))
                next++;
            at[1] = is_latin(*next) ? '+' : at[1];
        }
    return folded ? kp_text_header_key(arena, folded) : NULL;
}

static size_t bucket_of(const char *at)
{
    return (size_t)kp_utf8_next(&at) % KP_PHRASE_BUCKETS;
}

/* Reads a list of "other" and of what item codes begin with. */
static enum kp_status read_items(const struct kp_tablefile *f, const struct kp_tables *tables, size_t row,
                                 struct kp_mention *m)
{
    const char *list = kp_cell(f, row, 1);
    uint16_t *items = kp_arena_alloc(f->arena, (*list ? tables->n_items : 1) * sizeof(*items));
    if (!items)
        return kp_tablefile_no_memory(f);
    for (struct kp_word word; kp_next_word(&list, " ", &word);) {
        size_t before = m->n_items;
        bool other = word.n == strlen("other") && strncmp(word.at, "other", word.n) == 0;
        for (size_t i = 0; i < tables->n_items && !other; i++)
            if (strncmp(tables->items[i].code, word.at, word.n) == 0 && m->n_items < tables->n_items)
                items[m->n_items++] = (uint16_t)i;
        m->other |= other;
        if (!other && m->n_items == before)
            return kp_table_bad(f, row, "no item has a code that begins with", word.at);
    }
    m->items = items;
    return KP_OK;
}

enum kp_status kp_mentions_load(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "mentions.csv", "word items review", sizeof(struct kp_mention)));
    struct kp_mention *rows = f->rows;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        const char *word = kp_cell(f, i, 0), *review = kp_cell(f, i, 2);
        char *key = kp_mention_key(f->arena, word);
        if (!key)
            return kp_tablefile_no_memory(f);
        if (!*key)
            return kp_table_bad(f, i, "a word, not", word);
        if (*review && !kp_list_has("relative sensitive", review))
            return kp_table_bad(f, i, "review is relative, sensitive or empty, not", review);
        uint32_t *head = &tables->mention_heads[bucket_of(key)];
        for (uint32_t k = *head; k; k = rows[k - 1].next)
            if (strcmp(rows[k - 1].key, key) == 0)
                return kp_table_bad(f, i, "word stands twice:", word);
        rows[i] = (struct kp_mention){.key = key, .length = strlen(key), .review = *review, .next = *head};
        KP_TRY(read_items(f, tables, i, &rows[i]));
        *head = (uint32_t)i + 1;
    }
    tables->mentions = rows;
    return KP_OK;
}

static const struct kp_mention *longest_at(const struct kp_tables *tables, const char *start, const char *at)
{
    const struct kp_mention *longest = NULL;
    for (uint32_t k = tables->mention_heads[bucket_of(at)]; k; k = tables->mentions[k - 1].next) {
        const struct kp_mention *m = &tables->mentions[k - 1];
        bool inside = (at > start && is_latin(*at) && is_latin(at[-1])) ||
                      (is_latin(m->key[m->length - 1]) && is_latin(at[m->length]));
        if ((!longest || m->length > longest->length) && strncmp(at, m->key, m->length) == 0 && !inside)
            longest = m;
    }
    return longest;
}

const struct kp_mention *kp_mention_next(const struct kp_tables *tables, const char *start, const char **at)
{
    while (**at) {
        const struct kp_mention *m = longest_at(tables, start, *at);
        if (m) {
            *at += m->length;
            return m;
        }
        (void)kp_utf8_next(at);
    }
    return NULL;
}

bool kp_mentions_review(const struct kp_tables *tables, const char *key)
{
    const char *at = key;
    for (const struct kp_mention *m; (m = kp_mention_next(tables, key, &at));)
        if (m->review)
            return true;
    return false;
}
