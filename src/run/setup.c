#include "run/setup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/lock.h"
#include "base/scan.h"
#include "base/status.h"
#include "input/facility_defaults.h"
#include "input/ranges.h"
#include "law/ident.h"
#include "run/companions.h"
#include "run/modes.h"
#include "run/run_entry.h"
#include "run/shard.h"

void kp_run_options_defaults(struct kp_run_options *options)
{
    if (!options->output)
        options->output = "out";
    if (!options->sender.number)
        options->sender.number = "6631111116"; /* stands for any employer */
}

/* Consents and requests count as they are when the data are provided, which is now. */
static enum kp_status check_day(struct kp_run *run)
{
    const char *reason = run->options->backdate;
    if (kp_date_compare(run->as_of, kp_date_in_japan(run->started)) == 0) {
        if (reason)
            kp_warn(&run->ctx->diag, KP_K_BACKDATE_NEEDLESS, KP_NOWHERE);
        return KP_OK;
    }
    if (!reason || reason[strspn(reason, " \t")] == '\0')
        return kp_fail(&run->ctx->diag, KP_E_USAGE, KP_K_BACKDATE_MISSING, KP_NOWHERE, run->options->as_of);
    run->backdate = reason;
    return KP_OK;
}

static enum kp_status set_up_day(struct kp_run *run)
{
    run->started = run->ctx->env->now(run->ctx->env->ctx);
    run->as_of = kp_date_in_japan(run->started);
    if (run->options->as_of && !kp_date_parse_iso(run->options->as_of, &run->as_of))
        return kp_fail(&run->ctx->diag, KP_E_USAGE, KP_K_OPTION_VALUE_BAD, KP_NOWHERE, run->options->as_of,
                       "--as-of", "a date as YYYY-MM-DD");
    return kp_discloses(run->options->command) ? check_day(run) : KP_OK;
}

/* --- the sender --- */

static const char *normal(struct kp_run *run, const char *text, bool wide)
{
    struct kp_arena *arena = &run->ctx->arena;
    const char *out = !text ? "" : wide ? kp_text_wide(arena, text, false) : kp_text_value_key(arena, text);
    return out ? out : "";
}

/* The wide form without a postal code before it, which has a setting of its own. */
static const char *normal_address(struct kp_run *run, const char *text)
{
    const char *wide = normal(run, text, true), *rest = kp_text_after_postal_code(wide);
    return rest ? rest : wide;
}

/* Drops hyphens and parentheses. NULL if anything but digits is left. */
static const char *normal_phone(struct kp_run *run, const char *text)
{
    const char *key = normal(run, text, false);
    char *digits = kp_arena_strdup(&run->ctx->arena, key), *to = digits;
    for (const char *at = key; digits && *at; at++)
        if (kp_digits(at))
            *to++ = *at;
        else if (!strchr("-()", *at))
            return NULL;
    if (digits)
        *to = '\0';
    return digits;
}

static bool fits(const struct kp_run *run, const char *text, size_t max_bytes)
{
    int32_t outside = 0;
    return kp_text_cp932_bytes(run->ctx->text, text, &outside) <= max_bytes && outside == 0;
}

static enum kp_status check(const struct kp_run *run, const struct kp_org *s)
{
    const struct {
        const char *key;
        bool valid;
        const char *expected;
    } checks[] = {
        {"[sender] number", kp_is_digits(s->number, 10), "10 digits"},
        {"[sender] name", fits(run, s->name, 40), "at most 20 full-width characters of CP932"},
        {"[sender] postal_code", !*s->postal_code || kp_has_shape(s->postal_code, "000-0000"), "123-4567"},
        {"[sender] address", fits(run, s->address, 80), "at most 40 full-width characters of CP932"},
        {"[sender] phone", s->phone && strlen(s->phone) <= 11, "at most 11 digits, with hyphens"}};
    for (size_t i = 0; i < KP_COUNT(checks); i++)
        if (!checks[i].valid)
            return kp_fail(&run->ctx->diag, KP_E_USAGE, KP_K_CONFIG_VALUE_BAD, KP_NOWHERE, "…", checks[i].key,
                           checks[i].expected);
    return KP_OK;
}

static enum kp_status set_up_sender(struct kp_run *run)
{
    const struct kp_org *given = &run->options->sender;
    struct kp_org *s = &run->sender;
    s->number = given->number;
    s->name = normal(run, given->name, true);
    s->postal_code = normal(run, given->postal_code, false);
    s->address = normal_address(run, given->address);
    s->phone = normal_phone(run, given->phone);
    if (run->ctx->arena.failed)
        return kp_no_memory(run->ctx);
    if (!*s->name && kp_makes_bundles(run->options->command))
        return kp_fail(&run->ctx->diag, KP_E_USAGE, KP_K_SENDER_INCOMPLETE, KP_NOWHERE, "name");
    if (!*s->name)
        s->name = "未設定"; /* a check renders documents, too, but releases none */
    return check(run, s);
}

