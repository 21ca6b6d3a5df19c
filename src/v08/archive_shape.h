/* What a path names that should be a bundle, and how an archive is laid out: the usual ways to pack a bundle
 * wrongly. Functions here do not report. */
#pragma once

#include "base/arena.h"
#include "base/file.h"
#include "format/unzip.h"

/* A file that is no archive. */
enum kp_given {
    KP_GIVEN_TRUNCATED, /* begins like a ZIP, or cannot be read */
    KP_GIVEN_FOLDER,
    KP_GIVEN_XML,
    KP_GIVEN_EMPTY,
    KP_GIVEN_OTHER
};

/* Classifies a path that kp_unzip_open refused. */
enum kp_given kp_given_of(const struct kp_io *io, const char *path);

struct kp_shape {
    const char *top; /* the folder that should contain all members; "" if there is none */
    bool deep;       /* the folders of a bundle are below more than one folder */
    bool nested;     /* archives inside, and nothing of a bundle */
    unsigned folded; /* by index into kp_bundle_folders: only in another case */
};

/* DATA/, XSD/, CLAIMS/; NULL at the end. */
extern const char *const kp_bundle_folders[];

/* Finds the shape of an archive and returns to its first member. top is the folder with the archive's name
 * (base), else that of the index, else the first; or, if no folder of a bundle is that high up, the one that
 * has them. Stops at a broken directory, which reading finds again. KP_E_SYSTEM if memory is short. */
enum kp_status kp_shape_find(struct kp_unzip *zip, const char *base, struct kp_arena *arena,
                             struct kp_shape *ret_shape);

/* Returns the name with a folded folder at its beginning as it should be; copy has room for it. */
const char *kp_shape_name(const struct kp_shape *shape, const char *name, char copy[KP_UNZIP_MAX_NAME + 1]);

/* Lists the documents of an unpacked bundle, paths below the folder in order of their names. */
enum kp_status kp_shape_documents(const char *folder, struct kp_arena *arena, const char *const **ret_paths,
                                  size_t *ret_n);
