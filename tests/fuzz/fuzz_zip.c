/* Received archives. The mutator repacks: it changes the contents of a member and packs all of them again, so
 * that the fuzzer gets behind the checksums. */
#include <unistd.h>

#include "format/unzip.h"
#include "fuzz.h"

enum { MOST = 1 << 16 };

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed)
{
    struct kp_unzip zip;
    struct kp_zip_member member;
    struct kp_zip to;
    struct kp_deflate *deflate = NULL;
    struct kp_packed packed = {.bytes = {0}};
    struct kp_buf contents = {0};
    bool end = false;
    const char *path = fuzz_path("b.zip"), *central = fuzz_path("b.central");
    if (seed % 4 != 0)
        return LLVMFuzzerMutate(data, n, room);
    FUZZ_ASSERT(kp_deflate_new(&deflate) == KP_OK &&
                kp_zip_create(&to, &kp_io_posix, path, central) == KP_OK);
    enum kp_status st = kp_unzip_open(&zip, &kp_io_posix, fuzz_file("a.zip", data, n));
    while (st == KP_OK && (st = kp_unzip_next(&zip, &member, &end)) == KP_OK && !end) {
        if ((st = kp_unzip_read(&zip, &member, MOST, &contents)) != KP_OK)
            break;
        char *bytes = kp_buf_reserve(&contents, MOST);
        FUZZ_ASSERT(bytes);
        contents.len = LLVMFuzzerMutate((uint8_t *)contents.data, contents.len, MOST);
        FUZZ_ASSERT(kp_deflate_run(deflate, contents.data, contents.len, &packed) == KP_OK);
        kp_zip_add(&to, member.name, &packed);
    }
    kp_unzip_close(&zip);
    FUZZ_ASSERT(kp_zip_finish(&to) == KP_OK);
    FILE *file = st == KP_OK ? fopen(path, "rb") : NULL;
    size_t packed_bytes = file ? fread(data, 1, room, file) : LLVMFuzzerMutate(data, n, room);
    if (file)
        (void)fclose(file);
    (void)unlink(path), (void)unlink(central);
    kp_deflate_free(deflate);
    kp_buf_release(&packed.bytes);
    kp_buf_release(&contents);
    return packed_bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct kp_unzip zip;
    struct kp_zip_member member;
    struct kp_buf contents = {0};
    bool end = false;
    uint64_t members = 0;
    enum kp_status st = kp_unzip_open(&zip, &kp_io_posix, fuzz_file("a.zip", data, n));
    while (st == KP_OK && (st = kp_unzip_next(&zip, &member, &end)) == KP_OK && !end) {
        members++;
        FUZZ_ASSERT(strlen(member.name) <= member.n_name && member.data + member.packed_bytes <= n);
        if (kp_unzip_read(&zip, &member, MOST, &contents) == KP_OK)
            FUZZ_ASSERT(contents.len == member.size_bytes &&
                        kp_unzip_read(&zip, &member, MOST, NULL) == KP_OK);
        else
            FUZZ_ASSERT(zip.fault != KP_ZIP_SOUND);
    }
    FUZZ_ASSERT(st == KP_OK ? members == zip.n_members : st == KP_E_FAULT && zip.fault != KP_ZIP_SOUND);
    kp_unzip_close(&zip);
    kp_buf_release(&contents);
    return 0;
}