/* --- folders and lock --- */

static enum kp_status take_lock(struct kp_run *run)
{
    long holder = 0;
    char *path = kp_arena_printf(&run->ctx->arena, "%s/.lock", run->output);
    if (!path)
        return kp_no_memory(run->ctx);
    run->lock_path = path;
    if (kp_lock_take(run->ctx->io, path, &run->lock_fd, &holder) == KP_OK)
        return KP_OK;
    if (errno != EWOULDBLOCK)
        return kp_write_failed(run->ctx, path);
    return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_FOLDER_LOCKED, kp_in(run->output),
                   kp_arena_printf(&run->ctx->arena, "%ld", holder));
}

/* Chooses a run id that no earlier run has, nor one of another shard: their logs are audited together. */
static enum kp_status name_places(struct kp_run *run)
{
    struct kp_arena *arena = &run->ctx->arena;
    const unsigned n_shards = run->n_shards ? run->n_shards : 1;
    char t[26], number[16] = "";
    kp_date_time_in_japan(run->started, t); /* 2026-04-01T09:30:00+09:00 */
    run->log_path =
        run->options->log ? run->options->log : kp_arena_printf(arena, "%s/disclosure-log.csv", run->output);
    for (unsigned n = n_shards > 1 ? run->shard : 1; n < 10000 && !arena->failed; n += n_shards) {
        if (n > 1 || n_shards > 1)
            (void)snprintf(number, sizeof(number), "-%u", n);
        const char *id = kp_arena_printf(arena, "%.4s%.2s%.2s-%.2s%.2s%.2s%s", t, t + 5, t + 8, t + 11,
                                         t + 14, t + 17, number);
        const char *run_folder = kp_arena_printf(arena, "%s/runs/%s", run->output, id ? id : "");
        const char *temp = kp_arena_printf(arena, "%s/.tmp-%s", run->output, id ? id : "");
        const char *list = kp_arena_printf(arena, "%s/replies/%s.csv", run->output, id ? id : "");
        if (!arena->failed && kp_path_absent(run->ctx->io, run_folder) &&
            kp_path_absent(run->ctx->io, temp) && kp_path_absent(run->ctx->io, list)) {
            run->run_id = id;
            run->run_folder = run_folder;
            run->temp = temp;
            return KP_OK;
        }
    }
    return kp_no_memory(run->ctx);
}

/* A folder that is none is found before anything is released. */
static enum kp_status check_folders(struct kp_run *run)
{
    static const char *const names[] = {"runs",    "registers", "prepared", "sealed",
                                        "letters", "secrets",   "replies"};
    for (size_t i = 0; i < KP_COUNT(names); i++) {
        struct stat info;
        char *path = kp_arena_printf(&run->ctx->arena, "%s/%s", run->output, names[i]);
        if (!path)
            return kp_no_memory(run->ctx);
        if (kp_io_lstat(run->ctx->io, path, &info) != 0 || S_ISDIR(info.st_mode))
            continue;
        errno = ENOTDIR;
        return kp_write_failed(run->ctx, path);
    }
    return KP_OK;
}

static enum kp_status make_places(struct kp_run *run)
{
    run->output = run->options->output;
    if (kp_make_folders(run->ctx->io, run->output) != KP_OK)
        return kp_write_failed(run->ctx, run->output);
    KP_TRY(kp_context_enter(run->ctx, run->output));
    KP_TRY(take_lock(run));
    KP_TRY(check_folders(run));
    KP_TRY(name_places(run));
    KP_TRY(kp_check_modes(run));
    if (kp_make_folders(run->ctx->io, run->temp) != KP_OK)
        return kp_write_failed(run->ctx, run->temp);
    return KP_OK;
}

struct stale {
    const struct kp_run *run;
    const char *keep;
};

static void remove_if_stale(void *ctx, const char *name)
{
    static const char mark[] = ".tmp-";
    const struct stale *s = ctx;
    const char *run_id = name + sizeof(mark) - 1;
    if (strncmp(name, mark, sizeof(mark) - 1) != 0 || strcmp(run_id, s->run->run_id) == 0 ||
        strcmp(run_id, s->keep) == 0)
        return;
    char *path = kp_arena_printf(&s->run->ctx->arena, "%s/%s", s->run->output, name);
    if (path)
        (void)kp_remove_folder(s->run->ctx->io, path);
}

