/* A long register of consents is read as a short one is: the same rows under the same keys, the same faults.
 */
#include "folder.h"
#include "messages.h"
#include "tables.h"

#include "law/consent_index.h"
#include "law/registers.h"

#define HEADER                                                                                                 \
    "consent_id,employee_id,insurer_number,insured_symbol,insured_number,insured_branch,recipient,items,kind," \
    "given_on,withdrawn_on,evidence,name_kana,birth_date,exam_from,exam_to\n"

static struct kp_diag diag = {.catalogue = &catalogue, .env = &ENV};
static struct kp_context ctx;

static int set_up(void **state)
{
    return make_folder(state) == 0 ? load_tables(state) : -1;
}

static int tear_down(void **state)
{
    (void)free_tables(state);
    return remove_folder(state);
}

struct pair {
    struct kp_consent_register whole, indexed;
    enum kp_status st[2];
    unsigned code[2], count[2];
    uint64_t line[2];
};

static struct pair load(const char *bytes, size_t n)
{
    struct pair p = {.st = {KP_OK}};
    struct kp_map ids = {0};
    const char *path = put_file("consents.csv", bytes, n);
    ctx = (struct kp_context){.io = &kp_io_posix, .diag = diag, .tables = tables};
    for (int i = 0; i < 2; i++) {
        memset(&got, 0, sizeof(got));
        p.st[i] =
            i ? kp_consent_index_load(&ctx, path, &p.indexed) : kp_consents_load(&ctx, path, &ids, &p.whole);
        p.code[i] = got.code;
        p.line[i] = got.line;
        p.count[i] = (unsigned)got.count;
    }
    return p;
}

