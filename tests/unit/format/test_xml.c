#include "support.h"

#include "format/xml.h"
#include "format/xmlcheck.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>

#define DECLARATION "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define ROOT "<r xmlns=\"urn:x\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""

static struct kp_buf out;
static struct kp_xml xml;

static int begin(void **state UNUSED)
{
    kp_buf_release(&out);
    kp_xml_begin(&xml, &out, NULL, "urn:x");
    return 0;
}

static int tidy(void **state UNUSED)
{
    kp_buf_release(&out);
    return 0;
}

/* Reads the document with libxml2; the caller frees the result. */
static xmlDocPtr read_back(void)
{
    xmlDocPtr doc =
        xmlReadMemory(kp_buf_text(&out), (int)out.len, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR);
    assert_non_null(doc);
    return doc;
}

static void assert_attribute(xmlNodePtr node, const char *name, const char *ns, const char *expected)
{
    const xmlChar *key = (const xmlChar *)name, *space = (const xmlChar *)ns;
    xmlChar *value = ns ? xmlGetNsProp(node, key, space) : xmlGetNoNsProp(node, key);
    assert_non_null(value);
    assert_string_equal((const char *)value, expected);
    xmlFree(value);
}

static void root__alone__declares_both_namespaces_and_is_empty(void **state UNUSED)
{
    kp_xml_start(&xml, "r");
    kp_xml_end(&xml);
    assert_true(kp_xml_finish(&xml));
    assert_string_equal(kp_buf_text(&out), DECLARATION ROOT "/>\n");
}

static void child__of_the_root__repeats_no_namespace(void **state UNUSED)
{
    kp_xml_start(&xml, "r");
    kp_xml_attr(&xml, "xsi:schemaLocation", "urn:x x.xsd");
    kp_xml_start(&xml, "a");
    kp_xml_attr(&xml, "xsi:type", "PQ");
    kp_xml_attr(&xml, "value", "1.0");
    kp_xml_end(&xml);
    kp_xml_start(&xml, "b");
    kp_xml_text(&xml, "t");
    kp_xml_end(&xml);
    kp_xml_end(&xml);
    assert_true(kp_xml_finish(&xml));
    assert_string_equal(kp_buf_text(&out),
                        DECLARATION ROOT " xsi:schemaLocation=\"urn:x x.xsd\">"
                                         "<a xsi:type=\"PQ\" value=\"1.0\"/><b>t</b></r>\n");
    xmlDocPtr doc = read_back();
    xmlNodePtr root = xmlDocGetRootElement(doc), a = xmlFirstElementChild(root);
    assert_string_equal((const char *)root->ns->href, "urn:x");
    assert_string_equal((const char *)a->ns->href, "urn:x");
    assert_attribute(a, "type", "http://www.w3.org/2001/XMLSchema-instance", "PQ");
    xmlFreeDoc(doc);
}

static void text__with_markup__is_escaped_and_reads_back(void **state UNUSED)
{
    static const char nasty[] = "a&b<c>d\"e'f]]>&amp; 髙橋\xf0\xa0\xae\x9f\n\tz";
    kp_xml_start(&xml, "r");
    kp_xml_text(&xml, nasty);
    kp_xml_end(&xml);
    assert_true(kp_xml_finish(&xml));
    assert_string_equal(kp_buf_text(&out), DECLARATION ROOT
                        ">a&amp;b&lt;c&gt;d&quot;e'f]]&gt;&amp;amp; 髙橋\xf0\xa0\xae\x9f\n\tz</r>\n");
    xmlDocPtr doc = read_back();
    xmlChar *back = xmlNodeGetContent(xmlDocGetRootElement(doc));
    assert_string_equal((const char *)back, nasty);
    xmlFree(back);
    xmlFreeDoc(doc);
}

static void attribute__with_markup__is_escaped_and_reads_back(void **state UNUSED)
{
    static const char nasty[] = "\"quoted\" & <tag> 'single' 全角　空白";
    kp_xml_start(&xml, "r");
    kp_xml_attr(&xml, "v", nasty);
    kp_xml_end(&xml);
    assert_true(kp_xml_finish(&xml));
    assert_non_null(
        strstr(kp_buf_text(&out), " v=\"&quot;quoted&quot; &amp; &lt;tag&gt; 'single' 全角　空白\"/>"));
    xmlDocPtr doc = read_back();
    assert_attribute(xmlDocGetRootElement(doc), "v", NULL, nasty);
    xmlFreeDoc(doc);
}

