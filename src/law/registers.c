#include "law/registers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "base/suggest.h"
#include "tables/tablefile.h"
#include "law/ident.h"

struct reader {
    struct kp_context *ctx;
    struct kp_tablefile file; /* the register being read */
    struct kp_original original;
    const char *sender_number;
    struct kp_map ids; /* id -> line */
    size_t *last;      /* for the first row under a key: the last one so far */
};

static const char *cell(const struct reader *r, size_t row, size_t column)
{
    return kp_cell(&r->file, row, column);
}

static enum kp_status fault(const struct reader *r, size_t row, size_t column, enum kp_code code,
                            const char *arg1, const char *arg2)
{
    return kp_fail(&r->ctx->diag, KP_E_USAGE, code,
                   kp_field_at(r->file.path, r->file.sheet.rows[row].line, r->file.columns[column]), arg1,
                   arg2);
}

/* Registers contain names and numbers of people, so a wrong value is masked unless values may be shown. */
static enum kp_status value_bad(const struct reader *r, size_t row, size_t column, const char *expected)
{
    return fault(r, row, column, KP_K_REGISTER_VALUE_BAD,
                 r->ctx->diag.show_values ? cell(r, row, column) : "…", expected);
}

static enum kp_status value_missing(const struct reader *r, size_t row, size_t column, const char *expected)
{
    return fault(r, row, column, KP_K_REGISTER_VALUE_MISSING, expected, NULL);
}

/* Reads a register and allocates its rows. The last n_optional columns may be missing. */
static enum kp_status open_register(struct reader *r, const char *path, const char *columns,
                                    size_t n_optional, size_t row_bytes)
{
    struct kp_tablefile *f = &r->file;
    const char *bytes = NULL;
    size_t n = 0, at = 0;
    *f = (struct kp_tablefile){.arena = &r->ctx->arena,
                               .io = r->ctx->io,
                               .diag = &r->ctx->diag,
                               .text = r->ctx->tables.text,
                               .strict = true,
                               .path = path};
    r->ids = (struct kp_map){0};
    if (kp_read_file(f->io, path, KP_SHEET_MAX_BYTES, f->arena, &bytes, &n) != KP_OK)
        return kp_fail(f->diag, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, kp_in(path), strerror(errno));
    r->original = (struct kp_original){bytes, n};
    enum kp_tablefile_fault found = kp_tablefile_parse(f, columns, n_optional, bytes, n, &at);
    if (found == KP_TABLEFILE_NO_MEMORY)
        return kp_no_memory(r->ctx);
    if (found == KP_TABLEFILE_NOT_CSV)
        return kp_fail(f->diag, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, kp_at(path, f->sheet.bad_line),
                       "not CSV in UTF-8 or CP932");
    if (found == KP_TABLEFILE_COLUMN_MISSING)
        return kp_fail(f->diag, KP_E_USAGE, KP_K_REGISTER_COLUMN_MISSING, kp_at(path, 1), f->columns[at]);
    if (found == KP_TABLEFILE_COLUMN_UNKNOWN)
        return kp_fail(f->diag, KP_E_USAGE, KP_K_REGISTER_COLUMN_UNKNOWN, kp_at(path, 1),
                       f->sheet.columns[at], kp_suggest_from(f->sheet.columns[at], f->columns, f->n_columns));
    if (found == KP_TABLEFILE_ROW_WIDTH)
        return kp_fail(f->diag, KP_E_USAGE, KP_K_REGISTER_ROW_WIDTH, kp_at(path, f->sheet.rows[at].line),
                       kp_arena_printf(f->arena, "%zu", f->sheet.rows[at].n_cells),
                       kp_arena_printf(f->arena, "%zu", f->sheet.n_columns));
    KP_TRY(kp_tablefile_rows(f, sizeof(*r->last)));
    r->last = f->rows;
    return kp_tablefile_rows(f, row_bytes);
}

/* Files a row under a key. *ret_previous is the row before it under that key; the row itself for a new key.
 */
static enum kp_status file_row(struct reader *r, struct kp_map *map, const char *key, size_t row,
                               size_t *ret_previous)
{
    uint32_t first = (uint32_t)row;
    if (!key || kp_map_put(map, r->file.arena, key, first) == KP_MAP_NO_MEMORY)
        return kp_no_memory(r->ctx);
    (void)kp_map_get(map, key, &first);
    *ret_previous = first == row ? row : r->last[first];
    r->last[first] = row;
    return KP_OK;
}

