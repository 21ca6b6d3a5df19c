#include "run/worker.h"

#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "tables/phrases.h"
#include "record/alternatives.h"
#include "record/checks.h"
#include "input/digits.h"
#include "input/normalize.h"
#include "v08/cda_write.h"
#include "run/card.h"
#include "run/grounds.h"
#include "run/setup.h"
#include "run/shard.h"
#include "run/slot_texts.h"

enum kp_status kp_tools_init(struct kp_tools *tools, const struct kp_run *run)
{
    *tools = (struct kp_tools){0};
    tools->read_cells = kp_read_cells_new();
    if (!tools->read_cells || kp_xml_check_new(run->schemas.document, &tools->check) != KP_OK ||
        kp_deflate_new(&tools->deflate) != KP_OK)
        return kp_no_memory(run->ctx);
    (void)kp_xml_check_quick(tools->check, true);
    return KP_OK;
}

void kp_tools_release(struct kp_tools *tools)
{
    kp_xml_check_free(tools->check);
    kp_deflate_free(tools->deflate);
    free(tools->read_cells);
    kp_buf_release(&tools->document);
    for (size_t i = 0; i < tools->n_schemas; i++)
        kp_buf_release(&tools->schemas[i].bytes);
}

/* --- reading --- */

static void check_row(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_record *r = &slot->record;
    const struct kp_insurer *n = kp_run_insurer(run, &slot->arena, r->field[KP_F_INSURER_NUMBER]);
    enum kp_band band = KP_BAND_UNDER40;
    int age = 0;
    if (!n)
        return;
    if (kp_date_is_set(r->birth) && kp_date_is_set(r->exam))
        band = kp_age_band(r->birth, r->exam, run->policy.age_rule, &age);
    struct kp_category category = kp_category_of(n, r, band);
    struct kp_settling how = {.derive = run->options->derive,
                              .age_rule = run->policy.age_rule,
                              .withhold_form_items = run->policy.withhold_form_items,
                              .programme = category.programme};
    struct kp_check_context context = {.as_of = run->as_of,
                                       .age_rule = run->policy.age_rule,
                                       .special = !kp_kind_is_covered(kp_exam_kind_of(run, r)),
                                       .reject_incomplete = run->options->reject_incomplete,
                                       .report = category.report,
                                       .programme = category.programme,
                                       .sender = n->sender_number};
    kp_settle_record(&slot->record, &how, &slot->findings);
    kp_check_record(r, &context, &slot->findings);
    kp_check_card(r, n, kp_earlier_cell(run, slot, KP_LENGTHS_COLUMN), &slot->findings);
}

static bool has_finding(const struct kp_slot *slot, enum kp_code code)
{
    const struct kp_finding *f = slot->findings.first;
    while (f && f->code != code)
        f = f->next;
    return f != NULL;
}

/* One line for a row of totals instead of one for everything that it lacks. */
static void recognise_totals(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_mapping *mapping = &run->inputs.list[slot->row.file].mapping;
    const struct kp_record *r = &slot->record;
    size_t i = 0;
    const bool has_card =
        *r->field[KP_F_INSURED_NUMBER] && *r->field[KP_F_NAME_KANA]; /* or it counts people */
    if (kp_date_is_set(r->birth) || kp_date_is_set(r->exam) || has_card || has_finding(slot, KP_K_MY_NUMBER))
        return;
    while (i < slot->row.n_cells && (mapping->columns[i].kind == KP_COL_OURS || !*slot->cells[i]))
        i++;
    const char *key = i < slot->row.n_cells ? kp_text_value_key(&slot->arena, slot->cells[i]) : NULL;
    if (!key || !kp_words_are_total(&run->ctx->tables, &slot->arena, key))
        return;
    slot->findings = (struct kp_findings){.arena = &slot->arena};
    kp_findings_add(&slot->findings, KP_K_TOTALS_ROW, NULL, NULL);
}

