/*
 * The tables of a schema never accept what libxml2 rejects: documents are altered at random, and both judge
 * the events. The profile is always tried; the ministry's files too, if the variable OFFICIAL_XSD names their
 * folder. A stream is made from its number alone: XSD_FIRST and XSD_COUNT repeat one.
 */
#include "files.h"
#include "kept.h"
#include "profile.h"
#include "random.h"

#include "base/arena.h"
#include "format/xmlread.h"

#include <stdio.h>

enum { MAX_ATTRS = 10, MAX_CHILDREN = 400, WORDS = 6000, MAX_DOCUMENTS = 100, MAX_EDITS = 4 };

struct element {
    const char *name, *text, *tail; /* tail: text behind the first child, or at the end */
    struct kp_xml_attr attrs[MAX_ATTRS];
    size_t n_attrs, n_children;
    struct element *children[MAX_CHILDREN];
};

struct words {
    const char *list[WORDS];
    size_t n;
};

struct set {
    const char *name;
    struct kp_xml_schema *schema;
    struct kp_xml_check *check;
    struct kp_tree documents[MAX_DOCUMENTS];
    size_t n_documents;
    struct words names, values;
    unsigned long streams, accepted, sampled, missed;
};

static struct kp_arena kept_trees, scratch;
static char edits[400]; /* of the stream, for the message */

/* --- loading --- */

static void add_word(struct words *to, const char *at, size_t n)
{
    char *word = keep(n + 1);
    memcpy(word, at, n);
    for (size_t i = 0; i < to->n; i++)
        if (strcmp(to->list[i], word) == 0)
            return;
    if (to->n < WORDS)
        to->list[to->n++] = word;
}

/* Takes the words within name="..." or value="...". */
static void take_quoted(struct words *to, const char *text, const char *what, size_t at_most)
{
    for (size_t i = 0; (text = strstr(text, what)) != NULL && i < at_most; i++) {
        text += strlen(what);
        add_word(to, text, strcspn(text, "\""));
    }
}

static void add_document(struct set *set, const char *path)
{
    size_t n = 0;
    char *bytes = slurp(path, &n);
    struct kp_tree tree;
    enum kp_xml_fault fault;
    unsigned long line;
    const char *where;
    assert_int_equal(kp_xml_read(&kept_trees, bytes, n, &tree, &fault, &line), KP_OK);
    (void)kp_tree_check(&tree, set->check, false);
    if (kp_xml_check_finish(set->check, &where) == KP_OK && set->n_documents < MAX_DOCUMENTS)
        set->documents[set->n_documents++] = tree;
    take_quoted(&set->values, bytes, "=\"", 10000);
}

static void add_documents(struct set *set)
{
    char **found = NULL;
    static const char *const patterns[] = {"tests/golden/documents/*.xml", "tests/xsd_rules/*.xml"};
    for (size_t i = 0; i < COUNT(patterns); i++) {
        size_t n = paths(patterns[i], &found);
        for (size_t k = 0; k < n; k++)
            add_document(set, found[k]);
    }
    assert_true(set->n_documents > 0);
}

static size_t read_files(const char *folder, struct kp_xsd_file *files)
{
    char **found = NULL;
    size_t n = 0;
    for (size_t i = 0; i < 2; i++) {
        size_t m = paths(textf(i ? "%s/coreschemas/*.xsd" : "%s/*.xsd", folder), &found);
        for (size_t k = 0; k < m; k++, n++) {
            files[n].bytes = slurp(found[k], &files[n].n);
            files[n].name = textf("%s", found[k] + strlen(folder) + 1);
        }
    }
    return n;
}

static void load(struct set *set, const char *folder, const char *name)
{
    struct kp_xsd_file files[32];
    struct kp_buf detail = {0};
    size_t n = read_files(folder, files);
    set->name = textf("%s/%s", folder, name);
    assert_int_equal(kp_xml_schema_load(files, n, name, &set->schema, &detail), KP_OK);
    assert_true(kp_xml_schema_is_compiled(set->schema));
    assert_int_equal(kp_xml_check_new(set->schema, &set->check), KP_OK);
    kp_buf_release(&detail);
    for (size_t i = 0; i < n; i++) {
        take_quoted(&set->names, files[i].bytes, " name=\"", 400);
        take_quoted(&set->values, files[i].bytes, " value=\"", 400);
        take_quoted(&set->values, files[i].bytes, " fixed=\"", 400);
    }
    add_documents(set);
}

