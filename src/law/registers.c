#include "law/registers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "base/suggest.h"
#include "format/sheet.h"
#include "law/ident.h"

enum { MAX_COLUMNS = 16 };
static const size_t NOWHERE = SIZE_MAX; /* an optional column that the file does not have */

struct reader {
    struct kp_context *ctx;
    struct kp_arena *arena; /* the context's */
    const struct kp_tables *tables;
    struct kp_diag *diag;
    const char *sender_number;
    const char *path;
    const char *const *columns;
    size_t n_columns;
    struct kp_sheet sheet;
    size_t at[MAX_COLUMNS];
    struct kp_map ids; /* id -> line */
};

static const char *cell(const struct reader *r, size_t row, size_t column)
{
    return r->at[column] == NOWHERE ? "" : r->sheet.rows[row].cells[r->at[column]];
}

static enum kp_status fault(const struct reader *r, size_t row, size_t column, enum kp_code code,
                            const char *arg1, const char *arg2)
{
    return kp_fail(r->diag, KP_E_USAGE, code,
                   kp_field_at(r->path, r->sheet.rows[row].line, r->columns[column]), arg1, arg2);
}

/* Registers hold names and numbers of people, so a wrong value is named by its place unless values may be
 * shown. */
static enum kp_status value_bad(const struct reader *r, size_t row, size_t column, const char *expected)
{
    return fault(r, row, column, KP_K_REGISTER_VALUE_BAD, r->diag->show_values ? cell(r, row, column) : "…",
                 expected);
}

static enum kp_status check_columns(struct reader *r, size_t n_optional)
{
    for (size_t i = 0; i < r->n_columns; i++) {
        if (kp_sheet_column(&r->sheet, r->columns[i], &r->at[i]))
            continue;
        r->at[i] = NOWHERE;
        if (i + n_optional < r->n_columns)
            return kp_fail(r->diag, KP_E_USAGE, KP_K_REGISTER_COLUMN_MISSING, kp_at(r->path, 1),
                           r->columns[i]);
    }
    for (size_t i = 0; i < r->sheet.n_columns; i++) {
        bool known = false;
        for (size_t k = 0; k < r->n_columns; k++)
            known |= r->at[k] == i;
        if (!known)
            return kp_fail(r->diag, KP_E_USAGE, KP_K_REGISTER_COLUMN_UNKNOWN, kp_at(r->path, 1),
                           r->sheet.columns[i],
                           kp_suggest_from(r->sheet.columns[i], r->columns, r->n_columns));
    }
    for (size_t i = 0; i < r->sheet.n_rows; i++)
        if (r->sheet.rows[i].n_cells != r->sheet.n_columns) {
            char have[24], want[24];
            (void)snprintf(have, sizeof(have), "%zu", r->sheet.rows[i].n_cells);
            (void)snprintf(want, sizeof(want), "%zu", r->sheet.n_columns);
            return kp_fail(r->diag, KP_E_USAGE, KP_K_REGISTER_ROW_WIDTH,
                           kp_at(r->path, r->sheet.rows[i].line), have, want);
        }
    return KP_OK;
}

/* The last n_optional of the n columns may be missing from the file. */
static enum kp_status open_register(struct reader *r, const char *path, const char *const *columns, size_t n,
                                    size_t n_optional)
{
    const char *bytes = NULL;
    size_t size = 0;
    r->path = path;
    r->columns = columns;
    r->n_columns = n;
    r->ids = (struct kp_map){0};
    if (kp_read_file(r->ctx->io, path, KP_SHEET_MAX_BYTES, r->arena, &bytes, &size) != KP_OK)
        return kp_fail(r->diag, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, kp_in(path), strerror(errno));
    if (kp_sheet_read(&r->sheet, r->arena, r->tables->text, bytes, size) != KP_OK)
        return kp_fail(r->diag, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, kp_at(path, r->sheet.bad_line),
                       "not CSV in UTF-8 or CP932");
    return check_columns(r, n_optional);
}

/* --- values --- */

