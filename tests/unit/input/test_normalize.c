#include "norm_story.h"

#include <stdio.h>

/* Normalises a row of cells, one per field. */
static void normalize(const enum kp_field *fields, const char *const *cells, size_t n,
                      const struct kp_org *facility)
{
    kp_arena_reset(&scratch);
    struct kp_column *columns = kp_arena_alloc(&scratch, n * sizeof(*columns));
    for (size_t i = 0; i < n; i++) {
        columns[i].kind = KP_COL_FIELD;
        columns[i].index = fields[i];
    }
    normalize_columns(columns, cells, n, facility);
}

struct field_case {
    const char *cell, *expected;
    unsigned code; /* of the only finding; 0: none */
};

static void assert_field(enum kp_field field, const struct field_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        normalize(&field, &cases[i].cell, 1, NULL);
        const struct kp_finding *f = findings.first;
        unsigned code = f ? (unsigned)f->code : 0;
        if (strcmp(record.field[field], cases[i].expected) != 0 || code != cases[i].code || (f && f->next))
            fail_msg("%s '%s': got '%s', K%u%s; expected '%s', K%u", kp_field_name(field), cases[i].cell,
                     record.field[field], code, f && f->next ? " and more" : "", cases[i].expected,
                     cases[i].code);
        if (f)
            assert_string_equal(f->field, kp_field_name(field));
    }
}

#define ASSERT_FIELD(field, ...)                                                                             \
    do {                                                                                                     \
        static const struct field_case cases_[] = {__VA_ARGS__};                                             \
        assert_field(field, cases_, COUNT(cases_));                                                          \
    } while (0)

static void insurer_number__6_and_7_digits__are_filled_up(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_INSURER_NUMBER, {"06139463", "06139463", 0}, {"6139463", "06139463", 3003},
                 {"280081", "00280081", 3003}, {" 06139463 ", "06139463", 0});
}

static void insurer_number__other_shapes__are_refused(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_INSURER_NUMBER, {"80081", "", 4005}, {"106139463", "", 4005}, {"0613946X", "", 4005},
                 {"健保", "", 4005}, {"6.13946E+06", "", 4005});
}

static void insurer_number__full_width__is_noted(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_INSURER_NUMBER, {"０６１３９４６３", "06139463", 3001},
                 {"0613-9463", "06139463", 3001});
}

static void symbol_and_number__one_width__are_kept(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_INSURED_SYMBOL, {"131", "131", 0}, {"１３１", "１３１", 0}, {"A-12", "A-12", 0},
                 {"健保い", "健保い", 0}, {"", "", 0}, {" 131 ", "131", 0});
}

static void symbol_and_number__mixed_width__becomes_one_width(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_INSURED_SYMBOL, {"健保12", "健保１２", 3001}, {"12い", "１２い", 3001},
                 {"１3１", "131", 3001}, {"ｱ12", "ア１２", 3001}, {"１３　１", "１３１", 3001},
                 {"1 3 1", "131", 3001}, {"１２−３", "１２－３", 3001}, {"１2−３", "12-3", 3001});
}

static void symbol_and_number__other_characters__are_refused(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_INSURED_SYMBOL, {"①2", "", 4008}, {"Ⅱ-3", "", 4008}, {"㈱1", "", 4008},
                 {"5000.0", "", 4008}, {"=\"5001\"", "", 4008}, {"'5002", "", 4008}, {"5,003", "", 4008},
                 {"No.3403", "", 4008}, {"NULL", "", 4008}, {"#N/A", "", 4008}, {"ｎａｎ", "", 4008},
                 {"0", "", 4008}, {"なし", "", 4008}, {"-", "", 4008}, {"健・保", "", 4008},
                 {"0000", "", 4008}, {"TRUE", "", 4008}, {"記号なし", "", 4008}, {"（不明）", "", 4008},
                 {"佐々木", "佐々木", 0}, {"1E5", "1E5", 0}, {"0010", "0010", 0});
}

