#include "input/norm_fields.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "law/ident.h"
#include "input/digits.h"

enum { SYMBOL_MAX_CHARACTERS = 20, INSTITUTION_CODE_DIGITS = 7 };

struct rule;

/* A value of a field on its way to normal form. */
struct reading {
    struct kp_norm *norm;
    const struct rule *rule;
    enum kp_field field;
    const char *value;
};

struct rule {
    /* Returns the normal form; "" with a finding if the value is refused. */
    const char *(*read)(const struct reading *r);
    enum kp_code refusal;
    const char *of;     /* digits: separators to drop; codes: the code system */
    size_t least, most; /* digits; CP932 bytes of texts */
    size_t width;       /* of digits, filled with zeros; 0: any */
};

static void note(const struct reading *r, enum kp_code code, const char *value, const char *arg)
{
    kp_findings_add(r->norm->findings, code, kp_field_name(r->field), value, arg);
}

/* Refuses a word that stands for a value. */
static const char *refuse_placeholder(const struct reading *r)
{
    note(r, KP_K_PLACEHOLDER, r->value, kp_fields[r->field].required ? KP_WRITE_VALUE : KP_WRITE_OR_EMPTY);
    return "";
}

static const char *refuse(const struct reading *r)
{
    if (r->rule->refusal == KP_K_PLACEHOLDER)
        return refuse_placeholder(r);
    note(r, r->rule->refusal, r->value, NULL);
    return "";
}

/* Returns the new spelling, with a finding if it differs. */
static const char *respelled(const struct reading *r, enum kp_code code, const char *now)
{
    if (strcmp(now, r->value) != 0)
        note(r, code, r->value, NULL);
    return now;
}

static const char *without(const struct reading *r, const char *value, const char *dropped)
{
    char *copy = kp_arena_strdup(r->norm->arena, kp_norm_text(value));
    char *to = copy;
    for (const char *at = copy; at && *at; at++)
        if (!strchr(dropped, *at))
            *to++ = *at;
    if (copy)
        *to = '\0';
    return kp_norm_text(copy);
}

/* An id that several people bear, such as NULL, is none. */
static const char *read_id(const struct reading *r)
{
    if (!kp_norm_is_placeholder(r->norm, r->value))
        return r->value;
    note(r, KP_K_PLACEHOLDER_EMPTY, r->value, NULL);
    return "";
}

static const char *read_verbatim(const struct reading *r)
{
    return r->value;
}

static const char *read_digits(const struct reading *r)
{
    struct kp_arena *arena = r->norm->arena;
    /* telephone numbers are written with hyphens of every kind */
    bool phone = r->field == KP_F_FACILITY_PHONE;
    const char *text = phone ? kp_text_value_key(arena, r->value) : kp_text_nfkc(arena, r->value);
    const char *digits = without(r, text, r->rule->of);
    size_t n = kp_digits(digits);
    if (r->field == KP_F_FACILITY_NUMBER && kp_is_digits(digits, INSTITUTION_CODE_DIGITS))
        return digits; /* completed by complete_facility */
    if (digits[n] || n < r->rule->least || n > r->rule->most)
        return refuse(r);
    if (phone && n < r->rule->most && *digits != '0') {
        note(r, KP_K_ZEROS_RESTORED, digits, NULL);
        return kp_norm_text(kp_arena_printf(arena, "0%s", digits));
    }
    bool zeros = digits[strspn(digits, "0")] == '\0' && r->field != KP_F_INSURED_BRANCH;
    if (zeros || (phone && (n < r->rule->least + 1 || *digits != '0' || digits[1] == '0')))
        return refuse(r);
    if (n >= r->rule->width)
        return respelled(r, KP_K_WIDTH_CHANGED, digits);
    const char *whole = kp_norm_text(kp_arena_printf(arena, "%0*d%s", (int)(r->rule->width - n), 0, digits));
    if (r->field == KP_F_FACILITY_NUMBER && !kp_facility_number_ok(whole))
        return refuse(r); /* the digit that is missing is not the first */
    note(r, KP_K_ZEROS_RESTORED, digits, NULL);
    return whole;
}

