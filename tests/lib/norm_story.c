#include "norm_story.h"

#include "input/norm_fields.h"

/* Asserts that the reading of the first pass finds in the row what the whole reading has found. */
static void assert_person_agrees(const struct kp_mapping *mapping, const char *const *cells)
{
    struct kp_findings found = {.arena = &scratch};
    struct kp_record person;
    assert_int_equal(
        kp_normalize_person(&tables, mapping, &(struct kp_completion){0}, cells, &found, &person), KP_OK);
    for (unsigned f = 0; f < KP_F__COUNT; f++)
        if (kp_field_is_of_person((enum kp_field)f))
            assert_string_equal(person.field[f], record.field[f]);
    assert_int_equal(person.kind, record.kind);
    assert_int_equal(person.dash_empty, record.dash_empty);
    assert_int_equal(kp_date_compare(person.birth, record.birth), 0);
    assert_int_equal(kp_date_compare(person.exam, record.exam), 0);
}

void normalize_columns(struct kp_column *columns, const char *const *cells, size_t n,
                       const struct kp_org *facility)
{
    struct kp_facilities facilities = {0};
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
    if (facility)
        facilities.own = *facility;
    assert_int_equal(kp_normalize(&tables, &mapping, &(struct kp_completion){.facilities = &facilities},
                                  cells, &findings, &record),
                     KP_OK);
    assert_person_agrees(&mapping, cells);
}

static struct kp_column column_of(const struct cell *cell)
{
    struct kp_column column = {.unit_stated = cell->unit != NULL};
    if (!kp_target_read(&scratch, &tables, cell->target, &column))
        fail_msg("no target %s", cell->target);
    if (cell->unit && !kp_column_set_unit(&tables, cell->unit, &column))
        column.unit = cell->unit;
    return column;
}

const char *story_of(const struct cell *cells, size_t n, const struct kp_org *facility)
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
    return record_story();
}

void assert_rows(const struct row_case *rows, size_t n, const struct kp_org *facility)
{
    for (size_t i = 0; i < n; i++) {
        const char *got = story_of(rows[i].cells, MOST_CELLS, facility);
        if (strcmp(got, rows[i].story) != 0)
            fail_msg("case %zu, '%s' ...: got '%s', expected '%s'", i, rows[i].cells[0].text, got,
                     rows[i].story);
    }
}
