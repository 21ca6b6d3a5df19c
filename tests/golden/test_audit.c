/* The audit command: the chain and its faults, lists, counts, provision records, anchors, and logs that
 * continue one another. */
#include "golden.h"

#include "log/log_index.h"

#include <fcntl.h>
#include <sys/file.h>

#define LOG "out/disclosure-log.csv"

static struct sheet entries;

static int set_up(void **state)
{
    if (set_up_golden(state) != 0 || kenporter(EXPORT "--anchors anchors.csv -o out " INPUT) != 1)
        return -1;
    must("cp \"$FIXTURES\"/*.csv .");
    entries = read_sheet(LOG);
    return 0;
}

static const char *out_text(void)
{
    return slurp("stdout", NULL);
}

static const char *err_text(void)
{
    return slurp("stderr", NULL);
}

static char *head_at(size_t row)
{
    return cell(&entries, row, "hash");
}

/* --- the summary --- */

static void audit__sound_log__counts_by_insurer_basis_and_month(void **state)
{
    (void)state;
    assert_int_equal(kenporter("audit " LOG), 0);
    assert_contains(out_text(), textf("entries %zu", entries.n_rows - 1));
    assert_contains(out_text(), textf("head %s", head_at(entries.n_rows - 1)));
    size_t people = 0;
    must("python3 -c \"import collections, csv, re, sys\n"
         "want = collections.Counter((e['insurer_number'], e['basis_id'], e['time'][:7]) "
         "for e in csv.DictReader(open('" LOG "', encoding='utf-8')) if e['event'] == 'disclose')\n"
         "got = {}\n"
         "for line in open('stdout', encoding='utf-8'):\n"
         "    m = re.match(r'(\\d{8}) +(\\w+) +(\\d{4}-\\d\\d) +(\\d+) +0 +0 +1$', line)\n"
         "    if m: got[m[1], m[2], m[3]] = int(m[4])\n"
         "assert got == want, (got, want)\"");
    for (size_t row = 1; row < entries.n_rows; row++) {
        people += is(&entries, row, "event", "disclose");
        if (*cell(&entries, row, "name_kana"))
            assert_null(strstr(out_text(), cell(&entries, row, "name_kana")));
    }
    assert_int_equal(people, counted("out", "released"));
}

static void audit__usage__exit_2(void **state)
{
    (void)state;
    assert_int_equal(kenporter("audit"), 2);
    assert_contains(err_text(), "K7023");
    assert_int_equal(kenporter("audit none.csv"), 2);
    assert_int_equal(kenporter("audit --head 12 " LOG), 2);
    assert_int_equal(kenporter("audit --event gone " LOG), 2);
    assert_int_equal(kenporter("audit --from 2026-02-30 " LOG), 2);
    assert_int_equal(kenporter("audit --provision-records --sheet --employee 1 " LOG), 2);
    assert_contains(err_text(), "K7050: --provision-records and --sheet");
    assert_int_equal(kenporter("audit --html --format csv " LOG), 2);
    assert_int_equal(kenporter("audit --withdrawn --conflicts " LOG), 2);
    assert_int_equal(kenporter("audit --withdrawn --event release --consents consents.csv " LOG), 2);
    assert_int_equal(kenporter("audit --withdrawn " LOG), 2);
    assert_contains(err_text(), "K7054");
    assert_int_equal(kenporter("audit --statistics --exam-from 2025-04-01 " LOG), 2);
    assert_contains(err_text(), "K7051");
    assert_int_equal(kenporter("audit --sheet --name ア " LOG), 2);
    assert_contains(err_text(), "K7052");
    assert_int_equal(kenporter("audit --item 身丈 " LOG), 2);
    assert_contains(err_text(), "K7057");
    assert_int_equal(kenporter("audit --birth 'ケンポ 1980' " LOG), 2);
    assert_null(strstr(err_text(), "ケンポ"));
}

/* --- lists --- */

static size_t listed(const char *filters)
{
    int status = kenporter("audit --format csv %s " LOG, filters);
    assert_int_equal(status, 0);
    return read_sheet("stdout").n_rows - 1;
}