/* Returns whether a spreadsheet has made a date of "1-2": 1月2日, 2-Jan, Jan-02, 2025-01-02. */
static bool is_spreadsheet_date(const char *narrow)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    size_t n = kp_digits(narrow);
    const char *rest = narrow + n;
    if ((n > 0 && strncmp(rest, "月", strlen("月")) == 0) || kp_has_shape(narrow, "0000-00-00"))
        return true;
    for (size_t i = 0; i < KP_COUNT(months); i++)
        if ((n > 0 && *rest == '-' && strncmp(rest + 1, months[i], 3) == 0 && (!rest[4] || rest[4] == '-')) ||
            (n == 0 && strncmp(narrow, months[i], 3) == 0 && narrow[3] == '-' && kp_digits(narrow + 4) > 0))
            return true;
    return false;
}

/* Returns whether the standard allows the characters: kanji, kana, letters, digits, hyphens. */
static bool is_card_text(const char *s)
{
    for (int32_t c; (c = kp_utf8_next(&s)) >= 0;) {
        int32_t ascii = c >= 0xff01 && c <= 0xff5e ? c - 0xfee0 : c;
        bool letter = (ascii >= '0' && ascii <= '9') || (ascii >= 'A' && ascii <= 'Z') ||
                      (ascii >= 'a' && ascii <= 'z') || ascii == '-';
        bool kana = (c >= 0x3041 && c <= 0x30fe && c != 0x30fb) || c == 0x3005 || c == 0x3006;
        bool kanji = (c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) || c > 0xffff;
        if (!letter && !kana && !kanji)
            return false;
    }
    return true;
}

/* Symbols and numbers of cards stay verbatim but in one width: half if every character has one. */
static const char *read_card(const struct reading *r)
{
    struct kp_arena *arena = r->norm->arena;
    const char *compact = without(r, r->value, " \t\r\n");
    const char *wide = kp_norm_text(kp_text_wide(arena, compact, false));
    const char *half = kp_norm_text(kp_text_narrow(arena, compact));
    bool ascii = kp_text_is_ascii(compact), mixed = !ascii && !kp_text_is_wide(compact);
    const char *out = ascii || (mixed && kp_text_is_ascii(half) && !strchr(half, ' ')) ? half : wide;
    if (kp_utf8_length(out) > SYMBOL_MAX_CHARACTERS || !is_card_text(out) || is_spreadsheet_date(half) ||
        !half[strspn(half, "0")] || kp_norm_is_placeholder(r->norm, r->value))
        return refuse(r);
    return respelled(r, KP_K_WIDTH_CHANGED, out);
}

static const char *read_code(const struct reading *r)
{
    const char *key = kp_norm_text(kp_text_value_key(r->norm->arena, r->value));
    const char *code = kp_code_of(r->norm->tables, r->rule->of, key);
    const char *word = code ? NULL : kp_numbered_word(r->norm->arena, r->value);
    if (word)
        code =
            kp_code_of(r->norm->tables, r->rule->of, kp_norm_text(kp_text_value_key(r->norm->arena, word)));
    return code ? respelled(r, KP_K_VALUE_CODED, code) : refuse(r);
}

static const char *read_date(const struct reading *r)
{
    struct kp_record *record = r->norm->record;
    struct kp_date other = {0}, *const dates[KP_F__COUNT] = {[KP_F_BIRTH_DATE] = &record->birth,
                                                             [KP_F_EXAM_DATE] = &record->exam,
                                                             [KP_F_MEMBER_FROM] = &record->member_from,
                                                             [KP_F_MEMBER_TO] = &record->member_to};
    struct kp_date *date = dates[r->field] ? dates[r->field] : &other;
    return kp_norm_date(r->norm, kp_field_name(r->field), r->value, date);
}

/* Removes a former name in brackets at the end, and the points between the names of foreigners. */
static const char *plain_name(const struct reading *r)
{
    static const struct {
        const char *open, *close;
    } brackets[] = {{"(旧", ")"}, {"[旧", "]"}, {"【旧", "】"}, {"〔旧", "〕"}};
    char *name = kp_text_nfkc(r->norm->arena, r->value);
    for (size_t i = 0; name && i < KP_COUNT(brackets); i++) {
        char *bracket = strstr(name, brackets[i].open),
             *end = bracket ? strstr(bracket, brackets[i].close) : NULL;
        if (!end || end[strlen(brackets[i].close)])
            continue;
        *bracket = '\0';
        note(r, KP_K_FORMER_NAME, r->value, NULL);
    }
    for (char *point; name && (point = strstr(name, "・"));)
        memmove(point, point + strlen("・"), strlen(point + strlen("・")) + 1);
    return kp_norm_text(name);
}

