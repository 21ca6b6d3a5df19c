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

/* Returns whether c is a sign between two letters or digits that is kept; rest follows it. */
static bool is_kept_sign(int32_t before, int32_t c, const char *rest)
{
    if (c >= 0x80 || !strchr("-/.:,", (int)c))
        return false;
    int32_t next = kp_utf8_next(&rest), after = next > 0 ? kind_of(next) : 0;
    return before != '?' && before != '_' && before && after != '?' && after != '_' && after;
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
        int32_t next = is_kept_sign(n ? kind : 0, c, text) ? c : kind_of(c);
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
    bool ok = kp_buf_ok(&shape);
    if (ok && i == shapes->n_kept && i < KP_SHAPES_KEPT) {
        shapes->kept[i].shape = kp_arena_strdup(arena, kp_buf_text(&shape));
        ok = shapes->kept[i].shape != NULL;
        shapes->n_kept += ok;
    }
    kp_buf_release(&shape);
    (*(i < KP_SHAPES_KEPT ? &shapes->kept[i].n : &shapes->others)) += ok;
    return ok;
}

void kp_shapes_write(const struct kp_shapes *shapes, struct kp_buf *out)
{
    struct kp_shapes left = *shapes;
    for (unsigned round = 0; round < SHOWN && round < left.n_kept; round++) {
        unsigned best = 0;
        for (unsigned i = 1; i < left.n_kept; i++)
            if (left.kept[i].n > left.kept[best].n)
                best = i;
        kp_buf_printf(out, "%s%s ×%" PRIu64, round ? ", " : "", left.kept[best].shape, left.kept[best].n);
        left.kept[best].n = 0;
    }
    for (unsigned i = 0; i < left.n_kept; i++)
        left.others += left.kept[i].n;
    if (left.others)
        kp_buf_printf(out, ", … ×%" PRIu64, left.others);
}
