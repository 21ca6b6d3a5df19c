#include "v08/cda_write.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "base/text.h"

#define OID "1.2.392.200119.6."
#define CDA_NS "urn:hl7-org:v3"
#define INDEX_NS "https://www.mhlw.go.jp/stf/seisakunitsuite/bunya/0000161103.html"

struct writer {
    struct kp_xml *xml;
    const struct kp_tables *tables;
    const struct kp_record *record;
    const struct kp_decision *decision;
    const struct kp_cda_frame *frame;
    struct kp_arena *arena;
    char created[9];
};

static void start(struct writer *w, const char *name)
{
    kp_xml_start(w->xml, name);
}

static void end(struct writer *w)
{
    kp_xml_end(w->xml);
}

static void attr(struct writer *w, const char *name, const char *value)
{
    kp_xml_attr(w->xml, name, value);
}

static void id(struct writer *w, const char *root, const char *extension)
{
    kp_xml_leaf(w->xml, "id", "root", root, "extension", extension);
}

static void no_id(struct writer *w)
{
    kp_xml_leaf(w->xml, "id", "nullFlavor", "NI", NULL, NULL);
}

static void text_element(struct writer *w, const char *name, const char *text)
{
    start(w, name);
    kp_xml_text(w->xml, text);
    end(w);
}

static void address(struct writer *w, const char *postal_code, const char *text)
{
    start(w, "addr");
    if (*postal_code)
        text_element(w, "postalCode", postal_code);
    kp_xml_text(w->xml, text);
    end(w);
}

static const char *field(const struct writer *w, enum kp_field f)
{
    return w->record->field[f];
}

/* A missing text has marked the arena as failed; the document is thrown away then. */
static const char *in_memory(const char *text)
{
    return text ? text : "";
}

/* The insurer says in which width it wants symbols and numbers; by default they stay as the card has them. */
static const char *card_text(struct writer *w, const char *text)
{
    const char *half = NULL;
    switch (w->frame->insurer->symbol_width) {
    case KP_WIDTH_HALF:
        half = in_memory(kp_text_narrow(w->arena, text));
        return kp_text_is_ascii(half) ? half
                                      : text; /* kana has no place in half width: mixed widths are refused */
    case KP_WIDTH_FULL:
        return in_memory(kp_text_wide(w->arena, text, false));
    case KP_WIDTH_AS_GIVEN:
        break;
    }
    return text;
}

/* --- header --- */

static void patient(struct writer *w)
{
    start(w, "recordTarget");
    start(w, "patientRole");
    id(w, OID "101", field(w, KP_F_INSURER_NUMBER));
    if (*field(w, KP_F_INSURED_SYMBOL))
        id(w, OID "204", card_text(w, field(w, KP_F_INSURED_SYMBOL)));
    id(w, OID "205", card_text(w, field(w, KP_F_INSURED_NUMBER)));
    if (*field(w, KP_F_INSURED_BRANCH))
        id(w, OID "211", field(w, KP_F_INSURED_BRANCH));
    if (*field(w, KP_F_QUALIFICATION))
        id(w, OID "206", field(w, KP_F_QUALIFICATION));
    address(w, field(w, KP_F_POSTAL_CODE), field(w, KP_F_ADDRESS));
    start(w, "patient");
    text_element(w, "name", field(w, KP_F_NAME_KANA));
    kp_xml_leaf(w->xml, "administrativeGenderCode", "code", field(w, KP_F_SEX), "codeSystem", OID "1104");
    kp_xml_leaf(w->xml, "birthTime", "value", field(w, KP_F_BIRTH_DATE), NULL, NULL);
    end(w);
    end(w);
    end(w);
}

static void organisation(struct writer *w, const char *number, const char *name, const char *phone,
                         const char *postal_code, const char *place)
{
    start(w, "representedOrganization");
    id(w, OID "102", number);
    text_element(w, "name", name);
    if (phone && *phone)
        kp_xml_leaf(w->xml, "telecom", "value", in_memory(kp_arena_printf(w->arena, "tel:%s", phone)), NULL,
                    NULL);
    if ((place && *place) || (postal_code && *postal_code))
        address(w, postal_code ? postal_code : "", place ? place : "");
    end(w);
}

static void author(struct writer *w)
{
    const struct kp_org *s = w->frame->sender;
    start(w, "author");
    kp_xml_leaf(w->xml, "time", "value", w->created, NULL, NULL);
    start(w, "assignedAuthor");
    no_id(w);
    organisation(w, w->frame->insurer->sender_number, s->name, s->phone, s->postal_code, s->address);
    end(w);
    end(w);
}

