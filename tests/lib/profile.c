#include "profile.h"

#include <string.h>

#include "base/embedded.h"

enum kp_status load_profile(const char *name, struct kp_xml_schema **ret_schema)
{
    struct kp_xsd_file files[16];
    struct kp_buf detail = {0};
    size_t n = 0;
    for (const struct kp_embedded *e = kp_embedded_files; e->name && n < sizeof(files) / sizeof(files[0]);
         e++)
        if (strncmp(e->name, "xsd/", 4) == 0)
            files[n++] = (struct kp_xsd_file){e->name + 4, e->bytes, (size_t)(e->end - e->bytes)};
    enum kp_status st = kp_xml_schema_load(files, n, name, ret_schema, &detail);
    st = detail.len > 0 ? KP_E_FAULT : st;
    kp_buf_release(&detail);
    return st;
}
