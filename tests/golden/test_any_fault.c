/*
 * The commands, in this process, with a fault wherever one can arise: every call in src/ on whose behalf
 * memory is taken or the system is called fails once (sweep.h). A command must then end as without the fault,
 * or with a status of at least 2 and a diagnostic; with memory short it must not leave temporary files,
 * either.
 */
#include "golden.h"

#include "cli/cli.h"
#include "sweep.h"

enum { MOST_WORDS = 24, USUAL_STEP = 23 };

#define RUN "-c kenporter.ini --as-of 2026-04-01 --backdate test --threads 1 --lang en "
#define PREPARE "-c kenporter.ini --as-of 2026-04-01 --threads 1 --lang en "
#define NAME "6631111116_06139463_202604010_1.zip"
#define BUNDLE "ready/" NAME
#define SEALED "sealed/sealed/" NAME
#define LOG "ready/disclosure-log.csv"

struct command {
    const char *name, *line;
    /* The folder OUT, which the command may write to, begins as a copy of this one; NULL: it is missing. */
    const char *before;
    /* Written to another file first: "FROM TO"; NULL: nothing. */
    const char *copy;
};

static const struct command commands[] = {
    {"export", "export " RUN "-o out small.csv", NULL, NULL},
    {"export_again",
     "export " RUN "-o out --again asked --anchors anchors.csv --metrics metrics --folder drop", "ready",
     "box drop"},
    {"export_sealed", "export -c seal.ini --as-of 2026-04-01 --threads 1 --list -o out small.csv", NULL,
     NULL},
    {"export_shard", "export " RUN "--shard 1/2 --lang ja -o out small.csv", NULL, NULL},
    {"check", "check " RUN "-o out --json --show-values --notes all small.csv", NULL, NULL},
    {"check_master", "check " RUN "-o out --roster small.csv small.csv", NULL, NULL},
    {"check_joined", "check " RUN "-o out --join 社員番号 persons.csv results.csv", NULL, NULL},

    {"check_vendor",
     "check -c vendors/kenporter.ini --as-of 2026-04-01 --threads 1 -o out vendors/pattern_c.csv", NULL,
     NULL},

    {"prepare", "prepare " PREPARE "-o out small.csv", NULL, NULL},
    {"release", "release " RUN "-o out 20260401-093000", "prepared", NULL},
    {"roster", "roster " RUN "-o out 06139463 small.csv", "ready", NULL},
    {"map", "map --lang en small.csv", NULL, NULL},
    {"map_json", "map --json small.csv", NULL, NULL},
    {"verify", "verify " BUNDLE, NULL, NULL},
    {"verify_log", "verify --json --log " LOG " " BUNDLE, NULL, NULL},
    {"verify_sealed", "verify --password-file password " SEALED, NULL, NULL},
    {"show", "show " BUNDLE, NULL, NULL},
    {"show_document", "show --show-values --html " BUNDLE " 1", NULL, NULL},
    {"show_json", "show --show-values --json " BUNDLE " 1", NULL, NULL},
    {"audit", "audit " LOG, NULL, NULL},
    {"audit_json", "audit --json --insurer 06139463 " LOG, NULL, NULL},
    {"audit_entries", "audit --lang ja --event disclose " LOG, NULL, NULL},
    {"audit_entries_page", "audit --html --event disclose " LOG, NULL, NULL},
    {"audit_csv", "audit --format csv --item 9N001000000000001 --name ｽｷﾞｳﾗ --birth S55.7.28 " LOG, NULL,
     NULL},
    {"audit_jsonl", "audit --format jsonl --operator root --from 2020-01-01 --backdated " LOG, NULL, NULL},
    {"audit_records", "audit -c kenporter.ini --provision-records " LOG, NULL, NULL},
    {"audit_within", "audit -c kenporter.ini --within-request " LOG, NULL, NULL},
    {"audit_withdrawn", "audit --withdrawn --consents consents.csv " LOG, NULL, NULL},
    {"audit_conflicts", "audit --conflicts " LOG, NULL, NULL},
    {"audit_expired", "audit --expired " LOG, NULL, NULL},
    {"audit_unanswered", "audit --unanswered answered/disclosure-log.csv", NULL, NULL},
    {"audit_errors", "audit --errors answered/disclosure-log.csv", NULL, NULL},
    {"audit_handovers", "audit --handovers answered/disclosure-log.csv", NULL, NULL},
    {"audit_pending", "audit --pending --json answered/disclosure-log.csv", NULL, NULL},
    {"audit_sheet", "audit --sheet --html --employee 10818 " LOG, NULL, NULL},
    {"audit_statistics", "audit --statistics " LOG, NULL, NULL},
    {"audit_logs", "audit stub/disclosure-log.csv after/disclosure-log.csv", NULL, NULL},
    {"handover", "handover -o out --to x --means y --note z out/" NAME, "ready", NULL},
    {"returned", "handover -o out --returned out/" NAME, "answered", NULL},
    {"status", "status -o answered", NULL, NULL},
    {"status_json", "status -o answered --json", NULL, NULL},
    {"reply", "reply -o out reply.csv", "ready", NULL},
    {"purge", "purge -o out --before 2027-01-01", "answered", NULL},
    {"retire", "retire out/disclosure-log.csv", "retirable", NULL},
    {"explain_code", "explain K5007", NULL, NULL},
    {"explain_case", "explain --birth 1986-04-01 --exam 2026-04-01 --insurer 06139463", NULL, NULL},
    {"explain_json",
     "explain --json --items 9N001000000000001 --scheme kenpo --birth 1986-04-01 --exam 2026-04-01 --insurer 06139463",
     NULL, NULL},
    {"items", "items 身長", NULL, NULL},
    {"config", "config -c kenporter.ini", NULL, NULL},
    {"init", "init out", NULL, NULL},
    {"import", "import-cc2x -o out cc2x/two", "nothing", NULL},
    {"help", "--help", NULL, NULL},
    {"version", "--version", NULL, NULL},
};

