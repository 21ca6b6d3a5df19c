#include "tables/legal.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "tables/names.h"
#include "tables/tablefile.h"

const char *const kp_route_names[] = {"elderly_act", "health_act", "consent", NULL};
const char *const kp_band_names[] = {"under40", "40to74", "75plus", NULL};

/* A rule of law has a first day. */
static enum kp_status read_period(const struct kp_tablefile *f, size_t row, size_t column,
                                  struct kp_date *ret_from, struct kp_date *ret_to)
{
    KP_TRY(kp_cell_period(f, row, column, ret_from, ret_to));
    return kp_date_is_set(*ret_from) ? KP_OK : kp_table_bad(f, row, "not a date:", "");
}

static bool periods_overlap(struct kp_date from_a, struct kp_date to_a, struct kp_date from_b,
                            struct kp_date to_b)
{
    return kp_in_period(from_a, to_a, from_b) || kp_in_period(from_b, to_b, from_a);
}

static enum kp_status load_schemes(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "schemes.csv", "prefix scheme choices name_en name_ja",
                             sizeof(struct kp_scheme)));
    struct kp_scheme *schemes = f->rows;
    tables->schemes = schemes;
    for (size_t i = 0; i < f->sheet.n_rows; i++, tables->n_schemes++) {
        struct kp_scheme *s = &schemes[i];
        *s = (struct kp_scheme){.prefix = kp_cell(f, i, 0),
                                .scheme = kp_cell(f, i, 1),
                                .choices = kp_cell(f, i, 2),
                                .name = {[KP_LANG_EN] = kp_cell(f, i, 3), [KP_LANG_JA] = kp_cell(f, i, 4)}};
        if (!kp_is_digits(s->prefix, 2))
            return kp_table_bad(f, i, "a prefix has two digits, not", s->prefix);
        if (kp_scheme_of(tables, s->prefix))
            return kp_table_bad(f, i, "prefix stands twice:", s->prefix);
        if ((strcmp(s->scheme, KP_SCHEME_AMBIGUOUS) == 0) != (*s->choices != '\0'))
            return kp_table_bad(f, i, "choices belong to ambiguous prefixes only:", s->prefix);
    }
    return KP_OK;
}

static bool scheme_is_known(const struct kp_tables *t, const char *scheme)
{
    for (size_t i = 0; i < t->n_schemes; i++)
        if (strcmp(t->schemes[i].scheme, scheme) == 0 || kp_list_has(t->schemes[i].choices, scheme))
            return true;
    return strcmp(scheme, "*") == 0;
}

/* Rows for one route, scheme and band must not apply on the same day nor leave a gap between them. */
static enum kp_status check_periods(const struct kp_tablefile *f, const struct kp_basis *bases)
{
    size_t n = f->sheet.n_rows;
    for (size_t i = 0; i < n; i++) {
        bool later = false, adjoins = false;
        for (size_t k = 0; k < n; k++) {
            if (k == i || bases[k].route != bases[i].route || strcmp(bases[k].scheme, bases[i].scheme) != 0 ||
                !(bases[k].bands & bases[i].bands))
                continue;
            if (periods_overlap(bases[i].from, bases[i].to, bases[k].from, bases[k].to))
                return kp_table_bad(f, i, "applies on the same days as another row:", bases[i].id);
            if (!kp_date_is_set(bases[i].to) || kp_date_compare(bases[k].from, bases[i].to) < 0)
                continue;
            later = true;
            adjoins |= kp_date_days(bases[k].from) == kp_date_days(bases[i].to) + 1;
        }
        if (later && !adjoins)
            return kp_table_bad(f, i, "its successor does not begin on the day after it ends:", bases[i].id);
    }
    return KP_OK;
}

/* A scheme that the insurer register may choose needs a basis, or its records would always be held. */
static enum kp_status check_choices(const struct kp_tablefile *schemes, const struct kp_tables *t)
{
    for (size_t i = 0; i < t->n_schemes; i++) {
        const char *choices = t->schemes[i].choices;
        for (struct kp_word word; kp_next_word(&choices, " ", &word);) {
            char *scheme = kp_arena_strndup(schemes->arena, word.at, word.n);
            if (!scheme)
                return kp_tablefile_no_memory(schemes);
            bool found = false;
            for (size_t k = 0; k < t->n_bases; k++)
                found |= strcmp(t->bases[k].scheme, scheme) == 0;
            if (!found)
                return kp_table_bad(schemes, i, "no basis for the scheme", scheme);
        }
    }
    return KP_OK;
}

enum { ID, ROUTE, SCHEME, BANDS, LAW, REQUEST, DUTY, REGULATION, FROM, TO, ITEM_SCOPE };

