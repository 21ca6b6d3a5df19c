#include "v08/cda_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "input/norm_fields.h"

#define OID "1.2.392.200119.6."
#define LIMIT_MARKS "2.16.840.1.113883.5.83"
#define ADDITIONAL_ITEMS "01990"
#define CHECK_UP_ITEMS "01010"
#define SPECIFIC_CHECK_UP "10" /* 報告区分 of 特定健診 */

enum { TICKET_ROOT_CHARACTERS = 30, FACILITY_DIGITS = 10, FIELD_MAX_BYTES = 1024 };

struct reader {
    const struct kp_tables *tables;
    struct kp_arena *arena;
    struct kp_findings *findings;
    struct kp_document *document;
    size_t last_item; /* index + 1 of the entry before, within its section */
};

static void find(const struct reader *r, enum kp_code code, const char *where, const char *arg)
{
    kp_findings_add(r->findings, code, where, NULL, arg);
}

/* What is found from now on stands there. */
static void look_at(const struct reader *r, const struct kp_node *node)
{
    r->findings->line = node ? node->line : 0;
}

static const char *trimmed(const struct reader *r, const char *text)
{
    const char *copy = kp_text_trim(r->arena, text);
    return copy ? copy : ""; /* the arena remembers */
}

static const char *text_of(const struct kp_node *node)
{
    return node ? node->text : "";
}

/* "YYYYMMDD" and nothing else. */
static struct kp_date day_of(const char *text)
{
    struct kp_date day = {0};
    bool eight = strlen(text) == 8 && strspn(text, "0123456789") == 8;
    if (!eight || kp_date_parse(text, &day, NULL) != KP_DATE_OK)
        return (struct kp_date){0};
    return day;
}

/* --- header --- */

/* As the standard writes it. */
static const char *form_of(enum kp_field field)
{
    static const char *const forms[KP_F__COUNT] = {[KP_F_INSURER_NUMBER] = "########",
                                                   [KP_F_INSURED_SYMBOL] = "全角 / 半角 <= 20",
                                                   [KP_F_INSURED_NUMBER] = "全角 / 半角 <= 20",
                                                   [KP_F_INSURED_BRANCH] = "##",
                                                   [KP_F_QUALIFICATION] = "1-7",
                                                   [KP_F_NAME_KANA] = "全角カタカナ",
                                                   [KP_F_SEX] = "1 / 2",
                                                   [KP_F_BIRTH_DATE] = "YYYYMMDD",
                                                   [KP_F_POSTAL_CODE] = "###-####",
                                                   [KP_F_ADDRESS] = "全角 <= 40",
                                                   [KP_F_EXAM_DATE] = "YYYYMMDD",
                                                   [KP_F_FACILITY_NUMBER] = "##########",
                                                   [KP_F_FACILITY_NAME] = "全角",
                                                   [KP_F_FACILITY_POSTAL_CODE] = "###-####",
                                                   [KP_F_FACILITY_ADDRESS] = "全角",
                                                   [KP_F_FACILITY_PHONE] = "tel:##########",
                                                   [KP_F_TICKET_NUMBER] = "###########",
                                                   [KP_F_TICKET_EXPIRES] = "YYYYMMDD"};
    return forms[field] ? forms[field] : "";
}

static void form_differs(const struct reader *r, enum kp_field field)
{
    find(r, KP_K_FORM_DIFFERS, kp_field_name(field), form_of(field));
}

static void take_field(const struct reader *r, enum kp_field field, const char *text)
{
    if (strlen(text) > FIELD_MAX_BYTES) { /* longer than any field may be, and not worth looking at */
        form_differs(r, field);
        return;
    }
    struct kp_norm norm = {
        .tables = r->tables, .arena = r->arena, .findings = r->findings, .record = &r->document->record};
    struct kp_finding *before = r->findings->last;
    bool stands = kp_norm_field_is_normal(&norm, field, text);
    bool refused = !*r->document->record.field[field] && r->findings->last != before; /* then that was said */
    if (!stands && !refused)
        form_differs(r, field);
}

