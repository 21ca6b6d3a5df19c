/* Events of a document, and schema files: what the two validators have in common. */
#pragma once

#include <stddef.h>

enum { KP_XML_MAX_ATTRIBUTES = 8 };

struct kp_xml_attr {
    const char *name; /* without prefix, except "xsi:..." and "xml:..." */
    const char *value;
    size_t n;
};

struct kp_xml_name {
    const char *text;
    size_t n;
};

/* The start of an element, or its end: attrs is NULL. */
struct kp_xml_event {
    struct kp_xml_name name;
    const struct kp_xml_attr *attrs;
    size_t n_attrs;
};

/* A schema file in memory. */
struct kp_xsd_file {
    const char *name;  /* relative to the set: hc08_V08.xsd, coreschemas/voc_hcgv08.xsd */
    const char *bytes; /* a NUL follows */
    size_t n;
};
