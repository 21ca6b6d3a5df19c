#include "log/audit_output.h"

#include <string.h>

#include "base/status.h"

enum { PRINT_AT_BYTES = 1 << 16 };

void kp_audit_header(struct kp_audit_output *out, const char *names)
{
    if (out->format == KP_AUDIT_CSV)
        kp_buf_printf(&out->buf, "%s\n", names);
}

static void add_cell(struct kp_audit_output *out, const char *name, int n_name, bool first, const char *cell)
{
    switch (out->format) {
    case KP_AUDIT_CSV:
        kp_buf_str(&out->buf, first ? "" : ",");
        kp_buf_csv(&out->buf, cell, strlen(cell));
        return;
    case KP_AUDIT_JSONL:
        kp_buf_printf(&out->buf, "%s\"%.*s\": ", first ? "{" : ", ", n_name, name);
        kp_buf_json(&out->buf, cell);
        return;
    case KP_AUDIT_TABLE:
        kp_buf_printf(&out->buf, "%-24.*s ", n_name, name);
        kp_buf_printable(&out->buf, cell);
        kp_buf_char(&out->buf, '\n');
    }
}

void kp_audit_row(struct kp_audit_output *out, const char *names, const char *const *cells)
{
    for (const char *name = names; *name; name += *name == ',') {
        size_t n = strcspn(name, ",");
        add_cell(out, name, (int)n, name == names, *cells++);
        name += n;
    }
    kp_buf_str(&out->buf, out->format == KP_AUDIT_JSONL ? "}\n" : "\n");
}

static void add_table_line(struct kp_buf *buf, const char *const *c, const char *state)
{
    static const enum kp_log_column more[] = {
        KP_LOG_REQUEST_ID,     KP_LOG_EMPLOYEE_ID, KP_LOG_INSURED_SYMBOL, KP_LOG_INSURED_NUMBER,
        KP_LOG_INSURED_BRANCH, KP_LOG_EXAM_DATE,   KP_LOG_NAME_KANA};
    kp_buf_printf(buf, "%6s  %.10s  %-8s  %-10s  %s  %-10s  ", c[KP_LOG_SEQ], c[KP_LOG_TIME], c[KP_LOG_EVENT],
                  state, c[KP_LOG_INSURER_NUMBER], c[KP_LOG_BASIS_ID]);
    kp_buf_printable(buf, c[KP_LOG_BUNDLE]);
    for (size_t i = 0; i < KP_COUNT(more) && kp_log_is_disclosure(c[KP_LOG_EVENT]); i++) {
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
    case KP_AUDIT_TABLE:
        add_table_line(&out->buf, line->cells, state);
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
