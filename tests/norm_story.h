/* A row of a few columns is normalised; one string tells what became of it: "9N141000000000011=2
 * 3D010000001926101=99 K3018 K3017" are the fields and values that are there, and the codes of what was
 * found, in order. A value stands as "120", "<35" or ">1000" with its limit, "120!H" with its mark,
 * "120[70..129]" with its reference range. */
#ifndef KP_TEST_NORM_STORY_H
#define KP_TEST_NORM_STORY_H

#include "tables.h"

#include "input/normalize.h"

/* The items that these tests speak of. */
#define HEIGHT "9N001000000000001"   /* NNN.N cm, 100 to 250 */
#define WEIGHT "9N006000000000001"   /* NNN.N kg */
#define SYSTOLIC "9A751000000000001" /* NNN mm[Hg], 60 to 300 */
#define MEAL "9N141000000000011"
#define FASTING_GLUCOSE "3D010000001926101" /* NNNN mg/dL, 20 to 600 */
#define CASUAL_GLUCOSE "3D010129901926101"  /* NNNN mg/dL, no range */
#define TG "3F015000002327101"              /* NNNNN mg/dL, 10 to 2000 */
#define HBA1C "3D046000001920402"           /* NN.N %, 3 to 20 */
#define CRP "5C070000002306201"             /* NNN.N mg/dL, no range */
#define PROTEIN "3A010000002327101"         /* NN.N g/dL */
#define GRAVITY "1A030000000190301"         /* N.NNN, no unit */
#define WHITE_CELLS "2A010000001930101"     /* NNNNNNN /mm3 */
#define RED_CELLS "2A020000001930101"       /* NNNN 10*4/mm3 */
#define PLATELETS "2A050000001930101"       /* NNN 10*4/mm3 */
#define VITAL_CAPACITY "9C310000000000001"  /* NN.N L */
#define URINE_PROTEIN "1A010000000190111"
#define URINE_SUGAR "1A020000000190111"
#define OCCULT_BLOOD "1B030000001599811"
#define SMOKING "9N736000000000011"
#define ECG_FLAG "9A110160700000011"
#define ECG_TEXT "9A110160800000049"
#define HISTORY_FLAG "9N056000000000011"
#define HISTORY_TEXT "9N056160400000049"
#define WORK_HISTORY "9N051000000000049"
#define JUDGEMENT "9N511000000000049"
#define DOCTOR "9N516000000000049"
#define REASON "9N512000000000011" /* why there is no result */

enum { MOST_CELLS = 5 };

struct cell {
    const char
        *target; /* as a mapping file has it: a field, CODE, CODE.low, CODE.unit, CODE/CODE; NULL: no cell */
    const char *text;
    const char *unit; /* of the column, where it is not the item's own */
};

static struct kp_record record;
static struct kp_findings findings;

static inline unsigned item_at(const char *code)
{
    const struct kp_item *item = kp_item_find(&tables, code);
    if (!item)
        fail_msg("no item %s", code);
    return (unsigned)(item - tables.items);
}

static inline const struct kp_value *value_of(const char *code)
{
    return &record.values[item_at(code)];
}

/* The code of the one finding; 0: none was made. */
static inline unsigned only_finding(void)
{
    const struct kp_finding *f = findings.first;
    if (f && f->next)
        fail_msg("K%u and more", (unsigned)f->code);
    return f ? (unsigned)f->code : 0;
}

/* Columns as they are; what joins them, and whether they tell units, is worked out as for a real export. */
static inline void normalize_columns(struct kp_column *columns, const char *const *cells, size_t n,
                                     const struct kp_org *facility)
{
    static const struct kp_org nobody = {0};
    struct kp_mapping mapping = {.columns = columns, .n_columns = n};
    for (size_t i = 0; i < n; i++) {
        columns[i].number = (unsigned)i + 1;
        mapping.has_units |=
            columns[i].kind == KP_COL_UNIT || columns[i].kind == KP_COL_LOW || columns[i].kind == KP_COL_HIGH;
        bool joined =
            columns[i].kind == KP_COL_ITEM && tables.items[columns[i].index].several == KP_SEVERAL_JOIN;
        for (size_t k = i + 1; joined && !columns[i].next && k < n; k++)
            if (columns[k].kind == KP_COL_ITEM && columns[k].index == columns[i].index) {
                columns[i].next = &columns[k];
                columns[k].follows = true;
            }
    }
    findings = (struct kp_findings){.arena = &scratch};
    enum kp_status st =
        kp_normalize(&tables, &mapping, facility ? facility : &nobody, cells, &scratch, &findings, &record);
    assert_int_equal(st, KP_OK);
}

