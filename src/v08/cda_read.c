#include "v08/cda_read.h"

#include <string.h>

#include "base/status.h"
#include "record/item_codes.h"
#include "input/norm_fields.h"
#include "v08/standard.h"

#define SPECIFIC_CHECK_UP "10" /* 報告区分 of 特定健診 */

enum { FIELD_MAX_BYTES = 1024 };

struct reader {
    const struct kp_tables *tables;
    struct kp_arena *arena;
    struct kp_findings *findings;
    struct kp_document *document;
    struct kp_record *record; /* of the document */
    size_t last_item;         /* index + 1 of the section's previous entry */
    /* The entry being read: */
    const struct kp_item *item;
    const struct kp_node *observation;
    struct kp_value value;
};

static void find(struct reader *r, enum kp_code code, const char *where, const char *arg)
{
    kp_findings_add(r->findings, code, where, NULL, arg);
}

/* Sets the line of the findings that follow. */
static void set_line(struct reader *r, const struct kp_node *node)
{
    r->findings->line = node ? node->line : 0;
}

static const char *text_of(const struct kp_node *parent, const char *child)
{
    const struct kp_node *node = kp_node_child(parent, child);
    return node ? node->text : "";
}

static const char *attr_of(const struct kp_node *parent, const char *child, const char *name)
{
    return kp_node_attr(kp_node_child(parent, child), name);
}

static const char *value_of(const struct kp_node *parent, const char *child)
{
    return attr_of(parent, child, "value");
}

static bool attr_is(const struct kp_node *node, const char *name, const char *value)
{
    return strcmp(kp_node_attr(node, name), value) == 0;
}

/* --- header --- */

/* Names the form that the standard prescribes for the field. */
static void form_differs(struct reader *r, enum kp_field field)
{
    static const char *const forms[KP_F__COUNT] = {[KP_F_INSURER_NUMBER] = "########",
                                                   [KP_F_INSURED_SYMBOL] = "全角 / 半角 <= 20",
                                                   [KP_F_INSURED_NUMBER] = "全角 / 半角 <= 20",
                                                   [KP_F_INSURED_BRANCH] = "##",
                                                   [KP_F_QUALIFICATION] = "1-7",
                                                   [KP_F_NAME_KANA] = "全角カタカナ",
                                                   [KP_F_SEX] = "1 / 2",
                                                   [KP_F_POSTAL_CODE] = "###-####",
                                                   [KP_F_ADDRESS] = "全角 <= 40",
                                                   [KP_F_FACILITY_NUMBER] = "##########",
                                                   [KP_F_FACILITY_NAME] = "全角",
                                                   [KP_F_FACILITY_POSTAL_CODE] = "###-####",
                                                   [KP_F_FACILITY_ADDRESS] = "全角",
                                                   [KP_F_FACILITY_PHONE] = "tel:##########",
                                                   [KP_F_TICKET_NUMBER] = "###########"};
    find(r, KP_K_FORM_DIFFERS, kp_field_name(field), kp_fields[field].is_date ? "YYYYMMDD" : forms[field]);
}

/* Normalising adds a finding if it rejects the field; if it only changes it, the form differs. Text longer
 * than any field is not normalised. */
static void take_field(struct reader *r, enum kp_field field, const char *text)
{
    struct kp_norm norm = {
        .tables = r->tables, .arena = r->arena, .findings = r->findings, .record = r->record};
    const struct kp_finding *before = r->findings->last;
    bool normal = strlen(text) <= FIELD_MAX_BYTES && kp_norm_field_is_normal(&norm, field, text);
    bool rejected = !*r->record->field[field] && r->findings->last != before;
    const bool address = field == KP_F_ADDRESS || field == KP_F_FACILITY_ADDRESS;
    if (normal || rejected)
        return;
    if (address && kp_text_same_but_for_spaces(text, r->record->field[field]))
        find(r, KP_K_ADDRESS_SPACES, kp_field_name(field), NULL);
    else
        form_differs(r, field);
}

