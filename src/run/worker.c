#include "run/worker.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "record/alternatives.h"
#include "record/checks.h"
#include "input/normalize.h"
#include "log/log_key.h"
#include "v08/cda_write.h"

enum kp_status kp_tools_init(struct kp_tools *tools, const struct kp_run *run)
{
    *tools = (struct kp_tools){0};
    enum kp_status st = kp_xml_check_new(run->schemas.document, &tools->check);
    return st == KP_OK ? kp_deflate_new(&tools->deflate) : st;
}

void kp_tools_release(struct kp_tools *tools)
{
    kp_xml_check_free(tools->check);
    kp_deflate_free(tools->deflate);
    *tools = (struct kp_tools){0};
}

void kp_slot_release(struct kp_slot *slot)
{
    kp_buf_release(&slot->document);
    kp_buf_release(&slot->packed.bytes);
    kp_arena_release(&slot->arena);
}

/* --- reading --- */

/* What cannot be decoded is written as \xNN, so that the row can be shown and mended without losing a byte.
 */
static bool decode_rest(const struct kp_run *run, enum kp_encoding encoding, const struct kp_cell *cell,
                        struct kp_buf *out, size_t *ret_bad)
{
    size_t at = 0;
    bool sound = true;
    while (at < cell->n) {
        size_t bad = 0;
        if (kp_text_decode(run->ctx->text, encoding, cell->bytes + at, cell->n - at, out, &bad))
            return sound;
        if (sound)
            *ret_bad = at + bad;
        sound = false;
        kp_buf_printf(out, "\\x%02X", (unsigned)(uint8_t)cell->bytes[at + bad]);
        at += bad + 1;
    }
    return sound;
}

static enum kp_status decode_cells(const struct kp_run *run, struct kp_slot *slot)
{
    enum kp_status st = KP_OK;
    const struct kp_input *input = &run->inputs.list[slot->row.file];
    const struct kp_mapping *mapping = &input->mapping;
    struct kp_buf out = {0};
    slot->cells = kp_arena_alloc(&slot->arena, (slot->row.n_cells + 1) * sizeof(*slot->cells));
    if (!slot->cells)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < slot->row.n_cells; i++) {
        size_t bad = 0;
        kp_buf_reset(&out);
        if (!decode_rest(run, input->encoding, &slot->row.cells[i], &out, &bad)) {
            const char *name = input->encoding == KP_ENC_CP932 ? "CP932" : "UTF-8";
            slot->findings.column = i < mapping->n_columns ? mapping->columns[i].number : (unsigned)i + 1;
            kp_findings_add(&slot->findings, KP_K_UNDECODABLE,
                            i < mapping->n_columns ? mapping->columns[i].header : NULL, NULL,
                            kp_arena_printf(&slot->arena, "%zu (0x%02X)", bad + 1,
                                            (unsigned)(uint8_t)slot->row.cells[i].bytes[bad]),
                            name);
            slot->findings.column = 0;
            slot->sound = false;
        }
        slot->cells[i] = kp_buf_ok(&out) ? kp_arena_strdup(&slot->arena, kp_buf_text(&out)) : NULL;
        if (!slot->cells[i]) {
            st = KP_E_SYSTEM;
            break;
        }
    }
    kp_buf_release(&out);
    return st;
}

/* Members of one family share a number where no branch is written, so the name is part of the key. */
static enum kp_status name_person(struct kp_slot *slot)
{
    const char *const *f = slot->record.field;
    slot->person = slot->facts = NULL;
    if (!*f[KP_F_INSURER_NUMBER] || !*f[KP_F_INSURED_NUMBER] || !*f[KP_F_NAME_KANA] || !*f[KP_F_BIRTH_DATE] ||
        !*f[KP_F_SEX])
        return KP_OK;
    struct kp_identity person = kp_identity_of_record(&slot->record);
    person.birth = f[KP_F_NAME_KANA];
    person.exam = "";
    slot->person = kp_identity_text(&slot->arena, person);
    slot->facts = kp_arena_printf(&slot->arena, "%s %s", f[KP_F_BIRTH_DATE], f[KP_F_SEX]);
    return slot->person && slot->facts ? KP_OK : KP_E_SYSTEM;
}

