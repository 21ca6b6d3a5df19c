#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "folder.h"

#include "base/arena.h"
#include "format/sealed.h"

#define PASSWORD "CORRECTHORSEBATTERY2"

static struct kp_arena arena;

static int tear_down(void **state)
{
    kp_arena_release(&arena);
    return remove_folder(state);
}

static char *place(const char *name)
{
    return kp_arena_printf(&arena, "%s/%s", folder, name);
}

/* Runs a shell command in the folder; returns its exit status. */
static int shell(const char *command)
{
    int status = system(kp_arena_printf(&arena, "cd %s && (%s) >/dev/null 2>&1", folder, command));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A bundle of n bytes sealed as sealed.zip; the bundle stays as inner.zip. */
static char *seal(size_t n)
{
    char *bytes = kp_arena_alloc(&arena, n + 1);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)(i * 7919 % 251);
    put(place("inner.zip"), bytes, n);
    (void)remove(place("sealed.zip"));
    const struct kp_seal_member member = {.name = "inner.zip", .path = place("inner.zip")};
    assert_int_equal(kp_seal_write(&kp_io_posix, place("sealed.zip"), &member, 1, PASSWORD), KP_OK);
    return place("sealed.zip");
}

static enum kp_seal_fault fault_with(const char *path, const char *password)
{
    struct kp_unsealed u;
    enum kp_seal_fault fault = KP_SEAL_SOUND;
    enum kp_status st = kp_seal_open(path, password, &u, &fault);
    assert_int_equal(st, fault == KP_SEAL_SOUND ? KP_OK : KP_E_FAULT);
    kp_seal_close(&u);
    return fault;
}

static void seal__written__is_aes_256_ae_2_with_mode_0600(void **state)
{
    (void)state;
    struct stat s;
    size_t n = 0;
    const unsigned char *b = (const unsigned char *)slurp(seal(5000), &n);
    assert_int_equal(stat(place("sealed.zip"), &s), 0);
    assert_int_equal(s.st_mode & 0777, 0600);
    assert_int_equal(b[8] | b[9] << 8, 99); /* method: AES */
    size_t at = 30u + b[26];
    assert_int_equal(b[at] | b[at + 1] << 8, 0x9901);
    assert_int_equal(b[at + 4], 2);                     /* AE-2 */
    assert_int_equal(b[at + 8], 3);                     /* 256 bits */
    assert_int_equal(b[14] | b[15] | b[16] | b[17], 0); /* no checksum of the contents */
}

static void seal__opened_with_its_password__gives_the_bundle(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 15, 16, 17, 65536, 1000003};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        struct kp_unsealed u;
        enum kp_seal_fault fault = KP_SEAL_SOUND;
        size_t n = 0, m = 0;
        assert_int_equal(kp_seal_open(seal(sizes[i]), PASSWORD, &u, &fault), KP_OK);
        assert_string_equal(u.name, "inner.zip");
        const char *inner = slurp(u.path, &n), *outer = slurp(place("inner.zip"), &m);
        assert_int_equal(n, sizes[i]);
        assert_int_equal(n, m);
        assert_memory_equal(inner, outer, n);
        kp_seal_close(&u);
    }
}

static void seal__opened_by_other_programs__gives_the_bundle(void **state)
{
    (void)state;
    (void)seal(100000);
    assert_int_equal(shell("rm -rf x; 7z x -p" PASSWORD " -ox sealed.zip && cmp x/inner.zip inner.zip"), 0);
    assert_int_equal(shell("bsdtar -xOf sealed.zip --passphrase " PASSWORD " | cmp - inner.zip"), 0);
    assert_int_not_equal(shell("rm -rf x; 7z x -pWRONG -ox sealed.zip"), 0);
    assert_int_not_equal(shell("bsdtar -xOf sealed.zip --passphrase WRONG"), 0);
}

/* Sizes of 4 GiB and more stand in fields of their own (ZIP64). It takes minutes, so make test-long does it.
 */
static void seal__beyond_4_gib__is_opened_by_other_programs(void **state)
{
    (void)state;
    if (!getenv("THOROUGH"))
        skip();
    const struct kp_seal_member members[] = {{.name = "inner.zip", .path = place("inner.zip")},
                                             {.name = "list.csv", .bytes = "list", .n = 4}};
    assert_int_equal(
        shell("rm -rf inner.zip sealed.zip; printf PK >inner.zip; truncate -s 4294968000 inner.zip"), 0);
    assert_int_equal(kp_seal_write(&kp_io_posix, place("sealed.zip"), members, 2, PASSWORD), KP_OK);
    assert_int_equal(shell("7z t -p" PASSWORD " sealed.zip"), 0);
    assert_int_equal(shell("bsdtar -xOf sealed.zip --passphrase " PASSWORD " inner.zip | cmp - inner.zip"),
                     0);
    assert_int_equal(shell("test \"$(bsdtar -xOf sealed.zip --passphrase " PASSWORD " list.csv)\" = list"),
                     0);
    assert_int_equal(fault_with(place("sealed.zip"), PASSWORD),
                     KP_SEAL_TOO_BIG); /* more than a receiver takes */
    assert_int_equal(shell("rm inner.zip sealed.zip"), 0);
}

