#include "format/unzip.h"

#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "base/status.h"

enum {
    LOCAL_BYTES = 30,
    CENTRAL_BYTES = 46,
    END_BYTES = 22,
    END64_BYTES = 56,
    LOCATOR64_BYTES = 20,
    COMMENT_MAX = 0xffff,
    STORED = 0,
    DEFLATED = 8,
    DESCRIPTOR_SIGNATURE = 0x08074b50,
    DESCRIPTOR_MAX_BYTES = 24,
    UNICODE_PATH = 0x7075,
    FLAG_ENCRYPTED = 1,
    FLAG_SIZES_FOLLOW = 8,
    FLAGS_UNUSUAL = 0x2060, /* patches, strong encryption, masked headers */
    VERSION_MAX = 45,       /* deflate and ZIP64; some programs skip members that need more */
    UNIX_TYPE = 0170000,
    UNIX_FOLDER = 0040000,
    UNIX_FILE = 0100000,
    CHUNK_BYTES = 64 * 1024,
    RATIO_FREE_BYTES = 1 << 20
};

static const uint64_t MAX16 = 0xffff, MAX32 = 0xffffffff;
static const uint64_t UNPACKED_MAX_BYTES = (uint64_t)16 << 30;

static uint64_t get(const uint8_t *bytes, size_t at, size_t n)
{
    uint64_t value = 0;
    for (size_t i = n; i > 0; i--)
        value = value << 8 | bytes[at + i - 1];
    return value;
}

static enum kp_status fault(struct kp_unzip *zip, enum kp_zip_fault what)
{
    zip->fault = what;
    return KP_E_FAULT;
}

/* Reads exactly n bytes; a file that ends before them has the fault if_short. Short pieces come from one of
 * two windows, since the members and the directory are read side by side. */
static enum kp_status read_at(struct kp_unzip *zip, uint64_t at, void *to, size_t n,
                              enum kp_zip_fault if_short)
{
    struct kp_unzip_window *w = &zip->windows[at >= zip->directory];
    size_t got = 0;
    if (at > zip->file_bytes || n > zip->file_bytes - at)
        return fault(zip, if_short);
    if (n > sizeof(w->bytes)) {
        KP_TRY(kp_file_read_at(zip->io, zip->fd, to, n, at, &got));
        return got == n ? KP_OK : fault(zip, if_short);
    }
    if (at < w->at || at - w->at > w->n || n > w->n - (size_t)(at - w->at)) {
        w->n = 0;
        KP_TRY(kp_file_read_at(zip->io, zip->fd, w->bytes, sizeof(w->bytes), at, &got));
        w->at = at;
        w->n = got;
    }
    if (n > w->n - (size_t)(at - w->at))
        return fault(zip, if_short);
    memcpy(to, w->bytes + (at - w->at), n);
    return KP_OK;
}

/* --- end of the archive --- */

static enum kp_status read_end64(struct kp_unzip *zip, uint64_t end)
{
    uint8_t locator[LOCATOR64_BYTES], record[END64_BYTES];
    if (end < LOCATOR64_BYTES)
        return fault(zip, KP_ZIP_DIRECTORY);
    KP_TRY(read_at(zip, end - LOCATOR64_BYTES, locator, sizeof(locator), KP_ZIP_DIRECTORY));
    uint64_t at = get(locator, 8, 8);
    if (get(locator, 0, 4) != KP_ZIP_LOCATOR64_SIGNATURE)
        return fault(zip, KP_ZIP_DIRECTORY);
    KP_TRY(read_at(zip, at, record, sizeof(record), KP_ZIP_DIRECTORY));
    if (get(record, 0, 4) != KP_ZIP_END64_SIGNATURE)
        return fault(zip, KP_ZIP_DIRECTORY);
    if (get(locator, 4, 4) != 0 || get(locator, 16, 4) > 1 || get(record, 16, 4) != 0 ||
        get(record, 20, 4) != 0)
        return fault(zip, KP_ZIP_IN_PARTS);
    zip->n_members = get(record, 32, 8);
    zip->directory = get(record, 48, 8);
    zip->directory_end = at;
    if (zip->directory > at || get(record, 40, 8) != at - zip->directory)
        return fault(zip, KP_ZIP_DIRECTORY);
    return KP_OK;
}