static enum kp_status identify(struct kp_slot *slot)
{
    static const enum kp_field parts[] = {KP_F_INSURER_NUMBER, KP_F_INSURED_NUMBER, KP_F_BIRTH_DATE,
                                          KP_F_EXAM_DATE};
    const char *const *f = slot->record.field;
    slot->identity = NULL;
    for (size_t i = 0; i < KP_COUNT(parts); i++)
        if (!*f[parts[i]])
            return KP_OK;
    slot->identity = kp_identity_text(&slot->arena, kp_identity_of_record(&slot->record));
    if (!slot->identity)
        return KP_E_SYSTEM;
    return kp_record_digest(&slot->record, slot->digest);
}

/* The first pass wants to know who it is and what would go out; what is wrong with it the second one tells.
 */
static enum kp_status check_row(const struct kp_run *run, struct kp_slot *slot, bool first_pass)
{
    const struct kp_record *r = &slot->record;
    const struct kp_insurer *n = kp_run_insurer(run, &slot->arena, r->field[KP_F_INSURER_NUMBER]);
    struct kp_check_context context = {.as_of = run->as_of,
                                       .age_rule = run->policy.age_rule,
                                       .reject_incomplete = run->options->reject_incomplete};
    struct kp_settling how = {.derive = run->options->derive,
                              .age_rule = run->policy.age_rule,
                              .withhold_form_items = run->policy.withhold_form_items};
    bool dated = kp_date_is_set(r->birth) && kp_date_is_set(r->exam);
    int age = 0;
    if (!n)
        return KP_E_SYSTEM;
    enum kp_band band = dated ? kp_age_band(r->birth, r->exam, run->policy.age_rule, &age) : KP_BAND_UNDER40;
    struct kp_category category = kp_category_of(n, r, band);
    context.report = category.report;
    context.programme = how.programme = category.programme;
    context.sender = n->sender_number;
    kp_settle_record(&slot->record, &how, &slot->findings);
    if (!first_pass)
        kp_check_record(r, &context, &slot->findings);
    return slot->arena.failed ? KP_E_SYSTEM : KP_OK;
}

/* What an earlier run said of a row that comes back in its rejected.csv; "" for others. */
static const char *earlier_codes(const struct kp_run *run, const struct kp_slot *slot)
{
    const struct kp_mapping *mapping = &run->inputs.list[slot->row.file].mapping;
    for (size_t i = 0; i < mapping->n_columns; i++)
        if (mapping->columns[i].kind == KP_COL_OURS && strcmp(mapping->columns[i].header, "kp_codes") == 0)
            return slot->cells[i];
    return "";
}

static bool said_earlier(const struct kp_run *run, const struct kp_slot *slot, enum kp_code code)
{
    char name[8];
    (void)snprintf(name, sizeof(name), "K%04u", (unsigned)code);
    return strstr(earlier_codes(run, slot), name) != NULL;
}

/* A byte that did not decode was written as \xNN; as long as it stands there the value is not mended. */
static void find_unmended_bytes(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_mapping *mapping = &run->inputs.list[slot->row.file].mapping;
    if (!said_earlier(run, slot, KP_K_UNDECODABLE))
        return;
    for (size_t i = 0; i < mapping->n_columns; i++) {
        const char *at = mapping->columns[i].kind == KP_COL_OURS ? NULL : strstr(slot->cells[i], "\\x");
        if (!at || strspn(at + 2, "0123456789ABCDEF") < 2)
            continue;
        slot->findings.column = mapping->columns[i].number;
        kp_findings_add(&slot->findings, KP_K_UNDECODABLE, mapping->columns[i].header, NULL,
                        kp_arena_printf(&slot->arena, "%zu (%.4s)", (size_t)(at - slot->cells[i]) + 1, at),
                        "UTF-8");
        slot->findings.column = 0;
        slot->sound = false;
    }
}

