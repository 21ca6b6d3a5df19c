#include "v08/archive.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/embedded.h"
#include "base/keyset.h"
#include "base/status.h"

enum { SCHEMA_MAX_BYTES = 4 << 20, DIGITS = 10 };

static const char INDEX[] = "ix08_V08.xml";
static const char CLAIMS_SUMMARY[] = "su08_V08.xml";

/* --- telling --- */

static void count(struct kp_archive *a, enum kp_code code)
{
    enum kp_level level = kp_diag_level(&a->ctx->diag, code);
    a->faults += level > KP_LEVEL_WARN;
    a->warnings += level == KP_LEVEL_WARN;
    if (level < KP_LEVEL_WARN)
        return;
    for (size_t i = 0; i < a->n_codes; i++)
        if (a->codes[i].code == code) {
            a->codes[i].n++;
            return;
        }
    if (a->n_codes < KP_MAX_COUNTED_CODES) {
        a->codes[a->n_codes].code = code;
        a->codes[a->n_codes++].n = 1;
    }
}

void kp_archive_tell(struct kp_archive *a, const char *member, uint64_t line,
                     const struct kp_finding *finding)
{
    struct kp_buf place = {0};
    count(a, finding->code);
    if (a->silent)
        return;
    kp_buf_str(&place, a->path);
    kp_buf_str(&place, member ? ":" : "");
    for (const char *at = member; at && *at;
         at++) /* a name from outside: nothing in it may reach a terminal as a command */
        kp_buf_char(&place, *at > 0x20 && *at < 0x7f ? *at : '?');
    kp_diag_send(&a->ctx->diag, kp_buf_ok(&place) ? kp_buf_text(&place) : a->path, line, finding);
    kp_buf_release(&place);
}

void kp_archive_fault(struct kp_archive *a, const char *member, enum kp_code code, const char *where,
                      const char *arg1, const char *arg2)
{
    struct kp_finding finding = {.code = code, .field = where, .args = {arg1, arg2, NULL}};
    kp_archive_tell(a, member, 0, &finding);
}

static enum kp_status zip_fault(struct kp_archive *a, const char *member, enum kp_status st,
                                enum kp_zip_fault fault)
{
    static const enum kp_code codes[] = {[KP_ZIP_NOT_AN_ARCHIVE] = KP_K_ZIP_NOT_AN_ARCHIVE,
                                         [KP_ZIP_IN_PARTS] = KP_K_ZIP_IN_PARTS,
                                         [KP_ZIP_DIRECTORY] = KP_K_ZIP_DIRECTORY,
                                         [KP_ZIP_TOO_MANY] = KP_K_ZIP_TOO_MANY,
                                         [KP_ZIP_BOMB] = KP_K_ZIP_BOMB,
                                         [KP_ZIP_OVERLAP] = KP_K_ZIP_OVERLAP,
                                         [KP_ZIP_HIDDEN] = KP_K_ZIP_HIDDEN,
                                         [KP_ZIP_ENCRYPTED] = KP_K_ZIP_ENCRYPTED,
                                         [KP_ZIP_METHOD] = KP_K_ZIP_METHOD,
                                         [KP_ZIP_HEADERS] = KP_K_ZIP_HEADERS,
                                         [KP_ZIP_DATA] = KP_K_ZIP_DATA,
                                         [KP_ZIP_CRC] = KP_K_ZIP_CRC};
    if (st == KP_E_FAULT)
        kp_archive_fault(a, member, codes[fault], NULL, NULL, NULL);
    else if (st == KP_E_INPUT)
        kp_archive_fault(a, member, KP_K_BUNDLE_UNREADABLE, NULL, strerror(errno), NULL);
    else
        return kp_no_memory(a->ctx);
    return KP_E_FAULT;
}

/* --- names --- */

