#include "v08/cda_write.h"

#include <string.h>

#include "base/status.h"
#include "base/text.h"
#include "v08/standard.h"

struct writer {
    struct kp_xml xml;
    const struct kp_tables *tables;
    const struct kp_cda_source *source;
    const struct kp_record *record;
    const struct kp_cda_forms *forms;
    struct kp_arena *arena;
    uint8_t *places; /* by item: enum kp_cda_place of its observation */
    bool *written;   /* by group, of the section that is being written */
    char created[9];
};

static void start(struct writer *w, const char *name)
{
    kp_xml_start(&w->xml, name);
}

/* Ends the n innermost elements. */
static void end(struct writer *w, size_t n)
{
    while (n-- > 0)
        kp_xml_end(&w->xml);
}

static void attr(struct writer *w, const char *name, const char *value)
{
    kp_xml_attr(&w->xml, name, value);
}

static void leaf(struct writer *w, const char *name, const char *attribute, const char *value)
{
    kp_xml_leaf(&w->xml, name, attribute, value, NULL, NULL);
}

static void code(struct writer *w, const char *name, const char *text, const char *system)
{
    kp_xml_leaf(&w->xml, name, "code", text, "codeSystem", system);
}

static void id(struct writer *w, const char *root, const char *extension)
{
    kp_xml_leaf(&w->xml, "id", "root", root, "extension", extension);
}

static void no_id(struct writer *w)
{
    kp_xml_put(&w->xml, &w->forms->no_id);
}

static void text_element(struct writer *w, const char *name, const char *text)
{
    start(w, name);
    kp_xml_text(&w->xml, text);
    end(w, 1);
}

static void address(struct writer *w, const char *postal_code, const char *text)
{
    start(w, "addr");
    if (*postal_code)
        text_element(w, "postalCode", postal_code);
    kp_xml_text(&w->xml, text);
    end(w, 1);
}

static const char *field(const struct writer *w, enum kp_field f)
{
    return w->record->field[f];
}

/* A NULL has marked the arena as failed, so kp_cda_write will fail. */
static const char *in_memory(const char *text)
{
    return text ? text : "";
}

/* Converts symbol or number to the width that the register gives for the insurer. */
static const char *card_text(struct writer *w, const char *text)
{
    enum kp_symbol_width width = w->source->insurer->symbol_width;
    if (width == KP_WIDTH_FULL)
        return in_memory(kp_text_wide(w->arena, text, false));
    const char *half = width == KP_WIDTH_HALF ? in_memory(kp_text_narrow(w->arena, text)) : text;
    /* Kana has no half width here, and receivers refuse mixed widths. */
    return kp_text_is_ascii(half) ? half : text;
}

/* --- header --- */

static void patient(struct writer *w)
{
    start(w, "recordTarget");
    start(w, "patientRole");
    id(w, KP_OID_INSURER, field(w, KP_F_INSURER_NUMBER));
    if (*field(w, KP_F_INSURED_SYMBOL))
        id(w, KP_OID_SYMBOL, card_text(w, field(w, KP_F_INSURED_SYMBOL)));
    id(w, KP_OID_NUMBER, card_text(w, field(w, KP_F_INSURED_NUMBER)));
    if (*field(w, KP_F_INSURED_BRANCH))
        id(w, KP_OID_BRANCH, field(w, KP_F_INSURED_BRANCH));
    if (*field(w, KP_F_QUALIFICATION))
        id(w, KP_OID_QUALIFICATION, field(w, KP_F_QUALIFICATION));
    address(w, field(w, KP_F_POSTAL_CODE), field(w, KP_F_ADDRESS));
    start(w, "patient");
    text_element(w, "name", field(w, KP_F_NAME_KANA));
    code(w, "administrativeGenderCode", field(w, KP_F_SEX), KP_OID_SEX);
    leaf(w, "birthTime", "value", field(w, KP_F_BIRTH_DATE));
    end(w, 3);
}

/* Members of org may be NULL or "". */
static void organisation(struct writer *w, const struct kp_org *org)
{
    const char *postal_code = in_memory(org->postal_code), *place = in_memory(org->address);
    start(w, "representedOrganization");
    id(w, KP_OID_FACILITY, org->number);
    text_element(w, "name", org->name);
    if (org->phone && *org->phone)
        leaf(w, "telecom", "value", in_memory(kp_arena_printf(w->arena, "tel:%s", org->phone)));
    if (*place || *postal_code)
        address(w, postal_code, place);
    end(w, 1);
}

