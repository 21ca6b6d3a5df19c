/* A clerk's way from the built program to a first bundle of her own, in ten commands. */
#include "golden.h"

/* The commands as they are typed, each in the folder that `init` made. */
static const char *const COMMANDS[] = {
    "cd .. && kenporter init company",
    ("sed -i 's/^name =$/name = 架空精機株式会社/; s/^postal_code =$/postal_code = 650-0188/; "
     "s/^address =$/address = 兵庫県潮見市港町8-1-1/; s/^phone =$/phone = 078-000-1000/' kenporter.ini"),
    "echo 'R1,06139463,2026-01-15,elderly_act health_act,,,,,,,,,,,,,,,' >>requests.csv",
    "kenporter config",
    "kenporter map ../titles.csv >mapping.csv",
    "kenporter check ../titles.csv ../two_rows.csv ../wide.csv",
    "kenporter export ../titles.csv ../two_rows.csv ../wide.csv",
    "kenporter verify --log out/disclosure-log.csv out/*.zip",
    "kenporter show out/*.zip",
    "kenporter handover --to 健保組合 --means 書留 out/*.zip",
};
enum { MOST_COMMANDS = 10 };

static int set_up(void **state)
{
    return set_up_golden(state) != 0 ||
           run_shell("mkdir bin company && ln -s \"$KENPORTER\" bin/kenporter && "
                     "python3 \"$GOLDEN/write_hospital.py\"") != 0;
}

static void first_bundle__is_made_in_ten_commands(void **state)
{
    (void)state;
    _Static_assert(COUNT(COMMANDS) <= MOST_COMMANDS, "too many");
    for (size_t i = 0; i < COUNT(COMMANDS); i++) {
        put("command.sh", COMMANDS[i], strlen(COMMANDS[i]));
        const int status =
            run_shell("cd company && PATH=$PWD/../bin:$PATH sh ../command.sh >../stdout 2>../stderr");
        const bool has_totals = strstr(COMMANDS[i], "check ") || strstr(COMMANDS[i], "export ");
        if (status != (has_totals ? 1 : 0))
            fail_msg("exit status %d from %s\n%s", status, COMMANDS[i], slurp("stderr", NULL));
    }
    assert_int_equal(counted("company/out", "read"), 5);
    assert_int_equal(counted("company/out", "released"), 4);
    assert_int_equal(counted("company/out", "rejected"), 1); /* the row of totals */
}

/* On each way a message says in Japanese what the clerk can do. */
static void first_check__names_columns_with_their_lines(void **state)
{
    (void)state;
    assert_int_equal(kenporter("check --lang ja -c company/kenporter.ini -o looked titles.csv"), 1);
    const char *said = slurp("stderr", NULL);
    assert_contains(said, "医師の判定");
    assert_int_equal(kenporter("check --lang ja -c company/kenporter.ini -o looked wide.csv"), 0);
    said = slurp("stderr", NULL);
    assert_contains(said, "任意検査1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_bundle__is_made_in_ten_commands),
        cmocka_unit_test(first_check__names_columns_with_their_lines),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down_golden);
}
