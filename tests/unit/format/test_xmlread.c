#include "support.h"

#include <stdio.h>

#include "profile.h"
#include "base/status.h"
#include "format/xmlread.h"

static struct kp_arena arena;

static int fresh(void **state UNUSED)
{
    kp_arena_release(&arena);
    arena = (struct kp_arena){0};
    return 0;
}

static enum kp_xml_fault fault_of(const char *bytes, size_t n, unsigned long *ret_line)
{
    struct kp_tree tree;
    enum kp_xml_fault fault = KP_XML_SOUND;
    enum kp_status st = kp_xml_read(&arena, bytes, n, &tree, &fault, ret_line);
    assert_int_equal(st, fault == KP_XML_SOUND ? KP_OK : KP_E_FAULT);
    return fault;
}

static void assert_fault(const char *text, enum kp_xml_fault expected)
{
    unsigned long line = 0;
    enum kp_xml_fault fault = fault_of(text, strlen(text), &line);
    if (fault != expected)
        fail_msg("%s: %d instead of %d", text, (int)fault, (int)expected);
}

static struct kp_tree tree_of(const char *text)
{
    struct kp_tree tree = {0};
    enum kp_xml_fault fault;
    unsigned long line = 0;
    assert_int_equal(kp_xml_read(&arena, text, strlen(text), &tree, &fault, &line), KP_OK);
    assert_int_equal(fault, KP_XML_SOUND);
    return tree;
}

/* --- the tree --- */

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

static void read__ampersands__are_one_character_each(void **state UNUSED)
{
    struct kp_tree tree =
        tree_of("<a x='&amp;b&amp;&amp;c&#38;' y='&amp;#38;' z='&amp;amp;'>&amp;d&#38;</a>");
    assert_string_equal(kp_node_attr(tree.root, "x"), "&b&&c&");
    assert_int_equal(tree.root->attrs[0].n, 6);
    assert_string_equal(kp_node_attr(tree.root, "y"), "&#38;");
    assert_string_equal(kp_node_attr(tree.root, "z"), "&amp;");
    assert_string_equal(tree.root->text, "&d&");
}

static void read__document__becomes_a_tree(void **state UNUSED)
{
    struct kp_tree tree =
        tree_of("<?xml version=\"1.0\"?>\n<a xmlns=\"urn:n\" xmlns:xsi=\"" XSI "\" x=\"1\">\n"
                "<b xsi:type=\"PQ\" y='&lt;&#x3042;'/>\n<c>one<d/>two</c><b>last</b></a>");
    const struct kp_node *a = tree.root;
    assert_string_equal(tree.ns, "urn:n");
    assert_int_equal(tree.alien, 0);
    assert_string_equal(a->name, "a");
    assert_int_equal(a->n_attrs, 1); /* declarations are none */
    assert_int_equal(a->line, 2);
    assert_string_equal(kp_node_attr(a, "x"), "1");
    assert_string_equal(kp_node_attr(a, "absent"), "");
    assert_string_equal(kp_node_attr(NULL, "x"), "");
    const struct kp_node *b = kp_node_child(a, "b");
    assert_string_equal(kp_node_attr(b, "xsi:type"), "PQ");
    assert_string_equal(kp_node_attr(b, "type"), "");
    assert_string_equal(kp_node_attr(b, "y"), "<あ");
    assert_string_equal(b->text, "");
    assert_int_equal(b->line, 3);
    assert_string_equal(kp_node_again(b)->text, "last");
    assert_null(kp_node_again(kp_node_again(b)));
    assert_string_equal(kp_node_child(a, "c")->text, "onetwo");
    assert_ptr_equal(kp_node_at(a, "c/d"), kp_node_child(a, "c")->first);
    assert_null(kp_node_at(a, "c/e"));
    assert_null(kp_node_at(a, "b/d"));
    assert_null(kp_node_at(NULL, "b"));
    assert_null(kp_node_child(NULL, "b"));
    assert_null(kp_node_child(a, "bb"));
}

