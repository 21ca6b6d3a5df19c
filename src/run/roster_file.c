#include "run/roster_file.h"

#include <string.h>

#include "base/escape.h"
#include "base/status.h"

static void add_day(struct kp_buf *line, struct kp_date day)
{
    char iso[11] = "";
    if (kp_date_is_set(day))
        kp_date_iso(day, iso);
    kp_buf_str(line, iso);
}

void kp_roster_file_line(struct kp_slot *slot, struct kp_buf *line)
{
    static const enum kp_field fields[] = {KP_F_INSURED_SYMBOL, KP_F_INSURED_NUMBER, KP_F_INSURED_BRANCH,
                                           KP_F_NAME_KANA};
    const char *const *f = slot->record.field;
    size_t from = line->len;
    for (size_t i = 0; i < KP_COUNT(fields); i++) {
        kp_buf_sheet_cell(line, f[fields[i]]);
        kp_buf_char(line, ',');
    }
    add_day(line, slot->record.birth);
    kp_buf_char(line, ',');
    add_day(line, slot->record.exam);
    kp_buf_char(line, ',');
    kp_buf_sheet_cell(line, *f[KP_F_FACILITY_NAME] ? f[KP_F_FACILITY_NAME] : f[KP_F_FACILITY_NUMBER]);
    kp_buf_str(line, "\r\n");
    if (!kp_buf_ok(line) || kp_sha256_of(line->data + from, line->len - from, slot->content) != KP_OK)
        kp_arena_fail(&slot->arena);
}
