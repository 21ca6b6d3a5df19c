#include "v08/cda_read.h"

#include "base/status.h"
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
};

static void find(const struct reader *r, enum kp_code code, const char *where, const char *arg)
{
    kp_findings_add(r->findings, code, where, NULL, arg);
}

/* Sets the line of the findings that follow. */
static void set_line(const struct reader *r, const struct kp_node *node)
{
    r->findings->line = node ? node->line : 0;
}

static const char *trimmed(const struct reader *r, const char *text)
{
    const char *copy = kp_text_trim(r->arena, text);
    return copy ? copy : "";
}

static const char *text_of(const struct kp_node *node)
{
    return node ? node->text : "";
}

static const char *value_of(const struct kp_node *parent, const char *name)
{
    return kp_node_attr(kp_node_child(parent, name), "value");
}

/* --- header --- */

/* The form of a field as the standard describes it. */
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
    struct kp_norm norm = {
        .tables = r->tables, .arena = r->arena, .findings = r->findings, .record = r->record};
    struct kp_finding *before = r->findings->last;
    if (strlen(text) > FIELD_MAX_BYTES) { /* longer than any field: not worth normalising */
        form_differs(r, field);
        return;
    }
    bool stands = kp_norm_field_stands(&norm, field, text);
    bool refused = !*r->record->field[field] && r->findings->last != before; /* with a finding of its own */
    if (!stands && !refused)
        form_differs(r, field);
}

static void take_ids(const struct reader *r, const struct kp_node *role)
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

static void take_address(const struct reader *r, const struct kp_node *addr, enum kp_field postal_code,
                         enum kp_field place)
{
    if (!addr)
        return;
    set_line(r, addr);
    if (addr->text_first)
        find(r, KP_K_ADDRESS_BEFORE, kp_field_name(place), NULL);
    take_field(r, postal_code, text_of(kp_node_child(addr, "postalCode")));
    take_field(r, place, trimmed(r, addr->text));
}

static void take_patient(const struct reader *r, const struct kp_node *role)
{
    const struct kp_node *patient = kp_node_child(role, "patient");
    const struct kp_node *sex = kp_node_child(patient, "administrativeGenderCode");
    const struct kp_node *name = kp_node_child(patient, "name");
    take_ids(r, role);
    take_address(r, kp_node_child(role, "addr"), KP_F_POSTAL_CODE, KP_F_ADDRESS);
    set_line(r, name);
    take_field(r, KP_F_NAME_KANA, text_of(name));
    set_line(r, sex);
    take_field(r, KP_F_SEX, kp_node_attr(sex, "code"));
    set_line(r, kp_node_child(patient, "birthTime"));
    take_field(r, KP_F_BIRTH_DATE, value_of(patient, "birthTime"));
}

static const char *phone_of(const struct kp_node *organisation)
{
    const char *value = value_of(organisation, "telecom");
    return strncmp(value, "tel:", 4) == 0 ? value + 4 : value;
}

/* Checks the author's number; the other members are only shown. */
static void take_author(const struct reader *r, const struct kp_node *author)
{
    const struct kp_node *org = kp_node_at(author, "assignedAuthor/representedOrganization");
    const struct kp_node *addr = kp_node_child(org, "addr");
    const char *number = kp_node_attr(kp_node_child(org, "id"), "extension");
    set_line(r, author);
    r->document->author = (struct kp_org){.number = number,
                                          .name = text_of(kp_node_child(org, "name")),
                                          .postal_code = text_of(kp_node_child(addr, "postalCode")),
                                          .address = addr ? trimmed(r, addr->text) : "",
                                          .phone = phone_of(org)};
    if (!kp_is_digits(number, KP_FACILITY_DIGITS))
        find(r, KP_K_FACILITY_NUMBER, "author", NULL);
    if (kp_date_compare(kp_date_of(value_of(author, "time")), r->document->created) != 0)
        find(r, KP_K_FORM_DIFFERS, "author time", "effectiveTime");
}