/* The digits before the separator, which is passed over; "" when they are none or too few or many. */
static const char *take_digits(struct kp_archive *a, const char **at, size_t least, size_t most,
                               char separator)
{
    size_t n = strspn(*at, "0123456789");
    if (n < least || n > most || (*at)[n] != separator)
        return "";
    const char *digits = kp_arena_strndup(&a->arena, *at, n);
    *at += n + (separator != '\0');
    return digits ? digits : "";
}

static void parse_name(struct kp_archive *a)
{
    const char *at = a->base;
    const char *sender = take_digits(a, &at, 8, DIGITS, '_');
    const char *receiver = *sender ? take_digits(a, &at, 8, DIGITS, '_') : "";
    const char *day = *receiver ? take_digits(a, &at, 9, 9, '_') : "";
    const char *event = *day ? take_digits(a, &at, 1, 1, '\0') : "";
    struct kp_archive_name name = {
        .sender = sender, .receiver = receiver, .event = *event, .send = *day ? day[8] : '\0'};
    char *date = kp_arena_strndup(&a->arena, day, *day ? 8 : 0);
    if (*event && date && kp_date_parse(date, &name.day, NULL) == KP_DATE_OK) {
        a->name = name;
        return;
    }
    a->name = (struct kp_archive_name){.sender = "", .receiver = ""};
    kp_archive_fault(a, NULL, KP_K_ARCHIVE_NAME, NULL, NULL, NULL);
}

/* Relative, of plain ASCII, without ways up or to a drive. */
static bool is_plain_path(const struct kp_zip_member *m)
{
    bool part_begins = true;
    for (size_t i = 0; i < m->n_name; i++) {
        char c = m->name[i];
        if (c <= 0x20 || c >= 0x7f || strchr("\\:*?\"<>|", c) || (part_begins && (c == '/' || c == '.')))
            return false;
        part_begins = c == '/';
    }
    return m->n_name > 0;
}

static bool begins_with(const char *name, const char *start, const char **ret_rest)
{
    size_t n = strlen(start);
    *ret_rest = name + n;
    return strncmp(name, start, n) == 0;
}

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0;
}

/* name: below the top folder. */
static enum kp_member_kind kind_of(const char *name, bool folder)
{
    static const char *const folders[] = {"", "DATA/", "XSD/", "XSD/coreschemas/", "CLAIMS/"};
    const char *rest = NULL;
    for (size_t i = 0; folder && i < KP_COUNT(folders); i++)
        if (strcmp(name, folders[i]) == 0)
            return KP_MEMBER_FOLDER;
    if (strcmp(name, INDEX) == 0)
        return KP_MEMBER_INDEX;
    if (strcmp(name, CLAIMS_SUMMARY) == 0)
        return KP_MEMBER_CLAIM;
    if (begins_with(name, "XSD/", &rest))
        return ends_with(rest, ".xsd") ? KP_MEMBER_SCHEMA : KP_MEMBER_OTHER;
    if (begins_with(name, "DATA/", &rest) && ends_with(rest, ".xml") && !strchr(rest, '/'))
        return KP_MEMBER_DOCUMENT;
    if (begins_with(name, "CLAIMS/", &rest) && ends_with(rest, ".xml") && !strchr(rest, '/'))
        return KP_MEMBER_CLAIM;
    return KP_MEMBER_OTHER;
}

/* The folder that everything should lie in: the namesake of the archive, else that of the index, else the
 * first there is;
 * "" when there is none, or the index lies in none. A broken directory is told when the members are looked
 * at. */
static void find_top(struct kp_archive *a)
{
    bool has_index = false, end = false;
    for (;;) {
        struct kp_zip_member m;
        enum kp_zip_fault fault = KP_ZIP_SOUND;
        if (kp_unzip_next(&a->zip, &m, &end, &fault) != KP_OK || end)
            break;
        const char *slash = strchr(m.name, '/');
        size_t n = slash ? (size_t)(slash - m.name) : 0;
        bool namesake = n > 0 && strlen(a->base) == n && strncmp(m.name, a->base, n) == 0;
        bool index = !has_index && strcmp(slash ? slash + 1 : m.name, INDEX) == 0;
        if (namesake || index || (!a->top && n > 0))
            a->top = kp_arena_strndup(&a->arena, m.name, n);
        has_index |= index;
        if (namesake)
            break;
    }
    a->top = a->top ? a->top : "";
    kp_unzip_rewind(&a->zip);
}

