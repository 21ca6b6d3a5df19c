#include <errno.h>
#include <libxml/xmlschemastypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "format/xsd.h"

#define XSD "http://www.w3.org/2001/XMLSchema"

/* A part of a content model: the places where it can begin and end. */
struct part {
    uint64_t first, last;
    bool may_be_empty;
};

struct compiler {
    struct kp_xsd *xsd;
    bool unknown; /* a construct that the tables do not have */
    bool no_memory;
};

static struct kp_xsd_type *type_of(struct compiler *c, xmlNode *node);
static const struct kp_xsd_element *element_of(struct compiler *c, xmlNode *node);
static struct part particle(struct compiler *c, struct kp_xsd_type *t, xmlNode *node);

/* --- nodes --- */

static bool is(const xmlNode *node, const char *name)
{
    return strcmp((const char *)node->name, name) == 0;
}

/* Returns the value, or NULL. Nothing is copied: an allocation that fails must not look like a missing one.
 */
static const char *prop(const xmlNode *node, const char *name)
{
    const xmlAttr *a = node->properties;
    while (a && strcmp((const char *)a->name, name) != 0)
        a = a->next;
    return !a ? NULL : a->children ? (const char *)a->children->content : "";
}

static bool prop_is(const xmlNode *node, const char *name, const char *value)
{
    const char *found = prop(node, name);
    return found && strcmp(found, value) == 0;
}

/* Returns the first element from here on that is no annotation, or NULL. */
static xmlNode *from(xmlNode *node)
{
    while (node && (node->type != XML_ELEMENT_NODE || is(node, "annotation")))
        node = node->next;
    return node;
}

/* The constructs that are known, with all their attributes, so that one that is new is not ignored. What is
 * in simple types, libxml2 has compiled. */
static const char known[] =
    " element element@name element@ref element@type element@minOccurs element@maxOccurs element@block "
    "complexType complexType@name complexType@abstract complexType@mixed complexContent complexContent@mixed "
    "simpleContent restriction restriction@base extension extension@base sequence sequence@minOccurs "
    "sequence@maxOccurs choice choice@minOccurs choice@maxOccurs group group@name group@ref group@minOccurs "
    "group@maxOccurs any any@namespace any@processContents attribute attribute@name attribute@type "
    "attribute@use attribute@fixed attribute@default attributeGroup attributeGroup@name attributeGroup@ref "
    "anyAttribute anyAttribute@namespace anyAttribute@processContents key key@name selector selector@xpath "
    "field field@xpath ";

static bool is_known(const xmlNode *node, const char *at, const xmlChar *attribute)
{
    char key[128];
    int n = snprintf(key, sizeof(key), " %s%s%s ", (const char *)node->name, at, (const char *)attribute);
    return n < (int)sizeof(key) && strstr(known, key);
}

/* Looks for constructs that are not known. */
static void survey(struct compiler *c, xmlNode *node)
{
    c->unknown |= !is_known(node, "", (const xmlChar *)"");
    for (const xmlAttr *a = node->properties; a; a = a->next)
        c->unknown |= a->ns || !is_known(node, "@", a->name) ||
                      (a->children && (a->children->type != XML_TEXT_NODE || a->children->next));
    for (xmlNode *child = from(node->children); child && !c->unknown; child = from(child->next))
        if (!is(child, "simpleType"))
            survey(c, child);
}

/* Returns the name without its prefix, or NULL if it is not of the namespace; NULL: that of the schema. */
static const char *local_name(const struct compiler *c, xmlNode *scope, const char *name, const char *ns)
{
    const char *colon = name ? strchr(name, ':') : NULL;
    char prefix[32] = "";
    size_t n = colon ? (size_t)(colon - name) : 0;
    if (!name || n >= sizeof(prefix))
        return NULL;
    memcpy(prefix, name, n);
    const xmlNs *found = xmlSearchNs(scope->doc, scope, colon ? (const xmlChar *)prefix : NULL);
    ns = ns ? ns : (const char *)c->xsd->schema->targetNamespace;
    name = colon ? colon + 1 : name;
    return found && strcmp((const char *)found->href, ns) == 0 ? name : NULL;
}

