
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/lock.h"
#include "base/map.h"
#include "base/status.h"
#include "law/registers.h"
#include "law/rule.h"
#include "log/log.h"
#include "log/log_index.h"

enum { COUNTED = 3, PRINT_AT_BYTES = 1 << 16, KEEP_YEARS = 3 };

static const char *const EVENTS[] = {[KP_AUDIT_ANY] = "",
                                     [KP_AUDIT_DISCLOSE] = "disclose",
                                     [KP_AUDIT_AGAIN] = "again",
                                     [KP_AUDIT_CORRECT] = "correct",
                                     [KP_AUDIT_RELEASE] = "release",
                                     [KP_AUDIT_VOID] = "void"};

/* What was disclosed to one insurer on one basis in one month: disclose, again, correct. */
struct group {
    const char *insurer, *basis, *month;
    uint64_t people[COUNTED];
    uint64_t waiting[COUNTED]; /* of a bundle of which nothing is known yet */
    uint64_t bundles;
};

/* Entries of a bundle that did not go out, as a part of a log. */
struct loss {
    uint64_t log, from, to;
    bool voided; /* else the log ends without a word on it */
};

struct audit {
    const struct kp_audit_options *options;
    struct kp_context ctx;
    struct kp_arena scratch; /* of an entry */
    struct kp_registers registers;
    struct kp_map consent_by_id;
    struct kp_audit_options folded; /* the filters as they are compared */
    struct kp_log_state *states;    /* of each log */
    size_t log;                     /* the one that is being read */
    bool being_written;             /* when its reading began */
    bool head_found;
    struct kp_buf groups; /* struct group */
    struct kp_map group_by_key;
    size_t last_group;
    struct kp_buf touched; /* size_t: groups with something waiting */
    struct kp_buf losses;  /* struct loss, in order */
    size_t next_loss;
    uint64_t bundle_from; /* the first entry of the bundle that is being read; 0: none */
    uint64_t n_entries, n_voided, n_unfinished, n_waiting, n_listed;
    struct kp_buf out;
    kp_audit_print *print;
    void *print_ctx;
};

static struct group *group_at(const struct audit *a, size_t i)
{
    return (struct group *)(void *)a->groups.data + i;
}

/* --- filters --- */

static bool has_filter(const struct kp_audit_options *o)
{
    return o->insurer || o->employee || o->number || o->basis || o->request || o->bundle || o->from ||
           o->to || o->event != KP_AUDIT_ANY;
}

/* Without folder and .zip. */
static const char *bundle_root(struct kp_arena *arena, const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *from = slash ? slash + 1 : name;
    size_t n = strlen(from);
    return kp_arena_strndup(arena, from, n > 4 && strcmp(from + n - 4, ".zip") == 0 ? n - 4 : n);
}

static enum kp_status fold_filters(struct audit *a)
{
    const struct kp_audit_options *o = a->options;
    a->folded = *o;
    const char **folded[] = {&a->folded.insurer, &a->folded.employee, &a->folded.number};
    for (size_t i = 0; i < KP_COUNT(folded); i++)
        if (*folded[i] && !(*folded[i] = kp_text_value_key(&a->ctx.arena, *folded[i])))
            return kp_no_memory(&a->ctx);
    if (o->bundle && !(a->folded.bundle = bundle_root(&a->ctx.arena, o->bundle)))
        return kp_no_memory(&a->ctx);
    if (!o->head)
        return KP_OK;
    char *head = kp_arena_strdup(&a->ctx.arena, o->head);
    if (!head)
        return kp_no_memory(&a->ctx);
    for (char *at = head; *at; at++)
        *at = (char)(*at >= 'A' && *at <= 'F' ? *at - 'A' + 'a' : *at);
    a->folded.head = head;
    if (strlen(head) != KP_SHA256_HEX || strspn(head, "0123456789abcdef") != KP_SHA256_HEX)
        return kp_fail(&a->ctx.diag, KP_E_USAGE, KP_K_OPTION_VALUE_BAD, KP_NOWHERE, o->head, "--head",
                       "64 hexadecimal digits");
    return KP_OK;
}

