#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *kp_buf_reserve(struct kp_buf *buf, size_t n)
{
    size_t max = buf->max_bytes ? buf->max_bytes : KP_BUF_MAX_BYTES;
    if (buf->failed || n >= max || buf->len > max - n - 1) {
        buf->full |= !buf->failed;
        buf->failed = true;
        return NULL;
    }
    size_t need = buf->len + n + 1;
    if (need > buf->cap) {
        size_t cap = buf->cap ? buf->cap : 256;
        while (cap < need)
            cap *= 2;
        cap = cap < max ? cap : max; /* kp_buf_add relies on it */
        const int before = errno;    /* realloc may set it and succeed */
        char *data = realloc(buf->data, cap);
        if (!data) {
            buf->failed = true;
            return NULL;
        }
        errno = before;
        buf->data = data;
        buf->cap = cap;
    }
    return buf->data + buf->len;
}

void kp_buf_u64(struct kp_buf *buf, uint64_t n)
{
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    kp_buf_add(buf, digits + at, sizeof(digits) - at);
}

void kp_buf_printf(struct kp_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *at = n < 0 ? NULL : kp_buf_reserve(buf, (size_t)n);
    if (at) {
        (void)vsnprintf(at, (size_t)n + 1, format, again);
        kp_buf_grow(buf, (size_t)n);
    } else {
        buf->failed = true;
    }
    va_end(again);
}

const char *kp_buf_text(const struct kp_buf *buf)
{
    return buf->data && buf->len ? buf->data : "";
}

void kp_buf_reset(struct kp_buf *buf)
{
    buf->len = 0;
    buf->failed = buf->full = false;
    if (buf->data)
        buf->data[0] = '\0';
}

void kp_buf_release(struct kp_buf *buf)
{
    free(buf->data);
    *buf = (struct kp_buf){.max_bytes = buf->max_bytes};
}

bool kp_buf_take(struct kp_buf *buf, char **ret_text)
{
    kp_buf_str(buf, ""); /* an empty buffer has no memory yet */
    if (buf->failed || !buf->data)
        return false;
    *ret_text = buf->data;
    *buf = (struct kp_buf){0};
    return true;
}