/* Decodes the row and finds what makes it unsound. */
static void read_cells(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_mapping *mapping = &run->inputs.list[slot->row.file].mapping;
    slot->findings =
        (struct kp_findings){.arena = &slot->arena, .row = slot->row.person_line ? 0 : slot->row.sheet_row};
    slot->who = (struct kp_who){0};
    slot->concerned = (struct kp_concerned){0};
    slot->sound = true;
    kp_slot_decode(run, slot);
    if (slot->arena.failed)
        return;
    if (slot->row.n_cells != mapping->n_columns) {
        slot->sound = false;
        kp_findings_add(&slot->findings, KP_K_ROW_WIDTH, NULL, NULL,
                        kp_arena_printf(&slot->arena, "%zu", slot->row.n_cells - slot->row.n_before),
                        kp_arena_printf(&slot->arena, "%zu", mapping->n_columns - slot->row.n_before));
    }
    if (slot->row.fault)
        kp_slot_explain_fault(run, slot);
    if (slot->sound)
        kp_slot_find_unmended(run, slot);
}

/* Reads the row. Returns false if it is not sound or memory is short. */
static bool read_row(const struct kp_run *run, struct kp_tools *tools, struct kp_slot *slot)
{
    const struct kp_mapping *mapping = &run->inputs.list[slot->row.file].mapping;
    const struct kp_completion completion = {&run->facilities, slot->master, tools->read_cells};
    read_cells(run, slot);
    if (slot->sound && !slot->arena.failed &&
        kp_normalize(&run->ctx->tables, mapping, &completion, slot->cells, &slot->findings, &slot->record) !=
            KP_OK)
        kp_arena_fail(&slot->arena);
    return slot->sound && !slot->arena.failed;
}

static uint64_t digits_in(const struct kp_run *run, struct kp_tools *tools, struct kp_slot *slot,
                          const struct kp_column *column)
{
    const char *cell = slot->cells[column - run->inputs.list[slot->row.file].mapping.columns];
    struct kp_read_cell *before = kp_read_cell_of(tools->read_cells, column, cell);
    if (before && before->has_digits)
        return before->digits;
    uint64_t digits = kp_digits_see(&slot->arena, &run->ctx->tables, column, cell);
    if (before) {
        before->digits = digits;
        before->has_digits = true;
    }
    return digits;
}

static void see_digits(const struct kp_run *run, struct kp_tools *tools, struct kp_slot *slot)
{
    const struct kp_mapping *mapping = &run->inputs.list[slot->row.file].mapping;
    bool foreign = kp_reported_earlier(run, slot, KP_K_DIGITS_FOREIGN);
    slot->seen = kp_arena_alloc(&slot->arena, (mapping->n_columns + 1) * sizeof(*slot->seen));
    for (size_t i = 0; slot->seen && i < mapping->n_columns; i++) {
        const struct kp_column *column = &mapping->columns[i];
        if (column->digits == KP_DIGITS_NONE || !*slot->cells[i])
            continue;
        slot->seen[i] = digits_in(run, tools, slot, column);
        /* The rows that showed an earlier run what the column holds may be mended. */
        if (foreign && kp_digits_are_numbers(slot->seen[i]) &&
            kp_reported_at(run, slot, KP_K_DIGITS_FOREIGN, column->number))
            slot->seen[i] |= KP_SEEN_FOREIGN;
    }
}

void kp_worker_read(const struct kp_run *run, struct kp_tools *tools, struct kp_slot *slot)
{
    const struct kp_completion completion = {.facilities = &run->facilities, .master = slot->master};
    slot->seen = NULL;
    read_cells(run, slot);
    if (!slot->sound || slot->arena.failed)
        return;
    if (kp_normalize_person(&run->ctx->tables, &run->inputs.list[slot->row.file].mapping, &completion,
                            slot->cells, &slot->findings, &slot->record) != KP_OK)
        return;
    kp_identify(run, &slot->record, &slot->arena, &slot->who);
    kp_slot_digest(slot);
    see_digits(run, tools, slot);
}

