/* import-cc2x: what a folder of the CC2X converter contains, and a configuration that reads it unchanged. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "base/file.h"
#include "base/status.h"
#include "law/facilities.h"
#include "law/facility_heading.h"
#include "input/cc2x.h"
#include "input/facility_defaults.h"
#include "input/mapping.h"
#include "input/ranges.h"

enum { MAX_BYTES = 64 << 20, MAX_FILES = 9, LEAST_COLUMNS = 5, MAX_PATH_BYTES = 180 };

enum role { TABLE, METHODS, RANGES, DEFAULTS, FACILITIES, ROLES, CLAIMS = ROLES, DATA, OTHER };

static const struct {
    const char *key, *option; /* of the configuration; of the command, to choose one of several */
    const char *what[2];
} ROLE[] = {
    [TABLE] = {"mapping", "--mapping", {"definition of the columns", "定義表"}},
    [METHODS] = {"methods", "--methods", {"methods of tests", "検査方法変換表"}},
    [RANGES] = {"ranges",
                "--ranges",
                {"reference ranges; its input ranges are not used", "基準値の表(入力範囲は使いません)"}},
    [DEFAULTS] = {"defaults", "--facility-defaults", {"defaults of the institution", "機関情報の既定"}},
    [FACILITIES] = {"facilities",
                    "--facilities",
                    {"register of institutions; its fax numbers are not used",
                     "健診機関の台帳(FAX番号は使いません)"}},
    [CLAIMS] = {NULL, NULL, {"claims table; not used, results have no claims", "決済の定義表(使いません)"}},
    [DATA] = {NULL, NULL, {"data", "データ"}},
    [OTHER] = {NULL, NULL, {"not recognised; not used", "不明(使いません)"}}};

struct file {
    const char *name, *path;
    struct kp_sheet sheet;
    enum role role;
    unsigned long number; /* FILENO of data */
};

struct import {
    struct kp_context *ctx;
    const struct kp_import_options *options;
    const char *folder; /* its real path */
    struct file *files;
    size_t n_files, cap_files;
    const char *chosen[ROLES]; /* real paths; NULL: none */
};

/* --- the folder --- */