static void take_ids(const struct reader *r, const struct kp_node *role)
{
    static const struct {
        const char *root;
        enum kp_field field;
    } roots[] = {{OID "101", KP_F_INSURER_NUMBER},
                 {OID "204", KP_F_INSURED_SYMBOL},
                 {OID "205", KP_F_INSURED_NUMBER},
                 {OID "211", KP_F_INSURED_BRANCH},
                 {OID "206", KP_F_QUALIFICATION}};
    for (const struct kp_node *id = kp_node_child(role, "id"); id; id = kp_node_again(id)) {
        const char *extension = kp_node_attr(id, "extension");
        size_t i = 0;
        look_at(r, id);
        while (i < KP_COUNT(roots) && strcmp(roots[i].root, kp_node_attr(id, "root")) != 0)
            i++;
        if (i == KP_COUNT(roots))
            continue; /* another number of the sender's */
        if (!*extension || *r->document->record.field[roots[i].field])
            form_differs(r, roots[i].field);
        take_field(r, roots[i].field, extension);
    }
}

static void take_address(const struct reader *r, const struct kp_node *addr, enum kp_field postal_code,
                         enum kp_field place)
{
    if (!addr)
        return;
    look_at(r, addr);
    if (addr->text_first)
        find(r, KP_K_ADDRESS_BEFORE, kp_field_name(place), NULL);
    take_field(r, postal_code, text_of(kp_node_child(addr, "postalCode")));
    take_field(r, place, trimmed(r, addr->text));
}

static void take_patient(const struct reader *r, const struct kp_node *role)
{
    const struct kp_node *patient = kp_node_child(role, "patient");
    const struct kp_node *sex = kp_node_child(patient, "administrativeGenderCode");
    const struct kp_node *name = kp_node_child(patient, "name"), *birth = kp_node_child(patient, "birthTime");
    take_ids(r, role);
    take_address(r, kp_node_child(role, "addr"), KP_F_POSTAL_CODE, KP_F_ADDRESS);
    look_at(r, name);
    take_field(r, KP_F_NAME_KANA, text_of(name));
    look_at(r, sex);
    take_field(r, KP_F_SEX, kp_node_attr(sex, "code"));
    look_at(r, birth);
    take_field(r, KP_F_BIRTH_DATE, kp_node_attr(birth, "value"));
}

static const char *phone_of(const struct kp_node *organisation)
{
    const char *value = kp_node_attr(kp_node_child(organisation, "telecom"), "value");
    return strncmp(value, "tel:", 4) == 0 ? value + 4 : value;
}

/* The author's number has the form of a facility's; the rest of it is for reading only. */
static void take_author(const struct reader *r, const struct kp_node *author)
{
    const struct kp_node *org = kp_node_at(author, "assignedAuthor/representedOrganization");
    const struct kp_node *addr = kp_node_child(org, "addr");
    const char *number = kp_node_attr(kp_node_child(org, "id"), "extension");
    look_at(r, author);
    r->document->author = (struct kp_org){.number = number,
                                          .name = text_of(kp_node_child(org, "name")),
                                          .postal_code = text_of(kp_node_child(addr, "postalCode")),
                                          .address = addr ? trimmed(r, addr->text) : "",
                                          .phone = phone_of(org)};
    if (strlen(number) != FACILITY_DIGITS || strspn(number, "0123456789") != FACILITY_DIGITS)
        find(r, KP_K_FACILITY_NUMBER, "author", NULL);
    if (kp_date_compare(day_of(kp_node_attr(kp_node_child(author, "time"), "value")), r->document->created) !=
        0)
        find(r, KP_K_FORM_DIFFERS, "author time", "effectiveTime");
}

static void take_performer(const struct reader *r, const struct kp_node *event)
{
    const struct kp_node *org = kp_node_at(event, "performer/assignedEntity/representedOrganization");
    const char *number = kp_node_attr(kp_node_child(org, "id"), "extension");
    look_at(r, event);
    take_field(r, KP_F_EXAM_DATE, kp_node_attr(kp_node_child(event, "effectiveTime"), "value"));
    look_at(r, org);
    if (strlen(number) ==
        FACILITY_DIGITS) /* an export may give the institution's own seven; a document may not */
        take_field(r, KP_F_FACILITY_NUMBER, number);
    else
        find(r, KP_K_FACILITY_NUMBER, kp_field_name(KP_F_FACILITY_NUMBER), NULL);
    take_field(r, KP_F_FACILITY_NAME, text_of(kp_node_child(org, "name")));
    take_field(r, KP_F_FACILITY_PHONE, phone_of(org));
    take_address(r, kp_node_child(org, "addr"), KP_F_FACILITY_POSTAL_CODE, KP_F_FACILITY_ADDRESS);
}

