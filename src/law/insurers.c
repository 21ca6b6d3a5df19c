#include "law/insurers.h"

#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "tables/names.h"

enum { NUMBER, NAME, ADDRESS, REPRESENTATIVE, SCHEME, SENDER, INTERACTION, EVENT };
enum { REPORT = EVENT + 1, PROGRAMME, REPORT_UNDER40, PROGRAMME_UNDER40, SECTION_UNDER40 };
enum { WIDTH = SECTION_UNDER40 + 1, MAX_DOCUMENTS, SYMBOL_LENGTH, NUMBER_LENGTH, DETAILED, SEAL };

static const char *read_code(struct kp_register *r, size_t row, size_t column, const char *fallback,
                             const char *allowed)
{
    const char *text = kp_register_cell(r, row, column);
    if (*text && !kp_list_has(allowed, text))
        kp_register_bad(r, row, column, allowed);
    return *text ? text : fallback;
}

static void read_number(struct kp_register *r, size_t i, struct kp_insurer *n)
{
    const char *text = kp_register_cell(r, i, NUMBER);
    const char *number = *text ? kp_register_number(r, i, NUMBER, text) : text;
    n->number = number ? number : "";
    n->scheme = kp_register_cell(r, i, SCHEME);
    if (!number)
        return;
    kp_register_id(r, i, number);
    const struct kp_scheme *scheme = kp_scheme_of(&r->ctx->tables, number);
    if (scheme && *n->scheme && strcmp(n->scheme, scheme->scheme) != 0 &&
        !kp_list_has(scheme->choices, n->scheme))
        kp_register_fault(r, i, SCHEME, KP_K_REGISTER_SCHEME_CONFLICT, scheme->scheme, n->scheme);
}

static void read_sender(struct kp_register *r, size_t i, const char *fallback, struct kp_insurer *n)
{
    const char *number = kp_register_cell(r, i, SENDER);
    n->sender_number = *number ? number : fallback;
    if (*number && !kp_is_digits(number, 10))
        kp_register_bad(r, i, SENDER, "a sender number of 10 digits");
}

static void read_width(struct kp_register *r, size_t i, struct kp_insurer *n)
{
    static const char *const widths[] = {
        [KP_WIDTH_AS_GIVEN] = "as_given", [KP_WIDTH_HALF] = "half", [KP_WIDTH_FULL] = "full", NULL};
    const char *text = kp_register_cell(r, i, WIDTH);
    size_t width = KP_WIDTH_AS_GIVEN;
    if (*text && !kp_name_find(widths, text, &width))
        kp_register_bad(r, i, WIDTH, "as_given, half or full");
    n->symbol_width = (enum kp_symbol_width)width;
}

static void read_limit(struct kp_register *r, size_t i, struct kp_insurer *n)
{
    const char *text = kp_register_cell(r, i, MAX_DOCUMENTS);
    n->max_documents = strtoull(text, NULL, 10);
    if (*text && (!kp_all_digits(text) || strlen(text) > 6 || n->max_documents == 0))
        kp_register_bad(r, i, MAX_DOCUMENTS, "a number from 1 to 999999");
}

/* Reads "7" or "1-4"; also "1~4", which spreadsheets do not turn into a date. */
static struct kp_lengths read_lengths(struct kp_register *r, size_t i, size_t column)
{
    const char *text = kp_register_cell(r, i, column);
    size_t n = kp_digits(text);
    const char *upper = text[n] == '-' || text[n] == '~' ? text + n + 1 : text;
    size_t m = kp_digits(upper);
    unsigned least = (unsigned)strtoul(text, NULL, 10), most = (unsigned)strtoul(upper, NULL, 10);
    if (*text && (n < 1 || n > 2 || m < 1 || m > 2 || upper[m] || least > most || !most))
        kp_register_bad(r, i, column, "a number of characters, such as 7, 1-4 or 1~4");
    return (struct kp_lengths){least, most};
}

bool kp_categories_fit(const char *report, const char *programme)
{
    if (kp_list_has("19 21 22 23 24 25 49 69 79 89", report) || strcmp(programme, "100") == 0)
        return false;
    return strcmp(report, "10") != 0 || !kp_list_has("990 000 040 060 070 080 090", programme);
}

/* 10 and 010 are for ages 40 to 74 only. */
#define REPORTS "40 41 42 43 44 60 70 80 90 99"
#define PROGRAMMES "000 020 030 040 060 070 080 090 990"
#define SECTIONS "01010 01020 01030 01040 01060 01090"

static void read_categories(struct kp_register *r, size_t i, struct kp_insurer *n)
{
    n->report_40to74 = read_code(r, i, REPORT, "10", "10 " REPORTS);
    n->programme_40to74 = read_code(r, i, PROGRAMME, "010", "010 " PROGRAMMES);
    if (kp_list_has("10 " REPORTS, n->report_40to74) && kp_list_has("010 " PROGRAMMES, n->programme_40to74) &&
        !kp_categories_fit(n->report_40to74, n->programme_40to74))
        kp_register_bad(r, i, PROGRAMME,
                        "a programme that goes with the report category, or another category");
    n->report_under40 = read_code(r, i, REPORT_UNDER40, "40", REPORTS);
    n->programme_under40 = read_code(r, i, PROGRAMME_UNDER40, "990", PROGRAMMES);
    n->section_under40 = read_code(r, i, SECTION_UNDER40, "01010", SECTIONS);
}

static void read_insurer(struct kp_register *r, size_t i, const char *sender_number, struct kp_insurer *n)
{
    read_number(r, i, n);
    n->name = kp_register_cell(r, i, NAME);
    n->address = kp_register_cell(r, i, ADDRESS);
    n->representative = kp_register_cell(r, i, REPRESENTATIVE);
    read_sender(r, i, sender_number, n);
    n->interaction_type = read_code(r, i, INTERACTION, "6", "1 2 3 4 5 6 7 8 9 10 11 12 13");
    n->service_event = read_code(r, i, EVENT, "1", "1 2 3 4 5");
    read_categories(r, i, n);
    read_width(r, i, n);
    read_limit(r, i, n);
    n->symbol_length = read_lengths(r, i, SYMBOL_LENGTH);
    n->number_length = read_lengths(r, i, NUMBER_LENGTH);
    n->keeps_detailed = strcmp(read_code(r, i, DETAILED, "01990", "01990 01010"), "01010") == 0;
    n->seals = *read_code(r, i, SEAL, "", "zip-aes") != '\0';
}

enum kp_status kp_insurers_load(struct kp_context *ctx, const char *path, const char *sender_number,
                                struct kp_insurer_register *ret_insurers)
{
    struct kp_register r = {.ctx = ctx};
    struct kp_insurer_register insurers = {0};
    if (kp_register_open(&r, path,
                         "insurer_number name address representative scheme sender_number interaction_type "
                         "service_event report_40to74 programme_40to74 report_under40 programme_under40 "
                         "section_under40 symbol_width",
                         "max_documents symbol_length number_length detailed_without_reason seal",
                         sizeof(struct kp_insurer)) == KP_OK) {
        struct kp_insurer *list = r.rows;
        for (size_t i = 0, previous = 0; i < r.sheet.n_rows; i++) {
            read_insurer(&r, i, sender_number, &list[i]);
            (void)kp_register_file_row(&r, &insurers.by_number, list[i].number, i, &previous);
        }
    }
    insurers.list = r.rows;
    insurers.n = r.sheet.n_rows;
    insurers.original = r.original;
    KP_TRY(kp_register_close(&r));
    *ret_insurers = insurers;
    return KP_OK;
}
