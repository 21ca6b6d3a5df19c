/* Questions of audit that a run of the program cannot bring about: requests that do not cover, small numbers
 * in every shape, people who share a name. */
#include "folder.h"
#include "messages.h"

#include <sys/stat.h>

#include "kp_codes.h"
#include "base/sha256.h"
#include "log/log.h"

static const int64_t APRIL = 1775003400; /* 2026-04-01 09:30 in Japan */

static const char *path;
static struct kp_buf printed;
static struct kp_log writer;

#define CONSENTS                                                                                             \
    "consent_id,employee_id,insurer_number,insured_symbol,insured_number,insured_branch,recipient,items,kind,given_on,withdrawn_on,evidence\n"
#define REQUESTS                                                                                             \
    "request_id,insurer_number,received_on,articles,exam_from,exam_to,ages,items,valid_until,withdrawn_on,note"

/* --- a log --- */

static int64_t now(void *ctx UNUSED)
{
    return APRIL;
}

static bool print(void *ctx UNUSED, const char *bytes, size_t n)
{
    kp_buf_add(&printed, bytes, n);
    return true;
}

static void begin_log(void)
{
    struct kp_log_state empty = {.end = {.head = KP_LOG_NO_HEAD}};
    (void)unlink(path);
    assert_int_equal(kp_log_lock(&writer, &kp_io_posix, path), KP_OK);
    assert_int_equal(kp_log_begin(&writer, &empty, APRIL), KP_OK);
}

static void add(const struct kp_log_entry *entry)
{
    assert_int_equal(kp_log_add(&writer, entry), KP_OK);
}

/* A run with this register of requests, which is kept. */
static void add_run(const char *requests)
{
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    assert_int_equal(kp_sha256_of(requests, strlen(requests), digest), KP_OK);
    kp_sha256_hex(digest, hex);
    (void)mkdir(in_folder("registers"), 0700);
    (void)put_file(textf("registers/%s.csv", hex), requests, strlen(requests));
    add(&(struct kp_log_entry){
        .cells = {[KP_LOG_RUN_ID] = "r",
                  [KP_LOG_EVENT] = "run",
                  [KP_LOG_DETAIL] = textf("{\"registers\":{\"requests\":\"%s\"}}", hex)}});
}

static struct kp_log_entry told(const char *insurer, const char *employee, const char *name,
                                const char *birth)
{
    return (struct kp_log_entry){.cells = {[KP_LOG_RUN_ID] = "r",
                                           [KP_LOG_EVENT] = "disclose",
                                           [KP_LOG_AS_OF] = "2026-04-01",
                                           [KP_LOG_REQUEST_ID] = "R1",
                                           [KP_LOG_INSURER_NUMBER] = insurer,
                                           [KP_LOG_BUNDLE] = "a.zip",
                                           [KP_LOG_EMPLOYEE_ID] = employee,
                                           [KP_LOG_NAME_KANA] = name,
                                           [KP_LOG_SEX] = "1",
                                           [KP_LOG_BIRTH_DATE] = birth,
                                           [KP_LOG_EXAM_DATE] = "20250610",
                                           [KP_LOG_AGE_BAND] = "40to74",
                                           [KP_LOG_BASIS_ID] = "elderly27",
                                           [KP_LOG_ITEMS_DUTY] = "9N001000000000001"}};
}

static void end_log(void)
{
    add(&(struct kp_log_entry){
        .cells = {[KP_LOG_RUN_ID] = "r", [KP_LOG_EVENT] = "release", [KP_LOG_BUNDLE] = "a.zip"}});
    assert_int_equal(kp_log_sync(&writer), KP_OK);
    kp_log_close(&writer);
}

static enum kp_status audit(struct kp_audit_options options)
{
    struct kp_env env = ENV;
    env.now = now;
    options.logs = &path;
    options.n_logs = 1;
    options.format = KP_AUDIT_CSV;
    kp_buf_reset(&printed);
    got.count = 0;
    return kp_audit(&options, &env, print, NULL);
}

#define AUDIT(...) ((struct kp_audit_options){__VA_ARGS__})

static void assert_printed(const char *part)
{
    if (!strstr(kp_buf_text(&printed), part))
        fail_msg("no '%s' in:\n%s", part, kp_buf_text(&printed));
}

static size_t rows(void)
{
    size_t n = 0;
    for (const char *at = kp_buf_text(&printed); *at; at++)
        n += *at == '\n';
    return n - 1;
}

/* --- within the request --- */

