#include "input/norm_master.h"

#include <inttypes.h>
#include <string.h>

#include "base/status.h"
#include "input/norm_fields.h"

enum { LINES_NAMED = 5 };

/* The fields that a master supplies; those that must not contradict the export come first. */
static const enum kp_field FIELDS[] = {
    KP_F_NAME_KANA,      KP_F_BIRTH_DATE,     KP_F_SEX,           KP_F_INSURER_NUMBER, KP_F_INSURED_SYMBOL,
    KP_F_INSURED_NUMBER, KP_F_INSURED_BRANCH, KP_F_QUALIFICATION, KP_F_MEMBER_FROM,    KP_F_MEMBER_TO,
    KP_F_POSTAL_CODE,    KP_F_ADDRESS,        KP_F_WORKPLACE};
enum { COMPARED = 7 };

/* A row of the master in normal form. */
struct reading {
    const struct kp_master_row *row;
    struct kp_record record; /* its fields alone are set */
    struct kp_findings findings;
};

bool kp_master_supplies(enum kp_field field)
{
    size_t i = 0;
    while (i < KP_COUNT(FIELDS) && FIELDS[i] != field)
        i++;
    return i < KP_COUNT(FIELDS);
}

static void read_row(const struct kp_norm *norm, const struct kp_master_rows *master,
                     const struct kp_master_row *row, struct reading *ret)
{
    const struct kp_mapping *mapping = &master->input->mapping;
    *ret =
        (struct reading){.row = row, .record = {.tables = norm->tables}, .findings = {.arena = norm->arena}};
    for (unsigned i = 0; i < KP_F__COUNT; i++)
        ret->record.field[i] = "";
    struct kp_norm own = {.tables = norm->tables,
                          .mapping = mapping,
                          .cells = row->cells,
                          .arena = norm->arena,
                          .findings = &ret->findings,
                          .record = &ret->record};
    for (size_t i = 0; i < mapping->n_columns; i++) {
        struct kp_norm_cell c = {.norm = &own, .column = &mapping->columns[i]};
        if (c.column->kind != KP_COL_FIELD || c.column->index == KP_F_EMPLOYEE_ID)
            continue;
        c.text = kp_norm_text(kp_text_trim(norm->arena, row->cells[i]));
        c.key = kp_norm_text(kp_text_value_key(norm->arena, c.text));
        if (strcmp(row->cells[i], KP_MASTER_UNDECODABLE) == 0)
            kp_findings_add(&ret->findings, KP_K_CONTROL_CHARACTER,
                            kp_field_name((enum kp_field)c.column->index), NULL);
        else
            kp_norm_field(&c);
    }
}

/* --- which row --- */

static bool covers(const struct kp_norm *norm, const struct reading *r)
{
    return kp_is_member_on(r->record.member_from, r->record.member_to, norm->record->exam) &&
           !kp_refused(&r->findings, kp_field_name(KP_F_MEMBER_FROM)) &&
           !kp_refused(&r->findings, kp_field_name(KP_F_MEMBER_TO));
}

/* Returns "persons.csv:12". */
static const char *place_of(const struct kp_norm *norm, const struct kp_master_rows *master, uint64_t line)
{
    return kp_arena_printf(norm->arena, "%s:%" PRIu64, master->input->path, line);
}

static void refuse_choice(struct kp_norm *norm, const struct kp_master_rows *master)
{
    const char *lines = place_of(norm, master, master->rows[0].line);
    for (size_t i = 1; i < master->n && i < LINES_NAMED; i++)
        lines = kp_arena_printf(norm->arena, "%s :%" PRIu64, kp_norm_text(lines), master->rows[i].line);
    if (master->n > LINES_NAMED || master->more)
        lines = kp_arena_printf(norm->arena, "%s …", kp_norm_text(lines));
    kp_findings_add(norm->findings, KP_K_MASTER_AMBIGUOUS, kp_field_name(KP_F_EMPLOYEE_ID), NULL, lines);
}

/* Reads the only row, or the one of several whose membership covers the day of the examination. Returns
 * false, with a finding, if there is not exactly one. */
static bool choose(struct kp_norm *norm, const struct kp_master_rows *master, struct reading *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < master->n; i++)
        if (!master->rows[i].cells) {
            kp_findings_add(norm->findings, KP_K_JOIN_PERSON_WIDTH, kp_field_name(KP_F_EMPLOYEE_ID), NULL,
                            place_of(norm, master, master->rows[i].line));
            return false;
        }
    if (master->n == 1) {
        read_row(norm, master, &master->rows[0], ret);
        return true;
    }
    for (size_t i = 0; i < master->n && !master->more && kp_date_is_set(norm->record->exam); i++) {
        struct reading r;
        read_row(norm, master, &master->rows[i], &r);
        if (covers(norm, &r) && n++ == 0)
            *ret = r;
    }
    if (n != 1)
        refuse_choice(norm, master);
    return n == 1;
}

