/* A record and its findings under test, and one string that says what became of them:
 *
 *     9N141000000000011=2 3D010000001926101=99 K3018 K3017
 *
 * are the fields and values present, then the codes of the findings, in order. A value reads "120", "<35" or
 * ">1000" with its limit, "120!H" with its mark, "120[70..129]" with its reference range. */
#pragma once

#include "tables.h"

#include "record/record.h"

/* Items. */
#define HEIGHT "9N001000000000001"   /* NNN.N cm, 100 to 250 */
#define WEIGHT "9N006000000000001"   /* NNN.N kg */
#define SYSTOLIC "9A751000000000001" /* NNN mm[Hg], 60 to 300 */
#define MEAL "9N141000000000011"
#define FASTING_GLUCOSE "3D010000001926101" /* NNNN mg/dL, 20 to 600 */
#define CASUAL_GLUCOSE "3D010129901926101"  /* NNNN mg/dL, no range */
#define TG "3F015000002327101"              /* NNNNN mg/dL, 10 to 2000 */
#define HBA1C "3D046000001920402"           /* NN.N %, 3 to 20 */
#define CRP "5C070000002306201"             /* NNN.N mg/dL, no range */
#define PROTEIN "3A010000002327101"         /* NN.N g/dL */
#define GRAVITY "1A030000000190301"         /* N.NNN, no unit */
#define WHITE_CELLS "2A010000001930101"     /* NNNNNNN /mm3 */
#define RED_CELLS "2A020000001930101"       /* NNNN 10*4/mm3 */
#define PLATELETS "2A050000001930101"       /* NNN 10*4/mm3 */
#define VITAL_CAPACITY "9C310000000000001"  /* NN.N L */
#define URINE_PROTEIN "1A010000000190111"
#define URINE_SUGAR "1A020000000190111"
#define OCCULT_BLOOD "1B030000001599811"
#define SMOKING "9N736000000000011"
#define ECG_FLAG "9A110160700000011"
#define ECG_TEXT "9A110160800000049"
#define HISTORY_FLAG "9N056000000000011"
#define HISTORY_TEXT "9N056160400000049"
#define WORK_HISTORY "9N051000000000049"
#define JUDGEMENT "9N511000000000049"
#define DOCTOR "9N516000000000049"
#define REASON "9N512000000000011" /* why there is no result */

extern struct kp_record record;
extern struct kp_findings findings;

/* Returns the index of an item in `tables` and `record`; fails the test if there is none. */
unsigned item_at(const char *code);
struct kp_value *value_of(const char *code);

/* Returns the code of the only finding, 0 without findings; fails the test if there are more. */
unsigned only_finding(void);

/* Returns the string for `record` and `findings`, in `scratch`. */
const char *record_story(void);
