#include "folder.h"

#include "format/xml.h"
#include "profile.h"
#include "random.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define OID "1.2.392.200119.6."

static struct kp_xml_schema *document_schema, *index_schema;
static xmlSchemaPtr tree_schema; /* the same schema for libxml2's validator of whole documents */
static char path_text[512];

static const char *schema_path(const char *name)
{
    const char *from = getenv("SCHEMAS");
    (void)snprintf(path_text, sizeof(path_text), "%s/xsd/%s", from ? from : "./schemas", name);
    return path_text;
}

static void ignore(void *ctx, const char *format, ...)
{
    (void)ctx;
    (void)format;
}

static int set_up(void **state)
{
    if (load_profile("hc08_V08.xsd", &document_schema) != KP_OK ||
        load_profile("ix08_V08.xsd", &index_schema) != KP_OK)
        return -1;
    xmlSchemaParserCtxtPtr parser = xmlSchemaNewParserCtxt(schema_path("hc08_V08.xsd"));
    tree_schema = xmlSchemaParse(parser);
    xmlSchemaFreeParserCtxt(parser);
    return tree_schema ? make_folder(state) : -1;
}

static int tear_down(void **state)
{
    xmlSchemaFree(tree_schema);
    kp_xml_schema_free(document_schema);
    kp_xml_schema_free(index_schema);
    return remove_folder(state);
}

/* A valid document; tests replace one piece and pass its events to the check. */
static const char VALID[] =
    "<ClinicalDocument xmlns=\"urn:hl7-org:v3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
    "xsi:schemaLocation=\"urn:hl7-org:v3 ../XSD/hc08_V08.xsd\">"
    "<typeId root=\"2.16.840.1.113883.1.3\" extension=\"POCD_HD000040\"/><id nullFlavor=\"NI\"/>"
    "<code code=\"10\" codeSystem=\"" OID "1001\"/><effectiveTime value=\"20260401\"/>"
    "<confidentialityCode code=\"N\"/><recordTarget><patientRole><id root=\"" OID
    "101\" extension=\"06139463\"/>"
    "<id root=\"" OID "205\" extension=\"31\"/><addr><postalCode>650-0188</postalCode>兵庫県</addr><patient>"
    "<name>ケンポハナコ</name><administrativeGenderCode code=\"2\" codeSystem=\"" OID "1104\"/>"
    "<birthTime value=\"19850331\"/></patient></patientRole></recordTarget><author><time value=\"20260401\"/>"
    "<assignedAuthor><id nullFlavor=\"NI\"/><representedOrganization><id root=\"" OID "102\" "
    "extension=\"6631111116\"/><name>架空精機</name></representedOrganization></assignedAuthor></author><custodian>"
    "<assignedCustodian><representedCustodianOrganization><id nullFlavor=\"NI\"/></representedCustodianOrganization>"
    "</assignedCustodian></custodian><documentationOf><serviceEvent><code code=\"010\" codeSystem=\"" OID
    "1002\"/>"
    "<effectiveTime value=\"20250703\"/><performer typeCode=\"PRF\"><assignedEntity><id nullFlavor=\"NI\"/>"
    "<representedOrganization><id root=\"" OID "102\" extension=\"2819902251\"/><name>架空診療所</name>"
    "</representedOrganization></assignedEntity></performer></serviceEvent></documentationOf><component>"
    "<structuredBody><component><section><code code=\"01010\" codeSystem=\"" OID "1010\"/><text/><entry>"
    "<observation classCode=\"OBS\" moodCode=\"EVN\"><code code=\"9N001000000000001\"/><value xsi:type=\"PQ\" "
    "value=\"170.1\" unit=\"cm\"/><interpretationCode code=\"N\"/></observation></entry></section></component>"
    "</structuredBody></component></ClinicalDocument>";

