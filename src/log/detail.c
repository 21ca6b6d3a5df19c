#include "log/detail.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

/* Returns the end of the string that begins at a quote, or NULL. */
static const char *after_string(const char *at)
{
    for (at++; *at && *at != '"'; at++)
        if (*at == '\\' && *++at == '\0')
            return NULL;
    return *at ? at + 1 : NULL;
}

/* Returns the end of a value, or NULL. */
static const char *after_value(const char *at)
{
    size_t depth = 0;
    do {
        if (*at == '"') {
            at = after_string(at);
            if (!at)
                return NULL;
            continue;
        }
        depth += *at == '{' || *at == '[';
        if (depth == 0) {
            size_t n = strcspn(at, ",}]");
            return n ? at + n : NULL;
        }
        depth -= *at == '}' || *at == ']';
        if (*at++ == '\0')
            return NULL;
    } while (depth > 0);
    return at;
}

static void add_escaped(struct kp_buf *out, const char **at)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    const char *which = strchr(from, **at);
    if (**at == 'u') {
        char hex[5] = "";
        strncpy(hex, *at + 1, 4);
        kp_utf8_put(out, (int32_t)strtoul(hex, NULL, 16));
        *at += strlen(hex);
    } else {
        kp_buf_char(out, which ? to[which - from] : **at);
    }
}

static char *copy_value(struct kp_arena *arena, const char *at, const char *end)
{
    struct kp_buf text = {0};
    if (*at != '"')
        return kp_arena_strndup(arena, at, (size_t)(end - at));
    for (at++; at + 1 < end; at++) {
        if (*at == '\\') {
            at++;
            add_escaped(&text, &at);
        } else {
            kp_buf_char(&text, *at);
        }
    }
    char *copy = kp_buf_ok(&text) ? kp_arena_strdup(arena, kp_buf_text(&text)) : kp_arena_fail(arena);
    kp_buf_release(&text);
    return copy;
}

/* Returns the value of a member, n bytes of name, of the object at that place, or NULL. */
static const char *member(const char *at, const char *name, size_t n)
{
    if (*at != '{')
        return NULL;
    while (at && at[1] == '"') {
        const char *key = at + 2, *end = after_string(at + 1);
        if (!end || *end != ':')
            return NULL;
        if ((size_t)(end - 1 - key) == n && strncmp(key, name, n) == 0)
            return end + 1;
        at = after_value(end + 1);
        if (at && *at != ',')
            return NULL;
    }
    return NULL;
}

bool kp_detail_get(struct kp_arena *arena, const char *detail, const char *path, const char **ret_text)
{
    const char *at = detail;
    while (at && *path) {
        size_t n = strcspn(path, ".");
        at = member(at, path, n);
        path += n + (path[n] == '.');
    }
    const char *end = at ? after_value(at) : NULL;
    if (!end || strncmp(at, "null", 4) == 0 || *at == '{' || *at == '[')
        return false;
    const char *text = copy_value(arena, at, end);
    if (!text)
        return false;
    *ret_text = text;
    return true;
}
