#include "folder.h"
#include "messages.h"
#include "tables.h"

#include "law/registers.h"

#define REQUESTS                                                                                             \
    "request_id,insurer_number,received_on,articles,exam_from,exam_to,ages,items,valid_until,withdrawn_on,note\n"
#define CONSENTS                                                                                               \
    "consent_id,employee_id,insurer_number,insured_symbol,insured_number,insured_branch,recipient,items,kind," \
    "given_on,withdrawn_on,evidence\n"
#define INSURERS                                                                                                    \
    "insurer_number,name,address,representative,scheme,sender_number,interaction_type,service_event,report_40to74," \
    "programme_40to74,report_under40,programme_under40,section_under40,symbol_width\n"

static struct kp_diag diag = {.catalogue = &catalogue, .env = &ENV};

static int set_up(void **state)
{
    return make_folder(state) == 0 ? load_tables(state) : -1;
}

static int tear_down(void **state)
{
    (void)free_tables(state);
    return remove_folder(state);
}

enum which { REQUEST, CONSENT, INSURER };

static enum kp_status load_files(const struct kp_register_files *files, struct kp_registers *registers)
{
    struct kp_context ctx = {.io = &kp_io_posix, .arena = scratch, .diag = diag, .tables = tables};
    memset(&got, 0, sizeof(got));
    enum kp_status st = kp_registers_load(&ctx, files, "6631111116", registers);
    scratch = ctx.arena;
    return st;
}

static enum kp_status load_bytes(enum which which, const char *bytes, size_t n,
                                 struct kp_registers *registers)
{
    struct kp_register_files files = {0};
    const char *path = put_file("register.csv", bytes, n);
    *(which == REQUEST ? &files.requests : which == CONSENT ? &files.consents : &files.insurers) = path;
    return load_files(&files, registers);
}

static enum kp_status load(enum which which, const char *rows, struct kp_registers *registers)
{
    static const char *const headers[] = {REQUESTS, CONSENTS, INSURERS};
    const char *bytes = kp_arena_printf(&scratch, "%s%s", headers[which], rows);
    return load_bytes(which, bytes, strlen(bytes), registers);
}

static const struct kp_consent *consents_by(const struct kp_registers *registers, enum kp_person_key by,
                                            const struct kp_person *person)
{
    return kp_consents_of(registers, &scratch, kp_person_key(&scratch, person, by));
}

static const struct kp_consent *consents_by_id(const struct kp_registers *registers, const char *employee_id)
{
    return consents_by(registers, KP_BY_ID, &(struct kp_person){.employee_id = employee_id});
}

static const struct kp_consent *consents_by_card(const struct kp_registers *registers, const char *symbol,
                                                 const char *number)
{
    return consents_by(registers, KP_BY_CARD,
                       &(struct kp_person){.card = kp_card_of(&scratch, symbol, number)});
}

struct wrong {
    const char *rows;
    unsigned code, line;
    const char *field;
};

static void assert_all_refused(enum which which, const struct wrong *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct kp_registers registers = {.requests = {.n = 77}};
        enum kp_status st = load(which, cases[i].rows, &registers);
        if (st != KP_E_USAGE || got.code != cases[i].code || got.line != cases[i].line || got.count != 1 ||
            strcmp(got.field, cases[i].field) != 0)
            fail_msg("%s: status %d, K%u, line %u, field %s, %d messages", cases[i].rows, st, got.code,
                     (unsigned)got.line, got.field, got.count);
        assert_non_null(strstr(got.file, "/register.csv"));
        assert_int_equal(registers.requests.n, 77); /* untouched on failure */
    }
}

/* --- requests --- */

static void requests__wrong_rows__are_refused_with_their_place(void **state UNUSED)
{
    static const struct wrong cases[] = {
        {",06139463,2025-04-01,elderly_act,,,,,,,\n", 1035, 2, "request_id"},
        {"R1,06139463,2025-04-01,elderly_act,,,,,,,\nR1,06139463,2025-05-01,elderly_act,,,,,,,\n", 1034, 3,
         "request_id"},
        {"R1,6139464,2025-04-01,elderly_act,,,,,,,\n", 1033, 2, "insurer_number"},
        {"R1,06139463 ,4/1/2025,elderly_act,,,,,,,\n", 1033, 2, "received_on"},
        {"R1,06139464,2025-04-01,elderly_act,,,,,,,\n", 1033, 2, "insurer_number"},
        {"R1,99999990,2025-04-01,elderly_act,,,,,,,\n", 1033, 2, "insurer_number"},
        {"R1,,2025-04-01,elderly_act,,,,,,,\n", 1033, 2, "insurer_number"},
        {"R1,06139463,,elderly_act,,,,,,,\n", 1035, 2, "received_on"},
        {"R1,06139463,2025/02/30,elderly_act,,,,,,,\n", 1033, 2, "received_on"},
        {"R1,06139463,2025-02-29,elderly_act,,,,,,,\n", 1033, 2, "received_on"},
        {"R1,06139463,2025-04-01,,,,,,,,\n", 1033, 2, "articles"},
        {"R1,06139463,2025-04-01,labour_act,,,,,,,\n", 1033, 2, "articles"},
        {"R1,06139463,2025-04-01,elderly_act labour_act,,,,,,,\n", 1033, 2, "articles"},
        {"R1,06139463,2025-04-01,elderly_act elderly_act,,,,,,,\n", 1033, 2, "articles"},
        {"R1,06139463,2025-04-01,consent,,,,,,,\n", 1033, 2, "articles"},
        {"R1,06139463,2025-04-01,elderly_act,x,,,,,,\n", 1033, 2, "exam_from"},
        {"R1,06139463,2025-04-01,elderly_act,,2025-13-01,,,,,\n", 1033, 2, "exam_to"},
        {"R1,06139463,2025-04-01,elderly_act,2025-04-02,2025-04-01,,,,,\n", 1036, 2, "exam_to"},
        {"R1,06139463,2025-04-01,elderly_act,,,75plus,,,,\n", 1033, 2, "ages"},
        {"R1,06139463,2025-04-01,elderly_act,,,40to74 under40,,,,\n", 1033, 2, "ages"},
        {"R1,06139463,2025-04-01,elderly_act,,,,3C0200000023271,,,\n", 1033, 2, "items"},
        {"R1,06139463,2025-04-01,elderly_act,,,,other,,,\n", 1033, 2, "items"},
        {"R1,06139463,2025-04-01,elderly_act,,,,,2025-03-31,,\n", 1036, 2, "valid_until"},
        {"R1,06139463,2025-04-01,elderly_act,,,,,,2025-03-31,\n", 1036, 2, "withdrawn_on"},
        {"R1,06139463,2025-04-01,elderly_act,,,,,,,a,b\n", 1038, 2, ""},
        {"R1,06139463,2025-04-01\n", 1038, 2, ""},
        {"R1,06139463,2025-04-01,elderly_act,,,,,,,\n\"R2\n\",06139463,2025-04-01,x,,,,,,,\n", 1033, 3,
         "articles"},
        {"R1,06139463,2025-04-01,elderly_act,,,,,,,\"open\n", 1030, 2, ""},
    };
    assert_all_refused(REQUEST, cases, COUNT(cases));
}