static void my_number__in_any_number__is_refused(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_INSURED_NUMBER, {"123456789018", "", 4055}, {"123456789019", "123456789019", 0});
    ASSERT_FIELD(KP_F_EMPLOYEE_ID, {"E-1234 5678 9018", "", 4055}, {"１２３４５６７８９０１８", "", 4055});
}

static void my_number__in_any_text__is_refused(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_ADDRESS, {"兵庫県 123456789018", "", 4055}, {"港町1234-5678-9018", "", 4055},
                 {"港町 12-3456 789018", "港町１２－３４５６　７８９０１８", 3001});
    ASSERT_FIELD(KP_F_NAME, {"健保太郎1234 5678 9018", "", 4055}, {"************", "", 4055});
    ASSERT_FIELD(KP_F_FACILITY_NAME, {"１２３４５６７８９０１８", "", 4055});
    ASSERT_FIELD(KP_F_BIRTH_DATE, {"123456789018", "", 4055});
}

/* Consents are found by the id, and one that everybody bears shows nobody. */
static void employee_id__placeholder__is_none(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_EMPLOYEE_ID, {"NULL", "", 3061}, {"なし", "", 3061}, {"0", "", 3061},
                 {"#N/A", "", 3061}, {"5000.0", "5000.0", 0}, {"E-1", "E-1", 0});
}

static void fields__control_characters__are_refused(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_INSURED_NUMBER,
                 {"12\x7f"
                  "3",
                  "", 4032},
                 {"12\n3", "", 4032}, {"1\t2", "", 4032});
    ASSERT_FIELD(KP_F_ADDRESS, {"東京都\x7f", "", 4032});
}

static void symbol_and_number__over_20_characters__are_refused(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_INSURED_NUMBER, {"12345678901234567890", "12345678901234567890", 0},
                 {"123456789012345678901", "", 4008},
                 {"１２３４５６７８９０１２３４５６７８９０", "１２３４５６７８９０１２３４５６７８９０", 0},
                 {"１２３４５６７８９０１２３４５６７８９０１", "", 4008});
}

/* What spreadsheets make of "1-2" and of long numbers. */
static void symbol_and_number__damaged_by_spreadsheet__are_refused(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_INSURED_SYMBOL, {"1月2日", "", 4008}, {"１月２日", "", 4008}, {"1-2", "1-2", 0},
                 {"月12", "月１２", 3001});
    ASSERT_FIELD(KP_F_INSURED_NUMBER, {"1.23E+05", "", 4008}, {"1E+10", "", 4008}, {"1.23457e+11", "", 4008},
                 {"１．２３Ｅ＋０５", "", 4008}, {"123E05", "123E05", 0}, {"12-May", "", 4008},
                 {"Jan-02", "", 4008}, {"2025-05-12", "", 4008});
}

static void branch__one_digit__is_filled_up(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_INSURED_BRANCH, {"01", "01", 0}, {"1", "01", 3003}, {"00", "00", 0}, {"001", "", 4009},
                 {"A1", "", 4009}, {"ABC", "", 4009}, {"-1", "", 4009});
}

static void sex__spellings__are_coded(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_SEX, {"1", "1", 0}, {"2", "2", 0}, {"男", "1", 3006}, {"女", "2", 3006},
                 {"男性", "1", 3006}, {"女性", "2", 3006}, {"M", "1", 3006}, {"F", "2", 3006},
                 {"f", "2", 3006}, {"Ｍ", "1", 3006}, {"１", "1", 3006}, {"3", "", 4011}, {"不明", "", 4011});
}

static void qualification__codes_and_words__are_read(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_QUALIFICATION, {"1", "1", 0}, {"7", "7", 0}, {"本人", "1", 3006}, {"家族", "2", 3006},
                 {"任意継続被保険者", "3", 3006}, {"8", "", 4017}, {"0", "", 4017});
}

static void report_and_programme__known_codes__are_kept(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_REPORT_CATEGORY, {"10", "10", 0}, {"40", "40", 0}, {"77", "", 4026});
    ASSERT_FIELD(KP_F_PROGRAMME, {"010", "010", 0}, {"030", "030", 0}, {"990", "990", 0}, {"123", "", 4026});
}

