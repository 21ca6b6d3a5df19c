#include "v08/show_json.h"

#include <stdio.h>
#include <string.h>

/* Writes a day of eight digits with hyphens, anything else as it is. */
static void add_day(struct kp_json *json, const char *key, const char *compact)
{
    char day[11];
    if (strlen(compact) == 8)
        (void)snprintf(day, sizeof(day), "%.4s-%.2s-%.2s", compact, compact + 4, compact + 6);
    kp_json_string(json, key, strlen(compact) == 8 ? day : compact);
}

void kp_show_json_begin(const struct kp_archive *archive, struct kp_json *json)
{
    char made[11] = "";
    if (kp_date_is_set(archive->index.created))
        kp_date_iso(archive->index.created, made);
    kp_json_object(json, NULL, KP_JSON_LINES);
    kp_json_u64(json, "schema_version", 1);
    kp_json_string(json, "bundle", archive->base);
    kp_json_string(json, "sender_number", archive->index.sender);
    kp_json_string(json, "receiver_number", archive->index.receiver);
    kp_json_string(json, "created", made);
}

static void add_item(const struct kp_item *item, const struct kp_value *v, const char *section,
                     struct kp_json *json)
{
    static const char *const states[] = {[KP_VALUE_ABSENT] = "absent",
                                         [KP_VALUE_PRESENT] = "present",
                                         [KP_VALUE_NOT_DONE] = "not_done",
                                         [KP_VALUE_NOT_MEASURABLE] = "not_measurable"};
    const char flag[] = {v->flag, '\0'}, limit[] = {v->limit, '\0'};
    kp_json_object(json, NULL, KP_JSON_INLINE);
    kp_json_string(json, "section", section);
    kp_json_string(json, "code", item->code);
    kp_json_string(json, "name", item->name);
    kp_json_string(json, "state", states[v->state]);
    kp_json_string(json, "value", v->state == KP_VALUE_PRESENT ? v->text : "");
    kp_json_string(json, "unit", item->unit);
    kp_json_string(json, "limit", limit);
    kp_json_string(json, "flag", flag);
    kp_json_string(json, "low", v->low ? v->low : "");
    kp_json_string(json, "high", v->high ? v->high : "");
    kp_json_end(json);
}

static void add_faults(const struct kp_context *ctx, const struct kp_findings *findings, struct kp_json *json)
{
    char code[8];
    kp_json_array(json, "faults", KP_JSON_INLINE);
    for (const struct kp_finding *f = findings->first; f; f = f->next) {
        (void)snprintf(code, sizeof(code), "K%04u", (unsigned)f->code % 10000);
        if (kp_diag_level(&ctx->diag, f->code) > KP_LEVEL_WARN)
            kp_json_string(json, NULL, code);
    }
    kp_json_end(json);
}

void kp_show_json_document(struct kp_context *ctx, const struct kp_archive *archive,
                           const struct kp_document *document, const struct kp_findings *findings,
                           struct kp_json *json)
{
    const struct kp_record *r = &document->record;
    kp_json_string(json, "document", strrchr(archive->document, '/') + 1);
    kp_json_object(json, "fields", KP_JSON_LINES);
    for (size_t i = 0; i < KP_F__COUNT; i++)
        if (*r->field[i] && kp_fields[i].is_date)
            add_day(json, kp_fields[i].name, r->field[i]);
        else if (*r->field[i])
            kp_json_string(json, kp_fields[i].name, r->field[i]);
    kp_json_end(json);
    kp_json_array(json, "items", KP_JSON_LINES);
    for (size_t i = 0; i < ctx->tables.n_items; i++) {
        int section = document->section_of[i];
        if (r->values[i].state != KP_VALUE_ABSENT && section >= 0)
            add_item(&ctx->tables.items[i], &r->values[i], document->sections[section].code, json);
    }
    kp_json_end(json);
    add_faults(ctx, findings, json);
}

void kp_show_json_row(const struct kp_context *ctx, const struct kp_show_json_row *row,
                      const struct kp_record *record, struct kp_json *json)
{
    kp_json_object(json, NULL, KP_JSON_INLINE);
    kp_json_u64(json, "number", row->number);
    kp_json_string(json, "document", row->document);
    kp_json_string(json, "report_category", row->report_category);
    kp_json_string(json, "programme", row->programme);
    add_day(json, "exam_date", record->field[KP_F_EXAM_DATE]);
    kp_json_u64(json, "items", row->n_items);
    if (ctx->common->show_values) {
        kp_json_string(json, "name_kana", record->field[KP_F_NAME_KANA]);
        add_day(json, "birth_date", record->field[KP_F_BIRTH_DATE]);
    }
    kp_json_end(json);
}
