#include "v08/archive.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/embedded.h"
#include "base/keyset.h"
#include "base/status.h"
#include "v08/standard.h"

#define CLAIMS_SUMMARY "su08_V08.xml"

enum { SCHEMA_MAX_BYTES = 4 << 20, DOCUMENT_MAX_BYTES = 8 << 20, TREE_MAX_BYTES = 64 << 20 };

/* --- reporting --- */

void kp_archive_report(struct kp_archive *a, const char *member, uint64_t line,
                       const struct kp_finding *finding)
{
    struct kp_buf place = {0};
    enum kp_level level = kp_diag_level(&a->ctx->diag, finding->code);
    a->faults += level > KP_LEVEL_WARN;
    a->warnings += level == KP_LEVEL_WARN;
    if (level >= KP_LEVEL_WARN)
        a->n_codes += a->n_by_code[finding->code]++ == 0;
    if (a->silent)
        return;
    kp_buf_str(&place, a->path);
    kp_buf_str(&place, member ? ":" : "");
    /* A received name must not reach a terminal as a command. */
    for (const char *at = member; at && *at; at++)
        kp_buf_char(&place, *at > 0x20 && *at < 0x7f ? *at : '?');
    kp_diag_send(&a->ctx->diag, kp_buf_ok(&place) ? kp_buf_text(&place) : a->path, line, finding);
    kp_buf_release(&place);
}

/* Reports a failure of format/unzip, if st is one, and returns its status. */
static enum kp_status zip_status(struct kp_archive *a, const char *member, enum kp_status st)
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
    if (st == KP_OK)
        return KP_OK;
    if (st == KP_E_FAULT)
        kp_archive_fault(a, member, codes[a->zip.fault]);
    else if (st == KP_E_INPUT)
        kp_archive_fault(a, member, KP_K_BUNDLE_UNREADABLE, NULL, strerror(errno));
    else
        return kp_no_memory(a->ctx);
    return KP_E_FAULT;
}

/* Reads the current document of an unpacked bundle into a->bytes. */
static enum kp_status read_loose(struct kp_archive *a, const char *name, size_t max_bytes)
{
    struct kp_arena memory = {0};
    const char *bytes = NULL;
    size_t n = 0;
    kp_buf_reset(&a->bytes);
    enum kp_status st = kp_read_file(a->ctx->io, a->files[a->next_file - 1], max_bytes, &memory, &bytes, &n);
    if (st == KP_OK)
        kp_buf_add(&a->bytes, bytes, n);
    else if (st == KP_E_INPUT && errno == EFBIG)
        kp_archive_fault(a, name, KP_K_XML_TOO_LARGE);
    else if (st == KP_E_INPUT)
        kp_archive_fault(a, name, KP_K_BUNDLE_UNREADABLE, NULL, strerror(errno));
    kp_arena_release(&memory);
    if (st == KP_E_INPUT)
        return KP_E_FAULT;
    return st == KP_OK && kp_buf_ok(&a->bytes) ? KP_OK : kp_no_memory(a->ctx);
}

/* Unpacks a member into a->bytes. */
static enum kp_status unpack(struct kp_archive *a, const struct kp_zip_member *m, const char *name,
                             size_t max_bytes)
{
    return a->loose ? read_loose(a, name, max_bytes)
                    : zip_status(a, name, kp_unzip_read(&a->zip, m, max_bytes, &a->bytes));
}

static enum kp_status next_member(struct kp_archive *a, struct kp_zip_member *m, bool *ret_end)
{
    return zip_status(a, NULL, kp_unzip_next(&a->zip, m, ret_end));
}

/* --- names --- */

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0;
}

static const char *base_name(struct kp_archive *a)
{
    const char *path = *a->unsealed.name ? a->unsealed.name : a->path, *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    bool zip = ends_with(base, ".zip") || ends_with(base, ".ZIP");
    char *copy = kp_arena_strndup(&a->arena, base, strlen(base) - (zip ? 4 : 0));
    if (copy && ends_with(copy, KP_PREPARED))
        copy[strlen(copy) - strlen(KP_PREPARED)] = '\0';
    return copy ? copy : "";
}