/* Returns VALID with the first occurrence of a piece replaced; the caller frees it. */
static char *with(const char *piece, const char *by)
{
    const char *at = strstr(VALID, piece);
    char *text = malloc(sizeof(VALID) + strlen(by));
    assert_true(at && text);
    (void)sprintf(text, "%.*s%s%s", (int)(at - VALID), VALID, by, at + strlen(piece));
    return text;
}

static void hand_over(struct kp_xml *xml, const xmlNode *node)
{
    if (node->type == XML_TEXT_NODE) {
        kp_xml_text(xml, (const char *)node->content);
        return;
    }
    kp_xml_start(xml, (const char *)node->name);
    for (const xmlAttr *a = node->properties; a; a = a->next) {
        const char *name = (const char *)a->name;
        if (a->ns)
            name = strcmp(name, "type") == 0 ? "xsi:type" : "xsi:schemaLocation";
        kp_xml_attr(xml, name, a->children ? (const char *)a->children->content : "");
    }
    for (const xmlNode *child = node->children; child; child = child->next)
        hand_over(xml, child);
    kp_xml_end(xml);
}

static xmlDocPtr parse(const char *text)
{
    return xmlReadMemory(text, (int)strlen(text), NULL, NULL, XML_PARSE_NONET);
}

/* Passes the events of the text through the writer to the check. */
static bool passes(struct kp_xml_check *check, const char *text, const char **ret_where)
{
    struct kp_buf out = {0};
    struct kp_xml xml;
    xmlDocPtr doc = parse(text);
    const xmlNode *root = xmlDocGetRootElement(doc);
    kp_xml_begin(&xml, &out, check, (const char *)root->ns->href);
    hand_over(&xml, root);
    bool written = kp_xml_finish(&xml);
    bool valid = kp_xml_check_finish(check, ret_where) == KP_OK;
    kp_buf_release(&out);
    xmlFreeDoc(doc);
    return written && valid;
}

static bool tree_is_valid(const char *text)
{
    xmlDocPtr doc = parse(text);
    xmlSchemaValidCtxtPtr ctxt = xmlSchemaNewValidCtxt(tree_schema);
    assert_true(doc && ctxt);
    xmlSchemaSetValidErrors(ctxt, ignore, ignore, NULL);
    int result = xmlSchemaValidateDoc(ctxt, doc);
    xmlSchemaFreeValidCtxt(ctxt);
    xmlFreeDoc(doc);
    return result == 0;
}

static struct kp_xml_check *new_check(struct kp_xml_schema *schema)
{
    struct kp_xml_check *check = NULL;
    assert_int_equal(kp_xml_check_new(schema, &check), KP_OK);
    return check;
}

static void check__valid_stream__passes(void **state UNUSED)
{
    const char *where = NULL;
    struct kp_xml_check *check = new_check(document_schema);
    assert_true(tree_is_valid(VALID));
    for (int i = 0; i < 3; i++) {
        assert_true(passes(check, VALID, &where));
        assert_string_equal(where, "");
    }
    kp_xml_check_free(check);
}

