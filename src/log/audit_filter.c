#include "log/audit_filter.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "log/detail.h"
#include "log/log_key.h"

const enum kp_log_column kp_audit_told[KP_AUDIT_GROUNDS] = {KP_LOG_ITEMS_DUTY, KP_LOG_ITEMS_FORM,
                                                            KP_LOG_ITEMS_CONSENT, KP_LOG_ITEMS_REQUESTED};

/* --- options that do not go together --- */

bool kp_audit_names_person(const struct kp_audit_options *o)
{
    return o->employee || o->number || o->name || o->birth;
}

bool kp_audit_questions(const struct kp_audit_options *o)
{
    return o->withdrawn || o->conflicts || o->within_request || o->expired || o->unanswered || o->errors;
}

bool kp_audit_filters(const struct kp_audit_options *o)
{
    return kp_audit_names_person(o) || kp_audit_questions(o) || o->insurer || o->basis || o->request ||
           o->bundle || o->item || o->consent || o->band || o->operated_by || o->from || o->to ||
           o->exam_from || o->exam_to || o->event != KP_AUDIT_ANY || o->tables != KP_AUDIT_TABLES_ANY ||
           o->backdated;
}

static enum kp_status refuse(struct kp_context *ctx, const char *option, const char *other)
{
    return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_OPTIONS_APART, KP_NOWHERE, option, other);
}

/* Returns the names of the first two of n flags that are set, NULL where there is none. */
struct flag {
    bool set;
    const char *name;
};

static void first_two(const struct flag *flags, size_t n, const char *ret_names[2])
{
    ret_names[0] = ret_names[1] = NULL;
    for (size_t i = 0; i < n && !ret_names[1]; i++)
        if (flags[i].set)
            ret_names[ret_names[0] != NULL] = flags[i].name;
}

/* Counts of few people differ by one person if a filter can be moved by one day or name. */
static enum kp_status check_statistics(struct kp_context *ctx, const struct kp_audit_options *o)
{
    struct kp_audit_options rest = *o;
    rest.insurer = NULL;
    return kp_audit_filters(&rest) ? kp_fail(&ctx->diag, KP_E_USAGE, KP_K_STATISTICS_FILTERED, KP_NOWHERE)
                                   : KP_OK;
}

static enum kp_status check_together(struct kp_context *ctx, const struct kp_audit_options *o)
{
    const struct flag forms[] = {{o->provision_records, "--provision-records"},
                                 {o->sheet, "--sheet"},
                                 {o->statistics, "--statistics"},
                                 {o->handovers, "--handovers"},
                                 {o->pending, "--pending"}};
    const struct flag questions[] = {{o->withdrawn, "--withdrawn"},
                                     {o->conflicts, "--conflicts"},
                                     {o->within_request, "--within-request"},
                                     {o->unanswered, "--unanswered"},
                                     {o->errors, "--errors"},
                                     {o->expired, "--expired"}};
    const char *form[2], *question[2];
    first_two(forms, KP_COUNT(forms), form);
    first_two(questions, KP_COUNT(questions), question);
    if (form[1])
        return refuse(ctx, form[0], form[1]);
    if (question[1])
        return refuse(ctx, question[0], question[1]);
    if (form[0] && question[0])
        return refuse(ctx, form[0], question[0]);
    bool of_disclosures = (question[0] && !o->expired) || o->sheet || o->provision_records;
    if (of_disclosures && (o->event > KP_AUDIT_CORRECT))
        return refuse(ctx, form[0] ? form[0] : question[0], "--event");
    if (o->withdrawn && !o->registers.consents)
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_WITHDRAWN_WITHOUT_REGISTER, KP_NOWHERE);
    if (o->sheet && !o->employee && !(o->name && o->birth) && !(o->number && o->insurer))
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_SHEET_NAMES_NOBODY, KP_NOWHERE);
    return o->statistics ? check_statistics(ctx, o) : KP_OK;
}

/* --- normalising --- */

/* Drops folder and .zip or .csv. */
static const char *bundle_root(struct kp_arena *arena, const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *from = slash ? slash + 1 : name;
    size_t n = strlen(from);
    bool has_type = n > 4 && (strcmp(from + n - 4, ".zip") == 0 || strcmp(from + n - 4, ".csv") == 0);
    return kp_arena_strndup(arena, from, has_type ? n - 4 : n);
}

