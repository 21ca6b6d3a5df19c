#include "tables/phrases.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "tables/names.h"
#include "tables/tablefile.h"

static const char *const KINDS[] = {[KP_PHRASE_MARK] = "mark",
                                    [KP_PHRASE_PLACE] = "place",
                                    [KP_PHRASE_ADVERB] = "adverb",
                                    [KP_PHRASE_SUBJECT] = "subject",
                                    [KP_PHRASE_NO] = "no",
                                    [KP_PHRASE_NOT_SEEN] = "not_seen",
                                    [KP_PHRASE_NORMAL] = "normal",
                                    [KP_PHRASE_LINK] = "link",
                                    [KP_PHRASE_END] = "end",
                                    [KP_PHRASE_BLANK] = "blank",
                                    [KP_PHRASE_ANSWER] = "answer",
                                    [KP_PHRASE_NOT_YET] = "not_yet",
                                    [KP_PHRASE_UNDONE] = "undone",
                                    [KP_PHRASE_JUDGEMENT] = "judgement",
                                    [KP_PHRASE_OPEN] = "open",
                                    [KP_PHRASE_STATUS] = "status",
                                    [KP_PHRASE_FINDING] = "finding",
                                    [KP_PHRASE_COMPLAINT] = "complaint",
                                    [KP_PHRASE_NEGATIVE] = "negative",
                                    [KP_PHRASE_DENIAL] = "denial",
                                    [KP_PHRASE_ENDING] = "ending",
                                    [KP_PHRASE_PAST] = "past",
                                    [KP_PHRASE_CHANGE] = "change",
                                    [KP_PHRASE_TOTAL] = "total",
                                    [KP_PHRASE__COUNT] = NULL};

static size_t bucket_of(const char *at)
{
    int32_t c = kp_utf8_next(&at);
    return (size_t)c % KP_PHRASE_BUCKETS;
}

enum kp_status kp_phrases_load(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "phrases.csv", "kind phrase", sizeof(struct kp_phrase)));
    struct kp_phrase *rows = f->rows;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        size_t kind = 0;
        if (!kp_name_find(KINDS, kp_cell(f, i, 0), &kind))
            return kp_table_bad(f, i, "not a kind of phrase:", kp_cell(f, i, 0));
        char *key = kp_text_value_key(f->arena, kp_cell(f, i, 1));
        if (!key)
            return kp_tablefile_no_memory(f);
        if (!*key)
            return kp_table_bad(f, i, "a phrase, not", kp_cell(f, i, 1));
        uint32_t *head = &tables->phrase_heads[bucket_of(key)];
        for (uint32_t k = *head; k; k = rows[k - 1].next)
            if (rows[k - 1].kind == kind && strcmp(rows[k - 1].key, key) == 0)
                return kp_table_bad(f, i, "phrase stands twice:", key);
        rows[i] = (struct kp_phrase){key, strlen(key), (enum kp_phrase_kind)kind, *head};
        *head = (uint32_t)i + 1;
    }
    tables->phrases = rows;
    return KP_OK;
}

/* --- whole texts --- */

/* Where a text is between two phrases. */
enum state { NOWHERE, START, TOPIC, DENIABLE, WAITING, DONE, STATES };

typedef const unsigned char grammar[STATES][KP_PHRASE__COUNT];

/* 特になし; 異常なし; 両肺野に異常を認めず。 A place alone cannot be denied: 心電図なし may say that it was
 * not done. */