static void take_performer(const struct reader *r, const struct kp_node *event)
{
    const struct kp_node *org = kp_node_at(event, "performer/assignedEntity/representedOrganization");
    const char *number = kp_node_attr(kp_node_child(org, "id"), "extension");
    set_line(r, event);
    take_field(r, KP_F_EXAM_DATE, value_of(event, "effectiveTime"));
    set_line(r, org);
    /* An export may give the institution's own seven digits, a document may not. */
    if (strlen(number) == KP_FACILITY_DIGITS)
        take_field(r, KP_F_FACILITY_NUMBER, number);
    else
        find(r, KP_K_FACILITY_NUMBER, kp_field_name(KP_F_FACILITY_NUMBER), NULL);
    take_field(r, KP_F_FACILITY_NAME, text_of(kp_node_child(org, "name")));
    take_field(r, KP_F_FACILITY_PHONE, phone_of(org));
    take_address(r, kp_node_child(org, "addr"), KP_F_FACILITY_POSTAL_CODE, KP_F_FACILITY_ADDRESS);
}

/* Reads a 受診券; of a 利用券, which belongs to guidance, only checks the root: the OID, then the insurer's
 * number. */
static void take_ticket(const struct reader *r, const struct kp_node *participant)
{
    const struct kp_node *entity = kp_node_child(participant, "associatedEntity");
    const struct kp_node *id = kp_node_child(entity, "id");
    const char *root = kp_node_attr(id, "root");
    const char *insurer = r->record->field[KP_F_INSURER_NUMBER];
    const char *scope = kp_node_attr(kp_node_at(entity, "scopingOrganization/id"), "extension");
    const char *kind = kp_node_attr(kp_node_child(participant, "functionCode"), "code");
    bool check_up = strcmp(kind, "1") == 0;
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
static const char *header_code(const struct reader *r, const struct kp_node *code, const char *system,
                               const char *where)
{
    const char *given = kp_node_attr(code, "codeSystem");
    const char *text = kp_node_attr(code, "code");
    set_line(r, code);
    if (!kp_code_display(r->tables, system, text) || strcmp(given, system) != 0)
        find(r, KP_K_HEADER_CODE, where, system);
    return text;
}

static void take_header(const struct reader *r, const struct kp_node *root)
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

/* --- one value --- */

/* Returns the number in the item's format, or NULL if it does not fit. Missing decimals become zeros. */
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

/* At the ends of the input range the mark is required; within it a source may say "less than 5". */
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
    char required = kp_limit_mark(item, number);
    if (required && value->limit != required)
        find(r, KP_K_ITEM_MARK, item->label, NULL);
    return true;
}

static void take_code(const struct reader *r, const struct kp_item *item, const struct kp_node *node,
                      struct kp_value *value)
{
    value->text = kp_node_attr(node, "code");
    if (strcmp(kp_node_attr(node, "codeSystem"), item->code_system) != 0 ||
        !kp_code_display(r->tables, item->code_system, value->text))
        find(r, KP_K_ITEM_ANSWER, item->label, item->code_system);
}

static void take_text(const struct reader *r, const struct kp_item *item, const struct kp_node *node,
                      struct kp_value *value)
{
    enum { DATE_BYTES = 8, UTF8_PER_CP932 = 3 }; /* a CP932 byte takes at most so many bytes of UTF-8 */
    value->text = strlen(node->text) <= UTF8_PER_CP932 * item->max_bytes ? node->text : "";
    const char *wide = kp_text_wide(r->arena, value->text, true);
    bool sound = item->max_bytes == DATE_BYTES
                     ? kp_date_is_set(kp_date_of(value->text))
                     : *value->text && wide && strcmp(wide, value->text) == 0 &&
                           kp_text_cp932_bytes(r->tables->text, wide, NULL) <= item->max_bytes;
    if (!sound)
        find(r, KP_K_ITEM_TEXT, item->label, item->format);
}

static bool is_mark(const struct kp_node *value)
{
    return strcmp(kp_node_attr(value, "codeSystem"), KP_OID_LIMIT) == 0;
}

static bool is_mark_only(const struct reader *r, const struct kp_item *item, const struct kp_node *value)
{
    return item->type == KP_TYPE_PQ && is_mark(value) && kp_limit_without_value(r->record->exam);
}