static enum kp_status read_end(struct kp_unzip *zip, uint64_t end, const uint8_t *record)
{
    uint64_t n = get(record, 10, 2), size = get(record, 12, 4), start = get(record, 16, 4);
    if (n == MAX16 || size == MAX32 || start == MAX32) {
        enum kp_status st = read_end64(zip, end);
        bool same = (n == MAX16 || n == zip->n_members) && (start == MAX32 || start == zip->directory) &&
                    (size == MAX32 || size == zip->directory_end - zip->directory);
        return st == KP_OK && !same ? fault(zip, KP_ZIP_DIRECTORY) : st;
    }
    if (get(record, 4, 2) != 0 || get(record, 6, 2) != 0 || get(record, 8, 2) != n)
        return fault(zip, KP_ZIP_IN_PARTS);
    zip->n_members = n;
    zip->directory = start;
    zip->directory_end = end;
    if (start > end || size != end - start)
        return fault(zip, KP_ZIP_DIRECTORY);
    return KP_OK;
}

/* Finds the end record whose comment ends with the file. */
static enum kp_status find_end(struct kp_unzip *zip)
{
    enum kp_status st = KP_OK;
    struct kp_buf tail = {0};
    uint64_t n = zip->file_bytes < END_BYTES + COMMENT_MAX ? zip->file_bytes : END_BYTES + COMMENT_MAX;
    uint64_t from = zip->file_bytes - n;
    uint8_t *bytes = (uint8_t *)kp_buf_reserve(&tail, (size_t)n);
    if (!bytes)
        return KP_E_SYSTEM;
    KP_TRY_OUT(read_at(zip, from, bytes, (size_t)n, KP_ZIP_NOT_AN_ARCHIVE));
    for (uint64_t at = n; at >= END_BYTES; at--) {
        const uint8_t *record = bytes + (at - END_BYTES);
        if (get(record, 0, 4) == KP_ZIP_END_SIGNATURE && get(record, 20, 2) == n - at) {
            st = read_end(zip, from + at - END_BYTES, record);
            goto out;
        }
    }
    st = fault(zip, KP_ZIP_NOT_AN_ARCHIVE);
out:
    kp_buf_release(&tail);
    return st;
}

enum kp_status kp_unzip_open(struct kp_unzip *zip, const struct kp_io *io, const char *path)
{
    int fd = -1;
    *zip = (struct kp_unzip){0};
    KP_TRY(kp_file_open(io, path, &fd));
    zip->io = io;
    zip->fd = fd;
    int64_t size = kp_file_size(io, path);
    if (size < 0)
        return KP_E_INPUT;
    zip->file_bytes = (uint64_t)size;
    enum kp_status st = find_end(zip);
    if (st == KP_OK && zip->n_members > KP_UNZIP_MAX_MEMBERS)
        st = fault(zip, KP_ZIP_TOO_MANY);
    kp_unzip_rewind(zip);
    return st;
}

void kp_unzip_close(struct kp_unzip *zip)
{
    if (zip->io)
        (void)zip->io->close(zip->fd); /* only read */
    zip->io = NULL;
}

void kp_unzip_rewind(struct kp_unzip *zip)
{
    zip->at = zip->directory;
    zip->n_taken = 0;
    zip->expected = 0;
    zip->unpacked_bytes = 0;
}

/* --- members --- */

/* Takes numbers too large for the header from the extra field, which contains them in this order. */
static bool take_extra64(struct kp_zip_member *m, const uint8_t *extra, size_t n)
{
    uint64_t *const wanted[] = {&m->size_bytes, &m->packed_bytes, &m->offset};
    bool missing = m->size_bytes == MAX32 || m->packed_bytes == MAX32 || m->offset == MAX32;
    for (size_t at = 0; missing && at + 4 <= n; at += 4 + get(extra, at + 2, 2)) {
        size_t from = at + 4, end = from + get(extra, at + 2, 2);
        if (get(extra, at, 2) != KP_ZIP_EXTRA64 || end > n)
            continue;
        for (size_t i = 0; i < KP_COUNT(wanted); i++) {
            if (*wanted[i] != MAX32)
                continue;
            if (from + 8 > end)
                return false;
            *wanted[i] = get(extra, from, 8);
            from += 8;
        }
        return true;
    }
    return !missing;
}