void kp_worker_compare(const struct kp_run *run, struct kp_tools *tools, struct kp_slot *slot)
{
    if (slot->resembles && read_row(run, tools, slot) && kp_row_digest(&slot->record, slot->whole) != KP_OK)
        kp_arena_fail(&slot->arena);
}

/* --- deciding --- */

/* Compares what these grounds let out with what the logs show. */
static void compare_with_logs(struct kp_slot *slot, const enum kp_ground *ground)
{
    if (kp_content_digest(&slot->record, ground, slot->content) != KP_OK ||
        kp_told_judge(&slot->told, &slot->record, ground, &slot->verdict) != KP_OK)
        kp_arena_fail(&slot->arena);
}

/*
 * Decides as if a request citing both Acts had arrived. A check counts the records that wait for one; what
 * prepare makes is decided again before it goes out.
 */
static void assume_request(const struct kp_run *run, struct kp_slot *slot, struct kp_case *kase)
{
    enum kp_reason fault = slot->decision.duty_fault;
    if (kp_discloses(run->options->command) ||
        (fault != KP_HOLD_NO_REQUEST && fault != KP_HOLD_REQUEST_NOT_IN_FORCE && fault != KP_HOLD_NO_BASIS))
        return;
    if (slot->decision.reason == KP_HOLD_NONE)
        compare_with_logs(slot, slot->decision.ground);
    if (slot->verdict.kind == KP_TOLD_UNCHANGED)
        return; /* on a consent */
    slot->assumed = (struct kp_request){.id = "(assumed)",
                                        .insurer_number = kase->insurer_number,
                                        .received = run->as_of,
                                        .routes = 1u << KP_ROUTE_ELDERLY | 1u << KP_ROUTE_HEALTH,
                                        .bands = (1u << KP_BAND__COUNT) - 1,
                                        .items = ""};
    kase->requests = &slot->assumed;
    size_t n = run->ctx->tables.n_items;
    struct kp_decision d = {.ground = kp_arena_alloc(&slot->arena, n * sizeof(*d.ground)),
                            .names_withheld = kp_arena_alloc(&slot->arena, n * sizeof(bool))};
    if (!d.ground || !d.names_withheld)
        return;
    kp_decide(&run->ctx->tables, &run->policy, kase, &d);
    if (run->options->command == KP_CMD_PREPARE)
        slot->decision = d;
    else if (d.reason == KP_HOLD_NONE && d.duty_fault == KP_HOLD_NONE)
        slot->waiting = d.basis;
    if (slot->waiting)
        compare_with_logs(slot, d.ground);
}

/* refused: by item, whether its value was refused; the law is asked about it as if it were readable. */
static void decide(const struct kp_run *run, struct kp_slot *slot, const uint8_t *refused)
{
    const struct kp_record *r = &slot->record;
    size_t n = run->ctx->tables.n_items;
    uint8_t *presence = kp_arena_alloc(&slot->arena, n);
    const struct kp_insurer *to = kp_run_insurer(run, &slot->arena, r->field[KP_F_INSURER_NUMBER]);
    slot->insurer = to;
    slot->decision.ground = kp_arena_alloc(&slot->arena, n * sizeof(*slot->decision.ground));
    slot->decision.names_withheld = kp_arena_alloc(&slot->arena, n * sizeof(bool));
    if (slot->arena.failed)
        return;
    for (size_t i = 0; i < n; i++)
        if (refused[i] || r->values[i].state != KP_VALUE_ABSENT)
            presence[i] =
                refused[i] || r->values[i].state == KP_VALUE_PRESENT ? KP_ITEM_RESULT : KP_ITEM_STATED;
    struct kp_case kase = {.insurer_number = to->number,
                           .register_scheme = to->scheme,
                           .birth = r->birth,
                           .exam = r->exam,
                           .kind = kp_exam_kind_of(run, r),
                           .member_from = r->member_from,
                           .member_to = r->member_to,
                           .on = run->as_of,
                           .subject = slot->concerned.subject,
                           .qualification = kp_qualification_of_record(r),
                           .workplace = kp_text_value_key(&slot->arena, r->field[KP_F_WORKPLACE]),
                           .consents = slot->concerned.consents,
                           .n_consents = slot->concerned.n_consents,
                           .requests = kp_requests_of(&run->registers, to->number),
                           .recipient_known = *to->name && *to->address && *to->representative,
                           .presence = presence,
                           .texts = kp_slot_text_keys(run, slot)};
    kp_decide(&run->ctx->tables, &run->policy, &kase, &slot->decision);
    assume_request(run, slot, &kase);
    slot->request_ids = kp_requests_named(run, &slot->arena, &kase, &slot->decision);
    slot->consent_ids = kp_consents_named(run, &slot->arena, &kase, &slot->decision);
}

