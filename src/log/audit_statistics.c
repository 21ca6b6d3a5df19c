#include "log/audit_statistics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "law/age.h"
#include "log/audit_filter.h"

enum { LEAST = 10, YEARS = 10 }; /* people shown; ages together */

enum shown { SHOWN, SMALL, COMPLEMENT };

struct cell {
    char insurer[16], sex[8];
    int year, age; /* the first of the fiscal year; the lowest of the ten */
    uint64_t people;
    enum shown shown;
};

/* --- counting --- */

static bool read_day(const char *compact, struct kp_date *ret_day)
{
    return kp_date_parse(compact, ret_day, NULL) == KP_DATE_OK;
}

/* Age at the end of the fiscal year, for one age a year. */
static bool describe(const char *const *c, struct cell *cell)
{
    struct kp_date birth, exam;
    if (!read_day(c[KP_LOG_BIRTH_DATE], &birth) || !read_day(c[KP_LOG_EXAM_DATE], &exam))
        return false;
    int age = kp_age_at_fiscal_year_end(birth, exam, KP_AGE_BIRTHDAY);
    (void)snprintf(cell->insurer, sizeof(cell->insurer), "%.15s", c[KP_LOG_INSURER_NUMBER]);
    (void)snprintf(cell->sex, sizeof(cell->sex), "%s",
                   strcmp(c[KP_LOG_SEX], "1") == 0   ? "male"
                   : strcmp(c[KP_LOG_SEX], "2") == 0 ? "female"
                                                     : "");
    cell->year = kp_fiscal_year_end(exam).year - 1;
    cell->age = age - age % YEARS;
    return true;
}

static enum kp_status count(struct kp_statistics *s, const struct cell *cell)
{
    uint32_t index = (uint32_t)(s->cells.len / sizeof(*cell));
    const char *key =
        kp_arena_printf(&s->scratch, "%s\x1f%d\x1f%s\x1f%d", cell->insurer, cell->year, cell->sex, cell->age);
    if (!key)
        return kp_no_memory(s->ctx);
    if (!kp_map_get(&s->by_cell, key, &index)) {
        kp_buf_add(&s->cells, cell, sizeof(*cell));
        if (!kp_buf_ok(&s->cells) || kp_map_put(&s->by_cell, &s->ctx->arena, key, index) == KP_MAP_NO_MEMORY)
            return kp_no_memory(s->ctx);
    }
    ((struct cell *)(void *)s->cells.data + index)->people++;
    return KP_OK;
}

enum kp_status kp_statistics_add(struct kp_statistics *s, struct kp_audit_part part, const char *const *c)
{
    struct cell cell = {.shown = SHOWN};
    uint32_t known = 0;
    kp_arena_reset(&s->scratch);
    if (!describe(c, &cell))
        return KP_OK; /* no entry of this program: its dates are checked before */
    const char *person = kp_audit_person(&s->scratch, c);
    const char *key =
        person ? kp_arena_printf(&s->scratch, "%s\x1f%d\x1f%s", cell.insurer, cell.year, person) : NULL;
    if (!key)
        return kp_no_memory(s->ctx);
    if (!kp_audit_is_of_part(part, key))
        return KP_OK;
    enum kp_map_put put = kp_keyset_put(&s->seen, key, 0, &known);
    if (put == KP_MAP_NO_MEMORY)
        return kp_no_memory(s->ctx);
    return put == KP_MAP_ADDED ? count(s, &cell) : KP_OK;
}

void kp_statistics_end_part(struct kp_statistics *s)
{
    kp_keyset_release(&s->seen);
    s->seen = (struct kp_keyset){0};
}

/* --- small numbers --- */

/* What a reader of the table knows: the total, the cells shown, and that a small cell has 1 to 9 people and a
 * complement 10 or more. Returns whether any small cell may still be anything from 1 to 9. */