/* Returns the node of the value. Of two nodes one must be the limit mark; samples have them in either order.
 */
static const struct kp_node *take_limit(const struct reader *r, const struct kp_item *item,
                                        const struct kp_node *values, struct kp_value *value)
{
    const struct kp_node *second = kp_node_again(values);
    if (!second && !is_mark_only(r, item, values))
        return values;
    const struct kp_node *mark = !second || is_mark(values) ? values : second;
    const char *code = kp_node_attr(mark, "code");
    if (strcmp(kp_node_attr(mark, "xsi:type"), "CD") == 0 && is_mark(mark) &&
        (strcmp(code, "L") == 0 || strcmp(code, "H") == 0) && item->type == KP_TYPE_PQ)
        value->limit = code[0];
    else
        find(r, KP_K_ITEM_MARK, item->label, NULL);
    return second && mark == values ? second : values;
}

static void take_null_flavor(const struct reader *r, const struct kp_item *item, const struct kp_node *node,
                             struct kp_value *value)
{
    bool plain = strcmp(kp_node_attr(node, "nullFlavor"), "NI") == 0 && !*kp_node_attr(node, "value") &&
                 !*kp_node_attr(node, "code") && !*node->text && !value->limit;
    value->state = plain ? KP_VALUE_NOT_MEASURABLE : KP_VALUE_ABSENT;
    if (!plain)
        find(r, KP_K_ITEM_STATE, item->label, NULL);
}

/* Keeps malformed text and codes (a finding says so); drops numbers that do not parse. */
static void take_value(const struct reader *r, const struct kp_item *item, const struct kp_node *observation,
                       struct kp_value *value)
{
    const struct kp_node *first = kp_node_child(observation, "value");
    const struct kp_node *node = take_limit(r, item, first, value);
    if (value->limit && node == first && is_mark_only(r, item, node)) {
        *value = (struct kp_value){.state = KP_VALUE_PRESENT, .text = "", .limit = value->limit};
        return;
    }
    if (strcmp(kp_node_attr(node, "xsi:type"), kp_type_names[item->type]) != 0) {
        find(r, KP_K_ITEM_TYPE, item->label, kp_type_names[item->type]);
        return;
    }
    if (*kp_node_attr(node, "nullFlavor")) {
        take_null_flavor(r, item, node, value);
        return;
    }
    value->state = KP_VALUE_PRESENT;
    if (item->type == KP_TYPE_ST)
        take_text(r, item, node, value);
    else if (item->type != KP_TYPE_PQ)
        take_code(r, item, node, value);
    else if (!take_quantity(r, item, node, value))
        value->state = KP_VALUE_ABSENT;
}

/* --- around the value --- */

static void keep(const struct reader *r, size_t i, const struct kp_value *value)
{
    r->record->values[i] = *value;
    r->document->section_of[i] = (int)r->document->n_sections - 1;
}

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
    take_text(r, &r->tables->items[item->author_item], name, &value);
    keep(r, (size_t)item->author_item, &value);
}

/* The source's range may have more digits than the result. */
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

static size_t count_children(const struct kp_node *node, const char *name)
{
    size_t n = 0;
    for (const struct kp_node *child = kp_node_child(node, name); child; child = kp_node_again(child))
        n++;
    return n;
}

/* 未実施 is a bare code with negationInd; a result has one value, or two if one is the limit mark. */
static void take_result(const struct reader *r, const struct kp_item *item, const struct kp_node *observation)
{
    struct kp_value value = {0};
    size_t n = count_children(observation, "value");
    const char *negation = kp_node_attr(observation, "negationInd");
    bool denied = strcmp(negation, "true") == 0;
    bool bare = observation->first && !observation->first->next;
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
    keep(r, (size_t)(item - r->tables->items), &value);
}

static void check_order(const struct reader *r, const struct kp_item *item, size_t *last)
{
    size_t at = (size_t)(item - r->tables->items) + 1;
    if (at < *last)
        find(r, KP_K_ITEM_ORDER, item->label, NULL);
    *last = at;
}

