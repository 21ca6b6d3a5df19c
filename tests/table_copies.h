/* Copies of the tables in a folder, to be changed and loaded from there. */
#ifndef KP_TEST_TABLE_COPIES_H
#define KP_TEST_TABLE_COPIES_H

#include "folder.h"
#include "messages.h"
#include "tables.h"

static const char *const FILES[] = {
    "items.csv",       "code_systems.csv", "values.csv",          "headers.csv",      "units.csv",
    "schemes.csv",     "legal_basis.csv",  "privacy_grounds.csv", "header_traps.csv", "conversions.csv",
    "prefectures.csv", "xsd_digests.csv",  "unit_mistakes.csv",   "periodic.csv",     "judgement_limits.csv"};
static struct kp_diag DIAG = {.catalogue = &catalogue, .env = &ENV};

static inline void read_source(const char *name, const char **ret_bytes, size_t *ret_n)
{
    const char *source = getenv("SCHEMAS");
    const char *path = kp_arena_printf(&scratch, "%s/%s", source ? source : "schemas", name);
    assert_int_equal(kp_read_file(&kp_io_posix, path, 1 << 24, &scratch, ret_bytes, ret_n), KP_OK);
}

static inline void copy_of(const char *name)
{
    const char *bytes = NULL;
    size_t n = 0;
    read_source(name, &bytes, &n);
    (void)put_file(name, bytes, n);
}

static inline enum kp_status load(const char *from, struct kp_tables *loaded)
{
    memset(&got, 0, sizeof(got));
    return kp_tables_load(&scratch, &kp_io_posix, text, from, &DIAG, loaded);
}

static inline int set_up(void **state)
{
    if (make_folder(state) != 0 || load_tables(state) != 0)
        return -1;
    for (size_t i = 0; i < COUNT(FILES); i++)
        copy_of(FILES[i]);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)free_tables(state);
    return remove_folder(state);
}

#endif