static void hold(struct kp_slot *slot, enum kp_reason reason)
{
    slot->outcome = reason == KP_HOLD_ALREADY_DISCLOSED ? KP_ALREADY : KP_HELD;
    slot->reason = reason;
}

static void hold_kind(const struct kp_run *run, struct kp_slot *slot)
{
    enum kp_exam_kind kind = kp_exam_kind_of(run, &slot->record);
    hold(slot, KP_HOLD_EXAM_KIND);
    slot->findings.column = slot->record.kind_column;
    kp_findings_add(&slot->findings,
                    kind == KP_KIND_UNKNOWN ? KP_K_EXAM_KIND_UNKNOWN : kp_reason_codes[KP_HOLD_EXAM_KIND],
                    kp_field_name(KP_F_EXAM_KIND), slot->record.field[KP_F_EXAM_KIND],
                    kp_exam_kind_names[kind], kp_kind_ground(&run->ctx->tables, kind));
    slot->findings.column = 0;
}

/* Findings of the decision, whether it releases or holds. */
static void explain_decision(struct kp_slot *slot)
{
    const struct kp_decision *d = &slot->decision;
    if (d->consent_ambiguous)
        kp_findings_add(&slot->findings, KP_K_CONSENT_AMBIGUOUS, NULL, NULL);
    if (d->lacking)
        kp_findings_add(&slot->findings, KP_K_REQUEST_LIMIT_UNKNOWN, NULL, NULL,
                        kp_lacking_named(&slot->arena, d));
}

static void explain_release(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_decision *d = &slot->decision;
    kp_slot_look_at_texts(run, slot);
    if (d->recipient_unknown)
        kp_findings_add(&slot->findings, KP_K_RECIPIENT_UNKNOWN, NULL, NULL);
    if (d->basis && d->basis->route == KP_ROUTE_HEALTH && d->band == KP_BAND_40TO74)
        kp_findings_add(&slot->findings, KP_K_HEALTH_ACT_AT_40, NULL, NULL,
                        kp_arena_printf(&slot->arena, "%s %s", d->basis->law, d->basis->request_provision));
}