void kp_run_remove_stale(struct kp_run *run, const char *keep_run_id)
{
    struct stale stale = {run, keep_run_id};
    (void)kp_each_entry(run->ctx->io, run->output, remove_if_stale, &stale);
}

/* The evidence stays, and its companions, whose names are its own or its insurer's. */
static void remove_but_evidence(void *ctx, const char *name)
{
    struct kp_run *run = ctx;
    struct kp_arena *arena = &run->ctx->arena;
    char *path = kp_arena_printf(arena, "%s/%s", run->temp, name);
    char *stem = kp_arena_strndup(arena, name, strcspn(name, "."));
    bool stays = path && stem && strstr(strrchr(run->evidence, '/'), stem) &&
                 (strcmp(path, run->evidence) == 0 || kp_companion_is(name));
    if (path && !stays)
        (void)kp_remove_folder(run->ctx->io, path);
}

void kp_run_leave(struct kp_run *run, bool discard)
{
    if (discard && run->run_folder)
        (void)kp_remove_folder(run->ctx->io, run->run_folder);
    if (run->evidence)
        (void)kp_each_entry(run->ctx->io, run->temp, remove_but_evidence, run);
    else if (run->temp && kp_remove_folder(run->ctx->io, run->temp) != KP_OK)
        kp_warn(&run->ctx->diag, KP_K_TEMPORARY_LEFT, kp_in(run->temp), strerror(errno ? errno : EIO));
    /* This replaces the file, because the old one may also be in place under its final name. */
    if (run->evidence && kp_path_exists(run->ctx->io, run->evidence))
        (void)kp_write_file(run->ctx->io, run->evidence, "", 0);
    kp_registers_close(&run->registers);
    kp_bearers_release(&run->bearers);
    kp_lock_drop(run->lock_fd);
}

bool kp_run_id_is_before(const char *run_id, struct kp_date day)
{
    char compact[9];
    kp_date_compact(day, compact);
    return strspn(run_id, "0123456789") == 8 && strncmp(run_id, compact, 8) < 0;
}

enum kp_status kp_run_check_files(const struct kp_run *run, const struct kp_log *log)
{
    struct kp_diag *diag = &run->ctx->diag;
    if (!kp_is_named(run->ctx->io, log->fd, run->log_path) || !kp_log_has_its_length(log))
        return kp_fail(diag, KP_E_SYSTEM, KP_K_FILE_REPLACED, kp_in(run->log_path));
    if (run->lock_fd >= 0 && !kp_is_named(run->ctx->io, run->lock_fd, run->lock_path))
        return kp_fail(diag, KP_E_SYSTEM, KP_K_FILE_REPLACED, kp_in(run->lock_path));
    return KP_OK;
}

/* --- the run --- */

/* A roster tells one insurer about its own members. */
static enum kp_status check_roster(const struct kp_run *run)
{
    const char *number = run->options->only_insurers ? run->options->only_insurers : "";
    return kp_is_digits(number, 8) && kp_check_digit_ok(number, 8)
               ? KP_OK
               : kp_fail(&run->ctx->diag, KP_E_USAGE, KP_K_ROSTER_INSURER_BAD, KP_NOWHERE, number);
}

/* Goes on after a faulty register, so that the faults of all are reported in one go. */
static enum kp_status load_registers(struct kp_run *run)
{
    const struct kp_run_options *o = run->options;
    enum kp_status st = kp_registers_load(run->ctx, &o->registers, o->sender.number, &run->registers);
    if (st == KP_E_SYSTEM)
        return st;
    enum kp_status facilities = kp_facilities_load(run->ctx, o->input.facilities, &run->facilities);
    return st > facilities ? st : facilities;
}

static enum kp_status make_forms(struct kp_run *run)
{
    struct kp_context *ctx = run->ctx;
    enum kp_status st = kp_cda_forms_make(&ctx->tables, &ctx->arena, &run->forms);
    if (st == KP_E_FAULT)
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_TABLE_BAD, kp_in("items.csv"),
                       "a name contains characters that XML forbids");
    return st == KP_OK ? KP_OK : kp_no_memory(ctx);
}