/* What stands below the top folder; NULL when the member lies outside. */
static const char *below_top(const struct kp_archive *a, const struct kp_zip_member *m)
{
    size_t n = strlen(a->top);
    if (n == 0)
        return m->name;
    return strncmp(m->name, a->top, n) == 0 && m->name[n] == '/' ? m->name + n + 1 : NULL;
}

/* --- schemas --- */

struct schemas {
    bool has_any[KP_MAX_XSD_FILES]; /* by row of the table: a file of that name is there */
    size_t n_profile;
    struct kp_xsd_file official[KP_MAX_XSD_FILES]; /* each once; in the archive's memory */
    size_t n_official;
    uint8_t digests[KP_MAX_XSD_FILES][KP_SHA256_BYTES]; /* of these, by row of the table */
    struct kp_zip_member index; /* to be read when the schemas are known; without its name */
    bool has_index;
};

static bool is_profile(const char *name, const char *digest)
{
    char own[KP_SHA256_HEX + 1];
    char path[64] = "xsd/";
    if (strlen(name) + sizeof("xsd/") > sizeof(path))
        return false;
    memcpy(path + 4, name, strlen(name) + 1);
    const struct kp_embedded *file = kp_embedded_find(path);
    return file && kp_schema_digest(file->bytes, (size_t)(file->end - file->bytes), own) == KP_OK &&
           strcmp(own, digest) == 0;
}

/* The digests leave white space out, so there can be any amount of it, in a pattern too. Of each run one
 * space is kept. */
static char *with_single_spaces(struct kp_arena *arena, const struct kp_buf *bytes, size_t *ret_n)
{
    char *copy = kp_arena_strndup(arena, kp_buf_text(bytes), bytes->len);
    size_t n = 0;
    for (size_t i = 0; copy && i < bytes->len; i++) {
        bool space = strchr(" \t\r\n", copy[i]) && copy[i];
        if (!space || n == 0 || copy[n - 1] != ' ')
            copy[n++] = space ? ' ' : copy[i];
    }
    if (copy)
        copy[n] = '\0';
    *ret_n = n;
    return copy;
}

/* row: of the table. */
static enum kp_status keep_official(struct kp_archive *a, struct schemas *s, size_t row)
{
    struct kp_xsd_file *file = &s->official[s->n_official++];
    file->name = a->ctx->tables.xsd_digests[row].name;
    file->bytes = with_single_spaces(&a->arena, &a->bytes, &file->n);
    bool kept = file->bytes && kp_sha256_of(file->bytes, file->n, s->digests[row]) == KP_OK;
    return kept ? KP_OK : kp_no_memory(a->ctx);
}

static enum kp_status take_schema(struct kp_archive *a, struct schemas *s, const struct kp_zip_member *m,
                                  const char *name)
{
    enum kp_zip_fault fault = KP_ZIP_SOUND;
    char digest[KP_SHA256_HEX + 1];
    const struct kp_tables *tables = &a->ctx->tables;
    size_t i = 0;
    while (i < tables->n_xsd_digests && strcmp(tables->xsd_digests[i].name, name + 4) != 0)
        i++;
    enum kp_status st = kp_unzip_read(&a->zip, m, SCHEMA_MAX_BYTES, &a->bytes, &fault);
    if (st != KP_OK)
        return zip_fault(a, name, st, fault);
    if (i == tables->n_xsd_digests) {
        kp_archive_fault(a, name, KP_K_MEMBER_ALIEN, NULL, NULL, NULL);
        return KP_OK;
    }
    if (kp_schema_digest(kp_buf_text(&a->bytes), a->bytes.len, digest) != KP_OK)
        return kp_no_memory(a->ctx);
    bool again = s->has_any[i];
    s->has_any[i] = true;
    if (strcmp(tables->xsd_digests[i].sha256, digest) == 0)
        return again ? KP_OK : keep_official(a, s, i);
    if (is_profile(name + 4, digest))
        s->n_profile++;
    else
        kp_archive_fault(a, name, KP_K_SCHEMA_DIFFERS, NULL, NULL, NULL);
    return KP_OK;
}

