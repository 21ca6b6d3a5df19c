#include "record/judgement.h"

#include <string.h>

#include "record/derived.h"
#include "record/item_codes.h"

/* Codes of the guidance level and of metabolic syndrome. */
#define ACTIVE "1"
#define MOTIVATING "2"
#define NO_GUIDANCE "3"
#define METABOLIC "1"
#define NEARLY_METABOLIC "2"
#define NOT_METABOLIC "3"

static enum kp_answer answer_of(const struct kp_record *record, const char *item)
{
    const struct kp_value *value = kp_result_of(record, item);
    return !value ? KP_ANSWER_NONE : strcmp(value->text, "1") == 0 ? KP_ANSWER_YES : KP_ANSWER_NO;
}

/* A marked number may be lower (L) or higher (H) than it says: it is known if that cannot cross the limit. */
static struct kp_measure measure_of(const struct kp_record *record, enum kp_limit which)
{
    const struct kp_judgement_limit *limit = &record->tables->limits[which];
    const struct kp_value *value = kp_measured_of(record, limit->items);
    struct kp_decimal number;
    if (!kp_value_number(value, &number) && (which != KP_LIMIT_BMI || !kp_bmi(record, &number)))
        return (struct kp_measure){0};
    bool reached = kp_decimal_compare(number, limit->limit) >= 0;
    bool known = !value || value->limit != (reached ? 'L' : 'H');
    return (struct kp_measure){.known = known, .met = known && reached != limit->below};
}

void kp_health_of(const struct kp_record *record, struct kp_health *ret_health)
{
    static const char *const medicines[KP_MEDICINE__COUNT] = {
        KP_ITEM_MEDICINE_PRESSURE, KP_ITEM_MEDICINE_GLUCOSE, KP_ITEM_MEDICINE_LIPID};
    struct kp_health h = {.sex = *record->field[KP_F_SEX], .smoking = answer_of(record, KP_ITEM_SMOKING)};
    for (size_t i = 0; i < KP_LIMIT__COUNT; i++)
        h.measures[i] = measure_of(record, (enum kp_limit)i);
    for (size_t i = 0; i < KP_MEDICINE__COUNT; i++)
        h.medicine[i] = answer_of(record, medicines[i]);
    *ret_health = h;
}

/* --- shared by both judgements --- */

static bool known(const struct kp_health *h, enum kp_limit limit)
{
    return h->measures[limit].known;
}

static bool met(const struct kp_health *h, enum kp_limit limit)
{
    return h->measures[limit].met;
}

/* The limit of 腹囲 depends on the sex. */
static struct kp_measure waist_of(const struct kp_health *h)
{
    return h->sex == '1'   ? h->measures[KP_LIMIT_WAIST_MALE]
           : h->sex == '2' ? h->measures[KP_LIMIT_WAIST_FEMALE]
                           : (struct kp_measure){0};
}

static bool has_pressure(const struct kp_health *h)
{
    return met(h, KP_LIMIT_SYSTOLIC) || met(h, KP_LIMIT_DIASTOLIC);
}

static bool pressure_is_known(const struct kp_health *h)
{
    return known(h, KP_LIMIT_SYSTOLIC) && known(h, KP_LIMIT_DIASTOLIC);
}

/* --- metabolic syndrome --- */

struct category {
    bool met;      /* counts */
    bool complete; /* no value it depends on is missing */
};

static struct category pressure_category(const struct kp_health *h)
{
    enum kp_answer medicine = h->medicine[KP_MEDICINE_PRESSURE];
    return (struct category){.met = medicine == KP_ANSWER_YES || has_pressure(h),
                             .complete = medicine != KP_ANSWER_NONE && pressure_is_known(h)};
}

/* Casual glucose is no criterion: alone, it completes the category only if a medicine meets it. */
static struct category glucose_category(const struct kp_health *h)
{
    enum kp_answer medicine = h->medicine[KP_MEDICINE_GLUCOSE];
    bool fasting = known(h, KP_LIMIT_METABOLIC_GLUCOSE), casual = known(h, KP_LIMIT_GUIDANCE_CASUAL_GLUCOSE);
    bool high = met(h, fasting ? KP_LIMIT_METABOLIC_GLUCOSE : KP_LIMIT_METABOLIC_HBA1C);
    struct category c = {.met = medicine == KP_ANSWER_YES || high};
    c.complete =
        medicine != KP_ANSWER_NONE && (fasting || known(h, KP_LIMIT_METABOLIC_HBA1C) || (casual && c.met));
    return c;
}

