#include "support.h"

#include "base/json.h"

static void check(struct kp_buf *buf, const char *expected)
{
    assert_true(kp_buf_ok(buf));
    assert_string_equal(kp_buf_text(buf), expected);
    kp_buf_release(buf);
}

static void values__of_every_type__are_written(void **state UNUSED)
{
    struct kp_buf buf = {0};
    struct kp_json json = {.out = &buf};
    kp_json_object(&json, NULL, KP_JSON_INLINE);
    kp_json_string(&json, "text", "a\"b");
    kp_json_string(&json, "none", NULL);
    kp_json_u64(&json, "number", UINT64_MAX);
    kp_json_bool(&json, "yes", true);
    kp_json_bool(&json, "no", false);
    kp_json_end(&json);
    check(&buf, "{\"text\": \"a\\\"b\", \"none\": null, \"number\": 18446744073709551615, \"yes\": true, "
                "\"no\": false}\n");
}

/* The layout of report.json. */
static void lines__nested__are_indented(void **state UNUSED)
{
    struct kp_buf buf = {0};
    struct kp_json json = {.out = &buf};
    kp_json_object(&json, NULL, KP_JSON_LINES);
    kp_json_string(&json, "run_id", "x");
    kp_json_array(&json, "inputs", KP_JSON_LINES);
    for (unsigned i = 1; i <= 2; i++) {
        kp_json_object(&json, NULL, KP_JSON_INLINE);
        kp_json_u64(&json, "rows", i);
        kp_json_array(&json, "ids", KP_JSON_INLINE);
        kp_json_string(&json, NULL, "a");
        kp_json_string(&json, NULL, "b");
        kp_json_end(&json);
        kp_json_end(&json);
    }
    kp_json_end(&json);
    kp_json_u64(&json, "seconds", 0);
    kp_json_end(&json);
    check(&buf, "{\n  \"run_id\": \"x\",\n  \"inputs\": [\n    {\"rows\": 1, \"ids\": [\"a\", \"b\"]},\n"
                "    {\"rows\": 2, \"ids\": [\"a\", \"b\"]}\n  ],\n  \"seconds\": 0\n}\n");
}

static void tight__closing_bracket__follows_the_last_element(void **state UNUSED)
{
    struct kp_buf buf = {0};
    struct kp_json json = {.out = &buf};
    kp_json_object(&json, NULL, KP_JSON_LINES);
    kp_json_object(&json, "withheld_items", KP_JSON_TIGHT);
    kp_json_u64(&json, "a", 1);
    kp_json_u64(&json, "b", 2);
    kp_json_end(&json);
    kp_json_end(&json);
    check(&buf, "{\n  \"withheld_items\": {\n    \"a\": 1,\n    \"b\": 2}\n}\n");
}

/* The layout of verify --json: an array of lines inside an inline object is at the margin of the object. */
static void lines__inside_an_inline_object__keep_its_margin(void **state UNUSED)
{
    struct kp_buf buf = {0};
    struct kp_json json = {.out = &buf};
    kp_json_object(&json, NULL, KP_JSON_INLINE);
    kp_json_array(&json, "bundles", KP_JSON_LINES);
    kp_json_u64(&json, NULL, 1);
    kp_json_u64(&json, NULL, 2);
    kp_json_end(&json);
    kp_json_end(&json);
    check(&buf, "{\"bundles\": [\n  1,\n  2\n]}\n");
}

static void compact__object__has_no_spaces_and_no_line_end(void **state UNUSED)
{
    struct kp_buf buf = {0};
    struct kp_json json = {.out = &buf};
    kp_json_object(&json, NULL, KP_JSON_COMPACT);
    kp_json_string(&json, "a", NULL);
    kp_json_array(&json, "b", KP_JSON_LINES);
    kp_json_u64(&json, NULL, 1);
    kp_json_bool(&json, NULL, true);
    kp_json_end(&json);
    kp_json_end(&json);
    check(&buf, "{\"a\":null,\"b\":[1,true]}");
}

static void empty__containers__keep_their_layout(void **state UNUSED)
{
    struct kp_buf buf = {0};
    struct kp_json json = {.out = &buf};
    kp_json_object(&json, NULL, KP_JSON_LINES);
    kp_json_array(&json, "inline", KP_JSON_INLINE);
    kp_json_end(&json);
    kp_json_object(&json, "tight", KP_JSON_TIGHT);
    kp_json_end(&json);
    kp_json_array(&json, "lines", KP_JSON_LINES);
    kp_json_end(&json);
    kp_json_end(&json);
    check(&buf, "{\n  \"inline\": [],\n  \"tight\": {},\n  \"lines\": [\n  ]\n}\n");
}

static void objects__one_after_another__are_json_lines(void **state UNUSED)
{
    struct kp_buf buf = {0};
    struct kp_json json = {.out = &buf};
    for (unsigned i = 0; i < 2; i++) {
        kp_json_object(&json, NULL, KP_JSON_INLINE);
        kp_json_u64(&json, "n", i);
        kp_json_end(&json);
    }
    check(&buf, "{\"n\": 0}\n{\"n\": 1}\n");
}

static void nesting__beyond_the_maximum__fails_the_buffer(void **state UNUSED)
{
    struct kp_buf buf = {0};
    struct kp_json json = {.out = &buf};
    for (unsigned i = 0; i < KP_JSON_MAX_DEPTH; i++)
        kp_json_array(&json, NULL, KP_JSON_INLINE);
    assert_true(kp_buf_ok(&buf));
    kp_json_array(&json, NULL, KP_JSON_INLINE);
    assert_false(kp_buf_ok(&buf));
    kp_buf_release(&buf);
}

static void end__nothing_open__fails_the_buffer(void **state UNUSED)
{
    struct kp_buf buf = {0};
    struct kp_json json = {.out = &buf};
    kp_json_end(&json);
    assert_false(kp_buf_ok(&buf));
    kp_buf_release(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values__of_every_type__are_written),
        cmocka_unit_test(lines__nested__are_indented),
        cmocka_unit_test(tight__closing_bracket__follows_the_last_element),
        cmocka_unit_test(lines__inside_an_inline_object__keep_its_margin),
        cmocka_unit_test(compact__object__has_no_spaces_and_no_line_end),
        cmocka_unit_test(empty__containers__keep_their_layout),
        cmocka_unit_test(objects__one_after_another__are_json_lines),
        cmocka_unit_test(nesting__beyond_the_maximum__fails_the_buffer),
        cmocka_unit_test(end__nothing_open__fails_the_buffer),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