/* --- a document to alter --- */

static struct element *make(const struct kp_node *node)
{
    struct element *e = kp_arena_alloc(&scratch, sizeof(*e));
    assert_non_null(e);
    e->name = node->name;
    e->text = node->text_first || !node->first ? node->text : "";
    e->tail = node->text_first || !node->first ? "" : node->text;
    for (size_t i = 0; i < node->n_attrs && i < MAX_ATTRS; i++)
        e->attrs[e->n_attrs++] = node->attrs[i];
    for (const struct kp_node *child = node->first; child && e->n_children < MAX_CHILDREN - 2;
         child = child->next)
        e->children[e->n_children++] = make(child);
    return e;
}

static size_t count(const struct element *e)
{
    size_t n = 1;
    for (size_t i = 0; i < e->n_children; i++)
        n += count(e->children[i]);
    return n;
}

/* Returns the n-th element, with its parent and place. */
static struct element *pick(struct element *e, size_t *n, struct element **ret_parent, size_t *ret_at)
{
    for (size_t i = 0; i < e->n_children; i++) {
        if ((*n)-- == 0) {
            *ret_parent = e;
            *ret_at = i;
            return e->children[i];
        }
        struct element *found = pick(e->children[i], n, ret_parent, ret_at);
        if (found)
            return found;
    }
    return NULL;
}

static void insert(struct element *parent, size_t at, struct element *child)
{
    if (parent->n_children == MAX_CHILDREN)
        return;
    memmove(parent->children + at + 1, parent->children + at, (parent->n_children - at) * sizeof(child));
    parent->children[at] = child;
    parent->n_children++;
}

/* --- values --- */

static const char *const odd[] = {"",
                                  " ",
                                  "0",
                                  "1",
                                  "-0",
                                  "+1",
                                  "1.",
                                  ".5",
                                  "-.5",
                                  "1e5",
                                  "INF",
                                  "-INF",
                                  "NaN",
                                  "00",
                                  "007",
                                  "1.0000000000000000000000001",
                                  "99999999999999999999999999",
                                  "123456789012345",
                                  "1234567890123456",
                                  "true",
                                  "false",
                                  "TRUE",
                                  "true ",
                                  " true",
                                  "1 ",
                                  "a b",
                                  "a  b",
                                  "\t",
                                  "a\tb",
                                  "a\nb",
                                  "a\r",
                                  "\xc2\xa0",
                                  "\xe3\x80\x80",
                                  "\x7f",
                                  "\xc2\x85",
                                  "&",
                                  "<",
                                  "urn:a",
                                  "tel:",
                                  "tel:0",
                                  "tel:03-1234",
                                  "http://[",
                                  "mailto:a%zz",
                                  "a:b:c",
                                  "%",
                                  "#",
                                  "2.16.840",
                                  "2..1",
                                  "3.1",
                                  "2.01",
                                  "A-1",
                                  "A_1",
                                  "-A",
                                  "20260230",
                                  "20260431",
                                  "2026",
                                  "20261301",
                                  "202604011200",
                                  "20260401120000.5+0900",
                                  "123456789",
                                  "\xf0\xa0\xae\xb7",
                                  "\xef\xbd\xb1",
                                  "\xe3\x82\xa2",
                                  "\xe3\x83\xbc",
                                  "PQ",
                                  "IVL_PQ",
                                  "v3:PQ",
                                  "xs:string",
                                  "NI",
                                  "NA",
                                  "UNK",
                                  "OBS",
                                  "EVN",
                                  "12345678-1234-1234-1234-123456789012",
                                  "SGVsbG8=",
                                  "H H",
                                  "WP HP",
                                  "WP",
                                  "-12.345",
                                  "-12.3456",
                                  "1,5"};

static const char *joined(const char *a, size_t n, const char *middle, const char *rest)
{
    return kp_arena_printf(&scratch, "%.*s%s%s", (int)n, a, middle, rest);
}

