#include "support.h"

#include "tables/diag.h"

#include <stdio.h>

/* A catalogue for the tests, so that the texts of the real one may change. */
static const struct kp_msg ROWS[] = {
    {4001, KP_LEVEL_FAIL, "one", "", {"cannot {1}: {2} of {3}", "{3}の{2}: {1}"}, {"mend {1}", "{1}を直す"}},
    {4002, KP_LEVEL_WARN, "two", "", {"value {v} is odd", "値 {v} は変です"}, {"look at {v}", "{v} を見る"}},
    {4003, KP_LEVEL_NOTE, "three", "", {"changed", "変えました"}, {"nothing to do", "対応不要"}},
    {4004, KP_LEVEL_HOLD, "four", "", {"{} {x {9} {1", "{"}, {"{", "}"}},
    {4005, KP_LEVEL_REJECT, "five", "", {"no", "否"}, {"fix", "直す"}},
    {4006, KP_LEVEL_REJECT, "six", "", {"line", "行"}, {"{m},{v}=1", "{m},{v}=1"}},
};
static const uint16_t OWN_PLACES[] = {[4001] = 1, [4002] = 2, [4003] = 3, [4004] = 4, [4005] = 5, [4006] = 6};
static const struct kp_catalogue OWN = {.rows = ROWS, .n_rows = COUNT(ROWS), .places = OWN_PLACES};

static struct kp_arena arena;
static struct kp_catalogue real;
static struct kp_buf out;

static struct {
    int count;
    struct kp_message last;
    char text[512], remedy[512],
        field[128]; /* copies, because the message's pointers end with the callback */
} got;

static void collect(void *ctx, const struct kp_message *message)
{
    assert_ptr_equal(ctx, &got);
    got.count++;
    got.last = *message;
    (void)snprintf(got.text, sizeof(got.text), "%s", message->text);
    (void)snprintf(got.remedy, sizeof(got.remedy), "%s", message->remedy);
    (void)snprintf(got.field, sizeof(got.field), "%s", message->field ? message->field : "none");
}

static const struct kp_env ENV = {.message = collect, .ctx = &got};

static int set_up(void **state)
{
    (void)state;
    return kp_catalogue_load(&arena, &real) == KP_OK ? 0 : -1;
}

static int fresh(void **state)
{
    (void)state;
    memset(&got, 0, sizeof(got));
    kp_buf_reset(&out);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    kp_arena_release(&arena);
    kp_buf_release(&out);
    return 0;
}

/* --- the catalogue --- */

static void catalogue__codes__ascend_and_are_found(void **state)
{
    (void)state;
    assert_true(real.n_rows > 100);
    for (size_t i = 0; i < real.n_rows; i++) {
        const struct kp_msg *row = &real.rows[i];
        assert_in_range(row->code, 1000, 9999);
        assert_true(i == 0 || row->code > real.rows[i - 1].code);
        assert_ptr_equal(kp_catalogue_find(&real, row->code), row);
        assert_true((unsigned)row->level < KP_LEVEL__COUNT);
    }
    assert_null(kp_catalogue_find(&real, 0));
    assert_null(kp_catalogue_find(&real, 1000));
    assert_null(kp_catalogue_find(&real, 9999));
    assert_null(kp_catalogue_find(&(struct kp_catalogue){0}, 4001));
}

static void catalogue__pinned_numbers__keep_their_meaning(void **state)
{
    (void)state;
    static const struct {
        unsigned code;
        enum kp_code symbol;
        const char *name;
        enum kp_level level;
    } pinned[] = {
        {1001, KP_K_UNKNOWN_COMMAND, "unknown_command", KP_LEVEL_FAIL},
        {1021, KP_K_TABLE_BAD, "table_bad", KP_LEVEL_FAIL},
        {2004, KP_K_QUOTE_UNBALANCED, "quote_unbalanced", KP_LEVEL_FAIL},
        {3001, KP_K_WIDTH_CHANGED, "width_changed", KP_LEVEL_NOTE},
        {3009, KP_K_TEXT_CUT, "text_cut", KP_LEVEL_WARN},
        {4001, KP_K_VALUE_MISSING, "value_missing", KP_LEVEL_REJECT},
        {9001, KP_K_NO_MEMORY, "no_memory", KP_LEVEL_FAIL},
    };
    for (size_t i = 0; i < COUNT(pinned); i++) {
        const struct kp_msg *row = kp_catalogue_find(&real, pinned[i].code);
        assert_non_null(row);
        assert_int_equal(pinned[i].symbol, pinned[i].code);
        assert_string_equal(row->name, pinned[i].name);
        assert_int_equal(row->level, pinned[i].level);
    }
}