/* --- values --- */

static enum kp_status read_id(struct reader *r, size_t row, const char **ret_id)
{
    enum { ID = 0 };
    const char *id = cell(r, row, ID);
    uint32_t line = 0;
    if (!*id)
        return value_missing(r, row, ID, "an id of your own choice");
    if (kp_map_get(&r->ids, id, &line))
        return fault(r, row, ID, KP_K_REGISTER_DUPLICATE, id,
                     kp_arena_printf(r->file.arena, "%" PRIu32, line));
    if (kp_map_put(&r->ids, r->file.arena, id, (uint32_t)r->file.sheet.rows[row].line) != KP_MAP_ADDED)
        return kp_no_memory(r->ctx);
    *ret_id = id;
    return KP_OK;
}

static enum kp_status read_date(const struct reader *r, size_t row, size_t column, bool required,
                                struct kp_date *ret_date)
{
    const char *text = cell(r, row, column);
    if (!*text)
        return required ? value_missing(r, row, column, "a date as YYYY-MM-DD") : KP_OK;
    return kp_date_parse_iso(text, ret_date) ? KP_OK : value_bad(r, row, column, "a date as YYYY-MM-DD");
}

static enum kp_status check_order(const struct reader *r, size_t row, size_t earlier, struct kp_date a,
                                  size_t later, struct kp_date b)
{
    if (kp_date_is_set(a) && kp_date_is_set(b) && kp_date_compare(b, a) < 0)
        return fault(r, row, later, KP_K_REGISTER_DATES_DISORDERED, r->file.columns[later],
                     r->file.columns[earlier]);
    return KP_OK;
}

static enum kp_status read_insurer_number(const struct reader *r, size_t row, size_t column,
                                          const char **ret_number)
{
    const char *number = cell(r, row, column);
    if (!kp_is_digits(number, 8))
        return value_bad(r, row, column, "an insurer number of 8 digits");
    if (!kp_scheme_of(&r->ctx->tables, number))
        return value_bad(r, row, column, "a number that begins with a known scheme prefix");
    if (!kp_check_digit_ok(number, 8))
        return value_bad(r, row, column, "the number with its right check digit");
    *ret_number = number;
    return KP_OK;
}

/* Checks a space-separated list of item codes and of the words in also_ok. */
static enum kp_status check_items(const struct reader *r, size_t row, size_t column, const char *also_ok)
{
    const char *list = cell(r, row, column);
    for (struct kp_word word; kp_next_word(&list, " ", &word);) {
        char *code = kp_arena_strndup(r->file.arena, word.at, word.n);
        if (!code)
            return kp_no_memory(r->ctx);
        if (word.n && !kp_item_find(&r->ctx->tables, code) && !kp_list_has(also_ok, code))
            return value_bad(r, row, column,
                             *also_ok ? "item codes of 17 characters, other, or all"
                                      : "item codes of 17 characters, separated by spaces");
    }
    return KP_OK;
}

/* --- requests --- */

enum { Q_ID, Q_INSURER, Q_RECEIVED, Q_ARTICLES, Q_FROM, Q_TO, Q_AGES, Q_ITEMS, Q_UNTIL, Q_WITHDRAWN, Q_NOTE };

static enum kp_status read_articles(const struct reader *r, size_t row, unsigned *ret_routes)
{
    if (!kp_list_bits(kp_route_names, cell(r, row, Q_ARTICLES), ret_routes) ||
        (*ret_routes & 1u << KP_ROUTE_CONSENT))
        return value_bad(r, row, Q_ARTICLES, "elderly_act, health_act, or both separated by a space");
    return KP_OK;
}

static enum kp_status read_ages(const struct reader *r, size_t row, unsigned *ret_bands)
{
    const char *ages = cell(r, row, Q_AGES);
    size_t band = 0;
    if (!*ages || strcmp(ages, "all") == 0)
        *ret_bands = (1u << KP_BAND__COUNT) - 1;
    else if (kp_name_find(kp_band_names, ages, &band) && band != KP_BAND_75PLUS)
        *ret_bands = 1u << band;
    else
        return value_bad(r, row, Q_AGES, "all, under40 or 40to74");
    return KP_OK;
}

static enum kp_status read_request(struct reader *r, size_t i, struct kp_request *q)
{
    KP_TRY(read_id(r, i, &q->id));
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
    return check_order(r, i, Q_RECEIVED, q->received, Q_WITHDRAWN, q->withdrawn);
}

