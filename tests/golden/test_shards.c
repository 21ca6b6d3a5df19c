/* An export shared among machines: every person in one shard, every row decided once, and logs that are
 * audited together. */
#include "golden.h"

#define LOG "/disclosure-log.csv"
#define LOGS "shard1" LOG " shard2" LOG " shard3" LOG " shard4" LOG
#define PARALLEL "seq 4 | xargs -P 4 -I{} sh -c '\"$KENPORTER\" "

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    return kenporter(EXPORT "-o whole " INPUT) == 1 &&
                   /* as in kenporter(1); status 1: some of the rows are rejected */
                   run_shell(PARALLEL EXPORT "--shard {}/4 -q -o shard{} " INPUT "; [ $? -le 1 ]'") == 0
               ? 0
               : -1;
}

static void shards__of_an_export__share_its_rows_and_documents(void **state)
{
    (void)state;
    must("python3 \"$GOLDEN/compare_shards.py\" 4");
    const size_t rows = counted("whole", "read") + counted("whole", "duplicate_rows");
    size_t released = 0;
    for (int i = 1; i <= 4; i++) {
        const char *out = textf("shard%d", i);
        assert_int_equal(counted(out, "read") + counted(out, "duplicate_rows"), rows);
        released += counted(out, "released");
    }
    assert_int_equal(released, counted("whole", "released"));
}

static void shards__bundles__are_complete_in_themselves(void **state)
{
    (void)state;
    assert_int_equal(kenporter("verify shard*/*.zip"), 0);
    for (int i = 1; i <= 4; i++)
        assert_int_equal(kenporter("verify --log shard%d" LOG " shard%d/*.zip", i, i), 0);
}

static void shards__rows_of_others__stay_out_of_held_csv(void **state)
{
    (void)state;
    const struct sheet held = read_sheet(textf("%s/held.csv", run_folder("shard2")));
    assert_int_equal(rows_with(&held, "kp_reason", "other_shard"), 0);
    const struct sheet decisions = decisions_of("shard2");
    const size_t row = find_row(&decisions, "reason", "other_shard");
    assert_true(row > 0);
    assert_string_equal(cell(&decisions, row, "decision"), "held");
    assert_contains(slurp(textf("%s/notes.csv", run_folder("shard2")), NULL), "K2056");
}

static void shards__of_the_next_day__know_whom_they_disclosed(void **state)
{
    (void)state;
    must("cp -a shard3 later");
    assert_int_equal(
        kenporter("export -c \"$FIXTURES/kenporter.ini\" --as-of 2026-04-02 --backdate test --shard 3/4 "
                  "-o later " INPUT),
        1);
    assert_int_equal(counted("later", "released"), 0);
    assert_int_equal(counted("later", "already_disclosed"), counted("shard3", "released"));
}

static void shards__rows_that_wait__leave_status_0(void **state)
{
    (void)state;
    must("iconv -f CP932 -t UTF-8 " INPUT "| sed -n '1p;5p' >one.csv");
    size_t released = 0;
    for (int i = 1; i <= 10; i++) {
        assert_int_equal(kenporter(EXPORT "--shard %d/10 -o one%d one.csv", i, i), 0);
        released += counted(textf("one%d", i), "released");
    }
    assert_int_equal(released, 1);
    must("ls one*/*.zip | sed -E 's/^one([0-9]+).*_20260401([0-9])_.*/\\1 \\2/' | "
         "awk '{ exit $1 - 1 != substr($2, length($2)) }'");
}

static void shards__second_bundle_of_a_day__keeps_to_its_counters(void **state)
{
    (void)state;
    must("cp -a shard3 second");
    assert_int_equal(kenporter(EXPORT "--shard 3/4 --again test -o second " INPUT), 1);
    must("ls second/*_202604012_1.zip && ls second/*_202604016_1.zip && ! ls second/*_20260401[!26]_1.zip");
}

static void shards__that_names_cannot_tell_apart__are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"1/11", "0/4", "5/4", "2", "/4", "1/", "a/b", "1/4/4"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(kenporter(CHECK "--shard %s " INPUT, bad[i]), 2);
        assert_contains(slurp("stderr", NULL), "K1118");
    }
}

static void shards__log_of_another_one__is_refused(void **state)
{
    (void)state;
    must("cp -a shard1 mixed && cp -a whole unshared");
    assert_int_equal(kenporter(EXPORT "--shard 2/4 -o mixed " INPUT), 2);
    assert_contains(slurp("stderr", NULL), "K1119");
    assert_int_equal(kenporter(EXPORT "-o mixed " INPUT), 2);
    assert_int_equal(kenporter(EXPORT "--shard 1/4 -o unshared " INPUT), 2);
    must("cmp mixed" LOG " shard1" LOG);
}

static void audit__logs_of_shards__counts_each_entry_once(void **state)
{
    (void)state;
    assert_int_equal(kenporter("audit --lang en " LOGS), 0);
    assert_contains(slurp("stdout", NULL), "shard beside shard3" LOG);
    assert_int_equal(kenporter("audit --format csv --event disclose " LOGS), 0);
    assert_int_equal(read_sheet("stdout").n_rows - 1, counted("whole", "released"));
}

static void audit__shards_that_continue_a_log__are_siblings(void **state)
{
    (void)state;
    for (int i = 1; i <= 2; i++)
        assert_int_equal(kenporter(EXPORT "--again test --previous-logs whole" LOG
                                          " --shard %d/2 -o after%d " INPUT,
                                   i, i),
                         1);
    assert_int_equal(kenporter("audit --lang en whole" LOG " after1" LOG " after2" LOG), 0);
    assert_contains(slurp("stdout", NULL), "shard beside after1" LOG);
    must("sed '3s/2026/2025/' after2" LOG " >broken.csv");
    assert_int_equal(kenporter("audit whole" LOG " after1" LOG " broken.csv"), 5);
}

static void audit__the_same_log_twice_or_a_fork__is_a_fault(void **state)
{
    (void)state;
    must("cp shard1" LOG " copy.csv");
    assert_int_equal(kenporter("audit shard1" LOG " shard2" LOG " copy.csv"), 5);
    assert_int_equal(kenporter(EXPORT "-o fork " INPUT), 1);
    assert_int_equal(kenporter("audit whole" LOG " fork" LOG), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shards__of_an_export__share_its_rows_and_documents),
        cmocka_unit_test(shards__bundles__are_complete_in_themselves),
        cmocka_unit_test(shards__rows_of_others__stay_out_of_held_csv),
        cmocka_unit_test(shards__of_the_next_day__know_whom_they_disclosed),
        cmocka_unit_test(shards__rows_that_wait__leave_status_0),
        cmocka_unit_test(shards__second_bundle_of_a_day__keeps_to_its_counters),
        cmocka_unit_test(shards__that_names_cannot_tell_apart__are_refused),
        cmocka_unit_test(shards__log_of_another_one__is_refused),
        cmocka_unit_test(audit__logs_of_shards__counts_each_entry_once),
        cmocka_unit_test(audit__shards_that_continue_a_log__are_siblings),
        cmocka_unit_test(audit__the_same_log_twice_or_a_fork__is_a_fault),
    };
    return cmocka_run_group_tests_name("shards", tests, set_up, tear_down_golden);
}