static const char *read_kana(const struct reading *r)
{
    if (kp_norm_is_placeholder(r->norm, r->value))
        return refuse_placeholder(r);
    const char *name = plain_name(r);
    char *kana = kp_text_kana_name(r->norm->arena, name);
    if (kana && strpbrk(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")) {
        note(r, KP_K_KANA_LATIN, r->value, NULL);
        return "";
    }
    if (!kana || !kp_text_is_kana_name(kana))
        return refuse(r);
    (void)respelled(r, KP_K_KANA_CONVERTED, kana);
    if (kp_text_cp932_bytes(r->norm->tables->text, kana, NULL) <= r->rule->most)
        return kana;
    note(r, KP_K_TOO_LONG, r->value, kp_arena_printf(r->norm->arena, "%zu", r->rule->most));
    return "";
}

static const char *read_postal(const struct reading *r)
{
    const char *key = kp_norm_text(kp_text_value_key(r->norm->arena, r->value));
    size_t mark = strncmp(key, "〒", strlen("〒")) == 0 ? strlen("〒") : 0;
    const char *digits = without(r, key + mark, "-");
    if (!kp_is_digits(digits, 7))
        return refuse(r);
    char *out = kp_arena_printf(r->norm->arena, "%.3s-%s", digits, digits + 3);
    return respelled(r, KP_K_WIDTH_CHANGED, kp_norm_text(out));
}

static bool is_digit(int32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 0xff10 && c <= 0xff19);
}

/* Drops spaces, but keeps one between digits, which would make another number, and for line breaks. */
static const char *spaced(const struct reading *r)
{
    char *copy = kp_arena_strdup(r->norm->arena, r->value), *to = copy;
    int32_t before = 0;
    bool space = false, kept = false;
    for (const char *at = r->value, *next = at; copy; at = next) {
        int32_t c = kp_utf8_next(&next);
        bool parts = c == '\n' || c == '\r' || c == '\t';
        if (parts || c == ' ' || c == 0xa0 || c == 0x3000) {
            space = true;
            kept |= parts;
            continue;
        }
        if (c >= 0 && space && (kept || (is_digit(before) && is_digit(c))))
            *to++ = ' ';
        if (c < 0)
            break;
        memcpy(to, at, (size_t)(next - at));
        to += next - at;
        before = c;
        space = kept = false;
    }
    if (copy)
        *to = '\0';
    return kp_norm_text(copy);
}

/* Returns the value in full width, which is given. */
static const char *take_wide(const struct reading *r, char *wide)
{
    if (!wide)
        return "";
    if (kp_norm_is_placeholder(r->norm, wide))
        return refuse(r);
    (void)respelled(r, KP_K_WIDTH_CHANGED, wide);
    if (kp_text_cut(r->norm->tables->text, wide, r->rule->most))
        note(r, KP_K_TEXT_CUT, r->value, kp_arena_printf(r->norm->arena, "%zu", r->rule->most));
    return wide;
}

static const char *read_wide(const struct reading *r)
{
    return take_wide(r, kp_text_wide(r->norm->arena, spaced(r), true));
}

static const char *read_address(const struct reading *r)
{
    char *wide = kp_text_wide(r->norm->arena, spaced(r), true);
    const char *rest = kp_text_after_postal_code(kp_norm_text(wide));
    struct reading address = *r;
    if (rest && *rest) /* a postal code alone is not an address */
        note(r, KP_K_POSTAL_IN_ADDRESS, r->value, NULL);
    address.value = rest ? rest : r->value;
    const char *key = kp_norm_text(kp_text_value_key(r->norm->arena, address.value));
    if (strchr(key, '?') || (*key && !key[strspn(key, "0123456789-./")])) /* a lost character, or a number */
        return refuse(r);
    return rest ? read_wide(&address) : take_wide(r, wide);
}

