/* --json: every answer and every failure is one object on stdout that an independent reader takes. */
#include "golden.h"

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    return run_shell("cp \"$FIXTURES/export.csv\" . && \"$KENPORTER\" " EXPORT
                     "-o out export.csv >run.txt 2>&1; "
                     "test -e out/disclosure-log.csv");
}

/* Reads stdout with Python, which knows it as j, and evaluates a condition. */
static void assert_json(const char *condition)
{
    must("python3 -c \"import json; j = json.load(open('stdout', encoding='utf-8')); "
         "assert j['schema_version'] == 1; assert %s, j\"",
         condition);
}

static void failure__of_any_command__is_an_object(void **state)
{
    (void)state;
    static const struct {
        const char *arguments, *code;
        int status;
    } rows[] = {{CHECK "--json nowhere.csv", "K2001", 3},
                {EXPORT "--json -o out --no-such export.csv", "K1002", 2},
                {"check --json -c nowhere.ini export.csv", "K1010", 2},
                {"exprot --json export.csv", "K1001", 2},
                {"--json export", "K1005", 2},
                {"verify --json", "K1061", 2},
                {"audit --json nowhere.csv", "K", 2},
                {"status --json -o nowhere", "K1082", 2},
                {"explain --json K0000", "K1008", 2}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        int status = kenporter("%s", rows[i].arguments);
        if (status != rows[i].status)
            fail_msg("%s: exit %d", rows[i].arguments, status);
        assert_json(textf("j['exit_status'] == %d and j['error']['code'].startswith('%s') and "
                          "set(j['error']) == {'code','text','remedy','file','line'} and j['error']['text']",
                          status, rows[i].code));
    }
}

static void failure__of_a_register__has_file_and_line(void **state)
{
    (void)state;
    must("sed '3s/elderly_act/elder_act/' \"$FIXTURES/requests.csv\" >requests.csv");
    assert_int_equal(kenporter(CHECK "--json --requests requests.csv export.csv"), 2);
    assert_json("j['error']['file'] == 'requests.csv' and j['error']['line'] == 3");
}

static void failure__file_name_not_utf8__still_json(void **state)
{
    (void)state;
    assert_int_equal(kenporter(CHECK "--json $(printf 'a\\377b.csv')"), 3);
    assert_json("j['error']['file'].startswith('a')");
}

static void answer__of_a_run__has_its_version(void **state)
{
    (void)state;
    assert_in_range(kenporter(CHECK "-o check --json export.csv"), 0, 1);
    assert_json("j['counts']['read'] > 0 and 'error' not in j");
    assert_int_equal(kenporter("verify --json out/*.zip"), 0);
    assert_json("len(j['bundles']) > 0");
    assert_int_equal(kenporter("status --json -o out"), 0);
    assert_json("len(j['bundles']) > 0");
    assert_int_equal(kenporter("explain --json --birth 1980-01-01 --exam 2025-06-01 --insurer 06139463"), 0);
    assert_json("j['decision'] == 'release'");
}

static void audit__json__has_the_entries_of_jsonl(void **state)
{
    (void)state;
    assert_int_equal(kenporter("audit --format jsonl out/disclosure-log.csv"), 0);
    must("cp stdout lines");
    assert_int_equal(kenporter("audit --json out/disclosure-log.csv"), 0);
    assert_json("j['entries'] == [json.loads(l) for l in open('lines', encoding='utf-8')] and j['entries']");
    assert_int_equal(kenporter("audit --json --employee nobody out/disclosure-log.csv"), 0);
    assert_json("j['entries'] == []");
    assert_int_equal(kenporter("audit --json --format csv out/disclosure-log.csv"), 2);
    must("sed '3s/.$/x/' out/disclosure-log.csv >bad.csv");
    assert_int_equal(kenporter("audit --json bad.csv"), 5);
    assert_json("j['exit_status'] == 5 and j['error']['file'] == 'bad.csv'");
}

static void items__json__agree_with_the_list(void **state)
{
    (void)state;
    assert_int_equal(kenporter("items"), 0);
    must("cp stdout lines");
    assert_int_equal(kenporter("items --json"), 0);
    assert_json("[i['code'] for i in j['items']] == [l[:17] for l in open('lines', encoding='utf-8')]");
    assert_int_equal(kenporter("items --json --lang ja 身長"), 0);
    assert_json(
        "any(i['name'] == '身長' and i['unit'] == 'cm' and i['scope'] == 'duty' for i in j['items'])");
    assert_int_equal(kenporter("items --json nothing"), 0);
    assert_json("j['items'] == []");
}

static void map__json__has_the_proposal(void **state)
{
    (void)state;
    assert_int_equal(kenporter("map export.csv"), 0);
    must("cp stdout proposal");
    assert_int_equal(kenporter("map --json export.csv"), 0);
    assert_json("j['mapping'] == open('proposal', encoding='utf-8').read() and j['recognised'] > 50");
    assert_int_equal(kenporter("map --json nowhere.csv"), 3);
    assert_json("j['error']['code'] == 'K2001'");
}

static void show__json__names_people_only_where_the_text_does(void **state)
{
    (void)state;
    must("cp $(ls out/*.zip | head -n 1) b.zip");
    assert_int_equal(kenporter("show --json b.zip"), 0);
    assert_json("len(j['documents']) > 0 and all('name_kana' not in d and d['items'] > 5 and "
                "len(d['exam_date']) == 10 for d in j['documents'])");
    assert_int_equal(kenporter("show --json --show-values b.zip"), 0);
    assert_json("all(d['name_kana'] and len(d['birth_date']) == 10 for d in j['documents'])");
    assert_int_equal(kenporter("show --json b.zip 1"), 0);
    assert_json("j['fields']['name_kana'] and j['faults'] == [] and "
                "any(i['code'] == '9N001000000000001' and float(i['value']) > 100 for i in j['items'])");
    assert_int_equal(kenporter("show --json b.zip 999"), 2);
    assert_json("j['exit_status'] == 2");
    assert_int_equal(kenporter("show --json --html b.zip"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failure__of_any_command__is_an_object),
        cmocka_unit_test(failure__of_a_register__has_file_and_line),
        cmocka_unit_test(failure__file_name_not_utf8__still_json),
        cmocka_unit_test(answer__of_a_run__has_its_version),
        cmocka_unit_test(audit__json__has_the_entries_of_jsonl),
        cmocka_unit_test(items__json__agree_with_the_list),
        cmocka_unit_test(map__json__has_the_proposal),
        cmocka_unit_test(show__json__names_people_only_where_the_text_does),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down_golden);
}
