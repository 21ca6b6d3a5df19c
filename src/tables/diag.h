/* Diagnostics: the catalogue (schemas/messages.csv), findings about a record, and sending. enum kp_code is
 * generated from the catalogue. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "tables/terms.h"
#include "kenporter.h"
#include "kp_codes.h" /* enum kp_code { KP_K_UNKNOWN_COMMAND = 1001, ... } */

struct kp_msg {
    unsigned code;
    enum kp_level level;
    const char *name;
    const char *ground;  /* article or clause, may be "" */
    const char *text[2]; /* by enum kp_lang */
    const char *remedy[2];
};

struct kp_catalogue {
    const struct kp_msg *rows; /* ascending by code */
    size_t n_rows;
    const uint16_t *places; /* by code, up to the last: index + 1 of the row; 0: none */
    struct kp_terms terms;
};

/* Loads the built-in catalogue into the arena. Returns KP_E_SYSTEM, which it cannot report. */
enum kp_status kp_catalogue_load(struct kp_arena *arena, struct kp_catalogue *ret_catalogue);
/* Returns the row of a code, or NULL. */
const struct kp_msg *kp_catalogue_find(const struct kp_catalogue *catalogue, unsigned code);

/* A diagnostic about a record. The strings live as long as the record or run that they came with. */
struct kp_finding {
    struct kp_finding *next;
    enum kp_code code;
    const char *field;   /* may be NULL */
    unsigned column;     /* of the input, from 1; 0: none or several */
    const char *header;  /* of the column; NULL: none */
    uint64_t row;        /* of a spreadsheet; 0: unknown, or of two files */
    const char *mapping; /* {m}: how the column's line in a mapping file begins; NULL: no column */
    unsigned long line;  /* of a document, from 1; 0: unknown, or about a row of an export */
    const char *args[3]; /* {1} to {3} */
    const char *value;   /* {v}; personal, masked unless values may be shown */
};

/* Findings in the order in which they were added. A failure to add sticks in the arena. */
struct kp_findings {
    struct kp_arena *arena;
    struct kp_finding *first;
    struct kp_finding *last;
    unsigned column; /* this and what follows is copied into every finding added */
    const char *header, *mapping;
    unsigned long line;
    uint64_t row;
};

/* Adds a finding: kp_findings_add(findings, code, field, value[, arg1[, arg2[, arg3]]]). */
#define kp_findings_add(...) KP_FINDINGS_ADD(__VA_ARGS__, NULL, NULL, NULL, NULL)
#define KP_FINDINGS_ADD(findings, code, field, value, arg1, arg2, arg3, ...)                                 \
    kp_findings_append(findings, code, field, value, (const char *const[3]){arg1, arg2, arg3})
void kp_findings_append(struct kp_findings *findings, enum kp_code code, const char *field, const char *value,
                        const char *const args[3]);

/* Returns whether a finding refuses a value: K4000 and above. */
static inline bool kp_is_refusal(const struct kp_finding *finding)
{
    return finding->code >= 4000;
}

/* Returns whether a finding (K4000 and above) refuses the value of a field: it is wrong, not missing. */
bool kp_refused(const struct kp_findings *findings, const char *field);

/* Formats diagnostics, counts them by level and passes them to the environment. */
struct kp_diag {
    const struct kp_catalogue *catalogue;
    const struct kp_env *env;
    enum kp_lang lang;
    bool strict; /* warnings about a record reject it */
    bool show_values;
    uint64_t n_sent[KP_LEVEL__COUNT]; /* with those below the environment's least_level */
};

/* Returns a text of the catalogue with "…" for arguments and value; NULL when memory is short. */
char *kp_diag_general(const char *text, struct kp_arena *arena);
/* Appends a text or remedy of a code, and for its arguments and value the words of placeholders.csv. */
void kp_diag_explain(const struct kp_diag *diag, const struct kp_msg *msg, const char *template,
                     struct kp_buf *out);