static void fasting__words_for_either__are_read(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_FASTING, {"随時", "casual", 3006}, {"食後", "casual", 3006}, {"Casual", "casual", 3006},
                 {"casual", "casual", 0}, {"不明", "", 4036}, {"1", "", 4036});
    static const char *const fasting[] = {"空腹", "空腹時", "絶食", "食後10時間以上", "ｆａｓｔｉｎｇ"};
    for (size_t i = 0; i < COUNT(fasting); i++) {
        const struct cell cell = CELL("fasting", fasting[i]);
        assert_string_equal(story_of(&cell, 1, NULL), "fasting=fasting " MEAL "=2 K3006 K3018");
    }
}

static void dates__every_form__becomes_yyyymmdd(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_BIRTH_DATE, {"19850331", "19850331", 0}, {"1985/03/31", "19850331", 3002},
                 {"1985/3/31", "19850331", 3002}, {"1985-03-31", "19850331", 3002},
                 {"昭和60年3月31日", "19850331", 3002}, {"S60.3.31", "19850331", 3002},
                 {"１９８５／３／３１", "19850331", 3002}, {"1985年3月31日", "19850331", 3002},
                 {"令和元年5月1日", "20190501", 3002});
    normalize((const enum kp_field[]){KP_F_BIRTH_DATE, KP_F_EXAM_DATE, KP_F_MEMBER_FROM, KP_F_MEMBER_TO},
              (const char *const[]){"1985/3/31", "R7.6.10", "2010-04-01", "20260401"}, 4, NULL);
    assert_int_equal(kp_date_compare(record.birth, (struct kp_date){1985, 3, 31}), 0);
    assert_int_equal(kp_date_compare(record.exam, (struct kp_date){2025, 6, 10}), 0);
    assert_int_equal(kp_date_compare(record.member_from, (struct kp_date){2010, 4, 1}), 0);
    assert_int_equal(kp_date_compare(record.member_to, (struct kp_date){2026, 4, 1}), 0);
}

static void dates__invalid__are_refused_by_cause(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_EXAM_DATE, {"2025/02/29", "", 4003}, {"20250631", "", 4003}, {"S64.1.8", "", 4004},
                 {"昨日", "", 4002}, {"10/06/2025", "", 4002}, {"45000", "", 4002}, {"なし", "", 4002});
    assert_false(kp_date_is_set(record.exam));
}

/* Day counts of a spreadsheet: 1 is 1900-01-01, or 0 is 1904-01-01. */
static void dates__day_counts__are_read_if_mapping_says_so(void **state UNUSED)
{
    static const struct {
        enum kp_serial serial;
        struct field_case field;
    } cases[] = {{KP_SERIAL_1900, {"45783", "20250506", 3002}},
                 {KP_SERIAL_1904, {"45783", "20290507", 3002}},
                 {KP_SERIAL_1904, {"44321", "20250506", 3002}},
                 {KP_SERIAL_1900, {"45783.0", "20250506", 3002}},
                 {KP_SERIAL_1900, {"４５７８３", "20250506", 3002}},
                 {KP_SERIAL_1900, {"45783.5", "", 4002}},
                 {KP_SERIAL_1900, {"60", "", 4002}},
                 {KP_SERIAL_1900, {"0", "", 4002}},
                 {KP_SERIAL_1900, {"2025/5/6", "20250506", 3002}},
                 {KP_SERIAL_1900, {"20250506", "20250506", 0}},
                 {KP_SERIAL_1904, {"R7.5.6", "20250506", 3002}},
                 {KP_SERIAL_1900, {"2025/2/29", "", 4003}},
                 {KP_SERIAL_NONE, {"45783", "", 4002}}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct field_case *c = &cases[i].field;
        struct kp_column column = {.kind = KP_COL_FIELD, .index = KP_F_EXAM_DATE, .serial = cases[i].serial};
        kp_arena_reset(&scratch);
        normalize_columns(&column, &c->cell, 1, NULL);
        if (strcmp(record.field[KP_F_EXAM_DATE], c->expected) != 0 || only_finding() != c->code)
            fail_msg("'%s', system %d: got '%s', K%u", c->cell, (int)cases[i].serial,
                     record.field[KP_F_EXAM_DATE], only_finding());
    }
}