static void text__empty__still_has_a_closing_tag(void **state UNUSED)
{
    kp_xml_start(&xml, "r");
    kp_xml_text(&xml, "");
    kp_xml_end(&xml);
    assert_true(kp_xml_finish(&xml));
    assert_string_equal(kp_buf_text(&out), DECLARATION ROOT "></r>\n");
}

static void leaf__one_or_two_attributes__is_one_empty_element(void **state UNUSED)
{
    kp_xml_start(&xml, "r");
    kp_xml_leaf(&xml, "id", "nullFlavor", "NI", NULL, NULL);
    kp_xml_leaf(&xml, "id", "root", "1.2", "extension", "");
    kp_xml_end(&xml);
    assert_true(kp_xml_finish(&xml));
    assert_string_equal(kp_buf_text(&out),
                        DECLARATION ROOT "><id nullFlavor=\"NI\"/><id root=\"1.2\" extension=\"\"/></r>\n");
}

static bool takes_text(const char *s)
{
    kp_buf_reset(&out);
    kp_xml_begin(&xml, &out, NULL, "urn:x");
    kp_xml_start(&xml, "r");
    kp_xml_text(&xml, s);
    kp_xml_end(&xml);
    return kp_xml_finish(&xml);
}

static bool takes_attribute(const char *s)
{
    kp_buf_reset(&out);
    kp_xml_begin(&xml, &out, NULL, "urn:x");
    kp_xml_start(&xml, "r");
    kp_xml_attr(&xml, "v", s);
    kp_xml_end(&xml);
    return kp_xml_finish(&xml);
}

/* XML 1.0, production 2: #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF] */
static void characters__that_xml_forbids__are_refused(void **state UNUSED)
{
    static const char *const bad[] = {"\x01",
                                      "a\x08z",
                                      "\x0b",
                                      "\x0c",
                                      "\x0e",
                                      "\x1f",
                                      "\xef\xbf\xbe" /* FFFE */,
                                      "\xef\xbf\xbf" /* FFFF */,
                                      "\xed\xa0\x80" /* D800 */,
                                      "\xed\xbf\xbf" /* DFFF */,
                                      "\x80",
                                      "\xc3" /* truncated */,
                                      "\xe3\x81",
                                      "\xc0\xaf" /* overlong */,
                                      "\xe0\x80\x80",
                                      "\xf4\x90\x80\x80" /* 110000 */,
                                      "\xff",
                                      "\x8c\x92"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(takes_text(bad[i]));
        assert_false(takes_attribute(bad[i]));
    }
}

static void characters__at_the_edges__are_taken(void **state UNUSED)
{
    static const char *const good[] = {" ",
                                       "~",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf" /* D7FF */,
                                       "\xee\x80\x80" /* E000 */,
                                       "\xef\xbf\xbd" /* FFFD */,
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf" /* 10FFFF */};
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(takes_text(good[i]));
        assert_true(takes_attribute(good[i]));
        xmlFreeDoc(read_back());
    }
}

/* A reader turns them into spaces: it would not read what was validated. */
static void attribute__with_a_line_break_or_tab__is_refused(void **state UNUSED)
{
    assert_false(takes_attribute("a\nb"));
    assert_false(takes_attribute("a\r"));
    assert_false(takes_attribute("\tb"));
    assert_true(takes_attribute("a b"));
}

static void text__with_a_carriage_return__is_refused(void **state UNUSED)
{
    assert_false(takes_text("a\rb"));
    assert_false(takes_text("a\r\nb"));
    assert_true(takes_text("a\nb"));
}

static void failure__once_made__stays(void **state UNUSED)
{
    kp_xml_start(&xml, "r");
    kp_xml_text(&xml, "\x01");
    for (int i = 0; i < 3; i++)
        kp_xml_leaf(&xml, "a", "v", "fine", NULL, NULL);
    kp_xml_end(&xml);
    assert_false(kp_xml_finish(&xml));
    assert_null(strchr(kp_buf_text(&out), '\x01'));
}

static bool nests(size_t depth)
{
    kp_buf_reset(&out);
    kp_xml_begin(&xml, &out, NULL, "urn:x");
    for (size_t i = 0; i < depth; i++)
        kp_xml_start(&xml, "d");
    for (size_t i = 0; i < depth; i++)
        kp_xml_end(&xml);
    return kp_xml_finish(&xml);
}