static const struct rule RULES[] = {
    [KP_F_EMPLOYEE_ID] = {.read = read_id},
    [KP_F_INSURER_NUMBER] = {read_digits, KP_K_INSURER_NUMBER, " -", 6, 8, 8},
    [KP_F_INSURED_SYMBOL] = {.read = read_card, .refusal = KP_K_INSURED_NUMBER},
    [KP_F_INSURED_NUMBER] = {.read = read_card, .refusal = KP_K_INSURED_NUMBER},
    [KP_F_INSURED_BRANCH] = {read_digits, KP_K_BRANCH, "", 1, 2, 2},
    [KP_F_QUALIFICATION] = {.read = read_code, .refusal = KP_K_QUALIFICATION, .of = "qualification"},
    [KP_F_MEMBER_FROM] = {.read = read_date},
    [KP_F_MEMBER_TO] = {.read = read_date},
    [KP_F_NAME_KANA] = {.read = read_kana, .refusal = KP_K_KANA_NAME, .most = 100},
    [KP_F_NAME] = {.read = read_verbatim},
    [KP_F_SEX] = {.read = read_code, .refusal = KP_K_SEX, .of = "sex"},
    [KP_F_BIRTH_DATE] = {.read = read_date},
    [KP_F_POSTAL_CODE] = {.read = read_postal, .refusal = KP_K_POSTAL_CODE},
    [KP_F_ADDRESS] = {.read = read_address, .refusal = KP_K_PLACEHOLDER, .most = 80},
    [KP_F_EXAM_DATE] = {.read = read_date},
    [KP_F_FACILITY_NUMBER] = {read_digits, KP_K_FACILITY_NUMBER, " -", 9, 10, 10},
    [KP_F_FACILITY_NAME] = {.read = read_wide, .refusal = KP_K_PLACEHOLDER, .most = 40},
    [KP_F_FACILITY_POSTAL_CODE] = {.read = read_postal, .refusal = KP_K_POSTAL_CODE},
    [KP_F_FACILITY_ADDRESS] = {.read = read_address, .refusal = KP_K_PLACEHOLDER, .most = 80},
    [KP_F_FACILITY_PHONE] = {read_digits, KP_K_PHONE, "-()", 9, 11, 0},
    [KP_F_TICKET_NUMBER] = {read_digits, KP_K_TICKET, "", 11, 11, 11},
    [KP_F_TICKET_EXPIRES] = {.read = read_date},
    [KP_F_REPORT_CATEGORY] = {.read = read_code, .refusal = KP_K_CATEGORY, .of = "1.2.392.200119.6.1001"},
    [KP_F_PROGRAMME] = {.read = read_code, .refusal = KP_K_CATEGORY, .of = "1.2.392.200119.6.1002"},
    [KP_F_EXAM_KIND] = {.read = read_verbatim},
    [KP_F_EXAM_COURSE] = {.read = read_verbatim},
    [KP_F_WORKPLACE] = {.read = read_verbatim},
    [KP_F_FASTING] = {.read = read_code, .refusal = KP_K_FASTING, .of = "fasting"},
};
_Static_assert(KP_COUNT(RULES) == KP_F__COUNT, "a rule for every field");

static const char *read_field(struct kp_norm *norm, enum kp_field field, const char *value)
{
    return RULES[field].read(&(struct reading){norm, &RULES[field], field, value});
}

/* The same for a value from outside, which may contain control characters. */
static const char *read_cell(struct kp_norm *norm, enum kp_field field, const char *value)
{
    const bool text = field == KP_F_NAME || field == KP_F_NAME_KANA || RULES[field].read == read_wide ||
                      RULES[field].read == read_address;
    for (const char *at = value; *at; at++)
        if (((unsigned char)*at < 0x20 && !(text && strchr("\t\r\n", *at))) || *at == 0x7f) {
            kp_findings_add(norm->findings, KP_K_CONTROL_CHARACTER, kp_field_name(field), value);
            return "";
        }
    return read_field(norm, field, value);
}

bool kp_field_is_number(enum kp_field field)
{
    return field == KP_F_EMPLOYEE_ID || field == KP_F_INSURER_NUMBER || field == KP_F_INSURED_SYMBOL ||
           field == KP_F_INSURED_NUMBER || field == KP_F_INSURED_BRANCH || field == KP_F_TICKET_NUMBER ||
           field == KP_F_FACILITY_NUMBER;
}

bool kp_field_is_of_person(enum kp_field field)
{
    static const bool of_person[KP_F__COUNT] = {[KP_F_EMPLOYEE_ID] = true,
                                                [KP_F_INSURER_NUMBER] = true,
                                                [KP_F_INSURED_SYMBOL] = true,
                                                [KP_F_INSURED_NUMBER] = true,
                                                [KP_F_INSURED_BRANCH] = true,
                                                [KP_F_NAME_KANA] = true,
                                                [KP_F_SEX] = true,
                                                [KP_F_BIRTH_DATE] = true,
                                                [KP_F_EXAM_DATE] = true,
                                                [KP_F_EXAM_KIND] = true,
                                                [KP_F_EXAM_COURSE] = true};
    return of_person[field];
}

/* Of several columns the one that closes most decides. A code that no word explains (01) may have its word in
 * another column, and then says nothing. */
