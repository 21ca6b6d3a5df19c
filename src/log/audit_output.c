#include "log/audit_output.h"

#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/json.h"
#include "base/scan.h"
#include "base/status.h"

enum { PRINT_AT_BYTES = 1 << 16 };

void kp_audit_row(struct kp_audit_output *out, const char *names, const char *const *cells)
{
    enum { NAME_BYTES = 32 };
    struct kp_json json = {.out = &out->buf};
    bool is_json = out->format == KP_AUDIT_JSONL;
    if (is_json)
        kp_json_object(&json, NULL, KP_JSON_INLINE);
    for (struct kp_word word; kp_next_word(&names, ",", &word); cells++) {
        char name[NAME_BYTES];
        (void)snprintf(name, sizeof(name), "%.*s", (int)word.n, word.at);
        if (is_json) {
            kp_json_string(&json, name, *cells);
        } else if (out->format == KP_AUDIT_CSV) {
            kp_buf_sheet_cell(&out->buf, *cells);
            kp_buf_str(&out->buf, *names ? "," : "");
        } else {
            kp_buf_printf(&out->buf, "%-24s ", name);
            kp_buf_printable(&out->buf, *cells);
            kp_buf_char(&out->buf, '\n');
        }
    }
    if (is_json)
        kp_json_end(&json);
    else
        kp_buf_char(&out->buf, '\n');
}

static void add_table_line(struct kp_buf *buf, const char *const *c, const char *state)
{
    static const enum kp_log_column more[] = {
        KP_LOG_REQUEST_ID,     KP_LOG_EMPLOYEE_ID, KP_LOG_INSURED_SYMBOL, KP_LOG_INSURED_NUMBER,
        KP_LOG_INSURED_BRANCH, KP_LOG_EXAM_DATE,   KP_LOG_NAME_KANA};
    kp_buf_printf(buf, "%6s  %.10s  %-8s  %-10s  %s  %-10s  ", c[KP_LOG_SEQ], c[KP_LOG_TIME], c[KP_LOG_EVENT],
                  state, c[KP_LOG_INSURER_NUMBER], c[KP_LOG_BASIS_ID]);
    kp_buf_printable(buf, c[KP_LOG_BUNDLE]);
    for (size_t i = 0; i < KP_COUNT(more) && kp_log_is_disclosure(c); i++) {
        kp_buf_str(buf, "  ");
        kp_buf_printable(buf, *c[more[i]] ? c[more[i]] : "-");
    }
    kp_buf_char(buf, '\n');
}

void kp_audit_entry(struct kp_audit_output *out, const struct kp_log_line *line, const char *log,
                    const char *state)
{
    const char *cells[KP_LOG__COUNT + 2];
    switch (out->format) {
    case KP_AUDIT_CSV: /* the bytes of the log, so that its hashes can be verified */
        kp_buf_add(&out->buf, line->bytes, line->n - 1);
        kp_buf_printf(&out->buf, ",%s\n", state);
        return;
    case KP_AUDIT_JSONL:
        memcpy(cells, line->cells, KP_LOG__COUNT * sizeof(*cells));
        cells[KP_LOG__COUNT] = log;
        cells[KP_LOG__COUNT + 1] = state;
        kp_audit_row(out, KP_LOG_HEADER ",log,state", cells);
        return;
    case KP_AUDIT_TABLE: add_table_line(&out->buf, line->cells, state);
    }
}

enum kp_status kp_audit_flush(struct kp_audit_output *out, bool all)
{
    if (!kp_buf_ok(&out->buf))
        return kp_no_memory(out->ctx);
    if (out->buf.len == 0 || (!all && out->buf.len < PRINT_AT_BYTES))
        return KP_OK;
    if (!out->print(out->print_ctx, out->buf.data, out->buf.len)) {
        out->ctx->diag.n_sent[KP_LEVEL_FAIL]++; /* reported by print */
        return KP_E_SYSTEM;
    }
    kp_buf_reset(&out->buf);
    return KP_OK;
}
