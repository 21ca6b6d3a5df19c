#include "folder.h"
#include "messages.h"

#define HEIGHT "9N001000000000001"

static struct kp_proposal proposal;

static enum kp_status propose(const char *path, const char *schemas)
{
    const struct kp_map_options options = {.common.schemas = schemas, .path = path};
    memset(&got, 0, sizeof(got));
    return kp_propose(&options, &ENV, &proposal);
}

static void propose_text(const char *bytes)
{
    kp_proposal_free(&proposal);
    assert_int_equal(propose(put_file("in.csv", bytes, strlen(bytes)), NULL), KP_OK);
    assert_int_equal(got.count, 0);
}

static int free_proposal(void **state UNUSED)
{
    kp_proposal_free(&proposal);
    return 0;
}

static void assert_proposed(const char *text)
{
    if (!strstr(proposal.text, text))
        fail_msg("'%s' is missing in\n%s", text, proposal.text);
}

static void assert_counts(size_t recognised, size_t suggested, size_t left)
{
    if (proposal.recognised != recognised || proposal.suggested != suggested || proposal.left != left)
        fail_msg("%zu, %zu, %zu in\n%s", proposal.recognised, proposal.suggested, proposal.left,
                 proposal.text);
}

static void column__known__is_mapped(void **state UNUSED)
{
    propose_text("身長,体重(g),sex\n170.2,60000,男\n171,,\n");
    assert_counts(3, 0, 0);
    assert_proposed("\n身長," HEIGHT ",,\n");
    assert_proposed("\n体重(g),9N006000000000001,g,\n");
    assert_proposed("\nsex,sex,,\n");
    assert_proposed("# #1 身長: 身長, the header is a known synonym; 2/2: 999.9 ×1, 999 ×1\n");
    assert_proposed("# #3 sex: sex, the header is its name or code; 1/2: 漢 ×1\n");
}

static void column__unknown__is_left_out(void **state UNUSED)
{
    propose_text("身長,予備\n170.2,なし\n");
    assert_counts(1, 0, 1);
    assert_proposed("\n# 予備,ignore,,\n");
}

static void column__unusable__is_left_out_with_the_reason(void **state UNUSED)
{
    propose_text("血糖,体重(cm)\n99,60\n");
    assert_counts(0, 0, 2);
    assert_proposed("no column says whether blood was drawn fasting");
    assert_proposed("its unit cannot be converted");
}

static void column__with_a_known_header_inside__is_suggested(void **state UNUSED)
{
    propose_text("今回_身長,前回_体重\n170,60\n");
    assert_counts(0, 1, 1);
    assert_proposed("\n# 今回_身長," HEIGHT ",,\n");
}

static void column__of_units__is_suggested_for_the_item_beside(void **state UNUSED)
{
    propose_text("身長,単位,性別,単位\n170,cm,男,\n");
    assert_proposed("\n# #2," HEIGHT ".unit,,\n");
    assert_proposed("\n# #4,ignore,,\n");
}

static void ambiguous__header__is_settled_by_the_values(void **state UNUSED)
{
    propose_text("受診者氏名,身長\nヤマダ　タロウ,170\n");
    assert_counts(2, 0, 0);
    assert_proposed("\n受診者氏名,name_kana,,\n");
    assert_null(strstr(proposal.text, "\n# name_kana ("));
    propose_text("受診者氏名,身長\n山田　太郎,170\n");
    assert_counts(1, 1, 0);
    assert_proposed("\n# 受診者氏名,name_kana,,\n");
    assert_proposed("\n# name_kana (カナ氏名)\n");
    propose_text("受診者氏名,カナ氏名\nヤマダ　タロウ,ヤマダ　タロウ\n");
    assert_counts(1, 1, 0); /* another column already has the field */
}

static void header__repeated_or_unusable__is_named_by_number(void **state UNUSED)
{
    propose_text("予備,予備,\"a\"\"b\",x@2,\n1,2,3,4,5\n");
    for (int i = 1; i <= 5; i++)
        assert_proposed((const char *[]){"\n# #1,", "\n# #2,", "\n# #3,", "\n# #4,", "\n# #5,"}[i - 1]);
}

static void header__repeated_with_the_same_target__counts_once(void **state UNUSED)
{
    propose_text("身長,体重,身長\n170,60,171\n");
    assert_proposed("\n#1,ignore,,\n");
    assert_proposed("\n#3," HEIGHT ",,\n");
}

static void dash__that_means_no_value__gets_a_pair(void **state UNUSED)
{
    propose_text("尿蛋白,身長\n-,-\n陰性,170\n");
    assert_proposed("\n尿蛋白,1A010000000190111,,-=\n");
    propose_text("尿蛋白,身長\n-,-\n+,170\n");
    assert_proposed("a lone - is ambiguous here");
    assert_proposed("\n尿蛋白,1A010000000190111,,\n");
}

static void required__without_a_column__is_listed(void **state UNUSED)
{
    propose_text("身長,性別\n170,男\n");
    assert_int_equal(proposal.lacking, 9);
    assert_proposed("\n# insurer_number (保険者番号)\n");
    assert_null(strstr(proposal.text, "\n# sex ("));
}

static void text__of_a_proposal__contains_no_value(void **state UNUSED)
{
    propose_text("氏名,身長,備考\n山田太郎,170.2,要精検\n");
    assert_null(strstr(proposal.text, "山田"));
    assert_null(strstr(proposal.text, "170.2"));
    assert_null(strstr(proposal.text, "要精検"));
}

static void failure__of_any_kind__is_reported_once(void **state UNUSED)
{
    const struct kp_proposal before = proposal;
    assert_int_equal(propose("/nonexistent/in.csv", NULL), KP_E_INPUT);
    assert_int_equal(got.count, 1);
    assert_int_equal(propose(put_file("in.csv", "", 0), NULL), KP_E_INPUT);
    assert_int_equal(got.count, 1);
    assert_int_equal(propose(in_folder("in.csv"), "/nonexistent"), KP_E_USAGE);
    assert_int_equal(got.count, 1);
    assert_memory_equal(&before, &proposal, sizeof(before));
}

#define TEST(name) cmocka_unit_test_teardown(name, free_proposal)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(column__known__is_mapped),
        TEST(column__unknown__is_left_out),
        TEST(column__unusable__is_left_out_with_the_reason),
        TEST(column__with_a_known_header_inside__is_suggested),
        TEST(column__of_units__is_suggested_for_the_item_beside),
        TEST(ambiguous__header__is_settled_by_the_values),
        TEST(header__repeated_or_unusable__is_named_by_number),
        TEST(header__repeated_with_the_same_target__counts_once),
        TEST(dash__that_means_no_value__gets_a_pair),
        TEST(required__without_a_column__is_listed),
        TEST(text__of_a_proposal__contains_no_value),
        TEST(failure__of_any_kind__is_reported_once),
    };
    return cmocka_run_group_tests_name("propose", tests, make_folder, remove_folder);
}
