#include "folder.h"
#include "messages.h"

#include "log/compare_log.h"

#define DIGEST "1111111111111111111111111111111111111111111111111111111111111111"
#define OTHER "2222222222222222222222222222222222222222222222222222222222222222"
#define HEIGHT "9N001000000000001"
#define WEIGHT "9N006000000000001"

static const struct kp_common COMMON = {.lang = KP_LANG_EN};

static struct kp_context ctx;
static struct kp_compare compare;
static struct kp_arena memory;
static struct kp_log the_log;
static const char *path;
static char differences[512];

static int set_up(void **state)
{
    if (make_folder(state) != 0 || kp_context_init(&ctx, &COMMON, &ENV) != KP_OK)
        return -1;
    path = in_folder("log.csv");
    return kp_context_load_tables(&ctx) == KP_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    kp_context_release(&ctx);
    return remove_folder(state);
}

/* --- a bundle b.zip with one document, of height and weight --- */

static void add_document(const char *name, const char *number, const char *kana)
{
    struct kp_record record;
    assert_int_equal(kp_record_init(&record, &ctx.tables, &memory), KP_OK);
    record.field[KP_F_INSURER_NUMBER] = "06139463";
    record.field[KP_F_INSURED_NUMBER] = number;
    record.field[KP_F_NAME_KANA] = kana;
    record.values[kp_item_find(&ctx.tables, HEIGHT) - ctx.tables.items].state = KP_VALUE_PRESENT;
    record.values[kp_item_find(&ctx.tables, WEIGHT) - ctx.tables.items].state = KP_VALUE_NOT_DONE;
    assert_int_equal(kp_compare_add(&compare, name, &record), KP_OK);
}

static kp_compare_report note;

static int begin(void **state UNUSED)
{
    struct kp_log_state empty = {.end = {.head = KP_LOG_NO_HEAD}};
    (void)unlink(path);
    memset(&got, 0, sizeof(got));
    compare = (struct kp_compare){.ctx = &ctx, .arena = &memory, .report = note};
    if (kp_log_lock(&the_log, &kp_io_posix, path) != KP_OK ||
        kp_log_begin(&the_log, &empty, 1775003400) != KP_OK)
        return -1;
    add_document("h1.xml", "45", "カナ");
    return 0;
}

static int end(void **state UNUSED)
{
    kp_compare_release(&compare);
    kp_log_close(&the_log);
    kp_arena_release(&memory);
    return 0;
}

/* --- its entries in the log --- */

static void log_document(const char *name, const char *number, const char *duty, const char *consent)
{
    const struct kp_log_entry entry = {.cells = {[KP_LOG_EVENT] = "disclose",
                                                 [KP_LOG_BUNDLE] = "b.zip",
                                                 [KP_LOG_BUNDLE_SHA256] = DIGEST,
                                                 [KP_LOG_DOCUMENT] = name,
                                                 [KP_LOG_INSURER_NUMBER] = "06139463",
                                                 [KP_LOG_INSURED_NUMBER] = number,
                                                 [KP_LOG_NAME_KANA] = "カナ",
                                                 [KP_LOG_ITEMS_DUTY] = duty,
                                                 [KP_LOG_ITEMS_CONSENT] = consent}};
    assert_int_equal(kp_log_add(&the_log, &entry), KP_OK);
}

static void log_event(const char *event, const char *bundle, const char *digest)
{
    const struct kp_log_entry entry = {
        .cells = {[KP_LOG_EVENT] = event, [KP_LOG_BUNDLE] = bundle, [KP_LOG_BUNDLE_SHA256] = digest}};
    assert_int_equal(kp_log_add(&the_log, &entry), KP_OK);
}

/* --- the comparison --- */

static void note(void *ctx_of_report UNUSED, const char *document, enum kp_code code, const char *what)
{
    size_t n = strlen(differences);
    what = what ? what : document ? document : "b.zip";
    (void)snprintf(differences + n, sizeof(differences) - n, "%s%d %s", n ? "; " : "", (int)code, what);
}

static void assert_differences_as(const char *bundle, const char *expected)
{
    differences[0] = '\0';
    assert_int_equal(kp_log_sync(&the_log), KP_OK);
    assert_int_equal(kp_compare_log(&compare, path, bundle, DIGEST), KP_OK);
    assert_string_equal(differences, expected);
    assert_int_equal(got.count, 0);
}

static void assert_differences(const char *expected)
{
    assert_differences_as("b.zip", expected);
}

