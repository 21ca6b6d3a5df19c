/* What the first rows of an export say about its columns: how many cells are filled, and with what shapes. */
#pragma once

#include "input/input.h"
#include "input/shape.h"

struct kp_column_survey {
    uint64_t filled;
    struct kp_shapes shapes;
    uint64_t kana;           /* values that can be a name in kana */
    uint64_t qualifications; /* values that are words for the insured or dependants */
    uint64_t dashes;         /* cells with only a dash, in which a code of the item is a dash */
    bool has_negative;       /* another spelling of that code occurs, too */
};

struct kp_survey {
    struct kp_column_survey *columns; /* as many as the mapping has */
    uint64_t rows;                    /* looked at */
    bool dash_is_empty;               /* in some column a dash can only mean "no value" */
};

/* Surveys the only input of inputs, and judges the digits of its columns by all rows. The result lives in the
 * context's arena. Reports failures: KP_E_INPUT, KP_E_SYSTEM. */
enum kp_status kp_survey(struct kp_context *ctx, struct kp_inputs *inputs, char delimiter,
                         struct kp_survey *ret_survey);