static void author(struct writer *w)
{
    struct kp_org sender = *w->source->sender;
    sender.number = w->source->insurer->sender_number;
    start(w, "author");
    leaf(w, "time", "value", w->created);
    start(w, "assignedAuthor");
    no_id(w);
    organisation(w, &sender);
    end(w, 2);
}

/* 受診券: employers' examinations usually have none. */
static void ticket(struct writer *w)
{
    const char *insurer = field(w, KP_F_INSURER_NUMBER);
    if (!*field(w, KP_F_TICKET_NUMBER))
        return;
    start(w, "participant");
    attr(w, "typeCode", "HLD");
    code(w, "functionCode", "1", KP_OID_TICKET_KIND);
    start(w, "time");
    leaf(w, "high", "value", field(w, KP_F_TICKET_EXPIRES));
    end(w, 1);
    start(w, "associatedEntity");
    attr(w, "classCode", "IDENT");
    id(w, in_memory(kp_arena_printf(w->arena, KP_OID_TICKET "%s", insurer)), field(w, KP_F_TICKET_NUMBER));
    start(w, "scopingOrganization");
    id(w, KP_OID_INSURER, insurer);
    end(w, 3);
}

static void examination(struct writer *w, const char *programme)
{
    const struct kp_org facility = {.number = field(w, KP_F_FACILITY_NUMBER),
                                    .name = field(w, KP_F_FACILITY_NAME),
                                    .postal_code = field(w, KP_F_FACILITY_POSTAL_CODE),
                                    .address = field(w, KP_F_FACILITY_ADDRESS),
                                    .phone = field(w, KP_F_FACILITY_PHONE)};
    start(w, "documentationOf");
    start(w, "serviceEvent");
    code(w, "code", programme, KP_OID_PROGRAMME);
    leaf(w, "effectiveTime", "value", field(w, KP_F_EXAM_DATE));
    start(w, "performer");
    attr(w, "typeCode", "PRF");
    start(w, "assignedEntity");
    no_id(w);
    organisation(w, &facility);
    end(w, 4);
}

/* --- items --- */

static bool is_released(const struct writer *w, size_t i)
{
    return w->record->values[i].state != KP_VALUE_ABSENT &&
           w->source->decision->ground[i] != KP_GROUND_WITHHELD;
}

static void quantity(struct writer *w, const char *value, const char *unit)
{
    attr(w, "value", value);
    if (*unit)
        attr(w, "unit", unit);
}

static bool has_mark_only(const struct writer *w, const struct kp_value *value)
{
    return value->limit && kp_limit_without_value(w->record->exam);
}

static const char *limit_text(const struct kp_value *value)
{
    return value->limit == 'L' ? "以下" : value->limit == 'H' ? "以上" : "";
}

/* 入力最小値以下・入力最大値以上: the mark precedes the value. */
static void limit_mark(struct writer *w, const struct kp_value *value)
{
    const char mark[] = {value->limit, '\0'};
    start(w, "value");
    attr(w, "xsi:type", "CD");
    attr(w, "code", mark);
    attr(w, "codeSystem", KP_OID_LIMIT);
    attr(w, "displayName", limit_text(value));
    end(w, 1);
}

/* Returns <value> of a code, or NULL if the forms lack it: the list of the day is another one, for instance.
 */
static const struct kp_xml_piece *coded_value(const struct writer *w, const struct kp_item *item,
                                              const struct kp_value *value)
{
    const struct kp_cda_item *form = &w->forms->items[item - w->tables->items];
    if (value->state != KP_VALUE_PRESENT || form->n_codes == 0 ||
        kp_item_list(w->tables, item, w->record->exam) != item->code_system)
        return NULL;
    for (size_t i = 0; i < form->n_codes; i++)
        if (strcmp(form->codes[i].code, value->text) == 0)
            return &form->codes[i].value;
    return NULL;
}

static void value_element(struct writer *w, const struct kp_item *item, const struct kp_value *value)
{
    if (value->limit)
        limit_mark(w, value);
    if (has_mark_only(w, value))
        return;
    const struct kp_xml_piece *coded = coded_value(w, item, value);
    if (coded) {
        kp_xml_put(&w->xml, coded);
        return;
    }
    start(w, "value");
    attr(w, "xsi:type", kp_type_names[item->type]);
    if (value->state == KP_VALUE_NOT_MEASURABLE) {
        attr(w, "nullFlavor", "NI");
    } else if (item->type == KP_TYPE_PQ) {
        quantity(w, value->text, item->unit);
    } else if (item->type == KP_TYPE_ST) {
        kp_xml_text(&w->xml, value->text);
    } else {
        attr(w, "code", value->text);
        attr(w, "codeSystem", kp_item_list(w->tables, item, w->record->exam));
    }
    end(w, 1);
}

