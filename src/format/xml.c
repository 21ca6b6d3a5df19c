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

/* Writes the start tag, once its attributes are complete. */
static void close_tag(struct kp_xml *xml, bool empty)
{
    if (!xml->tag_open)
        return;
    xml->tag_open = false;
    struct kp_buf *out = xml->out;
    kp_buf_char(out, '<');
    kp_buf_str(out, xml->stack[xml->depth - 1]);
    if (xml->depth == 1) {
        kp_buf_str(out, " xmlns=\"");
        kp_buf_str(out, xml->ns);
        kp_buf_str(out, "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"");
    }
    for (size_t i = 0; i < xml->n_attrs; i++) {
        kp_buf_char(out, ' ');
        kp_buf_str(out, xml->attrs[i].name);
        kp_buf_str(out, "=\"");
        kp_buf_xml(out, xml->attrs[i].value, xml->attrs[i].n);
        kp_buf_char(out, '"');
    }
    kp_buf_str(out, empty ? "/>" : ">");
    if (xml->check)
        kp_xml_check_start(xml->check, xml->stack[xml->depth - 1], xml->attrs, xml->n_attrs);
    xml->n_attrs = 0;
}

void kp_xml_start(struct kp_xml *xml, const char *name)
{
    close_tag(xml, false);
    xml->failed |= xml->depth == KP_XML_MAX_DEPTH || (xml->depth == 0 && xml->had_root);
    if (xml->failed)
        return;
    xml->had_root = true;
    xml->stack[xml->depth++] = name;
    xml->tag_open = true;
}

void kp_xml_attr(struct kp_xml *xml, const char *name, const char *value)
{
    size_t n = strlen(value);
    xml->failed |= !xml->tag_open || xml->n_attrs == KP_XML_MAX_ATTRIBUTES ||
                   kp_utf8_valid_prefix(value, n) != n || strpbrk(value, "\t\r\n");
    if (!xml->failed)
        xml->attrs[xml->n_attrs++] = (struct kp_xml_attr){name, value, n};
}

void kp_xml_text(struct kp_xml *xml, const char *text)
{
    size_t n = strlen(text);
    close_tag(xml, false);
    xml->failed |= xml->depth == 0 || kp_utf8_valid_prefix(text, n) != n || strchr(text, '\r');
    if (xml->failed)
        return;
    kp_buf_xml(xml->out, text, n);
    if (xml->check)
        kp_xml_check_text(xml->check, text, n);
}

void kp_xml_end(struct kp_xml *xml)
{
    xml->failed |= xml->depth == 0;
    if (xml->failed)
        return;
    bool empty = xml->tag_open;
    close_tag(xml, true);
    const char *name = xml->stack[--xml->depth];
    if (!empty) {
        kp_buf_str(xml->out, "</");
        kp_buf_str(xml->out, name);
        kp_buf_char(xml->out, '>');
    }
    if (xml->check)
        kp_xml_check_end(xml->check, name);
}

void kp_xml_leaf(struct kp_xml *xml, const char *name, const char *attr, const char *value, const char *attr2,
                 const char *value2)
{
    kp_xml_start(xml, name);
    kp_xml_attr(xml, attr, value);
    if (attr2)
        kp_xml_attr(xml, attr2, value2);
    kp_xml_end(xml);
}

bool kp_xml_finish(struct kp_xml *xml)
{
    kp_buf_char(xml->out, '\n');
    return !xml->failed && xml->had_root && xml->depth == 0 && kp_buf_ok(xml->out);
}