/* --- what it supplies --- */

static bool is_lacking(const struct kp_norm *norm, enum kp_field field)
{
    return !*norm->record->field[field] && !kp_refused(norm->findings, kp_field_name(field));
}

/* The master can help only with an id that it has. */
static void report_absent(struct kp_norm *norm, const struct kp_master_rows *master)
{
    bool lacks = false;
    for (size_t i = 0; i < KP_COUNT(FIELDS); i++)
        lacks |= kp_fields[FIELDS[i]].required && is_lacking(norm, FIELDS[i]);
    if (!lacks)
        return;
    const char *id = kp_field_name(KP_F_EMPLOYEE_ID);
    if (master->near_line)
        kp_findings_add(norm->findings, KP_K_MASTER_KEY_ZEROS, id, NULL, master->input->path,
                        place_of(norm, master, master->near_line));
    else
        kp_findings_add(norm->findings, KP_K_MASTER_KEY_ABSENT, id, NULL, master->input->path);
}

/* Returns the codes of what normalising the master's value changed or refused, "K4003 K4012". */
static const char *codes_of(const struct kp_norm *norm, const struct reading *r, const char *name)
{
    const char *codes = "";
    for (const struct kp_finding *f = r->findings.first; f; f = f->next)
        if (f->field && strcmp(f->field, name) == 0)
            codes = kp_norm_text(
                kp_arena_printf(norm->arena, "%s%sK%04u", codes, *codes ? " " : "", (unsigned)f->code));
    return codes;
}

static void supply(struct kp_norm *norm, const struct kp_master_rows *master, const struct reading *r,
                   enum kp_field field)
{
    struct kp_record *to = norm->record;
    const struct {
        enum kp_field field;
        struct kp_date *to;
        struct kp_date from;
    } dates[] = {{KP_F_BIRTH_DATE, &to->birth, r->record.birth},
                 {KP_F_MEMBER_FROM, &to->member_from, r->record.member_from},
                 {KP_F_MEMBER_TO, &to->member_to, r->record.member_to}};
    const char *name = kp_field_name(field), *codes = codes_of(norm, r, name);
    to->field[field] = r->record.field[field];
    for (size_t i = 0; i < KP_COUNT(dates); i++)
        if (dates[i].field == field)
            *dates[i].to = dates[i].from;
    kp_findings_add(norm->findings, KP_K_MASTER_SUPPLIED, name, to->field[field],
                    place_of(norm, master, r->row->line),
                    *codes ? kp_arena_printf(norm->arena, " (%s)", codes) : "");
}

/* Names are compared without regard to small letters, which half-width exports often lack. */
static bool differs(const struct kp_norm *norm, enum kp_field field, const char *a, const char *b)
{
    char *x = kp_arena_strdup(norm->arena, a), *y = kp_arena_strdup(norm->arena, b);
    if (x && y && field == KP_F_NAME_KANA) {
        kp_text_enlarge_kana(x);
        kp_text_enlarge_kana(y);
    }
    return x && y && strcmp(x, y) != 0;
}

static void settle_field(struct kp_norm *norm, const struct kp_master_rows *master, const struct reading *r,
                         enum kp_field field, bool compared)
{
    const char *name = kp_field_name(field), *own = norm->record->field[field];
    const char *other = r->record.field[field];
    const char *place = place_of(norm, master, r->row->line);
    if (compared && *own && *other && differs(norm, field, own, other))
        kp_findings_add(norm->findings, KP_K_MASTER_DISAGREES, name, own, place);
    else if (is_lacking(norm, field) && kp_refused(&r->findings, name))
        kp_findings_add(norm->findings, KP_K_MASTER_VALUE_BAD, name, NULL, place, codes_of(norm, r, name));
    else if (is_lacking(norm, field) && *other)
        supply(norm, master, r, field);
}

void kp_norm_master(struct kp_norm *norm, const struct kp_master_rows *master)
{
    struct reading r;
    const char *id = kp_norm_text(kp_text_nfkc(norm->arena, norm->record->field[KP_F_EMPLOYEE_ID]));
    if (!*id)
        return;
    if (master->n == 0 || strcmp(kp_norm_text(kp_text_trim(norm->arena, id)), master->id) != 0) {
        report_absent(norm, master);
        return;
    }
    if (!choose(norm, master, &r))
        return;
    for (size_t i = 0; i < KP_COUNT(FIELDS); i++)
        settle_field(norm, master, &r, FIELDS[i], i < COMPARED);
}
