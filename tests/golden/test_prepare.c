/* prepare and release: bundles made before a request arrives and released by the registers of another day;
 * and what check predicts. */
#include "golden.h"

#include <fcntl.h>
#include <sys/file.h>

#define RACES tries(2, 8)
#define KILLS tries(2, 16)
#define KILL_MS (20 + 160 / KILLS * i) /* of about 200 in a run */

#define ON(day) "-c kenporter.ini --as-of " day " --backdate test "
#define PREPARE "prepare " ON("2026-03-01") "--requests none.csv "
#define RELEASE "release " ON("2026-05-01")
#define EXPORT_LATER "export " ON("2026-05-01")
#define ENDING ".prepared.zip"
#define LOG "/disclosure-log.csv"

static char *prepared_id,
    *short_id; /* run ids of the preparations that set_up made in ready and ready_short */

/* Returns the run id of the only preparation in a folder. */
static char *id_in(const char *out)
{
    char **found = NULL;
    assert_int_equal(paths(textf("%s/prepared/*", out), &found), 1);
    return strrchr(found[0], '/') + 1;
}

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    if (run_shell(
            "cp \"$FIXTURES\"/*.csv \"$FIXTURES/kenporter.ini\" . && head -n 1 requests.csv >none.csv && "
            "head -n 1 consents.csv >nobody.csv && iconv -f CP932 -t UTF-8 export.csv >export.utf8 && "
            "head -n 40 export.csv >short.csv") != 0)
        return -1;
    if (kenporter(PREPARE "-o ready export.csv") != 1 || kenporter(PREPARE "-o ready_short short.csv") != 1 ||
        kenporter(EXPORT_LATER "-o direct_short short.csv") != 1)
        return -1;
    prepared_id = id_in("ready");
    short_id = id_in("ready_short");
    return 0;
}

/* Returns a copy of the preparation that set_up made. */
static const char *copy_of_ready(const char *name)
{
    must("cp -a ready %s", name);
    return name;
}

/* The same with few people. */
static const char *copy_of_short(const char *name)
{
    must("cp -a ready_short %s", name);
    return name;
}

/* Returns mode and digest of every file and folder below, except the lock. */
static char *state_of(const char *path)
{
    must(
        "{ find %s ! -name .lock -printf '%%y %%m %%p\\n'; find %s -type f ! -name .lock -exec sha256sum {} +; } | "
        "sort >state",
        path, path);
    return slurp("state", NULL);
}

static void assert_private(const char *out)
{
    must("python3 \"$GOLDEN/find_secrets.py\" export.utf8 stdout stderr %s/report.json %s/report.html",
         run_folder(out), run_folder(out));
}

/* Both sheets are the same except for these columns (names separated by spaces). */
static void assert_same_sheet(const char *a, const char *b, const char *apart_from)
{
    struct sheet of_a = read_sheet(a), of_b = read_sheet(b);
    assert_int_equal(of_a.n_rows, of_b.n_rows);
    for (size_t row = 0; row < of_a.n_rows; row++) {
        assert_int_equal(width(&of_a, row), width(&of_b, row));
        for (size_t i = 0; i < width(&of_a, row); i++) {
            const char *name = i < width(&of_a, 0) ? of_a.cells[i] : "";
            const char *in_a = of_a.cells[of_a.starts[row] + i], *in_b = of_b.cells[of_b.starts[row] + i];
            if (strcmp(in_a, in_b) != 0 && !(row > 0 && *name && strstr(apart_from, textf(" %s ", name))))
                fail_msg("%s and %s differ in row %zu, column %zu: %s, %s", a, b, row, i + 1, in_a, in_b);
        }
    }
}

/* A release gave the results of an export, except for the time, the run and the names of the inputs. */
static void assert_same_outcome(const char *released, const char *exported)
{
    static const char *const files[] = {"decisions.csv", "held.csv", "rejected.csv"};
    assert_same_bundles(released, exported);
    for (size_t i = 0; i < COUNT(files); i++)
        assert_same_sheet(textf("%s/%s", run_folder(released), files[i]),
                          textf("%s/%s", run_folder(exported), files[i]), " file kp_file kp_messages ");
    assert_same_sheet(textf("%s" LOG, released), textf("%s" LOG, exported),
                      " time run_id detail prev_hash hash ");
    assert_log_verifies(textf("%s" LOG, released));
}

static void assert_nothing_left_ready(const char *out)
{
    if (exists(textf("%s/prepared", out)) || how_many(textf("%s/.tmp*", out)) > 0)
        fail_msg("%s holds what was prepared, or temporary files", out);
}

/* The log contains each person and examination once, but for bundles that never went into place. */
static void assert_nobody_twice(const char *out)
{
    struct sheet log = read_sheet(textf("%s" LOG, out));
    char **people = keep(log.n_rows * sizeof(*people));
    size_t n = 0, settled = 0;
    for (size_t row = 1; row < log.n_rows; row++) {
        settled = is(&log, row, "event", "release") ? n : settled;
        n = is(&log, row, "event", "void") ? settled : n;
        if (is(&log, row, "event", "disclose"))
            people[n++] = textf("%s %s %s %s %s", cell(&log, row, "insurer_number"),
                                cell(&log, row, "insured_number"), cell(&log, row, "name_kana"),
                                cell(&log, row, "birth_date"), cell(&log, row, "exam_date"));
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(people[i], people[k]) == 0)
                fail_msg("%s: the log tells of one person twice", out);
}

static size_t rows_with_both(const struct sheet *s, const char *a, const char *value_a, const char *b,
                             const char *value_b)
{
    size_t n = 0;
    for (size_t row = 1; row < s->n_rows; row++)
        n += is(s, row, a, value_a) && is(s, row, b, value_b);
    return n;
}

/* --- prepare --- */

/* Held because no request covers them; no request covers people of 75 or more. */
static bool waits_for_a_request(const struct sheet *expected, size_t row)
{
    return (is(expected, row, "reason", "no_request") ||
            is(expected, row, "reason", "request_not_in_force") || is(expected, row, "reason", "no_basis")) &&
           is(expected, row, "decision", "held") && !is(expected, row, "age_band", "75plus");
}

