/* Passing failures on, and the size of an array. */
#pragma once

#include "kenporter.h"

/* Returns the status of expr from the calling function unless it is KP_OK. */
#define KP_TRY(expr)                                                                                         \
    do {                                                                                                     \
        enum kp_status kp_try_status = (expr);                                                               \
        if (kp_try_status != KP_OK)                                                                          \
            return kp_try_status;                                                                            \
    } while (0)

/* Stores the status of expr in st and jumps to the function's "out:" label unless it is KP_OK. */
#define KP_TRY_OUT(expr)                                                                                     \
    do {                                                                                                     \
        st = (expr);                                                                                         \
        if (st != KP_OK)                                                                                     \
            goto out;                                                                                        \
    } while (0)

#define KP_COUNT(array) (sizeof(array) / sizeof((array)[0]))
