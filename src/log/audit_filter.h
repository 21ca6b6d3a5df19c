/* Which entries an audit is about. */
#pragma once

#include "log/audit_runs.h"
#include "log/log.h"

struct kp_audit_filter {
    struct kp_context *ctx;
    struct kp_audit_options wanted; /* normalised for comparison */
    const struct kp_audit_runs *runs;
    struct kp_arena scratch; /* of an entry; the owner may use it as well, and looks at its failed */
};

/* Refuses options that do not go together, and normalises the rest; tables are loaded if an item is wanted.
 * Reports KP_E_USAGE and KP_E_SYSTEM. */
enum kp_status kp_audit_filter_begin(struct kp_audit_filter *filter, const struct kp_audit_options *options);

/* Returns whether the options name any filter. */
bool kp_audit_filters(const struct kp_audit_options *options);
/* Returns whether one of the options that select disclosures by what else is known is set. */
bool kp_audit_questions(const struct kp_audit_options *options);
/* Returns whether a filter names a person. */
bool kp_audit_names_person(const struct kp_audit_options *options);

/* Returns whether an entry passes the filters, questions apart. Also false, with scratch failed, if memory is
 * short. Resets scratch. */
bool kp_audit_selects(struct kp_audit_filter *filter, const char *const *cells);

/* The lists of items of an entry, by ground. */
enum { KP_AUDIT_GROUNDS = 4 };
extern const enum kp_log_column kp_audit_told[KP_AUDIT_GROUNDS]; /* duty, form, consent, requested */

/* Returns a text that is the same for one person: name, birth date and sex. NULL when memory is short. */
char *kp_audit_person(struct kp_arena *arena, const char *const *cells);
