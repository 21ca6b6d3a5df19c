#include "v08/cda_forms.h"

#include <string.h>

#include "base/status.h"
#include "v08/standard.h"

struct maker {
    const struct kp_tables *tables;
    struct kp_arena *arena;
    struct kp_cda_forms *forms;
    struct kp_xml xml;
    struct kp_buf out;
};

static void start(struct maker *m, const char *name, const char *attr, const char *value)
{
    kp_xml_start(&m->xml, name);
    if (attr)
        kp_xml_attr(&m->xml, attr, value);
}

static void start_observation(struct maker *m)
{
    start(m, "observation", "classCode", "OBS");
    kp_xml_attr(&m->xml, "moodCode", "EVN");
}

static enum kp_status recorded(struct maker *m)
{
    if (kp_xml_recorded(&m->xml))
        return KP_OK;
    return kp_buf_ok(&m->out) && !m->arena->failed ? KP_E_FAULT : KP_E_SYSTEM;
}

static enum kp_status make_head(struct maker *m, const struct kp_item *item, struct kp_xml_piece *piece)
{
    kp_xml_record(&m->xml, &m->out, m->arena, piece);
    if (*item->group_id)
        start(m, "entryRelationship", "typeCode", item->relation == KP_REL_RSON ? "RSON" : "COMP");
    else
        start(m, "entry", NULL, NULL);
    start_observation(m);
    kp_xml_leaf(&m->xml, "code", "code", item->code, "displayName", item->name);
    return recorded(m);
}

static enum kp_status make_method(struct maker *m, const struct kp_item *item, struct kp_xml_piece *piece)
{
    kp_xml_record(&m->xml, &m->out, m->arena, piece);
    if (*item->method_code)
        kp_xml_leaf(&m->xml, "methodCode", "code", item->method_code, NULL, NULL);
    return recorded(m);
}

static enum kp_status make_code(struct maker *m, const struct kp_item *item, const struct kp_code_row *row,
                                struct kp_cda_code *code)
{
    code->code = row->code;
    kp_xml_record(&m->xml, &m->out, m->arena, &code->value);
    start(m, "value", "xsi:type", kp_type_names[item->type]);
    kp_xml_attr(&m->xml, "code", row->code);
    kp_xml_attr(&m->xml, "codeSystem", row->system);
    kp_xml_end(&m->xml);
    return recorded(m);
}

/* Items of one type share the codes of their list. */
static enum kp_status make_codes(struct maker *m, size_t i)
{
    const struct kp_tables *t = m->tables;
    const struct kp_item *item = &t->items[i];
    struct kp_cda_item *form = &m->forms->items[i];
    size_t n = 0;
    if (item->type != KP_TYPE_CD && item->type != KP_TYPE_CO)
        return KP_OK;
    for (size_t k = 0; k < i; k++)
        if (t->items[k].type == item->type && strcmp(t->items[k].code_system, item->code_system) == 0) {
            form->codes = m->forms->items[k].codes;
            form->n_codes = m->forms->items[k].n_codes;
            return KP_OK;
        }
    for (size_t k = 0; k < t->n_codes; k++)
        n += strcmp(t->codes[k].system, item->code_system) == 0;
    form->codes = kp_arena_alloc(m->arena, n * sizeof(*form->codes));
    if (!form->codes)
        return KP_E_SYSTEM;
    for (size_t k = 0; k < t->n_codes; k++)
        if (strcmp(t->codes[k].system, item->code_system) == 0)
            KP_TRY(make_code(m, item, &t->codes[k], &form->codes[form->n_codes++]));
    return KP_OK;
}

/* Numbers the item's group like that of an earlier item, or anew. */
static void find_group(struct maker *m, size_t i)
{
    const struct kp_item *items = m->tables->items;
    struct kp_cda_item *forms = m->forms->items;
    if (!*items[i].group_id)
        return;
    for (size_t k = 0; k < i && !forms[i].group; k++)
        if (strcmp(items[k].group_id, items[i].group_id) == 0)
            forms[i].group = forms[k].group;
    if (!forms[i].group)
        forms[i].group = ++m->forms->n_groups;
    for (size_t k = 0; k <= i; k++)
        if (forms[k].group == forms[i].group)
            forms[k].group_end = i + 1;
}

static enum kp_status make_item(struct maker *m, size_t i)
{
    const struct kp_item *item = &m->tables->items[i];
    struct kp_cda_item *form = &m->forms->items[i];
    form->may_be_detailed = kp_item_may_be_detailed(item);
    form->place = strcmp(item->section, KP_SECTION_CHECK_UP) == 0 ? KP_CDA_CHECK_UP : KP_CDA_ADDITIONAL;
    find_group(m, i);
    KP_TRY(make_head(m, item, &form->head));
    KP_TRY(make_codes(m, i));
    return make_method(m, item, &form->method);
}

static enum kp_status make_others(struct maker *m)
{
    struct kp_cda_forms *forms = m->forms;
    kp_xml_record(&m->xml, &m->out, m->arena, &forms->group_head);
    start(m, "entry", NULL, NULL);
    start_observation(m);
    kp_xml_leaf(&m->xml, "code", "nullFlavor", "NA", NULL, NULL);
    KP_TRY(recorded(m));
    kp_xml_record(&m->xml, &m->out, m->arena, &forms->no_id);
    kp_xml_leaf(&m->xml, "id", "nullFlavor", "NI", NULL, NULL);
    KP_TRY(recorded(m));
    kp_xml_record(&m->xml, &m->out, m->arena, &forms->custodian);
    start(m, "custodian", NULL, NULL);
    start(m, "assignedCustodian", NULL, NULL);
    start(m, "representedCustodianOrganization", NULL, NULL);
    kp_xml_leaf(&m->xml, "id", "nullFlavor", "NI", NULL, NULL);
    for (size_t i = 0; i < 3; i++)
        kp_xml_end(&m->xml);
    return recorded(m);
}

/* Finds the values that people look for first. */
static void find_shown(struct maker *m)
{
    static const char *const shown[KP_NARRATIVE_ITEMS] = {"9N001000000000001", "9N006000000000001",
                                                          "9N011000000000001", "9N016160100000001",
                                                          "9N501000000000011", "9N506000000000011"};
    for (size_t i = 0; i < KP_COUNT(shown); i++)
        m->forms->shown[i] = kp_item_find(m->tables, shown[i]);
}

enum kp_status kp_cda_forms_make(const struct kp_tables *tables, struct kp_arena *arena,
                                 const struct kp_cda_forms **ret_forms)
{
    enum kp_status st = KP_OK;
    struct maker m = {.tables = tables, .arena = arena};
    m.forms = kp_arena_alloc(arena, sizeof(*m.forms));
    struct kp_cda_item *items = kp_arena_alloc(arena, (tables->n_items + 1) * sizeof(*items));
    if (!m.forms || !items)
        return KP_E_SYSTEM;
    m.forms->items = items;
    for (size_t i = 0; i < tables->n_items; i++)
        KP_TRY_OUT(make_item(&m, i));
    KP_TRY_OUT(make_others(&m));
    find_shown(&m);
    *ret_forms = m.forms;
out:
    kp_buf_release(&m.out);
    return st;
}
