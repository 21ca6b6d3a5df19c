/* Small exports into which somebody has put one or two quotes: no document holds values of two lines, and the
 * rows account for every line, or the file is refused. (input/test_stray_quotes.c looks at rows alone.) */
#include "random.h"
#include "small_run.h"

#include "input/intake.h"
#include "input/rows.h"

enum { EXPORTS = 2000, WIDTH = 16, FIRST = 11, MOST_ROWS = 5, MAX_BYTES = 4096, RUNS_OF = 100 };

/* %1$02d is the row's number; ケンポ and the like are followed by it in kana or full-width digits (%2$s,
 * %3$s). */
static const char *const HEADERS[WIDTH] = {
    "社員番号", "保険者番号", "保険記号",     "保険番号",     "カナ氏名", "性別", "生年月日", "郵便番号",
    "住所",     "健診実施日", "健診機関番号", "健診機関名称", "備考",     "身長", "総合判定", "健診判定医"};
static const char *const CELLS[WIDTH] = {"E%1$d",      INSURER,        "12",           "50%1$d",
                                         "ケンポ%2$s", "男",           "1975-05-%1$d", "650-01%1$d",
                                         "港町%1$d番", "2025-06-%1$d", "2819902251",   "健診%1$d番",
                                         "メモ%1$d",   "1%1$d.0",      "所見%1$d番",   "医師%1$d番"};
/* As documents write them. */
static const char *const SHOWN[] = {"extension=\"50%1$d\"", ">ケンポ%2$s<", "value=\"197505%1$d\"",
                                    ">650-01%1$d<",         "港町%3$s番",   "健診%3$s番",
                                    "所見%3$s番",           "医師%3$s番",   "value=\"1%1$d.0\""};

struct export
{
    char bytes[MAX_BYTES];
    size_t n;
    unsigned rows;
    uint64_t lines;
};

static const char *filled(const char *pattern, unsigned row)
{
    static const char *const kana[] = {"ア", "イ", "ウ", "エ", "オ", "カ", "キ", "ク", "ケ", "コ"};
    static const char *const wide[] = {"０", "１", "２", "３", "４", "５", "６", "７", "８", "９"};
    char in_kana[8], in_wide[8];
    (void)snprintf(in_kana, sizeof(in_kana), "%s%s", kana[row / 10], kana[row % 10]);
    (void)snprintf(in_wide, sizeof(in_wide), "%s%s", wide[row / 10], wide[row % 10]);
    const struct {
        const char *mark, *text;
    } parts[] = {{"%1$d", textf("%u", row)}, {"%2$s", in_kana}, {"%3$s", in_wide}};
    for (size_t i = 0; i < COUNT(parts); i++) {
        const char *at = strstr(pattern, parts[i].mark);
        if (at)
            pattern =
                textf("%.*s%s%s", (int)(at - pattern), pattern, parts[i].text, at + strlen(parts[i].mark));
    }
    return pattern;
}

static void add(struct export *e, const char *bytes)
{
    size_t n = strlen(bytes);
    assert_true(e->n + n < MAX_BYTES);
    memcpy(e->bytes + e->n, bytes, n + 1);
    e->n += n;
}

/* Vendors quote nothing, everything, or some texts, which may then contain a line break. */
static void write_export(struct export *e)
{
    enum { PLAIN, ALL, SOME, STYLES };
    unsigned style = random_below(STYLES);
    *e = (struct export){.rows = 2 + random_below(MOST_ROWS - 1)};
    for (unsigned row = 0; row <= e->rows; row++)
        for (unsigned i = 0; i < WIDTH; i++) {
            const char *cell = row == 0 ? HEADERS[i] : filled(CELLS[i], FIRST + row - 1);
            bool memo = row > 0 && style == SOME && i == 12 && random_below(2);
            bool quoted = style == ALL || memo || (style == SOME && random_below(3) == 0);
            add(e, quoted ? "\"" : "");
            add(e, cell);
            add(e, memo ? "\n次の行" : "");
            add(e, quoted ? "\"" : "");
            add(e, i + 1 < WIDTH ? "," : "\n");
        }
    for (size_t i = 0; i < e->n; i++)
        e->lines += e->bytes[i] == '\n';
}

