#include "tables/answers.h"

#include <string.h>

#include "base/status.h"
#include "tables/codes.h"
#include "tables/items.h"
#include "tables/tablefile.h"

enum { LONGEST_BYTES = 512 };

static size_t bucket_of(const char *at)
{
    int32_t c = kp_utf8_next(&at);
    return (size_t)c % KP_FOLD_BUCKETS;
}

/* Returns the longest fold whose word is at that place, or NULL. */
static const struct kp_answer_fold *fold_at(const struct kp_tables *tables, const char *at)
{
    const struct kp_answer_fold *longest = NULL;
    for (uint32_t i = tables->fold_heads[bucket_of(at)]; i; i = tables->folds[i - 1].next) {
        const struct kp_answer_fold *fold = &tables->folds[i - 1];
        if (strncmp(at, fold->word, fold->n) == 0 && (!longest || fold->n > longest->n))
            longest = fold;
    }
    return longest;
}

/* Returns false if the text is too long for an answer. */
static bool fold(const struct kp_tables *tables, const char *text, char ret_text[LONGEST_BYTES])
{
    size_t n = 0;
    while (*text) {
        const struct kp_answer_fold *found = fold_at(tables, text);
        const char *from = found ? found->same : text, *next = text;
        (void)kp_utf8_next(&next);
        size_t length = found ? strlen(found->same) : (size_t)(next - text);
        if (n + length >= LONGEST_BYTES)
            return false;
        memcpy(ret_text + n, from, length);
        n += length;
        text = found ? text + found->n : next;
    }
    ret_text[n] = '\0';
    return true;
}

/* --- loading --- */

static enum kp_status load_folds(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "answer_folds.csv", "word same_as", sizeof(struct kp_answer_fold)));
    struct kp_answer_fold *folds = f->rows;
    tables->folds = folds;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        const char *word = kp_text_value_key(f->arena, kp_cell(f, i, 0));
        const char *same = kp_text_value_key(f->arena, kp_cell(f, i, 1));
        if (!word || !same)
            return kp_tablefile_no_memory(f);
        if (!*word || strpbrk(word, "{|}"))
            return kp_table_bad(f, i, "a word, not", kp_cell(f, i, 0));
        const struct kp_answer_fold *other = fold_at(tables, word);
        if (other && strcmp(other->word, word) == 0)
            return kp_table_bad(f, i, "word stands twice:", word);
        uint32_t *head = &tables->fold_heads[bucket_of(word)];
        folds[i] = (struct kp_answer_fold){word, same, strlen(word), *head};
        *head = (uint32_t)i + 1;
    }
    return KP_OK;
}

static bool is_balanced(const char *sentence)
{
    bool inside = false;
    for (; *sentence; sentence++) {
        if ((*sentence == '{' && inside) || (strchr("|}", *sentence) && !inside))
            return false;
        inside = *sentence == '{' || (inside && *sentence != '}');
    }
    return !inside;
}

enum kp_status kp_answers_load(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(load_folds(f, tables));
    KP_TRY(kp_tablefile_open(f, "answers.csv", "answers_to answer code", sizeof(struct kp_sentence)));
    struct kp_sentence *answers = f->rows;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        const char *to = kp_cell(f, i, 0), *code = kp_cell(f, i, 2);
        const struct kp_item *item = kp_item_find(tables, to);
        const char *key = kp_text_value_key(f->arena, kp_cell(f, i, 1));
        char text[LONGEST_BYTES];
        if (!key)
            return kp_tablefile_no_memory(f);
        if (!is_balanced(key) || !fold(tables, key, text) || !*text)
            return kp_table_bad(f, i, "not a sentence with words as {a|b}:", kp_cell(f, i, 1));
        if (!kp_code_display(tables, item ? item->code_system : to, code, (struct kp_date){0}))
            return kp_table_bad(f, i, "neither an item nor a list has code", code);
        answers[i] = (struct kp_sentence){to, kp_arena_strdup(f->arena, text), code};
        if (!answers[i].sentence)
            return kp_tablefile_no_memory(f);
    }
    tables->answers = answers;
    tables->n_answers = f->sheet.n_rows;
    return KP_OK;
}

/* --- use --- */

static bool matches(const char *sentence, const char *text)
{
    for (; *sentence && *sentence != '{'; sentence++, text++)
        if (*sentence != *text)
            return false;
    if (!*sentence)
        return !*text;
    const char *rest = strchr(sentence, '}') + 1;
    for (const char *word = sentence + 1;;) {
        size_t n = strcspn(word, "|}");
        if (strncmp(word, text, n) == 0 && matches(rest, text + n))
            return true;
        if (word[n] == '}')
            return false;
        word += n + 1;
    }
}

static const char *find(const struct kp_tables *tables, const char *to, const char *text)
{
    for (size_t i = 0; i < tables->n_answers; i++)
        if (strcmp(tables->answers[i].to, to) == 0 && matches(tables->answers[i].sentence, text))
            return tables->answers[i].code;
    return NULL;
}

const char *kp_answer_code(const struct kp_tables *tables, const char *item_code, const char *list,
                           const char *value_key)
{
    char text[LONGEST_BYTES];
    if (!kp_text_has_letter(value_key) || strpbrk(value_key, "{|}") || !fold(tables, value_key, text))
        return NULL;
    const char *code = find(tables, item_code, text);
    return code ? code : find(tables, list, text);
}
