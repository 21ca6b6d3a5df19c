#include "ledger.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "record.h"
#include "status.h"

struct reading {
    struct kp_ledger *ledger;
    struct kp_run *run;
    struct kp_seen *seen;
    struct kp_arena scratch; /* of one entry */
    struct kp_arena bundle;  /* of the bundle whose entries are being read */
    char day[12];            /* _YYYYMMDD as it stands in names of bundles */
};

static bool from_hex(const char *hex, uint8_t ret_digest[KP_SHA256_BYTES])
{
    for (size_t i = 0; i < KP_SHA256_BYTES; i++) {
        unsigned byte = 0;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            return false;
        ret_digest[i] = (uint8_t)byte;
    }
    return strlen(hex) == KP_SHA256_HEX;
}

static enum kp_status remember_bundle(struct reading *r, const char *name)
{
    if (!strstr(name, r->day))
        return KP_OK;
    const char *dot = strrchr(name, '.');
    char *root = kp_arena_strndup(&r->run->arena, name, dot ? (size_t)(dot - name) : strlen(name));
    if (!root || kp_map_put(&r->ledger->bundles_today, &r->run->arena, root, 1) == KP_MAP_NO_MEMORY)
        return KP_E_SYSTEM;
    return KP_OK;
}

static enum kp_status note_unfinished(struct reading *r, const char *const *cells)
{
    struct kp_unfinished *u = &r->ledger->unfinished;
    if (strcmp(u->bundle, cells[KP_LOG_BUNDLE]) == 0)
        return KP_OK;
    kp_arena_reset(&r->bundle);
    u->bundle = kp_arena_strdup(&r->bundle, cells[KP_LOG_BUNDLE]);
    u->bundle_sha256 = kp_arena_strdup(&r->bundle, cells[KP_LOG_BUNDLE_SHA256]);
    u->run_id = kp_arena_strdup(&r->bundle, cells[KP_LOG_RUN_ID]);
    u->insurer_number = kp_arena_strdup(&r->bundle, cells[KP_LOG_INSURER_NUMBER]);
    u->recipient = kp_arena_strdup(&r->bundle, cells[KP_LOG_RECIPIENT]);
    u->tables_sha256 = kp_arena_strdup(&r->bundle, cells[KP_LOG_TABLES_SHA256]);
    if (!u->bundle || !u->bundle_sha256 || !u->run_id || !u->insurer_number || !u->recipient || !u->tables_sha256)
        return KP_E_SYSTEM;
    return remember_bundle(r, u->bundle);
}

static enum kp_status take_entry(void *ctx, const char *const cells[KP_LOG__COUNT])
{
    struct reading *r = ctx;
    const char *event = cells[KP_LOG_EVENT];
    uint8_t digest[KP_SHA256_BYTES];
    if (strcmp(event, "release") == 0 || strcmp(event, "void") == 0) {
        if (event[0] == 'r')
            kp_seen_released(r->seen);
        else
            kp_seen_voided(r->seen);
        r->ledger->unfinished.bundle = "";
        return KP_OK;
    }
    kp_arena_reset(&r->scratch);
    char *identity = kp_identity(&r->scratch, cells[KP_LOG_INSURER_NUMBER], cells[KP_LOG_INSURED_SYMBOL],
                                 cells[KP_LOG_INSURED_NUMBER], cells[KP_LOG_INSURED_BRANCH], cells[KP_LOG_BIRTH_DATE],
                                 cells[KP_LOG_EXAM_DATE]);
    if (!identity || !from_hex(cells[KP_LOG_RECORD_SHA256], digest))
        return KP_E_SYSTEM;
    enum kp_status st = note_unfinished(r, cells);
    return st == KP_OK ? kp_seen_disclosed(r->seen, identity, digest) : st;
}

static enum kp_status log_failed(const struct kp_run *run)
{
    enum kp_code code = errno == EWOULDBLOCK ? KP_K_LOG_LOCKED : KP_K_LOG_UNUSABLE;
    return kp_diag_fail(&run->diag, KP_E_SYSTEM, code, run->log_path, 0, NULL, strerror(errno ? errno : EIO), NULL,
                        NULL);
}

