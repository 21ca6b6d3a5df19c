#include "normalize.h"

#include <string.h>

#include "status.h"
#include "text.h"

enum {
    SYMBOL_MAX_CHARACTERS = 20,
    ADDRESS_MAX_BYTES = 80,
    ORGANISATION_MAX_BYTES = 40,
    PHONE_MAX_DIGITS = 11,
    NAME_KANA_MAX_BYTES = 100
};

/* 1.2.392.200119.6.x of the code systems that have a rule of their own. */
#define SYSTEM_REMARKABLE "1.2.392.200119.6.2001" /* 特記すべきことあり/なし */
#define SYSTEM_FINDING "1.2.392.200119.6.2002"    /* 所見あり/なし */
#define SYSTEM_MEAL "1.2.392.200119.6.2202"       /* 採血時間(食後) */

struct job {
    const struct kp_tables *tables;
    struct kp_arena *arena;
    struct kp_findings *findings;
    struct kp_record *record;
    bool names_facility; /* the row says which institution it was, rightly or wrongly */
};

static void note(struct job *job, enum kp_code code, const char *where, const char *value, const char *arg)
{
    kp_find(job->findings, code, where, value, arg, NULL);
}

/* --- fields --- */

typedef const char *normalize_field(struct job *job, enum kp_field field, const char *value);

static const char *folded(struct job *job, const char *value)
{
    char *text = kp_text_nfkc(job->arena, value);
    return text ? text : "";
}

static const char *without(struct job *job, const char *value, const char *dropped)
{
    char *copy = kp_arena_strdup(job->arena, value);
    char *to = copy;
    for (const char *at = value; copy && *at; at++)
        if (!strchr(dropped, *at))
            *to++ = *at;
    if (copy)
        *to = '\0';
    return copy ? copy : "";
}

static bool all_digits(const char *s)
{
    return *s && s[strspn(s, "0123456789")] == '\0';
}

static const char *fail_field(struct job *job, enum kp_code code, enum kp_field field, const char *value)
{
    note(job, code, kp_field_name(field), value, NULL);
    return "";
}

static const char *keep(struct job *job, enum kp_field field, const char *value)
{
    (void)job;
    (void)field;
    return value;
}

static const char *zero_filled(struct job *job, enum kp_field field, const char *digits, size_t width)
{
    note(job, KP_K_ZEROS_RESTORED, kp_field_name(field), digits, NULL);
    char *out = kp_arena_printf(job->arena, "%0*d%s", (int)(width - strlen(digits)), 0, digits);
    return out ? out : "";
}

/* The new spelling, with a note when it is one. */
static const char *respelled(struct job *job, enum kp_field field, const char *now, const char *before)
{
    if (strcmp(now, before) != 0)
        note(job, KP_K_WIDTH_CHANGED, kp_field_name(field), before, NULL);
    return now;
}

static const char *norm_insurer(struct job *job, enum kp_field field, const char *value)
{
    const char *digits = without(job, folded(job, value), " -");
    size_t n = strlen(digits);
    if (!all_digits(digits) || n < 6 || n > 8)
        return fail_field(job, KP_K_INSURER_NUMBER, field, value);
    return n < 8 ? zero_filled(job, field, digits, 8) : respelled(job, field, digits, value);
}

/* Symbol and number stay as the card has them, but in one width: what can be half-width as a whole becomes so. */
static const char *norm_card(struct job *job, enum kp_field field, const char *value)
{
    const char *compact = without(job, value, " \t\r\n");
    char *wide = kp_text_wide(job->arena, compact, false);
    const char *half = folded(job, compact);
    if (!wide)
        return "";
    const char *out = compact;
    if (!kp_text_is_ascii(compact) && !(kp_text_is_wide(compact) && strcmp(wide, compact) == 0))
        out = kp_text_is_ascii(half) && !strchr(half, ' ') ? half : wide;
    if (kp_utf8_length(out) > SYMBOL_MAX_CHARACTERS)
        return fail_field(job, KP_K_INSURED_NUMBER, field, value);
    return respelled(job, field, out, value);
}

