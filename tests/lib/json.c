#include "json.h"

#include "kept.h"

long json_number(const char *json, const char *from, const char *name)
{
    const char *member = textf("\"%s\": ", name);
    const char *at = from ? strstr(json, from) : json;
    at = at ? strstr(at, member) : NULL;
    return at ? strtol(at + strlen(member), NULL, 10) : -1;
}
