/* What every document writes of an item: made once, put into the documents of all threads. */
#pragma once

#include "format/xml.h"
#include "tables/tables.h"

/* Sections of a document. */
enum kp_cda_place { KP_CDA_NOWHERE, KP_CDA_CHECK_UP, KP_CDA_ADDITIONAL };

enum { KP_NARRATIVE_ITEMS = 6 };

struct kp_cda_code {
    const char *code;
    struct kp_xml_piece value; /* <value> with that code */
};

struct kp_cda_item {
    struct kp_xml_piece
        head; /* <entry> or, in a group, <entryRelationship>, to the code of the observation */
    struct kp_xml_piece method; /* <methodCode>; empty without one */
    struct kp_cda_code *codes;  /* of its code list, for exams whose form has that list */
    size_t n_codes;
    enum kp_cda_place place;
    bool may_be_detailed; /* its place is KP_CDA_ADDITIONAL unless there is a reason */
    size_t group;         /* 一連検査グループ, from 1; 0: none */
    size_t group_end;     /* one more than the index of the last item of the group */
};

struct kp_cda_forms {
    struct kp_cda_item *items; /* as in the tables */
    size_t n_groups;
    struct kp_xml_piece group_head; /* from <entry> to the code of the observation that contains a group */
    struct kp_xml_piece no_id;
    struct kp_xml_piece custodian;
    const struct kp_item *shown[KP_NARRATIVE_ITEMS]; /* in the narrative; NULL: the tables lack it */
};

/* Makes the forms in the arena. Returns KP_E_FAULT if the name of an item contains characters that XML
 * forbids, or KP_E_SYSTEM if memory is short; does not report. */
enum kp_status kp_cda_forms_make(const struct kp_tables *tables, struct kp_arena *arena,
                                 const struct kp_cda_forms **ret_forms);
