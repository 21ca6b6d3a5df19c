/* Numbers with their units, their marks and their reference ranges. */
#include "norm_story.h"

/* --- conversion: one value by hand for every row of conversions.csv --- */

struct conversion_case {
    const char *item, *unit, *cell, *text;
    bool rounded;
};

static const struct conversion_case CONVERSIONS[] = {
    {WHITE_CELLS, "10*2/mm3", "52", "5200", false},
    {WHITE_CELLS, "10*3/mm3", "5.2", "5200", false},
    {WHITE_CELLS, "10*4/mm3", "0.52", "5200", false},
    {WHITE_CELLS, "10*6/mm3", "0.0052", "5200", false},
    {WHITE_CELLS, "10*9/L", "5.2", "5200", false},
    {RED_CELLS, "/mm3", "4530000", "453", false},
    {RED_CELLS, "10*2/mm3", "45300", "453", false},
    {PLATELETS, "10*3/mm3", "250", "25", false},
    {RED_CELLS, "10*6/mm3", "4.53", "453", false},
    {PLATELETS, "10*9/L", "254", "25", true},
    {RED_CELLS, "10*12/L", "4.53", "453", false},
    {FASTING_GLUCOSE, "mmol/L", "5.5", "99", true},      /* 99.0858 */
    {CASUAL_GLUCOSE, "mmol/L", "7.8", "141", true},      /* 140.52168 */
    {TG, "mmol/L", "1.7", "151", true},                  /* 150.569 */
    {"3F050000002327101", "mmol/L", "5.2", "201", true}, /* total cholesterol, 201.058 */
    {"3F070000002327101", "mmol/L", "1.6", "62", true},  /* HDL, 61.864 */
    {"3F077000002327101", "mmol/L", "3.1", "120", true}, /* LDL, 119.8615 */
    {"3F069000002391901", "mmol/L", "3.6", "139", true}, /* non-HDL, 139.194 */
    {"3C020000002327101", "umol/L", "350", "5.9", true}, /* uric acid, 5.88385 */
    {"3C015000002327101", "umol/L", "70", "0.79", true}, /* creatinine, 0.79184 */
    {"3J010000002327101", "umol/L", "12", "0.7", true},  /* bilirubin, 0.701592 */
    {PROTEIN, "g/L", "72", "7.2", false},
    {CRP, "mg/L", "3", "0.3", false},
    {FASTING_GLUCOSE, "g/L", "0.99", "99", false},
    {"2A080000001930101", "g/dL", "33.1", "33.1", false}, /* MCHC */
    {"2A080000001930101", "g/L", "331", "33.1", false},
    {"3A015000000106101", "mg/dL", "1.23", "12.3", false}, /* albumin in urine, mg/L */
    {HBA1C, "mmol/mol", "38", "5.6", true},                /* 5.62824 */
    {HBA1C, "mmol/mol", "48", "6.5", true},                /* 6.54304 */
    {HBA1C, "%{JDS}", "5.2", "5.6", true},                 /* 5.554 */
    {HBA1C, "%{JDS}", "6.1", "6.5", true},                 /* 6.472 */
    {"2A040000001930102", "L/L", "0.425", "42.5", false},  /* haematocrit */
    {HBA1C, "mol/mol", "0.055", "5.5", false},
    {"9C330000000000002", "L/L", "0.824", "82.4", false}, /* FEV1% */
    {"9C380000000000002", "L/L", "1.051", "105.1", false},
    {HEIGHT, "m", "1.705", "170.5", false},
    {HEIGHT, "mm", "1705", "170.5", false},
    {WEIGHT, "g", "65200", "65.2", false},
    {VITAL_CAPACITY, "mL", "3520", "3.5", true},
    {"9N021000000000001", "mm2", "8750", "87.5", false}, /* visceral fat */
    {SYSTOLIC, "kPa", "16", "120", true},                /* 120.00992 */
    {"3B035000002327201", "ukat/L", "0.5", "30", false}, /* AST */
};

static void conversion__every_row__gives_value_worked_out_by_hand(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT(CONVERSIONS); i++) {
        const struct conversion_case *c = &CONVERSIONS[i];
        const struct cell cell = IN(c->unit, c->item, c->cell);
        const char *got = story_of(&cell, 1, NULL);
        const char *expected =
            kp_arena_printf(&scratch, "%s=%s K3017%s", c->item, c->text, c->rounded ? " K3007" : "");
        if (strcmp(got, expected) != 0)
            fail_msg("%s %s: got '%s', expected '%s'", c->cell, c->unit, got, expected);
        assert_string_equal(findings.first->value, c->cell);
        assert_string_equal(findings.first->args[0], c->unit);
        assert_string_equal(findings.first->args[1], kp_item_find(&tables, c->item)->unit);
    }
}