void kp_archive_forget_official(struct kp_archive_checks *c)
{
    kp_xml_check_free(c->official_document);
    kp_xml_check_free(c->official_index);
    kp_schemas_free(&c->schemas);
    c->official_document = c->official_index = NULL;
    c->schemas = (struct kp_schemas){.n_files = 0};
}

/* A bundle that encloses the ministry's set unaltered is judged by it, whether or not somebody gave it with
 * --xsd: by its own files, for a space within a value, which the digests do not see, makes another rule. */
static enum kp_status use_official(struct kp_archive *a, const struct schemas *s)
{
    struct kp_archive_checks *c = a->checks;
    struct kp_buf detail = {0};
    enum kp_status st = KP_OK;
    if (!c || a->by_official || s->n_official < a->ctx->tables.n_xsd_digests)
        return KP_OK;
    a->by_official = true;
    if (c->official_index && memcmp(c->enclosed, s->digests, sizeof(s->digests)) == 0)
        return KP_OK;
    kp_archive_forget_official(c);
    memcpy(c->enclosed, s->digests, sizeof(s->digests));
    memcpy(c->schemas.files, s->official, sizeof(s->official));
    c->schemas.n_files = s->n_official;
    KP_TRY_OUT(kp_schemas_compile(&c->schemas, &detail));
    KP_TRY_OUT(kp_xml_check_new(c->schemas.document, &c->official_document));
    KP_TRY_OUT(kp_xml_check_new(c->schemas.index, &c->official_index));
out:
    kp_buf_release(&detail);
    if (st == KP_OK)
        return KP_OK;
    kp_archive_forget_official(c);
    if (st != KP_E_USAGE)
        return kp_no_memory(a->ctx);
    a->by_official = false; /* spoilt by white space alone */
    kp_archive_fault(a, NULL, KP_K_SCHEMA_DIFFERS, NULL, NULL, NULL);
    return KP_OK;
}

/* All of the ministry's set, or all of ours: the second is sound, but not what receivers expect. */
static void judge_schemas(struct kp_archive *a, const struct schemas *s)
{
    struct kp_buf missing = {0};
    bool ours = s->n_profile > 0 && s->n_official == 0;
    char path[64];
    for (size_t i = 0; i < a->ctx->tables.n_xsd_digests; i++) {
        const char *name = a->ctx->tables.xsd_digests[i].name;
        (void)snprintf(path, sizeof(path), "xsd/%s", name);
        if (!s->has_any[i] && (!ours || kp_embedded_find(path)))
            kp_buf_printf(&missing, "%s%s", missing.len ? " " : "", name);
    }
    if (missing.len)
        kp_archive_fault(a, NULL, KP_K_SCHEMA_MISSING, NULL, kp_buf_text(&missing), NULL);
    if (s->n_profile > 0)
        kp_archive_fault(a, NULL, KP_K_SCHEMA_PROFILE, NULL, NULL, NULL);
    kp_buf_release(&missing);
}

/* --- XML --- */

