/*
 * The two judgements of the standard form that follow from measured values: メタボリックシンドローム判定 and
 * 保健指導レベル. Pure functions of what stands in struct kp_health. Layer 9.
 */
#ifndef KP_JUDGEMENT_H
#define KP_JUDGEMENT_H

#include "record/derived.h"
#include "record/record.h"

#define KP_ITEM_METABOLIC "9N501000000000011"
#define KP_ITEM_GUIDANCE "9N506000000000011"

/* A number against a limit of schemas/judgement_limits.csv. */
struct kp_measure {
    bool known; /* there is one, and it lies on one side of the limit for certain */
    bool met;   /* on the side that counts */
};

enum kp_answer { KP_ANSWER_NONE, KP_ANSWER_YES, KP_ANSWER_NO };

enum kp_medicine { KP_MEDICINE_PRESSURE, KP_MEDICINE_GLUCOSE, KP_MEDICINE_LIPID, KP_MEDICINE__COUNT };

struct kp_health {
    char sex;                                    /* '1' male, '2' female, 0 unknown */
    struct kp_measure measures[KP_LIMIT__COUNT]; /* BMI: as recorded, else computed from height and weight */
    enum kp_answer medicine[KP_MEDICINE__COUNT];
    enum kp_answer smoking; /* "formerly, not in the last month" is no */
};

enum { KP_UNDECIDED = '4' }; /* 判定不能, of both judgements */

/* What the record tells; not done and not measurable are unknown. A waist that visceral fat displaced still
 * counts. */
void kp_health_of(const struct kp_tables *tables, const struct kp_record *record,
                  struct kp_health *ret_health);

/* Code of 1.2.392.200119.6.1008: '1' 基準該当, '2' 予備群該当, '3' 非該当, '4' 判定不能. */
char kp_judgement_metabolic(const struct kp_health *health);

/* Code of 1.2.392.200119.6.3001: '1' 積極的支援, '2' 動機付け支援, '3' なし(情報提供), '4' 判定不能. age is
 * that at the end of the fiscal year of the examination, and lies in the band of 40 to 74. */
char kp_judgement_guidance(const struct kp_health *health, int age);

#endif
