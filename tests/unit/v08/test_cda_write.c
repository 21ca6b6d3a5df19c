#include "sample_bundle.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "v08/cda_write.h"
#include "v08/index.h"
#include "v08/schemas.h"

#define OID "1.2.392.200119.6."
#define TEXT(s) ((const xmlChar *)(s))
#define HEIGHT SAMPLE_HEIGHT
#define WAIST "9N016160100000001"
#define ORG "v3:representedOrganization"
#define PATIENT_ID(kind) "string(//v3:patientRole/v3:id[@root='" OID kind "']/@extension)"
#define SECTION(code) "//v3:section[v3:code/@code='" code "']"
#define OBS(code) "//v3:observation[v3:code/@code='" code "']"

static struct kp_validator profile;

/* Input and output of one test. */
static struct kp_arena memory;
static struct kp_record record;
static struct kp_decision decision;
static struct kp_insurer insurer;
static struct kp_buf out;
static xmlDocPtr doc;
static xmlXPathContextPtr paths;

static struct kp_cda_source source = {.record = &record,
                                      .decision = &decision,
                                      .sender = &SAMPLE_SENDER,
                                      .insurer = &insurer,
                                      .created = {2026, 4, 1}};

static int set_up(void **state)
{
    if (set_up_samples(state) != 0 ||
        kp_cda_forms_make(&sample_context.tables, &sample_context.arena, &source.forms) != KP_OK ||
        kp_schemas_load(&sample_context, NULL, &profile.schemas) != KP_OK)
        return -1;
    return kp_validator_start(&sample_context, &profile) == KP_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    xmlXPathFreeContext(paths);
    xmlFreeDoc(doc);
    kp_validator_free(&profile);
    return tear_down_samples(state);
}

static size_t index_of(const char *code)
{
    return (size_t)(kp_item_find(&sample_context.tables, code) - sample_context.tables.items);
}

/* Gives the record this value, released on the ground of the duty. */
static struct kp_value *put_value(const char *code, enum kp_value_state state, const char *value)
{
    size_t i = index_of(code);
    record.values[i] = (struct kp_value){.state = state, .text = value};
    decision.ground[i] = KP_GROUND_DUTY;
    return &record.values[i];
}

static int fresh(void **state UNUSED)
{
    if (sample_record(&record, &sample_context.tables, &memory) != KP_OK)
        return -1;
    insurer = SAMPLE_INSURER;
    decision = (struct kp_decision){.band = KP_BAND_40TO74};
    decision.ground = kp_arena_alloc(&memory, sample_context.tables.n_items * sizeof(enum kp_ground));
    put_value(HEIGHT, KP_VALUE_PRESENT, "170.1");
    return 0;
}

static int release(void **state UNUSED)
{
    kp_buf_release(&out);
    kp_arena_release(&memory);
    return 0;
}

static void withhold(const char *code)
{
    decision.ground[index_of(code)] = KP_GROUND_WITHHELD;
}

static void parse(const char *ns)
{
    xmlXPathFreeContext(paths);
    xmlFreeDoc(doc);
    doc = xmlReadMemory(kp_buf_text(&out), (int)out.len, NULL, NULL, XML_PARSE_NONET);
    assert_non_null(doc);
    paths = xmlXPathNewContext(doc);
    (void)xmlXPathRegisterNs(paths, TEXT("v3"), TEXT(ns));
    (void)xmlXPathRegisterNs(paths, TEXT("xsi"), TEXT("http://www.w3.org/2001/XMLSchema-instance"));
}

/* Writes the document, which must be valid against the profile, and parses it. */
static void write_document(void)
{
    const char *where = NULL;
    kp_buf_reset(&out);
    assert_true(kp_cda_write(&out, profile.document, &source, &memory));
    if (kp_xml_check_finish(profile.document, &where) != KP_OK)
        fail_msg("not valid: %s", where);
    parse("urn:hl7-org:v3");
}

static void assert_path(const char *path, const char *expected)
{
    xmlXPathObjectPtr found = xmlXPathEvalExpression(TEXT(path), paths);
    assert_non_null(found);
    xmlChar *value = xmlXPathCastToString(found);
    assert_string_equal((const char *)value, expected);
    xmlFree(value);
    xmlXPathFreeObject(found);
}

/* Compares type, value or code, unit or code system, and null flavor of an observation's last value. */
static void assert_value(const char *code, const char *expected)
{
    char path[900], value[100];
    (void)snprintf(value, sizeof(value), "//v3:observation[v3:code/@code='%s']/v3:value[last()]/@", code);
    (void)snprintf(path, sizeof(path),
                   "concat(%sxsi:type,' ',%svalue,%scode,%snullFlavor,' ',%sunit,%scodeSystem)", value, value,
                   value, value, value, value);
    assert_path(path, expected);
}