/* Widths folded on both sides; NULL wants nothing. */
static bool same_folded(struct audit *a, const char *wanted, const char *cell)
{
    if (!wanted || strcmp(wanted, cell) == 0)
        return true;
    const char *key = *cell ? kp_text_value_key(&a->scratch, cell) : "";
    return key && strcmp(wanted, key) == 0;
}

static bool fits(struct audit *a, const char *const *c)
{
    const struct kp_audit_options *f = &a->folded;
    const char *time = c[KP_LOG_TIME];
    size_t root = f->bundle ? strlen(f->bundle) : 0;
    if (f->event != KP_AUDIT_ANY && strcmp(EVENTS[f->event], c[KP_LOG_EVENT]) != 0)
        return false;
    if ((f->basis && strcmp(f->basis, c[KP_LOG_BASIS_ID]) != 0) ||
        (f->request && !kp_list_has(c[KP_LOG_REQUEST_ID], f->request)))
        return false;
    if (f->bundle &&
        (strncmp(f->bundle, c[KP_LOG_BUNDLE], root) != 0 || strcmp(c[KP_LOG_BUNDLE] + root, ".zip") != 0))
        return false;
    if ((f->from && strncmp(time, f->from, 10) < 0) || (f->to && strncmp(time, f->to, 10) > 0))
        return false;
    kp_arena_reset(&a->scratch);
    return same_folded(a, f->insurer, c[KP_LOG_INSURER_NUMBER]) &&
           same_folded(a, f->employee, c[KP_LOG_EMPLOYEE_ID]) &&
           same_folded(a, f->number, c[KP_LOG_INSURED_NUMBER]);
}

/* --- counting --- */

static bool is_group(const struct group *g, const char *const *c)
{
    return strcmp(g->insurer, c[KP_LOG_INSURER_NUMBER]) == 0 && strcmp(g->basis, c[KP_LOG_BASIS_ID]) == 0 &&
           strncmp(g->month, c[KP_LOG_TIME], 7) == 0;
}

static enum kp_status find_group(struct audit *a, const char *const *c, size_t *ret_index)
{
    uint32_t index = 0;
    size_t n = a->groups.len / sizeof(struct group);
    *ret_index = a->last_group;
    if (n > 0 && is_group(group_at(a, a->last_group), c))
        return KP_OK;
    kp_arena_reset(&a->scratch);
    char *key = kp_arena_printf(&a->scratch, "%s\x1f%s\x1f%.7s", c[KP_LOG_INSURER_NUMBER], c[KP_LOG_BASIS_ID],
                                c[KP_LOG_TIME]);
    if (!key)
        return kp_no_memory(&a->ctx);
    if (!kp_map_get(&a->group_by_key, key, &index)) {
        struct group g = {.insurer = kp_arena_strdup(&a->ctx.arena, c[KP_LOG_INSURER_NUMBER]),
                          .basis = kp_arena_strdup(&a->ctx.arena, c[KP_LOG_BASIS_ID]),
                          .month = kp_arena_strndup(&a->ctx.arena, c[KP_LOG_TIME], 7)};
        index = (uint32_t)n;
        kp_buf_add(&a->groups, &g, sizeof(g));
        if (!kp_buf_ok(&a->groups) || a->ctx.arena.failed ||
            kp_map_put(&a->group_by_key, &a->ctx.arena, key, index) == KP_MAP_NO_MEMORY)
            return kp_no_memory(&a->ctx);
    }
    *ret_index = a->last_group = index;
    return KP_OK;
}

static enum kp_status count(struct audit *a, const char *const *c)
{
    size_t index = 0;
    enum kp_status st = find_group(a, c, &index);
    if (st != KP_OK)
        return st;
    struct group *g = group_at(a, index);
    if (g->waiting[0] + g->waiting[1] + g->waiting[2] == 0)
        kp_buf_add(&a->touched, &index, sizeof(index));
    g->waiting[c[KP_LOG_EVENT][0] == 'd' ? 0 : c[KP_LOG_EVENT][0] == 'a' ? 1 : 2]++;
    return kp_buf_ok(&a->touched) ? KP_OK : kp_no_memory(&a->ctx);
}