static void conversion__every_row__has_a_case(void **state UNUSED)
{
    for (size_t i = 0; i < tables.n_conversions; i++) {
        const struct kp_conversion *row = &tables.conversions[i];
        size_t k = 0;
        while (k < COUNT(CONVERSIONS) && kp_conversion_of(&tables, kp_item_find(&tables, CONVERSIONS[k].item),
                                                          CONVERSIONS[k].unit) != row)
            k++;
        if (k == COUNT(CONVERSIONS))
            fail_msg("no case for %s to %s %s", row->from, row->to, row->analyte);
    }
}

/* Molar masses are those of one analyte. */
static void conversion__of_another_analyte__is_not_used(void **state UNUSED)
{
    ASSERT_ROWS(ROW("K4022", CELL(CRP, "5.5 mmol/L")), ROW("K4022", CELL(FASTING_GLUCOSE, "70 umol/L")),
                ROW("K4022", CELL(HBA1C, "5.5 mmol/L")), ROW("K4022", CELL(WEIGHT, "1.7 m")));
}

static void conversion__leaving_the_range__is_refused_or_marked(void **state UNUSED)
{
    ASSERT_ROWS(ROW("K4039", IN("mmol/L", FASTING_GLUCOSE, "999999999999999")),
                ROW("K4039", IN("mmol/L", FASTING_GLUCOSE, "0.000000000001")),
                ROW("K3017 K4023", IN("mmol/L", FASTING_GLUCOSE, "600")),
                ROW(FASTING_GLUCOSE "=>1783 K3017 K3007 K3016", IN("mmol/L", FASTING_GLUCOSE, "98.95")),
                ROW(HEIGHT "=<17.1 K3017 K3007 K3016", IN("mm", HEIGHT, "170.5")),
                ROW(SYSTOLIC "=not done K3012", IN("kPa", SYSTOLIC, "未実施")));
}

/* --- where the unit stands --- */

static void unit__in_the_cell__is_converted(void **state UNUSED)
{
    ASSERT_ROWS(ROW(FASTING_GLUCOSE "=94 K3017 K3008 K3007", CELL(FASTING_GLUCOSE, "5.2 mmol/L")),
                ROW(FASTING_GLUCOSE "=94 K3017 K3008 K3007", CELL(FASTING_GLUCOSE, "５．２ｍｍｏｌ／Ｌ")),
                ROW(FASTING_GLUCOSE "=94!H K3017 K3008 K3007", CELL(FASTING_GLUCOSE, "5.2 mmol/L H")),
                ROW(FASTING_GLUCOSE "=<99 K3017 K3008 K3007", CELL(FASTING_GLUCOSE, "<5.5 mmol/L")),
                ROW(WHITE_CELLS "=5200 K3017 K3008", CELL(WHITE_CELLS, "5.2 x10^3/uL")),
                ROW(WHITE_CELLS "=5200!L K3017 K3008", CELL(WHITE_CELLS, "52 ×10²/μL L")),
                ROW(PLATELETS "=25 K3017 K3008", CELL(PLATELETS, "250 10^3/uL")),
                ROW(PLATELETS "=25 K3008", CELL(PLATELETS, "25×10⁴/μL")),
                ROW(HBA1C "=5.6 K3017 K3008 K3007", CELL(HBA1C, "5.2%(JDS)")),
                ROW(HBA1C "=5.6 K3008", CELL(HBA1C, "5.6 NGSP")),
                ROW(VITAL_CAPACITY "=3.5 K3017 K3008 K3007", CELL(VITAL_CAPACITY, "3520 mL")));
}

static void unit__of_the_item__changes_nothing(void **state UNUSED)
{
    ASSERT_ROWS(
        ROW(SYSTOLIC "=120!H K3008", CELL(SYSTOLIC, "120 mmHg H")),
        ROW(FASTING_GLUCOSE "=99", CELL(FASTING_GLUCOSE, "99"), CELL(FASTING_GLUCOSE ".unit", "mg/dL")),
        ROW(FASTING_GLUCOSE "=99 K3008", CELL(FASTING_GLUCOSE, "99mg/dl"),
            CELL(FASTING_GLUCOSE ".unit", "ｍｇ／ｄＬ")),
        ROW(VITAL_CAPACITY "=3.5 K3008", CELL(VITAL_CAPACITY, "3.5L")),
        ROW(VITAL_CAPACITY "=3.5!L K3008", CELL(VITAL_CAPACITY, "3.5 L L")));
}

