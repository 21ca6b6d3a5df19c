/*
 * One released record as one HL7 CDA document of the V08 standard form, and the index of a bundle. Layer 9.
 */
#ifndef KP_CDA_WRITE_H
#define KP_CDA_WRITE_H

#include "format/xml.h"
#include "law/registers.h"
#include "law/rule.h"
#include "record/record.h"

/* Everything beside the record that stands in a document. Strings in the width the standard asks for. */
struct kp_cda_frame {
    const struct kp_org *sender; /* author of the file; number overridden by the insurer's row */
    const struct kp_insurer *insurer;
    struct kp_date created;
};

/* As what a record is handed over: 報告区分, プログラム種別, and the section of its items. */
struct kp_category {
    const char *report, *programme, *section;
};

/* The export's own codes win; else the insurer's row for the age band says them. */
struct kp_category kp_category_of(const struct kp_insurer *insurer, const struct kp_record *record,
                                  enum kp_band band);

/*
 * Writes the document of a record for which decision says release; only items with a ground are touched.
 * xml is begun and finished here. False when the record holds what XML forbids (the caller reports it).
 * Order and contents are those of the V08 standard form.
 */
bool kp_cda_write(struct kp_xml *xml, struct kp_buf *out, struct kp_xml_check *check,
                  const struct kp_tables *tables, const struct kp_record *record,
                  const struct kp_decision *decision, const struct kp_cda_frame *frame,
                  struct kp_arena *arena);

/* ix08_V08.xml: who sends what to whom, how many documents. */
bool kp_index_write(struct kp_buf *out, struct kp_xml_check *check, const struct kp_insurer *insurer,
                    struct kp_date created, uint64_t documents);

#endif