static enum kp_status parse(struct kp_archive *a, const char *name, struct kp_arena *scratch,
                            struct kp_tree *tree)
{
    static const enum kp_code codes[] = {[KP_XML_MALFORMED] = KP_K_XML_MALFORMED,
                                         [KP_XML_ENCODING] = KP_K_XML_ENCODING,
                                         [KP_XML_DOCTYPE] = KP_K_XML_DOCTYPE,
                                         [KP_XML_TOO_DEEP] = KP_K_XML_TOO_DEEP,
                                         [KP_XML_TOO_LARGE] = KP_K_XML_TOO_LARGE};
    enum kp_xml_fault fault = KP_XML_SOUND;
    unsigned long line = 0;
    scratch->max_bytes = KP_TREE_MAX_BYTES;
    enum kp_status st = kp_xml_read(scratch, kp_buf_text(&a->bytes), a->bytes.len, tree, &fault, &line);
    if (st != KP_E_FAULT)
        return st == KP_OK ? KP_OK : kp_no_memory(a->ctx);
    struct kp_finding finding = {.code = codes[fault]};
    kp_archive_tell(a, name, line, &finding);
    return KP_E_FAULT;
}

static bool tell_invalid(struct kp_archive *a, const char *name, const struct kp_tree *tree,
                         struct kp_xml_check *check, enum kp_code code)
{
    const char *where = "";
    unsigned long line = kp_tree_check(tree, check);
    if (kp_xml_check_finish(check, &where))
        return false;
    const struct kp_finding finding = {.code = code, .args = {where}};
    kp_archive_tell(a, name, line, &finding);
    return true;
}

/* The ministry's schema decides where it is at hand; then the profile, being stricter, only warns. */
static void validate(struct kp_archive *a, const char *name, bool is_index, const struct kp_tree *tree)
{
    if (!a->checks)
        return;
    struct kp_xml_check *official = !a->by_official ? NULL
                                    : is_index      ? a->checks->official_index
                                                    : a->checks->official_document;
    struct kp_xml_check *profile = is_index ? a->checks->index : a->checks->document;
    if (!official || !tell_invalid(a, name, tree, official, KP_K_SCHEMA_INVALID))
        (void)tell_invalid(a, name, tree, profile, official ? KP_K_PROFILE_INVALID : KP_K_SCHEMA_INVALID);
}

enum kp_status kp_archive_tree(struct kp_archive *a, const struct kp_zip_member *member, const char *name,
                               bool is_index, struct kp_arena *scratch, struct kp_tree *ret_tree)
{
    enum kp_zip_fault fault = KP_ZIP_SOUND;
    const char *root = is_index ? "index" : "ClinicalDocument";
    const char *ns = is_index ? KP_INDEX_NAMESPACE : KP_CDA_NAMESPACE;
    enum kp_status st = kp_unzip_read(&a->zip, member, KP_DOCUMENT_MAX_BYTES, &a->bytes, &fault);
    if (st != KP_OK)
        return zip_fault(a, name, st, fault);
    st = parse(a, name, scratch, ret_tree);
    if (st != KP_OK)
        return st;
    if (strcmp(ret_tree->root->name, root) != 0 || strcmp(ret_tree->ns, ns) != 0 || ret_tree->alien) {
        struct kp_finding finding = {.code = KP_K_XML_ROOT, .args = {root}};
        kp_archive_tell(a, name, ret_tree->alien, &finding);
        return KP_E_FAULT;
    }
    validate(a, name, is_index, ret_tree);
    return KP_OK;
}

/* --- the look at all members --- */

static enum kp_status read_index(struct kp_archive *a, const struct kp_zip_member *m)
{
    struct kp_tree tree;
    struct kp_findings findings = {.arena = &a->arena};
    enum kp_status st = kp_archive_tree(a, m, INDEX, true, &a->arena, &tree);
    if (st != KP_OK)
        return st == KP_E_FAULT ? KP_OK : st; /* told; the documents can still be looked at */
    kp_index_read(&tree, &findings, &a->index);
    a->has_index = true;
    for (const struct kp_finding *f = findings.first; f; f = f->next)
        kp_archive_tell(a, INDEX, f->line, f);
    return KP_OK;
}

/* Is it sound at least? What is in it is not our business. */
static enum kp_status take_other(struct kp_archive *a, const struct kp_zip_member *m, const char *name)
{
    enum kp_zip_fault fault = KP_ZIP_SOUND;
    enum kp_status st = kp_unzip_read(&a->zip, m, SIZE_MAX, NULL, &fault);
    return st == KP_OK ? KP_OK : zip_fault(a, name, st, fault);
}

