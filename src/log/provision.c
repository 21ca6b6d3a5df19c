#include "log/provision.h"

#include <stdio.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "log/covered.h"

enum { KEEP_YEARS = 3 };
enum { KINDS, DAYS, EVIDENCE, NAMES }; /* of the texts */

void kp_provisions_release(struct kp_provisions *p)
{
    kp_kept_release(&p->consents);
    kp_kept_release(&p->insurers);
    kp_arena_release(&p->scratch);
    for (size_t i = 0; i < KP_COUNT(p->texts); i++)
        kp_buf_release(&p->texts[i]);
}

bool kp_provision_is_owed(const char *const c[KP_LOG__COUNT])
{
    return kp_log_is_disclosure(c) &&
           (*c[KP_LOG_ITEMS_CONSENT] || (kp_log_is_roster(c) && *c[KP_LOG_CONSENT_IDS]));
}

/* Returns the next word of a list, or NULL at its end and if memory is short (arena->failed). */
static const char *next_word(struct kp_arena *arena, const char **list)
{
    struct kp_word word;
    return kp_next_word(list, " ", &word) ? kp_arena_strndup(arena, word.at, word.n) : NULL;
}

/* Municipal national health insurance and the associations for people of 75 and over: no record is owed for
 * disclosing to them. */
static bool is_local_government(const char *insurer_number)
{
    bool municipal =
        strncmp(insurer_number, "00", 2) == 0 && strlen(insurer_number) == 8 && insurer_number[4] != '3';
    return municipal || strncmp(insurer_number, "39", 2) == 0;
}

static enum kp_status refuse(struct kp_provisions *p, enum kp_code code, struct kp_where where,
                             const char *what, const char *column)
{
    return kp_fail(&p->ctx->diag, KP_E_FAULT, code, where, what, column);
}

/* Reads the registers that the run of the entry used. */
static enum kp_status load(struct kp_provisions *p, const char *const *c, struct kp_where where)
{
    const struct kp_audit_run *run = kp_audit_run_of(p->runs, c);
    bool found = false;
    p->places.today = p->consents_today;
    KP_TRY(
        kp_kept_load(&p->consents, &p->places, run ? run->register_sha256[KP_AUDIT_CONSENTS] : "", &found));
    if (!run || !found)
        return refuse(p, KP_K_PROVISION_REGISTERS_MISSING, where, "consents", NULL);
    p->places.today = p->insurers_today;
    KP_TRY(kp_kept_load(&p->insurers, &p->places, run->register_sha256[KP_AUDIT_INSURERS], &found));
    return found ? KP_OK : refuse(p, KP_K_PROVISION_REGISTERS_MISSING, where, "insurers", NULL);
}

enum kp_status kp_provision_check(struct kp_provisions *p, const char *const c[KP_LOG__COUNT],
                                  struct kp_where where)
{
    static const char *const needed[] = {"name", "address", "representative"};
    const char *id = NULL;
    size_t row = 0;
    kp_arena_reset(&p->scratch);
    KP_TRY(load(p, c, where));
    if (!kp_kept_insurer(&p->insurers, c[KP_LOG_INSURER_NUMBER], &row))
        return refuse(p, KP_K_PROVISION_RECORD_INCOMPLETE, where, c[KP_LOG_INSURER_NUMBER], "insurer_number");
    for (size_t i = 0; i < KP_COUNT(needed); i++)
        if (!*kp_kept_cell(&p->insurers, row, needed[i]))
            return refuse(p, KP_K_PROVISION_RECORD_INCOMPLETE, where, c[KP_LOG_INSURER_NUMBER], needed[i]);
    const char *fault = kp_consents_fault(&p->consents, &p->scratch, c, &id);
    if (fault && *fault)
        return refuse(p, KP_K_PROVISION_RECORD_INCOMPLETE, where, id ? id : "", fault);
    return fault || p->scratch.failed ? kp_no_memory(p->ctx) : KP_OK;
}

static void add_word(struct kp_buf *words, const char *separator, const char *word)
{
    kp_buf_printf(words, "%s%s", words->len ? separator : "", word);
}

static enum kp_status describe(struct kp_provisions *p, const char *const c[KP_LOG__COUNT])
{
    bool failed = false;
    for (size_t i = 0; i < KP_COUNT(p->texts); i++)
        kp_buf_reset(&p->texts[i]);
    for (const char *list = c[KP_LOG_CONSENT_IDS], *id; (id = next_word(&p->scratch, &list));) {
        size_t row = 0;
        char day[11] = "";
        if (!kp_kept_find(&p->consents, id, &row))
            continue; /* kp_provision_check has refused it */
        kp_date_iso(kp_kept_day(&p->consents, &p->scratch, row, "given_on"), day);
        add_word(&p->texts[KINDS], " ", kp_kept_cell(&p->consents, row, "kind"));
        add_word(&p->texts[DAYS], " ", day);
        add_word(&p->texts[EVIDENCE], " / ", kp_kept_cell(&p->consents, row, "evidence"));
    }
    if (kp_log_is_roster(c))
        kp_buf_str(&p->texts[NAMES], kp_audit_rostered(p->ctx));
    kp_audit_item_names(p->ctx, c[KP_LOG_ITEMS_CONSENT], &p->texts[NAMES]);
    for (size_t i = 0; i < KP_COUNT(p->texts); i++)
        failed |= p->texts[i].failed;
    return failed || p->scratch.failed ? kp_no_memory(p->ctx) : KP_OK;
}

enum kp_status kp_provision_print(struct kp_provisions *p, const char *const c[KP_LOG__COUNT],
                                  struct kp_where where, struct kp_audit_output *out)
{
    KP_TRY(kp_provision_check(p, c, where));
    KP_TRY(describe(p, c));
    size_t row = 0;
    struct kp_date on = {0};
    char day[11] = "", until[11] = "";
    (void)kp_kept_insurer(&p->insurers, c[KP_LOG_INSURER_NUMBER], &row);
    (void)snprintf(day, sizeof(day), "%.10s", c[KP_LOG_TIME]);
    if (kp_date_parse_iso(day, &on))
        kp_date_iso(kp_date_add_years(on, KEEP_YEARS), until);
    const char *provision = kp_privacy_provision(&p->ctx->tables, "provision_record", on);
    const char *number = c[KP_LOG_INSURER_NUMBER];
    const char *cells[] = {
        provision ? provision : "", is_local_government(number) ? "no" : "yes", day, c[KP_LOG_CONSENT_IDS],
        kp_buf_text(&p->texts[KINDS]), kp_buf_text(&p->texts[DAYS]), kp_buf_text(&p->texts[EVIDENCE]), number,
        /* the name on that day, if the log has it */
        *c[KP_LOG_RECIPIENT] ? c[KP_LOG_RECIPIENT] : kp_kept_cell(&p->insurers, row, "name"),
        kp_kept_cell(&p->insurers, row, "address"), kp_kept_cell(&p->insurers, row, "representative"),
        c[KP_LOG_EMPLOYEE_ID], c[KP_LOG_INSURED_SYMBOL], c[KP_LOG_INSURED_NUMBER], c[KP_LOG_INSURED_BRANCH],
        c[KP_LOG_NAME_KANA], c[KP_LOG_BIRTH_DATE], c[KP_LOG_EXAM_DATE], c[KP_LOG_ITEMS_CONSENT],
        kp_buf_text(&p->texts[NAMES]), c[KP_LOG_BUNDLE], c[KP_LOG_DOCUMENT], until, c[KP_LOG_SEQ],
        c[KP_LOG_HASH]};
    kp_audit_row(out, cells);
    return KP_OK;
}
