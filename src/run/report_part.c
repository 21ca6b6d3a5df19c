#include "run/report_part.h"

#include <inttypes.h>
#include <string.h>

#include "base/escape.h"
#include "tables/html.h"

const char *kp_part_say(const struct kp_part *p, const char *ja, const char *en)
{
    return kp_say(p->ctx, ja, en);
}

void kp_part_counted(const struct kp_part *p, const char *ja, const char *en, uint64_t n)
{
    for (const char *at = kp_say(p->ctx, ja, en); *at; at++)
        if (*at == '#')
            kp_buf_u64(p->out, n);
        else
            kp_buf_char(p->out, *at);
}

void kp_part_begin(const struct kp_part *p, const char *id, const char *ja, const char *en)
{
    kp_buf_printf(p->out, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n", id, id,
                  kp_say(p->ctx, ja, en));
}

void kp_part_table(const struct kp_part *p, const char *const *heads, size_t n)
{
    kp_buf_str(p->out, "<table>\n<thead><tr>");
    for (size_t i = 0; i < n; i++)
        kp_html_element(p->out, "th scope=\"col\"", heads[i]);
    kp_buf_str(p->out, "</tr></thead>\n<tbody>\n");
}

void kp_part_end_table(const struct kp_part *p)
{
    kp_buf_str(p->out, "</tbody>\n</table>\n");
}

void kp_part_cell(const struct kp_part *p, const char *text)
{
    kp_html_element(p->out, "td", text);
}

void kp_part_number(const struct kp_part *p, uint64_t n)
{
    kp_buf_printf(p->out, "<td class=\"n\">%" PRIu64 "</td>", n);
}

void kp_part_link(const struct kp_part *p, const char *path)
{
    const char *output = p->report->run->output;
    size_t n = strlen(output);
    bool inside = strncmp(path, output, n) == 0 && path[n] == '/';
    if (!inside) {
        kp_html_element(p->out, "code", path);
        return;
    }
    kp_buf_str(p->out, "<a href=\"../..");
    kp_buf_html(p->out, path + n);
    kp_buf_str(p->out, "\">");
    kp_buf_html(p->out, strrchr(path, '/') + 1);
    kp_buf_str(p->out, "</a>");
}

void kp_part_own_link(const struct kp_part *p, const char *name)
{
    kp_buf_printf(p->out, "<a href=\"%s\">%s</a>", name, name);
}