static void custodian(struct writer *w)
{
    start(w, "custodian");
    start(w, "assignedCustodian");
    start(w, "representedCustodianOrganization");
    no_id(w);
    end(w);
    end(w);
    end(w);
}

/* 受診券: only when one was issued; employers' examinations have none as a rule. */
static void ticket(struct writer *w)
{
    if (!*field(w, KP_F_TICKET_NUMBER))
        return;
    const char *insurer = field(w, KP_F_INSURER_NUMBER);
    start(w, "participant");
    attr(w, "typeCode", "HLD");
    kp_xml_leaf(w->xml, "functionCode", "code", "1", "codeSystem", OID "208");
    start(w, "time");
    kp_xml_leaf(w->xml, "high", "value", field(w, KP_F_TICKET_EXPIRES), NULL, NULL);
    end(w);
    start(w, "associatedEntity");
    attr(w, "classCode", "IDENT");
    id(w, in_memory(kp_arena_printf(w->arena, OID "209.1%s", insurer)), field(w, KP_F_TICKET_NUMBER));
    start(w, "scopingOrganization");
    id(w, OID "101", insurer);
    end(w);
    end(w);
    end(w);
}

static void examination(struct writer *w, const char *programme)
{
    start(w, "documentationOf");
    start(w, "serviceEvent");
    kp_xml_leaf(w->xml, "code", "code", programme, "codeSystem", OID "1002");
    kp_xml_leaf(w->xml, "effectiveTime", "value", field(w, KP_F_EXAM_DATE), NULL, NULL);
    start(w, "performer");
    attr(w, "typeCode", "PRF");
    start(w, "assignedEntity");
    no_id(w);
    organisation(w, field(w, KP_F_FACILITY_NUMBER), field(w, KP_F_FACILITY_NAME),
                 field(w, KP_F_FACILITY_PHONE), field(w, KP_F_FACILITY_POSTAL_CODE),
                 field(w, KP_F_FACILITY_ADDRESS));
    end(w);
    end(w);
    end(w);
    end(w);
}

/* --- body --- */

static bool goes_out(const struct writer *w, size_t i)
{
    return w->record->values[i].state != KP_VALUE_ABSENT && w->decision->ground[i] != KP_GROUND_WITHHELD;
}

static void quantity(struct writer *w, const char *name, const char *value, const char *unit)
{
    start(w, name);
    attr(w, "value", value);
    if (*unit)
        attr(w, "unit", unit);
    end(w);
}

/* Examinations before April 2013 carry the mark alone. */
static bool mark_says_all(const struct writer *w, const struct kp_value *value)
{
    static const struct kp_date both_from = {2013, 4, 1};
    return value->limit && kp_date_is_set(w->record->exam) && kp_date_compare(w->record->exam, both_from) < 0;
}

static const char *limit_word(const struct kp_value *value)
{
    return value->limit == 'L' ? "以下" : value->limit == 'H' ? "以上" : "";
}

static void value_element(struct writer *w, const struct kp_item *item, const struct kp_value *value)
{
    if (value->limit) { /* 入力最小値以下・入力最大値以上: the mark, then the measured value */
        start(w, "value");
        attr(w, "xsi:type", "CD");
        attr(w, "code", value->limit == 'L' ? "L" : "H");
        attr(w, "codeSystem", "2.16.840.1.113883.5.83");
        attr(w, "displayName", limit_word(value));
        end(w);
    }
    if (mark_says_all(w, value))
        return;
    start(w, "value");
    attr(w, "xsi:type", kp_type_names[item->type]);
    if (value->state == KP_VALUE_NOT_MEASURABLE) {
        attr(w, "nullFlavor", "NI");
    } else if (item->type == KP_TYPE_PQ) {
        attr(w, "value", value->text);
        if (*item->unit)
            attr(w, "unit", item->unit);
    } else if (item->type == KP_TYPE_ST) {
        kp_xml_text(w->xml, value->text);
    } else {
        attr(w, "code", value->text);
        attr(w, "codeSystem", item->code_system);
    }
    end(w);
}

static void doctor(struct writer *w, const struct kp_item *item)
{
    if (item->author_item < 0 || !goes_out(w, (size_t)item->author_item))
        return;
    const struct kp_value *name = &w->record->values[item->author_item];
    if (name->state != KP_VALUE_PRESENT)
        return;
    start(w, "author");
    kp_xml_leaf(w->xml, "time", "nullFlavor", "NI", NULL, NULL);
    start(w, "assignedAuthor");
    no_id(w);
    start(w, "assignedPerson");
    text_element(w, "name", name->text);
    end(w);
    end(w);
    end(w);
}