static void list__each_filter__lets_through_what_fits(void **state)
{
    (void)state;
    size_t row = find_row(&entries, "event", "disclose") + 3;
    const char *employee = cell(&entries, row, "employee_id"),
               *number = cell(&entries, row, "insured_number");
    const char *insurer = cell(&entries, row, "insurer_number"), *bundle = cell(&entries, row, "bundle");
    assert_int_equal(listed(""), entries.n_rows - 1);
    assert_int_equal(listed(textf("--insurer %s", insurer)), rows_with(&entries, "insurer_number", insurer));
    assert_int_equal(listed(textf("--employee %s", employee)), rows_with(&entries, "employee_id", employee));
    assert_int_equal(listed(textf("--number %s", number)), rows_with(&entries, "insured_number", number));
    assert_int_equal(listed("--basis consent"), rows_with(&entries, "basis_id", "consent"));
    assert_int_equal(listed("--event release"), rows_with(&entries, "event", "release"));
    assert_int_equal(listed(textf("--bundle %s", bundle)), rows_with(&entries, "bundle", bundle));
    assert_int_equal(listed(textf("--bundle out/%.*s", (int)strlen(bundle) - 4, bundle)),
                     rows_with(&entries, "bundle", bundle));
    assert_int_equal(listed("--request REQ-2026-001"), rows_with(&entries, "request_id", "REQ-2026-001"));
    assert_int_equal(listed("--from 2000-01-01 --to 2000-12-31"), 0);
    assert_int_equal(listed(textf("--from %.10s", cell(&entries, row, "time"))), entries.n_rows - 1);
    assert_int_equal(listed(textf("--to %.10s", cell(&entries, entries.n_rows - 1, "time"))),
                     entries.n_rows - 1);
    assert_int_equal(listed(textf("--basis consent --insurer %s --event release", insurer)), 0);
}

static void list__employee_in_full_width__is_the_same_employee(void **state)
{
    (void)state;
    char wide[128] = "";
    const char *employee = cell(&entries, 5, "employee_id");
    for (const char *at = employee; *at; at++) {
        assert_true(*at >= '0' && *at <= '9');
        (void)snprintf(wide + strlen(wide), sizeof(wide) - strlen(wide), "\xef\xbc%c", 0x90 + (*at - '0'));
    }
    assert_int_equal(listed(textf("--employee %s", wide)), rows_with(&entries, "employee_id", employee));
}

static void list__csv_and_jsonl__hold_every_column_and_the_state(void **state)
{
    (void)state;
    assert_int_equal(kenporter("audit --format csv " LOG), 0);
    must("sed 's/,[a-z]*$//' stdout | cmp - " LOG);
    must("test $(grep -c ',released$' stdout) = %zu", counted("out", "released"));
    assert_int_equal(kenporter("audit --format jsonl " LOG), 0);
    must("python3 -c \"import csv, json\n"
         "rows = list(csv.DictReader(open('" LOG "', encoding='utf-8', newline='')))\n"
         "got = [json.loads(line) for line in open('stdout', encoding='utf-8')]\n"
         "assert [{k: g[k] for k in rows[0]} for g in got] == rows\n"
         "assert all(g['state'] == ('released' if g['event'] == 'disclose' else '') for g in got)\"");
    assert_int_equal(kenporter("audit --basis consent " LOG), 0);
    assert_contains(out_text(), textf("entries that fit: %zu", rows_with(&entries, "basis_id", "consent")));
}

/* --- provision records --- */

/* Lists in words, which a page once left empty. */
static void records__page_in_japanese__has_every_word(void **state)
{
    (void)state;
    assert_int_equal(kenporter("audit --provision-records --html --lang ja --insurers insurers.csv "
                               "--consents consents.csv " LOG),
                     0);
    const char *page = slurp("stdout", NULL);
    assert_contains(page, "</td><td>はい</td><td>");
    assert_contains(page, "</td><td>書面等による同意</td><td>");
}

