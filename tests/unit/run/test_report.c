#include "small_run.h"

#include "run/report.h"
#include "tables/names.h"

#define ROOT SENDER "_" INSURER "_202604010_1"

static struct kp_ledger ledger;
static struct kp_tally tally;
static struct kp_result result;

static int set_up(void **state)
{
    return set_up_small_run(state) || kp_tally_init(&tally, &run) != KP_OK ||
           kp_ledger_open(&ledger, &run) != KP_OK;
}

static int tear_down(void **state)
{
    kp_result_free(&result);
    kp_tally_abandon(&tally);
    kp_ledger_close(&ledger);
    return tear_down_small_run(state);
}

/* ANN is released, BOB rejected. */
static void work_on_rows(void)
{
    static const struct kp_mark conflict = {.kind = KP_MARK_CONFLICT, .line = 2};
    struct kp_account *account = NULL;
    const char *document = NULL;
    struct kp_slot *ann = decide_row(0, NULL);
    assert_int_equal(kp_tally_account(&tally, &run, INSURER, &account), KP_OK);
    assert_int_equal(kp_account_add(account, &ledger, run_tools(), ann, &document), KP_OK);
    kp_tally_add(&tally, &run, ann, account);
    kp_tally_add(&tally, &run, decide_row(1, &conflict), NULL);
    assert_int_equal(kp_tally_seal(&tally, run_tools()), KP_OK);
    assert_int_equal(kp_tally_release(&tally, &ledger), KP_OK);
}

static void write_all(void)
{
    assert_int_equal(kp_report_write(&run, &tally, &ledger, &result), KP_OK);
}

static char *report_file(const char *name)
{
    return slurp(textf("%s/%s", run.run_folder, name), NULL);
}

/* --- result --- */

static void result__one_released_one_rejected__has_the_counts(void **state)
{
    (void)state;
    work_on_rows();
    write_all();
    assert_int_equal(result.read, 2);
    assert_int_equal(result.released, 1);
    assert_int_equal(result.rejected, 1);
    assert_string_equal(result.as_of, "2026-04-01");
    assert_string_equal(result.head_hash, kp_ledger_head(&ledger));
    assert_true(result.own_schemas);
    assert_int_equal(result.n_reasons, 0);
    assert_int_equal(result.n_insurers, 1);
    const struct kp_insurer_result *n = &result.insurers[0];
    assert_string_equal(n->insurer_number, INSURER);
    assert_string_equal(n->name, "架空精機健康保険組合");
    assert_int_equal(n->documents, 1);
    assert_int_equal(n->n_bundles, 1);
    assert_string_equal(n->bundles[0], in_output(ROOT ".zip"));
    assert_int_equal(n->n_bases, 1);
    assert_int_equal(n->by_basis[0].n, 1);
}

static void result__codes__are_ordered_by_gravity(void **state)
{
    (void)state;
    work_on_rows();
    write_all();
    assert_in_range(result.n_codes, 2, 100);
    assert_int_equal(result.codes[0].code, KP_K_RECORDS_CONFLICT);
    assert_string_equal(result.codes[0].places, textf("%s:3", run_options.inputs[0]));
    for (size_t i = 1; i < result.n_codes; i++)
        assert_true(result.codes[i].level < result.codes[i - 1].level ||
                    (result.codes[i].level == result.codes[i - 1].level &&
                     result.codes[i].code > result.codes[i - 1].code));
}

static void result__run_has_ended__is_still_readable(void **state)
{
    (void)state;
    work_on_rows();
    write_all();
    kp_tally_abandon(&tally);
    tally = (struct kp_tally){0};
    kp_ledger_close(&ledger);
    end_run(true);
    assert_string_equal(result.insurers[0].insurer_number, INSURER);
    assert_memory_equal(result.report_json, "{\n  \"schema_version\": ", 22);
    kp_result_free(&result);
    assert_null(result.report_json);
    kp_result_free(&result);
}

/* --- report.json --- */