static void take_ids(struct reader *r, const struct kp_node *role)
{
    static const struct {
        const char *root;
        enum kp_field field;
    } roots[] = {{KP_OID_INSURER, KP_F_INSURER_NUMBER},
                 {KP_OID_SYMBOL, KP_F_INSURED_SYMBOL},
                 {KP_OID_NUMBER, KP_F_INSURED_NUMBER},
                 {KP_OID_BRANCH, KP_F_INSURED_BRANCH},
                 {KP_OID_QUALIFICATION, KP_F_QUALIFICATION}};
    for (const struct kp_node *id = kp_node_child(role, "id"); id; id = kp_node_again(id)) {
        const char *extension = kp_node_attr(id, "extension");
        size_t i = 0;
        set_line(r, id);
        while (i < KP_COUNT(roots) && strcmp(roots[i].root, kp_node_attr(id, "root")) != 0)
            i++;
        if (i == KP_COUNT(roots))
            continue; /* a number of the sender's own */
        if (!*extension || *r->record->field[roots[i].field])
            form_differs(r, roots[i].field);
        take_field(r, roots[i].field, extension);
    }
}

static void take_address(struct reader *r, const struct kp_node *addr, enum kp_field postal_code,
                         enum kp_field place)
{
    if (!addr)
        return;
    const char *trimmed = kp_text_trim(r->arena, addr->text);
    set_line(r, addr);
    if (addr->text_first)
        find(r, KP_K_ADDRESS_BEFORE, kp_field_name(place), NULL);
    take_field(r, postal_code, text_of(addr, "postalCode"));
    take_field(r, place, trimmed ? trimmed : ""); /* the arena remembers that it failed */
}

static void take_patient(struct reader *r, const struct kp_node *role)
{
    const struct kp_node *patient = kp_node_child(role, "patient");
    take_ids(r, role);
    take_address(r, kp_node_child(role, "addr"), KP_F_POSTAL_CODE, KP_F_ADDRESS);
    set_line(r, kp_node_child(patient, "name"));
    take_field(r, KP_F_NAME_KANA, text_of(patient, "name"));
    set_line(r, kp_node_child(patient, "administrativeGenderCode"));
    take_field(r, KP_F_SEX, attr_of(patient, "administrativeGenderCode", "code"));
    set_line(r, kp_node_child(patient, "birthTime"));
    take_field(r, KP_F_BIRTH_DATE, value_of(patient, "birthTime"));
}

static const char *phone_of(const struct kp_node *organisation)
{
    const char *value = value_of(organisation, "telecom");
    return strncmp(value, "tel:", 4) == 0 ? value + 4 : value;
}

/* Checks the author's number; name and phone are only shown. */
static void take_author(struct reader *r, const struct kp_node *author)
{
    const struct kp_node *org = kp_node_at(author, "assignedAuthor/representedOrganization");
    const char *number = attr_of(org, "id", "extension");
    set_line(r, author);
    r->document->author =
        (struct kp_org){.number = number, .name = text_of(org, "name"), .phone = phone_of(org)};
    if (!kp_is_digits(number, KP_FACILITY_DIGITS))
        find(r, KP_K_FACILITY_NUMBER, "author", NULL);
    if (kp_date_compare(kp_date_of(value_of(author, "time")), r->document->created) != 0)
        find(r, KP_K_FORM_DIFFERS, "author time", "effectiveTime");
}

