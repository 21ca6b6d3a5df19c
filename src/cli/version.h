/* What `kenporter --version` prints. */
#pragma once

#include "base/buf.h"

/* Appends the version, the commit that was built, and the libraries with the versions that are in use. */
void kp_version_text(struct kp_buf *out);