static enum kp_status settle(struct kp_ledger *ledger, struct kp_run *run, struct kp_seen *seen, const char *event)
{
    const struct kp_unfinished *u = &ledger->unfinished;
    struct kp_log_entry entry = {0};
    entry.cells[KP_LOG_RUN_ID] = run->run_id;
    entry.cells[KP_LOG_EVENT] = event;
    entry.cells[KP_LOG_INSURER_NUMBER] = u->insurer_number;
    entry.cells[KP_LOG_RECIPIENT] = u->recipient;
    entry.cells[KP_LOG_BUNDLE] = u->bundle;
    entry.cells[KP_LOG_BUNDLE_SHA256] = u->bundle_sha256;
    entry.cells[KP_LOG_REASON] = "unfinished run";
    entry.cells[KP_LOG_TABLES_SHA256] = u->tables_sha256;
    if (kp_log_add(&ledger->log, &entry) != KP_OK || kp_log_sync(&ledger->log) != KP_OK)
        return log_failed(run);
    bool released = event[0] == 'r';
    (void)kp_diag_fail(&run->diag, KP_OK, released ? KP_K_BUNDLE_COMPLETED : KP_K_BUNDLE_VOIDED, run->log_path, 0, NULL,
                       u->bundle, NULL, NULL);
    if (released)
        kp_seen_released(seen);
    else
        kp_seen_voided(seen);
    ledger->unfinished.bundle = "";
    return KP_OK;
}

/* In place with the digest the log names: it went out. Still in the temporary folder of its run: it did not. Neither:
 * it may have been collected already, or belong to another folder. Then nothing is guessed: to void it would write an
 * entry that lies, and disclose its people a second time. */
static enum kp_status settle_unfinished(struct kp_ledger *ledger, struct kp_run *run, struct kp_seen *seen)
{
    const struct kp_unfinished *u = &ledger->unfinished;
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1] = "";
    char *place = kp_arena_printf(&run->arena, "%s/%s", run->output, u->bundle);
    char *temp = kp_arena_printf(&run->arena, "%s/.tmp-%s/%s", run->output, u->run_id, u->bundle);
    if (!place || !temp)
        return kp_no_memory(run);
    if (kp_path_exists(place) && kp_file_sha256(run->io, place, digest) == KP_OK)
        kp_sha256_hex(digest, hex);
    if (strcmp(hex, u->bundle_sha256) == 0)
        return settle(ledger, run, seen, "release");
    if (kp_path_exists(temp))
        return settle(ledger, run, seen, "void");
    return kp_diag_fail(&run->diag, KP_E_SYSTEM, KP_K_BUNDLE_UNFINISHED, run->log_path, 0, NULL, u->bundle, NULL, NULL);
}

static enum kp_status begin_writing(struct kp_ledger *ledger, struct kp_run *run, struct kp_seen *seen)
{
    if (kp_log_begin(&ledger->log, &ledger->state, run->started) != KP_OK)
        return log_failed(run);
    if (ledger->state.torn)
        (void)kp_diag_fail(&run->diag, KP_OK, KP_K_LOG_TORN, run->log_path, ledger->state.n_entries + 2, NULL, NULL,
                           NULL, NULL);
    return *ledger->unfinished.bundle ? settle_unfinished(ledger, run, seen) : KP_OK;
}

struct folder_scan {
    struct reading *reading;
    enum kp_status st;
};

static void take_name(void *ctx, const char *name)
{
    struct folder_scan *scan = ctx;
    size_t n = strlen(name);
    if (scan->st == KP_OK && n > 4 && strcmp(name + n - 4, ".zip") == 0)
        scan->st = remember_bundle(scan->reading, name);
}

enum kp_status kp_ledger_open(struct kp_ledger *ledger, struct kp_run *run, struct kp_seen *seen)
{
    enum kp_status st = KP_OK;
    *ledger = (struct kp_ledger){.log = {.fd = -1}, .unfinished = {.bundle = ""}};
    struct reading reading = {.ledger = ledger, .run = run, .seen = seen, .day = "_"};
    struct folder_scan scan = {.reading = &reading};
    kp_date_compact(run->as_of, reading.day + 1);
    errno = 0;
    if (kp_discloses(run->options->command)) {
        if (kp_log_lock(&ledger->log, run->io, run->log_path) != KP_OK)
            return log_failed(run);
        ledger->writable = true;
    }
    if (kp_log_read(run->io, run->log_path, take_entry, &reading, &ledger->state) != KP_OK) {
        st = log_failed(run);
        goto out;
    }
    if (ledger->state.bad_line) {
        st = kp_diag_fail(&run->diag, KP_E_SYSTEM, KP_K_LOG_BROKEN, run->log_path, ledger->state.bad_line, NULL,
                          ledger->state.fault, NULL, NULL);
        goto out;
    }
    if (kp_each_entry(run->output, take_name, &scan) != KP_OK || scan.st != KP_OK) {
        st = kp_write_failed(run, run->output);
        goto out;
    }
    if (ledger->writable)
        st = begin_writing(ledger, run, seen);
out:
    kp_arena_release(&reading.scratch);
    kp_arena_release(&reading.bundle);
    return st;
}

void kp_ledger_close(struct kp_ledger *ledger)
{
    if (ledger->writable)
        kp_log_close(&ledger->log);
    ledger->writable = false;
}