static void add_name(void *context, const char *name)
{
    struct import *m = context;
    struct kp_arena *arena = &m->ctx->arena;
    if (name[0] == '.' || arena->failed)
        return;
    if (m->n_files == m->cap_files) {
        m->cap_files = m->cap_files ? 2 * m->cap_files : 32;
        struct file *files = kp_arena_alloc(arena, m->cap_files * sizeof(*files));
        if (!files)
            return;
        if (m->n_files)
            memcpy(files, m->files, m->n_files * sizeof(*files));
        m->files = files;
    }
    m->files[m->n_files++] = (struct file){.name = kp_arena_strdup(arena, name),
                                           .path = kp_arena_printf(arena, "%s/%s", m->folder, name),
                                           .role = OTHER};
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

static bool is_csv(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && strcasecmp(dot, ".csv") == 0;
}

static bool is_chosen(const struct import *m, const struct file *file, enum role *ret_role)
{
    for (enum role role = 0; role < ROLES; role++)
        if (m->chosen[role] && strcmp(m->chosen[role], file->path) == 0) {
            *ret_role = role;
            return true;
        }
    return false;
}

static enum kp_status classify(const struct import *m, struct file *file)
{
    struct kp_context *ctx = m->ctx;
    const char *bytes = NULL, *before = NULL;
    size_t n = 0;
    if (!is_csv(file->name) || kp_read_file(ctx->io, file->path, MAX_BYTES, &ctx->arena, &bytes, &n) != KP_OK)
        return ctx->arena.failed ? kp_no_memory(ctx) : KP_OK;
    enum kp_status st = kp_sheet_read(&file->sheet, &ctx->arena, ctx->text, bytes, n, KP_COMMENTS_ALL);
    if (st == KP_E_SYSTEM)
        return kp_no_memory(ctx);
    before = bytes;
    KP_TRY(kp_facility_heading(ctx, &bytes, &n));
    const enum kp_cc2x_kind kind = st == KP_OK ? kp_cc2x_kind(ctx, &file->sheet) : KP_CC2X_NONE;
    if (is_chosen(m, file, &file->role) || st != KP_OK)
        return KP_OK;
    file->role = kind == KP_CC2X_TABLE                                ? TABLE
                 : kind == KP_CC2X_CLAIMS                             ? CLAIMS
                 : kind == KP_CC2X_METHODS                            ? METHODS
                 : bytes != before                                    ? FACILITIES
                 : kp_ranges_is(&ctx->arena, &file->sheet)            ? RANGES
                 : kp_facility_defaults_is(&ctx->arena, &file->sheet) ? DEFAULTS
                 : file->sheet.n_columns >= LEAST_COLUMNS             ? DATA
                                                                      : OTHER;
    return KP_OK;
}

/* Chooses the only file of each role; several are for the user to choose from. */
static enum kp_status choose(struct import *m)
{
    for (enum role role = 0; role < ROLES; role++) {
        const struct file *found = NULL;
        for (const struct file *f = m->files; f < m->files + m->n_files && !m->chosen[role]; f++) {
            if (f->role != role)
                continue;
            if (found)
                return kp_fail(&m->ctx->diag, KP_E_USAGE, KP_K_IMPORT_SEVERAL, kp_in(f->path), found->name,
                               f->name, ROLE[role].option);
            found = f;
        }
        m->chosen[role] = found ? found->path : m->chosen[role];
    }
    return m->chosen[TABLE]
               ? KP_OK
               : kp_fail(&m->ctx->diag, KP_E_USAGE, KP_K_IMPORT_NO_TABLE, kp_in(m->options->folder));
}

/* --- the tables --- */

/* Reads everything that a run would read, so that what is not used is told. */
static enum kp_status read_tables(const struct import *m, struct kp_mapping_file *ret_file)
{
    struct kp_context *ctx = m->ctx;
    const struct kp_range *ranges = NULL;
    struct kp_facilities facilities = {0};
    struct kp_run_options options = {.input = {.facility_defaults = m->chosen[DEFAULTS]}};
    KP_TRY(kp_mapping_load(ctx, m->chosen[TABLE], m->chosen[METHODS], ret_file));
    if (m->chosen[RANGES])
        KP_TRY(kp_ranges_load(ctx, m->chosen[RANGES], &ranges));
    KP_TRY(kp_facilities_load(ctx, m->chosen[FACILITIES], &facilities));
    return kp_facility_defaults_apply(ctx, &options);
}

/* Maps the columns of each FILENO as if its data were there. */
static enum kp_status map_columns(const struct import *m, const struct kp_mapping_file *file,
                                  const unsigned long *widths, size_t n)
{
    struct kp_context *ctx = m->ctx;
    for (size_t i = 0; i < n; i++) {
        const struct kp_mapping_job job = {.file = file, .input = i + 1, .n_inputs = n};
        struct kp_mapping mapping = {
            .columns = kp_arena_alloc(&ctx->arena, (widths[i] + 1) * sizeof(*mapping.columns)),
            .n_columns = widths[i]};
        if (!mapping.columns)
            return kp_no_memory(ctx);
        for (unsigned k = 0; k < widths[i]; k++)
            mapping.columns[k] = (struct kp_column){.header = "", .second = "", .number = k + 1};
        KP_TRY(kp_cc2x_apply(ctx, &job, &mapping));
    }
    return KP_OK;
}

static enum kp_status find_widths(const struct import *m, const struct kp_mapping_file *file,
                                  unsigned long widths[MAX_FILES], size_t *ret_n)
{
    *ret_n = 0;
    for (size_t i = 0; i < MAX_FILES; i++) {
        widths[i] = kp_cc2x_width(&m->ctx->arena, &file->sheet, i + 1);
        *ret_n = widths[i] ? i + 1 : *ret_n;
        if (widths[i] > KP_CSV_MAX_CELLS)
            return kp_mapping_row_bad(m->ctx, file->path, 0, "COLNO is too large",
                                      kp_arena_printf(&m->ctx->arena, "%lu", widths[i]));
    }
    return KP_OK;
}

/* Data are as wide as their FILENO, or wider; narrower files are something else. */
static void number_data(const struct import *m, const unsigned long *widths, size_t n)
{
    for (struct file *f = m->files; f < m->files + m->n_files; f++) {
        unsigned long widest = 0;
        for (size_t i = 0; f->role == DATA && i < n; i++)
            if (widths[i] > widest && widths[i] <= f->sheet.n_columns) {
                widest = widths[i];
                f->number = i + 1;
            }
        if (f->role == DATA && !widest)
            f->role = OTHER;
    }
}

/* --- what is written --- */

static void add_setting(const struct import *m, enum role role, const char *output, struct kp_buf *ini)
{
    const char *path = m->chosen[role];
    size_t n = output ? strlen(output) : 0;
    if (!path)
        return;
    if (n && strncmp(path, output, n) == 0 && path[n] == '/')
        path += n + 1;
    kp_buf_printf(ini, "%s = %s\n", ROLE[role].key, path);
}

/* Returns whether a line of the configuration can hold the path. */
static bool fits_ini(const char *path)
{
    for (const char *at = path; *at; at++)
        if ((unsigned char)*at < ' ' || *at == ';')
            return false;
    return strlen(path) <= MAX_PATH_BYTES;
}

static enum kp_status write_ini(const struct import *m, const char *path)
{
    struct kp_context *ctx = m->ctx;
    struct kp_buf ini = {0};
    char *output = NULL;
    enum kp_status st = KP_OK;
    if (kp_path_exists(path))
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_INIT_FILE_EXISTS, kp_in(path));
    for (enum role role = 0; role < ROLES; role++)
        if (m->chosen[role] && !fits_ini(m->chosen[role]))
            return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_CC2X_LINE_BAD, kp_in(path), ROLE[role].key,
                           m->chosen[role]);
    if (kp_make_folders(ctx->io, m->options->output) != KP_OK)
        return kp_write_failed(ctx, m->options->output);
    output = realpath(m->options->output, NULL);
    kp_buf_printf(&ini, "; %s\n; kenporter config\n\n[input]\n", m->options->folder);
    add_setting(m, TABLE, output, &ini);
    add_setting(m, METHODS, output, &ini);
    add_setting(m, RANGES, output, &ini);
    kp_buf_str(&ini, "\n[facility]\n");
    add_setting(m, DEFAULTS, output, &ini);
    kp_buf_str(&ini, "\n[registers]\n");
    add_setting(m, FACILITIES, output, &ini);
    kp_buf_str(&ini, ";requests = requests.csv\n;consents = consents.csv\n;insurers = insurers.csv\n");
    if (!kp_buf_ok(&ini))
        st = kp_no_memory(ctx);
    else if (kp_write_file(ctx->io, path, kp_buf_text(&ini), ini.len) != KP_OK)
        st = kp_write_failed(ctx, path);
    free(output);
    kp_buf_release(&ini);
    return st;
}