/* Applies the limits before anything is unpacked. */
static enum kp_status check_limits(struct kp_unzip *zip, const struct kp_zip_member *m)
{
    if (m->offset > zip->directory || m->packed_bytes > zip->directory)
        return fault(zip, KP_ZIP_DIRECTORY);
    if (m->size_bytes > UNPACKED_MAX_BYTES - zip->unpacked_bytes ||
        (m->size_bytes > RATIO_FREE_BYTES && m->size_bytes / KP_UNZIP_MAX_RATIO > m->packed_bytes))
        return fault(zip, KP_ZIP_BOMB);
    zip->unpacked_bytes += m->size_bytes;
    if (m->flags & FLAG_ENCRYPTED)
        return fault(zip, KP_ZIP_ENCRYPTED);
    if ((m->method != STORED && m->method != DEFLATED) || m->flags & FLAGS_UNUSUAL ||
        m->version > VERSION_MAX)
        return fault(zip, KP_ZIP_METHOD);
    return KP_OK;
}

static void take_attributes(struct kp_zip_member *m, const uint8_t *head)
{
    /* The system that made the member is ignored: programs use the type for several. */
    uint64_t type = get(head, 38, 4) >> 16 & UNIX_TYPE;
    m->folder = m->n_name > 0 && m->name[m->n_name - 1] == '/';
    bool plain = type == 0 || type == UNIX_FILE || (m->folder && type == UNIX_FOLDER);
    m->special = !plain || (m->folder && m->size_bytes > 0);
}

/* Returns false if a field ends beyond the others or gives the member another name, which some programs
 * prefer to that of the headers. Up to three bytes at the end are padding. */
static bool is_plain_extra(const uint8_t *extra, size_t n)
{
    size_t at = 0;
    while (at + 4 <= n) {
        if (get(extra, at, 2) == UNICODE_PATH)
            return false;
        at += 4 + get(extra, at + 2, 2);
    }
    return at <= n;
}

/* Compares the local header with the directory. */
static enum kp_status check_local(struct kp_unzip *zip, struct kp_zip_member *m)
{
    uint8_t head[LOCAL_BYTES], extra[COMMENT_MAX];
    char name[KP_UNZIP_MAX_NAME];
    KP_TRY(read_at(zip, m->offset, head, sizeof(head), KP_ZIP_DIRECTORY));
    uint64_t n_extra = get(head, 28, 2);
    struct kp_zip_member own = {.packed_bytes = get(head, 18, 4), .size_bytes = get(head, 22, 4)};
    if (get(head, 0, 4) != KP_ZIP_LOCAL_SIGNATURE || get(head, 6, 2) != m->flags ||
        get(head, 8, 2) != m->method || get(head, 26, 2) != m->n_name)
        return fault(zip, KP_ZIP_HEADERS);
    KP_TRY(read_at(zip, m->offset + LOCAL_BYTES, name, m->n_name, KP_ZIP_DIRECTORY));
    m->data = m->offset + LOCAL_BYTES + m->n_name + n_extra;
    KP_TRY(read_at(zip, m->data - n_extra, extra, (size_t)n_extra, KP_ZIP_DIRECTORY));
    if (memcmp(name, m->name, m->n_name) != 0 || !is_plain_extra(extra, (size_t)n_extra))
        return fault(zip, KP_ZIP_HEADERS);
    if (m->flags & FLAG_SIZES_FOLLOW)
        return KP_OK; /* they follow the data */
    if (!take_extra64(&own, extra, (size_t)n_extra) || get(head, 14, 4) != m->crc ||
        own.packed_bytes != m->packed_bytes || own.size_bytes != m->size_bytes)
        return fault(zip, KP_ZIP_HEADERS);
    return KP_OK;
}

