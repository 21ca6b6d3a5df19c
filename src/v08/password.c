#include "v08/password.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/secret.h"
#include "base/status.h"

bool kp_password_take(const char *bytes, size_t n, struct kp_password *ret_password)
{
    size_t length = 0;
    while (length < n && bytes[length] != '\n' && bytes[length] != '\r')
        length++;
    size_t end = length;
    while (end < n && (bytes[end] == '\n' || bytes[end] == '\r'))
        end++;
    if (length == 0 || length > KP_PASSWORD_MAX || end < n)
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f)
            return false;
    memcpy(ret_password->text, bytes, length);
    ret_password->text[length] = '\0';
    return true;
}

enum kp_status kp_password_read(struct kp_context *ctx, const char *path, struct kp_password *ret_password)
{
    char bytes[KP_PASSWORD_MAX + 3];
    struct stat s;
    int fd = -1;
    size_t n = 0;
    if (!path)
        return KP_OK;
    errno = 0;
    enum kp_status st = kp_file_open(ctx->io, path, &fd);
    if (st == KP_OK)
        st = kp_file_read_at(ctx->io, fd, bytes, sizeof(bytes), 0, &n);
    if (st != KP_OK)
        st = kp_fail(&ctx->diag, KP_E_USAGE, KP_K_PASSWORD_UNUSABLE, kp_in(path),
                     strerror(errno ? errno : EIO));
    else if (!kp_password_take(bytes, n, ret_password))
        st = kp_fail(&ctx->diag, KP_E_USAGE, KP_K_PASSWORD_UNUSABLE, kp_in(path),
                     kp_say(ctx, "1行のパスワードではない", "it is not one line with a password"));
    else if (fstat(fd, &s) == 0 && (s.st_mode & (S_IRWXG | S_IRWXO)))
        kp_warn(&ctx->diag, KP_K_PASSWORD_FILE_OPEN, kp_in(path));
    if (fd >= 0)
        (void)ctx->io->close(fd);
    kp_secret_wipe(bytes, sizeof(bytes));
    return st;
}

enum kp_status kp_password_open(const struct kp_password *password, const char *path,
                                struct kp_unsealed *unsealed, enum kp_code *ret_code)
{
    static const enum kp_code codes[] = {[KP_SEAL_SOUND] = KP_K_SEAL_DAMAGED,
                                         [KP_SEAL_NONE] = KP_K_SEAL_DAMAGED,
                                         [KP_SEAL_WRONG_PASSWORD] = KP_K_SEAL_WRONG_PASSWORD,
                                         [KP_SEAL_DAMAGED] = KP_K_SEAL_DAMAGED,
                                         [KP_SEAL_TOO_BIG] = KP_K_ZIP_BOMB,
                                         [KP_SEAL_UNSUPPORTED] = KP_K_SEAL_UNSUPPORTED,
                                         [KP_SEAL_EMPTY] = KP_K_SEAL_EMPTY};
    enum kp_seal_fault fault = KP_SEAL_SOUND;
    if (!password || !*password->text || !kp_seal_is(path))
        return KP_OK;
    enum kp_status st = kp_seal_open(path, password->text, unsealed, &fault);
    *ret_code = codes[fault];
    return st;
}

void kp_password_wipe(struct kp_password *password)
{
    kp_secret_wipe(password->text, sizeof(password->text));
}