static void parse_name(struct kp_archive *a)
{
    struct kp_archive_name name = {.sender = ""};
    char day[9] = "", number[2];
    int n = 0;
    int parts = sscanf(a->base, "%10[0-9]_%10[0-9]_%8[0-9]%1[0-9]_%1[0-9]%n", name.sender, name.receiver, day,
                       number, name.event, &n);
    name.day = kp_date_of(day);
    if (parts == 5 && !a->base[n] && strlen(name.sender) >= KP_INSURER_DIGITS &&
        strlen(name.receiver) >= KP_INSURER_DIGITS && kp_date_is_set(name.day))
        a->name = name;
    else
        kp_archive_fault(a, NULL, KP_K_ARCHIVE_NAME);
}

/* Returns whether the path is relative, plain ASCII, and leads neither up nor to a drive. */
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

enum member_kind { OTHER, MARK, FOLDER, INDEX, SCHEMA, DOCUMENT, CLAIM, CLAIMS };

/* Returns whether the name is an XML file directly in the folder. */
static bool is_xml_in(const char *folder, const char *name)
{
    size_t n = strlen(folder);
    return strncmp(name, folder, n) == 0 && ends_with(name + n, ".xml") && !strchr(name + n, '/');
}

/* name: below the top folder. */
static enum member_kind kind_of(const struct kp_archive *a, const char *name, bool folder)
{
    static const char *const folders[] = {"", "DATA/", "XSD/", "XSD/coreschemas/", "CLAIMS/", NULL};
    char copy[KP_UNZIP_MAX_NAME + 1];
    size_t i = 0;
    name = kp_shape_name(&a->shape, name, copy);
    if (folder && kp_name_find(folders, name, &i))
        return FOLDER;
    if (strncmp(name, "XSD/", 4) == 0)
        return ends_with(name + 4, ".xsd") ? SCHEMA : OTHER;
    return strcmp(name, KP_INDEX_FILE) == 0         ? INDEX
           : strcmp(name, CLAIMS_SUMMARY) == 0      ? CLAIMS
           : strcmp(name, KP_PREPARATION_MARK) == 0 ? MARK
           : is_xml_in("DATA/", name)               ? DOCUMENT
           : is_xml_in("CLAIMS/", name)             ? CLAIM
                                                    : OTHER;
}

/* Returns the name below the top folder, or NULL if the member is outside. */
static const char *below_top(const struct kp_archive *a, const struct kp_zip_member *m)
{
    size_t n = strlen(a->shape.top);
    if (n == 0)
        return m->name;
    return strncmp(m->name, a->shape.top, n) == 0 && m->name[n] == '/' ? m->name + n + 1 : NULL;
}

/* --- schemas --- */

struct scan {
    struct kp_keyset names;         /* in lower case */
    bool has_any[KP_MAX_XSD_FILES]; /* by row of the table of schemas: the archive has a file of that name */
    size_t n_profile;               /* files of this project's profile */
    struct kp_schemas official;     /* the ministry's files, in the archive's arena */
    uint8_t digests[KP_MAX_XSD_FILES][KP_SHA256_BYTES]; /* of those, by row of the table */
    bool has_index;
    struct kp_zip_member index; /* read after the schemas; its name is gone by then */
};

/* Returns the profile's file of a name from the table of schemas, or NULL. */
static const struct kp_embedded *profile_file(const char *name)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "xsd/%s", name);
    return kp_embedded_find(path);
}