static void take_performer(struct reader *r, const struct kp_node *event)
{
    const struct kp_node *org = kp_node_at(event, "performer/assignedEntity/representedOrganization");
    const char *number = attr_of(org, "id", "extension");
    set_line(r, event);
    take_field(r, KP_F_EXAM_DATE, value_of(event, "effectiveTime"));
    set_line(r, org);
    /* An export may give the institution's own seven digits, a document may not. */
    if (strlen(number) == KP_FACILITY_DIGITS)
        take_field(r, KP_F_FACILITY_NUMBER, number);
    else
        find(r, KP_K_FACILITY_NUMBER, kp_field_name(KP_F_FACILITY_NUMBER), NULL);
    take_field(r, KP_F_FACILITY_NAME, text_of(org, "name"));
    take_field(r, KP_F_FACILITY_PHONE, phone_of(org));
    take_address(r, kp_node_child(org, "addr"), KP_F_FACILITY_POSTAL_CODE, KP_F_FACILITY_ADDRESS);
}

/* Reads a 受診券; of a 利用券, which belongs to guidance, only checks the root (OID and insurer). */
static void take_ticket(struct reader *r, const struct kp_node *participant)
{
    const struct kp_node *entity = kp_node_child(participant, "associatedEntity");
    const struct kp_node *id = kp_node_child(entity, "id");
    const char *root = kp_node_attr(id, "root");
    const char *insurer = r->record->field[KP_F_INSURER_NUMBER];
    const char *scope = kp_node_attr(kp_node_at(entity, "scopingOrganization/id"), "extension");
    bool check_up = strcmp(attr_of(participant, "functionCode", "code"), "1") == 0;
    const char *arc = check_up ? KP_OID_TICKET : KP_OID_GUIDANCE_TICKET;
    size_t n = strlen(arc);
    set_line(r, participant);
    if (strncmp(root, arc, n) != 0 || strlen(root) != n + KP_INSURER_DIGITS ||
        strcmp(root + n, insurer) != 0 || strcmp(scope, insurer) != 0)
        find(r, KP_K_TICKET_DIFFERS, kp_field_name(KP_F_TICKET_NUMBER), NULL);
    if (!check_up)
        return;
    take_field(r, KP_F_TICKET_NUMBER, kp_node_attr(id, "extension"));
    take_field(r, KP_F_TICKET_EXPIRES, value_of(kp_node_child(participant, "time"), "high"));
}

/* Returns the code, which may be "", after checking it against its code system. */
static const char *header_code(struct reader *r, const struct kp_node *code, const char *system,
                               const char *where)
{
    const char *text = kp_node_attr(code, "code");
    set_line(r, code);
    if (!kp_code_display(r->tables, system, text, r->record->exam) || !attr_is(code, "codeSystem", system))
        find(r, KP_K_HEADER_CODE, where, system);
    return text;
}

static void take_header(struct reader *r, const struct kp_node *root)
{
    const struct kp_node *event = kp_node_at(root, "documentationOf/serviceEvent");
    r->document->created = kp_date_of(value_of(root, "effectiveTime"));
    set_line(r, kp_node_child(root, "effectiveTime"));
    if (!kp_date_is_set(r->document->created))
        find(r, KP_K_DATE_NOT_REAL, "effectiveTime", NULL);
    take_patient(r, kp_node_at(root, "recordTarget/patientRole"));
    take_author(r, kp_node_child(root, "author"));
    take_performer(r, event);
    for (const struct kp_node *p = kp_node_child(root, "participant"); p; p = kp_node_again(p))
        take_ticket(r, p);
    r->record->field[KP_F_REPORT_CATEGORY] =
        header_code(r, kp_node_child(root, "code"), KP_OID_REPORT, kp_field_name(KP_F_REPORT_CATEGORY));
    r->record->field[KP_F_PROGRAMME] =
        header_code(r, kp_node_child(event, "code"), KP_OID_PROGRAMME, kp_field_name(KP_F_PROGRAMME));
}

/* --- the value of an entry --- */

static void fault(struct reader *r, enum kp_code code, const char *arg)
{
    find(r, code, r->item->label, arg);
}