/* The decision under a request that cites both Acts; lines 72, 114 and 180 then need no consent. */
static const char *prepared_basis(const struct sheet *expected, size_t row, const char *insurer)
{
    static const char *const own[][2] = {{"06139463", "kenpo150"},
                                         {"01130012", "kenpo150"},
                                         {"00280081", "kokuho82"},
                                         {"31289002", "kokka98"},
                                         {"32289001", "chiho112"}};
    const char *line = cell(expected, row, "line");
    bool asked = strcmp(line, "72") == 0 || strcmp(line, "114") == 0 || strcmp(line, "180") == 0;
    if (is(expected, row, "basis_id", "consent") && !asked)
        return "consent";
    if (is(expected, row, "age_band", "40to74"))
        return "elderly27";
    for (size_t i = 0; i < COUNT(own); i++)
        if (strcmp(own[i][0], insurer) == 0)
            return own[i][1];
    return "";
}

static void prepare__no_request_at_all__decides_as_if_all_had_requested(void **state)
{
    (void)state;
    assert_int_equal(kenporter("prepare " ON("2026-04-01") "--requests none.csv -o asked export.csv"), 1);
    const char *out = slurp("stdout", NULL);
    struct sheet expected = expected_rows(), decisions = decisions_of("asked");
    size_t n = 0;
    for (size_t row = 1; row < expected.n_rows; row++) {
        size_t at = find_row(&decisions, "line", cell(&expected, row, "line"));
        assert_true(at > 0);
        bool goes = is(&expected, row, "decision", "released") || waits_for_a_request(&expected, row);
        const char *decision = goes ? "released" : cell(&expected, row, "decision");
        const char *basis =
            goes ? prepared_basis(&expected, row, cell(&decisions, at, "insurer_number")) : "";
        const char *request = goes && strcmp(basis, "consent") != 0 ? "(assumed)" : "";
        if (!is(&decisions, at, "decision", decision) || !is(&decisions, at, "basis_id", basis) ||
            (goes && !is(&decisions, at, "request_id", request)))
            fail_msg("line %s: %s by %s on %s, expected %s by %s on %s", cell(&expected, row, "line"),
                     cell(&decisions, at, "decision"), cell(&decisions, at, "basis_id"),
                     cell(&decisions, at, "request_id"), decision, basis, request);
        n += goes;
    }
    assert_int_equal(counted("asked", "released"), n);
    assert_int_equal(counted("asked", "already_disclosed"), 0);
    assert_int_equal(counted("asked", "read"), n + counted("asked", "rejected") + counted("asked", "held"));
    assert_contains(out, textf("read %zu = prepared %zu + rejected", counted("asked", "read"), n));
    assert_contains(out, textf("kenporter release -o asked %s\n", id_in("asked")));
    assert_contains(slurp(textf("%s/report.json", run_folder("asked")), NULL), "\"command\": \"prepare\"");
    assert_private("asked");
}

static void prepare__registered_request__is_named_where_it_covers(void **state)
{
    (void)state;
    assert_int_equal(kenporter("prepare " ON("2026-04-01") "-o known export.csv"), 1);
    struct sheet expected = expected_rows(), decisions = decisions_of("known");
    for (size_t row = 1; row < expected.n_rows; row++) {
        size_t at = find_row(&decisions, "line", cell(&expected, row, "line"));
        bool assumed = is(&decisions, at, "request_id", "(assumed)");
        if (is(&expected, row, "decision", "released") && !is(&expected, row, "basis_id", "consent"))
            assert_true(is(&decisions, at, "basis_id", cell(&expected, row, "basis_id")) && !assumed);
        if (waits_for_a_request(&expected, row))
            assert_true(is(&decisions, at, "decision", "released") && assumed);
    }
}

static void prepare__folder__is_private_and_complete(void **state)
{
    (void)state;
    const char *place = textf("ready/prepared/%s", prepared_id);
    assert_string_equal(strrchr(run_folder("ready"), '/') + 1, prepared_id);
    struct sheet manifest = read_sheet(textf("%s/manifest.csv", place));
    assert_int_equal(manifest.n_rows, 6);
    assert_string_equal(cell(&manifest, find_row(&manifest, "kind", "encoding"), "value"), "auto");
    assert_string_equal(cell(&manifest, find_row(&manifest, "kind", "delimiter"), "value"), "auto");
    size_t input = find_row(&manifest, "kind", "input");
    assert_same_file(textf("%s/%s", place, cell(&manifest, input, "value")), "export.csv");
    must("test $(sha256sum <export.csv | cut -c1-64) = %s", cell(&manifest, input, "sha256"));
    assert_int_equal(how_many(textf("%s/source/*", place)), 1);
    assert_int_equal(how_many(textf("%s/*", place)), how_many(textf("%s/*.zip", place)) + 2);
    must("find ready -type f ! -perm 0600 | { ! grep .; }; find ready -type d ! -perm 0700 | { ! grep .; }");
}

static void prepare__end__has_disclosed_nothing(void **state)
{
    (void)state;
    assert_int_equal(how_many("ready/*.zip") + how_many("ready/.tmp*"), 0);
    assert_int_equal(how_many("ready/*"), 2); /* prepared, runs */
    assert_false(exists("ready" LOG));
    assert_int_equal(how_many("ready/runs/*"), 1);
    assert_int_equal(how_many(textf("%s/*", run_folder("ready"))), 6);
}

static void prepare__log_is_there__is_heeded_and_left_alone(void **state)
{
    (void)state;
    assert_int_equal(kenporter("export " ON("2026-04-01") "-o logged export.csv"), 1);
    size_t released = counted("logged", "released"), zips = how_many("logged/*.zip");
    must("cp logged" LOG " before.csv");
    assert_int_equal(kenporter("prepare " ON("2026-04-01") "-o logged export.csv"), 1);
    assert_int_equal(counted("logged", "already_disclosed"), released);
    struct sheet expected = expected_rows();
    size_t waiting = 0;
    for (size_t row = 1; row < expected.n_rows; row++)
        waiting += waits_for_a_request(&expected, row);
    assert_int_equal(counted("logged", "released"), waiting);
    assert_same_file("before.csv", "logged" LOG);
    assert_int_equal(how_many("logged/*.zip"), zips);
}