static const char *norm_branch(struct job *job, enum kp_field field, const char *value)
{
    const char *digits = folded(job, value);
    if (!all_digits(digits) || strlen(digits) > 2)
        return fail_field(job, KP_K_BRANCH, field, value);
    return strlen(digits) == 1 ? zero_filled(job, field, digits, 2) : respelled(job, field, digits, value);
}

static const char *norm_code(struct job *job, enum kp_field field, const char *value)
{
    static const struct {
        enum kp_field field;
        const char *system;
        enum kp_code code;
    } systems[] = {{KP_F_SEX, "sex", KP_K_SEX},
                   {KP_F_QUALIFICATION, "qualification", KP_K_QUALIFICATION},
                   {KP_F_REPORT_CATEGORY, "1.2.392.200119.6.1001", KP_K_CATEGORY},
                   {KP_F_PROGRAMME, "1.2.392.200119.6.1002", KP_K_CATEGORY}};
    const char *key = kp_text_value_key(job->arena, value);
    for (size_t i = 0; key && i < KP_COUNT(systems); i++) {
        if (systems[i].field != field)
            continue;
        const char *code = kp_code_of(job->tables, systems[i].system, key);
        if (!code)
            return fail_field(job, systems[i].code, field, value);
        if (strcmp(code, value) != 0)
            note(job, KP_K_VALUE_CODED, kp_field_name(field), value, NULL);
        return code;
    }
    return "";
}

static bool read_date(struct job *job, const char *where, const char *value, struct kp_date *ret_date)
{
    static const enum kp_code codes[] = {[KP_DATE_SHAPE] = KP_K_DATE_SHAPE,
                                         [KP_DATE_NO_SUCH_DAY] = KP_K_DATE_NOT_REAL,
                                         [KP_DATE_OUTSIDE_ERA] = KP_K_DATE_OUTSIDE_ERA};
    enum kp_date_fault fault = kp_date_parse(folded(job, value), ret_date, NULL);
    if (fault == KP_DATE_OK)
        return true;
    note(job, codes[fault], where, value, NULL);
    return false;
}

static const char *date_text(struct job *job, const char *where, const char *value, struct kp_date date)
{
    char text[9];
    kp_date_compact(date, text);
    if (strcmp(text, value) != 0)
        note(job, KP_K_DATE_CONVERTED, where, value, NULL);
    char *copy = kp_arena_strdup(job->arena, text);
    return copy ? copy : "";
}

static const char *norm_date(struct job *job, enum kp_field field, const char *value)
{
    struct kp_date date;
    if (!read_date(job, kp_field_name(field), value, &date))
        return "";
    if (field == KP_F_BIRTH_DATE)
        job->record->birth = date;
    else if (field == KP_F_EXAM_DATE)
        job->record->exam = date;
    else if (field == KP_F_MEMBER_FROM)
        job->record->member_from = date;
    else if (field == KP_F_MEMBER_TO)
        job->record->member_to = date;
    return date_text(job, kp_field_name(field), value, date);
}

static const char *norm_kana(struct job *job, enum kp_field field, const char *value)
{
    char *kana = kp_text_kana_name(job->arena, value);
    if (!kana || !kp_text_is_kana_name(kana))
        return fail_field(job, KP_K_KANA_NAME, field, value);
    if (strcmp(kana, value) != 0)
        note(job, KP_K_KANA_CONVERTED, kp_field_name(field), value, NULL);
    if (kp_text_cp932_bytes(job->tables->text, kana, NULL) > NAME_KANA_MAX_BYTES) {
        note(job, KP_K_TOO_LONG, kp_field_name(field), value, "100");
        return "";
    }
    return kana;
}

static const char *norm_postal(struct job *job, enum kp_field field, const char *value)
{
    char *narrow = kp_text_value_key(job->arena, value);
    size_t mark = narrow && strncmp(narrow, "〒", strlen("〒")) == 0 ? strlen("〒") : 0;
    const char *digits = narrow ? without(job, narrow + mark, "-") : "";
    if (!all_digits(digits) || strlen(digits) != 7)
        return fail_field(job, KP_K_POSTAL_CODE, field, value);
    char *out = kp_arena_printf(job->arena, "%.3s-%s", digits, digits + 3);
    return out ? respelled(job, field, out, value) : "";
}

