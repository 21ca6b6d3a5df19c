#include "format/xmlread.h"

#include <errno.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/scan.h"
#include "base/status.h"
#include "base/text.h"

enum { DECLARATION_MAX_BYTES = 1024, TAG_MAX_BYTES = 16 * 1024, NAMES = 512 };

#define XSI "http://www.w3.org/2001/XMLSchema-instance"
#define XML "http://www.w3.org/XML/1998/namespace"

struct open_node {
    struct kp_node *node;
    struct kp_node *last; /* child */
    size_t text_from;     /* offset of its text in the shared buffer */
    const char **spaces;  /* namespaces declared here: prefix ("" for the default) and name in turn */
    size_t n_spaces;
};

/* A name of the parser's dictionary, where equal names are the same pointer, and its copy in the arena with a
 * prefix. */
struct name {
    const xmlChar *name;
    const char *prefix, *copy;
};

struct reading {
    xmlParserCtxtPtr ctxt;
    struct kp_arena *arena;
    struct name names[NAMES]; /* by place in the dictionary */
    struct kp_tree *tree;
    struct open_node open[KP_XML_TREE_MAX_DEPTH];
    size_t depth;
    struct kp_buf text; /* of the open elements, outermost first */
    enum kp_xml_fault fault;
    unsigned long line;
    bool no_memory;
};

static unsigned long line_of(const struct reading *r)
{
    int line = xmlSAX2GetLineNumber(r->ctxt);
    return line > 0 ? (unsigned long)line : 0;
}

static void stop(struct reading *r, enum kp_xml_fault fault)
{
    if (r->fault == KP_XML_SOUND) {
        r->fault = fault;
        r->line = line_of(r);
    }
    xmlStopParser(r->ctxt);
}

/* Stops for a tree or text that could not grow: the limit was reached, or memory ran out. */
static void stop_growing(struct reading *r)
{
    r->no_memory |= !r->arena->full && !r->text.full;
    stop(r, KP_XML_TOO_LARGE);
}

static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
    (void)name, (void)public_id, (void)system_id;
    stop(ctx, KP_XML_DOCTYPE);
}

static void note_alien(struct reading *r)
{
    if (!r->tree->alien)
        r->tree->alien = line_of(r);
}

/* Returns whether a type such as "PQ" or "v3:PQ" in the innermost open element is of the document's
 * namespace. */
static bool is_own_type(const struct reading *r, const char *type)
{
    const char *colon = strchr(type, ':');
    size_t n = colon ? (size_t)(colon - type) : 0;
    if (colon == type)
        return false;
    for (size_t i = r->depth; i > 0; i--)
        for (size_t k = 0; k < r->open[i - 1].n_spaces; k++) {
            const char *prefix = r->open[i - 1].spaces[2 * k];
            if (strlen(prefix) == n && strncmp(prefix, type, n) == 0)
                return strcmp(r->open[i - 1].spaces[2 * k + 1], r->tree->ns) == 0;
        }
    return !colon && !*r->tree->ns;
}

/* Removes the prefix of a type of the document's namespace: the schema check knows none. */
static void take_type(struct reading *r, struct kp_xml_attr *type)
{
    const char *colon = strchr(type->value, ':');
    if (!is_own_type(r, type->value)) {
        note_alien(r);
    } else if (colon) {
        type->n -= (size_t)(colon + 1 - type->value);
        type->value = colon + 1;
    }
}

static const char no_prefix[] = "", xsi_prefix[] = "xsi:", xml_prefix[] = "xml:";

/* Returns name with one of these prefixes in the arena, or NULL. Most names come again. */
static const char *full_name(struct reading *r, const char *prefix, const xmlChar *name)
{
    struct name *known = &r->names[((uint64_t)(uintptr_t)name * 0x9e3779b97f4a7c15u >> 32) % NAMES];
    if (known->name == name && known->prefix == prefix)
        return known->copy;
    size_t n = strlen(prefix), m = strlen((const char *)name);
    char *full = kp_arena_alloc(r->arena, n + m + 1);
    if (!full)
        return NULL;
    memcpy(full, prefix, n);
    memcpy(full + n, name, m);
    *known = (struct name){name, prefix, full};
    return full;
}

/* libxml2 passes five pointers per attribute: name, prefix, namespace, value, end of value. */
static size_t bytes_of_values(size_t n, const xmlChar **five)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++, five += 5)
        bytes += (size_t)(five[4] - five[3]) + 1;
    return bytes;
}