/* Returns the word of terms.csv in the language of the diagnostics, or the id if there is none. */
const char *kp_term(const struct kp_diag *diag, const char *kind, const char *id);

/* Returns the level of a code, after strict. */
enum kp_level kp_diag_level(const struct kp_diag *diag, enum kp_code code);
/* Returns the gravest level among the findings; KP_LEVEL_NOTE if there are none. */
enum kp_level kp_diag_worst(const struct kp_diag *diag, const struct kp_findings *findings);

/* Appends the field and column of a finding, as far as known ("sex column U"); with_header: the cell, if its
 * row is known, and the column's header unless it is the field's name ("sex cell U5 'm/f'"). */
void kp_diag_where(const struct kp_diag *diag, const struct kp_finding *finding, bool with_header,
                   struct kp_buf *out);
/* Appends the text of a finding in the language of the diagnostics, after the header of its column, if any.
 */
void kp_diag_text(const struct kp_diag *diag, const struct kp_finding *finding, struct kp_buf *out);
/* Appends its remedy likewise. */
void kp_diag_remedy(const struct kp_diag *diag, const struct kp_finding *finding, struct kp_buf *out);
/* Returns whether the environment wants messages of the level. Others are only counted. */
static inline bool kp_diag_shows(const struct kp_diag *diag, enum kp_level level)
{
    return level >= diag->env->least_level;
}
/* Sends a finding to the environment. file may be NULL, line 0. */
void kp_diag_send(struct kp_diag *diag, const char *file, uint64_t line, const struct kp_finding *finding);

/* The same at another level than the code's. */
void kp_diag_send_as(struct kp_diag *diag, enum kp_level level, const char *file, uint64_t line,
                     const struct kp_finding *finding);

/* The place of a diagnostic. file and field may be NULL, line and column 0. */
struct kp_where {
    const char *file;
    uint64_t line;
    const char *field;
    unsigned column; /* of the input, from 1; 0: none */
};

#define KP_NOWHERE ((struct kp_where){0})

static inline struct kp_where kp_in(const char *file)
{
    return (struct kp_where){.file = file};
}

static inline struct kp_where kp_at(const char *file, uint64_t line)
{
    return (struct kp_where){.file = file, .line = line};
}

static inline struct kp_where kp_field_at(const char *file, uint64_t line, const char *field)
{
    return (struct kp_where){.file = file, .line = line, .field = field};
}

static inline struct kp_where kp_column_at(const char *file, uint64_t line, unsigned column)
{
    return (struct kp_where){.file = file, .line = line, .column = column};
}

/* Reports a failure outside records and returns its status: "return kp_fail(diag, status, code, where[,
 * arg1[, arg2[, arg3]]])". kp_warn reports what does not stop the caller. */
#define kp_fail(...) KP_FAIL(__VA_ARGS__, NULL, NULL, NULL, NULL)
#define KP_FAIL(diag, status, code, where, arg1, arg2, arg3, ...)                                            \
    kp_diag_report(diag, status, code, where, (const char *const[3]){arg1, arg2, arg3})
#define kp_warn(...) KP_WARN(__VA_ARGS__, NULL, NULL, NULL, NULL)
#define KP_WARN(diag, code, where, arg1, arg2, arg3, ...)                                                    \
    ((void)kp_diag_report(diag, KP_OK, code, where, (const char *const[3]){arg1, arg2, arg3}))
enum kp_status kp_diag_report(struct kp_diag *diag, enum kp_status status, enum kp_code code,
                              struct kp_where where, const char *const args[3]);

/* Reports that a file could not be read, under that code with the given argument (if any) and errno's text,
 * or that memory ran out if st is KP_E_SYSTEM. Returns KP_E_SYSTEM or, for the file, status. */
enum kp_status kp_unreadable(struct kp_diag *diag, enum kp_status st, enum kp_status status,
                             enum kp_code code, const char *path, const char *arg);