static inline struct kp_column column_of(const struct cell *cell)
{
    struct kp_column column = {.unit = cell->unit};
    if (!kp_target_read(&scratch, &tables, cell->target, &column))
        fail_msg("no target %s", cell->target);
    return column;
}

static inline void tell_value(struct kp_buf *out, const char *code, const struct kp_value *v)
{
    static const char *const states[] = {[KP_VALUE_ABSENT] = "",
                                         [KP_VALUE_NOT_DONE] = "not done",
                                         [KP_VALUE_NOT_MEASURABLE] = "not measurable"};
    kp_buf_printf(out, " %s=%s%s", code,
                  v->limit == 'L'   ? "<"
                  : v->limit == 'H' ? ">"
                                    : "",
                  v->state == KP_VALUE_PRESENT ? v->text : states[v->state]);
    if (v->flag)
        kp_buf_printf(out, "!%c", v->flag);
    if (v->low || v->high)
        kp_buf_printf(out, "[%s..%s]", v->low ? v->low : "", v->high ? v->high : "");
}

/* Of the record and the findings as they are now. */
static inline const char *story(void)
{
    struct kp_buf out = {0};
    for (unsigned i = 0; i < KP_F__COUNT; i++)
        if (*record.field[i])
            kp_buf_printf(&out, " %s=%s", kp_field_name((enum kp_field)i), record.field[i]);
    for (size_t i = 0; i < tables.n_items; i++) {
        const struct kp_value *v = &record.values[i];
        if (v->state != KP_VALUE_ABSENT || v->flag || v->low || v->high)
            tell_value(&out, tables.items[i].code, v);
    }
    for (const struct kp_finding *f = findings.first; f; f = f->next)
        kp_buf_printf(&out, " K%u", (unsigned)f->code);
    assert_true(kp_buf_ok(&out));
    const char *text_of_it = kp_arena_strdup(&scratch, out.len ? kp_buf_text(&out) + 1 : "");
    kp_buf_release(&out);
    return text_of_it;
}

static inline const char *story_of(const struct cell *cells, size_t n, const struct kp_org *facility)
{
    struct kp_column columns[MOST_CELLS] = {{0}};
    const char *texts[MOST_CELLS] = {0};
    size_t count = 0;
    kp_arena_reset(&scratch);
    for (; count < n && count < MOST_CELLS && cells[count].target; count++) {
        columns[count] = column_of(&cells[count]);
        texts[count] = cells[count].text;
    }
    normalize_columns(columns, texts, count, facility);
    return story();
}

struct row_case {
    struct cell cells[MOST_CELLS];
    const char *story;
};

static inline void assert_rows(const struct row_case *rows, size_t n, const struct kp_org *facility)
{
    for (size_t i = 0; i < n; i++) {
        const char *got = story_of(rows[i].cells, MOST_CELLS, facility);
        if (strcmp(got, rows[i].story) != 0)
            fail_msg("case %zu, '%s' ...: got '%s', expected '%s'", i, rows[i].cells[0].text, got,
                     rows[i].story);
    }
}

#define ASSERT_ROWS(...)                                                                                     \
    do {                                                                                                     \
        static const struct row_case rows_[] = {__VA_ARGS__};                                                \
        assert_rows(rows_, COUNT(rows_), NULL);                                                              \
    } while (0)

/* One row of a table of cases: the story, then its cells; those of a column IN another unit say so. */
#define ROW(what, ...)                                                                                       \
    {                                                                                                        \
        .cells = {__VA_ARGS__}, .story = what                                                                \
    }
#define CELL(target, text)                                                                                   \
    {                                                                                                        \
        target, text, NULL                                                                                   \
    }
#define IN(unit, target, text)                                                                               \
    {                                                                                                        \
        target, text, unit                                                                                   \
    }

#endif
