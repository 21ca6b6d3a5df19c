#include "v08/show_view.h"

#include <inttypes.h>
#include <string.h>

#include "base/escape.h"
#include "tables/html.h"

enum { LINE_COLUMNS = 80, LEAST_COLUMNS = 36 };

void kp_view_put(const struct kp_view *p, const char *text)
{
    if (p->html)
        kp_buf_html(p->out, text);
    else
        kp_buf_printable(p->out, text);
}

void kp_view_markup(const struct kp_view *p, const char *html, const char *text)
{
    kp_buf_str(p->out, p->html ? html : text);
}

/* Begins the page, or within one a document that its contents link to. */
void kp_view_begin(const struct kp_view *p, const char *title)
{
    if (p->html && p->part == 0)
        kp_html_begin(p->ctx, title, p->out);
    if (p->html && p->part == 0)
        kp_buf_str(p->out, "<main>\n<h1>");
    if (p->part > 0)
        kp_buf_printf(p->out, "<article class=\"card\" id=\"d%" PRIu64 "\">\n<h2>", p->part);
    kp_view_put(p, title);
    kp_view_markup(p, p->part > 0 ? "</h2>\n" : "</h1>\n", "\n");
}

void kp_view_end(const struct kp_view *p)
{
    kp_view_markup(p, p->part > 0 ? "</article>\n" : "</main>\n</body>\n</html>\n", "");
}

void kp_view_heading(const struct kp_view *p, const char *text)
{
    const char *tag = p->part > 0 ? "h3" : "h2";
    if (p->html) {
        kp_html_element(p->out, tag, text);
        kp_buf_char(p->out, '\n');
        return;
    }
    kp_buf_char(p->out, '[');
    kp_view_put(p, text);
    kp_buf_str(p->out, "]\n");
}

void kp_view_begin_table(const struct kp_view *p)
{
    kp_view_markup(p, "<table>\n", "");
}

void kp_view_end_table(const struct kp_view *p)
{
    kp_view_markup(p, "</tbody>\n</table>\n", "");
}

void kp_view_subheading(const struct kp_view *p, const char *text, size_t n_columns)
{
    if (p->html) {
        kp_buf_printf(p->out, "</tbody>\n<tbody><tr><th colspan=\"%zu\" scope=\"rowgroup\" class=\"group\">",
                      n_columns);
        kp_buf_html(p->out, text);
        kp_buf_str(p->out, "</th></tr>\n");
        return;
    }
    kp_buf_str(p->out, "  〈");
    kp_view_put(p, text);
    kp_buf_str(p->out, "〉\n");
}

/* Puts the last cell of a row, wrapped. */
static void put_wrapped(const struct kp_view *p, const char *cell, size_t indent)
{
    size_t room = indent + LEAST_COLUMNS < LINE_COLUMNS ? LINE_COLUMNS - indent : LEAST_COLUMNS;
    for (;;) {
        size_t n = kp_text_fit(cell, room);
        const char *part = kp_arena_strndup(&p->ctx->arena, cell, n);
        kp_view_put(p, part ? part : "");
        cell += n;
        if (!*cell)
            return;
        kp_buf_printf(p->out, "\n%*s", (int)indent, "");
    }
}

/* widths: terminal columns; a longer cell shifts the rest to the right. */
static void text_row(const struct kp_view *p, const char *const *cells, const size_t *widths, size_t n)
{
    size_t at = 2;
    while (n > 1 && !*cells[n - 1])
        n--;
    kp_buf_printf(p->out, "%*s", (int)at, "");
    for (size_t i = 0; i + 1 < n; i++) {
        size_t used = kp_text_columns(cells[i]), width = used > widths[i] ? used : widths[i];
        kp_view_put(p, cells[i]);
        kp_buf_printf(p->out, "%*s", (int)(width - used + 1), "");
        at += width + 1;
    }
    put_wrapped(p, cells[n - 1], at);
    kp_buf_char(p->out, '\n');
}

/* Numbers and dates do not break. */
void kp_view_html_cell(const struct kp_view *p, const char *cell, bool head, bool first)
{
    bool whole = strspn(cell, "0123456789-") == strlen(cell) && *cell;
    kp_html_element(p->out,
                    head    ? "th scope=\"col\""
                    : first ? "th scope=\"row\""
                    : whole ? "td class=\"w\""
                            : "td",
                    cell);
}

/* A row of a table. In HTML, columns that are NULL in every row of the table are left out. */
void kp_view_row(const struct kp_view *p, const char *const *cells, const size_t *widths, size_t n,
                 enum kp_look look)
{
    static const char *const begins[] = {[KP_LOOK_PLAIN] = "<tr>",
                                         [KP_LOOK_HEAD] = "<thead><tr>",
                                         [KP_LOOK_HIGH] = "<tr class=\"high\">",
                                         [KP_LOOK_LOW] = "<tr class=\"low\">"};
    if (!p->html) {
        text_row(p, cells, widths, n);
        return;
    }
    kp_buf_str(p->out, begins[look]);
    for (size_t i = 0; i < n; i++)
        if (cells[i])
            kp_view_html_cell(p, cells[i], look == KP_LOOK_HEAD, i == 0);
    kp_buf_str(p->out, look == KP_LOOK_HEAD ? "</tr></thead>\n<tbody>\n" : "</tr>\n");
}
