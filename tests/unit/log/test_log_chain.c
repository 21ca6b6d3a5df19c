#include "failing_io.h"
#include "folder.h"

#include "log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const int64_t NOW = 1775003400; /* 2026-04-01 00:30:00 UTC */

static const char *path, *script_path;
static const char HEADER[] =
    "seq,time,run_id,event,as_of,request_id,insurer_number,recipient,bundle,bundle_sha256,document,content_sha256,employee_id,"
    "insured_symbol,insured_number,insured_branch,name_kana,sex,birth_date,exam_date,age,age_rule,age_band,basis_id,"
    "provisions,privacy_ground,items_duty,items_form,items_consent,items_requested,items_withheld,consent_ids,reason,"
    "tables_sha256,detail,prev_hash,hash\n";

/* An independent reader, written from the comment of log.h alone: prints the seq, event, name and reason of
 * every entry, or fails. */
static const char SCRIPT[] =
    "import sys, csv, hashlib, io\n"
    "raw = open(sys.argv[1], 'rb').read()\n"
    "assert not raw.startswith(b'\\xef\\xbb\\xbf') and b'\\r' not in raw and raw.endswith(b'\\n')\n"
    "lines = raw.split(b'\\n')[:-1]\n"
    "prev = '0' * 64\n"
    "for n, line in enumerate(lines[1:], 1):\n"
    "    cells = next(csv.reader(io.StringIO(line.decode('utf-8')), strict=True))\n"
    "    assert len(cells) == 37 == len(lines[0].split(b',')), len(cells)\n"
    "    body, comma, hash = line.rpartition(b',')\n"
    "    assert hash.decode() == hashlib.sha256(body).hexdigest() == cells[36], n\n"
    "    assert cells[35] == prev and cells[0] == str(n), n\n"
    "    prev = cells[36]\n"
    "    assert cells[1] == '2026-04-01T09:30:00+09:00', cells[1]\n"
    "    sys.stdout.write('|'.join([cells[0], cells[3], cells[16], cells[32]]) + '\\n')\n";

static int set_up(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    path = in_folder("log.csv");
    script_path = put_file("check.py", SCRIPT, strlen(SCRIPT));
    return 0;
}

static int fresh(void **state)
{
    (void)unlink(path);
    return fresh_disk(state);
}

static char bytes[1 << 16];

static size_t read_log(void)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(bytes, 1, sizeof(bytes) - 1, file);
    bytes[n] = '\0';
    assert_int_equal(fclose(file), 0);
    return n;
}

static struct kp_log_state state_of_log(void)
{
    struct kp_log_state state;
    assert_int_equal(kp_log_read(&kp_io_posix, path, NULL, NULL, NULL, &state), KP_OK);
    return state;
}

/* Opens the log, appends an entry per name, and syncs. */
static enum kp_status append(const char *const *names, size_t n)
{
    struct kp_log log;
    struct kp_log_state state;
    enum kp_status st = kp_log_lock(&log, &DISK, path);
    if (st == KP_OK)
        st = kp_log_read(&DISK, path, NULL, NULL, NULL, &state);
    if (st == KP_OK)
        st = kp_log_begin(&log, &state, NOW);
    for (size_t i = 0; st == KP_OK && i < n; i++) {
        struct kp_log_entry entry = {.cells = {[KP_LOG_EVENT] = "disclose",
                                               [KP_LOG_NAME_KANA] = names[i],
                                               [KP_LOG_REASON] = i % 2 ? "r" : NULL}};
        st = kp_log_add(&log, &entry);
    }
    if (st == KP_OK)
        st = kp_log_sync(&log);
    int error = errno;
    kp_log_close(&log);
    errno = error;
    return st;
}

static void make_log(size_t n)
{
    static const char *const names[] = {"ア", "イ", "ウ", "エ", "オ"};
    assert_int_equal(append(names, n), KP_OK);
}

static void assert_python_prints(const char *expected)
{
    char command[200], said[4096];
    (void)snprintf(command, sizeof(command), "python3 %s %s", script_path, path);
    FILE *from = popen(command, "r");
    assert_non_null(from);
    size_t n = fread(said, 1, sizeof(said) - 1, from);
    said[n] = '\0';
    assert_int_equal(pclose(from), 0);
    assert_string_equal(said, expected);
}

static void log__another_reader__follows_the_chain(void **state)
{
    (void)state;
    struct stat info;
    mode_t before = umask(0);
    make_log(3);
    (void)umask(before);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_python_prints("1|disclose|ア|\n2|disclose|イ|r\n3|disclose|ウ|\n");
    size_t n = read_log();
    assert_int_equal(strncmp(bytes, HEADER, strlen(HEADER)), 0);
    struct kp_log_state s = state_of_log();
    assert_int_equal(s.end.n_entries, 3);
    assert_int_equal(s.end.bytes, n);
    assert_true(s.bad_line == 0 && !s.torn);
    assert_memory_equal(s.end.head, bytes + n - 65, 64);
}