static enum kp_status read_id(struct reader *r, size_t row, size_t column, const char **ret_id)
{
    const char *id = cell(r, row, column);
    uint32_t first = 0;
    char line[24];
    if (!*id)
        return fault(r, row, column, KP_K_REGISTER_VALUE_MISSING, "an id of your own choice", NULL);
    if (kp_map_get(&r->ids, id, &first)) {
        (void)snprintf(line, sizeof(line), "%u", first);
        return fault(r, row, column, KP_K_REGISTER_DUPLICATE, id, line);
    }
    *ret_id = id;
    return kp_map_put(&r->ids, r->arena, id, (uint32_t)r->sheet.rows[row].line) == KP_MAP_ADDED ? KP_OK
                                                                                                : KP_E_SYSTEM;
}

static enum kp_status read_date(const struct reader *r, size_t row, size_t column, bool required,
                                struct kp_date *ret_date)
{
    const char *text = cell(r, row, column);
    if (!*text)
        return required ? fault(r, row, column, KP_K_REGISTER_VALUE_MISSING, "a date as YYYY-MM-DD", NULL)
                        : KP_OK;
    return kp_date_parse_iso(text, ret_date) ? KP_OK : value_bad(r, row, column, "a date as YYYY-MM-DD");
}

static enum kp_status check_order(const struct reader *r, size_t row, size_t earlier, struct kp_date a,
                                  size_t later, struct kp_date b)
{
    if (kp_date_is_set(a) && kp_date_is_set(b) && kp_date_compare(b, a) < 0)
        return fault(r, row, later, KP_K_REGISTER_DATES_DISORDERED, r->columns[later], r->columns[earlier]);
    return KP_OK;
}

static enum kp_status read_insurer_number(const struct reader *r, size_t row, size_t column,
                                          const char **ret_number)
{
    const char *number = cell(r, row, column);
    if (strlen(number) != 8 || number[strspn(number, "0123456789")] != '\0')
        return value_bad(r, row, column, "an insurer number of 8 digits");
    if (!kp_scheme_of(r->tables, number))
        return value_bad(r, row, column, "a number that begins with a known scheme prefix");
    if (!kp_check_digit_ok(number, 8))
        return value_bad(r, row, column, "the number with its right check digit");
    *ret_number = number;
    return KP_OK;
}

/* A space-separated list whose words must all pass; also_ok are words beside the item codes. */
static enum kp_status check_items(const struct reader *r, size_t row, size_t column, const char *also_ok)
{
    const char *at = cell(r, row, column);
    while (*at) {
        size_t n = strcspn(at, " ");
        char *word = kp_arena_strndup(r->arena, at, n);
        if (!word)
            return KP_E_SYSTEM;
        if (n && !kp_item_find(r->tables, word) && !kp_list_has(also_ok, word))
            return value_bad(r, row, column,
                             *also_ok ? "item codes of 17 characters, other, or all"
                                      : "item codes of 17 characters, separated by spaces");
        at += n + (at[n] == ' ');
    }
    return KP_OK;
}

/* --- requests --- */

enum { Q_ID, Q_INSURER, Q_RECEIVED, Q_ARTICLES, Q_FROM, Q_TO, Q_AGES, Q_ITEMS, Q_UNTIL, Q_WITHDRAWN, Q_NOTE };

static enum kp_status read_articles(const struct reader *r, size_t row, unsigned *ret_routes)
{
    unsigned routes = 0;
    const char *list = cell(r, row, Q_ARTICLES);
    size_t length = 0;
    for (unsigned i = KP_ROUTE_ELDERLY; i <= KP_ROUTE_HEALTH; i++)
        if (kp_list_has(list, kp_route_names[i])) {
            routes |= 1u << i;
            length += strlen(kp_route_names[i]) + (length > 0);
        }
    if (!routes || strlen(list) != length)
        return value_bad(r, row, Q_ARTICLES, "elderly_act, health_act, or both separated by a space");
    *ret_routes = routes;
    return KP_OK;
}