static enum kp_status settle(struct audit *a, bool released, bool voided, uint64_t to)
{
    for (size_t i = 0; i < a->touched.len / sizeof(size_t); i++) {
        size_t index = 0;
        memcpy(&index, a->touched.data + i * sizeof(index), sizeof(index));
        struct group *g = group_at(a, index);
        for (size_t k = 0; k < COUNTED; k++)
            g->people[k] += released ? g->waiting[k] : 0;
        g->bundles += released;
        memset(g->waiting, 0, sizeof(g->waiting));
    }
    if (!released && a->bundle_from) {
        const struct loss loss = {.log = a->log, .from = a->bundle_from, .to = to, .voided = voided};
        kp_buf_add(&a->losses, &loss, sizeof(loss));
        *(voided ? &a->n_voided : &a->n_unfinished) += a->n_waiting;
    }
    kp_buf_reset(&a->touched);
    a->bundle_from = 0;
    a->n_waiting = 0;
    return kp_buf_ok(&a->losses) ? KP_OK : kp_no_memory(&a->ctx);
}

/* --- provision records --- */

static const struct kp_consent *consent_of(const struct audit *a, const char *id)
{
    uint32_t index = 0;
    return kp_map_get(&a->consent_by_id, id, &index) ? &a->registers.consents[index] : NULL;
}

static bool is_owed(const char *const *c)
{
    return kp_log_is_disclosure(c[KP_LOG_EVENT]) && *c[KP_LOG_ITEMS_CONSENT] != '\0';
}

/* Calls fn for each word of a list. */
static enum kp_status each_word(struct audit *a, const char *list,
                                enum kp_status (*fn)(struct audit *a, const char *word, void *ctx), void *ctx)
{
    enum kp_status st = KP_OK;
    for (const char *at = list; st == KP_OK && *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        char *word = kp_arena_strndup(&a->scratch, at, n);
        st = word ? fn(a, word, ctx) : kp_no_memory(&a->ctx);
        at += n;
    }
    return st;
}

static enum kp_status incomplete(struct audit *a, const char *file, const char *what)
{
    return kp_fail(&a->ctx.diag, KP_E_USAGE, KP_K_PROVISION_RECORD_INCOMPLETE, kp_in(file), what);
}

static enum kp_status check_consent(struct audit *a, const char *id, void *ctx)
{
    (void)ctx;
    return consent_of(a, id) ? KP_OK : incomplete(a, a->options->registers.consents, id);
}

/* A record that lacks something the law asks for is none. */
static enum kp_status check_provision(struct audit *a, const char *const *c)
{
    const struct kp_insurer *n = kp_insurer_of(&a->registers, c[KP_LOG_INSURER_NUMBER]);
    kp_arena_reset(&a->scratch);
    if (!n || !*n->name || !*n->address || !*n->representative)
        return incomplete(a, a->options->registers.insurers, c[KP_LOG_INSURER_NUMBER]);
    return each_word(a, c[KP_LOG_CONSENT_IDS], check_consent, NULL);
}

struct words {
    struct kp_buf kinds, days, evidence, names;
};

static enum kp_status describe_consent(struct audit *a, const char *id, void *ctx)
{
    struct words *w = ctx;
    char day[11];
    const struct kp_consent *consent = consent_of(a, id);
    kp_date_iso(consent->given, day);
    kp_buf_printf(&w->kinds, "%s%s", w->kinds.len ? " " : "", consent->notice ? "notice" : "explicit");
    kp_buf_printf(&w->days, "%s%s", w->days.len ? " " : "", day);
    kp_buf_printf(&w->evidence, "%s%s", w->evidence.len ? " / " : "", consent->evidence);
    return KP_OK;
}

static enum kp_status describe_item(struct audit *a, const char *code, void *ctx)
{
    struct words *w = ctx;
    const struct kp_item *item = kp_item_find(&a->ctx.tables, code);
    kp_buf_printf(&w->names, "%s%s", w->names.len ? "、" : "", item ? item->name : code);
    return KP_OK;
}

/* Municipal national health insurance and the associations of 75 and over: no record is owed to a local
 * government. */
static bool is_local_government(const char *insurer_number)
{
    bool municipal =
        strncmp(insurer_number, "00", 2) == 0 && strlen(insurer_number) == 8 && insurer_number[4] != '3';
    return municipal || strncmp(insurer_number, "39", 2) == 0;
}

