#include "law/requests.h"

#include <inttypes.h>
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "tables/names.h"
#include "law/register_person.h"

enum { ID, INSURER, RECEIVED, ARTICLES, FROM, TO, AGES, ITEMS, UNTIL, WITHDRAWN, NOTE };
enum { REQUESTER = NOTE + 1, ALSO, QUALIFICATION, PERSONS, KINDS, WORKPLACES, DOCUMENT };

static void read_articles(struct kp_register *r, size_t row, struct kp_request *q)
{
    if (!kp_list_bits(kp_route_names, kp_register_cell(r, row, ARTICLES), &q->routes) ||
        (q->routes & 1u << KP_ROUTE_CONSENT))
        kp_register_bad(r, row, ARTICLES, "elderly_act, health_act, or both separated by a space");
}

static void read_ages(struct kp_register *r, size_t row, struct kp_request *q)
{
    const char *ages = kp_register_cell(r, row, AGES);
    size_t band = 0;
    if (!*ages || strcmp(ages, "all") == 0)
        q->bands = (1u << KP_BAND__COUNT) - 1;
    else if (kp_name_find(kp_band_names, ages, &band) && band != KP_BAND_75PLUS)
        q->bands = 1u << band;
    else
        kp_register_bad(r, row, AGES, "all, under40 or 40to74");
}

static void read_days(struct kp_register *r, size_t row, struct kp_request *q)
{
    kp_register_date(r, row, RECEIVED, true, &q->received);
    kp_register_date(r, row, FROM, false, &q->exam_from);
    kp_register_date(r, row, TO, false, &q->exam_to);
    kp_register_order(r, row, (const size_t[]){FROM, TO}, q->exam_from, q->exam_to);
    kp_register_date(r, row, UNTIL, false, &q->valid_until);
    kp_register_order(r, row, (const size_t[]){RECEIVED, UNTIL}, q->received, q->valid_until);
    kp_register_date(r, row, WITHDRAWN, false, &q->withdrawn);
    kp_register_order(r, row, (const size_t[]){RECEIVED, WITHDRAWN}, q->received, q->withdrawn);
}

/* --- limits --- */

static void read_qualification(struct kp_register *r, size_t row, struct kp_request *q)
{
    static const char *const names[] = {[KP_QUALIFICATION_ANY] = "all",
                                        [KP_QUALIFICATION_INSURED] = "insured",
                                        [KP_QUALIFICATION_DEPENDANT] = "dependants",
                                        NULL};
    const char *text = kp_register_cell(r, row, QUALIFICATION);
    size_t which = KP_QUALIFICATION_ANY;
    if (*text && !kp_name_find(names, text, &which))
        kp_register_bad(r, row, QUALIFICATION, "all, insured or dependants");
    q->qualification = (enum kp_qualification)which;
}

/* The list lies beside the register, so that neither wanders without the other. */
static void read_persons(struct kp_register *r, size_t row, struct kp_map *ids, struct kp_request *q)
{
    struct kp_arena *arena = r->arena;
    const char *name = kp_register_cell(r, row, PERSONS), *slash = strrchr(r->path, '/');
    if (!*name)
        return;
    if (strchr(name, '/')) {
        kp_register_bad(r, row, PERSONS, "the name of a CSV file beside this register, without a folder");
        return;
    }
    int n = slash ? (int)(slash + 1 - r->path) : 0;
    struct kp_roster *roster = kp_arena_alloc(arena, sizeof(*roster));
    char *path = kp_arena_printf(arena, "%.*s%s", n, r->path, name);
    if (!roster || !path) {
        kp_register_no_memory(r);
        return;
    }
    enum kp_status st = kp_roster_load(r->ctx, path, ids, roster);
    if (st != KP_OK)
        r->st = st; /* reported with its own place */
    q->persons = roster;
}

static void read_kinds(struct kp_register *r, size_t row, struct kp_request *q)
{
    const char *kinds = kp_register_cell(r, row, KINDS);
    if (*kinds && (!kp_list_bits(kp_exam_kind_names, kinds, &q->exam_kinds) ||
                   (q->exam_kinds & (1u << KP_KIND_AUTO | 1u << KP_KIND_UNKNOWN))))
        kp_register_bad(r, row, KINDS, "kinds of examination (periodic, hiring, ...), separated by spaces");
}

/* Spaces are part of a workplace's name, so a bar separates them. */
static void read_workplaces(struct kp_register *r, size_t row, struct kp_request *q)
{
    const char *text = kp_register_cell(r, row, WORKPLACES);
    if (*text && !(q->workplaces = kp_text_value_key(r->arena, text)))
        kp_register_no_memory(r);
}

static void read_request(struct kp_register *r, size_t i, struct kp_map *ids, struct kp_request *q)
{
    const char *requester = kp_register_cell(r, i, REQUESTER);
    q->id = kp_register_cell(r, i, ID);
    q->line = kp_register_line(r, i);
    q->requester = *requester ? requester : NULL;
    q->items = kp_register_cell(r, i, ITEMS);
    q->document = kp_register_cell(r, i, DOCUMENT);
    kp_register_id(r, i, q->id);
    q->insurer_number = kp_register_number(r, i, INSURER, kp_register_cell(r, i, INSURER));
    read_articles(r, i, q);
    read_days(r, i, q);
    read_ages(r, i, q);
    kp_register_items(r, i, ITEMS, "");
    read_qualification(r, i, q);
    read_persons(r, i, ids, q);
    read_kinds(r, i, q);
    read_workplaces(r, i, q);
}