static void unit__in_own_column__applies_to_the_row(void **state UNUSED)
{
    ASSERT_ROWS(ROW(FASTING_GLUCOSE "=99 K3017 K3007", CELL(FASTING_GLUCOSE, "5.5"),
                    CELL(FASTING_GLUCOSE ".unit", "mmol/L")),
                ROW(FASTING_GLUCOSE "=99 K3017 K3007", CELL(FASTING_GLUCOSE ".unit", "ｍｍｏｌ／ｌ"),
                    CELL(FASTING_GLUCOSE, "5.5")),
                ROW(FASTING_GLUCOSE "=99 K3017 K3008 K3007", CELL(FASTING_GLUCOSE, "5.5mmol/L"),
                    CELL(FASTING_GLUCOSE ".unit", "mmol/L")),
                ROW(FASTING_GLUCOSE "=99", CELL(FASTING_GLUCOSE, "99"), CELL(FASTING_GLUCOSE ".unit", "")),
                ROW(FASTING_GLUCOSE "=99", CELL(FASTING_GLUCOSE, "99"), CELL(FASTING_GLUCOSE ".unit", "－")),
                ROW("", CELL(FASTING_GLUCOSE, ""), CELL(FASTING_GLUCOSE ".unit", "mmol/L")),
                ROW(TG "=98 " FASTING_GLUCOSE "=99 K3017 K3007", CELL(FASTING_GLUCOSE, "5.5"),
                    CELL(FASTING_GLUCOSE ".unit", "mmol/L"), CELL(TG, "98")));
}

static void unit__contradictory_or_of_another_kind__is_refused(void **state UNUSED)
{
    ASSERT_ROWS(ROW("K4039", CELL(FASTING_GLUCOSE, "5.5 mmol/L"), CELL(FASTING_GLUCOSE ".unit", "mg/dL")),
                ROW("K4039", CELL(FASTING_GLUCOSE, "99 mg/dL"), CELL(FASTING_GLUCOSE ".unit", "mmol/L")),
                ROW("K4039", IN("mmol/L", FASTING_GLUCOSE, "99 mg/dL")),
                ROW("K4039", CELL(FASTING_GLUCOSE, ""), CELL(FASTING_GLUCOSE ".unit", "kg")),
                ROW("K4039", CELL(FASTING_GLUCOSE, ""), CELL(FASTING_GLUCOSE ".unit", "不明")),
                ROW("K4039", CELL(GRAVITY, ""), CELL(GRAVITY ".unit", "mg/dL")),
                ROW("K4022", CELL(SYSTOLIC, "120 kg")), ROW("K4022", CELL(SYSTOLIC, "120 mL")),
                ROW("K4022", CELL(SYSTOLIC, "120 80 mmHg")));
}

/* --- marks --- */

static void flag__of_laboratory__is_kept_apart(void **state UNUSED)
{
    static const char *const high[] = {"120 H",    "120H",       "120h",   "120 h", "H120",      "h 120",
                                       "１２０Ｈ", "120 mmHg H", "120 *H", "120HH", "Ｈ　１２０"};
    static const char *const low[] = {"120 L", "120L", "L120", "l 120", "１２０Ｌ", "120 mmHg L", "120LL"};
    for (size_t i = 0; i < COUNT(high) + COUNT(low); i++) {
        bool is_high = i < COUNT(high);
        const struct cell cell = CELL(SYSTOLIC, is_high ? high[i] : low[i - COUNT(high)]);
        const char *got = story_of(&cell, 1, NULL);
        if (strcmp(got, is_high ? SYSTOLIC "=120!H K3008" : SYSTOLIC "=120!L K3008") != 0)
            fail_msg("'%s': got '%s'", cell.text, got);
    }
    ASSERT_ROWS(ROW(SYSTOLIC "=120 K3008", CELL(SYSTOLIC, "120*")),
                ROW(WHITE_CELLS "=12345!H K3008", CELL(WHITE_CELLS, "１２，３４５Ｈ")));
}

