#include "run/setup.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "run/places.h"

void kp_run_options_defaults(struct kp_run_options *options)
{
    if (!options->output)
        options->output = "out";
    if (!options->sender.number)
        options->sender.number = "6631111116"; /* stands for any employer */
}

static enum kp_status set_up_day(struct kp_run *run)
{
    run->started = run->ctx->env->now(run->ctx->env->ctx);
    run->as_of = kp_date_in_japan(run->started);
    if (run->options->as_of && !kp_date_parse_iso(run->options->as_of, &run->as_of))
        return kp_fail(&run->ctx->diag, KP_E_USAGE, KP_K_OPTION_VALUE_BAD, KP_NOWHERE, run->options->as_of,
                       "--as-of", "a date as YYYY-MM-DD");
    return KP_OK;
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

/* --- the run --- */

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
    KP_TRY(kp_places_make(run));
    return kp_schemas_load(ctx, options->xsd, &run->schemas);
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
