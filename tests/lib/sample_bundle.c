#include "sample_bundle.h"

#include "base/embedded.h"
#include "format/zip.h"
#include "v08/cda_write.h"
#include "v08/index.h"

enum { MOST_MEMBERS = 40 };

const struct kp_org SAMPLE_SENDER = {"6631111116", "架空精機株式会社", "650-0188", "兵庫県潮見市港町８",
                                     "0780001000"};
const struct kp_insurer SAMPLE_INSURER = {.number = "06139463",
                                          .name = "",
                                          .address = "",
                                          .representative = "",
                                          .scheme = "",
                                          .sender_number = "5521111111",
                                          .interaction_type = "6",
                                          .service_event = "1",
                                          .report_40to74 = "10",
                                          .programme_40to74 = "010",
                                          .report_under40 = "40",
                                          .programme_under40 = "990",
                                          .section_under40 = "01030"};

struct kp_context sample_context;
char codes[1024];

static struct member {
    const char *name, *text;
} members[MOST_MEMBERS];
static size_t n_members;
static struct kp_deflate *deflate;

static void add_code(void *ctx UNUSED, const struct kp_message *m)
{
    size_t n = strlen(codes);
    (void)snprintf(codes + n, sizeof(codes) - n, "K%04u ", m->code);
}

static int64_t now(void *ctx UNUSED)
{
    return 1775003400; /* 2026-04-01 in Japan */
}

const struct kp_env SAMPLE_ENV = {.now = now, .message = add_code};

int set_up_samples(void **state)
{
    static const struct kp_common common = {.lang = KP_LANG_EN};
    if (make_folder(state) != 0 || kp_deflate_new(&deflate) != KP_OK)
        return -1;
    return kp_context_init(&sample_context, &common, &SAMPLE_ENV) == KP_OK &&
                   kp_context_load_tables(&sample_context) == KP_OK
               ? 0
               : -1;
}

int tear_down_samples(void **state)
{
    kp_deflate_free(deflate);
    kp_context_release(&sample_context);
    return remove_folder(state);
}

enum kp_status sample_record(struct kp_record *ret_record, const struct kp_tables *tables,
                             struct kp_arena *arena)
{
    static const struct {
        enum kp_field field;
        const char *text;
    } fields[] = {{KP_F_INSURER_NUMBER, "06139463"},
                  {KP_F_INSURED_NUMBER, "6414"},
                  {KP_F_NAME_KANA, "ケンポハナコ"},
                  {KP_F_SEX, "2"},
                  {KP_F_BIRTH_DATE, "19850331"},
                  {KP_F_POSTAL_CODE, "716-0070"},
                  {KP_F_ADDRESS, "京都府花咲市北町１＆２"},
                  {KP_F_EXAM_DATE, "20250703"},
                  {KP_F_FACILITY_NUMBER, "2819902251"},
                  {KP_F_FACILITY_NAME, "若葉予防クリニック"},
                  {KP_F_FACILITY_POSTAL_CODE, "651-0298"},
                  {KP_F_FACILITY_ADDRESS, "兵庫県若葉台"},
                  {KP_F_FACILITY_PHONE, "0780002250"}};
    enum kp_status st = kp_record_init(ret_record, tables, arena);
    for (size_t i = 0; st == KP_OK && i < COUNT(fields); i++)
        ret_record->field[fields[i].field] = fields[i].text;
    return st;
}

/* --- members --- */

static struct member *find_member(const char *name)
{
    for (size_t i = 0; i < n_members; i++)
        if (strcmp(members[i].name, name) == 0)
            return &members[i];
    return NULL;
}

void set_member(const char *name, const char *text)
{
    struct member *m = find_member(name);
    if (!m) {
        assert_true(n_members < MOST_MEMBERS);
        m = &members[n_members++];
        m->name = textf("%s", name);
    }
    m->text = text ? textf("%s", text) : NULL;
}

const char *member_text(const char *name)
{
    const struct member *m = find_member(name);
    assert_non_null(m);
    return m->text;
}

void replace_in(const char *name, const char *from, const char *to)
{
    const char *text = member_text(name), *at = strstr(text, from);
    assert_non_null(at);
    set_member(name, textf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from)));
}

static void add_document(void)
{
    const struct kp_tables *tables = &sample_context.tables;
    struct kp_arena memory = {0};
    struct kp_buf out = {0};
    struct kp_record record;
    struct kp_decision decision = {.band = KP_BAND_40TO74};
    struct kp_cda_source source = {.record = &record,
                                   .decision = &decision,
                                   .sender = &SAMPLE_SENDER,
                                   .insurer = &SAMPLE_INSURER,
                                   .created = {2026, 4, 1}};
    size_t height = (size_t)(kp_item_find(tables, SAMPLE_HEIGHT) - tables->items);
    assert_int_equal(sample_record(&record, tables, &memory), KP_OK);
    decision.ground = kp_arena_alloc(&memory, tables->n_items * sizeof(*decision.ground));
    record.values[height] = (struct kp_value){.state = KP_VALUE_PRESENT, .text = "170.1"};
    decision.ground[height] = KP_GROUND_DUTY;
    assert_int_equal(kp_cda_forms_make(tables, &memory, &source.forms), KP_OK);
    assert_true(kp_cda_write(&out, NULL, &source, &memory));
    set_member(SAMPLE_DOCUMENT, kp_buf_text(&out));
    kp_buf_release(&out);
    kp_arena_release(&memory);
}

int fresh_sample(void **state UNUSED)
{
    struct kp_buf index = {0};
    n_members = 0;
    codes[0] = '\0';
    add_document();
    for (const struct kp_embedded *e = kp_embedded_files; e->name; e++)
        if (strncmp(e->name, "xsd/", 4) == 0)
            set_member(textf("XSD/%s", e->name + 4), textf("%.*s", (int)(e->end - e->bytes), e->bytes));
    assert_true(kp_index_write(&index, NULL, &SAMPLE_INSURER, (struct kp_date){2026, 4, 1}, 1));
    set_member("ix08_V08.xml", kp_buf_text(&index));
    kp_buf_release(&index);
    return 0;
}

char *write_sample(const char *file_name, const char *top)
{
    struct kp_zip zip;
    struct kp_packed packed = {.crc = 0};
    char *path = in_folder(file_name), *central = in_folder("central");
    (void)unlink(path);
    (void)unlink(central);
    assert_int_equal(kp_zip_create(&zip, &kp_io_posix, path, central), KP_OK);
    for (size_t i = 0; i < n_members; i++) {
        const struct member *m = &members[i];
        if (!m->text)
            continue;
        assert_int_equal(kp_deflate_run(deflate, m->text, strlen(m->text), &packed), KP_OK);
        kp_zip_add(&zip, top ? textf("%s/%s", top, m->name) : m->name, &packed);
    }
    assert_int_equal(kp_zip_finish(&zip), KP_OK);
    kp_buf_release(&packed.bytes);
    return path;
}
