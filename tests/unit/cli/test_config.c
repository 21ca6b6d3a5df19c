#include "folder.h"

#include "cli/cli.h"

#include <stdio.h>
#include <unistd.h>

static char *said, *complained; /* what the last command wrote to stdout and stderr */
static struct kp_arena arena;
static struct kp_config_places places;

static int64_t fixed_now(void *ctx)
{
    (void)ctx;
    return 1775003400; /* 2026-04-01 09:30 in Japan */
}

static int cli(const char *const *words)
{
    size_t n_said = 0, n_complained = 0;
    int n = 1;
    char *argv[20] = {kp_arena_strdup(&arena, "kenporter")};
    const struct kp_env env = {.now = fixed_now};
    free(said);
    free(complained);
    FILE *out = open_memstream(&said, &n_said), *err = open_memstream(&complained, &n_complained);
    assert_true(out && err);
    for (; words[n - 1]; n++)
        argv[n] = kp_arena_strdup(&arena, words[n - 1]);
    int status = kp_cli(n, argv, out, err, &env, &places);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(fclose(err), 0);
    return status;
}

#define CLI(...) cli((const char *const[]){__VA_ARGS__, NULL})

static char *put(const char *name, const char *contents)
{
    return put_file(name, contents, strlen(contents));
}

static int set_up(void **state)
{
    return make_folder(state) == 0 && chdir(folder) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    free(said);
    free(complained);
    kp_arena_release(&arena);
    return chdir("/") == 0 ? remove_folder(state) : -1;
}

static int tidy(void **state)
{
    (void)state;
    places = (struct kp_config_places){0};
    (void)unlink("kenporter.ini");
    return 0;
}

#define SENDER "[sender]\nname = 架空精機\n"

static void config__settings__name_value_and_origin(void **state UNUSED)
{
    char *file = put("a.ini", SENDER "[policy]\nage_rule = statute\n");
    assert_int_equal(CLI("config", "-c", file, "--requests", "r.csv"), 2); /* there is no r.csv */
    assert_has(said, "configuration: ");
    assert_has(said, "name              a.ini:2                     架空精機\n");
    assert_has(said, "age_rule          a.ini:4                     statute\n");
    assert_has(said, "requests          (option)                    r.csv\n");
    assert_has(said, "directory         (default)                   out\n");
    assert_has(said, "strict            (default)                   no\n");
    assert_has(complained, "r.csv: fail K1030");
    assert_int_equal(CLI("config", "-c", file), 0);
    assert_string_equal(complained, "");
}

static void config__faults__are_all_reported(void **state UNUSED)
{
    char *file = put("b.ini", "[sender]\nname = a\nphone = x\n[registers]\nrequests = r.csv\n"
                              "[input]\nmapping = m.csv\n[schema]\nxsd = none\n");
    assert_int_equal(CLI("config", "--json", "-c", file), 2);
    assert_has(said, "\"valid\": false");
    assert_has(said, "{\"section\": \"sender\", \"key\": \"name\", \"value\": \"a\", \"from\": \"file\"");
    assert_has(complained, "r.csv: fail K1030");
    assert_has(complained, "m.csv: fail K1093");
    assert_has(complained, "[sender] phone");
    assert_has(complained, "K1022");
}

static void config__places__are_searched_in_their_order(void **state UNUSED)
{
    assert_int_equal(CLI("config"), 2);
    assert_has(said, "configuration: none");
    assert_has(complained, "K1040"); /* the sender's name */
    places.user = put("user.ini", "[sender]\nname = u\n");
    assert_int_equal(CLI("config"), 0);
    assert_has(said, "user.ini:2");
    (void)put("kenporter.ini", "[sender]\nname = k\n");
    assert_int_equal(CLI("config"), 0);
    assert_has(said, "kenporter.ini:2");
    places.named = put("named.ini", "[sender]\nname = n\n");
    assert_int_equal(CLI("config"), 0);
    assert_has(said, "named.ini:2");
    assert_int_equal(CLI("config", "-c", put("c.ini", "[sender]\nname = c\n")), 0);
    assert_has(said, "c.ini:2");
    places.named = "nowhere.ini"; /* a configuration that is named must exist */
    assert_int_equal(CLI("config"), 2);
    assert_has(complained, "nowhere.ini: fail K1010");
}