static void nesting__up_to_the_limit__and_not_beyond(void **state UNUSED)
{
    assert_true(nests(KP_XML_MAX_DEPTH));
    xmlFreeDoc(read_back());
    assert_false(nests(KP_XML_MAX_DEPTH + 1));
    assert_false(nests(KP_XML_MAX_DEPTH + 40));
    assert_true(nests(1));
}

static void attributes__up_to_the_limit__and_not_beyond(void **state UNUSED)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
    for (size_t n = KP_XML_MAX_ATTRIBUTES; n <= KP_XML_MAX_ATTRIBUTES + 1; n++) {
        kp_buf_reset(&out);
        kp_xml_begin(&xml, &out, NULL, "urn:x");
        kp_xml_start(&xml, "r");
        for (size_t i = 0; i < n; i++)
            kp_xml_attr(&xml, names[i], "1");
        kp_xml_end(&xml);
        assert_int_equal(kp_xml_finish(&xml), n == KP_XML_MAX_ATTRIBUTES);
    }
}

static void attribute__after_the_contents_began__is_refused(void **state UNUSED)
{
    kp_xml_start(&xml, "r");
    kp_xml_text(&xml, "t");
    kp_xml_attr(&xml, "v", "late");
    kp_xml_end(&xml);
    assert_false(kp_xml_finish(&xml));
    assert_null(strstr(kp_buf_text(&out), "late"));
}

static void document__not_closed_or_closed_twice__is_not_complete(void **state UNUSED)
{
    kp_xml_start(&xml, "r");
    kp_xml_start(&xml, "a");
    kp_xml_end(&xml);
    assert_false(kp_xml_finish(&xml));
    (void)begin(state);
    kp_xml_start(&xml, "r");
    kp_xml_end(&xml);
    kp_xml_end(&xml);
    assert_false(kp_xml_finish(&xml));
}

static void document__without_any_element__is_not_complete(void **state UNUSED)
{
    assert_false(kp_xml_finish(&xml));
}

static void document__with_two_roots__is_refused(void **state UNUSED)
{
    for (int i = 0; i < 2; i++) {
        kp_xml_start(&xml, "r");
        kp_xml_end(&xml);
    }
    assert_false(kp_xml_finish(&xml));
}

static void text__outside_the_root__is_refused(void **state UNUSED)
{
    kp_xml_text(&xml, "before");
    kp_xml_start(&xml, "r");
    kp_xml_end(&xml);
    assert_false(kp_xml_finish(&xml));
    (void)begin(state);
    kp_xml_start(&xml, "r");
    kp_xml_end(&xml);
    kp_xml_text(&xml, "after");
    assert_false(kp_xml_finish(&xml));
}

static void buffer__that_is_full__fails_the_document(void **state UNUSED)
{
    kp_buf_release(&out);
    out.max_bytes = 120;
    kp_xml_begin(&xml, &out, NULL, "urn:x");
    kp_xml_start(&xml, "r");
    for (int i = 0; i < 20; i++)
        kp_xml_leaf(&xml, "a", "v", "0123456789", NULL, NULL);
    kp_xml_end(&xml);
    assert_false(kp_xml_finish(&xml));
    out.max_bytes = 0;
}

/* Writes <a b="1&amp;2"><c d=""/><e> and leaves both open. */
static void record_opening(struct kp_arena *arena, struct kp_buf *scratch, struct kp_xml_piece *ret_piece)
{
    struct kp_xml recorder;
    kp_xml_record(&recorder, scratch, arena, ret_piece);
    kp_xml_start(&recorder, "a");
    kp_xml_attr(&recorder, "b", "1&2");
    kp_xml_leaf(&recorder, "c", "d", "", NULL, NULL);
    kp_xml_start(&recorder, "e");
    assert_true(kp_xml_recorded(&recorder));
}

