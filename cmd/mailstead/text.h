/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for people: data made harmless for a terminal, its width in columns, tables, sizes and
 * durations. Pure. UTF-8 is decoded with the C library: the program sets LC_CTYPE to C.UTF-8.
 */
#ifndef MS_CLI_TEXT_H
#define MS_CLI_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "modules/core/base/buf.h"

/* Append s with every control character, bidirectional control and byte that is not UTF-8 replaced
 * by '?'. */
void ms_text_clean(const char *s, struct ms_buf *out);

/* The same, but newlines and tabs stay. */
void ms_text_clean_lines(const char *s, struct ms_buf *out);

/* Columns that clean text takes on a terminal. */
size_t ms_text_width(const char *s);

/* Append clean text cut to at most width columns. */
void ms_text_cut(const char *s, size_t width, struct ms_buf *out);

/* Append a size: "0 B", "512 MiB", "1.5 GiB". */
void ms_text_size(uint64_t bytes, struct ms_buf *out);

/* Append a quota, where 0 is "unlimited". */
void ms_text_quota(const json_t *bytes, struct ms_buf *out);

/* Append a duration: "85 ms", "1.2 s", "3 min 05 s". */
void ms_text_duration(int64_t ms, struct ms_buf *out);

enum { MS_TABLE_COLS = 8 };

/* Cells in rows; cells are copied and made clean. */
struct ms_table {
    size_t n_cols, n_cells, cap;
    char **cells; /* row by row; the first row holds the headings */
    bool right[MS_TABLE_COLS];
};

/* A table with the given headings (at most MS_TABLE_COLS, NULL-terminated). A heading that begins
 * with '>' is of a column that is aligned to the right. */
void ms_table_init(struct ms_table *t, const char *const *heads);

/* Add one cell; rows fill up from left to right. NULL is "". */
void ms_table_add(struct ms_table *t, const char *cell);

/* Append the table, columns two spaces apart, nothing after the last. Without rows: nothing. */
void ms_table_print(const struct ms_table *t, struct ms_buf *out);

/* Free the cells. Accepts a zeroed table. */
void ms_table_done(struct ms_table *t);

#define ms_auto_table ms_cleanup(ms_table_done)

#endif
