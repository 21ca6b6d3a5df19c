/* The log and its audit with a fault wherever one can arise (sweep.h): a fault is reported, and an audit
 * whose status shows none has printed all of its answer. */
#include "folder.h"
#include "messages.h"
#include "sweep.h"

#include <sys/stat.h>

#include "base/sha256.h"
#include "log/detail.h"
#include "log/log.h"
#include "log/log_index.h"
#include "log/stub.h"

static const int64_t APRIL = 1775003400; /* 2026-04-01 09:30 in Japan */

#define INSURERS                                                                                             \
    "insurer_number,name,address,representative,scheme,sender_number,interaction_type,service_event,"        \
    "report_40to74,programme_40to74,report_under40,programme_under40,section_under40,symbol_width\n"         \
    "06139463,架空健保,東京都,理事長,,,,,,,,,,\n01130012,架空協会,東京都,支部長,,,,,,,,,,\n"
#define CONSENTS                                                                                                     \
    "consent_id,employee_id,insurer_number,insured_symbol,insured_number,insured_branch,recipient,items,"            \
    "kind,given_on,withdrawn_on,evidence\n"                                                                          \
    "C1,E2,,,,,*,other,notice,2025-05-12,,案内\nC2,E2,,,,,06139463,all,explicit,2025-06-12,2026-05-01,同意書\n" \
    "C3,E1,,,,,*,all,refusal,2026-05-02,,\n"
#define REQUESTS                                                                                             \
    "request_id,insurer_number,received_on,articles,exam_from,exam_to,ages,items,valid_until,withdrawn_on,"  \
    "note,also_numbers,qualification,workplaces\n"                                                           \
    "R1,06139463,2026-01-15,elderly_act,,,all,3C020000002327101,,,,01130012,insured,\n"

static const char *path, *consents, *scratch;
static struct kp_buf printed;

static int64_t now(void *ctx UNUSED)
{
    return APRIL;
}

static bool print(void *ctx UNUSED, const char *bytes, size_t n)
{
    kp_buf_add(&printed, bytes, n);
    return kp_buf_ok(&printed);
}

/* --- a log with an entry of every kind that an audit looks at --- */

static const char *keep_register(const char *text)
{
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    assert_int_equal(kp_sha256_of(text, strlen(text), digest), KP_OK);
    kp_sha256_hex(digest, hex);
    (void)mkdir(in_folder("registers"), 0700);
    (void)put_file(textf("registers/%s.csv", hex), text, strlen(text));
    return textf("%s", hex);
}

static struct kp_log_entry told(const char *event, const char *bundle, const char *insurer,
                                const char *employee)
{
    bool by_consent = strcmp(employee, "E2") == 0;
    return (struct kp_log_entry){.cells = {[KP_LOG_RUN_ID] = "r",
                                           [KP_LOG_EVENT] = event,
                                           [KP_LOG_AS_OF] = "2026-04-01",
                                           [KP_LOG_REQUEST_ID] = by_consent ? "" : "R1",
                                           [KP_LOG_INSURER_NUMBER] = insurer,
                                           [KP_LOG_RECIPIENT] = "架空健保",
                                           [KP_LOG_BUNDLE] = bundle,
                                           [KP_LOG_DOCUMENT] = textf("h%s.xml", employee),
                                           [KP_LOG_CONTENT_SHA256] = KP_LOG_NO_HEAD,
                                           [KP_LOG_EMPLOYEE_ID] = employee,
                                           [KP_LOG_INSURED_NUMBER] = "7427",
                                           [KP_LOG_NAME_KANA] = "ケンポタロウ",
                                           [KP_LOG_SEX] = "1",
                                           [KP_LOG_BIRTH_DATE] = "19750501",
                                           [KP_LOG_EXAM_DATE] = "20250610",
                                           [KP_LOG_AGE_BAND] = "40to74",
                                           [KP_LOG_BASIS_ID] = by_consent ? "consent" : "elderly27",
                                           [KP_LOG_PROVISIONS] = "高確法 第27条",
                                           [KP_LOG_ITEMS_DUTY] = "9N001000000000001 9N006000000000001",
                                           [KP_LOG_ITEMS_CONSENT] = by_consent ? "9N206160700000011" : "",
                                           [KP_LOG_ITEMS_REQUESTED] = by_consent ? "" : "3C020000002327101",
                                           [KP_LOG_CONSENT_IDS] = by_consent ? "C1 C2" : ""}};
}

