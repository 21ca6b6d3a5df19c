/* A schema compiled into tables, which cost a fraction of libxml2's validator. They accept a document or are
 * unsure of it; what they do not accept, libxml2 judges from its beginning. They may never accept what
 * libxml2 rejects. */
#pragma once

#include <libxml/xmlschemas.h>
#include <libxml/schemasInternals.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "format/xmlevent.h"
#include "kenporter.h"

/* In a content model, a type, a key; a schema with more has no tables. */
enum { KP_XSD_PLACES = 63, KP_XSD_ATTRIBUTES = 32, KP_XSD_KEYED = 4 };

/* Names are pointers into the dictionary of the schema: equal names are the same pointer. */
struct kp_xsd_attribute {
    const xmlChar *name;
    bool required;
    const char *fixed;     /* or NULL */
    xmlSchemaTypePtr type; /* or NULL: accepts nothing */
};

/* One place of an element in a content model; the automaton's states are sets of places. */
struct kp_xsd_place {
    const struct kp_xsd_element *element;
    uint64_t follow; /* places that may come next */
};

/* A complex type, or the simple type of an element. */
struct kp_xsd_type {
    const struct kp_xsd_type *base; /* of a complex type, or NULL */
    bool abstract, mixed, may_be_empty;
    xmlSchemaTypePtr text; /* of simple content, or NULL */
    struct kp_xsd_attribute attributes[KP_XSD_ATTRIBUTES];
    struct kp_xsd_place places[KP_XSD_PLACES];
    size_t n_attributes, n_places;
    uint64_t first, last; /* places */
};

struct kp_xsd_element {
    const xmlChar *name;
    bool no_types; /* xsi:type is not allowed */
    const struct kp_xsd_type *type;
    const xmlChar *key;                 /* xs:key: the attribute that tells certain children apart, or NULL */
    const xmlChar *keyed[KP_XSD_KEYED]; /* those children */
};

/* Read-only after compiling, so all threads share it. Simple types are those of libxml2's schema, whose nodes
 * of complex types and elements point to their tables. */
struct kp_xsd {
    struct kp_arena arena;
    xmlSchemaPtr schema;
    struct kp_xsd_type document; /* its content is the root */
    xmlDictPtr names;
};

/* Compiles a schema of libxml2, which must outlive the tables. errno is 0 before. *ret_xsd is NULL if there
 * is a construct that is not known here: then libxml2 alone can validate. Returns KP_E_SYSTEM if memory is
 * short; does not report. */
enum kp_status kp_xsd_compile(xmlSchemaPtr schema, struct kp_xsd **ret_xsd);
void kp_xsd_free(struct kp_xsd *xsd);

/* The documents of one thread; their events are those of kp_xml_check. */
struct kp_xsd_run *kp_xsd_run_new(const struct kp_xsd *xsd);
void kp_xsd_run_free(struct kp_xsd_run *run);
void kp_xsd_begin(struct kp_xsd_run *run, const char *ns);
void kp_xsd_start(struct kp_xsd_run *run, const char *name, const struct kp_xml_attr *attrs, size_t n_attrs);
void kp_xsd_text(struct kp_xsd_run *run, const char *text, size_t n);
void kp_xsd_end(struct kp_xsd_run *run);
/* Takes starts and ends that many documents repeat. They outlive the run, which remembers by their address
 * where they lead. */
void kp_xsd_repeated(struct kp_xsd_run *run, const struct kp_xml_event *events, size_t n);
/* Returns whether the events are a valid document or, unless complete, may begin one. false means unsure. */
bool kp_xsd_accepted(const struct kp_xsd_run *run, bool complete);
