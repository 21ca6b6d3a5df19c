/* phrases.csv: the words from which texts in a column of findings are built, and what such a text says. */
#pragma once

#include "base/arena.h"
#include "tables/table_set.h"
#include "kenporter.h"

enum kp_phrase_kind {
    KP_PHRASE_MARK,      /* punctuation between parts */
    KP_PHRASE_PLACE,     /* a part of the body, or a test */
    KP_PHRASE_ADVERB,    /* 特に, 明らかな */
    KP_PHRASE_SUBJECT,   /* 異常, 自覚症状 */
    KP_PHRASE_NO,        /* なし, 認めず */
    KP_PHRASE_NOT_SEEN,  /* 見えない: denies what precedes it; alone it is a complaint */
    KP_PHRASE_NORMAL,    /* 正常: says alone that nothing was found */
    KP_PHRASE_LINK,      /* は, を */
    KP_PHRASE_END,       /* です */
    KP_PHRASE_BLANK,     /* 不明: a placeholder */
    KP_PHRASE_ANSWER,    /* 記入: a placeholder when denied */
    KP_PHRASE_NOT_YET,   /* 未, before an answer */
    KP_PHRASE_UNDONE,    /* 未実施 */
    KP_PHRASE_JUDGEMENT, /* 要精検: a finding in a column of flags */
    KP_PHRASE_OPEN,      /* 同上: says nothing by itself */
    KP_PHRASE_STATUS,    /* 済: about the test or its report, not its result */
    KP_PHRASE_PAST,      /* 前回, before a change */
    KP_PHRASE_CHANGE,    /* 変化: denied, says nothing of what there is */
    KP_PHRASE_FINDING,   /* 無呼吸: looks like a denial but is a finding */
    KP_PHRASE_COMPLAINT, /* 眠れ: its negation is a complaint */
    KP_PHRASE_NEGATIVE,  /* ない, after a complaint */
    KP_PHRASE_DENIAL,    /* anywhere in a text */
    KP_PHRASE_ENDING,    /* a denial at the end of a part */
    KP_PHRASE_TOTAL,     /* 合計: heads a row that is not about a person */
    KP_PHRASE__COUNT
};

struct kp_phrase {
    const char *key; /* value key */
    size_t length;
    enum kp_phrase_kind kind;
    uint32_t next; /* index + 1 of the next phrase of the same bucket; 0: none */
};

enum kp_words {
    KP_WORDS_NOTHING,  /* nothing was found */
    KP_WORDS_BLANK,    /* no answer, or a placeholder */
    KP_WORDS_NOT_DONE, /* the examination was not done */
    KP_WORDS_OPEN,     /* denies something, and says more or something unknown; or a grade */
    KP_WORDS_FINDING
};

enum kp_status kp_phrases_load(struct kp_tablefile *f, struct kp_tables *tables);

/* Returns what a text says, by its value key; KP_WORDS_OPEN when memory is short, which marks the arena. */
enum kp_words kp_words_of(const struct kp_tables *tables, struct kp_arena *arena, const char *value_key);

/* Returns whether a text consists of judgements that mean a finding, such as 要精検. */
bool kp_words_judge(const struct kp_tables *tables, struct kp_arena *arena, const char *value_key);

/* Returns whether a text names a total, such as 合計 or 総計(12名). */
bool kp_words_are_total(const struct kp_tables *tables, struct kp_arena *arena, const char *value_key);

/* Returns whether the value key is a facility's own grade: "b", "c12", "d判定". */
bool kp_is_grade(const char *value_key);
