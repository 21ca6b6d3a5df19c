#include "failing_io.h"
#include "folder.h"

#include "log/log_index.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 4096 };

static const char *log_path, *index_path;
static struct kp_log the_log;
static struct kp_log_index ix;

static int set_up(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    log_path = in_folder("log.csv");
    index_path = in_folder("log.csv.index");
    return 0;
}

static int begin(void **state)
{
    struct kp_log_state empty = {.end = {.head = KP_LOG_NO_HEAD}};
    (void)unlink(log_path);
    (void)unlink(index_path);
    ix = (struct kp_log_index){.fd = -1, .log_fd = -1};
    return fresh_disk(state) || kp_log_lock(&the_log, &kp_io_posix, log_path) != KP_OK ||
           kp_log_begin(&the_log, &empty, 1775003400) != KP_OK;
}

static int end(void **state)
{
    (void)state;
    kp_log_index_close(&ix);
    kp_log_close(&the_log);
    return 0;
}

/* --- a log --- */

static void disclosed(const char *who, unsigned what)
{
    char hex[KP_SHA256_HEX + 1];
    (void)snprintf(hex, sizeof(hex), "%064x", what);
    struct kp_log_entry e = {.cells = {[KP_LOG_EVENT] = "disclose",
                                       [KP_LOG_INSURER_NUMBER] = "06139463",
                                       [KP_LOG_INSURED_NUMBER] = who,
                                       [KP_LOG_CONTENT_SHA256] = hex,
                                       [KP_LOG_BUNDLE] = "b.zip"}};
    assert_int_equal(kp_log_add(&the_log, &e), KP_OK);
}

static void settled(const char *event, const char *bundle)
{
    struct kp_log_entry e = {.cells = {[KP_LOG_EVENT] = event, [KP_LOG_BUNDLE] = bundle}};
    assert_int_equal(kp_log_add(&the_log, &e), KP_OK);
    assert_int_equal(kp_log_sync(&the_log), KP_OK);
}

/* --- its index --- */

static enum kp_status add(void *ctx, const struct kp_log_line *line)
{
    return kp_log_index_builder_add(ctx, line);
}

static enum kp_log_index_verdict open_index(void)
{
    enum kp_log_index_verdict verdict = KP_LOG_INDEX_ABSENT;
    kp_log_index_close(&ix);
    assert_int_equal(kp_log_index_open(&ix, &kp_io_posix, index_path, log_path, &verdict), KP_OK);
    return verdict;
}

/* Updates the index on a disk that may fail. */
static enum kp_status index_log(const struct kp_io *io)
{
    struct kp_log_index_builder builder;
    struct kp_log_state s;
    assert_int_equal(kp_log_index_builder_open(&builder, io, folder), KP_OK);
    struct kp_log_point from = ix.point;
    assert_int_equal(kp_log_read(&kp_io_posix, log_path, ix.io ? &from : NULL, add, &builder, &s), KP_OK);
    assert_int_equal(s.bad_line, 0);
    enum kp_status st = builder.point.bytes ? kp_log_index_write(index_path, &ix, &builder) : KP_OK;
    kp_log_index_builder_close(&builder);
    return st;
}

static void update(void)
{
    kp_io_posix.fsync(the_log.fd);
    assert_int_equal(index_log(&kp_io_posix), KP_OK);
    assert_int_equal(open_index(), KP_LOG_INDEX_SOUND);
}

/* Collects what an entry disclosed; the last call counts. */
static enum kp_status take_what(void *ctx, const struct kp_log_line *line)
{
    *(unsigned *)ctx = (unsigned)strtoul(line->cells[KP_LOG_CONTENT_SHA256] + KP_SHA256_HEX - 8, NULL, 16);
    return KP_OK;
}

static enum kp_status find(const char *who, unsigned *ret_what, bool *ret_found)
{
    struct kp_arena arena = {0};
    uint8_t key[KP_LOG_KEY_BYTES];
    uint64_t at = 0;
    uint32_t n = 0;
    char *identity = kp_identity_text(&arena, (struct kp_identity){"06139463", "", who, "", "", ""});
    assert_int_equal(kp_log_key(identity, key), KP_OK);
    kp_arena_release(&arena);
    enum kp_status st = kp_log_index_count(&ix, key, &n, &at);
    *ret_found = n > 0;
    return st == KP_OK ? kp_log_index_each(&ix, key, take_what, ret_what) : st;
}

static void assert_disclosed(const char *who, unsigned what)
{
    unsigned found_what = 0;
    bool found = false;
    assert_int_equal(find(who, &found_what, &found), KP_OK);
    if (!found || found_what != what)
        fail_msg("%s: %s %u instead of %u", who, found ? "found" : "not found", found_what, what);
}

