#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/embedded.h"
#include "run/run.h"
#include "base/status.h"

bool kp_makes_bundles(enum kp_command command)
{
    return command != KP_CMD_CHECK;
}

bool kp_discloses(enum kp_command command)
{
    return command == KP_CMD_EXPORT || command == KP_CMD_RELEASE;
}

enum kp_status kp_write_failed(const struct kp_run *run, const char *path)
{
    return kp_diag_fail(&run->diag, KP_E_SYSTEM, KP_K_WRITE_FAILED, path, 0, NULL, strerror(errno ? errno : EIO), NULL,
                        NULL);
}

enum kp_status kp_no_memory(const struct kp_run *run)
{
    return kp_diag_fail(&run->diag, KP_E_SYSTEM, KP_K_NO_MEMORY, NULL, 0, NULL, NULL, NULL, NULL);
}

const struct kp_insurer *kp_run_insurer(const struct kp_run *run, struct kp_arena *arena, const char *number)
{
    const struct kp_insurer *known = kp_insurer_of(&run->registers, number);
    if (known)
        return known;
    struct kp_insurer *n = kp_arena_alloc(arena, sizeof(*n));
    if (!n)
        return NULL;
    *n = run->default_insurer;
    n->number = number;
    return n;
}

/* --- sender --- */

static const char *org_text(struct kp_run *run, const char *text, bool wide)
{
    if (!text)
        return "";
    char *out = wide ? kp_text_wide(&run->arena, text, false) : kp_text_value_key(&run->arena, text);
    return out ? out : "";
}

static bool fits(const struct kp_run *run, const char *text, size_t max_bytes)
{
    int32_t outside = 0;
    return kp_text_cp932_bytes(run->text, text, &outside) <= max_bytes && outside == 0;
}

static const char DIGITS[] = "0123456789";

static bool is_postal_code(const char *s)
{
    return strspn(s, DIGITS) == 3 && s[3] == '-' && strspn(s + 4, DIGITS) == 4 && s[8] == '\0';
}

/* What an organisation's place is, beside its postal code. */
static const char *place_of(struct kp_run *run, const char *address)
{
    const char *wide = org_text(run, address, true), *rest = kp_text_after_postal_code(wide);
    return rest ? rest : wide;
}

/* The digits alone; NULL: more than digits and what divides them. */
static const char *phone_of(struct kp_run *run, const char *given)
{
    const char *key = org_text(run, given, false);
    char *digits = kp_arena_strdup(&run->arena, key);
    char *to = digits;
    for (const char *at = key; digits && *at; at++)
        if (strchr(DIGITS, *at))
            *to++ = *at;
        else if (!strchr("-()", *at))
            return NULL;
    if (digits)
        *to = '\0';
    return digits;
}

static enum kp_status check_sender(struct kp_run *run)
{
    const struct kp_org *s = &run->sender;
    const struct {
        const char *key;
        bool sound;
        const char *expected;
    } checks[] = {
        {"number", strlen(s->number) == 10 && strspn(s->number, DIGITS) == 10, "10 digits"},
        {"name", fits(run, s->name, 40), "at most 20 full-width characters of CP932"},
        {"postal_code", !*s->postal_code || is_postal_code(s->postal_code), "123-4567"},
        {"address", fits(run, s->address, 80), "at most 40 full-width characters of CP932"},
        {"phone", s->phone && strlen(s->phone) <= 11, "at most 11 digits, with hyphens"}};
    for (size_t i = 0; i < KP_COUNT(checks); i++) {
        char *key = kp_arena_printf(&run->arena, "[sender] %s", checks[i].key);
        if (!checks[i].sound)
            return kp_diag_fail(&run->diag, KP_E_USAGE, KP_K_CONFIG_VALUE_BAD, NULL, 0, NULL, "…", key,
                                checks[i].expected);
    }
    return KP_OK;
}

/* The documents name the sender. A check can do without: nothing of it goes out. */
static enum kp_status set_up_sender(struct kp_run *run)
{
    const struct kp_org *given = &run->options->sender;
    struct kp_org *s = &run->sender;
    s->number = given->number;
    s->name = org_text(run, given->name, true);
    s->postal_code = org_text(run, given->postal_code, false);
    s->address = place_of(run, given->address);
    s->phone = phone_of(run, given->phone);
    if (run->arena.failed)
        return kp_no_memory(run);
    if (!*s->name && kp_makes_bundles(run->options->command))
        return kp_diag_fail(&run->diag, KP_E_USAGE, KP_K_SENDER_INCOMPLETE, NULL, 0, NULL, "name", NULL, NULL);
    if (!*s->name)
        s->name = "未設定";
    enum kp_status st = check_sender(run);
    if (st != KP_OK)
        return st;
    run->default_insurer = (struct kp_insurer){.number = "", .name = "", .address = "", .representative = "",
                                               .scheme = "", .sender_number = s->number, .interaction_type = "6",
                                               .service_event = "1", .report_40to74 = "10",
                                               .programme_40to74 = "010", .report_under40 = "40",
                                               .programme_under40 = "990", .section_under40 = "01010"};
    return KP_OK;
}