static void log__commas_quotes_and_breaks__stay_on_one_line(void **state)
{
    (void)state;
    static const char *const names[] = {"a,b", "say \"hi\"", "two\nlines", "cr\r\nlf", "\"", " lead, trail "};
    assert_int_equal(append(names, 6), KP_OK);
    assert_python_prints(
        "1|disclose|a,b|\n2|disclose|say \"hi\"|r\n3|disclose|two lines|\n4|disclose|cr  lf|r\n"
        "5|disclose|\"|\n6|disclose| lead, trail |r\n");
    assert_int_equal(state_of_log().end.n_entries, 6);
}

static enum kp_status see_names(void *ctx, const struct kp_log_line *line)
{
    char *all = ctx;
    const char *const *cells = line->cells;
    assert_int_equal(strlen(cells[KP_LOG_HASH]), 64);
    assert_string_equal(cells[KP_LOG_EVENT], "disclose");
    assert_string_equal(cells[KP_LOG_DOCUMENT], "");
    (void)sprintf(all + strlen(all), "%s:%s;", cells[KP_LOG_SEQ], cells[KP_LOG_NAME_KANA]);
    return strcmp(cells[KP_LOG_NAME_KANA], "stop") == 0 ? KP_E_FAULT : KP_OK;
}

static void read__entries__are_those_written_until_fn_stops(void **state)
{
    (void)state;
    static const char *const names[] = {"a,b", "\"q\"", "", "stop", "later"};
    char all[200] = "";
    struct kp_log_state s;
    assert_int_equal(append(names, 5), KP_OK);
    assert_int_equal(kp_log_read(&kp_io_posix, path, NULL, see_names, all, &s), KP_E_FAULT);
    assert_string_equal(all, "1:a,b;2:\"q\";3:;4:stop;");
}

static void log__reopened__continues_the_chain(void **state)
{
    (void)state;
    make_log(2);
    make_log(1);
    make_log(0);
    disk.piece = 7; /* bytes per write */
    disk.kinds = WRITES;
    make_log(3);
    assert_true(disk.calls > 50);
    assert_python_prints(
        "1|disclose|ア|\n2|disclose|イ|r\n3|disclose|ア|\n4|disclose|ア|\n5|disclose|イ|r\n6|disclose|ウ|\n");
}

static void log__empty_file_or_header_alone__is_continued(void **state)
{
    (void)state;
    assert_int_equal(state_of_log().bad_line, 0); /* no file yet */
    assert_string_equal(state_of_log().end.head, KP_LOG_NO_HEAD);
    (void)put_file("log.csv", "", 0);
    assert_string_equal(state_of_log().end.head, KP_LOG_NO_HEAD);
    make_log(0);
    assert_int_equal(read_log(), strlen(HEADER));
    assert_string_equal(bytes, HEADER);
    assert_string_equal(state_of_log().end.head, KP_LOG_NO_HEAD);
    make_log(1);
    assert_python_prints("1|disclose|ア|\n");
}

/* A change of the very last byte may look like an interrupted write; any other must make the log unusable. */
static void read__any_changed_byte__is_found_on_its_line(void **state)
{
    (void)state;
    static const unsigned char masks[] = {0x01, 0x20, 0x80, 0xff};
    make_log(3);
    size_t n = read_log();
    uint64_t line = 1;
    unsigned wrong = 0;
    int fd = open(path, O_RDWR);
    for (size_t i = 0; i < n; i++) {
        for (size_t m = 0; m <= sizeof(masks); m++) {
            char c = m < sizeof(masks) ? (char)(bytes[i] ^ (char)masks[m]) : '\n';
            if (c == bytes[i] || c == '\r')
                continue;
            assert_int_equal(pwrite(fd, &c, 1, (off_t)i), 1);
            struct kp_log_state s = state_of_log();
            if (i + 1 == n ? !s.torn && !s.bad_line : s.bad_line != line || !s.fault || s.torn)
                wrong++;
        }
        assert_int_equal(pwrite(fd, &bytes[i], 1, (off_t)i), 1);
        line += bytes[i] == '\n';
    }
    (void)close(fd);
    assert_int_equal(state_of_log().bad_line, 0);
    assert_int_equal(wrong, 0);
}

/* The next run removes a torn line: taking a stray carriage return for one would lose all entries after it.
 */
static void read__carriage_return__is_a_fault_not_a_torn_line(void **state)
{
    (void)state;
    make_log(3);
    size_t n = read_log(), first = strlen(HEADER);
    const size_t places[] = {5, first - 1, first, first + 100, n - 300};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char kept = bytes[places[i]];
        bytes[places[i]] = '\r';
        (void)put_file("log.csv", bytes, n);
        assert_false(state_of_log().torn);
        assert_int_not_equal(state_of_log().bad_line, 0);
        bytes[places[i]] = kept;
    }
}