/* Returns the type that the attribute names, or NULL. */
static xmlSchemaTypePtr named_type(const struct compiler *c, xmlNode *node, const char *attribute)
{
    const char *own = local_name(c, node, prop(node, attribute), NULL);
    const char *builtin = local_name(c, node, prop(node, attribute), XSD);
    if (own)
        return xmlHashLookup(c->xsd->schema->typeDecl, (const xmlChar *)own);
    return builtin ? xmlSchemaGetPredefinedType((const xmlChar *)builtin, (const xmlChar *)XSD) : NULL;
}

/* Returns the definition that "ref" names, of the same file, or NULL; then it is a construct that is not
 * known. */
static xmlNode *referred(struct compiler *c, xmlNode *node)
{
    const char *name = local_name(c, node, prop(node, "ref"), NULL);
    const xmlSchemaElement *element =
        name && is(node, "element") ? xmlHashLookup(c->xsd->schema->elemDecl, (const xmlChar *)name) : NULL;
    xmlNode *found = element ? element->node : name ? from(xmlDocGetRootElement(node->doc)->children) : NULL;
    while (found && !(is(found, (const char *)node->name) && prop_is(found, "name", name)))
        found = from(found->next);
    c->unknown |= !found;
    if (found)
        survey(c, found);
    return found;
}

static const xmlChar *intern(struct compiler *c, const char *name)
{
    const xmlChar *interned = xmlDictLookup(c->xsd->names, (const xmlChar *)name, -1);
    c->no_memory |= !interned;
    return interned;
}

/* --- attributes --- */

static void put_attribute(struct compiler *c, struct kp_xsd_type *to, xmlNode *node)
{
    const char *name = prop(node, "name");
    size_t i = 0;
    c->unknown |= !name || to->n_attributes == KP_XSD_ATTRIBUTES;
    if (c->unknown)
        return;
    struct kp_xsd_attribute a = {.name = intern(c, name),
                                 .required = prop_is(node, "use", "required"),
                                 .fixed = prop(node, "fixed"),
                                 .type = named_type(c, node, "type")};
    while (i < to->n_attributes && to->attributes[i].name != a.name)
        i++;
    to->n_attributes += i == to->n_attributes;
    to->attributes[i] = prop_is(node, "use", "prohibited") ? to->attributes[--to->n_attributes] : a;
}

static void put_attributes(struct compiler *c, struct kp_xsd_type *to, xmlNode *parent)
{
    for (xmlNode *node = from(parent->children); node && !c->unknown; node = from(node->next)) {
        xmlNode *group = is(node, "attributeGroup") ? referred(c, node) : NULL;
        if (is(node, "attribute"))
            put_attribute(c, to, node);
        else if (group)
            put_attributes(c, to, group);
    }
}

/* --- content models: Glushkov's automaton --- */

static void link_places(struct kp_xsd_type *t, uint64_t from, uint64_t to)
{
    for (; from; from &= from - 1)
        t->places[__builtin_ctzll(from)].follow |= to;
}

static struct part both(struct kp_xsd_type *t, struct part a, struct part b)
{
    link_places(t, a.last, b.first);
    return (struct part){a.first | (a.may_be_empty ? b.first : 0), b.last | (b.may_be_empty ? a.last : 0),
                         a.may_be_empty && b.may_be_empty};
}

static struct part place(struct compiler *c, struct kp_xsd_type *t, xmlNode *node)
{
    const struct kp_xsd_element *element = node ? element_of(c, node) : NULL;
    if (!element || t->n_places == KP_XSD_PLACES) {
        c->unknown = true;
        return (struct part){0};
    }
    uint64_t bit = (uint64_t)1 << t->n_places;
    t->places[t->n_places++] = (struct kp_xsd_place){.element = element};
    return (struct part){bit, bit, false};
}

struct globals {
    struct compiler *c;
    struct kp_xsd_type *t;
};

/* Callback of xmlHashScan. */
static void add_global(void *element, void *globals, const xmlChar *name)
{
    (void)name;
    struct globals *g = globals;
    xmlNode *node = ((xmlSchemaElementPtr)element)->node;
    survey(g->c, node);
    (void)place(g->c, g->t, node);
}