enum kp_status kp_run_set_up(struct kp_run *run, struct kp_context *ctx, const struct kp_run_options *options)
{
    const struct kp_input_files files = {options->inputs, options->input_names, options->n_inputs};
    *run = (struct kp_run){.ctx = ctx, .options = options, .lock_fd = -1};
    run->policy = (struct kp_policy){.age_rule = options->age_rule,
                                     .membership = options->membership,
                                     .withhold_form_items = options->withhold_form_items,
                                     .release_requested_items = options->release_requested_items};
    if (options->command == KP_CMD_ROSTER)
        KP_TRY(check_roster(run));
    KP_TRY(kp_shard_read(run));
    KP_TRY(set_up_day(run));
    kp_context_warn_of_tables(ctx, run->as_of);
    run->facilities.own = options->input.facility;
    KP_TRY(load_registers(run));
    kp_requests_warn(ctx, &run->registers.requests, run->as_of);
    kp_bearers_init(&run->bearers, &run->registers);
    KP_TRY(set_up_sender(run));
    KP_TRY(kp_intake(ctx, &options->input, &files, &run->inputs));
    if (kp_discloses(options->command))
        KP_TRY(kp_run_entry_prepare(run));
    KP_TRY(make_places(run));
    if (kp_make_folders(ctx->io, run->run_folder) != KP_OK)
        return kp_write_failed(ctx, run->run_folder);
    KP_TRY(make_forms(run));
    return kp_schemas_load(ctx, options->xsd, &run->schemas);
}

/* Reports files that are missing; the contents of a mapping mean nothing without an export. */
static enum kp_status check_files(struct kp_run *run)
{
    const struct kp_input_options *input = &run->options->input;
    const char *const files[] = {input->mapping, input->methods, input->master};
    enum kp_status st = KP_OK;
    for (size_t i = 0; i < KP_COUNT(files); i++)
        if (files[i] && !kp_path_exists(run->ctx->io, files[i]))
            st = kp_fail(&run->ctx->diag, KP_E_USAGE, KP_K_SETTING_PATH_ABSENT, kp_in(files[i]));
    return st;
}

/* Goes on after a failure, so that all faults are reported in one go. */
static enum kp_status check_all(struct kp_run *run, struct kp_run_options *options)
{
    struct kp_context *ctx = run->ctx;
    const struct kp_range *ranges = NULL;
    KP_TRY(kp_context_load_tables(ctx));
    const enum kp_status completed = kp_facility_defaults_apply(ctx, options);
    run->facilities.own = options->input.facility;
    const enum kp_status all[] = {
        completed,
        check_files(run),
        options->input.master && kp_path_exists(ctx->io, options->input.master)
            ? kp_intake_master(ctx, &options->input, &run->inputs.master)
            : KP_OK,
        options->input.ranges ? kp_ranges_load(ctx, options->input.ranges, &ranges) : KP_OK,
        kp_registers_load(ctx, &options->registers, options->sender.number, &run->registers),
        kp_facilities_load(ctx, options->input.facilities, &run->facilities),
        set_up_sender(run),
        kp_schemas_load(ctx, options->xsd, &run->schemas),
    };
    enum kp_status worst = KP_OK;
    for (size_t i = 0; i < KP_COUNT(all); i++)
        worst = all[i] > worst ? all[i] : worst;
    return worst;
}

enum kp_status kp_check_settings(const struct kp_run_options *options, const struct kp_env *env)
{
    struct kp_context ctx;
    struct kp_run_options own = *options;
    struct kp_run run = {.ctx = &ctx, .options = &own, .lock_fd = -1};
    enum kp_status st = kp_context_init(&ctx, &options->common, env);
    if (st == KP_OK)
        st = check_all(&run, &own);
    kp_schemas_free(&run.schemas);
    kp_registers_close(&run.registers);
    st = kp_context_finish(&ctx, st);
    kp_context_release(&ctx);
    return st;
}

enum kp_status kp_run_open_folder(struct kp_run *run, struct kp_context *ctx,
                                  const struct kp_run_options *options)
{
    *run = (struct kp_run){.ctx = ctx, .options = options, .lock_fd = -1};
    run->sender.number = options->sender.number;
    KP_TRY(set_up_day(run));
    return make_places(run);
}

const struct kp_insurer *kp_run_insurer(const struct kp_run *run, struct kp_arena *arena, const char *number)
{
    const struct kp_insurer *known = kp_insurer_of(&run->registers, number);
    if (known)
        return known;
    struct kp_insurer *insurer = kp_arena_alloc(arena, sizeof(*insurer));
    if (insurer)
        *insurer = (struct kp_insurer){.number = number,
                                       .name = "",
                                       .address = "",
                                       .representative = "",
                                       .scheme = "",
                                       .sender_number = run->sender.number,
                                       .interaction_type = "6",
                                       .service_event = "1",
                                       .report_40to74 = "10",
                                       .programme_40to74 = "010",
                                       .report_under40 = "40",
                                       .programme_under40 = "990",
                                       .section_under40 = "01010"};
    return insurer;
}
