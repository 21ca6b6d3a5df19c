#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/lock.h"
#include "base/status.h"
#include "run/run.h"

bool kp_makes_bundles(enum kp_command command)
{
    return command != KP_CMD_CHECK;
}

bool kp_discloses(enum kp_command command)
{
    return command == KP_CMD_EXPORT || command == KP_CMD_RELEASE;
}

const struct kp_insurer *kp_run_insurer(const struct kp_run *run, struct kp_arena *arena, const char *number)
{
    const struct kp_insurer *known = kp_insurer_of(&run->registers, number);
    if (known)
        return known;
    struct kp_insurer *n = kp_arena_alloc(arena, sizeof(*n));
    if (!n)
        return NULL;
    *n = run->default_insurer;
    n->number = number;
    return n;
}

/* --- sender --- */

static const char *org_text(struct kp_run *run, const char *text, bool wide)
{
    if (!text)
        return "";
    char *out =
        wide ? kp_text_wide(&run->ctx->arena, text, false) : kp_text_value_key(&run->ctx->arena, text);
    return out ? out : "";
}

static bool fits(const struct kp_run *run, const char *text, size_t max_bytes)
{
    int32_t outside = 0;
    return kp_text_cp932_bytes(run->ctx->text, text, &outside) <= max_bytes && outside == 0;
}

static const char DIGITS[] = "0123456789";

static bool is_postal_code(const char *s)
{
    return strspn(s, DIGITS) == 3 && s[3] == '-' && strspn(s + 4, DIGITS) == 4 && s[8] == '\0';
}

/* What an organisation's place is, beside its postal code. */
static const char *place_of(struct kp_run *run, const char *address)
{
    const char *wide = org_text(run, address, true), *rest = kp_text_after_postal_code(wide);
    return rest ? rest : wide;
}

/* The digits alone; NULL: more than digits and what divides them. */
static const char *phone_of(struct kp_run *run, const char *given)
{
    const char *key = org_text(run, given, false);
    char *digits = kp_arena_strdup(&run->ctx->arena, key);
    char *to = digits;
    for (const char *at = key; digits && *at; at++)
        if (strchr(DIGITS, *at))
            *to++ = *at;
        else if (!strchr("-()", *at))
            return NULL;
    if (digits)
        *to = '\0';
    return digits;
}

static enum kp_status check_sender(struct kp_run *run)
{
    const struct kp_org *s = &run->sender;
    const struct {
        const char *key;
        bool sound;
        const char *expected;
    } checks[] = {{"number", strlen(s->number) == 10 && strspn(s->number, DIGITS) == 10, "10 digits"},
                  {"name", fits(run, s->name, 40), "at most 20 full-width characters of CP932"},
                  {"postal_code", !*s->postal_code || is_postal_code(s->postal_code), "123-4567"},
                  {"address", fits(run, s->address, 80), "at most 40 full-width characters of CP932"},
                  {"phone", s->phone && strlen(s->phone) <= 11, "at most 11 digits, with hyphens"}};
    for (size_t i = 0; i < KP_COUNT(checks); i++) {
        char *key = kp_arena_printf(&run->ctx->arena, "[sender] %s", checks[i].key);
        if (!checks[i].sound)
            return kp_fail(&run->ctx->diag, KP_E_USAGE, KP_K_CONFIG_VALUE_BAD, KP_NOWHERE, "…", key,
                           checks[i].expected);
    }
    return KP_OK;
}

/* The documents name the sender. A check can do without: nothing of it goes out. */
static enum kp_status set_up_sender(struct kp_run *run)
{
    const struct kp_org *given = &run->options->sender;
    struct kp_org *s = &run->sender;
    s->number = given->number;
    s->name = org_text(run, given->name, true);
    s->postal_code = org_text(run, given->postal_code, false);
    s->address = place_of(run, given->address);
    s->phone = phone_of(run, given->phone);
    if (run->ctx->arena.failed)
        return kp_no_memory(run->ctx);
    if (!*s->name && kp_makes_bundles(run->options->command))
        return kp_fail(&run->ctx->diag, KP_E_USAGE, KP_K_SENDER_INCOMPLETE, KP_NOWHERE, "name");
    if (!*s->name)
        s->name = "未設定";
    enum kp_status st = check_sender(run);
    if (st != KP_OK)
        return st;
    run->default_insurer = (struct kp_insurer){.number = "",
                                               .name = "",
                                               .address = "",
                                               .representative = "",
                                               .scheme = "",
                                               .sender_number = s->number,
                                               .interaction_type = "6",
                                               .service_event = "1",
                                               .report_40to74 = "10",
                                               .programme_40to74 = "010",
                                               .report_under40 = "40",
                                               .programme_under40 = "990",
                                               .section_under40 = "01010"};
    return KP_OK;
}

/* --- folders --- */

