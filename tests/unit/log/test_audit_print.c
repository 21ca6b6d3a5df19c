#include "folder.h"
#include "messages.h"

#include "kp_codes.h"
#include <sys/stat.h>

#include "base/sha256.h"
#include "log/log.h"

static const int64_t APRIL = 1775003400, MAY = 1777595400; /* 2026-04-01 and 2026-05-01, 09:30 in Japan */

static const char *path, *insurers, *consents;
static struct kp_buf printed;

/* --- a log: one released bundle, one voided, one of May, and entries without an end --- */

static void add(struct kp_log *log, const char *event, const char *bundle, const char *employee,
                const char *number)
{
    bool is_person = *employee != '\0', by_consent = strcmp(employee, "E2") == 0;
    const struct kp_log_entry entry = {
        .cells = {[KP_LOG_EVENT] = event,
                  [KP_LOG_BUNDLE] = bundle,
                  [KP_LOG_INSURER_NUMBER] = "06139463",
                  [KP_LOG_REQUEST_ID] = is_person ? "R1 R2" : "",
                  [KP_LOG_BASIS_ID] = by_consent  ? "consent"
                                      : is_person ? "kenpo150"
                                                  : "",
                  [KP_LOG_ITEMS_CONSENT] = by_consent ? "9N001000000000001 9N006000000000001" : "",
                  [KP_LOG_CONSENT_IDS] = by_consent ? "C1 C2" : "",
                  [KP_LOG_EMPLOYEE_ID] = employee,
                  [KP_LOG_INSURED_NUMBER] = number,
                  [KP_LOG_NAME_KANA] = is_person ? "カナ,カナ" : ""}};
    assert_int_equal(kp_log_add(log, &entry), KP_OK);
}

static void make_log(const char *at, const char *head)
{
    struct kp_log log;
    struct kp_log_state empty = {.end = {.head = KP_LOG_NO_HEAD}};
    memcpy(empty.end.head, head, sizeof(empty.end.head));
    assert_int_equal(kp_log_lock(&log, &kp_io_posix, at), KP_OK);
    assert_int_equal(kp_log_begin(&log, &empty, APRIL), KP_OK);
    add(&log, "disclose", "a.zip", "E1", "45");
    add(&log, "disclose", "a.zip", "E2", "46");
    add(&log, "release", "a.zip", "", "");
    add(&log, "disclose", "b.zip", "E2", "46");
    add(&log, "void", "b.zip", "", "");
    kp_log_set_time(&log, MAY);
    add(&log, "again", "c.zip", "E1", "45");
    add(&log, "correct", "c.zip", "E3", "４７");
    add(&log, "release", "c.zip", "", "");
    add(&log, "disclose", "d.zip", "E4", "48");
    assert_int_equal(kp_log_sync(&log), KP_OK);
    kp_log_close(&log);
}

static struct kp_log_state read_state(const char *at)
{
    struct kp_log_state state;
    assert_int_equal(kp_log_read(&kp_io_posix, at, NULL, NULL, NULL, &state), KP_OK);
    return state;
}

static const char INSURERS[] =
    "insurer_number,name,address,representative,scheme,sender_number,interaction_type,service_event,"
    "report_40to74,programme_40to74,report_under40,programme_under40,section_under40,symbol_width\n"
    "06139463,架空健保,東京都,理事長,,,,,,,,,,\n";
static const char CONSENTS[] =
    "consent_id,employee_id,insurer_number,insured_symbol,insured_number,insured_branch,recipient,items,"
    "kind,given_on,withdrawn_on,evidence\n"
    "C1,E2,,,,,*,other,notice,2025-05-12,,案内\n"
    "C2,E2,,,,,06139463,all,explicit,2025-06-12,,同意書\n";

static int set_up(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    insurers = put_file("insurers.csv", INSURERS, strlen(INSURERS));
    consents = put_file("consents.csv", CONSENTS, strlen(CONSENTS));
    path = in_folder("log.csv");
    return 0;
}

static int fresh(void **state UNUSED)
{
    (void)unlink(path);
    memset(&got, 0, sizeof(got));
    make_log(path, KP_LOG_NO_HEAD);
    return 0;
}

static int tear_down(void **state)
{
    kp_buf_release(&printed);
    return remove_folder(state);
}

/* --- its audit --- */

static bool print(void *ctx, const char *bytes, size_t n)
{
    kp_buf_add(&printed, bytes, n);
    return ctx == NULL;
}

