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
        const size_t n = strlen(key);
        rows[i] =
            (struct kp_phrase){key, n, (enum kp_phrase_kind)kind, *head, kp_begin(key, n), kp_begin_mask(n)};
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

/* A text and the phrases in it. */
struct text {
    struct kp_arena *arena;
    const char *key;
    size_t n;
    const struct kp_phrase **phrases; /* by the byte where they begin */
    size_t n_phrases, room;
    uint32_t *first; /* by byte: index of the first phrase there; one more at the end */
};

/* Adds a phrase; memory that runs short marks the arena. */
static void add_phrase(struct text *x, const struct kp_phrase *phrase)
{
    if (x->n_phrases == x->room) {
        size_t room = 2 * x->room;
        const struct kp_phrase **more = kp_arena_alloc(x->arena, room * sizeof(*more));
        if (!more)
            return;
        memcpy(more, x->phrases, x->n_phrases * sizeof(*more));
        x->phrases = more;
        x->room = room;
    }
    x->phrases[x->n_phrases++] = phrase;
}

/* Finds the phrases in a text. Returns false if memory is short. */
static bool find_phrases(const struct kp_tables *t, struct kp_arena *arena, const char *key,
                         struct text *ret_text)
{
    struct text x = {.arena = arena, .key = key, .n = strlen(key)};
    x.room = x.n + 16;
    x.phrases = kp_arena_alloc(arena, x.room * sizeof(*x.phrases));
    x.first = kp_arena_alloc(arena, (x.n + 2) * sizeof(*x.first));
    if (!x.phrases || !x.first)
        return false;
    for (size_t i = 0; i < x.n; i++) {
        const char *at = key + i;
        x.first[i] = (uint32_t)x.n_phrases;
        if ((key[i] & 0xc0) == 0x80)
            continue; /* inside a character */
        const uint64_t begin = kp_begin(at, x.n - i);
        for (uint32_t k = t->phrase_heads[bucket_of(at)]; k; k = t->phrases[k - 1].next) {
            const struct kp_phrase *p = &t->phrases[k - 1];
            if ((begin & p->mask) == p->begin && strncmp(at, p->key, p->length) == 0)
                add_phrase(&x, p);
        }
    }
    if (arena->failed)
        return false;
    x.first[x.n] = x.first[x.n + 1] = (uint32_t)x.n_phrases;
    *ret_text = x;
    return true;
}

/* Returns the length of a code before or behind a word, "0:" or "2)", or 0. */
static size_t code_at(const char *at)
{
    size_t digits = kp_digits(at);
    return digits && at[digits] && strchr(":.)", at[digits]) ? digits + 1 : 0;
}

/* A part of a text. */
struct part {
    size_t begin, end;
};

/* Adds the states that the phrases at byte i lead to. Returns whether one of them is a mark. */
static bool step(const struct text *x, struct part part, grammar rules, size_t i, unsigned char *reached)
{
    const size_t code = code_at(x->key + i);
    bool mark = false;
    if (i + code <= part.end)
        reached[i + code] |= reached[i] & (1U << START | 1U << DONE);
    for (uint32_t k = x->first[i]; k < x->first[i + 1]; k++) {
        const struct kp_phrase *p = x->phrases[k];
        if (i + p->length > part.end)
            continue;
        for (unsigned state = START; reached[i] && state < STATES; state++)
            if ((reached[i] & 1U << state) && rules[state][p->kind] != NOWHERE)
                reached[i + p->length] |= (unsigned char)(1U << rules[state][p->kind]);
        mark |= p->kind == KP_PHRASE_MARK;
    }
    return mark;
}

/* Returns whether the grammar divides the part into phrases: all of it or, with anywhere, some of it between
 * marks. */
static bool derives(const struct text *x, struct part part, grammar rules, bool anywhere)
{
    unsigned char *reached = kp_arena_alloc(x->arena, x->n + 1);
    bool after_mark = true;
    for (size_t i = part.begin; reached && i < part.end; i++) {
        if ((x->key[i] & 0xc0) == 0x80)
            continue; /* inside a character */
        bool done = (reached[i] & 1U << DONE) != 0;
        if (i == part.begin || (anywhere && after_mark))
            reached[i] |= 1U << START;
        after_mark = step(x, part, rules, i, reached);
        if (anywhere && done && after_mark)
            return true;
    }
    return reached && (reached[part.end] & 1U << DONE) != 0;
}

/* --- parts of texts --- */

/* Returns the length of the longest phrase of that kind at byte i, or 0. */
static size_t longest(const struct text *x, enum kp_phrase_kind kind, size_t i)
{
    size_t most = 0;
    for (uint32_t k = x->first[i]; k < x->first[i + 1]; k++)
        if (x->phrases[k]->kind == kind && x->phrases[k]->length > most)
            most = x->phrases[k]->length;
    return most;
}

/* Returns the length of a denied change at the place, 前回と著変なし, or 0. Without a past it must begin a
 * part: ST変化なし denies a finding. */
static size_t unchanged(const struct text *x, size_t i, bool first)
{
    size_t n = longest(x, KP_PHRASE_PAST, i), link = 0, change = 0, no = 0;
    if (n == 0 && !first)
        return 0;
    while ((link = longest(x, KP_PHRASE_LINK, i + n)) || (link = longest(x, KP_PHRASE_ADVERB, i + n)))
        n += link;
    change = longest(x, KP_PHRASE_CHANGE, i + n);
    n += change;
    n += longest(x, KP_PHRASE_LINK, i + n);
    no = change ? longest(x, KP_PHRASE_NO, i + n) : 0;
    return no ? n + no : 0;
}