/* --- numbers --- */

struct filing {
    struct kp_register *r;
    struct kp_request_register *requests;
    struct kp_request *list;
    size_t *last; /* as in kp_register, for the longer list */
};

/* Files a copy of the request under a number. */
static void file_copy(struct filing *f, const struct kp_request *q, const char *number)
{
    struct kp_arena *arena = f->r->arena;
    size_t i = f->requests->n++;
    uint32_t first = (uint32_t)i;
    f->list[i] = *q;
    if (kp_map_put(&f->requests->by_insurer, arena, number, first) == KP_MAP_NO_MEMORY)
        kp_register_no_memory(f->r);
    else if (kp_map_get(&f->requests->by_insurer, number, &first) && first != i)
        f->list[f->last[first]].next = &f->list[i];
    f->last[first] = i;
}

/* Files the request under the insurer's other numbers, which must belong to the same scheme. */
static void file_others(struct filing *f, size_t row, const struct kp_request *q)
{
    const struct kp_tables *tables = &f->r->ctx->tables;
    const char *list = kp_register_cell(f->r, row, ALSO), *filed = q->insurer_number;
    for (struct kp_word word; kp_next_word(&list, " ", &word);) {
        char *text = kp_arena_strndup(f->r->arena, word.at, word.n);
        const char *number = text && word.n ? kp_register_number(f->r, row, ALSO, text) : NULL;
        if (!text)
            kp_register_no_memory(f->r);
        if (!number)
            continue;
        if (kp_list_has(filed, number) || strcmp(kp_scheme_of(tables, number)->scheme,
                                                 kp_scheme_of(tables, q->insurer_number)->scheme) != 0) {
            kp_register_bad(f->r, row, ALSO, "other numbers of the same insurer, each once");
            continue;
        }
        filed = kp_arena_printf(f->r->arena, "%s %s", filed, number);
        file_copy(f, q, number);
        if (!filed) {
            kp_register_no_memory(f->r);
            return;
        }
    }
}

static size_t count_numbers(const struct kp_register *r)
{
    size_t n = r->sheet.n_rows;
    for (size_t i = 0; i < r->sheet.n_rows; i++) {
        const char *list = kp_register_cell(r, i, ALSO);
        for (struct kp_word word; kp_next_word(&list, " ", &word);)
            n++;
    }
    return n;
}

static void file_requests(struct kp_register *r, struct kp_request_register *requests)
{
    const struct kp_request *rows = r->rows;
    const struct kp_register_row *order = kp_register_by_id(r);
    size_t most = count_numbers(r) + 1;
    struct filing f = {r, requests, kp_arena_alloc(r->arena, most * sizeof(*f.list)),
                       kp_arena_alloc(r->arena, most * sizeof(*f.last))};
    if (!f.list || !f.last) {
        kp_register_no_memory(r);
        return;
    }
    for (size_t i = 0; i < r->sheet.n_rows && r->st != KP_E_SYSTEM; i++) {
        const struct kp_request *q = &rows[order[i].at];
        if (q->insurer_number) {
            file_copy(&f, q, q->insurer_number);
            file_others(&f, order[i].at, q);
        }
    }
    requests->list = f.list;
}

enum kp_status kp_requests_load(struct kp_context *ctx, const char *path, struct kp_map *ids,
                                struct kp_request_register *ret_requests)
{
    struct kp_register r = {.ctx = ctx};
    struct kp_request_register requests = {.path = path};
    if (kp_register_open(
            &r, path,
            "request_id insurer_number received_on articles exam_from exam_to ages items "
            "valid_until withdrawn_on note",
            "requester also_numbers qualification persons exam_kinds workplaces document purpose",
            sizeof(struct kp_request)) == KP_OK) {
        struct kp_request *rows = r.rows;
        for (size_t i = 0; i < r.sheet.n_rows; i++)
            read_request(&r, i, ids, &rows[i]);
        file_requests(&r, &requests);
    }
    requests.original = r.original;
    KP_TRY(kp_register_close(&r));
    *ret_requests = requests;
    return KP_OK;
}

const char *kp_request_origin(struct kp_arena *arena, const struct kp_request *request,
                              const char *insurer_number)
{
    bool other = strcmp(request->insurer_number, insurer_number) != 0;
    if (!request->requester && !other)
        return "";
    return kp_arena_printf(arena, "%s%s%s%sによる提供依頼", request->requester ? request->requester : "",
                           request->requester && other ? "、" : "", other ? "保険者番号" : "",
                           other ? request->insurer_number : "");
}

void kp_requests_warn(struct kp_context *ctx, const struct kp_request_register *requests, struct kp_date on)
{
    uint64_t n = 0, line = 0, last = 0;
    for (size_t i = 0; i < requests->n; i++) {
        const struct kp_request *q = &requests->list[i];
        bool open =
            !kp_date_is_set(q->valid_until) && !kp_date_is_set(q->exam_to) && !kp_date_is_set(q->withdrawn);
        if (!open || q->line == last || kp_date_compare(kp_date_add_years(q->received, 1), on) >= 0)
            continue;
        last = q->line;
        line = n++ && line < q->line ? line : q->line;
    }
    if (n > 0)
        kp_warn(&ctx->diag, KP_K_REQUEST_WITHOUT_END, kp_at(requests->path, line),
                kp_arena_printf(&ctx->arena, "%" PRIu64, n));
}