static enum kp_status compare_with_profile(struct kp_archive *a, struct scan *s, const char *name, size_t row,
                                           const char *digest)
{
    const char *former = a->ctx->tables.xsd_digests[row].former;
    char own[KP_SHA256_HEX + 1] = "";
    const struct kp_embedded *file = profile_file(name + strlen("XSD/"));
    if (file && kp_schema_digest(file->bytes, (size_t)(file->end - file->bytes), own) != KP_OK)
        return kp_no_memory(a->ctx);
    if (strcmp(own, digest) == 0 || kp_list_has(former, digest))
        s->n_profile++;
    else
        kp_archive_fault(a, name, KP_K_SCHEMA_DIFFERS);
    return KP_OK;
}

/* Copies a->bytes with runs of white space cut to one space: the digest ignores it, whatever the amount. */
static char *with_single_spaces(struct kp_archive *a, size_t *ret_n)
{
    char *copy = kp_arena_strndup(&a->arena, kp_buf_text(&a->bytes), a->bytes.len);
    size_t n = 0;
    for (size_t i = 0; copy && i < a->bytes.len; i++) {
        bool space = copy[i] == ' ' || copy[i] == '\t' || copy[i] == '\r' || copy[i] == '\n';
        if (!space || n == 0 || copy[n - 1] != ' ')
            copy[n++] = space ? ' ' : copy[i];
    }
    if (copy)
        copy[n] = '\0';
    *ret_n = n;
    return copy;
}

static enum kp_status keep_official(struct kp_archive *a, struct scan *s, size_t row)
{
    struct kp_xsd_file *file = &s->official.files[s->official.n_files++];
    file->name = a->ctx->tables.xsd_digests[row].name;
    file->bytes = with_single_spaces(a, &file->n);
    bool kept = file->bytes && kp_sha256_of(file->bytes, file->n, s->digests[row]) == KP_OK;
    return kept ? KP_OK : kp_no_memory(a->ctx);
}

static enum kp_status take_schema(struct kp_archive *a, struct scan *s, const struct kp_zip_member *m,
                                  const char *name)
{
    const struct kp_tables *tables = &a->ctx->tables;
    char digest[KP_SHA256_HEX + 1];
    size_t i = 0;
    while (i < tables->n_xsd_digests && strcmp(tables->xsd_digests[i].name, name + strlen("XSD/")) != 0)
        i++;
    KP_TRY(unpack(a, m, name, SCHEMA_MAX_BYTES));
    if (i == tables->n_xsd_digests) {
        kp_archive_fault(a, name, KP_K_MEMBER_ALIEN);
        return KP_OK;
    }
    if (kp_schema_digest(kp_buf_text(&a->bytes), a->bytes.len, digest) != KP_OK)
        return kp_no_memory(a->ctx);
    bool again = s->has_any[i];
    s->has_any[i] = true;
    if (strcmp(tables->xsd_digests[i].sha256, digest) != 0)
        return compare_with_profile(a, s, name, i, digest);
    return again ? KP_OK : keep_official(a, s, i);
}

/* Makes a bundle that encloses the ministry's whole set be judged by its own files: white space within a
 * value changes a rule, although the digests ignore it. */
static enum kp_status use_official(struct kp_archive *a, struct scan *s)
{
    struct kp_buf detail = {0};
    if (!a->schemas || a->by_official || s->official.n_files < a->ctx->tables.n_xsd_digests)
        return KP_OK;
    struct kp_validator *v = &a->schemas->official;
    a->by_official = true;
    if (v->index && memcmp(a->schemas->enclosed, s->digests, sizeof(s->digests)) == 0)
        return KP_OK;
    kp_validator_free(v);
    memcpy(a->schemas->enclosed, s->digests, sizeof(s->digests));
    enum kp_status st = kp_schemas_compile(&s->official, &detail);
    kp_buf_release(&detail);
    v->schemas = (struct kp_schemas){.document = s->official.document, .index = s->official.index};
    if (st == KP_OK)
        return kp_validator_start(a->ctx, v);
    kp_validator_free(v);
    if (st != KP_E_USAGE)
        return kp_no_memory(a->ctx);
    a->by_official = false; /* its white space alone makes it invalid */
    kp_archive_fault(a, NULL, KP_K_SCHEMA_DIFFERS);
    return KP_OK;
}

