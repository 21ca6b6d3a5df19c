/* A growing byte buffer with a maximum. Failures are sticky: after one, appending does nothing, so a
 * document is written without a check per piece; kp_buf_ok() is checked once at the end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct kp_buf {
    char *data; /* NUL-terminated once anything was added */
    size_t len;
    size_t cap;
    size_t max_bytes; /* 0: KP_BUF_MAX_BYTES */
    bool failed;      /* memory ran out or the maximum was reached */
    bool full;        /* it was the maximum */
};

#define KP_BUF_MAX_BYTES ((size_t)256 << 20)

void kp_buf_u64(struct kp_buf *buf, uint64_t n);
void kp_buf_printf(struct kp_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes room for n more bytes and returns where they go, or NULL on failure; kp_buf_grow then counts them. */
char *kp_buf_reserve(struct kp_buf *buf, size_t n);

static inline void kp_buf_grow(struct kp_buf *buf, size_t n)
{
    buf->len += n;
    buf->data[buf->len] = '\0';
}

/* As kp_buf_reserve, without a call for what fits: documents are written in many small pieces. */
static inline char *kp_buf_room(struct kp_buf *buf, size_t n)
{
    return !buf->failed && buf->cap - buf->len > n ? buf->data + buf->len : kp_buf_reserve(buf, n);
}

static inline void kp_buf_add(struct kp_buf *buf, const void *bytes, size_t n)
{
    char *at = kp_buf_room(buf, n);
    if (!at)
        return;
    if (n)
        memcpy(at, bytes, n);
    kp_buf_grow(buf, n);
}

static inline void kp_buf_str(struct kp_buf *buf, const char *s)
{
    kp_buf_add(buf, s, strlen(s));
}

static inline void kp_buf_char(struct kp_buf *buf, char c)
{
    char *at = kp_buf_room(buf, 1);
    if (!at)
        return;
    *at = c;
    kp_buf_grow(buf, 1);
}

/* Returns the contents as a string; "" if nothing was added. */
const char *kp_buf_text(const struct kp_buf *buf);

static inline bool kp_buf_ok(const struct kp_buf *buf)
{
    return !buf->failed;
}

/* Hands the contents over as a string, to be released with kp_buf_release of {.data}, and empties the buffer.
 * Returns false, and keeps the contents, if memory is short. */
bool kp_buf_take(struct kp_buf *buf, char **ret_text);

/* Empties the buffer and drops a failure, but keeps the memory. */
void kp_buf_reset(struct kp_buf *buf);
/* Frees the memory; the buffer can be used again. */
void kp_buf_release(struct kp_buf *buf);
