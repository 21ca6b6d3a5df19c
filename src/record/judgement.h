/* The judgements of the standard form, メタボリックシンドローム判定 and 保健指導レベル, as pure functions of
 * struct kp_health. */
#pragma once

#include "record/record.h"

/* A number against a limit of schemas/judgement_limits.csv. */
struct kp_measure {
    bool known; /* the number exists and certainly lies on one side of the limit */
    bool met;   /* known, and on the side that counts as a risk */
};

enum kp_answer { KP_ANSWER_NONE, KP_ANSWER_YES, KP_ANSWER_NO };

enum kp_medicine { KP_MEDICINE_PRESSURE, KP_MEDICINE_GLUCOSE, KP_MEDICINE_LIPID, KP_MEDICINE__COUNT };

struct kp_health {
    char sex;                                    /* '1' male, '2' female, 0 unknown */
    struct kp_measure measures[KP_LIMIT__COUNT]; /* BMI: as recorded, else from height and weight */
    enum kp_answer medicine[KP_MEDICINE__COUNT];
    enum kp_answer smoking; /* "formerly, but not in the last month" is no */
};

#define KP_UNDECIDED "4" /* 判定不能, of both judgements */

/* Collects what the judgements depend on. "Not done" and "not measurable" are unknown; a waist that visceral
 * fat displaced still counts. */
void kp_health_of(const struct kp_record *record, struct kp_health *ret_health);

/* Returns a code of 1.2.392.200119.6.1008: "1" 基準該当, "2" 予備群該当, "3" 非該当, "4" 判定不能. */
const char *kp_judgement_metabolic(const struct kp_health *health);

/* Returns a code of 1.2.392.200119.6.3001: "1" 積極的支援, "2" 動機付け支援, "3" なし(情報提供), "4"
 * 判定不能. age, from 40 to 74, is the age at the end of the fiscal year of the examination. */
const char *kp_judgement_guidance(const struct kp_health *health, int age);
