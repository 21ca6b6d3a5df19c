#include "small_run.h"

#include <fcntl.h>

#include "run/setup.h"
#include "input/rows.h"

enum { MOST_SLOTS = 8 };

struct kp_context run_ctx;
struct kp_run_options run_options;
struct kp_run run;

static struct kp_env env;
static struct kp_tools tools;
static struct kp_slot slots[MOST_SLOTS];
static size_t n_slots;
static const char *inputs[1];
static bool is_set_up;

static int64_t now(void *ctx)
{
    (void)ctx;
    return SMALL_RUN_NOW;
}

static const char HEADER[] =
    "社員番号,保険者番号,保険記号,保険番号,カナ氏名,性別,生年月日,身長,郵便番号,住所,健診実施日,"
    "健診機関番号,健診機関名称,健診機関郵便番号,健診機関住所,健診機関電話番号\n";
static const char REST[] = ",716-0070,京都府花園台市北町1-107,2025-07-03,2819902251,若葉予防医学クリニック,"
                           "651-0298,兵庫県みどり野市若葉町5-3,078-000-2250\n";

/* Completes each row by what all have in common. */
static const char *export_of(const char *rows)
{
    const char *all = HEADER;
    for (const char *at = rows; *at; at = strchr(at, '\n') + 1)
        all = textf("%s%.*s%s", all, (int)strcspn(at, "\n"), at, REST);
    return all;
}

static char *put_text(const char *name, const char *text)
{
    return put_file(name, text, strlen(text));
}

int set_up_small_run(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    env = ENV;
    env.now = now;
    run_options = (struct kp_run_options){.sender = {.name = "架空精機株式会社"}};
    run_options.output = in_folder("out");
    run_options.registers.requests = put_text(
        "requests.csv", "request_id,insurer_number,received_on,articles,exam_from,exam_to,ages,items,"
                        "valid_until,withdrawn_on,note\n"
                        "R1," INSURER ",2026-01-15,elderly_act health_act,,,all,,,,\n");
    run_options.registers.insurers = put_text(
        "insurers.csv", "insurer_number,name,address,representative,scheme,sender_number,interaction_type,"
                        "service_event,report_40to74,programme_40to74,report_under40,programme_under40,"
                        "section_under40,symbol_width\n" INSURER
                        ",架空精機健康保険組合,兵庫県潮見市港町8-2-1,理事長　芦田　重信,,,,,,,,,,\n");
    kp_run_options_defaults(&run_options);
    begin_run(KP_CMD_EXPORT, ANN BOB);
    return 0;
}

void begin_run(enum kp_command command, const char *rows)
{
    begin_run_on(command, export_of(rows));
}

void begin_run_on(enum kp_command command, const char *export)
{
    if (is_set_up)
        end_run(true);
    inputs[0] = put_text("export.csv", export);
    run_options.command = command;
    run_options.inputs = inputs;
    run_options.n_inputs = 1;
    assert_int_equal(kp_context_init(&run_ctx, &run_options.common, &env), KP_OK);
    assert_int_equal(kp_context_load_tables(&run_ctx), KP_OK);
    memset(&got, 0, sizeof(got));
    if (kp_run_set_up(&run, &run_ctx, &run_options) != KP_OK)
        fail_msg("K%u %s", got.code, got.text);
    assert_int_equal(kp_tools_init(&tools, &run), KP_OK);
    is_set_up = true;
    memset(&got, 0, sizeof(got));
}

void end_run(bool clean)
{
    kp_tools_release(&tools);
    while (n_slots > 0)
        kp_slot_release(&slots[--n_slots]);
    memset(slots, 0, sizeof(slots));
    if (clean)
        kp_run_leave(&run, false);
    else
        (void)run_ctx.io->close(run.lock_fd);
    kp_schemas_free(&run.schemas);
    kp_context_release(&run_ctx);
    is_set_up = false;
}

int tear_down_small_run(void **state)
{
    if (is_set_up)
        end_run(true);
    return remove_folder(state);
}

struct kp_tools *run_tools(void)
{
    return &tools;
}

struct kp_slot *slot_at(size_t n)
{
    struct kp_slot *slot = &slots[n_slots++];
    struct kp_rows rows = {.ctx = &run_ctx, .inputs = &run.inputs};
    bool end = false;
    assert_in_range(n_slots, 1, MOST_SLOTS);
    for (size_t i = 0; i <= n && !end; i++)
        assert_int_equal(kp_rows_next(&rows, &slot->arena, &slot->row, &end), KP_OK);
    assert_false(end);
    kp_rows_close(&rows);
    slot->told = (struct kp_told){.arena = &slot->arena};
    return slot;
}

struct kp_slot *read_row(size_t n)
{
    struct kp_slot *slot = slot_at(n);
    kp_worker_read(&run, &tools, slot);
    return slot;
}

struct kp_slot *decide_row(size_t n, const struct kp_mark *mark)
{
    struct kp_slot *slot = slot_at(n);
    if (mark)
        slot->marks[KP_JOIN_IDENTITY] = *mark;
    kp_worker_decide(&run, &tools, slot);
    return slot;
}

struct kp_slot *decide_told(size_t n, bool unchanged)
{
    static struct kp_told_entry entry;
    static char digest[KP_SHA256_HEX + 1];
    struct kp_slot *slot = decide_row(n, NULL);
    kp_sha256_hex(slot->content, digest);
    digest[0] ^= unchanged ? 0 : 1;
    slot = slot_at(n);
    entry = (struct kp_told_entry){.insurer = INSURER,
                                   .symbol = "12",
                                   .number = "",
                                   .branch = "",
                                   .employee_id = "",
                                   .digest = digest,
                                   .sex = "1",
                                   .day = "2026-03-01",
                                   .bundle = "b.zip",
                                   .same_identity = true};
    slot->told.first = &entry;
    kp_worker_decide(&run, &tools, slot);
    return slot;
}

char *in_output(const char *name)
{
    return textf("%s/%s", run_options.output, name);
}

const char *codes_of(const struct kp_slot *slot)
{
    const char *codes = "";
    for (const struct kp_finding *f = slot->findings.first; f; f = f->next)
        codes = textf("%s%sK%u", codes, *codes ? " " : "", (unsigned)f->code);
    return codes;
}

void assert_reported_once(unsigned code)
{
    if (got.count != 1 || got.code != code)
        fail_msg("%d diagnostics, the last K%u: %s; expected K%u alone", got.count, got.code, got.text, code);
    memset(&got, 0, sizeof(got));
}
