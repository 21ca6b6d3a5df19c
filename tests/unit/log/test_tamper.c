/* Tampers with every byte and every line of a log of a thousand entries: reading the log must find it. */
#include "folder.h"

#include "log/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#if SANITIZED /* ten times slower */
enum { MANY = 100 };
#else
enum { MANY = 1000 };
#endif
enum { LINE_ROOM = 512 };

static const char *path, *window;
static int window_fd;
static unsigned n_entries;
static struct {
    char bytes[LINE_ROOM];
    size_t n;
    struct kp_log_point before; /* its start */
} lines[MANY + 1];
static char header[1024];
static size_t n_header;

static enum kp_status keep_line(void *ctx, const struct kp_log_line *line)
{
    unsigned *n = ctx;
    assert_true(line->n < LINE_ROOM);
    memcpy(lines[*n].bytes, line->bytes, line->n);
    lines[*n].n = line->n;
    struct kp_log_point *p = &lines[*n].before;
    p->n_entries = *n;
    p->bytes = n_header;
    memcpy(p->head, line->cells[KP_LOG_PREV_HASH], sizeof(p->head));
    memcpy(p->before, KP_LOG_NO_HEAD, sizeof(p->before));
    (*n)++;
    return KP_OK;
}

static int set_up(void **state)
{
    struct kp_log log;
    struct kp_log_state s = {.end = {.head = KP_LOG_NO_HEAD}};
    n_entries = MANY;
    if (make_folder(state) != 0)
        return -1;
    path = in_folder("log.csv");
    window = in_folder("window.csv");
    window_fd = open(window, O_RDWR | O_CREAT, 0600);
    if (kp_log_lock(&log, &kp_io_posix, path) != KP_OK || kp_log_begin(&log, &s, 1775003400) != KP_OK)
        return -1;
    for (unsigned i = 0; i < n_entries; i++) {
        struct kp_log_entry entry = {.cells = {[KP_LOG_EVENT] = "disclose",
                                               [KP_LOG_NAME_KANA] = i % 2 ? "カ,ナ" : "カナ",
                                               [KP_LOG_REASON] = i % 3 ? "a \"reason\"" : NULL}};
        if (kp_log_add(&log, &entry) != KP_OK)
            return -1;
    }
    if (kp_log_sync(&log) != KP_OK)
        return -1;
    kp_log_close(&log);
    FILE *file = fopen(path, "rb");
    n_header = file && fgets(header, sizeof(header), file) ? strlen(header) : 0;
    unsigned n = 0;
    int st = file && fclose(file) == 0 && kp_log_read(&kp_io_posix, path, NULL, keep_line, &n, &s) == KP_OK
                 ? 0
                 : -1;
    return n == n_entries ? st : -1;
}

/* Through one descriptor, because creating so many files is slow. */
static void write_window(const struct kp_buf *file)
{
    assert_true(kp_buf_ok(file));
    assert_int_equal(pwrite(window_fd, file->data, file->len, 0), file->len);
    assert_int_equal(ftruncate(window_fd, (off_t)file->len), 0);
}

/* --- bytes --- */

/* Reads only a line and its successor, from the state that a reader of the whole log has there: what this
 * finds, reading everything finds. */
static bool is_found(unsigned i, const char *line, size_t n)
{
    struct kp_buf file = {0};
    struct kp_log_state s;
    kp_buf_add(&file, header, n_header);
    kp_buf_add(&file, line, n);
    if (i + 1 < n_entries)
        kp_buf_add(&file, lines[i + 1].bytes, lines[i + 1].n);
    write_window(&file);
    kp_buf_release(&file);
    assert_int_equal(kp_log_read(&kp_io_posix, window, &lines[i].before, NULL, NULL, &s), KP_OK);
    bool whole = s.end.n_entries == lines[i].before.n_entries + 1 + (i + 1 < n_entries);
    return s.bad_line || s.torn || !whole;
}

static void byte__changed_removed_or_added__is_found(void **state)
{
    (void)state;
    static const char added[] = {'0', ',', '\n', '"'};
    char t[LINE_ROOM + 2];
    unsigned tried = 0, missed = 0;
    for (unsigned i = 0; i < n_entries; i++) {
        const char *line = lines[i].bytes;
        size_t n = lines[i].n;
        assert_false(is_found(i, line, n));
        for (size_t at = 0; at < n; at++) {
            memcpy(t, line, n);
            t[at] = (char)(t[at] ^ 1 << (tried % 8));
            missed += !is_found(i, t, n);
            memmove(t + at, line + at + 1, n - at - 1);
            missed += !is_found(i, t, n - 1);
            t[at] = added[tried % COUNT(added)];
            memcpy(t + at + 1, line + at, n - at);
            missed += !is_found(i, t, n + 1);
            tried++;
        }
    }
    print_message("%u positions, each changed, removed and added to\n", tried);
    assert_int_equal(missed, 0);
}

/* --- lines --- */

