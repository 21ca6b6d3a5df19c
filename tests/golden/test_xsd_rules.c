/*
 * Every rule of the profile schemas, broken by an edit of a valid document. tests/xsd_rules.csv has a row
 * for each rule; xsd_rules.py compares the table with the schemas. An edit is one or more steps joined
 * with " ; ". A step is operation|XPath|argument, where v: is the document's namespace:
 *
 * - keep: changes nothing
 * - delete|nodes
 * - duplicate|node: inserts a copy after it
 * - swap|nodes: swaps each with the element before it
 * - copy|node|other: replaces it by a copy of the other
 * - set|node|name=value and unset|node|name: an attribute
 * - text|node|markup: replaces its content; repeat|node|n text: by n times the text
 * - rename|node|name, namespace|node|uri
 */
#include "golden.h"

#include "profile.h"
#include "format/xmlread.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#define X(s) ((const xmlChar *)(s))
#define XSI "http://www.w3.org/2001/XMLSchema-instance"

struct base {
    const char *name, *schema_file;
    char *bytes;
    size_t n;
    struct kp_xml_schema *schema;
    struct kp_xml_check *check;
};

static struct base bases[] = {{.name = "document", .schema_file = "hc08_V08.xsd"},
                              {.name = "index", .schema_file = "ix08_V08.xsd"}};
static struct sheet table;

static int set_up(void **state)
{
    if (set_up_golden(state) != 0)
        return -1;
    for (size_t i = 0; i < COUNT(bases); i++) {
        struct base *b = &bases[i];
        b->bytes = slurp(textf("%s/../xsd_rules/%s.xml", getenv("GOLDEN"), b->name), &b->n);
        if (load_profile(b->schema_file, &b->schema) != KP_OK ||
            kp_xml_check_new(b->schema, &b->check) != KP_OK)
            return -1;
    }
    table = read_sheet(textf("%s/../xsd_rules.csv", getenv("GOLDEN")));
    return 0;
}

static int tear_down(void **state)
{
    for (size_t i = 0; i < COUNT(bases); i++) {
        kp_xml_check_free(bases[i].check);
        kp_xml_schema_free(bases[i].schema);
    }
    return tear_down_golden(state);
}

/* --- edits of a document in memory --- */

static xmlDocPtr parse(const struct base *base)
{
    xmlDocPtr doc = xmlReadMemory(base->bytes, (int)base->n, NULL, NULL, XML_PARSE_NONET);
    assert_non_null(doc);
    return doc;
}

/* Returns the nodes of a path, at least one; the caller frees them. */
static xmlXPathObjectPtr find(xmlDocPtr doc, const char *path)
{
    xmlXPathContextPtr ctxt = xmlXPathNewContext(doc);
    (void)xmlXPathRegisterNs(ctxt, X("v"), xmlDocGetRootElement(doc)->ns->href);
    (void)xmlXPathRegisterNs(ctxt, X("xsi"), X(XSI));
    xmlXPathObjectPtr found = xmlXPathEvalExpression(X(path), ctxt);
    xmlXPathFreeContext(ctxt);
    if (!found || xmlXPathNodeSetIsEmpty(found->nodesetval))
        fail_msg("nothing stands at %s", path);
    return found;
}

static xmlNodePtr find_one(xmlDocPtr doc, const char *path)
{
    xmlXPathObjectPtr found = find(doc, path);
    if (found->nodesetval->nodeNr != 1)
        fail_msg("several stand at %s", path);
    xmlNodePtr node = found->nodesetval->nodeTab[0];
    xmlXPathFreeObject(found);
    return node;
}

/* Frees the set first, since freeing it reads the nodes. */
static void delete_all(xmlDocPtr doc, const char *path)
{
    xmlXPathObjectPtr found = find(doc, path);
    size_t n = (size_t)found->nodesetval->nodeNr;
    xmlNodePtr *nodes = keep(n * sizeof(*nodes));
    memcpy(nodes, found->nodesetval->nodeTab, n * sizeof(*nodes));
    xmlXPathFreeObject(found);
    for (size_t i = 0; i < n; i++) {
        xmlUnlinkNode(nodes[i]);
        xmlFreeNode(nodes[i]);
    }
}

static void swap_all(xmlDocPtr doc, const char *path)
{
    xmlXPathObjectPtr found = find(doc, path);
    for (int i = 0; i < found->nodesetval->nodeNr; i++) {
        xmlNodePtr node = found->nodesetval->nodeTab[i];
        assert_ptr_equal(xmlAddPrevSibling(xmlPreviousElementSibling(node), node), node);
    }
    xmlXPathFreeObject(found);
}

static void put_in_its_place(xmlNodePtr node, xmlNodePtr by)
{
    assert_ptr_equal(xmlReplaceNode(node, by), node);
    xmlFreeNode(node);
}

static void set_attribute(xmlNodePtr node, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    assert_non_null(equals);
    const char *name = textf("%.*s", (int)(equals - assignment), assignment);
    if (strncmp(name, "xsi:", 4) == 0)
        assert_non_null(
            xmlSetNsProp(node, xmlSearchNsByHref(node->doc, node, X(XSI)), X(name + 4), X(equals + 1)));
    else
        assert_non_null(xmlSetProp(node, X(name), X(equals + 1)));
}