/* Returns the number in the item's format, or NULL if it does not fit. Missing decimals become zeros. */
static const char *number_of(struct reader *r, const char *text, struct kp_decimal *ret_number)
{
    char full[KP_DECIMAL_TEXT];
    size_t n = strlen(text), sign = r->item->zero == KP_ZERO_SIGNED && text[0] == '-';
    if (sign + strspn(text + sign, "0123456789.") != n || text[sign] == '.' ||
        !kp_decimal_parse(text, n, ret_number) || ret_number->scale > r->item->decimals ||
        kp_decimal_integer_digits(*ret_number) > r->item->integer_digits ||
        !kp_decimal_round(*ret_number, r->item->decimals, ret_number))
        return NULL;
    kp_decimal_text(*ret_number, full);
    return kp_arena_strdup(r->arena, full);
}

/* At the ends of the input range the mark is required; within it a source may say "less than 5". */
static void take_quantity(struct reader *r, const struct kp_node *node)
{
    struct kp_decimal number;
    if (!attr_is(node, "unit", r->item->unit))
        fault(r, KP_K_ITEM_UNIT, r->item->unit);
    r->value.text = number_of(r, kp_node_attr(node, "value"), &number);
    if (!r->value.text) {
        fault(r, KP_K_ITEM_DIGITS, r->item->format);
        r->value.state = KP_VALUE_ABSENT;
        return;
    }
    char required = kp_limit_mark(r->item, number);
    if (required && r->value.limit != required)
        fault(r, KP_K_ITEM_MARK, NULL);
}

static void take_code(struct reader *r, const struct kp_node *node)
{
    const struct kp_date exam = r->record->exam;
    const char *list = kp_item_list(r->tables, r->item, exam);
    r->value.text = kp_node_attr(node, "code");
    bool known = kp_item_list_unknown(r->tables, r->item, exam)
                     ? kp_all_digits(r->value.text) && strlen(r->value.text) <= r->item->integer_digits
                     : kp_code_display(r->tables, list, r->value.text, exam) != NULL;
    if (!attr_is(node, "codeSystem", list) || !known)
        fault(r, KP_K_ITEM_ANSWER, list);
}

static const char *take_text(struct reader *r, const struct kp_item *item, const struct kp_node *node)
{
    enum { DATE_BYTES = 8, UTF8_PER_CP932 = 3 }; /* a CP932 byte takes at most so many bytes of UTF-8 */
    const char *text = strlen(node->text) <= (size_t)UTF8_PER_CP932 * item->max_bytes ? node->text : "";
    const char *wide = kp_text_wide(r->arena, text, true);
    bool sound = item->max_bytes == DATE_BYTES
                     ? kp_date_is_set(kp_date_of(text))
                     : *text && wide && strcmp(wide, text) == 0 &&
                           kp_text_cp932_bytes(r->tables->text, wide, NULL) <= item->max_bytes;
    if (!sound)
        find(r, KP_K_ITEM_TEXT, item->label, item->format);
    return text;
}

static bool is_mark(const struct kp_node *value)
{
    return attr_is(value, "codeSystem", KP_OID_LIMIT);
}

static bool is_mark_only(struct reader *r, const struct kp_node *value)
{
    return r->item->type == KP_TYPE_PQ && is_mark(value) && kp_limit_without_value(r->record->exam);
}

/* Returns the node of the value. Of two nodes one must be the limit mark; samples have either order. */
static const struct kp_node *take_limit(struct reader *r, const struct kp_node *first)
{
    const struct kp_node *second = kp_node_again(first);
    if (!second && !is_mark_only(r, first))
        return first;
    const struct kp_node *mark = !second || is_mark(first) ? first : second;
    const char *code = kp_node_attr(mark, "code");
    if (attr_is(mark, "xsi:type", "CD") && is_mark(mark) && r->item->type == KP_TYPE_PQ &&
        (strcmp(code, "L") == 0 || strcmp(code, "H") == 0))
        r->value.limit = code[0];
    else
        fault(r, KP_K_ITEM_MARK, NULL);
    return second && mark == first ? second : first;
}

