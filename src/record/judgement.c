#include "record/judgement.h"

#include <string.h>

#include "base/status.h"

#define ITEM_MEDICINE_PRESSURE "9N701000000000011"
#define ITEM_MEDICINE_GLUCOSE "9N706000000000011"
#define ITEM_MEDICINE_LIPID "9N711000000000011"
#define ITEM_SMOKING "9N736000000000011"

enum { ACTIVE = '1', MOTIVATING = '2', NONE = '3' };         /* guidance */
enum { METABOLIC = '1', NEARLY = '2', NOT_METABOLIC = '3' }; /* metabolic syndrome */

/* --- what the record tells --- */

static enum kp_answer answer_of(const struct kp_tables *tables, const struct kp_record *record,
                                const char *item)
{
    const struct kp_value *value = kp_result_of(tables, record, item);
    return !value ? KP_ANSWER_NONE : strcmp(value->text, "1") == 0 ? KP_ANSWER_YES : KP_ANSWER_NO;
}

/* A mark says that the number may be less or more: then it tells only where that lies on the same side of the
 * limit. */
static struct kp_measure measure(const struct kp_judgement_limit *limit, struct kp_decimal number, char mark)
{
    bool reached = kp_decimal_compare(number, limit->limit) >= 0;
    bool open = reached ? mark == 'L' : mark == 'H';
    return (struct kp_measure){.known = !open, .met = !open && reached != limit->below};
}

static struct kp_measure measure_of(const struct kp_tables *tables, const struct kp_record *record,
                                    enum kp_limit which)
{
    const struct kp_judgement_limit *limit = &tables->limits[which];
    const struct kp_value *value = kp_measured_of(tables, record, limit->items);
    struct kp_decimal number;
    if (value && kp_decimal_parse(value->text, strlen(value->text), &number))
        return measure(limit, number, value->limit);
    if (which == KP_LIMIT_BMI && kp_bmi(tables, record, &number))
        return measure(limit, number, 0);
    return (struct kp_measure){0};
}