static enum kp_status audit(struct kp_audit_options options)
{
    if (options.n_logs == 0) {
        options.logs = &path;
        options.n_logs = 1;
    }
    kp_buf_reset(&printed);
    got.count = 0;
    return kp_audit(&options, &ENV, print, NULL);
}

static void assert_begins(const char *start)
{
    assert_int_equal(strncmp(kp_buf_text(&printed), start, strlen(start)), 0);
}

static void assert_printed(const char *part)
{
    if (!strstr(kp_buf_text(&printed), part))
        fail_msg("no \"%s\" in:\n%s", part, kp_buf_text(&printed));
}

/* The numbers of the entries that pass the filter, with the first letter of their state: "1r 4v". */
static void assert_entries(const char *expected, struct kp_audit_options filter)
{
    struct kp_buf all = {0};
    filter.format = KP_AUDIT_CSV;
    assert_int_equal(audit(filter), KP_OK);
    for (char *line = strchr(printed.data, '\n') + 1, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        kp_buf_printf(&all, "%s%.*s%.1s", all.len ? " " : "", (int)strcspn(line, ","), line,
                      strrchr(line, ',') + 1);
    }
    assert_string_equal(kp_buf_text(&all), expected);
    kp_buf_release(&all);
}

static void assert_fails(struct kp_audit_options options, enum kp_status status, enum kp_code code,
                         uint64_t line)
{
    assert_int_equal(audit(options), status);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.code, code);
    assert_int_equal(got.line, line);
    assert_int_equal(printed.len, 0);
}

#define AUDIT(...) ((struct kp_audit_options){__VA_ARGS__})

static void summary__sound_log__counts_what_was_released(void **state UNUSED)
{
    assert_int_equal(audit(AUDIT(.n_logs = 0)), KP_OK);
    assert_int_equal(got.count, 0);
    assert_printed("log.csv\n  entries 9\n  head ");
    assert_printed("voided, not disclosed: 1\nunfinished, to be settled by the next run: 1\n");
    assert_printed("06139463  consent       2026-04           1         0          0         1\n"
                   "06139463  kenpo150      2026-04           1         0          0         1\n"
                   "06139463  kenpo150      2026-05           0         1          1         1\n"
                   "06139463  kenpo150      all               1         1          1         2\n");
    assert_null(strstr(printed.data, "カナ"));
}

static void filter__each_option__selects_its_entries(void **state UNUSED)
{
    assert_entries("1r 2r 3 4v 5 6r 7r 8 9u", AUDIT(.insurer = "06139463"));
    assert_entries("", AUDIT(.insurer = "01130012"));
    assert_entries("1r 6r", AUDIT(.employee = "E1"));
    assert_entries("2r 4v", AUDIT(.number = "46"));
    assert_entries("2r 4v", AUDIT(.basis = "consent"));
    assert_entries("1r 2r 4v 6r 7r 9u", AUDIT(.request = "R2"));
    assert_entries("", AUDIT(.request = "R"));
    assert_entries("6r 7r 8", AUDIT(.bundle = "some/folder/c.zip"));
    assert_entries("4v 5", AUDIT(.bundle = "b"));
    assert_entries("6r 7r 8 9u", AUDIT(.from = "2026-04-02"));
    assert_entries("1r 2r 3 4v 5", AUDIT(.to = "2026-04-01"));
    assert_entries("7r", AUDIT(.event = KP_AUDIT_CORRECT));
    assert_entries("5", AUDIT(.event = KP_AUDIT_VOID));
    assert_entries("2r", AUDIT(.employee = "E2", .bundle = "a", .event = KP_AUDIT_DISCLOSE));
}

static void filter__widths__are_folded(void **state UNUSED)
{
    assert_entries("1r 6r", AUDIT(.employee = "Ｅ１"));
    assert_entries("7r", AUDIT(.number = "47"));
}

static void format__table__is_one_line_per_entry(void **state UNUSED)
{
    assert_int_equal(audit(AUDIT(.employee = "E1")), KP_OK);
    assert_printed(
        "     1  2026-04-01  disclose  released    06139463  kenpo150    a.zip  R1 R2  E1  -  45  -  -  "
        "カナ,カナ\n");
    assert_printed("entries that fit: 2\n");
    assert_printed("06139463  kenpo150      2026-05           0         1          0         1\n");
}