static void seal__twice__has_different_bytes(void **state)
{
    (void)state;
    size_t n = 0, m = 0;
    const char *a = slurp(seal(1000), &n), *b = slurp(seal(1000), &m);
    assert_int_equal(n, m);
    assert_memory_not_equal(a, b, n); /* the salt */
}

static void seal__in_the_way__is_not_replaced(void **state)
{
    (void)state;
    size_t n = 0;
    const struct kp_seal_member member = {.name = "inner.zip", .path = place("inner.zip")};
    (void)seal(10);
    put(place("sealed.zip"), "other", 5);
    assert_int_equal(kp_seal_write(&kp_io_posix, place("sealed.zip"), &member, 1, PASSWORD), KP_E_SYSTEM);
    assert_memory_equal(slurp(place("sealed.zip"), &n), "other", 5);
}

static void seal__more_members_than_fit__is_refused(void **state)
{
    (void)state;
    struct kp_seal_member members[KP_SEAL_MAX_MEMBERS + 1] = {{0}};
    for (size_t i = 0; i < COUNT(members); i++)
        members[i] = (struct kp_seal_member){.name = i ? i > 1 ? "c" : "b" : "a", .bytes = "text", .n = 4};
    errno = 0;
    assert_int_equal(kp_seal_write(&kp_io_posix, place("many.zip"), members, COUNT(members), PASSWORD),
                     KP_E_SYSTEM);
    assert_int_equal(errno, EINVAL);
    assert_false(exists(place("many.zip")));
}

static void seal__source_missing__leaves_nothing(void **state)
{
    (void)state;
    const struct kp_seal_member member = {.name = "a.zip", .path = place("missing.zip")};
    assert_int_equal(kp_seal_write(&kp_io_posix, place("none.zip"), &member, 1, PASSWORD), KP_E_SYSTEM);
    assert_int_equal(access(place("none.zip"), F_OK), -1);
}

static void seal__wrong_password__is_named(void **state)
{
    (void)state;
    char *path = seal(5000);
    unsigned damaged = 0;
    for (int i = 0; i < 50; i++) {
        enum kp_seal_fault fault = fault_with(path, kp_arena_printf(&arena, "WRONG-PASSWORD-%d", i));
        assert_true(fault == KP_SEAL_WRONG_PASSWORD || fault == KP_SEAL_DAMAGED);
        damaged += fault == KP_SEAL_DAMAGED;
    }
    assert_true(damaged <= 1); /* the format has 16 bits to recognise a password by */
}

static void seal__flipped_byte__is_damaged(void **state)
{
    (void)state;
    size_t n = 0;
    char *bytes = slurp(seal(5000), &n);
    for (size_t at = 100; at < 5000; at += 97) { /* within the encrypted bytes */
        bytes[at] ^= 1;
        put(place("flipped.zip"), bytes, n);
        bytes[at] ^= 1;
        assert_int_equal(fault_with(place("flipped.zip"), PASSWORD), KP_SEAL_DAMAGED);
    }
}

static void seal__flipped_anywhere__never_passes_for_other_bytes(void **state)
{
    (void)state;
    size_t n = 0;
    char *bytes = slurp(seal(300), &n);
    for (size_t at = 0; at < n; at++) {
        struct kp_unsealed u;
        enum kp_seal_fault fault = KP_SEAL_SOUND;
        size_t m = 0, k = 0;
        bytes[at] ^= 0x10;
        put(place("flipped.zip"), bytes, n);
        bytes[at] ^= 0x10;
        if (kp_seal_open(place("flipped.zip"), PASSWORD, &u, &fault) == KP_OK && *u.name) {
            const char *inner = slurp(u.path, &m), *right = slurp(place("inner.zip"), &k);
            assert_int_equal(m, k);
            assert_memory_equal(inner, right, k);
        }
        kp_seal_close(&u);
    }
}

static void seal__truncated__is_no_sound_archive(void **state)
{
    (void)state;
    size_t n = 0;
    const char *bytes = slurp(seal(5000), &n);
    for (size_t keep = 0; keep < n; keep += 61) {
        put(place("short.zip"), bytes, keep);
        assert_int_not_equal(fault_with(place("short.zip"), PASSWORD), KP_SEAL_SOUND);
    }
}

