/* max_documents in the register of insurers: several bundles for one insurer and day, and other reasons
 * for a higher bundle number. */
#include "golden.h"

#define SPLIT "6631111116_06139463_20260401"

enum { PEOPLE = 103 }; /* of insurer 06139463 in the fixtures */

/* Writes the fixtures' register with a limit for one insurer; without the column if limit is NULL. */
static void write_register(const char *limit)
{
    must(
        "python3 -c \"import csv, sys\n"
        "rows = list(csv.reader(open(sys.argv[1], encoding='utf-8-sig')))\n"
        "rows = [r + ['max_documents' if i == 0 else sys.argv[2] if r[0] == '06139463' else ''] for i, r in enumerate(rows)]\n"
        "csv.writer(open('insurers.csv', 'w', newline='')).writerows(rows)\" \"$FIXTURES/insurers.csv\" '%s'",
        limit);
}

static int export_into(const char *out, const char *more)
{
    return kenporter(EXPORT "--insurers insurers.csv -o %s %s " INPUT, out, more);
}

static size_t documents_in(const char *zip)
{
    must("unzip -Z1 %s | grep -c '/DATA/h' >n", zip);
    return (size_t)atoi(slurp("n", NULL));
}

static void limit__smaller_than_the_people__fills_several_bundles(void **state UNUSED)
{
    static const size_t expected[] = {30, 30, 30, 13};
    write_register("30");
    assert_int_equal(export_into("out", ""), 1);
    assert_int_equal(how_many("out/" SPLIT "*.zip"), COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_int_equal(documents_in(textf("out/" SPLIT "%zu_1.zip", i)), expected[i]);
    assert_int_equal(how_many("out/*_01130012_*.zip"), 1); /* the others have no limit */
}

static void limit__serial_numbers__begin_anew_in_each_bundle(void **state UNUSED)
{
    must("unzip -Z1 out/" SPLIT "2_1.zip | grep '/DATA/h' | sed 's|.*/||' >names");
    must("head -n 1 names | grep -qx 'h66311111162026040121000001.xml' && tail -n 1 names | grep -qx "
         "'h66311111162026040121000030.xml'");
}

static void limit__log__has_each_bundle_and_each_person(void **state UNUSED)
{
    must("grep -c ',release,.*" SPLIT "' out/disclosure-log.csv >n");
    assert_int_equal(atoi(slurp("n", NULL)), 4);
    must("grep -c ',disclose,.*" SPLIT "' out/disclosure-log.csv >n");
    assert_int_equal(atoi(slurp("n", NULL)), PEOPLE);
    must("\"$KENPORTER\" verify --log out/disclosure-log.csv out/*.zip");
}

static void limit__report__lists_every_bundle(void **state UNUSED)
{
    must("python3 -c \"import json, sys\n"
         "n = [i for i in json.load(open(sys.argv[1]))['insurers'] if i['insurer_number'] == '06139463'][0]\n"
         "assert n['documents'] == 103 and [b['documents'] for b in n['bundles']] == [30, 30, 30, 13]\n"
         "assert n['bundle'] == n['bundles'][0]['bundle'] and n['sha256'] == n['bundles'][0]['sha256']\n"
         "assert len({b['sha256'] for b in n['bundles']}) == 4\" %s/report.json",
         run_folder("out"));
    assert_int_equal(
        occurrences(slurp(textf("%s/report.html", run_folder("out")), NULL), "href=\"../../" SPLIT), 4);
}

static void limit__any_number_of_threads__gives_the_same_bytes(void **state UNUSED)
{
    assert_int_equal(export_into("one", "--threads 1"), 1);
    assert_int_equal(export_into("eight", "--threads 8"), 1);
    must("for z in out/*.zip; do cmp $z one/${z#out/} && cmp $z eight/${z#out/} || exit 1; done");
}

static void limit__met_exactly__makes_no_empty_bundle(void **state UNUSED)
{
    write_register("103");
    assert_int_equal(export_into("exact", ""), 1);
    assert_int_equal(how_many("exact/" SPLIT "*.zip"), 1);
}

static void limit__more_than_ten_bundles__stops_with_nothing_released(void **state UNUSED)
{
    write_register("10"); /* 103 people: eleven bundles */
    assert_int_equal(export_into("eleven", ""), 4);
    assert_contains(slurp("stderr", NULL), "K6002");
    assert_int_equal(how_many("eleven/*.zip") + how_many("eleven/runs/*") + how_many("eleven/.tmp*"), 0);
    must("test $(wc -l <eleven/disclosure-log.csv) -le 1");
    write_register("11"); /* ten, the most per day */
    assert_int_equal(export_into("eleven", ""), 1);
    assert_int_equal(how_many("eleven/" SPLIT "*.zip"), 10);
}

/* Bundles collected from the folder still count, since the log contains them. */
static void next_run__same_day__continues_the_numbering(void **state UNUSED)
{
    write_register("");
    assert_int_equal(export_into("day", ""), 1);
    must("rm day/" SPLIT "0_1.zip");
    assert_int_equal(export_into("day", "--again 'medium unreadable'"), 1);
    assert_int_equal(how_many("day/" SPLIT "1_1.zip"), 1);
    must("touch day/" SPLIT "5_1.zip"); /* a name taken by someone else */
    assert_int_equal(export_into("day", "--again 'once more'"), 1);
    assert_int_equal(how_many("day/" SPLIT "6_1.zip"), 1);
}

static void limit__prepared_and_released__splits_too(void **state UNUSED)
{
    write_register("60");
    assert_int_equal(kenporter("prepare " CONFIG "--insurers insurers.csv -o later " INPUT), 1);
    assert_int_equal(how_many("later/prepared/*/" SPLIT "*.zip"), 2);
    char **found = NULL;
    assert_int_equal(paths("later/prepared/*", &found), 1);
    assert_int_equal(
        kenporter("release " CONFIG "--insurers insurers.csv -o later %s", strrchr(found[0], '/') + 1), 1);
    assert_int_equal(how_many("later/" SPLIT "*.zip"), 2);
    assert_int_equal(how_many("later/prepared/*"), 0);
}

static void limit__that_is_none__is_refused_with_its_place(void **state UNUSED)
{
    static const char *const bad[] = {"0", "-5", "1000000", "ten", "3.5"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        write_register(bad[i]);
        assert_int_equal(export_into("bad", ""), 2);
        assert_contains(slurp("stderr", NULL), "max_documents");
        assert_contains(slurp("stderr", NULL), "insurers.csv:");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limit__smaller_than_the_people__fills_several_bundles),
        cmocka_unit_test(limit__serial_numbers__begin_anew_in_each_bundle),
        cmocka_unit_test(limit__log__has_each_bundle_and_each_person),
        cmocka_unit_test(limit__report__lists_every_bundle),
        cmocka_unit_test(limit__any_number_of_threads__gives_the_same_bytes),
        cmocka_unit_test(limit__met_exactly__makes_no_empty_bundle),
        cmocka_unit_test(limit__more_than_ten_bundles__stops_with_nothing_released),
        cmocka_unit_test(next_run__same_day__continues_the_numbering),
        cmocka_unit_test(limit__prepared_and_released__splits_too),
        cmocka_unit_test(limit__that_is_none__is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, set_up_golden, tear_down_golden);
}