/* --- folders --- */

static enum kp_status name_places(struct kp_run *run)
{
    char time[26];
    kp_date_time_in_japan(run->started, time);
    /* 2026-04-01T09:30:00+09:00 -> 20260401-093000; a second run in the same second gets a number behind it */
    char *stem = kp_arena_printf(&run->arena, "%.4s%.2s%.2s-%.2s%.2s%.2s", time, time + 5, time + 8, time + 11,
                                 time + 14, time + 17);
    run->log_path = run->options->log ? run->options->log
                                      : kp_arena_printf(&run->arena, "%s/disclosure-log.csv", run->output);
    for (unsigned n = 1; stem && run->log_path && n < 10000; n++) {
        run->run_id = n == 1 ? stem : kp_arena_printf(&run->arena, "%s-%u", stem, n);
        if (!run->run_id)
            break;
        run->run_folder = kp_arena_printf(&run->arena, "%s/runs/%s", run->output, run->run_id);
        run->temp = kp_arena_printf(&run->arena, "%s/.tmp-%s", run->output, run->run_id);
        if (!run->run_folder || !run->temp)
            break;
        if (!kp_path_exists(run->run_folder) && !kp_path_exists(run->temp))
            return KP_OK;
    }
    return kp_no_memory(run);
}

static enum kp_status take_lock(struct kp_run *run)
{
    long holder = 0;
    char text[24];
    char *path = kp_arena_printf(&run->arena, "%s/.lock", run->output);
    if (!path)
        return kp_no_memory(run);
    if (kp_lock_take(path, &run->lock_fd, &holder) == KP_OK)
        return KP_OK;
    if (errno != EWOULDBLOCK)
        return kp_write_failed(run, path);
    (void)snprintf(text, sizeof(text), "%ld", holder);
    return kp_diag_fail(&run->diag, KP_E_SYSTEM, KP_K_FOLDER_LOCKED, run->output, 0, NULL, text, NULL, NULL);
}

static enum kp_status make_places(struct kp_run *run)
{
    run->output = run->options->output;
    if (kp_make_folders(run->io, run->output) != KP_OK)
        return kp_write_failed(run, run->output);
    enum kp_status st = take_lock(run);
    if (st == KP_OK)
        st = name_places(run);
    if (st != KP_OK)
        return st;
    if (kp_make_folders(run->io, run->run_folder) != KP_OK)
        return kp_write_failed(run, run->run_folder);
    if (kp_make_folders(run->io, run->temp) != KP_OK)
        return kp_write_failed(run, run->temp);
    return KP_OK;
}

/* --- schemas --- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

enum kp_status kp_schema_digest(const char *bytes, size_t n, char ret_hex[KP_SHA256_HEX + 1])
{
    struct kp_buf packed = {0};
    uint8_t digest[KP_SHA256_BYTES];
    for (size_t i = 0; i < n; i++)
        if (!is_space(bytes[i]))
            kp_buf_char(&packed, bytes[i]);
    enum kp_status st = kp_buf_ok(&packed) ? kp_sha256_of(kp_buf_text(&packed), packed.len, digest) : KP_E_SYSTEM;
    kp_buf_release(&packed);
    if (st == KP_OK)
        kp_sha256_hex(digest, ret_hex);
    return st;
}

/* The ministry's set: every file there, and none of them altered. */
static enum kp_status official_schemas(struct kp_run *run, const char *folder, struct kp_schemas *schemas)
{
    char hex[KP_SHA256_HEX + 1];
    for (size_t i = 0; i < run->tables.n_xsd_digests; i++) {
        const struct kp_xsd_digest *known = &run->tables.xsd_digests[i];
        struct kp_xsd_file *file = &schemas->files[schemas->n_files];
        file->name = known->name;
        char *path = kp_arena_printf(&run->arena, "%s/%s", folder, file->name);
        if (!path)
            return kp_no_memory(run);
        if (kp_read_file(run->io, path, 16 << 20, &run->arena, &file->bytes, &file->n) != KP_OK)
            return kp_diag_fail(&run->diag, KP_E_USAGE, KP_K_SCHEMA_UNUSABLE, path, 0, NULL, file->name,
                                strerror(errno), NULL);
        if (kp_schema_digest(file->bytes, file->n, hex) != KP_OK)
            return kp_no_memory(run);
        if (strcmp(hex, known->sha256) != 0)
            return kp_diag_fail(&run->diag, KP_E_USAGE, KP_K_SCHEMA_ALTERED, path, 0, NULL, file->name, NULL, NULL);
        schemas->n_files++;
    }
    return KP_OK;
}