static bool has_japanese(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s >= 0xe3 && (unsigned char)*s <= 0xe9)
            return true;
    return false;
}

static void catalogue__every_code__has_both_languages_and_remedies(void **state)
{
    (void)state;
    for (size_t i = 0; i < real.n_rows; i++) {
        const struct kp_msg *row = &real.rows[i];
        if (!*row->text[KP_LANG_EN] || !*row->remedy[KP_LANG_EN] || has_japanese(row->text[KP_LANG_EN]) ||
            !has_japanese(row->remedy[KP_LANG_JA]) || !has_japanese(row->text[KP_LANG_JA]))
            fail_msg("K%u lacks a language", row->code);
        for (size_t k = 0; k < i; k++)
            if (strcmp(real.rows[k].name, row->name) == 0)
                fail_msg("K%u and K%u have one name", real.rows[k].code, row->code);
    }
}

static unsigned placeholders(const char *s)
{
    unsigned set = 0;
    for (; *s; s++)
        if (*s == '{') {
            assert_non_null(strchr("123vm", s[1]));
            assert_int_equal(s[2], '}');
            set |= 1u << (s[1] & 15);
        }
    return set;
}

static void catalogue__both_languages__use_the_same_placeholders(void **state)
{
    (void)state;
    for (size_t i = 0; i < real.n_rows; i++) {
        const struct kp_msg *row = &real.rows[i];
        if (placeholders(row->text[KP_LANG_EN]) != placeholders(row->text[KP_LANG_JA]) ||
            placeholders(row->remedy[KP_LANG_EN]) != placeholders(row->remedy[KP_LANG_JA]))
            fail_msg("K%u differs between its languages", row->code);
    }
}

/* --- texts --- */

static void assert_text(struct kp_diag diag, struct kp_finding finding, const char *want)
{
    diag.catalogue = &OWN;
    kp_buf_reset(&out);
    kp_diag_text(&diag, &finding, &out);
    assert_string_equal(kp_buf_text(&out), want);
}

#define CODE(n) .code = (enum kp_code)(n)

static void text__placeholders__are_filled_in_either_order(void **state)
{
    (void)state;
    struct kp_finding finding = {CODE(4001), .args = {"open", "two", "three"}};
    assert_text((struct kp_diag){.lang = KP_LANG_EN}, finding, "cannot open: two of three");
    assert_text((struct kp_diag){.lang = KP_LANG_JA}, finding, "threeのtwo: open");
    finding.args[1] = NULL;
    assert_text((struct kp_diag){.lang = KP_LANG_EN}, finding, "cannot open:  of three");
}

static void text__argument_like_a_placeholder__is_not_expanded(void **state)
{
    (void)state;
    struct kp_finding finding = {CODE(4001), .args = {"{2}", "{v}", "%s"}, .value = "secret"};
    assert_text((struct kp_diag){.lang = KP_LANG_EN}, finding, "cannot {2}: {v} of %s");
}

static void text__torn_placeholders__do_not_overrun(void **state)
{
    (void)state;
    struct kp_finding finding = {CODE(4004), .args = {"one"}};
    assert_text((struct kp_diag){.lang = KP_LANG_EN}, finding, "{} {x  {1");
    assert_text((struct kp_diag){.lang = KP_LANG_JA}, finding, "{");
}

static void text__value__is_masked_unless_values_may_be_shown(void **state)
{
    (void)state;
    struct kp_finding finding = {CODE(4002), .value = "山田"};
    assert_text((struct kp_diag){.lang = KP_LANG_EN}, finding, "value … is odd");
    assert_text((struct kp_diag){.lang = KP_LANG_JA}, finding, "値 … は変です");
    assert_text((struct kp_diag){.lang = KP_LANG_JA, .show_values = true}, finding, "値 山田 は変です");
    finding.value = NULL;
    assert_text((struct kp_diag){.lang = KP_LANG_EN, .show_values = true}, finding, "value  is odd");
}