static void check__each_fault__names_its_element_and_no_contents(void **state UNUSED)
{
    static const struct {
        const char *piece, *by, *element;
    } faults[] = {
        {"06139463", "774299", "<id>"},
        {"ケンポハナコ", "漢字7742", "<name>"},
        {"19850331", "19857742", "<birthTime>"},
        {"19850331", "", "<birthTime>"},
        {"<code code=\"10\"", "<code code=\"7742\"", "<code>"},
        {"170.1", "7742x", "<value>"},
        {"unit=\"cm\"", "unit=\"u7742\"", "<value>"},
        {"nullFlavor=\"NI\"", "nullFlavor=\"X7742\"", "<id>"},
        {"<interpretationCode code=\"N\"", "<interpretationCode code=\"7742\"", "<interpretationCode>"},
        {"</observation>", "<remark>7742</remark></observation>", "<remark>"},
        {"moodCode=\"EVN\"", "moodCode=\"EVN\" negationind=\"7742\"", "<observation>"},
        {"<entry>", "<entry>7742", "<entry>"},
        {"<time value=\"20260401\"/>", "", "<assignedAuthor>"},
        {"<birthTime value=\"19850331\"/>", "", "<patient>"},
        {"extension=\"31\"", "extension=\"7742 7742 7742 7742 7\"", "<id>"},
        {" xsi:type=\"PQ\"", "", "<value>"},
        {OID "205", OID "101", "<"}, /* two ids of one kind */
        {"<entry>", "<entry><漢字/>", "<?>"},
        {"<entry>", "<entry><a7742漢字漢字漢字漢字漢字漢字漢字漢字漢字/>", "<?>"},
        {"<entry>", "<entry><abcdefghijklmnopqrstuvwxyzabcdefghijklmn7742/>", "<?>"},
    };
    const char *where = NULL;
    struct kp_xml_check *check = new_check(document_schema);
    for (size_t i = 0; i < COUNT(faults); i++) {
        char *text = with(faults[i].piece, faults[i].by);
        assert_false(tree_is_valid(text));
        assert_false(passes(check, text, &where));
        assert_non_null(strstr(where, faults[i].element));
        assert_null(strstr(where, "7742"));
        assert_null(strstr(where, "漢字"));
        assert_true(passes(check, VALID, &where)); /* the next document is independent */
        free(text);
    }
    kp_xml_check_free(check);
}

static void check__document_given_up_halfway__does_not_spoil_the_next(void **state UNUSED)
{
    struct kp_buf out = {0};
    struct kp_xml xml;
    const char *where = NULL;
    struct kp_xml_check *check = new_check(document_schema);
    for (int i = 0; i < 3; i++) {
        kp_xml_begin(&xml, &out, check, "urn:hl7-org:v3");
        kp_xml_start(&xml, "ClinicalDocument");
        kp_xml_start(&xml, i == 1 ? "nonsense" : "typeId");
        kp_xml_start(&xml, "deeper");
    }
    assert_true(passes(check, VALID, &where));
    kp_xml_begin(&xml, &out, check, "urn:hl7-org:v3"); /* freed before its end */
    kp_xml_start(&xml, "ClinicalDocument");
    kp_xml_start(&xml, "typeId");
    kp_xml_text(&xml, "t");
    kp_xml_check_free(check);
    kp_xml_check_free(NULL);
    kp_buf_release(&out);
}

/* No document, or an incomplete one, is invalid. */
static void check__document_without_its_end__is_not_valid(void **state UNUSED)
{
    struct kp_buf out = {0};
    struct kp_xml xml;
    const char *where = NULL;
    struct kp_xml_check *check = new_check(document_schema);
    kp_xml_begin(&xml, &out, check, "urn:hl7-org:v3");
    kp_xml_start(&xml, "ClinicalDocument");
    kp_xml_start(&xml, "typeId");
    bool halfway = kp_xml_check_finish(check, &where) == KP_OK;
    kp_xml_begin(&xml, &out, check, "urn:hl7-org:v3");
    bool empty = kp_xml_check_finish(check, &where) == KP_OK;
    kp_xml_check_free(check);
    kp_buf_release(&out);
    assert_false(halfway);
    assert_false(empty);
}

#define INDEX(sender, rest)                                                                                           \
    "<index xmlns=\"https://www.mhlw.go.jp/stf/seisakunitsuite/bunya/0000161103.html\"><interactionType code=\"6\"/>" \
    "<creationTime value=\"20260401\"/><sender><id root=\"" OID "102\" extension=\"" sender "\"/></sender>"           \
    "<serviceEventType code=\"1\"/>" rest "</index>"

static void check__index__has_its_own_schema(void **state UNUSED)
{
    const char *where = NULL;
    struct kp_xml_check *check = new_check(index_schema);
    assert_true(passes(check, INDEX("6631111116", "<totalRecordCount value=\"3\"/>"), &where));
    assert_false(passes(check, INDEX("663111111", "<totalRecordCount value=\"3\"/>"), &where));
    assert_false(passes(check, INDEX("6631111116", "<totalRecordCount value=\"-1\"/>"), &where));
    assert_false(passes(check, INDEX("6631111116", ""), &where));
    kp_xml_check_free(check);
}