static void format__csv__is_the_log_with_a_state(void **state UNUSED)
{
    struct kp_log_state s = read_state(path);
    assert_int_equal(audit(AUDIT(.format = KP_AUDIT_CSV)), KP_OK);
    assert_begins(KP_LOG_HEADER ",state\n1,2026-04-01T09:30:00+09:00,,disclose,");
    assert_printed(",\"カナ,カナ\",");
    assert_printed(s.end.head);
    assert_string_equal(printed.data + printed.len - strlen(",unfinished\n"), ",unfinished\n");
}

static void format__jsonl__names_every_cell(void **state UNUSED)
{
    assert_int_equal(audit(AUDIT(.format = KP_AUDIT_JSONL, .event = KP_AUDIT_CORRECT)), KP_OK);
    assert_begins("{\"seq\": \"7\", \"time\": \"2026-05-01T09:30:00+09:00\", ");
    assert_printed("\"name_kana\": \"カナ,カナ\", ");
    assert_printed("log.csv\", \"state\": \"released\"}\n");
    assert_ptr_equal(strchr(printed.data, '\n'), printed.data + printed.len - 1);
}

/* --- provision records --- */

/* A log of its own whose run pins the registers, which are kept beside it. E2 was disclosed by two consents.
 */
static const char *kept_log;

static void keep_register(const char *text, char ret_hex[KP_SHA256_HEX + 1])
{
    uint8_t digest[KP_SHA256_BYTES];
    char name[KP_SHA256_HEX + 32];
    assert_int_equal(kp_sha256_of(text, strlen(text), digest), KP_OK);
    kp_sha256_hex(digest, ret_hex);
    (void)snprintf(name, sizeof(name), "registers/%s.csv", ret_hex);
    (void)put_file(name, text, strlen(text));
}

static void make_kept_log(const char *consent_rows, const char *insurer_rows, const char *items)
{
    struct kp_log log;
    struct kp_log_state empty = {.end = {.head = KP_LOG_NO_HEAD}};
    char of_consents[KP_SHA256_HEX + 1], of_insurers[KP_SHA256_HEX + 1], detail[256];
    kept_log = in_folder("kept.csv");
    (void)unlink(kept_log);
    (void)mkdir(in_folder("registers"), 0700);
    keep_register(consent_rows, of_consents);
    keep_register(insurer_rows, of_insurers);
    (void)snprintf(detail, sizeof(detail), "{\"registers\":{\"consents\":\"%s\",\"insurers\":\"%s\"}}",
                   of_consents, of_insurers);
    const struct kp_log_entry run = {
        .cells = {[KP_LOG_RUN_ID] = "r", [KP_LOG_EVENT] = "run", [KP_LOG_DETAIL] = detail}};
    const struct kp_log_entry told = {.cells = {[KP_LOG_RUN_ID] = "r",
                                                [KP_LOG_EVENT] = "disclose",
                                                [KP_LOG_AS_OF] = "2026-04-01",
                                                [KP_LOG_BUNDLE] = "a.zip",
                                                [KP_LOG_INSURER_NUMBER] = "06139463",
                                                [KP_LOG_ITEMS_CONSENT] = items,
                                                [KP_LOG_CONSENT_IDS] = "C1 C2",
                                                [KP_LOG_EMPLOYEE_ID] = "E2",
                                                [KP_LOG_NAME_KANA] = "カナ,カナ",
                                                [KP_LOG_BIRTH_DATE] = "19800101",
                                                [KP_LOG_EXAM_DATE] = "20250610"}};
    const struct kp_log_entry release = {
        .cells = {[KP_LOG_RUN_ID] = "r", [KP_LOG_EVENT] = "release", [KP_LOG_BUNDLE] = "a.zip"}};
    assert_int_equal(kp_log_lock(&log, &kp_io_posix, kept_log), KP_OK);
    assert_int_equal(kp_log_begin(&log, &empty, APRIL), KP_OK);
    assert_int_equal(kp_log_add(&log, &run), KP_OK);
    assert_int_equal(kp_log_add(&log, &told), KP_OK);
    assert_int_equal(kp_log_add(&log, &release), KP_OK);
    assert_int_equal(kp_log_sync(&log), KP_OK);
    kp_log_close(&log);
}

#define RECORDS(...) AUDIT(.provision_records = true, .logs = &kept_log, .n_logs = 1, __VA_ARGS__)
#define HISTORY_AND_XRAY "9N051000000000049 9N206160700000011"