static void json__one_released_one_rejected__has_the_counts(void **state)
{
    (void)state;
    work_on_rows();
    write_all();
    const char *json = report_file("report.json");
    const struct kp_bundle *b = tally.accounts[0]->bundles;
    assert_string_equal(json, result.report_json);
    assert_contains(
        json, textf("{\n  \"schema_version\": 1,\n  \"run_id\": \"%s\",\n  \"version\": \"", run.run_id));
    assert_contains(
        json, "\"command\": \"export\",\n  \"as_of\": \"2026-04-01\",\n  \"age_rule\": \"birthday\",\n");
    assert_contains(json,
                    textf("\"inputs\": [\n    {\"path\": \"%s\", \"sha256\": \"", run_options.inputs[0]));
    assert_contains(json, "\"encoding\": \"utf-8\", \"rows\": ");
    assert_contains(json, "\"counts\": {\"read\": 2, \"released\": 1, \"rejected\": 1, \"held\": 0, ");
    assert_contains(json, textf("\"rejected_by_code\": {\"K%u\": 1}", KP_K_RECORDS_CONFLICT));
    assert_contains(json, textf("\"K%u\": [{\"file\": \"%s\", \"line\": 3, \"cell\": \"3\"}]",
                                KP_K_RECORDS_CONFLICT, run_options.inputs[0]));
    assert_contains(json,
                    textf("\"bundle\": \"" ROOT ".zip\", \"sha256\": \"%s\", \"documents\": 1}]", b->sha256));
    assert_contains(json, "\"request_ids\": [\"R1\"]");
    assert_contains(json, "\"recovered\": {\"torn_line\": false, \"completed\": \"\", \"voided\": \"\"}");
    assert_contains(
        json,
        textf("\"log_entries\": 3,\n  \"log_head\": \"%s\",\n  \"anchor\": \"none\",\n  \"seconds\": 0\n}\n",
              kp_ledger_head(&ledger)));
}

static void json__nothing_read__has_empty_lists(void **state)
{
    (void)state;
    write_all();
    const char *json = report_file("report.json");
    assert_contains(json, "\"rejected_by_code\": {},");
    assert_contains(json, "\"first_lines\": {},");
    assert_contains(json, "\"insurers\": [\n  ],");
}

static void json__recovered__names_the_bundle(void **state)
{
    (void)state;
    ledger.recovery = (struct kp_recovery){.torn_line = true, .bundle = "a.zip", .completed = true};
    write_all();
    assert_contains(report_file("report.json"),
                    "\"recovered\": {\"torn_line\": true, \"completed\": \"a.zip\", \"voided\": \"\"}");
    assert_contains(report_file("report.html"), "its release entry was added: a.zip</p>");
}

/* --- report.html --- */

static void html__one_released_one_rejected__has_the_counts(void **state)
{
    (void)state;
    work_on_rows();
    write_all();
    const char *html = report_file("report.html");
    assert_memory_equal(html, "<!DOCTYPE html>\n<html lang=\"en\">", 32);
    assert_contains(html, "<h1>1 records were released; 1 need mending.</h1>");
    assert_contains(html, "</span>released</th><td class=\"n\">1</td>");
    assert_contains(html, "aria-label=\"read 2 = released 1 + rejected 1 + held 0 + already disclosed 0\"");
    assert_contains(html, "<rect class=\"ok\" x=\"0\" width=\"500\"");
    assert_contains(html, "<h3>" INSURER " <span lang=\"ja\">架空精機健康保険組合</span></h3>");
    assert_contains(html, "<a href=\"../../" ROOT ".zip\">" ROOT ".zip</a>");
    assert_contains(html, "<code>kenporter handover -o ");
    assert_contains(html, textf("rejected · code K%u</p>", KP_K_RECORDS_CONFLICT));
    assert_contains(html, "<li>row 3");
    assert_contains(html, "official schemas were not used");
    assert_contains(html, textf("<code>%s</code>", kp_ledger_head(&ledger)));
}

static void html__nothing_read__has_no_bar_and_nothing_to_do(void **state)
{
    (void)state;
    write_all();
    const char *html = report_file("report.html");
    assert_null(strstr(html, "<svg"));
    assert_contains(html, "<li>Nothing.</li>");
}