static void read_row(const struct kp_run *run, struct kp_slot *slot, bool first_pass)
{
    const struct kp_mapping *mapping = &run->inputs.list[slot->row.file].mapping;
    slot->findings = (struct kp_findings){.arena = &slot->arena};
    slot->identity = slot->person = NULL;
    slot->sound = true;
    slot->st = decode_cells(run, slot);
    if (slot->st != KP_OK)
        return;
    if (slot->row.n_cells != mapping->n_columns) {
        slot->sound = false;
        kp_findings_add(&slot->findings, KP_K_ROW_WIDTH, NULL, NULL,
                        kp_arena_printf(&slot->arena, "%zu", slot->row.n_cells),
                        kp_arena_printf(&slot->arena, "%zu", mapping->n_columns));
    }
    if (slot->sound)
        find_unmended_bytes(run, slot);
    if (!slot->sound)
        return;
    slot->st = kp_normalize(&run->ctx->tables, mapping, &run->options->input.facility, slot->cells,
                            &slot->findings, &slot->record);
    if (slot->st != KP_OK)
        return;
    if (first_pass) /* before anything of it is put right: equal rows are equal as they came */
        slot->st = kp_row_digest(&slot->record, slot->whole);
    if (slot->st == KP_OK)
        slot->st = check_row(run, slot, first_pass);
    if (slot->st == KP_OK)
        slot->st = identify(slot);
    if (slot->st == KP_OK)
        slot->st = name_person(slot);
}

void kp_worker_read(const struct kp_run *run, struct kp_slot *slot)
{
    read_row(run, slot, true);
}

/* --- deciding --- */

struct consents {
    const struct kp_consent **at;
    size_t n;
};

/* A consent that names the person twice, by employee id and by card, must fit both ways. */
static bool consent_fits(const struct kp_consent *c, const char *employee_id, const char *insured_key)
{
    return (!*c->employee_id || strcmp(c->employee_id, employee_id) == 0) &&
           (!*c->insured || strcmp(c->insured, insured_key) == 0);
}

static enum kp_status find_consents(const struct kp_run *run, struct kp_slot *slot, struct consents *ret)
{
    const char *const *f = slot->record.field;
    const char *by_card = kp_insured_key(&slot->arena, f[KP_F_INSURER_NUMBER], f[KP_F_INSURED_SYMBOL],
                                         f[KP_F_INSURED_NUMBER], f[KP_F_INSURED_BRANCH]);
    const char *by_id = kp_employee_key(&slot->arena, f[KP_F_EMPLOYEE_ID]);
    if (!by_card || !by_id)
        return KP_E_SYSTEM;
    const struct kp_consent *chains[] = {*f[KP_F_EMPLOYEE_ID] ? kp_consents_of(&run->registers, by_id) : NULL,
                                         kp_consents_of(&run->registers, by_card)};
    size_t most = 0;
    for (size_t i = 0; i < KP_COUNT(chains); i++)
        for (const struct kp_consent *c = chains[i]; c; c = c->next)
            most++;
    ret->at = kp_arena_alloc(&slot->arena, (most + 1) * sizeof(*ret->at));
    if (!ret->at)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < KP_COUNT(chains); i++)
        for (const struct kp_consent *c = chains[i]; c; c = c->next)
            if (consent_fits(c, f[KP_F_EMPLOYEE_ID], by_card))
                ret->at[ret->n++] = c;
    return KP_OK;
}

static enum kp_status name_consents(const struct kp_run *run, struct kp_slot *slot,
                                    const struct kp_case *kase)
{
    struct kp_buf ids = {0};
    for (size_t i = 0; i < kase->n_consents; i++) {
        const struct kp_consent *c = kase->consents[i];
        bool used = false;
        for (size_t k = 0; k < run->ctx->tables.n_items && !used; k++)
            used = slot->decision.ground[k] == KP_GROUND_CONSENT &&
                   kp_consent_covers(c, &run->ctx->tables.items[k]) && kp_consent_applies(c, kase);
        if (used)
            kp_buf_printf(&ids, "%s%s", ids.len ? " " : "", c->id);
    }
    slot->consent_ids = kp_buf_ok(&ids) ? kp_arena_strdup(&slot->arena, kp_buf_text(&ids)) : NULL;
    kp_buf_release(&ids);
    return slot->consent_ids ? KP_OK : KP_E_SYSTEM;
}

