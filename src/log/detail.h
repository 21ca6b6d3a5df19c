/* Reads the JSON in the column `detail` of a log, which this program wrote. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"

/* Finds a string, number or boolean by the names on its way ("registers.consents") and copies it into the
 * arena, strings without quotes and escapes. Returns false if it is missing or null, the text is no such
 * JSON, or memory is short (arena->failed). */
bool kp_detail_get(struct kp_arena *arena, const char *detail, const char *path, const char **ret_text);
