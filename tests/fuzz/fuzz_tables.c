/* The tables of schemas/. An input is a change of one of them, so that the others are sound: a letter names
 * the table, two numbers the line and how many lines the rest of the input replaces. */
#include "base/embedded.h"
#include "tables/tables.h"
#include "fuzz.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed)
{
    return fuzz_mutate_spans(data, n, room, seed, ",\n ");
}

/* Writes all tables of the folder. Returns the one with that number, counted around. */
static const struct kp_embedded *write_tables(unsigned number)
{
    const struct kp_embedded *tables[64];
    static bool written;
    unsigned count = 0;
    for (const struct kp_embedded *e = kp_embedded_files; e->name; e++) {
        if (strchr(e->name, '/'))
            continue;
        tables[count++] = e;
        if (!written)
            (void)fuzz_file(e->name, e->bytes, (size_t)(e->end - e->bytes));
    }
    written = true;
    return tables[number % count];
}

static const char *skip_lines(const char *at, const char *end, unsigned n)
{
    for (; n > 0 && at < end; n--) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        at = line_end ? line_end + 1 : end;
    }
    return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct kp_context ctx;
    struct kp_buf table = {0};
    struct kp_tables tables = {.n_items = 0};
    char letter = 0;
    unsigned from = 0, lines = 0;
    struct fuzz_parts parts;
    fuzz_split(&parts, data, n);
    const char *rest = strchr(parts.at[0].bytes, '\n');
    if (!rest || sscanf(parts.at[0].bytes, "%c %3u %1u", &letter, &from, &lines) < 3) {
        fuzz_parts_free(&parts);
        return 0;
    }
    const struct kp_embedded *e = write_tables((unsigned char)letter);
    const char *at = skip_lines(e->bytes, e->end, from);
    kp_buf_add(&table, e->bytes, (size_t)(at - e->bytes));
    kp_buf_str(&table, rest + 1);
    at = skip_lines(at, e->end, lines);
    kp_buf_add(&table, at, (size_t)(e->end - at));
    (void)fuzz_file(e->name, table.data, table.len);
    fuzz_begin(&ctx);
    enum kp_status st = kp_tables_load(&ctx.arena, ctx.io, ctx.text, fuzz_path("."), &ctx.diag, &tables);
    fuzz_end(&ctx, st);
    (void)fuzz_file(e->name, e->bytes, (size_t)(e->end - e->bytes));
    kp_buf_release(&table);
    fuzz_parts_free(&parts);
    return 0;
}