static enum kp_status read_ages(const struct reader *r, size_t row, unsigned *ret_bands)
{
    const char *ages = cell(r, row, Q_AGES);
    if (!*ages || strcmp(ages, "all") == 0)
        *ret_bands = (1u << KP_BAND__COUNT) - 1;
    else if (strcmp(ages, kp_band_names[KP_BAND_UNDER40]) == 0)
        *ret_bands = 1u << KP_BAND_UNDER40;
    else if (strcmp(ages, kp_band_names[KP_BAND_40TO74]) == 0)
        *ret_bands = 1u << KP_BAND_40TO74;
    else
        return value_bad(r, row, Q_AGES, "all, under40 or 40to74");
    return KP_OK;
}

static enum kp_status read_request(struct reader *r, size_t i, struct kp_request *q)
{
    KP_TRY(read_id(r, i, Q_ID, &q->id));
    KP_TRY(read_insurer_number(r, i, Q_INSURER, &q->insurer_number));
    KP_TRY(read_date(r, i, Q_RECEIVED, true, &q->received));
    KP_TRY(read_articles(r, i, &q->routes));
    KP_TRY(read_date(r, i, Q_FROM, false, &q->exam_from));
    KP_TRY(read_date(r, i, Q_TO, false, &q->exam_to));
    KP_TRY(check_order(r, i, Q_FROM, q->exam_from, Q_TO, q->exam_to));
    KP_TRY(read_ages(r, i, &q->bands));
    KP_TRY(check_items(r, i, Q_ITEMS, ""));
    q->items = cell(r, i, Q_ITEMS);
    KP_TRY(read_date(r, i, Q_UNTIL, false, &q->valid_until));
    KP_TRY(check_order(r, i, Q_RECEIVED, q->received, Q_UNTIL, q->valid_until));
    KP_TRY(read_date(r, i, Q_WITHDRAWN, false, &q->withdrawn));
    KP_TRY(check_order(r, i, Q_RECEIVED, q->received, Q_WITHDRAWN, q->withdrawn));
    return KP_OK;
}

static enum kp_status load_requests(struct reader *r, const char *path, struct kp_registers *registers)
{
    static const char *const columns[] = {"request_id",  "insurer_number", "received_on", "articles",
                                          "exam_from",   "exam_to",        "ages",        "items",
                                          "valid_until", "withdrawn_on",   "note"};
    KP_TRY(open_register(r, path, columns, KP_COUNT(columns), 0));
    size_t n = r->sheet.n_rows;
    struct kp_request *requests = kp_arena_alloc(r->arena, (n + 1) * sizeof(*requests));
    if (!requests)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < n; i++)
        KP_TRY(read_request(r, i, &requests[i]));
    for (size_t i = 0; i < n; i++) {
        uint32_t first = 0;
        if (!kp_map_get(&registers->request_by_insurer, requests[i].insurer_number, &first)) {
            if (kp_map_put(&registers->request_by_insurer, r->arena, requests[i].insurer_number,
                           (uint32_t)i) != KP_MAP_ADDED)
                return KP_E_SYSTEM;
            continue;
        }
        struct kp_request *last = &requests[first];
        while (last->next)
            last = &requests[last->next - requests];
        last->next = &requests[i];
    }
    registers->requests = requests;
    registers->n_requests = n;
    return KP_OK;
}

/* --- consents --- */

enum {
    C_ID,
    C_EMPLOYEE,
    C_INSURER,
    C_SYMBOL,
    C_NUMBER,
    C_BRANCH,
    C_RECIPIENT,
    C_ITEMS,
    C_KIND,
    C_GIVEN,
    C_WITHDRAWN,
    C_EVIDENCE
};

char *kp_employee_key(struct kp_arena *arena, const char *employee_id)
{
    return kp_arena_printf(arena, "e\x1f%s", employee_id);
}

char *kp_insured_key(struct kp_arena *arena, const char *insurer, const char *symbol, const char *number,
                     const char *branch)
{
    const char *symbol_key = kp_text_value_key(arena, symbol);
    const char *number_key = kp_text_value_key(arena, number);
    if (!symbol_key || !number_key)
        return NULL;
    return kp_arena_printf(arena, "n\x1f%s\x1f%s\x1f%s\x1f%s", insurer, symbol_key, number_key, branch);
}

