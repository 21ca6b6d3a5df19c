/* Sealing, letters, replies and status, through the program: a bundle from its release to the second reply.
 */
#include "golden.h"

#define RUN "-c set/kenporter.ini --as-of 2026-04-01 --backdate test --insurer 00280081 "
#define BUNDLE "6631111116_00280081_202604010_1"
#define SECOND "6631111116_00280081_202604011_1"

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    must("mkdir set && cp \"$FIXTURES\"/*.ini \"$FIXTURES\"/requests.csv \"$FIXTURES\"/consents.csv set/ &&"
         " sed -e '1s/$/,seal/' -e '2,$s/$/,/' -e '/^00280081/s/$/zip-aes/' \"$FIXTURES\"/insurers.csv"
         " >set/insurers.csv");
    return 0;
}

/* The summary of a release, with what to do next, is left in the file stdout. */
static void release(const char *options)
{
    renew("out", NULL);
    assert_int_equal(kenporter("export " RUN "--lang en -o out %s " INPUT, options), 1);
}

/* --- the sealed file --- */

static void seal__opened_by_7z_and_bsdtar__holds_the_bundle_to_the_byte(void **state)
{
    (void)state;
    release("");
    must("7z x -so -p$(cat out/secrets/*/00280081.txt) out/sealed/" BUNDLE ".zip | cmp - out/" BUNDLE ".zip");
    must("bsdtar -xOf out/sealed/" BUNDLE
         ".zip --passphrase $(cat out/secrets/*/00280081.txt) | cmp - out/" BUNDLE ".zip");
    must("7z l -slt out/sealed/" BUNDLE ".zip | grep -q 'Method = AES-256'");
    must("test \"$(7z l -slt out/sealed/" BUNDLE
         ".zip | grep -c '^Path = .*_1.zip$')\" = 2"); /* it and its member */
}

static void seal__modes__are_for_the_owner_alone(void **state)
{
    (void)state;
    release("");
    must("test \"$(find out -perm /077)\" = ''");
}

static void seal__password__is_20_letters_and_nowhere_else(void **state)
{
    (void)state;
    release("-v --show-values --list");
    must("cat out/secrets/*/00280081.txt >pw; grep -qE '^[2-9A-HJ-NP-Z]{20}$' pw; test $(wc -c <pw) = 21");
    must("! grep -rqF -f pw stdout stderr out --exclude-dir=secrets");
    must("! 7z x -so -p$(cat pw) out/sealed/" BUNDLE ".zip | grep -qaF -f pw");
}

static void seal__released_twice__has_another_password(void **state)
{
    (void)state;
    release("");
    must("cat out/secrets/*/*.txt >first");
    release("");
    must("! cmp -s first out/secrets/*/*.txt");
}

/* What the command line of the program shows while it runs, and its environment, lack the password. */
static void seal__chosen_password__is_in_no_command_line(void **state)
{
    (void)state;
    must("rm -rf out; printf 'MARKEDPASSWORD2345\\n' >pw; chmod 600 pw");
    must(
        "\"$KENPORTER\" export " RUN "-o out -q --password-file pw " INPUT " >all 2>&1 & p=$!;"
        " while kill -0 $p 2>/dev/null; do cat /proc/$p/cmdline /proc/$p/environ; done >>seen 2>/dev/null; true");
    must("test -s seen; ! grep -qa MARKEDPASSWORD seen all; ! grep -rqa MARKEDPASSWORD out");
    must("7z t -pMARKEDPASSWORD2345 out/sealed/" BUNDLE ".zip; test ! -e out/secrets");
}

static void seal__weak_or_unusable_password__releases_nothing(void **state)
{
    (void)state;
    static const char *const bad[][2] = {{"short", "K6024"},
                                         {"\\303\\244bcdefghijklmnopq", "K6024"},
                                         {"", "K6022"},
                                         {"two lines of it\\nare too many", "K6022"}};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        must("rm -rf out; printf '%s' >pw; chmod 600 pw", bad[i][0]);
        assert_int_equal(kenporter("export " RUN "-o out --password-file pw " INPUT), 2);
        assert_contains(slurp("stderr", NULL), bad[i][1]);
        assert_int_equal(how_many("out/*.zip") + how_many("out/sealed") + how_many("out/.tmp*"), 0);
    }
    assert_int_equal(kenporter("export " RUN "-o out --password-file none " INPUT), 2);
    must("printf 'ABCDEFGHJKLMNPQR' >pw; chmod 644 pw");
    assert_int_equal(kenporter("export " RUN "-o out --password-file pw " INPUT), 1);
    assert_contains(slurp("stderr", NULL), "K6023");
}

