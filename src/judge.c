#include "judge.h"

#include <string.h>

#include "status.h"

#define ITEM_MEDICINE_PRESSURE "9N701000000000011"
#define ITEM_MEDICINE_GLUCOSE "9N706000000000011"
#define ITEM_MEDICINE_LIPID "9N711000000000011"
#define ITEM_SMOKING "9N736000000000011"

enum { ACTIVE = '1', MOTIVATING = '2', NONE = '3', UNDECIDED = '4' };          /* guidance */
enum { METABOLIC = '1', NEARLY = '2', NOT_METABOLIC = '3', UNDECIDABLE = '4' }; /* metabolic syndrome */

/* --- what the record tells --- */

static enum kp_answer answer_of(const struct kp_tables *tables, const struct kp_record *record, const char *item)
{
    const struct kp_value *value = kp_result_of(tables, record, item);
    return !value ? KP_ANSWER_NONE : strcmp(value->text, "1") == 0 ? KP_ANSWER_YES : KP_ANSWER_NO;
}

void kp_health_of(const struct kp_tables *tables, const struct kp_record *record, struct kp_health *ret_health)
{
    struct kp_health h = {.sex = *record->field[KP_F_SEX]};
    const struct {
        const char *prefix;
        struct kp_measure *to;
    } numbers[] = {{"9N0210000", &h.visceral_fat},   {"9N01616", &h.waist},
                   {KP_PREFIX_BMI, &h.bmi},          {"9A75", &h.systolic},
                   {"9A76", &h.diastolic},           {"3F0150000", &h.fasting_tg},
                   {"3F0151299", &h.casual_tg},      {KP_PREFIX_HDL, &h.hdl},
                   {"3D0100000", &h.fasting_glucose}, {"3D0101299", &h.casual_glucose},
                   {"3D0460000", &h.hba1c}};
    static const char *const medicines[] = {ITEM_MEDICINE_PRESSURE, ITEM_MEDICINE_GLUCOSE, ITEM_MEDICINE_LIPID};
    for (size_t i = 0; i < KP_COUNT(numbers); i++)
        numbers[i].to->known = kp_number_of(tables, record, numbers[i].prefix, &numbers[i].to->value);
    if (!h.bmi.known)
        h.bmi.known = kp_bmi(tables, record, &h.bmi.value);
    for (size_t i = 0; i < KP_COUNT(medicines); i++)
        h.medicine[i] = answer_of(tables, record, medicines[i]);
    h.smoking = answer_of(tables, record, ITEM_SMOKING);
    *ret_health = h;
}

/* --- shared by both judgements --- */

static bool at_least(struct kp_measure m, int64_t units, unsigned scale)
{
    return m.known && kp_decimal_compare(m.value, (struct kp_decimal){units, scale}) >= 0;
}

static bool below(struct kp_measure m, int64_t units)
{
    return m.known && kp_decimal_compare(m.value, (struct kp_decimal){units, 0}) < 0;
}

static bool is_fat(const struct kp_health *h)
{
    enum { LIMIT_CM2 = 100 };
    return at_least(h->visceral_fat, LIMIT_CM2, 0);
}

/* 腹囲 says nothing without the sex. */
static bool waist_tells(const struct kp_health *h)
{
    return h->waist.known && (h->sex == '1' || h->sex == '2');
}

static bool is_wide(const struct kp_health *h)
{
    enum { MALE_CM = 85, FEMALE_CM = 90 };
    return waist_tells(h) && at_least(h->waist, h->sex == '1' ? MALE_CM : FEMALE_CM, 0);
}

static bool has_pressure(const struct kp_health *h)
{
    return at_least(h->systolic, 130, 0) || at_least(h->diastolic, 85, 0);
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
                             .sound = medicine != KP_ANSWER_NONE && h->systolic.known && h->diastolic.known};
}

/* Casual glucose is no criterion; where it stands alone, only a category that is met without it is sound. */
static struct category glucose_category(const struct kp_health *h)
{
    enum kp_answer medicine = h->medicine[KP_MEDICINE_GLUCOSE];
    bool high = h->fasting_glucose.known ? at_least(h->fasting_glucose, 110, 0) : at_least(h->hba1c, 60, 1);
    struct category c = {.met = medicine == KP_ANSWER_YES || high};
    c.sound = medicine != KP_ANSWER_NONE &&
              (h->fasting_glucose.known || h->hba1c.known || (h->casual_glucose.known && c.met));
    return c;
}

static struct category lipid_category(const struct kp_health *h)
{
    enum kp_answer medicine = h->medicine[KP_MEDICINE_LIPID];
    struct category c = {.met = medicine == KP_ANSWER_YES || at_least(h->fasting_tg, 150, 0) || below(h->hdl, 40)};
    c.sound = medicine != KP_ANSWER_NONE && h->hdl.known && (h->fasting_tg.known || (h->casual_tg.known && c.met));
    return c;
}

char kp_judge_metabolic(const struct kp_health *h)
{
    if (!is_fat(h) && !waist_tells(h))
        return UNDECIDABLE;
    if (!is_fat(h) && !is_wide(h))
        return NOT_METABOLIC;
    const struct category categories[] = {pressure_category(h), glucose_category(h), lipid_category(h)};
    int met = 0;
    bool sound = true;
    for (size_t i = 0; i < KP_COUNT(categories); i++) {
        met += categories[i].met;
        sound &= categories[i].sound;
    }
    if (met >= 2)
        return METABOLIC;
    if (!sound)
        return UNDECIDABLE;
    return met == 1 ? NEARLY : NOT_METABOLIC;
}

/* --- guidance level --- */

/* Fasting glucose decides; without it HbA1c; casual glucose only where there is neither. */
static bool has_glucose_risk(const struct kp_health *h)
{
    if (h->fasting_glucose.known)
        return at_least(h->fasting_glucose, 100, 0);
    return h->hba1c.known ? at_least(h->hba1c, 56, 1) : at_least(h->casual_glucose, 100, 0);
}

static bool has_lipid_risk(const struct kp_health *h)
{
    bool high = h->fasting_tg.known ? at_least(h->fasting_tg, 150, 0) : at_least(h->casual_tg, 175, 0);
    return high || below(h->hdl, 40);
}

static bool risks_are_known(const struct kp_health *h)
{
    bool glucose = h->fasting_glucose.known || h->hba1c.known || h->casual_glucose.known;
    return glucose && (h->fasting_tg.known || h->casual_tg.known) && h->hdl.known && h->systolic.known &&
           h->diastolic.known;
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
        return risks_are_known(h) ? NONE : UNDECIDED;
    if (any_medicine(h, KP_ANSWER_NONE))
        return UNDECIDED; /* a medicine would change the level */
    if (risks == enough - 1 && h->smoking == KP_ANSWER_NONE)
        return UNDECIDED;
    return risks + (h->smoking == KP_ANSWER_YES) >= enough ? ACTIVE : MOTIVATING;
}

char kp_judge_guidance(const struct kp_health *h, int age)
{
    enum { OLDER = 65, OBESE_BMI = 25 };
    if (any_medicine(h, KP_ANSWER_YES))
        return NONE;
    bool told = h->visceral_fat.known || waist_tells(h);
    bool by_belly = h->visceral_fat.known ? is_fat(h) : is_wide(h);
    if (!told || (!by_belly && !h->bmi.known))
        return UNDECIDED;
    if (!by_belly && !at_least(h->bmi, OBESE_BMI, 0))
        return NONE;
    char level = level_by_risks(h, by_belly);
    return level == ACTIVE && age >= OLDER ? MOTIVATING : level;
}