static void within__each_limit__is_named(void **state UNUSED)
{
    static const struct {
        const char *row, *answer;
    } cases[] = {{"R1,06139463,2026-04-01,elderly_act,2025-06-10,2025-06-10,40to74,,2026-04-01,2026-04-02,",
                  ",yes,,\n"},
                 {"R1,6139463,2026/4/1,elderly_act,,,,,,,", ",yes,,\n"},
                 {"R2,06139463,2026-01-15,elderly_act,,,all,,,,", ",no,R1 request_id,\n"},
                 {"R1,01130012,2026-01-15,elderly_act,,,all,,,,", ",no,R1 insurer_number,\n"},
                 {"R1,06139463,2026-04-02,elderly_act,,,all,,,,", ",no,R1 received_on,\n"},
                 {"R1,06139463,2026-01-15,health_act,,,all,,,,", ",no,articles,\n"},
                 {"R1,06139463,2026-01-15,elderly_act,2025-06-11,,all,,,,", ",no,R1 exam_from,\n"},
                 {"R1,06139463,2026-01-15,elderly_act,,2025-06-09,all,,,,", ",no,R1 exam_to,\n"},
                 {"R1,06139463,2026-01-15,elderly_act,,,under40,,,,", ",no,R1 ages,\n"},
                 {"R1,06139463,2026-01-15,elderly_act,,,all,,2026-03-31,,", ",no,R1 valid_until,\n"},
                 {"R1,06139463,2026-01-15,elderly_act,,,all,,,2026-04-01,", ",no,R1 withdrawn_on,\n"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct kp_log_entry entry = told("06139463", "E1", "ケンポタロウ", "19750501");
        begin_log();
        add_run(textf(REQUESTS "\n%s\n", cases[i].row));
        add(&entry);
        end_log();
        bool covered = strncmp(cases[i].answer, ",yes", 4) == 0;
        assert_int_equal(audit(AUDIT(.within_request = true)), covered ? KP_OK : KP_E_FAULT);
        assert_printed(textf(",released%s", cases[i].answer));
        assert_int_equal(got.count, !covered);
        if (!covered) {
            assert_int_equal(got.code, KP_K_OUTSIDE_REQUEST); /* K7056 */
            assert_int_equal(got.line, 3);
        }
    }
}

static void within__further_items_and_numbers__are_compared(void **state UNUSED)
{
    struct kp_log_entry entry = told("01130012", "E1", "ケンポタロウ", "19750501");
    entry.cells[KP_LOG_ITEMS_REQUESTED] = "3C020000002327101";
    begin_log();
    add_run(REQUESTS
            ",also_numbers,qualification,workplaces\n"
            "R1,06139463,2026-01-15,elderly_act,,,all,3C020000002327101,,,,31289002 01130012,insured,\n");
    add(&entry);
    end_log();
    assert_int_equal(audit(AUDIT(.within_request = true)), KP_OK);
    assert_printed(",released,yes,,qualification\n");
    begin_log();
    add_run(REQUESTS "\nR1,01130012,2026-01-15,elderly_act,,,all,,,,\n");
    add(&entry);
    end_log();
    assert_int_equal(audit(AUDIT(.within_request = true)), KP_E_FAULT);
    assert_printed(",no,3C020000002327101 items,\n");
}

/* --- several insurers --- */

static void conflicts__who_is_one_person__is_asked_of_name_sex_and_id(void **state UNUSED)
{
    const struct kp_log_entry entries[] = {
        told("06139463", "E1", "ケンポタロウ", "19750501"), told("01130012", "", "ケンポタロウ", "19750501"),
        told("06139463", "E2", "ツバキハナ", "19800101"),   told("01130012", "E3", "ツバキハナ", "19800101"),
        told("06139463", "E4", "キョウコ", "19810101"),     told("01130012", "E4", "キヨウコ", "19810101"),
        told("06139463", "E5", "オダ", "19820101"),         told("06139463", "E5", "オダ", "19820101")};
    begin_log();
    for (size_t i = 0; i < COUNT(entries); i++)
        add(&entries[i]);
    end_log();
    assert_int_equal(audit(AUDIT(.conflicts = true)), KP_OK);
    assert_int_equal(rows(), 4);
    assert_printed("E1,,,,ケンポタロウ");
    assert_printed(",released,06139463 2026-04-01\n");
    assert_printed(",キヨウコ,");
    assert_null(strstr(printed.data, "ツバキ"));
}

/* --- the sheet --- */

static void sheet__filters_fit_two_people__nothing_is_shown(void **state UNUSED)
{
    const struct kp_log_entry one = told("06139463", "E1", "ケンポタロウ", "19750501");
    const struct kp_log_entry other = told("06139463", "E1", "ケンポジロウ", "19770501");
    const struct kp_log_entry married = told("06139463", "E1", "イズミタロウ", "19750501");
    begin_log();
    add(&one);
    add(&married);
    end_log();
    assert_int_equal(audit(AUDIT(.sheet = true, .employee = "E1")), KP_OK);
    assert_int_equal(rows(), 2);
    begin_log();
    add(&one);
    add(&other);
    end_log();
    assert_int_equal(audit(AUDIT(.sheet = true, .employee = "E1")), KP_E_USAGE);
    assert_int_equal(got.code, KP_K_SHEET_OF_SEVERAL); /* K7053 */
    assert_int_equal(printed.len, 0);
    assert_int_equal(
        audit(AUDIT(.sheet = true, .employee = "E1", .name = "ｹﾝﾎﾟ ﾀﾛｳ", .birth = "昭和50年5月1日")), KP_OK);
    assert_int_equal(rows(), 1);
}

/* --- withdrawn --- */

static void withdrawn__refusals_and_missing_rows__are_told(void **state UNUSED)
{
    static const struct {
        const char *row, *answer; /* NULL: not listed */
    } cases[] = {
        {"C1,E1,,,,,*,other,explicit,2025-06-01,,\n", NULL},
        {"C1,E1,,,,,*,other,explicit,2025-06-01,2026-04-02,\n", NULL}, /* tomorrow */
        {"C1,E1,,,,,*,other,explicit,2025-06-01,2026-04-01,\n", ",C1,2026-04-01\n"},
        {"C9,E1,,,,,*,other,explicit,2025-06-01,,\n", ",C1,unknown\n"},
        {"C1,E1,,,,,*,other,explicit,2025-06-01,,\nC2,E1,,,,,06139463,9N206160700000011,refusal,2026-04-01,,\n",
         ",C2,2026-04-01\n"},
        {"C1,E1,,,,,*,other,explicit,2025-06-01,,\nC2,E1,,,,,01130012,all,refusal,2026-04-01,,\n", NULL},
        {"C1,E1,,,,,*,other,explicit,2025-06-01,,\nC2,E2,,,,,*,all,refusal,2026-04-01,,\n", NULL},
        {"C1,E1,,,,,*,other,explicit,2025-06-01,,\nC2,E1,,,,,*,9E160162100000001,refusal,2026-04-01,,\n",
         NULL}};
    struct kp_log_entry entry = told("06139463", "E1", "ケンポタロウ", "19750501");
    entry.cells[KP_LOG_AS_OF] = "2026-03-01";
    entry.cells[KP_LOG_ITEMS_CONSENT] = "9N206160700000011";
    entry.cells[KP_LOG_CONSENT_IDS] = "C1";
    begin_log();
    add(&entry);
    end_log();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *register_now = textf(CONSENTS "%s", cases[i].row);
        const char *file = put_file("now.csv", register_now, strlen(register_now));
        assert_int_equal(audit(AUDIT(.withdrawn = true, .registers = {.consents = file})), KP_OK);
        assert_int_equal(rows(), cases[i].answer != NULL);
        if (cases[i].answer)
            assert_printed(cases[i].answer);
        assert_int_equal(got.count, cases[i].answer && strstr(cases[i].answer, "unknown"));
    }
}