static void requests__good_rows__are_read_and_chained_in_order(void **state UNUSED)
{
    struct kp_registers r;
    assert_int_equal(load(REQUEST,
                          "R1,06139463,2025-04-01,elderly_act,,,,,,,first\n"
                          "R2,01130012,2025-04-02,health_act,,,under40,,,,\n"
                          "R3,06139463,2025-04-03,health_act elderly_act,2025-04-01,2025-04-01,40to74,"
                          "3C020000002327101 9N206160700000011,2025-04-03,2025-04-03,\n"
                          "R4,06139463,2025-04-04,elderly_act health_act,,,all,,,,\n",
                          &r),
                     KP_OK);
    assert_int_equal(got.count, 0);
    assert_int_equal(r.requests.n, 4);
    const struct kp_request *q = kp_requests_of(&r, "06139463");
    assert_string_equal(q->id, "R1");
    assert_int_equal(q->routes, 1u << KP_ROUTE_ELDERLY);
    assert_int_equal(q->bands, 7);
    assert_false(kp_date_is_set(q->exam_from) || kp_date_is_set(q->exam_to) ||
                 kp_date_is_set(q->valid_until) || kp_date_is_set(q->withdrawn));
    q = q->next;
    assert_string_equal(q->id, "R3");
    assert_int_equal(q->routes, 3);
    assert_int_equal(q->bands, 1u << KP_BAND_40TO74);
    assert_int_equal(kp_date_compare(q->exam_to, (struct kp_date){2025, 4, 1}), 0);
    assert_int_equal(kp_date_compare(q->withdrawn, (struct kp_date){2025, 4, 3}), 0);
    assert_true(kp_list_has(q->items, "9N206160700000011"));
    assert_string_equal(q->next->id, "R4");
    assert_int_equal(q->next->bands, 7);
    assert_null(q->next->next);
    assert_int_equal(kp_requests_of(&r, "01130012")->bands, 1u << KP_BAND_UNDER40);
    assert_null(kp_requests_of(&r, "01130012")->next);
    assert_null(kp_requests_of(&r, "33120015"));
}

#define MORE_REQUESTS                                                                                        \
    "request_id,insurer_number,received_on,articles,exam_from,exam_to,ages,items,valid_until,withdrawn_on,"  \
    "note,requester,also_numbers,qualification,persons,exam_kinds,workplaces,document,purpose\n"

static enum kp_status load_requests(const char *rows, struct kp_registers *registers)
{
    const char *bytes = kp_arena_printf(&scratch, "%s%s", MORE_REQUESTS, rows);
    return load_bytes(REQUEST, bytes, strlen(bytes), registers);
}

