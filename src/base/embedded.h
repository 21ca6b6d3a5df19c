/* The files of schemas/, built into the program so that it runs from anywhere. */
#pragma once

struct kp_embedded {
    const char *name; /* path below schemas/: items.csv, xsd/hc08_V08.xsd */
    const char *bytes;
    const char *end; /* one past the last byte; a NUL follows */
};

/* In order of name; ends with a NULL name. Generated. */
extern const struct kp_embedded kp_embedded_files[];

/* Returns NULL if there is no such file. */
const struct kp_embedded *kp_embedded_find(const char *name);