struct runner {
    pthread_t thread;
    struct kp_xml_check *check;
    const char *bad;
    unsigned wrong;
};

static void *run_many(void *arg)
{
    struct runner *r = arg;
    const char *where = NULL;
    for (int i = 0; i < 300; i++) {
        bool valid = i % 3 != 0;
        bool passed = passes(r->check, valid ? VALID : r->bad, &where);
        r->wrong += passed != valid || (!valid && !strstr(where, "<birthTime>"));
    }
    return NULL;
}

static void check__two_threads_on_one_schema__judge_alike(void **state UNUSED)
{
    struct runner runners[2];
    char *bad = with("19850331", "1985");
    for (size_t i = 0; i < COUNT(runners); i++) {
        runners[i] = (struct runner){.check = new_check(document_schema), .bad = bad};
        assert_int_equal(pthread_create(&runners[i].thread, NULL, run_many, &runners[i]), 0);
    }
    for (size_t i = 0; i < COUNT(runners); i++) {
        assert_int_equal(pthread_join(runners[i].thread, NULL), 0);
        assert_int_equal(runners[i].wrong, 0);
        kp_xml_check_free(runners[i].check);
    }
    free(bad);
}

/* Loads the text as a schema and counts what the library prints meanwhile: it must not print. */
static enum kp_status load_text(const char *text, struct kp_xml_schema **ret_schema, struct kp_buf *detail,
                                int64_t *ret_printed)
{
    const struct kp_xsd_file file = {"own.xsd", text, strlen(text)};
    const char *printed = in_folder("stderr");
    kp_buf_reset(detail);
    (void)fflush(stderr);
    int screen = dup(STDERR_FILENO), fd = open(printed, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(dup2(fd, STDERR_FILENO) >= 0);
    enum kp_status st = kp_xml_schema_load(&file, 1, file.name, ret_schema, detail);
    (void)dup2(screen, STDERR_FILENO);
    assert_true(close(screen) == 0 && close(fd) == 0);
    *ret_printed = kp_file_size(&kp_io_posix, printed);
    return st;
}

static void load__invalid_schema__returns_the_reason_prints_nothing(void **state UNUSED)
{
    static const char *const texts[] = {
        "", "not XML", "<html/>",
        "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><xs:element name=\"a\" type=\"missing\"/></xs:schema>"};
    struct kp_buf detail = {0};
    struct kp_xml_schema *schema = NULL;
    int64_t printed = 0, sum = 0;
    for (size_t i = 0; i < COUNT(texts); i++, sum += printed) {
        assert_int_equal(load_text(texts[i], &schema, &detail, &printed), KP_E_USAGE);
        assert_null(schema);
        assert_true(detail.len > 0);
        assert_null(strchr(kp_buf_text(&detail), '\n'));
    }
    kp_buf_release(&detail);
    assert_int_equal(sum, 0);
}

/* Includes are resolved inside the set only. */
static void load__include_of_another_file__opens_nothing(void **state UNUSED)
{
    char text[PATH_MAX + 200];
    struct kp_buf detail = {0};
    struct kp_xml_schema *schema = NULL;
    int64_t printed = 0;
    static const char other[] =
        "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><xs:element name=\"b\"/></xs:schema>";
    const char *path = put_file("other.xsd", other, strlen(other));
    (void)snprintf(
        text, sizeof(text),
        "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><xs:include schemaLocation=\"file://%s\"/>"
        "<xs:element name=\"a\"><xs:complexType><xs:sequence><xs:element ref=\"b\"/></xs:sequence></xs:complexType>"
        "</xs:element></xs:schema>",
        path);
    assert_int_equal(load_text(text, &schema, &detail, &printed), KP_E_USAGE);
    kp_buf_release(&detail);
}

/* Each construct takes the tables away; libxml2 then validates alone, as it does without them. */
static void load__construct_not_known__leaves_no_tables(void **state UNUSED)
{
    static const struct {
        const char *attributes, *element, *type;
    } cases[] = {
        {"", "", ""}, /* known */
        {"attributeFormDefault=\"qualified\"", "", ""},
        {"blockDefault=\"extension\" xmlns:x=\"urn:x\" x:y=\"\"", "form=\"unqualified\"", ""},
        {"", "", "<!-- redefine -->"},
        {"", "nillable=\"true\"", ""},
        {"", "default=\"a\"", ""},
        {"", "fixed=\"a\"", ""},
        {"", "", "<xs:all><xs:element name=\"c\" type=\"xs:string\"/></xs:all>"},
        {"", "", "<xs:sequence><xs:any processContents=\"lax\"/></xs:sequence>"},
        {"", "", "<xs:sequence><xs:element name=\"c\" type=\"xs:string\" maxOccurs=\"70\"/></xs:sequence>"},
        {"", "", "<xs:sequence><xs:element name=\"c\"/></xs:sequence>"},
    };
    struct kp_buf detail = {0};
    int64_t printed = 0;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[1000];
        struct kp_xml_schema *schema = NULL;
        const char *where = NULL;
        (void)snprintf(
            text, sizeof(text),
            "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns=\"urn:a\" targetNamespace=\"urn:a\" "
            "elementFormDefault=\"qualified\" %s><xs:element name=\"a\" type=\"A\"/><xs:complexType name=\"A\">"
            "<xs:sequence><xs:element name=\"b\" type=\"xs:string\" %s/></xs:sequence></xs:complexType>"
            "<xs:complexType name=\"C\">%s</xs:complexType></xs:schema>",
            cases[i].attributes, cases[i].element, cases[i].type);
        assert_int_equal(load_text(text, &schema, &detail, &printed), KP_OK);
        if (kp_xml_schema_is_compiled(schema) != (i == 0))
            fail_msg("case %zu", i);
        struct kp_xml_check *check = new_check(schema);
        (void)kp_xml_check_quick(check, true);
        assert_int_equal(passes(check, "<a xmlns=\"urn:a\"><b xmlns=\"urn:a\"/></a>", &where), i != 2);
        assert_false(passes(check, "<a xmlns=\"urn:a\"><c xmlns=\"urn:a\"/></a>", &where));
        kp_xml_check_free(check);
        kp_xml_schema_free(schema);
    }
    kp_buf_release(&detail);
}

