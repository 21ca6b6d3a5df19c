#include "log/provision.h"

#include <stdio.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"

enum { KEEP_YEARS = 3 };
enum { KINDS, DAYS, EVIDENCE, NAMES }; /* of the texts */

enum kp_status kp_provisions_load(struct kp_provisions *p, struct kp_context *ctx,
                                  const struct kp_register_files *files)
{
    *p = (struct kp_provisions){.ctx = ctx, .files = files};
    if (!files->insurers || !files->consents)
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_PROVISION_REGISTERS_MISSING, KP_NOWHERE,
                       files->insurers ? "--consents" : "--insurers");
    KP_TRY(kp_context_load_tables(ctx));
    KP_TRY(kp_registers_load(ctx, files, "", &p->registers));
    for (size_t i = 0; i < p->registers.consents.n; i++)
        if (kp_map_put(&p->consent_by_id, &ctx->arena, p->registers.consents.list[i].id, (uint32_t)i) ==
            KP_MAP_NO_MEMORY)
            return kp_no_memory(ctx);
    return KP_OK;
}

void kp_provisions_release(struct kp_provisions *p)
{
    kp_arena_release(&p->scratch);
    for (size_t i = 0; i < KP_COUNT(p->texts); i++)
        kp_buf_release(&p->texts[i]);
}

bool kp_provision_is_owed(const char *const c[KP_LOG__COUNT])
{
    return kp_log_is_disclosure(c) && *c[KP_LOG_ITEMS_CONSENT] != '\0';
}

/* Returns the next word of a list, or NULL at its end and if memory is short (arena->failed). */
static const char *next_word(struct kp_arena *arena, const char **list)
{
    struct kp_word word;
    return kp_next_word(list, " ", &word) ? kp_arena_strndup(arena, word.at, word.n) : NULL;
}

static const struct kp_consent *consent_of(const struct kp_provisions *p, const char *id)
{
    uint32_t index = 0;
    return kp_map_get(&p->consent_by_id, id, &index) ? &p->registers.consents.list[index] : NULL;
}

static enum kp_status incomplete(struct kp_provisions *p, const char *file, const char *what)
{
    return kp_fail(&p->ctx->diag, KP_E_USAGE, KP_K_PROVISION_RECORD_INCOMPLETE, kp_in(file), what);
}

enum kp_status kp_provision_check(struct kp_provisions *p, const char *const c[KP_LOG__COUNT])
{
    const struct kp_insurer *n = kp_insurer_of(&p->registers, c[KP_LOG_INSURER_NUMBER]);
    kp_arena_reset(&p->scratch);
    if (!n || !*n->name || !*n->address || !*n->representative)
        return incomplete(p, p->files->insurers, c[KP_LOG_INSURER_NUMBER]);
    for (const char *list = c[KP_LOG_CONSENT_IDS], *id; (id = next_word(&p->scratch, &list));)
        if (!consent_of(p, id))
            return incomplete(p, p->files->consents, id);
    return p->scratch.failed ? kp_no_memory(p->ctx) : KP_OK;
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
        const struct kp_consent *consent = consent_of(p, id);
        char day[11];
        kp_date_iso(consent->given, day);
        add_word(&p->texts[KINDS], " ", kp_consent_kind_names[consent->kind]);
        add_word(&p->texts[DAYS], " ", day);
        add_word(&p->texts[EVIDENCE], " / ", consent->evidence);
    }
    for (const char *list = c[KP_LOG_ITEMS_CONSENT], *code; (code = next_word(&p->scratch, &list));) {
        const struct kp_item *item = kp_item_find(&p->ctx->tables, code);
        add_word(&p->texts[NAMES], "、", item ? item->name : code);
    }
    for (size_t i = 0; i < KP_COUNT(p->texts); i++)
        failed |= p->texts[i].failed;
    return failed || p->scratch.failed ? kp_no_memory(p->ctx) : KP_OK;
}

/* Municipal national health insurance and the associations for people of 75 and over: no record is owed for
 * disclosing to them. */
static bool is_local_government(const char *insurer_number)
{
    bool municipal =
        strncmp(insurer_number, "00", 2) == 0 && strlen(insurer_number) == 8 && insurer_number[4] != '3';
    return municipal || strncmp(insurer_number, "39", 2) == 0;
}

enum kp_status kp_provision_print(struct kp_provisions *p, const char *const c[KP_LOG__COUNT],
                                  struct kp_audit_output *out)
{
    KP_TRY(kp_provision_check(p, c));
    KP_TRY(describe(p, c));
    const struct kp_insurer *n = kp_insurer_of(&p->registers, c[KP_LOG_INSURER_NUMBER]);
    struct kp_date on = {0};
    char day[11] = "", until[11] = "";
    (void)snprintf(day, sizeof(day), "%.10s", c[KP_LOG_TIME]);
    if (kp_date_parse_iso(day, &on))
        kp_date_iso(kp_date_add_years(on, KEEP_YEARS), until);
    const char *provision = kp_privacy_provision(&p->ctx->tables, "provision_record", on);
    const char *cells[] = {provision ? provision : "", is_local_government(n->number) ? "no" : "yes", day,
                           c[KP_LOG_CONSENT_IDS], kp_buf_text(&p->texts[KINDS]), kp_buf_text(&p->texts[DAYS]),
                           kp_buf_text(&p->texts[EVIDENCE]), n->number,
                           /* the name on that day, if the log has it */
                           *c[KP_LOG_RECIPIENT] ? c[KP_LOG_RECIPIENT] : n->name, n->address,
                           n->representative, c[KP_LOG_EMPLOYEE_ID], c[KP_LOG_INSURED_SYMBOL],
                           c[KP_LOG_INSURED_NUMBER], c[KP_LOG_INSURED_BRANCH], c[KP_LOG_NAME_KANA],
                           c[KP_LOG_BIRTH_DATE], c[KP_LOG_EXAM_DATE], c[KP_LOG_ITEMS_CONSENT],
                           kp_buf_text(&p->texts[NAMES]), c[KP_LOG_BUNDLE], c[KP_LOG_DOCUMENT], until,
                           c[KP_LOG_SEQ], c[KP_LOG_HASH]};
    kp_audit_row(out, KP_PROVISION_COLUMNS, cells);
    return KP_OK;
}