static void mark__of_bound__becomes_the_limit(void **state UNUSED)
{
    ASSERT_ROWS(ROW(CRP "=<0.1 K3008", CELL(CRP, "<0.1")), ROW(CRP "=<0.1 K3008", CELL(CRP, "＜０．１")),
                ROW(CRP "=<0.1 K3008", CELL(CRP, "< 0.1 mg/dL")), ROW(CRP "=<0.1 K3008", CELL(CRP, "≤0.1")),
                ROW(TG "=<35 K3008", CELL(TG, "35未満")), ROW(TG "=<35 K3008", CELL(TG, "35 mg/dL以下")),
                ROW(GRAVITY "=<1.005 K3008", CELL(GRAVITY, "1.005以下")),
                ROW(TG "=>1000 K3008", CELL(TG, ">=1000")), ROW(TG "=>1000 K3008", CELL(TG, "≧1,000")),
                ROW(TG "=>1000 K3008", CELL(TG, "１，０００以上")),
                ROW(TG "=>1000 K3008", CELL(TG, "1000超")), ROW(TG "=<35 K3008 K3052", CELL(TG, "35未満 L")),
                ROW(CRP "=<0.1 K3008 K3052", CELL(CRP, "<0.1 L")),
                ROW(TG "=>1000 K3008", CELL(TG, "1000↑以上")), ROW("K4022", CELL(TG, "1000↓以上")));
    static const char *const below[] = {"0.1↓",       "0.1 ↓",    "↓0.1",      "０．１↓", "<0.1",
                                        "<=0.1",      "≦0.1",     "＜０．１",  "0.1以下", "0.1未満",
                                        "０．１以下", "0.1 未満", "0.1mg/dL↓", "≦０．１", "0.1 mg/dL 以下"};
    for (size_t i = 0; i < COUNT(below); i++) {
        const struct cell cell = CELL(CRP, below[i]);
        assert_string_equal(story_of(&cell, 1, NULL), CRP "=<0.1 K3008");
    }
}

static void mark__without_number__asks_for_it(void **state UNUSED)
{
    static const char *const marks[] = {"H",  "L", "Ｈ", "HH",   "↑",    "↓",    "*",
                                        "＊", "<", "≦",  "以上", "未満", "mmHg", "H mmHg"};
    for (size_t i = 0; i < COUNT(marks); i++) {
        const struct cell cell = CELL(SYSTOLIC, marks[i]);
        assert_string_equal(story_of(&cell, 1, NULL), "K4070");
    }
    ASSERT_ROWS(ROW("K4022", CELL(SYSTOLIC, "120高")), ROW("K4022", CELL(SYSTOLIC, "D")));
}

/* --- what no measurement gives --- */

#define OBESITY "9N026000000000002"     /* 肥満度, NNN.N % */
#define BMI "9N011000000000001"         /* NN.N kg/m2 */
#define GOT "3B035000002327201"         /* AST, 0 to 1000 */
#define HAEMOGLOBIN "2A030000001930101" /* NN.N g/dL, 0 to 30 */

static void number__difference__may_be_negative(void **state UNUSED)
{
    static const char *const minus[] = {"-6.2", "－６．２", "−6.2",  "‐6.2",      "‑6.2", "–6.2", "—6.2",
                                        "―6.2", "﹣6.2",    "⁻6.2",  "ー6.2",     "ｰ6.2", "─6.2", "△6.2",
                                        "▲6.2", "△ 6.2",    "- 6.2", "▲６．２％", "-6.2%"};
    for (size_t i = 0; i < COUNT(minus); i++) {
        const struct cell cell = CELL(OBESITY, minus[i]), bmi = CELL(BMI, minus[i]);
        const char *got = story_of(&cell, 1, NULL);
        if (strncmp(got, OBESITY "=-6.2", 22) != 0)
            fail_msg("'%s': %s", minus[i], got);
        if (strchr(minus[i], '%') == NULL && strstr(minus[i], "％") == NULL)
            assert_string_equal(story_of(&bmi, 1, NULL), "K4071");
    }
    ASSERT_ROWS(ROW(OBESITY "=-13.0", CELL(OBESITY, "-13")), ROW(OBESITY "=12.5", CELL(OBESITY, "12.5")),
                ROW(OBESITY "=0.0", CELL(OBESITY, "0")), ROW(OBESITY "=-6.3 K3007", CELL(OBESITY, "-6.25")),
                ROW("K4023", CELL(OBESITY, "-1000")), ROW("K4022", CELL(OBESITY, "--6.2")),
                ROW("K4022", CELL(OBESITY, "-+6.2")), ROW("K4022", CELL(OBESITY, "6.2-")),
                ROW("K4022", CELL(OBESITY, "±6.2")),
                ROW(OBESITY "=-6.2[-10.0..10.0]", CELL(OBESITY, "-6.2"), CELL(OBESITY ".low", "-10"),
                    CELL(OBESITY ".high", "10")));
}

