/* Reads an untrusted document back into a record. Checks what the schema cannot: real dates, codes of the
 * tables, and the type, unit, digits, code list, method, group and order of every entry. */
#pragma once

#include "format/xmlread.h"
#include "tables/diag.h"
#include "record/record.h"

enum { KP_DOCUMENT_SECTIONS = 4 };

struct kp_document {
    /* Fields in normal form; values as written, numbers with all decimals of the item. */
    struct kp_record record;
    struct kp_date created; /* unset if it is not a date */
    struct kp_org author;   /* of the file: number, name and phone, "" if missing */
    struct {
        const char *code, *title;
    } sections[KP_DOCUMENT_SECTIONS];
    size_t n_sections;
    int *section_of; /* by item: index of its section, -1 if the item is absent */
};

/* Reads a tree whose root is a ClinicalDocument. Faults become findings. Invalid fields and numbers are left
 * out of the record; invalid text and codes stay in it. Strings live in the arena or the tree. Returns
 * KP_E_SYSTEM if the arena is out of memory; does not report. */
enum kp_status kp_cda_read(const struct kp_tables *tables, const struct kp_tree *tree, struct kp_arena *arena,
                           struct kp_findings *findings, struct kp_document *ret_document);