static struct part any_global(struct compiler *c, struct kp_xsd_type *t)
{
    uint64_t before = ((uint64_t)1 << t->n_places) - 1;
    xmlHashScan(c->xsd->schema->elemDecl, add_global, &(struct globals){c, t});
    uint64_t all = (((uint64_t)1 << t->n_places) - 1) & ~before;
    return (struct part){all, all, false};
}

static struct part term(struct compiler *c, struct kp_xsd_type *t, xmlNode *node)
{
    bool choice = is(node, "choice");
    struct part all = {.may_be_empty = !choice};
    if (is(node, "element"))
        return place(c, t, prop(node, "ref") ? referred(c, node) : node);
    if (is(node, "any")) {
        c->unknown |=
            !prop_is(node, "namespace", "##targetNamespace") || !prop_is(node, "processContents", "strict");
        return any_global(c, t);
    }
    xmlNode *list = is(node, "group") ? referred(c, node) : node;
    for (xmlNode *child = list ? from(list->children) : NULL; child; child = from(child->next)) {
        struct part one = particle(c, t, child);
        all = !choice ? both(t, all, one)
                      : (struct part){all.first | one.first, all.last | one.last,
                                      all.may_be_empty || one.may_be_empty};
    }
    return all;
}

/* Repeats the term: as many copies as it may occur, or the last one in a loop. */
static struct part particle(struct compiler *c, struct kp_xsd_type *t, xmlNode *node)
{
    const char *min_text = prop(node, "minOccurs"), *max_text = prop(node, "maxOccurs");
    unsigned long min = min_text ? strtoul(min_text, NULL, 10) : 1;
    bool unbounded = prop_is(node, "maxOccurs", "unbounded");
    unsigned long max = unbounded ? (min ? min : 1) : max_text ? strtoul(max_text, NULL, 10) : 1;
    struct part all = {.may_be_empty = true};
    for (unsigned long i = 0; i < max && !c->unknown; i++) {
        struct part one = term(c, t, node);
        if (unbounded && i + 1 == max)
            link_places(t, one.last, one.first);
        one.may_be_empty |= i >= min;
        all = both(t, all, one);
    }
    return all;
}

/* --- types and elements --- */

/* Adds what the definition says to the type; what it extends comes first, and attributes are inherited. */
static struct part fill(struct compiler *c, struct kp_xsd_type *t, xmlNode *node)
{
    xmlNode *first = from(node->children), *how = node;
    struct part all = {.may_be_empty = true};
    if (first && strstr((const char *)first->name, "Content")) {
        how = from(first->children);
        const xmlSchemaType *base = named_type(c, how, "base");
        c->unknown |= !base || base->type != XML_SCHEMA_TYPE_COMPLEX;
        if (c->unknown)
            return all;
        all = fill(c, t, base->node);
        t->base = type_of(c, base->node);
    }
    if (is(how, "restriction")) {
        t->n_places = 0;
        all = (struct part){.may_be_empty = true};
    }
    for (xmlNode *child = from(how->children); child && !c->unknown; child = from(child->next))
        if (is(child, "sequence") || is(child, "choice") || is(child, "group"))
            all = both(t, all, particle(c, t, child));
    put_attributes(c, t, how);
    t->mixed = prop_is(how != node && prop(first, "mixed") ? first : node, "mixed", "true");
    return all;
}

static struct kp_xsd_type *type_of(struct compiler *c, xmlNode *node)
{
    struct kp_xsd_type *t = node->_private ? NULL : kp_arena_alloc(&c->xsd->arena, sizeof(*t));
    if (!t)
        return node->_private;
    node->_private = t; /* types contain themselves */
    survey(c, node);
    struct part all = fill(c, t, node);
    t->abstract = prop_is(node, "abstract", "true");
    t->first = all.first;
    t->last = all.last;
    t->may_be_empty = all.may_be_empty;
    const xmlNode *first = from(node->children);
    if (first && is(first, "simpleContent")) {
        const char *name = prop(node, "name");
        const xmlSchemaType *type = xmlHashLookup(c->xsd->schema->typeDecl, (const xmlChar *)name);
        t->text = type && type->node == node ? type->contentTypeDef : NULL;
        c->unknown |= !t->text; /* a local type */
    }
    return t;
}