void kp_health_of(const struct kp_tables *tables, const struct kp_record *record,
                  struct kp_health *ret_health)
{
    struct kp_health h = {.sex = *record->field[KP_F_SEX]};
    static const char *const medicines[] = {ITEM_MEDICINE_PRESSURE, ITEM_MEDICINE_GLUCOSE,
                                            ITEM_MEDICINE_LIPID};
    for (size_t i = 0; i < KP_LIMIT__COUNT; i++)
        h.measures[i] = measure_of(tables, record, (enum kp_limit)i);
    for (size_t i = 0; i < KP_COUNT(medicines); i++)
        h.medicine[i] = answer_of(tables, record, medicines[i]);
    h.smoking = answer_of(tables, record, ITEM_SMOKING);
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

/* 腹囲 says nothing without the sex. */
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

/* met: the category counts. sound: nothing is missing that it could turn on. */
struct category {
    bool met, sound;
};

static struct category pressure_category(const struct kp_health *h)
{
    enum kp_answer medicine = h->medicine[KP_MEDICINE_PRESSURE];
    return (struct category){.met = medicine == KP_ANSWER_YES || has_pressure(h),
                             .sound = medicine != KP_ANSWER_NONE && pressure_is_known(h)};
}

/* Casual glucose is no criterion; where it stands alone, only a category that is met without it is sound. */
static struct category glucose_category(const struct kp_health *h)
{
    enum kp_answer medicine = h->medicine[KP_MEDICINE_GLUCOSE];
    bool fasting = known(h, KP_LIMIT_METABOLIC_GLUCOSE), casual = known(h, KP_LIMIT_GUIDANCE_CASUAL_GLUCOSE);
    bool high = met(h, fasting ? KP_LIMIT_METABOLIC_GLUCOSE : KP_LIMIT_METABOLIC_HBA1C);
    struct category c = {.met = medicine == KP_ANSWER_YES || high};
    c.sound =
        medicine != KP_ANSWER_NONE && (fasting || known(h, KP_LIMIT_METABOLIC_HBA1C) || (casual && c.met));
    return c;
}

static struct category lipid_category(const struct kp_health *h)
{
    enum kp_answer medicine = h->medicine[KP_MEDICINE_LIPID];
    struct category c = {.met = medicine == KP_ANSWER_YES || met(h, KP_LIMIT_TG) || met(h, KP_LIMIT_HDL)};
    c.sound = medicine != KP_ANSWER_NONE && known(h, KP_LIMIT_HDL) &&
              (known(h, KP_LIMIT_TG) || (known(h, KP_LIMIT_CASUAL_TG) && c.met));
    return c;
}

char kp_judgement_metabolic(const struct kp_health *h)
{
    bool fat = met(h, KP_LIMIT_VISCERAL_FAT);
    if (!fat && !waist_of(h).known)
        return KP_UNDECIDED;
    if (!fat && !waist_of(h).met)
        return NOT_METABOLIC;
    const struct category categories[] = {pressure_category(h), glucose_category(h), lipid_category(h)};
    int count = 0;
    bool sound = true;
    for (size_t i = 0; i < KP_COUNT(categories); i++) {
        count += categories[i].met;
        sound &= categories[i].sound;
    }
    if (count >= 2)
        return METABOLIC;
    if (!sound)
        return KP_UNDECIDED;
    return count == 1 ? NEARLY : NOT_METABOLIC;
}

/* --- guidance level --- */

/* Fasting glucose decides; without it HbA1c; casual glucose only where there is neither. */
static bool has_glucose_risk(const struct kp_health *h)
{
    static const enum kp_limit order[] = {KP_LIMIT_GUIDANCE_GLUCOSE, KP_LIMIT_GUIDANCE_HBA1C,
                                          KP_LIMIT_GUIDANCE_CASUAL_GLUCOSE};
    for (size_t i = 0; i < KP_COUNT(order); i++)
        if (known(h, order[i]))
            return met(h, order[i]);
    return false;
}

static bool has_lipid_risk(const struct kp_health *h)
{
    return met(h, known(h, KP_LIMIT_TG) ? KP_LIMIT_TG : KP_LIMIT_CASUAL_TG) || met(h, KP_LIMIT_HDL);
}

static bool risks_are_known(const struct kp_health *h)
{
    bool glucose = known(h, KP_LIMIT_GUIDANCE_GLUCOSE) || known(h, KP_LIMIT_GUIDANCE_HBA1C) ||
                   known(h, KP_LIMIT_GUIDANCE_CASUAL_GLUCOSE);
    return glucose && (known(h, KP_LIMIT_TG) || known(h, KP_LIMIT_CASUAL_TG)) && known(h, KP_LIMIT_HDL) &&
           pressure_is_known(h);
}

static bool any_medicine(const struct kp_health *h, enum kp_answer answer)
{
    for (size_t i = 0; i < KP_MEDICINE__COUNT; i++)
        if (h->medicine[i] == answer)
            return true;
    return false;
}

/* Step 1 is met, by the belly or else by BMI, which takes one risk more for each level. */
static char level_by_risks(const struct kp_health *h, bool by_belly)
{
    int risks = has_glucose_risk(h) + has_lipid_risk(h) + has_pressure(h);
    int enough = by_belly ? 2 : 3; /* for active support */
    if (risks == 0)
        return risks_are_known(h) ? NONE : KP_UNDECIDED;
    if (any_medicine(h, KP_ANSWER_NONE))
        return KP_UNDECIDED; /* a medicine would change the level */
    if (risks == enough - 1 && h->smoking == KP_ANSWER_NONE)
        return KP_UNDECIDED;
    return risks + (h->smoking == KP_ANSWER_YES) >= enough ? ACTIVE : MOTIVATING;
}

char kp_judgement_guidance(const struct kp_health *h, int age)
{
    enum { OLDER = 65 };
    if (any_medicine(h, KP_ANSWER_YES))
        return NONE;
    struct kp_measure belly =
        known(h, KP_LIMIT_VISCERAL_FAT) ? h->measures[KP_LIMIT_VISCERAL_FAT] : waist_of(h);
    if (!belly.known || (!belly.met && !known(h, KP_LIMIT_BMI)))
        return KP_UNDECIDED;
    if (!belly.met && !met(h, KP_LIMIT_BMI))
        return NONE;
    char level = level_by_risks(h, belly.met);
    return level == ACTIVE && age >= OLDER ? MOTIVATING : level;
}