static void piece__put_into_a_document__is_as_if_written_there(void **state UNUSED)
{
    struct kp_arena arena = {0};
    struct kp_buf scratch = {0};
    struct kp_xml_piece opening, nothing;
    struct kp_xml recorder;
    record_opening(&arena, &scratch, &opening);
    kp_xml_record(&recorder, &scratch, &arena, &nothing);
    assert_true(kp_xml_recorded(&recorder));
    kp_xml_start(&xml, "r");
    for (int i = 0; i < 2; i++) {
        kp_xml_put(&xml, &opening);
        kp_xml_put(&xml, &nothing);
        kp_xml_text(&xml, "t");
        kp_xml_end(&xml);
        kp_xml_end(&xml);
    }
    kp_xml_end(&xml);
    assert_true(kp_xml_finish(&xml));
#define WRITTEN "<a b=\"1&amp;2\"><c d=\"\"/><e>t</e></a>"
    assert_string_equal(kp_buf_text(&out), DECLARATION ROOT ">" WRITTEN WRITTEN "</r>\n");
    kp_buf_release(&scratch);
    kp_arena_release(&arena);
}

static void piece__outside_the_root_or_too_deep__is_refused(void **state)
{
    struct kp_arena arena = {0};
    struct kp_buf scratch = {0};
    struct kp_xml_piece opening;
    record_opening(&arena, &scratch, &opening);
    kp_xml_put(&xml, &opening);
    assert_true(xml.failed);
    (void)begin(state);
    kp_xml_start(&xml, "r");
    for (int i = 0; i < KP_XML_MAX_DEPTH; i++)
        kp_xml_put(&xml, &opening);
    assert_true(xml.failed);
    kp_buf_release(&scratch);
    kp_arena_release(&arena);
}

static void piece__not_well_formed_or_too_long__is_not_recorded(void **state UNUSED)
{
    struct kp_arena arena = {0};
    struct kp_buf scratch = {0};
    struct kp_xml_piece piece;
    struct kp_xml recorder;
    kp_xml_record(&recorder, &scratch, &arena, &piece);
    kp_xml_leaf(&recorder, "a", "b", "\x02", NULL, NULL);
    assert_false(kp_xml_recorded(&recorder));
    kp_xml_record(&recorder, &scratch, &arena, &piece);
    kp_xml_end(&recorder); /* of the element around it */
    assert_false(kp_xml_recorded(&recorder));
    kp_xml_record(&recorder, &scratch, &arena, &piece);
    for (int i = 0; i <= KP_XML_MAX_PIECE_EVENTS / 2; i++)
        kp_xml_leaf(&recorder, "a", "b", "", NULL, NULL);
    assert_false(kp_xml_recorded(&recorder));
    kp_buf_release(&scratch);
    kp_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(root__alone__declares_both_namespaces_and_is_empty, begin),
        cmocka_unit_test_setup(child__of_the_root__repeats_no_namespace, begin),
        cmocka_unit_test_setup(text__with_markup__is_escaped_and_reads_back, begin),
        cmocka_unit_test_setup(attribute__with_markup__is_escaped_and_reads_back, begin),
        cmocka_unit_test_setup(text__empty__still_has_a_closing_tag, begin),
        cmocka_unit_test_setup(leaf__one_or_two_attributes__is_one_empty_element, begin),
        cmocka_unit_test_setup(characters__that_xml_forbids__are_refused, begin),
        cmocka_unit_test_setup(characters__at_the_edges__are_taken, begin),
        cmocka_unit_test_setup(attribute__with_a_line_break_or_tab__is_refused, begin),
        cmocka_unit_test_setup(text__with_a_carriage_return__is_refused, begin),
        cmocka_unit_test_setup(failure__once_made__stays, begin),
        cmocka_unit_test_setup(nesting__up_to_the_limit__and_not_beyond, begin),
        cmocka_unit_test_setup(attributes__up_to_the_limit__and_not_beyond, begin),
        cmocka_unit_test_setup(attribute__after_the_contents_began__is_refused, begin),
        cmocka_unit_test_setup(document__not_closed_or_closed_twice__is_not_complete, begin),
        cmocka_unit_test_setup(document__without_any_element__is_not_complete, begin),
        cmocka_unit_test_setup(document__with_two_roots__is_refused, begin),
        cmocka_unit_test_setup(text__outside_the_root__is_refused, begin),
        cmocka_unit_test_setup(piece__put_into_a_document__is_as_if_written_there, begin),
        cmocka_unit_test_setup(piece__outside_the_root_or_too_deep__is_refused, begin),
        cmocka_unit_test_setup(piece__not_well_formed_or_too_long__is_not_recorded, begin),
        cmocka_unit_test_setup_teardown(buffer__that_is_full__fails_the_document, begin, tidy),
    };
    return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