static void reference_range(struct writer *w, const struct kp_item *item, const struct kp_value *value)
{
    if (item->type != KP_TYPE_PQ || value->limit || (!value->low && !value->high))
        return;
    start(w, "referenceRange");
    start(w, "observationRange");
    attr(w, "classCode", "OBS");
    attr(w, "moodCode", "EVN.CRT");
    start(w, "value");
    attr(w, "xsi:type", "IVL_PQ");
    if (value->low)
        quantity(w, "low", value->low, item->unit);
    if (value->high)
        quantity(w, "high", value->high, item->unit);
    end(w);
    end(w);
    end(w);
}

static void start_observation(struct writer *w)
{
    start(w, "observation");
    attr(w, "classCode", "OBS");
    attr(w, "moodCode", "EVN");
}

static void observation(struct writer *w, size_t i)
{
    const struct kp_item *item = &w->tables->items[i];
    const struct kp_value *value = &w->record->values[i];
    const char flag[] = {value->flag, '\0'};
    start_observation(w);
    if (value->state == KP_VALUE_NOT_DONE)
        attr(w, "negationInd", "true");
    kp_xml_leaf(w->xml, "code", "code", item->code, "displayName", item->name);
    if (value->state != KP_VALUE_NOT_DONE) {
        value_element(w, item, value);
        if (value->flag && !value->limit)
            kp_xml_leaf(w->xml, "interpretationCode", "code", flag, NULL, NULL);
        if (*item->method_code)
            kp_xml_leaf(w->xml, "methodCode", "code", item->method_code, NULL, NULL);
        doctor(w, item);
        reference_range(w, item, value);
    }
    end(w);
}

/* In this section, or not written as an observation at all because it is the name of a doctor? */
static bool is_entry(const struct writer *w, size_t i, const char *section)
{
    const struct kp_item *item = &w->tables->items[i];
    return goes_out(w, i) && !item->is_author && strcmp(item->section, section) == 0;
}

static void group_member(struct writer *w, size_t i)
{
    start(w, "entryRelationship");
    attr(w, "typeCode", w->tables->items[i].relation == KP_REL_RSON ? "RSON" : "COMP");
    observation(w, i);
    end(w);
}

/* 一連検査グループ: a parent without a value at the place of its first member, all members of the section
 * below it. */
static void group(struct writer *w, size_t first, const char *section)
{
    const char *id_of_group = w->tables->items[first].group_id;
    start_observation(w);
    kp_xml_leaf(w->xml, "code", "nullFlavor", "NA", NULL, NULL);
    for (size_t i = first; i < w->tables->n_items; i++)
        if (strcmp(w->tables->items[i].group_id, id_of_group) == 0 && is_entry(w, i, section))
            group_member(w, i);
    end(w);
}

static bool group_was_written(const struct writer *w, size_t i, const char *section)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(w->tables->items[k].group_id, w->tables->items[i].group_id) == 0 &&
            is_entry(w, k, section))
            return true;
    return false;
}

static void section_entries(struct writer *w, const char *section)
{
    for (size_t i = 0; i < w->tables->n_items; i++) {
        if (!is_entry(w, i, section))
            continue;
        bool grouped = *w->tables->items[i].group_id != '\0';
        if (grouped && group_was_written(w, i, section))
            continue;
        start(w, "entry");
        if (grouped)
            group(w, i, section);
        else
            observation(w, i);
        end(w);
    }
}

static bool section_has_entries(const struct writer *w, const char *section)
{
    for (size_t i = 0; i < w->tables->n_items; i++)
        if (is_entry(w, i, section))
            return true;
    return false;
}

/* What a person reads first; values as they stand in the entries. */
static void narrative(struct writer *w, const char *section)
{
    static const char *const shown[] = {"9N001000000000001", "9N006000000000001", "9N011000000000001",
                                        "9N016160100000001", "9N501000000000011", "9N506000000000011"};
    bool any = false;
    start(w, "text");
    for (size_t k = 0; k < KP_COUNT(shown); k++) {
        const struct kp_item *item = kp_item_find(w->tables, shown[k]);
        size_t i = item ? (size_t)(item - w->tables->items) : 0;
        if (!item || !is_entry(w, i, section) || w->record->values[i].state != KP_VALUE_PRESENT ||
            mark_says_all(w, &w->record->values[i]))
            continue;
        if (!any)
            start(w, "list");
        any = true;
        const struct kp_value *v = &w->record->values[i];
        const char *display =
            item->type == KP_TYPE_PQ ? NULL : kp_code_display(w->tables, item->code_system, v->text);
        text_element(w, "item",
                     in_memory(kp_arena_printf(w->arena, "%s %s%s%s", item->name, display ? display : v->text,
                                               item->unit, limit_word(v))));
    }
    if (any)
        end(w);
    end(w);
}

