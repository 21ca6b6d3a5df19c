/*
 * The tables of schemas/: items, code systems, schemes, legal bases, header synonyms, value variants, units.
 * Loaded once, cross-checked while loading, then read-only for all threads. Layer 6.
 */
#ifndef KP_TABLES_H
#define KP_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/file.h"
#include "base/map.h"
#include "base/text.h"
#include "tables/diag.h"
#include "tables/names.h"
#include "kenporter.h"

enum kp_value_type { KP_TYPE_PQ, KP_TYPE_CD, KP_TYPE_CO, KP_TYPE_ST, KP_TYPE__COUNT };

/* law: items of 実施基準2条 / demanded by the standard form / everything else. */
enum kp_scope { KP_SCOPE_DUTY, KP_SCOPE_FORM, KP_SCOPE_OTHER, KP_SCOPE__COUNT };

enum kp_relation { KP_REL_NONE, KP_REL_COMP, KP_REL_RSON };

/* What is done with an item that several columns give. */
enum kp_several {
    KP_SEVERAL_AGREE,    /* they must say the same */
    KP_SEVERAL_JOIN,     /* findings: joined with " / " */
    KP_SEVERAL_POSITIVE, /* two samples of one test: the positive one counts */
    KP_SEVERAL__COUNT
};

struct kp_item {
    const char *code; /* 17 characters */
    const char *name;
    const char *label;       /* code and name, for diagnostics */
    const char *category;    /* what it is about, for a person to read */
    const char *unit;        /* UCUM, "" for none */
    const char *code_system; /* OID, "" for none */
    const char *group_id;    /* "" for none: 一連検査グループ */
    const char *method_code;
    const char *section; /* 01010 or 01990 */
    const char *format;
    enum kp_value_type type;
    enum kp_scope scope;
    enum kp_relation relation;
    enum kp_several several;
    unsigned integer_digits, decimals; /* PQ */
    unsigned max_bytes;                /* ST, in CP932 */
    int depends_on;                    /* index of the item this one explains, or -1 */
    int text_item;                     /* index of the ST item that explains this flag, or -1 */
    int author_item;                   /* index of the item that names the doctor, or -1 */
    bool is_author;                    /* named by another item's author_item */
    char tokutei_need; /* in 特定健診: '1' required, '2' 詳細, '5' to '7' if present, a letter: one of its
                          group, '0' none */
    char osh_need;     /* the same in 事業者健診 */
    bool has_rivals;   /* an item of the same test or group of alternatives exists */
    bool has_range;
    struct kp_decimal min, max; /* 入力最小値, 入力最大値 */
};

struct kp_code_row {
    const char *system;
    const char *code;
    const char *display;
};

/* target value = source value * factor + offset, exactly. */
struct kp_conversion {
    const char *from, *to;
    const char *analyte; /* the first five characters of the item codes it holds for; "" for all */
    struct kp_decimal factor, offset;
};

/* A part of the periodic check (安衛則44条), and at which ages the doctor may leave it out. */
struct kp_periodic {
    const char *name;
    const char *items;      /* beginnings of codes, separated by spaces: one of them is enough */
    int omit_below;         /* below that age; 0: never */
    const char *but_not_at; /* ages below it at which not, separated by spaces */
};

/* Numbers from .. to of an item, with no unit said, were most likely measured in that unit. */
struct kp_unit_mistake {
    const char *analyte; /* what the item codes begin with */
    const char *unit;
    struct kp_decimal from, to;
};

/* What メタボリックシンドローム判定 and 保健指導レベル go by; the names stand in
 * schemas/judgement_limits.csv. */
enum kp_limit {
    KP_LIMIT_VISCERAL_FAT,
    KP_LIMIT_WAIST_MALE,
    KP_LIMIT_WAIST_FEMALE,
    KP_LIMIT_BMI,
    KP_LIMIT_SYSTOLIC,
    KP_LIMIT_DIASTOLIC,
    KP_LIMIT_TG,
    KP_LIMIT_CASUAL_TG,
    KP_LIMIT_HDL,
    KP_LIMIT_METABOLIC_GLUCOSE,
    KP_LIMIT_METABOLIC_HBA1C,
    KP_LIMIT_GUIDANCE_GLUCOSE,
    KP_LIMIT_GUIDANCE_HBA1C,
    KP_LIMIT_GUIDANCE_CASUAL_GLUCOSE,
    KP_LIMIT__COUNT
};