/* Additional items have a section of their own; receivers accept detailed tests in either. */
static void check_section(const struct reader *r, const struct kp_item *item)
{
    const char *section = r->document->sections[r->document->n_sections - 1].code;
    if ((strcmp(section, KP_SECTION_ADDITIONAL) == 0) != (strcmp(item->section, KP_SECTION_ADDITIONAL) == 0))
        find(r, KP_K_ITEM_SECTION, item->label, NULL);
}

/* Returns the item of an observation, or NULL with a finding if it is unknown, repeated or out of place. A
 * malformed code is not repeated: the sender could have put anything there. */
static const struct kp_item *item_of(const struct reader *r, const struct kp_node *observation)
{
    set_line(r, observation);
    const char *code = kp_node_attr(kp_node_child(observation, "code"), "code");
    const char *system = kp_node_attr(kp_node_child(observation, "code"), "codeSystem");
    const struct kp_item *item = kp_item_find(r->tables, code);
    if (!item || item->is_author || (*system && strcmp(system, KP_OID_ITEM) != 0)) {
        find(r, KP_K_ITEM_UNKNOWN, kp_is_code(code, 17) ? code : "…", NULL);
        return NULL;
    }
    if (r->document->section_of[item - r->tables->items] < 0)
        return item;
    find(r, KP_K_ITEM_TWICE, item->label, NULL);
    return NULL;
}

/* 一連検査グループ: a parent without a value. Its members belong to one group and have the relation that the
 * catalogue gives them. The group takes the place of its first member in the section. */
static void take_group(struct reader *r, const struct kp_node *parent)
{
    const char *group = NULL;
    size_t last = 0;
    set_line(r, parent);
    if (!kp_node_child(parent, "entryRelationship") || kp_node_child(parent, "value") ||
        strcmp(kp_node_attr(parent, "negationInd"), "true") == 0)
        find(r, KP_K_ITEM_GROUP, "NA", NULL);
    for (const struct kp_node *m = kp_node_child(parent, "entryRelationship"); m; m = kp_node_again(m)) {
        const struct kp_node *observation = kp_node_child(m, "observation");
        const struct kp_item *item = item_of(r, observation);
        if (!item)
            continue;
        const char *relation = item->relation == KP_REL_RSON ? "RSON" : "COMP";
        if (!*item->group_id || (group && strcmp(group, item->group_id) != 0) ||
            strcmp(kp_node_attr(m, "typeCode"), relation) != 0)
            find(r, KP_K_ITEM_GROUP, item->label, NULL);
        check_order(r, item, &last);
        check_section(r, item);
        if (!group)
            check_order(r, item, &r->last_item);
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
    check_section(r, item);
    check_order(r, item, &r->last_item);
    take_result(r, item, observation);
}

/* --- the document --- */

/* Checks code and title of the section that is read next. */
static void check_heading(const struct reader *r, const char *code, const struct kp_node *title)
{
    const struct kp_document *d = r->document;
    bool check_up = strcmp(code, KP_SECTION_CHECK_UP) == 0 || strcmp(code, KP_SECTION_ADDITIONAL) == 0;
    for (size_t i = 0; i < d->n_sections; i++)
        if (strcmp(d->sections[i].code, code) == 0)
            find(r, KP_K_HEADER_CODE, "section", KP_OID_SECTION);
    if (!check_up && strcmp(r->record->field[KP_F_REPORT_CATEGORY], SPECIFIC_CHECK_UP) == 0)
        find(r, KP_K_ITEM_SECTION, "section", NULL);
    if (!title)
        find(r, KP_K_TITLE_MISSING, "section", NULL);
}

static void take_section(struct reader *r, const struct kp_node *section)
{
    struct kp_document *d = r->document;
    const struct kp_node *title = kp_node_child(section, "title");
    if (d->n_sections == KP_DOCUMENT_SECTIONS)
        return; /* the schema allows two */
    const char *code = header_code(r, kp_node_child(section, "code"), KP_OID_SECTION, "section");
    check_heading(r, code, title);
    d->sections[d->n_sections].code = code;
    d->sections[d->n_sections++].title = text_of(title);
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
