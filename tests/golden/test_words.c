/* The program speaks the field's Japanese: no English fragment and no raw id in what people read. Also what
 * the journal, a terminal and a pipe get. */
#include "golden.h"

#define JA "--lang ja "

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    (void)unsetenv("JOURNAL_STREAM");
    return run_shell("$KENPORTER " JA EXPORT "-o out " INPUT ">export.out 2>export.err; test $? = 1");
}

static void assert_japanese(const char *files)
{
    must("python3 \"$GOLDEN/find_ascii.py\" %s", files);
}

static void search__english_and_ids__are_found(void **state UNUSED)
{
    static const char *const leaks[] = {
        "保留の理由: no_request 3", "値がありません; write a date", "insured_number を入れてください",
        "00280081 unsettled",       "制度: kokka_kyosai",           "a.csv: fail K1030: cannot be read"};
    for (size_t i = 0; i < COUNT(leaks); i++) {
        must("echo '%s' >leak", leaks[i]);
        if (run_shell("python3 \"$GOLDEN/find_ascii.py\" leak 2>/dev/null") == 0)
            fail_msg("the search does not see %s", leaks[i]);
    }
}

static void runs__screen_and_messages__are_japanese(void **state UNUSED)
{
    assert_japanese("export.out export.err");
    assert_int_equal(kenporter(JA CHECK "-v -o checked " INPUT), 1);
    assert_japanese("stdout stderr");
    assert_int_equal(kenporter(JA "prepare " CONFIG "-o o " INPUT), 1);
    assert_japanese("stdout stderr");
}

/* Also what the page says aloud, of columns that look like something, and of files that cannot be read. */
static void reports__of_all_kinds__are_japanese(void **state UNUSED)
{
    static const char *const runs[] = {"check " CONFIG "--strict --insurer 06139463 " INPUT,
                                       "check " CONFIG "--shard 1/3 " INPUT,
                                       "prepare " CONFIG INPUT,
                                       "roster " CONFIG "06139463 " INPUT,
                                       "check -c folder.ini --as-of 2026-04-01",
                                       "check " VENDOR_CONFIG VENDORS "pattern_a.csv\"",
                                       "check " VENDOR_CONFIG VENDORS "pattern_b.csv\"",
                                       "check " VENDOR_CONFIG VENDORS "pattern_c.csv\"",
                                       EXPORT INPUT};
    must(
        "mkdir drop && cp " INPUT
        "drop && echo nothing >drop/none.csv && touch -d '1 minute ago' drop/* && cp \"$FIXTURES\"/*.csv . && "
        "{ cat \"$FIXTURES/kenporter.ini\"; printf '[input]\\nfolder = drop\\n'; } >folder.ini");
    for (size_t i = 0; i < COUNT(runs); i++) {
        (void)kenporter(JA "%s -o reported%zu", runs[i], i);
        must("cat reported%zu/runs/*/report.html >page && test -s page", i);
        assert_japanese("page");
    }
    must("grep -q 'none.csv' reported4/runs/*/report.html");
}

static void row_files__messages_and_reasons__are_japanese(void **state UNUSED)
{
    must("python3 -c \"import csv, glob, sys\nfor p in glob.glob('out/runs/*/[rh]e*.csv'):\n"
         "    for r in csv.DictReader(open(p, encoding='utf-8-sig')): print(r['kp_messages'])\" >messages");
    must("test -s messages");
    assert_japanese("messages");
}

static void catalogue__every_code__is_explained_in_japanese(void **state UNUSED)
{
    must("for k in $(cut -d, -f1 \"$SCHEMAS/messages.csv\" | grep '^K'); do $KENPORTER explain $k " JA
         "|| exit 1; done >explained");
    must("! grep -n '[{}]' explained");
    assert_japanese("explained");
    must("! grep -nE '根拠:.*\\b[ABHX][0-9]{2}\\b' explained");
}

