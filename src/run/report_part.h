/* What the parts of report.html have in common. */
#pragma once

#include "run/result.h"

struct kp_part {
    const struct kp_report *report;
    struct kp_context *ctx;
    struct kp_buf *out;
};

/* Returns the text in the language of the page. */
const char *kp_part_say(const struct kp_part *p, const char *ja, const char *en);
/* Appends a text in which # stands for the number. */
void kp_part_counted(const struct kp_part *p, const char *ja, const char *en, uint64_t n);
/* Opens a section with its heading; the id is the target of links. Close it with </section>. */
void kp_part_begin(const struct kp_part *p, const char *id, const char *ja, const char *en);
/* Opens a table with n heads, which are in the language of the page. Close it with kp_part_end_table. */
void kp_part_table(const struct kp_part *p, const char *const *heads, size_t n);
void kp_part_end_table(const struct kp_part *p);
/* Appends a cell with a text, or with a number. */
void kp_part_cell(const struct kp_part *p, const char *text);
void kp_part_number(const struct kp_part *p, uint64_t n);
/* Appends a link to a file of the output folder, by its path, or to one of the run's folder, by its name. */
void kp_part_link(const struct kp_part *p, const char *path);
void kp_part_own_link(const struct kp_part *p, const char *name);