static enum kp_status take_member(struct kp_archive *a, struct schemas *s, const struct kp_zip_member *m)
{
    const char *name = below_top(a, m);
    if (!name)
        kp_archive_fault(a, m->name, KP_K_MEMBER_OUTSIDE, NULL, a->top, NULL);
    name = name ? name : m->name;
    switch (m->special ? KP_MEMBER_OTHER : kind_of(name, m->folder)) {
    case KP_MEMBER_INDEX:
        s->index = *m;
        s->has_index = true;
        return KP_OK;
    case KP_MEMBER_SCHEMA:
        return take_schema(a, s, m, name);
    case KP_MEMBER_DOCUMENT:
        a->n_documents++;
        return KP_OK;
    case KP_MEMBER_CLAIM:
        a->n_claims += strcmp(name, CLAIMS_SUMMARY) != 0;
        return take_other(a, m, name);
    case KP_MEMBER_FOLDER:
        return KP_OK;
    case KP_MEMBER_OTHER:
        break;
    }
    if (!m->special)
        kp_archive_fault(a, name, KP_K_MEMBER_ALIEN, NULL, NULL, NULL);
    return take_other(a, m, name);
}

static enum kp_status check_name(struct kp_archive *a, struct kp_keyset *names, const struct kp_zip_member *m)
{
    uint32_t before = 0;
    char lower[KP_UNZIP_MAX_NAME + 1];
    if (m->special)
        kp_archive_fault(a, m->name, KP_K_MEMBER_SPECIAL, NULL, NULL, NULL);
    if (!is_plain_path(m))
        kp_archive_fault(a, m->name, KP_K_MEMBER_PATH, NULL, NULL, NULL);
    for (size_t i = 0; i <= m->n_name; i++)
        lower[i] = m->name[i] >= 'A' && m->name[i] <= 'Z' ? (char)(m->name[i] + 'a' - 'A') : m->name[i];
    switch (kp_keyset_put(names, lower, 0, &before)) {
    case KP_MAP_NO_MEMORY:
        return kp_no_memory(a->ctx);
    case KP_MAP_EXISTED:
        kp_archive_fault(a, m->name, KP_K_MEMBER_TWICE, NULL, NULL, NULL);
        break;
    case KP_MAP_ADDED:
        break;
    }
    return KP_OK;
}

static enum kp_status look_at_all(struct kp_archive *a, struct schemas *s, struct kp_keyset *names)
{
    bool end = false;
    for (;;) {
        struct kp_zip_member m;
        enum kp_zip_fault fault = KP_ZIP_SOUND;
        enum kp_status st = kp_unzip_next(&a->zip, &m, &end, &fault);
        if (st != KP_OK)
            return zip_fault(a, NULL, st, fault);
        if (end)
            return KP_OK;
        a->n_members++;
        st = check_name(a, names, &m);
        if (st == KP_OK)
            st = take_member(a, s, &m);
        if (st != KP_OK && st != KP_E_FAULT)
            return st; /* a member that is at fault hides nothing of the others */
    }
}