static void describe(const struct import *m, const char *ini, size_t n_numbers, struct kp_buf *out)
{
    for (const struct file *f = m->files; f < m->files + m->n_files; f++) {
        bool left = f->role < ROLES && strcmp(f->path, m->chosen[f->role]) != 0;
        kp_buf_printable(out, f->name);
        kp_buf_printf(out, ": %s%s", kp_say(m->ctx, ROLE[f->role].what[1], ROLE[f->role].what[0]),
                      left ? kp_say(m->ctx, "(使いません)", "; not used, another one is chosen") : "");
        if (f->role == DATA)
            kp_buf_printf(out, ", FILENO %lu, %zu %s", f->number, f->sheet.n_columns,
                          kp_say(m->ctx, "列", "columns"));
        kp_buf_char(out, '\n');
    }
    kp_buf_printf(out, "\n%s kenporter check -c ", kp_say(m->ctx, "次に:", "next:"));
    kp_buf_printable(out, ini);
    size_t n_data = 0;
    for (size_t number = 1; number <= n_numbers; number++)
        for (const struct file *f = m->files; f < m->files + m->n_files; f++)
            if (f->role == DATA && f->number == number) {
                kp_buf_char(out, ' ');
                kp_buf_printable(out, f->path);
                n_data++;
            }
    kp_buf_str(out, n_data ? "\n" : " DATA.csv\n");
}

/* --- the call --- */

static enum kp_status real_path(struct kp_context *ctx, const char *path, const char **ret_path)
{
    char *real = path ? realpath(path, NULL) : NULL;
    if (!path)
        return KP_OK;
    if (!real)
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, kp_in(path), strerror(errno));
    *ret_path = kp_arena_strdup(&ctx->arena, real);
    free(real);
    return *ret_path ? KP_OK : kp_no_memory(ctx);
}

static enum kp_status import(struct import *m, struct kp_buf *out)
{
    struct kp_context *ctx = m->ctx;
    const struct kp_input_options *given = &m->options->input;
    const char *const paths[ROLES] = {[TABLE] = given->mapping,
                                      [METHODS] = given->methods,
                                      [RANGES] = given->ranges,
                                      [DEFAULTS] = given->facility_defaults,
                                      [FACILITIES] = given->facilities};
    unsigned long widths[MAX_FILES];
    struct kp_mapping_file file;
    size_t n = 0;
    char *ini = kp_arena_printf(&ctx->arena, "%s/kenporter.ini", m->options->output);
    KP_TRY(kp_context_load_tables(ctx));
    KP_TRY(real_path(ctx, m->options->folder, &m->folder));
    for (enum role role = 0; role < ROLES; role++)
        KP_TRY(real_path(ctx, paths[role], &m->chosen[role]));
    if (kp_each_entry(m->folder, add_name, m) != KP_OK)
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_REGISTER_UNREADABLE, kp_in(m->options->folder),
                       strerror(errno));
    if (!ini || ctx->arena.failed)
        return kp_no_memory(ctx);
    if (m->n_files)
        qsort(m->files, m->n_files, sizeof(*m->files), by_name);
    for (size_t i = 0; i < m->n_files; i++)
        KP_TRY(classify(m, &m->files[i]));
    KP_TRY(choose(m));
    KP_TRY(read_tables(m, &file));
    KP_TRY(find_widths(m, &file, widths, &n));
    KP_TRY(map_columns(m, &file, widths, n));
    number_data(m, widths, n);
    KP_TRY(write_ini(m, ini));
    describe(m, ini, n, out);
    return KP_OK;
}

enum kp_status kp_import_cc2x(const struct kp_import_options *options, const struct kp_env *env,
                              struct kp_page *ret_page)
{
    struct kp_context ctx;
    struct kp_buf out = {0};
    struct import m = {.ctx = &ctx, .options = options};
    enum kp_status st = kp_context_init(&ctx, &options->common, env);
    if (st == KP_OK)
        st = import(&m, &out);
    if (st == KP_OK && !kp_buf_take(&out, &ret_page->text))
        st = kp_no_memory(&ctx);
    kp_buf_release(&out);
    st = kp_context_finish(&ctx, st);
    kp_context_release(&ctx);
    return st;
}