static void doctor(struct writer *w, const struct kp_item *item)
{
    size_t i = (size_t)item->author_item;
    if (item->author_item < 0 || !is_released(w, i) || w->record->values[i].state != KP_VALUE_PRESENT)
        return;
    start(w, "author");
    leaf(w, "time", "nullFlavor", "NI");
    start(w, "assignedAuthor");
    no_id(w);
    start(w, "assignedPerson");
    text_element(w, "name", w->record->values[i].text);
    end(w, 3);
}

static void range_end(struct writer *w, const char *name, const char *value, const char *unit)
{
    if (!value)
        return;
    start(w, name);
    quantity(w, value, unit);
    end(w, 1);
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
    range_end(w, "low", value->low, item->unit);
    range_end(w, "high", value->high, item->unit);
    end(w, 3);
}

/* An observation that negates its item has an attribute that the form lacks. */
static void negated_head(struct writer *w, const struct kp_item *item)
{
    start(w, *item->group_id ? "entryRelationship" : "entry");
    if (*item->group_id)
        attr(w, "typeCode", item->relation == KP_REL_RSON ? "RSON" : "COMP");
    start(w, "observation");
    attr(w, "classCode", "OBS");
    attr(w, "moodCode", "EVN");
    attr(w, "negationInd", "true");
    kp_xml_leaf(&w->xml, "code", "code", item->code, "displayName", item->name);
}

/* Writes the entry of an item, or its part of the entry of a group. */
static void observation(struct writer *w, size_t i)
{
    const struct kp_item *item = &w->tables->items[i];
    const struct kp_value *value = &w->record->values[i];
    const char flag[] = {value->flag, '\0'};
    if (value->state == KP_VALUE_NOT_DONE) {
        negated_head(w, item);
    } else {
        kp_xml_put(&w->xml, &w->forms->items[i].head);
        value_element(w, item, value);
        if (value->flag && !value->limit)
            leaf(w, "interpretationCode", "code", flag);
        kp_xml_put(&w->xml, &w->forms->items[i].method);
        doctor(w, item);
        reference_range(w, item, value);
    }
    end(w, 2);
}

/* --- sections --- */

/* Finds the sections of the items. A doctor's name is part of another item's observation. A test that may be
 * a detailed one (貧血, 心電図, 眼底, クレアチニン) is additional if the document has neither 対象者 nor
 * 実施理由: it was done as part of the periodic check-up. */
static void place_items(struct writer *w)
{
    const struct kp_item *items = w->tables->items;
    const size_t n = w->tables->n_items;
    bool *has_reason = kp_arena_alloc(w->arena, w->forms->n_groups + 1);
    w->places = kp_arena_alloc(w->arena, n);
    w->written = kp_arena_alloc(w->arena, w->forms->n_groups + 1);
    if (w->arena->failed)
        return;
    for (size_t i = 0; i < n; i++)
        if (is_released(w, i) && items[i].relation == KP_REL_RSON)
            has_reason[w->forms->items[i].group] = true;
    for (size_t i = 0; i < n; i++) {
        const struct kp_cda_item *form = &w->forms->items[i];
        if (!is_released(w, i) || items[i].is_author)
            continue;
        bool settled = !form->may_be_detailed || w->source->insurer->keeps_detailed;
        w->places[i] = (uint8_t)(settled || has_reason[form->group] ? form->place : KP_CDA_ADDITIONAL);
    }
}

/* 一連検査グループ: a parent without a value, in place of its first member, contains all of the section. */
static void group(struct writer *w, size_t first, enum kp_cda_place place)
{
    const struct kp_cda_item *forms = w->forms->items;
    kp_xml_put(&w->xml, &w->forms->group_head);
    for (size_t i = first; i < forms[first].group_end; i++)
        if (forms[i].group == forms[first].group && w->places[i] == place)
            observation(w, i);
    end(w, 2);
}

static void section_entries(struct writer *w, enum kp_cda_place place)
{
    memset(w->written, 0, w->forms->n_groups + 1);
    for (size_t i = 0; i < w->tables->n_items; i++) {
        if (w->places[i] != place)
            continue;
        size_t of_group = w->forms->items[i].group;
        if (w->written[of_group])
            continue;
        w->written[of_group] = of_group > 0;
        if (of_group)
            group(w, i, place);
        else
            observation(w, i);
    }
}