struct kp_judgement_limit {
    const char *items; /* what the item codes begin with */
    bool below;        /* numbers below the limit count, not those at or above it */
    struct kp_decimal limit;
};

/* One column, two items: the first when blood was drawn fasting, the second when after a meal. */
struct kp_meal_pair {
    unsigned fasting, casual; /* item indexes */
};

/* One of the ministry's schema files, by its place in the folder XSD. */
struct kp_xsd_digest {
    const char *name;
    const char *sha256; /* hex, over the bytes that are no white space: copies in use differ in it */
};

struct kp_prefecture {
    const char *code; /* JIS X 0401, two digits */
    const char *name;
};

enum { KP_MAX_XSD_FILES = 32 };

enum kp_route { KP_ROUTE_ELDERLY, KP_ROUTE_HEALTH, KP_ROUTE_CONSENT, KP_ROUTE__COUNT };

enum kp_band { KP_BAND_UNDER40, KP_BAND_40TO74, KP_BAND_75PLUS, KP_BAND__COUNT };

struct kp_basis {
    const char *id;
    enum kp_route route;
    const char *scheme; /* "*" for all */
    unsigned bands;     /* bit 1 << enum kp_band */
    const char *law;
    const char *request_provision, *duty_provision, *regulation;
    struct kp_date from, to; /* to unset: open */
    bool allows_requested_items;
};

/* A provision of the Act on the protection of personal information, by its days. */
struct kp_privacy_ground {
    const char *ground;
    const char *provision;
    struct kp_date from, to;
};

struct kp_scheme {
    const char *prefix; /* two digits */
    const char *scheme;
    const char *choices; /* schemes the insurer register may choose from, space-separated; "" for none */
    const char *name[2];
};

/* Schemes with a rule of their own. */
#define KP_SCHEME_AMBIGUOUS "ambiguous"
#define KP_SCHEME_UNSETTLED "unsettled"
#define KP_SCHEME_KOKI "koki"
#define KP_SCHEME_KOKUHO "kokuho"

struct kp_tables {
    const struct kp_text *text;
    const struct kp_item *items;
    size_t n_items;
    const struct kp_code_row *codes;
    size_t n_codes;
    const struct kp_basis *bases;
    size_t n_bases;
    const struct kp_privacy_ground *grounds;
    size_t n_grounds;
    const struct kp_scheme *schemes;
    size_t n_schemes;
    struct kp_map item_by_code;
    struct kp_map header_target; /* header key -> target */
    struct kp_map header_hint;   /* the same for ambiguous headers: suggestions for a person */
    const struct kp_meal_pair *pairs;
    size_t n_pairs;
    const struct kp_conversion *conversions;
    size_t n_conversions;
    const struct kp_periodic *periodic;
    size_t n_periodic;
    struct kp_judgement_limit limits[KP_LIMIT__COUNT];
    const struct kp_unit_mistake *mistakes;
    size_t n_mistakes;
    const char *const *traps; /* header keys of words that forbid a suggestion */
    size_t n_traps;
    const struct kp_prefecture *prefectures;
    size_t n_prefectures;
    const struct kp_xsd_digest *xsd_digests;
    size_t n_xsd_digests;     /* at most KP_MAX_XSD_FILES */
    struct kp_map value_code; /* system, unit separator, value key -> index into code_texts */
    const char *const *code_texts;
    struct kp_map unit_by_key; /* value key of a spelling -> index into unit_texts */
    const char *const *unit_texts;
    char sha256[KP_SHA256_HEX + 1];
};

/* What a header means: a field (0 .. KP_F__COUNT-1), KP_TARGET_ITEM + item index, or KP_TARGET_PAIR + index
 * of a pair. */
enum { KP_TARGET_ITEM = 1000, KP_TARGET_PAIR = 100000 };