/* Compares checksum and sizes after the data: sizes of 4 or 8 bytes, with or without a signature before. */
static enum kp_status check_descriptor(struct kp_unzip *zip, const struct kp_zip_member *m, uint64_t *ret_end)
{
    uint8_t bytes[DESCRIPTOR_MAX_BYTES] = {0};
    uint64_t at = m->data + m->packed_bytes, room = zip->directory - at;
    size_t n = room < sizeof(bytes) ? (size_t)room : sizeof(bytes);
    KP_TRY(read_at(zip, at, bytes, n, KP_ZIP_DIRECTORY));
    for (size_t from = 0; from <= 4; from += 4)
        for (size_t width = 4; width <= 8; width += 4) {
            if (from + 4 + 2 * width > n || (from == 4 && get(bytes, 0, 4) != DESCRIPTOR_SIGNATURE) ||
                get(bytes, from, 4) != m->crc || get(bytes, from + 4, width) != m->packed_bytes ||
                get(bytes, from + 4 + width, width) != m->size_bytes)
                continue;
            *ret_end = at + from + 4 + 2 * width;
            if (*ret_end == zip->directory || from == 4)
                return KP_OK;
        }
    return *ret_end > at ? KP_OK : fault(zip, KP_ZIP_HEADERS);
}

/* Members must follow each other without gap or overlap. */
static enum kp_status check_place(struct kp_unzip *zip, struct kp_zip_member *m)
{
    if (m->offset != zip->expected)
        return fault(zip, m->offset < zip->expected ? KP_ZIP_OVERLAP : KP_ZIP_HIDDEN);
    KP_TRY(check_local(zip, m));
    if (m->data > zip->directory || m->packed_bytes > zip->directory - m->data)
        return fault(zip, KP_ZIP_OVERLAP);
    zip->expected = m->data + m->packed_bytes;
    return m->flags & FLAG_SIZES_FOLLOW ? check_descriptor(zip, m, &zip->expected) : KP_OK;
}

enum kp_status kp_unzip_next(struct kp_unzip *zip, struct kp_zip_member *ret_member, bool *ret_end)
{
    uint8_t head[CENTRAL_BYTES], extra[COMMENT_MAX];
    *ret_end = zip->n_taken == zip->n_members;
    if (*ret_end && zip->at != zip->directory_end)
        return fault(zip, KP_ZIP_DIRECTORY);
    if (*ret_end)
        return zip->expected == zip->directory ? KP_OK : fault(zip, KP_ZIP_HIDDEN);
    KP_TRY(read_at(zip, zip->at, head, sizeof(head), KP_ZIP_DIRECTORY));
    uint64_t n_name = get(head, 28, 2), n_extra = get(head, 30, 2), n_comment = get(head, 32, 2);
    uint64_t n = CENTRAL_BYTES + n_name + n_extra + n_comment;
    if (get(head, 0, 4) != KP_ZIP_CENTRAL_SIGNATURE || n > zip->directory_end - zip->at)
        return fault(zip, KP_ZIP_DIRECTORY);
    if (n_name > KP_UNZIP_MAX_NAME)
        return fault(zip, KP_ZIP_TOO_MANY);
    if (get(head, 34, 2) != 0)
        return fault(zip, KP_ZIP_IN_PARTS);
    KP_TRY(read_at(zip, zip->at + CENTRAL_BYTES, zip->name, (size_t)n_name, KP_ZIP_DIRECTORY));
    KP_TRY(read_at(zip, zip->at + CENTRAL_BYTES + n_name, extra, (size_t)n_extra, KP_ZIP_DIRECTORY));
    zip->name[n_name] = '\0';
    struct kp_zip_member m = {.name = zip->name,
                              .n_name = (size_t)n_name,
                              .flags = (unsigned)get(head, 8, 2),
                              .version = head[6],
                              .method = (unsigned)get(head, 10, 2),
                              .crc = (uint32_t)get(head, 16, 4),
                              .packed_bytes = get(head, 20, 4),
                              .size_bytes = get(head, 24, 4),
                              .offset = get(head, 42, 4)};
    if (!take_extra64(&m, extra, (size_t)n_extra))
        return fault(zip, KP_ZIP_DIRECTORY);
    if (!is_plain_extra(extra, (size_t)n_extra))
        return fault(zip, KP_ZIP_HEADERS);
    take_attributes(&m, head);
    KP_TRY(check_limits(zip, &m));
    KP_TRY(check_place(zip, &m));
    zip->at += n;
    zip->n_taken++;
    *ret_member = m;
    return KP_OK;
}