static void take_null_flavor(struct reader *r, const struct kp_node *node)
{
    if (attr_is(node, "nullFlavor", "NI") && attr_is(node, "value", "") && attr_is(node, "code", "") &&
        !*node->text && !r->value.limit)
        r->value.state = KP_VALUE_NOT_MEASURABLE;
    else
        fault(r, KP_K_ITEM_STATE, NULL);
}

/* Keeps malformed text and codes (a finding says so); drops numbers that do not parse. */
static void take_value(struct reader *r)
{
    const char *type = kp_type_names[r->item->type];
    const struct kp_node *first = kp_node_child(r->observation, "value"), *node = take_limit(r, first);
    if (r->value.limit && node == first && is_mark_only(r, node)) {
        r->value.state = KP_VALUE_PRESENT;
        r->value.text = "";
    } else if (!attr_is(node, "xsi:type", type)) {
        fault(r, KP_K_ITEM_TYPE, type);
    } else if (!attr_is(node, "nullFlavor", "")) {
        take_null_flavor(r, node);
    } else {
        r->value.state = KP_VALUE_PRESENT;
        if (r->item->type == KP_TYPE_PQ)
            take_quantity(r, node);
        else if (r->item->type == KP_TYPE_ST)
            r->value.text = take_text(r, r->item, node);
        else
            take_code(r, node);
    }
}

static void keep(struct reader *r, const struct kp_item *item, struct kp_value value)
{
    *kp_value_of(r->record, item) = value;
    r->document->section_of[item - r->tables->items] = (int)r->document->n_sections - 1;
}

static void take_interpretation(struct reader *r)
{
    const struct kp_node *node = kp_node_child(r->observation, "interpretationCode");
    const char *code = kp_node_attr(node, "code");
    if (strlen(code) == 1 && strchr("HLN", code[0]) && !r->value.limit)
        r->value.flag = code[0];
    else if (node)
        fault(r, KP_K_ITEM_INTERPRETATION, NULL);
}

static void check_method(struct reader *r)
{
    const struct kp_node *node = kp_node_child(r->observation, "methodCode");
    if (node && !*r->item->method_code &&
        strncmp(r->item->code, KP_PREFIX_REASON_NOT_DONE, strlen(KP_PREFIX_REASON_NOT_DONE)) == 0)
        fault(r, KP_K_ITEM_METHOD_NEEDLESS, NULL); /* some catalogues list a method for it */
    else if (!attr_is(node, "code", r->item->method_code))
        fault(r, node ? KP_K_ITEM_METHOD : KP_K_ITEM_NO_METHOD, r->item->method_code);
}

static void take_doctor(struct reader *r)
{
    const struct kp_node *author = kp_node_child(r->observation, "author");
    const struct kp_node *name = kp_node_at(author, "assignedAuthor/assignedPerson/name");
    if (author && (r->item->author_item < 0 || !name || !*name->text)) {
        fault(r, KP_K_ITEM_DOCTOR, NULL);
    } else if (author) {
        const struct kp_item *item = &r->tables->items[r->item->author_item];
        keep(r, item, (struct kp_value){.state = KP_VALUE_PRESENT, .text = take_text(r, item, name)});
    }
}

/* The source's range may have more digits than the result. */
static const char *range_end(struct reader *r, const struct kp_node *end, struct kp_decimal *ret_number)
{
    const char *text = kp_node_attr(end, "value");
    if (end && kp_decimal_parse(text, strlen(text), ret_number) && attr_is(end, "unit", r->item->unit))
        return text;
    if (end)
        fault(r, KP_K_ITEM_REFERENCE, NULL);
    return NULL;
}