/* The ministry's set must be complete, or else this project's profile, which receivers do not expect. */
static enum kp_status judge_schemas(struct kp_archive *a, const struct scan *s)
{
    struct kp_buf missing = {0};
    bool profile = s->n_profile > 0 && s->official.n_files == 0;
    for (size_t i = 0; i < a->ctx->tables.n_xsd_digests; i++) {
        const char *name = a->ctx->tables.xsd_digests[i].name;
        if (!s->has_any[i] && (!profile || profile_file(name)))
            kp_buf_printf(&missing, "%s%s", missing.len ? " " : "", name);
    }
    bool complete = kp_buf_ok(&missing);
    if (missing.len)
        kp_archive_fault(a, NULL, KP_K_SCHEMA_MISSING, NULL, kp_buf_text(&missing));
    if (s->n_profile > 0)
        kp_archive_fault(a, NULL, KP_K_SCHEMA_PROFILE);
    kp_buf_release(&missing);
    return complete ? KP_OK : kp_no_memory(a->ctx);
}

/* --- XML --- */

static enum kp_status parse(struct kp_archive *a, const char *name, struct kp_arena *scratch,
                            struct kp_tree *ret_tree)
{
    static const enum kp_code codes[] = {[KP_XML_MALFORMED] = KP_K_XML_MALFORMED,
                                         [KP_XML_ENCODING] = KP_K_XML_ENCODING,
                                         [KP_XML_DOCTYPE] = KP_K_XML_DOCTYPE,
                                         [KP_XML_TOO_DEEP] = KP_K_XML_TOO_DEEP,
                                         [KP_XML_TOO_LARGE] = KP_K_XML_TOO_LARGE};
    enum kp_xml_fault fault = KP_XML_SOUND;
    unsigned long line = 0;
    scratch->max_bytes = TREE_MAX_BYTES;
    enum kp_status st = kp_xml_read(scratch, kp_buf_text(&a->bytes), a->bytes.len, ret_tree, &fault, &line);
    if (st == KP_E_FAULT)
        kp_archive_report(a, name, line, &(struct kp_finding){.code = codes[fault]});
    else if (st != KP_OK)
        return kp_no_memory(a->ctx);
    return st;
}

/* Reports under that code why the tree is invalid. Returns KP_E_FAULT if it is. */
static enum kp_status check_tree(struct kp_archive *a, const char *name, const struct kp_tree *tree,
                                 struct kp_xml_check *check, enum kp_code code)
{
    const char *where = "";
    unsigned long line = 0;
    bool twice = a->n_read % KP_TWICE_EVERY == 0;
    enum kp_status st = kp_validate(a->ctx, tree, check, twice, &line, &where);
    if (st == KP_E_FAULT)
        kp_archive_report(a, name, line, &(struct kp_finding){.code = code, .args = {where}});
    return st;
}

/* The ministry's schema decides if there is one; the profile, being stricter, then only warns. */
static enum kp_status validate(struct kp_archive *a, const char *name, bool is_index,
                               const struct kp_tree *tree)
{
    if (!a->schemas)
        return KP_OK;
    const struct kp_validator *p = &a->schemas->profile, *o = &a->schemas->official;
    struct kp_xml_check *official = is_index ? o->index : o->document;
    enum kp_status st = KP_OK;
    if (a->by_official)
        st = check_tree(a, name, tree, official, KP_K_SCHEMA_INVALID);
    if (st == KP_OK)
        st = check_tree(a, name, tree, is_index ? p->index : p->document,
                        a->by_official ? KP_K_PROFILE_INVALID : KP_K_SCHEMA_INVALID);
    return st == KP_E_FAULT ? KP_OK : st;
}

