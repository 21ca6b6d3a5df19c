/* --xsd: the ministry's schema files are checked, used and enclosed; make_official.py makes substitutes
 * for them. */
#include "golden.h"

#define OFFICIAL "--schemas tables --xsd xsd "
#define BUNDLE "6631111116_06139463_202604010_1"

static int set_up(void **state)
{
    return set_up_golden(state) == 0 &&
                   run_shell("python3 \"$GOLDEN/make_official.py\" \"$SCHEMAS\" tables xsd") == 0 &&
                   kenporter(EXPORT OFFICIAL "-o out " INPUT) == 1
               ? 0
               : -1;
}

static void export__with_the_set__encloses_it_unchanged(void **state UNUSED)
{
    must("mkdir x && unzip -q -d x out/" BUNDLE ".zip");
    must("test $(find x/" BUNDLE "/XSD -type f | wc -l) = 11");
    must("cd xsd && for f in *.xsd coreschemas/*.xsd; do cmp $f ../x/" BUNDLE "/XSD/$f || exit 1; done");
}

static void export__with_the_set__says_so_and_does_not_warn(void **state UNUSED)
{
    assert_int_equal(kenporter(EXPORT OFFICIAL "-o again " INPUT), 1);
    assert_int_equal(
        occurrences(slurp("stderr", NULL), "K6001") + occurrences(slurp("stdout", NULL), "--xsd"), 0);
    assert_contains(slurp(textf("%s/report.json", run_folder("again")), NULL), "\"schemas\": \"official\"");
    assert_int_equal(kenporter(EXPORT "-o ours " INPUT), 1);
    assert_contains(slurp("stderr", NULL), "K6001");
    assert_contains(slurp("stdout", NULL), "--xsd");
    assert_contains(slurp(textf("%s/report.json", run_folder("ours")), NULL), "\"schemas\": \"profile\"");
    assert_contains(slurp(textf("%s/report.html", run_folder("ours")), NULL), "--xsd");
    assert_int_equal(occurrences(slurp(textf("%s/report.html", run_folder("again")), NULL), "--xsd"), 0);
}

static void export__documents__are_those_of_a_run_without_it(void **state UNUSED)
{
    must("mkdir y && unzip -q -d y ours/" BUNDLE ".zip && diff -r x/" BUNDLE "/DATA y/" BUNDLE "/DATA");
}

static void verify__bundle_with_the_set__finds_nothing_to_say(void **state UNUSED)
{
    assert_int_equal(kenporter("verify " OFFICIAL "--log out/disclosure-log.csv out/*.zip"), 0);
    assert_int_equal(occurrences(slurp("stderr", NULL), " K80"), 0);
    assert_int_equal(kenporter("verify --schemas tables --strict out/" BUNDLE ".zip"),
                     5); /* an old examination */
    must("! grep -v K30 stderr");
    assert_int_equal(kenporter("verify --schemas tables out/*_01130012_*.zip"),
                     0); /* needs no schema files */
    assert_int_equal(occurrences(slurp("stderr", NULL), " K80"), 0);
    assert_int_equal(kenporter("verify out/*.zip"),
                     5); /* the built-in digests do not match the substitutes */
    assert_contains(slurp("stderr", NULL), "K8025");
}

static void verify__what_only_the_ministry_allows__is_a_warning(void **state UNUSED)
{
    must("python3 \"$GOLDEN/edit_bundle.py\" out/" BUNDLE ".zip loose/" BUNDLE ".zip '</addr><patient>' "
         "'</addr><telecom value=\"tel:0312345678\"/><patient>'");
    assert_int_equal(kenporter("verify " OFFICIAL "loose/*.zip"), 0);
    assert_contains(slurp("stderr", NULL), "warn K8036");
    assert_int_equal(kenporter("verify " OFFICIAL "--strict loose/*.zip"), 5);
    assert_int_equal(kenporter("verify --schemas tables loose/*.zip"), 0); /* the bundle encloses the files */
    assert_contains(slurp("stderr", NULL), "warn K8036");
    must("7z d -bd -y loose/*.zip '*/XSD/su08_V08.xsd' -r >/dev/null");
    assert_int_equal(kenporter("verify --schemas tables loose/*.zip"), 5);
    assert_contains(slurp("stderr", NULL), "fail K8035");
}

/* The digests ignore white space, so white space can be inserted where it breaks the files. */
static void verify__enclosed_schemas_spoilt__fail_that_bundle_alone(void **state UNUSED)
{
    must("python3 \"$GOLDEN/edit_bundle.py\" out/" BUNDLE ".zip spoilt/" BUNDLE ".zip '<xs:' '<xs: '");
    assert_int_equal(kenporter("verify --lang en --schemas tables spoilt/*.zip out/" BUNDLE ".zip"), 5);
    assert_contains(slurp("stderr", NULL), "spoilt/" BUNDLE ".zip: fail K8025");
    assert_int_equal(occurrences(slurp("stderr", NULL), "fail"), 1);
    assert_int_equal(occurrences(slurp("stdout", NULL), "  would be taken"), 1);
}

