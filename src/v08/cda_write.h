/* Writes a released record as one HL7 CDA document of the V08 standard form. */
#pragma once

#include "format/xml.h"
#include "law/registers.h"
#include "law/rule.h"
#include "record/record.h"
#include "v08/cda_forms.h"

/* What a document is made from. The sender's texts are in the width that the standard asks for. */
struct kp_cda_source {
    const struct kp_record *record;
    const struct kp_decision *decision; /* releases the record */
    const struct kp_org *sender;        /* its number is replaced by the insurer's sender_number */
    const struct kp_insurer *insurer;
    struct kp_date created;
    const struct kp_cda_forms *forms; /* of the record's tables */
};

/* 報告区分, プログラム種別, and the section code of the check-up items. */
struct kp_category {
    const char *report, *programme, *section;
};

/* The codes of the export take precedence over the insurer's codes for the age band. */
struct kp_category kp_category_of(const struct kp_insurer *insurer, const struct kp_record *record,
                                  enum kp_band band);

/* Appends the document to out, with only those items that have a ground, and passes it to check (may be
 * NULL). Returns false if a value contains characters that XML forbids or memory is short; does not
 * report. */
bool kp_cda_write(struct kp_buf *out, struct kp_xml_check *check, const struct kp_cda_source *source,
                  struct kp_arena *arena);