/* What the tables must not take for valid although the characters alone allow it. */
static void quick__value_that_is_normalised__is_never_accepted(void **state UNUSED)
{
    static const char text[] =
        "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns=\"urn:a\" targetNamespace=\"urn:a\">"
        "<xs:simpleType name=\"T\"><xs:restriction base=\"xs:string\"><xs:whiteSpace value=\"collapse\"/>"
        "<xs:minLength value=\"3\"/></xs:restriction></xs:simpleType><xs:element name=\"b\" type=\"T\"/></xs:schema>";
    struct kp_buf detail = {0};
    struct kp_xml_schema *schema = NULL;
    const char *where = NULL;
    int64_t printed = 0;
    assert_int_equal(load_text(text, &schema, &detail, &printed), KP_OK);
    assert_true(kp_xml_schema_is_compiled(schema));
    struct kp_xml_check *check = new_check(schema);
    assert_true(passes(check, "<b xmlns=\"urn:a\">abc</b>", &where));
    assert_false(passes(check, "<b xmlns=\"urn:a\">  a</b>", &where));
    (void)kp_xml_check_quick(check, true);
    assert_false(passes(check, "<b xmlns=\"urn:a\">  a</b>", &where));
    kp_xml_check_free(check);
    kp_xml_schema_free(schema);
    kp_buf_release(&detail);
}

enum { MAX_EVENTS = 256, MAX_CHUNK = 6 };

