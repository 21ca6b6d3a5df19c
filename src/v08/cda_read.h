/*
 * A received document, read back into a record: the way of cda.h in the other direction, for a document that
 * nobody vouches for. What the schema cannot say is checked on the way: real dates, codes of the tables, and
 * what the item catalogue says of every entry (type, unit, digits, list, method, group, order). Layer 10.
 */
#ifndef KP_CDA_READ_H
#define KP_CDA_READ_H

#include "format/xmlread.h"
#include "tables/diag.h"
#include "record/record.h"

#define KP_CDA_NAMESPACE "urn:hl7-org:v3"
#define KP_INDEX_NAMESPACE "https://www.mhlw.go.jp/stf/seisakunitsuite/bunya/0000161103.html"

enum { KP_DOCUMENT_SECTIONS = 4 };

struct kp_document {
    struct kp_record
        record; /* fields in normal form; values as they stand, numbers with all decimals of the item */
    struct kp_date created; /* unset when it is not a day */
    struct kp_org author;   /* who made the file; "" where nothing stands */
    struct {
        const char *code, *title;
    } sections[KP_DOCUMENT_SECTIONS];
    size_t n_sections;
    int *section_of; /* by item: index of its section, -1 where it is absent */
};

/* Reads a tree whose root is a ClinicalDocument. Faults are findings; fields and numbers at fault are left
 * out of the record, words and codes stay in it. Strings live in the arena or the tree. Errors: KP_E_SYSTEM
 * (memory). */
enum kp_status kp_cda_read(const struct kp_tables *tables, const struct kp_tree *tree, struct kp_arena *arena,
                           struct kp_findings *findings, struct kp_document *ret_document);

/* The index of an archive, ix08_V08.xml; "" where nothing stands. */
struct kp_index {
    const char *interaction_type, *service_event;
    const char *sender, *receiver; /* numbers; "" when they are none */
    struct kp_date created;
    uint64_t documents;
};

void kp_index_read(const struct kp_tree *tree, struct kp_findings *findings, struct kp_index *ret_index);

#endif
