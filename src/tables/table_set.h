/* All tables of one call. The rows are declared by the modules that load them. */
#pragma once

#include <stddef.h>

#include "base/date.h"
#include "base/map.h"
#include "base/sha256.h"
#include "base/text.h"

struct kp_tablefile;

enum { KP_PHRASE_BUCKETS = 256, KP_FOLD_BUCKETS = 256 };

struct kp_tables {
    const struct kp_text *text;     /* the caller's */
    char sha256[KP_SHA256_HEX + 1]; /* hex, over the names and bytes of all tables */
    bool builtin;                   /* every table equals the built-in one */
    const char *changed;            /* names of those that do not, by ", "; NULL: none */
    struct kp_date law_checked_on;  /* day up to which the law was read for them */

    const struct kp_item *items;
    size_t n_items;
    struct kp_map item_by_code;          /* -> index */
    const struct kp_item **items_sorted; /* by code */
    uint64_t *items_begin;               /* of them, the first eight bytes of the code */
    const struct kp_item **items_rson;   /* 対象者 and 実施理由, in order; NULL at the end */
    const struct kp_item **items_needed; /* 特定健診 needs them, or one of their group; NULL at the end */
    const struct kp_item **items_rivals; /* those with has_rivals, in order; NULL at the end */
    size_t n_rivals;
    const struct kp_item **items_text; /* of type ST but names of doctors, in order; NULL at the end */

    const struct kp_code_row *codes;
    size_t n_codes;
    struct kp_map code_row;         /* system, \x1f, code -> index into codes */
    struct kp_map value_code;       /* system, \x1f, value key -> index into codes, then value_codes */
    const char *const *value_codes; /* codes of values.csv */
    /* By kind of system, a code list or not, and first byte: a bit of each length that a spelling in
     * value_code has; 31: more. */
    uint32_t spelled[2][256];

    const struct kp_item_period *periods;
    size_t n_periods;

    const struct kp_phrase *phrases;
    uint32_t phrase_heads[KP_PHRASE_BUCKETS]; /* by first character: index + 1 of a phrase; 0: none */

    const struct kp_sentence *answers;
    size_t n_answers;
    const struct kp_answer_fold *folds;
    uint32_t fold_heads[KP_FOLD_BUCKETS]; /* by first character: index + 1 of a fold; 0: none */

    struct kp_map header_target; /* header key -> target */
    struct kp_map header_hint;   /* the same for ambiguous headers: suggestions for a person */
    const struct kp_meal_pair *pairs;
    size_t n_pairs;
    const struct kp_header_word *header_words;
    size_t n_header_words;

    struct kp_map unit_by_key; /* value key of a spelling -> index into unit_texts */
    const char *const *unit_texts;
    const struct kp_conversion *conversions;
    size_t n_conversions;
    const struct kp_unit_mistake *mistakes;
    size_t n_mistakes;
    const struct kp_mistakes *mistakes_of; /* by item */

    const struct kp_periodic *periodic;
    size_t n_periodic;
    const struct kp_judgement_limit *limits; /* by enum kp_limit */

    struct kp_map register_word; /* column, \x1f, value key of a word -> index into register_ids */
    const char *const *register_ids;

    const struct kp_scheme *schemes;
    size_t n_schemes;
    const struct kp_basis *bases;
    size_t n_bases;
    const struct kp_privacy_ground *grounds;
    size_t n_grounds;

    const struct kp_mention *mentions;
    uint32_t mention_heads[KP_PHRASE_BUCKETS]; /* as phrase_heads */
    const struct kp_kind_word *kind_words;
    size_t n_kind_words;

    const struct kp_return *returns;
    size_t n_returns;

    const struct kp_prefecture *prefectures;
    size_t n_prefectures;
    const struct kp_xsd_digest *xsd_digests;
    size_t n_xsd_digests; /* at most KP_MAX_XSD_FILES */
};