/* Names that differ in their kind or prefix alone are told apart, however often they come. */
static void read__same_names__keep_their_prefixes(void **state UNUSED)
{
    struct kp_tree tree = tree_of("<lang xmlns='n' xmlns:xsi='" XSI "'>"
                                  "<type type='1' xsi:type='2'/><lang xml:lang='3' lang='4'/>"
                                  "<type xsi:type='5' type='6'/></lang>");
    const struct kp_node *one = tree.root->first, *two = one->next, *three = two->next;
    assert_string_equal(one->name, "type");
    assert_string_equal(kp_node_attr(one, "type"), "1");
    assert_string_equal(kp_node_attr(one, "xsi:type"), "2");
    assert_string_equal(two->name, "lang");
    assert_string_equal(kp_node_attr(two, "xml:lang"), "3");
    assert_string_equal(kp_node_attr(two, "lang"), "4");
    assert_string_equal(kp_node_attr(three, "xsi:type"), "5");
    assert_string_equal(kp_node_attr(three, "type"), "6");
}

static void read__text__is_joined_by_element(void **state UNUSED)
{
    const struct kp_node *a = tree_of("<a>1<b>2<c>3</c>4</b>5<![CDATA[<6>]]>&amp;<!-- no --></a>").root;
    assert_string_equal(a->text, "15<6>&");
    assert_string_equal(a->first->text, "24");
    assert_string_equal(a->first->first->text, "3");
}

static void read__text_before_the_first_child__is_marked(void **state UNUSED)
{
    static const struct {
        const char *text;
        bool first;
    } rows[] = {{"<a><b/>x</a>", false}, {"<a>x<b/></a>", true},      {"<a> \t\r\n<b/>x</a>", false},
                {"<a>x</a>", false},     {"<a><b/>x<c/></a>", false}, {"<a> x <b/>y</a>", true}};
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(tree_of(rows[i].text).root->text_first, rows[i].first);
}

static void read__other_namespaces__are_alien(void **state UNUSED)
{
    static const struct {
        const char *text;
        unsigned long line;
    } rows[] = {{"<a xmlns='n'>\n<b/></a>", 0},
                {"<p:a xmlns:p='n'>\n<p:b/></p:a>", 0},
                {"<a xmlns='n' xmlns:o='o'>\n<b/></a>", 0},
                {"<a xmlns='n'>\n<b xmlns='o'/></a>", 2},
                {"<a xmlns='n'>\n<b xmlns=''/></a>", 2},
                {"<a xmlns='n' xmlns:o='o'>\n<b/>\n<o:c/><o:d/></a>", 3},
                {"<a xmlns='n' xmlns:o='o'>\n<b o:x='1'/></a>", 2},
                {"<p:a xmlns:p='n'>\n<b/></p:a>", 2}};
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(tree_of(rows[i].text).alien, rows[i].line);
    assert_string_equal(tree_of("<a/>").ns, "");
}

/* --- faults --- */

