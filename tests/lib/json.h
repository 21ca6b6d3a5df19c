/* Looks up numbers in the JSON that the program prints, without parsing it. */
#pragma once

#include "support.h"

/* Returns the first member `name` after the text `from` (NULL: the beginning), or -1 if there is none. */
long json_number(const char *json, const char *from, const char *name);