static void provision_records__consent_items__carry_every_field_alone(void **state)
{
    (void)state;
    assert_int_equal(
        kenporter(
            "audit --provision-records --format csv --insurers insurers.csv --consents consents.csv " LOG),
        0);
    must(
        "python3 -c \"import csv\n"
        "log = {e['seq']: e for e in csv.DictReader(open('" LOG "', encoding='utf-8', newline=''))}\n"
        "insurers = {n['insurer_number']: n for n in csv.DictReader(open('insurers.csv', encoding='utf-8-sig'))}\n"
        "consents = {c['consent_id']: c for c in csv.DictReader(open('consents.csv', encoding='utf-8-sig'))}\n"
        "records = list(csv.DictReader(open('stdout', encoding='utf-8', newline='')))\n"
        "owed = [s for s, e in log.items() if e['items_consent']]\n"
        "assert [r['log_seq'] for r in records] == owed and 5 < len(owed) < len(log)\n"
        "for r in records:\n"
        "    e, n = log[r['log_seq']], insurers[r['recipient_number']]\n"
        "    assert r['recipient_number'] == e['insurer_number']\n"
        "    assert (r['recipient_name'], r['recipient_address'], r['recipient_representative']) == "
        "(n['name'], n['address'], n['representative']) and all((n['name'], n['address'], n['representative']))\n"
        "    assert r['items'] == e['items_consent'] and len(r['item_names'].split('、')) >= len(r['items'].split())\n"
        "    for k in 'employee_id insured_symbol insured_number insured_branch name_kana birth_date exam_date'.split():\n"
        "        assert r[k] == e[k]\n"
        "    assert r['name_kana'] and r['consent_ids'] == e['consent_ids'] and r['consent_ids']\n"
        "    for i, id in enumerate(r['consent_ids'].split()):\n"
        "        assert r['consent_given_on'].split()[i] == consents[id]['given_on']\n"
        "        assert r['consent_kinds'].split()[i] == consents[id]['kind']\n"
        "    assert '29' in r['provision'] and r['owed'] == ('no' if r['recipient_number'].startswith('39') else 'yes')\n"
        "    assert int(r['keep_until'][:4]) == int(r['disclosed_on'][:4]) + 3 and r['log_hash'] == e['hash']\"");
}

static void provision_records__duty_only__none(void **state)
{
    (void)state;
    must("head -1 consents.csv >no_consents.csv; sed 's/^consents = .*/consents = no_consents.csv/' "
         "\"$FIXTURES\"/kenporter.ini >duty.ini");
    assert_int_equal(kenporter("export -c duty.ini --as-of 2026-04-01 --backdate test -o duty " INPUT), 1);
    assert_true(counted("duty", "released") > 100);
    assert_int_equal(kenporter("audit --provision-records -c duty.ini duty/disclosure-log.csv"), 0);
    assert_string_equal(out_text(), "provision records: 0\n");
}

static void provision_records__today_s_registers__do_not_matter(void **state)
{
    (void)state;
    assert_int_equal(kenporter("audit --provision-records --format csv " LOG), 0);
    must(
        "mv stdout right; sed 's/,explicit,/,notice,/; s/^\\(CON-00[0-9]\\),[^,]*/\\1,99999/' consents.csv >rewritten.csv");
    assert_int_equal(kenporter("audit --provision-records --format csv --consents rewritten.csv " LOG), 0);
    must("cmp stdout right");
    must("cp -a out copy; for f in copy/registers/*; do echo '#' >>$f; done");
    assert_int_equal(kenporter("audit --provision-records --lang en -o copy copy/disclosure-log.csv"), 5);
    assert_contains(err_text(), "fail K7021: the register of consents");
    assert_string_equal(out_text(), "");
    assert_int_equal(kenporter("audit --provision-records --format csv -o out copy/disclosure-log.csv"), 0);
    must("cmp stdout right");
}

