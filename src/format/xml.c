#include "format/xml.h"

#include <string.h>

#include "base/escape.h"
#include "base/text.h"

void kp_xml_begin(struct kp_xml *xml, struct kp_buf *out, struct kp_xml_check *check, const char *ns)
{
    *xml = (struct kp_xml){.out = out, .check = check, .ns = ns};
    kp_buf_str(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    if (check)
        kp_xml_check_begin(check, ns);
}

/* Keeps an event of a piece. */
static void keep(struct kp_xml *xml, struct kp_xml_event event)
{
    struct kp_xml_piece *piece = xml->recorded;
    xml->failed |= piece->n_events == KP_XML_MAX_PIECE_EVENTS;
    if (!xml->failed)
        piece->events[piece->n_events++] = event;
}

static void keep_start(struct kp_xml *xml)
{
    size_t bytes = (xml->n_attrs + 1) * sizeof(*xml->attrs);
    struct kp_xml_attr *attrs = kp_arena_alloc(xml->arena, bytes);
    if (attrs && xml->n_attrs)
        memcpy(attrs, xml->attrs, xml->n_attrs * sizeof(*attrs));
    keep(xml, (struct kp_xml_event){xml->stack[xml->depth - 1], attrs, xml->n_attrs});
}

/* Passes the start of the innermost element on, once its attributes are complete. */
static void complete(struct kp_xml *xml)
{
    xml->tag_open = false;
    if (xml->check)
        kp_xml_check_start(xml->check, xml->stack[xml->depth - 1].text, xml->attrs, xml->n_attrs);
    if (xml->recorded)
        keep_start(xml);
    xml->n_attrs = 0;
}

static void close_tag(struct kp_xml *xml)
{
    if (!xml->tag_open)
        return;
    kp_buf_char(xml->out, '>');
    complete(xml);
}

void kp_xml_start_named(struct kp_xml *xml, struct kp_xml_name name)
{
    close_tag(xml);
    xml->failed |= xml->depth == KP_XML_MAX_DEPTH || (xml->depth == 0 && xml->had_root);
    if (xml->failed)
        return;
    kp_buf_char(xml->out, '<');
    kp_buf_add(xml->out, name.text, name.n);
    if (xml->depth == 0) {
        kp_buf_str(xml->out, " xmlns=\"");
        kp_buf_str(xml->out, xml->ns);
        kp_buf_str(xml->out, "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"");
    }
    xml->had_root = true;
    xml->stack[xml->depth++] = name;
    xml->tag_open = true;
}

/* Appends text, which must be well-formed and must not contain the given characters. */
static void add_text(struct kp_xml *xml, const char *text, size_t n, const char *forbidden)
{
    size_t plain = 0;
    while (plain < n && kp_xml_is_plain(text[plain]))
        plain++;
    if (plain == n) {
        kp_buf_add(xml->out, text, n);
        return;
    }
    xml->failed |= kp_utf8_valid_prefix(text, n) != n || strpbrk(text, forbidden);
    if (!xml->failed)
        kp_buf_xml(xml->out, text, n);
}

void kp_xml_attr_named(struct kp_xml *xml, struct kp_xml_name name, const char *value, size_t n)
{
    xml->failed |= !xml->tag_open || xml->n_attrs == KP_XML_MAX_ATTRIBUTES;
    if (xml->failed)
        return;
    kp_buf_char(xml->out, ' ');
    kp_buf_add(xml->out, name.text, name.n);
    kp_buf_add(xml->out, "=\"", 2);
    add_text(xml, value, n, "\t\r\n");
    kp_buf_char(xml->out, '"');
    xml->attrs[xml->n_attrs++] = (struct kp_xml_attr){name.text, value, n};
}

void kp_xml_text(struct kp_xml *xml, const char *text)
{
    size_t n = strlen(text);
    close_tag(xml);
    xml->failed |= xml->depth == 0 || xml->recorded;
    if (xml->failed)
        return;
    add_text(xml, text, n, "\r");
    if (!xml->failed && xml->check)
        kp_xml_check_text(xml->check, text, n);
}

/* Passes the end of the innermost element on. */
static void leave(struct kp_xml *xml)
{
    struct kp_xml_name name = xml->stack[--xml->depth];
    if (xml->check)
        kp_xml_check_end(xml->check, name.text);
    if (xml->recorded)
        keep(xml, (struct kp_xml_event){.name = name});
}

void kp_xml_end(struct kp_xml *xml)
{
    xml->failed |= xml->depth == 0;
    if (xml->failed)
        return;
    if (xml->tag_open) {
        kp_buf_add(xml->out, "/>", 2);
        complete(xml);
    } else {
        const struct kp_xml_name *name = &xml->stack[xml->depth - 1];
        kp_buf_add(xml->out, "</", 2);
        kp_buf_add(xml->out, name->text, name->n);
        kp_buf_char(xml->out, '>');
    }
    leave(xml);
}

bool kp_xml_finish(struct kp_xml *xml)
{
    kp_buf_char(xml->out, '\n');
    return !xml->failed && xml->had_root && xml->depth == 0 && kp_buf_ok(xml->out);
}

void kp_xml_record(struct kp_xml *xml, struct kp_buf *out, struct kp_arena *arena, struct kp_xml_piece *piece)
{
    kp_buf_reset(out);
    /* The piece is within an element, of which nothing is written. */
    *xml = (struct kp_xml){.out = out, .depth = 1, .had_root = true, .recorded = piece, .arena = arena};
    size_t bytes = KP_XML_MAX_PIECE_EVENTS * sizeof(*piece->events);
    *piece = (struct kp_xml_piece){.events = kp_arena_alloc(arena, bytes)};
    xml->failed = !piece->events;
}

bool kp_xml_recorded(struct kp_xml *xml)
{
    struct kp_xml_piece *piece = xml->recorded;
    close_tag(xml);
    piece->n_bytes = xml->out->len;
    piece->bytes = kp_arena_strndup(xml->arena, kp_buf_text(xml->out), piece->n_bytes);
    return !xml->failed && xml->depth > 0 && kp_buf_ok(xml->out) && !xml->arena->failed;
}

void kp_xml_put(struct kp_xml *xml, const struct kp_xml_piece *piece)
{
    close_tag(xml);
    xml->failed |= xml->depth == 0 || xml->depth + piece->n_events > KP_XML_MAX_DEPTH || xml->recorded;
    if (xml->failed)
        return;
    kp_buf_add(xml->out, piece->bytes, piece->n_bytes);
    for (const struct kp_xml_event *e = piece->events; e < piece->events + piece->n_events; e++) {
        if (e->attrs)
            xml->stack[xml->depth++] = e->name;
        else
            xml->depth--;
    }
    if (xml->check)
        kp_xml_check_repeated(xml->check, piece->events, piece->n_events);
}