static enum kp_status read_person(const struct reader *r, size_t i, struct kp_consent *c)
{
    const char *number = cell(r, i, C_NUMBER), *branch = cell(r, i, C_BRANCH);
    c->employee_id = cell(r, i, C_EMPLOYEE);
    c->insured = "";
    if (!*number) {
        if (!*c->employee_id)
            return fault(r, i, C_EMPLOYEE, KP_K_REGISTER_VALUE_MISSING,
                         "employee_id, or insurer_number and insured_number", NULL);
        if (*cell(r, i, C_SYMBOL) || *branch)
            return fault(r, i, C_NUMBER, KP_K_REGISTER_VALUE_MISSING,
                         "the insured number that goes with the rest", NULL);
        return KP_OK;
    }
    const char *insurer = NULL;
    enum kp_status st = read_insurer_number(r, i, C_INSURER, &insurer);
    if (st != KP_OK)
        return st;
    if (*branch && (strlen(branch) != 2 || branch[strspn(branch, "0123456789")] != '\0'))
        return value_bad(r, i, C_BRANCH, "two digits, or nothing");
    c->insured = kp_insured_key(r->arena, insurer, cell(r, i, C_SYMBOL), number, branch);
    return c->insured ? KP_OK : KP_E_SYSTEM;
}

static enum kp_status read_consent(struct reader *r, size_t i, struct kp_consent *c)
{
    KP_TRY(read_id(r, i, C_ID, &c->id));
    KP_TRY(read_person(r, i, c));
    c->recipient = cell(r, i, C_RECIPIENT);
    if (strcmp(c->recipient, "*") != 0)
        KP_TRY(read_insurer_number(r, i, C_RECIPIENT, &c->recipient));
    c->items = cell(r, i, C_ITEMS);
    if (!*c->items)
        return fault(r, i, C_ITEMS, KP_K_REGISTER_VALUE_MISSING, "item codes, other, or all", NULL);
    KP_TRY(check_items(r, i, C_ITEMS, "other all"));
    c->notice = strcmp(cell(r, i, C_KIND), "notice") == 0;
    if (!c->notice && strcmp(cell(r, i, C_KIND), "explicit") != 0)
        return value_bad(r, i, C_KIND, "explicit or notice");
    KP_TRY(read_date(r, i, C_GIVEN, true, &c->given));
    KP_TRY(read_date(r, i, C_WITHDRAWN, false, &c->withdrawn));
    KP_TRY(check_order(r, i, C_GIVEN, c->given, C_WITHDRAWN, c->withdrawn));
    c->evidence = cell(r, i, C_EVIDENCE);
    return KP_OK;
}

/* Filed under the employee id where there is one: then the insured number, if given too, must agree as well.
 */
static enum kp_status file_consent(struct reader *r, struct kp_registers *registers,
                                   struct kp_consent *consents, struct kp_consent **last, size_t i)
{
    struct kp_consent *c = &consents[i];
    const char *key = *c->employee_id ? kp_employee_key(r->arena, c->employee_id) : c->insured;
    uint32_t first = 0;
    if (!key)
        return KP_E_SYSTEM;
    if (kp_map_get(&registers->consent_by_person, key, &first)) {
        last[first]->next = c;
        last[first] = c;
        return KP_OK;
    }
    last[i] = c;
    return kp_map_put(&registers->consent_by_person, r->arena, key, (uint32_t)i) == KP_MAP_ADDED
               ? KP_OK
               : KP_E_SYSTEM;
}

static enum kp_status load_consents(struct reader *r, const char *path, struct kp_registers *registers)
{
    static const char *const columns[] = {
        "consent_id", "employee_id", "insurer_number", "insured_symbol", "insured_number", "insured_branch",
        "recipient",  "items",       "kind",           "given_on",       "withdrawn_on",   "evidence"};
    KP_TRY(open_register(r, path, columns, KP_COUNT(columns), 0));
    size_t n = r->sheet.n_rows;
    struct kp_consent *consents = kp_arena_alloc(r->arena, (n + 1) * sizeof(*consents));
    struct kp_consent **last = kp_arena_alloc(r->arena, (n + 1) * sizeof(struct kp_consent *));
    if (!consents || !last)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < n; i++) {
        KP_TRY(read_consent(r, i, &consents[i]));
        KP_TRY(file_consent(r, registers, consents, last, i));
    }
    registers->consents = consents;
    registers->n_consents = n;
    return KP_OK;
}

