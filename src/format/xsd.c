#include "format/xsd.h"

#include <libxml/xmlschemastypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/status.h"

enum {
    MAX_DEPTH = 64,
    MAX_KEYS = 16,
    MEMO = 2048,
    MEMO_BYTES = 55,
    NAMES = 256,
    PATHS = 1024,
    MAX_OPENED = 3
};

static const char white[] = " \t\r\n";

/* --- simple values --- */

static xmlSchemaTypePtr builtin_of(xmlSchemaTypePtr type)
{
    while (type->type != XML_SCHEMA_TYPE_BASIC)
        type = type->baseType;
    return type;
}

/* Only strings may contain white space here, so that it is never normalised. */
static bool is_of_builtin(xmlSchemaTypePtr type, const char *value)
{
    static const int kinds[] = {XML_SCHEMAS_TOKEN,   XML_SCHEMAS_NMTOKEN, XML_SCHEMAS_BOOLEAN,
                                XML_SCHEMAS_INTEGER, XML_SCHEMAS_DECIMAL, XML_SCHEMAS_DOUBLE,
                                XML_SCHEMAS_ANYURI};
    for (size_t i = 0; i < KP_COUNT(kinds); i++)
        if ((int)type->builtInType == kinds[i])
            return *value && !strpbrk(value, white) &&
                   xmlSchemaValidatePredefinedType(type, (const xmlChar *)value, NULL) == 0;
    return type->builtInType == XML_SCHEMAS_STRING;
}

/* Every limit holds, and one pattern and one word of the enumeration match, if there are any. */
static bool meets_facets(xmlSchemaTypePtr type, const xmlChar *value)
{
    bool patterns = false, matches = false, words = false, is_word = false, holds = true;
    xmlSchemaTypePtr builtin = builtin_of(type);
    xmlSchemaValPtr computed = NULL;
    if (type->facets && xmlSchemaValidatePredefinedType(builtin, value, &computed) != 0)
        return false;
    for (xmlSchemaFacetPtr f = type->facets; f && holds; f = f->next) {
        bool pattern = f->type == XML_SCHEMA_FACET_PATTERN, word = f->type == XML_SCHEMA_FACET_ENUMERATION;
        bool met = xmlSchemaValidateFacet(builtin, f, value, computed) == 0;
        patterns |= pattern;
        matches |= pattern && met;
        words |= word;
        is_word |= word && met;
        holds = pattern || word || (met && f->type != XML_SCHEMA_FACET_WHITESPACE); /* never normalised */
    }
    xmlSchemaFreeValue(computed);
    return holds && patterns == matches && words == is_word;
}

/* Returns whether libxml2 is certain to accept the value. */
static bool accepts(xmlSchemaTypePtr type, const char *value)
{
    if (!type || type->flags & XML_SCHEMAS_TYPE_VARIETY_LIST)
        return false;
    if (type->type == XML_SCHEMA_TYPE_BASIC)
        return is_of_builtin(type, value);
    bool accepted = !type->memberTypes && accepts(type->baseType, value);
    for (const xmlSchemaTypeLink *member = type->memberTypes; member && !accepted; member = member->next)
        accepted = accepts(member->type, value);
    return accepted && meets_facets(type, (const xmlChar *)value);
}

/* --- the run --- */

struct state {
    const struct kp_xsd_element *element;
    const struct kp_xsd_type *type;
    uint64_t allowed; /* places that may come next */
    bool complete;
};

struct open_element {
    struct state at;
    uint32_t keys[MAX_KEYS]; /* hashes: two that collide only make the document unsure */
    size_t n_keys;
};

/* Where valid repeated events lead from a state. */
struct path {
    const struct kp_xml_event *events; /* NULL: an empty slot */
    struct state from;
    struct state to[1 + MAX_OPENED]; /* the same element, and those that remain open in it */
    size_t n_opened;
};

/* A valid value. Validity is a function of type and value. */
struct memo {
    xmlSchemaTypePtr type;
    uint8_t n;
    char value[MEMO_BYTES];
};

struct kp_xsd_run {
    const struct kp_xsd *xsd;
    bool sure;
    size_t depth;
    struct open_element open[MAX_DEPTH]; /* the document, its root... */
    struct kp_buf text;                  /* of simple content; before that, the value in question */
    struct memo memo[MEMO];
    const xmlChar *names[NAMES]; /* found before, by the address of the name */
    struct path paths[PATHS];
};

struct kp_xsd_run *kp_xsd_run_new(const struct kp_xsd *xsd)
{
    struct kp_xsd_run *run = calloc(1, sizeof(*run));
    if (run)
        run->xsd = xsd;
    return run;
}

void kp_xsd_run_free(struct kp_xsd_run *run)
{
    if (run)
        kp_buf_release(&run->text);
    free(run);
}

static uint32_t hash_of(const char *s, size_t n)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * 16777619u;
    return h ^ h >> 15;
}