static void number__zero__is_refused_where_it_cannot_be(void **state UNUSED)
{
    static const char *const zeros[] = {"0", "0.0", "０", "-0", "0.00", "<0", "0以下", "0 H"};
    static const char *const never[] = {HEIGHT,          WEIGHT,    SYSTOLIC,       TG,        HBA1C,
                                        HAEMOGLOBIN,     RED_CELLS, WHITE_CELLS,    PLATELETS, BMI,
                                        FASTING_GLUCOSE, PROTEIN,   VITAL_CAPACITY, GRAVITY};
    for (size_t i = 0; i < COUNT(never); i++)
        for (size_t k = 0; k < COUNT(zeros); k++) {
            const struct cell cell = CELL(never[i], zeros[k]);
            assert_string_equal(story_of(&cell, 1, NULL), "K4071");
        }
    ASSERT_ROWS(ROW(CRP "=0.0", CELL(CRP, "0")), ROW(CRP "=0.0 K3007", CELL(CRP, "0.04")),
                ROW(GOT "=<0 K3016", CELL(GOT, "0")), ROW("K4071", CELL(HEIGHT, "0 cm")),
                ROW("K4071", CELL("3C015000002327101", "0.004")), /* would go out as 0.00 */
                ROW("K3017 K4071", IN("m", HEIGHT, "0")), ROW("K4071", CELL(GOT, "-1")));
}

/* Before rounding: 4.85 is no 5. */
static void number__hardly_possible__is_refused_until_confirmed(void **state UNUSED)
{
    ASSERT_ROWS(ROW("K4069", CELL(WHITE_CELLS, "57")), ROW("K4069", CELL(RED_CELLS, "4.85")),
                ROW("K4069", CELL(RED_CELLS, "9.95")), ROW("K4069", CELL(WHITE_CELLS, "29.95")),
                ROW("K4069", CELL(WHITE_CELLS, "0.49")), ROW("K4069", CELL(TG, "9.95")),
                ROW("K4069", CELL(WEIGHT, "65000")), ROW("K4069", CELL(HEIGHT, "1.7")),
                ROW("K4069", CELL(WHITE_CELLS, "57"), CELL(WHITE_CELLS ".unit", "/mm3")),
                ROW("K3017 K4069", CELL(WHITE_CELLS, "0.057"), CELL(WHITE_CELLS ".unit", "10*3/mm3")),
                ROW(WHITE_CELLS "=5700 K3017", IN("10*2/mm3", WHITE_CELLS, "57")),
                ROW(RED_CELLS "=485 K3017", IN("10*6/mm3", RED_CELLS, "4.85")),
                ROW(WHITE_CELLS "=57", IN("/mm3", WHITE_CELLS, "57")),
                ROW(WHITE_CELLS "=57 K3008", CELL(WHITE_CELLS, "57 /mm3")));
}

/* What spreadsheets make of numbers, and what only looks like one. */
static void number__of_a_spreadsheet__is_not_guessed(void **state UNUSED)
{
    static const char *const not_numbers[] = {"1E+02",  "1.2E+02", "1e2",   "2025/5/1", "5月1日", "1-May",
                                              "May-01", "120.",    "12,0",  "1,20",     "1.2.0",  "120/80",
                                              "#N/A",   "#####",   "0x78",  "120²",     "1２０①", "⑫",
                                              "½",      "1 20",    "(120)", "=120",     "'120",   "1,234,5"};
    for (size_t i = 0; i < COUNT(not_numbers); i++) {
        const struct cell cell = CELL(SYSTOLIC, not_numbers[i]);
        const char *got = story_of(&cell, 1, NULL);
        if (strcmp(got, "K4022") != 0)
            fail_msg("'%s': %s", not_numbers[i], got);
    }
    ASSERT_ROWS(ROW(SYSTOLIC "=120 K3008", CELL(SYSTOLIC, "１２０")),
                ROW(WHITE_CELLS "=5200 K3008", CELL(WHITE_CELLS, "5,200")),
                ROW(SYSTOLIC "=120", CELL(SYSTOLIC, "120.00")), ROW("K4023", CELL(SYSTOLIC, "1200")));
}