static void text__value_without_placeholder__is_added_only_if_shown(void **state)
{
    (void)state;
    struct kp_finding finding = {CODE(4003), .value = "山田"};
    assert_text((struct kp_diag){.lang = KP_LANG_EN}, finding, "changed");
    assert_text((struct kp_diag){.lang = KP_LANG_EN, .show_values = true}, finding, "changed [山田]");
    finding.value = NULL;
    assert_text((struct kp_diag){.lang = KP_LANG_EN, .show_values = true}, finding, "changed");
}

static void finding__of_a_column__names_its_header_once(void **state)
{
    (void)state;
    struct kp_finding finding = {CODE(4006),       .field = "sex",         .column = 23, .row = 5,
                                 .header = "性別", .mapping = "性別,sex,", .value = "x"};
    struct kp_diag diag = {.catalogue = &OWN, .env = &ENV, .lang = KP_LANG_EN};
    kp_diag_send(&diag, NULL, 0, &finding);
    assert_string_equal(got.field, "sex cell W5 '性別'");
    assert_string_equal(got.text, "line");
    assert_string_equal(got.remedy, "性別,sex,,…=1");
    diag.show_values = true;
    finding.field = "性別 #1"; /* already names it */
    kp_diag_send(&diag, NULL, 0, &finding);
    assert_string_equal(got.field, "性別 #1 cell W5");
    assert_string_equal(got.text, "line [x]");
    assert_string_equal(got.remedy, "性別,sex,,x=1");
    diag.lang = KP_LANG_JA;
    finding.field = "sex";
    finding.header = "M/F";
    kp_diag_send(&diag, NULL, 0, &finding);
    assert_string_equal(got.field, "sex W列 5行「M/F」");
    diag.lang = KP_LANG_EN;
    finding.mapping = NULL;
    kp_diag_send(&diag, NULL, 0, &finding);
    assert_string_equal(got.remedy, "…,x=1");
}

static void text__real_catalogue__contains_no_masked_value(void **state)
{
    (void)state;
    for (int lang = 0; lang < 2; lang++)
        for (size_t i = 0; i < real.n_rows; i++) {
            struct kp_diag diag = {.catalogue = &real, .env = &ENV, .lang = (enum kp_lang)lang};
            struct kp_finding finding = {CODE(real.rows[i].code), .args = {"A", "B", "C"}, .value = "S3CRET"};
            kp_diag_send(&diag, NULL, 0, &finding);
            assert_null(strstr(got.text, "S3CRET"));
            assert_null(strstr(got.remedy, "S3CRET"));
            assert_null(strchr(got.text, '{'));
            assert_null(strchr(got.remedy, '{'));
            assert_true(got.text[0] && got.remedy[0]);
            diag.show_values = true;
            kp_diag_send(&diag, NULL, 0, &finding);
            assert_non_null(strstr(got.text, "S3CRET"));
        }
}

static void text__ascii_control_characters__are_masked(void **state)
{
    (void)state;
    struct kp_finding finding = {CODE(4001), .args = {"a\nK9999", "\x1b[31m", "x\ty\x7f\r"}};
    assert_text((struct kp_diag){.lang = KP_LANG_EN}, finding, "cannot a?K9999: ?[31m of x?y??");
    struct kp_finding value = {CODE(4003), .value = "1\n2"};
    assert_text((struct kp_diag){.lang = KP_LANG_EN, .show_values = true}, value, "changed [1?2]");
}

/* U+0085 ends a line too, and U+009B begins a terminal sequence. */
static void text__control_characters_above_ascii__are_masked(void **state)
{
    (void)state;
    struct kp_finding finding = {CODE(4001), .args = {"a\xc2\x85"
                                                      "b",
                                                      "\xc2\x9b"
                                                      "31m",
                                                      "ok"}};
    kp_diag_text(&(struct kp_diag){.catalogue = &OWN}, &finding, &out);
    assert_null(strstr(kp_buf_text(&out), "\xc2\x85"));
    assert_null(strstr(kp_buf_text(&out), "\xc2\x9b"));
}

/* --- levels and sending --- */