static const char *const PROVISION_COLUMNS[] = {"provision",
                                                "owed",
                                                "disclosed_on",
                                                "consent_ids",
                                                "consent_kinds",
                                                "consent_given_on",
                                                "consent_evidence",
                                                "recipient_number",
                                                "recipient_name",
                                                "recipient_address",
                                                "recipient_representative",
                                                "employee_id",
                                                "insured_symbol",
                                                "insured_number",
                                                "insured_branch",
                                                "name_kana",
                                                "birth_date",
                                                "exam_date",
                                                "items",
                                                "item_names",
                                                "bundle",
                                                "document",
                                                "keep_until",
                                                "log_seq",
                                                "log_hash"};

/* --- printing --- */

static enum kp_status flush(struct audit *a)
{
    if (!kp_buf_ok(&a->out))
        return kp_no_memory(&a->ctx);
    if (a->out.len > 0 && !a->print(a->print_ctx, a->out.data, a->out.len)) {
        a->ctx.diag.n_sent[KP_LEVEL_FAIL]++; /* print has reported it */
        errno = 0;
        return KP_E_SYSTEM;
    }
    kp_buf_reset(&a->out);
    return KP_OK;
}

static enum kp_status flush_some(struct audit *a)
{
    return a->out.len < PRINT_AT_BYTES && kp_buf_ok(&a->out) ? KP_OK : flush(a);
}

static void add_csv_row(struct kp_buf *out, const char *const *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            kp_buf_char(out, ',');
        kp_buf_csv(out, cells[i], strlen(cells[i]));
    }
    kp_buf_char(out, '\n');
}

static void add_json_row(struct kp_buf *out, const char *const *names, const char *const *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        kp_buf_str(out, i ? ", " : "{");
        kp_buf_json(out, names[i]);
        kp_buf_str(out, ": ");
        kp_buf_json(out, cells[i]);
    }
    kp_buf_str(out, "}\n");
}

static void add_block(struct kp_buf *out, const char *const *names, const char *const *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        kp_buf_printf(out, "%-24s ", names[i]);
        kp_buf_printable(out, cells[i]);
        kp_buf_char(out, '\n');
    }
    kp_buf_char(out, '\n');
}

static void add_provision(struct audit *a, const char *const *c, struct words *w)
{
    const struct kp_insurer *n = kp_insurer_of(&a->registers, c[KP_LOG_INSURER_NUMBER]);
    struct kp_date on = {0};
    char day[11] = "", until[11] = "";
    (void)snprintf(day, sizeof(day), "%.10s", c[KP_LOG_TIME]);
    if (kp_date_parse_iso(day, &on))
        kp_date_iso(kp_date_add_years(on, KEEP_YEARS), until);
    const char *provision = kp_privacy_provision(&a->ctx.tables, "provision_record", on);
    const char *recipient =
        *c[KP_LOG_RECIPIENT] ? c[KP_LOG_RECIPIENT] : n->name; /* as it was called on that day */
    const char *cells[] = {provision ? provision : "",
                           is_local_government(n->number) ? "no" : "yes",
                           day,
                           c[KP_LOG_CONSENT_IDS],
                           kp_buf_text(&w->kinds),
                           kp_buf_text(&w->days),
                           kp_buf_text(&w->evidence),
                           n->number,
                           recipient,
                           n->address,
                           n->representative,
                           c[KP_LOG_EMPLOYEE_ID],
                           c[KP_LOG_INSURED_SYMBOL],
                           c[KP_LOG_INSURED_NUMBER],
                           c[KP_LOG_INSURED_BRANCH],
                           c[KP_LOG_NAME_KANA],
                           c[KP_LOG_BIRTH_DATE],
                           c[KP_LOG_EXAM_DATE],
                           c[KP_LOG_ITEMS_CONSENT],
                           kp_buf_text(&w->names),
                           c[KP_LOG_BUNDLE],
                           c[KP_LOG_DOCUMENT],
                           until,
                           c[KP_LOG_SEQ],
                           c[KP_LOG_HASH]};
    static_assert(KP_COUNT(cells) == KP_COUNT(PROVISION_COLUMNS), "a cell for each column");
    if (a->options->format == KP_AUDIT_JSONL)
        add_json_row(&a->out, PROVISION_COLUMNS, cells, KP_COUNT(cells));
    else if (a->options->format == KP_AUDIT_CSV)
        add_csv_row(&a->out, cells, KP_COUNT(cells));
    else
        add_block(&a->out, PROVISION_COLUMNS, cells, KP_COUNT(cells));
}