static void add_to(struct kp_log *log, const char *event, const char *bundle, const char *detail)
{
    const struct kp_log_entry entry = {.cells = {[KP_LOG_RUN_ID] = "r",
                                                 [KP_LOG_EVENT] = event,
                                                 [KP_LOG_AS_OF] = "2026-04-01",
                                                 [KP_LOG_INSURER_NUMBER] = *bundle ? "06139463" : "",
                                                 [KP_LOG_BUNDLE] = bundle,
                                                 [KP_LOG_BUNDLE_SHA256] = *bundle ? KP_LOG_NO_HEAD : "",
                                                 [KP_LOG_DETAIL] = detail}};
    assert_int_equal(kp_log_add(log, &entry), KP_OK);
}

static void tell(struct kp_log *log, const char *event, const char *bundle, const char *insurer,
                 const char *employee)
{
    const struct kp_log_entry entry = told(event, bundle, insurer, employee);
    assert_int_equal(kp_log_add(log, &entry), KP_OK);
}

static void make_log(void)
{
    struct kp_log log;
    struct kp_log_state empty = {.end = {.head = KP_LOG_NO_HEAD}};
    assert_int_equal(kp_log_lock(&log, &kp_io_posix, path), KP_OK);
    assert_int_equal(kp_log_begin(&log, &empty, APRIL), KP_OK);
    add_to(
        &log, "run", "",
        textf(
            "{\"user\":\"ann\",\"host\":\"h\",\"registers\":{\"requests\":\"%s\",\"consents\":\"%s\",\"insurers\":\"%s\"}}",
            keep_register(REQUESTS), keep_register(CONSENTS), keep_register(INSURERS)));
    tell(&log, "disclose", "a.zip", "06139463", "E1");
    tell(&log, "disclose", "a.zip", "06139463", "E2");
    add_to(&log, "release", "a.zip", "");
    tell(&log, "disclose", "b.zip", "01130012", "E1");
    add_to(&log, "release", "b.zip", "");
    tell(&log, "disclose", "x_roster.csv", "06139463", "E1");
    add_to(&log, "release", "x_roster.csv", "");
    tell(&log, "correct", "c.zip", "06139463", "E1");
    add_to(&log, "void", "c.zip", "");
    add_to(&log, "handover", "a.zip", "{\"to\":\"x\",\"means\":\"y\",\"on\":\"2026-04-02\"}");
    add_to(&log, "returned", "a.zip", "{\"on\":\"2026-04-03\"}");
    assert_int_equal(kp_log_sync(&log), KP_OK);
    kp_log_close(&log);
}

static int set_up(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    path = in_folder("log.csv");
    scratch = in_folder("scratch"); /* the run's temporary folder */
    assert_int_equal(mkdir(scratch, 0700), 0);
    consents = put_file("consents.csv", CONSENTS, strlen(CONSENTS));
    make_log();
    return 0;
}

static int tear_down(void **state)
{
    kp_buf_release(&printed);
    return remove_folder(state);
}

/* --- its audit --- */

#define QUESTION(...)                                                                                        \
    {                                                                                                        \
        .logs = &path, .n_logs = 1, __VA_ARGS__                                                              \
    }

static const struct kp_audit_options questions[] = {
    QUESTION(.format = KP_AUDIT_TABLE),
    QUESTION(.head = KP_LOG_NO_HEAD),
    QUESTION(.employee = "Ｅ1", .name = "ｹﾝﾎﾟﾀﾛｳ", .birth = "S50.5.1", .number = "7427",
             .exam_from = "2025-01-01", .exam_to = "R7.12.31"),
    QUESTION(.item = "胸部Ｘ線検査(一般:直接撮影)(所見の有無)", .operated_by = "ann@h", .from = "2026-01-01"),
    QUESTION(.item = "9N001000000000001", .event = KP_AUDIT_DISCLOSE, .tables = KP_AUDIT_TABLES_BUILTIN),
    QUESTION(.event = KP_AUDIT_HANDOVER, .bundle = "a.zip"),
    QUESTION(.backdated = true, .consent = "C1", .basis = "consent", .request = "R1"),
    QUESTION(.provision_records = true),
    QUESTION(.within_request = true),
    QUESTION(.withdrawn = true),
    QUESTION(.conflicts = true),
    QUESTION(.expired = true),
    QUESTION(.unanswered = true),
    QUESTION(.errors = true),
    QUESTION(.handovers = true),
    QUESTION(.pending = true),
    QUESTION(.statistics = true),
    QUESTION(.sheet = true, .employee = "E1", .birth = "1975-05-01"),
    QUESTION(.sheet = true, .employee = "nobody"),
};