static void prepare__bundles__are_sound_and_hold_the_documents(void **state)
{
    (void)state;
    char **found = NULL;
    size_t n = paths(textf("ready/prepared/%s/*.zip", prepared_id), &found), total = 0;
    struct sheet d = decisions_of("ready");
    assert_int_equal(n, 6);
    must("mkdir unpacked");
    for (size_t i = 0; i < n; i++) {
        const char *name = strrchr(found[i], '/') + 1;
        const char *root = textf("unpacked/%.*s", (int)(strlen(name) - strlen(ENDING)), name);
        must("unzip -tq %s && 7z t %s && unzip -q %s -d unpacked", found[i], found[i], found[i]);
        must("xmllint --nonet --noout --schema %s/XSD/hc08_V08.xsd %s/DATA/*.xml", root, root);
        must("xmllint --nonet --noout --schema %s/XSD/ix08_V08.xsd %s/ix08_V08.xml", root, root);
        size_t documents = how_many(textf("%s/DATA/*", root));
        assert_int_equal(documents, rows_with(&d, "bundle", name));
        assert_contains(slurp(textf("%s/ix08_V08.xml", root), NULL),
                        textf("<totalRecordCount value=\"%zu\"/>", documents));
        total += documents;
    }
    for (size_t row = 1; row < d.n_rows; row++)
        if (is(&d, row, "decision", "released"))
            assert_true(
                exists(textf("unpacked/%.*s/DATA/%s", (int)(strlen(cell(&d, row, "bundle")) - strlen(ENDING)),
                             cell(&d, row, "bundle"), cell(&d, row, "document"))));
    assert_int_equal(total, counted("ready", "released"));
}

static void prepare__bundle__is_refused_by_verify_and_shown(void **state)
{
    (void)state;
    char **found = NULL;
    (void)paths(textf("ready/prepared/%s/*" ENDING, prepared_id), &found);
    const char *name = strrchr(found[0], '/') + 1;
    const char *disguised = textf("%.*s.zip", (int)(strlen(name) - strlen(ENDING)), name);
    must("cp %s %s", found[0], disguised);
    const char *const given[] = {found[0], disguised};
    for (size_t i = 0; i < COUNT(given); i++) {
        assert_int_equal(kenporter("verify %s", given[i]), 5);
        assert_int_equal(occurrences(slurp("stderr", NULL), ": fail "), 1);
        assert_contains(slurp("stderr", NULL), "fail K8103");
        assert_int_equal(kenporter("show %s", given[i]), 0);
    }
    must("rm %s", disguised);
}

static void prepare__older_than_90_days__every_run_warns(void **state)
{
    (void)state;
    const char *out = copy_of_short("old");
    must("cd old/prepared && mv %s $(TZ=Asia/Tokyo date -d '-89 days' +%%Y%%m%%d)-000000", short_id);
    assert_int_equal(kenporter("check -c kenporter.ini -o %s short.csv", out), 1);
    assert_int_equal(occurrences(slurp("stderr", NULL), "K5041"), 0);
    must("cd old/prepared && mv * $(TZ=Asia/Tokyo date -d '-91 days' +%%Y%%m%%d)-000000");
    static const char *const commands[] = {"check", "prepare", "export"};
    for (size_t i = 0; i < COUNT(commands); i++) {
        assert_int_equal(kenporter("%s -c kenporter.ini -o %s short.csv", commands[i], out), 1);
        assert_int_equal(occurrences(slurp("stderr", NULL), "K5041"), 1);
    }
    assert_int_equal(kenporter("purge -o %s --before $(TZ=Asia/Tokyo date -d '-90 days' +%%F)", out), 0);
    assert_int_equal(kenporter("check -c kenporter.ini -o %s short.csv", out), 1);
    assert_int_equal(occurrences(slurp("stderr", NULL), "K5041"), 0);
}

static void prepare__twice__keeps_both_and_release_takes_one(void **state)
{
    (void)state;
    copy_of_short("both");
    assert_int_equal(kenporter(PREPARE "-o both short.csv"), 1);
    assert_int_equal(how_many("both/prepared/*"), 2);
    assert_int_equal(kenporter(RELEASE "-o both %s", short_id), 1);
    assert_int_equal(how_many("both/prepared/*"), 1);
    assert_false(exists(textf("both/prepared/%s", short_id)));
}

/* --- release on another day, by other registers --- */

struct later {
    const char *name, *requests, *consents; /* changes by sed */
};

static const struct later LATER[] = {
    {"same", "", ""},
    {"limited",
     "2s/,all,/,40to74,/;3s/,2026-03-31,all/,2025-08-31,all/;4s/2027-03-31,,/2027-03-31,2026-04-10,/", ""},
    {"asked", "$a REQ-2026-006,31289002,2026-04-03,elderly_act health_act,,,all,,,,",
     "s/\\(^CON-016,.*2025-10-01\\),,/\\1,2026-04-10,/;$a CON-025,10260,,,,,39289004,all,explicit,2026-04-10,,letter"},
};

static char *registers_of(const struct later *l)
{
    must("sed '%s' requests.csv >%s.requests; sed '%s' consents.csv >%s.consents", l->requests, l->name,
         l->consents, l->name);
    assert_int_equal(run_shell(textf("cmp -s requests.csv %s.requests", l->name)) == 0, *l->requests == '\0');
    assert_int_equal(run_shell(textf("cmp -s consents.csv %s.consents", l->name)) == 0, *l->consents == '\0');
    return textf("--requests %s.requests --consents %s.consents ", l->name, l->name);
}