/* Mostly where a quote may stand, beside a delimiter; the second often closes the cell that the first opened.
 */
static void insert_quotes(struct export *e)
{
    size_t at = 0;
    for (unsigned again = 0, n = 1 + random_below(2); again < n; again++) {
        bool near = again && random_below(2);
        at = near ? at + 1 : random_below((unsigned)e->n);
        const char *comma = random_below(3) || near ? strchr(e->bytes + (at < e->n ? at : 0), ',') : NULL;
        at = comma ? (size_t)(comma - e->bytes) + (near ? 0 : random_below(2)) : at;
        memmove(e->bytes + at + 1, e->bytes + at, e->n + 1 - at);
        e->bytes[at] = '"';
        e->n++;
    }
}

/* Returns how many lines of the export the document has values of. */
static unsigned lines_in(const char *document, unsigned rows)
{
    unsigned n = 0;
    for (unsigned row = FIRST; row < FIRST + rows; row++) {
        bool found = false;
        for (size_t i = 0; i < COUNT(SHOWN) && !found; i++)
            found = strstr(document, filled(SHOWN[i], row));
        n += found;
    }
    return n;
}

static uint64_t lines_of(const struct kp_row *row)
{
    uint64_t lines = 1;
    for (size_t i = 0; i < row->n_cells; i++)
        for (size_t k = 0; k < row->cells[i].n; k++)
            lines += row->cells[i].bytes[k] == '\n';
    return lines;
}

/* What became of an export. */
struct outcome {
    bool refused, mixed;
    unsigned documents;
    uint64_t lines; /* that rows and header account for */
};

static struct outcome read_export(const struct export *e)
{
    const char *path = put_file("e.csv", e->bytes, e->n);
    const struct kp_input_files files = {&path, NULL, 1};
    struct kp_rows reader = {.ctx = &run_ctx, .inputs = &run.inputs};
    struct outcome o = {.refused = kp_intake(&run_ctx, &run_options.input, &files, &run.inputs) != KP_OK};
    for (bool end = o.refused; !end && !o.refused;) {
        struct kp_slot slot = {.row = {.file = 0}};
        slot.told = (struct kp_told){.arena = &slot.arena};
        o.refused = kp_rows_next(&reader, &slot.arena, &slot.row, &end) != KP_OK;
        if (!end && !o.refused) {
            o.lines += lines_of(&slot.row);
            kp_worker_decide(&run, run_tools(), &slot);
            assert_false(slot.arena.failed);
        }
        if (!end && !o.refused && slot.outcome == KP_RELEASED) {
            o.documents++;
            o.mixed |= lines_in(kp_buf_text(&run_tools()->document), e->rows) != 1;
        }
        kp_slot_release(&slot);
    }
    o.lines += run.inputs.list[0].n_header_rows;
    kp_rows_close(&reader);
    return o;
}

static void quotes__at_random__no_document_mixes_lines(void **state UNUSED)
{
    static struct export e;
    unsigned refused = 0, documents = 0;
    for (unsigned seed = 1; seed <= EXPORTS; seed++) {
        if (seed % RUNS_OF == 1)
            begin_run(KP_CMD_EXPORT, ANN); /* frees what the exports have left in its arena */
        seed_random(seed);
        write_export(&e);
        bool sound = seed % 50 == 0; /* a few remain as they are */
        if (!sound)
            insert_quotes(&e);
        struct outcome o = read_export(&e);
        refused += o.refused;
        documents += o.documents;
        if (o.mixed || (!o.refused && o.lines != e.lines) || (sound && (o.refused || o.documents != e.rows)))
            fail_msg("seed %u: %u documents, %u of %u lines, K%u %s:\n%s", seed, o.documents,
                     (unsigned)o.lines, (unsigned)e.lines, got.code, got.text, e.bytes);
    }
    assert_in_range(refused, EXPORTS / 10, EXPORTS * 9 / 10);
    assert_true(documents > EXPORTS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(quotes__at_random__no_document_mixes_lines, set_up_small_run,
                                        tear_down_small_run),
    };
    return cmocka_run_group_tests_name("stray_documents", tests, NULL, NULL);
}