/* --- contents --- */

struct unpacking {
    z_stream stream;
    bool stored, ended, no_memory;
    uint64_t n; /* bytes unpacked */
    uint32_t crc;
    struct kp_buf *out;
    uint8_t *packed, *unpacked; /* a chunk of each */
};

static bool give(struct unpacking *u, const uint8_t *bytes, size_t n, uint64_t limit)
{
    if (n > limit - u->n)
        return false;
    u->n += n;
    u->crc = (uint32_t)crc32(u->crc, bytes, (uInt)n);
    if (u->out)
        kp_buf_add(u->out, bytes, n);
    return true;
}

/* Unpacks n bytes. Stops at limit, the declared size. */
static bool unpack(struct unpacking *u, size_t n, uint64_t limit)
{
    if (u->stored)
        return give(u, u->packed, n, limit);
    u->stream.next_in = u->packed;
    u->stream.avail_in = (uInt)n;
    while (!u->ended) {
        u->stream.next_out = u->unpacked;
        u->stream.avail_out = CHUNK_BYTES;
        int r = inflate(&u->stream, Z_NO_FLUSH);
        u->no_memory = r == Z_MEM_ERROR;
        if ((r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR) ||
            !give(u, u->unpacked, CHUNK_BYTES - u->stream.avail_out, limit))
            return false;
        u->ended = r == Z_STREAM_END;
        if (!u->ended && u->stream.avail_out > 0)
            return u->stream.avail_in == 0; /* needs more input */
    }
    return u->stream.avail_in == 0; /* nothing may follow */
}

static enum kp_status unpack_all(struct kp_unzip *zip, const struct kp_zip_member *m, struct unpacking *u)
{
    for (uint64_t done = 0; done < m->packed_bytes;) {
        uint64_t left = m->packed_bytes - done;
        size_t n = left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES;
        KP_TRY(read_at(zip, m->data + done, u->packed, n, KP_ZIP_DATA));
        if (!unpack(u, n, m->size_bytes))
            return u->no_memory ? KP_E_SYSTEM : fault(zip, KP_ZIP_DATA);
        done += n;
    }
    if (u->n != m->size_bytes || (!u->stored && !u->ended))
        return fault(zip, KP_ZIP_DATA);
    return u->crc == m->crc ? KP_OK : fault(zip, KP_ZIP_CRC);
}

/* By zlib, as receivers do: libdeflate takes some streams that zlib refuses. */
static enum kp_status unpack_member(struct kp_unzip *zip, const struct kp_zip_member *m, struct kp_buf *out)
{
    uint8_t packed[CHUNK_BYTES], unpacked[CHUNK_BYTES];
    struct unpacking u = {.stored = m->method == STORED, .out = out, .packed = packed, .unpacked = unpacked};
    if (inflateInit2(&u.stream, -MAX_WBITS) != Z_OK)
        return KP_E_SYSTEM;
    enum kp_status st = unpack_all(zip, m, &u);
    (void)inflateEnd(&u.stream); /* can only fail for an uninitialised stream */
    return st == KP_OK && out && !kp_buf_ok(out) ? KP_E_SYSTEM : st;
}

enum kp_status kp_unzip_read(struct kp_unzip *zip, const struct kp_zip_member *member, size_t max_bytes,
                             struct kp_buf *out)
{
    if (out)
        kp_buf_reset(out);
    if (member->size_bytes > max_bytes)
        return fault(zip, KP_ZIP_BOMB);
    return unpack_member(zip, member, out);
}