/* The effects of the changed registers, by the log alone. */
static void assert_change_counts(const struct later *l, const char *out)
{
    struct sheet log = read_sheet(textf("%s" LOG, out));
    bool limited = strcmp(l->name, "limited") == 0, asked = strcmp(l->name, "asked") == 0;
    size_t late = 0;
    for (size_t row = 1; row < log.n_rows; row++)
        late += is(&log, row, "request_id", "REQ-2026-002") && is(&log, row, "event", "disclose") &&
                strcmp(cell(&log, row, "exam_date"), "20250831") > 0;
    assert_true((late == 0) == limited);
    assert_int_equal(rows_with_both(&log, "insurer_number", "06139463", "basis_id", "kenpo150"),
                     limited ? 0 : 38);
    assert_int_equal(rows_with_both(&log, "insurer_number", "00280081", "basis_id", "kokuho82"),
                     limited ? 0 : 27);
    assert_true(rows_with_both(&log, "insurer_number", "06139463", "basis_id", "elderly27") == 62);
    assert_true(rows_with_both(&log, "insurer_number", "01130012", "basis_id", "elderly27") > 0);
    assert_int_equal(rows_with(&log, "request_id", "REQ-2026-006") > 0, asked);
    assert_int_equal(rows_with(&log, "employee_id", "10026"), asked ? 0 : 1); /* withdrew the consent */
    assert_int_equal(rows_with(&log, "employee_id", "10260"), asked ? 1 : 0); /* gave consent */
    assert_int_equal(rows_with(&log, "request_id", "(assumed)"), 0);
}

static void release__later_day_and_registers__is_what_export_gives(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(LATER); i++) {
        const char *options = registers_of(&LATER[i]),
                   *out = copy_of_ready(textf("released_%s", LATER[i].name));
        const char *direct = textf("direct_%s", LATER[i].name);
        assert_int_equal(kenporter(EXPORT_LATER "%s-o %s export.csv", options, direct), 1);
        assert_int_equal(kenporter(RELEASE "%s-o %s %s", options, out, prepared_id), 1);
        assert_contains(slurp("stdout", NULL), textf(" = released %zu + ", counted(direct, "released")));
        assert_contains(slurp(textf("%s/report.json", run_folder(out)), NULL), "\"command\": \"release\"");
        if (i == 0)
            assert_private(out);
        assert_same_outcome(out, direct);
        assert_nothing_left_ready(out);
        assert_change_counts(&LATER[i], out);
        assert_int_equal(how_many(textf("%s/*_202603010_1.zip", out)), 0); /* none from the day of prepare */
        must("find %s -type f ! -perm 0600 | { ! grep .; }; find %s -type d ! -perm 0700 | { ! grep .; }",
             out, out);
    }
}

/* The following tests continue with the folders of the test above. */
static void release__second_time__exit_2_and_nothing_changes(void **state)
{
    (void)state;
    char *before = state_of("released_limited");
    assert_int_equal(kenporter(RELEASE "-o released_limited %s", prepared_id), 2);
    assert_contains(slurp("stderr", NULL), "fail K6005");
    assert_string_equal(state_of("released_limited"), before);
}

static void release__then_export__discloses_nobody_twice(void **state)
{
    (void)state;
    size_t all = counted("direct_same", "released");
    for (size_t i = 0; i < 2; i++) { /* without the limits the rest is released, and nothing else */
        const char *out = textf("released_%s", LATER[i].name);
        size_t before = counted(out, "released");
        assert_true(i == 0 ? before == all : before < all);
        assert_int_equal(kenporter("export " ON("2026-05-02") "-o %s export.csv", out), 1);
        /* one was told what the consent covers; now that a request does, there is more to tell */
        size_t more = i == 0 ? 0 : 1;
        assert_int_equal(counted(out, "already_disclosed"), before - more);
        assert_true(more == 0 || counted(out, "changed_since_disclosure") == more);
        assert_int_equal(counted(out, "released"), all - before);
        assert_log_verifies(textf("%s" LOG, out));
        assert_nobody_twice(out);
    }
}

static void release__prepared_again_after_a_release__holds_nobody_twice(void **state)
{
    (void)state;
    const char *out = "released_asked";
    assert_int_equal(kenporter("prepare " ON("2026-05-02") "-o %s export.csv", out), 1);
    assert_int_equal(kenporter("release " ON("2026-05-03") "-o %s %s", out, id_in(out)), 1);
    assert_log_verifies(textf("%s" LOG, out));
    assert_nobody_twice(out);
}

/* Prepared bundles are for inspection only; a release makes them anew. */
static void release__prepared_bundles_altered__makes_no_difference(void **state)
{
    (void)state;
    copy_of_ready("looked_at");
    must("cd looked_at/prepared/%s && rm *_06139463_*.zip && for z in *.zip; do echo x >$z; done",
         prepared_id);
    assert_int_equal(kenporter(RELEASE "-o looked_at %s", prepared_id), 1);
    assert_same_outcome("looked_at", "direct_same");
    assert_nothing_left_ready("looked_at");
}

static void release__verbose_in_japanese__names_nobody(void **state)
{
    (void)state;
    copy_of_ready("verbose");
    assert_int_equal(kenporter("release " ON("2026-05-01") "-v --lang ja -o verbose %s", prepared_id), 1);
    assert_private("verbose");
}

/* --- nothing may go out yet --- */

static void release__nothing_may_go_out__keeps_what_was_prepared(void **state)
{
    (void)state;
    copy_of_ready("early");
    char *before = state_of("early/prepared");
    assert_int_equal(kenporter(RELEASE "--requests none.csv --consents nobody.csv -o early %s", prepared_id),
                     1);
    assert_contains(slurp("stderr", NULL), "warn K6007");
    assert_int_equal(counted("early", "released"), 0);
    assert_int_equal(how_many("early/*.zip") + how_many("early/.tmp*"), 0);
    assert_string_equal(state_of("early/prepared"), before);
    assert_log_verifies("early" LOG);
    assert_int_equal(read_sheet("early" LOG).n_rows, 1);
    assert_int_equal(kenporter(RELEASE "-o early %s", prepared_id), 1);
    assert_null(strstr(slurp("stderr", NULL), "K6007"));
    assert_same_outcome("early", "direct_same");
    assert_nothing_left_ready("early");
}