static void compare__all_logged__finds_nothing(void **state UNUSED)
{
    log_document("h1.xml", "0045", WEIGHT, HEIGHT); /* the same person in another notation */
    log_event("release", "b.zip", DIGEST);
    assert_differences("");
}

static void compare__renamed_bundle__is_found_by_its_digest(void **state UNUSED)
{
    log_document("h1.xml", "45", HEIGHT " " WEIGHT, "");
    log_event("release", "b.zip", DIGEST);
    assert_differences_as("renamed.zip", "");
}

static void compare__items__are_compared_both_ways(void **state UNUSED)
{
    log_document("h1.xml", "45", HEIGHT " 9N016160100000001 unknown", "");
    log_event("release", "b.zip", DIGEST);
    assert_differences("8078 9N006000000000001 体重; 8079 9N016160100000001 腹囲(実測）");
}

static void compare__person_or_document__differs(void **state UNUSED)
{
    add_document("h2.xml", "46", "カナ");
    log_document("h1.xml", "99", HEIGHT, WEIGHT);
    log_document("h3.xml", "47", HEIGHT, WEIGHT);
    log_event("release", "b.zip", DIGEST);
    assert_differences("8077 h1.xml; 8076 h3.xml; 8075 h2.xml");
}

static void compare__not_released__is_one_difference(void **state UNUSED)
{
    assert_differences("8072 b.zip");
    log_document("h1.xml", "45", HEIGHT, WEIGHT);
    log_event("void", "b.zip", DIGEST);
    assert_differences("8074 b.zip");
}

static void compare__other_digest__is_a_difference(void **state UNUSED)
{
    log_event("release", "b.zip", OTHER);
    assert_differences("8073 b.zip; 8075 h1.xml");
}

static void compare__faulty_log__is_compared_as_far_as_it_is_sound(void **state UNUSED)
{
    log_document("h1.xml", "45", HEIGHT, WEIGHT);
    log_event("release", "b.zip", DIGEST);
    log_event("release", "c.zip", OTHER);
    assert_differences("");
    assert_int_equal(truncate(path, (off_t)kp_file_size(&kp_io_posix, path) - 5), 0);
    assert_differences("8092 b.zip");
    FILE *file = fopen(path, "ab");
    assert_non_null(file);
    assert_true(fputs("xxxx\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    got.count = 0;
    differences[0] = '\0';
    assert_int_equal(kp_compare_log(&compare, path, "b.zip", DIGEST), KP_OK);
    assert_string_equal(differences, "");
    assert_int_equal(got.count, 1);
    assert_int_equal(got.code, KP_K_LOG_FAULTY);
    assert_int_equal(got.line, 4);
    assert_non_null(strstr(got.text, "altered"));
    assert_true(compare.log_faulty);
}

static void compare__missing_or_unreadable_log__is_usage(void **state UNUSED)
{
    const char *const logs[] = {in_folder("none.csv"), folder};
    for (size_t i = 0; i < COUNT(logs); i++) {
        got.count = 0;
        assert_int_equal(kp_compare_log(&compare, logs[i], "b.zip", DIGEST), KP_E_USAGE);
        assert_int_equal(got.count, 1);
        assert_int_equal(got.code, KP_K_LOG_UNUSABLE);
    }
}

static void memory__short__is_reported_once(void **state UNUSED)
{
    struct kp_arena tiny = {.max_bytes = 64};
    struct kp_compare c = {.ctx = &ctx, .arena = &tiny};
    struct kp_record record;
    assert_int_equal(kp_record_init(&record, &ctx.tables, &memory), KP_OK);
    assert_int_equal(kp_compare_add(&c, "h1.xml", &record), KP_E_SYSTEM);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.code, KP_K_NO_MEMORY);
    kp_arena_release(&tiny);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(compare__all_logged__finds_nothing),
        TEST(compare__renamed_bundle__is_found_by_its_digest),
        TEST(compare__items__are_compared_both_ways),
        TEST(compare__person_or_document__differs),
        TEST(compare__not_released__is_one_difference),
        TEST(compare__other_digest__is_a_difference),
        TEST(compare__faulty_log__is_compared_as_far_as_it_is_sound),
        TEST(compare__missing_or_unreadable_log__is_usage),
        TEST(memory__short__is_reported_once),
    };
    return cmocka_run_group_tests_name("compare_log", tests, set_up, tear_down);
}