static void seal__empty_member__is_empty(void **state)
{
    (void)state;
    assert_int_equal(fault_with(seal(0), PASSWORD), KP_SEAL_EMPTY);
    put(place("empty"), "", 0);
    assert_int_equal(shell("rm -f e.zip; 7z a -tzip -p" PASSWORD " -mem=AES256 e.zip empty"), 0);
    assert_int_equal(fault_with(place("e.zip"), PASSWORD), KP_SEAL_EMPTY);
}

static void open__archives_of_others__are_read(void **state)
{
    (void)state;
    static const char *const makers[] = {
        "rm -f o.zip; 7z a -tzip -psecret -mem=AES256 o.zip inner.zip",
        "rm -f o.zip; 7z a -tzip -psecret -mem=AES128 o.zip inner.zip",
        "rm -f o.zip; 7z a -tzip -psecret -mem=ZipCrypto o.zip inner.zip",
    };
    (void)seal(4321);
    for (size_t i = 0; i < sizeof(makers) / sizeof(*makers); i++) {
        struct kp_unsealed u;
        enum kp_seal_fault fault = KP_SEAL_SOUND;
        size_t n = 0, m = 0;
        assert_int_equal(shell(makers[i]), 0);
        assert_true(kp_seal_is(place("o.zip")));
        assert_int_equal(kp_seal_open(place("o.zip"), "secret", &u, &fault), KP_OK);
        const char *inner = slurp(u.path, &n), *right = slurp(place("inner.zip"), &m);
        assert_int_equal(n, m);
        assert_memory_equal(inner, right, n);
        kp_seal_close(&u);
        fault = fault_with(place("o.zip"), "wrong");
        assert_true(fault == KP_SEAL_WRONG_PASSWORD || (i == 2 && fault == KP_SEAL_DAMAGED));
    }
}

static void open__encrypted_members__become_an_open_archive(void **state)
{
    (void)state;
    struct kp_unsealed u;
    enum kp_seal_fault fault = KP_SEAL_SOUND;
    assert_int_equal(shell("rm -rf t m.zip; mkdir -p t/DATA; echo one >t/DATA/a.xml; echo two >t/b.xml;"
                           " 7z a -tzip -psecret -mem=ZipCrypto m.zip t"),
                     0);
    assert_int_equal(kp_seal_open(place("m.zip"), "secret", &u, &fault), KP_OK);
    assert_string_equal(u.name, "");
    size_t n = 0;
    const char *bytes = slurp(u.path, &n);
    put(place("open.zip"), bytes, n);
    kp_seal_close(&u);
    assert_false(kp_seal_is(place("open.zip")));
    assert_int_equal(shell("rm -rf o; mkdir o; cd o && unzip -q ../open.zip && diff -r t ../t"), 0);
}

static void open__plain_archive__is_not_sealed(void **state)
{
    (void)state;
    (void)seal(100);
    assert_int_equal(shell("rm -f p.zip; 7z a -tzip p.zip inner.zip"), 0);
    assert_false(kp_seal_is(place("p.zip")));
    assert_int_equal(fault_with(place("p.zip"), "x"), KP_SEAL_NONE);
    assert_int_equal(fault_with(place("inner.zip"), "x"), KP_SEAL_NONE);
}

static void open__bomb__is_refused(void **state)
{
    (void)state;
    assert_int_equal(shell("head -c 300000000 /dev/zero >zeros.zip; rm -f bomb.zip;"
                           " 7z a -tzip -psecret -mem=AES256 bomb.zip zeros.zip; rm zeros.zip"),
                     0);
    assert_int_equal(fault_with(place("bomb.zip"), "secret"), KP_SEAL_TOO_BIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seal__written__is_aes_256_ae_2_with_mode_0600),
        cmocka_unit_test(seal__opened_with_its_password__gives_the_bundle),
        cmocka_unit_test(seal__opened_by_other_programs__gives_the_bundle),
        cmocka_unit_test(seal__beyond_4_gib__is_opened_by_other_programs),
        cmocka_unit_test(seal__twice__has_different_bytes),
        cmocka_unit_test(seal__in_the_way__is_not_replaced),
        cmocka_unit_test(seal__more_members_than_fit__is_refused),
        cmocka_unit_test(seal__source_missing__leaves_nothing),
        cmocka_unit_test(seal__wrong_password__is_named),
        cmocka_unit_test(seal__flipped_byte__is_damaged),
        cmocka_unit_test(seal__flipped_anywhere__never_passes_for_other_bytes),
        cmocka_unit_test(seal__truncated__is_no_sound_archive),
        cmocka_unit_test(seal__empty_member__is_empty),
        cmocka_unit_test(open__archives_of_others__are_read),
        cmocka_unit_test(open__encrypted_members__become_an_open_archive),
        cmocka_unit_test(open__plain_archive__is_not_sealed),
        cmocka_unit_test(open__bomb__is_refused),
    };
    return cmocka_run_group_tests_name("sealed", tests, make_folder, tear_down);
}