static void level__strict__makes_only_warnings_reject(void **state)
{
    (void)state;
    struct kp_diag diag = {.catalogue = &OWN};
    for (int strict = 0; strict < 2; strict++) {
        diag.strict = strict != 0;
        assert_int_equal(kp_diag_level(&diag, (enum kp_code)4001), KP_LEVEL_FAIL);
        assert_int_equal(kp_diag_level(&diag, (enum kp_code)4002), strict ? KP_LEVEL_REJECT : KP_LEVEL_WARN);
        assert_int_equal(kp_diag_level(&diag, (enum kp_code)4003), KP_LEVEL_NOTE);
        assert_int_equal(kp_diag_level(&diag, (enum kp_code)4004), KP_LEVEL_HOLD);
        assert_int_equal(kp_diag_level(&diag, (enum kp_code)4005), KP_LEVEL_REJECT);
        assert_int_equal(kp_diag_level(&diag, (enum kp_code)5999), KP_LEVEL_FAIL);
    }
}

static void worst__findings__is_the_most_severe_after_strict(void **state)
{
    (void)state;
    struct kp_diag diag = {.catalogue = &OWN};
    struct kp_findings findings = {.arena = &arena};
    assert_int_equal(kp_diag_worst(&diag, &findings), KP_LEVEL_NOTE);
    kp_findings_add(&findings, (enum kp_code)4002, NULL, NULL);
    kp_findings_add(&findings, (enum kp_code)4003, NULL, NULL);
    assert_int_equal(kp_diag_worst(&diag, &findings), KP_LEVEL_WARN);
    diag.strict = true;
    assert_int_equal(kp_diag_worst(&diag, &findings), KP_LEVEL_REJECT);
    diag.strict = false;
    kp_findings_add(&findings, (enum kp_code)4004, NULL, NULL);
    assert_int_equal(kp_diag_worst(&diag, &findings), KP_LEVEL_HOLD);
}

static void findings__several__keep_order_and_contents(void **state)
{
    (void)state;
    struct kp_findings findings = {.arena = &arena};
    kp_findings_add(&findings, (enum kp_code)4002, "sex", "X", "a", "b");
    kp_findings_add(&findings, (enum kp_code)4001, NULL, NULL);
    kp_findings_add(&findings, (enum kp_code)4003, "name", NULL);
    const struct kp_finding *f = findings.first;
    assert_int_equal(f->code, 4002);
    assert_string_equal(f->field, "sex");
    assert_string_equal(f->value, "X");
    assert_string_equal(f->args[0], "a");
    assert_string_equal(f->args[1], "b");
    assert_null(f->args[2]);
    assert_int_equal(f->next->code, 4001);
    assert_ptr_equal(f->next->next, findings.last);
    assert_null(findings.last->next);
    assert_false(findings.arena->failed);
}

static void findings__arena_at_its_limit__sticks_in_the_arena(void **state)
{
    (void)state;
    struct kp_arena none = {.max_bytes = 1};
    struct kp_findings findings = {.arena = &none};
    kp_findings_add(&findings, (enum kp_code)4002, NULL, NULL);
    assert_true(findings.arena->failed);
    assert_null(findings.first);
    kp_arena_release(&none);
}

static void send__finding__reaches_the_environment(void **state)
{
    (void)state;
    struct kp_diag diag = {.catalogue = &OWN, .env = &ENV, .lang = KP_LANG_JA, .strict = true};
    struct kp_finding finding = {CODE(4002), .field = "sex", .column = 12, .row = 12, .value = "X"};
    kp_diag_send(&diag, "export.csv", 12, &finding);
    assert_int_equal(got.count, 1);
    assert_int_equal(got.last.level, KP_LEVEL_REJECT);
    assert_int_equal(got.last.code, 4002);
    assert_string_equal(got.last.file, "export.csv");
    assert_int_equal(got.last.line, 12);
    assert_string_equal(got.field, "sex L列 12行");
    assert_string_equal(got.text, "値 … は変です");
    assert_string_equal(got.remedy, "… を見る");
}

/* What a finding knows of its place, and the text. */
static const struct {
    const char *field;
    unsigned column;
    const char *ja, *en;   /* in line 5 */
    const char *column_en; /* without a line */
} PLACES[] = {{NULL, 0, "", "", ""},
              {"sex", 0, "性別", "sex", "sex"},
              {"sex", 7, "性別 G列 5行", "sex cell G5", "sex column G"},
              {NULL, 23, "W列 5行", "cell W5", "column W"},
              {"9N001000000000001 身長", 4096, "9N001000000000001 身長 FAN列 5行",
               "9N001000000000001 身長 cell FAN5", "9N001000000000001 身長 column FAN"},
              {"a\nb\xc2\x85", 1, "a?b? A列 5行", "a?b? cell A5", "a?b? column A"}};

