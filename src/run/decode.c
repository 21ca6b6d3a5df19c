#include "run/decode.h"

bool kp_decode_cell(const struct kp_run *run, enum kp_encoding encoding, const struct kp_cell *cell,
                    struct kp_buf *out, size_t *ret_bad)
{
    size_t at = 0;
    bool sound = true;
    while (at < cell->n) {
        size_t bad = 0;
        if (kp_text_decode(run->ctx->text, encoding, cell->bytes + at, cell->n - at, out, &bad))
            return sound;
        if (sound)
            *ret_bad = at + bad;
        sound = false;
        kp_buf_printf(out, "\\x%02X", (unsigned)(uint8_t)cell->bytes[at + bad]);
        at += bad + 1;
    }
    return sound;
}