static void render(const struct kp_run *run, struct kp_tools *tools, struct kp_slot *slot)
{
    const struct kp_cda_source source = {&slot->record, &slot->decision, &run->sender,
                                         slot->insurer, run->as_of,      run->forms};
    const char *where = NULL;
    kp_buf_reset(&tools->document);
    bool well_formed = kp_cda_write(&tools->document, tools->check, &source, &slot->arena);
    enum kp_status valid = kp_xml_check_finish(tools->check, &where);
    if (well_formed && valid == KP_E_FAULT) /* the tables are unsure */
        valid = kp_xml_check_again(tools->check, kp_buf_text(&tools->document), tools->document.len, &where);
    if (!kp_buf_ok(&tools->document) || valid == KP_E_SYSTEM) {
        kp_arena_fail(&slot->arena);
    } else if (!well_formed || valid != KP_OK) {
        kp_findings_add(&slot->findings, KP_K_DOCUMENT_INVALID, NULL, NULL,
                        well_formed ? kp_arena_strdup(&slot->arena, where) : "characters that XML forbids");
        slot->outcome = KP_REJECTED;
    } else if (kp_makes_bundles(run->options->command) && run->options->command != KP_CMD_ROSTER &&
               kp_deflate_run(tools->deflate, kp_buf_text(&tools->document), tools->document.len,
                              &slot->packed) != KP_OK) {
        kp_arena_fail(&slot->arena);
    }
}

enum kp_status kp_worker_validate_again(const struct kp_run *run, const struct kp_slot *slot)
{
    struct kp_context *ctx = run->ctx;
    struct kp_xml_check *check = NULL;
    struct kp_inflate *inflate = NULL;
    struct kp_buf document = {0};
    const struct kp_place place = kp_slot_place(run, slot, 0);
    const char *where = "not as it was compressed";
    enum kp_status st = kp_inflate_new(&inflate);
    if (st == KP_OK)
        st = kp_inflate_run(inflate, &slot->packed, &document);
    if (st == KP_OK)
        st = kp_xml_check_new(run->schemas.document, &check);
    if (st == KP_OK)
        st = kp_xml_check_again(check, kp_buf_text(&document), document.len, &where);
    if (st == KP_E_FAULT)
        st = kp_fail(&ctx->diag, KP_E_SYSTEM, KP_K_VALIDATIONS_DIFFER,
                     kp_at(run->inputs.list[place.file].path, place.line), where);
    else if (st != KP_OK)
        (void)kp_no_memory(ctx);
    kp_inflate_free(inflate);
    kp_xml_check_free(check);
    kp_buf_release(&document);
    return st;
}

static void hold_as_told(struct kp_slot *slot)
{
    const struct kp_told_verdict *v = &slot->verdict;
    static const enum kp_reason reasons[] = {[KP_TOLD_UNCHANGED] = KP_HOLD_ALREADY_DISCLOSED,
                                             [KP_TOLD_OLDER] = KP_HOLD_ALREADY_DISCLOSED,
                                             [KP_TOLD_CHANGED] = KP_HOLD_CHANGED_SINCE_DISCLOSURE,
                                             [KP_TOLD_ANOTHER] = KP_HOLD_TOLD_ANOTHER_INSURER};
    hold(slot, reasons[v->kind]);
    struct kp_findings *to = &slot->findings;
    const struct kp_told_entry *e = v->entry, *newer = v->newer;
    if (newer)
        kp_findings_add(to, KP_K_OLDER_VERSION, NULL, NULL, e->day, newer->day, newer->bundle);
    else
        kp_findings_add(to, kp_reason_codes[slot->reason], NULL, NULL, e->day, e->bundle);
}

/* What the log shows of the person may outweigh the decision to release. */
static void settle(const struct kp_run *run, struct kp_tools *tools, struct kp_slot *slot)
{
    if (slot->decision.reason == KP_HOLD_NONE)
        compare_with_logs(slot, slot->decision.ground);
    const bool changed = slot->verdict.kind == KP_TOLD_CHANGED, told = slot->verdict.kind != KP_TOLD_NOTHING;
    const bool roster = run->options->command == KP_CMD_ROSTER;
    const bool listed = roster && told && !changed && slot->verdict.kind != KP_TOLD_ANOTHER;
    const bool keeps_back = told && !listed && (changed ? !run->options->corrections : !run->options->again);
    slot->event = roster ? "disclose" : changed ? "correct" : told ? "again" : "disclose";
    if (keeps_back)
        slot->waiting = NULL; /* no request would release it */
    explain_decision(slot);
    if (slot->decision.reason == KP_HOLD_EXAM_KIND) {
        hold_kind(run, slot);
    } else if (slot->decision.reason != KP_HOLD_NONE) {
        hold(slot, slot->decision.reason);
        kp_findings_add(&slot->findings, kp_reason_codes[slot->reason], NULL, NULL,
                        kp_provision_needed(&run->ctx->tables, &slot->decision, run->as_of, &slot->arena));
    } else if (keeps_back) {
        hold_as_told(slot);
    } else {
        explain_release(run, slot);
        if (kp_diag_worst(&run->ctx->diag, &slot->findings) >= KP_LEVEL_REJECT)
            slot->outcome = KP_REJECTED; /* --strict made a warning one */
        else
            render(run, tools, slot);
    }
}

