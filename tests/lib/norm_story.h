/* Normalises a row of a few columns and compares the record and its findings with their story
 * (record_story.h). */
#pragma once

#include "record_story.h"

#include "input/header_names.h"
#include "input/normalize.h"

enum { MOST_CELLS = 5 };

struct cell {
    /* As in a mapping file: a field, CODE, CODE.low, CODE.unit, CODE/CODE; NULL: no cell. */
    const char *target;
    const char *text;
    /* Of the column, unless it is the item's own. */
    const char *unit;
};

struct row_case {
    struct cell cells[MOST_CELLS];
    const char *story;
};

/* Normalises cells of these columns into `record` and `findings`; sets what joins the columns and whether
 * they hold units as for a real export. facility may be NULL. */
void normalize_columns(struct kp_column *columns, const char *const *cells, size_t n,
                       const struct kp_org *facility);

/* Empties `scratch`, normalises up to MOST_CELLS cells and returns their story. */
const char *story_of(const struct cell *cells, size_t n, const struct kp_org *facility);

void assert_rows(const struct row_case *rows, size_t n, const struct kp_org *facility);

#define ASSERT_ROWS(...)                                                                                     \
    do {                                                                                                     \
        static const struct row_case rows_[] = {__VA_ARGS__};                                                \
        assert_rows(rows_, COUNT(rows_), NULL);                                                              \
    } while (0)

/* One row of a table of cases: its story, then its cells; IN gives the unit of the column. */
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