static void release__all_wait_for_a_request__exit_0(void **state)
{
    (void)state;
    must("sed -n '1p;2p;4p' export.csv >two.csv");
    assert_int_equal(kenporter(PREPARE "-o two two.csv"), 0);
    const char *id = id_in("two");
    assert_int_equal(kenporter(RELEASE "--requests none.csv --consents nobody.csv -o two %s", id), 0);
    assert_contains(slurp("stderr", NULL), "warn K6007");
    assert_true(exists(textf("two/prepared/%s", id)));
    assert_int_equal(kenporter(RELEASE "-o two %s", id), 0);
    assert_int_equal(counted("two", "released"), 2);
    assert_nothing_left_ready("two");
}

/* --- refused --- */

/* Expects one line with the remedy, and no changed byte. */
static void assert_refused(const char *out, const char *arguments, int expected, const char *code)
{
    char *before = state_of(out);
    int status = kenporter(RELEASE "-o %s %s", out, arguments);
    const char *err = slurp("stderr", NULL);
    if (status != expected || !strstr(err, textf(": fail %s: ", code)) || occurrences(err, "\n") != 1 ||
        !strstr(err, "; "))
        fail_msg("release %s: exit %d, expected %d with %s: %s", arguments, status, expected, code, err);
    assert_string_equal(slurp("stdout", NULL), "");
    assert_string_equal(state_of(out), before);
}

static void release__altered_copy_or_manifest__changes_nothing(void **state)
{
    (void)state;
    static const char *const changes[] = {
        "echo >>source/1.csv",
        "truncate -s -1 source/1.csv",
        "sed -i 's/167.4,62.8/167.4,63.9/' source/1.csv",
        "rm source/1.csv",
        "mv source/1.csv source/2.csv",
        "rm source/1.csv && mkdir source/1.csv",
        "rm -r source",
        "sed -i '5s/.$/-/' manifest.csv",
        "sed -i '5s/,[^,]*$/,/' manifest.csv",
        "sed -i '5s/^input/output/' manifest.csv",
        "sed -i '5d' manifest.csv",
        "sed -i '2s/auto/ebcdic/' manifest.csv",
        "sed -i '3s/auto/pipe/' manifest.csv",
        "sed -i '4s/auto/special/' manifest.csv",
        "sed -i '5s|source/|../../../|' manifest.csv",
        "sed -i 's/$/,more/' manifest.csv",
        "sed -i '1q' manifest.csv",
        ": >manifest.csv",
        "head -c 100 manifest.csv >m && mv m manifest.csv",
        "head -c 300 /dev/urandom >manifest.csv",
    };
    for (size_t i = 0; i < COUNT(changes); i++) {
        const char *out = copy_of_short(textf("altered%zu", i));
        must("cd %s/prepared/%s && %s", out, short_id, changes[i]);
        assert_refused(out, short_id, 3, "K6006");
    }
}

static void release__manifest_missing__exit_2(void **state)
{
    (void)state;
    copy_of_short("unlisted");
    must("rm unlisted/prepared/%s/manifest.csv", short_id);
    assert_refused("unlisted", short_id, 2, "K6005");
}

static void release__run_id_that_is_none__exit_2(void **state)
{
    (void)state;
    const char *id = short_id;
    char *ids[] = {textf("20990101-000000"),
                   textf("''"),
                   textf("."),
                   textf(".."),
                   textf("/"),
                   textf("../prepared/%s", id),
                   textf("./%s", id),
                   textf("%s/", id),
                   textf("%s/../%s", id, id),
                   textf("%s/source", id),
                   textf("%s.", id),
                   textf("' %s'", id),
                   textf("\"$PWD/ready_short/prepared/%s\"", id),
                   textf("%s-2", id),
                   textf("manifest.csv"),
                   textf("'*'")};
    for (size_t i = 0; i < COUNT(ids); i++)
        assert_refused("ready_short", ids[i], 2, "K6005");
}

static void release__wrong_arguments__exit_2(void **state)
{
    (void)state;
    const char *id = short_id;
    assert_refused("ready_short", "", 2, "K1016");
    assert_refused("ready_short", textf("%s %s", id, id), 2, "K1006");
    assert_refused("ready_short", textf("%s export.csv", id), 2, "K1006");
    assert_refused("ready_short", textf("--mapping export.csv %s", id), 2, "K1002");
    assert_int_equal(kenporter(PREPARE "-o none"), 2);
    assert_contains(slurp("stderr", NULL), "fail K1005");
    assert_false(exists("none"));
}

/* --- inputs of every kind --- */

struct kind {
    const char *name, *make, *options, *inputs; /* of the files in folder "kind" */
};

#define PATTERN_C                                                                                            \
    "cp " VENDORS "pattern_c.csv\" kind/ && \"$KENPORTER\" map " VENDOR_INI "kind/pattern_c.csv >kind/map.csv"
#define LOCAL                                                                                                \
    "cp " VENDORS "cc2x_local.csv\" " VENDORS "C2XDTBL_sample.csv\" " VENDORS "METHODCVT_sample.csv\" kind/"

static const struct kind KINDS[] = {
    {"halves",
     "mkdir kind/north kind/south; head -n 20 short.csv >kind/north/export.csv; "
     "{ head -n 1 short.csv; tail -n +21 short.csv; } >kind/south/export.csv",
     "", "kind/north/export.csv kind/south/export.csv"},
    {"layouts",
     "mkdir kind/north kind/south; cp " VENDORS "pattern_a.csv\" kind/north/export.csv; "
     "cp " VENDORS "pattern_b.csv\" kind/south/export.csv; cp " VENDORS
     "english.csv\" kind/export.csv", /* with tabs */
     "", "kind/south/export.csv kind/north/export.csv kind/export.csv"},
    {"mapped", PATTERN_C, "--mapping kind/map.csv", "kind/pattern_c.csv"},
    {"methods", LOCAL, "--mapping kind/C2XDTBL_sample.csv --methods kind/METHODCVT_sample.csv",
     "kind/cc2x_local.csv"},
    {"utf16", "{ printf '\\377\\376'; iconv -f CP932 -t UTF-16LE short.csv; } >kind/export.csv", "",
     "kind/export.csv"},
    {"odd_names", "cp short.csv 'kind/the \"last\", of 健診.csv'", "", "'kind/the \"last\", of 健診.csv'"},
};

