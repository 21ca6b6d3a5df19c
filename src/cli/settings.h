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
    KP_FOR_AUDIT = 512
};

struct kp_settings {
    struct kp_run_options options;
    const char *config;
    bool json, html, quiet, verbose, help;
    enum kp_progress progress;
    /* Set as far as options of their own set them. */
    struct kp_explain_options explain;
    struct kp_audit_options audit;
    const char **arguments; /* the words that are no options */
    size_t n_arguments;
};