static void section(struct writer *w, const char *items_of, const char *code, const char *title)
{
    if (!section_has_entries(w, items_of))
        return;
    start(w, "component");
    start(w, "section");
    kp_xml_leaf(w->xml, "code", "code", code, "codeSystem", OID "1010");
    text_element(w, "title", title);
    narrative(w, items_of);
    section_entries(w, items_of);
    end(w);
    end(w);
}

struct kp_category kp_category_of(const struct kp_insurer *n, const struct kp_record *record,
                                  enum kp_band band)
{
    bool target = band == KP_BAND_40TO74;
    struct kp_category c = {.report = target ? n->report_40to74 : n->report_under40,
                            .programme = target ? n->programme_40to74 : n->programme_under40,
                            .section = target ? "01010" : n->section_under40};
    if (*record->field[KP_F_REPORT_CATEGORY])
        c.report = record->field[KP_F_REPORT_CATEGORY];
    if (*record->field[KP_F_PROGRAMME])
        c.programme = record->field[KP_F_PROGRAMME];
    return c;
}

bool kp_cda_write(struct kp_xml *xml, struct kp_buf *out, struct kp_xml_check *check,
                  const struct kp_tables *tables, const struct kp_record *record,
                  const struct kp_decision *decision, const struct kp_cda_frame *frame,
                  struct kp_arena *arena)
{
    struct writer w = {
        .xml = xml, .tables = tables, .record = record, .decision = decision, .frame = frame, .arena = arena};
    struct kp_category c = kp_category_of(frame->insurer, record, decision->band);
    kp_date_compact(frame->created, w.created);
    kp_xml_begin(xml, out, check, CDA_NS);
    start(&w, "ClinicalDocument");
    attr(&w, "xsi:schemaLocation", CDA_NS " ../XSD/hc08_V08.xsd");
    kp_xml_leaf(xml, "typeId", "root", "2.16.840.1.113883.1.3", "extension", "POCD_HD000040");
    no_id(&w);
    kp_xml_leaf(xml, "code", "code", c.report, "codeSystem", OID "1001");
    kp_xml_leaf(xml, "effectiveTime", "value", w.created, NULL, NULL);
    kp_xml_leaf(xml, "confidentialityCode", "code", "N", "codeSystem", "2.16.840.1.113883.5.25");
    patient(&w);
    author(&w);
    custodian(&w);
    ticket(&w);
    examination(&w, c.programme);
    start(&w, "component");
    start(&w, "structuredBody");
    section(&w, "01010", c.section, "検査・問診結果セクション");
    section(&w, "01990", "01990", "任意追加項目セクション");
    end(&w);
    end(&w);
    end(&w);
    return kp_xml_finish(xml) && !arena->failed;
}

bool kp_index_write(struct kp_buf *out, struct kp_xml_check *check, const struct kp_insurer *insurer,
                    struct kp_date created, uint64_t documents)
{
    struct kp_xml xml;
    char day[9], count[24];
    kp_date_compact(created, day);
    (void)snprintf(count, sizeof(count), "%llu", (unsigned long long)documents);
    kp_xml_begin(&xml, out, check, INDEX_NS);
    kp_xml_start(&xml, "index");
    kp_xml_attr(&xml, "xsi:schemaLocation", INDEX_NS " ./XSD/ix08_V08.xsd");
    kp_xml_leaf(&xml, "interactionType", "code", insurer->interaction_type, NULL, NULL);
    kp_xml_leaf(&xml, "creationTime", "value", day, NULL, NULL);
    kp_xml_start(&xml, "sender");
    kp_xml_leaf(&xml, "id", "root", OID "102", "extension", insurer->sender_number);
    kp_xml_end(&xml);
    kp_xml_start(&xml, "receiver");
    kp_xml_leaf(&xml, "id", "root", OID "101", "extension", insurer->number);
    kp_xml_end(&xml);
    kp_xml_leaf(&xml, "serviceEventType", "code", insurer->service_event, NULL, NULL);
    kp_xml_leaf(&xml, "totalRecordCount", "value", count, NULL, NULL);
    kp_xml_end(&xml);
    return kp_xml_finish(&xml);
}