/* 受診券 only; a 利用券 belongs to guidance. The OID ends with 1 and the insurer's number. */
static void take_ticket(const struct reader *r, const struct kp_node *participant)
{
    const struct kp_node *entity = kp_node_child(participant, "associatedEntity");
    const struct kp_node *id = kp_node_child(entity, "id");
    const char *root = kp_node_attr(id, "root");
    const char *kind = kp_node_attr(kp_node_child(participant, "functionCode"), "code");
    const char *insurer = r->document->record.field[KP_F_INSURER_NUMBER];
    const char *scope = kp_node_attr(kp_node_at(entity, "scopingOrganization/id"), "extension");
    bool check_up = strcmp(kind, "1") == 0;
    look_at(r, participant);
    const char *arc = check_up ? OID "209.1" : OID "210.1";
    if (strncmp(root, arc, strlen(arc)) != 0 || strlen(root) != TICKET_ROOT_CHARACTERS ||
        strcmp(root + strlen(arc), insurer) != 0 || strcmp(scope, insurer) != 0)
        find(r, KP_K_TICKET_DIFFERS, kp_field_name(KP_F_TICKET_NUMBER), NULL);
    if (!check_up)
        return;
    take_field(r, KP_F_TICKET_NUMBER, kp_node_attr(id, "extension"));
    take_field(r, KP_F_TICKET_EXPIRES, kp_node_attr(kp_node_at(participant, "time/high"), "value"));
}

/* A code of the header and its system; "" stands for nothing stated. */
static const char *header_code(const struct reader *r, const struct kp_node *code, const char *system,
                               const char *where)
{
    const char *given = kp_node_attr(code, "codeSystem");
    const char *text = kp_node_attr(code, "code");
    look_at(r, code);
    if (!kp_code_display(r->tables, system, text) || strcmp(given, system) != 0)
        find(r, KP_K_HEADER_CODE, where, system);
    return text;
}

static void take_header(const struct reader *r, const struct kp_node *root)
{
    const struct kp_node *event = kp_node_at(root, "documentationOf/serviceEvent");
    struct kp_document *d = r->document;
    d->created = day_of(kp_node_attr(kp_node_child(root, "effectiveTime"), "value"));
    look_at(r, kp_node_child(root, "effectiveTime"));
    if (!kp_date_is_set(d->created))
        find(r, KP_K_DATE_NOT_REAL, "effectiveTime", NULL);
    take_patient(r, kp_node_at(root, "recordTarget/patientRole"));
    take_author(r, kp_node_child(root, "author"));
    take_performer(r, event);
    for (const struct kp_node *p = kp_node_child(root, "participant"); p; p = kp_node_again(p))
        take_ticket(r, p);
    d->record.field[KP_F_REPORT_CATEGORY] =
        header_code(r, kp_node_child(root, "code"), OID "1001", kp_field_name(KP_F_REPORT_CATEGORY));
    d->record.field[KP_F_PROGRAMME] =
        header_code(r, kp_node_child(event, "code"), OID "1002", kp_field_name(KP_F_PROGRAMME));
}

/* --- one value --- */

static size_t count_children(const struct kp_node *node, const char *name)
{
    size_t n = 0;
    for (const struct kp_node *child = kp_node_child(node, name); child; child = kp_node_again(child))
        n++;
    return n;
}

/* A number in the item's format; NULL when it is none. Decimals that were dropped are zeros. */
static const char *number_of(const struct reader *r, const struct kp_item *item, const char *text,
                             struct kp_decimal *ret_number)
{
    char full[KP_DECIMAL_TEXT];
    size_t n = strlen(text);
    if (strspn(text, "0123456789.") != n || text[0] == '.' || !kp_decimal_parse(text, n, ret_number) ||
        ret_number->scale > item->decimals || kp_decimal_integer_digits(*ret_number) > item->integer_digits ||
        !kp_decimal_round(*ret_number, item->decimals, ret_number))
        return NULL;
    kp_decimal_text(*ret_number, full);
    return kp_arena_strdup(r->arena, full);
}