/* A value that is missing has a cell all the same. */
static void html__japanese__names_cells_and_no_ids(void **state)
{
    (void)state;
    struct kp_account *account = NULL;
    run_options.common.lang = KP_LANG_JA;
    begin_run(KP_CMD_EXPORT, ANN "E2," INSURER ",12,,ｲｽﾞﾐ ｼｭｳｲﾁ,男,1975-11-02,165.0\n");
    assert_int_equal(kp_tally_init(&tally, &run), KP_OK);
    assert_int_equal(kp_tally_account(&tally, &run, INSURER, &account), KP_OK);
    kp_tally_add(&tally, &run, decide_row(0, NULL), account);
    kp_tally_add(&tally, &run, decide_row(1, NULL), NULL);
    write_all();
    run_options.common.lang = KP_LANG_EN;
    const char *html = report_file("report.html");
    assert_contains(html, "<html lang=\"ja\">");
    assert_contains(html, "」 D列 3行");
    assert_contains(html, "要修正 · メッセージ番号 K4001");
    assert_null(strstr(html, "insured_number"));
    assert_contains(html, "高確法27条</span>: 1件");
    assert_null(strstr(html, "elderly27"));
    assert_contains(result.report_json, "\"K4001\": [{\"file\": ");
    assert_contains(result.report_json, "\"line\": 3, \"cell\": \"D3\"}]");
}

/* Ids of the tables, which the page and the screen show by their words. */
static void words__of_all_ids__are_in_both_languages(void **state)
{
    (void)state;
    struct kp_diag diag = run_ctx.diag;
    const struct kp_tables *t = &run_ctx.tables;
    for (int lang = 0; lang < 2; lang++) {
        diag.lang = (enum kp_lang)lang;
        for (int i = KP_HOLD_NONE + 1; i < KP_HOLD__COUNT; i++)
            assert_string_not_equal(kp_term(&diag, "reason", kp_reason_names[i]), kp_reason_names[i]);
        for (size_t i = 0; i < t->n_schemes; i++)
            assert_string_not_equal(kp_term(&diag, "scheme", t->schemes[i].scheme), t->schemes[i].scheme);
        for (size_t i = 1; kp_encoding_names[i]; i++)
            assert_string_not_equal(kp_term(&diag, "encoding", kp_encoding_names[i]), kp_encoding_names[i]);
        for (size_t i = 0; i < t->n_bases; i++)
            if (diag.lang == KP_LANG_JA || t->bases[i].route != KP_ROUTE_CONSENT)
                assert_string_not_equal(kp_term(&diag, "basis", t->bases[i].id), t->bases[i].id);
    }
}

static void reports__with_people__name_nobody(void **state)
{
    (void)state;
    static const char *const secrets[] = {"ｽｷﾞｳﾗ", "スギウラ", "6414", "19800728", "1980-07-28", "170.2"};
    work_on_rows();
    write_all();
    for (size_t i = 0; i < COUNT(secrets); i++) {
        assert_null(strstr(report_file("report.json"), secrets[i]));
        assert_null(strstr(report_file("report.html"), secrets[i]));
    }
}

static void reports__folder_missing__is_reported_once(void **state)
{
    (void)state;
    run.run_folder = "/tmp/kp_no_such_folder";
    assert_int_equal(kp_report_write(&run, &tally, &ledger, &result), KP_E_SYSTEM);
    assert_reported_once(KP_K_WRITE_FAILED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(result__one_released_one_rejected__has_the_counts),
        TEST(result__codes__are_ordered_by_gravity),
        TEST(result__run_has_ended__is_still_readable),
        TEST(json__one_released_one_rejected__has_the_counts),
        TEST(json__nothing_read__has_empty_lists),
        TEST(json__recovered__names_the_bundle),
        TEST(html__one_released_one_rejected__has_the_counts),
        TEST(html__nothing_read__has_no_bar_and_nothing_to_do),
        TEST(html__japanese__names_cells_and_no_ids),
        TEST(words__of_all_ids__are_in_both_languages),
        TEST(reports__with_people__name_nobody),
        TEST(reports__folder_missing__is_reported_once),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