/* Neither a copy that is too long nor one that is no file may pass for a missing one. */
static void kept_register__cannot_be_read__is_no_missing_one(void **state)
{
    (void)state;
    static const char *const questions[] = {"--provision-records", "--within-request"};
    static const char *const damages[][2] = {{"truncate -s 257M $f", "large"},
                                             {"rm $f && mkdir $f", "directory"},
                                             {"rm $f && mkfifo $f", "not a regular file"}};
    for (size_t i = 0; i < COUNT(damages); i++) {
        must("rm -rf copy; cp -a out copy; for f in copy/registers/*; do %s; done", damages[i][0]);
        for (size_t k = 0; k < COUNT(questions); k++) {
            assert_int_equal(kenporter("audit %s --lang en -o copy copy/disclosure-log.csv", questions[k]),
                             2);
            assert_contains(err_text(), "copy/registers/");
            assert_contains(err_text(), "fail K1030");
            assert_contains(err_text(), damages[i][1]);
            assert_string_equal(out_text(), "");
        }
    }
}

/* --- faults --- */

static void assert_fault(const char *how, const char *where, const char *what)
{
    must("rm -f bad.csv.index; %s", how);
    assert_int_equal(kenporter("audit bad.csv"), 5);
    assert_contains(err_text(), where);
    assert_contains(err_text(), what);
    assert_string_equal(out_text(), "");
    assert_int_equal(kenporter("audit --format csv bad.csv"), 5);
    assert_string_equal(out_text(), "");
}

static void fault__each_kind__is_reported_with_its_line(void **state)
{
    (void)state;
    assert_fault("sed '7s/disclose/discl0se/' " LOG " >bad.csv", "bad.csv:7: fail K7002", "altered");
    assert_fault("sed 7d " LOG " >bad.csv", "bad.csv:7: fail K7002", "gap");
    assert_fault("sed '7{h;d};8{G}' " LOG " >bad.csv", "bad.csv:7: fail K7002", "reordered");
    assert_fault("sed '7{p}' " LOG " >bad.csv", "bad.csv:8: fail K7002", "reordered");
    assert_fault("sed 2d " LOG " >bad.csv", "bad.csv:2: fail K7002", "gap");
    assert_fault("sed '7s/.*/hello/' " LOG " >bad.csv", "bad.csv:7: fail K7002", "not an entry");
    assert_fault("printf '\\357\\273\\277' | cat - " LOG " >bad.csv", "bad.csv:1: fail K7002",
                 "byte order mark");
    assert_fault("sed 's/$/\\r/' " LOG " >bad.csv", "bad.csv:1: fail K7002", "CR LF");
    assert_fault("sed '7s/$/\\r/' " LOG " >bad.csv", "bad.csv:7: fail K7002", "CR LF");
    assert_fault("cp requests.csv bad.csv", "bad.csv:1: fail K7002", "not a disclosure log");
    assert_fault("head -c -9 " LOG " >bad.csv", textf("bad.csv:%zu: fail K7002", entries.n_rows),
                 "truncated");
    assert_fault("head -c -9 " LOG " >bad.csv; cp " LOG ".index bad.csv.index",
                 textf("bad.csv:%zu:", entries.n_rows), "truncated");
    assert_fault("sed '$d' " LOG " >bad.csv; cp " LOG ".index bad.csv.index",
                 textf("bad.csv:%zu: fail K7010", entries.n_rows), "cut off");
}

static void head__kept_elsewhere__must_be_in_the_log(void **state)
{
    (void)state;
    const char *last = head_at(entries.n_rows - 1);
    assert_int_equal(kenporter("audit --head %s " LOG, head_at(9)), 0);
    assert_int_equal(kenporter("audit --head %s " LOG, last), 0);
    must("sed '$d' " LOG " >cut.csv");
    assert_int_equal(kenporter("audit cut.csv"), 0); /* a truncated chain is still a valid chain */
    assert_int_equal(kenporter("audit --head %s cut.csv", last), 5);
    assert_contains(err_text(), "K7020");
}

static void cut__known_to_the_index__stops_an_export(void **state)
{
    (void)state;
    must(
        "cp -a out shortened; sed -i '$d' shortened/disclosure-log.csv; cp shortened/disclosure-log.csv kept.csv");
    assert_int_equal(kenporter(EXPORT "-o shortened " INPUT), 4);
    assert_contains(err_text(), "fail K7010");
    assert_same_file("kept.csv", "shortened/disclosure-log.csv");
    must("rm shortened/disclosure-log.csv");
    assert_int_equal(kenporter(EXPORT "-o shortened " INPUT), 4);
    assert_contains(err_text(), "fail K7010");
}