/* Copies n bytes of an attribute's value, in which libxml2 writes & as "&#38;". Returns the length of the
 * copy. */
static size_t copy_value(char *to, const xmlChar *from, size_t n)
{
    static const char ampersand[] = "&#38;";
    const size_t length = sizeof(ampersand) - 1;
    size_t copied = 0;
    if (!memchr(from, '&', n)) {
        memcpy(to, from, n);
        return n;
    }
    for (size_t i = 0; i < n; copied++) {
        bool escaped = n - i >= length && memcmp(from + i, ampersand, length) == 0;
        to[copied] = (char)from[i];
        i += escaped ? length : 1;
    }
    return copied;
}

/* Fills in the attributes of a node that has room for them and, after them, for their values. */
static bool take_attributes(struct reading *r, struct kp_node *node, size_t n, const xmlChar **five)
{
    struct kp_xml_attr *attrs = (struct kp_xml_attr *)(node + 1);
    char *value = (char *)(attrs + n);
    node->attrs = attrs;
    node->n_attrs = n;
    for (struct kp_xml_attr *a = attrs; a < attrs + n; a++, five += 5) {
        bool xsi = five[2] && strcmp((const char *)five[2], XSI) == 0;
        bool xml = five[2] && strcmp((const char *)five[2], XML) == 0; /* the schema refuses these */
        if (five[2] && !xsi && !xml)
            note_alien(r);
        const char *prefix = xsi ? xsi_prefix : xml ? xml_prefix : no_prefix;
        const size_t n_value = (size_t)(five[4] - five[3]);
        *a = (struct kp_xml_attr){.name = full_name(r, prefix, five[0]), .value = value};
        if (!a->name)
            return false;
        a->n = copy_value(value, five[3], n_value);
        value += n_value + 1;
        if (xsi && strcmp(a->name, "xsi:type") == 0)
            take_type(r, a);
    }
    return true;
}

static void adopt(const struct reading *r, struct open_node *parent, struct kp_node *node)
{
    static const char spaces[] = " \t\r\n";
    if (parent->last) {
        parent->last->next = node;
    } else {
        parent->node->first = node;
        for (size_t i = parent->text_from; i < r->text.len; i++)
            parent->node->text_first |= !memchr(spaces, r->text.data[i], sizeof(spaces) - 1);
    }
    parent->last = node;
}

static bool push(struct reading *r, struct kp_node *node, size_t n_ns, const xmlChar **ns)
{
    struct open_node *top = &r->open[r->depth++];
    *top = (struct open_node){.node = node, .text_from = r->text.len, .n_spaces = n_ns};
    if (n_ns == 0)
        return true;
    top->spaces = kp_arena_alloc(r->arena, 2 * n_ns * sizeof(*top->spaces));
    for (size_t i = 0; top->spaces && i < 2 * n_ns; i++)
        top->spaces[i] = ns[i] ? (const char *)ns[i] : ""; /* live as long as the parser */
    return top->spaces != NULL;
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_ns,
                     const xmlChar **ns, int n_attrs, int n_defaulted, const xmlChar **attrs)
{
    (void)prefix, (void)n_defaulted;
    struct reading *r = ctx;
    if (r->fault != KP_XML_SOUND)
        return;
    if (r->depth == KP_XML_TREE_MAX_DEPTH) {
        stop(r, KP_XML_TOO_DEEP);
        return;
    }
    const char *space = uri ? (const char *)uri : "";
    const size_t n = (size_t)n_attrs;
    struct kp_node *node =
        kp_arena_alloc(r->arena, sizeof(*node) + n * sizeof(struct kp_xml_attr) + bytes_of_values(n, attrs));
    if (r->depth == 0) {
        r->tree->root = node;
        r->tree->ns = kp_arena_strdup(r->arena, space);
    } else if (node) {
        adopt(r, &r->open[r->depth - 1], node);
    }
    if (!node || !r->tree->ns || !(node->name = full_name(r, no_prefix, name)) ||
        !push(r, node, (size_t)n_ns, ns) || !take_attributes(r, node, n, attrs)) {
        stop_growing(r);
        return;
    }
    node->line = line_of(r);
    if (strcmp(space, r->tree->ns) != 0)
        note_alien(r);
}

