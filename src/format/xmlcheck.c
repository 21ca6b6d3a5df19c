#include "format/xmlcheck.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlschemas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "format/xsd.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"
#define GIVEN "given:///" /* URL of the given files */

struct kp_xml_schema {
    xmlSchemaPtr libxml2;
    struct kp_xsd *tables; /* NULL: libxml2 alone can validate */
};

struct kp_xml_check {
    const struct kp_xml_schema *schema;
    bool quick;
    struct kp_xsd_run *run; /* of the tables, made when first needed */
    bool by_tables;         /* they judge this document */
    xmlSchemaValidCtxtPtr ctxt;
    xmlSAXHandlerPtr sax;
    xmlSchemaSAXPlugPtr plug; /* NULL for the tables */
    bool plugged;             /* libxml2's messages of this thread are this check's */
    void *user;
    const char *ns;
    bool in_root;                  /* the root was opened */
    size_t depth;                  /* open elements */
    size_t n_skipped;              /* open elements whose start was not handed over */
    bool ending;                   /* the event is the end of an element */
    const char *element;           /* of the event */
    char where[96];                /* of the first fault; "" while valid */
    bool no_memory;                /* libxml2 lacked memory: neither valid nor invalid */
    xmlStructuredErrorFunc report; /* of this thread before the document */
    void *report_to;
};

#if LIBXML_VERSION >= 21200
typedef const xmlError *error_ptr;
#else
typedef xmlErrorPtr error_ptr;
#endif

/* Context of libxml2's callbacks during loading. */
struct loading {
    const struct kp_xsd_file *files;
    size_t n_files;
    struct kp_buf *detail;
    bool no_memory;
};

static void keep_first(void *ctx, error_ptr error)
{
    struct loading *loading = ctx;
    struct kp_buf *detail = loading->detail;
    loading->no_memory |= error->code == XML_ERR_NO_MEMORY;
    if (detail->len > 0)
        return;
    kp_buf_printf(detail, "line %d: %s", error->line, error->message ? error->message : "?");
    while (detail->len > 0 && detail->data[detail->len - 1] == '\n')
        detail->data[--detail->len] = '\0';
}

/* Opens the given files only. */
static xmlParserInputPtr open_input(const char *url, const char *id, xmlParserCtxtPtr ctxt)
{
    (void)id;
    const struct loading *loading = xmlStructuredErrorContext;
    const struct kp_xsd_file *file = NULL;
    size_t n = strlen(GIVEN);
    for (size_t i = 0; url && strncmp(url, GIVEN, n) == 0 && i < loading->n_files; i++)
        if (strcmp(loading->files[i].name, url + n) == 0)
            file = &loading->files[i];
    xmlParserInputPtr input = file ? xmlNewStringInputStream(ctxt, (const xmlChar *)file->bytes) : NULL;
    if (input) /* its includes are relative to its name */
        input->filename = (char *)xmlStrdup((const xmlChar *)url);
    return input;
}

/* Where definitions are redefined, those of the same name that the tables are made from are not what counts.
 */
static bool redefines(const struct loading *loading)
{
    bool found = false;
    for (size_t i = 0; i < loading->n_files; i++)
        found |= strstr(loading->files[i].bytes, "redefine") != NULL;
    return found;
}

/* Sets libxml2's process-wide callbacks so that nothing is fetched or printed, and restores them. */
static void parse_quietly(xmlSchemaParserCtxtPtr parser, struct loading *loading,
                          struct kp_xml_schema *schema)
{
    xmlExternalEntityLoader loader = xmlGetExternalEntityLoader();
    xmlStructuredErrorFunc report = xmlStructuredError;
    void *report_to = xmlStructuredErrorContext;
    xmlSetExternalEntityLoader(open_input);
    xmlSetStructuredErrorFunc(loading, keep_first);
    schema->libxml2 = xmlSchemaParse(parser);
    if (schema->libxml2 && loading->detail->len == 0 && !redefines(loading))
        loading->no_memory |= kp_xsd_compile(schema->libxml2, &schema->tables) != KP_OK;
    xmlSetStructuredErrorFunc(report_to, report);
    xmlSetExternalEntityLoader(loader);
}

enum kp_status kp_xml_schema_load(const struct kp_xsd_file *files, size_t n_files, const char *name,
                                  struct kp_xml_schema **ret_schema, struct kp_buf *detail)
{
    struct loading loading = {files, n_files, detail, false};
    struct kp_xml_schema *made = calloc(1, sizeof(*made));
    char path[128];
    if (!made)
        return KP_E_SYSTEM;
    errno = 0; /* libxml2 does not report every lack of memory */
    xmlInitParser();
    (void)snprintf(path, sizeof(path), "%s%s", GIVEN, name);
    xmlSchemaParserCtxtPtr parser = xmlSchemaNewParserCtxt(path);
    if (parser) {
        xmlSchemaSetParserStructuredErrors(parser, keep_first, &loading);
        parse_quietly(parser, &loading, made);
        xmlSchemaFreeParserCtxt(parser);
    }
    loading.no_memory |= !parser || errno == ENOMEM;
    if (!made->libxml2 || detail->len > 0 || loading.no_memory) {
        kp_xml_schema_free(made);
        return loading.no_memory ? KP_E_SYSTEM : KP_E_USAGE;
    }
    *ret_schema = made;
    return KP_OK;
}

