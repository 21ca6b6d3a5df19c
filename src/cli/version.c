#include "cli/version.h"

#include <csv.h>
#include <libdeflate.h>
#include <libxml/parser.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <utf8proc.h>
#include <zip.h>
#include <zlib.h>

#include "kenporter.h"
#include "kp_commit.h"

/* The oldest versions that the tests have seen: Debian 12. */
#if LIBXML_VERSION < 20914
#error "libxml2 2.9.14 or later is needed"
#endif
#if ZLIB_VERNUM < 0x12d0
#error "zlib 1.2.13 or later is needed"
#endif
#if LIBDEFLATE_VERSION_MAJOR < 1 || (LIBDEFLATE_VERSION_MAJOR == 1 && LIBDEFLATE_VERSION_MINOR < 14)
#error "libdeflate 1.14 or later is needed"
#endif
#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error "OpenSSL 3.0 or later is needed"
#endif
#if CSV_MAJOR < 3
#error "libcsv 3 or later is needed"
#endif
#if UTF8PROC_VERSION_MAJOR < 2
#error "utf8proc 2 or later is needed"
#endif
#if LIBZIP_VERSION_MAJOR < 1 || (LIBZIP_VERSION_MAJOR == 1 && LIBZIP_VERSION_MINOR < 7)
#error "libzip 1.7 or later is needed"
#endif
_Static_assert(sizeof(void *) == 8, "kenporter is built for 64-bit machines only");

void kp_version_text(struct kp_buf *out)
{
    const unsigned long xml = strtoul(xmlParserVersion, NULL, 10); /* 20914 */
    kp_buf_printf(out, "kenporter %s (%s)\n", kp_version(), KP_COMMIT);
    kp_buf_printf(out, "libxml2 %lu.%lu.%lu, zlib %s, libdeflate %s, libzip %s, ", xml / 10000,
                  xml / 100 % 100, xml % 100, zlibVersion(), LIBDEFLATE_VERSION_STRING, zip_libzip_version());
    kp_buf_printf(out, "OpenSSL %s, utf8proc %s, libcsv %d.%d.%d\n", OpenSSL_version(OPENSSL_VERSION_STRING),
                  utf8proc_version(), CSV_MAJOR, CSV_MINOR, CSV_RELEASE);
}
