/* Reads a received XML document into a small tree of elements, attributes and text. Reading is strict: UTF-8
 * only, no document type (hence no entities to expand), no network, limits on depth and memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "format/xmlcheck.h"
#include "kenporter.h"

enum { KP_XML_TREE_MAX_DEPTH = 64 };

struct kp_node {
    const char *name; /* without prefix */
    const char *text; /* directly inside, joined around the children; "" if none */
    /* Names keep the prefixes xsi: and xml:. A type of the document's own namespace in xsi:type loses its
     * prefix. Namespace declarations are left out. */
    const struct kp_xml_attr *attrs;
    size_t n_attrs;
    const struct kp_node *first, *next; /* child, sibling; may be NULL */
    bool text_first;                    /* text precedes the first child */
    unsigned long line;
};

struct kp_tree {
    const struct kp_node *root;
    const char *ns;      /* the root's namespace, "" if none */
    unsigned long alien; /* line of the first element, attribute or xsi:type of another namespace; 0: none */
};

enum kp_xml_fault {
    KP_XML_SOUND,
    KP_XML_MALFORMED,
    KP_XML_ENCODING, /* not UTF-8, or declared as something else */
    KP_XML_DOCTYPE,  /* a document type: the exchange needs none, and entities are an attack */
    KP_XML_TOO_DEEP,
    KP_XML_TOO_LARGE /* for the arena */
};

/* Reads n bytes into the arena, whose max_bytes limits the memory. Does not report: returns KP_E_FAULT with
 * the reason in *ret_fault and its line in *ret_line (0: unknown), or KP_E_SYSTEM if libxml2 cannot start. */
enum kp_status kp_xml_read(struct kp_arena *arena, const char *bytes, size_t n, struct kp_tree *ret_tree,
                           enum kp_xml_fault *ret_fault, unsigned long *ret_line);

/* Returns the first child of that name, or NULL; from may be NULL. */
const struct kp_node *kp_node_child(const struct kp_node *from, const char *name);
/* Returns the next sibling of the same name, or NULL. */
const struct kp_node *kp_node_again(const struct kp_node *node);
/* Follows the names joined with '/' through first children of each name; returns NULL if one is missing. */
const struct kp_node *kp_node_at(const struct kp_node *from, const char *path);
/* Returns the attribute's value, "" if node or attribute is missing. */
const char *kp_node_attr(const struct kp_node *node, const char *name);

/* Passes the tree to a schema check, for kp_xml_check_finish: to the tables if quick, and to libxml2 unless
 * they accept it. Returns the line of the first fault, or 0. */
unsigned long kp_tree_check(const struct kp_tree *tree, struct kp_xml_check *check, bool quick);

/* Validates a document from its bytes, by libxml2 alone. Returns as kp_xml_check_finish does. */
enum kp_status kp_xml_check_again(struct kp_xml_check *check, const char *bytes, size_t n,
                                  const char **ret_where);