static enum kp_status read_tree(struct kp_archive *a, const struct kp_zip_member *m, const char *name,
                                struct kp_arena *scratch, struct kp_tree *ret_tree)
{
    bool is_index = strcmp(name, KP_INDEX_FILE) == 0;
    const char *root = is_index ? "index" : "ClinicalDocument";
    const char *ns = is_index ? KP_INDEX_NAMESPACE : KP_CDA_NAMESPACE;
    KP_TRY(unpack(a, m, name, DOCUMENT_MAX_BYTES));
    KP_TRY(parse(a, name, scratch, ret_tree));
    if (strcmp(ret_tree->root->name, root) != 0 || strcmp(ret_tree->ns, ns) != 0 || ret_tree->alien) {
        kp_archive_report(a, name, ret_tree->alien,
                          &(struct kp_finding){.code = KP_K_XML_ROOT, .args = {root}});
        return KP_E_FAULT;
    }
    return validate(a, name, is_index, ret_tree);
}

enum kp_status kp_archive_tree(struct kp_archive *a, struct kp_arena *scratch, struct kp_tree *ret_tree)
{
    enum kp_status st = read_tree(a, &a->member, a->document, scratch, ret_tree);
    a->n_read++;
    return st;
}

/* --- the scan of all members --- */

static enum kp_status check_member_name(struct kp_archive *a, struct scan *s, const struct kp_zip_member *m)
{
    uint32_t before = 0;
    char lower[KP_UNZIP_MAX_NAME + 1];
    if (m->special)
        kp_archive_fault(a, m->name, KP_K_MEMBER_SPECIAL);
    if (!is_plain_path(m))
        kp_archive_fault(a, m->name, KP_K_MEMBER_PATH);
    for (size_t i = 0; i <= m->n_name; i++)
        lower[i] = m->name[i] >= 'A' && m->name[i] <= 'Z' ? (char)(m->name[i] + 'a' - 'A') : m->name[i];
    enum kp_map_put put = kp_keyset_put(&s->names, lower, 0, &before);
    if (put == KP_MAP_EXISTED)
        kp_archive_fault(a, m->name, KP_K_MEMBER_TWICE);
    return put == KP_MAP_NO_MEMORY ? kp_no_memory(a->ctx) : KP_OK;
}

static enum kp_status take_member(struct kp_archive *a, struct scan *s, const struct kp_zip_member *m)
{
    const char *name = below_top(a, m);
    if (!name && m->folder && strncmp(m->name, a->shape.top, m->n_name) == 0)
        return KP_OK; /* above a top folder that is too deep */
    if (!name)
        kp_archive_fault(a, m->name, KP_K_MEMBER_OUTSIDE, NULL, a->shape.top);
    name = name ? name : m->name;
    switch (m->special ? OTHER : kind_of(a, name, m->folder)) {
    case INDEX:
        s->index = *m;
        s->has_index = true;
        return KP_OK;
    case SCHEMA: return take_schema(a, s, m, name);
    case DOCUMENT: a->n_documents++; return KP_OK;
    case FOLDER: return KP_OK;
    case MARK: kp_archive_fault(a, NULL, KP_K_PREPARATION); return KP_OK;
    case CLAIM: a->n_claims++; break;
    case CLAIMS: break;
    case OTHER:
        if (!m->special)
            kp_archive_fault(a, name, KP_K_MEMBER_ALIEN);
        break;
    }
    /* Its contents do not matter, but it must unpack. */
    return zip_status(a, name, kp_unzip_read(&a->zip, m, SIZE_MAX, NULL));
}

static enum kp_status scan_members(struct kp_archive *a, struct scan *s)
{
    struct kp_zip_member m;
    bool end = false;
    for (;;) {
        KP_TRY(next_member(a, &m, &end));
        if (end)
            return KP_OK;
        KP_TRY(check_member_name(a, s, &m));
        enum kp_status st = take_member(a, s, &m);
        if (st != KP_E_FAULT) /* one broken member does not hide the others */
            KP_TRY(st);
    }
}

