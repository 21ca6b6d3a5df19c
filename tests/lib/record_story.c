#include "record_story.h"

struct kp_record record;
struct kp_findings findings;

unsigned item_at(const char *code)
{
    const struct kp_item *item = kp_item_find(&tables, code);
    if (!item)
        fail_msg("no item %s", code);
    return (unsigned)(item - tables.items);
}

struct kp_value *value_of(const char *code)
{
    return &record.values[item_at(code)];
}

unsigned only_finding(void)
{
    const struct kp_finding *f = findings.first;
    if (f && f->next)
        fail_msg("K%u and more", (unsigned)f->code);
    return f ? (unsigned)f->code : 0;
}

static void write_value(struct kp_buf *out, const char *code, const struct kp_value *v)
{
    static const char *const states[] = {[KP_VALUE_ABSENT] = "",
                                         [KP_VALUE_NOT_DONE] = "not done",
                                         [KP_VALUE_NOT_MEASURABLE] = "not measurable"};
    kp_buf_printf(out, " %s=%s%s", code,
                  v->limit == 'L'   ? "<"
                  : v->limit == 'H' ? ">"
                                    : "",
                  v->state == KP_VALUE_PRESENT ? v->text : states[v->state]);
    if (v->flag)
        kp_buf_printf(out, "!%c", v->flag);
    if (v->low || v->high)
        kp_buf_printf(out, "[%s..%s]", v->low ? v->low : "", v->high ? v->high : "");
}

const char *record_story(void)
{
    struct kp_buf out = {0};
    for (unsigned i = 0; i < KP_F__COUNT; i++)
        if (*record.field[i])
            kp_buf_printf(&out, " %s=%s", kp_field_name((enum kp_field)i), record.field[i]);
    for (size_t i = 0; i < tables.n_items; i++) {
        const struct kp_value *v = &record.values[i];
        if (v->state != KP_VALUE_ABSENT || v->flag || v->low || v->high)
            write_value(&out, tables.items[i].code, v);
    }
    for (const struct kp_finding *f = findings.first; f; f = f->next)
        kp_buf_printf(&out, " K%u", (unsigned)f->code);
    assert_true(kp_buf_ok(&out));
    const char *copy = kp_arena_strdup(&scratch, out.len ? kp_buf_text(&out) + 1 : "");
    kp_buf_release(&out);
    return copy;
}