static void assert_not_disclosed(const char *who)
{
    unsigned what = 0;
    bool found = true;
    assert_int_equal(find(who, &what, &found), KP_OK);
    assert_false(found);
}

/* --- contents --- */

static void index__bundle__is_known_once_released(void **state)
{
    (void)state;
    disclosed("ann", 1);
    settled("release", "a.zip");
    disclosed("ann", 2);
    disclosed("bob", 1);
    settled("void", "b.zip");
    disclosed("cat", 1);
    settled("release", "c.zip");
    uint64_t covered = the_log.seq;
    disclosed("dan", 1);
    assert_int_equal(kp_log_sync(&the_log), KP_OK);
    update();
    assert_disclosed("ann", 1);
    assert_not_disclosed("bob");
    assert_disclosed("cat", 1);
    assert_not_disclosed("dan");
    assert_int_equal(ix.point.n_entries, covered); /* the last settled entry */
    settled("release", "d.zip");
    update();
    assert_disclosed("dan", 1);
    assert_disclosed("ann", 1);
}

static void index__several_disclosures__the_latest_counts(void **state)
{
    (void)state;
    static const unsigned ann[] = {1, 2, 3}, bob[] = {1, 2, 1};
    for (size_t i = 0; i < 3; i++) {
        disclosed("ann", ann[i]);
        disclosed("bob", bob[i]);
        settled("release", "a.zip");
        if (i > 0)
            update();
    }
    assert_disclosed("ann", 3);
    assert_disclosed("bob", 1);
}

/* More entries than a block holds under one key, and the keys before and after it. */
static void index__person__has_all_entries_whatever_the_card(void **state)
{
    (void)state;
    struct kp_arena arena = {0};
    uint8_t key[KP_LOG_KEY_BYTES];
    uint64_t at = 0;
    uint32_t n = 0;
    unsigned what = 0;
    char who[16];
    for (unsigned i = 1; i <= 500; i++) {
        (void)snprintf(who, sizeof(who), "p%u", i);
        disclosed(who, i);
        settled("release", "a.zip");
        if (i % 200 == 0)
            update();
    }
    update();
    char *person = kp_person_text(&arena, "", "", "");
    assert_int_equal(kp_log_key(person, key), KP_OK);
    kp_arena_release(&arena);
    assert_int_equal(kp_log_index_count(&ix, key, &n, &at), KP_OK);
    assert_int_equal(n, 500);
    assert_int_equal(kp_log_index_read(&ix, key, at, take_what, &what), KP_OK);
    assert_int_equal(what, 500);
    what = 0;
    assert_int_equal(kp_log_index_each(&ix, key, take_what, &what), KP_OK);
    assert_int_equal(what, 500);
    assert_int_equal(kp_log_index_read(&ix, key, at - 1, take_what, &what), KP_E_FAULT);
    key[0] ^= 1;
    assert_int_equal(kp_log_index_read(&ix, key, at, take_what, &what), KP_E_FAULT);
    assert_disclosed("p7", 7);
}

static void index__bundle_name__is_taken_even_if_voided(void **state)
{
    (void)state;
    static const char *const names[] = {"6631111116_06139463_202604010_1", "6631111116_06139463_202604011_1",
                                        "6631111116_06139463_202604012_1"};
    disclosed("ann", 1);
    settled("release", "6631111116_06139463_202604010_1.zip");
    disclosed("bob", 1);
    settled("void", "6631111116_06139463_202604011_1.zip");
    update();
    for (size_t i = 0; i < COUNT(names); i++) {
        uint8_t key[KP_LOG_KEY_BYTES];
        uint64_t at = 0;
        uint32_t n = 0;
        assert_int_equal(kp_log_index_bundle_key(names[i], key), KP_OK);
        assert_int_equal(kp_log_index_count(&ix, key, &n, &at), KP_OK);
        assert_int_equal(n, i < 2);
    }
}