static void commands__answers__are_japanese(void **state UNUSED)
{
    static const char *const commands[] = {
        "help",
        "items",
        ("map " INPUT "| sed 's/^[^#].*//'"),
        "config -c \"$FIXTURES/kenporter.ini\"",
        "status -o out",
        "verify --log out/disclosure-log.csv out/*.zip",
        ("verify " INPUT),
        "show out/*_39289004_*.zip",
        "audit out/disclosure-log.csv",
        "audit --statistics out/disclosure-log.csv",
        "audit --pending out/disclosure-log.csv",
        "audit --handovers out/disclosure-log.csv",
        "audit --provision-records -o out out/disclosure-log.csv",
        "audit --within-request -o out out/disclosure-log.csv",
        "audit --event run out/disclosure-log.csv",
        "audit --html out/disclosure-log.csv",
        "audit --basis elderly27 out/disclosure-log.csv",
        "explain --birth 1980-01-01 --exam 2025-06-10 --insurer 06139463",
        "explain --birth 1990-01-01 --exam 2025-06-10 --insurer 06139463 --articles elderly_act",
        "explain --birth 1990-01-01 --exam 2025-06-10 --insurer 34289009",
        "explain --birth 1990-01-01 --exam 2025-06-10 --insurer 39289004",
        "explain --birth 1990-01-01 --exam 2025-06-10 --insurer 07289002"};
    for (size_t i = 0; i < COUNT(commands); i++) {
        must("$KENPORTER " JA "%s >answer 2>messages; test -s answer", commands[i]);
        assert_japanese("answer messages");
    }
    must(
        "for c in check export prepare release verify show audit map explain import-cc2x init handover status "
        "reply purge retire config items; do $KENPORTER $c --help " JA "|| exit 1; done >helps");
    assert_japanese("helps");
}

/* Neither where an insurer has no name nor anywhere else. */
static void outputs__of_all_commands__have_no_blank_at_the_end_of_a_line(void **state UNUSED)
{
    static const char *const commands[] = {
        "check " CONFIG "-v -o bare_checked " INPUT,
        "prepare " CONFIG "-o bare " INPUT,
        "roster -c bare.ini --as-of 2026-04-01 --backdate test -o bare 06139463 " INPUT,
        "help",
        "items",
        "map " INPUT,
        "config -c bare.ini",
        "init fresh_$L",
        "config -c fresh_$L/kenporter.ini",
        "status -o bare",
        "verify --log bare/disclosure-log.csv bare/*.zip",
        "show bare/*_39289004_*.zip",
        "show --html bare/*_39289004_*.zip",
        "audit bare/disclosure-log.csv",
        "audit --statistics bare/disclosure-log.csv",
        "audit --event run bare/disclosure-log.csv",
        "audit --html bare/disclosure-log.csv",
        "explain K5007",
        "explain --birth 1990-01-01 --exam 2025-06-10 --insurer 34289009"};
    must("cp \"$FIXTURES\"/*.csv . && sed -i '2,$s/^\\([0-9]*\\),[^,]*,/\\1,,/' insurers.csv && "
         "cp \"$FIXTURES/kenporter.ini\" bare.ini");
    for (int lang = 0; lang < 2; lang++) {
        const char *l = lang ? "ja" : "en";
        must(
            "rm -rf bare; L=%s; $KENPORTER export --lang $L -c bare.ini --as-of 2026-04-01 --backdate test -o bare " INPUT
            ">out_$L 2>&1; test $? -lt 3",
            l);
        for (size_t i = 0; i < COUNT(commands); i++)
            must(
                "L=%s; $KENPORTER %s --lang $L >answer_${L}_%zu 2>&1; test $? -lt 6 && test -s answer_${L}_%zu",
                l, commands[i], i, i);
        must(
            "LC_ALL=C.UTF-8 grep -nP '[ \\t\\x{3000}]\\r?$' out_%s answer_%s* bare/letters/*.html bare/runs/*/*.html "
            "bare/runs/*/*.json bare/runs/*/notes.csv fresh_%s/*; test $? = 1",
            l, l, l);
    }
}

