#include "format/zip.h"

#include <errno.h>
#include <string.h>

#include <libdeflate.h>

#include "base/status.h"

enum {
    VERSION_DEFLATE = 20,
    VERSION_ZIP64 = 45,
    MADE_BY_UNIX = 3 << 8,
    METHOD_DEFLATE = 8,
    DOS_DATE_1980 = 1 << 5 | 1, /* 1980-01-01 0:00, the earliest date, in every run */
    COMPRESSION_LEVEL = 5,      /* within 1 % of the size of zlib level 6 */
    MAX16 = 0xffff
};

static const uint32_t MAX32 = 0xffffffff;
static const uint32_t FILE_0600 = 0100600u << 16;

enum kp_status kp_deflate_new(struct kp_deflate **ret_deflate)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(COMPRESSION_LEVEL);
    *ret_deflate = (struct kp_deflate *)compressor;
    return compressor ? KP_OK : KP_E_SYSTEM;
}

void kp_deflate_free(struct kp_deflate *deflate)
{
    libdeflate_free_compressor((struct libdeflate_compressor *)deflate);
}

enum kp_status kp_deflate_run(struct kp_deflate *d, const char *bytes, size_t n, struct kp_packed *packed)
{
    struct libdeflate_compressor *compressor = (struct libdeflate_compressor *)d;
    kp_buf_reset(&packed->bytes);
    if (n > MAX32)
        return KP_E_SYSTEM;
    size_t bound = libdeflate_deflate_compress_bound(compressor, n);
    char *to = kp_buf_reserve(&packed->bytes, bound);
    size_t size = to ? libdeflate_deflate_compress(compressor, bytes, n, to, bound) : 0;
    if (size == 0)
        return KP_E_SYSTEM;
    kp_buf_grow(&packed->bytes, size);
    packed->crc = libdeflate_crc32(0, bytes, n);
    packed->size = (uint32_t)n;
    return KP_OK;
}

enum kp_status kp_inflate_new(struct kp_inflate **ret_inflate)
{
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    *ret_inflate = (struct kp_inflate *)decompressor;
    return decompressor ? KP_OK : KP_E_SYSTEM;
}

void kp_inflate_free(struct kp_inflate *inflate)
{
    libdeflate_free_decompressor((struct libdeflate_decompressor *)inflate);
}

enum kp_status kp_inflate_run(struct kp_inflate *inflate, const struct kp_packed *packed, struct kp_buf *to)
{
    struct libdeflate_decompressor *decompressor = (struct libdeflate_decompressor *)inflate;
    size_t used = 0, n = packed->bytes.len;
    char *at = kp_buf_reserve(to, packed->size);
    if (!at)
        return KP_E_SYSTEM;
    if (libdeflate_deflate_decompress_ex(decompressor, packed->bytes.data, n, at, packed->size, &used,
                                         NULL) != LIBDEFLATE_SUCCESS ||
        used != n || libdeflate_crc32(0, at, packed->size) != packed->crc)
        return KP_E_FAULT;
    kp_buf_grow(to, packed->size);
    return KP_OK;
}

enum kp_status kp_zip_create(struct kp_zip *zip, const struct kp_io *io, const char *path,
                             const char *central_path)
{
    *zip = (struct kp_zip){0};
    KP_TRY(kp_out_create(&zip->out, io, path));
    return kp_out_hold(&zip->central, io, central_path);
}

/* A little-endian record; the longest is the ZIP64 end with its locator. */
struct packer {
    uint8_t bytes[96];
    size_t n;
};

static void put(struct packer *p, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p->bytes[p->n++] = (uint8_t)(value >> (8 * i));
}

/* Puts the fields that local and central headers share. */
static void put_common(struct packer *p, const struct kp_packed *packed, size_t name_length,
                       size_t extra_length)
{
    put(p, 0, 2); /* flags: names are ASCII, sizes are known */
    put(p, METHOD_DEFLATE, 2);
    put(p, 0, 2);
    put(p, DOS_DATE_1980, 2);
    put(p, packed->crc, 4);
    put(p, packed->bytes.len, 4);
    put(p, packed->size, 4);
    put(p, name_length, 2);
    put(p, extra_length, 2);
}