static enum kp_status read_index(struct kp_archive *a, const struct kp_zip_member *m)
{
    struct kp_tree tree;
    struct kp_findings findings = {.arena = &a->arena};
    enum kp_status st = read_tree(a, m, KP_INDEX_FILE, &a->arena, &tree);
    if (st == KP_E_FAULT)
        return KP_OK; /* the documents can still be read */
    KP_TRY(st);
    kp_index_read(&tree, &findings, &a->index);
    a->has_index = true;
    for (const struct kp_finding *f = findings.first; f; f = f->next)
        kp_archive_report(a, KP_INDEX_FILE, f->line, f);
    return KP_OK;
}

/* Compares the index with the members and the archive's name. */
static void judge_index(struct kp_archive *a)
{
    const struct kp_index *index = &a->index;
    uint64_t n = a->n_documents + a->n_claims;
    if (index->documents != n)
        kp_archive_fault(a, KP_INDEX_FILE, KP_K_COUNT_DIFFERS, NULL,
                         kp_arena_printf(&a->arena, "%" PRIu64, index->documents),
                         kp_arena_printf(&a->arena, "%" PRIu64, n));
    if (!*a->name.event)
        return;
    if (strcmp(index->service_event, a->name.event) != 0)
        kp_archive_fault(a, KP_INDEX_FILE, KP_K_EVENT_DIFFERS);
    if (*index->receiver && strcmp(index->receiver, a->name.receiver) != 0)
        kp_archive_fault(a, KP_INDEX_FILE, KP_K_RECEIVER_DIFFERS, NULL, a->base);
    if (strcmp(index->sender, a->name.sender) != 0)
        kp_archive_fault(a, KP_INDEX_FILE, KP_K_SENDER_DIFFERS, NULL, a->base);
    if (kp_date_compare(index->created, a->name.day) != 0)
        kp_archive_fault(a, KP_INDEX_FILE, KP_K_DAY_DIFFERS);
}

static void judge_folders(struct kp_archive *a)
{
    const struct kp_shape *s = &a->shape;
    if (s->deep)
        kp_archive_fault(a, NULL, KP_K_ARCHIVE_TOO_DEEP, NULL, s->top);
    else if (a->zip.n_members > 0 && strcmp(s->top, a->base) != 0)
        kp_archive_fault(a, NULL, *s->top ? KP_K_ARCHIVE_FOLDER : KP_K_ARCHIVE_FOLDER_MISSING, NULL, s->top);
    for (size_t i = 0; kp_bundle_folders[i]; i++)
        if (s->folded & 1U << i)
            kp_archive_fault(a, NULL, KP_K_FOLDER_CASE, NULL, kp_bundle_folders[i]);
}

static enum kp_status check_members(struct kp_archive *a, struct scan *s)
{
    KP_TRY(scan_members(a, s));
    parse_name(a);
    KP_TRY(use_official(a, s));
    if (s->has_index)
        KP_TRY(read_index(a, &s->index));
    judge_folders(a);
    KP_TRY(judge_schemas(a, s));
    if (a->n_claims > 0)
        kp_archive_fault(a, NULL, KP_K_CLAIMS_ENCLOSED);
    if (a->n_documents == 0)
        kp_archive_fault(a, NULL, KP_K_NO_DOCUMENTS);
    if (!s->has_index)
        kp_archive_fault(a, NULL, KP_K_INDEX_MISSING);
    if (a->has_index)
        judge_index(a);
    return a->arena.failed ? kp_no_memory(a->ctx) : KP_OK;
}

/* --- opening and reading --- */

