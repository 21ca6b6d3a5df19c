#include "run/setup.h"

#include "base/status.h"
#include "run/places.h"
#include "run/sender.h"

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

enum kp_status kp_run_set_up(struct kp_run *run, struct kp_context *ctx, const struct kp_run_options *options)
{
    const struct kp_input_files files = {options->inputs, options->input_names, options->n_inputs};
    *run = (struct kp_run){.ctx = ctx, .options = options, .lock_fd = -1};
    run->policy = (struct kp_policy){.age_rule = options->age_rule,
                                     .withhold_form_items = options->withhold_form_items,
                                     .release_requested_items = options->release_requested_items};
    KP_TRY(set_up_day(run));
    KP_TRY(kp_registers_load(ctx, &options->registers, options->sender.number, &run->registers));
    KP_TRY(kp_sender_set_up(run));
    KP_TRY(kp_intake(ctx, &options->input, &files, &run->inputs));
    KP_TRY(kp_places_make(run));
    return kp_schemas_load(ctx, options->xsd, &run->schemas);
}