/* This project's profile. */
static void profile_schemas(struct kp_schemas *schemas)
{
    const struct kp_embedded *e = NULL;
    for (size_t i = 0; (e = kp_embedded_at(i)) != NULL && schemas->n_files < KP_MAX_XSD_FILES; i++)
        if (strncmp(e->name, "xsd/", 4) == 0)
            schemas->files[schemas->n_files++] =
                (struct kp_xsd_file){e->name + 4, e->bytes, (size_t)(e->end - e->bytes)};
}

enum kp_status kp_schemas_compile(struct kp_schemas *schemas, struct kp_buf *detail)
{
    enum kp_status st = kp_xml_schema_load(schemas->files, schemas->n_files, "hc08_V08.xsd", &schemas->document, detail);
    return st == KP_OK ? kp_xml_schema_load(schemas->files, schemas->n_files, "ix08_V08.xsd", &schemas->index, detail) : st;
}

enum kp_status kp_schemas_load(struct kp_run *run, const char *folder, struct kp_schemas *ret_schemas)
{
    enum kp_status st = KP_OK;
    struct kp_buf detail = {0};
    if (folder)
        KP_TRY(official_schemas(run, folder, ret_schemas));
    else
        profile_schemas(ret_schemas);
    st = kp_schemas_compile(ret_schemas, &detail);
    if (st == KP_E_USAGE)
        (void)kp_diag_fail(&run->diag, st, KP_K_SCHEMA_UNUSABLE, folder, 0, NULL,
                           ret_schemas->document ? "ix08_V08.xsd" : "hc08_V08.xsd", kp_buf_text(&detail), NULL);
    else if (st != KP_OK)
        st = kp_no_memory(run);
out:
    kp_buf_release(&detail);
    return st;
}

void kp_schemas_free(struct kp_schemas *schemas)
{
    kp_xml_schema_free(schemas->document);
    kp_xml_schema_free(schemas->index);
}

/* --- all of it --- */

static enum kp_status set_up_day(struct kp_run *run)
{
    run->started = run->env->now(run->env->ctx);
    run->as_of = kp_date_in_japan(run->started);
    if (run->options->as_of && !kp_date_parse_iso(run->options->as_of, &run->as_of))
        return kp_diag_fail(&run->diag, KP_E_USAGE, KP_K_OPTION_VALUE_BAD, NULL, 0, NULL, run->options->as_of, "--as-of",
                            "a date as YYYY-MM-DD");
    return KP_OK;
}

enum kp_status kp_run_set_up_tables(struct kp_run *run, const struct kp_options *options, const struct kp_env *env)
{
    enum kp_status st = KP_OK;
    *run = (struct kp_run){.options = options, .env = env, .io = &kp_io_posix, .lock_fd = -1};
    KP_TRY(kp_catalogue_load(&run->arena, &run->catalogue));
    run->diag = (struct kp_diag){.catalogue = &run->catalogue, .env = env, .lang = options->lang,
                                 .strict = options->strict, .show_values = options->show_values};
    if (kp_text_new(&run->text) != KP_OK)
        return kp_no_memory(run);
    st = kp_tables_load(&run->arena, run->io, run->text, options->schemas, &run->diag, &run->tables);
out:
    return st;
}

enum kp_status kp_run_set_up(struct kp_run *run, const struct kp_options *options, const struct kp_env *env)
{
    enum kp_status st = KP_OK;
    KP_TRY(kp_run_set_up_tables(run, options, env));
    run->policy = (struct kp_policy){.age_rule = options->age_rule, .withhold_form_items = options->withhold_form_items,
                                     .release_requested_items = options->release_requested_items};
    KP_TRY(set_up_day(run));
    KP_TRY(kp_registers_load(&run->arena, run->io, &run->tables, options, &run->diag, &run->registers));
    KP_TRY(set_up_sender(run));
    KP_TRY(kp_intake(run));
    KP_TRY(make_places(run));
    st = kp_schemas_load(run, options->xsd, &run->schemas);
out:
    return st;
}

static void remove_but_evidence(void *ctx, const char *name)
{
    struct kp_run *run = ctx;
    char *path = kp_arena_printf(&run->arena, "%s/%s", run->temp, name);
    if (path && strcmp(path, run->evidence) != 0)
        (void)kp_remove_folder(path);
}

/* The name is evidence enough: nobody's results stay behind. */
static void empty_temp(struct kp_run *run)
{
    (void)kp_each_entry(run->temp, remove_but_evidence, run);
    if (kp_path_exists(run->evidence))
        (void)kp_write_file(run->io, run->evidence, "", 0); /* a new file: the old one may be in place under another name */
}

void kp_run_tear_down(struct kp_run *run)
{
    if (run->evidence)
        empty_temp(run);
    else if (run->temp && run->lock_fd >= 0)
        (void)kp_remove_folder(run->temp); /* what stays behind is removed by the next run */
    kp_schemas_free(&run->schemas);
    kp_lock_drop(run->lock_fd);
    kp_text_free(run->text);
    kp_arena_release(&run->arena);
}
