#include "csv_file.h"

#include "files.h"
#include "kept.h"

static char *take_cell(char **at, char **to, size_t *line)
{
    char *cell = *to;
    bool quoted = **at == '"';
    *at += quoted;
    for (; **at; (*at)++) {
        if (quoted && **at == '"') {
            if ((*at)[1] != '"') {
                quoted = false;
                continue;
            }
            (*at)++;
        } else if (!quoted && (**at == ',' || **at == '\n' || (**at == '\r' && (*at)[1] == '\n'))) {
            break;
        }
        *line += **at == '\n';
        *(*to)++ = **at;
    }
    char *end = *to;
    *to = end + 1;
    return cell;
}

struct sheet read_sheet(const char *path)
{
    size_t n = 0, max = 2, n_cells = 0, line = 1;
    char *bytes = slurp(path, &n), *at = bytes;
    if (strncmp(at, "\xef\xbb\xbf", 3) == 0)
        at += 3;
    for (size_t i = 0; i < n; i++)
        max += bytes[i] == ',' || bytes[i] == '\n';
    struct sheet s = {keep(max * sizeof(char *)), keep(max * sizeof(size_t)), keep(max * sizeof(size_t)), 0};
    char *to = keep(n + max + 1);
    while (*at) {
        s.starts[s.n_rows] = n_cells;
        s.lines[s.n_rows++] = line;
        for (bool more = true; more; at++) {
            s.cells[n_cells++] = take_cell(&at, &to, &line);
            more = *at == ',';
            at += *at == '\r';
            if (!*at)
                break;
        }
        line++;
    }
    s.starts[s.n_rows] = n_cells;
    return s;
}

size_t width(const struct sheet *s, size_t row)
{
    return s->starts[row + 1] - s->starts[row];
}

size_t column_of(const struct sheet *s, const char *name)
{
    for (size_t i = 0; i < width(s, 0); i++)
        if (strcmp(s->cells[i], name) == 0)
            return i;
    fail_msg("there is no column %s", name);
    return 0;
}

char *cell(const struct sheet *s, size_t row, const char *column)
{
    size_t i = column_of(s, column);
    assert_true(row < s->n_rows && i < width(s, row));
    return s->cells[s->starts[row] + i];
}

bool is(const struct sheet *s, size_t row, const char *column, const char *value)
{
    return strcmp(cell(s, row, column), value) == 0;
}

size_t find_row(const struct sheet *s, const char *column, const char *value)
{
    for (size_t row = 1; row < s->n_rows; row++)
        if (is(s, row, column, value))
            return row;
    return 0;
}

size_t rows_with(const struct sheet *s, const char *column, const char *value)
{
    size_t n = 0;
    for (size_t row = 1; row < s->n_rows; row++)
        n += is(s, row, column, value);
    return n;
}
