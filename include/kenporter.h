/*
 * kenporter - hands health-check results to medical insurers, as the law asks and no further.
 *
 * The library reads check-up exports (CSV), decides person by person and item by item whether a statute or a
 * consent covers the disclosure, and writes one bundle per insurer and a tamper-evident log. Read this header
 * first, then src/README.md, then src/run/pipeline.c.
 *
 * Conventions. Functions that can fail return enum kp_status; results go through ret_ pointers and are
 * untouched on failure. Every failure has been reported through kp_env.message before its function returns.
 * The library never prints, exits or reads the environment and keeps no mutable globals: clock, cancellation,
 * messages and progress come in through struct kp_env. Calls may run in parallel, each with an env of its
 * own. Strings are UTF-8. Dates are civil dates in Japan, YYYY-MM-DD. Pointers that are handed in stay the
 * caller's and must outlive the call.
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

#define KP_VERSION "0.2.0"

/* Marks the functions that the library exports; all others are hidden. */
#define KP_API __attribute__((visibility("default")))

/* Outcome of a call. The values are the program's exit statuses. */
enum kp_status {
    KP_OK = 0,
    KP_E_ATTENTION = 1, /* the run is complete; records were rejected or held */
    KP_E_USAGE = 2,     /* invalid option, configuration, table or register */
    KP_E_INPUT = 3,     /* an input cannot be read; nothing was released */
    KP_E_SYSTEM = 4,    /* memory, disk, lock or log; no bundle is half released */
    KP_E_FAULT = 5      /* the checked bundle or log is faulty */
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

/* When an age is reached: on the birthday (insurers' practice), or at the end of the day before it
 * (年齢計算ニ関スル法律). The rules differ for people born on 1 April. */
enum kp_age_rule { KP_AGE_BIRTHDAY, KP_AGE_STATUTE };

/* Kinds of examination. The duty covers the first four: 安衛則44条, 43条, 45条, 45条の2 (kept under 51条).
 * AUTO: as the export says; periodic is assumed if it has no column for it. */
enum kp_exam_kind {
    KP_KIND_AUTO,
    KP_KIND_PERIODIC,
    KP_KIND_HIRING,
    KP_KIND_SPECIFIED_WORK,
    KP_KIND_OVERSEAS,
    KP_KIND_SPECIAL,
    KP_KIND_DENTAL,
    KP_KIND_STOOL,
    KP_KIND_STRESS,
    KP_KIND_BEFORE_HIRING,
    KP_KIND_PRIVATE,
    KP_KIND_INSURER,
    KP_KIND_UNKNOWN
};

/* When a person must have been a member: on the day of the examination, or also when the request came. */
enum kp_membership { KP_MEMBER_EXAM_DAY, KP_MEMBER_EXAM_DAY_AND_REQUEST };

enum kp_encoding { KP_ENC_AUTO, KP_ENC_CP932, KP_ENC_UTF8, KP_ENC_UTF16LE, KP_ENC_UTF16BE };

/* check reads and decides. export also discloses. prepare makes bundles as if every insurer had asked, and
 * discloses nothing. release decides a preparation again and discloses it. roster discloses to one insurer
 * who its members are, by the grounds of an export, and no results. */
enum kp_command { KP_CMD_CHECK, KP_CMD_EXPORT, KP_CMD_PREPARE, KP_CMD_RELEASE, KP_CMD_ROSTER };

/* An organisation as documents name it: the sender, or the examining facility. NULL: not given. */
struct kp_org {
    const char *number;      /* 10 digits */
    const char *name;        /* at most 20 full-width characters */
    const char *postal_code; /* 123-4567 */
    const char *address;     /* at most 40 full-width characters */
    const char *phone;       /* at most 11 digits, with or without hyphens */
};

/* Options of every call. Zeroed: built-in tables, English, warnings stay warnings, values are masked. */
struct kp_common {
    const char *schemas; /* folder of tables; NULL: those built in */
    enum kp_lang lang;
    bool strict;      /* warnings reject the record, or the bundle */
    bool show_values; /* values may appear in diagnostics, in notes.csv and in a bundle's contents */
};

/* How exports are read. */
struct kp_input_options {
    const char *mapping;     /* NULL: columns are recognised by their headers */
    const char *methods;     /* METHODCVT table to a CC2X mapping table, or NULL */
    const char *ranges;      /* reference ranges for results that the export gives none for, or NULL */
    const char *master;      /* personnel master, which completes rows by their employee id, or NULL */
    const char *master_name; /* shown in messages and files; NULL: its path */
    const char *join;        /* key column ("#3" or its header) of two inputs, persons and results; or NULL */
    enum kp_encoding encoding;
    char delimiter;                /* 0: found from the header row */
    enum kp_exam_kind exam_kind;   /* of exports without a column for it */
    struct kp_org facility;        /* used if the export names none */
    const char *facility_defaults; /* KikanInfo: what facility and the sender lack; or NULL */
    const char
        *facilities; /* register of facilities, which completes rows that give only a number; or NULL */
};

/* The registers, CSV files. NULL: an empty register. */
struct kp_register_files {
    const char *requests;
    const char *consents;
    const char *insurers;
};

/* How bundles are sealed for the insurers whose row of the register says "zip-aes". Without a file or command
 * the password is drawn and kept in OUTPUT/secrets. */
struct kp_seal_options {
    const char *password_file;    /* its one line is the password, of 16 ASCII characters at least; or NULL */
    const char *password_command; /* of the shell, which prints it; $1 is the insurer's number; or NULL */
    bool list;                    /* also seal a list of the members */
};

/* A folder whose files are the inputs of check, export and prepare that name none. When the run is complete,
 * the files that it read are moved to `done`, those that cannot be read to `quarantine`, each with a text
 * that says why. check moves nothing. Hidden files and those that are still being written are left. */
struct kp_drop_folder {
    const char *folder;     /* NULL: none */
    const char *done;       /* NULL: FOLDER/done */
    const char *quarantine; /* NULL: FOLDER/quarantine */
};

/* Options of a run. Zero-initialise, then call kp_run_options_defaults(). */
struct kp_run_options {
    struct kp_common common;
    struct kp_input_options input;
    struct kp_register_files registers;
    enum kp_command command;
    const char *const *inputs;
    size_t n_inputs;
    const char *const *input_names; /* names of the inputs in messages and files; NULL: their paths */
    struct kp_drop_folder drop;     /* used if n_inputs is 0 */
    const char *prepared;           /* release: run id of the preparation; inputs is ignored */
    const char *output;             /* folder; created (0700) when missing */
    const char *log;                /* NULL: disclosure-log.csv in the output folder */
    const char *previous_logs;      /* logs that it continues, oldest first, separated by ":"; NULL: none */
    const char *anchors;            /* file to which every export appends the head of the log; NULL: none */
    const char *xsd;                /* the ministry's schema files; NULL: this project's profile */
    const char *as_of;              /* day of disclosure, YYYY-MM-DD; NULL: today in Japan */
    const char *backdate;           /* why as_of is another day than today; needed to disclose then */
    const char *only_insurers;  /* insurer numbers, one a line: other records wait; NULL: all; roster: one */
    const char *only_employees; /* the same by employee id */
    const char *again;          /* reason for disclosing unchanged records once more; NULL: do not */
    const char *shard; /* check and export: "2/4" takes the second quarter of the people; NULL: all */
    unsigned threads;  /* 1 to 256; 0: one per processor */
    enum kp_age_rule age_rule;
    enum kp_membership membership;
    bool withhold_form_items;     /* policy form_items = withhold */
    bool release_requested_items; /* policy requested_items = release */
    bool derive;                  /* policy derive = yes: compute missing items from others */
    bool reject_incomplete;       /* policy required_items = reject: reject if 特定健診 lacks an item */
    bool all_notes;               /* notes.csv has every change of every row, not their counts */
    bool corrections;             /* release records that changed since their disclosure */
    struct kp_seal_options seal;
    struct kp_org sender;
    const char *officer; /* who is in charge of the records; NULL: not given */
    const char *config;  /* file that these options were read from, whose digest the log keeps; NULL: none */
};

/* A diagnostic, ready to print. Pointers live until the callback returns. */
struct kp_message {
    enum kp_level level;
    unsigned code;      /* the digits of K1234 */
    const char *file;   /* NULL: none */
    uint64_t line;      /* 0: none */
    const char *field;  /* field name, item code or column header; NULL: none */
    const char *text;   /* in the language of the call; without values and names unless show_values */
    const char *remedy; /* how to mend it */
};

/* The surroundings of a call. */
struct kp_env {
    int64_t (*now)(void *ctx); /* seconds since 1970-01-01 UTC */
    void (*message)(void *ctx, const struct kp_message *message);
    void (*progress)(void *ctx, uint64_t done, uint64_t total); /* bytes of both passes; may be NULL */
    void *ctx;
    /* Polled until the first bundle is released; may be NULL. Not 0: the call cleans up and returns
     * KP_E_SYSTEM. */
    const volatile int *cancel;
    enum kp_level least_level; /* milder messages are not sent */
    enum kp_lang lang;         /* of the surroundings; used by the program only */
    const char *user, *host;   /* the operator, for the log; NULL: unknown */
};

/* A name and how often it occurred. */
struct kp_count {
    const char *name;
    uint64_t n;
};

/* How often a diagnostic occurred, and where first. */
struct kp_code_result {
    unsigned code;
    enum kp_level level;
    const char *text; /* of the catalogue, with "…" for the parts that vary */
    uint64_t n;
    const char *places; /* "export.csv:12 :15 :40" */
};

/* What all rows show of a column of codes whose digits or numbers do not speak for themselves. */
struct kp_column_result {
    const char *file;
    unsigned number; /* from 1 */
    const char *header;
    const char *target;   /* as a mapping file has it */
    const char *decision; /* hours, numbers (not used), unknown or foreign (rows with digits are rejected),
                             wider (K3097) */
    uint64_t rejected;    /* rows */
    const char *remedy;   /* line of a mapping file that settles it, or "" */
};

struct kp_insurer_result {
    const char *insurer_number; /* 8 digits */
    const char *name;           /* from the insurer register, or "" */
    const char *const *bundles; /* n_bundles paths: more than one if the insurer limits documents */
    const char *const *sealed;  /* likewise: the copy under a password, or "" */
    const char *const *letters; /* likewise: the covering letter, or "" */
    const char *secret;         /* the file with the password that was drawn, or "" */
    const char *next;           /* command that logs the handover, with blanks; "" without bundles */
    size_t n_bundles;
    uint64_t documents;
    uint64_t held;
    const char *scheme;
    const struct kp_count *by_basis; /* n_bases documents by legal basis */
    size_t n_bases;
    const struct kp_count *by_reason; /* n_reasons held records by reason */
    size_t n_reasons;
    const struct kp_count *waiting; /* n_waiting records by the basis that a request citing both Acts gives */
    size_t n_waiting;
};

/* A file of the drop folder that cannot be read. */
struct kp_unread_input {
    const char *path;
    unsigned code; /* the digits of K2004 */
    uint64_t line; /* 0: none */
    const char *text, *remedy;
};

/* What a run did. read = released + rejected + held + already_disclosed. Free with kp_result_free. */
struct kp_result {
    const char *run_id;
    const char *run_folder;
    const char *log_path;
    const char *report_json; /* the bytes of report.json */
    const char *as_of;
    const char *anchor;    /* "written"; "failed", then the run ends with KP_E_ATTENTION; "none" asked for */
    const char *head_hash; /* of the log after the run; 64 zeros if it is empty */
    uint64_t read, released, rejected, held, held_no_request, held_not_selected, held_other_shard,
        already_disclosed, duplicates;
    uint64_t warnings, notes;
    const struct kp_count *held_by_reason; /* n_reasons of them, only reasons that occurred */
    size_t n_reasons;
    const struct kp_insurer_result *insurers;
    size_t n_insurers;
    const struct kp_code_result *codes; /* n_codes of them, gravest first, then by code */
    size_t n_codes;
    const char *review; /* rows with texts that a person should read: "export.csv:12 :15"; "": none */
    const struct kp_column_result *columns; /* n_columns of them, by file and number */
    size_t n_columns;
    const char *const *unused; /* n_unused headers of columns that nothing is read from */
    size_t n_unused;
    const char *exam_kind;  /* taken for inputs without a column for it; "": there are none */
    bool exam_kind_assumed; /* it was not configured */
    bool own_schemas;       /* the bundles contain this project's profile schemas, not the ministry's */
    const struct kp_unread_input *unread; /* n_unread files of the drop folder that cannot be read */
    size_t n_unread;
    const char *const *waiting_inputs; /* n_waiting_inputs files of it that are still being written */
    size_t n_waiting_inputs;
    size_t n_not_moved;   /* files of it that could not be moved */
    bool nothing_to_read; /* it has no file to read: there was no run, and only this is set */
    uint64_t log_entries;
    void *memory; /* private */
};

/* Sets the output folder and the sender number if they are NULL. */
KP_API void kp_run_options_defaults(struct kp_run_options *options);

/*
 * Runs check, export, prepare, release or roster. On KP_OK and KP_E_ATTENTION *ret_result describes the run
 * and is the caller's to free. Errors: KP_E_USAGE, KP_E_INPUT, KP_E_SYSTEM; no bundle is then half released.
 * Grounds: Act on medical care for the elderly art. 27; health insurance Act art. 150 and its sister Acts;
 * Act on the protection of personal information art. 27 and 29.
 */
KP_API enum kp_status kp_run(const struct kp_run_options *options, const struct kp_env *env,
                             struct kp_result *ret_result);

/*
 * Checks the settings of a run without an input: tables, registers, sender, facilities, schemas. Reports
 * every fault that it finds, not only the first. Writes nothing. Errors: KP_E_USAGE, KP_E_SYSTEM.
 */
KP_API enum kp_status kp_check_settings(const struct kp_run_options *options, const struct kp_env *env);

/* Frees a result; a zeroed one is fine. */
KP_API void kp_result_free(struct kp_result *result);

/* A proposed mapping file. Free with kp_proposal_free. */
struct kp_proposal {
    char *text;        /* contents of the file */
    size_t recognised; /* columns with an active line */
    size_t suggested;  /* columns with a suggestion that is commented out */
    size_t left;       /* columns without a suggestion */
    size_t lacking;    /* required fields without a column */
};

struct kp_map_options {
    struct kp_common common;
    struct kp_input_options input; /* mapping and methods are ignored */
    const char *path;              /* of the export */
};

/*
 * Proposes a mapping file from the header and the first rows of an export. The text contains headers and
 * shapes of values, but no values. Errors: KP_E_INPUT, KP_E_USAGE (tables), KP_E_SYSTEM.
 */
KP_API enum kp_status kp_propose(const struct kp_map_options *options, const struct kp_env *env,
                                 struct kp_proposal *ret_proposal);

KP_API void kp_proposal_free(struct kp_proposal *proposal);

/* The result of checking one bundle. Texts are "" if the bundle lacks them. */
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

/* Free with kp_verdicts_free. */
struct kp_verdicts {
    const struct kp_verdict *bundles; /* one per input, in their order */
    size_t n_bundles;
    void *memory; /* private */
};

struct kp_verify_options {
    struct kp_common common;
    const char *const *bundles;
    size_t n_bundles;
    const char *xsd;           /* the ministry's schema files, to validate with as well; NULL: none */
    const char *log;           /* disclosure log to hold each bundle against; NULL: none */
    const char *password_file; /* opens bundles under a password; NULL: none */
    enum kp_age_rule age_rule;
};

/*
 * Checks bundles as their receiver would: archive, index, schemas, and every document's header and body. Does
 * not trust them and writes nothing. Faults are messages whose file is BUNDLE or BUNDLE:MEMBER. KP_OK: all
 * are sound; KP_E_FAULT: some are not (with common.strict a warning is a fault); both fill *ret_verdicts.
 * Errors: KP_E_USAGE (tables, schemas, log), KP_E_SYSTEM.
 */
KP_API enum kp_status kp_verify(const struct kp_verify_options *options, const struct kp_env *env,
                                struct kp_verdicts *ret_verdicts);

KP_API void kp_verdicts_free(struct kp_verdicts *verdicts);

/* A text for people, for a terminal or as a self-contained HTML page. Free with kp_page_free. */
struct kp_page {
    char *text;
};

KP_API void kp_page_free(struct kp_page *page);

struct kp_import_options {
    struct kp_common common;
    struct kp_input_options input; /* its files are chosen where the folder has several of a kind */
    const char *folder;            /* of the CC2X converter */
    const char *output;            /* folder of the configuration; created when missing */
};

/*
 * Looks through a folder of the CC2X converter, writes OUTPUT/kenporter.ini, which names its tables, and says
 * what each file is. What is not used of the tables is a message. Errors: KP_E_USAGE (no definition table,
 * two tables of one kind, a wrong table, a configuration that exists), KP_E_SYSTEM.
 */
KP_API enum kp_status kp_import_cc2x(const struct kp_import_options *options, const struct kp_env *env,
                                     struct kp_page *ret_page);

struct kp_show_options {
    struct kp_common common;
    const char *bundle;
    const char *member; /* a document's number in the contents, or its file name; NULL: the contents */
    bool html;
    bool json;                 /* instead of html */
    const char *password_file; /* as in kp_verify_options */
};

/*
 * Shows the contents of a bundle, or one document with Japanese names, units, ranges and the meaning of
 * codes. The contents name people only under common.show_values; a document is shown whole. KP_E_USAGE: no
 * such document; KP_E_FAULT: it cannot be read.
 */
KP_API enum kp_status kp_show(const struct kp_show_options *options, const struct kp_env *env,
                              struct kp_page *ret_page);

struct kp_explain_options {
    struct kp_common common;
    const char *birth, *exam;    /* YYYY-MM-DD */
    const char *insurer;         /* number of 8 digits */
    const char *on;              /* day of disclosure, YYYY-MM-DD; NULL: today in Japan */
    const char *articles;        /* words of "elderly_act health_act"; "": no request; NULL: both */
    const char *items;           /* item codes to decide on, separated by spaces or commas; NULL: none */
    const char *scheme;          /* of the insurer register, for an ambiguous prefix; NULL: not given */
    enum kp_exam_kind exam_kind; /* KP_KIND_AUTO: periodic */
    enum kp_age_rule age_rule;
    bool withhold_form_items;
    bool json;
};

/* Applies the legal rule to one case, as text or JSON. KP_E_USAGE: a value is missing or invalid. */
KP_API enum kp_status kp_explain(const struct kp_explain_options *options, const struct kp_env *env,
                                 struct kp_page *ret_page);

struct kp_code_options {
    struct kp_common common;
    const char *code; /* "K5007" */
};

/* Explains a diagnostic and how to mend its cause. KP_E_USAGE: no such code. */
KP_API enum kp_status kp_explain_code(const struct kp_code_options *options, const struct kp_env *env,
                                      struct kp_page *ret_page);

struct kp_items_options {
    struct kp_common common;
    const char *word; /* part of an item's code or name; NULL: all items */
    bool json;
};

/* Lists items, one per line or as JSON: code, type, format or code system, unit, scope, name. */
KP_API enum kp_status kp_list_items(const struct kp_items_options *options, const struct kp_env *env,
                                    struct kp_page *ret_page);

enum kp_audit_format { KP_AUDIT_TABLE, KP_AUDIT_CSV, KP_AUDIT_JSONL, KP_AUDIT_HTML };
enum kp_audit_band { KP_AUDIT_BAND_ANY, KP_AUDIT_UNDER40, KP_AUDIT_40TO74, KP_AUDIT_75PLUS };
enum kp_audit_tables { KP_AUDIT_TABLES_ANY, KP_AUDIT_TABLES_BUILTIN, KP_AUDIT_TABLES_OTHER };
enum kp_audit_event {
    KP_AUDIT_ANY,
    KP_AUDIT_DISCLOSE,
    KP_AUDIT_AGAIN,
    KP_AUDIT_CORRECT,
    KP_AUDIT_RELEASE,
    KP_AUDIT_VOID,
    KP_AUDIT_RUN,
    KP_AUDIT_HANDOVER,
    KP_AUDIT_RECEIVED,
    KP_AUDIT_RETURNED,
    KP_AUDIT_RECALLED,
    KP_AUDIT_PURGE,
    KP_AUDIT_REPLY
};

/* A NULL filter accepts every entry. Filters combine. */
struct kp_audit_options {
    struct kp_common common;
    struct kp_register_files registers; /* today's; consents are needed by withdrawn */
    const char *output; /* folder whose registers/ has the copies that runs kept; NULL: that of each log */
    const char *const *logs; /* each continues the one before it */
    size_t n_logs;
    const char *insurer, *employee, *number, *basis, *request, *bundle;
    const char *name, *birth;        /* kana name of any width; birth date */
    const char *item;                /* that was told: code or name */
    const char *consent;             /* id of a consent that it rests on */
    const char *operated_by;         /* user, or user@host */
    const char *from, *to;           /* YYYY-MM-DD, of the entry's time in Japan */
    const char *exam_from, *exam_to; /* YYYY-MM-DD, of the examination */
    enum kp_audit_event event;
    enum kp_audit_band band;
    enum kp_audit_tables tables; /* those that the run used */
    bool backdated;              /* judged by another day than that of the run */
    bool withdrawn;              /* rests on a consent that was withdrawn since */
    bool conflicts;              /* disclosures of one examination to several insurers */
    bool within_request;         /* disclosures on a request, each with whether the request covers it */
    bool expired;                /* kept long enough */
    bool unanswered;             /* disclosures about which no reply came */
    bool errors;                 /* returned with an error, and not disclosed again since */
    /* Instead of the entries, at most one of: */
    bool provision_records; /* the records owed for disclosures by consent */
    bool sheet;             /* the answer to a person's own request (個情法33条) */
    bool statistics;        /* people by insurer, fiscal year, sex and age, without small numbers */
    bool handovers;         /* bundles, and what became of them */
    bool pending;           /* bundles that are still in the house */
    enum kp_audit_format format;
    const char *head; /* must be the hash of an entry; NULL: not checked */
};

/* Receives n bytes of the answer. Returns false if they cannot be written, after reporting it. */
typedef bool kp_audit_print(void *ctx, const char *bytes, size_t n);

/*
 * Verifies logs and prints the answer if they are sound: the entries that pass the filters (with filters, or
 * in a format other than the table), or another form of answer that the options name, or entries, heads and
 * counts by insurer, basis and month, without names. Voided disclosures are not counted. KP_E_FAULT: the
 * first fault of the chain was reported with its line; or the kept registers do not cover a disclosure
 * (provision_records, within_request). Errors: KP_E_USAGE (log, register, option), KP_E_SYSTEM.
 */
KP_API enum kp_status kp_audit(const struct kp_audit_options *options, const struct kp_env *env,
                               kp_audit_print *print, void *print_ctx);

/* The logs that a command adds events to. */
struct kp_log_files {
    const char *output;        /* the output folder; NULL: out */
    const char *log;           /* NULL: disclosure-log.csv in the output folder */
    const char *previous_logs; /* as in kp_run_options */
    const char *anchors;
    const char *officer;
};

struct kp_handover_options {
    struct kp_common common;
    struct kp_log_files files;
    const char *const *bundles; /* paths */
    size_t n_bundles;
    enum kp_audit_event event; /* KP_AUDIT_HANDOVER, RECEIVED, RETURNED or RECALLED */
    const char *to, *means;    /* of HANDOVER: needed; else NULL */
    const char *on;            /* YYYY-MM-DD; NULL: today in Japan */
    const char *note;          /* NULL: none */
};

/*
 * Logs that bundles left the house, or what became of them: all of them or none. Each must be a file whose
 * digest the log shows as released. A bundle is handed over once, and again after it was returned or
 * recalled; received, returned and recalled follow a handover. An event that is logged already with the same
 * details is left as it is (a warning). KP_E_ATTENTION: done, but the anchor could not be written. Errors:
 * KP_E_USAGE, KP_E_INPUT (a bundle cannot be read),
 * KP_E_SYSTEM.
 */
KP_API enum kp_status kp_handover(const struct kp_handover_options *options, const struct kp_env *env);

struct kp_reply_options {
    struct kp_common common;
    struct kp_log_files files;
    const char *path; /* what the insurer answered, a CSV file */
};

/*
 * Logs what an insurer answered about the persons of a bundle: taken in, or returned with an error. Columns:
 * insurer_number, bundle, document or else insured_symbol, insured_number and birth_date, state (received or
 * error), code (01 to 09 of 過誤返戻), text, date. Every line must name one person whom the log shows as
 * disclosed; otherwise all faults are reported and nothing is logged. What is logged already is left as it
 * is. *ret_page says what to correct; OUTPUT/replies/ gets a file that names the persons. KP_E_ATTENTION:
 * done, but the anchor could not be written. Errors: KP_E_USAGE, KP_E_SYSTEM.
 */
KP_API enum kp_status kp_reply(const struct kp_reply_options *options, const struct kp_env *env,
                               struct kp_page *ret_page);

struct kp_status_options {
    struct kp_common common;
    struct kp_log_files files;
    bool json;
};

/*
 * Shows for every bundle of the logs what became of it: released, sealed, handed over, received, answered,
 * errors that are open, and what is to be done next. Names nobody and writes nothing. Errors: KP_E_USAGE,
 * KP_E_SYSTEM.
 */
KP_API enum kp_status kp_show_status(const struct kp_status_options *options, const struct kp_env *env,
                                     struct kp_page *ret_page);

struct kp_purge_options {
    struct kp_common common;
    struct kp_log_files files;
    const char *before; /* YYYY-MM-DD: what is older goes */
    bool dry_run;       /* only name it */
    bool runs_only;     /* only files of runs; the rest stays */
};

/*
 * Removes what need not be kept: rejected, held and notes files and preparations of runs before that day,
 * bundles handed over before it and not returned or recalled, and copies of registers that no entry of the
 * logs names. What goes is logged first, with digests. *ret_page names it, line by line, without values.
 * KP_E_ATTENTION: done, but the anchor could not be written. Errors: KP_E_USAGE, KP_E_SYSTEM; a call that
 * failed can be repeated.
 */
KP_API enum kp_status kp_purge(const struct kp_purge_options *options, const struct kp_env *env,
                               struct kp_page *ret_page);

struct kp_retire_options {
    struct kp_common common;
    const char *log;
};

/*
 * Replaces a log by a stub that names nobody: numbers, head and counts, which keep the chain, and salted
 * digests by which a later run recognises who was told what. Nothing can be appended to a stub. Errors:
 * KP_E_USAGE (no sound log, an unfinished bundle, or provision records that must still be kept), KP_E_SYSTEM.
 */
KP_API enum kp_status kp_retire(const struct kp_retire_options *options, const struct kp_env *env);

/* Returns the KP_VERSION that the library was built with. */
KP_API const char *kp_version(void);

/* Returns the name of a severity: note, warn, hold, reject, fail. */
KP_API const char *kp_level_name(enum kp_level level);

#ifdef __cplusplus
}
#endif

#endif