/* --- insurers --- */

enum {
    N_NUMBER,
    N_NAME,
    N_ADDRESS,
    N_REPRESENTATIVE,
    N_SCHEME,
    N_SENDER,
    N_INTERACTION,
    N_EVENT,
    N_REPORT,
    N_PROGRAMME,
    N_REPORT_UNDER40,
    N_PROGRAMME_UNDER40,
    N_SECTION_UNDER40,
    N_WIDTH,
    N_MAX_DOCUMENTS
};

static enum kp_status read_code(const struct reader *r, size_t row, size_t column, const char *fallback,
                                const char *allowed, const char **ret_code)
{
    const char *text = cell(r, row, column);
    *ret_code = *text ? text : fallback;
    return kp_list_has(allowed, *ret_code) ? KP_OK : value_bad(r, row, column, allowed);
}

static enum kp_status read_scheme(const struct reader *r, size_t i, struct kp_insurer *n)
{
    const struct kp_scheme *scheme = kp_scheme_of(r->tables, n->number);
    n->scheme = cell(r, i, N_SCHEME);
    if (!*n->scheme || strcmp(n->scheme, scheme->scheme) == 0 || kp_list_has(scheme->choices, n->scheme))
        return KP_OK;
    return fault(r, i, N_SCHEME, KP_K_REGISTER_SCHEME_CONFLICT, scheme->scheme, n->scheme);
}

static enum kp_status read_sender(const struct reader *r, size_t i, const char *fallback,
                                  struct kp_insurer *n)
{
    n->sender_number = *cell(r, i, N_SENDER) ? cell(r, i, N_SENDER) : fallback;
    if (*cell(r, i, N_SENDER) &&
        (strlen(n->sender_number) != 10 || n->sender_number[strspn(n->sender_number, "0123456789")] != '\0'))
        return value_bad(r, i, N_SENDER, "a sender number of 10 digits");
    return KP_OK;
}

static enum kp_status read_width(const struct reader *r, size_t i, struct kp_insurer *n)
{
    static const char *const widths[] = {
        [KP_WIDTH_AS_GIVEN] = "as_given", [KP_WIDTH_HALF] = "half", [KP_WIDTH_FULL] = "full"};
    const char *text = cell(r, i, N_WIDTH);
    for (size_t w = 0; w < KP_COUNT(widths); w++)
        if (strcmp(text, widths[w]) == 0)
            n->symbol_width = (enum kp_symbol_width)w;
    if (*text && strcmp(widths[n->symbol_width], text) != 0)
        return value_bad(r, i, N_WIDTH, "as_given, half or full");
    return KP_OK;
}

static enum kp_status read_limit(const struct reader *r, size_t i, struct kp_insurer *n)
{
    const char *text = cell(r, i, N_MAX_DOCUMENTS);
    size_t digits = strspn(text, "0123456789");
    n->max_documents = strtoull(text, NULL, 10);
    if (*text && (text[digits] != '\0' || digits > 6 || n->max_documents == 0))
        return value_bad(r, i, N_MAX_DOCUMENTS, "a number from 1 to 999999");
    return KP_OK;
}

bool kp_categories_fit(const char *report, const char *programme)
{
    if (kp_list_has("19 49", report) || strcmp(programme, "100") == 0)
        return false;
    return strcmp(report, "10") != 0 || !kp_list_has("990 000 040 060 090", programme);
}

/* 10 and 010 are of those of 40 to 74. */
#define REPORTS "40 41 42 90"
#define PROGRAMMES "000 020 030 040 060 090 990"
#define SECTIONS "01010 01020 01030 01040 01060 01090"

