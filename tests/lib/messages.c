#include "messages.h"

struct got got;

static void collect(void *ctx, const struct kp_message *m)
{
    (void)ctx;
    got.count++;
    got.code = m->code;
    got.line = m->line;
    (void)snprintf(got.file, sizeof(got.file), "%s", m->file ? m->file : "");
    (void)snprintf(got.field, sizeof(got.field), "%s", m->field ? m->field : "");
    (void)snprintf(got.text, sizeof(got.text), "%s", m->text);
    (void)snprintf(got.remedy, sizeof(got.remedy), "%s", m->remedy);
}

const struct kp_env ENV = {.message = collect};