/* --- statistics --- */

/* A log with so many men of each ten years of age, from 30, and twice the same person. */
static void count_men(const unsigned *people, size_t n)
{
    begin_log();
    for (size_t i = 0; i < n; i++)
        for (unsigned k = 0; k < people[i]; k++) {
            const struct kp_log_entry entry =
                told("06139463", textf("E%zu-%u", i, k), textf("ケンポ%zu-%u", i, k),
                     textf("%zu0601", 1995 - 10 * i));
            add(&entry);
            add(&entry);
        }
    end_log();
    assert_int_equal(audit(AUDIT(.statistics = true)), KP_OK);
}

static const char *shown_numbers(void)
{
    const char *all = "";
    for (const char *at = strchr(printed.data, '\n'); at[1]; at = strchr(at + 1, '\n')) {
        const char *end = strchr(at + 1, '\n'), *number = end;
        while (number[-1] != ',')
            number--;
        all = textf("%s%s%.*s", all, *all ? " " : "", (int)(end - number), number);
    }
    return all;
}

static void statistics__small_numbers__cannot_be_computed(void **state UNUSED)
{
    static const struct {
        unsigned people[4];
        size_t n;
        const char *shown;
    } cases[] = {{{12, 30, 10}, 3, "12 30 10 52"},
                 {{12, 30, 9}, 3, "x 30 <10 51"},
                 {{12, 30, 1}, 3, "x x <10 43"}, /* 12 + 1 would leave 1 to 3 */
                 {{25, 30, 1}, 3, "x 30 <10 56"},
                 {{5, 40, 6}, 3, "<10 x <10 51"}, /* 5 + 6 = 11 would leave 2 to 9 */
                 {{1, 40, 1}, 3, "<10 x <10 42"},
                 {{9, 9}, 2, "<10 <10 x"},
                 {{3}, 1, "<10 <10"},
                 {{11, 1}, 2, "11 <10 x"},
                 {{5, 5, 5, 20}, 4, "<10 <10 <10 20 35"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        count_men(cases[i].people, cases[i].n);
        assert_string_equal(shown_numbers(), cases[i].shown);
        assert_printed("06139463,2025,male,30-39,");
    }
}

static int set_up(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    path = in_folder("log.csv");
    return 0;
}

static int tear_down(void **state)
{
    kp_buf_release(&printed);
    return remove_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within__each_limit__is_named),
        cmocka_unit_test(within__further_items_and_numbers__are_compared),
        cmocka_unit_test(conflicts__who_is_one_person__is_asked_of_name_sex_and_id),
        cmocka_unit_test(sheet__filters_fit_two_people__nothing_is_shown),
        cmocka_unit_test(withdrawn__refusals_and_missing_rows__are_told),
        cmocka_unit_test(statistics__small_numbers__cannot_be_computed),
    };
    return cmocka_run_group_tests_name("audit_questions", tests, set_up, tear_down);
}
