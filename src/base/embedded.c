#include "base/embedded.h"

#include <string.h>

extern const struct kp_embedded kp_embedded_files[]; /* generated; ends with a NULL name */

const struct kp_embedded *kp_embedded_at(size_t i)
{
    size_t n = 0;
    while (n < i && kp_embedded_files[n].name)
        n++;
    return kp_embedded_files[n].name ? &kp_embedded_files[n] : NULL;
}

const struct kp_embedded *kp_embedded_find(const char *name)
{
    for (const struct kp_embedded *file = kp_embedded_files; file->name; file++)
        if (strcmp(file->name, name) == 0)
            return file;
    return NULL;
}