/* Events of a document, and texts between them: one of events and text is set. */
struct chunk {
    const struct kp_xml_event *events;
    size_t n;
    const char *text;
};

struct chunks {
    struct kp_arena arena;
    struct chunk list[MAX_EVENTS];
    size_t n;
};

static void add_event(struct chunks *to, struct kp_xml_event event)
{
    struct chunk *last = to->n > 0 ? &to->list[to->n - 1] : NULL;
    if (!last || last->text || last->n >= 1 + random_below(MAX_CHUNK)) {
        assert_true(to->n < MAX_EVENTS);
        last = &to->list[to->n++];
        last->events = kp_arena_alloc(&to->arena, (MAX_CHUNK + 1) * sizeof(event));
    }
    struct kp_xml_event *events = (struct kp_xml_event *)(uintptr_t)last->events;
    assert_true(events && last->n <= MAX_CHUNK);
    events[last->n++] = event;
}

static void cut(struct chunks *to, const xmlNode *node)
{
    if (node->type == XML_TEXT_NODE) {
        to->list[to->n++].text = (const char *)node->content;
        return;
    }
    struct kp_xml_attr *attrs = kp_arena_alloc(&to->arena, KP_XML_MAX_ATTRIBUTES * sizeof(*attrs));
    size_t n = 0;
    for (const xmlAttr *a = node->properties; a; a = a->next) {
        const char *name = (const char *)a->name;
        const char *value = a->children ? (const char *)a->children->content : "";
        if (a->ns)
            name = strcmp(name, "type") == 0 ? "xsi:type" : "xsi:schemaLocation";
        attrs[n++] = (struct kp_xml_attr){name, value, strlen(value)};
    }
    const char *name = (const char *)node->name;
    add_event(to, (struct kp_xml_event){{name, strlen(name)}, attrs, n});
    for (const xmlNode *child = node->children; child; child = child->next)
        cut(to, child);
    add_event(to, (struct kp_xml_event){.name = {name, strlen(name)}});
}

/* Returns whether the tables accept the chunks in that order, handed over whole or event by event. */
static bool accepts(struct kp_xml_check *check, const struct chunk *const *order, size_t n, bool whole)
{
    const char *where = NULL;
    kp_xml_check_begin(check, "urn:hl7-org:v3");
    for (size_t i = 0; i < n; i++) {
        const struct chunk *c = order[i];
        if (c->text)
            kp_xml_check_text(check, c->text, strlen(c->text));
        else if (whole)
            kp_xml_check_repeated(check, c->events, c->n);
        for (const struct kp_xml_event *e = c->events; !whole && e && e < c->events + c->n; e++)
            if (e->attrs)
                kp_xml_check_start(check, e->name.text, e->attrs, e->n_attrs);
            else
                kp_xml_check_end(check, e->name.text);
    }
    return kp_xml_check_finish(check, &where) == KP_OK;
}

/* Chunks are left out, put in twice and exchanged, so that the same one comes in many states. */
static size_t mix(const struct chunks *from, const struct chunk **order)
{
    size_t n = 0;
    unsigned calm = 1 + random_below(100);
    for (size_t i = 0; i < from->n; i++) {
        bool odd = random_below(100) > calm;
        if (odd && random_below(3) == 0)
            continue;
        order[n++] = &from->list[odd && random_below(2) ? random_below((unsigned)from->n) : i];
        if (odd && random_below(4) == 0)
            order[n++] = &from->list[i];
    }
    return n;
}