static void where__field_and_column__are_appended(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(PLACES); i++) {
        struct kp_finding finding = {CODE(4001), .field = PLACES[i].field, .column = PLACES[i].column};
        struct kp_diag diag = {.catalogue = &real};
        kp_buf_reset(&out);
        kp_buf_str(&out, "at ");
        kp_diag_where(&diag, &finding, false, &out);
        assert_string_equal(kp_buf_text(&out),
                            kp_arena_printf(&arena, "at %s", PLACES[i].column_en)); /* appended */
    }
}

static void send__field_and_column__become_the_message_field(void **state)
{
    (void)state;
    struct kp_diag diag = {.catalogue = &real, .env = &ENV};
    for (size_t i = 0; i < COUNT(PLACES); i++)
        for (int lang = KP_LANG_EN; lang <= KP_LANG_JA; lang++) {
            const char *where = lang == KP_LANG_JA ? PLACES[i].ja : PLACES[i].en;
            struct kp_finding finding = {CODE(4001), .field = PLACES[i].field, .column = PLACES[i].column,
                                         .row = 5};
            diag.lang = (enum kp_lang)lang;
            kp_diag_send(&diag, "export.csv", 5, &finding);
            assert_string_equal(got.field, *where ? where : "none");
        }
}

static void terms__ids_and_phrases__are_words(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *id, *ja, *en;
    } cases[] = {{"field", "insured_number", "被保険者等番号", "insured_number"},
                 {"reason", "no_request", "提供依頼待ち", "waiting for a request"},
                 {"basis", "elderly27", "高確法27条", "art. 27 Elderly Act"},
                 {"scheme", "unsettled", "適用法未確定", "Act not settled"},
                 {"detail", "No space left on device", "空き容量がありません", "No space left on device"},
                 {"ground", "accounting", "全行の照合(本プログラムの規則)",
                  "every row is accounted for (rule of this program)"},
                 {"field", "no such field", "no such field", "no such field"},
                 {"no such kind", "sex", "sex", "sex"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_diag diag = {.catalogue = &real, .lang = KP_LANG_JA};
        assert_string_equal(kp_term(&diag, cases[i].kind, cases[i].id), cases[i].ja);
        diag.lang = KP_LANG_EN;
        assert_string_equal(kp_term(&diag, cases[i].kind, cases[i].id), cases[i].en);
    }
    const char *const *field = (const char *const[]){"sex", "workplace", "exam_course", NULL};
    for (struct kp_diag diag = {.catalogue = &real, .lang = KP_LANG_JA}; *field; field++)
        assert_string_not_equal(kp_term(&diag, "field", *field), *field);
}

/* An argument is shown by the word for it only where placeholders.csv says what it is. */
static void arguments__by_kind__are_words(void **state)
{
    (void)state;
    struct kp_diag diag = {.catalogue = &real, .env = &ENV, .lang = KP_LANG_JA};
    (void)kp_fail(&diag, KP_E_USAGE, KP_K_COLUMN_MISSING, KP_NOWHERE, "insured_number", "保険番号");
    assert_non_null(strstr(got.text, "被保険者等番号"));
    (void)kp_fail(&diag, KP_E_USAGE, KP_K_COLUMN_UNMAPPED, KP_NOWHERE, "sex"); /* a header of the user */
    assert_non_null(strstr(got.text, "'sex'"));
    (void)kp_fail(&diag, KP_E_USAGE, KP_K_TABLE_BAD, KP_NOWHERE, "word stands twice:", "なし");
    assert_string_equal(got.text, "表の誤りです: 語が重複しています 'なし'");
}