/* Writes the lines in this order and returns true if reading them finds a fault. */
static bool whole_log_is_found(const unsigned *order, unsigned n)
{
    struct kp_buf file = {0};
    struct kp_log_state s;
    kp_buf_add(&file, header, n_header);
    for (unsigned i = 0; i < n; i++)
        kp_buf_add(&file, lines[order[i]].bytes, lines[order[i]].n);
    write_window(&file);
    kp_buf_release(&file);
    assert_int_equal(kp_log_read(&kp_io_posix, window, NULL, NULL, NULL, &s), KP_OK);
    return s.bad_line != 0;
}

static void line__removed_repeated_or_swapped__is_found(void **state)
{
    (void)state;
    unsigned order[MANY + 2], missed = 0;
    for (unsigned i = 0; i < n_entries; i++)
        order[i] = i;
    assert_false(whole_log_is_found(order, n_entries));
    for (unsigned i = 0; i < n_entries; i++) {
        unsigned n = 0;
        for (unsigned k = 0; k < n_entries; k++)
            if (k != i)
                order[n++] = k;
        bool is_last = i + 1 == n_entries; /* only the index shows that the end was cut off */
        missed += whole_log_is_found(order, n) == is_last;
        n = 0;
        for (unsigned k = 0; k < n_entries; k++) {
            order[n++] = k;
            if (k == i)
                order[n++] = k;
        }
        missed += !whole_log_is_found(order, n);
        for (unsigned k = 0; k < n_entries; k++)
            order[k] = k;
        unsigned other = i % 2 ? (i + 1) % n_entries : (i * 7 + 3) % n_entries;
        order[i] = other;
        order[other] = i;
        if (other != i)
            missed += !whole_log_is_found(order, n_entries);
    }
    assert_int_equal(missed, 0);
}

/* --- faults --- */

static enum kp_log_fault fault_of(const unsigned *order, unsigned n)
{
    struct kp_log_state s;
    (void)whole_log_is_found(order, n);
    assert_int_equal(kp_log_read(&kp_io_posix, window, NULL, NULL, NULL, &s), KP_OK);
    return s.fault;
}

static void fault__gap_order_and_repetition__are_distinguished(void **state)
{
    (void)state;
    assert_int_equal(fault_of((const unsigned[]){0, 1, 3, 4}, 4), KP_LOG_GAP);
    assert_int_equal(fault_of((const unsigned[]){1, 2}, 2), KP_LOG_GAP);
    assert_int_equal(fault_of((const unsigned[]){0, 2, 1, 3}, 4), KP_LOG_OUT_OF_ORDER);
    assert_int_equal(fault_of((const unsigned[]){0, 3, 2, 1}, 4), KP_LOG_OUT_OF_ORDER);
    assert_int_equal(fault_of((const unsigned[]){0, 1, 1, 2}, 4), KP_LOG_OUT_OF_ORDER);
    assert_int_equal(fault_of((const unsigned[]){0, 1, 2}, 3), KP_LOG_SOUND);
    for (int f = KP_LOG_SOUND; f <= KP_LOG_TORN; f++)
        assert_string_not_equal(kp_log_fault_text((enum kp_log_fault)f, KP_LANG_EN),
                                kp_log_fault_text((enum kp_log_fault)f, KP_LANG_JA));
}

/* An entry with the right number and hash, but of another log. */
static void fault__entry_of_another_log__is_wrong_previous(void **state)
{
    (void)state;
    struct kp_log log;
    struct kp_log_state s = {.end = {.head = KP_LOG_NO_HEAD}};
    const char *other = in_folder("other.csv");
    char entry[2 * LINE_ROOM];
    (void)unlink(other);
    assert_int_equal(kp_log_lock(&log, &kp_io_posix, other), KP_OK);
    assert_int_equal(kp_log_begin(&log, &s, 1775003400), KP_OK);
    for (int i = 0; i < 2; i++)
        assert_int_equal(kp_log_add(&log, &(struct kp_log_entry){.cells = {[KP_LOG_EVENT] = "void"}}), KP_OK);
    assert_int_equal(kp_log_sync(&log), KP_OK);
    kp_log_close(&log);
    FILE *file = fopen(other, "rb");
    assert_non_null(file);
    for (int i = 0; i < 3; i++)
        assert_non_null(fgets(entry, sizeof(entry), file));
    assert_int_equal(fclose(file), 0);
    struct kp_buf mixed = {0};
    kp_buf_add(&mixed, header, n_header);
    kp_buf_add(&mixed, lines[0].bytes, lines[0].n);
    kp_buf_str(&mixed, entry);
    const char *place = put_file("mixed.csv", mixed.data, mixed.len);
    assert_int_equal(kp_log_read(&kp_io_posix, place, NULL, NULL, NULL, &s), KP_OK);
    assert_int_equal(s.bad_line, 3);
    assert_int_equal(s.fault, KP_LOG_WRONG_PREVIOUS);
    kp_buf_release(&mixed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(byte__changed_removed_or_added__is_found),
        cmocka_unit_test(line__removed_repeated_or_swapped__is_found),
        cmocka_unit_test(fault__gap_order_and_repetition__are_distinguished),
        cmocka_unit_test(fault__entry_of_another_log__is_wrong_previous),
    };
    return cmocka_run_group_tests_name("tamper", tests, set_up, remove_folder);
}