/* Writes the lines of the log in this order, 0 being the header, and returns the first bad one. */
static uint64_t bad_line_of(const char *order)
{
    const char *lines[8];
    size_t lengths[8], n = 0, used = 0;
    char mixed[1 << 14];
    for (const char *at = bytes; *at; at += lengths[n++]) {
        lines[n] = at;
        lengths[n] = strcspn(at, "\n") + 1;
    }
    for (; *order; order++) {
        memcpy(mixed + used, lines[*order - '0'], lengths[*order - '0']);
        used += lengths[*order - '0'];
    }
    (void)put_file("log.csv", mixed, used);
    return state_of_log().bad_line;
}

static void read__removed_swapped_or_repeated_lines__are_found(void **state)
{
    (void)state;
    make_log(4);
    (void)read_log();
    assert_int_equal(bad_line_of("01234"), 0);
    assert_int_equal(bad_line_of("0234"), 2);
    assert_int_equal(bad_line_of("0134"), 3);
    assert_int_equal(bad_line_of("0124"), 4);
    assert_int_equal(bad_line_of("01324"), 3);
    assert_int_equal(bad_line_of("011234"), 3);
    assert_int_equal(bad_line_of("012344"), 6);
    assert_int_equal(bad_line_of("1234"), 1);
    assert_int_equal(bad_line_of("001234"), 2);
    assert_int_equal(bad_line_of("012340"), 6);
}

static void log__torn_line__is_removed_and_the_chain_continued(void **state)
{
    (void)state;
    make_log(2);
    size_t whole = read_log();
    make_log(1);
    size_t n = read_log();
    for (size_t keep = whole + 1; keep < n; keep += 37) {
        (void)put_file("log.csv", bytes, keep);
        struct kp_log_state s = state_of_log();
        assert_true(s.torn);
        assert_int_equal(s.bad_line, 0);
        assert_int_equal(s.end.n_entries, 2);
        assert_int_equal(s.end.bytes, whole);
        make_log(1);
        assert_python_prints("1|disclose|ア|\n2|disclose|イ|r\n3|disclose|ア|\n");
    }
}

/* A torn header is written again; a file that is not a log must not be emptied. */
static void log__torn_first_line__must_be_the_header(void **state)
{
    (void)state;
    (void)put_file("log.csv", HEADER, 40);
    assert_true(state_of_log().torn);
    make_log(1);
    assert_python_prints("1|disclose|ア|\n");
    (void)put_file("log.csv", "dear diary, this is no log", 26);
    assert_int_equal(state_of_log().bad_line, 1);
}

static void lock__second_run__fails_until_the_first_ends(void **state)
{
    (void)state;
    struct kp_log first, other;
    assert_int_equal(kp_log_lock(&first, &DISK, path), KP_OK);
    assert_int_equal(kp_log_lock(&other, &DISK, path), KP_E_SYSTEM);
    assert_int_equal(errno, EWOULDBLOCK);
    kp_log_close(&other);
    kp_log_close(&first);
    assert_int_equal(kp_log_lock(&other, &DISK, path), KP_OK);
    kp_log_close(&other);
}

static void write__any_failing_call__is_reported_by_errno(void **state)
{
    (void)state;
    static const char *const names[] = {"ア", "イ"};
    for (int i = 0; i < 6; i++) {
        (void)fresh(state);
        make_log(1);
        memset(&disk, 0, sizeof(disk));
        disk.piece = i < 3 ? 150 : 0; /* bytes per write: in the middle of a line, or nothing */
        disk.kinds = i < 5 ? WRITES : SYNCS;
        disk.fail_at = i < 3 ? 1 + i : 1;
        disk.error = i < 4 ? ENOSPC : i == 4 ? 0 : EIO;
        assert_int_equal(append(names, 2), KP_E_SYSTEM);
        assert_int_equal(errno, i == 5 ? EIO : ENOSPC);
        memset(&disk, 0, sizeof(disk));
        assert_int_equal(state_of_log().bad_line, 0);
        uint64_t before = state_of_log().end.n_entries;
        make_log(1);
        assert_int_equal(state_of_log().end.n_entries, before + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(log__another_reader__follows_the_chain, fresh),
        cmocka_unit_test_setup(log__commas_quotes_and_breaks__stay_on_one_line, fresh),
        cmocka_unit_test_setup(read__entries__are_those_written_until_fn_stops, fresh),
        cmocka_unit_test_setup(log__reopened__continues_the_chain, fresh),
        cmocka_unit_test_setup(log__empty_file_or_header_alone__is_continued, fresh),
        cmocka_unit_test_setup(read__any_changed_byte__is_found_on_its_line, fresh),
        cmocka_unit_test_setup(read__carriage_return__is_a_fault_not_a_torn_line, fresh),
        cmocka_unit_test_setup(read__removed_swapped_or_repeated_lines__are_found, fresh),
        cmocka_unit_test_setup(log__torn_line__is_removed_and_the_chain_continued, fresh),
        cmocka_unit_test_setup(log__torn_first_line__must_be_the_header, fresh),
        cmocka_unit_test_setup(lock__second_run__fails_until_the_first_ends, fresh),
        cmocka_unit_test_setup(write__any_failing_call__is_reported_by_errno, fresh),
    };
    return cmocka_run_group_tests_name("log_chain", tests, set_up, remove_folder);
}
