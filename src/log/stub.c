#include "log/stub.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/scan.h"
#include "base/status.h"

enum { VALUES = 14, V_LAST_SEQ = 2, V_PREV_HASH, V_HASH, V_RECORDS = 13 };

static enum kp_status no_memory(void)
{
    errno = ENOMEM;
    return KP_E_SYSTEM;
}

enum kp_status kp_stub_salt(const char *head, const void *bytes, size_t n, char ret_hex[KP_STUB_SALTED + 1])
{
    struct kp_sha256 *sha = NULL;
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    bool ok = kp_sha256_new(&sha) == KP_OK && kp_sha256_add(sha, head, KP_SHA256_HEX) == KP_OK &&
              kp_sha256_add(sha, bytes, n) == KP_OK && kp_sha256_finish(sha, digest) == KP_OK;
    kp_sha256_free(sha);
    if (!ok)
        return no_memory();
    kp_sha256_hex(digest, hex);
    memcpy(ret_hex, hex, KP_STUB_SALTED);
    ret_hex[KP_STUB_SALTED] = '\0';
    return KP_OK;
}

/* --- the lines of records --- */

/* Every cell is padded with spaces to its width. */
static const struct cell {
    size_t offset, width;
} CELLS[] = {
#define CELL(member)                                                                                         \
    {                                                                                                        \
        offsetof(struct kp_stub_record, member), sizeof(((struct kp_stub_record *)0)->member) - 1            \
    }
    CELL(key), CELL(seq),     CELL(insurer), CELL(number), CELL(employee_id),
    CELL(sex), CELL(content), CELL(day),     CELL(bundle)};

enum { LINE_BYTES = sizeof(struct kp_stub_record) }; /* a comma or line end in place of each NUL */

void kp_stub_add(struct kp_buf *out, const struct kp_stub_record *record)
{
    for (size_t i = 0; i < KP_COUNT(CELLS); i++)
        kp_buf_printf(out, "%-*s%s", (int)CELLS[i].width, (const char *)record + CELLS[i].offset,
                      i + 1 < KP_COUNT(CELLS) ? "," : "\n");
}

static void parse_line(const char line[LINE_BYTES], struct kp_stub_record *ret_record)
{
    for (size_t i = 0; i < KP_COUNT(CELLS); i++) {
        char *cell = (char *)ret_record + CELLS[i].offset;
        memcpy(cell, line, CELLS[i].width);
        size_t n = CELLS[i].width;
        while (n > 0 && cell[n - 1] == ' ')
            n--;
        cell[n] = '\0';
        line += CELLS[i].width + 1;
    }
}

/* --- reading --- */

/* Takes the line of values apart; n includes its line end. */
static bool read_values(struct kp_stub *stub, const char *line, size_t n)
{
    struct {
        const char *at;
        size_t n;
    } cells[VALUES] = {{NULL, 0}};
    size_t count = 0;
    for (const char *at = line, *end = line + n - 1; count < VALUES && at <= end; count++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        cells[count].at = at;
        cells[count].n = (size_t)((comma ? comma : end) - at);
        at += cells[count].n + 1;
    }
    if (count != VALUES || cells[V_PREV_HASH].n != KP_SHA256_HEX || cells[V_HASH].n != KP_SHA256_HEX)
        return false;
    memcpy(stub->before, cells[V_PREV_HASH].at, KP_SHA256_HEX);
    memcpy(stub->head, cells[V_HASH].at, KP_SHA256_HEX);
    stub->n_entries = strtoull(cells[V_LAST_SEQ].at, NULL, 10);
    stub->n_records = strtoull(cells[V_RECORDS].at, NULL, 10);
    stub->first_at = sizeof(KP_STUB_COLUMNS) - 1 + n;
    return kp_is_hex(stub->before, KP_SHA256_HEX) && kp_is_hex(stub->head, KP_SHA256_HEX);
}