/* Text arrives in pieces around the children; on_end joins them. */
static void on_text(void *ctx, const xmlChar *text, int n)
{
    struct reading *r = ctx;
    if (r->fault == KP_XML_SOUND && r->depth > 0)
        kp_buf_add(&r->text, text, (size_t)n);
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    (void)name, (void)prefix, (void)uri;
    struct reading *r = ctx;
    if (r->fault != KP_XML_SOUND || r->depth == 0)
        return;
    struct open_node *top = &r->open[--r->depth];
    size_t n = r->text.len - top->text_from;
    top->node->text = n ? kp_arena_strndup(r->arena, r->text.data + top->text_from, n) : "";
    if (!top->node->text || !kp_buf_ok(&r->text)) {
        stop_growing(r);
        return;
    }
    r->text.len = top->text_from;
}

/* Has no error handler: judge() inspects the result, and libxml2's messages quote contents. */
static xmlSAXHandler handler(void)
{
    return (xmlSAXHandler){.initialized = XML_SAX2_MAGIC,
                           .internalSubset = on_doctype,
                           .startElementNs = on_start,
                           .endElementNs = on_end,
                           .characters = on_text,
                           .cdataBlock = on_text,
                           .ignorableWhitespace = on_text};
}

/* Returns whether the XML declaration names another encoding, or does not end. Where libxml2 keeps the name
 * differs between versions. */
static bool declares_other_encoding(const char *bytes, size_t n)
{
    static const char mark[] = "\xef\xbb\xbf";
    char head[DECLARATION_MAX_BYTES + 1];
    size_t length = n < DECLARATION_MAX_BYTES ? n : DECLARATION_MAX_BYTES;
    memcpy(head, bytes, length);
    head[length] = '\0';
    char *at = strncmp(head, mark, 3) == 0 ? head + 3 : head;
    char *end = strstr(at, "?>");
    if (strncmp(at, "<?xml", 5) != 0 || !end)
        return strncmp(at, "<?xml", 5) == 0;
    *end = '\0';
    if (!(at = strstr(at, "encoding")))
        return false;
    at += strcspn(at, "\"'");
    return *at == '\0' || strncasecmp(at + 1, "utf-8", 5) != 0 || at[6] != at[0];
}

/* Returns the end of the comment, CDATA section or instruction that begins at at, or at if none does. */
static const char *behind_section(const char *at, const char *end)
{
    static const char *const sections[][2] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};
    for (size_t i = 0; end - at > 1 && (at[1] == '!' || at[1] == '?') && i < KP_COUNT(sections); i++) {
        size_t n = strlen(sections[i][0]), m = strlen(sections[i][1]);
        if ((size_t)(end - at) < n || memcmp(at, sections[i][0], n) != 0)
            continue;
        const char *close = memmem(at + n, (size_t)(end - at) - n, sections[i][1], m);
        return close ? close + m : end;
    }
    return at;
}

/* libxml2 compares each attribute of a tag with all others: a long tag costs the square of its length. */
static bool has_long_tag(const char *bytes, size_t n)
{
    const char *end = bytes + n;
    if (n <= TAG_MAX_BYTES)
        return false;
    for (const char *at = bytes; at < end && (at = memchr(at, '<', (size_t)(end - at))) != NULL;) {
        const char *behind = behind_section(at, end), *from = at;
        if (behind > at) {
            at = behind;
            continue;
        }
        while (at < end && *at != '>') {
            if (at - from > TAG_MAX_BYTES)
                return true;
            const char *quoted = *at == '"' || *at == '\'' ? memchr(at + 1, *at, (size_t)(end - at) - 1) : at;
            at = quoted ? quoted + 1 : end;
        }
        if (at - 1 - from > TAG_MAX_BYTES)
            return true;
    }
    return false;
}

static void judge(struct reading *r)
{
    if (r->fault == KP_XML_SOUND &&
        (r->ctxt->wellFormed != 1 || r->ctxt->nsWellFormed != 1 || !r->tree->root || r->depth > 0)) {
        r->fault = KP_XML_MALFORMED;
        r->line = line_of(r);
    }
}

static void print_nothing(void *ctx, const char *format, ...)
{
    (void)ctx, (void)format;
}

static void parse(struct reading *r, const char *bytes, int n)
{
    xmlGenericErrorFunc report = xmlGenericError;
    void *report_to = xmlGenericErrorContext;
    *r->ctxt->sax = handler();
    r->ctxt->userData = r;
    xmlSetGenericErrorFunc(NULL, print_nothing); /* libxml2 prints that it lacks memory */
    errno = 0;                                   /* and does not report every lack of it */
    (void)xmlCtxtReadMemory(r->ctxt, bytes, n, NULL, NULL, XML_PARSE_NONET); /* builds no document */
    r->no_memory |= errno == ENOMEM || r->ctxt->errNo == XML_ERR_NO_MEMORY;
    xmlSetGenericErrorFunc(report_to, report);
}