static bool grants_an_item(const struct kp_run *run, const struct kp_slot *slot, const struct kp_case *kase,
                           const struct kp_request *request)
{
    for (size_t i = 0; i < run->ctx->tables.n_items; i++)
        if (slot->decision.ground[i] == KP_GROUND_REQUESTED && kase->presence[i] != KP_ITEM_ABSENT &&
            kp_request_grants(&run->ctx->tables, request, kase, &run->ctx->tables.items[i], &slot->decision))
            return true;
    return false;
}

static enum kp_status name_requests(const struct kp_run *run, struct kp_slot *slot,
                                    const struct kp_case *kase)
{
    struct kp_buf ids = {0};
    const struct kp_request *first = slot->decision.request;
    kp_buf_str(&ids, first ? first->id : "");
    for (const struct kp_request *q = first ? kase->requests : NULL; q; q = q->next)
        if (q != first && grants_an_item(run, slot, kase, q))
            kp_buf_printf(&ids, " %s", q->id);
    slot->request_ids = kp_buf_ok(&ids) ? kp_arena_strdup(&slot->arena, kp_buf_text(&ids)) : NULL;
    kp_buf_release(&ids);
    return slot->request_ids ? KP_OK : KP_E_SYSTEM;
}

/*
 * What would a request citing both Acts change? A check tells how many wait for one; what is prepared is
 * decided as if it had come, for it is decided again before it goes out.
 */
static enum kp_status assume_request(const struct kp_run *run, struct kp_slot *slot, struct kp_case *c)
{
    enum kp_reason fault = slot->decision.duty_fault;
    slot->waiting = NULL;
    if (kp_discloses(run->options->command) ||
        (fault != KP_HOLD_NO_REQUEST && fault != KP_HOLD_REQUEST_NOT_IN_FORCE && fault != KP_HOLD_NO_BASIS))
        return KP_OK;
    slot->assumed = (struct kp_request){.id = "(assumed)",
                                        .received = run->as_of,
                                        .routes = 1u << KP_ROUTE_ELDERLY | 1u << KP_ROUTE_HEALTH,
                                        .bands = (1u << KP_BAND__COUNT) - 1,
                                        .items = ""};
    c->requests = &slot->assumed;
    struct kp_decision asked = {
        .ground = kp_arena_alloc(&slot->arena, run->ctx->tables.n_items * sizeof(*asked.ground))};
    if (!asked.ground)
        return KP_E_SYSTEM;
    kp_decide(&run->ctx->tables, &run->policy, c, &asked);
    if (run->options->command == KP_CMD_PREPARE)
        slot->decision = asked;
    else if (asked.reason == KP_HOLD_NONE && asked.duty_fault == KP_HOLD_NONE)
        slot->waiting = asked.basis;
    return KP_OK;
}

static enum kp_status decide(const struct kp_run *run, struct kp_slot *slot)
{
    enum kp_status st = KP_E_SYSTEM;
    const struct kp_record *r = &slot->record;
    size_t n = run->ctx->tables.n_items;
    struct consents consents = {0};
    uint8_t *presence = kp_arena_alloc(&slot->arena, n);
    slot->decision.ground = kp_arena_alloc(&slot->arena, n * sizeof(*slot->decision.ground));
    slot->insurer = kp_run_insurer(run, &slot->arena, r->field[KP_F_INSURER_NUMBER]);
    if (!presence || !slot->decision.ground || !slot->insurer)
        return st;
    for (size_t i = 0; i < n; i++)
        if (r->values[i].state != KP_VALUE_ABSENT)
            presence[i] = r->values[i].state == KP_VALUE_PRESENT ? KP_ITEM_RESULT : KP_ITEM_STATED;
    KP_TRY(find_consents(run, slot, &consents));
    const struct kp_insurer *to = slot->insurer;
    struct kp_case c = {.insurer_number = to->number,
                        .register_scheme = to->scheme,
                        .birth = r->birth,
                        .exam = r->exam,
                        .member_from = r->member_from,
                        .member_to = r->member_to,
                        .on = run->as_of,
                        .requests = kp_requests_of(&run->registers, to->number),
                        .consents = consents.at,
                        .n_consents = consents.n,
                        .recipient_known = *to->name && *to->address && *to->representative,
                        .presence = presence};
    kp_decide(&run->ctx->tables, &run->policy, &c, &slot->decision);
    KP_TRY(assume_request(run, slot, &c));
    KP_TRY(name_requests(run, slot, &c));
    return name_consents(run, slot, &c);
}