/* At the ends of the input range the mark must be there; within it a source may have said "less than 5". */
static void check_mark(const struct reader *r, const struct kp_item *item, struct kp_decimal number,
                       char mark)
{
    char due = kp_limit_mark(item, number);
    if (due && mark != due)
        find(r, KP_K_ITEM_MARK, item->label, NULL);
}

static bool take_quantity(const struct reader *r, const struct kp_item *item, const struct kp_node *node,
                          struct kp_value *value)
{
    struct kp_decimal number;
    if (strcmp(kp_node_attr(node, "unit"), item->unit) != 0)
        find(r, KP_K_ITEM_UNIT, item->label, item->unit);
    value->text = number_of(r, item, kp_node_attr(node, "value"), &number);
    if (!value->text) {
        find(r, KP_K_ITEM_DIGITS, item->label, item->format);
        return false;
    }
    check_mark(r, item, number, value->limit);
    return true;
}

static bool take_code(const struct reader *r, const struct kp_item *item, const struct kp_node *node,
                      struct kp_value *value)
{
    value->text = kp_node_attr(node, "code");
    if (strcmp(kp_node_attr(node, "codeSystem"), item->code_system) == 0 &&
        kp_code_display(r->tables, item->code_system, value->text))
        return true;
    find(r, KP_K_ITEM_ANSWER, item->label, item->code_system);
    return false;
}

static bool take_words(const struct reader *r, const struct kp_item *item, const struct kp_node *node,
                       struct kp_value *value)
{
    enum { DATE_BYTES = 8, UTF8_MOST = 3 }; /* bytes of UTF-8 to one of CP932, at most */
    value->text = strlen(node->text) <= UTF8_MOST * item->max_bytes ? node->text : "";
    const char *wide = kp_text_wide(r->arena, value->text, true);
    bool sound = item->max_bytes == DATE_BYTES
                     ? kp_date_is_set(day_of(value->text))
                     : *value->text && wide && strcmp(wide, value->text) == 0 &&
                           kp_text_cp932_bytes(r->tables->text, wide, NULL) <= item->max_bytes;
    if (!sound)
        find(r, KP_K_ITEM_TEXT, item->label, item->format);
    return sound;
}

/* Before April 2013 the mark stood alone. */
static bool is_old_mark(const struct reader *r, const struct kp_item *item, const struct kp_node *value)
{
    static const struct kp_date both_from = {2013, 4, 1};
    return item->type == KP_TYPE_PQ && strcmp(kp_node_attr(value, "codeSystem"), LIMIT_MARKS) == 0 &&
           kp_date_is_set(r->document->record.exam) &&
           kp_date_compare(r->document->record.exam, both_from) < 0;
}

/* Of two values one is the mark of the input range's end; samples have them in either order. */
static const struct kp_node *take_limit(const struct reader *r, const struct kp_item *item,
                                        const struct kp_node *values, struct kp_value *value)
{
    const struct kp_node *second = kp_node_again(values);
    if (!second && !is_old_mark(r, item, values))
        return values;
    if (!second)
        second = values;
    bool first_is_mark = strcmp(kp_node_attr(values, "codeSystem"), LIMIT_MARKS) == 0;
    const struct kp_node *mark = first_is_mark ? values : second;
    const char *code = kp_node_attr(mark, "code");
    bool sound = strcmp(kp_node_attr(mark, "xsi:type"), "CD") == 0 &&
                 strcmp(kp_node_attr(mark, "codeSystem"), LIMIT_MARKS) == 0 &&
                 (strcmp(code, "L") == 0 || strcmp(code, "H") == 0) && item->type == KP_TYPE_PQ;
    if (sound)
        value->limit = code[0];
    else
        find(r, KP_K_ITEM_MARK, item->label, NULL);
    return first_is_mark ? second : values;
}