static enum kp_status print_provision(struct audit *a, const char *const *c)
{
    struct words w = {.kinds = {0}};
    kp_arena_reset(&a->scratch);
    enum kp_status st = each_word(a, c[KP_LOG_CONSENT_IDS], describe_consent, &w);
    if (st == KP_OK)
        st = each_word(a, c[KP_LOG_ITEMS_CONSENT], describe_item, &w);
    bool ok = kp_buf_ok(&w.kinds) && kp_buf_ok(&w.days) && kp_buf_ok(&w.evidence) && kp_buf_ok(&w.names);
    if (st == KP_OK && ok)
        add_provision(a, c, &w);
    kp_buf_release(&w.kinds);
    kp_buf_release(&w.days);
    kp_buf_release(&w.evidence);
    kp_buf_release(&w.names);
    return ok ? st : kp_no_memory(&a->ctx);
}

static void print_entry(struct audit *a, const struct kp_log_line *line, const char *state)
{
    const char *names[KP_LOG__COUNT + 2], *cells[KP_LOG__COUNT + 2];
    const char *const *c = line->cells;
    struct kp_buf *out = &a->out;
    switch (a->options->format) {
    case KP_AUDIT_CSV:
        kp_buf_add(out, line->bytes, line->n - 1);
        kp_buf_printf(out, ",%s\n", state);
        return;
    case KP_AUDIT_JSONL:
        memcpy(names, kp_log_columns, sizeof(kp_log_columns));
        memcpy(cells, c, sizeof(kp_log_columns));
        names[KP_LOG__COUNT] = "log";
        cells[KP_LOG__COUNT] = a->options->logs[a->log];
        names[KP_LOG__COUNT + 1] = "state";
        cells[KP_LOG__COUNT + 1] = state;
        add_json_row(out, names, cells, KP_COUNT(names));
        return;
    case KP_AUDIT_TABLE:
        kp_buf_printf(out, "%6s  %.10s  %-8s  %-10s  %s  %-10s  ", c[KP_LOG_SEQ], c[KP_LOG_TIME],
                      c[KP_LOG_EVENT], state, c[KP_LOG_INSURER_NUMBER], c[KP_LOG_BASIS_ID]);
        kp_buf_printable(out, c[KP_LOG_BUNDLE]);
        const enum kp_log_column more[] = {
            KP_LOG_REQUEST_ID,     KP_LOG_EMPLOYEE_ID, KP_LOG_INSURED_SYMBOL, KP_LOG_INSURED_NUMBER,
            KP_LOG_INSURED_BRANCH, KP_LOG_EXAM_DATE,   KP_LOG_NAME_KANA};
        for (size_t i = 0; i < KP_COUNT(more) && kp_log_is_disclosure(c[KP_LOG_EVENT]); i++) {
            kp_buf_str(out, "  ");
            kp_buf_printable(out, *c[more[i]] ? c[more[i]] : "-");
        }
        kp_buf_char(out, '\n');
    }
}

static void print_header(struct audit *a)
{
    if (a->options->format != KP_AUDIT_CSV)
        return;
    if (a->options->provision_records) {
        add_csv_row(&a->out, PROVISION_COLUMNS, KP_COUNT(PROVISION_COLUMNS));
        return;
    }
    for (size_t i = 0; i < KP_LOG__COUNT; i++)
        kp_buf_printf(&a->out, "%s,", kp_log_columns[i]);
    kp_buf_str(&a->out, "state\n");
}

/* --- the two passes --- */

static enum kp_status verify_entry(void *ctx, const struct kp_log_line *line)
{
    struct audit *a = ctx;
    if (kp_check_cancelled(&a->ctx) != KP_OK)
        return KP_E_SYSTEM;
    const char *const *c = line->cells;
    const char *event = c[KP_LOG_EVENT];
    a->n_entries++;
    a->head_found |= a->folded.head && strcmp(a->folded.head, c[KP_LOG_HASH]) == 0;
    if (!kp_log_is_disclosure(event))
        return settle(a, strcmp(event, "release") == 0, true, line->at);
    if (!a->bundle_from)
        a->bundle_from = line->at;
    a->n_waiting++;
    if (has_filter(&a->folded) && !fits(a, c))
        return KP_OK;
    enum kp_status st = count(a, c);
    return st == KP_OK && a->options->provision_records && is_owed(c) ? check_provision(a, c) : st;
}

