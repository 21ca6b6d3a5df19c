#include "messages.h"

#include "tables/context.h"

#include <errno.h>

static const struct kp_common JAPANESE = {.lang = KP_LANG_JA};
static struct kp_context ctx;

static int set_up(void **state UNUSED)
{
    memset(&got, 0, sizeof(got));
    return kp_context_init(&ctx, &JAPANESE, &ENV) == KP_OK ? 0 : -1;
}

static int tear_down(void **state UNUSED)
{
    kp_context_release(&ctx);
    return 0;
}

static void context__tables__are_loaded_on_demand(void **state UNUSED)
{
    assert_int_equal(ctx.tables.n_items, 0);
    assert_int_equal(kp_context_load_tables(&ctx), KP_OK);
    assert_non_null(kp_item_find(&ctx.tables, ctx.tables.items[0].code));
    assert_int_equal(got.count, 0);
}

static void context__folder_without_tables__is_reported_once(void **state UNUSED)
{
    const struct kp_common elsewhere = {.schemas = "/nonexistent"};
    struct kp_context other;
    assert_int_equal(kp_context_init(&other, &elsewhere, &ENV), KP_OK);
    assert_int_equal(kp_context_finish(&other, kp_context_load_tables(&other)), KP_E_USAGE);
    kp_context_release(&other);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.code, KP_K_TABLE_UNREADABLE);
}

static void say__language__is_that_of_the_call(void **state UNUSED)
{
    assert_string_equal(kp_say(&ctx, "氏名", "name"), "氏名");
    ctx.diag.lang = KP_LANG_EN;
    assert_string_equal(kp_say(&ctx, "氏名", "name"), "name");
}

static void failures__each_kind__has_its_code(void **state UNUSED)
{
    assert_int_equal(kp_no_memory(&ctx), KP_E_SYSTEM);
    assert_int_equal(got.code, KP_K_NO_MEMORY);
    errno = ENOSPC;
    assert_int_equal(kp_write_failed(&ctx, "out.csv"), KP_E_SYSTEM);
    assert_int_equal(got.code, KP_K_WRITE_FAILED);
    assert_string_equal(got.file, "out.csv");
    assert_non_null(strstr(got.text, "空き容量がありません"));
    errno = 0;
    assert_int_equal(kp_write_failed(&ctx, "out.csv"), KP_E_SYSTEM);
    assert_non_null(strstr(got.text, "読み書きに失敗しました"));
    assert_int_equal(got.count, 3);
}

static void cancelled__flag_set__is_reported(void **state UNUSED)
{
    volatile int flag = 0;
    struct kp_env env = ENV;
    assert_int_equal(kp_check_cancelled(&ctx), KP_OK);
    env.cancel = &flag;
    ctx.env = &env;
    assert_int_equal(kp_check_cancelled(&ctx), KP_OK);
    flag = 1;
    assert_int_equal(kp_check_cancelled(&ctx), KP_E_SYSTEM);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.code, KP_K_CANCELLED);
}

static void finish__failure_without_a_message__is_reported(void **state UNUSED)
{
    static const enum kp_status fine[] = {KP_OK, KP_E_ATTENTION};
    static const enum kp_status failed[] = {KP_E_USAGE, KP_E_INPUT, KP_E_SYSTEM, KP_E_FAULT};
    for (size_t i = 0; i < COUNT(fine); i++)
        assert_int_equal(kp_context_finish(&ctx, fine[i]), fine[i]);
    assert_int_equal(got.count, 0);
    for (size_t i = 0; i < COUNT(failed); i++) {
        assert_int_equal(kp_context_finish(&ctx, failed[i]), failed[i]);
        assert_int_equal(got.count, i + 1);
        assert_int_equal(got.code, KP_K_INTERNAL);
        memset(ctx.diag.n_sent, 0, sizeof(ctx.diag.n_sent));
    }
}

static void finish__failure_with_a_message__stays_silent(void **state UNUSED)
{
    (void)kp_no_memory(&ctx);
    assert_int_equal(kp_context_finish(&ctx, KP_E_SYSTEM), KP_E_SYSTEM);
    assert_int_equal(got.count, 1);
}

/* A faulty bundle may have been reported by warnings alone. */
static void finish__fault_after_a_warning__stays_silent(void **state UNUSED)
{
    ctx.diag.n_sent[KP_LEVEL_WARN] = 1;
    assert_int_equal(kp_context_finish(&ctx, KP_E_FAULT), KP_E_FAULT);
    assert_int_equal(got.count, 0);
    assert_int_equal(kp_context_finish(&ctx, KP_E_SYSTEM), KP_E_SYSTEM);
    assert_int_equal(got.count, 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(context__tables__are_loaded_on_demand),
        TEST(context__folder_without_tables__is_reported_once),
        TEST(say__language__is_that_of_the_call),
        TEST(failures__each_kind__has_its_code),
        TEST(cancelled__flag_set__is_reported),
        TEST(finish__failure_without_a_message__is_reported),
        TEST(finish__failure_with_a_message__stays_silent),
        TEST(finish__fault_after_a_warning__stays_silent),
    };
    return cmocka_run_group_tests_name("context", tests, NULL, NULL);
}
