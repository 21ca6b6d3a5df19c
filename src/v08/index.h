/* The index of a bundle, ix08_V08.xml: sender, receiver, purpose, number of documents. */
#pragma once

#include "format/xml.h"
#include "format/xmlread.h"
#include "law/registers.h"

/* Texts are "" where the index lacks them. */
struct kp_index {
    const char *interaction_type, *service_event;
    const char *sender, *receiver; /* numbers; "" if malformed */
    struct kp_date created;        /* unset if it is not a date */
    uint64_t documents;
};

/* Writes the index of a bundle. Returns false if a value contains characters that XML forbids. */
bool kp_index_write(struct kp_buf *out, struct kp_xml_check *check, const struct kp_insurer *insurer,
                    struct kp_date created, uint64_t documents);

/* Reads an index; its texts live as long as the tree. Malformed values become findings. */
void kp_index_read(const struct kp_tree *tree, struct kp_findings *findings, struct kp_index *ret_index);