static size_t character_end(const char *s, size_t at)
{
    while (s[at] && ((unsigned char)s[at] & 0xc0) == 0x80)
        at++;
    return at;
}

static const char *repeated(const char *s, unsigned times)
{
    struct kp_buf buf = {0};
    for (unsigned i = 0; i < times; i++)
        kp_buf_str(&buf, s);
    const char *copy = kp_arena_strdup(&scratch, kp_buf_text(&buf));
    kp_buf_release(&buf);
    return copy;
}

/* Returns the value with a character dropped, doubled, replaced or put in. */
static const char *nudged(const char *value)
{
    static const char *const pieces[] = {
        "0", "9", ".", "-", " ", "a", "Z", "\t", "\xe3\x82\xa2", "\xef\xbd\xb1", "\n", "+"};
    size_t n = strlen(value), from = character_end(value, random_below((unsigned)n + 1));
    size_t to = n > from ? character_end(value, from + 1) : from;
    const char *piece = pieces[random_below(COUNT(pieces))];
    switch (random_below(4)) {
    case 0: return joined(value, from, "", value + to);
    case 1: return joined(value, to, "", value + from);
    case 2: return joined(value, from, piece, value + to);
    default: return joined(value, from, piece, value + from);
    }
}

static const char *spaced(const char *value)
{
    static const char *const white[] = {" ", "\t", "\n", "  ", "\r\n"};
    const char *w = white[random_below(COUNT(white))];
    size_t half = character_end(value, strlen(value) / 2);
    switch (random_below(3)) {
    case 0: return joined("", 0, w, value);
    case 1: return joined(value, strlen(value), w, "");
    default: return joined(value, half, w, value + half);
    }
}

static const char *changed(const struct set *set, const char *value)
{
    static const unsigned lengths[] = {2, 8, 20, 21, 64, 100, 128, 256, 257, 5000};
    switch (random_below(8)) {
    case 0: return "";
    case 1: return spaced(value);
    case 2: return odd[random_below(COUNT(odd))];
    case 3: return repeated(random_below(2) ? "1" : "\xe3\x82\xa2", lengths[random_below(COUNT(lengths))]);
    case 4:
    case 5: return set->values.list[random_below((unsigned)set->values.n)];
    default: return nudged(value);
    }
}

/* --- edits --- */

static void put_attr(struct element *e, const char *name, const char *value)
{
    if (e->n_attrs < MAX_ATTRS)
        e->attrs[e->n_attrs++] = (struct kp_xml_attr){name, value, strlen(value)};
}

static void change_attr(const struct set *set, struct element *e)
{
    if (e->n_attrs == 0)
        return;
    struct kp_xml_attr *a = &e->attrs[random_below((unsigned)e->n_attrs)];
    a->value = changed(set, a->value);
    a->n = strlen(a->value);
}

static void drop_attr(struct element *e)
{
    if (e->n_attrs > 0)
        e->attrs[random_below((unsigned)e->n_attrs)] = e->attrs[e->n_attrs - 1];
    e->n_attrs -= e->n_attrs > 0;
}

static void double_attr(const struct set *set, struct element *e)
{
    if (e->n_attrs > 0) {
        const struct kp_xml_attr *a = &e->attrs[random_below((unsigned)e->n_attrs)];
        put_attr(e, a->name, random_below(2) ? a->value : changed(set, a->value));
    }
}

static const char *any_name(const struct set *set)
{
    return set->names.list[random_below((unsigned)set->names.n)];
}

static void add_attr(const struct set *set, struct element *e)
{
    static const char *const names[] = {"nullFlavor",
                                        "code",
                                        "codeSystem",
                                        "displayName",
                                        "value",
                                        "unit",
                                        "root",
                                        "extension",
                                        "typeCode",
                                        "classCode",
                                        "moodCode",
                                        "negationInd",
                                        "xml:lang",
                                        "use",
                                        "ID",
                                        "xsi:schemaLocation",
                                        "xsi:noNamespaceSchemaLocation",
                                        "inclusive",
                                        "representation",
                                        "mediaType",
                                        "xsi:foo"};
    const char *value = changed(set, "1");
    put_attr(e, random_below(3) ? names[random_below(COUNT(names))] : any_name(set), value);
}

