/* init: a folder to start from. */
#include <errno.h>
#include <string.h>

#include "base/embedded.h"
#include "base/escape.h"
#include "base/file.h"
#include "base/status.h"
#include "cli/cli.h"

#define TEMPLATES "init/"

static bool is_template(const struct kp_embedded *file)
{
    return strncmp(file->name, TEMPLATES, strlen(TEMPLATES)) == 0;
}

static const char *place_of(struct kp_console *c, const char *folder, const struct kp_embedded *file)
{
    return kp_arena_printf(&c->arena, "%s/%s", folder, file->name + strlen(TEMPLATES));
}

static enum kp_status no_memory(struct kp_console *c)
{
    return kp_fail(&c->diag, KP_E_SYSTEM, KP_K_NO_MEMORY, KP_NOWHERE);
}

/* Nothing is written if one of the files exists: it may be somebody's register. */
static enum kp_status check_free(struct kp_console *c, const char *folder)
{
    for (const struct kp_embedded *file = kp_embedded_files; file->name; file++) {
        const char *place = is_template(file) ? place_of(c, folder, file) : "";
        if (!place)
            return no_memory(c);
        if (*place && kp_path_exists(place))
            return kp_fail(&c->diag, KP_E_USAGE, KP_K_INIT_FILE_EXISTS, kp_in(place));
    }
    return KP_OK;
}

/* The crontab names the folder. */
static void add_text(struct kp_buf *text, const struct kp_embedded *file, const char *folder)
{
    static const char mark[] = "cd DIR";
    const char *at = strcmp(file->name, TEMPLATES "crontab") == 0 ? strstr(file->bytes, mark) : NULL;
    size_t before = at ? (size_t)(at - file->bytes) + strlen(mark) - 3 : (size_t)(file->end - file->bytes);
    kp_buf_add(text, file->bytes, before);
    if (at) {
        kp_buf_str(text, folder);
        kp_buf_str(text, at + strlen(mark));
    }
}

static enum kp_status write_file(struct kp_console *c, const char *folder, const struct kp_embedded *file)
{
    struct kp_buf text = {0};
    const char *place = place_of(c, folder, file);
    enum kp_status st = KP_OK;
    add_text(&text, file, folder);
    if (!place || !kp_buf_ok(&text))
        st = no_memory(c);
    else if (kp_write_file(&kp_io_posix, place, kp_buf_text(&text), text.len) != KP_OK)
        st = kp_fail(&c->diag, KP_E_SYSTEM, KP_K_WRITE_FAILED, kp_in(place), strerror(errno));
    kp_buf_release(&text);
    return st;
}

enum kp_status kp_command_init(struct kp_console *c)
{
    const char *folder = c->settings.arguments[0];
    struct kp_buf out = {0};
    KP_TRY(check_free(c, folder));
    if (kp_make_folders(&kp_io_posix, folder) != KP_OK)
        return kp_fail(&c->diag, KP_E_SYSTEM, KP_K_WRITE_FAILED, kp_in(folder), strerror(errno));
    for (const struct kp_embedded *file = kp_embedded_files; file->name; file++) {
        if (!is_template(file))
            continue;
        KP_TRY(write_file(c, folder, file));
        kp_buf_printable(&out, place_of(c, folder, file));
        kp_buf_char(&out, '\n');
    }
    kp_buf_str(
        &out,
        kp_console_say(
            c, "\n次に: README.txt を読み、kenporter.ini と台帳に書き込み、kenporter config -c ",
            "\nnext: read README.txt, fill in kenporter.ini and the registers, then run kenporter config -c "));
    kp_buf_printable(&out, folder);
    kp_buf_str(&out, "/kenporter.ini\n");
    return kp_console_print(c, KP_OK, &out);
}
