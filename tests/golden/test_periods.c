/* Exams on both sides of 2024-04-01, whose forms have other items and lists of codes: what the documents
 * hold, and what verify and show make of them. */
#include "golden.h"

#define HEADER                                                                                               \
    "insurer_number,insured_symbol,insured_number,insured_branch,name_kana,sex,birth_date,postal_code,"      \
    "address,facility_number,facility_name,9N001000000000001,9N006000000000001,exam_date,"
#define PERSON(number)                                                                                       \
    "06139463,１２," number                                                                                  \
    ",00,ケンポタロウ,1,19700501,100-0001,東京都千代田区試験町１,2819901170,試験健診センター,170,60,"
#define QUESTIONS "9N736000000000011,9N786000000000011,9N791000000000011,9N806000000000011,9N808000000000011"
#define LIST(n) "codeSystem=\"1.2.392.200119.6." n "\""
#define BUNDLE "out/6631111116_06139463_202406010_1.zip"

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    must("cp \"$FIXTURES/insurers.csv\" .");
    must("printf '[sender]\\nnumber = 6631111116\\nname = 試験株式会社\\npostal_code = 100-0001\\n"
         "address = 東京都千代田区試験町１\\nphone = 0300000001\\n[registers]\\nrequests = requests.csv\\n"
         "insurers = insurers.csv\\nconsents = consents.csv\\n' >k.ini");
    must("printf 'request_id,insurer_number,received_on,articles,exam_from,exam_to,ages,items,valid_until,"
         "withdrawn_on,note\\nR1,06139463,2008-04-01,elderly_act health_act,,,all,,,,\\n' >requests.csv");
    must(
        "printf 'consent_id,employee_id,insurer_number,insured_symbol,insured_number,insured_branch,recipient,"
        "items,kind,given_on,withdrawn_on,evidence\\n' >consents.csv");
    must(
        "for n in 3401 3402; do echo \"C$n,,06139463,１２,$n,00,*,all,explicit,2008-04-01,,x\"; done >>consents.csv");
    return 0;
}

static int export_of(const char *csv)
{
    put("in.csv", csv, strlen(csv));
    renew("out", NULL);
    return kenporter("export -c k.ini --as-of 2024-06-01 --backdate test --lang en -o out in.csv");
}

/* Returns the n-th document, from 1. */
static const char *document(unsigned n)
{
    must("unzip -p " BUNDLE " '*/DATA/*%06u.xml' >document", n);
    return slurp("document", NULL);
}

/* Fails unless the document has the item with this code of this list; code NULL: without the item. */
static void assert_answer(const char *xml, const char *item, const char *code, const char *list)
{
    const char *at = strstr(xml, textf("code=\"%s\"", item));
    if (!code) {
        assert_null(at);
        return;
    }
    if (!at)
        fail_msg("no %s", item);
    const char *value = textf("code=\"%s\" codeSystem=\"1.2.392.200119.6.%s\"/>", code, list);
    const char *found = strstr(at, "<value ");
    if (!found || strncmp(strstr(found, " code=") + 1, value, strlen(value)) != 0)
        fail_msg("%s has not %s but %.120s", item, value, found ? found : "nothing");
}

static void assert_both_periods(void)
{
    const char *last = document(1);
    assert_answer(last, "9N736000000000011", "2", "2003");
    assert_answer(last, "9N786000000000011", "2", "2005");
    assert_answer(last, "9N791000000000011", "4", "2006");
    assert_answer(last, "9N806000000000011", "1", "2003");
    assert_answer(last, "9N808000000000011", NULL, NULL);
    const char *first = document(2);
    assert_answer(first, "9N736000000000011", "3", "24060");
    assert_answer(first, "9N786000000000011", "8", "24040");
    assert_answer(first, "9N791000000000011", "4", "24050");
    assert_answer(first, "9N806000000000011", NULL, NULL);
    assert_answer(first, "9N808000000000011", "1", "2003");
    const char *notes = slurp(textf("%s/notes.csv", run_folder("out")), NULL);
    assert_contains(notes, "2024-03-31");
    assert_contains(notes, "2024-04-01");
    assert_int_equal(occurrences(notes, "K3094"), 2);
    assert_int_equal(kenporter("verify " BUNDLE), 0);
    must("\"$KENPORTER\" show --lang ja " BUNDLE
         " 1 >shown && grep -q '2: 時々$' shown && grep -q '4: 3合以上$' shown && "
         "grep -q '保健指導の希望  *1: はい$' shown");
    must("\"$KENPORTER\" show --lang ja " BUNDLE " 2 >shown && grep -q '3: いいえ$' shown && "
         "grep -q '4: 3~5合未満$' shown");
}