static void seal__password_command__is_asked_for_each_insurer(void **state)
{
    (void)state;
    must("rm -rf out; cp set/kenporter.ini set/command.ini;"
         " printf '[seal]\\npassword_command = echo PASSWORD-OF-$1-X\\n' >>set/command.ini");
    assert_int_equal(
        kenporter("export -c set/command.ini --as-of 2026-04-01 --backdate test -q -o out " INPUT), 1);
    must("7z t -pPASSWORD-OF-00280081-X out/sealed/" BUNDLE ".zip; test ! -e out/secrets");
    must("rm -rf out; sed -i 's/^password_command.*/password_command = false/' set/command.ini");
    assert_int_equal(
        kenporter("export -c set/command.ini --as-of 2026-04-01 --backdate test -q -o out " INPUT), 2);
    assert_contains(slurp("stderr", NULL), "K6025");
    assert_int_equal(how_many("out/*.zip"), 0);
}

static void verify__sealed_file__needs_the_right_password(void **state)
{
    (void)state;
    release("--list");
    must("cat out/secrets/*/00280081.txt >pw; echo WRONGWRONGWRONG2 >bad; chmod 600 pw bad;"
         " cp out/sealed/" BUNDLE ".zip . && cp " BUNDLE ".zip flipped.zip &&"
         " python3 -c \"f = open('flipped.zip', 'r+b'); f.seek(3000); b = f.read(1)[0]; f.seek(3000);"
         " f.write(bytes([b ^ 1]))\" && head -c 4000 " BUNDLE ".zip >cut.zip");
    assert_int_equal(kenporter("verify --password-file pw --log out/disclosure-log.csv " BUNDLE ".zip"), 0);
    assert_int_equal(kenporter("verify " BUNDLE ".zip"), 5);
    assert_contains(slurp("stderr", NULL), "K8007");
    assert_int_equal(kenporter("verify --password-file bad " BUNDLE ".zip"), 5);
    assert_contains(slurp("stderr", NULL), "K6026");
    assert_int_equal(kenporter("verify --password-file pw flipped.zip"), 5);
    assert_contains(slurp("stderr", NULL), "K6027");
    assert_int_equal(kenporter("verify --password-file pw cut.zip"), 5);
    assert_int_equal(kenporter("show --password-file pw " BUNDLE ".zip"), 0);
    must(
        ": >empty.zip; rm -f e.zip; 7z a -tzip -pABC -mem=AES256 e.zip empty.zip; echo ABC >abc; chmod 600 abc");
    assert_int_equal(kenporter("verify --password-file abc e.zip"), 5);
    assert_contains(slurp("stderr", NULL), "K6029");
}

/* As receivers' archives are: the folder itself under a password. */
static void verify__folder_under_zipcrypto__is_opened(void **state)
{
    (void)state;
    release("");
    must("rm -rf x; mkdir x && cd x && unzip -q ../out/" BUNDLE
         ".zip && 7z a -tzip -psecret -mem=ZipCrypto " BUNDLE ".zip " BUNDLE
         " && echo secret >pw && chmod 600 pw");
    assert_int_equal(kenporter("verify --password-file x/pw x/" BUNDLE ".zip"), 0);
}

static void list__sealed__names_the_members_inside_alone(void **state)
{
    (void)state;
    release("--list");
    must("7z x -so -p$(cat out/secrets/*/00280081.txt) out/sealed/" BUNDLE ".zip " BUNDLE
         "_members.csv >members");
    must("test $(wc -l <members) = 28; test $(find out -name '*members*' | wc -l) = 0");
    renew("out", NULL);
    assert_int_equal(
        kenporter("export -c set/kenporter.ini --as-of 2026-04-01 --backdate test --insurer 39289004"
                  " -o out --list " INPUT),
        1);
    assert_contains(slurp("stderr", NULL), "K6030");
}

/* --- the password's end --- */