static struct category lipid_category(const struct kp_health *h)
{
    enum kp_answer medicine = h->medicine[KP_MEDICINE_LIPID];
    struct category c = {.met = medicine == KP_ANSWER_YES || met(h, KP_LIMIT_TG) || met(h, KP_LIMIT_HDL)};
    c.complete = medicine != KP_ANSWER_NONE && known(h, KP_LIMIT_HDL) &&
                 (known(h, KP_LIMIT_TG) || (known(h, KP_LIMIT_CASUAL_TG) && c.met));
    return c;
}

const char *kp_judgement_metabolic(const struct kp_health *h)
{
    bool fat = met(h, KP_LIMIT_VISCERAL_FAT);
    if (!fat && !waist_of(h).known)
        return KP_UNDECIDED;
    if (!fat && !waist_of(h).met)
        return NOT_METABOLIC;
    struct category pressure = pressure_category(h), glucose = glucose_category(h), lipid = lipid_category(h);
    int count = pressure.met + glucose.met + lipid.met;
    if (count >= 2)
        return METABOLIC;
    if (!pressure.complete || !glucose.complete || !lipid.complete)
        return KP_UNDECIDED;
    return count == 1 ? NEARLY_METABOLIC : NOT_METABOLIC;
}

/* --- guidance level --- */

/* Fasting glucose decides, else HbA1c, else casual glucose. */
static struct kp_measure glucose_of(const struct kp_health *h)
{
    return h->measures[known(h, KP_LIMIT_GUIDANCE_GLUCOSE) ? KP_LIMIT_GUIDANCE_GLUCOSE
                       : known(h, KP_LIMIT_GUIDANCE_HBA1C) ? KP_LIMIT_GUIDANCE_HBA1C
                                                           : KP_LIMIT_GUIDANCE_CASUAL_GLUCOSE];
}

static bool any_medicine(const struct kp_health *h, enum kp_answer answer)
{
    for (size_t i = 0; i < KP_MEDICINE__COUNT; i++)
        if (h->medicine[i] == answer)
            return true;
    return false;
}

/* The level once step 1 is met: by the belly, or by the BMI alone, which takes one more risk.
 * From 65 on the level is at most motivating. */
static const char *level_by_risks(const struct kp_health *h, bool by_belly, int age)
{
    enum { NO_ACTIVE_FROM = 65 };
    struct kp_measure glucose = glucose_of(h);
    struct kp_measure tg = h->measures[known(h, KP_LIMIT_TG) ? KP_LIMIT_TG : KP_LIMIT_CASUAL_TG];
    bool complete = glucose.known && tg.known && known(h, KP_LIMIT_HDL) && pressure_is_known(h);
    int risks = glucose.met + (tg.met || met(h, KP_LIMIT_HDL)) + has_pressure(h);
    int enough = by_belly ? 2 : 3; /* for active support */
    if (risks == 0)
        return complete ? NO_GUIDANCE : KP_UNDECIDED;
    if (any_medicine(h, KP_ANSWER_NONE))
        return KP_UNDECIDED; /* a medicine would change the level */
    if (risks == enough - 1 && h->smoking == KP_ANSWER_NONE)
        return KP_UNDECIDED;
    bool active = risks + (h->smoking == KP_ANSWER_YES) >= enough;
    return active && age < NO_ACTIVE_FROM ? ACTIVE : MOTIVATING;
}

const char *kp_judgement_guidance(const struct kp_health *h, int age)
{
    if (any_medicine(h, KP_ANSWER_YES))
        return NO_GUIDANCE;
    struct kp_measure belly =
        known(h, KP_LIMIT_VISCERAL_FAT) ? h->measures[KP_LIMIT_VISCERAL_FAT] : waist_of(h);
    if (!belly.known || (!belly.met && !known(h, KP_LIMIT_BMI)))
        return KP_UNDECIDED;
    if (!belly.met && !met(h, KP_LIMIT_BMI))
        return NO_GUIDANCE;
    return level_by_risks(h, belly.met, age);
}