static void export__codes_on_both_sides__are_of_the_list_of_the_day(void **state UNUSED)
{
    assert_int_equal(export_of(HEADER QUESTIONS "\n" PERSON("3401") "20240331,2,2,4,1,1\n" PERSON(
                         "3402") "20240401,3,8,4,1,1\n"),
                     0);
    assert_both_periods();
}

static void export__words_on_both_sides__are_of_the_list_of_the_day(void **state UNUSED)
{
    assert_int_equal(
        export_of(HEADER "喫煙,飲酒,飲酒量,保健指導の希望,特定保健指導の受診歴\n" PERSON(
            "3401") "20240331,いいえ,時々,３合以上,はい,はい\n" PERSON("3402") "20240401,いいえ,飲まない,３～５合未満,はい,はい\n"),
        0);
    assert_both_periods();
}

static void export__answer_of_the_other_period__is_rejected(void **state UNUSED)
{
    static const char *const rows[] = {"20240331,以前は吸っていた,,,,\n",
                                       "20240331,3,,,,\n",
                                       "20240331,,週5~6日,,,\n",
                                       "20240401,,時々,,,\n",
                                       "20240331,,,5,,\n",
                                       "20240401,,,３合以上,,\n"};
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (export_of(textf(HEADER QUESTIONS "\n" PERSON("3401") "%s", rows[i])) != 1)
            fail_msg("row %zu is taken", i);
        assert_contains(slurp("stderr", NULL), "K4072");
        assert_contains(slurp("stderr", NULL), textf("%.4s-%.2s-%.2s", rows[i], rows[i] + 4, rows[i] + 6));
        assert_int_equal(how_many("out/*.zip"), 0);
    }
}

static void export__exam_before_the_form__is_rejected(void **state UNUSED)
{
    assert_int_equal(export_of(HEADER QUESTIONS "\n" PERSON("3401") "20080331,,,,,\n"), 1);
    assert_contains(slurp("stderr", NULL), "K4058");
}

/* --- what other senders send --- */

static const char *verified(const char *old, const char *new, int status)
{
    must("python3 \"$GOLDEN/edit_bundle.py\" " BUNDLE " edited/$(basename " BUNDLE ") '%s' '%s'", old, new);
    assert_int_equal(kenporter("verify --lang en edited/6631111116_06139463_202406010_1.zip"), status);
    return slurp("stderr", NULL);
}

static void verify__list_or_item_of_the_other_period__is_a_fault(void **state UNUSED)
{
    assert_int_equal(export_of(HEADER QUESTIONS "\n" PERSON("3401") "20240331,2,2,4,1,\n"), 0);
    assert_contains(verified(LIST("2005"), LIST("24040"), 5), "K8048");
    assert_contains(verified("code=\"4\" " LIST("2006"), "code=\"5\" " LIST("2006"), 5), "K8048");
    assert_contains(verified("9N806000000000011", "9N808000000000011", 5), "K8093");
    assert_contains(verified("value=\"20240331\"", "value=\"20240401\"", 5), "K8093");
    (void)verified(
        "9N736000000000011\" displayName=\"\\xe5\\x96\\xab\\xe7\\x85\\x99\"/><value xsi:type=\"CD\" code=\"2\" " LIST(
            "2003"),
        "9N702167200000049\"/><value xsi:type=\"CD\" code=\"1\" " LIST("1301"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(export__codes_on_both_sides__are_of_the_list_of_the_day),
        cmocka_unit_test(export__words_on_both_sides__are_of_the_list_of_the_day),
        cmocka_unit_test(export__answer_of_the_other_period__is_rejected),
        cmocka_unit_test(export__exam_before_the_form__is_rejected),
        cmocka_unit_test(verify__list_or_item_of_the_other_period__is_a_fault),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down_golden);
}
