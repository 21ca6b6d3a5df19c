/* The first entry of a run, and the copies of its registers. */
#include "small_run.h"

#include <sys/stat.h>

#include "log/log.h"
#include "run/run_entry.h"
#include "run/setup.h"

static const char *detail, *reason, *as_of, *event;

static enum kp_status take(void *ctx, const struct kp_log_line *line)
{
    (void)ctx;
    event = textf("%s", line->cells[KP_LOG_EVENT]);
    as_of = textf("%s", line->cells[KP_LOG_AS_OF]);
    reason = textf("%s", line->cells[KP_LOG_REASON]);
    detail = textf("%s", line->cells[KP_LOG_DETAIL]);
    return KP_OK;
}

/* Writes the entry and reads it back. */
static void write_entry(void)
{
    struct kp_log log;
    struct kp_log_state state;
    assert_int_equal(kp_log_lock(&log, run_ctx.io, run.log_path), KP_OK);
    assert_int_equal(kp_log_read(run_ctx.io, run.log_path, NULL, NULL, NULL, &state), KP_OK);
    assert_int_equal(kp_log_begin(&log, &state, SMALL_RUN_NOW), KP_OK);
    assert_int_equal(kp_run_entry_add(&run, &log), KP_OK);
    assert_int_equal(kp_log_sync(&log), KP_OK);
    kp_log_close(&log);
    assert_int_equal(kp_log_read(run_ctx.io, run.log_path, NULL, take, NULL, &state), KP_OK);
    assert_int_equal(state.bad_line, 0);
}

static const char *digest_of(const char *path)
{
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    assert_int_equal(kp_file_sha256(&kp_io_posix, path, digest), KP_OK);
    kp_sha256_hex(digest, hex);
    return textf("%s", hex);
}

static void entry__plain_run__pins_what_it_ran_with(void **state)
{
    (void)state;
    write_entry();
    assert_string_equal(event, "run");
    assert_string_equal(as_of, "2026-04-01");
    assert_string_equal(reason, "");
    const char *kind = strstr(detail, "\"exam_kind\":");
    assert_true(kind && !strstr(kind + 1, "\"exam_kind\":"));
    assert_contains(detail,
                    "{\"version\":\"" KP_VERSION "\",\"command\":\"export\",\"user\":null,\"host\":null,"
                    "\"officer\":null,\"policies\":{\"age_rule\":\"birthday\",");
    assert_contains(detail, "\"backdate\":null,\"config\":null,\"mapping\":null,\"methods\":null,");
    assert_contains(
        detail, textf("{\"requests\":\"%s\",\"consents\":null,\"insurers\":\"%s\",\"facilities\":null}",
                      digest_of(run_options.registers.requests), digest_of(run_options.registers.insurers)));
    assert_contains(detail, textf("\"tables\":{\"sha256\":\"%s\",\"builtin\":true}", run_ctx.tables.sha256));
    assert_contains(detail,
                    textf("\"inputs\":[{\"sha256\":\"%s\",\"rows\":", digest_of(run_options.inputs[0])));
}

static void registers__used_by_a_run__are_kept_once_and_private(void **state)
{
    (void)state;
    struct stat status;
    write_entry();
    const char *hex = digest_of(run_options.registers.requests);
    const char *copy = in_output(textf("registers/%s.csv", hex));
    assert_string_equal(digest_of(copy), hex);
    assert_int_equal(stat(copy, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    ino_t inode = status.st_ino;
    write_entry();
    assert_int_equal(stat(copy, &status), 0);
    assert_true(status.st_ino == inode);
    put(copy, "damaged", 7);
    write_entry();
    assert_string_equal(digest_of(copy), hex);
}

/* The register may be rewritten while the run reads its inputs. */
static void registers__rewritten_since_they_were_read__are_kept_as_read(void **state)
{
    (void)state;
    const char *hex = digest_of(run_options.registers.requests);
    put(run_options.registers.requests, "another", 7);
    write_entry();
    assert_string_equal(digest_of(in_output(textf("registers/%s.csv", hex))), hex);
    assert_contains(detail, hex);
}

static void day__not_today__needs_a_reason_to_disclose(void **state)
{
    (void)state;
    static const char *const no_reasons[] = {NULL, "", " \t"};
    struct kp_run other;
    run_options.as_of = "2026-03-31";
    for (size_t i = 0; i < COUNT(no_reasons); i++) {
        run_options.backdate = no_reasons[i];
        run_options.command = i % 2 ? KP_CMD_RELEASE : KP_CMD_EXPORT;
        assert_int_equal(kp_run_set_up(&other, &run_ctx, &run_options), KP_E_USAGE);
        assert_reported_once(KP_K_BACKDATE_MISSING);
    }
    run_options.backdate = "paper sent \"late\"";
    begin_run(KP_CMD_EXPORT, ANN);
    assert_string_equal(run.detail, "{\"backdate\":\"paper sent \\\"late\\\"\"}");
    write_entry();
    assert_string_equal(as_of, "2026-03-31");
    assert_string_equal(reason, "paper sent \"late\"");
    assert_contains(detail, "\"backdate\":\"paper sent \\\"late\\\"\"");
    run_options.backdate = NULL;
    begin_run(KP_CMD_CHECK, ANN);
    begin_run(KP_CMD_PREPARE, ANN);
    run_options.as_of = "2026-04-01"; /* today */
    begin_run(KP_CMD_EXPORT, ANN);
    assert_null(run.backdate);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_small_run, tear_down_small_run)
    const struct CMUnitTest tests[] = {
        TEST(entry__plain_run__pins_what_it_ran_with),
        TEST(registers__used_by_a_run__are_kept_once_and_private),
        TEST(registers__rewritten_since_they_were_read__are_kept_as_read),
        TEST(day__not_today__needs_a_reason_to_disclose),
    };
    return cmocka_run_group_tests_name("run_entry", tests, NULL, NULL);
}
