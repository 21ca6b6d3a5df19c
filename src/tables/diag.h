/*
 * The catalogue of diagnostics: schemas/messages.csv, pinned numbers, two languages, a remedy each. The enum
 * below is generated from the same file, so code and catalogue cannot part. Layer 5.
 */
#ifndef KP_DIAG_H
#define KP_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "kenporter.h"
#include "kp_codes.h" /* generated: enum kp_code { KP_K_UNKNOWN_COMMAND = 1001, ... } */

struct kp_msg {
    unsigned code;
    enum kp_level level;
    const char *name;
    const char *ground;
    const char *text[2]; /* by enum kp_lang */
    const char *remedy[2];
};

struct kp_catalogue {
    const struct kp_msg *rows; /* ascending by code */
    size_t n_rows;
};

/* Loads the built-in catalogue into the arena. Errors: KP_E_SYSTEM. */
enum kp_status kp_catalogue_load(struct kp_arena *arena, struct kp_catalogue *ret_catalogue);
const struct kp_msg *kp_catalogue_find(const struct kp_catalogue *catalogue, unsigned code);

/*
 * What one stage found. args fill {1} to {3}; value fills {v} and is personal: it is replaced by a mask
 * unless values may be shown. Strings live as long as the record or run they came with.
 */
struct kp_finding {
    struct kp_finding *next;
    enum kp_code code;
    const char *field;  /* may be NULL */
    unsigned column;    /* of the input, from 1; 0: of no single column */
    unsigned long line; /* of a document, from 1; 0: not known, or of a row, whose line stands elsewhere */
    const char *args[3];
    const char *value;
};

/* Findings in the order they were made. Adding fails only for lack of memory, which sticks in the arena. */
struct kp_findings {
    struct kp_arena *arena;
    struct kp_finding *first;
    struct kp_finding *last;
    unsigned column; /* these two go into what is found from now on */
    unsigned long line;
};

/* Adds a finding: kp_findings_add(findings, code, field, value[, arg1[, arg2[, arg3]]]). */
#define kp_findings_add(...) KP_FINDINGS_ADD(__VA_ARGS__, NULL, NULL, NULL, NULL)
#define KP_FINDINGS_ADD(findings, code, field, value, arg1, arg2, arg3, ...)                                 \
    kp_findings_append(findings, code, field, value, (const char *const[3]){arg1, arg2, arg3})
void kp_findings_append(struct kp_findings *findings, enum kp_code code, const char *field, const char *value,
                        const char *const args[3]);

/* Does a finding that refuses a value (K4xxx; of a document K8xxx) speak of that field? Then it is wrong
 * rather than missing. */
bool kp_refused(const struct kp_findings *findings, const char *field);

/* Where diagnostics go: formats them, counts them, calls the environment back. */
struct kp_diag {
    const struct kp_catalogue *catalogue;
    const struct kp_env *env;
    enum kp_lang lang;
    bool strict; /* warnings reject: decided here and nowhere else */
    bool show_values;
    uint64_t n_sent[KP_LEVEL__COUNT];
};

/* The text of a code with "…" for what differs from row to row. NULL when memory is short. */
char *kp_diag_general(const struct kp_msg *msg, enum kp_lang lang, struct kp_arena *arena);

/* Severity of a code, after --strict. */
enum kp_level kp_diag_level(const struct kp_diag *diag, enum kp_code code);
/* The worst severity among the findings; KP_LEVEL_NOTE when there is none. */
enum kp_level kp_diag_worst(const struct kp_diag *diag, const struct kp_findings *findings);

/* The field of a finding and its column, "9N001000000000001 身長 #21", appended to out; nothing when it has
 * none. */
void kp_diag_where(const struct kp_finding *finding, struct kp_buf *out);

/* Text of a finding in the diagnostics' language, appended to out. */
void kp_diag_text(const struct kp_diag *diag, const struct kp_finding *finding, struct kp_buf *out);

/* Tells the environment. file may be NULL, line 0. */
void kp_diag_send(struct kp_diag *diag, const char *file, uint64_t line, const struct kp_finding *finding);

/* The place a diagnostic speaks of. file and field may be NULL, line 0. */
struct kp_where {
    const char *file;
    uint64_t line;
    const char *field;
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
    return (struct kp_where){file, line, field};
}

/*
 * Reports a failure outside records and returns its status: "return kp_fail(diag, status, code, where[,
 * arg1[, arg2[, arg3]]])". kp_warn reports what does not stop the caller.
 */
#define kp_fail(...) KP_FAIL(__VA_ARGS__, NULL, NULL, NULL, NULL)
#define KP_FAIL(diag, status, code, where, arg1, arg2, arg3, ...)                                            \
    kp_diag_report(diag, status, code, where, (const char *const[3]){arg1, arg2, arg3})
#define kp_warn(...) KP_WARN(__VA_ARGS__, NULL, NULL, NULL, NULL)
#define KP_WARN(diag, code, where, arg1, arg2, arg3, ...)                                                    \
    ((void)kp_diag_report(diag, KP_OK, code, where, (const char *const[3]){arg1, arg2, arg3}))
enum kp_status kp_diag_report(struct kp_diag *diag, enum kp_status status, enum kp_code code,
                              struct kp_where where, const char *const args[3]);

#endif
