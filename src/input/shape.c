#include "input/shape.h"

#include <inttypes.h>
#include <string.h>

#include "base/status.h"
#include "base/text.h"

enum { LONGEST = 24, RUN = 4, SHOWN = 3 };

static int32_t kind_of(int32_t c)
{
    static const struct {
        int32_t first, last, kind;
    } kinds[] = {{'0', '9', '9'},          {'A', 'Z', 'X'},
                 {'a', 'z', 'x'},          {' ', ' ', '_'},
                 {0x3000, 0x3000, '_'},    {0xff10, 0xff19, 0xff19},
                 {0xff21, 0xff3a, 0xff38}, {0xff41, 0xff5a, 0xff58},
                 {0xff66, 0xff9f, 0xff71}, {0x3041, 0x309f, 0x3042},
                 {0x30a1, 0x30ff, 0x30a2}, {0x3400, 0x9fff, 0x6f22},
                 {0xf900, 0xfaff, 0x6f22}, {0x20000, 0x2ffff, 0x6f22},
                 {0x3005, 0x3007, 0x6f22}};
    for (size_t i = 0; i < KP_COUNT(kinds); i++)
        if (c >= kinds[i].first && c <= kinds[i].last)
            return kinds[i].kind;
    return '?';
}

static bool stays(int32_t before, int32_t c, const char *rest)
{
    bool sign = c < 0x80 && strchr("-/.:,", (int)c) != NULL;
    int32_t after = sign ? kp_utf8_next(&rest) : -1;
    return sign && before != '?' && before != '_' && before != 0 && after > 0 && kind_of(after) != '?' &&
           kind_of(after) != '_';
}

static void put_run(struct kp_buf *out, int32_t kind, unsigned n)
{
    for (unsigned i = 0; i < n && (n < RUN || i == 0); i++)
        kp_utf8_put(out, kind);
    if (n >= RUN)
        kp_buf_printf(out, "{%u}", n);
}

void kp_shape_of(const char *text, struct kp_buf *out)
{
    int32_t kind = 0, c = 0;
    unsigned n = 0, parts = 0;
    while ((c = kp_utf8_next(&text)) >= 0 && parts <= LONGEST) {
        int32_t next = stays(n ? kind : 0, c, text) ? c : kind_of(c);
        if (n > 0 && next != kind) {
            put_run(out, kind, n);
            parts++;
            n = 0;
        }
        kind = next;
        n++;
    }
    put_run(out, kind, n);
    if (c >= 0)
        kp_buf_str(out, "…");
}

bool kp_shapes_add(struct kp_shapes *shapes, struct kp_arena *arena, const char *text)
{
    struct kp_buf shape = {0};
    unsigned i = 0;
    kp_shape_of(text, &shape);
    while (i < shapes->n_kept && strcmp(shapes->kept[i].shape, kp_buf_text(&shape)) != 0)
        i++;
    bool is_new = i == shapes->n_kept && i < KP_SHAPES_KEPT, ok = kp_buf_ok(&shape);
    if (is_new && ok)
        ok = (shapes->kept[i].shape = kp_arena_strdup(arena, kp_buf_text(&shape))) != NULL;
    shapes->n_kept += is_new && ok;
    kp_buf_release(&shape);
    if (ok)
        (*(i < KP_SHAPES_KEPT ? &shapes->kept[i].n : &shapes->others))++;
    return ok;
}

void kp_shapes_write(const struct kp_shapes *shapes, struct kp_buf *out)
{
    bool used[KP_SHAPES_KEPT] = {false};
    uint64_t others = shapes->others;
    for (unsigned round = 0; round < shapes->n_kept; round++) {
        unsigned best = KP_SHAPES_KEPT;
        for (unsigned i = 0; i < shapes->n_kept; i++)
            if (!used[i] && (best == KP_SHAPES_KEPT || shapes->kept[i].n > shapes->kept[best].n))
                best = i;
        used[best] = true;
        if (round < SHOWN)
            kp_buf_printf(out, "%s%s ×%" PRIu64, round ? ", " : "", shapes->kept[best].shape,
                          shapes->kept[best].n);
        else
            others += shapes->kept[best].n;
    }
    if (others)
        kp_buf_printf(out, ", … ×%" PRIu64, others);
}
