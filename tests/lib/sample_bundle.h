/* A small sound bundle with one document, to change before it is written; and the codes of what is reported.
 */
#pragma once

#include "folder.h"

#include "law/registers.h"
#include "record/record.h"
#include "tables/context.h"

#define SAMPLE "5521111111_06139463_202604011_1"
#define SAMPLE_DOCUMENT "DATA/h55211111112026040111000001.xml"
#define SAMPLE_HEIGHT "9N001000000000001"

/* From whom and to whom. */
extern const struct kp_org SAMPLE_SENDER;
extern const struct kp_insurer SAMPLE_INSURER;

/* A context with tables that reports to `codes`. */
extern struct kp_context sample_context;
extern const struct kp_env SAMPLE_ENV;

/* Codes reported so far, in order: "K8026 K3032 ". */
extern char codes[1024];

/* Group setup and teardown, folder.h included. */
int set_up_samples(void **state);
int tear_down_samples(void **state);

/* Test setup: the members of the sound bundle, no codes. */
int fresh_sample(void **state);

/* Fills a record of a woman of 40 to 74 without items. */
enum kp_status sample_record(struct kp_record *ret_record, const struct kp_tables *tables,
                             struct kp_arena *arena);

/* Sets a member, named below the top folder, or removes it (text NULL). New members come last. */
void set_member(const char *name, const char *text);

/* Returns the text of a member. */
const char *member_text(const char *name);

/* Replaces the first occurrence of `from` in a member. */
void replace_in(const char *name, const char *from, const char *to);

/* Writes the bundle under this name, with a top folder (NULL: without), and returns its path, as kept memory.
 */
char *write_sample(const char *file_name, const char *top);