static enum kp_status load_requests(struct reader *r, const char *path, struct kp_registers *registers)
{
    KP_TRY(open_register(r, path,
                         "request_id insurer_number received_on articles exam_from exam_to ages items "
                         "valid_until withdrawn_on note",
                         0, sizeof(struct kp_request)));
    struct kp_request *requests = r->file.rows;
    for (size_t i = 0, previous = 0; i < r->file.sheet.n_rows; i++) {
        KP_TRY(read_request(r, i, &requests[i]));
        KP_TRY(file_row(r, &registers->request_by_insurer, requests[i].insurer_number, i, &previous));
        if (previous != i)
            requests[previous].next = &requests[i];
    }
    registers->requests = requests;
    registers->n_requests = r->file.sheet.n_rows;
    return KP_OK;
}

/* --- consents --- */

enum { C_ID, C_EMPLOYEE, C_INSURER, C_SYMBOL, C_NUMBER, C_BRANCH };
enum { C_RECIPIENT = C_BRANCH + 1, C_ITEMS, C_KIND, C_GIVEN, C_WITHDRAWN, C_EVIDENCE };

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
            return value_missing(r, i, C_EMPLOYEE, "employee_id, or insurer_number and insured_number");
        if (*cell(r, i, C_SYMBOL) || *branch)
            return value_missing(r, i, C_NUMBER, "the insured number that goes with the rest");
        return KP_OK;
    }
    const char *insurer = NULL;
    KP_TRY(read_insurer_number(r, i, C_INSURER, &insurer));
    if (*branch && !kp_is_digits(branch, 2))
        return value_bad(r, i, C_BRANCH, "two digits, or nothing");
    c->insured = kp_insured_key(r->file.arena, insurer, cell(r, i, C_SYMBOL), number, branch);
    return c->insured ? KP_OK : kp_no_memory(r->ctx);
}