static void add_other_row(const struct kp_run *run, struct kp_slot *slot, enum kp_code code,
                          const struct kp_mark *mark)
{
    const char *path = run->inputs.list[mark->file].path;
    unsigned long long line = mark->line;
    kp_findings_add(&slot->findings, code, NULL, NULL, kp_arena_printf(&slot->arena, "%s:%llu", path, line));
}

/* An export that writes "-" for "nothing" somewhere cannot mean "negative" by it elsewhere, unless the
 * mapping says so. */
static void find_ambiguous_dashes(const struct kp_run *run, struct kp_slot *slot)
{
    const struct kp_input *input = &run->inputs.list[slot->row.file];
    if (!slot->sound || !slot->record.dash_coded ||
        (!input->dash_is_empty && !kp_reported_earlier(run, slot, KP_K_DASH_AMBIGUOUS)))
        return;
    for (size_t i = 0; i < run->ctx->tables.n_items; i++) {
        unsigned column = slot->record.dash_columns[i];
        if (column == 0)
            continue;
        kp_column_locate(kp_mapping_column(&input->mapping, column), &slot->findings);
        kp_findings_add(&slot->findings, KP_K_DASH_AMBIGUOUS, run->ctx->tables.items[i].label, NULL);
        kp_column_locate(NULL, &slot->findings);
    }
}

/* What only a look at all rows can find. */
static void compare_with_rows(const struct kp_run *run, struct kp_slot *slot)
{
    find_ambiguous_dashes(run, slot);
    const struct kp_mark *marks = slot->marks;
    if (marks[KP_JOIN_IDENTITY].kind == KP_MARK_CONFLICT)
        add_other_row(run, slot, KP_K_RECORDS_CONFLICT, &marks[KP_JOIN_IDENTITY]);
    else if (marks[KP_JOIN_CARD].kind == KP_MARK_CONFLICT)
        add_other_row(run, slot, KP_K_CARDS_CONFLICT, &marks[KP_JOIN_CARD]);
    if (marks[KP_JOIN_PERSON].kind == KP_MARK_CONFLICT)
        add_other_row(run, slot, KP_K_PERSON_CONTRADICTORY, &marks[KP_JOIN_PERSON]);
}

static bool rejects(const struct kp_run *run, const struct kp_finding *f)
{
    return kp_diag_level(&run->ctx->diag, f->code) >= KP_LEVEL_REJECT;
}

/* Marks the items that findings refuse. Returns false if a finding refuses anything else. */
static bool find_refused(const struct kp_run *run, const struct kp_slot *slot, uint8_t *refused)
{
    const struct kp_tables *tables = &run->ctx->tables;
    for (const struct kp_finding *f = slot->findings.first; f; f = f->next) {
        size_t i = rejects(run, f) && f->field ? 0 : tables->n_items;
        while (i < tables->n_items && strcmp(tables->items[i].label, f->field) != 0)
            i++;
        if (i < tables->n_items && f->code != KP_K_MY_NUMBER) /* which no copy of the row may keep */
            refused[i] = true;
        else if (rejects(run, f))
            return false;
    }
    return true;
}