static void read_kind(const struct kp_norm_cell *cell)
{
    enum { CODED = 1, COVERED, UNKNOWN, OUTSIDE };
    struct kp_record *record = cell->norm->record;
    const char *key = kp_norm_text(kp_text_header_key(cell->norm->arena, cell->text));
    bool course = cell->column->index == KP_F_EXAM_COURSE;
    enum kp_exam_kind kind =
        course ? kp_kind_outside_duty(record->tables, key) : kp_kind_of(record->tables, key);
    unsigned rank = kind == KP_KIND_UNKNOWN    ? (kp_text_is_ascii(cell->key) ? CODED : UNKNOWN)
                    : kp_kind_is_covered(kind) ? COVERED
                                               : OUTSIDE;
    if (kind == KP_KIND_AUTO || rank <= cell->norm->kind_rank)
        return;
    cell->norm->kind_rank = rank;
    record->kind = kind;
    record->kind_column = cell->column->number;
    record->field[KP_F_EXAM_KIND] = cell->text;
}

/* Returns whether two columns contradict each other; an employee id may be in another width in one of them,
 * as the key of joined files. */
static bool differs(const struct kp_norm *norm, enum kp_field field, const char *a, const char *b)
{
    if (field != KP_F_EMPLOYEE_ID || strcmp(a, b) == 0)
        return strcmp(a, b) != 0;
    return strcmp(kp_norm_text(kp_text_nfkc(norm->arena, a)), kp_norm_text(kp_text_nfkc(norm->arena, b))) !=
           0;
}

void kp_norm_field(const struct kp_norm_cell *cell)
{
    struct kp_norm *norm = cell->norm;
    enum kp_field field = (enum kp_field)cell->column->index;
    const char **now = &norm->record->field[field];
    const bool card = RULES[field].refusal == KP_K_INSURED_NUMBER || field == KP_F_TICKET_NUMBER;
    if (!*cell->text || (!card && kp_norm_dash(norm, kp_field_name(field), cell->key)))
        return;
    if (kp_norm_my_number(cell, kp_field_name(field), !kp_field_is_number(field)))
        return;
    if (field == KP_F_EXAM_KIND || field == KP_F_EXAM_COURSE) {
        read_kind(cell);
        return;
    }
    if (kp_norm_unknown_digits(cell, kp_field_name(field)))
        return;
    norm->names_facility |= field == KP_F_FACILITY_NUMBER || field == KP_F_FACILITY_NAME;
    norm->serial = cell->column->serial;
    const char *value = read_cell(norm, field, cell->text);
    norm->serial = KP_SERIAL_NONE;
    if (**now && *value && differs(norm, field, *now, value))
        kp_norm_disagree(cell, kp_field_name(field));
    else if (*value && !**now)
        *now = value;
}

bool kp_norm_field_is_normal(struct kp_norm *norm, enum kp_field field, const char *text)
{
    const char *value = *text ? read_cell(norm, field, text) : "";
    norm->record->field[field] = value;
    return strcmp(value, text) == 0;
}

/* --- after all fields --- */

/* Fills the fields that the row leaves empty. */
static void fill_facility(struct kp_norm *norm, const struct kp_org *facility)
{
    const char *parts[KP_F__COUNT] = {[KP_F_FACILITY_NUMBER] = facility->number,
                                      [KP_F_FACILITY_NAME] = facility->name,
                                      [KP_F_FACILITY_POSTAL_CODE] = facility->postal_code,
                                      [KP_F_FACILITY_ADDRESS] = facility->address,
                                      [KP_F_FACILITY_PHONE] = facility->phone};
    for (unsigned i = 0; i < KP_F__COUNT; i++)
        if (parts[i] && *parts[i] && !*norm->record->field[i] &&
            !kp_refused(norm->findings, kp_field_name((enum kp_field)i)))
            norm->record->field[i] = read_field(norm, (enum kp_field)i, parts[i]);
}

static bool is_number_of(struct kp_norm *norm, const struct kp_org *facility, const char *number)
{
    const struct reading r = {.norm = norm};
    const char *own = kp_norm_text(kp_text_nfkc(norm->arena, facility->number ? facility->number : ""));
    return *own && strcmp(without(&r, own, " -"), number) == 0;
}

/* A row may give only the number of the institution. */
static void find_facility(struct kp_norm *norm, const struct kp_facilities *facilities)
{
    const char *number = norm->record->field[KP_F_FACILITY_NUMBER];
    const struct kp_org *own = &facilities->own;
    bool alone = *number && !*norm->record->field[KP_F_FACILITY_NAME];
    const struct kp_org *facility = !norm->names_facility || (alone && is_number_of(norm, own, number)) ? own
                                    : alone ? kp_facility_of(facilities, number)
                                            : NULL;
    if (facility)
        fill_facility(norm, facility);
}

