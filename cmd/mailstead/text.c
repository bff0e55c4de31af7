/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailstead/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "modules/core/base/mem.h"

/* Decode one character: its length; *ret_width is -1 for what must not reach a terminal. */
static size_t next_char(const char *s, int *ret_width)
{
    mbstate_t st;
    wchar_t wc;
    size_t n;

    memset(&st, 0, sizeof(st));
    n = mbrtowc(&wc, s, strlen(s), &st);
    if (n == (size_t)-1 || n == (size_t)-2 || n == 0) {
        *ret_width = -1;
        return 1;
    }
    *ret_width = wcwidth(wc);
    if ((wc >= 0x202a && wc <= 0x202e) || (wc >= 0x2066 && wc <= 0x2069) || wc == 0x2028 ||
        wc == 0x2029 || wc == 0x200e || wc == 0x200f) {
        *ret_width = -1; /* direction and line controls change what a line seems to say */
    }
    return n;
}

static void clean(const char *s, bool lines, struct ms_buf *out)
{
    while (*s) {
        int width;
        size_t n = next_char(s, &width);

        if (lines && (*s == '\n' || *s == '\t')) {
            ms_buf_addc(out, *s);
        } else if (width < 0) {
            ms_buf_addc(out, '?');
        } else {
            ms_buf_add(out, s, n);
        }
        s += n;
    }
}

void ms_text_clean(const char *s, struct ms_buf *out)
{
    clean(s, false, out);
}

void ms_text_clean_lines(const char *s, struct ms_buf *out)
{
    clean(s, true, out);
}

size_t ms_text_width(const char *s)
{
    size_t total = 0;

    while (*s) {
        int width;

        s += next_char(s, &width);
        total += width < 0 ? 1 : (size_t)width;
    }
    return total;
}

void ms_text_cut(const char *s, size_t max, struct ms_buf *out)
{
    size_t total = 0;

    while (*s) {
        int width;
        size_t n = next_char(s, &width);

        total += width < 0 ? 1 : (size_t)width;
        if (total > max) {
            return;
        }
        if (width < 0) {
            ms_buf_addc(out, '?');
        } else {
            ms_buf_add(out, s, n);
        }
        s += n;
    }
}

void ms_text_size(uint64_t bytes, struct ms_buf *out)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double v = (double)bytes;
    size_t u = 0;

    while (v >= 1024 && u < 5) {
        v /= 1024;
        u++;
    }
    if (u == 0 || v == (double)(uint64_t)v || v >= 100) {
        ms_buf_addf(out, "%.0f %s", v, units[u]);
    } else {
        ms_buf_addf(out, "%.1f %s", v, units[u]);
    }
}

void ms_text_quota(const json_t *bytes, struct ms_buf *out)
{
    json_int_t n = json_integer_value(bytes);

    if (n > 0) {
        ms_text_size((uint64_t)n, out);
    } else if (json_is_integer(bytes)) {
        ms_buf_adds(out, "unlimited");
    }
}

void ms_text_duration(int64_t ms, struct ms_buf *out)
{
    if (ms < 0) {
        ms = 0;
    }
    if (ms < 1000) {
        ms_buf_addf(out, "%" PRId64 " ms", ms);
    } else if (ms < 100000) {
        ms_buf_addf(out, "%" PRId64 ".%" PRId64 " s", ms / 1000, ms % 1000 / 100);
    } else {
        ms_buf_addf(out, "%" PRId64 " min %02" PRId64 " s", ms / 60000, ms / 1000 % 60);
    }
}

void ms_table_init(struct ms_table *t, const char *const *heads)
{
    memset(t, 0, sizeof(*t));
    for (; heads[t->n_cols] && t->n_cols < MS_TABLE_COLS; t->n_cols++) {
        t->right[t->n_cols] = heads[t->n_cols][0] == '>';
    }
    for (size_t i = 0; i < t->n_cols; i++) {
        ms_table_add(t, heads[i] + t->right[i]);
    }
}

void ms_table_add(struct ms_table *t, const char *cell)
{
    struct ms_buf b;

    ms_buf_init(&b, 1 << 16);
    ms_text_clean(cell ? cell : "", &b);
    t->cells = ms_xgrow(t->cells, t->n_cells, &t->cap, sizeof(*t->cells));
    t->cells[t->n_cells++] = ms_buf_steal(&b);
}

static void add_row(const struct ms_table *t, char *const *cells, const size_t *widths,
                    struct ms_buf *out)
{
    size_t end = t->n_cols;

    while (end > 1 && !cells[end - 1][0]) {
        end--;
    }
    for (size_t i = 0; i < end; i++) {
        int pad = (int)(widths[i] - ms_text_width(cells[i]));

        if (t->right[i]) {
            ms_buf_addf(out, "%*s", pad, "");
            pad = 0;
        }
        ms_buf_adds(out, cells[i]);
        if (i + 1 < end) {
            ms_buf_addf(out, "%*s", pad + 2, "");
        }
    }
    ms_buf_addc(out, '\n');
}

void ms_table_print(const struct ms_table *t, struct ms_buf *out)
{
    size_t widths[MS_TABLE_COLS] = {0};

    if (!t->n_cols || t->n_cells < 2 * t->n_cols) {
        return;
    }
    for (size_t i = 0; i < t->n_cells; i++) {
        size_t w = ms_text_width(t->cells[i]);

        if (w > widths[i % t->n_cols]) {
            widths[i % t->n_cols] = w;
        }
    }
    for (size_t i = 0; i + t->n_cols <= t->n_cells; i += t->n_cols) {
        add_row(t, t->cells + i, widths, out);
    }
}

void ms_table_done(struct ms_table *t)
{
    for (size_t i = 0; i < t->n_cells; i++) {
        free(t->cells[i]);
    }
    free(t->cells);
    memset(t, 0, sizeof(*t));
}