static void flag__in_own_column__precedes_that_of_cell(void **state UNUSED)
{
    ASSERT_ROWS(ROW(SYSTOLIC "=120!H", CELL(SYSTOLIC, "120"), CELL(SYSTOLIC ".flag", "H")),
                ROW(SYSTOLIC "=120!L", CELL(SYSTOLIC ".flag", "Ｌ"), CELL(SYSTOLIC, "120")),
                ROW(SYSTOLIC "=120!H K3008", CELL(SYSTOLIC, "120H"), CELL(SYSTOLIC ".flag", "")),
                ROW(SYSTOLIC "=120!N K3008", CELL(SYSTOLIC, "120H"), CELL(SYSTOLIC ".flag", "n")),
                ROW(SYSTOLIC "=120 K4024", CELL(SYSTOLIC, "120"), CELL(SYSTOLIC ".flag", "Ｂ")));
}

/* --- reference ranges --- */

static void reference__limits__belong_to_their_item(void **state UNUSED)
{
    ASSERT_ROWS(ROW(PROTEIN "=7.2[3.5..10.0]", CELL(PROTEIN, "7.2"), CELL(PROTEIN ".low", "3.5"),
                    CELL(PROTEIN ".high", "10")),
                ROW(PROTEIN "=7.2!N[3.5..9.96]", CELL(PROTEIN, "7.2"), CELL(PROTEIN ".low", "３．５"),
                    CELL(PROTEIN ".high", "9.96"), CELL(PROTEIN ".flag", "ｎ")),
                ROW("", CELL(PROTEIN ".low", "3.5"), CELL(PROTEIN ".high", "10"), CELL(PROTEIN ".flag", "n")),
                ROW(PROTEIN "=7.2[6.5..]", CELL(PROTEIN, "7.2"), CELL(PROTEIN ".low", "6.5"),
                    CELL(PROTEIN ".high", "-")),
                ROW("", CELL(PROTEIN ".low", ""), CELL(PROTEIN ".high", "－"), CELL(PROTEIN ".flag", "-")),
                ROW(PROTEIN "=7.2 K4022", CELL(PROTEIN, "7.2"), CELL(PROTEIN ".low", "x")),
                ROW(PROTEIN "=7.2!N", CELL(PROTEIN, "7.2"), CELL(PROTEIN ".flag", "n")));
}

/* An invalid range is no reason to lose the result. */
static void reference__invalid__is_left_out_with_warning(void **state UNUSED)
{
    ASSERT_ROWS(ROW(PROTEIN "=7.2 K3051", CELL(PROTEIN, "7.2"), CELL(PROTEIN ".low", "8.5"),
                    CELL(PROTEIN ".high", "6.5")),
                ROW(PROTEIN "=7.2[6.5..6.5]", CELL(PROTEIN, "7.2"), CELL(PROTEIN ".low", "6.5"),
                    CELL(PROTEIN ".high", "6.5")),
                ROW(PROTEIN "=7.2[..8.5] K3051", CELL(PROTEIN, "7.2"), CELL(PROTEIN ".low", "-5"),
                    CELL(PROTEIN ".high", "8.5")),
                ROW(PROTEIN "=7.2[..9999999.0]", CELL(PROTEIN, "7.2"), CELL(PROTEIN ".high", "9999999")),
                ROW(PROTEIN "=7.2 K3051", CELL(PROTEIN, "7.2"), CELL(PROTEIN ".high", "10000000")));
}

/* Rounded to the digits of the item, they would be limits that the laboratory never stated. */
static void reference__more_precise_than_item__is_kept(void **state UNUSED)
{
    ASSERT_ROWS(ROW(PLATELETS "=30[15.8..34.8] K3007", CELL(PLATELETS, "30.4"),
                    CELL(PLATELETS ".low", "15.8"), CELL(PLATELETS ".high", "34.80")),
                ROW(PLATELETS "=30[15..34] K3007", CELL(PLATELETS, "30.4"), CELL(PLATELETS ".low", "15.00"),
                    CELL(PLATELETS ".high", "34")),
                ROW(PROTEIN "=7.2[6.548..8.3] K3007", CELL(PROTEIN, "7.2"), CELL(PROTEIN ".low", "6.5475"),
                    CELL(PROTEIN ".high", "8.3")));
}