static grammar NOTHING = {
    [START] = {[KP_PHRASE_MARK] = START,
               [KP_PHRASE_PLACE] = TOPIC,
               [KP_PHRASE_ADVERB] = DENIABLE,
               [KP_PHRASE_SUBJECT] = DENIABLE,
               [KP_PHRASE_NO] = DONE,
               [KP_PHRASE_NORMAL] = DONE},
    [TOPIC] = {[KP_PHRASE_MARK] = TOPIC,
               [KP_PHRASE_PLACE] = TOPIC,
               [KP_PHRASE_LINK] = TOPIC,
               [KP_PHRASE_ADVERB] = DENIABLE,
               [KP_PHRASE_SUBJECT] = DENIABLE,
               [KP_PHRASE_NORMAL] = DONE},
    [DENIABLE] = {[KP_PHRASE_MARK] = DENIABLE,
                  [KP_PHRASE_PLACE] = TOPIC,
                  [KP_PHRASE_LINK] = DENIABLE,
                  [KP_PHRASE_ADVERB] = DENIABLE,
                  [KP_PHRASE_SUBJECT] = DENIABLE,
                  [KP_PHRASE_NO] = DONE,
                  [KP_PHRASE_NOT_SEEN] = DONE,
                  [KP_PHRASE_NORMAL] = DONE},
    [DONE] = {[KP_PHRASE_MARK] = DONE,
              [KP_PHRASE_END] = DONE,
              [KP_PHRASE_PLACE] = TOPIC,
              [KP_PHRASE_ADVERB] = DENIABLE,
              [KP_PHRASE_SUBJECT] = DENIABLE,
              [KP_PHRASE_NO] = DONE,
              [KP_PHRASE_NORMAL] = DONE},
};

/* 未記入; 既往歴は不明; 記載なし */
static grammar BLANK = {
    [START] = {[KP_PHRASE_MARK] = START,
               [KP_PHRASE_PLACE] = START,
               [KP_PHRASE_SUBJECT] = START,
               [KP_PHRASE_LINK] = START,
               [KP_PHRASE_BLANK] = DONE,
               [KP_PHRASE_NOT_YET] = WAITING,
               [KP_PHRASE_ANSWER] = DENIABLE},
    [WAITING] = {[KP_PHRASE_ANSWER] = DONE},
    [DENIABLE] = {[KP_PHRASE_LINK] = DENIABLE,
                  [KP_PHRASE_ANSWER] = DENIABLE,
                  [KP_PHRASE_NOT_YET] = WAITING,
                  [KP_PHRASE_NO] = DONE},
    [DONE] = {[KP_PHRASE_MARK] = DONE,
              [KP_PHRASE_END] = DONE,
              [KP_PHRASE_BLANK] = DONE,
              [KP_PHRASE_NOT_YET] = WAITING,
              [KP_PHRASE_ANSWER] = DENIABLE},
};

/* 未実施; 心電図は実施せず; 未撮影(妊娠中) */
static grammar UNDONE = {
    [START] = {[KP_PHRASE_MARK] = START,
               [KP_PHRASE_PLACE] = START,
               [KP_PHRASE_LINK] = START,
               [KP_PHRASE_UNDONE] = DONE},
    [DONE] = {[KP_PHRASE_MARK] = DONE,
              [KP_PHRASE_END] = DONE,
              [KP_PHRASE_UNDONE] = DONE,
              [KP_PHRASE_STATUS] = DONE},
};

/* 要精検/要治療 */
static grammar JUDGED = {
    [START] = {[KP_PHRASE_MARK] = START, [KP_PHRASE_JUDGEMENT] = DONE},
    [DONE] = {[KP_PHRASE_MARK] = DONE, [KP_PHRASE_END] = DONE, [KP_PHRASE_JUDGEMENT] = DONE},
};

/* 同上; 判定:A/B; 前回と変化なし; 検査済. Grades are apart: AF is a finding. */
static grammar UNCLEAR = {
    [START] = {[KP_PHRASE_MARK] = START,
               [KP_PHRASE_PLACE] = START,
               [KP_PHRASE_SUBJECT] = START,
               [KP_PHRASE_ANSWER] = START,
               [KP_PHRASE_LINK] = START,
               [KP_PHRASE_PAST] = START,
               [KP_PHRASE_CHANGE] = DENIABLE,
               [KP_PHRASE_OPEN] = DONE,
               [KP_PHRASE_NOT_YET] = DONE,
               [KP_PHRASE_STATUS] = DONE},
    [DENIABLE] = {[KP_PHRASE_LINK] = DENIABLE, [KP_PHRASE_NO] = DONE},
    [DONE] = {[KP_PHRASE_MARK] = START,
              [KP_PHRASE_LINK] = DONE,
              [KP_PHRASE_ANSWER] = DONE,
              [KP_PHRASE_NOT_YET] = DONE,
              [KP_PHRASE_STATUS] = DONE,
              [KP_PHRASE_END] = DONE},
};

