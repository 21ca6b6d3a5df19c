/*
 * kenporter - hands health-check results to medical insurers, as the law asks and no further.
 *
 * The library behind the program. Purpose: read check-up exports (CSV), decide person by person and item by
 * item whether a statute or a consent covers the disclosure, and write one bundle per insurer plus a
 * tamper-evident log. Start reading here, then src/pipeline.c, then any stage.
 *
 * Conventions. Every function that can fail returns enum kp_status; results go through ret_ pointers and are
 * left alone on failure. The library never prints, never exits, never reads the environment and keeps no
 * mutable globals: clock, cancellation, diagnostics and progress come in through struct kp_env. Strings are
 * UTF-8. Dates are civil dates in Japan, written YYYY-MM-DD. Unless a comment says otherwise a pointer that
 * is handed in stays the caller's.
 */
#ifndef KENPORTER_H
#define KENPORTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KP_VERSION "0.1.0"

/* Marks the functions that the library exports; all others are hidden. */
#define KP_API __attribute__((visibility("default")))

/* What went wrong, by what the caller can do about it; the values are the program's exit status. */
enum kp_status {
    KP_OK = 0,
    KP_E_ATTENTION = 1, /* the run is complete, but records were rejected or held */
    KP_E_USAGE = 2,     /* options, configuration, a table or a register */
    KP_E_INPUT = 3,     /* an input cannot be read; nothing was released */
    KP_E_SYSTEM = 4,    /* memory, disk, lock or log; nothing is half released */
    KP_E_FAULT = 5      /* a bundle or log that was checked is faulty */
};

/* Severity of a diagnostic, mildest first. */
enum kp_level {
    KP_LEVEL_NOTE,
    KP_LEVEL_WARN,
    KP_LEVEL_HOLD,
    KP_LEVEL_REJECT,
    KP_LEVEL_FAIL,
    KP_LEVEL__COUNT
};

enum kp_lang { KP_LANG_EN, KP_LANG_JA };

/* How "born on 1 April" counts: by birthdays (insurers' practice), or by the Act on the calculation of age,
 * by which an age is reached at the end of the day before the birthday. */
enum kp_age_rule { KP_AGE_BIRTHDAY, KP_AGE_STATUTE };

enum kp_encoding { KP_ENC_AUTO, KP_ENC_CP932, KP_ENC_UTF8, KP_ENC_UTF16LE, KP_ENC_UTF16BE };

/* check reads and decides; export discloses; prepare makes bundles as if every insurer had asked, and
 * discloses nothing; release decides what was prepared again and discloses it. */
enum kp_command { KP_CMD_CHECK, KP_CMD_EXPORT, KP_CMD_PREPARE, KP_CMD_RELEASE };

/* An organisation as the documents name it: the sender, or the examining facility. NULL = not given. */
struct kp_org {
    const char *number;
    const char *name;
    const char *postal_code;
    const char *address;
    const char *phone;
};

/* What every call is told. Zero-initialised: the built-in tables, English, warnings stay warnings, values are
 * masked. */
struct kp_common {
    const char *schemas; /* folder of tables; NULL: those built in */
    enum kp_lang lang;
    bool strict;      /* warnings reject the record, or the bundle */
    bool show_values; /* values may appear in diagnostics, in notes.csv and in a bundle's contents */
};

/* How exports are read. */
struct kp_input_options {
    const char *mapping; /* NULL: columns are recognised by their headers */
    const char *methods; /* METHODCVT table to a CC2X mapping table, or NULL */
    enum kp_encoding encoding;
    char delimiter;         /* 0: found from the header row */
    struct kp_org facility; /* where the export names none */
};

/* The registers, CSV files. NULL: an empty register. */
struct kp_register_files {
    const char *requests;
    const char *consents;
    const char *insurers;
};

/* Everything a run is told. Zero-initialise, then kp_run_options_defaults(). All strings stay the caller's.
 */