/* H below the upper limit, L above the lower one, N outside: columns were mixed up. */
static void flag__contradicting_the_range__is_left_out(void **state UNUSED)
{
#define MARKED(story, mark, low, high)                                                                       \
    ROW(PROTEIN story, CELL(PROTEIN, "7.2"), CELL(PROTEIN ".flag", mark), CELL(PROTEIN ".low", low),         \
        CELL(PROTEIN ".high", high))
    ASSERT_ROWS(
        MARKED("=7.2[6.5..8.3] K6020", "H", "6.5", "8.3"), MARKED("=7.2[6.5..8.3] K6020", "L", "6.5", "8.3"),
        MARKED("=7.2!N[6.5..8.3]", "N", "6.5", "8.3"), MARKED("=7.2!H[6.5..7.1]", "H", "6.5", "7.1"),
        MARKED("=7.2[6.5..7.1] K6020", "N", "6.5", "7.1"), MARKED("=7.2[7.3..8.3] K6020", "N", "7.3", "8.3"),
        MARKED("=7.2!L[7.3..8.3]", "L", "7.3", "8.3"), MARKED("=7.2!L[7.2..8.3]", "L", "7.2", "8.3"),
        MARKED("=7.2!H[6.5..7.2]", "H", "6.5", "7.2"), MARKED("=7.2!N[7.2..7.2]", "N", "7.2", "7.2"));
    ASSERT_ROWS(MARKED("=7.2[7.3..] K6020", "H", "7.3", ""), MARKED("=7.2!H[6.5..]", "H", "6.5", ""),
                MARKED("=7.2[..7.1] K6020", "L", "", "7.1"), MARKED("=7.2!H", "H", "", ""));
#undef MARKED
}

/* Beside a value with a limit mark or without a result, a document has no place for them. */
static void reference__without_place_in_document__is_left_out(void **state UNUSED)
{
    ASSERT_ROWS(ROW(PROTEIN "=not measurable[6.5..] K3013 K3052", CELL(PROTEIN, "測定不能"),
                    CELL(PROTEIN ".low", "6.5"), CELL(PROTEIN ".flag", "H")));
    ASSERT_ROWS(ROW(TG "=<10 K3016 K3052", CELL(TG, "10"), CELL(TG ".low", "30"), CELL(TG ".high", "149")),
                ROW(PROTEIN "=not done K3012 K3052", CELL(PROTEIN, "未実施"), CELL(PROTEIN ".low", "6.5"),
                    CELL(PROTEIN ".flag", "N")));
}

/* "95 or more" where the minimum is 100. */
static void mark__against_input_range__is_refused(void **state UNUSED)
{
    ASSERT_ROWS(ROW("K3008 K4051", CELL(HEIGHT, "95以上")), ROW("K3008 K4051", CELL(TG, "<2001")),
                ROW(TG "=<10 K3008", CELL(TG, "10以下")), ROW(TG "=>2000 K3008", CELL(TG, "2000以上")));
}

static void reference__in_another_unit__is_converted_too(void **state UNUSED)
{
    ASSERT_ROWS(ROW(FASTING_GLUCOSE "=99[70..110] K3017 K3007 K3017 K3017",
                    IN("mmol/L", FASTING_GLUCOSE, "5.5"), IN("mmol/L", FASTING_GLUCOSE ".low", "3.9"),
                    IN("mmol/L", FASTING_GLUCOSE ".high", "6.1")),
                ROW(FASTING_GLUCOSE "=99[70..110] K3017 K3007 K3017 K3017", CELL(FASTING_GLUCOSE, "5.5"),
                    CELL(FASTING_GLUCOSE ".low", "3.9"), CELL(FASTING_GLUCOSE ".high", "6.1"),
                    CELL(FASTING_GLUCOSE ".unit", "mmol/L")),
                ROW(FASTING_GLUCOSE "=99[70..] K3017 K3007", IN("mmol/L", FASTING_GLUCOSE, "5.5"),
                    CELL(FASTING_GLUCOSE ".low", "70")),
                ROW(WHITE_CELLS "=5200[3300..8600] K3017 K3017 K3017", IN("10*3/mm3", WHITE_CELLS, "5.2"),
                    IN("10*3/mm3", WHITE_CELLS ".low", "3.3"), IN("10*3/mm3", WHITE_CELLS ".high", "8.6")),
                ROW(HBA1C "=5.6[4.9..6.0] K3017 K3017", CELL(HBA1C, "5.6"), IN("%{JDS}", HBA1C ".low", "4.6"),
                    IN("mmol/mol", HBA1C ".high", "42")));
}