/* What became of a disclosure; asked in the order of the logs. */
static const char *state_of(struct audit *a, const struct kp_log_line *line)
{
    const struct loss *losses = (const struct loss *)(const void *)a->losses.data;
    size_t n = a->losses.len / sizeof(*losses);
    if (!kp_log_is_disclosure(line->cells[KP_LOG_EVENT]))
        return "";
    while (a->next_loss < n && (losses[a->next_loss].log < a->log ||
                                (losses[a->next_loss].log == a->log && losses[a->next_loss].to <= line->at)))
        a->next_loss++;
    if (a->next_loss == n || losses[a->next_loss].log != a->log || line->at < losses[a->next_loss].from)
        return "released";
    return losses[a->next_loss].voided ? "voided" : "unfinished";
}

static enum kp_status list_entry(void *ctx, const struct kp_log_line *line)
{
    struct audit *a = ctx;
    enum kp_status st = kp_check_cancelled(&a->ctx);
    if (st != KP_OK)
        return st;
    if (line->at >= a->states[a->log].end.bytes || !fits(a, line->cells))
        return KP_OK; /* what was added meanwhile was not verified in the first pass */
    const char *state = state_of(a, line);
    if (!a->options->provision_records)
        print_entry(a, line, state);
    else if (is_owed(line->cells) && strcmp(state, "released") == 0)
        st = print_provision(a, line->cells);
    else
        return KP_OK;
    a->n_listed++;
    return st == KP_OK ? flush_some(a) : st;
}

static enum kp_status fault(struct audit *a, enum kp_code code, uint64_t line, const char *arg)
{
    return kp_fail(&a->ctx.diag, KP_E_FAULT, code, kp_at(a->options->logs[a->log], line), arg);
}

/* Cut off at the end, a chain is still a chain: the index beside it may know more. */
static enum kp_status ask_index(struct audit *a)
{
    struct kp_log_index index;
    enum kp_log_index_verdict verdict = KP_LOG_INDEX_ABSENT;
    struct kp_arena arena = {0};
    const char *log = a->options->logs[a->log];
    char *path = kp_arena_printf(&arena, "%s.index", log);
    enum kp_status st = path ? KP_OK : kp_no_memory(&a->ctx);
    if (path && kp_log_index_open(&index, &kp_io_posix, path, log, &verdict) == KP_OK) {
        kp_log_index_close(&index);
        if (verdict == KP_LOG_INDEX_CONTRADICTS)
            st = fault(a, KP_K_LOG_SHORTENED, a->states[a->log].end.n_entries + 2, path);
    }
    kp_arena_release(&arena);
    return st;
}

/* The line that a run is about to write is not torn. */
static bool is_being_written(const char *path)
{
    int fd = kp_io_posix.open(path, O_RDONLY, 0);
    bool is = fd >= 0 && kp_lock_holder(fd) > 0;
    if (fd >= 0)
        (void)kp_io_posix.close(fd);
    return is;
}

static enum kp_status judge(struct audit *a)
{
    enum kp_lang lang = a->ctx.common->lang;
    struct kp_log_state *s = &a->states[a->log];
    if (s->bad_line)
        return fault(a, KP_K_LOG_BROKEN, s->bad_line, kp_log_fault_text(s->fault, lang));
    if (s->torn && !a->being_written && !is_being_written(a->options->logs[a->log]))
        return fault(a, KP_K_LOG_BROKEN, s->end.bytes ? s->end.n_entries + 2 : 1,
                     kp_log_fault_text(KP_LOG_TORN, lang));
    if (a->log > 0) {
        const char *before = a->states[a->log - 1].end.head;
        if (s->end.n_entries == 0)
            memcpy(s->end.head, before, sizeof(s->end.head));
        else if (strcmp(s->end.before, before) != 0)
            return fault(a, KP_K_LOG_NOT_CONTINUED, 2, a->options->logs[a->log - 1]);
    }
    return ask_index(a);
}

