#include "v08/index.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "v08/standard.h"

static void write_party(struct kp_xml *xml, const char *name, const char *root, const char *number)
{
    kp_xml_start(xml, name);
    kp_xml_leaf(xml, "id", "root", root, "extension", number);
    kp_xml_end(xml);
}

bool kp_index_write(struct kp_buf *out, struct kp_xml_check *check, const struct kp_insurer *insurer,
                    struct kp_date created, uint64_t documents)
{
    struct kp_xml xml;
    char day[9], count[24];
    kp_date_compact(created, day);
    (void)snprintf(count, sizeof(count), "%" PRIu64, documents);
    kp_xml_begin(&xml, out, check, KP_INDEX_NAMESPACE);
    kp_xml_start(&xml, "index");
    kp_xml_attr(&xml, "xsi:schemaLocation", KP_INDEX_NAMESPACE " ./XSD/" KP_INDEX_SCHEMA);
    kp_xml_leaf(&xml, "interactionType", "code", insurer->interaction_type, NULL, NULL);
    kp_xml_leaf(&xml, "creationTime", "value", day, NULL, NULL);
    write_party(&xml, "sender", KP_OID_FACILITY, insurer->sender_number);
    write_party(&xml, "receiver", KP_OID_INSURER, insurer->number);
    kp_xml_leaf(&xml, "serviceEventType", "code", insurer->service_event, NULL, NULL);
    kp_xml_leaf(&xml, "totalRecordCount", "value", count, NULL, NULL);
    kp_xml_end(&xml);
    return kp_xml_finish(&xml);
}

/* A malformed number is not quoted: it could be anything. */
static const char *read_party(const struct kp_node *id, struct kp_findings *findings, const char *where)
{
    const char *number = kp_node_attr(id, "extension");
    bool facility = strcmp(kp_node_attr(id, "root"), KP_OID_FACILITY) == 0;
    if (kp_is_digits(number, facility ? KP_FACILITY_DIGITS : KP_INSURER_DIGITS))
        return number;
    kp_findings_add(findings, KP_K_INDEX_NUMBER, where, NULL);
    return "";
}

void kp_index_read(const struct kp_tree *tree, struct kp_findings *findings, struct kp_index *ret_index)
{
    const struct kp_node *root = tree->root;
    const struct kp_node *receiver = kp_node_at(root, "receiver/id");
    *ret_index = (struct kp_index){
        .interaction_type = kp_node_attr(kp_node_child(root, "interactionType"), "code"),
        .service_event = kp_node_attr(kp_node_child(root, "serviceEventType"), "code"),
        .sender = read_party(kp_node_at(root, "sender/id"), findings, "sender"),
        .receiver = receiver ? read_party(receiver, findings, "receiver") : "",
        .created = kp_date_of(kp_node_attr(kp_node_child(root, "creationTime"), "value")),
        .documents = strtoull(kp_node_attr(kp_node_child(root, "totalRecordCount"), "value"), NULL, 10)};
    if (!kp_date_is_set(ret_index->created))
        kp_findings_add(findings, KP_K_DATE_NOT_REAL, "creationTime", NULL);
}