/* Writes the entry as people do: "身長 170.1cm". */
static void narrative_item(struct writer *w, const struct kp_item *item, const struct kp_value *v)
{
    const struct kp_date exam = w->record->exam;
    const char *display =
        item->type == KP_TYPE_PQ
            ? NULL
            : kp_code_display(w->tables, kp_item_list(w->tables, item, exam), v->text, exam);
    struct kp_buf text = {0};
    kp_buf_str(&text, item->name);
    kp_buf_char(&text, ' ');
    kp_buf_str(&text, display ? display : v->text);
    kp_buf_str(&text, item->unit);
    kp_buf_str(&text, limit_text(v));
    if (!kp_buf_ok(&text))
        (void)kp_arena_fail(w->arena);
    text_element(w, "item", kp_buf_text(&text));
    kp_buf_release(&text);
}

/* Writes the values that people look for first. */
static void narrative(struct writer *w, enum kp_cda_place place)
{
    bool any = false;
    start(w, "text");
    for (size_t k = 0; k < KP_NARRATIVE_ITEMS; k++) {
        const struct kp_item *item = w->forms->shown[k];
        const struct kp_value *v = item ? kp_value_of(w->record, item) : NULL;
        if (!item || w->places[item - w->tables->items] != place || v->state != KP_VALUE_PRESENT ||
            has_mark_only(w, v))
            continue;
        if (!any)
            start(w, "list");
        any = true;
        narrative_item(w, item, v);
    }
    end(w, any ? 2 : 1);
}

static void section(struct writer *w, enum kp_cda_place place, const char *section_code, const char *title)
{
    if (!memchr(w->places, (int)place, w->tables->n_items))
        return;
    start(w, "component");
    start(w, "section");
    code(w, "code", section_code, KP_OID_SECTION);
    text_element(w, "title", title);
    narrative(w, place);
    section_entries(w, place);
    end(w, 2);
}

/* --- the document --- */

struct kp_category kp_category_of(const struct kp_insurer *n, const struct kp_record *record,
                                  enum kp_band band)
{
    struct kp_category c = {n->report_under40, n->programme_under40, n->section_under40};
    if (band == KP_BAND_40TO74)
        c = (struct kp_category){n->report_40to74, n->programme_40to74, KP_SECTION_CHECK_UP};
    if (*record->field[KP_F_REPORT_CATEGORY])
        c.report = record->field[KP_F_REPORT_CATEGORY];
    if (*record->field[KP_F_PROGRAMME])
        c.programme = record->field[KP_F_PROGRAMME];
    return c;
}

bool kp_cda_write(struct kp_buf *out, struct kp_xml_check *check, const struct kp_cda_source *source,
                  struct kp_arena *arena)
{
    const struct kp_record *record = source->record;
    struct writer w = {
        .tables = record->tables, .source = source, .record = record, .forms = source->forms, .arena = arena};
    struct kp_category c = kp_category_of(source->insurer, record, source->decision->band);
    place_items(&w);
    if (arena->failed)
        return false;
    kp_date_compact(source->created, w.created);
    kp_xml_begin(&w.xml, out, check, KP_CDA_NAMESPACE);
    start(&w, "ClinicalDocument");
    attr(&w, "xsi:schemaLocation", KP_CDA_NAMESPACE " ../XSD/" KP_CDA_SCHEMA);
    kp_xml_leaf(&w.xml, "typeId", "root", "2.16.840.1.113883.1.3", "extension", "POCD_HD000040");
    no_id(&w);
    code(&w, "code", c.report, KP_OID_REPORT);
    leaf(&w, "effectiveTime", "value", w.created);
    code(&w, "confidentialityCode", "N", "2.16.840.1.113883.5.25");
    patient(&w);
    author(&w);
    kp_xml_put(&w.xml, &w.forms->custodian);
    ticket(&w);
    examination(&w, c.programme);
    start(&w, "component");
    start(&w, "structuredBody");
    section(&w, KP_CDA_CHECK_UP, c.section, "検査・問診結果セクション");
    section(&w, KP_CDA_ADDITIONAL, KP_SECTION_ADDITIONAL, "任意追加項目セクション");
    end(&w, 3);
    return kp_xml_finish(&w.xml) && !arena->failed;
}