static bool is_valid(struct kp_xsd_run *run, xmlSchemaTypePtr type, const char *value, size_t n)
{
    struct memo *memo = &run->memo[(hash_of(value, n) ^ (uintptr_t)type >> 4) % MEMO];
    if (!type)
        return false;
    if (memo->type == type && memo->n == n && memcmp(memo->value, value, n) == 0)
        return true;
    if (value != run->text.data) {
        kp_buf_reset(&run->text);
        kp_buf_add(&run->text, value, n);
    }
    if (!kp_buf_ok(&run->text) || !accepts(type, kp_buf_text(&run->text)))
        return false;
    if (n <= MEMO_BYTES) {
        memo->type = type;
        memo->n = (uint8_t)n;
        memcpy(memo->value, value, n);
    }
    return true;
}

/* Returns whether the value differs from those of the siblings, which only strings do by their characters. */
static bool put_key(struct open_element *parent, xmlSchemaTypePtr type, const struct kp_xml_attr *a)
{
    uint32_t hash = hash_of(a->value, a->n);
    size_t k = 0;
    while (k < parent->n_keys && parent->keys[k] != hash)
        k++;
    if (k < parent->n_keys || k == MAX_KEYS || builtin_of(type)->builtInType != XML_SCHEMAS_STRING)
        return false;
    parent->keys[parent->n_keys++] = hash;
    return true;
}

static bool is_of_xsi(const struct kp_xml_attr *a)
{
    return a->name[0] == 'x' && strncmp(a->name, "xsi:", 4) == 0;
}

static size_t slot_of(const void *address, size_t n_slots)
{
    return ((uintptr_t)address * 0x9E3779B97F4A7C15u >> 40) % n_slots;
}

/* Returns the name as the schema's dictionary has it, or NULL. */
static const xmlChar *find_name(struct kp_xsd_run *run, const char *name)
{
    const xmlChar **known = &run->names[slot_of(name, NAMES)];
    if (!*known || strcmp((const char *)*known, name) != 0)
        *known = xmlDictExists(run->xsd->names, (const xmlChar *)name, -1);
    return *known;
}

/* Each attribute is known, valid and there once, and none is missing. key: the one that tells the element
 * from its siblings, or NULL. */
static bool has_valid_attributes(struct kp_xsd_run *run, struct open_element *open,
                                 const struct kp_xml_attr *attrs, size_t n, const xmlChar *key)
{
    const struct kp_xsd_type *type = open->at.type;
    uint64_t seen = 0;
    bool has_key = false;
    for (size_t i = 0, k = 0; i < n; i++, k = 0) {
        if (is_of_xsi(&attrs[i]))
            continue;
        const xmlChar *name = find_name(run, attrs[i].name);
        while (k < type->n_attributes && type->attributes[k].name != name)
            k++;
        const struct kp_xsd_attribute *a = &type->attributes[k];
        if (k == type->n_attributes || seen >> k & 1 || !is_valid(run, a->type, attrs[i].value, attrs[i].n) ||
            (a->fixed &&
             (strlen(a->fixed) != attrs[i].n || memcmp(a->fixed, attrs[i].value, attrs[i].n) != 0)) ||
            (name == key && !put_key(open - 1, a->type, &attrs[i])))
            return false;
        seen |= (uint64_t)1 << k;
        has_key |= name == key;
    }
    for (size_t i = 0; i < type->n_attributes; i++)
        if (type->attributes[i].required && !(seen >> i & 1))
            return false;
    return has_key || !key;
}

/* Returns the element of that name that may come next in the open one, or NULL; goes to the next state. */
static const struct kp_xsd_element *step(struct state *open, const xmlChar *name)
{
    const struct kp_xsd_element *found = NULL;
    uint64_t follow = 0, last = 0;
    for (uint64_t left = open->allowed; left; left &= left - 1) {
        const struct kp_xsd_place *place = &open->type->places[__builtin_ctzll(left)];
        if (place->element->name != name)
            continue;
        if (found && found != place->element)
            return NULL; /* ambiguous */
        found = place->element;
        follow |= place->follow;
        last |= left & -left & open->type->last;
    }
    open->allowed = follow;
    open->complete = last != 0;
    return found;
}

/* Returns the element's type, or that of xsi:type if it may replace it, or NULL. */
static const struct kp_xsd_type *find_type(const struct kp_xsd_run *run, const struct kp_xsd_element *element,
                                           const struct kp_xml_attr *attrs, size_t n)
{
    const struct kp_xsd_type *type = element->type;
    for (size_t i = 0; i < n; i++) {
        char name[64];
        if (!is_of_xsi(&attrs[i]) || strcmp(attrs[i].name, "xsi:schemaLocation") == 0)
            continue;
        if (strcmp(attrs[i].name, "xsi:type") != 0 || element->no_types || attrs[i].n >= sizeof(name))
            return NULL;
        memcpy(name, attrs[i].value, attrs[i].n);
        name[attrs[i].n] = '\0';
        const xmlSchemaType *named = xmlHashLookup(run->xsd->schema->typeDecl, (const xmlChar *)name);
        bool complex = named && named->type == XML_SCHEMA_TYPE_COMPLEX;
        const struct kp_xsd_type *base = type = complex ? named->node->_private : NULL;
        while (base && base != element->type)
            base = base->base;
        if (!base)
            return NULL;
    }
    return type->abstract ? NULL : type;
}

