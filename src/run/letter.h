/* The letter that goes with a bundle (送付書): one A4 page of HTML that needs nothing else and names nobody.
 */
#pragma once

#include "law/rule.h"
#include "run/run.h"

enum { KP_COVER_REQUESTS = 4 };

/* What the letter says of the documents of a bundle. */
struct kp_cover {
    struct kp_date first, last;                           /* days of examination; unset: none yet */
    uint64_t by_route[3];                                 /* documents by enum kp_route */
    const struct kp_request *requests[KP_COVER_REQUESTS]; /* that it answers */
    size_t n_requests, n_more;
};

/* A bundle that went to the insurer with this one. */
struct kp_letter_file {
    const char *name;
    uint64_t n_documents;
};

struct kp_letter {
    const struct kp_run *run;
    const struct kp_insurer *insurer;
    const struct kp_cover *cover;
    const struct kp_letter_file *files; /* n_files of the run, this one included */
    size_t n_files;
    const char *file_name, *sha256; /* of this one */
    uint64_t n_documents;
    bool sealed, has_list;
};

/* Counts a released record. */
void kp_cover_add(struct kp_cover *cover, const struct kp_decision *decision, const char *exam_day);

/* Appends the letter in the language of the call. Failures are those of the buffer. */
void kp_letter_write(const struct kp_letter *letter, struct kp_buf *out);