/* More records than a sorted run holds, and a voided bundle larger than the buffers in between. */
static void index__many__is_the_same_built_at_once_or_in_steps(void **state)
{
    (void)state;
    enum { MANY = 70000, STEP = 7000 };
    char who[16];
    const char *kept = in_folder("kept.index"), *copy = in_folder("copy.csv");
    for (unsigned i = 0; i < MANY; i++) {
        (void)snprintf(who, sizeof(who), "p%u", i);
        disclosed(who, i);
        if ((i + 1) % STEP == 0) {
            settled((i + 1) / STEP == 5 ? "void" : "release", "b.zip");
            if ((i + 1) / STEP % 3 == 0)
                update();
        }
    }
    update();
    for (unsigned i = 0; i < MANY; i += 37) {
        (void)snprintf(who, sizeof(who), "p%u", i);
        if (i / STEP + 1 == 5)
            assert_not_disclosed(who);
        else
            assert_disclosed(who, i);
        (void)snprintf(who, sizeof(who), "q%u", i);
        assert_not_disclosed(who);
    }
    struct stat info;
    assert_int_equal(stat(index_path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(rename(index_path, kept), 0);
    kp_log_index_close(&ix);
    update();
    uint8_t a[KP_SHA256_BYTES], b[KP_SHA256_BYTES];
    assert_int_equal(kp_file_sha256(&kp_io_posix, kept, a), KP_OK);
    assert_int_equal(kp_file_sha256(&kp_io_posix, index_path, b), KP_OK);
    assert_memory_equal(a, b, sizeof(a));
    (void)unlink(kept);
    (void)unlink(copy);
}

static void index__closed__is_empty(void **state)
{
    (void)state;
    assert_not_disclosed("ann");
    assert_int_equal(open_index(), KP_LOG_INDEX_ABSENT);
    assert_not_disclosed("ann");
}

/* --- damage --- */

static void flip(const char *path, off_t at)
{
    char c = 0;
    int fd = open(path, O_RDWR);
    assert_int_equal(pread(fd, &c, 1, at), 1);
    c = (char)(c ^ 0x10);
    assert_int_equal(pwrite(fd, &c, 1, at), 1);
    assert_int_equal(close(fd), 0);
}

static void make_two_hundred(void)
{
    char who[16];
    for (unsigned i = 0; i < 200; i++) {
        (void)snprintf(who, sizeof(who), "p%u", i);
        disclosed(who, i);
    }
    settled("release", "b.zip");
    update();
}

static void damage__any_byte_of_a_block__is_found_on_reading(void **state)
{
    (void)state;
    char who[16];
    make_two_hundred();
    for (off_t at = BLOCK; at < 4 * BLOCK; at += 61) {
        flip(index_path, at);
        assert_int_equal(open_index(), KP_LOG_INDEX_SOUND);
        unsigned faults = 0, lost = 0;
        for (unsigned i = 0; i < 200; i++) {
            unsigned what = 0;
            bool found = false;
            (void)snprintf(who, sizeof(who), "p%u", i);
            enum kp_status st = find(who, &what, &found);
            faults += st == KP_E_FAULT;
            lost += st == KP_OK && (!found || what != i);
        }
        assert_int_equal(lost, 0);
        assert_true(faults > 0);
        flip(index_path, at);
    }
}

static void damage__header_or_length__is_found_on_opening(void **state)
{
    (void)state;
    make_two_hundred();
    for (off_t at = 0; at < BLOCK; at += at < 256 ? 1 : 97) {
        flip(index_path, at);
        assert_int_equal(open_index(), KP_LOG_INDEX_DAMAGED);
        flip(index_path, at);
    }
    assert_int_equal(open_index(), KP_LOG_INDEX_SOUND);
    assert_int_equal(truncate(index_path, 2 * BLOCK + 7), 0);
    assert_int_equal(open_index(), KP_LOG_INDEX_DAMAGED);
    assert_int_equal(truncate(index_path, 0), 0);
    assert_int_equal(open_index(), KP_LOG_INDEX_DAMAGED);
}

/* A forged block with a matching digest: the log is trusted, not the index. */
static void damage__hit_not_confirmed_by_the_log__is_a_fault(void **state)
{
    (void)state;
    struct kp_log_index_block block;
    unsigned what = 0;
    bool found = false;
    disclosed("ann", 1);
    settled("release", "b.zip");
    update();
    const uint64_t the_log_line = strlen(KP_LOG_HEADER) + 1;
    for (unsigned shift = 0; shift < 2; shift++) {
        int fd = open(index_path, O_RDWR);
        assert_int_equal(pread(fd, &block, sizeof(block), BLOCK), sizeof(block));
        uint64_t both = the_log_line + ix.point.last_at; /* each record names the other entry, or none */
        for (size_t i = 0; i < 3; i++)
            block.records[i].at = shift == 0 ? both - block.records[i].at : block.records[i].at + shift;
        assert_int_equal(kp_sha256_of(&block, offsetof(struct kp_log_index_block, digest), block.digest),
                         KP_OK);
        assert_int_equal(pwrite(fd, &block, sizeof(block), BLOCK), sizeof(block));
        assert_int_equal(close(fd), 0);
        assert_int_equal(open_index(), KP_LOG_INDEX_SOUND);
        assert_int_equal(find("ann", &what, &found), KP_E_FAULT);
    }
}

static void log__line_of_a_hit_altered__is_a_fault(void **state)
{
    (void)state;
    unsigned what = 0;
    bool found = false;
    disclosed("ann", 1);
    disclosed("bob", 1);
    settled("release", "b.zip");
    update();
    struct stat info;
    assert_int_equal(stat(log_path, &info), 0);
    FILE *file = fopen(log_path, "rb");
    char header[1024];
    assert_non_null(fgets(header, sizeof(header), file));
    assert_int_equal(fclose(file), 0);
    flip(log_path, (off_t)strlen(header) + 30);
    assert_int_equal(open_index(), KP_LOG_INDEX_SOUND); /* only the last entry is compared */
    assert_int_equal(find("ann", &what, &found), KP_E_FAULT);
    assert_disclosed("bob", 1);
}

/* --- another log than the one indexed --- */

static void log__cut_off_or_replaced__contradicts_its_index(void **state)
{
    (void)state;
    make_two_hundred();
    uint64_t whole = ix.point.bytes, last = ix.point.last_at;
    assert_int_equal(truncate(log_path, (off_t)last), 0);
    assert_int_equal(open_index(), KP_LOG_INDEX_CONTRADICTS);
    assert_int_equal(truncate(log_path, (off_t)last / 2), 0);
    assert_int_equal(open_index(), KP_LOG_INDEX_CONTRADICTS);
    assert_int_equal(truncate(log_path, (off_t)whole), 0); /* the same length, but zeros */
    assert_int_equal(open_index(), KP_LOG_INDEX_CONTRADICTS);
    (void)unlink(log_path);
    assert_int_equal(open_index(), KP_LOG_INDEX_CONTRADICTS);
}

static void log__other_entries_of_the_same_length__contradict(void **state)
{
    (void)state;
    disclosed("ann", 1);
    settled("release", "b.zip");
    update();
    assert_int_equal(rename(index_path, in_folder("of_ann")), 0);
    (void)end(NULL);
    (void)begin(state);
    disclosed("bob", 1);
    settled("release", "b.zip");
    assert_int_equal(rename(in_folder("of_ann"), index_path), 0);
    assert_int_equal(open_index(), KP_LOG_INDEX_CONTRADICTS);
}

static void log__torn_last_entry__makes_the_index_absent(void **state)
{
    (void)state;
    make_two_hundred();
    uint64_t whole = ix.point.bytes, last = ix.point.last_at;
    for (uint64_t at = whole - 1; at > last; at -= 31) {
        assert_int_equal(truncate(log_path, (off_t)at), 0);
        assert_int_equal(open_index(), KP_LOG_INDEX_ABSENT);
        if (at < last + 31)
            break;
    }
}

/* --- a failing disk --- */

static void write__any_failing_call__leaves_the_older_index(void **state)
{
    (void)state;
    make_two_hundred();
    disclosed("new", 5);
    settled("release", "c.zip");
    int n = 0, failed = 0;
    for (;; n++) {
        memset(&disk, 0, sizeof(disk));
        disk.kinds = OPENS | SYNCS | CLOSES | RENAMES;
        disk.fail_at = n + 2; /* the first open is the builder's scratch file */
        disk.error = EIO;
        enum kp_status st = index_log(&DISK);
        failed += st == KP_E_SYSTEM;
        if (disk.calls < disk.fail_at)
            break;
        assert_int_equal(access(in_folder("log.csv.index.tmp"), F_OK), -1);
        enum kp_log_index_verdict verdict = open_index();
        assert_int_equal(verdict, KP_LOG_INDEX_SOUND);
        assert_disclosed("p7", 7);
    }
    assert_true(failed >= 4);
    assert_int_equal(open_index(), KP_LOG_INDEX_SOUND);
    assert_disclosed("new", 5);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(index__bundle__is_known_once_released),
        TEST(index__several_disclosures__the_latest_counts),
        TEST(index__person__has_all_entries_whatever_the_card),
        TEST(index__bundle_name__is_taken_even_if_voided),
        TEST(index__many__is_the_same_built_at_once_or_in_steps),
        TEST(index__closed__is_empty),
        TEST(damage__any_byte_of_a_block__is_found_on_reading),
        TEST(damage__header_or_length__is_found_on_opening),
        TEST(damage__hit_not_confirmed_by_the_log__is_a_fault),
        TEST(log__line_of_a_hit_altered__is_a_fault),
        TEST(log__cut_off_or_replaced__contradicts_its_index),
        TEST(log__other_entries_of_the_same_length__contradict),
        TEST(log__torn_last_entry__makes_the_index_absent),
        TEST(write__any_failing_call__leaves_the_older_index),
    };
    return cmocka_run_group_tests_name("log_index", tests, set_up, remove_folder);
}