/* The fields of a record; the names are those of mapping files and diagnostics. */
enum kp_field {
    KP_F_EMPLOYEE_ID,
    KP_F_INSURER_NUMBER,
    KP_F_INSURED_SYMBOL,
    KP_F_INSURED_NUMBER,
    KP_F_INSURED_BRANCH,
    KP_F_QUALIFICATION,
    KP_F_MEMBER_FROM,
    KP_F_MEMBER_TO,
    KP_F_NAME_KANA,
    KP_F_NAME,
    KP_F_SEX,
    KP_F_BIRTH_DATE,
    KP_F_POSTAL_CODE,
    KP_F_ADDRESS,
    KP_F_EXAM_DATE,
    KP_F_FACILITY_NUMBER,
    KP_F_FACILITY_NAME,
    KP_F_FACILITY_POSTAL_CODE,
    KP_F_FACILITY_ADDRESS,
    KP_F_FACILITY_PHONE,
    KP_F_TICKET_NUMBER,
    KP_F_TICKET_EXPIRES,
    KP_F_REPORT_CATEGORY,
    KP_F_PROGRAMME,
    KP_F_FASTING, /* "fasting" or "casual": decides between the items of a pair, goes nowhere else */
    KP_F__COUNT
};

const char *kp_field_name(enum kp_field field);
bool kp_field_find(const char *name, enum kp_field *ret_field);

/* What a target of headers.csv means: a field, an item code, or "CODE/CODE" for a pair. The two items of a
 * pair are numbers of one kind and unit. */
bool kp_target_find(const struct kp_tables *tables, const char *name, uint32_t *ret_target);
bool kp_pair_find(const struct kp_tables *tables, const char *name, struct kp_meal_pair *ret_pair);

/*
 * Loads all tables from folder, or the built-in ones when it is NULL. Everything lives in the arena; text
 * must outlive the tables. A wrong table is reported with file, line and reason: KP_E_USAGE.
 */
enum kp_status kp_tables_load(struct kp_arena *arena, const struct kp_io *io, const struct kp_text *text,
                              const char *folder, struct kp_diag *diag, struct kp_tables *ret_tables);

/* NULL when there is none. */
const struct kp_item *kp_item_find(const struct kp_tables *tables, const char *code);
/* The scheme row of an 8-digit insurer number, or NULL. */
const struct kp_scheme *kp_scheme_of(const struct kp_tables *tables, const char *insurer_number);
/* The code a value key stands for in a code system (or pseudo system such as "sex"), or NULL. */
const char *kp_code_of(const struct kp_tables *tables, const char *system, const char *value_key);
/* The accepted spelling, as a value key, that is nearest to one that the system does not know; NULL when
 * memory is short. */
const char *kp_nearest_value(const struct kp_tables *tables, struct kp_arena *arena, const char *system,
                             const char *value_key);
/* The code's display text, or NULL when the system does not have the code. */
const char *kp_code_display(const struct kp_tables *tables, const char *system, const char *code);
/* The unit a spelling stands for (UCUM), be it an item's or one that can be converted; NULL for none. */
const char *kp_unit_of(const struct kp_tables *tables, const char *value_key);
/* How values of that unit become the item's; NULL when there is no standard conversion. */
const struct kp_conversion *kp_conversion_of(const struct kp_tables *tables, const struct kp_item *item,
                                             const char *unit);
/* The unit that such a number of the item was most likely measured in, where that is not the item's; NULL for
 * none. */
const char *kp_likely_unit(const struct kp_tables *tables, const struct kp_item *item,
                           struct kp_decimal number);
/* Does the header key hold a word that makes it something else than a result: a judgement, last year's value?
 */
bool kp_is_header_trap(const struct kp_tables *tables, const char *header_key);
/* The mark that a number of the item must have, for it lies at or beyond an end of the input range: 'L', 'H';
 * 0 within. */
char kp_limit_mark(const struct kp_item *item, struct kp_decimal number);
/* The prefecture an address begins with, or NULL. */
const struct kp_prefecture *kp_prefecture_of(const struct kp_tables *tables, const char *address);
/* The provision for a ground ("required_by_law", "provision_record") on that day, or NULL. */
const char *kp_privacy_provision(const struct kp_tables *tables, const char *ground, struct kp_date day);

extern const char *const kp_route_names[]; /* elderly_act, health_act, consent */
extern const char *const kp_band_names[];  /* under40, 40to74, 75plus */
extern const char *const kp_scope_names[];
extern const char *const kp_type_names[];

#endif
