/* Looks up numbers in the JSON that the program prints, without parsing it. */
#ifndef KP_TEST_JSON_H
#define KP_TEST_JSON_H

#include "support.h"

/* Returns the first member `name` after the text `from` (NULL: the beginning), or -1 if there is none. */
long json_number(const char *json, const char *from, const char *name);

#endif