/* --- the index --- */

static void index__damaged_missing_or_unwritable__costs_time_only(void **state)
{
    (void)state;
    size_t released = counted("out", "released");
    must("cp -a out mended; printf x | dd of=mended/disclosure-log.csv.index bs=1 seek=5000 conv=notrunc");
    assert_int_equal(kenporter(EXPORT "-o mended " INPUT), 1);
    assert_contains(err_text(), "warn K7011");
    assert_int_equal(counted("mended", "already_disclosed"), released);
    must("cmp out/disclosure-log.csv.index mended/disclosure-log.csv.index");
    must("rm mended/disclosure-log.csv.index");
    assert_int_equal(kenporter(CHECK "-o mended " INPUT), 1);
    assert_int_equal(counted("mended", "already_disclosed"), released);
    assert_false(exists("mended/disclosure-log.csv.index")); /* a check writes nothing beside the log */
    must("mkdir mended/disclosure-log.csv.index");
    assert_int_equal(kenporter(EXPORT "-o mended " INPUT), 4); /* somebody put it there */
    assert_contains(err_text(), "fail K9015");
    assert_int_equal(counted("mended", "already_disclosed"), released);
    must("rmdir mended/disclosure-log.csv.index");
    assert_int_equal(kenporter(EXPORT "-o mended " INPUT), 1);
    must("cmp out/disclosure-log.csv.index mended/disclosure-log.csv.index");
}

/* The index contains hashes in hex, whose digits can happen to spell an insured number. */
static void blank_heads(char *index, size_t n)
{
    const char *head = head_at(entries.n_rows - 1);
    char *at = index;
    size_t heads = 0;
    for (; (at = memmem(at, n - (size_t)(at - index), head, KP_LOG_INDEX_SALT_BYTES)); heads++)
        for (size_t i = 0; head[i] && at[i] == head[i]; i++)
            at[i] = ' ';
    assert_true(heads > 1);
}

static void index__contents__name_nobody(void **state)
{
    (void)state;
    static const char *const columns[] = {"name_kana", "employee_id", "birth_date", "bundle"};
    size_t n = 0;
    char *index = slurp(LOG ".index", &n);
    blank_heads(index, n);
    for (size_t row = 1; row < entries.n_rows; row++)
        for (size_t i = 0; i < COUNT(columns); i++) {
            const char *value = cell(&entries, row, columns[i]);
            if (*value && memmem(index, n, value, strlen(value)))
                fail_msg("the index holds a %s", columns[i]);
        }
}

/* --- anchors --- */

