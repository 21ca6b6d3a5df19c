/* Received XML. A tree that was read is written and read again, to the same tree. */
#include "format/xml.h"
#include "format/xmlread.h"
#include "fuzz.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed)
{
    return fuzz_mutate_spans(data, n, room, seed, "<>\"");
}

static void write_node(struct kp_xml *xml, const struct kp_node *node)
{
    kp_xml_start(xml, node->name);
    for (size_t i = 0; i < node->n_attrs; i++)
        kp_xml_attr_named(xml, (struct kp_xml_name){node->attrs[i].name, strlen(node->attrs[i].name)},
                          node->attrs[i].value, node->attrs[i].n);
    if (*node->text)
        kp_xml_text(xml, node->text);
    for (const struct kp_node *child = node->first; child; child = child->next)
        write_node(xml, child);
    kp_xml_end(xml);
}

static bool write_tree(const struct kp_tree *tree, struct kp_buf *out)
{
    struct kp_xml xml = {0};
    kp_xml_begin(&xml, out, NULL, tree->ns);
    write_node(&xml, tree->root);
    return kp_xml_finish(&xml) && kp_buf_ok(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct kp_arena arena = {.max_bytes = 1 << 20};
    struct kp_tree tree;
    enum kp_xml_fault fault = KP_XML_SOUND;
    unsigned long line = 0;
    struct kp_buf once = {0}, twice = {0};
    enum kp_status st = kp_xml_read(&arena, (const char *)data, n, &tree, &fault, &line);
    FUZZ_ASSERT(st == KP_OK || (st == KP_E_FAULT && fault != KP_XML_SOUND));
    if (st == KP_OK && !tree.alien && write_tree(&tree, &once)) {
        FUZZ_ASSERT(kp_xml_read(&arena, once.data, once.len, &tree, &fault, &line) == KP_OK || arena.full);
        if (!arena.full)
            FUZZ_ASSERT(write_tree(&tree, &twice) && strcmp(once.data, twice.data) == 0);
    }
    kp_buf_release(&once);
    kp_buf_release(&twice);
    kp_arena_release(&arena);
    return 0;
}