static void read__types__lose_the_prefix_of_the_documents_namespace(void **state UNUSED)
{
    static const struct {
        const char *text, *type;
        bool alien;
    } cases[] = {
        {"<a xmlns='n' xmlns:xsi='" XSI "'><b xsi:type='PQ'/></a>", "PQ", false},
        {"<h:a xmlns:h='n' xmlns:xsi='" XSI "'><h:b xsi:type='h:PQ'/></h:a>", "PQ", false},
        {"<h:a xmlns:h='n' xmlns:x='" XSI "'><h:b x:type='h:PQ'/></h:a>", "PQ", false},
        {"<a xmlns='n' xmlns:xsi='" XSI "'><b xmlns:h='n' xsi:type='h:PQ'/></a>", "PQ", false},
        {"<a xmlns:xsi='" XSI "'><b xsi:type='PQ'/></a>", "PQ", false},
        {"<a xmlns='n' xmlns:xsi='" XSI "'><b xsi:type=':PQ'/></a>", ":PQ", true},       /* no name at all */
        {"<h:a xmlns:h='n' xmlns:xsi='" XSI "'><h:b xsi:type='PQ'/></h:a>", "PQ", true}, /* of no namespace */
        {"<a xmlns='n' xmlns:xsi='" XSI "'><b xsi:type='h:PQ'/></a>", "h:PQ", true},
        {"<a xmlns='n' xmlns:xsi='" XSI "' xmlns:h='other'><b xsi:type='h:PQ'/></a>", "h:PQ", true},
        {"<h:a xmlns:h='n' xmlns:xsi='" XSI
         "'><h:c><h:b xmlns:h='n' xmlns:g='m' xsi:type='g:PQ'/></h:c></h:a>",
         "g:PQ", true},
        {"<h:a xmlns:h='n' xmlns:xsi='" XSI "'><h:c xmlns:g='n'/><h:b xsi:type='g:PQ'/></h:a>", "g:PQ", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_tree tree = tree_of(cases[i].text);
        const struct kp_node *b = kp_node_child(tree.root, "b");
        b = b ? b : kp_node_at(tree.root, "c/b");
        assert_string_equal(kp_node_attr(b, "xsi:type"), cases[i].type);
        if ((tree.alien > 0) != cases[i].alien)
            fail_msg("%s", cases[i].text);
    }
    struct kp_tree tree = tree_of("<a xmlns='n' xml:lang='ja'/>");
    assert_int_equal(tree.alien, 0); /* for the schema to judge */
    assert_string_equal(kp_node_attr(tree.root, "xml:lang"), "ja");
    assert_string_equal(kp_node_attr(tree.root, "lang"), "");
}

static void read__malformed__is_said_with_its_line(void **state UNUSED)
{
    static const char *const texts[] = {"<a>\n<b></a>",      "<a>\n</b>",         "<a>\n",
                                        "<a/>\n<b/>",        "<a/>\nx",           "<a>\n&x;</a>",
                                        "<a\nx='1' x='2'/>", "<a>\n<b x=1/></a>", "<a>\n<</a>",
                                        "<a>\n&#1;</a>",     "<a>\n]]></a>",      "\n"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        unsigned long line = 0;
        assert_int_equal(fault_of(texts[i], strlen(texts[i]), &line), KP_XML_MALFORMED);
        assert_int_equal(line, 2);
    }
    assert_fault("", KP_XML_MALFORMED);
    assert_fault("words", KP_XML_MALFORMED);
    assert_fault("<?xml version='1.0'?>", KP_XML_MALFORMED);
    assert_fault(" <?xml version='1.0'?><a/>", KP_XML_MALFORMED);
}

static void read__encodings__only_utf8_will_do(void **state UNUSED)
{
    static const char *const sound[] = {"<?xml version='1.0' encoding='UTF-8'?><a/>",
                                        "<?xml version=\"1.0\" encoding=\"utf-8\"?><a/>",
                                        "<?xml version='1.0' encoding = 'Utf-8' standalone='yes'?><a/>",
                                        "\xef\xbb\xbf<a/>",
                                        "\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?><a/>",
                                        "<a>あ𠮷</a>"};
    static const char *const others[] = {"<?xml version='1.0' encoding='Shift_JIS'?><a/>",
                                         "<?xml version='1.0' encoding='UTF-16'?><a/>",
                                         "<?xml version='1.0' encoding='UTF-7'?><a/>",
                                         "<?xml version='1.0' encoding='utf-8x'?><a/>",
                                         "<?xml version='1.0' encoding='UTF-8\"?><a/>",
                                         "\xef\xbb\xbf<?xml version='1.0' encoding='EUC-JP'?><a/>",
                                         "<a>\x83\x41</a>",
                                         "<a>\xe3\x82</a>",
                                         "<a>\xc0\xbc</a>",
                                         "<a>\xed\xa0\x80</a>",
                                         "\xff\xfe<\0a\0",
                                         "<a>\xf5\x80\x80\x80</a>"};
    for (size_t i = 0; i < COUNT(sound); i++)
        assert_fault(sound[i], KP_XML_SOUND);
    for (size_t i = 0; i < COUNT(others); i++)
        assert_fault(others[i], KP_XML_ENCODING);
    unsigned long line = 0;
    assert_int_equal(fault_of("<a>\0</a>", 8, &line), KP_XML_ENCODING);
}

static void read__document_type__is_refused_before_anything_is_expanded(void **state UNUSED)
{
    assert_fault("<!DOCTYPE a><a/>", KP_XML_DOCTYPE);
    assert_fault("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", KP_XML_DOCTYPE);
    assert_fault("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", KP_XML_DOCTYPE);
    assert_fault("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>", KP_XML_DOCTYPE);
    assert_fault("<!DOCTYPE a [<!ENTITY % e SYSTEM 'http://127.0.0.1:9/'> %e;]><a/>", KP_XML_DOCTYPE);
}

/* --- limits --- */

static void read__depth__may_be_the_limit(void **state UNUSED)
{
    static const struct {
        size_t depth;
        enum kp_xml_fault fault;
    } rows[] = {{1, KP_XML_SOUND},
                {KP_XML_TREE_MAX_DEPTH, KP_XML_SOUND},
                {KP_XML_TREE_MAX_DEPTH + 1, KP_XML_TOO_DEEP},
                {5000, KP_XML_TOO_DEEP}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t n = 0;
        char *text = malloc(rows[i].depth * 7 + 1);
        for (size_t k = 0; k < rows[i].depth; k++)
            n += (size_t)sprintf(text + n, "<a>");
        for (size_t k = 0; k < rows[i].depth; k++)
            n += (size_t)sprintf(text + n, "</a>");
        assert_fault(text, rows[i].fault);
        free(text);
    }
}

/* The tag is as long as the limit, counted to its last character but one, or a character longer; what is
 * quoted or within a comment neither ends a tag nor begins one. */
static void read__tag__may_be_as_long_as_the_limit(void **state UNUSED)
{
    enum { LONGEST = 16 * 1024 };
    static const struct {
        const char *head, *tail;
        bool is_tag;
    } rows[] = {
        {"<a b='", "'/>", true},        {"<a b=\"'>", "\" c='>'/>", true},   {"<a ", "/>", true},
        {"<a><!--<", "--></a>", false}, {"<a><![CDATA[<", "]]></a>", false}, {"<a><?b <", "?></a>", false}};
    for (size_t i = 0; i < 2 * COUNT(rows); i++) {
        const char *head = rows[i / 2].head, *tail = rows[i / 2].tail;
        size_t n = LONGEST + 2 - strlen(head) - strlen(tail) + i % 2;
        char *text = malloc(LONGEST + 64);
        int filled = snprintf(text, LONGEST + 64, "%s%*s%s<!-- more -->", head, (int)n, "", tail);
        assert_true(filled > LONGEST);
        assert_fault(text, i % 2 && rows[i / 2].is_tag ? KP_XML_TOO_LARGE : KP_XML_SOUND);
        free(text);
    }
}

/* Whatever the limit of the arena, the result is a fault or a complete tree. */
static void read__each_limit_of_memory__is_too_large_or_enough(void **state)
{
    static const char text[] = "<a xmlns='n' x='1' y='2'>some text<b z='3'><c/></b>more<d>text</d></a>";
    bool was_enough = false;
    size_t n_short = 0;
    for (size_t bytes = 1; bytes < 200000; bytes += bytes < 4096 ? 1 : 1024) {
        unsigned long line = 0;
        (void)fresh(state);
        arena.max_bytes = bytes;
        enum kp_xml_fault fault = fault_of(text, sizeof(text) - 1, &line);
        assert_true(fault == KP_XML_SOUND || (fault == KP_XML_TOO_LARGE && !was_enough));
        was_enough |= fault == KP_XML_SOUND;
        n_short += fault == KP_XML_TOO_LARGE;
    }
    assert_true(was_enough && n_short > 0);
}

static void read__each_cut__is_malformed_or_breaks_a_character(void **state UNUSED)
{
    static const char text[] =
        "<?xml version='1.0' encoding='UTF-8'?><a xmlns='n' x='あ'><b>い</b><!-- う --><c/>&amp;</a>";
    for (size_t n = 0; n < sizeof(text) - 1; n++) {
        unsigned long line = 0;
        enum kp_xml_fault fault = fault_of(text, n, &line);
        assert_true(fault == KP_XML_MALFORMED || fault == KP_XML_ENCODING);
    }
}

/* --- against a schema --- */

static void check__tree__is_handed_over_whole(void **state UNUSED)
{
    static const char index[] =
        "<index xmlns=\"https://www.mhlw.go.jp/stf/seisakunitsuite/bunya/0000161103.html\"><interactionType code=\"6\"/>"
        "<creationTime value=\"20260401\"/><sender><id root=\"1.2.392.200119.6.102\" extension=\"6631111116\"/></sender>"
        "<serviceEventType code=\"1\"/><totalRecordCount value=\"%s\"/></index>";
    struct kp_xml_schema *schema = NULL;
    struct kp_xml_check *check = NULL;
    char text[600];
    const char *where = NULL;
    assert_int_equal(load_profile("ix08_V08.xsd", &schema), KP_OK);
    assert_int_equal(kp_xml_check_new(schema, &check), KP_OK);
    static const char *const counts[] = {"3", "three", "0", ""};
    for (size_t i = 0; i < COUNT(counts); i++) {
        (void)snprintf(text, sizeof(text), index, counts[i]);
        struct kp_tree tree = tree_of(text);
        kp_tree_check(&tree, check, true);
        assert_int_equal(kp_xml_check_finish(check, &where) == KP_OK, i % 2 == 0);
        if (i % 2)
            assert_non_null(strstr(where, "<totalRecordCount>"));
    }
    kp_xml_check_free(check);
    kp_xml_schema_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(read__document__becomes_a_tree, fresh, fresh),
        cmocka_unit_test_setup_teardown(read__same_names__keep_their_prefixes, fresh, fresh),
        cmocka_unit_test_setup_teardown(read__text__is_joined_by_element, fresh, fresh),
        cmocka_unit_test_setup_teardown(read__text_before_the_first_child__is_marked, fresh, fresh),
        cmocka_unit_test_setup_teardown(read__other_namespaces__are_alien, fresh, fresh),
        cmocka_unit_test_setup_teardown(read__types__lose_the_prefix_of_the_documents_namespace, fresh,
                                        fresh),
        cmocka_unit_test_setup_teardown(read__malformed__is_said_with_its_line, fresh, fresh),
        cmocka_unit_test_setup_teardown(read__encodings__only_utf8_will_do, fresh, fresh),
        cmocka_unit_test_setup_teardown(read__document_type__is_refused_before_anything_is_expanded, fresh,
                                        fresh),
        cmocka_unit_test_setup_teardown(read__depth__may_be_the_limit, fresh, fresh),
        cmocka_unit_test_setup_teardown(read__tag__may_be_as_long_as_the_limit, fresh, fresh),
        cmocka_unit_test_setup_teardown(read__each_limit_of_memory__is_too_large_or_enough, fresh, fresh),
        cmocka_unit_test_setup_teardown(read__each_cut__is_malformed_or_breaks_a_character, fresh, fresh),
        cmocka_unit_test_setup_teardown(read__ampersands__are_one_character_each, fresh, fresh),
        cmocka_unit_test_setup_teardown(check__tree__is_handed_over_whole, fresh, fresh),
    };
    return cmocka_run_group_tests_name("xmlread", tests, NULL, NULL);
}
