/* Reads everything and writes it down as "line:cell|cell;" so that one string tells the whole story. */
#ifndef KP_TEST_CSV_STORY_H
#define KP_TEST_CSV_STORY_H

#include "support.h"

#include "base/buf.h"
#include "format/csvin.h"

static struct kp_buf story;
static struct kp_csvin *reader;

static inline int close_reader(void **state)
{
    (void)state;
    kp_csvin_close(reader);
    reader = NULL;
    return 0;
}

static inline enum kp_status read_all(void)
{
    struct kp_csvrow row = {0};
    bool end = false;
    kp_buf_reset(&story);
    for (;;) {
        enum kp_status st = kp_csvin_next(reader, &row, &end);
        if (st != KP_OK || end)
            return st;
        kp_buf_printf(&story, "%u:", (unsigned)row.line);
        for (size_t i = 0; i < row.n_cells; i++) {
            assert_int_equal(row.cells[i].bytes[row.cells[i].n], '\0');
            kp_buf_str(&story, i ? "|" : "");
            kp_buf_add(&story, row.cells[i].bytes, row.cells[i].n);
        }
        kp_buf_char(&story, ';');
    }
}

#endif