static void provision__released_consent_items__are_recorded(void **state UNUSED)
{
    make_kept_log(CONSENTS, INSURERS, HISTORY_AND_XRAY);
    assert_int_equal(audit(RECORDS(.format = KP_AUDIT_CSV)), KP_OK);
    assert_begins("provision,owed,disclosed_on,consent_ids,");
    assert_printed(",yes,2026-04-01,C1 C2,notice explicit,2025-05-12 2025-06-12,案内 / 同意書,"
                   "06139463,架空健保,東京都,理事長,E2,,,,\"カナ,カナ\",19800101,20250610," HISTORY_AND_XRAY
                   ",業務歴、胸部Ｘ線検査(一般:直接撮影)(所見の有無),a.zip,,2029-04-01,2,");
    char *record = strchr(printed.data, '\n') + 1;
    assert_ptr_equal(strchr(record, '\n'), printed.data + printed.len - 1);
}

static void provision__table_and_jsonl__name_every_cell(void **state UNUSED)
{
    make_kept_log(CONSENTS, INSURERS, HISTORY_AND_XRAY);
    assert_int_equal(audit(RECORDS(.from = NULL)), KP_OK);
    assert_printed("\nowed                     yes\n");
    assert_printed("\nlog_seq                  2\nlog_hash                 ");
    assert_printed("\n\nprovision records: 1\n");
    assert_int_equal(audit(RECORDS(.format = KP_AUDIT_JSONL)), KP_OK);
    assert_printed(
        "\"item_names\": \"業務歴、胸部Ｘ線検査(一般:直接撮影)(所見の有無)\", \"bundle\": \"a.zip\", ");
    assert_printed("\"log_seq\": \"2\", \"log_hash\": \"");
}

#define HEAD_OF_CONSENTS                                                                                     \
    "consent_id,employee_id,insurer_number,insured_symbol,insured_number,insured_branch,recipient,items,"    \
    "kind,given_on,withdrawn_on,evidence\n"
#define FIRST_CONSENT HEAD_OF_CONSENTS "C1,E2,,,,,*,other,notice,2025-05-12,,案内\n"

/* Whatever the registers say today: the copies decide. */
static void provision__kept_register_does_not_cover__is_a_fault(void **state UNUSED)
{
    static const char *const consents_at_fault[] = {
        FIRST_CONSENT,
        FIRST_CONSENT "C2,E9,,,,,06139463,all,explicit,2025-06-12,,\n",
        FIRST_CONSENT "C2,E2,,,,,01130012,all,explicit,2025-06-12,,\n",
        FIRST_CONSENT "C2,E2,,,,,06139463,all,explicit,2026-04-02,,\n",
        FIRST_CONSENT "C2,E2,,,,,06139463,all,explicit,2025-06-12,2026-04-01,\n",
        HEAD_OF_CONSENTS "C1,E2,,,,,*,9N206160700000011,notice,2025-05-12,,\n"
                         "C2,E2,,,,,*,3C020000002327101,explicit,2025-06-12,,\n"};
    for (size_t i = 0; i < COUNT(consents_at_fault); i++) {
        make_kept_log(consents_at_fault[i], INSURERS, HISTORY_AND_XRAY);
        assert_fails(RECORDS(.registers = {.consents = consents}), KP_E_FAULT,
                     KP_K_PROVISION_RECORD_INCOMPLETE /* K7022 */, 3);
    }
    char no_insurer[sizeof(INSURERS)] = "";
    memcpy(no_insurer, INSURERS, strcspn(INSURERS, "\n") + 1);
    make_kept_log(CONSENTS, no_insurer, HISTORY_AND_XRAY);
    assert_fails(RECORDS(.registers = {.insurers = insurers}), KP_E_FAULT, KP_K_PROVISION_RECORD_INCOMPLETE,
                 3);
}

static void provision__copy_is_gone__the_same_register_will_do(void **state UNUSED)
{
    make_kept_log(CONSENTS, INSURERS, HISTORY_AND_XRAY);
    assert_int_equal(rename(in_folder("registers"), in_folder("elsewhere")), 0);
    assert_fails(RECORDS(.registers = {.insurers = insurers}), KP_E_FAULT, KP_K_PROVISION_REGISTERS_MISSING,
                 3);
    assert_int_equal(audit(RECORDS(.registers = {.insurers = insurers, .consents = consents})), KP_OK);
}

/* --- faults --- */