/* No placeholder is left, every one has words of its own, and nothing of the code is missing. */
static void explanations__every_code__name_their_placeholders(void **state)
{
    (void)state;
    for (size_t i = 0; i < real.n_rows; i++)
        for (int lang = KP_LANG_EN; lang <= KP_LANG_JA; lang++) {
            const struct kp_msg *m = &real.rows[i];
            struct kp_diag diag = {.catalogue = &real, .lang = (enum kp_lang)lang};
            kp_buf_reset(&out);
            kp_diag_explain(&diag, m, m->text[lang], &out);
            kp_diag_explain(&diag, m, m->remedy[lang], &out);
            const char *text = kp_buf_text(&out);
            bool open = strstr(text, "{") || strstr(text, "«»") ||
                        (strstr(text, "…") && !strstr(m->text[lang], "…") && !strstr(m->remedy[lang], "…"));
            if (open || (strstr(m->remedy[lang], "{") && !strstr(text, "«")))
                fail_msg("K%04u: %s", m->code, text);
        }
}

static void findings__column__is_copied_into_later_ones(void **state)
{
    (void)state;
    static const unsigned columns[] = {0, 21, 0, 4};
    struct kp_findings findings = {.arena = &arena};
    for (size_t i = 0; i < COUNT(columns); i++) {
        findings.column = columns[i];
        kp_findings_add(&findings, (enum kp_code)4002, "sex", NULL);
    }
    const struct kp_finding *f = findings.first;
    for (size_t i = 0; i < COUNT(columns); i++, f = f->next)
        assert_int_equal(f->column, columns[i]);
    assert_null(f);
}

static void fail__any_status__is_returned(void **state)
{
    (void)state;
    struct kp_diag diag = {.catalogue = &OWN, .env = &ENV};
    assert_int_equal(kp_fail(&diag, KP_E_USAGE, (enum kp_code)4001, KP_NOWHERE, "x", "y", "z"), KP_E_USAGE);
    assert_int_equal(kp_fail(&diag, KP_E_FAULT, (enum kp_code)4001, kp_at("f", 3), "x", "y", "z"),
                     KP_E_FAULT);
    assert_int_equal(got.count, 2);
    assert_string_equal(got.text, "cannot x: y of z");
    assert_string_equal(got.remedy, "mend x");
    assert_int_equal(got.last.line, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(catalogue__codes__ascend_and_are_found, fresh),
        cmocka_unit_test_setup(catalogue__pinned_numbers__keep_their_meaning, fresh),
        cmocka_unit_test_setup(catalogue__every_code__has_both_languages_and_remedies, fresh),
        cmocka_unit_test_setup(catalogue__both_languages__use_the_same_placeholders, fresh),
        cmocka_unit_test_setup(text__placeholders__are_filled_in_either_order, fresh),
        cmocka_unit_test_setup(text__argument_like_a_placeholder__is_not_expanded, fresh),
        cmocka_unit_test_setup(text__torn_placeholders__do_not_overrun, fresh),
        cmocka_unit_test_setup(text__value__is_masked_unless_values_may_be_shown, fresh),
        cmocka_unit_test_setup(text__value_without_placeholder__is_added_only_if_shown, fresh),
        cmocka_unit_test_setup(finding__of_a_column__names_its_header_once, fresh),
        cmocka_unit_test_setup(text__real_catalogue__contains_no_masked_value, fresh),
        cmocka_unit_test_setup(text__ascii_control_characters__are_masked, fresh),
        cmocka_unit_test_setup(text__control_characters_above_ascii__are_masked, fresh),
        cmocka_unit_test_setup(level__strict__makes_only_warnings_reject, fresh),
        cmocka_unit_test_setup(worst__findings__is_the_most_severe_after_strict, fresh),
        cmocka_unit_test_setup(findings__several__keep_order_and_contents, fresh),
        cmocka_unit_test_setup(findings__arena_at_its_limit__sticks_in_the_arena, fresh),
        cmocka_unit_test_setup(terms__ids_and_phrases__are_words, fresh),
        cmocka_unit_test_setup(arguments__by_kind__are_words, fresh),
        cmocka_unit_test_setup(explanations__every_code__name_their_placeholders, fresh),
        cmocka_unit_test_setup(findings__column__is_copied_into_later_ones, fresh),
        cmocka_unit_test_setup(where__field_and_column__are_appended, fresh),
        cmocka_unit_test_setup(send__finding__reaches_the_environment, fresh),
        cmocka_unit_test_setup(send__field_and_column__become_the_message_field, fresh),
        cmocka_unit_test_setup(fail__any_status__is_returned, fresh),
    };
    return cmocka_run_group_tests_name("msg", tests, set_up, tear_down);
}
