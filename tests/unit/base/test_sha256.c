#include "support.h"

#include "base/sha256.h"

static void assert_digest(const uint8_t digest[KP_SHA256_BYTES], const char *expected)
{
    char hex[KP_SHA256_HEX + 1];
    kp_sha256_hex(digest, hex);
    assert_string_equal(hex, expected);
}

/* Expected values: the examples of FIPS 180-4. */
static const char EMPTY[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char ABC[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char MILLION[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

static void of__published_examples__agree(void **state UNUSED)
{
    static const struct {
        const char *text, *digest;
    } cases[] = {
        {"", EMPTY},
        {"abc", ABC},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqr"
         "stu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t digest[KP_SHA256_BYTES];
        assert_int_equal(kp_sha256_of(cases[i].text, strlen(cases[i].text), digest), KP_OK);
        assert_digest(digest, cases[i].digest);
    }
}

static void add__a_million_a_in_pieces__agrees(void **state UNUSED)
{
    struct kp_sha256 *sha = NULL;
    uint8_t digest[KP_SHA256_BYTES];
    char piece[997];
    memset(piece, 'a', sizeof(piece));
    assert_int_equal(kp_sha256_new(&sha), KP_OK);
    for (size_t left = 1000000; left > 0;) {
        size_t n = left < sizeof(piece) ? left : sizeof(piece);
        assert_int_equal(kp_sha256_add(sha, piece, n), KP_OK);
        left -= n;
    }
    assert_int_equal(kp_sha256_finish(sha, digest), KP_OK);
    assert_digest(digest, MILLION);
    kp_sha256_free(sha);
}

static void finish__then_add__starts_over(void **state UNUSED)
{
    struct kp_sha256 *sha = NULL;
    uint8_t digest[KP_SHA256_BYTES];
    assert_int_equal(kp_sha256_new(&sha), KP_OK);
    assert_int_equal(kp_sha256_finish(sha, digest), KP_OK);
    assert_digest(digest, EMPTY);
    assert_int_equal(kp_sha256_add(sha, "a", 1), KP_OK);
    assert_int_equal(kp_sha256_add(sha, "", 0), KP_OK);
    assert_int_equal(kp_sha256_add(sha, "bc", 2), KP_OK);
    assert_int_equal(kp_sha256_finish(sha, digest), KP_OK);
    assert_digest(digest, ABC);
    kp_sha256_free(sha);
}

static void of__block_boundaries__equals_the_digest_in_pieces(void **state UNUSED)
{
    char bytes[200];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i * 7);
    struct kp_sha256 *sha = NULL;
    assert_int_equal(kp_sha256_new(&sha), KP_OK);
    for (size_t n = 0; n <= sizeof(bytes); n++) {
        uint8_t whole[KP_SHA256_BYTES], pieces[KP_SHA256_BYTES];
        assert_int_equal(kp_sha256_of(bytes, n, whole), KP_OK);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(kp_sha256_add(sha, bytes + i, 1), KP_OK);
        assert_int_equal(kp_sha256_finish(sha, pieces), KP_OK);
        assert_memory_equal(whole, pieces, KP_SHA256_BYTES);
    }
    kp_sha256_free(sha);
}

static void hex__every_nibble__is_lower_case_and_terminated(void **state UNUSED)
{
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 2];
    memset(hex, '!', sizeof(hex));
    for (size_t i = 0; i < sizeof(digest); i++)
        digest[i] = (uint8_t)(i * 16 + i % 16);
    kp_sha256_hex(digest, hex);
    assert_string_equal(hex, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
    assert_int_equal(hex[KP_SHA256_HEX + 1], '!');
}

static void free__nothing__is_fine(void **state UNUSED)
{
    kp_sha256_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of__published_examples__agree),
        cmocka_unit_test(add__a_million_a_in_pieces__agrees),
        cmocka_unit_test(finish__then_add__starts_over),
        cmocka_unit_test(of__block_boundaries__equals_the_digest_in_pieces),
        cmocka_unit_test(hex__every_nibble__is_lower_case_and_terminated),
        cmocka_unit_test(free__nothing__is_fine),
    };
    return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