struct kp_run_options {
    struct kp_common common;
    struct kp_input_options input;
    struct kp_register_files registers;
    enum kp_command command;
    const char *const *inputs;
    size_t n_inputs;
    const char *const *input_names; /* what messages and files call the inputs; NULL: by their paths */
    const char *prepared;           /* release: the run id of a prepare; inputs is then left alone */
    const char *output;             /* folder; created (0700) when missing */
    const char *log;                /* NULL: disclosure-log.csv in the output folder */
    const char *previous_logs; /* older logs that it continues, oldest first, separated by ":"; NULL: none */
    const char *anchors; /* file that the head of the log is appended to after every export; NULL: none */
    const char *xsd;     /* the ministry's schema files; NULL: this project's profile */
    const char *as_of;   /* day of disclosure, YYYY-MM-DD; NULL: today in Japan */
    const char *again;   /* reason for disclosing unchanged records once more; NULL: do not */
    unsigned threads;    /* 0: one per processor */
    enum kp_age_rule age_rule;
    bool withhold_form_items;     /* policy form_items = withhold */
    bool release_requested_items; /* policy requested_items = release */
    bool derive; /* policy derive = yes: compute items that the source lacks and that follow from others */
    bool reject_incomplete; /* policy required_items = reject: what 特定健診 requires must be there */
    bool corrections;       /* release records that changed since they were disclosed */
    struct kp_org sender;
};

/* One diagnostic, ready to print. Pointers live until the callback returns. */
struct kp_message {
    enum kp_level level;
    unsigned code;      /* the digits of K1234 */
    const char *file;   /* NULL: none */
    uint64_t line;      /* 0: none */
    const char *field;  /* field name, item code or column header; NULL: none */
    const char *text;   /* in the language asked for; holds no value and no name unless show_values */
    const char *remedy; /* how to mend it */
};

/* The outside world, handed in. now() gives seconds since 1970-01-01 UTC. cancel (may be NULL) is polled
 * until the first bundle goes out: once it is not 0 the run stops, cleans up and returns KP_E_SYSTEM. */
struct kp_env {
    int64_t (*now)(void *ctx);
    void (*message)(void *ctx, const struct kp_message *message);
    void (*progress)(void *ctx, uint64_t done,
                     uint64_t total); /* bytes of input, over both passes; may be NULL */
    void *ctx;
    const volatile int *cancel;
    enum kp_level least_level; /* milder messages are not sent */
    enum kp_lang lang;         /* of the surroundings; only the program looks at it */
};

struct kp_count {
    const char *name;
    uint64_t n;
};

/* How often a diagnostic was given, and where first. */
struct kp_code_result {
    unsigned code;
    enum kp_level level;
    const char *text; /* of the catalogue; what differs from row to row is left open */
    uint64_t n;
    const char *places; /* "export.csv:12 :15 :40" */
};

struct kp_insurer_result {
    const char *insurer_number;
    const char *name; /* from the insurer register, or "" */
    const char *const *
        bundles; /* paths of the bundles in place, n_bundles of them: several where the insurer limits them */
    size_t n_bundles;
    uint64_t documents;
    uint64_t held;
    const char *scheme;
    const struct kp_count *by_basis; /* n_bases of them */
    size_t n_bases;
    const struct kp_count *by_reason; /* why records are held, n_reasons of them */
    size_t n_reasons;
    const struct kp_count
        *waiting; /* on which basis more would go out on a request citing both Acts, n_waiting of them */
    size_t n_waiting;
};

/* What a run did. Owned by the run: release with kp_result_free. */
struct kp_result {
    const char *run_id;
    const char *run_folder;
    const char *log_path;
    const char *report_json; /* the bytes of report.json */
    const char *as_of;
    const char *head_hash; /* of the log after the run; 64 zeros when it is empty */
    uint64_t read, released, rejected, held, held_no_request, already_disclosed, duplicates;
    uint64_t warnings, notes;
    const struct kp_count *held_by_reason; /* n_reasons of them; reasons that did not occur are left out */
    size_t n_reasons;
    const struct kp_insurer_result *insurers;
    size_t n_insurers;
    const struct kp_code_result *codes; /* gravest first, then by code; n_codes of them */
    size_t n_codes;
    bool own_schemas; /* the bundles carry this project's profile schemas, not the ministry's */
    void *memory;     /* private */
};