static void release__any_kind_of_input__is_what_export_gives(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(KINDS); i++) {
        const struct kind *k = &KINDS[i];
        const char *out = textf("kind_%s", k->name), *direct = textf("kind_direct_%s", k->name);
        must("rm -rf kind; mkdir kind; %s", k->make);
        int status = kenporter("export " VENDOR_INI "--as-of 2026-05-01 --backdate test %s -o %s %s",
                               k->options, direct, k->inputs);
        assert_int_equal(status, 1);
        status = kenporter("prepare " VENDOR_INI "--as-of 2026-03-01 --requests none.csv %s -o %s %s",
                           k->options, out, k->inputs);
        if (status != 1)
            fail_msg("%s: exit %d: %s", k->name, status, slurp("stderr", NULL));
        must("rm -r kind"); /* the copies suffice */
        status =
            kenporter("release " VENDOR_INI "--as-of 2026-05-01 --backdate test -o %s %s", out, id_in(out));
        if (status != 1)
            fail_msg("%s: exit %d: %s", k->name, status, slurp("stderr", NULL));
        assert_true(counted(out, "released") > 3);
        assert_same_outcome(out, direct);
        assert_nothing_left_ready(out);
    }
}

/* The options for reading the inputs are those of prepare. */
static void release__configuration_changed__follows_the_manifest(void **state)
{
    (void)state;
    must(
        "sed 's/^encoding = auto/encoding = utf-8\\ndelimiter = tab/' kenporter.ini >tabs.ini; "
        "sed 's/^encoding = auto/encoding = cp932\\ndelimiter = comma\\nmapping = nowhere.csv/' kenporter.ini "
        ">other.ini; "
        "python3 -c \"import csv\n"
        "rows = csv.reader(open('short.csv', encoding='cp932', newline=''))\n"
        "csv.writer(open('tabs.csv', 'w', encoding='utf-8', newline=''), delimiter='\\t').writerows(rows)\"");
    assert_int_equal(
        kenporter("prepare -c tabs.ini --as-of 2026-03-01 --requests none.csv -o settled tabs.csv"), 1);
    assert_int_equal(
        kenporter("release -c other.ini --as-of 2026-05-01 --backdate test -o settled %s", id_in("settled")),
        1);
    assert_same_bundles("settled", "direct_short");
    struct sheet log = read_sheet("settled" LOG);
    assert_int_equal(rows_with(&log, "event", "disclose"), counted("direct_short", "released"));
    assert_nothing_left_ready("settled");
}

/* --- two at once --- */

static void release__lock_is_held__exit_4_and_nothing_lost(void **state)
{
    (void)state;
    static const char *const locks[][2] = {{"locked/.lock", "K9003"}, {"locked" LOG, "K7006"}};
    copy_of_short("locked");
    for (size_t i = 0; i < COUNT(locks); i++) {
        int fd = open(locks[i][0], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
        char *before = state_of("locked");
        int status = kenporter(RELEASE "-o locked %s", short_id);
        assert_int_equal(close(fd), 0);
        if (status != 4 || !strstr(slurp("stderr", NULL), textf("fail %s", locks[i][1])))
            fail_msg("%s: exit %d: %s", locks[i][0], status, slurp("stderr", NULL));
        assert_string_equal(state_of("locked"), before);
    }
    assert_int_equal(kenporter(RELEASE "-o locked %s", short_id), 1);
    assert_same_outcome("locked", "direct_short");
}

static void prepare__lock_is_held__exit_4_and_leaves_nothing(void **state)
{
    (void)state;
    must("mkdir -m 700 busy");
    int fd = open("busy/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    int status = kenporter(PREPARE "-o busy short.csv");
    assert_int_equal(close(fd), 0);
    assert_int_equal(status, 4);
    assert_contains(slurp("stderr", NULL), "fail K9003");
    assert_int_equal(how_many("busy/*") + how_many("busy/.tmp*"), 0);
}

static void release__two_at_once__one_releases(void **state)
{
    (void)state;
    for (int i = 0; i < RACES; i++) {
        const char *out = copy_of_short(textf("race%d", i));
        const char *command = textf("\"$KENPORTER\" " RELEASE "-o %s %s", out, short_id);
        must("%s >a.out 2>a.err & first=$!; %s >b.out 2>b.err; b=$?; wait $first; a=$?; echo $a $b; "
             "case \"$a $b\" in '1 '[234]|[234]' 1') ;; *) cat a.err b.err; exit 1 ;; esac",
             command, command);
        must("cat a.err b.err | grep -Eq 'fail K(9003|6005|6006|2001)'"); /* the last three if it came late */
        assert_same_outcome(out, "direct_short");
        assert_nobody_twice(out);
        assert_nothing_left_ready(out);
        assert_int_equal(how_many(textf("%s/runs/*", out)), 2);
    }
}

/* --- failures half-way --- */

static void assert_nothing_prepared(const char *out)
{
    assert_int_equal(how_many(textf("%s/prepared/*", out)) + how_many(textf("%s/.tmp*", out)), 0);
    assert_int_equal(how_many(textf("%s/runs/*", out)) + how_many(textf("%s/*.zip", out)), 0);
    assert_false(exists(textf("%s" LOG, out)));
}

static void prepare__disk_is_full__leaves_no_half_folder(void **state)
{
    (void)state;
    static const unsigned blocks[] = {
        100, 1500}; /* in blocks of 512 bytes; the second stops the copy of the input */
    must(
        "{ cat short.csv; yes '# a comment between the rows, and nothing in it' | head -n 20000; } >long.csv");
    for (size_t i = 0; i < COUNT(blocks); i++) {
        int status = run_shell(textf("trap '' XFSZ; ulimit -f %u; "
                                     "exec \"$KENPORTER\" " PREPARE "-o full long.csv >stdout 2>stderr",
                                     blocks[i]));
        assert_int_equal(status, 4);
        assert_contains(slurp("stderr", NULL), "fail K9002");
        assert_nothing_prepared("full");
    }
    assert_contains(slurp("stderr", NULL), "/source/1.csv: fail K9002");
    assert_int_equal(kenporter(PREPARE "-o full long.csv"), 1);
    assert_int_equal(how_many("full/prepared/*"), 1);
}

static void prepare__place_is_taken_or_closed__leaves_no_half_folder(void **state)
{
    (void)state;
    must(
        "mkdir -m 700 taken closed closed/prepared; echo precious >taken/prepared; chmod 500 closed/prepared");
    assert_int_equal(kenporter(PREPARE "-o taken short.csv"), 4);
    assert_contains(slurp("stderr", NULL), "taken/prepared: fail K9016");
    assert_string_equal(slurp("taken/prepared", NULL), "precious\n");
    assert_nothing_prepared("taken");
    if (geteuid() == 0)
        return; /* root ignores permissions */
    assert_int_equal(kenporter(PREPARE "-o closed short.csv"), 4);
    assert_contains(slurp("stderr", NULL), "fail K9002");
    assert_nothing_prepared("closed");
}

static void release__disk_is_full__keeps_what_was_prepared(void **state)
{
    (void)state;
    copy_of_short("no_room");
    char *before = state_of("no_room/prepared");
    int status = run_shell(textf("trap '' XFSZ; ulimit -f 100; "
                                 "exec \"$KENPORTER\" " RELEASE "-o no_room %s >stdout 2>stderr",
                                 short_id));
    assert_int_equal(status, 4);
    assert_contains(slurp("stderr", NULL), "fail K9002");
    assert_string_equal(state_of("no_room/prepared"), before);
    assert_int_equal(how_many("no_room/*.zip") + how_many("no_room/.tmp*"), 0);
    assert_int_equal(how_many("no_room/runs/*"), 1);
    assert_int_equal(kenporter(RELEASE "-o no_room %s", short_id), 1);
    assert_same_outcome("no_room", "direct_short");
}

static void kill__prepare_at_any_moment__leaves_all_or_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < KILLS; i++) {
        char **found = NULL;
        (void)run_shell(textf("timeout -s KILL 0.%03d "
                              "\"$KENPORTER\" " PREPARE "-o killed export.csv >stdout 2>stderr",
                              KILL_MS));
        size_t n = paths("killed/prepared/*", &found);
        for (size_t k = 0; k < n; k++)
            assert_true(exists(textf("%s/manifest.csv", found[k])) &&
                        exists(textf("%s/source/1.csv", found[k])) &&
                        how_many(textf("%s/*.zip", found[k])) == 6);
        assert_int_equal(how_many("killed/*.zip"), 0);
        renew("killed/prepared", NULL);
    }
    assert_int_equal(kenporter(PREPARE "-q -o killed export.csv"), 1);
    assert_int_equal(how_many("killed/.tmp*"), 0);
    assert_int_equal(kenporter(RELEASE "-o killed %s", id_in("killed")), 1);
    assert_same_outcome("killed", "direct_same");
}