/* Two bundles of one insurer share the password: it goes with the second. */
static void purge__last_bundle_of_the_password__takes_it_along(void **state)
{
    (void)state;
    must("rm -rf out; sed -e '1s/,seal$/,max_documents,seal/' -e '2,$s/,\\([^,]*\\)$/,,\\1/'"
         " -e '/^00280081/s/,,zip-aes$/,14,zip-aes/' set/insurers.csv >set/split.csv");
    assert_int_equal(kenporter("export " RUN "-q --insurers set/split.csv -o out " INPUT), 1);
    assert_int_equal(how_many("out/*.zip"), 2);
    must("sha256sum <$(ls out/secrets/*/00280081.txt) | cut -c1-64 >digest");
    assert_int_equal(kenporter("handover -o out --to A --means B out/sealed/" BUNDLE ".zip"), 0);
    assert_int_equal(kenporter("purge -o out --before 2999-01-01 --lang en"), 0);
    assert_int_equal(how_many("out/*.zip") + how_many("out/sealed/*") + how_many("out/letters/*"), 3);
    assert_int_equal(how_many("out/secrets/*/00280081.txt"), 1);
    assert_int_equal(kenporter("handover -o out --to A --means B out/sealed/" SECOND ".zip"), 0);
    must("rm out/" SECOND ".zip"); /* as a purge that died leaves it */
    assert_int_equal(kenporter("purge -o out --before 2999-01-01 --lang en"), 0);
    assert_contains(slurp("stdout", NULL), "companions 2, secrets 1, replies 0\n");
    assert_int_equal(how_many("out/secrets") + how_many("out/sealed/*") + how_many("out/letters/*"), 0);
    must("tail -n 1 out/disclosure-log.csv | grep ,purge, | grep -q $(cat digest)");
    assert_log_verifies("out/disclosure-log.csv");
}

/* --- the letter --- */

static void letter__both_languages__names_nobody(void **state)
{
    (void)state;
    for (int ja = 0; ja < 2; ja++) {
        release(ja ? "--lang ja" : "");
        const char *letter = slurp("out/letters/" BUNDLE ".html", NULL);
        assert_contains(letter, ja ? "送付書" : "Covering letter");
        assert_contains(letter, BUNDLE ".zip");
        assert_contains(letter, "架空潮見市国民健康保険");
        assert_contains(letter, "7-Zip");
        must("test \"$(sha256sum <out/" BUNDLE
             ".zip | cut -c1-16)\" = \"$(sed -n 's/.*<code>\\(.*\\)<.code>.*/\\1/p'"
             " out/letters/" BUNDLE ".html)\"");
        must(
            "cut -d, -f17 out/disclosure-log.csv | sed 1d | grep . | sort -u >names; test $(wc -l <names) -gt 20;"
            " ! grep -qF -f names out/letters/" BUNDLE ".html");
    }
}

/* --- from the release to the second reply --- */

/* The columns of the status: bundle, state, sealed, documents, answered, open, corrected, next. */
static void assert_status(const char *expected)
{
    must(
        "\"$KENPORTER\" status --json -o out >status.json; python3 -c \"import json\n"
        "for b in json.load(open('status.json'))['bundles']:\n"
        "    print(b['bundle'][-7], b['state'], b['sealed'], b['documents'], b['answered'], b['errors_open'],"
        " b['errors_corrected'], b['next'])\" >status.txt");
    assert_string_equal(slurp("status.txt", NULL), expected);
    assert_log_verifies("out/disclosure-log.csv");
}

static void write_reply(const char *lines)
{
    must(
        "printf '%%s\\n' 'insurer_number,bundle,document,insured_symbol,insured_number,birth_date,state,code,text,date'"
        " %s >reply.csv",
        lines);
}