/* Compares the names of the child elements, in order. */
static void assert_children(const char *path, const char *expected)
{
    char names[512] = "";
    xmlXPathObjectPtr found = xmlXPathEvalExpression(TEXT(path), paths);
    assert_true(found && found->nodesetval && found->nodesetval->nodeNr == 1);
    for (xmlNodePtr n = xmlFirstElementChild(found->nodesetval->nodeTab[0]); n; n = xmlNextElementSibling(n))
        (void)sprintf(names + strlen(names), "%s ", (const char *)n->name);
    assert_string_equal(names, expected);
    xmlXPathFreeObject(found);
}

static void header__of_a_plain_record__has_its_parts_in_order(void **state UNUSED)
{
    write_document();
    assert_path("substring-after(/*/@xsi:schemaLocation,' ')", "../XSD/hc08_V08.xsd");
    assert_children("/*", "typeId id code effectiveTime confidentialityCode recordTarget author custodian "
                          "documentationOf component ");
    assert_path("concat(/*/v3:code/@code,' ',/*/v3:code/@codeSystem)", "10 " OID "1001");
    assert_path("concat(/*/v3:id/@nullFlavor,/*/v3:effectiveTime/@value,/*/v3:confidentialityCode/@code)",
                "NI20260401N");
    assert_children("//v3:patientRole", "id id addr patient ");
    assert_path("string(//v3:patientRole/v3:addr)", "716-0070京都府花咲市北町１＆２");
    assert_path("concat(//v3:patient/v3:name,//v3:birthTime/@value,//v3:administrativeGenderCode/@code)",
                "ケンポハナコ198503312");
}

static void organisations__author_and_performer__are_sender_and_facility(void **state UNUSED)
{
    write_document();
    assert_children("/*/v3:author", "time assignedAuthor ");
    assert_children("/*/v3:author//" ORG, "id name telecom addr ");
    assert_path("concat(/*/v3:author//" ORG "/v3:id/@root,' ',/*/v3:author//" ORG "/v3:id/@extension)",
                OID "102 5521111111"); /* the sender_number of the insurer */
    assert_path("string(/*/v3:author)", "架空精機株式会社650-0188兵庫県潮見市港町８");
    assert_path("concat(/*/v3:author/v3:time/@value,/*/v3:author//v3:telecom/@value)",
                "20260401tel:0780001000");
    assert_path("concat(//v3:serviceEvent/v3:code/@code,//v3:serviceEvent/v3:effectiveTime/@value)",
                "01020250703");
    assert_path("concat(//v3:performer/@typeCode,//v3:performer//" ORG "/v3:id/@extension)", "PRF2819902251");
    assert_path("concat(//v3:performer//v3:telecom/@value,//v3:performer//v3:addr)",
                "tel:0780002250651-0298兵庫県若葉台");
}

static void ids__of_the_card__are_written_in_the_insurers_width(void **state UNUSED)
{
    write_document();
    assert_path("count(//v3:patientRole/v3:id)", "2");
    assert_path(PATIENT_ID("101"), "06139463");
    assert_path(PATIENT_ID("205"), "6414");
    static const struct {
        enum kp_symbol_width width;
        const char *symbol, *number, *written_symbol, *written_number;
    } rows[] = {{KP_WIDTH_AS_GIVEN, "１２－ア", "6414", "１２－ア", "6414"},
                {KP_WIDTH_HALF, "１２Ａ", "６４１４", "12A", "6414"},
                {KP_WIDTH_HALF, "①", "６４−１４", "①", "64-14"},
                {KP_WIDTH_FULL, "12A", "6414", "１２Ａ", "６４１４"}};
    record.field[KP_F_INSURED_BRANCH] = "03", record.field[KP_F_QUALIFICATION] = "2";
    for (size_t i = 0; i < COUNT(rows); i++) {
        insurer.symbol_width = rows[i].width;
        record.field[KP_F_INSURED_SYMBOL] = rows[i].symbol,
        record.field[KP_F_INSURED_NUMBER] = rows[i].number;
        write_document();
        assert_path("count(//v3:patientRole/v3:id)", "5");
        assert_path(PATIENT_ID("204"), rows[i].written_symbol);
        assert_path(PATIENT_ID("205"), rows[i].written_number);
        assert_path("concat(" PATIENT_ID("211") "," PATIENT_ID("206") "," PATIENT_ID("101") ")",
                    "03206139463");
    }
}