static const char *widened(struct job *job, enum kp_field field, const char *value, size_t max_bytes, const char *limit)
{
    char *wide = kp_text_wide(job->arena, value, false);
    if (!wide)
        return "";
    const char *out = respelled(job, field, wide, value);
    if (kp_text_cut(job->tables->text, wide, max_bytes))
        note(job, KP_K_TEXT_CUT, kp_field_name(field), value, limit);
    return out;
}

static const char *norm_address(struct job *job, enum kp_field field, const char *value)
{
    return widened(job, field, value, ADDRESS_MAX_BYTES, "80");
}

static const char *norm_organisation(struct job *job, enum kp_field field, const char *value)
{
    return widened(job, field, value, ORGANISATION_MAX_BYTES, "40");
}

static const char *norm_facility(struct job *job, enum kp_field field, const char *value)
{
    const char *digits = without(job, folded(job, value), " -");
    size_t n = strlen(digits);
    if (!all_digits(digits) || n < 9 || n > 10)
        return fail_field(job, KP_K_FACILITY_NUMBER, field, value);
    return n == 9 ? zero_filled(job, field, digits, 10) : respelled(job, field, digits, value);
}

static const char *norm_phone(struct job *job, enum kp_field field, const char *value)
{
    char *narrow = kp_text_value_key(job->arena, value);
    const char *digits = narrow ? without(job, narrow, "-()") : "";
    if (!all_digits(digits) || strlen(digits) > PHONE_MAX_DIGITS)
        return fail_field(job, KP_K_PHONE, field, value);
    return respelled(job, field, digits, value);
}

static const char *norm_ticket(struct job *job, enum kp_field field, const char *value)
{
    const char *digits = folded(job, value);
    if (!all_digits(digits) || strlen(digits) != 11)
        return fail_field(job, KP_K_TICKET, field, value);
    return respelled(job, field, digits, value);
}

static normalize_field *const FIELD_RULES[] = {
    [KP_F_EMPLOYEE_ID] = keep,
    [KP_F_INSURER_NUMBER] = norm_insurer,
    [KP_F_INSURED_SYMBOL] = norm_card,
    [KP_F_INSURED_NUMBER] = norm_card,
    [KP_F_INSURED_BRANCH] = norm_branch,
    [KP_F_QUALIFICATION] = norm_code,
    [KP_F_MEMBER_FROM] = norm_date,
    [KP_F_MEMBER_TO] = norm_date,
    [KP_F_NAME_KANA] = norm_kana,
    [KP_F_NAME] = keep,
    [KP_F_SEX] = norm_code,
    [KP_F_BIRTH_DATE] = norm_date,
    [KP_F_POSTAL_CODE] = norm_postal,
    [KP_F_ADDRESS] = norm_address,
    [KP_F_EXAM_DATE] = norm_date,
    [KP_F_FACILITY_NUMBER] = norm_facility,
    [KP_F_FACILITY_NAME] = norm_organisation,
    [KP_F_FACILITY_POSTAL_CODE] = norm_postal,
    [KP_F_FACILITY_ADDRESS] = norm_address,
    [KP_F_FACILITY_PHONE] = norm_phone,
    [KP_F_TICKET_NUMBER] = norm_ticket,
    [KP_F_TICKET_EXPIRES] = norm_date,
    [KP_F_REPORT_CATEGORY] = norm_code,
    [KP_F_PROGRAMME] = norm_code,
};
_Static_assert(KP_COUNT(FIELD_RULES) == KP_F__COUNT, "a rule for every field");

/* --- items --- */

struct cell_job {
    struct job *job;
    const struct kp_column *column;
    const struct kp_item *item;
    const char *text; /* trimmed */
    const char *key;  /* for comparing */
};