static enum kp_status read_log(struct audit *a, kp_log_fn *fn, struct kp_log_state *ret_state)
{
    errno = kp_path_exists(a->options->logs[a->log]) ? 0 : ENOENT;
    enum kp_status st =
        errno ? KP_E_SYSTEM : kp_log_read(&kp_io_posix, a->options->logs[a->log], NULL, fn, a, ret_state);
    if (st == KP_E_SYSTEM && errno) /* else a message told what was wrong */
        (void)kp_fail(&a->ctx.diag, st, KP_K_LOG_UNUSABLE, kp_in(a->options->logs[a->log]), strerror(errno));
    return st;
}

static enum kp_status verify(struct audit *a)
{
    enum kp_status st = KP_OK;
    for (a->log = 0; a->log < a->options->n_logs; a->log++) {
        const char *path = a->options->logs[a->log];
        if (kp_file_size(path) < 0) {
            a->states[a->log].end = (struct kp_log_point){.head = KP_LOG_NO_HEAD};
            KP_TRY(ask_index(a)); /* gone, but its index knows that there was one */
            return kp_fail(&a->ctx.diag, KP_E_USAGE, KP_K_LOG_UNUSABLE, kp_in(path), strerror(ENOENT));
        }
        a->being_written = is_being_written(path);
        KP_TRY(read_log(a, verify_entry, &a->states[a->log]));
        KP_TRY(settle(a, false, false, a->states[a->log].end.bytes));
        KP_TRY(judge(a));
    }
    a->log = a->options->n_logs - 1;
    if (a->folded.head && !a->head_found)
        st = fault(a, KP_K_LOG_HEAD_MISSING, 0, a->folded.head);
    return st;
}

static enum kp_status list(struct audit *a)
{
    enum kp_status st = KP_OK;
    print_header(a);
    for (a->log = 0; a->log < a->options->n_logs; a->log++) {
        struct kp_log_state again;
        KP_TRY(read_log(a, list_entry, &again));
        if (again.end.bytes < a->states[a->log].end.bytes) { /* somebody wrote to it while it was read */
            st = fault(a, KP_K_LOG_BROKEN, again.bad_line,
                       kp_log_fault_text(again.fault, a->ctx.common->lang));
            return st;
        }
    }
    if (a->options->format == KP_AUDIT_TABLE)
        kp_buf_printf(&a->out, "%s %" PRIu64 "\n",
                      a->options->provision_records ? kp_say(&a->ctx, "提供の記録:", "provision records:")
                                                    : kp_say(&a->ctx, "該当する記録:", "entries that fit:"),
                      a->n_listed);
    return st;
}

/* --- the summary --- */

static int compare_groups(const void *x, const void *y)
{
    const struct group *a = x, *b = y;
    int order = strcmp(a->insurer, b->insurer);
    if (order == 0)
        order = strcmp(a->basis, b->basis);
    return order ? order : strcmp(a->month, b->month);
}

static void add_group(struct audit *a, const struct group *g, const char *month)
{
    kp_buf_printf(&a->out, "%-8s  %-12s  %-7s  %10" PRIu64 "  %8" PRIu64 "  %9" PRIu64 "  %8" PRIu64 "\n",
                  g->insurer, g->basis, month, g->people[0], g->people[1], g->people[2], g->bundles);
}

static void add_groups(struct audit *a)
{
    size_t n = a->groups.len / sizeof(struct group), months = 0;
    struct group sum = {.month = ""};
    if (n == 0)
        return;
    qsort(a->groups.data, n, sizeof(struct group), compare_groups);
    kp_buf_printf(&a->out, "\n%-8s  %-12s  %-7s  %10s  %8s  %9s  %8s\n", "insurer", "basis", "month",
                  "people", "again", "corrected", "bundles");
    for (size_t i = 0; i < n; i++) {
        const struct group *g = group_at(a, i), *next = i + 1 < n ? g + 1 : NULL;
        if (g->bundles > 0)
            add_group(a, g, g->month);
        for (size_t k = 0; k < COUNTED; k++)
            sum.people[k] += g->people[k];
        sum.bundles += g->bundles;
        months += g->bundles > 0;
        if (next && strcmp(next->insurer, g->insurer) == 0 && strcmp(next->basis, g->basis) == 0)
            continue;
        sum.insurer = g->insurer;
        sum.basis = g->basis;
        if (months > 1)
            add_group(a, &sum, "all");
        sum = (struct group){.month = ""};
        months = 0;
    }
}