/* Reports what was given instead of an archive. A lone document and an unpacked bundle can be read. */
static enum kp_status open_loose(struct kp_archive *a)
{
    static const enum kp_code codes[] = {[KP_GIVEN_TRUNCATED] = KP_K_ZIP_NOT_AN_ARCHIVE,
                                         [KP_GIVEN_FOLDER] = KP_K_FOLDER_GIVEN,
                                         [KP_GIVEN_XML] = KP_K_DOCUMENT_ALONE,
                                         [KP_GIVEN_EMPTY] = KP_K_FILE_EMPTY,
                                         [KP_GIVEN_OTHER] = KP_K_NOT_ZIP};
    enum kp_given given = kp_given_of(a->ctx->io, a->path);
    size_t n = given == KP_GIVEN_XML;
    kp_archive_fault(a, NULL, codes[given]);
    if (given == KP_GIVEN_FOLDER) {
        if (kp_shape_documents(a->path, &a->arena, &a->files, &n) != KP_OK)
            return kp_no_memory(a->ctx);
    } else if (given == KP_GIVEN_XML) {
        a->files = &a->path;
    }
    a->n_documents = n;
    a->loose = n > 0;
    return a->loose ? KP_OK : KP_E_FAULT;
}

static enum kp_status open_zip(struct kp_archive *a)
{
    struct scan scan = {.n_profile = 0};
    if (kp_shape_find(&a->zip, a->base, &a->arena, &a->shape) != KP_OK)
        return kp_no_memory(a->ctx);
    if (a->shape.nested) {
        kp_archive_fault(a, NULL, KP_K_ARCHIVE_IN_ARCHIVE);
        return KP_E_FAULT;
    }
    enum kp_status st = check_members(a, &scan);
    kp_keyset_release(&scan.names);
    kp_unzip_rewind(&a->zip);
    return st;
}

enum kp_status kp_archive_open(struct kp_archive *a, struct kp_context *ctx,
                               struct kp_archive_schemas *schemas, const struct kp_password *password,
                               const char *path, bool silent)
{
    *a = (struct kp_archive){
        .ctx = ctx, .schemas = schemas, .silent = silent, .path = path, .contents = path, .unsealed.fd = -1};
    a->by_official = schemas && schemas->official_given;
    a->index = (struct kp_index){.interaction_type = "", .service_event = "", .sender = "", .receiver = ""};
    enum kp_code code = KP_K_SEAL_DAMAGED;
    enum kp_status st = kp_password_open(password, path, &a->unsealed, &code);
    if (st == KP_E_FAULT)
        kp_archive_fault(a, NULL, code);
    if (st != KP_OK)
        return st == KP_E_FAULT ? st : kp_no_memory(ctx);
    a->contents = a->unsealed.fd >= 0 ? a->unsealed.path : path;
    a->base = base_name(a);
    st = kp_unzip_open(&a->zip, ctx->io, a->contents);
    if ((st == KP_E_FAULT && a->zip.fault == KP_ZIP_NOT_AN_ARCHIVE) || (st == KP_E_INPUT && errno == EISDIR))
        return open_loose(a);
    KP_TRY(zip_status(a, NULL, st));
    return open_zip(a);
}

void kp_archive_close(struct kp_archive *a)
{
    kp_unzip_close(&a->zip);
    kp_seal_close(&a->unsealed);
    kp_buf_release(&a->bytes);
    kp_arena_release(&a->arena);
}

enum kp_status kp_archive_next(struct kp_archive *a)
{
    bool end = false;
    if (a->loose) {
        const bool more = a->next_file < a->n_documents;
        const char *path = more ? a->files[a->next_file++] : NULL, *slash = more ? strrchr(path, '/') : NULL;
        a->document = more ? kp_arena_printf(&a->arena, "DATA/%s", slash ? slash + 1 : path) : NULL;
        return more && !a->document ? kp_no_memory(a->ctx) : KP_OK;
    }
    do {
        KP_TRY(next_member(a, &a->member, &end));
        a->document = end ? NULL : below_top(a, &a->member);
    } while (!end &&
             (!a->document || a->member.special || kind_of(a, a->document, a->member.folder) != DOCUMENT));
    return KP_OK;
}