static void kill__release_at_any_moment__everyone_is_disclosed_once(void **state)
{
    (void)state;
    for (int i = 0; i < KILLS; i++) {
        const char *out = copy_of_ready(textf("shot%d", i));
        (void)run_shell(textf("timeout -s KILL 0.%03d "
                              "\"$KENPORTER\" " RELEASE "-o %s %s >stdout 2>stderr",
                              KILL_MS, out, prepared_id));
        int status = kenporter(RELEASE "-q -o %s %s", out, prepared_id);
        assert_true(status == 1 || (status == 2 && strstr(slurp("stderr", NULL), "K6005")));
        assert_log_verifies(textf("%s" LOG, out));
        assert_nobody_twice(out);
        must(
            "python3 -c \"import csv, sys\n"
            "given, bundle = 0, 0\n"
            "for e in csv.DictReader(open(sys.argv[1], encoding='utf-8', newline='')):\n"
            "    if e['event'] == 'disclose': bundle += 1\n"
            "    elif e['event'] in ('release', 'void'): given += bundle * (e['event'] == 'release'); bundle = 0\n"
            "assert given == int(sys.argv[2]), given\" %s" LOG " %zu",
            out, counted("direct_same", "released"));
        assert_int_equal(how_many(textf("%s/.tmp*", out)), 0);
    }
}

/* --- what check predicts --- */

/* The check in this folder predicts what the prepare in "foretold" does, on the same day. */
static void assert_forecast(const char *checked)
{
    must(
        "python3 -c \"import collections, csv, json, re, sys\n"
        "check, prepare = (json.load(open(f + '/report.json', encoding='utf-8')) for f in sys.argv[1:3])\n"
        "rows = [list(csv.DictReader(open(f + '/decisions.csv', encoding='utf-8-sig', newline='')))\n"
        "        for f in sys.argv[1:3]]\n"
        "freed = collections.defaultdict(collections.Counter)\n"
        "for c, p in zip(*rows):\n"
        "    assert c['line'] == p['line']\n"
        "    if c['decision'] == 'held' and p['decision'] == 'released':\n"
        "        freed[c['insurer_number']][p['basis_id']] += 1\n"
        "made = {i['insurer_number']: i for i in prepare['insurers']}\n"
        "said = open('stdout', encoding='utf-8').read()\n"
        "blocks = {b.split()[0]: b for b in re.split('\\n(?=[0-9]{8} )', said.split('\\n\\n', 1)[1])}\n"
        "terms = {(r[0], r[1]): r[2] for r in csv.reader(open(sys.argv[3], encoding='utf-8', newline=''))}\n"
        "total = collections.Counter()\n"
        "for i in check['insurers']:\n"
        "    n = i['insurer_number']; waiting = i['waiting_by_basis']; block = blocks[n]\n"
        "    assert waiting == freed[n] and 'consent' not in waiting, (n, waiting, freed[n])\n"
        "    assert sum(waiting.values()) == made[n]['documents'] - i['documents'], n\n"
        "    assert made[n]['waiting_by_basis'] == {}, n\n"
        "    assert sum(i['held_by_reason'].values()) == i['held'], n\n"
        "    total.update(i['held_by_reason'])\n"
        "    words = lambda kind, c: ' (' + ', '.join('%%s %%d' %% (terms[kind, x], c[x]) for x in c) + ')' if c else ''\n"
        "    line = '  documents %%d%%s, held %%d%%s' %% (i['documents'], words('basis', i['by_basis']), i['held'],\n"
        "                                          words('reason', i['held_by_reason']))\n"
        "    assert line in block.splitlines(), (n, line)\n"
        "    line = '  would go out on a request citing both Acts: %%d' %% sum(waiting.values()) + words('basis', waiting)\n"
        "    assert (line in block.splitlines()) == bool(waiting), (n, line)\n"
        "    assert bool(waiting) == ('would go out on' in block), n\n"
        "assert total == check['held_by_reason']\" '%s' '%s' \"$SCHEMAS/terms.csv\"",
        textf("%s", run_folder(checked)), run_folder("foretold"));
}