static void take_reference(struct reader *r)
{
    const struct kp_node *range = kp_node_child(r->observation, "referenceRange");
    const struct kp_node *ends = kp_node_at(range, "observationRange/value");
    struct kp_decimal low, high;
    if (!range)
        return;
    if (!attr_is(ends, "xsi:type", "IVL_PQ") || r->item->type != KP_TYPE_PQ) {
        fault(r, KP_K_ITEM_REFERENCE, NULL);
        return;
    }
    r->value.low = range_end(r, kp_node_child(ends, "low"), &low);
    r->value.high = range_end(r, kp_node_child(ends, "high"), &high);
    if (r->value.low && r->value.high && kp_decimal_compare(low, high) > 0)
        fault(r, KP_K_ITEM_REFERENCE, NULL);
}

/* --- entries --- */

/* Returns whether the observation has the form of a result: one value, or two if one is the limit mark. */
static bool is_result(const struct kp_node *observation)
{
    const struct kp_node *first = kp_node_child(observation, "value");
    const struct kp_node *second = first ? kp_node_again(first) : NULL;
    return first && (!second || !kp_node_again(second)) &&
           (attr_is(observation, "negationInd", "") || attr_is(observation, "negationInd", "false"));
}

/* 未実施 is a bare code with negationInd. */
static void take_result(struct reader *r)
{
    const struct kp_node *o = r->observation;
    bool not_done = attr_is(o, "negationInd", "true") && o->first && !o->first->next;
    r->value = (struct kp_value){.state = not_done ? KP_VALUE_NOT_DONE : KP_VALUE_ABSENT};
    if (!not_done && !is_result(o)) {
        fault(r, KP_K_ITEM_STATE, NULL);
        return;
    }
    if (!not_done) {
        take_value(r);
        take_interpretation(r);
        check_method(r);
        take_doctor(r);
        take_reference(r);
    }
    keep(r, r->item, r->value);
}

/* Makes the observation the current entry. Returns false, with a finding, if its item is unknown or repeated.
 * A malformed code is not quoted: it could be anything. */
static bool begin_entry(struct reader *r, const struct kp_node *observation)
{
    const struct kp_node *node = kp_node_child(observation, "code");
    const char *code = kp_node_attr(node, "code");
    bool own_system = attr_is(node, "codeSystem", "") || attr_is(node, "codeSystem", KP_OID_ITEM);
    set_line(r, observation);
    r->observation = observation;
    if (attr_is(observation, "negationInd", "false"))
        find(r, KP_K_NEGATION_FALSE, kp_is_code(code, KP_ITEM_CODE_LENGTH) ? code : "…", NULL);
    r->item = kp_item_find(r->tables, code);
    if (!r->item || r->item->is_author || !own_system) {
        find(r, KP_K_ITEM_UNKNOWN, kp_is_code(code, KP_ITEM_CODE_LENGTH) ? code : "…", NULL);
        return false;
    }
    if (!kp_item_on(r->item, r->record->exam)) {
        char exam[11];
        kp_date_iso(r->record->exam, exam);
        fault(r, KP_K_ITEM_OF_OTHER_DAYS, kp_arena_strdup(r->arena, exam));
        return false;
    }
    bool repeated = r->document->section_of[r->item - r->tables->items] >= 0;
    if (repeated)
        fault(r, KP_K_ITEM_TWICE, NULL);
    return !repeated;
}

static void check_order(struct reader *r, size_t *last)
{
    size_t at = (size_t)(r->item - r->tables->items) + 1;
    if (at < *last)
        fault(r, KP_K_ITEM_ORDER, NULL);
    *last = at;
}

/* Additional items have a section of their own; receivers accept what may be a detailed test in either. */
static void check_section(struct reader *r)
{
    const char *section = r->document->sections[r->document->n_sections - 1].code;
    bool additional = strcmp(r->item->section, KP_SECTION_ADDITIONAL) == 0;
    if ((strcmp(section, KP_SECTION_ADDITIONAL) == 0) != additional && !kp_item_may_be_detailed(r->item))
        fault(r, KP_K_ITEM_SECTION, NULL);
}