static void add_central(struct kp_zip *zip, const char *name, const struct kp_packed *packed, uint64_t offset)
{
    struct packer p = {.n = 0};
    bool big = offset >= MAX32;
    put(&p, KP_ZIP_CENTRAL_SIGNATURE, 4);
    put(&p, MADE_BY_UNIX | (big ? VERSION_ZIP64 : VERSION_DEFLATE), 2);
    put(&p, big ? VERSION_ZIP64 : VERSION_DEFLATE, 2);
    put_common(&p, packed, strlen(name), big ? 12 : 0);
    put(&p, 0, 6); /* comment, disk, internal attributes */
    put(&p, FILE_0600, 4);
    put(&p, big ? MAX32 : offset, 4);
    kp_out_add(&zip->central, p.bytes, p.n);
    kp_out_add(&zip->central, name, strlen(name));
    if (big) {
        p.n = 0;
        put(&p, KP_ZIP_EXTRA64, 2);
        put(&p, 8, 2);
        put(&p, offset, 8);
        kp_out_add(&zip->central, p.bytes, p.n);
    }
}

void kp_zip_add(struct kp_zip *zip, const char *name, const struct kp_packed *packed)
{
    struct packer p = {.n = 0};
    uint64_t offset = zip->out.written_bytes;
    put(&p, KP_ZIP_LOCAL_SIGNATURE, 4);
    put(&p, VERSION_DEFLATE, 2);
    put_common(&p, packed, strlen(name), 0);
    kp_out_add(&zip->out, p.bytes, p.n);
    kp_out_add(&zip->out, name, strlen(name));
    kp_out_add(&zip->out, packed->bytes.data, packed->bytes.len);
    add_central(zip, name, packed, offset);
    zip->n_members++;
}

static enum kp_status append_chunk(void *ctx, const char *bytes, size_t n)
{
    kp_out_add(ctx, bytes, n);
    return KP_OK; /* kp_out_finish returns write errors */
}

static enum kp_status append_central(struct kp_zip *zip)
{
    struct kp_out *central = &zip->central;
    if (kp_out_held(central)) {
        kp_out_add(&zip->out, central->data, central->used);
        return KP_OK;
    }
    if (central->error) {
        errno = central->error;
        return KP_E_SYSTEM;
    }
    bool read = kp_each_chunk(central->io, central->path, append_chunk, &zip->out) == KP_OK;
    return read ? KP_OK : KP_E_SYSTEM;
}

static void put_end64(struct kp_zip *zip, uint64_t start, uint64_t size)
{
    struct packer p = {.n = 0};
    uint64_t at = zip->out.written_bytes;
    put(&p, KP_ZIP_END64_SIGNATURE, 4);
    put(&p, 44, 8); /* bytes of this record after this field */
    put(&p, MADE_BY_UNIX | VERSION_ZIP64, 2);
    put(&p, VERSION_ZIP64, 2);
    put(&p, 0, 8); /* disks */
    put(&p, zip->n_members, 8);
    put(&p, zip->n_members, 8);
    put(&p, size, 8);
    put(&p, start, 8);
    put(&p, KP_ZIP_LOCATOR64_SIGNATURE, 4);
    put(&p, 0, 4);
    put(&p, at, 8);
    put(&p, 1, 4);
    kp_out_add(&zip->out, p.bytes, p.n);
}

static void put_end(struct kp_zip *zip, uint64_t start, uint64_t size)
{
    struct packer p = {.n = 0};
    uint64_t members = zip->n_members < MAX16 ? zip->n_members : MAX16;
    if (zip->n_members >= MAX16 || start >= MAX32 || size >= MAX32)
        put_end64(zip, start, size);
    put(&p, KP_ZIP_END_SIGNATURE, 4);
    put(&p, 0, 4); /* disks */
    put(&p, members, 2);
    put(&p, members, 2);
    put(&p, size < MAX32 ? size : MAX32, 4);
    put(&p, start < MAX32 ? start : MAX32, 4);
    put(&p, 0, 2); /* comment */
    kp_out_add(&zip->out, p.bytes, p.n);
}

enum kp_status kp_zip_finish(struct kp_zip *zip)
{
    enum kp_status st = KP_OK;
    uint64_t start = zip->out.written_bytes;
    KP_TRY_OUT(append_central(zip));
    put_end(zip, start, zip->out.written_bytes - start);
    st = kp_out_finish(&zip->out, true);
out:
    kp_zip_abandon(zip);
    return st;
}

void kp_zip_abandon(struct kp_zip *zip)
{
    kp_out_abandon(&zip->out);
    kp_out_abandon(&zip->central);
}
