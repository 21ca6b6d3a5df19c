#include "log/log_key.h"

#include <errno.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "base/text.h"

struct kp_identity kp_identity_of_record(const struct kp_record *record)
{
    const char *const *f = record->field;
    return (struct kp_identity){f[KP_F_INSURER_NUMBER], f[KP_F_INSURED_SYMBOL], f[KP_F_INSURED_NUMBER],
                                f[KP_F_INSURED_BRANCH], f[KP_F_BIRTH_DATE],     f[KP_F_EXAM_DATE]};
}

struct kp_identity kp_identity_of_entry(const char *const c[KP_LOG__COUNT])
{
    return (struct kp_identity){c[KP_LOG_INSURER_NUMBER], c[KP_LOG_INSURED_SYMBOL], c[KP_LOG_INSURED_NUMBER],
                                c[KP_LOG_INSURED_BRANCH], c[KP_LOG_BIRTH_DATE],     c[KP_LOG_EXAM_DATE]};
}

/* One vendor writes 0045 where another writes 45. */
static const char *without_padding(const char *text)
{
    if (kp_all_digits(text))
        while (text[0] == '0' && text[1])
            text++;
    return text;
}

char *kp_identity_text(struct kp_arena *arena, struct kp_identity id)
{
    const char *symbol = kp_text_value_key(arena, id.symbol);
    const char *number = kp_text_value_key(arena, id.number);
    if (!symbol || !number)
        return NULL;
    return kp_arena_printf(arena, "%s\x1f%s\x1f%s\x1f%s\x1f%s\x1f%s", id.insurer, without_padding(symbol),
                           without_padding(number), id.branch, id.birth, id.exam);
}

char *kp_person_text(struct kp_arena *arena, const char *name_kana, const char *birth, const char *exam)
{
    char *text = kp_arena_printf(arena, "person\x1f%s\x1f%s\x1f%s", name_kana, birth, exam);
    if (text)
        kp_text_enlarge_kana(text);
    return text;
}

const char *kp_number_key(struct kp_arena *arena, const char *number)
{
    const char *key = kp_text_value_key(arena, number);
    return key ? without_padding(key) : NULL;
}

bool kp_same_number(struct kp_arena *arena, const char *a, const char *b)
{
    const char *x = kp_number_key(arena, a), *y = kp_number_key(arena, b);
    return x && y && strcmp(x, y) == 0;
}

enum kp_status kp_log_key(const char *identity, uint8_t ret_key[KP_LOG_KEY_BYTES])
{
    uint8_t digest[KP_SHA256_BYTES];
    if (kp_sha256_of(identity, strlen(identity), digest) != KP_OK)
        return kp_log_no_memory();
    memcpy(ret_key, digest, KP_LOG_KEY_BYTES);
    return KP_OK;
}
