/*
 * Validation by XML Schema: the events of a document are handed to libxml2's validator as they are written.
 * One schema object serves all threads; each thread has a check of its own, used again for every document.
 * Layer 3.
 */
#ifndef KP_XMLCHECK_H
#define KP_XMLCHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "kenporter.h"

enum { KP_XML_MAX_ATTRIBUTES = 8 };

struct kp_xml_attr {
    const char *name; /* "xsi:type" and "xsi:schemaLocation" are the only ones with a prefix */
    const char *value;
    size_t n;
};

struct kp_xml_schema; /* read-only after loading */
struct kp_xml_check;

/* One schema file in memory. */
struct kp_xsd_file {
    const char *name;  /* relative to the set: hc08_V08.xsd, coreschemas/voc_hcgv08.xsd */
    const char *bytes; /* a NUL follows */
    size_t n;
};

/* Loads the schema of that name with what it includes, all of it out of the given files: nothing is opened,
 * on disk or in a network. The files may go afterwards. KP_E_USAGE when it does not load; detail then says
 * why. */
enum kp_status kp_xml_schema_load(const struct kp_xsd_file *files, size_t n_files, const char *name,
                                  struct kp_xml_schema **ret_schema, struct kp_buf *detail);
void kp_xml_schema_free(struct kp_xml_schema *schema);

/* A check against a schema that outlives it. Errors: KP_E_SYSTEM. */
enum kp_status kp_xml_check_new(const struct kp_xml_schema *schema, struct kp_xml_check **ret_check);
void kp_xml_check_free(struct kp_xml_check *check);

/* Called by the event stream. ns is the document's default namespace, which the first element declares. */
void kp_xml_check_begin(struct kp_xml_check *check, const char *ns);
void kp_xml_check_start(struct kp_xml_check *check, const char *name, const struct kp_xml_attr *attrs,
                        size_t n_attrs);
void kp_xml_check_text(struct kp_xml_check *check, const char *text, size_t n);
void kp_xml_check_end(struct kp_xml_check *check, const char *name);

/* Has a fault been found in what was handed over so far? */
bool kp_xml_check_failed(const struct kp_xml_check *check);

/* Ends the document. True when it was valid; otherwise *ret_where names the element at fault, what is wrong
 * and libxml2's number. It never quotes contents: libxml2's own messages would. Live until the next document.
 */
bool kp_xml_check_finish(struct kp_xml_check *check, const char **ret_where);

#endif