static int64_t fixed_now(void *ctx)
{
    (void)ctx;
    return 1775003400; /* 2026-04-01 09:30 in Japan */
}

/* Runs the command with its output in the files stdout and stderr. */
static int run(struct sweep *sweep, const char *line)
{
    char *argv[MOST_WORDS + 2] = {textf("kenporter")};
    char *words = textf("%s", line), *rest = NULL;
    int argc = 1;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        assert_true(argc < MOST_WORDS);
        argv[argc++] = word;
    }
    const struct kp_env env = {.now = fixed_now};
    FILE *out = fopen("stdout", "w"), *err = fopen("stderr", "w");
    assert_true(out && err);
    if (sweep)
        begin_fault(sweep);
    int status = kp_cli(argc, argv, out, err, &env, NULL);
    if (sweep)
        (void)end_fault(sweep);
    assert_int_equal(fclose(out) | fclose(err), 0);
    return status;
}

static void prepare(const struct command *c)
{
    assert_true(!exists("out") || remove_tree("out") == 0);
    assert_true(!exists("drop") || remove_tree("drop") == 0);
    if (c->before || c->copy)
        must("%s%s %s %s%s", c->before ? "cp -r " : "", c->before ? c->before : "", c->before ? "out" : "",
             c->copy ? "; cp -r " : "", c->copy ? c->copy : "");
}

/* One bundle may stay, emptied, for the next run to settle, with what goes along with it. */
static bool temporary_files_left(void)
{
    char **found = NULL;
    size_t n = paths("out/.tmp*/*", &found), n_own = n ? 6 + strcspn(found[n - 1] + 6, ".") : 0;
    for (size_t i = 0; i < n; i++)
        if (!strstr(found[i], ".secret") && strncmp(found[i], found[n - 1], n_own) != 0)
            return true;
    return n > 0 && !strstr(found[n - 1], "/66311");
}

/* Returns what is wrong with the end of a command that failed at one place, NULL if nothing is. */
static const char *fault_of(const struct command *c, const struct sweep *sweep, int status, int sound)
{
    if (sweep->what == &MEMORY && temporary_files_left())
        return "temporary files left";
    if (status == sound)
        return NULL;
    /* One file of the drop folder that cannot be read, or not moved, does not stop the run. */
    if (status < 2 && !(status == 1 && strstr(c->line, "--folder")))
        return "another status, as if nothing had failed";
    return *slurp("stderr", NULL) ? NULL : "no diagnostic";
}