/* Day counts are a matter of each column. */
static void dates__beside_day_count_column__are_read_as_usual(void **state UNUSED)
{
    struct kp_column columns[] = {{.kind = KP_COL_FIELD, .index = KP_F_EXAM_DATE, .serial = KP_SERIAL_1900},
                                  {.kind = KP_COL_FIELD, .index = KP_F_BIRTH_DATE},
                                  {.kind = KP_COL_ITEM, .index = item_at("9N211161100000049")}};
    kp_arena_reset(&scratch);
    normalize_columns(columns, (const char *const[]){"45783", "31137", "45783"}, COUNT(columns), NULL);
    assert_string_equal(record_story(), "exam_date=20250506 K3002 K4002 K4002");
}

static void kana_name__other_kana_and_spaces__become_full_width_katakana(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_NAME_KANA, {"ケンポタロウ", "ケンポタロウ", 0}, {"ｹﾝﾎﾟ ﾀﾛｳ", "ケンポタロウ", 3004},
                 {"けんぽ　たろう", "ケンポタロウ", 3004}, {"ケンポ タロウ", "ケンポタロウ", 3004},
                 {"ﾊﾞﾊﾟｰ", "バパー", 3004}, {"サ-ラ", "サーラ", 3004}, {"健保タロウ", "", 4010},
                 {"TARO", "", 4056});
}

static void kana_name__over_100_bytes__is_refused(void **state UNUSED)
{
    char name[51 * 3 + 1] = "";
    for (int i = 0; i < 50; i++)
        strcat(name, "ア");
    const char *cell = name;
    enum kp_field field = KP_F_NAME_KANA;
    normalize(&field, &cell, 1, NULL);
    assert_string_equal(record.field[field], name);
    assert_null(findings.first);
    strcat(name, "ア");
    normalize(&field, &cell, 1, NULL);
    assert_string_equal(record.field[field], "");
    assert_int_equal(findings.first->code, 4021);
}

static void postal_code__seven_digits__get_a_hyphen(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_POSTAL_CODE, {"100-0001", "100-0001", 0}, {"1000001", "100-0001", 3001},
                 {"１００－０００１", "100-0001", 3001}, {"〒100-0001", "100-0001", 3001},
                 {"〒 100 0001", "100-0001", 3001}, {"100-001", "", 4012}, {"100-00011", "", 4012},
                 {"東京", "", 4012});
}

static void address__any_width__becomes_full_width_without_spaces(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_ADDRESS, {"東京都千代田区", "東京都千代田区", 0},
                 {"東京都千代田区 1-2-3", "東京都千代田区１－２－３", 3001},
                 {"東京都　千代田区ｱﾊﾟｰﾄA", "東京都千代田区アパートＡ", 3001});
}

/* Receivers refuse a postal code in the address. */
static void address__after_postal_code__loses_it(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_FACILITY_ADDRESS, {"〒650-0188兵庫県", "兵庫県", 6021},
                 {"６５０－０１８８　兵庫県", "兵庫県", 6021}, {"〒6500188 兵庫県", "兵庫県", 6021},
                 {"6500188兵庫県", "兵庫県", 6021}, {"650‐0188兵庫県", "兵庫県", 6021},
                 {"650-01881兵庫県", "６５０－０１８８１兵庫県", 3001},
                 {"650-0188-2兵庫県", "６５０－０１８８－２兵庫県", 3001},
                 {"65-0188兵庫県", "６５－０１８８兵庫県", 3001},
                 {"兵庫県650-0188", "兵庫県６５０－０１８８", 3001}, {"650-0188", "", 0}, {"〒", "〒", 0},
                 {"兵庫県1", "兵庫県１", 3001});
    static const struct field_case long_one = {
        "〒650-0188町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町",
        "町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町町", 6021};
    assert_field(KP_F_ADDRESS, &long_one, 1);
}