static bool opens(struct kp_xsd_run *run, const char *name, const struct kp_xml_attr *attrs, size_t n)
{
    if (run->depth == MAX_DEPTH || n > KP_XML_MAX_ATTRIBUTES)
        return false;
    struct open_element *open = &run->open[run->depth++];
    const struct kp_xsd_element *above = open[-1].at.element;
    const struct kp_xsd_element *e = step(&open[-1].at, find_name(run, name));
    const struct kp_xsd_type *type = e ? find_type(run, e, attrs, n) : NULL;
    if (!type)
        return false;
    open->at = (struct state){e, type, type->first, type->may_be_empty};
    open->n_keys = 0;
    bool keyed = false;
    for (size_t i = 0; above->key && i < KP_XSD_KEYED; i++)
        keyed |= above->keyed[i] == e->name;
    bool valid = has_valid_attributes(run, open, attrs, n, keyed ? above->key : NULL);
    kp_buf_reset(&run->text);
    return valid;
}

void kp_xsd_begin(struct kp_xsd_run *run, const char *ns)
{
    static const struct kp_xsd_element document = {.name = NULL};
    const struct kp_xsd_type *type = &run->xsd->document;
    run->sure = strcmp(ns, (const char *)run->xsd->schema->targetNamespace) == 0;
    run->open[0] = (struct open_element){.at = {&document, type, type->first, false}};
    run->depth = 1;
}

void kp_xsd_start(struct kp_xsd_run *run, const char *name, const struct kp_xml_attr *attrs, size_t n_attrs)
{
    run->sure = run->sure && opens(run, name, attrs, n_attrs);
}

void kp_xsd_text(struct kp_xsd_run *run, const char *text, size_t n)
{
    const struct kp_xsd_type *type = run->open[run->depth - 1].at.type;
    if (run->sure && type->text)
        kp_buf_add(&run->text, text, n);
    else if (run->sure && !type->mixed)
        for (size_t i = 0; i < n; i++)
            run->sure &= type->n_places > 0 && memchr(white, text[i], sizeof(white) - 1);
}

void kp_xsd_end(struct kp_xsd_run *run)
{
    run->sure = run->sure && run->depth > 1 && kp_buf_ok(&run->text);
    if (!run->sure)
        return;
    const struct state *open = &run->open[--run->depth].at;
    xmlSchemaTypePtr text = open->type->text;
    run->sure = open->complete && (!text || is_valid(run, text, kp_buf_text(&run->text), run->text.len));
}

/* Takes the events one by one, and keeps where they led unless a key was among them. */
static void walk(struct kp_xsd_run *run, struct path *path, const struct kp_xml_event *events, size_t n)
{
    size_t top = run->depth - 1;
    bool keyed = run->open[top].at.element->key != NULL;
    *path = (struct path){.from = run->open[top].at};
    for (const struct kp_xml_event *e = events; e < events + n; e++) {
        if (e->attrs)
            kp_xsd_start(run, e->name.text, e->attrs, e->n_attrs);
        else
            kp_xsd_end(run);
        keyed |= run->depth <= top;
    }
    if (!run->sure || keyed || run->depth - 1 - top > MAX_OPENED)
        return;
    path->n_opened = run->depth - 1 - top;
    for (size_t i = 0; i <= path->n_opened; i++) {
        path->to[i] = run->open[top + i].at;
        keyed |= i > 0 && run->open[top + i].n_keys > 0;
    }
    if (!keyed)
        path->events = events;
}

void kp_xsd_repeated(struct kp_xsd_run *run, const struct kp_xml_event *events, size_t n)
{
    if (!run->sure || n == 0)
        return;
    struct open_element *top = &run->open[run->depth - 1];
    struct path *path = &run->paths[slot_of(events, PATHS)];
    if (path->events != events || path->from.type != top->at.type || path->from.element != top->at.element ||
        path->from.allowed != top->at.allowed || run->depth + path->n_opened > MAX_DEPTH) {
        walk(run, path, events, n);
        return;
    }
    top->at = path->to[0];
    for (size_t i = 1; i <= path->n_opened; i++) {
        top[i].at = path->to[i];
        top[i].n_keys = 0;
    }
    run->depth += path->n_opened;
    kp_buf_reset(&run->text);
}

bool kp_xsd_accepted(const struct kp_xsd_run *run, bool complete)
{
    return run->sure && (!complete || (run->depth == 1 && run->open[0].at.complete));
}
