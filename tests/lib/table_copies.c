#include "table_copies.h"

const char *const FILES[N_FILES] = {
    "items.csv",       "code_systems.csv", "values.csv",          "headers.csv",       "units.csv",
    "schemes.csv",     "legal_basis.csv",  "privacy_grounds.csv", "header_words.csv",  "conversions.csv",
    "prefectures.csv", "xsd_digests.csv",  "unit_mistakes.csv",   "periodic.csv",      "judgement_limits.csv",
    "phrases.csv",     "item_periods.csv", "exam_kinds.csv",      "mentions.csv",      "law.csv",
    "answers.csv",     "answer_folds.csv", "return_codes.csv",    "register_words.csv"};

void read_source(const char *name, const char **ret_bytes, size_t *ret_n)
{
    const char *source = getenv("SCHEMAS");
    const char *path = kp_arena_printf(&scratch, "%s/%s", source ? source : "schemas", name);
    assert_int_equal(kp_read_file(&kp_io_posix, path, 1 << 24, &scratch, ret_bytes, ret_n), KP_OK);
}

void copy_of(const char *name)
{
    const char *bytes = NULL;
    size_t n = 0;
    read_source(name, &bytes, &n);
    (void)put_file(name, bytes, n);
}

enum kp_status load(const char *from, struct kp_tables *loaded)
{
    memset(&got, 0, sizeof(got));
    return kp_tables_load(&scratch, &kp_io_posix, text, from, &DIAG, loaded);
}

int set_up_copies(void **state)
{
    if (make_folder(state) != 0 || load_tables(state) != 0)
        return -1;
    for (size_t i = 0; i < COUNT(FILES); i++)
        copy_of(FILES[i]);
    return 0;
}

int tear_down_copies(void **state)
{
    (void)free_tables(state);
    return remove_folder(state);
}
