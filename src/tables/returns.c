#include "tables/returns.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "tables/tablefile.h"

enum kp_status kp_returns_load(struct kp_tablefile *f, struct kp_tables *tables)
{
    KP_TRY(kp_tablefile_open(f, "return_codes.csv", "code meaning_en meaning_ja remedy_en remedy_ja",
                             sizeof(struct kp_return)));
    struct kp_return *rows = f->rows;
    for (size_t i = 0; i < f->sheet.n_rows; i++) {
        rows[i] = (struct kp_return){.code = kp_cell(f, i, 0),
                                     .meaning = {kp_cell(f, i, 1), kp_cell(f, i, 2)},
                                     .remedy = {kp_cell(f, i, 3), kp_cell(f, i, 4)}};
        if (!kp_is_digits(rows[i].code, 2))
            return kp_table_bad(f, i, "a code has two digits, not", rows[i].code);
        for (size_t k = 1; k < 5; k++)
            if (!*kp_cell(f, i, k))
                return kp_table_bad(f, i, "a meaning and a remedy in both languages are needed for",
                                    rows[i].code);
        for (size_t k = 0; k < i; k++)
            if (strcmp(rows[k].code, rows[i].code) == 0)
                return kp_table_bad(f, i, "code stands twice:", rows[i].code);
    }
    tables->returns = rows;
    tables->n_returns = f->sheet.n_rows;
    return KP_OK;
}

const struct kp_return *kp_return_of(const struct kp_tables *tables, const char *code)
{
    for (const struct kp_return *r = tables->returns; r < tables->returns + tables->n_returns; r++)
        if (strcmp(r->code, code) == 0 || (r->code[0] == '0' && strcmp(r->code + 1, code) == 0))
            return r;
    return NULL;
}