/* A space within a value changes a rule. Enclosed files apply to their own bundle only, in any order. */
static void verify__enclosed_schemas__judge_no_other_bundle(void **state UNUSED)
{
    static const char *const orders[] = {"other/*.zip out/*_01130012_*.zip",
                                         "out/*_01130012_*.zip other/*.zip"};
    must("python3 \"$GOLDEN/edit_bundle.py\" out/" BUNDLE ".zip other/" BUNDLE ".zip "
         "'enumeration value=\"' 'enumeration value=\" '");
    for (size_t i = 0; i < COUNT(orders); i++) {
        assert_int_equal(kenporter("verify --lang en --schemas tables %s", orders[i]), 5);
        assert_contains(slurp("stderr", NULL), "fail K8035");
        assert_int_equal(occurrences(slurp("stdout", NULL), "  would be taken"), 1);
        must("! grep -q 'zip: fail\\|_01130012_.*fail' stderr");
    }
}

/* libxml2 needs about two kilobytes for each character of a pattern. */
static void verify__enclosed_set_full_of_white_space__costs_no_memory(void **state UNUSED)
{
    must("python3 \"$GOLDEN/edit_bundle.py\" out/*_31289002_*.zip full/" BUNDLE ".zip 'pattern value=\"' "
         "\"pattern value=\\\"$(printf '%%60000s')\"");
    must("python3 -c \"import resource, subprocess, sys\n"
         "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
         "kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
         "sys.exit(kib > 300000 and str(kib))\" \"$KENPORTER\" verify --schemas tables full/" BUNDLE ".zip");
}

static void verify__what_neither_allows__is_a_fault(void **state UNUSED)
{
    must("python3 \"$GOLDEN/edit_bundle.py\" out/" BUNDLE ".zip wrong/" BUNDLE
         ".zip '<custodian>' '<dataEnterer/><custodian>'");
    assert_int_equal(kenporter("verify " OFFICIAL "wrong/*.zip"), 5);
    assert_contains(slurp("stderr", NULL), "fail K8035");
    assert_int_equal(occurrences(slurp("stderr", NULL), "K8036"), 0);
}

/* Enclosed files may differ from those in use in white space alone. */
static void set__that_was_altered_or_is_not_whole__is_refused(void **state UNUSED)
{
    static const struct {
        const char *change, *code;
        int status;
    } cases[] = {{"sed -i 's/$/\\r/; s/  /    /' bad/hc08_V08.xsd", NULL, 1},
                 {"echo '<!-- x -->' >>bad/su08_V08.xsd", "su08_V08.xsd", 2},
                 {"rm bad/coreschemas/voc_hcgv08.xsd", "voc_hcgv08.xsd", 2},
                 {"rm -r bad", "cc08_V08.xsd", 2}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        must("rm -rf bad out2 && cp -r xsd bad && %s", cases[i].change);
        assert_int_equal(kenporter(EXPORT "--schemas tables --xsd bad -o out2 " INPUT), cases[i].status);
        if (cases[i].code)
            assert_contains(slurp("stderr", NULL), cases[i].code);
        assert_int_equal(how_many("out2/*.zip") > 0, cases[i].status == 1);
        assert_int_equal(kenporter("verify --schemas tables --xsd bad out/*.zip"),
                         cases[i].status == 1 ? 0 : 2);
    }
}

static void digests__that_are_none__are_refused_with_their_line(void **state UNUSED)
{
    must("cp -r tables odd && sed -i '3s/,.*/,12ab/' odd/xsd_digests.csv");
    assert_int_equal(kenporter(CHECK "--schemas odd -o out3 " INPUT), 2);
    assert_contains(slurp("stderr", NULL), "xsd_digests.csv:3");
}

/* K9012: the tables accept the first document, libxml2 is made to reject it. */
static void export__validations_that_differ__end_the_run(void **state UNUSED)
{
    const char *preload = textf("LD_PRELOAD=\"$(dirname \"$KENPORTER\")/tests/rejecting.so\" ");
    int st = run_shell(
        textf("%s\"$KENPORTER\" export -c \"$FIXTURES/kenporter.ini\" --as-of 2026-04-01 --backdate test "
              "--lang en -o differ \"$FIXTURES/export.csv\" >stdout 2>stderr",
              preload));
    if (occurrences(slurp("stderr", NULL), "ASan runtime") > 0)
        skip(); /* it insists on being the first library */
    assert_int_equal(st, 4);
    assert_contains(slurp("stderr", NULL), "fail K9012");
    assert_int_equal(how_many("differ/*.zip"), 0);
    st = run_shell(textf(
        "%s\"$KENPORTER\" verify --lang en --schemas tables out/" BUNDLE ".zip >stdout 2>stderr", preload));
    assert_int_equal(st, 4);
    assert_contains(slurp("stderr", NULL), "fail K9012");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(export__with_the_set__encloses_it_unchanged),
        cmocka_unit_test(export__with_the_set__says_so_and_does_not_warn),
        cmocka_unit_test(export__documents__are_those_of_a_run_without_it),
        cmocka_unit_test(verify__bundle_with_the_set__finds_nothing_to_say),
        cmocka_unit_test(verify__what_only_the_ministry_allows__is_a_warning),
        cmocka_unit_test(verify__enclosed_schemas_spoilt__fail_that_bundle_alone),
        cmocka_unit_test(verify__enclosed_schemas__judge_no_other_bundle),
        cmocka_unit_test(verify__enclosed_set_full_of_white_space__costs_no_memory),
        cmocka_unit_test(verify__what_neither_allows__is_a_fault),
        cmocka_unit_test(export__validations_that_differ__end_the_run),
        cmocka_unit_test(set__that_was_altered_or_is_not_whole__is_refused),
        cmocka_unit_test(digests__that_are_none__are_refused_with_their_line),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down_golden);
}