static void ticket__is_written_as_participant(void **state UNUSED)
{
    write_document();
    assert_path("count(//v3:participant)", "0");
    record.field[KP_F_TICKET_NUMBER] = "25123456789", record.field[KP_F_TICKET_EXPIRES] = "20260331";
    write_document();
    assert_path("concat(//v3:functionCode/@code,//v3:participant/v3:time/v3:high/@value)", "120260331");
    assert_path("string(//v3:associatedEntity/v3:id/@root)", OID "209.106139463");
    assert_path("concat(//v3:associatedEntity/v3:id/@extension,//v3:scopingOrganization/*/@extension)",
                "2512345678906139463");
}

static void category__of_the_export__precedes_that_of_the_insurer(void **state UNUSED)
{
    static const struct {
        enum kp_band band;
        const char *report, *programme, *expected;
    } rows[] = {{KP_BAND_40TO74, "", "", "10 010 01010"},
                {KP_BAND_UNDER40, "", "", "40 990 01030"},
                {KP_BAND_75PLUS, "", "", "40 990 01030"},
                {KP_BAND_UNDER40, "41", "030", "41 030 01030"},
                {KP_BAND_40TO74, "90", "", "90 010 01010"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        decision.band = rows[i].band;
        record.field[KP_F_REPORT_CATEGORY] = rows[i].report, record.field[KP_F_PROGRAMME] = rows[i].programme;
        write_document();
        assert_path(
            "concat(/*/v3:code/@code,' ',//v3:serviceEvent/v3:code/@code,' ',//v3:section/v3:code/@code)",
            rows[i].expected);
    }
}

static void value__each_type__has_its_own_form_and_method(void **state UNUSED)
{
    *put_value(WAIST, KP_VALUE_PRESENT, "") =
        (struct kp_value){KP_VALUE_PRESENT, "85.0", 0, 'H', "40.0", "84.9"};
    put_value("9N056000000000011", KP_VALUE_PRESENT, "1");                /* 既往歴, CD .2001 */
    put_value("9N056160400000049", KP_VALUE_PRESENT, "高血圧＜２０年＞"); /* ST */
    put_value("1A020000000191111", KP_VALUE_PRESENT, "3");                /* 尿糖, CO .2102 */
    put_value("1A030000000190301", KP_VALUE_PRESENT, "1.015"); /* 尿比重: no unit, section 01990 */
    write_document();
    assert_children(OBS(WAIST), "code value interpretationCode methodCode referenceRange ");
    assert_value(WAIST, "PQ 85.0 cm");
    assert_path("concat(" OBS(WAIST) "/v3:interpretationCode/@code,' '," OBS(WAIST) "/v3:methodCode/@code)",
                "H 9N01610000");
    assert_path("concat(" OBS(WAIST) "//v3:low/@value,' '," OBS(WAIST) "//v3:high/@value,' '," OBS(
                    WAIST) "//v3:high/@unit,' '," OBS(WAIST) "//v3:observationRange/v3:value/@xsi:type)",
                "40.0 84.9 cm IVL_PQ");
    assert_children(OBS("9N056000000000011"), "code value ");
    assert_value("9N056000000000011", "CD 1 " OID "2001");
    assert_value("9N056160400000049", "ST  ");
    assert_path("string(" OBS("9N056160400000049") "/v3:value)", "高血圧＜２０年＞");
    assert_value("1A020000000191111", "CO 3 " OID "2102");
    assert_path("string(" OBS("1A020000000191111") "/v3:methodCode/@code)", "1A02010000");
    assert_path("count(" OBS("1A030000000190301") "/v3:value/@unit)", "0");
    assert_path("concat(//v3:section/v3:code/@code,' ',//v3:component[2]/v3:section/v3:code/@code)",
                "01010 01990");
    assert_path("string(" SECTION("01990") "//v3:value/@value)", "1.015");
    assert_path("count(" SECTION("01010") "/v3:entry)", "5");
}

static void value__at_the_limit_before_april_2013__is_the_mark_alone(void **state UNUSED)
{
    put_value("3F015000002327101", KP_VALUE_PRESENT, "10")->limit = 'L';
    put_value(HEIGHT, KP_VALUE_PRESENT, "100.0")->limit = 'L';
    record.field[KP_F_EXAM_DATE] = "20130331";
    record.exam = (struct kp_date){2013, 3, 31};
    write_document();
    assert_path("string(count(//v3:text//v3:item))", "0");
    assert_children(OBS("3F015000002327101"), "code value methodCode ");
    assert_path("string(" OBS("3F015000002327101") "/v3:value[@xsi:type='CD']/@code)", "L");
    kp_buf_reset(&out);
    record.field[KP_F_EXAM_DATE] = "20130401";
    record.exam = (struct kp_date){2013, 4, 1};
    write_document();
    assert_children(OBS("3F015000002327101"), "code value value methodCode ");
}

static void value__at_the_limit__is_mark_and_value_without_range(void **state UNUSED)
{
    *put_value("3B035000002327201", KP_VALUE_PRESENT, "") =
        (struct kp_value){KP_VALUE_PRESENT, "1000", 'H', 'H', "10", "30"};
    put_value("3F015000002327101", KP_VALUE_PRESENT, "10")->limit = 'L';
    write_document();
    assert_children(OBS("3B035000002327201"), "code value value methodCode ");
    assert_path("string(" OBS("3B035000002327201") "/v3:value[1][@xsi:type='CD' and @code='H']/@codeSystem)",
                "2.16.840.1.113883.5.83");
    assert_value("3B035000002327201", "PQ 1000 U/L");
    assert_path(
        "concat(" OBS("3F015000002327101") "/v3:value/@code," OBS("3F015000002327101") "/*[3]/@value)",
        "L10");
}

static void value__not_done_and_not_measurable__have_their_official_forms(void **state UNUSED)
{
    *put_value(WAIST, KP_VALUE_NOT_DONE, NULL) =
        (struct kp_value){KP_VALUE_NOT_DONE, NULL, 0, 0, "1.0", "2.0"};
    put_value("1A020000000191111", KP_VALUE_NOT_MEASURABLE, NULL);
    put_value(HEIGHT, KP_VALUE_NOT_MEASURABLE, NULL);
    write_document();
    assert_path("string(" OBS(WAIST) "/@negationInd)", "true");
    assert_children(OBS(WAIST), "code ");
    assert_value("1A020000000191111", "CO NI ");
    assert_value(HEIGHT, "PQ NI ");
    assert_path("count(//v3:value/@value|//v3:value/@code|//v3:value/@unit)", "0");
}

static void group__members__are_below_one_parent_without_value(void **state UNUSED)
{
    put_value("3C015000002327101", KP_VALUE_PRESENT, "0.83");           /* クレアチニン 510 */
    put_value("3C015161602399911", KP_VALUE_PRESENT, "1");              /* 対象者 525 */
    put_value("3C015161002399949", KP_VALUE_PRESENT, "血圧が基準以上"); /* 実施理由 526 */
    put_value("8A065000002391901", KP_VALUE_PRESENT, "77.8");
    put_value("2A020000001930101", KP_VALUE_PRESENT, "476"); /* RBC: section 01010 */
    put_value("2A020161001930149", KP_VALUE_PRESENT, "貧血の既往");
    put_value("2A060000001930101", KP_VALUE_PRESENT, "90.1"); /* MCV: of the same group, section 01990 */
    withhold(HEIGHT);
    write_document();
    assert_path("count(" SECTION("01010") "/v3:entry)", "2");
    assert_children(SECTION("01010") "/v3:entry[1]/v3:observation",
                    "code entryRelationship entryRelationship entryRelationship entryRelationship ");
    assert_path("count(//v3:entry/v3:observation[v3:code/@nullFlavor='NA' and not(v3:value)])", "3");
    assert_path(
        "count(//v3:entryRelationship[@typeCode='COMP']/v3:observation/v3:code[@code='3C015000002327101' or "
        "@code='8A065000002391901' or @code='2A020000001930101'])",
        "3");
    assert_path(
        "count(//v3:entryRelationship[@typeCode='RSON']/v3:observation/v3:code[@code='3C015161602399911' or "
        "@code='3C015161002399949'])",
        "2");
    assert_path("string(" SECTION("01990") "/v3:entry/v3:observation/v3:entryRelationship//v3:value/@value)",
                "90.1");
}

#define IN_SECTION(section, item) "count(" SECTION(section) "//v3:code[@code='" item "'])"

/* A reason that is not sent is none. */
static void detailed__without_reason__is_additional(void **state UNUSED)
{
    put_value("2A020000001930101", KP_VALUE_PRESENT, "476");
    put_value("2A020161001930149", KP_VALUE_PRESENT, "貧血の既往");
    write_document();
    assert_path(IN_SECTION("01010", "2A020000001930101"), "1");
    withhold("2A020161001930149");
    write_document();
    assert_path(IN_SECTION("01010", "2A020000001930101"), "0");
    assert_path(IN_SECTION("01990", "2A020000001930101"), "1");
    insurer.keeps_detailed = true;
    write_document();
    assert_path(IN_SECTION("01010", "2A020000001930101"), "1");
}

static void doctor__name__is_the_author_of_the_judgement(void **state UNUSED)
{
    put_value("9N511000000000049", KP_VALUE_PRESENT, "異常なし");
    put_value("9N516000000000049", KP_VALUE_PRESENT, "架空　太郎");
    write_document();
    assert_path("count(//v3:entry)", "2");
    assert_children(OBS("9N511000000000049"), "code value author ");
    assert_path("string(" OBS("9N511000000000049") "/v3:author//v3:assignedPerson/v3:name)", "架空　太郎");
    withhold("9N516000000000049");
    write_document();
    assert_null(strstr(kp_buf_text(&out), "架空　太郎"));
}

static void withheld_items__leave_no_trace(void **state UNUSED)
{
    put_value(WAIST, KP_VALUE_PRESENT, "99.9");
    put_value("1A030000000190301", KP_VALUE_PRESENT, "1.015");
    put_value("2A020000001930101", KP_VALUE_NOT_DONE, NULL);
    static const char *const traces[] = {
        "99.9", WAIST, "1.015", "01990", "2A020000001930101", "1A030000000190301"};
    withhold(WAIST), withhold("1A030000000190301"), withhold("2A020000001930101");
    write_document();
    for (size_t i = 0; i < COUNT(traces); i++)
        assert_null(strstr(kp_buf_text(&out), traces[i]));
}

static void record__with_a_character_xml_forbids__is_refused(void **state UNUSED)
{
    put_value("9N056160400000049", KP_VALUE_PRESENT, "a\x02z");
    assert_false(kp_cda_write(&out, NULL, &source, &memory));
}

/* The names of items are those of the tables, which may be somebody else's. */
static void forms__name_with_a_character_xml_forbids__is_a_fault(void **state UNUSED)
{
    struct kp_item item = sample_context.tables.items[0];
    const struct kp_tables other = {.items = &item, .n_items = 1};
    const struct kp_cda_forms *forms = NULL;
    assert_int_equal(kp_cda_forms_make(&other, &memory, &forms), KP_OK);
    item.name = "a\x02z";
    assert_int_equal(kp_cda_forms_make(&other, &memory, &forms), KP_E_FAULT);
    kp_arena_release(&memory);
    memory.max_bytes = 1;
    assert_int_equal(kp_cda_forms_make(&other, &memory, &forms), KP_E_SYSTEM);
    memory = (struct kp_arena){0};
}

static void index__has_sender_receiver_and_purpose(void **state UNUSED)
{
    insurer.interaction_type = "9", insurer.service_event = "4";
    assert_true(kp_index_write(&out, NULL, &insurer, (struct kp_date){2026, 4, 1}, 123));
    parse("https://www.mhlw.go.jp/stf/seisakunitsuite/bunya/0000161103.html");
    assert_children("/v3:index",
                    "interactionType creationTime sender receiver serviceEventType totalRecordCount ");
    assert_path(
        "concat(//v3:interactionType/@code,' ',//v3:creationTime/@value,' ',//v3:serviceEventType/@code,' ',"
        "//v3:totalRecordCount/@value)",
        "9 20260401 4 123");
    assert_path("concat(//v3:sender/v3:id/@root,' ',//v3:sender/v3:id/@extension)", OID "102 5521111111");
    assert_path("concat(//v3:receiver/v3:id/@root,' ',//v3:receiver/v3:id/@extension)", OID "101 06139463");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, release)
    const struct CMUnitTest tests[] = {
        TEST(header__of_a_plain_record__has_its_parts_in_order),
        TEST(organisations__author_and_performer__are_sender_and_facility),
        TEST(ids__of_the_card__are_written_in_the_insurers_width),
        TEST(ticket__is_written_as_participant),
        TEST(category__of_the_export__precedes_that_of_the_insurer),
        TEST(value__each_type__has_its_own_form_and_method),
        TEST(value__at_the_limit__is_mark_and_value_without_range),
        TEST(value__at_the_limit_before_april_2013__is_the_mark_alone),
        TEST(value__not_done_and_not_measurable__have_their_official_forms),
        TEST(group__members__are_below_one_parent_without_value),
        TEST(detailed__without_reason__is_additional),
        TEST(doctor__name__is_the_author_of_the_judgement),
        TEST(withheld_items__leave_no_trace),
        TEST(record__with_a_character_xml_forbids__is_refused),
        TEST(forms__name_with_a_character_xml_forbids__is_a_fault),
        TEST(index__has_sender_receiver_and_purpose),
    };
    return cmocka_run_group_tests_name("cda_write", tests, set_up, tear_down);
}