static void take_value(const struct reader *r, const struct kp_item *item, const struct kp_node *observation,
                       struct kp_value *value)
{
    const struct kp_node *first = kp_node_child(observation, "value"),
                         *node = take_limit(r, item, first, value);
    const char *null = kp_node_attr(node, "nullFlavor");
    bool sound = false;
    if (value->limit && node == first && is_old_mark(r, item, node)) {
        *value = (struct kp_value){.state = KP_VALUE_PRESENT, .text = "", .limit = value->limit};
        return;
    }
    if (strcmp(kp_node_attr(node, "xsi:type"), kp_type_names[item->type]) != 0) {
        find(r, KP_K_ITEM_TYPE, item->label, kp_type_names[item->type]);
        return;
    }
    if (*null) {
        bool plain = strcmp(null, "NI") == 0 && !*kp_node_attr(node, "value") &&
                     !*kp_node_attr(node, "code") && !*node->text && !value->limit;
        value->state = plain ? KP_VALUE_NOT_MEASURABLE : KP_VALUE_ABSENT;
        if (!plain)
            find(r, KP_K_ITEM_STATE, item->label, NULL);
        return;
    }
    if (item->type == KP_TYPE_PQ)
        sound = take_quantity(r, item, node, value);
    else if (item->type == KP_TYPE_ST)
        sound = take_words(r, item, node, value);
    else
        sound = take_code(r, item, node, value);
    /* Words and codes at fault are told, and are there all the same; a number that is none is not. */
    value->state = sound || item->type != KP_TYPE_PQ ? KP_VALUE_PRESENT : KP_VALUE_ABSENT;
}

/* --- what stands beside the value --- */

static void take_interpretation(const struct reader *r, const struct kp_item *item,
                                const struct kp_node *observation, struct kp_value *value)
{
    const struct kp_node *node = kp_node_child(observation, "interpretationCode");
    const char *code = kp_node_attr(node, "code");
    if (!node)
        return;
    if (strlen(code) == 1 && strchr("HLN", code[0]) && !value->limit)
        value->flag = code[0];
    else
        find(r, KP_K_ITEM_INTERPRETATION, item->label, NULL);
}

static void check_method(const struct reader *r, const struct kp_item *item,
                         const struct kp_node *observation)
{
    const struct kp_node *node = kp_node_child(observation, "methodCode");
    if (node && strcmp(kp_node_attr(node, "code"), item->method_code) != 0)
        find(r, KP_K_ITEM_METHOD, item->label, item->method_code);
    else if (!node && *item->method_code)
        find(r, KP_K_ITEM_NO_METHOD, item->label, item->method_code);
}

static void take_doctor(const struct reader *r, const struct kp_item *item, const struct kp_node *observation)
{
    const struct kp_node *author = kp_node_child(observation, "author");
    const struct kp_node *name = kp_node_at(author, "assignedAuthor/assignedPerson/name");
    if (!author)
        return;
    if (item->author_item < 0 || !name || !*name->text) {
        find(r, KP_K_ITEM_DOCTOR, item->label, NULL);
        return;
    }
    struct kp_value value = {.state = KP_VALUE_PRESENT};
    (void)take_words(r, &r->tables->items[item->author_item], name, &value);
    r->document->record.values[item->author_item] = value;
    r->document->section_of[item->author_item] = (int)r->document->n_sections - 1;
}

/* Digits of the source's range are its own; more precise than the result is fine. */
static const char *range_end(const struct reader *r, const struct kp_item *item, const struct kp_node *end,
                             struct kp_decimal *ret_number)
{
    const char *text = kp_node_attr(end, "value");
    if (end && kp_decimal_parse(text, strlen(text), ret_number) &&
        strcmp(kp_node_attr(end, "unit"), item->unit) == 0)
        return text;
    if (end)
        find(r, KP_K_ITEM_REFERENCE, item->label, NULL);
    return NULL;
}

static void take_reference(const struct reader *r, const struct kp_item *item,
                           const struct kp_node *observation, struct kp_value *value)
{
    const struct kp_node *range = kp_node_child(observation, "referenceRange");
    const struct kp_node *ends = kp_node_at(range, "observationRange/value");
    struct kp_decimal low, high;
    if (!range)
        return;
    if (strcmp(kp_node_attr(ends, "xsi:type"), "IVL_PQ") != 0 || item->type != KP_TYPE_PQ) {
        find(r, KP_K_ITEM_REFERENCE, item->label, NULL);
        return;
    }
    value->low = range_end(r, item, kp_node_child(ends, "low"), &low);
    value->high = range_end(r, item, kp_node_child(ends, "high"), &high);
    if (value->low && value->high && kp_decimal_compare(low, high) > 0)
        find(r, KP_K_ITEM_REFERENCE, item->label, NULL);
}

