/* What the command line and the configuration file set. */
#pragma once

#include "kenporter.h"

enum kp_progress { KP_PROGRESS_AUTO, KP_PROGRESS_ALWAYS, KP_PROGRESS_NEVER };

/* Commands as bits, because an option can belong to several. */
enum {
    KP_FOR_CHECK = 1,
    KP_FOR_EXPORT = 2,
    KP_FOR_EXPLAIN = 4,
    KP_FOR_ITEMS = 8,
    KP_FOR_MAP = 16,
    KP_FOR_PREPARE = 32,
    KP_FOR_RELEASE = 64,
    KP_FOR_VERIFY = 128,
    KP_FOR_SHOW = 256,
    KP_FOR_AUDIT = 512,
    KP_FOR_CONFIG = 1024,
    KP_FOR_INIT = 2048,
    KP_FOR_HANDOVER = 4096,
    KP_FOR_PURGE = 8192,
    KP_FOR_RETIRE = 16384,
    KP_FOR_IMPORT = 32768,
    KP_FOR_STATUS = 65536,
    KP_FOR_REPLY = 131072,
    KP_FOR_ROSTER = 262144
};

/* Where configuration files are looked for beside the current folder and /etc. */
struct kp_config_places {
    const char *named; /* of the environment; must exist. NULL: none */
    const char *user;  /* of the user; may be missing. NULL: none */
};

/* Where a setting comes from. */
struct kp_origin {
    bool given;
    const char *file; /* of the configuration; NULL: the command line */
    unsigned line;
    const char *value; /* as it counts: paths are resolved */
};

struct kp_settings {
    struct kp_run_options options;
    const char *config;        /* the file that was read; NULL: none */
    struct kp_origin *origins; /* one per row of kp_options */
    bool json, html, quiet, verbose, help, dry_run, if_needed;
    enum kp_progress progress;
    /* Set as far as options of their own set them. */
    struct kp_explain_options explain;
    struct kp_audit_options audit;
    struct {
        const char *to, *means, *on, *note;
    } handover;
    bool received, returned, recalled;
    const char *before;  /* of purge */
    const char *metrics; /* NULL: none */
    const char *keep;    /* days; NULL: for ever */
    const char *import_output;
    const char **arguments; /* the words that are no options */
    size_t n_arguments;
};