static void set_type(const struct set *set, struct element *e)
{
    static const char *const types[] = {
        "PQ",   "CD",        "CO",     "ST",    "ANY", "IVL_PQ", "II", "II.Insurer", "II.Patient",
        "TS",   "BL",        "INT",    "CE",    "CV",  "ED",     "SC", "REAL",       "RangeValue",
        "text", "xs:string", "string", "v3:PQ", "",    " PQ",    "PQ "};
    const char *type = random_below(4) ? types[random_below(COUNT(types))] : any_name(set);
    for (size_t i = 0; i < e->n_attrs; i++)
        if (strcmp(e->attrs[i].name, "xsi:type") == 0) {
            e->attrs[i] = (struct kp_xml_attr){"xsi:type", type, strlen(type)};
            return;
        }
    put_attr(e, "xsi:type", type);
}

static void set_nil(struct element *e)
{
    static const char *const values[] = {"true", "false", "1", "", "x"};
    put_attr(e, "xsi:nil", values[random_below(COUNT(values))]);
}

static void put_text(const struct set *set, struct element *e)
{
    static const char *const texts[] = {" ", "\n\t", "x", "\xe3\x82\xa2", "0"};
    const char *text = random_below(3) ? texts[random_below(COUNT(texts))] : changed(set, e->text);
    if (random_below(2))
        e->text = text;
    else
        e->tail = text;
}

static void graft(const struct set *set, struct element *parent, size_t at)
{
    struct element *from = make(set->documents[random_below((unsigned)set->n_documents)].root), *above = NULL;
    size_t n = random_below((unsigned)count(from)), where = 0;
    struct element *found = random_below(8) ? pick(from, &n, &above, &where) : NULL;
    if (random_below(2))
        parent->children[at] = found ? found : from;
    else
        insert(parent, at, found ? found : from);
}

/* Swaps the content or the attributes of two elements of one name, or puts them side by side. */
static void borrow(const struct set *set, struct element *e)
{
    struct element *from = make(set->documents[random_below((unsigned)set->n_documents)].root), *above = NULL;
    for (size_t tries = 0; tries < 20; tries++) {
        size_t n = random_below((unsigned)count(from)), at = 0;
        const struct element *found = pick(from, &n, &above, &at);
        if (found && strcmp(found->name, e->name) == 0) {
            *e = *found;
            return;
        }
    }
}

static void add_empty(const struct set *set, struct element *parent, size_t at)
{
    struct element *child = kp_arena_alloc(&scratch, sizeof(*child));
    assert_non_null(child);
    *child = (struct element){.name = any_name(set), .text = "", .tail = ""};
    insert(parent, at, child);
}

static void edit(const struct set *set, struct element *root)
{
    struct element *parent = NULL, *e;
    size_t n = random_below((unsigned)count(root)), at = 0;
    unsigned how = random_below(24);
    e = pick(root, &n, &parent, &at);
    (void)snprintf(edits + strlen(edits), sizeof(edits) - strlen(edits), " %u on <%s>", how,
                   e ? e->name : root->name);
    if (!e) { /* the root */
        e = root;
        how = how < 6 || how > 21 ? 12 : how;
    }
    switch (how) {
    case 0:
        memmove(parent->children + at, parent->children + at + 1, (--parent->n_children - at) * sizeof(e));
        break;
    case 1: insert(parent, at, e); break;
    case 2:
        parent->children[at] = parent->children[parent->n_children - 1],
        parent->children[parent->n_children - 1] = e;
        break;
    case 3:
        if (at > 0)
            parent->children[at] = parent->children[at - 1], parent->children[at - 1] = e;
        break;
    case 4: graft(set, parent, at); break;
    case 5: add_empty(set, parent, at); break;
    case 6: e->name = any_name(set); break;
    case 7: drop_attr(e); break;
    case 8: add_attr(set, e); break;
    case 9: double_attr(set, e); break;
    case 10: set_type(set, e); break;
    case 11: set_nil(e); break;
    case 12: put_text(set, e); break;
    case 13: e->text = changed(set, e->text); break;
    case 14: borrow(set, e); break;
    case 15: e->n_children = 0; break;
    default: change_attr(set, e); break;
    }
}

