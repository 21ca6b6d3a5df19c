/* Writes an XML document as a stream of events that also feeds the schema check: what is validated is what is
 * written, and nothing is parsed again. Names are string constants; attribute values live until the next
 * event. Failures are sticky, for kp_xml_finish. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "format/xmlcheck.h"

enum { KP_XML_MAX_DEPTH = 32 };

struct kp_xml {
    struct kp_buf *out;
    struct kp_xml_check *check; /* NULL: write only */
    const char *ns;             /* default namespace, declared on the root */
    const char *stack[KP_XML_MAX_DEPTH];
    size_t depth;
    struct kp_xml_attr attrs[KP_XML_MAX_ATTRIBUTES];
    size_t n_attrs;
    bool tag_open;
    bool had_root;
    bool failed; /* a character XML forbids, events out of order, or more than the limits */
};

/* Begins a document in out with the XML declaration. */
void kp_xml_begin(struct kp_xml *xml, struct kp_buf *out, struct kp_xml_check *check, const char *ns);
void kp_xml_start(struct kp_xml *xml, const char *name);
void kp_xml_attr(struct kp_xml *xml, const char *name, const char *value);
void kp_xml_text(struct kp_xml *xml, const char *text);
void kp_xml_end(struct kp_xml *xml);
/* Writes an empty element with one attribute or, unless attr2 is NULL, two. */
void kp_xml_leaf(struct kp_xml *xml, const char *name, const char *attr, const char *value, const char *attr2,
                 const char *value2);
/* Returns whether the document is complete and well-formed. */
bool kp_xml_finish(struct kp_xml *xml);