static void hold(struct kp_slot *slot, enum kp_reason reason, const char *needed)
{
    static const enum kp_code codes[KP_HOLD__COUNT] = {
        [KP_HOLD_SCHEME_UNSETTLED] = KP_K_SCHEME_UNSETTLED,
        [KP_HOLD_SCHEME_AMBIGUOUS] = KP_K_SCHEME_AMBIGUOUS,
        [KP_HOLD_CONSENT_MISSING] = KP_K_CONSENT_MISSING,
        [KP_HOLD_NO_REQUEST] = KP_K_NO_REQUEST,
        [KP_HOLD_REQUEST_NOT_IN_FORCE] = KP_K_REQUEST_NOT_IN_FORCE,
        [KP_HOLD_NOT_A_MEMBER] = KP_K_NOT_A_MEMBER,
        [KP_HOLD_NO_BASIS] = KP_K_NO_BASIS,
        [KP_HOLD_PAST_RETENTION] = KP_K_PAST_RETENTION,
        [KP_HOLD_NOTHING_TO_DISCLOSE] = KP_K_NOTHING_TO_DISCLOSE,
        [KP_HOLD_CHANGED_SINCE_DISCLOSURE] = KP_K_CHANGED_SINCE_DISCLOSURE,
        [KP_HOLD_ALREADY_DISCLOSED] = KP_K_ALREADY_DISCLOSED};
    slot->outcome = reason == KP_HOLD_ALREADY_DISCLOSED ? KP_ALREADY : KP_HELD;
    slot->reason = reason;
    kp_findings_add(&slot->findings, codes[reason], NULL, NULL, needed);
}

static const char *other_place(const struct kp_run *run, struct kp_slot *slot, uint32_t file, uint64_t line)
{
    return kp_arena_printf(&slot->arena, "%s:%llu", run->inputs.list[file].path, (unsigned long long)line);
}

/* Has this person been dealt with before: earlier in this run, or in an earlier one? True when that settles
 * it. */
static bool settled_by_mark(const struct kp_run *run, struct kp_slot *slot)
{
    slot->event = "disclose";
    if (slot->mark.kind == KP_SEEN_LOGGED) {
        if (!run->options->again) {
            hold(slot, KP_HOLD_ALREADY_DISCLOSED, NULL);
            return true;
        }
        slot->event = "again";
    } else if (slot->mark.kind == KP_SEEN_CHANGED) {
        if (!run->options->corrections) {
            hold(slot, KP_HOLD_CHANGED_SINCE_DISCLOSURE, NULL);
            return true;
        }
        slot->event = "correct";
    }
    return false;
}

static enum kp_status render(const struct kp_run *run, struct kp_tools *tools, struct kp_slot *slot)
{
    const struct kp_cda_source source = {&slot->record, &slot->decision, &run->sender, slot->insurer,
                                         run->as_of};
    const char *where = NULL;
    kp_buf_reset(&slot->document);
    bool well_formed = kp_cda_write(&slot->document, tools->check, &source, &slot->arena);
    bool valid = kp_xml_check_finish(tools->check, &where);
    if (!kp_buf_ok(&slot->document))
        return KP_E_SYSTEM;
    if (!well_formed || !valid) {
        kp_findings_add(&slot->findings, KP_K_DOCUMENT_INVALID, NULL, NULL,
                        well_formed ? kp_arena_strdup(&slot->arena, where) : "characters that XML forbids");
        slot->outcome = KP_REJECTED;
        return KP_OK;
    }
    if (kp_makes_bundles(run->options->command))
        return kp_deflate_run(tools->deflate, kp_buf_text(&slot->document), slot->document.len,
                              &slot->packed);
    return KP_OK;
}