/* Reads a key whose selector names children ("v3:a|v3:b") and whose field is an attribute. */
static void take_key(struct compiler *c, struct kp_xsd_element *e, xmlNode *key)
{
    xmlNode *selector = from(key->children), *field = from(selector->next);
    const char *paths = prop(selector, "xpath"), *at = prop(field, "xpath");
    size_t n = 0;
    c->unknown |= e->key || *at != '@' || strpbrk(at, "/.*:[| ") || from(field->next);
    e->key = intern(c, at + 1);
    for (struct kp_word w; !c->unknown && kp_next_word(&paths, "|", &w);) {
        const char *path = kp_arena_strndup(&c->xsd->arena, w.at, w.n),
                   *name = local_name(c, selector, path, NULL);
        c->unknown |= n == KP_XSD_KEYED || !name || name == path || strpbrk(name, "/.*:[@ ");
        if (!c->unknown)
            e->keyed[n++] = intern(c, name);
    }
}

static const struct kp_xsd_type *element_type(struct compiler *c, xmlNode *node)
{
    xmlSchemaTypePtr named = named_type(c, node, "type");
    xmlNode *inner = from(node->children);
    if (named && named->type == XML_SCHEMA_TYPE_COMPLEX)
        return type_of(c, named->node);
    if (!prop(node, "type") && inner && is(inner, "complexType"))
        return type_of(c, inner);
    struct kp_xsd_type *simple = kp_arena_alloc(&c->xsd->arena, sizeof(*simple));
    c->unknown |= !named;
    if (simple)
        *simple = (struct kp_xsd_type){.text = named, .may_be_empty = true};
    return simple;
}

static const struct kp_xsd_element *element_of(struct compiler *c, xmlNode *node)
{
    const xmlNode *root = xmlDocGetRootElement(node->doc);
    struct kp_xsd_element *e = node->_private ? NULL : kp_arena_alloc(&c->xsd->arena, sizeof(*e));
    if (!e)
        return node->_private;
    node->_private = e;
    c->unknown |= (node->parent != root && !prop_is(root, "elementFormDefault", "qualified")) ||
                  prop_is(root, "attributeFormDefault", "qualified") || !prop(node, "name");
    if (c->unknown)
        return e;
    e->name = intern(c, prop(node, "name"));
    e->no_types = prop(node, "block") != NULL;
    e->type = element_type(c, node);
    for (xmlNode *child = from(node->children); child && !c->unknown; child = from(child->next))
        if (is(child, "key"))
            take_key(c, e, child);
    return e;
}

/* --- all --- */

/* Callback of xmlHashScan: xsi:type may name types that nothing else does. */
static void add_type(void *type, void *compiler, const xmlChar *name)
{
    (void)name;
    struct compiler *c = compiler;
    if (((xmlSchemaTypePtr)type)->type == XML_SCHEMA_TYPE_COMPLEX && !c->unknown && !c->xsd->arena.failed)
        (void)type_of(c, ((xmlSchemaTypePtr)type)->node);
}

enum kp_status kp_xsd_compile(xmlSchemaPtr schema, struct kp_xsd **ret_xsd)
{
    struct kp_xsd *xsd = calloc(1, sizeof(*xsd));
    struct compiler c = {.xsd = xsd, .unknown = !schema->targetNamespace};
    if (!xsd || !(xsd->names = xmlDictCreate())) {
        kp_xsd_free(xsd);
        return KP_E_SYSTEM;
    }
    xsd->schema = schema;
    if (!c.unknown) {
        struct part all = any_global(&c, &xsd->document);
        xsd->document.first = all.first;
        xsd->document.last = all.last;
        xmlHashScan(schema->typeDecl, add_type, &c);
    }
    bool no_memory = c.no_memory || xsd->arena.failed || errno == ENOMEM; /* of libxml2 */
    if (no_memory || c.unknown)
        kp_xsd_free(xsd);
    else
        *ret_xsd = xsd;
    return no_memory ? KP_E_SYSTEM : KP_OK;
}

void kp_xsd_free(struct kp_xsd *xsd)
{
    if (!xsd)
        return;
    xmlDictFree(xsd->names);
    kp_arena_release(&xsd->arena);
    free(xsd);
}