static void scene__errors_come_back__are_corrected_and_answered(void **state)
{
    (void)state;
    release("");
    assert_contains(slurp("stdout", NULL), "send: out/sealed/" BUNDLE ".zip");
    assert_contains(slurp("stdout", NULL), "letter: out/letters/" BUNDLE ".html");
    assert_contains(slurp("stdout", NULL),
                    "kenporter handover -c 'set/kenporter.ini' -o 'out' --to WHO --means HOW");
    assert_status("0 release True 27 0 0 0 hand_over\n");
    assert_int_equal(kenporter("handover -o out --to A --means B out/sealed/" BUNDLE ".zip"), 0);
    assert_status("0 handover True 27 0 0 0 receipt\n");
    assert_int_equal(kenporter("handover -o out --received out/" BUNDLE ".zip"), 0);
    assert_status("0 received True 27 0 0 0 none\n");

    /* One by the document's name, one by the person, as a spreadsheet saves them. */
    write_reply("'00280081," BUNDLE ".zip,h66311111162026040101000001.xml,,,,error,01,,2026-04-10'"
                " '280081,,,,31163541,1955/4/20,error,3,,2026/4/10'");
    assert_int_equal(kenporter("reply --lang en -o out reply.csv"), 0);
    assert_contains(slurp("stdout", NULL), "received 0, errors 2, logged before 0");
    must(
        "! grep -q 31163541 stdout; test $(wc -l <$(ls out/replies/*.csv)) = 3; grep -q 10987 out/replies/*.csv");
    assert_status("0 received True 27 2 2 0 correct\n");
    assert_int_equal(kenporter("reply --lang en -o out reply.csv"), 0);
    assert_contains(slurp("stdout", NULL), "logged before 2");
    assert_status("0 received True 27 2 2 0 correct\n");

    must("python3 -c \"import csv, sys\n"
         "rows = list(csv.reader(open(sys.argv[1], encoding='cp932', newline='')))\n"
         "for r in rows:\n"
         "    if r[0] == '10987': r[5] = 'オオヌマ コウイチ'\n"
         "    if r[0] == '10265': r[3] = '30653628'\n"
         "csv.writer(open('mended.csv', 'w', encoding='utf-8', newline='')).writerows(rows)\" " INPUT);
    assert_int_equal(kenporter("export " RUN "-q -o out --corrections mended.csv"), 1);
    assert_status("0 received True 27 2 0 2 none\n1 release True 2 0 0 0 hand_over\n");
    assert_int_equal(kenporter("handover -o out --to A --means B out/sealed/" SECOND ".zip"), 0);
    write_reply("'00280081," SECOND ",h66311111162026040111000001,,,,received,,,'"
                " '00280081," SECOND ",h66311111162026040111000002,,,,received,,,'");
    assert_int_equal(kenporter("reply -o out reply.csv"), 0);
    assert_status("0 received True 27 2 0 2 none\n1 handover True 2 2 0 0 none\n");
    assert_int_equal(kenporter("audit --lang en out/disclosure-log.csv"), 0);
}

/* Lists what audit answers by employee, bundle and the question's own columns. */
static void assert_answers(const char *question, const char *expected)
{
    assert_int_equal(kenporter("audit --lang en --format csv %s out/disclosure-log.csv", question), 0);
    must("python3 -c \"import csv\n"
         "own = ('bundle_state', 'reply_code', 'reply_meaning', 'replied_on')\n"
         "for r in csv.DictReader(open('stdout', newline='')):\n"
         "    print(r['employee_id'], r['bundle'][-7], *(r[k] for k in own if k in r))\" >answers.txt");
    assert_string_equal(slurp("answers.txt", NULL), expected);
}