static size_t counted_as_waiting(const char *out)
{
    must("python3 -c \"import json, sys\n"
         "r = json.load(open(sys.argv[1], encoding='utf-8'))\n"
         "print(sum(sum(i['waiting_by_basis'].values()) for i in r['insurers']))\" '%s/report.json' >waiting",
         run_folder(out));
    return strtoul(slurp("waiting", NULL), NULL, 10);
}

static void check__no_request_at_all__predicts_what_prepare_makes(void **state)
{
    (void)state;
    assert_int_equal(kenporter("prepare " ON("2026-04-01") "--requests none.csv -o foretold export.csv"), 1);
    assert_int_equal(kenporter("check " ON("2026-04-01") "--requests none.csv -o foretelling export.csv"), 1);
    assert_forecast("foretelling");
    assert_private("foretelling");
    assert_int_equal(counted_as_waiting("foretelling"),
                     counted("foretold", "released") - counted("foretelling", "released"));
    assert_int_equal(how_many("foretelling/*"), 1); /* runs */
}

static void check__all_requests__predicts_those_still_waiting(void **state)
{
    (void)state;
    struct sheet expected = expected_rows();
    size_t waiting = 0;
    for (size_t row = 1; row < expected.n_rows; row++)
        waiting += waits_for_a_request(&expected, row);
    assert_int_equal(kenporter("check " ON("2026-04-01") "-o still_waiting export.csv"), 1);
    assert_int_equal(counted_as_waiting("still_waiting"), waiting);
    assert_forecast("still_waiting");
    assert_private("still_waiting");
}

static void check__in_japanese__predicts_the_same_anonymously(void **state)
{
    (void)state;
    assert_int_equal(
        kenporter("check " ON("2026-04-01") "--requests none.csv --lang ja -o japanese export.csv"), 1);
    assert_contains(slurp("stdout", NULL),
                    "両法を根拠とする提供依頼があれば提供可能: 27 (高確法27条 15, 国保法82条 12)\n");
    assert_int_equal(counted_as_waiting("japanese"), counted_as_waiting("foretelling"));
    assert_private("japanese");
}

static void export__forecast__is_not_its_business(void **state)
{
    (void)state;
    assert_int_equal(kenporter(EXPORT_LATER "-o exported short.csv"), 1);
    assert_null(strstr(slurp("stdout", NULL), "would go out"));
    assert_int_equal(counted_as_waiting("exported"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepare__no_request_at_all__decides_as_if_all_had_requested),
        cmocka_unit_test(prepare__registered_request__is_named_where_it_covers),
        cmocka_unit_test(prepare__folder__is_private_and_complete),
        cmocka_unit_test(prepare__end__has_disclosed_nothing),
        cmocka_unit_test(prepare__log_is_there__is_heeded_and_left_alone),
        cmocka_unit_test(prepare__bundles__are_sound_and_hold_the_documents),
        cmocka_unit_test(prepare__bundle__is_refused_by_verify_and_shown),
        cmocka_unit_test(prepare__older_than_90_days__every_run_warns),
        cmocka_unit_test(prepare__twice__keeps_both_and_release_takes_one),
        cmocka_unit_test(release__later_day_and_registers__is_what_export_gives),
        cmocka_unit_test(release__second_time__exit_2_and_nothing_changes),
        cmocka_unit_test(release__then_export__discloses_nobody_twice),
        cmocka_unit_test(release__prepared_again_after_a_release__holds_nobody_twice),
        cmocka_unit_test(release__prepared_bundles_altered__makes_no_difference),
        cmocka_unit_test(release__verbose_in_japanese__names_nobody),
        cmocka_unit_test(release__nothing_may_go_out__keeps_what_was_prepared),
        cmocka_unit_test(release__all_wait_for_a_request__exit_0),
        cmocka_unit_test(release__altered_copy_or_manifest__changes_nothing),
        cmocka_unit_test(release__manifest_missing__exit_2),
        cmocka_unit_test(release__run_id_that_is_none__exit_2),
        cmocka_unit_test(release__wrong_arguments__exit_2),
        cmocka_unit_test(release__any_kind_of_input__is_what_export_gives),
        cmocka_unit_test(release__configuration_changed__follows_the_manifest),
        cmocka_unit_test(release__lock_is_held__exit_4_and_nothing_lost),
        cmocka_unit_test(prepare__lock_is_held__exit_4_and_leaves_nothing),
        cmocka_unit_test(release__two_at_once__one_releases),
        cmocka_unit_test(prepare__disk_is_full__leaves_no_half_folder),
        cmocka_unit_test(prepare__place_is_taken_or_closed__leaves_no_half_folder),
        cmocka_unit_test(release__disk_is_full__keeps_what_was_prepared),
        cmocka_unit_test(kill__prepare_at_any_moment__leaves_all_or_nothing),
        cmocka_unit_test(kill__release_at_any_moment__everyone_is_disclosed_once),
        cmocka_unit_test(check__no_request_at_all__predicts_what_prepare_makes),
        cmocka_unit_test(check__all_requests__predicts_those_still_waiting),
        cmocka_unit_test(check__in_japanese__predicts_the_same_anonymously),
        cmocka_unit_test(export__forecast__is_not_its_business),
    };
    return cmocka_run_group_tests_name("prepare", tests, set_up, tear_down_golden);
}