static enum kp_status read_consent(struct reader *r, size_t i, struct kp_consent *c)
{
    KP_TRY(read_id(r, i, &c->id));
    KP_TRY(read_person(r, i, c));
    c->recipient = cell(r, i, C_RECIPIENT);
    if (strcmp(c->recipient, "*") != 0)
        KP_TRY(read_insurer_number(r, i, C_RECIPIENT, &c->recipient));
    c->items = cell(r, i, C_ITEMS);
    if (!*c->items)
        return value_missing(r, i, C_ITEMS, "item codes, other, or all");
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

static enum kp_status load_consents(struct reader *r, const char *path, struct kp_registers *registers)
{
    KP_TRY(open_register(r, path,
                         "consent_id employee_id insurer_number insured_symbol insured_number insured_branch "
                         "recipient items kind given_on withdrawn_on evidence",
                         0, sizeof(struct kp_consent)));
    struct kp_consent *consents = r->file.rows;
    for (size_t i = 0, previous = 0; i < r->file.sheet.n_rows; i++) {
        struct kp_consent *c = &consents[i];
        KP_TRY(read_consent(r, i, c));
        /* With an employee id it is filed under that alone; its card, if given, is compared on use. */
        const char *key = *c->employee_id ? kp_employee_key(r->file.arena, c->employee_id) : c->insured;
        KP_TRY(file_row(r, &registers->consent_by_person, key, i, &previous));
        if (previous != i)
            consents[previous].next = c;
    }
    registers->consents = consents;
    registers->n_consents = r->file.sheet.n_rows;
    return KP_OK;
}

/* --- insurers --- */

enum { N_NUMBER, N_NAME, N_ADDRESS, N_REPRESENTATIVE, N_SCHEME, N_SENDER, N_INTERACTION, N_EVENT };
enum { N_REPORT = N_EVENT + 1, N_PROGRAMME, N_REPORT_UNDER40, N_PROGRAMME_UNDER40, N_SECTION_UNDER40 };
enum { N_WIDTH = N_SECTION_UNDER40 + 1, N_MAX_DOCUMENTS, N_SYMBOL_LENGTH, N_NUMBER_LENGTH, N_DETAILED };

static enum kp_status read_code(const struct reader *r, size_t row, size_t column, const char *fallback,
                                const char *allowed, const char **ret_code)
{
    const char *text = cell(r, row, column);
    *ret_code = *text ? text : fallback;
    return kp_list_has(allowed, *ret_code) ? KP_OK : value_bad(r, row, column, allowed);
}

static enum kp_status read_scheme(const struct reader *r, size_t i, struct kp_insurer *n)
{
    const struct kp_scheme *scheme = kp_scheme_of(&r->ctx->tables, n->number);
    n->scheme = cell(r, i, N_SCHEME);
    if (!*n->scheme || strcmp(n->scheme, scheme->scheme) == 0 || kp_list_has(scheme->choices, n->scheme))
        return KP_OK;
    return fault(r, i, N_SCHEME, KP_K_REGISTER_SCHEME_CONFLICT, scheme->scheme, n->scheme);
}

static enum kp_status read_sender(const struct reader *r, size_t i, struct kp_insurer *n)
{
    const char *number = cell(r, i, N_SENDER);
    n->sender_number = *number ? number : r->sender_number;
    return !*number || kp_is_digits(number, 10) ? KP_OK
                                                : value_bad(r, i, N_SENDER, "a sender number of 10 digits");
}

static enum kp_status read_width(const struct reader *r, size_t i, struct kp_insurer *n)
{
    static const char *const widths[] = {
        [KP_WIDTH_AS_GIVEN] = "as_given", [KP_WIDTH_HALF] = "half", [KP_WIDTH_FULL] = "full", NULL};
    const char *text = cell(r, i, N_WIDTH);
    size_t width = KP_WIDTH_AS_GIVEN;
    if (*text && !kp_name_find(widths, text, &width))
        return value_bad(r, i, N_WIDTH, "as_given, half or full");
    n->symbol_width = (enum kp_symbol_width)width;
    return KP_OK;
}

static enum kp_status read_limit(const struct reader *r, size_t i, struct kp_insurer *n)
{
    const char *text = cell(r, i, N_MAX_DOCUMENTS);
    n->max_documents = strtoull(text, NULL, 10);
    if (*text && (!kp_all_digits(text) || strlen(text) > 6 || n->max_documents == 0))
        return value_bad(r, i, N_MAX_DOCUMENTS, "a number from 1 to 999999");
    return KP_OK;
}

/* Reads "7" or "1-4"; also "1~4", which spreadsheets do not turn into a date. */
static enum kp_status read_lengths(const struct reader *r, size_t i, size_t column,
                                   struct kp_lengths *ret_lengths)
{
    const char *text = cell(r, i, column);
    size_t n = kp_digits(text);
    const char *upper = text[n] == '-' || text[n] == '~' ? text + n + 1 : text;
    size_t m = kp_digits(upper);
    unsigned least = (unsigned)strtoul(text, NULL, 10), most = (unsigned)strtoul(upper, NULL, 10);
    if (!*text)
        return KP_OK;
    if (n < 1 || n > 2 || m < 1 || m > 2 || upper[m] || least > most || !most)
        return value_bad(r, i, column, "a number of characters, such as 7, 1-4 or 1~4");
    *ret_lengths = (struct kp_lengths){least, most};
    return KP_OK;
}

bool kp_categories_fit(const char *report, const char *programme)
{
    if (kp_list_has("19 49", report) || strcmp(programme, "100") == 0)
        return false;
    return strcmp(report, "10") != 0 || !kp_list_has("990 000 040 060 090", programme);
}

/* 10 and 010 are for ages 40 to 74 only. */
#define REPORTS "40 41 42 90"
#define PROGRAMMES "000 020 030 040 060 090 990"
#define SECTIONS "01010 01020 01030 01040 01060 01090"

static enum kp_status read_insurer(struct reader *r, size_t i, struct kp_insurer *n)
{
    KP_TRY(read_id(r, i, &n->number));
    KP_TRY(read_insurer_number(r, i, N_NUMBER, &n->number));
    n->name = cell(r, i, N_NAME);
    n->address = cell(r, i, N_ADDRESS);
    n->representative = cell(r, i, N_REPRESENTATIVE);
    KP_TRY(read_scheme(r, i, n));
    KP_TRY(read_sender(r, i, n));
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
    KP_TRY(read_lengths(r, i, N_SYMBOL_LENGTH, &n->symbol_length));
    KP_TRY(read_lengths(r, i, N_NUMBER_LENGTH, &n->number_length));
    const char *section = NULL;
    KP_TRY(read_code(r, i, N_DETAILED, "01990", "01990 01010", &section));
    n->keeps_detailed = strcmp(section, "01010") == 0;
    return read_limit(r, i, n);
}

static enum kp_status load_insurers(struct reader *r, const char *path, struct kp_registers *registers)
{
    KP_TRY(open_register(r, path,
                         "insurer_number name address representative scheme sender_number interaction_type "
                         "service_event report_40to74 programme_40to74 report_under40 programme_under40 "
                         "section_under40 symbol_width max_documents symbol_length number_length "
                         "detailed_without_reason",
                         4, sizeof(struct kp_insurer)));
    struct kp_insurer *insurers = r->file.rows;
    for (size_t i = 0, previous = 0; i < r->file.sheet.n_rows; i++) {
        KP_TRY(read_insurer(r, i, &insurers[i]));
        KP_TRY(file_row(r, &registers->insurer_by_number, insurers[i].number, i, &previous));
    }
    registers->insurers = insurers;
    registers->n_insurers = r->file.sheet.n_rows;
    return KP_OK;
}

/* --- institutions --- */

enum { F_NUMBER, F_NAME, F_POSTAL_CODE, F_ADDRESS, F_PHONE };

static enum kp_status read_facility(struct reader *r, size_t i, struct kp_org *f)
{
    KP_TRY(read_id(r, i, &f->number));
    *f = (struct kp_org){.number = cell(r, i, F_NUMBER),
                         .name = cell(r, i, F_NAME),
                         .postal_code = cell(r, i, F_POSTAL_CODE),
                         .address = cell(r, i, F_ADDRESS),
                         .phone = cell(r, i, F_PHONE)};
    if (!kp_is_digits(f->number, 10))
        return value_bad(r, i, F_NUMBER, "a facility number of 10 digits");
    return *f->name ? KP_OK : value_missing(r, i, F_NAME, "the name of the institution");
}

enum kp_status kp_facilities_load(struct kp_context *ctx, const char *path, struct kp_facilities *facilities)
{
    struct reader r = {.ctx = ctx};
    if (!path)
        return KP_OK;
    KP_TRY(open_register(&r, path, "number name postal_code address phone", 0, sizeof(struct kp_org)));
    struct kp_org *list = r.file.rows;
    for (size_t i = 0, previous = 0; i < r.file.sheet.n_rows; i++) {
        KP_TRY(read_facility(&r, i, &list[i]));
        KP_TRY(file_row(&r, &facilities->by_number, list[i].number, i, &previous));
    }
    facilities->list = list;
    facilities->original = r.original;
    return KP_OK;
}

const struct kp_org *kp_facility_of(const struct kp_facilities *facilities, const char *number)
{
    uint32_t at = 0;
    return kp_map_get(&facilities->by_number, number, &at) ? &facilities->list[at] : NULL;
}

enum kp_status kp_registers_load(struct kp_context *ctx, const struct kp_register_files *files,
                                 const char *sender_number, struct kp_registers *ret_registers)
{
    struct kp_registers registers = {0};
    struct reader r = {.ctx = ctx, .sender_number = sender_number};
    if (files->requests)
        KP_TRY(load_requests(&r, files->requests, &registers));
    registers.originals[KP_REGISTER_REQUESTS] = r.original;
    r.original = (struct kp_original){0};
    if (files->consents)
        KP_TRY(load_consents(&r, files->consents, &registers));
    registers.originals[KP_REGISTER_CONSENTS] = r.original;
    r.original = (struct kp_original){0};
    if (files->insurers)
        KP_TRY(load_insurers(&r, files->insurers, &registers));
    registers.originals[KP_REGISTER_INSURERS] = r.original;
    *ret_registers = registers;
    return KP_OK;
}

const struct kp_request *kp_requests_of(const struct kp_registers *registers, const char *insurer_number)
{
    uint32_t at = 0;
    return kp_map_get(&registers->request_by_insurer, insurer_number, &at) ? &registers->requests[at] : NULL;
}

const struct kp_consent *kp_consents_of(const struct kp_registers *registers, const char *person_key)
{
    uint32_t at = 0;
    return kp_map_get(&registers->consent_by_person, person_key, &at) ? &registers->consents[at] : NULL;
}

const struct kp_insurer *kp_insurer_of(const struct kp_registers *registers, const char *insurer_number)
{
    uint32_t at = 0;
    return kp_map_get(&registers->insurer_by_number, insurer_number, &at) ? &registers->insurers[at] : NULL;
}