static enum kp_status normalise_head(struct kp_context *ctx, const char **head)
{
    char *text = kp_arena_strdup(&ctx->arena, *head);
    if (!text)
        return kp_no_memory(ctx);
    for (char *at = text; *at; at++)
        *at = (char)(*at >= 'A' && *at <= 'F' ? *at - 'A' + 'a' : *at);
    if (!kp_is_hex(text, KP_SHA256_HEX))
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_OPTION_VALUE_BAD, KP_NOWHERE, *head, "--head",
                       "64 hexadecimal digits");
    *head = text;
    return KP_OK;
}

/* Dates of the log have eight digits. personal: the value is not repeated in the message. */
static enum kp_status normalise_day(struct kp_context *ctx, const char **day, const char *option,
                                    bool personal)
{
    struct kp_date date;
    char compact[9];
    const char *text = *day ? kp_text_nfkc(&ctx->arena, *day) : NULL;
    if (!*day)
        return KP_OK;
    if (text && kp_date_parse(text, &date, NULL) != KP_DATE_OK)
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_OPTION_VALUE_BAD, KP_NOWHERE, personal ? "…" : *day,
                       option, "a date as YYYY-MM-DD");
    if (text)
        kp_date_compact(date, compact);
    *day = text ? kp_arena_strdup(&ctx->arena, compact) : NULL;
    return *day ? KP_OK : kp_no_memory(ctx);
}

/* Finds an item by its code or by its name, the same in any width. */
static enum kp_status normalise_item(struct kp_context *ctx, const char **item)
{
    char *key = kp_text_value_key(&ctx->arena, *item);
    KP_TRY(kp_context_load_tables(ctx));
    for (size_t i = 0; key && i < ctx->tables.n_items; i++) {
        const struct kp_item *candidate = &ctx->tables.items[i];
        const char *name = kp_text_value_key(&ctx->arena, candidate->name);
        if (strcmp(candidate->code, *item) == 0 || (name && strcmp(name, key) == 0)) {
            *item = candidate->code;
            return KP_OK;
        }
    }
    if (ctx->arena.failed)
        return kp_no_memory(ctx);
    return kp_is_code(*item, KP_ITEM_CODE_LENGTH) /* of other tables */
               ? KP_OK
               : kp_fail(&ctx->diag, KP_E_USAGE, KP_K_NO_ITEM_OF_NAME, KP_NOWHERE, *item);
}

enum kp_status kp_audit_filter_begin(struct kp_audit_filter *filter, const struct kp_audit_options *options)
{
    struct kp_context *ctx = filter->ctx;
    struct kp_audit_options *w = &filter->wanted;
    struct kp_arena *arena = &ctx->arena;
    *w = *options;
    KP_TRY(check_together(ctx, options));
    if (w->employee)
        w->employee = kp_text_value_key(arena, w->employee);
    if (w->bundle)
        w->bundle = bundle_root(arena, w->bundle);
    if (w->name) {
        w->name = kp_text_kana_name(arena, w->name);
        w->name = w->name ? kp_person_text(arena, w->name, "", "") : NULL;
    }
    if (arena->failed)
        return kp_no_memory(ctx);
    KP_TRY(normalise_day(ctx, &w->birth, "--birth", true));
    KP_TRY(normalise_day(ctx, &w->exam_from, "--exam-from", false));
    KP_TRY(normalise_day(ctx, &w->exam_to, "--exam-to", false));
    if (w->item)
        KP_TRY(normalise_item(ctx, &w->item));
    return w->head ? normalise_head(ctx, &w->head) : KP_OK;
}

/* --- comparing --- */

/* Compares with widths folded on both sides. */
static bool same_folded(struct kp_arena *scratch, const char *wanted, const char *cell)
{
    if (!wanted || strcmp(wanted, cell) == 0)
        return true;
    const char *key = *cell ? kp_text_value_key(scratch, cell) : "";
    return key && strcmp(wanted, key) == 0;
}

static bool same(const char *wanted, const char *cell)
{
    return !wanted || strcmp(wanted, cell) == 0;
}

/* Compares days of eight digits; a cell without a day fits no limit. */
static bool in_days(const char *from, const char *to, const char *day)
{
    return (!from || strcmp(day, from) >= 0) && (!to || (*day && strcmp(day, to) <= 0));
}

