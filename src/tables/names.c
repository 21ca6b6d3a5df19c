#include "tables/names.h"

#include <string.h>

#include "base/status.h"

const char *const kp_command_names[] = {"check", "export", "prepare", "release", "roster", NULL};
const char *const kp_age_rule_names[] = {"birthday", "statute", NULL};
const char *const kp_exam_kind_names[] = {
    "auto",  "periodic", "hiring",        "specified_work", "overseas", "special", "dental",
    "stool", "stress",   "before_hiring", "private",        "insurer",  "unknown", NULL};
const char *const kp_membership_names[] = {"exam_day", "exam_day_and_request", NULL};
const char *const kp_level_names[] = {"note", "warn", "hold", "reject", "fail", NULL};
const char *const kp_reading_names[] = {"plain", "hours", "numbers", "unknown", "foreign", NULL};
const char *const kp_encoding_names[] = {"auto", "cp932", "utf-8", "utf-16le", "utf-16be", NULL};
const char *const kp_encoding_options[] = {"auto", "cp932", "utf-8", "utf-16", NULL};
const char *const kp_audit_event_names[] = {"any",      "disclose", "again",    "correct",  "release",
                                            "void",     "run",      "handover", "received", "returned",
                                            "recalled", "purge",    "reply",    NULL};
const char *const kp_delimiter_names[] = {"auto", "comma", "tab", "semicolon", NULL};
const char kp_delimiters[] = {0, ',', '\t', ';'};
_Static_assert(KP_COUNT(kp_delimiter_names) == KP_COUNT(kp_delimiters) + 1, "a name for every delimiter");

const struct kp_decision_words kp_column_decisions[] = {
    {"hours", "食後の時間として読みました", "read as hours since the meal"},
    {"numbers", "測定値の列のため使いません", "not used: measured numbers"},
    {"unknown", "数字の意味が分かりません", "what its digits mean is not known"},
    {"foreign", "数字が公式のコードではありません", "its digits are not the official codes"},
    {"wider", "対応表により、本来の項目より広く提供されます", "goes out more freely than its header says"},
    {NULL, NULL, NULL}};

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
    const size_t n = strlen(word);
    for (const char *at = list; n; at++) {
        const char *end = strchrnul(at, ' ');
        if ((size_t)(end - at) == n && memcmp(at, word, n) == 0)
            return true;
        if (!*end)
            break;
        at = end;
    }
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
