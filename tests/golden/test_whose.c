/* Whole runs on registers with limits, refusals and doubtful persons: what goes out, and what the run says.
 */
#include "golden.h"

#define RUN "%s -c kenporter.ini --as-of 2026-04-01 --backdate test -v "
#define URIC_ACID "3C020000002327101"
#define X_RAY "9N206160700000011"

/* Two people of one family, and the registers with nothing but one request. */
static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    must(
        "cp \"$FIXTURES\"/insurers.csv \"$FIXTURES\"/kenporter.ini . && head -n 1 \"$FIXTURES\"/consents.csv "
        "| sed '1s/\\r*$/,name_kana,birth_date,exam_from,exam_to/' >consents.head && "
        "echo 'request_id,insurer_number,received_on,articles,exam_from,exam_to,ages,items,valid_until,"
        "withdrawn_on,note,requester,also_numbers,qualification,persons,exam_kinds,workplaces' >requests.head");
    must("cat >people.py <<'END'\n"
         "import csv, sys\n"
         "base = next(csv.DictReader(open(sys.argv[1], encoding='utf-8-sig')))\n"
         "base.update({'insurer_number': '06139463', 'insured_symbol': '12', 'insured_number': '1001',\n"
         "             'insured_branch': '', 'member_from': '', 'member_to': '2026-01-10',\n"
         "             '" URIC_ACID "': '5.7', '" X_RAY "': '2'})\n"
         "names = ['employee_id', 'qualification', 'name_kana', 'sex', 'birth_date', '事業所名']\n"
         "people = [dict(base, **dict(zip(names, row))) for row in [\n"
         "    ['E1', '1', 'ケンポタロウ', '1', '1975-05-01', '神戸工場'],\n"
         "    ['E2', '2', 'ケンポハナコ', '2', '1977-01-01', '本社']]]\n"
         "out = csv.DictWriter(open('in.csv', 'w', encoding='utf-8', newline=''), people[0])\n"
         "out.writeheader()\n"
         "out.writerows(people)\n"
         "END\n"
         "python3 people.py \"$FIXTURES/../tests/cases/base.csv\"");
    return 0;
}

/* Runs with these rows after the headings of the registers; returns the exit status. */
static int run_with(const char *command, const char *requests, const char *consents)
{
    must("cp requests.head requests.csv; cp consents.head consents.csv; printf '%%s' '%s' >>requests.csv; "
         "printf '%%s' '%s' >>consents.csv; rm -rf out",
         requests, consents);
    return kenporter(RUN "in.csv", command);
}

/* The decision of each person, "released held no_request" and the like. */
static void decisions_are(const char *first, const char *second)
{
    struct sheet rows = decisions_of("out");
    const char *const expected[] = {first, second};
    for (size_t i = 0; i < 2; i++) {
        const char *got = textf("%s%s%s", cell(&rows, i + 1, "decision"),
                                *cell(&rows, i + 1, "reason") ? " " : "", cell(&rows, i + 1, "reason"));
        assert_string_equal(got, expected[i]);
    }
}

/* The people to whose documents the item belongs, by consent, as the log has it. */
static void told_by_consent(const char *item, const char *people)
{
    must("python3 -c \"import csv\n"
         "print(' '.join(r['employee_id'] for r in csv.DictReader(open('out/disclosure-log.csv')) "
         "if '%s' in r['items_consent']))\" >told",
         item);
    assert_string_equal(strtok(slurp("told", NULL), "\n") ? strtok(slurp("told", NULL), "\n") : "", people);
}

#define REQUEST "R1,06139463,2026-01-15,elderly_act health_act,,,all,,,,,"
#define ALL REQUEST ",,,,,\n"

static void request__list_of_persons_named_twice__is_logged_once(void **state UNUSED)
{
    must(
        "printf 'insured_symbol,insured_number,name_kana\\n12,1001,ケンポ タロウ\\n' >list.csv && cp list.csv again.csv");
    assert_int_equal(run_with("export",
                              REQUEST ",,,list.csv,,\n"
                                      "R2,06139463,2026-01-16,health_act,,,all,,,,,,,,again.csv,,\n"
                                      "R3,06139463,2026-01-17,health_act,,,all,,,,,,,,list.csv,,\n",
                              ""),
                     0);
    must(
        "grep -o '\"\"persons\"\":[^]]*' out/disclosure-log.csv >logged && test $(grep -o '[0-9a-f]\\{64\\}' logged | wc -l) = 1");
}

static void request__limited__serves_its_people_alone(void **state UNUSED)
{
    must("printf 'insured_symbol,insured_number,name_kana\\n12,1001,ケンポ タロウ\\n' >list.csv");
    static const char *const requests[] = {REQUEST ",,insured,,,\n", REQUEST ",,,list.csv,,\n",
                                           REQUEST ",,,,,神戸工場|大阪\n",
                                           REQUEST ",,insured,list.csv,periodic,神戸工場\n"};
    for (size_t i = 0; i < COUNT(requests); i++) {
        assert_int_equal(run_with("check", requests[i], ""), 0);
        decisions_are("released", "held no_request");
    }
    assert_int_equal(run_with("check", REQUEST ",,,,hiring,\n", ""), 0);
    decisions_are("held no_request", "held no_request");
}

static void request__limited_by_what_the_export_lacks__says_so(void **state UNUSED)
{
    must("sed -i 's/事業所名/other/' in.csv");
    assert_int_equal(run_with("check", REQUEST ",,,,,神戸工場\n", ""), 0);
    must("sed -i '1s/,other/,事業所名/' in.csv");
    decisions_are("held no_request", "held no_request");
    assert_contains(slurp("stderr", NULL), "K5027");
    assert_contains(slurp("stderr", NULL), "workplace");
}

