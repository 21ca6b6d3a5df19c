/*
 * A document as one stream of events: start, attribute, text, end. Produced once, taken by a byte writer and
 * by the schema validator, so what is validated is what is written and nothing is parsed again.
 *
 * Element and attribute names are string constants; attribute values must live until the next event.
 * Characters that XML forbids are refused here, because a stream of events is not checked for
 * well-formedness. Layer 4.
 */
#ifndef KP_XML_H
#define KP_XML_H

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
    bool failed; /* a forbidden character, or nesting beyond the limits: a mistake of the caller or of its
                    data */
};

/* Begins a document in out with the XML declaration. */
void kp_xml_begin(struct kp_xml *xml, struct kp_buf *out, struct kp_xml_check *check, const char *ns);
void kp_xml_start(struct kp_xml *xml, const char *name);
void kp_xml_attr(struct kp_xml *xml, const char *name, const char *value);
void kp_xml_text(struct kp_xml *xml, const char *text);
void kp_xml_end(struct kp_xml *xml);
/* Start, one attribute or two (second may be NULL), end. */
void kp_xml_leaf(struct kp_xml *xml, const char *name, const char *attr, const char *value, const char *attr2,
                 const char *value2);
/* True when the document is complete and everything in it was acceptable XML. */
bool kp_xml_finish(struct kp_xml *xml);

#endif
