#include "base/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "base/text.h"

enum { CHUNK_BYTES = 64 * 1024 };

#define NO_CHARACTER '\xff'

enum kp_status kp_lines_open(struct kp_lines *lines, const struct kp_io *io, const char *path, uint64_t at)
{
    int fd = -1;
    *lines = (struct kp_lines){0};
    KP_TRY(kp_file_open(io, path, &fd));
    *lines = (struct kp_lines){.io = io, .fd = fd};
    if (at == 0 || lseek(fd, (off_t)at, SEEK_SET) == (off_t)at)
        return KP_OK;
    int error = errno;
    kp_lines_close(lines);
    errno = error;
    return KP_E_INPUT;
}

void kp_lines_memory(struct kp_lines *lines, const char *bytes, size_t n)
{
    /* A window at its end is never written to, so dropping const is safe. */
    *lines = (struct kp_lines){.window = {.data = (char *)(uintptr_t)bytes, .len = n}, .at_eof = true};
}

/* Decodes one UTF-16 character from n >= 2 bytes. Returns the bytes it takes: 0 if its second half is not
 * there yet, -1 if it is invalid. */
static int utf16_step(const struct kp_lines *lines, const uint8_t *s, size_t n, int32_t *ret_char)
{
    unsigned big = lines->utf16 == KP_ENC_UTF16BE;
    int32_t c = s[!big] << 8 | s[big];
    *ret_char = c;
    if (c < 0xd800 || c > 0xdfff)
        return 2;
    if (c > 0xdbff)
        return -1;
    if (n < 4)
        return 0;
    int32_t low = s[2 + !big] << 8 | s[2 + big];
    *ret_char = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    return low >= 0xdc00 && low <= 0xdfff ? 4 : -1;
}

static enum kp_status fill_utf16(struct kp_lines *lines)
{
    uint8_t raw[CHUNK_BYTES / 2 + sizeof(lines->carry)];
    memcpy(raw, lines->carry, lines->n_carry);
    ssize_t got = kp_file_read(lines->io, lines->fd, raw + lines->n_carry, CHUNK_BYTES / 2);
    if (got < 0)
        return KP_E_INPUT;
    size_t n = lines->n_carry + (size_t)got, at = 0;
    lines->at_eof = got == 0;
    while (n - at >= 2) {
        int32_t c = 0;
        int step = utf16_step(lines, raw + at, n - at, &c);
        if (step == 0 && !lines->at_eof)
            break;
        if (step > 0)
            kp_utf8_put(&lines->window, c);
        else
            kp_buf_char(&lines->window, NO_CHARACTER);
        at += step > 0 ? (size_t)step : 2;
    }
    if (at < n && lines->at_eof) {
        kp_buf_char(&lines->window, NO_CHARACTER);
        at = n;
    }
    lines->n_carry = n - at;
    memcpy(lines->carry, raw + at, lines->n_carry);
    return kp_buf_ok(&lines->window) ? KP_OK : KP_E_SYSTEM;
}

static enum kp_status fill(struct kp_lines *lines)
{
    struct kp_buf *window = &lines->window;
    if (lines->start > 0) {
        memmove(window->data, window->data + lines->start, window->len - lines->start);
        window->len -= lines->start;
        lines->start = 0;
    }
    char *to = kp_buf_reserve(window, CHUNK_BYTES);
    if (!to)
        return KP_E_SYSTEM;
    if (lines->utf16 != KP_ENC_AUTO)
        return fill_utf16(lines);
    ssize_t n = kp_file_read(lines->io, lines->fd, to, CHUNK_BYTES);
    if (n < 0)
        return KP_E_INPUT;
    lines->at_eof = n == 0;
    kp_buf_grow(window, (size_t)n);
    return KP_OK;
}

enum kp_status kp_lines_detect_utf16(struct kp_lines *lines)
{
    uint8_t mark[2] = {0};
    size_t n = 0;
    KP_TRY(kp_file_read_at(lines->io, lines->fd, mark, sizeof(mark), 0, &n));
    if (mark[0] == 0xff && mark[1] == 0xfe)
        lines->utf16 = KP_ENC_UTF16LE;
    else if (mark[0] == 0xfe && mark[1] == 0xff)
        lines->utf16 = KP_ENC_UTF16BE;
    else
        return KP_OK;
    return lseek(lines->fd, 2, SEEK_SET) == 2 ? KP_OK : KP_E_INPUT;
}

/* Returns the length of the first line in the window including its line end, or 0 if that is not in the
 * window yet. The search begins at byte `from`. */
static size_t line_length(const struct kp_lines *lines, size_t from)
{
    size_t n = lines->window.len - lines->start - from;
    if (n == 0)
        return 0;
    const char *at = lines->window.data + lines->start + from;
    const char *lf = memchr(at, '\n', n);
    const char *cr = lines->lf_only ? NULL : memchr(at, '\r', lf ? (size_t)(lf - at) : n);
    if (!cr)
        return lf ? from + (size_t)(lf - at) + 1 : 0;
    if (cr + 1 < at + n)
        return from + (size_t)(cr - at) + (cr[1] == '\n' ? 2 : 1);
    return lines->at_eof ? from + n : 0;
}

enum kp_status kp_lines_next(struct kp_lines *lines, size_t max_bytes, const char **ret_bytes, size_t *ret_n)
{
    for (size_t seen = 0;;) {
        size_t have = lines->window.len - lines->start;
        size_t n = line_length(lines, seen);
        if (n == 0 && lines->at_eof)
            n = have;
        if (n > max_bytes || (n == 0 && have > max_bytes)) {
            errno = EFBIG;
            return KP_E_INPUT;
        }
        if (n > 0 || lines->at_eof) {
            *ret_bytes = have > 0 ? lines->window.data + lines->start : "";
            *ret_n = n;
            lines->start += n;
            lines->taken_bytes += n;
            return KP_OK;
        }
        seen = have > 0 ? have - 1 : 0; /* the last byte may be half of a CR LF */
        KP_TRY(fill(lines));
    }
}

void kp_lines_close(struct kp_lines *lines)
{
    if (lines->io) {
        (void)lines->io->close(lines->fd); /* only read: nothing is lost */
        kp_buf_release(&lines->window);
    }
    *lines = (struct kp_lines){0};
}