static void address__stand_in_or_lost_characters__is_refused(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_ADDRESS, {"住所不明", "", 4057}, {"(同上)", "", 4057}, {"同上。", "", 4057},
                 {"本人と同じ", "", 4057}, {"?????", "", 4057}, {"??市港町1", "", 4057}, {"※", "", 4057},
                 {"TRUE", "", 4057}, {"45000", "", 4057}, {"1-2 3", "", 4057}, {"〓町1", "", 4057},
                 {"不明町", "不明町", 0}, {"他山町", "他山町", 0});
    ASSERT_FIELD(KP_F_NAME_KANA, {"NULL", "", 4057}, {"#N/A", "", 4057}, {"???", "", 4057});
}

/* 40 characters of full width are 80 bytes; the 41st is cut. */
static void address__over_80_bytes__is_cut_with_warning(void **state UNUSED)
{
    char forty[40 * 3 + 1] = "", longer[41 * 3 + 1] = "";
    for (int i = 0; i < 40; i++)
        strcat(forty, "町");
    (void)snprintf(longer, sizeof(longer), "%s%s", forty, "村");
    struct field_case cases[] = {{forty, forty, 0}, {longer, forty, 3009}};
    assert_field(KP_F_ADDRESS, cases, COUNT(cases));
    assert_field(KP_F_FACILITY_ADDRESS, cases, COUNT(cases));
}

static void name_kana__of_foreigners_and_former_names__is_cleaned(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_NAME_KANA, {"ジョン・スミス", "ジョンスミス", 3004}, {"ｼﾞｮﾝ･ｽﾐｽ", "ジョンスミス", 3004},
                 {"ケンポ(株)", "", 4010}, {"スミス John", "", 4056}, {"ケンポ(旧姓ヤマダ)タロウ", "", 4010});
    static const char *const former[] = {"ケンポ（旧姓ヤマダ）", "ケンポ［旧姓：ヤマダ］",
                                         "ケンポ【旧ヤマダ】", "ケンポ〔旧姓 ヤマダ〕"};
    for (size_t i = 0; i < COUNT(former); i++) {
        normalize((const enum kp_field[]){KP_F_NAME_KANA}, &former[i], 1, NULL);
        assert_string_equal(record.field[KP_F_NAME_KANA], "ケンポ");
    }
}

static void facility_name__over_40_bytes__is_cut(void **state UNUSED)
{
    ASSERT_FIELD(
        KP_F_FACILITY_NAME, {"ABC健診所", "ＡＢＣ健診所", 3001},
        {"一二三四五六七八九十一二三四五六七八九十", "一二三四五六七八九十一二三四五六七八九十", 0},
        {"一二三四五六七八九十一二三四五六七八九十終", "一二三四五六七八九十一二三四五六七八九十", 3009});
}

static void facility_number__nine_digits__are_filled_up(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_FACILITY_NUMBER, {"2813300114", "2813300114", 0}, {"110438793", "0110438793", 3003},
                 {"281330011", "", 4014}, {"3300114", "", 4014}, {"28133001145", "", 4014},
                 {"ABC", "", 4014});
}

static void facility_number__full_width__is_noted(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_FACILITY_NUMBER, {"２８１３３００１１４", "2813300114", 3001});
}

static void branch_and_ticket__full_width__is_noted(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_INSURED_BRANCH, {"０１", "01", 3001});
    ASSERT_FIELD(KP_F_TICKET_NUMBER, {"１２３４５６７８９０１", "12345678901", 3001});
}

static void phone__hyphens_and_brackets__are_removed(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_FACILITY_PHONE, {"0312345678", "0312345678", 0}, {"03-1234-5678", "0312345678", 3001},
                 {"(03)1234-5678", "0312345678", 3001}, {"０３－１２３４－５６７８", "0312345678", 3001},
                 {"09012345678", "09012345678", 0}, {"090123456789", "", 4016}, {"内線12", "", 4016},
                 {"312345678", "0312345678", 3003}, {"12345678", "", 4016}, {"0", "", 4016},
                 {"11234567890", "", 4016}, {"0000000000", "", 4016}, {"0081780001", "", 4016});
}

