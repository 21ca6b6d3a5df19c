/* Validation against an XML Schema: the events of a document go to the tables of xsd.h or to libxml2's
 * validator as they are written, and libxml2 has the last word.
 * All threads share one schema; each has a check of its own, reused for every document. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "format/xmlevent.h"
#include "kenporter.h"

struct kp_xml_schema; /* read-only after loading */
struct kp_xml_check;

/* Loads the schema of that name and what it includes from the given files only: nothing is opened, on disk or
 * on the network. The files are not needed afterwards. Call it before there are other threads. Returns
 * KP_E_USAGE, with the reason in detail, if the schema does not load, or KP_E_SYSTEM if memory is short; does
 * not report. */
enum kp_status kp_xml_schema_load(const struct kp_xsd_file *files, size_t n_files, const char *name,
                                  struct kp_xml_schema **ret_schema, struct kp_buf *detail);
void kp_xml_schema_free(struct kp_xml_schema *schema);
/* Returns whether the schema has tables; one with a construct that they do not know has none. */
bool kp_xml_schema_is_compiled(const struct kp_xml_schema *schema);

/* Creates a check; the schema outlives it. Returns KP_E_SYSTEM if memory is short; does not report. */
enum kp_status kp_xml_check_new(struct kp_xml_schema *schema, struct kp_xml_check **ret_check);
void kp_xml_check_free(struct kp_xml_check *check);

/* Chooses who judges the documents that begin from now on: libxml2, or the tables if the schema has them. The
 * tables may only accept: what they do not accept is to be validated again, from its beginning, by libxml2.
 * Returns the former choice; the first is libxml2. */
bool kp_xml_check_quick(struct kp_xml_check *check, bool quick);

/* Events of a document. ns is its default namespace, which the root declares. Between begin and finish
 * libxml2's messages of this thread are the check's. */
void kp_xml_check_begin(struct kp_xml_check *check, const char *ns);
void kp_xml_check_start(struct kp_xml_check *check, const char *name, const struct kp_xml_attr *attrs,
                        size_t n_attrs);
void kp_xml_check_text(struct kp_xml_check *check, const char *text, size_t n);
void kp_xml_check_end(struct kp_xml_check *check, const char *name);
/* Starts and ends that many documents repeat; they outlive the check. */
void kp_xml_check_repeated(struct kp_xml_check *check, const struct kp_xml_event *events, size_t n);

/* Returns whether the events so far contain a fault, or memory ran out. Later events are ignored. */
bool kp_xml_check_failed(const struct kp_xml_check *check);

/* Ends the document. Returns KP_E_FAULT if it is invalid: *ret_where, which lives until the next document,
 * then names the first faulty element, the rule and libxml2's number; it never quotes contents, as libxml2's
 * messages do. Returns KP_E_SYSTEM if memory was short. Does not report. */
enum kp_status kp_xml_check_finish(struct kp_xml_check *check, const char **ret_where);