static void unload(struct pair *p)
{
    kp_consent_index_close(p->indexed.index);
    kp_arena_release(&ctx.arena);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_row(const struct kp_consent *a, const struct kp_consent *b)
{
    return same_text(a->id, b->id) && same_text(a->recipient, b->recipient) &&
           same_text(a->items, b->items) && a->kind == b->kind && same_text(a->evidence, b->evidence) &&
           memcmp(&a->given, &b->given, sizeof(a->given)) == 0 &&
           memcmp(&a->withdrawn, &b->withdrawn, sizeof(a->withdrawn)) == 0 &&
           memcmp(&a->exam_from, &b->exam_from, sizeof(a->exam_from)) == 0 &&
           same_text(a->who.employee_id, b->who.employee_id) && same_text(a->who.card, b->who.card) &&
           same_text(a->who.branch, b->who.branch) && same_text(a->who.insurer, b->who.insurer) &&
           same_text(a->who.name_kana, b->who.name_kana) &&
           memcmp(&a->who.birth, &b->who.birth, sizeof(a->who.birth)) == 0;
}

/* Every key of the one leads to the same rows, in the same order, in the other. */
static void assert_same(struct pair *p)
{
    assert_int_equal(p->st[0], KP_OK);
    assert_int_equal(p->st[1], KP_OK);
    assert_int_equal(p->whole.n, p->indexed.n);
    for (size_t i = 0; i < p->whole.n; i++) {
        uint32_t first = 0;
        const char *key = kp_consent_key(&ctx.arena, &p->whole.list[i].who);
        assert_true(kp_map_get(&p->whole.by_person, key, &first));
        assert_true(kp_consent_index_has(p->indexed.index, key));
        const struct kp_consent *a = &p->whole.list[first];
        const struct kp_consent *b = kp_consent_index_find(p->indexed.index, &ctx.arena, key);
        for (; a && b; a = a->next, b = b->next)
            if (!same_row(a, b))
                fail_msg("%s differs from %s", a->id, b->id);
        assert_true(!a && !b);
    }
    assert_null(kp_consent_index_find(p->indexed.index, &ctx.arena, "0\x1fnobody"));
    assert_int_equal(p->count[0], p->count[1]);
}

static void rows__of_every_kind__are_the_same(void **state UNUSED)
{
    static const char bytes[] =
        "# a comment\n" HEADER "C2,E1,,,,,*,other,explicit,2025-04-01,,paper,,,,\n"
        "\n# another\nC1,E1,,,,,06139463,all,refusal,2025/4/2,,\"two\nlines, and \"\"quotes\"\"\","
        "カブラギ マヒロ,1980-01-02,,\n"
        ",,,,,,,,,,,,,,,\n#C9,,,,,,,,,,,,,,,\n"
        "C3,,6139463,12,34,00,*,all,notice,2025-04-01,2025-05-01,,,,2025-01-01,2025-12-31\n"
        "C4,,06139463,12,34,01,*,all,explicit,2025-04-01,,,,,,";
    struct pair p = load(bytes, sizeof(bytes) - 1);
    assert_same(&p);
    assert_int_equal(p.indexed.n, 4);
    unload(&p);
}

static void rows__of_cp932__are_the_same(void **state UNUSED)
{
    static const char bytes[] = HEADER "C1,E1,,,,,*,all,explicit,2025-04-01,,\x8f\x91\x96\xca,,,,\n";
    struct pair p = load(bytes, sizeof(bytes) - 1);
    assert_same(&p);
    assert_string_equal(p.whole.list->evidence, "書面");
    unload(&p);
}

/* Long cells, long comments, and several rows under a key. */
static void rows__many_and_long__are_the_same(void **state UNUSED)
{
    struct kp_buf rows = {0};
    kp_buf_str(&rows, HEADER);
    for (int i = 0; i < 20000; i++) {
        kp_buf_printf(&rows, "C%d,E%d,,,,,*,%s,explicit,2025-04-01,,\"", (i * 7919) % 20000, i % 7000,
                      i % 2 ? "all" : "other");
        for (int k = i % 500 ? i % 13 : 9000; k > 0; k--)
            kp_buf_str(&rows, k % 40 ? "証" : "\n");
        kp_buf_str(&rows, "\",,,,\n");
        if (i % 1000 == 0)
            kp_buf_printf(&rows, "# %05000d\n", i);
    }
    assert_true(kp_buf_ok(&rows));
    struct pair p = load(rows.data, rows.len);
    assert_same(&p);
    kp_buf_release(&rows);
    unload(&p);
}

static void faults__of_any_kind__are_the_same(void **state UNUSED)
{
    static const char *const wrong[] = {
        HEADER "C1,E1,,,,,*,all,explicit,2025-04-01,,,,,,\nC1,E2,,,,,*,all,explicit,2025-04-01,,,,,,\n",
        HEADER ",E1,,,,,*,all,explicit,2025-04-01,,,,,,\n",
        HEADER "C1,,,,,,*,all,explicit,2025-04-01,,,,,,\n",
        HEADER "C1,E1,,,,,*,all,perhaps,2025-04-01,,,,,,\n",
        HEADER "C1,E1,,,,,*,all,explicit,2025-04-31,,,,,,\n",
        HEADER "C1,E1,,,,,06139464,all,explicit,2025-04-01,,,,,,\n",
        HEADER "C1,,06139463,12,34,,*,all,explicit,2025-04-01,,,,,,\n",
        HEADER "C1,E1,,,,,*,all,explicit,2025-04-01\n",
        HEADER "C1,E1,,,,,*,all,explicit,2025-04-01,,\"open,,,,\n",
        HEADER "C1,E1,,,,,*,all,explicit,2025-04-01,,\xff\xff,,,,\n",
        "consent_id,employee_id\nC1,E1\n",
        "consent_id,colour," HEADER,
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        struct pair p = load(wrong[i], strlen(wrong[i]));
        if (p.st[0] != KP_E_USAGE || p.st[1] != KP_E_USAGE || p.code[0] != p.code[1] ||
            p.line[0] != p.line[1] || p.count[0] != p.count[1])
            fail_msg("%zu: status %d and %d, K%u and K%u, line %u and %u, %u and %u messages", i, p.st[0],
                     p.st[1], p.code[0], p.code[1], (unsigned)p.line[0], (unsigned)p.line[1], p.count[0],
                     p.count[1]);
        unload(&p);
    }
}

static void row__changed_since__is_no_consent(void **state UNUSED)
{
    static const char bytes[] = HEADER "C1,E1,,,,,*,all,explicit,2025-04-01,,,,,,\n";
    struct pair p = load(bytes, sizeof(bytes) - 1);
    const char *key = kp_consent_key(&ctx.arena, &(struct kp_person){.employee_id = "E1"});
    assert_non_null(kp_consent_index_find(p.indexed.index, &ctx.arena, key));
    FILE *f = fopen(in_folder("consents.csv"), "r+");
    assert_non_null(f);
    assert_int_equal(fseek(f, (long)sizeof(HEADER) - 1 + 3, SEEK_SET), 0);
    assert_int_equal(fputs("E2", f) < 0, 0);
    assert_int_equal(fclose(f), 0);
    assert_null(kp_consent_index_find(p.indexed.index, &ctx.arena, key));
    assert_int_equal(truncate(in_folder("consents.csv"), 20), 0);
    assert_null(kp_consent_index_find(p.indexed.index, &ctx.arena, key));
    assert_true(ctx.arena.failed); /* the run must not go on */
    unload(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows__of_every_kind__are_the_same),
        cmocka_unit_test(rows__of_cp932__are_the_same),
        cmocka_unit_test(rows__many_and_long__are_the_same),
        cmocka_unit_test(faults__of_any_kind__are_the_same),
        cmocka_unit_test(row__changed_since__is_no_consent),
    };
    return cmocka_run_group_tests_name("consent_index", tests, set_up, tear_down);
}