/* The duty does not end at an illegible item that has no ground anyway: its findings become notes, and it
 * counts as withheld. Returns false if a refused item may go out, or the record is held. */
static bool withhold_refused(const struct kp_run *run, struct kp_slot *slot, const uint8_t *refused)
{
    if (slot->decision.reason != KP_HOLD_NONE)
        return false;
    for (size_t i = 0; i < run->ctx->tables.n_items; i++)
        if (refused[i] && slot->decision.ground[i] != KP_GROUND_WITHHELD)
            return false;
    for (size_t i = 0; i < run->ctx->tables.n_items; i++)
        if (refused[i] && slot->record.values[i].state == KP_VALUE_ABSENT)
            slot->record.values[i].state = KP_VALUE_NOT_DONE; /* not sent, but named in the log */
    for (struct kp_finding *f = slot->findings.first; f; f = f->next)
        if (rejects(run, f)) {
            f->args[0] = kp_arena_printf(&slot->arena, "K%04u", (unsigned)f->code);
            f->code = KP_K_UNREADABLE_WITHHELD;
        }
    return true;
}

static void reject(struct kp_slot *slot)
{
    slot->outcome = KP_REJECTED;
    slot->decision = (struct kp_decision){0};
    slot->verdict = (struct kp_told_verdict){.kind = KP_TOLD_NOTHING};
    slot->waiting = NULL;
    slot->request_ids = "";
    slot->insurer = NULL;
}

/* The findings are those of a run that the row belongs to. */
static void leave_out(struct kp_slot *slot, enum kp_reason reason)
{
    hold(slot, reason);
    slot->findings.first = slot->findings.last = NULL;
    kp_findings_add(&slot->findings, kp_reason_codes[reason], NULL, NULL);
}

void kp_worker_decide(const struct kp_run *run, struct kp_tools *tools, struct kp_slot *slot)
{
    if (read_row(run, tools, slot)) {
        kp_slot_place_disagreements(run, slot);
        check_row(run, slot);
        recognise_totals(run, slot);
        slot->told.kind = kp_kind_outside(run, &slot->record);
        kp_find_concerned(run, &slot->arena, &slot->record, &slot->concerned);
    }
    uint8_t *refused = kp_arena_alloc(&slot->arena, run->ctx->tables.n_items);
    reject(slot);
    slot->outcome = KP_RELEASED;
    slot->reason = KP_HOLD_NONE;
    if (slot->arena.failed)
        return;
    if (kp_shard_is_other(run, slot)) {
        leave_out(slot, KP_HOLD_OTHER_SHARD);
        return;
    }
    if (slot->sound) {
        slot->told.kind = kp_kind_outside(run, &slot->record);
        slot->concerned.subject.id_shared =
            kp_bearers_share(&run->bearers, slot->record.field[KP_F_EMPLOYEE_ID]);
    }
    const struct kp_mark *mark = &slot->marks[KP_JOIN_IDENTITY];
    if (mark->kind == KP_MARK_COPY) {
        slot->outcome = KP_DUPLICATE;
        slot->findings.first = slot->findings.last = NULL; /* reported for the row it copies */
        add_other_row(run, slot, KP_K_ROW_REPEATED, mark);
        return;
    }
    if (slot->sound && kp_is_left_out(run, &slot->record)) {
        leave_out(slot, KP_HOLD_NOT_SELECTED);
        return;
    }
    compare_with_rows(run, slot);
    bool sound = kp_diag_worst(&run->ctx->diag, &slot->findings) < KP_LEVEL_REJECT;
    if (!sound && !find_refused(run, slot, refused)) {
        reject(slot);
        return;
    }
    decide(run, slot, refused);
    if (slot->arena.failed)
        return;
    if (sound || withhold_refused(run, slot, refused))
        settle(run, tools, slot);
    else
        reject(slot);
}
