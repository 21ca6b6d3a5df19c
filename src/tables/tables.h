/* The tables of schemas/: loaded and cross-checked once, then read-only for all threads. This header includes
 * those of all tables; prefectures.csv and xsd_digests.csv are its own. */
#pragma once

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "tables/answers.h"
#include "tables/codes.h"
#include "tables/diag.h"
#include "tables/exam_kinds.h"
#include "tables/fields.h"
#include "tables/headers.h"
#include "tables/items.h"
#include "tables/legal.h"
#include "tables/limits.h"
#include "tables/mentions.h"
#include "tables/names.h"
#include "tables/periods.h"
#include "tables/phrases.h"
#include "tables/register_words.h"
#include "tables/returns.h"
#include "tables/table_set.h"
#include "tables/units.h"

struct kp_prefecture {
    const char *code; /* JIS X 0401, two digits */
    const char *name;
};

/* A schema file of the ministry. */
struct kp_xsd_digest {
    const char *name;   /* below the folder XSD */
    const char *sha256; /* hex, over the bytes other than white space: copies in use differ in it */
    const char *former; /* the same of this project's profile in earlier versions, separated by spaces */
};

enum { KP_MAX_XSD_FILES = 32 };

/* Loads all tables of a folder (NULL: built in) into the arena. text must outlive them. Reports KP_E_USAGE,
 * with file, line and reason, and KP_E_SYSTEM. */
enum kp_status kp_tables_load(struct kp_arena *arena, const struct kp_io *io, const struct kp_text *text,
                              const char *folder, struct kp_diag *diag, struct kp_tables *ret_tables);

/* Returns the prefecture that an address begins with, or NULL. */
const struct kp_prefecture *kp_prefecture_of(const struct kp_tables *tables, const char *address);