static enum kp_status ask(const struct kp_audit_options *question)
{
    struct kp_audit_options options = *question;
    struct kp_env env = ENV;
    env.now = now;
    env.lang = options.common.lang;
    if (options.withdrawn)
        options.registers.consents = consents;
    kp_buf_reset(&printed);
    memset(&got, 0, sizeof(got));
    return kp_audit(&options, &env, print, NULL);
}

static int n_wrong;

static void sweep_audit(size_t question, const struct kp_audit_options *options, const struct faults *what)
{
    static bool goes_on[2];
    struct sweep sweep = {.what = what, .goes_on = goes_on[what == &MEMORY]};
    const enum kp_status sound = ask(options);
    const char *answer = textf("%s", kp_buf_text(&printed));
    int reports = got.count;
    goes_on[what == &MEMORY] = true;
    kp_buf_reset(&printed);
    (void)kp_buf_reserve(&printed, 1 << 20); /* the reader of the answer never fails */
    while (next_fault(&sweep)) {
        begin_fault(&sweep);
        enum kp_status st = ask(options);
        bool failed = end_fault(&sweep);
        if (st == sound && strcmp(kp_buf_text(&printed), answer) == 0)
            continue;
        if (failed && st != KP_OK && st != KP_E_INPUT && got.count > (sound == KP_OK ? reports : 0))
            continue;
        n_wrong++;
        print_error("question %d, format %d, request %ld: status %d, %d reports, K%u\n", (int)question,
                    (int)options->format, sweep.at, (int)st, got.count, got.code);
    }
}

static void sweep_questions(const struct faults *what)
{
    static const enum kp_audit_format formats[] = {KP_AUDIT_TABLE, KP_AUDIT_CSV, KP_AUDIT_JSONL,
                                                   KP_AUDIT_HTML};
    for (size_t i = 0; i < COUNT(questions); i++)
        for (size_t k = 0; k < 2 * COUNT(formats); k++) {
            struct kp_audit_options options = questions[i];
            options.format = formats[k % COUNT(formats)];
            options.common.lang = k < COUNT(formats) ? KP_LANG_JA : KP_LANG_EN;
            sweep_audit(i, &options, what);
        }
    assert_int_equal(n_wrong, 0);
}

static void audit__no_memory__prints_all_or_reports(void **state UNUSED)
{
    sweep_questions(&MEMORY);
}

static void audit__call_fails__prints_all_or_reports(void **state UNUSED)
{
    sweep_questions(&SYSTEM_CALLS);
}

/* --- the log itself --- */

static enum kp_status append(const char *at)
{
    struct kp_log log;
    struct kp_log_state state;
    const struct kp_log_entry entry = {.cells = {[KP_LOG_EVENT] = "disclose",
                                                 [KP_LOG_BUNDLE] = "a.zip",
                                                 [KP_LOG_NAME_KANA] = "カナ,\"カナ\"\nカナ"}};
    enum kp_status st = kp_log_lock(&log, &kp_io_posix, at);
    if (st == KP_OK)
        st = kp_log_read(&kp_io_posix, at, NULL, NULL, NULL, &state);
    if (st == KP_OK)
        st = kp_log_begin(&log, &state, APRIL);
    for (int i = 0; i < 3 && st == KP_OK; i++)
        st = kp_log_add(&log, &entry);
    if (st == KP_OK)
        st = kp_log_sync(&log);
    kp_log_close(&log);
    return st;
}

