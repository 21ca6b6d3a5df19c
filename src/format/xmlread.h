/*
 * A received XML document as a small tree: elements, attributes, the text directly within. Reading is strict:
 * UTF-8 only, no document type (so there are no entities to expand), no network, limits on depth and memory.
 * Layer 4.
 */
#ifndef KP_XMLREAD_H
#define KP_XMLREAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "format/xmlcheck.h"
#include "kenporter.h"

enum { KP_XML_TREE_MAX_DEPTH = 64 };

struct kp_node {
    const char *name;                /* without prefix */
    const char *text;                /* what stands directly within, in one piece; "" none */
    const struct kp_xml_attr *attrs; /* "xsi:..." and "xml:..." keep their prefix; xsi:type has the
                                      * type without its own; declarations of namespaces are left out */
    size_t n_attrs;
    const struct kp_node *first, *next; /* child, sibling; NULL none */
    bool text_first;                    /* some of the text stands before the first child */
    unsigned long line;
};

struct kp_tree {
    const struct kp_node *root;
    const char *ns;      /* the root's namespace, "" for none */
    unsigned long alien; /* line of the first element, attribute or xsi:type of another namespace; 0 none */
};

enum kp_xml_fault {
    KP_XML_SOUND,
    KP_XML_MALFORMED,
    KP_XML_ENCODING, /* not UTF-8, or declared as something else */
    KP_XML_DOCTYPE,  /* a document type: nothing in the exchange needs one, and entities are an attack */
    KP_XML_TOO_DEEP,
    KP_XML_TOO_LARGE /* for the arena */
};

/* Reads n bytes; the tree lives in the arena, whose max_bytes is the limit of memory. KP_E_FAULT: *ret_fault
 * says why, *ret_line where (0 unknown). */
enum kp_status kp_xml_read(struct kp_arena *arena, const char *bytes, size_t n, struct kp_tree *ret_tree,
                           enum kp_xml_fault *ret_fault, unsigned long *ret_line);

/* The first child of that name, or NULL; from may be NULL. */
const struct kp_node *kp_node_child(const struct kp_node *from, const char *name);
/* The next sibling of the same name, or NULL. */
const struct kp_node *kp_node_again(const struct kp_node *node);
/* Children by names joined with '/', each the first of its name; NULL when the way breaks off. */
const struct kp_node *kp_node_at(const struct kp_node *from, const char *path);
/* The attribute's value, "" when node or attribute is missing. */
const char *kp_node_attr(const struct kp_node *node, const char *name);

/* Hands the tree to a schema check as a document; kp_xml_check_finish then tells. Returns the line of the
 * first fault, 0 none. */
unsigned long kp_tree_check(const struct kp_tree *tree, struct kp_xml_check *check);

#endif