static enum kp_status read_insurer(struct reader *r, size_t i, struct kp_insurer *n)
{
    const char *id = NULL;
    KP_TRY(read_id(r, i, N_NUMBER, &id));
    KP_TRY(read_insurer_number(r, i, N_NUMBER, &n->number));
    n->name = cell(r, i, N_NAME);
    n->address = cell(r, i, N_ADDRESS);
    n->representative = cell(r, i, N_REPRESENTATIVE);
    KP_TRY(read_scheme(r, i, n));
    KP_TRY(read_sender(r, i, r->sender_number, n));
    KP_TRY(read_code(r, i, N_INTERACTION, "6", "1 2 3 4 5 6 7 8 9 10 11 12 13", &n->interaction_type));
    KP_TRY(read_code(r, i, N_EVENT, "1", "1 2 3 4 5", &n->service_event));
    KP_TRY(read_code(r, i, N_REPORT, "10", "10 " REPORTS, &n->report_40to74));
    KP_TRY(read_code(r, i, N_PROGRAMME, "010", "010 " PROGRAMMES, &n->programme_40to74));
    if (!kp_categories_fit(n->report_40to74, n->programme_40to74))
        return value_bad(r, i, N_PROGRAMME,
                         "a programme that goes with the report category, or another category");
    KP_TRY(read_code(r, i, N_REPORT_UNDER40, "40", REPORTS, &n->report_under40));
    KP_TRY(read_code(r, i, N_PROGRAMME_UNDER40, "990", PROGRAMMES, &n->programme_under40));
    KP_TRY(read_code(r, i, N_SECTION_UNDER40, "01010", SECTIONS, &n->section_under40));
    KP_TRY(read_width(r, i, n));
    KP_TRY(read_limit(r, i, n));
    return KP_OK;
}

static enum kp_status load_insurers(struct reader *r, const char *path, struct kp_registers *registers)
{
    static const char *const columns[] = {"insurer_number",   "name",           "address",
                                          "representative",   "scheme",         "sender_number",
                                          "interaction_type", "service_event",  "report_40to74",
                                          "programme_40to74", "report_under40", "programme_under40",
                                          "section_under40",  "symbol_width",   "max_documents"};
    KP_TRY(open_register(r, path, columns, KP_COUNT(columns), 1));
    size_t n = r->sheet.n_rows;
    struct kp_insurer *insurers = kp_arena_alloc(r->arena, (n + 1) * sizeof(*insurers));
    if (!insurers)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < n; i++) {
        KP_TRY(read_insurer(r, i, &insurers[i]));
        if (kp_map_put(&registers->insurer_by_number, r->arena, insurers[i].number, (uint32_t)i) !=
            KP_MAP_ADDED)
            return KP_E_SYSTEM;
    }
    registers->insurers = insurers;
    registers->n_insurers = n;
    return KP_OK;
}

enum kp_status kp_registers_load(struct kp_context *ctx, const struct kp_register_files *files,
                                 const char *sender_number, struct kp_registers *ret_registers)
{
    struct kp_registers registers = {0};
    struct reader r = {.ctx = ctx,
                       .arena = &ctx->arena,
                       .tables = &ctx->tables,
                       .diag = &ctx->diag,
                       .sender_number = sender_number};
    if (files->requests)
        KP_TRY(load_requests(&r, files->requests, &registers));
    if (files->consents)
        KP_TRY(load_consents(&r, files->consents, &registers));
    if (files->insurers)
        KP_TRY(load_insurers(&r, files->insurers, &registers));
    *ret_registers = registers;
    return KP_OK;
}

const struct kp_request *kp_requests_of(const struct kp_registers *registers, const char *insurer_number)
{
    uint32_t first = 0;
    return kp_map_get(&registers->request_by_insurer, insurer_number, &first) ? &registers->requests[first]
                                                                              : NULL;
}

const struct kp_consent *kp_consents_of(const struct kp_registers *registers, const char *person_key)
{
    uint32_t first = 0;
    return kp_map_get(&registers->consent_by_person, person_key, &first) ? &registers->consents[first] : NULL;
}

const struct kp_insurer *kp_insurer_of(const struct kp_registers *registers, const char *insurer_number)
{
    uint32_t at = 0;
    return kp_map_get(&registers->insurer_by_number, insurer_number, &at) ? &registers->insurers[at] : NULL;
}