/* Completes a 医療機関コード of 7 digits: 都道府県 (2 digits, by the address), 区分 1 (保険医療機関). */
static void complete_facility(struct kp_norm *norm)
{
    const char **number = &norm->record->field[KP_F_FACILITY_NUMBER];
    if (strlen(*number) != INSTITUTION_CODE_DIGITS)
        return;
    const struct kp_prefecture *where =
        kp_prefecture_of(norm->tables, norm->record->field[KP_F_FACILITY_ADDRESS]);
    char *whole = where ? kp_arena_printf(norm->arena, "%s1%s", where->code, *number) : NULL;
    bool valid = whole && kp_facility_number_ok(whole);
    kp_findings_add(norm->findings, valid ? KP_K_FACILITY_NUMBER_BUILT : KP_K_FACILITY_NUMBER,
                    kp_field_name(KP_F_FACILITY_NUMBER), *number, valid ? where->name : NULL);
    *number = valid ? whole : "";
}

/* National health insurance has no dependants: everyone's qualification is 7. */
static void fix_qualification(struct kp_norm *norm)
{
    const char **field = &norm->record->field[KP_F_QUALIFICATION];
    const struct kp_scheme *scheme = kp_scheme_of(norm->tables, norm->record->field[KP_F_INSURER_NUMBER]);
    if (!**field || strcmp(*field, "7") == 0 || !scheme || strcmp(scheme->scheme, KP_SCHEME_KOKUHO) != 0)
        return;
    kp_findings_add(norm->findings, KP_K_VALUE_CODED, kp_field_name(KP_F_QUALIFICATION), *field);
    *field = "7";
}

/* Cards of the late-stage system (39...) have a number and nothing else. */
static void fix_late_stage(struct kp_norm *norm)
{
    static const enum kp_field others[] = {KP_F_INSURED_SYMBOL, KP_F_INSURED_BRANCH, KP_F_QUALIFICATION};
    const char **f = norm->record->field;
    if (strncmp(f[KP_F_INSURER_NUMBER], "39", 2) != 0)
        return;
    f[KP_F_INSURED_NUMBER] = kp_norm_text(kp_text_narrow(norm->arena, f[KP_F_INSURED_NUMBER]));
    for (size_t i = 0; i < KP_COUNT(others); i++)
        if (*f[others[i]]) {
            kp_findings_add(norm->findings, KP_K_LATE_STAGE_OTHER, kp_field_name(others[i]), f[others[i]]);
            f[others[i]] = "";
        }
}

/* Receivers refuse a ticket that was not valid on the day of the examination. */
static void drop_expired_ticket(struct kp_norm *norm)
{
    const char **f = norm->record->field;
    struct kp_date expires;
    if (!*f[KP_F_TICKET_NUMBER] || !kp_date_is_set(norm->record->exam) ||
        kp_date_parse(f[KP_F_TICKET_EXPIRES], &expires, NULL) != KP_DATE_OK ||
        kp_date_compare(norm->record->exam, expires) <= 0)
        return;
    kp_findings_add(norm->findings, KP_K_TICKET_EXPIRED, kp_field_name(KP_F_TICKET_EXPIRES), NULL);
    f[KP_F_TICKET_NUMBER] = f[KP_F_TICKET_EXPIRES] = "";
}

/* An empty cell does not say that the examination was the periodic one. */
static void require_kind(struct kp_norm *norm)
{
    const struct kp_mapping *m = norm->mapping;
    for (size_t i = 0; i < m->n_columns && norm->kind_rank == 0; i++)
        if (m->columns[i].kind == KP_COL_FIELD && m->columns[i].index == KP_F_EXAM_KIND) {
            norm->record->kind = KP_KIND_UNKNOWN;
            norm->record->kind_column = m->columns[i].number;
        }
}

void kp_norm_person_done(struct kp_norm *norm)
{
    require_kind(norm);
    fix_late_stage(norm);
}

void kp_norm_fields_done(struct kp_norm *norm, const struct kp_facilities *facilities)
{
    require_kind(norm);
    find_facility(norm, facilities);
    complete_facility(norm);
    fix_qualification(norm);
    fix_late_stage(norm);
    drop_expired_ticket(norm);
}