static void explain_release(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_decision *d = &slot->decision;
    if (d->recipient_unknown)
        kp_findings_add(&slot->findings, KP_K_RECIPIENT_UNKNOWN, NULL, NULL);
    if (d->basis && d->basis->route == KP_ROUTE_HEALTH && d->band == KP_BAND_40TO74)
        kp_findings_add(&slot->findings, KP_K_HEALTH_ACT_AT_40, NULL, NULL,
                        kp_arena_printf(&slot->arena, "%s %s", d->basis->law, d->basis->request_provision));
    if (kp_diag_worst(&run->ctx->diag, &slot->findings) >=
        KP_LEVEL_REJECT) /* --strict made a warning of it */
        slot->outcome = KP_REJECTED;
}

void kp_worker_decide(const struct kp_run *run, struct kp_tools *tools, struct kp_slot *slot)
{
    read_row(run, slot, false);
    slot->outcome = KP_RELEASED;
    slot->reason = KP_HOLD_NONE;
    slot->decision = (struct kp_decision){0};
    slot->waiting = NULL;
    slot->request_ids = "";
    slot->insurer = NULL;
    if (slot->st != KP_OK)
        return;
    if (slot->mark.kind == KP_SEEN_COPY) {
        slot->outcome = KP_DUPLICATE;
        slot->findings.first = slot->findings.last = NULL; /* said of the row it copies */
        kp_findings_add(&slot->findings, KP_K_ROW_REPEATED, NULL, NULL,
                        other_place(run, slot, slot->mark.file, slot->mark.line));
        return;
    }
    /* Only now is it known whether this export writes "-" for nothing; then it cannot mean negative without a
     * word from the mapping. */
    if (slot->sound && slot->record.dash_coded &&
        (run->inputs.list[slot->row.file].dash_is_empty || said_earlier(run, slot, KP_K_DASH_AMBIGUOUS))) {
        slot->findings.column = slot->record.dash_column;
        kp_findings_add(&slot->findings, KP_K_DASH_AMBIGUOUS, slot->record.dash_coded, NULL);
        slot->findings.column = 0;
    }
    if (slot->mark.kind == KP_SEEN_CONFLICT)
        kp_findings_add(&slot->findings, KP_K_RECORDS_CONFLICT, NULL, NULL,
                        other_place(run, slot, slot->mark.file, slot->mark.line));
    if (slot->person_mark.contradicted)
        kp_findings_add(&slot->findings, KP_K_PERSON_CONTRADICTORY, NULL, NULL,
                        other_place(run, slot, slot->person_mark.file, slot->person_mark.line));
    if (kp_diag_worst(&run->ctx->diag, &slot->findings) >= KP_LEVEL_REJECT) {
        slot->outcome = KP_REJECTED;
        return;
    }
    slot->st = decide(run, slot);
    if (slot->st != KP_OK)
        return;
    bool went_out = slot->mark.kind == KP_SEEN_LOGGED && !run->options->again;
    if (went_out || (slot->mark.kind == KP_SEEN_CHANGED && !run->options->corrections))
        slot->waiting = NULL; /* for no request */
    if (slot->decision.reason != KP_HOLD_NONE) {
        hold(slot, slot->decision.reason,
             kp_provision_needed(&run->ctx->tables, &slot->decision, run->as_of, &slot->arena));
    } else if (!settled_by_mark(run, slot)) {
        explain_release(run, slot);
        if (slot->outcome == KP_RELEASED)
            slot->st = render(run, tools, slot);
    }
}