static void ticket__eleven_digits__are_kept(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_TICKET_NUMBER, {"12345678901", "12345678901", 0}, {"1234567890", "", 4027},
                 {"00000000000", "", 4027}, {"1234567890A", "", 4027});
    ASSERT_FIELD(KP_F_TICKET_EXPIRES, {"2026/3/31", "20260331", 3002});
}

static void names_and_ids__any_text__is_kept(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_EMPLOYEE_ID, {"ａ-1", "ａ-1", 0}, {" 7 ", "7", 0});
    ASSERT_FIELD(KP_F_NAME, {"健保 太郎", "健保 太郎", 0});
}

static void address__spaces__never_join_digits(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_ADDRESS, {"港町 1-2 203", "港町１－２　２０３", 3001}, {"港町１　２", "港町１　２", 0},
                 {"東京都 千代田区", "東京都千代田区", 3001},
                 {"東京都\r\n千代田区", "東京都　千代田区", 3001}, {"東京都\r\n", "東京都", 0},
                 {"NULL", "", 4057}, {"同上", "", 4057}, {"東京都〓区", "", 4057});
}

static void any_number__line_break__is_refused(void **state UNUSED)
{
    ASSERT_FIELD(KP_F_EMPLOYEE_ID, {"12\n34", "", 4032});
    ASSERT_FIELD(KP_F_INSURED_NUMBER, {"12\n34", "", 4032});
}

static void any_field__blank__is_empty_without_note(void **state UNUSED)
{
    for (unsigned i = 0; i < KP_F__COUNT; i++) {
        static const struct field_case blank[] = {{"", "", 0}, {" 　\t", "", 0}};
        assert_field((enum kp_field)i, blank, COUNT(blank));
    }
}

static void any_field__lone_dash__is_empty_with_note(void **state UNUSED)
{
    for (unsigned i = 0; i < KP_F__COUNT; i++) {
        if (i == KP_F_INSURED_SYMBOL || i == KP_F_INSURED_NUMBER || i == KP_F_TICKET_NUMBER)
            continue; /* a dash there is what somebody made of a number */
        static const struct field_case dashes[] = {
            {"-", "", 3014}, {" － ", "", 3014}, {"―", "", 3014}, {"--", "", 3014}};
        assert_field((enum kp_field)i, dashes, COUNT(dashes));
        assert_true(record.dash_empty);
        assert_false(record.dash_coded);
    }
    ASSERT_FIELD(KP_F_INSURED_SYMBOL, {"A-1", "A-1", 0});
    assert_false(record.dash_empty);
}

static void facility__configured__is_used_if_row_names_none(void **state UNUSED)
{
    static const struct kp_org facility = {.number = "2813300114",
                                           .name = "健診所",
                                           .postal_code = "1000001",
                                           .address = "東京都1",
                                           .phone = "03-1234-5678"};
    static const enum kp_field fields[] = {KP_F_FACILITY_NUMBER, KP_F_FACILITY_NAME, KP_F_FACILITY_ADDRESS};
    normalize(fields, (const char *const[]){"", "", ""}, 3, &facility);
    assert_string_equal(record.field[KP_F_FACILITY_NUMBER], "2813300114");
    assert_string_equal(record.field[KP_F_FACILITY_NAME], "健診所");
    assert_string_equal(record.field[KP_F_FACILITY_POSTAL_CODE], "100-0001");
    assert_string_equal(record.field[KP_F_FACILITY_ADDRESS], "東京都１");
    assert_string_equal(record.field[KP_F_FACILITY_PHONE], "0312345678");
    normalize(fields, (const char *const[]){"6631111116", "", ""}, 3, &facility);
    assert_string_equal(record.field[KP_F_FACILITY_NUMBER], "6631111116");
    assert_string_equal(record.field[KP_F_FACILITY_NAME], "");
    assert_string_equal(record.field[KP_F_FACILITY_PHONE], "");
}