static void letters__of_all_bundles__are_japanese(void **state UNUSED)
{
    assert_japanese("out/letters/*.html");
}

static void registers__all_faults__are_told_at_once_in_japanese(void **state UNUSED)
{
    must("mkdir r && cp \"$FIXTURES\"/*.ini \"$FIXTURES\"/requests.csv \"$FIXTURES\"/consents.csv "
         "\"$FIXTURES\"/insurers.csv r");
    must("sed -i '2s/elderly_act health_act/労基法/;3s/2026-01-20/昨日/' r/requests.csv && "
         "sed -i '2s/notice/口頭/' r/consents.csv && sed -i '2s/^00280081/00280082/' r/insurers.csv");
    assert_int_equal(kenporter(JA "check -c r/kenporter.ini -o o " INPUT), 2);
    const char *errors = slurp("stderr", NULL);
    assert_int_equal(occurrences(errors, ": fail K1033 "), 4);
    assert_contains(errors, "requests.csv:2: fail K1033 根拠条文(articles): '労基法'");
    assert_contains(errors, "受領日(received_on): '昨日'");
    assert_contains(errors, "2026-01-15 の形の日付を書いてください");
    assert_japanese("stderr");
}

static void registers__in_words__decide_as_their_ids(void **state UNUSED)
{
    must("mkdir w && cp \"$FIXTURES\"/*.ini \"$FIXTURES\"/requests.csv \"$FIXTURES\"/consents.csv "
         "\"$FIXTURES\"/insurers.csv w");
    must("sed -i 's/elderly_act health_act/高確法27条、健保法150条等/;s/,elderly_act,/,高確法第27条第3項,/;"
         "s/,health_act,/,国保法82条,/;s/,all,/,全員,/;s/2026-02-03/令和8年2月3日/' w/requests.csv && "
         "sed -i 's/,notice,/,通知,/;s/,explicit,/,書面,/;s/,other,/,その他,/;s/,all,/,すべて,/;"
         "s/,\\*,/,＊,/' w/consents.csv");
    must("iconv -f UTF-8 -t CP932 w/requests.csv >w/cp && mv w/cp w/requests.csv");
    assert_int_equal(
        kenporter("export -c w/kenporter.ini --as-of 2026-04-01 --backdate test -o words " INPUT), 1);
    assert_same_bundles("out", "words");
    assert_int_equal(kenporter("audit --within-request -o words words/disclosure-log.csv"), 0);
}

static void journal__stderr__begins_with_priorities(void **state UNUSED)
{
    must(": >journal; JOURNAL_STREAM=$(stat -c %%d:%%i journal) $KENPORTER " CHECK "-o j " INPUT
         ">answer 2>journal; test $? = 1");
    must(
        "! grep -vE '^<[3-6]>' journal && grep -q '^<4>.*: warn K' journal && grep -q '^<5>.*: hold K' journal");
    must("! grep -E '^<[0-9]>' answer");
    assert_int_equal(kenporter(CHECK "-o j " INPUT), 1);
    must("! grep -E '^<[0-9]>' stderr && ! grep -P '\\x1b' stderr");
}

static void pipe__closed_by_its_reader__is_left_in_silence(void **state UNUSED)
{
    must(
        "{ $KENPORTER audit --format csv out/disclosure-log.csv 2>errors; echo $? >status; } | head -1 >first");
    must("test \"$(cat status)\" = 141 && ! test -s errors && test -s first");
}