/* Fills in the defaults of every option that has one. */
KP_API void kp_run_options_defaults(struct kp_run_options *options);

/*
 * Runs check, export, prepare or release. On KP_OK or KP_E_ATTENTION *ret_result describes the run and is the
 * caller's; on any other status nothing is to be freed, a message said why, and no bundle is half released.
 * Grounds: Act on medical care for the elderly art. 27; health insurance Act art. 150 and its sister Acts;
 * Act on the protection of personal information art. 27 and 29.
 */
KP_API enum kp_status kp_run(const struct kp_run_options *options, const struct kp_env *env,
                             struct kp_result *ret_result);

/* Frees what kp_run handed over. A zeroed result is fine. */
KP_API void kp_result_free(struct kp_result *result);

/* A proposed mapping file: release with kp_proposal_free. */
struct kp_proposal {
    char *text;        /* the file */
    size_t recognised; /* columns with a line that counts */
    size_t suggested;  /* columns with a line that is commented out */
    size_t left;       /* columns without an idea */
    size_t lacking;    /* required fields without a column */
};

struct kp_map_options {
    struct kp_common common;
    struct kp_input_options input; /* mapping and methods are ignored */
    const char *path;              /* of the export */
};

/*
 * Looks at the first rows of an export and proposes a mapping file for it. The text holds headers and shapes
 * of values, no value. Errors: KP_E_INPUT, KP_E_USAGE (tables), KP_E_SYSTEM, each with a message.
 */
KP_API enum kp_status kp_propose(const struct kp_map_options *options, const struct kp_env *env,
                                 struct kp_proposal *ret_proposal);

KP_API void kp_proposal_free(struct kp_proposal *proposal);

/* What checking one bundle found. Texts are "" where the bundle did not say. */
struct kp_verdict {
    const char *path;
    const char *sha256;
    const char *sender_number, *receiver_number; /* of the index */
    const char *created;                         /* YYYY-MM-DD, of the index */
    uint64_t documents;
    uint64_t faults, warnings;
    const struct kp_count *by_code; /* "K8045" and how often; n_codes of them, ascending */
    size_t n_codes;
};

/* Release with kp_verdicts_free. */
struct kp_verdicts {
    const struct kp_verdict *bundles; /* one per input, in their order */
    size_t n_bundles;
    void *memory; /* private */
};

struct kp_verify_options {
    struct kp_common common;
    const char *const *bundles;
    size_t n_bundles;
    const char *xsd; /* the ministry's schema files, to validate with as well; NULL: none */
    const char *log; /* disclosure log to hold each bundle against; NULL: none */
    enum kp_age_rule age_rule;
};

/*
 * Checks bundles as their receiver would, without trusting them: archive, index, schemas, every
 * document's header and body. Writes nothing. Faults are diagnostics whose file is BUNDLE or BUNDLE:MEMBER.
 * KP_OK: all sound; KP_E_FAULT: some are not (with common.strict warnings count); both fill *ret_verdicts.
 * Errors: KP_E_USAGE (tables, schemas), KP_E_SYSTEM.
 */
KP_API enum kp_status kp_verify(const struct kp_verify_options *options, const struct kp_env *env,
                                struct kp_verdicts *ret_verdicts);

KP_API void kp_verdicts_free(struct kp_verdicts *verdicts);

/* A page to look at: release with kp_page_free. */
struct kp_page {
    char *text; /* UTF-8, for a terminal, or a whole HTML page that needs nothing else */
};

struct kp_show_options {
    struct kp_common common;
    const char *bundle;
    const char *member; /* a document's number in the contents, or its file name; NULL: the contents */
    bool html;
};