static bool is_safe(const struct cell *cells, size_t n)
{
    uint64_t hidden = 0, small = 0, complements = 0;
    for (size_t i = 0; i < n; i++) {
        hidden += cells[i].shown == SHOWN ? 0 : cells[i].people;
        small += cells[i].shown == SMALL;
        complements += cells[i].shown == COMPLEMENT;
    }
    return small == 0 || (hidden >= LEAST - 1 + (small - 1) + LEAST * complements &&
                          (complements > 0 || hidden <= 1 + (LEAST - 1) * (small - 1)));
}

static struct cell *smallest_shown(struct cell *cells, size_t n)
{
    struct cell *least = NULL;
    for (size_t i = 0; i < n; i++)
        if (cells[i].shown == SHOWN && (!least || cells[i].people < least->people))
            least = &cells[i];
    return least;
}

/* Marks the cells that are not shown. Returns whether their total may be shown. */
static bool suppress(struct cell *cells, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cells[i].shown = cells[i].people < LEAST ? SMALL : SHOWN;
    while (!is_safe(cells, n)) {
        struct cell *next = smallest_shown(cells, n);
        if (next) {
            next->shown = COMPLEMENT;
            continue;
        }
        for (size_t i = 0; i < n; i++) /* without a total, the others give nothing away */
            cells[i].shown = cells[i].shown == SMALL ? SMALL : SHOWN;
        return false;
    }
    return true;
}

/* --- the table --- */

static int compare_cells(const void *x, const void *y)
{
    const struct cell *a = x, *b = y;
    int order = strcmp(a->insurer, b->insurer);
    if (order == 0)
        order = (a->year > b->year) - (a->year < b->year);
    if (order == 0)
        order = -strcmp(a->sex, b->sex); /* men first, as in the form */
    return order ? order : (a->age > b->age) - (a->age < b->age);
}

static void add_row(struct kp_audit_output *out, const struct cell *cell, const char *sex, const char *age)
{
    char people[24], year[8];
    (void)snprintf(people, sizeof(people), "%" PRIu64, cell->people);
    (void)snprintf(year, sizeof(year), "%d", cell->year);
    const char *shown = cell->shown == SHOWN ? people : cell->shown == SMALL ? "<10" : "x";
    const char *const cells[] = {cell->insurer, year, kp_audit_label(out, sex), kp_audit_label(out, age),
                                 shown};
    kp_audit_row(out, cells);
}

static void add_group(struct kp_audit_output *out, struct cell *cells, size_t n)
{
    struct cell total = cells[0];
    bool with_total = suppress(cells, n);
    total.people = 0;
    for (size_t i = 0; i < n; i++) {
        char age[24];
        (void)snprintf(age, sizeof(age), "%d-%d", cells[i].age, cells[i].age + YEARS - 1);
        add_row(out, &cells[i], cells[i].sex, age);
        total.people += cells[i].people;
    }
    total.shown = with_total ? SHOWN : total.people < LEAST ? SMALL : COMPLEMENT;
    add_row(out, &total, "all", "all");
}

void kp_statistics_print(struct kp_statistics *s, struct kp_audit_output *out)
{
    struct cell *cells = (struct cell *)(void *)s->cells.data;
    size_t n = s->cells.len / sizeof(*cells);
    if (n)
        qsort(cells, n, sizeof(*cells), compare_cells);
    kp_audit_columns(out, "insurer_number,fiscal_year,sex,age_group,people", false);
    for (size_t i = 0, k = 0; i < n; i = k) {
        for (k = i + 1;
             k < n && strcmp(cells[k].insurer, cells[i].insurer) == 0 && cells[k].year == cells[i].year;)
            k++;
        add_group(out, cells + i, k - i);
    }
    kp_audit_end_columns(out);
    kp_audit_note(out,
                  kp_say(s->ctx,
                         "<10: 10人未満。x: 10人未満の数が計算できないように示さない数。"
                         "年齢は年度末、1人は保険者・年度ごとに1回。",
                         "<10: fewer than 10 people; x: not shown, so that these cannot be computed. Ages "
                         "at the end of the fiscal year; each person once per insurer and year."));
}

void kp_statistics_release(struct kp_statistics *s)
{
    kp_keyset_release(&s->seen);
    kp_arena_release(&s->scratch);
    kp_buf_release(&s->cells);
}