static enum kp_status read_basis(const struct kp_tablefile *f, const struct kp_tables *tables, size_t row,
                                 struct kp_basis *b)
{
    const char *items = kp_cell(f, row, ITEM_SCOPE);
    size_t route = 0;
    *b = (struct kp_basis){.id = kp_cell(f, row, ID),
                           .scheme = kp_cell(f, row, SCHEME),
                           .law = kp_cell(f, row, LAW),
                           .request_provision = kp_cell(f, row, REQUEST),
                           .duty_provision = kp_cell(f, row, DUTY),
                           .regulation = kp_cell(f, row, REGULATION),
                           .allows_requested_items = strcmp(items, "duty+requested") == 0};
    if (!kp_list_has("duty duty+requested consented", items))
        return kp_table_bad(f, row, "unknown item scope", items);
    if (!kp_name_find(kp_route_names, kp_cell(f, row, ROUTE), &route))
        return kp_table_bad(f, row, "unknown route", kp_cell(f, row, ROUTE));
    b->route = (enum kp_route)route;
    if (!kp_list_bits(kp_band_names, kp_cell(f, row, BANDS), &b->bands))
        return kp_table_bad(f, row, "unknown age band", kp_cell(f, row, BANDS));
    if (!scheme_is_known(tables, b->scheme))
        return kp_table_bad(f, row, "unknown scheme", b->scheme);
    return read_period(f, row, FROM, &b->from, &b->to);
}

static enum kp_status load_bases(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "legal_basis.csv",
                             "basis_id route scheme age_band law_ja request_provision duty_provision "
                             "regulation effective_from effective_to item_scope",
                             sizeof(struct kp_basis)));
    size_t n = f->sheet.n_rows;
    struct kp_basis *bases = f->rows;
    for (size_t i = 0; i < n; i++) {
        KP_TRY(read_basis(f, tables, i, &bases[i]));
        for (size_t k = 0; k < i; k++)
            if (strcmp(bases[k].id, bases[i].id) == 0)
                return kp_table_bad(f, i, "basis stands twice:", bases[i].id);
    }
    tables->bases = bases;
    tables->n_bases = n;
    return check_periods(f, bases);
}

static enum kp_status load_grounds(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "privacy_grounds.csv", "ground provision effective_from effective_to",
                             sizeof(struct kp_privacy_ground)));
    struct kp_privacy_ground *grounds = f->rows;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        struct kp_privacy_ground *g = &grounds[i];
        *g = (struct kp_privacy_ground){.ground = kp_cell(f, i, 0), .provision = kp_cell(f, i, 1)};
        KP_TRY(read_period(f, i, 2, &g->from, &g->to));
        for (size_t k = 0; k < i; k++)
            if (strcmp(grounds[k].ground, g->ground) == 0 &&
                periods_overlap(g->from, g->to, grounds[k].from, grounds[k].to))
                return kp_table_bad(f, i, "applies on the same days as another row:", g->ground);
    }
    tables->grounds = grounds;
    tables->n_grounds = f->sheet.n_rows;
    return KP_OK;
}

static enum kp_status load_day(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "law.csv", "law_checked_on", sizeof(char)));
    if (f->sheet.n_rows != 1)
        return kp_table_bad(f, KP_HEADER_ROW, "one row, not as many as in", f->path);
    if (!kp_date_parse_iso(kp_cell(f, 0, 0), &tables->law_checked_on))
        return kp_table_bad(f, 0, "a day as YYYY-MM-DD, not", kp_cell(f, 0, 0));
    return KP_OK;
}

enum kp_status kp_legal_load(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(load_day(f, tables));
    KP_TRY(load_schemes(f, tables));
    const struct kp_tablefile schemes = *f;
    KP_TRY(load_bases(f, tables));
    KP_TRY(check_choices(&schemes, tables));
    return load_grounds(f, tables);
}

bool kp_law_is_old(const struct kp_tables *tables, struct kp_date on)
{
    return kp_date_compare(kp_date_add_years(tables->law_checked_on, 1), on) < 0;
}

const struct kp_scheme *kp_scheme_of(const struct kp_tables *tables, const char *insurer_number)
{
    for (size_t i = 0; i < tables->n_schemes; i++)
        if (strncmp(tables->schemes[i].prefix, insurer_number, 2) == 0)
            return &tables->schemes[i];
    return NULL;
}

const char *kp_privacy_provision(const struct kp_tables *tables, const char *ground, struct kp_date day)
{
    for (size_t i = 0; i < tables->n_grounds; i++)
        if (strcmp(tables->grounds[i].ground, ground) == 0 &&
            kp_in_period(tables->grounds[i].from, tables->grounds[i].to, day))
            return tables->grounds[i].provision;
    return NULL;
}