static bool is_person(struct kp_audit_filter *filter, const char *const *c)
{
    const struct kp_audit_options *w = &filter->wanted;
    struct kp_arena *scratch = &filter->scratch;
    if (w->name) {
        const char *name = kp_person_text(scratch, c[KP_LOG_NAME_KANA], "", "");
        if (!name || strcmp(name, w->name) != 0)
            return false;
    }
    return same(w->birth, c[KP_LOG_BIRTH_DATE]) && same_folded(scratch, w->employee, c[KP_LOG_EMPLOYEE_ID]) &&
           (!w->number ||
            (*c[KP_LOG_INSURED_NUMBER] && kp_same_number(scratch, w->number, c[KP_LOG_INSURED_NUMBER])));
}

static bool has_item(const char *const *c, const char *code)
{
    for (size_t i = 0; i < KP_AUDIT_GROUNDS; i++)
        if (kp_list_has(c[kp_audit_told[i]], code))
            return true;
    return false;
}

/* Entries that no run wrote name their operator themselves. */
static bool is_operated_by(struct kp_audit_filter *filter, const char *const *c,
                           const struct kp_audit_run *run)
{
    const char *user = run ? run->user : "", *host = run ? run->host : "";
    const char *wanted = filter->wanted.operated_by;
    size_t n = strlen(user);
    if (!run) {
        (void)kp_detail_get(&filter->scratch, c[KP_LOG_DETAIL], "user", &user);
        (void)kp_detail_get(&filter->scratch, c[KP_LOG_DETAIL], "host", &host);
        n = strlen(user);
    }
    return n > 0 && strncmp(wanted, user, n) == 0 &&
           (!wanted[n] || (wanted[n] == '@' && strcmp(wanted + n + 1, host) == 0));
}

static bool is_of_run(struct kp_audit_filter *filter, const char *const *c)
{
    const struct kp_audit_options *w = &filter->wanted;
    const struct kp_audit_run *run = kp_audit_run_of(filter->runs, c);
    bool by_run = kp_log_event(c) == KP_AUDIT_RUN || kp_log_is_disclosure(c);
    if (w->tables != KP_AUDIT_TABLES_ANY &&
        (!run || run->other_tables != (w->tables == KP_AUDIT_TABLES_OTHER)))
        return false;
    if (w->backdated && (!by_run || !run || !*run->backdate))
        return false;
    return !w->operated_by || is_operated_by(filter, c, run);
}

bool kp_audit_selects(struct kp_audit_filter *filter, const char *const *c)
{
    const struct kp_audit_options *w = &filter->wanted;
    const char *time = c[KP_LOG_TIME], *bundle = c[KP_LOG_BUNDLE];
    size_t root = w->bundle ? strlen(w->bundle) : 0;
    kp_arena_reset(&filter->scratch);
    if (w->event != KP_AUDIT_ANY && w->event != kp_log_event(c))
        return false;
    if (!same(w->basis, c[KP_LOG_BASIS_ID]) ||
        !same(w->band ? kp_band_names[w->band - 1] : NULL, c[KP_LOG_AGE_BAND]) ||
        (w->request && !kp_list_has(c[KP_LOG_REQUEST_ID], w->request)) ||
        (w->consent && !kp_list_has(c[KP_LOG_CONSENT_IDS], w->consent)) || (w->item && !has_item(c, w->item)))
        return false;
    if (w->bundle && (strncmp(w->bundle, bundle, root) != 0 ||
                      (strcmp(bundle + root, ".zip") != 0 && strcmp(bundle + root, ".csv") != 0)))
        return false;
    if ((w->from && strncmp(time, w->from, 10) < 0) || (w->to && strncmp(time, w->to, 10) > 0) ||
        !in_days(w->exam_from, w->exam_to, c[KP_LOG_EXAM_DATE]))
        return false;
    if (w->insurer && !kp_same_number(&filter->scratch, w->insurer, c[KP_LOG_INSURER_NUMBER]))
        return false; /* a spreadsheet drops the zero before it */
    return is_person(filter, c) && is_of_run(filter, c);
}

char *kp_audit_person(struct kp_arena *arena, const char *const *c)
{
    char *text = kp_person_text(arena, c[KP_LOG_NAME_KANA], c[KP_LOG_BIRTH_DATE], "");
    return text ? kp_arena_printf(arena, "%s\x1f%s", text, c[KP_LOG_SEX]) : NULL;
}
