/* A first look at a whole export: digest, size, encoding. */
#pragma once

#include "base/file.h"
#include "kenporter.h"

struct kp_probe {
    uint8_t sha256[KP_SHA256_BYTES];
    enum kp_encoding encoding;
    uint64_t bytes;
};

/* Determines the encoding: UTF-16 and UTF-8 by their marks, else UTF-8 if the bytes are (but for some
 * damage), else CP932. Returns KP_E_INPUT with errno, or KP_E_SYSTEM if hashing fails; does not report. */
enum kp_status kp_probe_file(const struct kp_io *io, const char *path, struct kp_probe *ret_probe);