static void fault__altered_or_torn_line__is_reported_alone(void **state UNUSED)
{
    struct kp_log_state s = read_state(path);
    assert_int_equal(truncate(path, (off_t)s.end.bytes - 1), 0);
    assert_fails(AUDIT(.n_logs = 0), KP_E_FAULT, KP_K_LOG_BROKEN, 10);
    assert_int_equal(truncate(path, (off_t)s.end.last_at), 0);
    assert_int_equal(audit(AUDIT(.n_logs = 0)), KP_OK);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)strlen(KP_LOG_HEADER) + 10, SEEK_SET), 0);
    assert_int_equal(fputc('x', file), 'x');
    assert_int_equal(fclose(file), 0);
    assert_fails(AUDIT(.format = KP_AUDIT_JSONL), KP_E_FAULT, KP_K_LOG_BROKEN, 2);
}

static void fault__missing_log__is_usage(void **state UNUSED)
{
    (void)unlink(path);
    assert_fails(AUDIT(.n_logs = 0), KP_E_USAGE, KP_K_LOG_UNUSABLE, 0);
}

static void fault__unreadable_log__is_reported_once(void **state UNUSED)
{
    assert_fails(AUDIT(.logs = (const char *const[]){folder}, .n_logs = 1), KP_E_SYSTEM, KP_K_LOG_UNUSABLE,
                 0);
}

static void head__must_be_an_entry_of_the_log(void **state UNUSED)
{
    struct kp_log_state s = read_state(path);
    char head[KP_SHA256_HEX + 1];
    for (size_t i = 0; i < sizeof(head); i++)
        head[i] = (char)(s.end.head[i] >= 'a' ? s.end.head[i] - 'a' + 'A' : s.end.head[i]);
    assert_int_equal(audit(AUDIT(.head = head)), KP_OK);
    assert_printed(s.end.head);
    assert_fails(AUDIT(.head = KP_LOG_NO_HEAD), KP_E_FAULT, KP_K_LOG_HEAD_MISSING, 0);
    assert_fails(AUDIT(.head = "abc"), KP_E_USAGE, KP_K_OPTION_VALUE_BAD, 0);
}

static void logs__must_continue_one_another(void **state UNUSED)
{
    const char *next = in_folder("next.csv");
    const char *const in_order[] = {path, next}, *const reversed[] = {next, path};
    struct kp_log_state s = read_state(path);
    make_log(next, s.end.head);
    assert_int_equal(audit(AUDIT(.logs = in_order, .n_logs = 2)), KP_OK);
    assert_printed("  continues ");
    assert_printed("06139463  kenpo150      all               2         2          2         4\n");
    assert_entries("1r 6r 1r 6r", AUDIT(.logs = in_order, .n_logs = 2, .employee = "E1"));
    assert_fails(AUDIT(.logs = reversed, .n_logs = 2), KP_E_FAULT, KP_K_LOG_NOT_CONTINUED, 2);
}

static void cancelled__is_reported_once(void **state UNUSED)
{
    static const volatile int yes = 1;
    const struct kp_env env = {.message = ENV.message, .cancel = &yes};
    const struct kp_audit_options options = {.logs = &path, .n_logs = 1};
    assert_int_equal(kp_audit(&options, &env, print, NULL), KP_E_SYSTEM);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.code, KP_K_CANCELLED);
}

/* The print function has reported it. */
static void print__failure__is_not_reported_again(void **state UNUSED)
{
    const struct kp_audit_options options = {.logs = &path, .n_logs = 1};
    assert_int_equal(kp_audit(&options, &ENV, print, &printed), KP_E_SYSTEM);
    assert_int_equal(got.count, 0);
}

#define TEST(test) cmocka_unit_test_setup(test, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(summary__sound_log__counts_what_was_released),
        TEST(filter__each_option__selects_its_entries),
        TEST(filter__widths__are_folded),
        TEST(format__table__is_one_line_per_entry),
        TEST(format__csv__is_the_log_with_a_state),
        TEST(format__jsonl__names_every_cell),
        TEST(provision__released_consent_items__are_recorded),
        TEST(provision__table_and_jsonl__name_every_cell),
        TEST(provision__kept_register_does_not_cover__is_a_fault),
        TEST(provision__copy_is_gone__the_same_register_will_do),
        TEST(fault__altered_or_torn_line__is_reported_alone),
        TEST(fault__missing_log__is_usage),
        TEST(fault__unreadable_log__is_reported_once),
        TEST(head__must_be_an_entry_of_the_log),
        TEST(logs__must_continue_one_another),
        TEST(cancelled__is_reported_once),
        TEST(print__failure__is_not_reported_again),
    };
    return cmocka_run_group_tests_name("audit_print", tests, set_up, tear_down);
}
