#include "tables/exam_kinds.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "base/text.h"
#include "tables/names.h"
#include "tables/tablefile.h"

enum kp_status kp_exam_kinds_load(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "exam_kinds.csv", "word kind ground", sizeof(struct kp_kind_word)));
    struct kp_kind_word *words = f->rows;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        const char *name = kp_cell(f, i, 1), *ground = kp_cell(f, i, 2);
        char *key = kp_text_header_key(f->arena, kp_cell(f, i, 0));
        size_t kind = KP_KIND_AUTO;
        if (!key)
            return kp_tablefile_no_memory(f);
        if (!*key)
            return kp_table_bad(f, i, "a word, not", kp_cell(f, i, 0));
        bool neutral = strcmp(name, "neutral") == 0;
        if (!neutral && (!kp_name_find(kp_exam_kind_names, name, &kind) || kind == KP_KIND_AUTO ||
                         kind == KP_KIND_UNKNOWN))
            return kp_table_bad(f, i, "not a kind of examination:", name);
        if (neutral != !*ground)
            return kp_table_bad(f, i, "a kind, and only a kind, has a ground, not", ground);
        for (size_t k = 0; k < i; k++)
            if (strcmp(words[k].key, key) == 0)
                return kp_table_bad(f, i, "word stands twice:", kp_cell(f, i, 0));
        words[i] = (struct kp_kind_word){.key = key,
                                         .length = strlen(key),
                                         .begin = kp_begin(key, strlen(key)),
                                         .mask = kp_begin_mask(strlen(key)),
                                         .kind = (enum kp_exam_kind)kind,
                                         .ground = ground};
    }
    tables->kind_words = words;
    tables->n_kind_words = f->sheet.n_rows;
    return KP_OK;
}

bool kp_kind_is_covered(enum kp_exam_kind kind)
{
    return kind <= KP_KIND_OVERSEAS;
}

/* Returns the longest word that the text begins with, or NULL. */
static const struct kp_kind_word *word_at(const struct kp_tables *tables, const char *at)
{
    const struct kp_kind_word *longest = NULL;
    const uint64_t begin = kp_begin(at, strlen(at));
    for (const struct kp_kind_word *w = tables->kind_words; w < tables->kind_words + tables->n_kind_words;
         w++)
        if ((begin & w->mask) == w->begin && strncmp(at, w->key, w->length) == 0 &&
            (!longest || w->length > longest->length))
            longest = w;
    return longest;
}

/* Returns the length of what says nothing in a name: a number, or a letter by itself (定期健診A1). */
static size_t mark_at(const char *at)
{
    bool letter = *at >= 'a' && *at <= 'z', more = letter && at[1] >= 'a' && at[1] <= 'z';
    return letter && !more ? 1 : kp_digits(at);
}

static enum kp_exam_kind kind_named(const char *key)
{
    size_t kind = KP_KIND_AUTO;
    (void)kp_name_find(kp_exam_kind_names, key, &kind);
    return (enum kp_exam_kind)kind;
}

enum kp_exam_kind kp_kind_of(const struct kp_tables *tables, const char *key)
{
    enum kp_exam_kind kind = kind_named(key);
    bool known = true;
    if (kind != KP_KIND_AUTO)
        return kind;
    while (*key) {
        const struct kp_kind_word *w = word_at(tables, key);
        size_t n = w ? w->length : mark_at(key);
        if (w && !kp_kind_is_covered(w->kind))
            return w->kind;
        if (w && kind == KP_KIND_AUTO)
            kind = w->kind;
        known &= n > 0;
        key += n;
        if (n == 0)
            (void)kp_utf8_next(&key);
    }
    return known && kind != KP_KIND_AUTO ? kind : KP_KIND_UNKNOWN;
}

enum kp_exam_kind kp_kind_outside_duty(const struct kp_tables *tables, const char *key)
{
    enum kp_exam_kind kind = kp_kind_of(tables, key);
    return kp_kind_is_covered(kind) || kind == KP_KIND_UNKNOWN ? KP_KIND_AUTO : kind;
}

const char *kp_kind_ground(const struct kp_tables *tables, enum kp_exam_kind kind)
{
    for (const struct kp_kind_word *w = tables->kind_words; w < tables->kind_words + tables->n_kind_words;
         w++)
        if (w->kind == kind)
            return w->ground;
    return "";
}