static enum kp_status next_line(struct kp_lines *in, const char **ret_line, size_t *ret_n)
{
    enum kp_status st = kp_lines_next(in, 1024, ret_line, ret_n);
    bool whole = st == KP_OK && *ret_n > 0 && (*ret_line)[*ret_n - 1] == '\n';
    if (st != KP_OK)
        return errno == EFBIG ? KP_E_FAULT : KP_E_SYSTEM;
    return whole ? KP_OK : KP_E_FAULT;
}

/* Reads all lines but the last into the digest. */
static enum kp_status read_lines(struct kp_stub *stub, struct kp_lines *in, struct kp_sha256 *sha)
{
    const char *line = NULL;
    size_t n = 0;
    uint64_t n_lines = 2;
    for (uint64_t i = 0; i < n_lines; i++) {
        KP_TRY(next_line(in, &line, &n));
        if (i == 1 && !read_values(stub, line, n))
            return KP_E_FAULT;
        if (i == 1)
            n_lines += stub->n_records;
        if (i > 1 && n != LINE_BYTES)
            return KP_E_FAULT;
        if (kp_sha256_add(sha, line, n) != KP_OK)
            return no_memory();
    }
    return KP_OK;
}

static enum kp_status verify(struct kp_stub *stub, struct kp_lines *in, struct kp_sha256 *sha)
{
    const char *line = NULL;
    size_t n = 0;
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    KP_TRY(read_lines(stub, in, sha));
    KP_TRY(next_line(in, &line, &n));
    if (kp_sha256_finish(sha, digest) != KP_OK)
        return no_memory();
    kp_sha256_hex(digest, hex);
    return n == KP_SHA256_HEX + 1 && memcmp(line, hex, KP_SHA256_HEX) == 0 ? KP_OK : KP_E_FAULT;
}

enum kp_status kp_stub_open(struct kp_stub *stub, const struct kp_io *io, const char *path)
{
    struct kp_lines in = {0};
    struct kp_sha256 *sha = NULL;
    *stub = (struct kp_stub){.fd = -1};
    if (kp_sha256_new(&sha) != KP_OK)
        return no_memory();
    enum kp_status st = kp_lines_open(&in, io, path, 0) == KP_OK ? KP_OK : KP_E_SYSTEM;
    in.lf_only = true;
    if (st == KP_OK)
        st = verify(stub, &in, sha);
    int error = errno;
    kp_lines_close(&in);
    kp_sha256_free(sha);
    errno = error;
    if (st == KP_OK && kp_file_open(io, path, &stub->fd) != KP_OK)
        st = KP_E_SYSTEM;
    if (st == KP_OK)
        stub->io = io;
    return st;
}

static enum kp_status read_record(const struct kp_stub *stub, uint64_t number,
                                  struct kp_stub_record *ret_record)
{
    char line[LINE_BYTES];
    KP_TRY(kp_scratch_read(stub->io, stub->fd, line, sizeof(line), stub->first_at + number * LINE_BYTES));
    parse_line(line, ret_record);
    return KP_OK;
}

enum kp_status kp_stub_each(const struct kp_stub *stub, const uint8_t key[KP_STUB_KEY_BYTES], kp_stub_fn *fn,
                            void *ctx)
{
    char salted[KP_STUB_SALTED + 1];
    struct kp_stub_record record;
    uint64_t low = 0, high = stub->n_records;
    KP_TRY(kp_stub_salt(stub->head, key, KP_STUB_KEY_BYTES, salted));
    while (low < high) { /* the first record under the key */
        uint64_t middle = low + (high - low) / 2;
        KP_TRY(read_record(stub, middle, &record));
        if (strcmp(record.key, salted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < stub->n_records; low++) {
        KP_TRY(read_record(stub, low, &record));
        if (strcmp(record.key, salted) != 0)
            break;
        KP_TRY(fn(ctx, &record));
    }
    return KP_OK;
}

void kp_stub_close(struct kp_stub *stub)
{
    if (stub->io)
        (void)stub->io->close(stub->fd); /* only read from */
    *stub = (struct kp_stub){.fd = -1};
}
