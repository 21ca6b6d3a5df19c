#include "format/probe.h"

#include <string.h>

#include "base/status.h"
#include "base/text.h"

/* Counts UTF-8 characters of more than one byte (good) and bytes that are not UTF-8 (bad). */
struct watch {
    char open[4]; /* a character that is not complete yet */
    size_t n_open;
    uint64_t good, bad;
};

static size_t character_bytes(uint8_t lead)
{
    return lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
}

static void watch(struct watch *w, const char *bytes, size_t n)
{
    enum { GIVE_UP = 1000 };
    for (size_t i = 0; i < n && w->bad < GIVE_UP; i++) {
        if (w->n_open == 0 && (uint8_t)bytes[i] < 0x80)
            continue;
        w->open[w->n_open++] = bytes[i];
        while (w->bad < GIVE_UP && w->n_open >= character_bytes((uint8_t)w->open[0])) {
            if (kp_utf8_valid_prefix(w->open, w->n_open) == w->n_open) {
                w->good += w->n_open > 1;
                w->n_open = 0;
            } else {
                w->bad += (uint8_t)w->open[0] >= 0x80;
                memmove(w->open, w->open + 1, --w->n_open); /* the bytes after the bad one are judged again */
            }
        }
    }
}

/* Text in another encoding seldom looks like UTF-8: a bad byte among many good characters is damage. */
static bool is_utf8(const struct watch *w)
{
    enum { DAMAGE = 10 };
    uint64_t bad = w->bad + (w->n_open > 0);
    return bad == 0 || w->good > DAMAGE * bad;
}

struct probing {
    struct kp_probe probe;
    struct kp_sha256 *sha;
    struct watch utf8;
};

static enum kp_encoding encoding_of_mark(const char *bytes, size_t n)
{
    if (n >= 2 && memcmp(bytes, "\xff\xfe", 2) == 0)
        return KP_ENC_UTF16LE;
    if (n >= 2 && memcmp(bytes, "\xfe\xff", 2) == 0)
        return KP_ENC_UTF16BE;
    return n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? KP_ENC_UTF8 : KP_ENC_AUTO;
}

static enum kp_status probe_chunk(void *ctx, const char *bytes, size_t n)
{
    struct probing *p = ctx;
    if (p->probe.bytes == 0)
        p->probe.encoding = encoding_of_mark(bytes, n);
    p->probe.bytes += n;
    if (p->probe.encoding == KP_ENC_AUTO)
        watch(&p->utf8, bytes, n);
    return kp_sha256_add(p->sha, bytes, n);
}

enum kp_status kp_probe_file(const struct kp_io *io, const char *path, struct kp_probe *ret_probe)
{
    enum kp_status st = KP_OK;
    struct probing p = {.sha = NULL};
    KP_TRY_OUT(kp_sha256_new(&p.sha));
    KP_TRY_OUT(kp_each_chunk(io, path, probe_chunk, &p));
    if (p.probe.encoding == KP_ENC_AUTO)
        p.probe.encoding = is_utf8(&p.utf8) ? KP_ENC_UTF8 : KP_ENC_CP932;
    KP_TRY_OUT(kp_sha256_finish(p.sha, p.probe.sha256));
    *ret_probe = p.probe;
out:
    kp_sha256_free(p.sha);
    return st;
}