/* Returns the first phrase of the chain that the text begins with, or NULL. */
static const struct kp_phrase *phrase_at(const struct kp_tables *t, uint32_t chain, const char *at)
{
    for (uint32_t k = chain; k; k = t->phrases[k - 1].next)
        if (strncmp(at, t->phrases[k - 1].key, t->phrases[k - 1].length) == 0)
            return &t->phrases[k - 1];
    return NULL;
}

/* Returns the length of a code before or behind a word, "0:" or "2)", or 0. */
static size_t code_at(const char *at)
{
    size_t digits = kp_digits(at);
    return digits && at[digits] && strchr(":.)", at[digits]) ? digits + 1 : 0;
}

/* Adds the states that the phrases at byte i lead to. Returns whether one of them is a mark. */
static bool step(const struct kp_tables *t, grammar rules, const char *key, size_t i, unsigned char *reached)
{
    const char *at = key + i;
    bool mark = false;
    reached[i + code_at(at)] |= reached[i] & (1U << START | 1U << DONE);
    for (const struct kp_phrase *p = phrase_at(t, t->phrase_heads[bucket_of(at)], at); p;
         p = phrase_at(t, p->next, at)) {
        for (unsigned state = START; state < STATES; state++)
            if ((reached[i] & 1U << state) && rules[state][p->kind] != NOWHERE)
                reached[i + p->length] |= (unsigned char)(1U << rules[state][p->kind]);
        mark |= p->kind == KP_PHRASE_MARK;
    }
    return mark;
}

/* Returns whether the grammar divides the text into phrases: all of it, or a part between marks. */
static bool derives(const struct kp_tables *t, struct kp_arena *arena, grammar rules, const char *key,
                    bool part)
{
    size_t n = strlen(key);
    unsigned char *reached = kp_arena_alloc(arena, n + 1);
    bool after_mark = true;
    for (size_t i = 0; reached && i < n; i++) {
        if ((key[i] & 0xc0) == 0x80)
            continue; /* inside a character */
        bool done = (reached[i] & 1U << DONE) != 0;
        if (i == 0 || (part && after_mark))
            reached[i] |= 1U << START;
        after_mark = step(t, rules, key, i, reached);
        if (part && done && after_mark)
            return true;
    }
    return reached && (reached[n] & 1U << DONE) != 0;
}

/* --- parts of texts --- */

/* Returns the length of the longest phrase of that kind at the place, or 0. */
static size_t longest(const struct kp_tables *t, enum kp_phrase_kind kind, const char *at)
{
    size_t most = 0;
    for (const struct kp_phrase *p = phrase_at(t, *at ? t->phrase_heads[bucket_of(at)] : 0, at); p;
         p = phrase_at(t, p->next, at))
        if (p->kind == kind && p->length > most)
            most = p->length;
    return most;
}

/* Returns the length of a denied change at the place, 前回と著変なし, or 0. Without a past it must begin a
 * part: ST変化なし denies a finding. */
static size_t unchanged(const struct kp_tables *t, const char *at, bool first)
{
    size_t n = longest(t, KP_PHRASE_PAST, at), link = 0, change = 0, no = 0;
    if (n == 0 && !first)
        return 0;
    while ((link = longest(t, KP_PHRASE_LINK, at + n)) || (link = longest(t, KP_PHRASE_ADVERB, at + n)))
        n += link;
    change = longest(t, KP_PHRASE_CHANGE, at + n);
    n += change;
    n += longest(t, KP_PHRASE_LINK, at + n);
    no = change ? longest(t, KP_PHRASE_NO, at + n) : 0;
    return no ? n + no : 0;
}

/* Returns the length of words at the place that look like a denial and are none: 無呼吸, 眠れません. */
static size_t harmless(const struct kp_tables *t, const char *at, bool first)
{
    size_t stem = longest(t, KP_PHRASE_COMPLAINT, at), same = unchanged(t, at, first);
    size_t negative = stem ? longest(t, KP_PHRASE_NEGATIVE, at + stem) : 0;
    return negative ? stem + negative : same ? same : longest(t, KP_PHRASE_FINDING, at);
}

