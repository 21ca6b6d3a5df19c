/* Rows of a CSV file; what was read is written and read again, to the same cells. */
#include "base/escape.h"
#include "format/csvin.h"
#include "fuzz.h"

/* Appends the rows as CSV with commas and returns their number. *ret_nul: a cell contains a NUL, which is
 * damage and not written. */
static uint64_t write_rows(struct kp_csvin *in, struct kp_buf *out, bool *ret_nul)
{
    struct kp_csvrow row;
    bool end = false;
    uint64_t n = 0;
    for (; kp_csvin_next(in, &row, &end) == KP_OK && !end; n++) {
        for (size_t i = 0; i < row.n_cells; i++) {
            if (i > 0)
                kp_buf_char(out, ',');
            if (row.n_cells == 1 && row.cells[0].n == 0) /* not a blank line */
                kp_buf_str(out, "\"\"");
            kp_buf_csv(out, row.cells[i].bytes);
            *ret_nul |= strlen(row.cells[i].bytes) < row.cells[i].n;
        }
        kp_buf_char(out, '\n');
    }
    FUZZ_ASSERT(kp_csvin_line(in) < UINT64_MAX);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char delimiters[] = {0, ',', '\t', ';'};
    struct kp_csvin *in = NULL;
    struct kp_buf once = {0}, twice = {0};
    bool nul = false;
    if (n == 0)
        return 0;
    const char *bytes = (const char *)data + 1;
    const bool is_file = data[0] & 4;
    enum kp_status st =
        is_file ? kp_csvin_open(&in, &kp_io_posix, fuzz_file("a.csv", bytes, n - 1), delimiters[data[0] & 3])
                : kp_csvin_memory(&in, bytes, n - 1, delimiters[data[0] & 3]);
    FUZZ_ASSERT(st == KP_OK);
    const uint64_t rows = write_rows(in, &once, &nul);
    const bool same = kp_csvin_delimiter(in) == ',' || !memchr(kp_buf_text(&once), '"', once.len);
    const bool sound = same && !nul && in->fault == KP_CSV_SOUND;
    kp_csvin_close(in);
    if (sound) {
        FUZZ_ASSERT(kp_csvin_memory(&in, once.data, once.len, ',') == KP_OK);
        FUZZ_ASSERT(write_rows(in, &twice, &nul) == rows && in->fault == KP_CSV_SOUND);
        FUZZ_ASSERT(once.len == twice.len && memcmp(kp_buf_text(&once), kp_buf_text(&twice), once.len) == 0);
        kp_csvin_close(in);
    }
    kp_buf_release(&once);
    kp_buf_release(&twice);
    return 0;
}