enum kp_status kp_xml_read(struct kp_arena *arena, const char *bytes, size_t n, struct kp_tree *ret_tree,
                           enum kp_xml_fault *ret_fault, unsigned long *ret_line)
{
    struct kp_tree tree = {0};
    struct reading r = {.arena = arena, .tree = &tree};
    *ret_fault = KP_XML_ENCODING;
    *ret_line = 0;
    if (kp_utf8_valid_prefix(bytes, n) != n || declares_other_encoding(bytes, n))
        return KP_E_FAULT;
    *ret_fault = n == 0 ? KP_XML_MALFORMED : KP_XML_TOO_LARGE;
    if (n == 0 || n > INT_MAX || has_long_tag(bytes, n))
        return KP_E_FAULT;
    xmlInitParser();
    r.ctxt = xmlNewParserCtxt();
    if (!r.ctxt)
        return KP_E_SYSTEM;
    parse(&r, bytes, (int)n);
    judge(&r);
    xmlFreeParserCtxt(r.ctxt);
    kp_buf_release(&r.text);
    *ret_fault = r.fault;
    *ret_line = r.line;
    if (r.no_memory)
        return KP_E_SYSTEM;
    if (r.fault != KP_XML_SOUND)
        return KP_E_FAULT;
    *ret_tree = tree;
    return KP_OK;
}

/* --- the tree --- */

static const struct kp_node *find(const struct kp_node *node, const char *name, size_t n)
{
    while (node && (node->name[0] != name[0] || strncmp(node->name, name, n) != 0 || node->name[n] != '\0'))
        node = node->next; /* the first characters decide most */
    return node;
}

const struct kp_node *kp_node_child(const struct kp_node *from, const char *name)
{
    return from ? find(from->first, name, strlen(name)) : NULL;
}

const struct kp_node *kp_node_again(const struct kp_node *node)
{
    return find(node->next, node->name, strlen(node->name));
}

const struct kp_node *kp_node_at(const struct kp_node *from, const char *path)
{
    for (struct kp_word name; from && kp_next_word(&path, "/", &name);)
        from = find(from->first, name.at, name.n);
    return from;
}

const char *kp_node_attr(const struct kp_node *node, const char *name)
{
    for (size_t i = 0; node && i < node->n_attrs; i++)
        if (node->attrs[i].name[0] == name[0] && strcmp(node->attrs[i].name, name) == 0)
            return node->attrs[i].value;
    return "";
}

/* Keeps the line of the first fault. */
static void note_line(const struct kp_node *node, const struct kp_xml_check *check, unsigned long *line)
{
    if (line && *line == 0 && kp_xml_check_failed(check))
        *line = node->line;
}

/* line: 0, receives that of the first fault; NULL if the caller needs none. The recursion is as deep as the
 * tree. */
static void check_node(const struct kp_node *node, struct kp_xml_check *check, unsigned long *line)
{
    kp_xml_check_start(check, node->name, node->attrs, node->n_attrs);
    if (*node->text)
        kp_xml_check_text(check, node->text, strlen(node->text));
    note_line(node, check, line);
    for (const struct kp_node *child = node->first; child; child = child->next)
        check_node(child, check, line);
    kp_xml_check_end(check, node->name);
    note_line(node, check, line);
}

unsigned long kp_tree_check(const struct kp_tree *tree, struct kp_xml_check *check, bool quick)
{
    bool before = kp_xml_check_quick(check, quick);
    unsigned long line = 0;
    kp_xml_check_begin(check, tree->ns);
    check_node(tree->root, check, quick ? NULL : &line);
    (void)kp_xml_check_quick(check, before);
    return quick && kp_xml_check_failed(check) ? kp_tree_check(tree, check, false) : line;
}

enum kp_status kp_xml_check_again(struct kp_xml_check *check, const char *bytes, size_t n,
                                  const char **ret_where)
{
    struct kp_arena arena = {0};
    struct kp_tree tree;
    enum kp_xml_fault fault;
    unsigned long line;
    enum kp_status st = kp_xml_read(&arena, bytes, n, &tree, &fault, &line);
    *ret_where = "malformed";
    if (st == KP_OK) {
        (void)kp_tree_check(&tree, check, false);
        st = kp_xml_check_finish(check, ret_where);
    }
    kp_arena_release(&arena);
    return st;
}