/* --- one entry --- */

/* 未実施 is the bare code with negationInd; a result has one value, or two where one is the mark. */
static void take_result(const struct reader *r, const struct kp_item *item, const struct kp_node *observation)
{
    struct kp_value value = {0};
    size_t n = count_children(observation, "value");
    const char *negation = kp_node_attr(observation, "negationInd");
    bool denied = strcmp(negation, "true") == 0;
    bool bare = denied && observation->first && !observation->first->next;
    if (denied ? !bare : n < 1 || n > 2 || (*negation && strcmp(negation, "false") != 0)) {
        find(r, KP_K_ITEM_STATE, item->label, NULL);
        return;
    }
    if (denied) {
        value.state = KP_VALUE_NOT_DONE;
    } else {
        take_value(r, item, observation, &value);
        take_interpretation(r, item, observation, &value);
        check_method(r, item, observation);
        take_doctor(r, item, observation);
        take_reference(r, item, observation, &value);
    }
    size_t i = (size_t)(item - r->tables->items);
    r->document->record.values[i] = value;
    r->document->section_of[i] = (int)r->document->n_sections - 1;
}

/* Additional items have a section of their own; for detailed tests receivers take either. */
static void check_place(struct reader *r, const struct kp_item *item, bool first_of_group)
{
    size_t at = (size_t)(item - r->tables->items) + 1;
    const char *section = r->document->sections[r->document->n_sections - 1].code;
    if ((strcmp(section, ADDITIONAL_ITEMS) == 0) != (strcmp(item->section, ADDITIONAL_ITEMS) == 0))
        find(r, KP_K_ITEM_SECTION, item->label, NULL);
    if (!first_of_group)
        return;
    if (at < r->last_item)
        find(r, KP_K_ITEM_ORDER, item->label, NULL);
    r->last_item = at;
}

/* The item an observation is about; NULL, and a finding, when it cannot stand here. A code that has not the
 * form of one is not repeated: anything could have been written there. */