static void summarise(struct audit *a)
{
    for (size_t i = 0; i < a->options->n_logs; i++) {
        const struct kp_log_point *end = &a->states[i].end;
        kp_buf_printable(&a->out, a->options->logs[i]);
        kp_buf_printf(&a->out, "\n  %s %" PRIu64 "\n  %s %s\n", kp_say(&a->ctx, "記録", "entries"),
                      end->n_entries, kp_say(&a->ctx, "末尾ハッシュ", "head"), end->head);
        if (*end->before && strcmp(end->before, KP_LOG_NO_HEAD) != 0)
            kp_buf_printf(
                &a->out, "  %s %s%s\n", kp_say(&a->ctx, "引継元の末尾ハッシュ", "continues"), end->before,
                i > 0 ? "" : kp_say(&a->ctx, "(この監査では未確認)", " (an older log, not looked at here)"));
    }
    if (a->folded.head)
        kp_buf_printf(&a->out, "%s %s\n", kp_say(&a->ctx, "この記録に含まれるハッシュ:", "contains the head"),
                      a->folded.head);
    if (a->n_voided)
        kp_buf_printf(&a->out, "%s %" PRIu64 "\n",
                      kp_say(&a->ctx, "無効(提供されていない)", "voided, not disclosed:"), a->n_voided);
    if (a->n_unfinished)
        kp_buf_printf(&a->out, "%s %" PRIu64 "\n",
                      kp_say(&a->ctx, "未完了(次の実行が完了または無効にする)",
                             "unfinished, to be settled by the next run:"),
                      a->n_unfinished);
    add_groups(a);
}

/* --- all of it --- */

static enum kp_status load_registers(struct audit *a)
{
    const struct kp_audit_options *o = a->options;
    if (!o->registers.insurers || !o->registers.consents)
        return kp_fail(&a->ctx.diag, KP_E_USAGE, KP_K_PROVISION_REGISTERS_MISSING, KP_NOWHERE,
                       o->registers.insurers ? "--consents" : "--insurers");
    KP_TRY(kp_context_load_tables(&a->ctx));
    KP_TRY(kp_registers_load(&a->ctx, &o->registers, "", &a->registers));
    for (size_t i = 0; i < a->registers.n_consents; i++)
        if (kp_map_put(&a->consent_by_id, &a->ctx.arena, a->registers.consents[i].id, (uint32_t)i) ==
            KP_MAP_NO_MEMORY)
            return kp_no_memory(&a->ctx);
    return KP_OK;
}

static enum kp_status run(struct audit *a)
{
    const struct kp_audit_options *o = a->options;
    a->states = kp_arena_alloc(&a->ctx.arena, o->n_logs * sizeof(*a->states));
    if (!a->states)
        return kp_no_memory(&a->ctx);
    KP_TRY(fold_filters(a));
    if (o->provision_records)
        KP_TRY(load_registers(a));
    KP_TRY(verify(a));
    if (o->provision_records || has_filter(o) || o->format != KP_AUDIT_TABLE)
        KP_TRY(list(a));
    if (o->format == KP_AUDIT_TABLE && !o->provision_records)
        summarise(a);
    return flush(a);
}

enum kp_status kp_audit(const struct kp_audit_options *options, const struct kp_env *env,
                        kp_audit_print *print, void *print_ctx)
{
    struct audit a = {.options = options, .print = print, .print_ctx = print_ctx};
    enum kp_status st = kp_context_init(&a.ctx, &options->common, env);
    if (st == KP_OK)
        st = run(&a);
    kp_buf_release(&a.out);
    kp_buf_release(&a.groups);
    kp_buf_release(&a.touched);
    kp_buf_release(&a.losses);
    kp_arena_release(&a.scratch);
    st = kp_context_finish(&a.ctx, st);
    kp_context_release(&a.ctx);
    return st;
}