/* --- judging --- */

static void walk(struct kp_xml_check *check, const struct element *e)
{
    kp_xml_check_start(check, e->name, e->attrs, e->n_attrs);
    if (*e->text)
        kp_xml_check_text(check, e->text, strlen(e->text));
    for (size_t i = 0; i < e->n_children; i++) {
        walk(check, e->children[i]);
        if (i == 0 && *e->tail)
            kp_xml_check_text(check, e->tail, strlen(e->tail));
    }
    kp_xml_check_end(check, e->name);
}

static bool is_accepted(struct set *set, const struct element *root, const char *ns, bool quick)
{
    const char *where = NULL;
    (void)kp_xml_check_quick(set->check, quick);
    kp_xml_check_begin(set->check, ns);
    walk(set->check, root);
    enum kp_status st = kp_xml_check_finish(set->check, &where);
    assert_int_not_equal(st, KP_E_SYSTEM);
    return st == KP_OK;
}

static void try_stream(struct set *set, unsigned long number)
{
    seed_random(number * 0x9e3779b97f4a7c15u + 1);
    for (int i = 0; i < 4; i++)
        (void)random_below(2);
    kp_arena_reset(&scratch);
    edits[0] = '\0';
    const struct kp_tree *tree = &set->documents[random_below((unsigned)set->n_documents)];
    struct element *root = make(tree->root);
    for (unsigned n = random_below(3) ? 1 : 1 + random_below(MAX_EDITS); n > 0; n--)
        edit(set, root);
    const char *ns = random_below(200) ? tree->ns : random_below(2) ? "urn:other" : "";
    set->streams++;
    if (is_accepted(set, root, ns, true)) {
        set->accepted++;
        if (!is_accepted(set, root, ns, false))
            fail_msg("%s: stream %lu, document %d, edits%s", set->name, number, (int)(tree - set->documents),
                     edits);
    } else if (number % 50 == 0) {
        set->sampled++;
        set->missed += is_accepted(set, root, ns, false);
    }
}

static unsigned long number_of(const char *variable, unsigned long usual)
{
    const char *text = getenv(variable);
    return text ? strtoul(text, NULL, 10) : usual;
}

static void try_streams(const char *folder, const char *name, unsigned long share)
{
    struct set *set = keep(sizeof(*set));
    unsigned long first = number_of("XSD_FIRST", 0);
    unsigned long n = number_of("XSD_COUNT", getenv("THOROUGH") ? 1000000 : 20000) / share;
    load(set, folder, name);
    for (size_t i = 0; i < set->n_documents; i++) { /* the tables decide on sound documents alone */
        kp_arena_reset(&scratch);
        assert_true(is_accepted(set, make(set->documents[i].root), set->documents[i].ns, true));
    }
    for (unsigned long i = first; i < first + n; i++)
        try_stream(set, i);
    printf("%s: %lu streams of %zu documents, accepted %lu; of %lu others libxml2 accepts %lu\n", set->name,
           set->streams, set->n_documents, set->accepted, set->sampled, set->missed);
    kp_xml_check_free(set->check);
    kp_xml_schema_free(set->schema);
}

static void tables__profile__accept_only_what_libxml2_does(void **state UNUSED)
{
    try_streams("schemas/xsd", "hc08_V08.xsd", 1);
    try_streams("schemas/xsd", "ix08_V08.xsd", 10);
}

static void tables__ministry__accept_only_what_libxml2_does(void **state UNUSED)
{
    const char *folder = getenv("OFFICIAL_XSD");
    if (!folder)
        skip();
    try_streams(folder, "hc08_V08.xsd", 1);
    try_streams(folder, "ix08_V08.xsd", 10);
}

static int tear_down(void **state UNUSED)
{
    kp_arena_release(&kept_trees);
    kp_arena_release(&scratch);
    free_kept();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables__profile__accept_only_what_libxml2_does),
        cmocka_unit_test(tables__ministry__accept_only_what_libxml2_does),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