/* Returns the length of words at the place that look like a denial and are none: 無呼吸, 眠れません. */
static size_t harmless(const struct text *x, size_t i, bool first)
{
    size_t stem = longest(x, KP_PHRASE_COMPLAINT, i), same = unchanged(x, i, first);
    size_t negative = stem ? longest(x, KP_PHRASE_NEGATIVE, i + stem) : 0;
    return negative ? stem + negative : same ? same : longest(x, KP_PHRASE_FINDING, i);
}

/* Returns the byte where the next character begins. */
static size_t next_character(const struct text *x, size_t i)
{
    const char *at = x->key + i;
    (void)kp_utf8_next(&at);
    return (size_t)(at - x->key);
}

static bool denies(const struct text *x)
{
    size_t i = 0;
    for (bool first = true; i < x->n;) { /* first: of a part, where "no chest pain" denies */
        size_t skipped = harmless(x, i, first), ending = longest(x, KP_PHRASE_ENDING, i);
        size_t mark = longest(x, KP_PHRASE_MARK, i);
        bool at_end = ending && (i + ending == x->n || longest(x, KP_PHRASE_MARK, i + ending));
        if (!skipped &&
            (at_end || longest(x, KP_PHRASE_DENIAL, i) || (first && strncmp(x->key + i, "no", 2) == 0)))
            return true;
        first = mark > 0;
        skipped = skipped ? skipped : mark;
        i = skipped ? i + skipped : next_character(x, i);
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
static struct part bare(const struct text *x)
{
    struct part part = {0, 0};
    while (longest(x, KP_PHRASE_MARK, part.begin))
        part.begin += longest(x, KP_PHRASE_MARK, part.begin);
    part.end = part.begin;
    for (size_t i = part.begin; i < x->n;) {
        size_t mark = longest(x, KP_PHRASE_MARK, i);
        i = mark ? i + mark : next_character(x, i);
        part.end = mark ? part.end : i;
    }
    return part;
}

static bool is_single_sound(const char *key)
{
    int32_t c = kp_utf8_next(&key);
    return *key == '\0' && (c < 0x80 || (c >= 0x3041 && c <= 0x30ff));
}

/* A grade, or a word too short to be known. */
static bool is_unclear(const struct text *x, struct part part)
{
    const char *word = kp_arena_strndup(x->arena, x->key + part.begin, part.end - part.begin);
    return !word || kp_is_grade(word + code_at(word)) || is_single_sound(word) ||
           derives(x, part, UNCLEAR, false);
}

/* Returns the length of the longest phrase of that kind at byte i that ends in the part, or 0. */
static size_t fitting(const struct text *x, struct part part, enum kp_phrase_kind kind, size_t i)
{
    size_t most = 0;
    for (uint32_t k = x->first[i]; k < x->first[i + 1]; k++) {
        const struct kp_phrase *p = x->phrases[k];
        if (p->kind == kind && p->length > most && i + p->length <= part.end)
            most = p->length;
    }
    return most;
}

/* Returns whether a part of the text says that nothing was done: 未実施(前回結節影) is no finding of today.
 */
static bool is_partly_undone(const struct text *x, struct part part)
{
    return fitting(x, part, KP_PHRASE_UNDONE, part.begin) || derives(x, part, UNDONE, true);
}

enum kp_words kp_words_of(const struct kp_tables *tables, struct kp_arena *arena, const char *key)
{
    struct text x;
    if (!kp_text_has_letter(key))
        return signs_of(key);
    if (!find_phrases(tables, arena, key, &x))
        return KP_WORDS_OPEN;
    const struct part all = {0, x.n}, part = bare(&x);
    if (derives(&x, all, NOTHING, false))
        return KP_WORDS_NOTHING;
    if (derives(&x, all, BLANK, false))
        return KP_WORDS_BLANK;
    if (derives(&x, all, UNDONE, false))
        return KP_WORDS_NOT_DONE;
    if (is_unclear(&x, part) || denies(&x) || derives(&x, all, NOTHING, true) || is_partly_undone(&x, part) ||
        arena->failed)
        return KP_WORDS_OPEN;
    return KP_WORDS_FINDING;
}

bool kp_words_judge(const struct kp_tables *tables, struct kp_arena *arena, const char *key)
{
    struct text x;
    return find_phrases(tables, arena, key, &x) && derives(&x, (struct part){0, x.n}, JUDGED, false);
}

bool kp_words_are_total(const struct kp_tables *tables, struct kp_arena *arena, const char *key)
{
    struct text x;
    if (!find_phrases(tables, arena, key, &x))
        return false;
    const struct part part = bare(&x);
    size_t n = fitting(&x, part, KP_PHRASE_TOTAL, part.begin);
    for (size_t i = part.begin + n; n && i < part.end; i += n) { /* how many, perhaps in brackets */
        size_t mark = fitting(&x, part, KP_PHRASE_MARK, i), digits = kp_digits(x.key + i);
        size_t unit = fitting(&x, part, KP_PHRASE_TOTAL, i);
        n = mark ? mark : digits ? digits : unit;
    }
    return n > 0;
}
