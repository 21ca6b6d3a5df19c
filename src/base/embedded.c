#include "base/embedded.h"

#include <string.h>

const struct kp_embedded *kp_embedded_find(const char *name)
{
    for (const struct kp_embedded *file = kp_embedded_files; file->name; file++)
        if (strcmp(file->name, name) == 0)
            return file;
    return NULL;
}