/* Whatever of the entries is on disk, the chain holds, and the next writer goes on. */
static void append__any_fault__leaves_a_chain(void **state UNUSED)
{
    static const struct faults *const kinds[] = {&MEMORY, &SYSTEM_CALLS};
    const char *at = in_folder("written.csv");
    for (size_t i = 0; i < 2 * COUNT(kinds); i++)
        for (struct sweep sweep = {.what = kinds[i % COUNT(kinds)]}; next_fault(&sweep);) {
            struct kp_log_state after;
            (void)unlink(at);
            if (i >= COUNT(kinds)) /* a log with a torn line */
                (void)put_file("written.csv", KP_LOG_HEADER "\n1,", strlen(KP_LOG_HEADER "\n1,"));
            begin_fault(&sweep);
            enum kp_status st = append(at);
            bool failed = end_fault(&sweep);
            assert_true(st == KP_OK || (failed && st == KP_E_SYSTEM));
            assert_int_equal(append(at), KP_OK);
            assert_int_equal(kp_log_read(&kp_io_posix, at, NULL, NULL, NULL, &after), KP_OK);
            assert_int_equal(after.bad_line, 0);
            assert_false(after.torn);
            assert_in_range(after.end.n_entries, st == KP_OK ? 6 : 3, 6);
        }
}

static enum kp_status count(void *ctx, const struct kp_log_line *line UNUSED)
{
    ++*(int *)ctx;
    return KP_OK;
}

static enum kp_status add_line(void *builder, const struct kp_log_line *line)
{
    return kp_log_index_builder_add(builder, line);
}

/* Builds the index of the log and counts the disclosures of a person by it. */
static enum kp_status index_log(const char *at, int *ret_n)
{
    struct kp_log_index older = {0}, index = {0};
    struct kp_log_index_builder builder = {0};
    struct kp_log_state state;
    enum kp_log_index_verdict verdict = KP_LOG_INDEX_ABSENT;
    uint8_t key[KP_LOG_KEY_BYTES];
    uint32_t n = 0;
    uint64_t last = 0;
    enum kp_status st = kp_log_index_builder_open(&builder, &kp_io_posix, scratch);
    if (st == KP_OK)
        st = kp_log_read(&kp_io_posix, path, NULL, add_line, &builder, &state);
    if (st == KP_OK)
        st = kp_log_index_write(at, &older, &builder);
    kp_log_index_builder_close(&builder);
    if (st == KP_OK)
        st = kp_log_index_open(&index, &kp_io_posix, at, path, &verdict);
    if (st == KP_OK && verdict != KP_LOG_INDEX_SOUND)
        st = KP_E_FAULT;
    if (st == KP_OK)
        st = kp_log_index_bundle_key("a", key);
    if (st == KP_OK)
        st = kp_log_index_count(&index, key, &n, &last);
    if (st == KP_OK)
        st = kp_log_index_each(&index, key, count, ret_n);
    kp_log_index_close(&index);
    return st;
}

static void index__any_fault__fails_or_is_whole(void **state UNUSED)
{
    static const struct faults *const kinds[] = {&MEMORY, &SYSTEM_CALLS};
    const char *at = in_folder("own.index");
    int sound = 0;
    assert_int_equal(index_log(at, &sound), KP_OK);
    assert_int_equal(sound, 1);
    for (size_t i = 0; i < COUNT(kinds); i++)
        for (struct sweep sweep = {.what = kinds[i]}; next_fault(&sweep);) {
            int n = 0;
            (void)unlink(at);
            assert_int_equal(remove_tree(scratch) | mkdir(scratch, 0700), 0);
            begin_fault(&sweep);
            enum kp_status st = index_log(at, &n);
            bool failed = end_fault(&sweep);
            if (st == KP_OK ? n != sound : !failed)
                fail_msg("request %ld: status %d, %d entries", sweep.at, (int)st, n);
            assert_false(kp_path_exists(&kp_io_posix, textf("%s.tmp", at)));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit__no_memory__prints_all_or_reports),
        cmocka_unit_test(audit__call_fails__prints_all_or_reports),
        cmocka_unit_test(append__any_fault__leaves_a_chain),
        cmocka_unit_test(index__any_fault__fails_or_is_whole),
    };
    return cmocka_run_group_tests_name("log_faults", tests, set_up, tear_down);
}
