#include "run/notes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/status.h"

enum { BUCKETS = 1 << 12 };

void kp_place_note(struct kp_place first[KP_FIRST_PLACES], struct kp_place place)
{
    size_t i = 0;
    while (i < KP_FIRST_PLACES && first[i].line &&
           !(first[i].file == place.file && first[i].line == place.line))
        i++;
    if (i < KP_FIRST_PLACES)
        first[i] = place;
}

uint64_t kp_place_row(struct kp_place place)
{
    return place.sheet_row ? place.sheet_row : place.line;
}

const char *kp_cell_text(struct kp_context *ctx, struct kp_place place)
{
    char letters[KP_CELL_NAME];
    (void)kp_cell_name(place.column, letters);
    return kp_arena_printf(&ctx->arena, "%s%" PRIu64, letters, kp_place_row(place));
}

void kp_cell_put(const struct kp_context *ctx, struct kp_place place, struct kp_buf *out)
{
    char letters[KP_CELL_NAME];
    (void)kp_cell_name(place.column, letters);
    if (ctx->common->lang == KP_LANG_EN)
        kp_buf_printf(out, "%s %s%" PRIu64, *letters ? "cell" : "row", letters, kp_place_row(place));
    else
        kp_buf_printf(out, "%s%s%" PRIu64 "行", letters, *letters ? "列 " : "", kp_place_row(place));
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_of(const struct kp_note *note, const struct kp_finding *f, uint32_t file)
{
    return note->finding.column == f->column && note->finding.code == f->code &&
           note->first[0].file == file && same_text(note->finding.field, f->field);
}

static const char *kept(struct kp_arena *arena, const char *text)
{
    return text ? kp_arena_strdup(arena, text) : NULL;
}

static bool same_arguments(const struct kp_finding *a, const struct kp_finding *b)
{
    size_t i = 0;
    while (i < KP_COUNT(a->args) && same_text(a->args[i], b->args[i]))
        i++;
    return i == KP_COUNT(a->args);
}

/* Returns the note that the finding counts for, NULL if it begins one. */
static struct kp_note *find(const struct kp_notes *notes, struct kp_note *bucket, const struct kp_finding *f,
                            uint32_t file)
{
    struct kp_note *last = NULL;
    size_t variants = 0;
    for (struct kp_note *note = bucket; note; note = note->next) {
        if (!is_of(note, f, file))
            continue;
        if (same_arguments(&note->finding, f))
            return note;
        last = last ? last : note; /* the latest is first in the bucket */
        variants++;
    }
    return variants >= notes->most_variants ? last : NULL;
}

static struct kp_note *add(struct kp_notes *notes, const struct kp_finding *f, struct kp_note **bucket)
{
    struct kp_arena *arena = &notes->run->ctx->arena;
    struct kp_note *note = kp_arena_alloc(arena, sizeof(*note));
    if (!note)
        return NULL;
    *note = (struct kp_note){
        .next = *bucket,
        .finding = {.code = f->code,
                    .column = f->column,
                    .field = kept(arena, f->field),
                    .header = kept(arena, f->header),
                    .args = {kept(arena, f->args[0]), kept(arena, f->args[1]), kept(arena, f->args[2])}}};
    notes->n++;
    return *bucket = note;
}

void kp_finding_generalise(struct kp_finding *kept, const struct kp_finding *other)
{
    for (size_t i = 0; i < KP_COUNT(kept->args); i++)
        if (!same_text(kept->args[i], other->args[i]))
            kept->args[i] = "…";
}

void kp_notes_count(struct kp_notes *notes, const struct kp_finding *f, struct kp_place place)
{
    struct kp_arena *arena = &notes->run->ctx->arena;
    if (!notes->buckets)
        notes->buckets = kp_arena_alloc(arena, BUCKETS * sizeof(*notes->buckets));
    if (!notes->buckets)
        return;
    struct kp_note **bucket =
        &notes->buckets[(place.file * 31337u + f->column * 613u + (unsigned)f->code) % BUCKETS];
    struct kp_note *note = find(notes, *bucket, f, place.file);
    if (!note && !(note = add(notes, f, bucket)))
        return;
    note->path = notes->run->inputs.list[place.file].path;
    kp_finding_generalise(&note->finding, f);
    note->n++;
    kp_place_note(note->first, place);
}

int kp_notes_compare(const void *a, const void *b)
{
    const struct kp_note *x = *(struct kp_note *const *)a, *y = *(struct kp_note *const *)b;
    const struct kp_finding *f = &x->finding, *g = &y->finding;
    int paths = strcmp(x->path, y->path); /* the order of joined files must not matter */
    if (paths != 0)
        return paths;
    if (x->first[0].file != y->first[0].file)
        return x->first[0].file < y->first[0].file ? -1 : 1;
    if (f->column != g->column)
        return f->column < g->column ? -1 : 1;
    if (f->code != g->code)
        return f->code < g->code ? -1 : 1;
    return strcmp(f->field ? f->field : "", g->field ? g->field : "");
}

static void add_cell(struct kp_buf *line, struct kp_buf *cell)
{
    kp_buf_char(line, ',');
    kp_buf_sheet_cell(line, kp_buf_text(cell));
    line->failed |= cell->failed;
    kp_buf_reset(cell);
}

void kp_note_line(const struct kp_run *run, const struct kp_note *note, struct kp_buf *line)
{
    struct kp_diag diag = run->ctx->diag;
    struct kp_buf cell = {0};
    diag.show_values = false; /* a line is about many rows */
    kp_buf_reset(line);
    kp_buf_sheet_cell(line, note->path);
    kp_diag_where(&run->ctx->diag, &note->finding, false, &cell);
    add_cell(line, &cell);
    kp_buf_printf(line, ",K%04u", (unsigned)note->finding.code);
    kp_diag_text(&diag, &note->finding, &cell);
    add_cell(line, &cell);
    kp_buf_printf(line, ",%" PRIu64 ",", note->n);
    for (size_t i = 0; i < KP_FIRST_PLACES && note->first[i].line; i++)
        kp_buf_printf(line, "%s%" PRIu64, i ? " " : "", note->first[i].line);
    kp_buf_release(&cell);
}

struct kp_note **kp_notes_sorted(const struct kp_notes *notes)
{
    struct kp_note **list =
        notes->n ? kp_arena_alloc(&notes->run->ctx->arena, notes->n * sizeof(*list)) : NULL;
    size_t n = 0;
    for (size_t i = 0; list && i < BUCKETS; i++)
        for (struct kp_note *note = notes->buckets[i]; note; note = note->next)
            list[n++] = note;
    if (n > 0)
        qsort(list, n, sizeof(*list), kp_notes_compare);
    return list;
}