static void facility__invalid_in_row__is_not_replaced(void **state UNUSED)
{
    static const struct kp_org facility = {.number = "2813300114", .name = "健診所"};
    normalize((const enum kp_field[]){KP_F_FACILITY_NUMBER}, (const char *const[]){"12"}, 1, &facility);
    assert_int_equal(findings.first->code, 4014);
    assert_string_equal(record.field[KP_F_FACILITY_NUMBER], "");
}

static void facility__lone_dashes_in_row__name_none(void **state UNUSED)
{
    static const struct kp_org facility = {.number = "2813300114", .name = "健診所"};
    normalize((const enum kp_field[]){KP_F_FACILITY_NUMBER, KP_F_FACILITY_NAME},
              (const char *const[]){"-", "－"}, 2, &facility);
    assert_string_equal(record_story(), "facility_number=2813300114 facility_name=健診所 K3014 K3014");
}

/* An export with 0 for men and 1 for women. */
static void values_of_mapping_file__precede_the_tables__in_fields(void **state UNUSED)
{
    static const char *const cells[] = {"1", "0", "甲"}, *const expected[] = {"2", "1", "1"};
    for (size_t i = 0; i < COUNT(cells); i++) {
        const char *codes[] = {"1", "2", "1"};
        struct kp_column column = {.kind = KP_COL_FIELD, .index = KP_F_SEX, .codes = codes};
        kp_arena_reset(&scratch);
        assert_int_equal(kp_map_put(&column.values, &scratch, "0", 0), KP_MAP_ADDED);
        assert_int_equal(kp_map_put(&column.values, &scratch, "1", 1), KP_MAP_ADDED);
        assert_int_equal(kp_map_put(&column.values, &scratch, "甲", 2), KP_MAP_ADDED);
        normalize_columns(&column, &cells[i], 1, NULL);
        assert_string_equal(record.field[KP_F_SEX], expected[i]);
        assert_int_equal(findings.first->code, 3006);
    }
}

static void personal_value__in_finding__is_kept_apart(void **state UNUSED)
{
    normalize((const enum kp_field[]){KP_F_SEX}, (const char *const[]){"不明"}, 1, NULL);
    assert_string_equal(findings.first->value, "不明");
    assert_null(findings.first->args[0]);
}

