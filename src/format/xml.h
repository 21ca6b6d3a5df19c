/* Writes an XML document as a stream of events that also feeds the schema check: what is validated is what is
 * written, and nothing is parsed again. Names are string constants; attribute values live until the next
 * event. Failures are sticky, for kp_xml_finish. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "format/xmlcheck.h"

enum { KP_XML_MAX_DEPTH = 32, KP_XML_MAX_PIECE_EVENTS = 8 };

/* Elements without text that many documents contain: their bytes and events. */
struct kp_xml_piece {
    const char *bytes;
    size_t n_bytes;
    struct kp_xml_event *events;
    size_t n_events;
};

struct kp_xml {
    struct kp_buf *out;
    struct kp_xml_check *check; /* NULL: write only */
    const char *ns;             /* default namespace, declared on the root */
    struct kp_xml_name stack[KP_XML_MAX_DEPTH];
    size_t depth;
    struct kp_xml_attr attrs[KP_XML_MAX_ATTRIBUTES];
    size_t n_attrs;
    bool tag_open;
    bool had_root;
    bool failed;                   /* a character XML forbids, events out of order, or more than the limits */
    struct kp_xml_piece *recorded; /* receives the events; NULL: none does */
    struct kp_arena *arena;        /* of the recorded piece */
};

/* Begins a document in out with the XML declaration. */
void kp_xml_begin(struct kp_xml *xml, struct kp_buf *out, struct kp_xml_check *check, const char *ns);
void kp_xml_start_named(struct kp_xml *xml, struct kp_xml_name name);
void kp_xml_attr_named(struct kp_xml *xml, struct kp_xml_name name, const char *value, size_t n);
void kp_xml_text(struct kp_xml *xml, const char *text);
void kp_xml_end(struct kp_xml *xml);
/* Returns whether the document is complete and well-formed. */
bool kp_xml_finish(struct kp_xml *xml);

/* Records what is written from now on. out is a scratch buffer, emptied first; attribute values live as long
 * as the piece, whose other memory is the arena's. Elements may remain open. */
void kp_xml_record(struct kp_xml *xml, struct kp_buf *out, struct kp_arena *arena,
                   struct kp_xml_piece *piece);
/* Ends recording. Returns false if what was written is not well-formed or memory is short. */
bool kp_xml_recorded(struct kp_xml *xml);
/* Writes a piece within the open element. */
void kp_xml_put(struct kp_xml *xml, const struct kp_xml_piece *piece);

/* Inline, so that the lengths of constants are constants. */
static inline void kp_xml_start(struct kp_xml *xml, const char *name)
{
    kp_xml_start_named(xml, (struct kp_xml_name){name, strlen(name)});
}

static inline void kp_xml_attr(struct kp_xml *xml, const char *name, const char *value)
{
    kp_xml_attr_named(xml, (struct kp_xml_name){name, strlen(name)}, value, strlen(value));
}

/* Writes an empty element with one attribute or, unless attr2 is NULL, two. */
static inline void kp_xml_leaf(struct kp_xml *xml, const char *name, const char *attr, const char *value,
                               const char *attr2, const char *value2)
{
    kp_xml_start(xml, name);
    kp_xml_attr(xml, attr, value);
    if (attr2)
        kp_xml_attr(xml, attr2, value2);
    kp_xml_end(xml);
}