/*
 * A bundle for a person to read: its table of contents, or, with member, one person's record with Japanese
 * names, units, ranges and codes spelled out. The contents name nobody unless common.show_values; the record
 * holds everything that stands in the document. KP_E_USAGE: no such document; KP_E_FAULT: it cannot be read;
 * each with a message.
 */
struct kp_explain_options {
    struct kp_common common;
    const char *birth, *exam; /* YYYY-MM-DD */
    const char *insurer;      /* number of 8 digits */
    const char *on;           /* day of disclosure, YYYY-MM-DD; NULL: today in Japan */
    const char
        *articles;      /* of the request: words of "elderly_act health_act", "" for no request; NULL: both */
    const char *items;  /* item codes to decide on, separated by spaces or commas; NULL: none */
    const char *scheme; /* of the insurer register, for an ambiguous prefix; NULL: not given */
    enum kp_age_rule age_rule;
    bool withhold_form_items;
    bool json;
};

struct kp_code_options {
    struct kp_common common;
    const char *code; /* "K5007" */
};

struct kp_items_options {
    struct kp_common common;
    const char *word; /* part of an item's code or name; NULL: all items */
};

/* Applies the rule to one case, as text or JSON. KP_E_USAGE: a value is missing or invalid; each with a
 * message. */
KP_API enum kp_status kp_explain(const struct kp_explain_options *options, const struct kp_env *env,
                                 struct kp_page *ret_page);
/* Says what a diagnostic means and how to mend its cause. KP_E_USAGE: no such code. */
KP_API enum kp_status kp_explain_code(const struct kp_code_options *options, const struct kp_env *env,
                                      struct kp_page *ret_page);
/* Lists items: code, type, format or code system, unit, scope, name. */
KP_API enum kp_status kp_list_items(const struct kp_items_options *options, const struct kp_env *env,
                                    struct kp_page *ret_page);

KP_API enum kp_status kp_show(const struct kp_show_options *options, const struct kp_env *env,
                              struct kp_page *ret_page);

KP_API void kp_page_free(struct kp_page *page);

enum kp_audit_format { KP_AUDIT_TABLE, KP_AUDIT_CSV, KP_AUDIT_JSONL };
enum kp_audit_event {
    KP_AUDIT_ANY,
    KP_AUDIT_DISCLOSE,
    KP_AUDIT_AGAIN,
    KP_AUDIT_CORRECT,
    KP_AUDIT_RELEASE,
    KP_AUDIT_VOID
};

/* A filter that is NULL lets every entry through. */
struct kp_audit_options {
    struct kp_common common;
    struct kp_register_files registers; /* consents and insurers, for the provision records */
    const char *const *logs;            /* each continues the one before it */
    size_t n_logs;
    const char *insurer, *employee, *number, *basis, *request, *bundle;
    const char *from, *to; /* YYYY-MM-DD, of the entry's time in Japan */
    enum kp_audit_event event;
    enum kp_audit_format format;
    bool provision_records; /* of disclosures by consent, instead of the entries */
    const char *head;       /* must be the hash of an entry; NULL: not checked */
};

/* Receives n bytes of the answer. Returns false when they cannot be written; it has reported that itself. */
typedef bool kp_audit_print(void *ctx, const char *bytes, size_t n);

/*
 * Verifies logs. When they are sound, prints what was asked for: the entries that pass the filters (with
 * filters, or in a format other than the table), the provision records (APPI art. 29, its rules art. 20), or
 * else entries, heads and counts by insurer, basis and month, which name nobody. A disclosure whose bundle
 * was voided is not counted. KP_E_FAULT: the first fault was reported with its line. KP_E_USAGE: a log,
 * register or option; KP_E_SYSTEM.
 */
KP_API enum kp_status kp_audit(const struct kp_audit_options *options, const struct kp_env *env,
                               kp_audit_print *print, void *print_ctx);

/* The version that the library was built as, KP_VERSION of its time. */
KP_API const char *kp_version(void);

/* Name of a severity as printed: note, warn, hold, reject, fail. Never NULL. */
KP_API const char *kp_level_name(enum kp_level level);

#ifdef __cplusplus
}
#endif

#endif