static void quick__repeated_events__are_judged_as_single_ones(void **state UNUSED)
{
    static const char *const documents[][2] = {
        {"<text/>", "<text/>"},
        {"<text/>", "<text><list><item>a</item><item>b</item></list></text>"},
        {"code=\"N\"/></observation></entry>",
         "code=\"N\"/></observation></entry><entry><observation classCode=\"OBS\" moodCode=\"EVN\">"
         "<code code=\"9N006000000000001\"/><value xsi:type=\"PQ\" value=\"60.1\" unit=\"kg\"/>"
         "</observation></entry>"}};
    struct kp_xml_check *whole = new_check(document_schema), *single = new_check(document_schema);
    size_t n_accepted = 0, n_not = 0;
    (void)kp_xml_check_quick(whole, true);
    (void)kp_xml_check_quick(single, true);
    seed_random(27);
    static struct chunks chunks[COUNT(documents)]; /* all live as long as the check */
    xmlDocPtr docs[COUNT(documents)];
    for (size_t d = 0; d < COUNT(documents); d++) {
        char *text = with(documents[d][0], documents[d][1]);
        docs[d] = parse(text);
        free(text);
        cut(&chunks[d], xmlDocGetRootElement(docs[d]));
        for (int i = 0; i < 20000; i++) {
            const struct chunk *order[2 * MAX_EVENTS];
            size_t n = mix(&chunks[d], order);
            bool accepted = accepts(single, order, n, false);
            assert_int_equal(accepts(whole, order, n, true), accepted);
            n_accepted += accepted;
            n_not += !accepted;
        }
    }
    assert_true(n_accepted > 1000 && n_not > 1000);
    for (size_t d = 0; d < COUNT(documents); d++) {
        xmlFreeDoc(docs[d]);
        kp_arena_release(&chunks[d].arena);
    }
    kp_xml_check_free(whole);
    kp_xml_check_free(single);
}

/* Counts its calls. */
struct listener {
    int fd;
    atomic_int callers;
    atomic_bool stop;
};

static void *listen_on(void *arg)
{
    struct listener *l = arg;
    for (struct pollfd p = {.fd = l->fd, .events = POLLIN}; !l->stop;)
        if (poll(&p, 1, 20) == 1) {
            l->callers++;
            (void)close(accept(l->fd, NULL, NULL));
        }
    return NULL;
}

static void load__include_by_http__asks_no_network(void **state UNUSED)
{
    struct listener l = {.fd = socket(AF_INET, SOCK_STREAM, 0)};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    pthread_t thread;
    char text[400];
    struct kp_buf detail = {0};
    struct kp_xml_schema *schema = NULL;
    int64_t printed = 0;
    (void)unsetenv("http_proxy");
    assert_true(bind(l.fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(l.fd, 4) == 0);
    assert_int_equal(getsockname(l.fd, (struct sockaddr *)&address, &length), 0);
    assert_int_equal(pthread_create(&thread, NULL, listen_on, &l), 0);
    (void)snprintf(text, sizeof(text),
                   "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><xs:include "
                   "schemaLocation=\"http://127.0.0.1:%d/a.xsd\"/><xs:element name=\"a\"/></xs:schema>",
                   ntohs(address.sin_port));
    enum kp_status st = load_text(text, &schema, &detail, &printed);
    l.stop = true;
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)close(l.fd);
    kp_xml_schema_free(schema);
    kp_buf_release(&detail);
    assert_int_equal(l.callers, 0);
    assert_int_equal(st, KP_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check__valid_stream__passes),
        cmocka_unit_test(check__each_fault__names_its_element_and_no_contents),
        cmocka_unit_test(check__document_given_up_halfway__does_not_spoil_the_next),
        cmocka_unit_test(check__document_without_its_end__is_not_valid),
        cmocka_unit_test(check__index__has_its_own_schema),
        cmocka_unit_test(load__construct_not_known__leaves_no_tables),
        cmocka_unit_test(quick__value_that_is_normalised__is_never_accepted),
        cmocka_unit_test(quick__repeated_events__are_judged_as_single_ones),
        cmocka_unit_test(check__two_threads_on_one_schema__judge_alike),
        cmocka_unit_test(load__invalid_schema__returns_the_reason_prints_nothing),
        cmocka_unit_test(load__include_of_another_file__opens_nothing),
        cmocka_unit_test(load__include_by_http__asks_no_network),
    };
    return cmocka_run_group_tests_name("xmlcheck", tests, set_up, tear_down);
}