static void judge(struct kp_archive *a, const struct schemas *s)
{
    char counted[24], found[24];
    if (!*a->top && a->n_members > 0)
        kp_archive_fault(a, NULL, KP_K_ARCHIVE_FOLDER_MISSING, NULL, NULL, NULL);
    else if (strcmp(a->top, a->base) != 0 && a->n_members > 0)
        kp_archive_fault(a, NULL, KP_K_ARCHIVE_FOLDER, NULL, a->top, NULL);
    judge_schemas(a, s);
    if (a->n_claims > 0)
        kp_archive_fault(a, NULL, KP_K_CLAIMS_ENCLOSED, NULL, NULL, NULL);
    if (a->n_documents == 0)
        kp_archive_fault(a, NULL, KP_K_NO_DOCUMENTS, NULL, NULL, NULL);
    if (!s->has_index)
        kp_archive_fault(a, NULL, KP_K_INDEX_MISSING, NULL, NULL, NULL);
    if (!a->has_index)
        return;
    (void)snprintf(counted, sizeof(counted), "%llu", (unsigned long long)a->index.documents);
    (void)snprintf(found, sizeof(found), "%llu", (unsigned long long)(a->n_documents + a->n_claims));
    if (strcmp(counted, found) != 0)
        kp_archive_fault(a, INDEX, KP_K_COUNT_DIFFERS, NULL, counted, found);
    if (!a->name.event)
        return;
    const char event[] = {a->name.event, '\0'};
    if (strcmp(a->index.service_event, event) != 0)
        kp_archive_fault(a, INDEX, KP_K_EVENT_DIFFERS, NULL, NULL, NULL);
    if (*a->index.receiver && strcmp(a->index.receiver, a->name.receiver) != 0)
        kp_archive_fault(a, INDEX, KP_K_RECEIVER_DIFFERS, NULL, a->base, NULL);
    if (strcmp(a->index.sender, a->name.sender) != 0)
        kp_archive_fault(a, INDEX, KP_K_SENDER_DIFFERS, NULL, a->base, NULL);
    if (kp_date_compare(a->index.created, a->name.day) != 0)
        kp_archive_fault(a, INDEX, KP_K_DAY_DIFFERS, NULL, NULL, NULL);
}

static void name_base(struct kp_archive *a)
{
    const char *slash = strrchr(a->path, '/');
    const char *base = slash ? slash + 1 : a->path;
    size_t n = strlen(base);
    bool zip = ends_with(base, ".zip") || ends_with(base, ".ZIP");
    char *copy = kp_arena_strndup(&a->arena, base, zip ? n - 4 : n);
    a->base = copy ? copy : "";
}

enum kp_status kp_archive_open(struct kp_archive *a, struct kp_context *ctx, struct kp_archive_checks *checks,
                               const char *path, bool silent)
{
    struct schemas schemas = {.n_official = 0};
    struct kp_keyset names = {0};
    enum kp_zip_fault fault = KP_ZIP_SOUND;
    *a = (struct kp_archive){
        .ctx = ctx,
        .checks = checks,
        .path = path,
        .silent = silent,
        .by_official = checks && checks->official_asked_for,
        .name = {.sender = "", .receiver = ""},
        .index = {.interaction_type = "", .service_event = "", .sender = "", .receiver = ""}};
    name_base(a);
    enum kp_status st = kp_unzip_open(&a->zip, ctx->io, path, &fault);
    if (st != KP_OK)
        return zip_fault(a, NULL, st, fault);
    parse_name(a);
    find_top(a);
    st = look_at_all(a, &schemas, &names);
    kp_keyset_release(&names);
    if (st == KP_OK)
        st = use_official(a, &schemas);
    if (st == KP_OK && schemas.has_index)
        st = read_index(a, &schemas.index);
    if (st == KP_OK)
        judge(a, &schemas);
    kp_unzip_rewind(&a->zip);
    return st == KP_OK && a->arena.failed ? kp_no_memory(ctx) : st;
}

void kp_archive_close(struct kp_archive *a)
{
    kp_unzip_close(&a->zip);
    kp_buf_release(&a->bytes);
    kp_arena_release(&a->arena);
}

enum kp_status kp_archive_next(struct kp_archive *a, struct kp_zip_member *ret_member, const char **ret_name,
                               bool *ret_end)
{
    for (;;) {
        enum kp_zip_fault fault = KP_ZIP_SOUND;
        enum kp_status st = kp_unzip_next(&a->zip, ret_member, ret_end, &fault);
        if (st != KP_OK)
            return zip_fault(a, NULL, st, fault);
        if (*ret_end)
            return KP_OK;
        *ret_name = below_top(a, ret_member);
        if (*ret_name && !ret_member->special && kind_of(*ret_name, ret_member->folder) == KP_MEMBER_DOCUMENT)
            return KP_OK;
    }
}