void kp_xml_schema_free(struct kp_xml_schema *schema)
{
    if (!schema)
        return;
    kp_xsd_free(schema->tables);
    xmlSchemaFree(schema->libxml2);
    free(schema);
}

bool kp_xml_schema_is_compiled(const struct kp_xml_schema *schema)
{
    return schema->tables != NULL;
}

/* libxml2's own messages quote contents. */
static const char *rule_of(int code, bool ending)
{
    static const struct {
        int code;
        const char *rule;
    } rules[] = {{XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1, "not of the type"},
                 {XML_SCHEMAV_CVC_LENGTH_VALID, "wrong length"},
                 {XML_SCHEMAV_CVC_MINLENGTH_VALID, "too short"},
                 {XML_SCHEMAV_CVC_MAXLENGTH_VALID, "too long"},
                 {XML_SCHEMAV_CVC_PATTERN_VALID, "not in the form"},
                 {XML_SCHEMAV_CVC_ENUMERATION_VALID, "not one of the values"},
                 {XML_SCHEMAV_CVC_COMPLEX_TYPE_2_1, "must be empty"},
                 {XML_SCHEMAV_CVC_COMPLEX_TYPE_2_2, "no element within"},
                 {XML_SCHEMAV_CVC_COMPLEX_TYPE_2_3, "no text within"},
                 {XML_SCHEMAV_ELEMENT_CONTENT, "not expected here"},
                 {XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1, "attribute not allowed"},
                 {XML_SCHEMAV_CVC_COMPLEX_TYPE_4, "attribute missing"},
                 {XML_SCHEMAV_CVC_AU, "attribute not of its fixed value"},
                 {XML_SCHEMAV_CVC_IDC, "the same twice, or a key missing"}};
    if (code == XML_SCHEMAV_ELEMENT_CONTENT && ending)
        return "lacks an element";
    for (size_t i = 0; i < KP_COUNT(rules); i++)
        if (rules[i].code == code)
            return rules[i].rule;
    return "libxml2 error";
}

/* Returns "?" for a name that cannot be one of the standard: it may contain anything. */
static const char *plain_name(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t n = name ? strspn(name, letters) : 0;
    return n > 0 && n <= 40 && name[n] == '\0' ? name : "?";
}

static void note_fault(void *ctx, error_ptr error)
{
    struct kp_xml_check *check = ctx;
    check->no_memory |= error->code == XML_ERR_NO_MEMORY;
    if (check->where[0] == '\0')
        (void)snprintf(check->where, sizeof(check->where), "<%s>, %s (%d)", plain_name(check->element),
                       rule_of(error->code, check->ending), error->code);
}

enum kp_status kp_xml_check_new(struct kp_xml_schema *schema, struct kp_xml_check **ret_check)
{
    struct kp_xml_check *check = calloc(1, sizeof(*check));
    if (!check || !(check->ctxt = xmlSchemaNewValidCtxt(schema->libxml2))) {
        free(check);
        return KP_E_SYSTEM;
    }
    check->schema = schema;
    xmlSchemaSetValidStructuredErrors(check->ctxt, note_fault, check);
    *ret_check = check;
    return KP_OK;
}

static void unplug(struct kp_xml_check *check)
{
    if (check->plug)
        (void)xmlSchemaSAXUnplug(check->plug); /* can only fail for an invalid plug */
    if (check->plugged)
        xmlSetStructuredErrorFunc(check->report_to, check->report);
    check->plug = NULL;
    check->plugged = false;
}

void kp_xml_check_free(struct kp_xml_check *check)
{
    if (!check)
        return;
    unplug(check);
    kp_xsd_run_free(check->run);
    xmlSchemaFreeValidCtxt(check->ctxt);
    free(check);
}

bool kp_xml_check_quick(struct kp_xml_check *check, bool quick)
{
    bool before = check->quick;
    check->quick = quick;
    return before;
}

/* Lets the tables judge the document if that is wanted, they exist, and there is memory for it. */
static bool begin_tables(struct kp_xml_check *check)
{
    if (!check->quick || !check->schema->tables)
        return false;
    if (!check->run)
        check->run = kp_xsd_run_new(check->schema->tables);
    if (check->run)
        kp_xsd_begin(check->run, check->ns);
    return check->run != NULL;
}