static void request__of_another_body_and_number__is_in_the_log(void **state UNUSED)
{
    assert_int_equal(
        run_with("export", "R1,01130012,2026-01-15,elderly_act,,,all,,,,,支払基金,06139463,,,,\n", ""), 0);
    decisions_are("released", "released");
    must("grep -q '支払基金、保険者番号01130012による提供依頼' out/disclosure-log.csv");
    must("ls out/registers/*.csv >/dev/null");
}

static void membership__policy__decides_on_who_left_before(void **state UNUSED)
{
    assert_int_equal(run_with("check", ALL, ""), 0);
    decisions_are("released", "released");
    assert_int_equal(run_with("check --membership exam_day_and_request", ALL, ""), 1);
    decisions_are("held not_a_member", "held not_a_member");
}

static void consent__by_card__is_for_the_one_it_names(void **state UNUSED)
{
    assert_int_equal(run_with("export", ALL,
                              "C1,,06139463,12,1001,,06139463,other,explicit,2025-06-10,,,ケンポタロウ,,,\n"),
                     0);
    told_by_consent(URIC_ACID, "E1");
    assert_int_equal(
        run_with("export", ALL, "C1,,06139463,12,1001,,06139463,other,explicit,2025-06-10,,,,,,\n"), 2);
    assert_contains(slurp("stderr", NULL), "consents.csv:2: fail K1071");
}

static void consent__latest_word__decides(void **state UNUSED)
{
    assert_int_equal(run_with("export", ALL,
                              "C1,E1,,,,,*,other,explicit,2025-06-01,,,,,,\n"
                              "C2,E1,,,,,06139463," URIC_ACID ",refusal,2025-06-02,,,,,,\n"
                              "C3,E2,,,,,06139463,other,explicit,2025-06-01,2025-07-01,,,,,\n"
                              "C4,E2,,,,,*,other,explicit,2025-07-02,,,,,,\n"),
                     0);
    told_by_consent(URIC_ACID, "E2");
    told_by_consent(X_RAY, "E1 E2");
}

/* A spreadsheet drops the zeros of 0007: that never permits, but it forbids. */
static void employee_id__without_its_zeros__refuses_but_never_permits(void **state UNUSED)
{
    must("sed -i 's/E1/0007/' in.csv");
    int refused = run_with("export", ALL,
                           "C1,0007,,,,,*,other,explicit,2025-06-01,,,,,,\n"
                           "C2,7,,,,,*,other,refusal,2025-06-02,,,,,,\n"
                           "C3,E2,,,,,*,other,explicit,2025-06-01,,,,,,\n");
    told_by_consent(URIC_ACID, "E2");
    int unmet = run_with("export", ALL, "C1,7,,,,,*,other,explicit,2025-06-01,,,,,,\n");
    told_by_consent(URIC_ACID, "");
    must("sed -i 's/0007/E1/' in.csv");
    assert_int_equal(refused, 0);
    assert_int_equal(unmet, 0);
    assert_int_equal(counted("out", "consents_unmet"), 1);
}

static void notice__x_ray__goes_out_beside_the_duty(void **state UNUSED)
{
    assert_int_equal(run_with("export", ALL, "C1,E1,,,,,*,all,notice,2025-05-01,,,,,,\n"), 0);
    told_by_consent(X_RAY, "E1");
    told_by_consent(URIC_ACID, "");
    assert_int_equal(run_with("check", "", "C1,E1,,,,,*,all,notice,2025-05-01,,,,,,\n"), 0);
    decisions_are("held no_request", "held no_request");
}

static void employee_id__of_two_people__proves_nothing(void **state UNUSED)
{
    must("sed -i 's/E2/E1/' in.csv");
    int st = run_with("export", ALL,
                      "C1,E1,,,,,*,other,explicit,2025-06-01,,,,,,\n"
                      "C2,E1,,,,,*," URIC_ACID ",explicit,2025-06-01,,,ケンポハナコ,,,\n");
    must("sed -i '3s/E1/E2/' in.csv");
    assert_int_equal(st, 0);
    assert_contains(slurp("stderr", NULL), "K5025");
    told_by_consent(X_RAY, "");
    told_by_consent(URIC_ACID, "E1");
    must("grep -q consent_ambiguous out/disclosure-log.csv");
}

static void consents__that_fit_nobody__are_counted(void **state UNUSED)
{
    assert_int_equal(run_with("check", ALL,
                              "C1,Ｅ１,,,,,*,other,explicit,2025-06-01,,,,,,\n"
                              "C2,E1,,,,,01130012,other,explicit,2025-06-01,,,,,,\n"),
                     0);
    assert_int_equal(counted("out", "consents_unmet"), 1);
    assert_contains(slurp("stderr", NULL), "K5026");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request__list_of_persons_named_twice__is_logged_once),
        cmocka_unit_test(request__limited__serves_its_people_alone),
        cmocka_unit_test(request__limited_by_what_the_export_lacks__says_so),
        cmocka_unit_test(request__of_another_body_and_number__is_in_the_log),
        cmocka_unit_test(membership__policy__decides_on_who_left_before),
        cmocka_unit_test(consent__by_card__is_for_the_one_it_names),
        cmocka_unit_test(consent__latest_word__decides),
        cmocka_unit_test(employee_id__without_its_zeros__refuses_but_never_permits),
        cmocka_unit_test(notice__x_ray__goes_out_beside_the_duty),
        cmocka_unit_test(employee_id__of_two_people__proves_nothing),
        cmocka_unit_test(consents__that_fit_nobody__are_counted),
    };
    return cmocka_run_group_tests_name("whose", tests, set_up, tear_down_golden);
}
