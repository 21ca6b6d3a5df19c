#include "diag.h"

struct kp_diag DIAG = {.catalogue = &catalogue, .env = &ENV};