static void if_needed__nobody_must_look__prints_not_a_byte(void **state UNUSED)
{
    must("head -2 " INPUT ">one.csv");
    must("$KENPORTER " EXPORT "-o needed --if-needed one.csv >said 2>&1 && ! test -s said");
    must("$KENPORTER " EXPORT "-o needed --if-needed one.csv >said 2>&1 && ! test -s said");
    must("$KENPORTER " CHECK "-o needed --if-needed " INPUT ">said 2>&1; test -s said");
}

/* Nothing of a record that was sent can be mended any more. */
static void disclosed__warnings__are_notes(void **state UNUSED)
{
    must("sed -n '1p;23p' " INPUT ">warned.csv");
    must("$KENPORTER " EXPORT "-o warned warned.csv >first 2>&1; grep -q 'warn K3032' first");
    must("$KENPORTER " EXPORT "-o warned warned.csv >second 2>&1 && ! grep -q K3032 second");
    must("grep -q K3032 \"$(ls -d warned/runs/* | tail -1)\"/notes.csv");
}

static void totals__row__has_one_message(void **state UNUSED)
{
    must("{ cat " INPUT "; printf '\\215\\207\\214\\166'; head -1 " INPUT "| tr -cd ,; echo; } >total.csv");
    assert_int_equal(kenporter(CHECK "-v -o total total.csv"), 1);
    must("python3 \"$GOLDEN/write_hospital.py\"");
    assert_int_equal(kenporter(JA CHECK "-o counted titles.csv"), 1); /* 合計,,,2名 */
    assert_int_equal(occurrences(slurp("stderr", NULL), "titles.csv:6: "), 1);
    assert_contains(slurp("stderr", NULL), "titles.csv:6: reject K7063");
    assert_int_equal(kenporter(CHECK "-v -o total total.csv"), 1);
    must("test $(grep -c '^total.csv:229: ' stderr) = 1 && grep -q '^total.csv:229: reject K7063' stderr");
    must("grep -q '^total.csv,229,K7063,' total/runs/*/rejected.csv");
}

/* A cell with a line break takes lines of the file, but no row of the spreadsheet. */
static void cells__after_a_line_break__are_counted_as_in_a_spreadsheet(void **state UNUSED)
{
    must("iconv -f CP932 -t UTF-8 " INPUT ">utf8.csv && { sed -n 1p utf8.csv; "
         "sed -n '2s/,特記事項なし,/,\"特記\\n事項なし\",/p' utf8.csv; sed -n 82p utf8.csv; } >folded.csv");
    must("test $(wc -l <folded.csv) = 4");
    assert_int_equal(kenporter(JA CHECK "-o folded folded.csv"), 1);
    must("grep -q '^folded.csv:4: reject K4011 性別 H列 3行: ' stderr");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(search__english_and_ids__are_found),
        cmocka_unit_test(runs__screen_and_messages__are_japanese),
        cmocka_unit_test(reports__of_all_kinds__are_japanese),
        cmocka_unit_test(row_files__messages_and_reasons__are_japanese),
        cmocka_unit_test(catalogue__every_code__is_explained_in_japanese),
        cmocka_unit_test(commands__answers__are_japanese),
        cmocka_unit_test(outputs__of_all_commands__have_no_blank_at_the_end_of_a_line),
        cmocka_unit_test(letters__of_all_bundles__are_japanese),
        cmocka_unit_test(registers__all_faults__are_told_at_once_in_japanese),
        cmocka_unit_test(registers__in_words__decide_as_their_ids),
        cmocka_unit_test(journal__stderr__begins_with_priorities),
        cmocka_unit_test(pipe__closed_by_its_reader__is_left_in_silence),
        cmocka_unit_test(if_needed__nobody_must_look__prints_not_a_byte),
        cmocka_unit_test(disclosed__warnings__are_notes),
        cmocka_unit_test(totals__row__has_one_message),
        cmocka_unit_test(cells__after_a_line_break__are_counted_as_in_a_spreadsheet),
    };
    return cmocka_run_group_tests_name("words", tests, set_up, tear_down_golden);
}
