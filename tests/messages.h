/* An environment that keeps the last message it was told, and counts them. */
#ifndef KP_TEST_MESSAGES_H
#define KP_TEST_MESSAGES_H

#include "support.h"

#include <stdio.h>

#include "kenporter.h"

static struct {
    int count;
    unsigned code;
    uint64_t line;
    char file[256], field[64], text[512], remedy[512];
} got;

static inline void collect(void *ctx, const struct kp_message *m)
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

static const struct kp_env ENV = {.message = collect};

#endif
