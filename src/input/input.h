/* An input, and the failures of reading one. */
#pragma once

#include "format/csvin.h"
#include "format/probe.h"
#include "tables/context.h"
#include "input/column.h"

struct kp_input {
    const char *path;  /* as named by the user, for messages and files */
    const char *place; /* where it is read: the same path, or a copy in a preparation */
    struct kp_probe probe;
    enum kp_encoding encoding; /* of the cells: detected or configured; UTF-16 is read as UTF-8 */
    struct kp_mapping mapping;
    size_t width;  /* cells of its header row; of joined results, the mapping has more columns */
    size_t layout; /* equal for inputs with the same header, which share rejected.csv and held.csv */
    uint64_t n_rows;
    struct kp_csv_comments comments;
    uint64_t n_headers_again, first_header_again; /* header rows among the data, and the line of the first */
    char delimiter;
    unsigned n_title_rows;  /* above the header */
    unsigned n_header_rows; /* 0 (the columns are known by their numbers, or from a comment above), 1 or 2 */
    uint64_t header_line;   /* of the first row without header rows */
    bool dash_is_empty;     /* in some row a lone dash means "no value"; set by the first pass */

    /* Of a joined pair (input/join.h); the columns of results follow those of the persons. */
    size_t key;                     /* index of the key among its cells */
    bool is_persons;                /* its rows complete those of the results; it has no mapping of its own */
    const struct kp_input *persons; /* of the results: the other one; NULL: not joined */
    unsigned joined;                /* kp_mapping_joined of its mapping, which each note needs */
};

/* Returns the number of cells that precede the input's own in its rows: the persons' and KP_JOIN_COLUMN. */
static inline size_t kp_input_before(const struct kp_input *input)
{
    return input->persons ? input->persons->width + 1 : 0;
}

/* Returns the input in which the column of the mapping is: itself, or its persons. */
static inline const struct kp_input *kp_input_of(const struct kp_input *input, const struct kp_column *column)
{
    return (size_t)(column - input->mapping.columns) < kp_input_before(input) ? input->persons : input;
}

struct kp_inputs {
    struct kp_input *list;
    size_t n;
    struct kp_input *master; /* the personnel master; NULL: none. Only its columns for persons are mapped */
    size_t n_layouts;
    uint64_t total_bytes; /* of the list */
};

/* Opens an input as an export; the caller closes it. Reports failures: KP_E_INPUT. */
enum kp_status kp_input_open(struct kp_context *ctx, const struct kp_input *input, char delimiter,
                             struct kp_csvin **ret_in);

/* Reports why reading an input stopped, with its line: KP_E_INPUT, KP_E_SYSTEM. */
enum kp_status kp_input_fault(struct kp_context *ctx, const struct kp_input *input,
                              const struct kp_csvin *in);