/* Reads a 一連検査グループ: a parent without a value, in the place of its first member. The members must be
 * of one group and have the relation that the table of items gives. */
static void take_group(struct reader *r, const struct kp_node *parent)
{
    const char *group = NULL;
    const struct kp_node *m = kp_node_child(parent, "entryRelationship");
    size_t last = 0;
    set_line(r, parent);
    if (!m || kp_node_child(parent, "value") || attr_is(parent, "negationInd", "true"))
        find(r, KP_K_ITEM_GROUP, "NA", NULL);
    if (attr_is(parent, "negationInd", "false"))
        find(r, KP_K_NEGATION_FALSE, "NA", NULL);
    for (; m; m = kp_node_again(m)) {
        if (!begin_entry(r, kp_node_child(m, "observation")))
            continue;
        if (!*r->item->group_id || (group && strcmp(group, r->item->group_id) != 0) ||
            !attr_is(m, "typeCode", r->item->relation == KP_REL_RSON ? "RSON" : "COMP"))
            fault(r, KP_K_ITEM_GROUP, NULL);
        check_order(r, &last);
        check_section(r);
        if (!group)
            check_order(r, &r->last_item);
        group = r->item->group_id;
        take_result(r);
    }
}

static void take_entry(struct reader *r, const struct kp_node *observation)
{
    if (*attr_of(observation, "code", "nullFlavor")) {
        take_group(r, observation);
        return;
    }
    if (!begin_entry(r, observation))
        return;
    if (*r->item->group_id || kp_node_child(observation, "entryRelationship"))
        fault(r, KP_K_ITEM_GROUP, NULL);
    check_section(r);
    check_order(r, &r->last_item);
    take_result(r);
}

/* --- the document --- */

/* Checks code and title of the section that is read next. */
static void check_heading(struct reader *r, const struct kp_node *section, const char *code)
{
    const struct kp_document *d = r->document;
    bool check_up = strcmp(code, KP_SECTION_CHECK_UP) == 0 || strcmp(code, KP_SECTION_ADDITIONAL) == 0;
    for (size_t i = 0; i < d->n_sections; i++)
        if (strcmp(d->sections[i].code, code) == 0)
            find(r, KP_K_HEADER_CODE, "section", KP_OID_SECTION);
    if (!check_up && strcmp(r->record->field[KP_F_REPORT_CATEGORY], SPECIFIC_CHECK_UP) == 0)
        find(r, KP_K_ITEM_SECTION, "section", NULL);
    if (!kp_node_child(section, "title"))
        find(r, KP_K_TITLE_MISSING, "section", NULL);
}

static void take_section(struct reader *r, const struct kp_node *section)
{
    struct kp_document *d = r->document;
    if (d->n_sections == KP_DOCUMENT_SECTIONS)
        return; /* the schema allows two */
    const char *code = header_code(r, kp_node_child(section, "code"), KP_OID_SECTION, "section");
    check_heading(r, section, code);
    d->sections[d->n_sections].code = code;
    d->sections[d->n_sections++].title = text_of(section, "title");
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
    struct reader r = {.tables = tables,
                       .arena = arena,
                       .findings = findings,
                       .document = &document,
                       .record = &document.record};
    if (!document.section_of || kp_record_init(&document.record, tables, arena) != KP_OK)
        return KP_E_SYSTEM;
    for (size_t i = 0; i < tables->n_items; i++)
        document.section_of[i] = -1;
    take_header(&r, tree->root);
    const struct kp_node *body = kp_node_at(tree->root, "component/structuredBody");
    for (const struct kp_node *c = kp_node_child(body, "component"); c; c = kp_node_again(c))
        if (kp_node_child(c, "section"))
            take_section(&r, kp_node_child(c, "section"));
    set_line(&r, NULL);
    *ret_document = document;
    return arena->failed ? KP_E_SYSTEM : KP_OK;
}