static void requests__limits_wrong__are_refused_with_their_place(void **state UNUSED)
{
    static const struct wrong cases[] = {
        {"R1,01130012,2025-04-01,elderly_act,,,,,,,,,0128001,,,,,,\n", 1033, 2, "also_numbers"},
        {"R1,01130012,2025-04-01,elderly_act,,,,,,,,,01130012,,,,,,\n", 1033, 2, "also_numbers"},
        {"R1,01130012,2025-04-01,elderly_act,,,,,,,,,00280081,,,,,,\n", 1033, 2, "also_numbers"},
        {"R1,01130012,2025-04-01,elderly_act,,,,,,,,,,family,,,,,\n", 1033, 2, "qualification"},
        {"R1,01130012,2025-04-01,elderly_act,,,,,,,,,,,../p.csv,,,,\n", 1033, 2, "persons"},
        {"R1,01130012,2025-04-01,elderly_act,,,,,,,,,,,,yearly,,,\n", 1033, 2, "exam_kinds"},
        {"R1,01130012,2025-04-01,elderly_act,,,,,,,,,,,,periodic unknown,,,\n", 1033, 2, "exam_kinds"},
        {"R1,01130012,2025-04-01,elderly_act,,,,,,,,,,,,auto,,,\n", 1033, 2, "exam_kinds"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_registers r;
        memset(&got, 0, sizeof(got));
        assert_int_equal(load_requests(cases[i].rows, &r), KP_E_USAGE);
        if (got.count != 1 || got.code != cases[i].code || strcmp(got.field, cases[i].field) != 0)
            fail_msg("%s: K%u, field %s, %d messages", cases[i].rows, got.code, got.field, got.count);
    }
}

static void requests__limits__are_read(void **state UNUSED)
{
    struct kp_registers r;
    assert_int_equal(
        load_requests("R1,01130012,2025-04-01,elderly_act,,,,,,,,連合会,,insured,,periodic hiring,"
                      "神戸　工場|本社,文書1,保健事業\n"
                      "R2,01130012,2025-04-01,elderly_act,,,,,,,,,,dependants,,,,,\n"
                      "R3,01130012,2025-04-01,elderly_act,,,,,,,,,,all,,,,,\n",
                      &r),
        KP_OK);
    const struct kp_request *q = kp_requests_of(&r, "01130012");
    assert_string_equal(q->requester, "連合会");
    assert_int_equal(q->qualification, KP_QUALIFICATION_INSURED);
    assert_int_equal(q->exam_kinds, 1u << KP_KIND_PERIODIC | 1u << KP_KIND_HIRING);
    assert_string_equal(q->workplaces, "神戸工場|本社");
    assert_null(q->persons);
    q = q->next;
    assert_int_equal(q->qualification, KP_QUALIFICATION_DEPENDANT);
    assert_true(!q->requester && !q->exam_kinds && !q->workplaces);
    assert_int_equal(q->next->qualification, KP_QUALIFICATION_ANY);
}

/* An insurer with several numbers may ask under one. */
static void requests__other_numbers__are_filed_under_each(void **state UNUSED)
{
    struct kp_registers r;
    assert_int_equal(load_requests("R1,06139463,2025-04-01,elderly_act,,,,,,,,,01130012 63000004,,,,,,\n"
                                   "R2,01130012,2025-04-01,elderly_act,,,,,,,,,,,,,,,\n"
                                   "R3,06139463,2025-04-01,elderly_act,,,,,,,,,1130012,,,,,,\n",
                                   &r),
                     KP_OK);
    static const struct {
        const char *number, *ids[4];
    } cases[] = {{"06139463", {"R1", "R3"}}, {"01130012", {"R1", "R2", "R3"}}, {"63000004", {"R1"}}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct kp_request *q = kp_requests_of(&r, cases[i].number);
        for (size_t k = 0; cases[i].ids[k]; k++, q = q->next) {
            assert_non_null(q);
            assert_string_equal(q->id, cases[i].ids[k]);
        }
        assert_null(q);
    }
    assert_string_equal(kp_requests_of(&r, "63000004")->insurer_number, "06139463");
}

static void persons__beside_the_register__are_read(void **state UNUSED)
{
    static const char list[] =
        "# 依頼文書 別紙\nemployee_id,insured_symbol,insured_number,insured_branch,name_kana,birth_date\n"
        "E1,,,,,\n,12,1001,01,,\n,,,,ｹﾝﾎﾟ ﾊﾅｺ,1977/1/1\nE1,,,,ケンポタロウ,\n";
    struct kp_registers r;
    (void)put_file("persons.csv", list, sizeof(list) - 1);
    assert_int_equal(load_requests("R1,01130012,2025-04-01,elderly_act,,,,,,,,,,,persons.csv,,,,\n", &r),
                     KP_OK);
    const struct kp_roster *roster = kp_requests_of(&r, "01130012")->persons;
    static const struct {
        struct kp_person person;
        bool listed;
    } cases[] = {{{"E1", "", "", "", "アオキ", {1990, 1, 1}}, true},
                 {{"E2", "", "", "", "アオキ", {1990, 1, 1}}, false},
                 {{"", "", "", "", "ケンポハナコ", {1977, 1, 1}}, true},
                 {{"", "", "", "", "ケンポハナコ", {1977, 1, 2}}, false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_subject subject = {.person = cases[i].person};
        for (unsigned by = 0; by < KP_BY__COUNT; by++)
            subject.keys[by] = kp_person_key(&scratch, &subject.person, (enum kp_person_key)by);
        assert_int_equal(kp_roster_has(roster, &subject), cases[i].listed);
    }
    assert_non_null(roster->bytes);
}

static void persons__wrong_list__is_refused_with_its_place(void **state UNUSED)
{
    static const struct {
        const char *list;
        unsigned code, line;
    } cases[] = {{"employee_id,insured_symbol,insured_number,name_kana,birth_date\n,12,1001,,\n", 1071, 2},
                 {"name_kana\nケンポハナコ\n", 1035, 2},
                 {"employee_id,name_kana\nE1,健保花子\n", 1033, 2},
                 {"employee_id,birth_date\nE1,\nE2,1.2.1990\n", 1033, 3},
                 {"employee_id,id\nE1,\n", 1032, 1}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_registers r;
        (void)put_file("persons.csv", cases[i].list, strlen(cases[i].list));
        assert_int_equal(load_requests("R1,01130012,2025-04-01,elderly_act,,,,,,,,,,,persons.csv,,,,\n", &r),
                         KP_E_USAGE);
        if (got.code != cases[i].code || got.line != cases[i].line || got.count != 1 ||
            !strstr(got.file, "/persons.csv"))
            fail_msg("%s: K%u, line %u, %d messages", cases[i].list, got.code, (unsigned)got.line, got.count);
    }
    struct kp_registers r;
    assert_int_equal(load_requests("R1,01130012,2025-04-01,elderly_act,,,,,,,,,,,none.csv,,,,\n", &r),
                     KP_E_USAGE);
    assert_int_equal(got.code, 1030);
}

static void requests__without_an_end__warn_after_a_year(void **state UNUSED)
{
    static const struct {
        const char *row, *on;
        unsigned code;
    } cases[] = {{"R1,06139463,2025-04-01,elderly_act,,,,,,,\n", "2026-04-01", 0},
                 {"R1,06139463,2025-04-01,elderly_act,,,,,,,\n", "2026-04-02", 1070},
                 {"R1,06139463,2025-04-01,elderly_act,,,,,2027-03-31,,\n", "2026-04-02", 0},
                 {"R1,06139463,2025-04-01,elderly_act,,2026-03-31,,,,,\n", "2026-04-02", 0},
                 {"R1,06139463,2025-04-01,elderly_act,,,,,,2025-05-01,\n", "2026-04-02", 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_context ctx = {.arena = scratch, .diag = diag};
        struct kp_registers r;
        struct kp_date on;
        assert_int_equal(load(REQUEST, cases[i].row, &r), KP_OK);
        assert_true(kp_date_parse_iso(cases[i].on, &on));
        memset(&got, 0, sizeof(got));
        ctx.arena = scratch;
        kp_requests_warn(&ctx, &r.requests, on);
        scratch = ctx.arena;
        assert_int_equal(got.code, cases[i].code);
        assert_int_equal(got.line, cases[i].code ? 2 : 0);
    }
}

/* --- consents --- */

static void consents__wrong_rows__are_refused_with_their_place(void **state UNUSED)
{
    static const struct wrong cases[] = {
        {",E1,,,,,*,all,explicit,2025-04-01,,\n", 1035, 2, "consent_id"},
        {"C1,E1,,,,,*,all,explicit,2025-04-01,,\nC1,E2,,,,,*,all,explicit,2025-04-01,,\n", 1034, 3,
         "consent_id"},
        {"C1,,,,,,*,all,explicit,2025-04-01,,\n", 1035, 2, "employee_id"},
        {"C1,E1,,12,,,*,all,explicit,2025-04-01,,\n", 1035, 2, "insured_number"},
        {"C1,,,12,34,01,*,all,explicit,2025-04-01,,\n", 1033, 2, "insurer_number"},
        {"C1,,06139464,12,34,01,*,all,explicit,2025-04-01,,\n", 1033, 2, "insurer_number"},
        {"C1,,06139463,12,34,123,*,all,explicit,2025-04-01,,\n", 1033, 2, "insured_branch"},
        {"C1,,06139463,12,34,1a,*,all,explicit,2025-04-01,,\n", 1033, 2, "insured_branch"},
        {"C1,E1,,,,,,all,explicit,2025-04-01,,\n", 1033, 2, "recipient"},
        {"C1,E1,,,,,06139464,all,explicit,2025-04-01,,\n", 1033, 2, "recipient"},
        {"C1,E1,,,,,*,,explicit,2025-04-01,,\n", 1035, 2, "items"},
        {"C1,E1,,,,,*,everything,explicit,2025-04-01,,\n", 1033, 2, "items"},
        {"C1,E1,,,,,*,other 3C02,explicit,2025-04-01,,\n", 1033, 2, "items"},
        {"C1,E1,,,,,*,all,,2025-04-01,,\n", 1033, 2, "kind"},
        {"C1,E1,,,,,*,all,optout,2025-04-01,,\n", 1033, 2, "kind"},
        {"C1,E1,,,,,*,all,notice,,,\n", 1035, 2, "given_on"},
        {"C1,E1,,,,,*,all,notice,1.4.2025,,\n", 1033, 2, "given_on"},
        {"C1,E1,,,,,*,all,notice,2025-04-02,2025-04-01,\n", 1036, 2, "withdrawn_on"},
    };
    assert_all_refused(CONSENT, cases, COUNT(cases));
}

static void consents__good_rows__are_found_by_employee_or_by_card(void **state UNUSED)
{
    struct kp_registers r;
    assert_int_equal(load(CONSENT,
                          "C1,E1,,,,,*,other,explicit,2025-04-01,,signed\n"
                          "C2,,06139463,１２,34,01,06139463,all,notice,2025-04-02,2025-04-02,\n"
                          "C3,E1,06139463,12,34,01,01130012,3C020000002327101 other,notice,2025-04-03,,\n"
                          "C4,E2,,,,,*,all,explicit,2025-04-01,,\n"
                          "C5,E1,,,,,*,all,explicit,2025-04-05,,\n",
                          &r),
                     KP_OK);
    assert_int_equal(r.consents.n, 5);
    const struct kp_consent *c = consents_by_id(&r, "E1");
    assert_string_equal(c->id, "C1");
    assert_int_equal(c->kind, KP_CONSENT_EXPLICIT);
    assert_true(!c->who.card && !c->who.branch && !c->who.name_kana && !kp_date_is_set(c->who.birth));
    assert_string_equal(c->next->id, "C3");
    assert_int_equal(c->next->kind, KP_CONSENT_NOTICE);
    assert_string_equal(c->next->recipient, "01130012");
    assert_string_equal(c->next->who.insurer, "06139463");
    assert_string_equal(c->next->who.card, kp_card_of(&scratch, "12", "34"));
    assert_string_equal(c->next->next->id, "C5");
    assert_null(c->next->next->next);
    /* the width of characters is ignored */
    c = consents_by_card(&r, "12", "３４");
    assert_string_equal(c->id, "C2");
    assert_string_equal(c->who.branch, "01");
    assert_null(c->next);
    assert_null(consents_by_card(&r, "123", "4"));
    assert_null(consents_by_id(&r, "E3"));
}

#define MORE_CONSENTS                                                                                          \
    "consent_id,employee_id,insurer_number,insured_symbol,insured_number,insured_branch,recipient,items,kind," \
    "given_on,withdrawn_on,evidence,name_kana,birth_date,exam_from,exam_to\n"

static enum kp_status load_consents(const char *rows, struct kp_registers *registers)
{
    const char *bytes = kp_arena_printf(&scratch, "%s%s", MORE_CONSENTS, rows);
    return load_bytes(CONSENT, bytes, strlen(bytes), registers);
}

static void consents__more_of_the_person_and_the_exams__are_read(void **state UNUSED)
{
    struct kp_registers r;
    assert_int_equal(load_consents("C1,,06139463,12,1001,,*,all,refusal,2025-04-01,,,ｹﾝﾎﾟ ﾊﾅｺ,1977-01-01,,\n"
                                   "C2,E1,,,,,*,all,explicit,2025-04-01,,,,,2025-04-01,2026-03-31\n"
                                   "C3,,06139463,12,1001,,*,all,explicit,2025-04-01,,,,1977/1/1,,\n",
                                   &r),
                     KP_OK);
    const struct kp_consent *c = consents_by_card(&r, "12", "1001");
    assert_int_equal(c->kind, KP_CONSENT_REFUSAL);
    assert_string_equal(c->who.name_kana, "ケンポハナコ");
    assert_int_equal(kp_date_compare(c->who.birth, (struct kp_date){1977, 1, 1}), 0);
    assert_null(c->who.branch);
    assert_string_equal(c->next->id, "C3");
    c = consents_by_id(&r, "E1");
    assert_int_equal(kp_date_compare(c->exam_to, (struct kp_date){2026, 3, 31}), 0);
    assert_int_equal(r.employee_ids.n_keys, 1);
}

/* Where no branch is written a card names a household; 後期高齢者医療 has no branches. */
static void consents__card_without_a_branch__must_say_who(void **state UNUSED)
{
    struct kp_registers r;
    assert_int_equal(load(CONSENT, "C1,,06139463,12,1001,,*,all,explicit,2025-04-01,,\n", &r), KP_E_USAGE);
    assert_int_equal(got.code, KP_K_CARD_OF_HOUSEHOLD);
    assert_int_equal(got.line, 2);
    assert_int_equal(load(CONSENT, "C1,,00280081,,1001,,*,all,refusal,2025-04-01,,\n", &r), KP_E_USAGE);
    assert_int_equal(load(CONSENT, "C1,E1,06139463,12,1001,,*,all,explicit,2025-04-01,,\n", &r), KP_OK);
    assert_int_equal(load(CONSENT, "C1,,39289004,,41000001,,*,all,explicit,2025-04-01,,\n", &r), KP_OK);
}

static void consents__more_wrong__are_refused(void **state UNUSED)
{
    static const struct {
        const char *row, *field;
    } cases[] = {{"C1,E1,,,,,*,all,refusal,2025-04-01,2025-05-01,,,,,\n", "withdrawn_on"},
                 {"C1,E1,,,,,*,all,explicit,2025-04-01,,,健保花子,,,\n", "name_kana"},
                 {"C1,E1,,,,,*,all,explicit,2025-04-01,,,,1977-02-30,,\n", "birth_date"},
                 {"C1,E1,,,,,*,all,explicit,2025-04-01,,,,,2025-04-02,2025-04-01\n", "exam_to"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_registers r;
        assert_int_equal(load_consents(cases[i].row, &r), KP_E_USAGE);
        assert_string_equal(got.field, cases[i].field);
        assert_int_equal(got.count, 1);
    }
}

/* --- insurers --- */

static void insurers__wrong_rows__are_refused_with_their_place(void **state UNUSED)
{
    static const struct wrong cases[] = {
        {",a,,,,,,,,,,,,\n", 1035, 2, "insurer_number"},
        {"06139464,,,,,,,,,,,,,\n", 1033, 2, "insurer_number"},
        {"06139463,,,,,,,,,,,,,\n06139463,,,,,,,,,,,,,\n", 1034, 3, "insurer_number"},
        {"06139463,,,,chiho_kyosai,,,,,,,,,\n", 1037, 2, "scheme"},
        {"34130021,,,,kenpo,,,,,,,,,\n", 1037, 2, "scheme"},
        {"34130021,,,,chiho_kyosai shigaku_kyosai,,,,,,,,,\n", 1037, 2, "scheme"},
        {"06139463,,,,,123,,,,,,,,\n", 1033, 2, "sender_number"},
        {"06139463,,,,,66311111x6,,,,,,,,\n", 1033, 2, "sender_number"},
        {"06139463,,,,,,0,,,,,,,\n", 1033, 2, "interaction_type"},
        {"06139463,,,,,,,6,,,,,,\n", 1033, 2, "service_event"},
        {"06139463,,,,,,,,11,,,,,\n", 1033, 2, "report_40to74"},
        {"06139463,,,,,,,,,11,,,,\n", 1033, 2, "programme_40to74"},
        {"06139463,,,,,,,,,,11,,,\n", 1033, 2, "report_under40"},
        {"06139463,,,,,,,,,,,31,,\n", 1033, 2, "programme_under40"},
        /* A pair that fits no record, and deletions. */
        {"06139463,,,,,,,,10,990,,,,\n", 1033, 2, "programme_40to74"},
        {"06139463,,,,,,,,,000,,,,\n", 1033, 2, "programme_40to74"},
        {"06139463,,,,,,,,19,,,,,\n", 1033, 2, "report_40to74"},
        {"06139463,,,,,,,,,,49,,,\n", 1033, 2, "report_under40"},
        {"06139463,,,,,,,,,,10,,,\n", 1033, 2, "report_under40"},
        {"06139463,,,,,,,,,,,010,,\n", 1033, 2, "programme_under40"},
        {"06139463,,,,,,,,,,,,1010,\n", 1033, 2, "section_under40"},
        {"06139463,,,,,,,,,,,,,wide\n", 1033, 2, "symbol_width"},
    };
    assert_all_refused(INSURER, cases, COUNT(cases));
}

static void insurers__empty_cells__get_the_defaults(void **state UNUSED)
{
    struct kp_registers r;
    assert_int_equal(load(INSURER,
                          "06139463,,,,,,,,,,,,,\n"
                          "33120015,組合,町,長,chiho_kyosai,5521111111,9,4,10,030,41,030,01030,full\n"
                          "01130012,,,,kenpo,,,,,,,,,half\n",
                          &r),
                     KP_OK);
    const struct kp_insurer *n = kp_insurer_of(&r, "06139463");
    assert_string_equal(n->name, "");
    assert_string_equal(n->scheme, "");
    assert_string_equal(n->sender_number, "6631111116");
    assert_string_equal(n->interaction_type, "6");
    assert_string_equal(n->service_event, "1");
    assert_string_equal(n->report_40to74, "10");
    assert_string_equal(n->programme_40to74, "010");
    assert_string_equal(n->report_under40, "40");
    assert_string_equal(n->programme_under40, "990");
    assert_string_equal(n->section_under40, "01010");
    assert_int_equal(n->symbol_width, KP_WIDTH_AS_GIVEN);
    n = kp_insurer_of(&r, "33120015");
    assert_string_equal(n->representative, "長");
    assert_string_equal(n->scheme, "chiho_kyosai");
    assert_string_equal(n->sender_number, "5521111111");
    assert_string_equal(n->service_event, "4");
    assert_string_equal(n->report_under40, "41");
    assert_string_equal(n->section_under40, "01030");
    assert_int_equal(n->symbol_width, KP_WIDTH_FULL);
    assert_int_equal(kp_insurer_of(&r, "01130012")->symbol_width, KP_WIDTH_HALF);
    assert_null(kp_insurer_of(&r, "00280081"));
}

static const char WITH_LENGTHS[] = "insurer_number,name,address,representative,scheme,sender_number,"
                                   "interaction_type,service_event,report_40to74,programme_40to74,"
                                   "report_under40,programme_under40,section_under40,symbol_width,"
                                   "symbol_length,number_length,detailed_without_reason\n";

static enum kp_status load_with_lengths(const char *cells, struct kp_registers *ret)
{
    char bytes[600];
    int n = snprintf(bytes, sizeof(bytes), "%s06139463,,,,,,,,,,,,,,%s\n", WITH_LENGTHS, cells);
    return load_bytes(INSURER, bytes, (size_t)n, ret);
}

static void insurers__lengths_and_section__are_read(void **state UNUSED)
{
    struct kp_registers r;
    assert_int_equal(load_with_lengths("1-4,7,01010", &r), KP_OK);
    const struct kp_insurer *n = kp_insurer_of(&r, "06139463");
    assert_int_equal(n->symbol_length.least, 1);
    assert_int_equal(n->symbol_length.most, 4);
    assert_int_equal(n->number_length.least, 7);
    assert_int_equal(n->number_length.most, 7);
    assert_true(n->keeps_detailed);
    assert_int_equal(load_with_lengths("0~10,,", &r), KP_OK);
    n = kp_insurer_of(&r, "06139463");
    assert_int_equal(n->symbol_length.most, 10);
    assert_int_equal(n->number_length.most, 0);
    assert_false(n->keeps_detailed);
}

static void insurers__wrong_length_or_section__is_refused(void **state UNUSED)
{
    static const char *const wrong[][2] = {
        {"4-Jan,,", "symbol_length"}, {"1-,,", "symbol_length"},
        {"4-1,,", "symbol_length"},   {"-4,,", "symbol_length"},
        {",0,", "number_length"},     {",100,", "number_length"},
        {",7 8,", "number_length"},   {",,1990", "detailed_without_reason"}};
    struct kp_registers r;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(load_with_lengths(wrong[i][0], &r), KP_E_USAGE);
        assert_int_equal(got.code, 1033);
        assert_string_equal(got.field, wrong[i][1]);
    }
}

/* --- the file --- */

static void header__column_missing_or_unknown__is_named(void **state UNUSED)
{
    struct kp_registers r;
    static const char no_items[] =
        "request_id,insurer_number,received_on,articles,exam_from,exam_to,ages,valid_until,"
        "withdrawn_on,note\n";
    assert_int_equal(load_bytes(REQUEST, no_items, sizeof(no_items) - 1, &r), KP_E_USAGE);
    assert_int_equal(got.code, 1031);
    assert_true(got.line == 1 && strstr(got.text, "items"));
    static const char extra[] = "request_id,insurer_number,received_on,articles,exam_from,exam_to,ages,items,"
                                "valid_until,withdrawn_on,note,nota\n";
    assert_int_equal(load_bytes(REQUEST, extra, sizeof(extra) - 1, &r), KP_E_USAGE);
    assert_int_equal(got.code, 1032);
    assert_true(got.line == 1 && strstr(got.text, "'nota'") && strstr(got.remedy, "'note'"));
}

static void header__other_order_of_columns__is_fine(void **state UNUSED)
{
    struct kp_registers r;
    static const char bytes[] =
        "note,request_id,received_on,insurer_number,articles,exam_from,exam_to,ages,items,"
        "valid_until,withdrawn_on\n,R1,2025-04-01,06139463,elderly_act,,,,,,\n";
    assert_int_equal(load_bytes(REQUEST, bytes, sizeof(bytes) - 1, &r), KP_OK);
    assert_string_equal(kp_requests_of(&r, "06139463")->id, "R1");
}

static void file__missing_or_not_text__is_refused(void **state UNUSED)
{
    struct kp_registers r;
    const struct kp_register_files files = {.requests = "/nonexistent/requests.csv"};
    assert_int_equal(load_files(&files, &r), KP_E_USAGE);
    assert_int_equal(got.code, 1030);
    assert_string_equal(got.file, "/nonexistent/requests.csv");
    static const char bytes[] = INSURERS "06139463,\xff\xfe,,,,,,,,,,,,\n";
    assert_int_equal(load_bytes(INSURER, bytes, sizeof(bytes) - 1, &r), KP_E_USAGE);
    assert_int_equal(got.code, 1030);
    assert_int_equal(got.line, 2);
}

static void file__cp932__is_read(void **state UNUSED)
{
    struct kp_registers r;
    static const char bytes[] = INSURERS "06139463,\x8c\x92\x95\xdb,\x93\x8c\x8b\x9e,\x92\xb7,,,,,,,,,,\r\n";
    assert_int_equal(load_bytes(INSURER, bytes, sizeof(bytes) - 1, &r), KP_OK);
    const struct kp_insurer *n = kp_insurer_of(&r, "06139463");
    assert_string_equal(n->name, "健保");
    assert_string_equal(n->address, "東京");
    assert_string_equal(n->representative, "長");
}

/* The fuller the arena at the start, the earlier memory runs out. */
static void file__arena_at_its_limit__is_reported_once(void **state UNUSED)
{
    enum { LIMIT = 1 << 16, STEP = 256 };
    static const char rows[] = CONSENTS "C1,E1,,,,,*,all,explicit,2025-04-01,,\n"
                                        "C2,,06139463,12,34,01,*,other,explicit,2025-04-01,,\n";
    const struct kp_register_files files = {.consents = put_file("consents.csv", rows, sizeof(rows) - 1)};
    size_t n_failed = 0;
    for (size_t taken = LIMIT - 40 * STEP; taken < LIMIT; taken += STEP) {
        struct kp_registers registers = {.consents = {.n = 77}};
        struct kp_context ctx = {
            .io = &kp_io_posix, .arena = {.max_bytes = LIMIT}, .diag = diag, .tables = tables};
        memset(&got, 0, sizeof(got));
        (void)kp_arena_alloc(&ctx.arena, taken);
        enum kp_status st = kp_registers_load(&ctx, &files, "6631111116", &registers);
        kp_arena_release(&ctx.arena);
        assert_int_equal(got.count, st != KP_OK);
        assert_int_equal(registers.consents.n, st == KP_OK ? 2 : 77);
        n_failed += st != KP_OK;
        /* A file that cannot be read for lack of memory is a file that cannot be read. */
        assert_true(st == KP_OK || st == KP_E_SYSTEM || got.code == KP_K_REGISTER_UNREADABLE);
    }
    assert_in_range(n_failed, 5, 39);
}

/* --- what a clerk or a spreadsheet does to a file --- */

static void comments__any_form__do_not_count(void **state UNUSED)
{
    static const char *const forms[] = {"#R1,06139463,2025-04-01,elderly_act,,,,,,,\n",
                                        "# a note, with a comma\n",
                                        "#,,,,,,,,,,\n",
                                        "#\n",
                                        "\"#R1\",06139463,2025-04-01,elderly_act,,,,,,,\n",
                                        "\"# a note, quoted\",,,,,,,,,,\n",
                                        " #R1,06139463,2025-04-01,elderly_act,,,,,,,\n"};
    for (size_t i = 0; i < COUNT(forms) * 2; i++) {
        struct kp_registers r;
        const char *form = forms[i / 2], *row = "R2,01130012,2025-04-01,elderly_act,,,,,,,\n";
        const char *bytes = i % 2 ? kp_arena_printf(&scratch, "%s" REQUESTS "%s", form, row)
                                  : kp_arena_printf(&scratch, REQUESTS "%s%s", form, row);
        assert_int_equal(load_bytes(REQUEST, bytes, strlen(bytes), &r), KP_OK);
        assert_int_equal(r.requests.n, 1);
        assert_null(kp_requests_of(&r, "06139463"));
        assert_int_equal(got.count, 1);
        assert_int_equal(got.code, KP_K_REGISTER_COMMENTS);
    }
}

static void comment__full_width_mark__is_refused(void **state UNUSED)
{
    struct kp_registers r;
    assert_int_equal(load(REQUEST, "＃R1,06139463,2025-04-01,elderly_act,,,,,,,\n", &r), KP_E_USAGE);
    assert_string_equal(got.field, "request_id");
}

static void spreadsheet__what_it_changed__is_mended_with_a_note(void **state UNUSED)
{
    static const struct {
        const char *rows;
        unsigned code;
        const char *text;
    } cases[] = {
        {"R1,6139463,2025-04-01,elderly_act,,,,,,,\n", KP_K_REGISTER_ZEROS_RESTORED, "1 "},
        {"R1,280081,2025-04-01,elderly_act,,,,,,,\n", KP_K_REGISTER_ZEROS_RESTORED, "1 "},
        {"R1,06139463,2025/4/1,elderly_act,2025/04/01,2026/3/31,,,,,\n", KP_K_REGISTER_DATES_RESPELLED, "3 "},
        {"R1,06139463,2025-04-01,elderly_act,,,,,,,\n,,,,,,,,,,\n\n,,,,,,,,,,\n", KP_K_REGISTER_ROWS_EMPTY,
         "2 "}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_registers r;
        assert_int_equal(load(REQUEST, cases[i].rows, &r), KP_OK);
        assert_int_equal(r.requests.n, 1);
        assert_int_equal(kp_date_compare(r.requests.list[0].received, (struct kp_date){2025, 4, 1}), 0);
        assert_int_equal(strlen(r.requests.list[0].insurer_number), 8);
        assert_int_equal(got.count, 1);
        assert_int_equal(got.code, cases[i].code);
        assert_int_equal(strncmp(got.text, cases[i].text, 2), 0);
    }
}

static void spreadsheet__column_of_nothing__is_ignored(void **state UNUSED)
{
    static const char padded[] = "number,name,postal_code,address,phone,,\n#,,,,,,\n2819902251,若葉,,,,,\n";
    static const char filled[] = "number,name,postal_code,address,phone,\n2819902251,若葉,,,,x\n";
    struct kp_facilities f = {0};
    struct kp_context ctx = {.io = &kp_io_posix, .arena = scratch, .diag = diag, .tables = tables};
    memset(&got, 0, sizeof(got));
    assert_int_equal(kp_facilities_load(&ctx, put_file("f.csv", padded, sizeof(padded) - 1), &f), KP_OK);
    assert_int_equal(got.count, 2);
    assert_int_equal(got.code, KP_K_REGISTER_COLUMNS_EMPTY);
    assert_non_null(kp_facility_of(&f, "2819902251"));
    assert_int_equal(kp_facilities_load(&ctx, put_file("f.csv", filled, sizeof(filled) - 1), &f), KP_E_USAGE);
    assert_int_equal(got.code, KP_K_REGISTER_COLUMN_UNNAMED);
    assert_non_null(strstr(got.text, "6"));
    scratch = ctx.arena;
}

/* As people write them; what no word means stays wrong. */
static void values__in_words_and_wide_letters__are_read(void **state UNUSED)
{
    struct kp_registers r;
    assert_int_equal(
        load(
            REQUEST,
            "R1,０６１３９４６３,令和7年4月1日,高確法27条、健康保険法第150条第2項,2025/4/1,R8.3.31,40〜74歳,,,,,,,\n"
            "R2,06139463,2025-04-01,健保法150条,,,４０歳未満,,,,\n",
            &r),
        KP_OK);
    const struct kp_request *q = kp_requests_of(&r, "06139463");
    assert_non_null(q);
    assert_int_equal(q->routes, 1u << KP_ROUTE_ELDERLY | 1u << KP_ROUTE_HEALTH);
    assert_int_equal(q->bands, 1u << KP_BAND_40TO74);
    assert_int_equal(kp_date_compare(q->received, (struct kp_date){2025, 4, 1}), 0);
    assert_int_equal(kp_date_compare(q->exam_to, (struct kp_date){2026, 3, 31}), 0);
    assert_int_equal(q->next->routes, 1u << KP_ROUTE_HEALTH);
    assert_int_equal(q->next->bands, 1u << KP_BAND_UNDER40);
    assert_int_equal(load(CONSENT,
                          "C1,10023,,,,,すべて,その他,書面,2025/4/1,,\n"
                          "C2,10024,,,,,06139463,全部,通知,R7.4.1,,\n"
                          "C3,10025,,,,,＊,全部,拒否,20250401,,\n",
                          &r),
                     KP_OK);
    const struct kp_consent *c = consents_by_id(&r, "10023");
    assert_non_null(c);
    assert_string_equal(c->recipient, "*");
    assert_string_equal(c->items, "other");
    assert_int_equal(c->kind, KP_CONSENT_EXPLICIT);
    assert_int_equal(consents_by_id(&r, "10024")->kind, KP_CONSENT_NOTICE);
    assert_int_equal(consents_by_id(&r, "10025")->kind, KP_CONSENT_REFUSAL);
    assert_string_equal(consents_by_id(&r, "10025")->recipient, "*");
    assert_int_equal(load(CONSENT, "C1,10023,,,,,*,other,たぶん,2025-04-01,,\n", &r), KP_E_USAGE);
    assert_non_null(strstr(got.text, "たぶん")); /* not personal, so it is shown */
}

static void faults__several__are_all_reported(void **state UNUSED)
{
    struct kp_registers r;
    assert_int_equal(load(REQUEST,
                          "R1,06139464,2025-02-30,nothing,x,x,75plus,y,x,x,\n"
                          "R1,06139463\n"
                          "R1,06139463,2025-04-01,elderly_act,,,,,,,\n",
                          &r),
                     KP_E_USAGE);
    assert_int_equal(got.count, 11); /* nine cells, a width, an id that occurs twice */
    const char *bytes = REQUESTS;
    for (size_t i = 0; i < KP_REGISTER_FAULTS_SHOWN + 10; i++)
        bytes = kp_arena_printf(&scratch, "%sR%zu,06139463,x,elderly_act,,,,,,,\n", bytes, i);
    memset(&got, 0, sizeof(got));
    assert_int_equal(load_bytes(REQUEST, bytes, strlen(bytes), &r), KP_E_USAGE);
    assert_int_equal(got.count, KP_REGISTER_FAULTS_SHOWN + 1);
    assert_int_equal(got.code, KP_K_REGISTER_FAULTS_MORE);
    assert_int_equal(strncmp(got.text, "10 ", 3), 0);
}

static void faults__in_two_registers__are_both_reported(void **state UNUSED)
{
    static const char requests[] = REQUESTS "R1,06139464,2025-04-01,elderly_act,,,,,,,\n";
    static const char insurers[] = INSURERS "06139464,,,,,,,,,,,,,\n";
    const struct kp_register_files files = {.requests = put_file("r.csv", requests, sizeof(requests) - 1),
                                            .insurers = put_file("n.csv", insurers, sizeof(insurers) - 1)};
    struct kp_registers r;
    assert_int_equal(load_files(&files, &r), KP_E_USAGE);
    assert_int_equal(got.count, 2);
}

static void no_register__no_path__is_empty(void **state UNUSED)
{
    const struct kp_register_files files = {0};
    struct kp_registers r;
    assert_int_equal(load_files(&files, &r), KP_OK);
    assert_null(kp_requests_of(&r, "06139463"));
    assert_null(consents_by_id(&r, "E1"));
    assert_null(kp_insurer_of(&r, "06139463"));
    assert_int_equal(load(REQUEST, "", &r), KP_OK);
    assert_int_equal(r.requests.n, 0);
}

static void value__wrong__is_shown_only_when_values_may_be(void **state UNUSED)
{
    struct kp_registers r;
    static const char row[] = "C1,,06139463,12,34,ZZ,*,all,explicit,2025-04-01,,\n";
    assert_int_equal(load(CONSENT, row, &r), KP_E_USAGE);
    assert_null(strstr(got.text, "ZZ"));
    diag.show_values = true;
    enum kp_status st = load(CONSENT, row, &r);
    diag.show_values = false;
    assert_int_equal(st, KP_E_USAGE);
    assert_non_null(strstr(got.text, "ZZ"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(requests__wrong_rows__are_refused_with_their_place, tidy),
        cmocka_unit_test_teardown(requests__good_rows__are_read_and_chained_in_order, tidy),
        cmocka_unit_test_teardown(consents__wrong_rows__are_refused_with_their_place, tidy),
        cmocka_unit_test_teardown(consents__good_rows__are_found_by_employee_or_by_card, tidy),
        cmocka_unit_test_teardown(insurers__wrong_rows__are_refused_with_their_place, tidy),
        cmocka_unit_test_teardown(insurers__empty_cells__get_the_defaults, tidy),
        cmocka_unit_test_teardown(insurers__lengths_and_section__are_read, tidy),
        cmocka_unit_test_teardown(insurers__wrong_length_or_section__is_refused, tidy),
        cmocka_unit_test_teardown(header__column_missing_or_unknown__is_named, tidy),
        cmocka_unit_test_teardown(header__other_order_of_columns__is_fine, tidy),
        cmocka_unit_test_teardown(file__missing_or_not_text__is_refused, tidy),
        cmocka_unit_test_teardown(file__cp932__is_read, tidy),
        cmocka_unit_test_teardown(file__arena_at_its_limit__is_reported_once, tidy),
        cmocka_unit_test_teardown(no_register__no_path__is_empty, tidy),
        cmocka_unit_test_teardown(requests__limits_wrong__are_refused_with_their_place, tidy),
        cmocka_unit_test_teardown(requests__limits__are_read, tidy),
        cmocka_unit_test_teardown(requests__other_numbers__are_filed_under_each, tidy),
        cmocka_unit_test_teardown(persons__beside_the_register__are_read, tidy),
        cmocka_unit_test_teardown(persons__wrong_list__is_refused_with_its_place, tidy),
        cmocka_unit_test_teardown(requests__without_an_end__warn_after_a_year, tidy),
        cmocka_unit_test_teardown(consents__more_of_the_person_and_the_exams__are_read, tidy),
        cmocka_unit_test_teardown(consents__card_without_a_branch__must_say_who, tidy),
        cmocka_unit_test_teardown(consents__more_wrong__are_refused, tidy),
        cmocka_unit_test_teardown(comments__any_form__do_not_count, tidy),
        cmocka_unit_test_teardown(comment__full_width_mark__is_refused, tidy),
        cmocka_unit_test_teardown(spreadsheet__what_it_changed__is_mended_with_a_note, tidy),
        cmocka_unit_test_teardown(spreadsheet__column_of_nothing__is_ignored, tidy),
        cmocka_unit_test_teardown(values__in_words_and_wide_letters__are_read, tidy),
        cmocka_unit_test_teardown(faults__several__are_all_reported, tidy),
        cmocka_unit_test_teardown(faults__in_two_registers__are_both_reported, tidy),
        cmocka_unit_test_teardown(value__wrong__is_shown_only_when_values_may_be, tidy),
    };
    return cmocka_run_group_tests_name("registers", tests, set_up, tear_down);
}