static void unset_attribute(xmlNodePtr node, const char *name)
{
    bool xsi = strncmp(name, "xsi:", 4) == 0;
    xmlAttrPtr attribute = xsi ? xmlHasNsProp(node, X(name + 4), X(XSI)) : xmlHasProp(node, X(name));
    assert_non_null(attribute);
    assert_int_equal(xmlRemoveProp(attribute), 0);
}

static void repeat_text(xmlNodePtr node, const char *argument)
{
    char *of = NULL;
    xmlNodeSetContent(node, NULL);
    for (unsigned long n = strtoul(argument, &of, 10); n > 0; n--)
        xmlNodeAddContent(node, X(of + 1));
}

/* All elements share the root's namespace. */
static void set_namespace(xmlNodePtr node, const char *uri)
{
    if (node == xmlDocGetRootElement(node->doc)) {
        xmlFree((void *)(uintptr_t)node->ns->href);
        node->ns->href = xmlStrdup(X(uri));
        return;
    }
    xmlSetNs(node, xmlNewNs(node, X(uri), NULL));
}

static void apply_step(xmlDocPtr doc, const char *operation, const char *path, const char *argument)
{
    if (strcmp(operation, "delete") == 0 || strcmp(operation, "swap") == 0) {
        (*operation == 'd' ? delete_all : swap_all)(doc, path);
        return;
    }
    xmlNodePtr node = find_one(doc, path);
    if (strcmp(operation, "duplicate") == 0)
        (void)xmlAddNextSibling(node, xmlCopyNode(node, 1));
    else if (strcmp(operation, "copy") == 0)
        put_in_its_place(node, xmlCopyNode(find_one(doc, argument), 1));
    else if (strcmp(operation, "set") == 0)
        set_attribute(node, argument);
    else if (strcmp(operation, "unset") == 0)
        unset_attribute(node, argument);
    else if (strcmp(operation, "text") == 0)
        xmlNodeSetContent(node, X(argument));
    else if (strcmp(operation, "repeat") == 0)
        repeat_text(node, argument);
    else if (strcmp(operation, "rename") == 0)
        xmlNodeSetName(node, X(argument));
    else if (strcmp(operation, "namespace") == 0)
        set_namespace(node, argument);
    else
        fail_msg("what is %s?", operation);
}

static void apply(xmlDocPtr doc, const char *edit)
{
    for (char *step = textf("%s", edit), *next; step; step = next) {
        next = strstr(step, " ; ");
        if (next) {
            *next = '\0';
            next += 3;
        }
        char *path = strchr(step, '|'), *argument = path ? strchr(path + 1, '|') : NULL;
        if (argument)
            *argument++ = '\0';
        if (path)
            *path++ = '\0';
        if (strcmp(step, "keep") != 0)
            apply_step(doc, step, path, argument);
    }
}

/* --- verdicts --- */

/* Returns "valid", or the element with the first fault; foreign namespaces are found by the reader, not by
 * the schema. */
static const char *verdict(const struct base *base, const char *bytes, size_t n)
{
    struct kp_arena arena = {.max_bytes = 1 << 20};
    struct kp_tree tree;
    enum kp_xml_fault fault = KP_XML_SOUND;
    unsigned long line = 0;
    const char *where = NULL, *result = "valid";
    if (kp_xml_read(&arena, bytes, n, &tree, &fault, &line) != KP_OK)
        return textf("not XML, fault %d", (int)fault);
    kp_tree_check(&tree, base->check, true);
    bool valid = kp_xml_check_finish(base->check, &where) == KP_OK;
    if (tree.alien)
        result = "another namespace";
    else if (!valid)
        result = textf("%.*s", (int)strcspn(where, ","), where);
    kp_arena_release(&arena);
    return result;
}

/* Returns the verdict on the current tree, and writes the tree to a file unless its name is NULL. */
static const char *verdict_of_tree(const struct base *base, xmlDocPtr doc, const char *file)
{
    xmlChar *bytes = NULL;
    int n = 0;
    xmlDocDumpMemoryEnc(doc, &bytes, &n, "UTF-8");
    assert_non_null(bytes);
    if (file)
        put(file, (const char *)bytes, (size_t)n);
    const char *result = verdict(base, (const char *)bytes, (size_t)n);
    xmlFree(bytes);
    return result;
}

static const struct base *base_of(size_t row)
{
    for (size_t i = 0; i < COUNT(bases); i++)
        if (is(&table, row, "base", bases[i].name))
            return &bases[i];
    fail_msg("%s has no base", cell(&table, row, "id"));
    return NULL;
}

static void bases__unedited__pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bases); i++) {
        assert_string_equal(verdict(&bases[i], bases[i].bytes, bases[i].n), "valid");
        must("xmllint --noout --schema \"$SCHEMAS/xsd/%s\" \"$GOLDEN/../xsd_rules/%s.xml\"",
             bases[i].schema_file, bases[i].name);
    }
}

