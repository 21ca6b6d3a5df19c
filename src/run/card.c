#include "run/card.h"

#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "base/text.h"

static const enum kp_field FIELDS[] = {KP_F_INSURED_SYMBOL, KP_F_INSURED_NUMBER};

/* Returns the length that an earlier run stated for the field; false if it stated none. */
static bool earlier_length(const char *lengths, enum kp_field field, size_t *ret_length)
{
    const char *name = kp_field_name(field);
    for (struct kp_word word; kp_next_word(&lengths, " ", &word);)
        if (word.n == strlen(name) && strncmp(word.at, name, word.n) == 0 && kp_digits(lengths)) {
            *ret_length = strtoul(lengths, NULL, 10);
            return true;
        }
    return false;
}

void kp_check_card(const struct kp_record *record, const struct kp_insurer *insurer, const char *earlier,
                   struct kp_findings *findings)
{
    const struct kp_lengths *const allowed[] = {&insurer->symbol_length, &insurer->number_length};
    struct kp_arena *arena = findings->arena;
    for (size_t i = 0; i < KP_COUNT(FIELDS); i++) {
        const char *text = record->field[FIELDS[i]], *name = kp_field_name(FIELDS[i]);
        size_t n = kp_utf8_length(text), before = n;
        unsigned least = allowed[i]->least, most = allowed[i]->most;
        if (kp_refused(findings, name) || (!n && kp_fields[FIELDS[i]].required))
            continue; /* reported */
        const char *length = kp_arena_printf(arena, "%zu", n);
        if (earlier_length(earlier, FIELDS[i], &before) && before != n)
            kp_findings_add(findings, KP_K_CARD_CHANGED, name, text, kp_arena_printf(arena, "%zu", before),
                            length);
        else if (most && (n < least || n > most))
            kp_findings_add(findings, KP_K_CARD_LENGTH, name, text, length,
                            kp_arena_printf(arena, least < most ? "%u-%u" : "%u", least, most));
    }
}

void kp_add_lengths(const struct kp_record *record, const char *earlier, const struct kp_findings *findings,
                    struct kp_buf *out)
{
    size_t before = out->len;
    for (size_t i = 0; i < KP_COUNT(FIELDS); i++) {
        const char *name = kp_field_name(FIELDS[i]);
        bool refused = !record || kp_refused(findings, name);
        size_t length = refused ? 0 : kp_utf8_length(record->field[FIELDS[i]]);
        if (earlier_length(earlier, FIELDS[i], &length) || !refused)
            kp_buf_printf(out, "%s%s %zu", out->len > before ? " " : "", name, length);
    }
}