/* Three people and a roster of them, step by step. */
static void audit__unanswered_and_errors__follow_every_reply(void **state)
{
    (void)state;
    const char *three = "--employee 10265 --employee 10987 --employee 10290 ";
    renew("out", NULL);
    assert_int_equal(kenporter("roster -c set/kenporter.ini --as-of 2026-04-01 --backdate test -q -o out %s"
                               "00280081 " INPUT,
                               three),
                     1);
    assert_int_equal(kenporter("export " RUN "-q -o out %s" INPUT, three), 1);
    assert_answers("--unanswered", "10265 0 release\n10987 0 release\n10290 0 release\n");
    assert_answers("--errors", "");
    assert_int_equal(kenporter("handover -o out --to A --means B out/sealed/" BUNDLE ".zip"), 0);
    assert_answers("--unanswered --employee 10987", "10987 0 handover\n");

    write_reply("'00280081," BUNDLE ".zip,h66311111162026040101000001.xml,,,,received,,,2026-04-09'"
                " '280081,,,,31163541,1955/4/20,error,3,,2026/4/10'");
    assert_int_equal(kenporter("reply -o out reply.csv"), 0);
    assert_answers("--unanswered", "10290 0 handover\n");
    assert_answers("--errors", "10987 0 03 name 2026-04-10\n");
    assert_answers("--errors --bundle " BUNDLE, "10987 0 03 name 2026-04-10\n");
    assert_answers("--errors --employee 10290", "");
    assert_int_equal(kenporter("audit --format jsonl --errors out/disclosure-log.csv"), 0);
    assert_contains(slurp("stdout", NULL), "\"reply_code\": \"03\"");
    assert_int_equal(kenporter("audit --lang en --errors out/disclosure-log.csv"), 0);
    assert_contains(slurp("stdout", NULL), "reply_code=03");

    /* The last word counts: first another error, then the correction, then a late error about the old one. */
    write_reply("'00280081,,,,31163541,1955-04-20,error,06,,2026-04-11'");
    assert_int_equal(kenporter("reply -o out reply.csv"), 0);
    assert_answers("--errors", "10987 0 06 left before the examination 2026-04-11\n");
    must("python3 -c \"import csv, sys\n"
         "rows = list(csv.reader(open(sys.argv[1], encoding='cp932', newline='')))\n"
         "for r in rows:\n"
         "    if r[0] == '10987': r[5] = 'オオヌマ コウイチ'\n"
         "csv.writer(open('mended.csv', 'w', encoding='utf-8', newline='')).writerows(rows)\" " INPUT);
    assert_int_equal(kenporter("export " RUN "-q -o out --corrections %s mended.csv", three), 1);
    assert_answers("--errors", "");
    assert_answers("--unanswered", "10290 0 handover\n10987 1 release\n");
    write_reply("'00280081," BUNDLE ",,,31163541,1955-04-20,error,03,,2026-04-12'");
    assert_int_equal(kenporter("reply -o out reply.csv"), 0);
    assert_answers("--errors", "");
    write_reply("'00280081," SECOND ",,,31163541,1955-04-20,error,07,,2026-04-13'");
    assert_int_equal(kenporter("reply -o out reply.csv"), 0);
    assert_answers("--errors", "10987 1 07 sent twice 2026-04-13\n");
    write_reply("'00280081," SECOND ",,,31163541,1955-04-20,received,,,2026-04-14'");
    assert_int_equal(kenporter("reply -o out reply.csv"), 0);
    assert_answers("--errors", "");
    assert_answers("--unanswered", "10290 0 handover\n");
    assert_int_equal(kenporter("audit --errors --unanswered out/disclosure-log.csv"), 2);
    assert_int_equal(kenporter("audit --errors --event release out/disclosure-log.csv"), 2);
}

static void reply__any_line_wrong__logs_nothing(void **state)
{
    (void)state;
    static const char *const bad[][2] = {{"'00280081,,h1.xml,,,,error,01,,'", "K6031"},
                                         {"'00280081,," BUNDLE ",,,,error,01,,'", "K6031"},
                                         {"'00280081,,,,31163541,1955-04-20,error,10,,'", "code"},
                                         {"'00280081,,,,31163541,1955-04-20,lost,01,,'", "state"},
                                         {"'00280082,,,,31163541,1955-04-20,error,01,,'", "insurer_number"}};
    release("");
    must("cp out/disclosure-log.csv before.csv");
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        write_reply(textf("'00280081,,,,31163541,1955-04-20,received,,,' %s", bad[i][0]));
        assert_int_equal(kenporter("reply -o out reply.csv"), 2);
        assert_contains(slurp("stderr", NULL), bad[i][1]);
        assert_same_file("before.csv", "out/disclosure-log.csv");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seal__opened_by_7z_and_bsdtar__holds_the_bundle_to_the_byte),
        cmocka_unit_test(seal__modes__are_for_the_owner_alone),
        cmocka_unit_test(seal__password__is_20_letters_and_nowhere_else),
        cmocka_unit_test(seal__released_twice__has_another_password),
        cmocka_unit_test(seal__chosen_password__is_in_no_command_line),
        cmocka_unit_test(seal__weak_or_unusable_password__releases_nothing),
        cmocka_unit_test(seal__password_command__is_asked_for_each_insurer),
        cmocka_unit_test(verify__sealed_file__needs_the_right_password),
        cmocka_unit_test(verify__folder_under_zipcrypto__is_opened),
        cmocka_unit_test(list__sealed__names_the_members_inside_alone),
        cmocka_unit_test(purge__last_bundle_of_the_password__takes_it_along),
        cmocka_unit_test(letter__both_languages__names_nobody),
        cmocka_unit_test(scene__errors_come_back__are_corrected_and_answered),
        cmocka_unit_test(audit__unanswered_and_errors__follow_every_reply),
        cmocka_unit_test(reply__any_line_wrong__logs_nothing),
    };
    return cmocka_run_group_tests_name("seal", tests, set_up, tear_down_golden);
}