/* Lack of memory must never turn a value into a missing one. */
static void memory__short_at_any_point__loses_nothing(void **state UNUSED)
{
    static const struct kp_facilities nobody = {0};
    static const char *const cells[] = {"6139463",   "１２い",     "ｹﾝﾎﾟ ﾀﾛｳ", "S60.3.31",
                                        "東京都1-1", "１７０．５", "腰痛"};
    struct kp_column columns[] = {{.kind = KP_COL_FIELD, .index = KP_F_INSURER_NUMBER},
                                  {.kind = KP_COL_FIELD, .index = KP_F_INSURED_NUMBER},
                                  {.kind = KP_COL_FIELD, .index = KP_F_NAME_KANA},
                                  {.kind = KP_COL_FIELD, .index = KP_F_BIRTH_DATE},
                                  {.kind = KP_COL_FIELD, .index = KP_F_ADDRESS},
                                  {.kind = KP_COL_ITEM},
                                  {.kind = KP_COL_ITEM}};
    columns[5].index = item_at(HEIGHT);
    columns[6].index = item_at("9N061160800000049");
    struct kp_mapping mapping = {.columns = columns, .n_columns = COUNT(columns)};
    size_t refused = 0, whole = 0;
    uint8_t expected[KP_SHA256_BYTES], got[KP_SHA256_BYTES];
    struct kp_record r;
    for (size_t spare = 60000; spare-- > 0;) { /* bytes left in the block when the row begins */
        struct kp_arena little = {.max_bytes = 64 * 1024};
        assert_non_null(kp_arena_alloc(&little, 64 * 1024 - 64 - spare));
        struct kp_findings found = {.arena = &little};
        if (kp_normalize(&tables, &mapping, &(struct kp_completion){.facilities = &nobody}, cells, &found,
                         &r) == KP_OK) {
            assert_int_equal(kp_row_digest(&r, whole ? got : expected), KP_OK);
            assert_true(whole == 0 || memcmp(got, expected, sizeof(got)) == 0);
            whole++;
        } else {
            refused++;
        }
        kp_arena_release(&little);
        spare -= spare % 16; /* alignment of the arena */
    }
    assert_true(whole > 0 && refused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(insurer_number__6_and_7_digits__are_filled_up),
        cmocka_unit_test(memory__short_at_any_point__loses_nothing),
        cmocka_unit_test(insurer_number__other_shapes__are_refused),
        cmocka_unit_test(insurer_number__full_width__is_noted),
        cmocka_unit_test(symbol_and_number__one_width__are_kept),
        cmocka_unit_test(symbol_and_number__mixed_width__becomes_one_width),
        cmocka_unit_test(symbol_and_number__other_characters__are_refused),
        cmocka_unit_test(my_number__in_any_number__is_refused),
        cmocka_unit_test(my_number__in_any_text__is_refused),
        cmocka_unit_test(employee_id__placeholder__is_none),
        cmocka_unit_test(fields__control_characters__are_refused),
        cmocka_unit_test(symbol_and_number__over_20_characters__are_refused),
        cmocka_unit_test(symbol_and_number__damaged_by_spreadsheet__are_refused),
        cmocka_unit_test(branch__one_digit__is_filled_up),
        cmocka_unit_test(sex__spellings__are_coded),
        cmocka_unit_test(qualification__codes_and_words__are_read),
        cmocka_unit_test(report_and_programme__known_codes__are_kept),
        cmocka_unit_test(fasting__words_for_either__are_read),
        cmocka_unit_test(dates__every_form__becomes_yyyymmdd),
        cmocka_unit_test(dates__invalid__are_refused_by_cause),
        cmocka_unit_test(dates__day_counts__are_read_if_mapping_says_so),
        cmocka_unit_test(dates__beside_day_count_column__are_read_as_usual),
        cmocka_unit_test(kana_name__other_kana_and_spaces__become_full_width_katakana),
        cmocka_unit_test(kana_name__over_100_bytes__is_refused),
        cmocka_unit_test(postal_code__seven_digits__get_a_hyphen),
        cmocka_unit_test(address__any_width__becomes_full_width_without_spaces),
        cmocka_unit_test(address__after_postal_code__loses_it),
        cmocka_unit_test(address__stand_in_or_lost_characters__is_refused),
        cmocka_unit_test(address__over_80_bytes__is_cut_with_warning),
        cmocka_unit_test(name_kana__of_foreigners_and_former_names__is_cleaned),
        cmocka_unit_test(facility_name__over_40_bytes__is_cut),
        cmocka_unit_test(facility_number__nine_digits__are_filled_up),
        cmocka_unit_test(facility_number__full_width__is_noted),
        cmocka_unit_test(branch_and_ticket__full_width__is_noted),
        cmocka_unit_test(phone__hyphens_and_brackets__are_removed),
        cmocka_unit_test(ticket__eleven_digits__are_kept),
        cmocka_unit_test(names_and_ids__any_text__is_kept),
        cmocka_unit_test(any_number__line_break__is_refused),
        cmocka_unit_test(address__spaces__never_join_digits),
        cmocka_unit_test(any_field__blank__is_empty_without_note),
        cmocka_unit_test(any_field__lone_dash__is_empty_with_note),
        cmocka_unit_test(facility__configured__is_used_if_row_names_none),
        cmocka_unit_test(facility__invalid_in_row__is_not_replaced),
        cmocka_unit_test(facility__lone_dashes_in_row__name_none),
        cmocka_unit_test(values_of_mapping_file__precede_the_tables__in_fields),
        cmocka_unit_test(personal_value__in_finding__is_kept_apart),
    };
    return cmocka_run_group_tests_name("normalize", tests, load_tables, free_tables);
}