void kp_xml_check_begin(struct kp_xml_check *check, const char *ns)
{
    unplug(check); /* of a document that was abandoned */
    *check = (struct kp_xml_check){.schema = check->schema,
                                   .quick = check->quick,
                                   .run = check->run,
                                   .ctxt = check->ctxt,
                                   .ns = ns,
                                   .report = xmlStructuredError,
                                   .report_to = xmlStructuredErrorContext};
    check->by_tables = begin_tables(check);
    if (!check->by_tables)
        check->plug = xmlSchemaSAXPlug(check->ctxt, &check->sax, &check->user);
    check->plugged = check->by_tables || check->plug;
    check->no_memory = !check->plugged;
    if (check->plugged) /* without it libxml2 prints that it lacks memory */
        xmlSetStructuredErrorFunc(check, note_fault);
}

/* Returns whether the validator takes the start of an element or text. After a fault it only takes the ends
 * of open elements, without which libxml2 leaks. */
static bool takes(const struct kp_xml_check *check)
{
    errno = 0;
    return check->plug && !kp_xml_check_failed(check);
}

/* libxml2 does not report every lack of memory. */
static void note_memory(struct kp_xml_check *check)
{
    check->no_memory |= errno == ENOMEM;
}

static const xmlChar *chars(const char *s)
{
    return (const xmlChar *)s;
}

void kp_xml_check_start(struct kp_xml_check *check, const char *name, const struct kp_xml_attr *attrs,
                        size_t n_attrs)
{
    const xmlChar *attributes[KP_XML_MAX_ATTRIBUTES * 5];
    const xmlChar *namespaces[4] = {NULL, chars(check->ns), chars("xsi"), chars(XSI)};
    if (check->by_tables) {
        kp_xsd_start(check->run, name, attrs, n_attrs);
        return;
    }
    check->depth++;
    if (n_attrs > KP_XML_MAX_ATTRIBUTES) { /* the standard has no such element; the rest is not checked */
        if (check->where[0] == '\0')
            (void)snprintf(check->where, sizeof(check->where), "<%s>, too many attributes", plain_name(name));
    }
    if (!takes(check)) {
        check->in_root = true;
        check->n_skipped++;
        return;
    }
    for (size_t i = 0; i < n_attrs; i++) {
        const struct kp_xml_attr *a = &attrs[i];
        bool xsi = strncmp(a->name, "xsi:", 4) == 0;
        const xmlChar **slot = attributes + 5 * i;
        slot[0] = chars(xsi ? a->name + 4 : a->name);
        slot[1] = xsi ? chars("xsi") : NULL;
        slot[2] = xsi ? chars(XSI) : NULL;
        slot[3] = chars(a->value);
        slot[4] = chars(a->value + a->n);
    }
    check->element = name;
    check->ending = false;
    check->sax->startElementNs(check->user, chars(name), NULL, chars(check->ns), check->in_root ? 0 : 2,
                               check->in_root ? NULL : namespaces, (int)n_attrs, 0, attributes);
    check->in_root = true;
    note_memory(check);
}

void kp_xml_check_text(struct kp_xml_check *check, const char *text, size_t n)
{
    if (check->by_tables)
        kp_xsd_text(check->run, text, n);
    if (!takes(check))
        return;
    check->sax->characters(check->user, chars(text), (int)n);
    note_memory(check);
}

void kp_xml_check_end(struct kp_xml_check *check, const char *name)
{
    if (check->by_tables) {
        kp_xsd_end(check->run);
        return;
    }
    check->element = name;
    check->ending = true;
    check->depth--;
    if (check->n_skipped > 0) {
        check->n_skipped--;
        return;
    }
    errno = 0;
    if (!check->plug || check->no_memory)
        return;
    check->sax->endElementNs(check->user, chars(name), NULL, chars(check->ns));
    note_memory(check);
}

void kp_xml_check_repeated(struct kp_xml_check *check, const struct kp_xml_event *events, size_t n)
{
    if (check->by_tables) {
        kp_xsd_repeated(check->run, events, n);
        return;
    }
    for (const struct kp_xml_event *e = events; e < events + n; e++)
        if (e->attrs)
            kp_xml_check_start(check, e->name.text, e->attrs, e->n_attrs);
        else
            kp_xml_check_end(check, e->name.text);
}

bool kp_xml_check_failed(const struct kp_xml_check *check)
{
    return check->where[0] != '\0' || check->no_memory ||
           (check->by_tables && !kp_xsd_accepted(check->run, false));
}

enum kp_status kp_xml_check_finish(struct kp_xml_check *check, const char **ret_where)
{
    bool complete = check->by_tables
                        ? kp_xsd_accepted(check->run, true)
                        : check->in_root && check->depth == 0 && xmlSchemaIsValid(check->ctxt) == 1;
    bool valid = complete && !kp_xml_check_failed(check);
    if (!valid && check->where[0] == '\0')
        (void)snprintf(check->where, sizeof(check->where), "invalid");
    unplug(check);
    *ret_where = check->where;
    return check->no_memory ? KP_E_SYSTEM : valid ? KP_OK : KP_E_FAULT;
}