static void rows__each_edit__is_judged_as_the_table_says(void **state)
{
    (void)state;
    size_t wrong = 0;
    must("mkdir -p rows/document rows/index rows/all");
    for (size_t row = 1; row < table.n_rows; row++) {
        const char *id = cell(&table, row, "id"), *edit = cell(&table, row, "edit");
        if (!*edit)
            continue;
        const struct base *base = base_of(row);
        xmlDocPtr doc = parse(base);
        apply(doc, edit);
        const char *file = textf("rows/all/%s.xml", id);
        const char *result = verdict_of_tree(base, doc, file);
        assert_int_equal(link(file, textf("rows/%s/%s.xml", base->name, id)), 0);
        xmlFreeDoc(doc);
        if (is(&table, row, "expected", result))
            continue;
        wrong++;
        print_error("%s %s: expected %s, got %s\n", id, cell(&table, row, "rule"),
                    cell(&table, row, "expected"), result);
    }
    assert_int_equal(wrong, 0);
}

/* Runs xmllint once per schema; its verdict on every edited document must be that of the table. */
static void rows__a_second_validator__judges_alike(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bases); i++) {
        (void)run_shell(
            textf("xmllint --nonet --noout --schema \"$SCHEMAS/xsd/%s\" rows/%s/*.xml 2>%s.verdicts",
                  bases[i].schema_file, bases[i].name, bases[i].name));
        const char *verdicts = textf("\n%s", slurp(textf("%s.verdicts", bases[i].name), NULL));
        for (size_t row = 1; row < table.n_rows; row++) {
            if (base_of(row) != &bases[i] || is(&table, row, "edit", ""))
                continue;
            bool valid = is(&table, row, "expected", "valid");
            assert_contains(verdicts, textf("\nrows/%s/%s.xml %s\n", bases[i].name, cell(&table, row, "id"),
                                            valid ? "validates" : "fails to validate"));
        }
    }
}

/* Returns whether an element may contain text. */
static bool holds_text(xmlNodePtr node)
{
    static const char *const names[] = {"title",   "name",      "addr", "postalCode", "text",
                                        "content", "paragraph", "item", "th",         "td"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (xmlStrEqual(node->name, X(names[i])))
            return true;
    xmlChar *type = xmlGetNsProp(node, X("type"), X(XSI));
    bool is_text = xmlStrEqual(type, X("ST"));
    xmlFree(type);
    return is_text;
}

enum stranger { ATTRIBUTE, ELEMENT, WORDS, STRANGERS };

/* Returns the verdict with something foreign added to the k-th element, NULL if there is no such element. */
static const char *verdict_with(const struct base *base, int k, enum stranger stranger, bool *ret_allowed)
{
    const char *result = NULL;
    xmlDocPtr doc = parse(base);
    xmlXPathObjectPtr all = find(doc, "//v:*");
    if (k < all->nodesetval->nodeNr) {
        xmlNodePtr node = all->nodesetval->nodeTab[k];
        *ret_allowed = stranger == WORDS && holds_text(node);
        if (stranger == ATTRIBUTE)
            (void)xmlSetProp(node, X("unknown"), X("1"));
        else if (stranger == ELEMENT)
            (void)xmlNewChild(node, node->ns, X("unknown"), NULL);
        else
            (void)xmlAddChild(node, xmlNewText(X("words")));
        result = verdict_of_tree(base, doc, NULL);
    }
    xmlXPathFreeObject(all);
    xmlFreeDoc(doc);
    return result;
}

/* The schemas admit nothing they do not declare: an attribute, an element or text is added to each
 * element. */
static void elements__what_no_rule_names__is_refused(void **state)
{
    (void)state;
    size_t tried = 0;
    const char *result = NULL;
    for (size_t i = 0; i < COUNT(bases); i++)
        for (int k = 0; (result = verdict_with(&bases[i], k, WORDS, &(bool){false})) != NULL; k++)
            for (enum stranger stranger = ATTRIBUTE; stranger < STRANGERS; stranger++, tried++) {
                bool allowed = false;
                result = verdict_with(&bases[i], k, stranger, &allowed);
                if (!allowed && strcmp(result, "valid") == 0)
                    fail_msg("element %d of the %s takes stranger %d", k, bases[i].name, (int)stranger);
            }
    assert_true(tried > 3 * 150);
}

/* xsd_rules.py finds a rule without a row, and a row that would fail without its rule. */
static void rules__each__has_a_row_that_turns_on_it(void **state)
{
    (void)state;
    must("python3 \"$GOLDEN/../xsd_rules.py\" \"$SCHEMAS\" \"$GOLDEN/../xsd_rules.csv\" rows/all");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bases__unedited__pass),
        cmocka_unit_test(rows__each_edit__is_judged_as_the_table_says),
        cmocka_unit_test(rows__a_second_validator__judges_alike),
        cmocka_unit_test(elements__what_no_rule_names__is_refused),
        cmocka_unit_test(rules__each__has_a_row_that_turns_on_it),
    };
    return cmocka_run_group_tests_name("xsd_rules", tests, set_up, tear_down);
}