static void anchors__each_export__adds_a_line(void **state)
{
    (void)state;
    struct stat info;
    must("cp -a out anchored; cp anchors.csv mine.csv; printf torn >>mine.csv");
    assert_int_equal(kenporter(EXPORT "--anchors mine.csv -o anchored " INPUT), 1);
    const char *anchors = slurp("mine.csv", NULL), *head = head_at(entries.n_rows - 1);
    assert_int_equal(occurrences(anchors, head), 2);
    assert_contains(anchors, textf(",%zu,%s\ntorn\n", entries.n_rows - 1, head));
    assert_int_equal(stat("anchors.csv", &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_contains(slurp(textf("%s/report.json", run_folder("anchored")), NULL),
                    textf("\"log_head\": \"%s\"", head));
    assert_int_equal(kenporter(CHECK "--anchors mine.csv -o anchored " INPUT), 1);
    assert_int_equal(occurrences(slurp("mine.csv", NULL), head), 2);
    assert_int_equal(kenporter(EXPORT "--anchors no/folder/anchors.csv -o anchored " INPUT), 1);
    assert_contains(err_text(), "fail K7016");
}

/* --- a new log that continues an older one --- */

static void continued_log__new_year__remembers_and_links(void **state)
{
    (void)state;
    must("mkdir -m 700 year; cp " LOG " " LOG ".index year/");
#define CONTINUED "--previous-logs year/disclosure-log.csv --log year/new.csv -o year_out "
    assert_int_equal(kenporter(EXPORT CONTINUED INPUT), 1);
    assert_int_equal(counted("year_out", "released"), 0);
    assert_int_equal(counted("year_out", "already_disclosed"), counted("out", "released"));
    assert_int_equal(kenporter(EXPORT CONTINUED "--again copy " INPUT), 1);
    struct sheet log = read_sheet("year/new.csv");
    assert_string_equal(cell(&log, 1, "seq"), "1");
    assert_string_equal(cell(&log, 1, "prev_hash"), head_at(entries.n_rows - 1));
    assert_string_equal(cell(&log, 1, "event"), "run");
    assert_string_equal(cell(&log, 2, "event"), "again");
    /* the numbering of the bundles continues that of the older log */
    assert_int_equal(how_many("year_out/*202604011_1.zip"), how_many("out/*202604010_1.zip"));
    assert_int_equal(kenporter("audit year/disclosure-log.csv year/new.csv"), 0);
    assert_contains(out_text(), textf("continues %s\n", head_at(entries.n_rows - 1)));
    assert_int_equal(kenporter("audit --head %s year/disclosure-log.csv year/new.csv", head_at(3)), 0);
    assert_int_equal(kenporter("audit year/new.csv"), 0);
    assert_contains(out_text(), "an older log, not looked at here");
    assert_int_equal(kenporter("audit year/new.csv year/disclosure-log.csv"), 5);
    assert_contains(err_text(), "K7014");
    /* without the older log it is unknown who was disclosed, and the run must refuse */
    assert_int_equal(kenporter(EXPORT "--log year/new.csv -o year_out " INPUT), 4);
    assert_contains(err_text(), "K7013");
    assert_int_equal(
        kenporter(EXPORT "--previous-logs duty/disclosure-log.csv --log year/new.csv -o year_out " INPUT), 4);
    assert_contains(err_text(), "K7014");
    assert_int_equal(kenporter(EXPORT "--previous-logs year/new.csv --log year/new.csv -o year_out " INPUT),
                     2);
    assert_int_equal(kenporter(EXPORT "--previous-logs gone.csv --log year/new.csv -o year_out " INPUT), 4);
}

static void continued_log__from_the_configuration__is_audited_by_it(void **state)
{
    (void)state;
    must(
        "mkdir -p conf && cp " LOG " conf/2025.csv && sed 's/^directory = .*/directory = o\\n"
        "log = 2026.csv\\nprevious_logs = 2025.csv\\nanchors = heads.csv/' \"$FIXTURES\"/kenporter.ini >conf/k.ini && "
        "cp requests.csv consents.csv insurers.csv conf/");
    assert_int_equal(kenporter("export -c conf/k.ini --as-of 2026-04-01 --backdate test --again once " INPUT),
                     1);
    assert_true(exists("conf/heads.csv"));
    assert_int_equal(kenporter("audit -c conf/k.ini"), 0);
    assert_contains(out_text(), "conf/2025.csv");
    assert_contains(out_text(), "conf/2026.csv");
}

/* --- voided --- */

static void voided__bundle_that_never_went_out__is_not_counted(void **state)
{
    (void)state;
    must("cp -a out void; rm void/disclosure-log.csv.index; sed -i '$d' void/disclosure-log.csv; "
         "z=$(ls void/*39289004*.zip); d=void/.tmp-$(tail -n 1 void/disclosure-log.csv | cut -d, -f3); "
         "mkdir -m 700 $d; mv $z $d/");
    assert_int_equal(kenporter("audit void/disclosure-log.csv"), 0);
    assert_contains(out_text(), "unfinished");
    assert_null(strstr(out_text(), "39289004"));
    assert_int_equal(kenporter(EXPORT "-o void " INPUT), 1);
    const char *report = slurp(textf("%s/report.json", run_folder("void")), NULL);
    assert_contains(report, "\"voided\": \"6631111116_39289004_202604010_1.zip\"");
    assert_contains(slurp(textf("%s/report.html", run_folder("void")), NULL), "died before it released");
    size_t people = rows_with(&entries, "insurer_number", "39289004") - 1;
    assert_int_equal(kenporter("audit void/disclosure-log.csv"), 0);
    assert_contains(out_text(), textf("voided, not disclosed: %zu", people));
    must("grep -Eq '^39289004 +consent +[0-9-]+ +%zu +0 +0 +1$' stdout", people);
    assert_int_equal(
        kenporter("audit --format csv --insurer 39289004 --event disclose void/disclosure-log.csv"), 0);
    assert_int_equal(occurrences(out_text(), ",voided\n"), people);
    assert_int_equal(occurrences(out_text(), ",released\n"), people);
    assert_int_equal(
        kenporter("audit --provision-records --insurers insurers.csv --consents consents.csv --format csv "
                  "--insurer 39289004 void/disclosure-log.csv"),
        0);
    assert_int_equal(read_sheet("stdout").n_rows - 1, people);
}

/* --- locks --- */

static void lock__same_log_from_another_folder__says_who_has_it(void **state)
{
    (void)state;
    int fd = open(LOG, O_RDWR);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(kenporter(EXPORT "--log " LOG " -o elsewhere " INPUT), 4);
    assert_contains(err_text(), "fail K7006");
    assert_contains(err_text(), textf("process %ld", (long)getpid()));
    assert_int_equal(how_many("elsewhere/*.zip"), 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(kenporter(EXPORT "--log " LOG " -o elsewhere " INPUT), 1);
}

static void lock__two_exports_at_once__one_works_one_ends_with_4(void **state)
{
    (void)state;
    must(
        "for n in 1 2 3; do rm -rf twice; \"$KENPORTER\" " EXPORT "-q -o twice " INPUT " 2>a.err & a=$!; "
        "\"$KENPORTER\" " EXPORT "-q -o twice " INPUT " 2>b.err; b=$?; wait $a; a=$?; "
        "if [ $a = 4 ]; then grep -q 'K9003.*process [0-9]' a.err && [ $b = 1 ]; "
        "elif [ $b = 4 ]; then grep -q 'K9003.*process [0-9]' b.err && [ $a = 1 ]; else [ $a$b = 11 ]; fi || exit 1; "
        "\"$KENPORTER\" audit twice/disclosure-log.csv >/dev/null || exit 1; done");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit__sound_log__counts_by_insurer_basis_and_month),
        cmocka_unit_test(audit__usage__exit_2),
        cmocka_unit_test(list__each_filter__lets_through_what_fits),
        cmocka_unit_test(list__employee_in_full_width__is_the_same_employee),
        cmocka_unit_test(list__csv_and_jsonl__hold_every_column_and_the_state),
        cmocka_unit_test(records__page_in_japanese__has_every_word),
        cmocka_unit_test(provision_records__consent_items__carry_every_field_alone),
        cmocka_unit_test(provision_records__duty_only__none),
        cmocka_unit_test(provision_records__today_s_registers__do_not_matter),
        cmocka_unit_test(kept_register__cannot_be_read__is_no_missing_one),
        cmocka_unit_test(fault__each_kind__is_reported_with_its_line),
        cmocka_unit_test(head__kept_elsewhere__must_be_in_the_log),
        cmocka_unit_test(cut__known_to_the_index__stops_an_export),
        cmocka_unit_test(index__damaged_missing_or_unwritable__costs_time_only),
        cmocka_unit_test(index__contents__name_nobody),
        cmocka_unit_test(anchors__each_export__adds_a_line),
        cmocka_unit_test(continued_log__new_year__remembers_and_links),
        cmocka_unit_test(continued_log__from_the_configuration__is_audited_by_it),
        cmocka_unit_test(voided__bundle_that_never_went_out__is_not_counted),
        cmocka_unit_test(lock__same_log_from_another_folder__says_who_has_it),
        cmocka_unit_test(lock__two_exports_at_once__one_works_one_ends_with_4),
    };
    return cmocka_run_group_tests_name("audit", tests, set_up, tear_down_golden);
}