static const struct kp_item *item_of(const struct reader *r, const struct kp_node *observation)
{
    look_at(r, observation);
    const char *code = kp_node_attr(kp_node_child(observation, "code"), "code");
    const char *system = kp_node_attr(kp_node_child(observation, "code"), "codeSystem");
    const struct kp_item *item = kp_item_find(r->tables, code);
    bool looks_right = strlen(code) == 17 && strspn(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 17;
    if (!item || item->is_author || (*system && strcmp(system, OID "1005") != 0)) {
        find(r, KP_K_ITEM_UNKNOWN, looks_right ? code : "…", NULL);
        return NULL;
    }
    if (r->document->section_of[item - r->tables->items] < 0)
        return item;
    find(r, KP_K_ITEM_TWICE, item->label, NULL);
    return NULL;
}

/* 一連検査グループ: a parent without a value; its members are of one group and stand in the relation of the
 * catalogue, results first or reasons first. */
static void take_group(struct reader *r, const struct kp_node *parent)
{
    const char *group = NULL;
    look_at(r, parent);
    if (!kp_node_child(parent, "entryRelationship") || kp_node_child(parent, "value") ||
        strcmp(kp_node_attr(parent, "negationInd"), "true") == 0)
        find(r, KP_K_ITEM_GROUP, "NA", NULL);
    size_t last = 0;
    for (const struct kp_node *m = kp_node_child(parent, "entryRelationship"); m; m = kp_node_again(m)) {
        const struct kp_node *observation = kp_node_child(m, "observation");
        const struct kp_item *item = item_of(r, observation);
        if (!item)
            continue;
        const char *relation = item->relation == KP_REL_RSON ? "RSON" : "COMP";
        if (!*item->group_id || (group && strcmp(group, item->group_id) != 0) ||
            strcmp(kp_node_attr(m, "typeCode"), relation) != 0)
            find(r, KP_K_ITEM_GROUP, item->label, NULL);
        size_t at = (size_t)(item - r->tables->items) + 1;
        if (at < last)
            find(r, KP_K_ITEM_ORDER, item->label, NULL);
        last = at;
        check_place(r, item, !group);
        group = item->group_id;
        take_result(r, item, observation);
    }
}

static void take_entry(struct reader *r, const struct kp_node *observation)
{
    if (*kp_node_attr(kp_node_child(observation, "code"), "nullFlavor")) {
        take_group(r, observation);
        return;
    }
    const struct kp_item *item = item_of(r, observation);
    if (!item)
        return;
    if (*item->group_id || kp_node_child(observation, "entryRelationship"))
        find(r, KP_K_ITEM_GROUP, item->label, NULL);
    check_place(r, item, true);
    take_result(r, item, observation);
}

static void take_section(struct reader *r, const struct kp_node *section)
{
    struct kp_document *d = r->document;
    const struct kp_node *title = kp_node_child(section, "title");
    if (d->n_sections == KP_DOCUMENT_SECTIONS)
        return; /* the schema knows of two */
    const char *code = header_code(r, kp_node_child(section, "code"), OID "1010", "section");
    for (size_t i = 0; i < d->n_sections; i++)
        if (strcmp(d->sections[i].code, code) == 0)
            find(r, KP_K_HEADER_CODE, "section", OID "1010");
    if (strcmp(d->record.field[KP_F_REPORT_CATEGORY], SPECIFIC_CHECK_UP) == 0 &&
        strcmp(code, CHECK_UP_ITEMS) != 0 && strcmp(code, ADDITIONAL_ITEMS) != 0)
        find(r, KP_K_ITEM_SECTION, "section", NULL);
    d->sections[d->n_sections].code = code;
    d->sections[d->n_sections].title = text_of(title);
    d->n_sections++;
    if (!title)
        find(r, KP_K_TITLE_MISSING, "section", NULL);
    r->last_item = 0;
    for (const struct kp_node *entry = kp_node_child(section, "entry"); entry; entry = kp_node_again(entry)) {
        const struct kp_node *observation = kp_node_child(entry, "observation");
        if (observation)
            take_entry(r, observation);
    }
}

enum kp_status kp_cda_read(const struct kp_tables *tables, const struct kp_tree *tree, struct kp_arena *arena,
                           struct kp_findings *findings, struct kp_document *ret_document)
{
    struct kp_document document = {.section_of = kp_arena_alloc(arena, tables->n_items * sizeof(int))};
    struct reader r = {.tables = tables, .arena = arena, .findings = findings, .document = &document};
    if (!document.section_of || kp_record_init(&document.record, tables, arena) != KP_OK)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < tables->n_items; i++)
        document.section_of[i] = -1;
    take_header(&r, tree->root);
    const struct kp_node *body = kp_node_at(tree->root, "component/structuredBody");
    for (const struct kp_node *c = kp_node_child(body, "component"); c; c = kp_node_again(c))
        if (kp_node_child(c, "section"))
            take_section(&r, kp_node_child(c, "section"));
    look_at(&r, NULL);
    *ret_document = document;
    return arena->failed ? KP_E_SYSTEM : KP_OK;
}

/* --- the index --- */

static const char *party(const struct kp_node *id, struct kp_findings *findings, const char *where)
{
    const char *number = kp_node_attr(id, "extension");
    size_t n = strcmp(kp_node_attr(id, "root"), OID "102") == 0 ? FACILITY_DIGITS : 8;
    if (strlen(number) == n && strspn(number, "0123456789") == n)
        return number;
    kp_findings_add(findings, KP_K_INDEX_NUMBER, where, NULL);
    return ""; /* whatever stands there is not to be repeated */
}

void kp_index_read(const struct kp_tree *tree, struct kp_findings *findings, struct kp_index *ret_index)
{
    const struct kp_node *root = tree->root;
    const struct kp_node *receiver = kp_node_at(root, "receiver/id");
    struct kp_index index = {
        .interaction_type = kp_node_attr(kp_node_child(root, "interactionType"), "code"),
        .service_event = kp_node_attr(kp_node_child(root, "serviceEventType"), "code"),
        .sender = party(kp_node_at(root, "sender/id"), findings, "sender"),
        .receiver = receiver ? party(receiver, findings, "receiver") : "",
        .created = day_of(kp_node_attr(kp_node_child(root, "creationTime"), "value")),
        .documents = strtoull(kp_node_attr(kp_node_child(root, "totalRecordCount"), "value"), NULL, 10)};
    if (!kp_date_is_set(index.created))
        kp_findings_add(findings, KP_K_DATE_NOT_REAL, "creationTime", NULL);
    *ret_index = index;
}
