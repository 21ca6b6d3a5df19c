/*
 * A mapping file for an export that nobody has mapped yet: what is recognised, what may be meant, what is left, with
 * the shape of the values and never a value. Layer 12.
 */
#ifndef KP_PROPOSE_H
#define KP_PROPOSE_H

#include "run/run.h"
#include "input/shape.h"

/* What a look at the first rows tells of one column. */
struct kp_column_look {
    uint64_t filled;
    struct kp_shapes shapes;
    uint64_t kana;     /* values that can be a kana name */
    uint64_t known;    /* values that the column's suggested code field knows */
    uint64_t dashes;   /* lone ones */
    bool has_negative; /* and other spellings of what a dash would mean here */
};

struct kp_look {
    struct kp_column_look *columns; /* as many as the mapping has */
    uint64_t rows;
    bool dash_is_empty; /* a lone dash stands in some column where it can only mean nothing */
};

enum { KP_LOOK_ROWS = 2000 };

/* Looks at the first KP_LOOK_ROWS rows of the input. Reports what stops the reading: KP_E_INPUT. */
enum kp_status kp_look_at(struct kp_run *run, struct kp_input *input, struct kp_look *ret_look);

/* Writes the mapping file; counts go to ret. */
void kp_propose_write(struct kp_run *run, const struct kp_input *input, const struct kp_look *look,
                      struct kp_buf *out, struct kp_proposal *ret);

#endif