/* 未実施, 測定不能 and a lone dash say that there is no result; true when the cell was one of them. */
static bool read_state(const struct cell_job *c, struct kp_value *value)
{
    if (c->text[0] == '\0')
        return true;
    if (strcmp(c->key, "-") == 0) {
        note(c->job, KP_K_DASH_EMPTY, c->item->label, NULL, NULL);
        return true;
    }
    if (kp_code_of(c->job->tables, "not_done", c->key)) {
        value->state = KP_VALUE_NOT_DONE;
        note(c->job, KP_K_READ_AS_NOT_DONE, c->item->label, c->text, NULL);
        return true;
    }
    /* A finding in words has no "not measurable" form: the words themselves are kept. */
    if (c->item->type != KP_TYPE_ST && kp_code_of(c->job->tables, "not_measurable", c->key)) {
        value->state = KP_VALUE_NOT_MEASURABLE;
        note(c->job, KP_K_READ_AS_NOT_MEASURABLE, c->item->label, c->text, NULL);
        return true;
    }
    return false;
}

static bool ends_with(const char *s, size_t n, const char *suffix)
{
    size_t m = strlen(suffix);
    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

struct mark {
    const char *text;
    char limit; /* what it says about the value; 0: only a laboratory's mark */
};

static const struct mark PREFIXES[] = {{"<=", 'L'}, {">=", 'H'}, {"<", 'L'}, {">", 'H'}, {"≦", 'L'}, {"≧", 'H'},
                                       {"≤", 'L'},  {"≥", 'H'},  {"H", 0},   {"L", 0},   {"h", 0},   {"l", 0}};
static const struct mark SUFFIXES[] = {{"未満", 'L'}, {"以下", 'L'}, {"以上", 'H'}, {"超", 'H'},
                                       {"h", 0},      {"l", 0},      {"*", 0},      {"↑", 0},   {"↓", 0}};

/* Takes marks and the unit off what follows the number; true when nothing else was there. */
static bool strip_tail(const struct cell_job *c, char *tail, char *ret_limit)
{
    for (size_t n = strlen(tail); n > 0;) {
        const char *unit = kp_unit_of(c->job->tables, tail);
        if (unit && strcmp(unit, c->item->unit) == 0)
            return true;
        size_t i = 0;
        while (i < KP_COUNT(SUFFIXES) && !ends_with(tail, n, SUFFIXES[i].text))
            i++;
        if (i == KP_COUNT(SUFFIXES) || (unit && n > 1)) /* something else, or the unit of another quantity */
            return false;
        n -= strlen(SUFFIXES[i].text);
        tail[n] = '\0';
        *ret_limit = SUFFIXES[i].limit ? SUFFIXES[i].limit : *ret_limit;
    }
    return true;
}

/* Finds the number in a cell such as "<0.1", "35未満", "120 mmHg H". Spaces count: "120 80" is no number. */
static bool find_number(const struct cell_job *c, const char **ret_at, size_t *ret_n, char *ret_limit)
{
    const char *at = folded(c->job, c->text);
    for (size_t i = 0; i < KP_COUNT(PREFIXES); i++) {
        size_t m = strlen(PREFIXES[i].text);
        if (strncmp(at, PREFIXES[i].text, m) == 0) {
            *ret_limit = PREFIXES[i].limit;
            at += m + strspn(at + m, " ");
            break;
        }
    }
    size_t n = strspn(at, "0123456789.,+-");
    char *tail = kp_text_value_key(c->job->arena, at + n);
    *ret_at = at;
    *ret_n = n;
    return tail && strip_tail(c, tail, ret_limit);
}

static const char *range_limit(struct job *job, struct kp_decimal limit)
{
    char text[KP_DECIMAL_TEXT];
    kp_decimal_text(limit, text);
    char *copy = kp_arena_strdup(job->arena, text);
    return copy ? copy : "";
}

/* At or beyond the input limits the value goes out with the mark L or H. */
static void check_range(const struct cell_job *c, struct kp_decimal number, struct kp_value *value)
{
    if (!c->item->has_range || value->limit)
        return;
    if (kp_decimal_compare(number, c->item->min) <= 0)
        value->limit = 'L';
    else if (kp_decimal_compare(number, c->item->max) >= 0)
        value->limit = 'H';
    if (value->limit)
        kp_find(c->job->findings, KP_K_OUT_OF_RANGE, c->item->label, c->text, range_limit(c->job, c->item->min),
                range_limit(c->job, c->item->max));
}

static void read_quantity(const struct cell_job *c, struct kp_value *value)
{
    struct kp_decimal number, rounded;
    const char *at = NULL;
    size_t n = 0;
    char text[KP_DECIMAL_TEXT];
    char decimals[] = {(char)('0' + c->item->decimals), '\0'};
    if (!find_number(c, &at, &n, &value->limit) || !kp_decimal_parse(at, n, &number) || number.units < 0 ||
        !kp_decimal_round(number, c->item->decimals, &rounded)) {
        note(c->job, KP_K_NUMBER_UNREADABLE, c->item->label, c->text, NULL);
        return;
    }
    if (kp_decimal_integer_digits(rounded) > c->item->integer_digits) {
        note(c->job, KP_K_NUMBER_TOO_LARGE, c->item->label, c->text, c->item->format);
        return;
    }
    kp_decimal_text(rounded, text);
    value->text = kp_arena_strdup(c->job->arena, text);
    if (!value->text)
        return;
    value->state = KP_VALUE_PRESENT;
    if (strncmp(at, c->text, n) != 0 || c->text[n] != '\0' || memchr(at, ',', n))
        note(c->job, KP_K_NUMBER_CLEANED, c->item->label, c->text, NULL);
    if (kp_decimal_compare(number, rounded) != 0)
        note(c->job, KP_K_VALUE_ROUNDED, c->item->label, c->text, kp_arena_strdup(c->job->arena, decimals));
    check_range(c, rounded, value);
}

/* Exports that give the hours since the last meal as a number. */
static const char *meal_code(const char *key)
{
    static const struct kp_decimal ten = {10, 0}, three_and_a_half = {35, 1};
    struct kp_decimal hours;
    size_t n = strspn(key, "0123456789.");
    if (n == 0 || !kp_decimal_parse(key, n, &hours) || (key[n] != '\0' && strcmp(key + n, "時間") != 0))
        return NULL;
    if (kp_decimal_compare(hours, ten) >= 0)
        return "2";
    if (!strchr(key, '.') && key[n] == '\0')
        return NULL; /* a bare digit may be meant for a code */
    return kp_decimal_compare(hours, three_and_a_half) >= 0 ? "3" : "4";
}

static const char *accepted_values(const struct cell_job *c)
{
    struct kp_buf list = {0};
    for (size_t i = 0; i < c->job->tables->n_codes; i++) {
        const struct kp_code_row *code = &c->job->tables->codes[i];
        if (strcmp(code->system, c->item->code_system) == 0)
            kp_buf_printf(&list, "%s%s=%s", list.len ? ", " : "", code->code, code->display);
    }
    char *copy = kp_buf_ok(&list) ? kp_arena_strdup(c->job->arena, kp_buf_text(&list)) : NULL;
    kp_buf_release(&list);
    return copy ? copy : "";
}

static const char *code_for(const struct cell_job *c)
{
    const char *code = kp_code_of(c->job->tables, c->item->code_system, c->key);
    if (!code && strcmp(c->item->code_system, SYSTEM_MEAL) == 0)
        code = meal_code(c->key);
    return code;
}

static void read_code(const struct cell_job *c, struct kp_value *value)
{
    const char *code = c->text[0] ? code_for(c) : NULL;
    if (!code && read_state(c, value))
        return;
    if (!code) {
        note(c->job, KP_K_CODE_UNKNOWN, c->item->label, c->text, accepted_values(c));
        return;
    }
    value->state = KP_VALUE_PRESENT;
    value->text = code;
    if (strcmp(code, c->text) != 0)
        note(c->job, KP_K_VALUE_CODED, c->item->label, c->text, NULL);
}

static void read_text(const struct cell_job *c, struct kp_value *value)
{
    struct job *job = c->job;
    enum { DATE_BYTES = 8 }; /* 撮影年月日 is a date in a text item */
    struct kp_date date;
    if (c->item->max_bytes == DATE_BYTES) {
        if (!read_date(job, c->item->label, c->text, &date))
            return;
        value->text = date_text(job, c->item->label, c->text, date);
    } else {
        char *wide = kp_text_wide(job->arena, c->text, true);
        if (!wide)
            return;
        if (strcmp(wide, c->text) != 0)
            note(job, KP_K_WIDTH_CHANGED, c->item->label, c->text, NULL);
        if (kp_text_cp932_bytes(job->tables->text, wide, NULL) > c->item->max_bytes) {
            note(job, KP_K_TOO_LONG, c->item->label, c->text, c->item->format);
            return;
        }
        value->text = wide;
    }
    value->state = KP_VALUE_PRESENT;
}

static bool is_finding_flag(const struct kp_item *item)
{
    return strcmp(item->code_system, SYSTEM_REMARKABLE) == 0 || strcmp(item->code_system, SYSTEM_FINDING) == 0;
}

/*
 * One text column often carries both the flag and the finding: "特になし" is the flag alone, any other text is flag 1
 * and the finding, and an empty cell of 既往歴, 自覚症状 or 他覚症状 means nothing remarkable.
 */
static void read_finding(const struct cell_job *c, struct kp_value *value)
{
    struct job *job = c->job;
    const struct kp_item *flag_item = &job->tables->items[c->item->depends_on];
    struct kp_value *flag = &job->record->values[c->item->depends_on];
    const char *code = NULL;
    if (strcmp(c->key, "1") == 0 || strcmp(c->key, "2") == 0)
        code = c->key;
    else if (kp_code_of(job->tables, "nothing_special", c->key) ||
             (c->text[0] == '\0' && strcmp(flag_item->code_system, SYSTEM_REMARKABLE) == 0))
        code = "2";
    if (!code) {
        if (read_state(c, value)) {
            if (value->state == KP_VALUE_NOT_DONE) { /* said of the examination, so it belongs to the flag */
                value->state = KP_VALUE_ABSENT;
                if (flag->state == KP_VALUE_ABSENT)
                    flag->state = KP_VALUE_NOT_DONE;
            }
            return;
        }
        read_text(c, value);
        if (value->state != KP_VALUE_PRESENT)
            return;
        code = "1";
    }
    if (flag->state != KP_VALUE_ABSENT)
        return;
    flag->state = KP_VALUE_PRESENT;
    flag->text = code;
    note(job, KP_K_FINDING_DERIVED, c->item->label, NULL, flag_item->label);
}

static void read_item(const struct cell_job *c)
{
    struct kp_value *value = &c->job->record->values[c->column->index];
    if (c->item->type == KP_TYPE_CD || c->item->type == KP_TYPE_CO)
        read_code(c, value);
    else if (c->item->type == KP_TYPE_PQ && !read_state(c, value))
        read_quantity(c, value);
    else if (c->item->type == KP_TYPE_ST && c->item->depends_on >= 0 &&
               is_finding_flag(&c->job->tables->items[c->item->depends_on]))
        read_finding(c, value);
    else if (c->item->type == KP_TYPE_ST && !read_state(c, value))
        read_text(c, value);
}

static void read_reference(const struct cell_job *c)
{
    struct kp_value *value = &c->job->record->values[c->column->index];
    struct kp_decimal number, rounded;
    if (c->text[0] == '\0' || strcmp(c->key, "-") == 0)
        return;
    if (c->column->kind == KP_COL_FLAG) {
        bool known = c->key[0] && !c->key[1] && strchr("hln", c->key[0]);
        if (known)
            value->flag = (char)(c->key[0] - 'a' + 'A');
        else
            note(c->job, KP_K_CODE_UNKNOWN, c->item->label, c->text, "H, L, N");
        return;
    }
    char text[KP_DECIMAL_TEXT];
    if (!kp_decimal_parse(c->key, strlen(c->key), &number) ||
        !kp_decimal_round(number, c->item->decimals, &rounded)) {
        note(c->job, KP_K_NUMBER_UNREADABLE, c->item->label, c->text, NULL);
        return;
    }
    kp_decimal_text(rounded, text);
    *(c->column->kind == KP_COL_LOW ? &value->low : &value->high) = kp_arena_strdup(c->job->arena, text);
}

/* --- the row --- */

static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

static void read_field(struct job *job, enum kp_field field, const char *text)
{
    if (!*text)
        return;
    job->names_facility |= field == KP_F_FACILITY_NUMBER || field == KP_F_FACILITY_NAME;
    if (has_control(text))
        note(job, KP_K_CONTROL_CHARACTER, kp_field_name(field), text, NULL);
    else
        job->record->field[field] = FIELD_RULES[field](job, field, text);
}

/* The mapping file's own source=code pairs come before everything the tables know. */
static const char *own_value(struct job *job, const struct kp_column *column, const char *text, const char *key)
{
    uint32_t own = 0;
    if (!kp_map_get(&column->values, key, &own))
        return text;
    const char *where = column->kind == KP_COL_FIELD ? kp_field_name((enum kp_field)column->index)
                                                     : job->tables->items[column->index].label;
    note(job, KP_K_VALUE_CODED, where, text, NULL);
    return column->codes[own];
}

static enum kp_status read_cell(struct job *job, const struct kp_column *column, const char *cell)
{
    const char *text = kp_text_trim(job->arena, cell);
    const char *key = text ? kp_text_value_key(job->arena, text) : NULL;
    if (!key)
        return KP_E_SYSTEM;
    if (column->values.n_keys > 0) {
        text = own_value(job, column, text, key);
        key = kp_text_value_key(job->arena, text);
    }
    struct cell_job c = {.job = job, .column = column, .text = text, .key = key};
    if (!key)
        return KP_E_SYSTEM;
    if (column->kind == KP_COL_FIELD) {
        read_field(job, (enum kp_field)column->index, text);
        return KP_OK;
    }
    c.item = &job->tables->items[column->index];
    if (column->kind == KP_COL_ITEM)
        read_item(&c);
    else
        read_reference(&c);
    return KP_OK;
}

static void fill_facility(struct job *job, const struct kp_org *facility)
{
    const struct {
        enum kp_field field;
        const char *value;
    } parts[] = {{KP_F_FACILITY_NUMBER, facility->number},
                 {KP_F_FACILITY_NAME, facility->name},
                 {KP_F_FACILITY_POSTAL_CODE, facility->postal_code},
                 {KP_F_FACILITY_ADDRESS, facility->address},
                 {KP_F_FACILITY_PHONE, facility->phone}};
    if (job->names_facility)
        return;
    for (size_t i = 0; i < KP_COUNT(parts); i++)
        if (parts[i].value && *parts[i].value)
            job->record->field[parts[i].field] = FIELD_RULES[parts[i].field](job, parts[i].field, parts[i].value);
}

/* National health insurance knows no dependants: everyone in it is 7, whatever "本人" or "家族" became. */
static void fix_qualification(struct job *job)
{
    const char **field = &job->record->field[KP_F_QUALIFICATION];
    const struct kp_scheme *scheme = kp_scheme_of(job->tables, job->record->field[KP_F_INSURER_NUMBER]);
    if (!**field || strcmp(*field, "7") == 0 || !scheme || strcmp(scheme->scheme, KP_SCHEME_KOKUHO) != 0)
        return;
    note(job, KP_K_VALUE_CODED, kp_field_name(KP_F_QUALIFICATION), *field, NULL);
    *field = "7";
}

enum kp_status kp_normalize(const struct kp_tables *tables, const struct kp_mapping *mapping,
                            const struct kp_org *facility, const char *const *cells, struct kp_arena *arena,
                            struct kp_findings *findings, struct kp_record *ret_record)
{
    enum kp_status st = KP_OK;
    struct job job = {.tables = tables, .arena = arena, .findings = findings, .record = ret_record};
    KP_TRY(kp_record_init(ret_record, tables, arena));
    /* Flags before findings: a flag column of its own outranks what the text implies. */
    for (int findings_too = 0; findings_too < 2; findings_too++)
        for (size_t i = 0; i < mapping->n_columns; i++) {
            const struct kp_column *column = &mapping->columns[i];
            if (column->kind < KP_COL_FIELD)
                continue;
            bool finding = column->kind == KP_COL_ITEM && tables->items[column->index].depends_on >= 0;
            if (finding == (findings_too == 1))
                KP_TRY(read_cell(&job, column, cells[i]));
        }
    fill_facility(&job, facility);
    fix_qualification(&job);
    st = arena->failed ? KP_E_SYSTEM : KP_OK; /* else a value that found no room would pass for one that is absent */
out:
    return st;
}