static enum kp_status name_places(struct kp_run *run)
{
    char time[26];
    kp_date_time_in_japan(run->started, time);
    /* 2026-04-01T09:30:00+09:00 -> 20260401-093000; a second run in the same second gets a number behind it
     */
    char *stem = kp_arena_printf(&run->ctx->arena, "%.4s%.2s%.2s-%.2s%.2s%.2s", time, time + 5, time + 8,
                                 time + 11, time + 14, time + 17);
    run->log_path = run->options->log
                        ? run->options->log
                        : kp_arena_printf(&run->ctx->arena, "%s/disclosure-log.csv", run->output);
    for (unsigned n = 1; stem && run->log_path && n < 10000; n++) {
        run->run_id = n == 1 ? stem : kp_arena_printf(&run->ctx->arena, "%s-%u", stem, n);
        if (!run->run_id)
            break;
        run->run_folder = kp_arena_printf(&run->ctx->arena, "%s/runs/%s", run->output, run->run_id);
        run->temp = kp_arena_printf(&run->ctx->arena, "%s/.tmp-%s", run->output, run->run_id);
        if (!run->run_folder || !run->temp)
            break;
        if (!kp_path_exists(run->run_folder) && !kp_path_exists(run->temp))
            return KP_OK;
    }
    return kp_no_memory(run->ctx);
}

static enum kp_status take_lock(struct kp_run *run)
{
    long holder = 0;
    char text[24];
    char *path = kp_arena_printf(&run->ctx->arena, "%s/.lock", run->output);
    if (!path)
        return kp_no_memory(run->ctx);
    if (kp_lock_take(path, &run->lock_fd, &holder) == KP_OK)
        return KP_OK;
    if (errno != EWOULDBLOCK)
        return kp_write_failed(run->ctx, path);
    (void)snprintf(text, sizeof(text), "%ld", holder);
    return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_FOLDER_LOCKED, kp_in(run->output), text);
}

static enum kp_status make_places(struct kp_run *run)
{
    run->output = run->options->output;
    if (kp_make_folders(run->ctx->io, run->output) != KP_OK)
        return kp_write_failed(run->ctx, run->output);
    enum kp_status st = take_lock(run);
    if (st == KP_OK)
        st = name_places(run);
    if (st != KP_OK)
        return st;
    if (kp_make_folders(run->ctx->io, run->run_folder) != KP_OK)
        return kp_write_failed(run->ctx, run->run_folder);
    if (kp_make_folders(run->ctx->io, run->temp) != KP_OK)
        return kp_write_failed(run->ctx, run->temp);
    return KP_OK;
}

/* --- all of it --- */

static enum kp_status set_up_day(struct kp_run *run)
{
    run->started = run->ctx->env->now(run->ctx->env->ctx);
    run->as_of = kp_date_in_japan(run->started);
    if (run->options->as_of && !kp_date_parse_iso(run->options->as_of, &run->as_of))
        return kp_fail(&run->ctx->diag, KP_E_USAGE, KP_K_OPTION_VALUE_BAD, KP_NOWHERE, run->options->as_of,
                       "--as-of", "a date as YYYY-MM-DD");
    return KP_OK;
}

enum kp_status kp_run_set_up(struct kp_run *run, struct kp_context *ctx, const struct kp_run_options *options)
{
    const struct kp_input_files files = {options->inputs, options->input_names, options->n_inputs};
    *run = (struct kp_run){.ctx = ctx, .options = options, .lock_fd = -1};
    run->policy = (struct kp_policy){.age_rule = options->age_rule,
                                     .withhold_form_items = options->withhold_form_items,
                                     .release_requested_items = options->release_requested_items};
    KP_TRY(set_up_day(run));
    KP_TRY(kp_registers_load(ctx, &options->registers, options->sender.number, &run->registers));
    KP_TRY(set_up_sender(run));
    KP_TRY(kp_intake(ctx, &options->input, &files, &run->inputs));
    KP_TRY(make_places(run));
    return kp_schemas_load(ctx, options->xsd, &run->schemas);
}

static void remove_but_evidence(void *ctx, const char *name)
{
    struct kp_run *run = ctx;
    char *path = kp_arena_printf(&run->ctx->arena, "%s/%s", run->temp, name);
    if (path && strcmp(path, run->evidence) != 0)
        (void)kp_remove_folder(path);
}

/* The name is evidence enough: nobody's results stay behind. */
static void empty_temp(struct kp_run *run)
{
    (void)kp_each_entry(run->temp, remove_but_evidence, run);
    if (kp_path_exists(run->evidence))
        (void)kp_write_file(run->ctx->io, run->evidence, "",
                            0); /* a new file: the old one may be in place under another name */
}

void kp_run_tear_down(struct kp_run *run)
{
    if (run->evidence)
        empty_temp(run);
    else if (run->temp && run->lock_fd >= 0)
        (void)kp_remove_folder(run->temp); /* what stays behind is removed by the next run */
    kp_schemas_free(&run->schemas);
    kp_lock_drop(run->lock_fd);
}
