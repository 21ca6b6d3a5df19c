#include "tables/names.h"

#include <string.h>

#include "base/status.h"

const char *const kp_command_names[] = {[KP_CMD_CHECK] = "check",
                                        [KP_CMD_EXPORT] = "export",
                                        [KP_CMD_PREPARE] = "prepare",
                                        [KP_CMD_RELEASE] = "release",
                                        NULL};
const char *const kp_age_rule_names[] = {[KP_AGE_BIRTHDAY] = "birthday", [KP_AGE_STATUTE] = "statute", NULL};
const char *const kp_audit_event_names[] = {
    [KP_AUDIT_ANY] = "any",         [KP_AUDIT_DISCLOSE] = "disclose", [KP_AUDIT_AGAIN] = "again",
    [KP_AUDIT_CORRECT] = "correct", [KP_AUDIT_RELEASE] = "release",   [KP_AUDIT_VOID] = "void",
    [KP_AUDIT_VOID + 1] = NULL};
const char *const kp_level_names[] = {
    [KP_LEVEL_NOTE] = "note",     [KP_LEVEL_WARN] = "warn", [KP_LEVEL_HOLD] = "hold",
    [KP_LEVEL_REJECT] = "reject", [KP_LEVEL_FAIL] = "fail", [KP_LEVEL__COUNT] = NULL};
const char *const kp_encoding_names[] = {
    [KP_ENC_AUTO] = "auto",        [KP_ENC_CP932] = "cp932",      [KP_ENC_UTF8] = "utf-8",
    [KP_ENC_UTF16LE] = "utf-16le", [KP_ENC_UTF16BE] = "utf-16be", NULL};
const char *const kp_encoding_options[] = {[KP_ENC_AUTO] = "auto",
                                           [KP_ENC_CP932] = "cp932",
                                           [KP_ENC_UTF8] = "utf-8",
                                           [KP_ENC_UTF16LE] = "utf-16",
                                           NULL};
const char *const kp_delimiter_names[] = {"auto", "comma", "tab", "semicolon", NULL};
const char kp_delimiters[] = {0, ',', '\t', ';'};
_Static_assert(KP_COUNT(kp_delimiter_names) == KP_COUNT(kp_delimiters) + 1, "a name for every delimiter");

const char *kp_level_name(enum kp_level level)
{
    return kp_level_names[level];
}

const char *kp_delimiter_name(char delimiter)
{
    size_t n = KP_COUNT(kp_delimiters) - 1;
    while (n > 0 && kp_delimiters[n] != delimiter)
        n--;
    return kp_delimiter_names[n];
}

bool kp_name_find(const char *const *names, const char *name, size_t *ret_index)
{
    for (size_t i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0) {
            *ret_index = i;
            return true;
        }
    return false;
}

bool kp_list_has(const char *list, const char *word)
{
    size_t n = strlen(word);
    if (strchr(word, ' '))
        return false;
    for (const char *at = list; n && (at = strstr(at, word)) != NULL; at += n)
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return true;
    return false;
}

bool kp_list_bits(const char *const *names, const char *list, unsigned *ret_bits)
{
    unsigned bits = 0;
    size_t length = 0;
    for (size_t i = 0; names[i]; i++)
        if (kp_list_has(list, names[i])) {
            bits |= 1u << i;
            length += strlen(names[i]) + (length > 0);
        }
    if (!bits || strlen(list) != length)
        return false;
    *ret_bits = bits;
    return true;
}