static void command__after_options__is_found(void **state UNUSED)
{
    char *file = put("d.ini", SENDER);
    assert_int_equal(CLI("-c", file, "--json", "config"), 0);
    assert_has(said, "\"valid\": true");
    assert_int_equal(CLI("--lang=ja", "config"), 2);
    assert_has(said, "設定ファイル");
    assert_int_equal(CLI("-cd.ini", "config", "--age-rule", "statute"), 0);
    assert_has(said, "(option)                    statute");
    assert_int_equal(CLI("--lang"), 2);
    assert_int_equal(CLI("--frobnicate", "config"), 2);
    assert_has(complained, "--frobnicate");
}

static const char *contents_of(const char *path)
{
    const char *bytes = NULL;
    size_t n = 0;
    assert_int_equal(kp_read_file(&kp_io_posix, path, 1 << 20, &arena, &bytes, &n), KP_OK);
    return bytes;
}

static void init__new_folder__is_ready_to_fill_in(void **state UNUSED)
{
    static const char *const files[] = {"kenporter.ini",  "requests.csv", "consents.csv", "insurers.csv",
                                        "facilities.csv", "README.txt",   "crontab"};
    assert_int_equal(CLI("init", "new/desk"), 0);
    for (size_t i = 0; i < COUNT(files); i++) {
        const char *path = kp_arena_printf(&arena, "new/desk/%s", files[i]);
        assert_has(said, path);
        assert_int_equal(mode_of(path), 0600);
    }
    assert_int_equal(mode_of("new/desk"), 0700);
    assert_has(contents_of("new/desk/crontab"), "cd new/desk && kenporter export --if-needed");
    assert_int_equal(CLI("config", "-c", "new/desk/kenporter.ini"),
                     2); /* nothing but the sender is missing */
    assert_has(complained, "K1040");
    assert_null(strchr(strchr(complained, '\n') + 1, '\n'));
}

static void init__existing_file__is_never_overwritten(void **state UNUSED)
{
    (void)put("requests.csv", "mine");
    assert_int_equal(CLI("init", "."), 2);
    assert_has(complained, "requests.csv: fail K1094");
    assert_string_equal(contents_of("requests.csv"), "mine");
    assert_int_not_equal(access("kenporter.ini", F_OK), 0);
    assert_int_equal(CLI("init"), 2);
    assert_has(complained, "K1095");
}

static void help_and_version__as_words__equal_the_options(void **state UNUSED)
{
    assert_int_equal(CLI("help"), 0);
    assert_has(said, "usage: kenporter COMMAND");
    assert_int_equal(CLI("help", "export"), 0);
    assert_has(said, "usage: kenporter export");
    assert_int_equal(CLI("help", "exprot"), 2);
    assert_has(complained, "'export'");
    assert_int_equal(CLI("-V"), 0);
    assert_has(said, "kenporter " KP_VERSION " (");
    assert_int_equal(CLI("version"), 0);
    assert_has(said, "kenporter " KP_VERSION " (");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(config__settings__name_value_and_origin, tidy),
        cmocka_unit_test_teardown(config__faults__are_all_reported, tidy),
        cmocka_unit_test_teardown(config__places__are_searched_in_their_order, tidy),
        cmocka_unit_test_teardown(command__after_options__is_found, tidy),
        cmocka_unit_test_teardown(init__new_folder__is_ready_to_fill_in, tidy),
        cmocka_unit_test_teardown(init__existing_file__is_never_overwritten, tidy),
        cmocka_unit_test_teardown(help_and_version__as_words__equal_the_options, tidy),
    };
    return cmocka_run_group_tests_name("config", tests, set_up, tear_down);
}
