/* What remains of a retired log: records found by their keys, alterations found on opening. */
#include "files.h"
#include "folder.h"

#include <stdio.h>

#include "log/stub.h"

static const char HEAD[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
static const char *path;
static struct kp_stub stub;
static char seen[256];

static int set_up(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    path = in_folder("log.csv");
    return 0;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct kp_stub_record *)a)->key, ((const struct kp_stub_record *)b)->key);
}

/* Writes a stub with a record for each letter; equal letters have equal keys. */
static void write_stub(const char *letters)
{
    struct kp_stub_record records[32];
    struct kp_buf out = {0};
    size_t n = strlen(letters);
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    memset(records, 0, sizeof(records));
    for (size_t i = 0; i < n; i++) {
        uint8_t key[KP_STUB_KEY_BYTES];
        memset(key, letters[i], sizeof(key));
        assert_int_equal(kp_stub_salt(HEAD, key, sizeof(key), records[i].key), KP_OK);
        (void)snprintf(records[i].seq, sizeof(records[i].seq), "%zu", i + 1);
        (void)snprintf(records[i].bundle, sizeof(records[i].bundle), "%c.zip", letters[i]);
    }
    qsort(records, n, sizeof(*records), by_key);
    kp_buf_printf(&out, KP_STUB_COLUMNS "now,1,77,%064d,%s,first,last,1,2,3,4,5,6,%zu\n", 0, HEAD, n);
    for (size_t i = 0; i < n; i++)
        kp_stub_add(&out, &records[i]);
    assert_int_equal(kp_sha256_of(out.data, out.len, digest), KP_OK);
    kp_sha256_hex(digest, hex);
    kp_buf_printf(&out, "%s\n", hex);
    assert_true(kp_buf_ok(&out));
    put(path, out.data, out.len);
    kp_buf_release(&out);
}

static enum kp_status note(void *ctx, const struct kp_stub_record *record)
{
    (void)ctx;
    (void)strcat(seen, record->bundle);
    return KP_OK;
}

/* Returns the bundles of the records under the letter. */
static const char *found(char letter)
{
    uint8_t key[KP_STUB_KEY_BYTES];
    memset(key, letter, sizeof(key));
    seen[0] = '\0';
    assert_int_equal(kp_stub_each(&stub, key, note, NULL), KP_OK);
    return seen;
}

static void each__any_key__passes_its_records(void **state)
{
    (void)state;
    write_stub("afbgcchdddie");
    assert_int_equal(kp_stub_open(&stub, &kp_io_posix, path), KP_OK);
    assert_int_equal(stub.n_entries, 77);
    assert_string_equal(stub.head, HEAD);
    for (const char *letter = "abefghi"; *letter; letter++)
        assert_string_equal(found(*letter), textf("%c.zip", *letter));
    assert_string_equal(found('c'), "c.zipc.zip");
    assert_string_equal(found('d'), "d.zipd.zipd.zip");
    assert_string_equal(found('x'), "");
    kp_stub_close(&stub);
}

static void open__no_records__is_sound(void **state)
{
    (void)state;
    write_stub("");
    assert_int_equal(kp_stub_open(&stub, &kp_io_posix, path), KP_OK);
    assert_string_equal(found('a'), "");
    kp_stub_close(&stub);
}

static void open__any_byte_altered_or_cut__is_a_fault(void **state)
{
    (void)state;
    size_t n = 0;
    write_stub("abc");
    char *bytes = slurp(path, &n);
    for (size_t i = 0; i < n; i++) {
        bytes[i] ^= 1;
        put(path, bytes, n);
        bytes[i] ^= 1;
        if (kp_stub_open(&stub, &kp_io_posix, path) != KP_E_FAULT)
            fail_msg("byte %zu of %zu", i, n);
        kp_stub_close(&stub);
        put(path, bytes, i);
        assert_int_equal(kp_stub_open(&stub, &kp_io_posix, path), KP_E_FAULT);
        kp_stub_close(&stub);
    }
}

static void salt__another_log__gives_another_key(void **state)
{
    (void)state;
    char a[KP_STUB_SALTED + 1], b[KP_STUB_SALTED + 1], other[sizeof(HEAD)];
    memcpy(other, HEAD, sizeof(HEAD));
    other[0] = 'f';
    assert_int_equal(kp_stub_salt(HEAD, "x", 1, a), KP_OK);
    assert_int_equal(kp_stub_salt(other, "x", 1, b), KP_OK);
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each__any_key__passes_its_records),
        cmocka_unit_test(open__no_records__is_sound),
        cmocka_unit_test(open__any_byte_altered_or_cut__is_a_fault),
        cmocka_unit_test(salt__another_log__gives_another_key),
    };
    return cmocka_run_group_tests_name("stub", tests, set_up, remove_folder);
}
