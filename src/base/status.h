/* TRY: the one way to pass a failure on to the function's "out:" label. Layer 0. */
#ifndef KP_STATUS_H
#define KP_STATUS_H

#include "kenporter.h"

#define KP_TRY(expr)                                                                                                   \
    do {                                                                                                               \
        st = (expr);                                                                                                   \
        if (st != KP_OK)                                                                                               \
            goto out;                                                                                                  \
    } while (0)

#define KP_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
