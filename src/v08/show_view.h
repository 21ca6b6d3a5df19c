/* The two formats of show: lines for a terminal, and a page. Received text is made printable, never
 * interpreted. */
#pragma once

#include "base/buf.h"
#include "tables/context.h"

struct kp_view {
    struct kp_context *ctx;
    bool html;
    struct kp_buf *out;
    uint64_t part; /* number of the document in a page of several; 0: not one of several */
};

/* How a row is shown: as the header, or marked as high (or a finding) or low. */
enum kp_look { KP_LOOK_PLAIN, KP_LOOK_HEAD, KP_LOOK_HIGH, KP_LOOK_LOW };

/* Puts a text; markup is one text for either format. */
void kp_view_put(const struct kp_view *view, const char *text);
void kp_view_markup(const struct kp_view *view, const char *html, const char *text);

/* Begins and ends the page, or within one a document that its contents link to. */
void kp_view_begin(const struct kp_view *view, const char *title);
void kp_view_end(const struct kp_view *view);
void kp_view_heading(const struct kp_view *view, const char *text);

/* A table begins with its header row. */
void kp_view_begin_table(const struct kp_view *view);
void kp_view_end_table(const struct kp_view *view);
void kp_view_subheading(const struct kp_view *view, const char *text, size_t n_columns);
/* Puts a row of n cells; widths: columns of a terminal, where a longer cell shifts the rest to the right. In
 * HTML a cell that is NULL is left out. */
void kp_view_row(const struct kp_view *view, const char *const *cells, const size_t *widths, size_t n,
                 enum kp_look look);
void kp_view_html_cell(const struct kp_view *view, const char *cell, bool head, bool first);