static void sweep_command(const struct command *c, const struct faults *what)
{
    static bool goes_on[2];
    struct sweep sweep = {.what = what, .goes_on = goes_on[what == &MEMORY]};
    goes_on[what == &MEMORY] = true;
    int sound = -1, n = 0, faults = 0;
    prepare(c);
    (void)run(NULL, c->line); /* what libraries keep from their first use */
    while (next_fault(&sweep)) {
        prepare(c);
        int status = run(&sweep, c->line);
        sound = n++ == 0 ? status : sound;
        const char *fault = fault_of(c, &sweep, status, sound);
        if (fault)
            print_error("%s: request %ld fails: status %d, %s\n", c->name, sweep.at, status, fault);
        faults += fault != NULL;
    }
    print_message("%s: status %d, %d faults\n", c->name, sound, n - 1);
    assert_int_equal(faults, 0);
}

static void command__no_memory__is_reported(void **state)
{
    sweep_command(*state, &MEMORY);
}

static void command__call_fails__is_reported(void **state)
{
    sweep_command(*state, &SYSTEM_CALLS);
}

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    must("cp -r \"$FIXTURES\"/*.ini \"$FIXTURES\"/*s.csv \"$FIXTURES\"/vendors \"$FIXTURES\"/cc2x . && "
         "head -n 14 " INPUT
         ">small.csv && head -n 1 consents.csv >nobody.csv && mkdir box && cp small.csv box");
    must(
        "sed -e '1s/$/,seal/' -e '2,$s/$/,/' -e '/^06139463/s/$/zip-aes/' insurers.csv >seal.csv && "
        "sed 's/insurers.csv/seal.csv/' kenporter.ini >seal.ini && echo A-PASSWORD-OF-SOME-LENGTH >password && "
        "chmod 600 password");
    must("mkdir nothing && printf '社員番号,保険者番号,保険番号,カナ氏名,性別,生年月日,郵便番号,住所\\n"
         "001,06139463,7427,ｹﾝﾎﾟ ｱﾝ,女,1980/05/01,100-0001,東京都千代田区\\n' >persons.csv && "
         "printf '社員番号,健診実施日,健診機関番号,健診機関名称,身長,体重\\n"
         "001,2025/06/10,2819901170,架空健診センター,160.1,55.5\\n' >results.csv");
    must(
        "printf '%%s\\n' insurer_number,bundle,document,insured_symbol,insured_number,birth_date,state,code,text,date "
        "06139463," NAME ",,12,6414,1991-07-28,error,01,,2026-04-10 >reply.csv");
    must("\"$KENPORTER\" export -q " RUN "-o ready small.csv; "
         "\"$KENPORTER\" export -q " RUN "-o retirable --consents nobody.csv small.csv; "
         "\"$KENPORTER\" export -q " RUN "-c seal.ini --password-file password -o sealed small.csv; "
         "\"$KENPORTER\" prepare -q " PREPARE
         "-o prepared small.csv; mv prepared/prepared/* prepared/prepared/20260401-093000; "
         "cp -r ready answered && \"$KENPORTER\" handover -o answered --to x --means y answered/" NAME " && "
         "\"$KENPORTER\" reply -o answered reply.csv && "
         "cp -r retirable stub && \"$KENPORTER\" retire stub/disclosure-log.csv && "
         "{ \"$KENPORTER\" export -q " RUN
         "-o after --previous-logs stub/disclosure-log.csv small.csv || true; }");
    return 0;
}

/* To look at one command alone: its name. */
int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    struct CMUnitTest tests[2 * COUNT(commands)] = {{0}};
    for (size_t i = 0; i < COUNT(commands); i++) {
        void *command = (void *)(uintptr_t)&commands[i];
        tests[2 * i] =
            (struct CMUnitTest){commands[i].name, command__no_memory__is_reported, NULL, NULL, command};
        tests[2 * i + 1] =
            (struct CMUnitTest){commands[i].name, command__call_fails__is_reported, NULL, NULL, command};
    }
    return cmocka_run_group_tests_name("any_fault", tests, set_up, tear_down_golden);
}
