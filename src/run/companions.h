/* The files beside a bundle: its sealed copy, its letter and the password. They are complete in the run's
 * temporary folder before the first log entry, and follow the bundle into place; a run that died in between
 * is completed from there.
 *
 *   OUTPUT/sealed/ROOT.zip   OUTPUT/letters/ROOT.html   OUTPUT/secrets/RUN_ID/INSURER.txt
 */
#pragma once

#include "tables/context.h"

enum kp_companion { KP_COMPANION_SECRET, KP_COMPANION_SEALED, KP_COMPANION_LETTER, KP_COMPANION__COUNT };

struct kp_companions {
    const char *output, *run_id, *root, *insurer;
};

/* The path of one of them, in place or still in the temporary folder. In the arena; NULL when memory is
 * short. */
const char *kp_companion_path(struct kp_arena *arena, const struct kp_companions *of, enum kp_companion which,
                              bool in_place);
/* Returns whether a file of the temporary folder is one of them. */
bool kp_companion_is(const char *name);

/* Moves those that are there into place. Sets *ret_sha256, hex, of the sealed copy; "" if there is none.
 * Reports KP_E_SYSTEM. */
enum kp_status kp_companions_place(struct kp_context *ctx, const struct kp_companions *of,
                                   char ret_sha256[KP_SHA256_HEX + 1]);

/* Returns the members of a log entry's detail that name the seal, with a comma before them; "" without a
 * seal. In the arena; NULL when memory is short. */
const char *kp_companions_detail(struct kp_arena *arena, const char *sha256);
/* Returns whether the detail of a release names this digest of a sealed copy. */
bool kp_companions_is_sealed(const char *detail, const char *sha256);