/* Ordinary results in the likely unit; ordinary and pathological ones in the item's own. */
static void unit__probably_mistaken__is_named(void **state UNUSED)
{
    static const struct {
        const char *item, *number, *unit;
    } rows[] = {
        {HEIGHT, "1.72", "m"},
        {HEIGHT, "1720", "mm"},
        {HEIGHT, "172.0", NULL},
        {WEIGHT, "65000", "g"},
        {WEIGHT, "165.0", NULL},
        {"9N016160100000001", "0.85", "m"},
        {SYSTOLIC, "16.0", "kPa"},
        {SYSTOLIC, "85", NULL},
        {HBA1C, "36", "mmol/mol"},
        {HBA1C, "14.5", NULL},
        {FASTING_GLUCOSE, "5.2", "mmol/L"},
        {FASTING_GLUCOSE, "45", NULL},
        {TG, "1.2", "mmol/L"},
        {TG, "25", NULL},
        {"3F070000002327101", "1.5", "mmol/L"},
        {"3F070000002327101", "18", NULL},
        {"2A030000001930101", "145", "g/L"},
        {"2A030000001930101", "6.5", NULL},
        {RED_CELLS, "4.85", "10*6/mm3"},
        {RED_CELLS, "4850000", "/mm3"},
        {RED_CELLS, "250", NULL},
        {WHITE_CELLS, "5.2", "10*3/mm3"},
        {WHITE_CELLS, "18.4", "10*3/mm3"},
        {WHITE_CELLS, "52", "10*2/mm3"},
        {WHITE_CELLS, "110", "10*2/mm3"},
        {WHITE_CELLS, "1800", NULL},
        {PLATELETS, "220", "10*3/mm3"},
        {PLATELETS, "220000", "/mm3"},
        {PLATELETS, "60", NULL},
        {PROTEIN, "72", "g/L"},
        {"3C015000002327101", "75", "umol/L"},
        {"3C015000002327101", "9.80", NULL},
        {VITAL_CAPACITY, "3450", "mL"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct kp_decimal number;
        assert_true(kp_decimal_parse(rows[i].number, strlen(rows[i].number), &number));
        const char *unit = kp_likely_unit(&tables, &tables.items[item_at(rows[i].item)], number);
        if (strcmp(unit ? unit : "", rows[i].unit ? rows[i].unit : "") != 0)
            fail_msg("%s of %s: %s", rows[i].number, rows[i].item, unit ? unit : "nothing");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unit__probably_mistaken__is_named),
        cmocka_unit_test(conversion__every_row__gives_value_worked_out_by_hand),
        cmocka_unit_test(conversion__every_row__has_a_case),
        cmocka_unit_test(conversion__of_another_analyte__is_not_used),
        cmocka_unit_test(conversion__leaving_the_range__is_refused_or_marked),
        cmocka_unit_test(unit__in_the_cell__is_converted),
        cmocka_unit_test(unit__of_the_item__changes_nothing),
        cmocka_unit_test(unit__in_own_column__applies_to_the_row),
        cmocka_unit_test(unit__contradictory_or_of_another_kind__is_refused),
        cmocka_unit_test(flag__of_laboratory__is_kept_apart),
        cmocka_unit_test(mark__of_bound__becomes_the_limit),
        cmocka_unit_test(mark__without_number__asks_for_it),
        cmocka_unit_test(number__difference__may_be_negative),
        cmocka_unit_test(number__zero__is_refused_where_it_cannot_be),
        cmocka_unit_test(number__hardly_possible__is_refused_until_confirmed),
        cmocka_unit_test(number__of_a_spreadsheet__is_not_guessed),
        cmocka_unit_test(flag__in_own_column__precedes_that_of_cell),
        cmocka_unit_test(reference__limits__belong_to_their_item),
        cmocka_unit_test(reference__in_another_unit__is_converted_too),
        cmocka_unit_test(reference__invalid__is_left_out_with_warning),
        cmocka_unit_test(reference__more_precise_than_item__is_kept),
        cmocka_unit_test(flag__contradicting_the_range__is_left_out),
        cmocka_unit_test(reference__without_place_in_document__is_left_out),
        cmocka_unit_test(mark__against_input_range__is_refused),
    };
    return cmocka_run_group_tests_name("norm_units", tests, load_tables, free_tables);
}
