/* The files of schemas/, built into the program so that it runs from anywhere. */
#pragma once

#include <stddef.h>

struct kp_embedded {
    const char *name; /* path below schemas/: items.csv, xsd/hc08_V08.xsd */
    const char *bytes;
    const char *end; /* one past the last byte; a NUL follows */
};

/* Returns NULL if there is no such file. */
const struct kp_embedded *kp_embedded_find(const char *name);
/* Returns the i-th file in order of name, or NULL past the last. */
const struct kp_embedded *kp_embedded_at(size_t i);