static bool denies(const struct kp_tables *t, const char *at)
{
    for (bool first = true; *at;) { /* first: of a part, where "no chest pain" denies */
        size_t skipped = harmless(t, at, first), ending = longest(t, KP_PHRASE_ENDING, at);
        size_t mark = longest(t, KP_PHRASE_MARK, at);
        bool at_end = ending && (!at[ending] || longest(t, KP_PHRASE_MARK, at + ending));
        if (!skipped && (at_end || longest(t, KP_PHRASE_DENIAL, at) || (first && strncmp(at, "no", 2) == 0)))
            return true;
        first = mark > 0;
        skipped = skipped ? skipped : mark;
        at += skipped;
        if (!skipped)
            (void)kp_utf8_next(&at);
    }
    return false;
}

/* --- what a text says --- */

bool kp_is_grade(const char *key)
{
    static const char suffix[] = "判定";
    bool letter = key[0] >= 'a' && key[0] <= 'h';
    size_t digits = letter ? kp_digits(key + 1) : 0;
    const char *rest = key + 1 + digits;
    return letter && digits <= 2 && (*rest == '\0' || strcmp(rest, suffix) == 0);
}

/* A text without letters: digits and plus signs may be codes; other signs say nothing. */
static enum kp_words signs_of(const char *key)
{
    bool zeros = key[strspn(key, "0.,")] == '\0';
    bool answers = strpbrk(key, "123456789+") || strstr(key, "±");
    return answers && !zeros ? KP_WORDS_OPEN : KP_WORDS_BLANK;
}

/* Returns the text without marks at its ends. */
static const char *bare(const struct kp_tables *t, struct kp_arena *arena, const char *key)
{
    while (longest(t, KP_PHRASE_MARK, key))
        key += longest(t, KP_PHRASE_MARK, key);
    size_t n = 0;
    for (const char *at = key; *at;) {
        size_t mark = longest(t, KP_PHRASE_MARK, at);
        if (mark)
            at += mark;
        else
            (void)kp_utf8_next(&at);
        n = mark ? n : (size_t)(at - key);
    }
    return kp_arena_strndup(arena, key, n);
}

static bool is_single_sound(const char *key)
{
    int32_t c = kp_utf8_next(&key);
    return *key == '\0' && (c < 0x80 || (c >= 0x3041 && c <= 0x30ff));
}

/* A grade, or a word too short to be known. */
static bool is_unclear(const struct kp_tables *tables, struct kp_arena *arena, const char *key)
{
    const char *word = bare(tables, arena, key);
    return !word || kp_is_grade(word + code_at(word)) || is_single_sound(word) ||
           derives(tables, arena, UNCLEAR, word, false);
}

/* Returns whether a part of the text says that nothing was done: 未実施(前回結節影) is no finding of today.
 */
static bool is_partly_undone(const struct kp_tables *tables, struct kp_arena *arena, const char *key)
{
    const char *word = bare(tables, arena, key);
    return !word || longest(tables, KP_PHRASE_UNDONE, word) || derives(tables, arena, UNDONE, word, true);
}

enum kp_words kp_words_of(const struct kp_tables *tables, struct kp_arena *arena, const char *key)
{
    if (!kp_text_has_letter(key))
        return signs_of(key);
    if (derives(tables, arena, NOTHING, key, false))
        return KP_WORDS_NOTHING;
    if (derives(tables, arena, BLANK, key, false))
        return KP_WORDS_BLANK;
    if (derives(tables, arena, UNDONE, key, false))
        return KP_WORDS_NOT_DONE;
    if (is_unclear(tables, arena, key) || denies(tables, key) || derives(tables, arena, NOTHING, key, true) ||
        is_partly_undone(tables, arena, key) || arena->failed)
        return KP_WORDS_OPEN;
    return KP_WORDS_FINDING;
}

bool kp_words_judge(const struct kp_tables *tables, struct kp_arena *arena, const char *key)
{
    return derives(tables, arena, JUDGED, key, false);
}

bool kp_words_are_total(const struct kp_tables *tables, struct kp_arena *arena, const char *key)
{
    const char *word = bare(tables, arena, key);
    size_t n = word ? longest(tables, KP_PHRASE_TOTAL, word) : 0;
    for (const char *rest = word + n; n && *rest; rest += n) { /* how many, perhaps in brackets */
        size_t mark = longest(tables, KP_PHRASE_MARK, rest), digits = kp_digits(rest);
        size_t unit = longest(tables, KP_PHRASE_TOTAL, rest);
        n = mark ? mark : digits ? digits : unit;
    }
    return n > 0;
}
