/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/diag.h"

#include <stdarg.h>
#include <string.h>

#include "modules/core/base/mem.h"

void ms_diags_init(struct ms_diags *d, size_t max)
{
    *d = (struct ms_diags){.max = max ? max : 1000};
}

void ms_diags_done(struct ms_diags *d)
{
    for (size_t i = 0; i < d->n; i++) {
        free(d->v[i].file);
        free(d->v[i].path);
        free(d->v[i].text);
    }
    free(d->v);
    *d = (struct ms_diags){.max = d->max};
}

/* A message is one line and cannot steer a terminal, whatever stands in the file it is about:
 * control characters (C0, DEL, C1) become "?". */
static void make_printable(char *s)
{
    unsigned char *u = (unsigned char *)s;

    for (; *u; u++) {
        if (*u < 0x20 || *u == 0x7f) {
            *u = '?';
        } else if (u[0] == 0xc2 && u[1] >= 0x80 && u[1] < 0xa0) {
            u[0] = u[1] = '?';
        }
    }
}

void ms_diag_add(struct ms_diags *d, enum ms_severity sev, struct ms_loc loc, const char *path,
                 const char *fmt, ...)
{
    va_list ap;
    struct ms_diag *x;

    if (sev == MS_DIAG_ERROR) {
        d->n_errors++;
    } else {
        d->n_warnings++;
    }
    if (d->n >= d->max) {
        return;
    }
    d->v = ms_xgrow(d->v, d->n, &d->cap, sizeof(*d->v));
    x = &d->v[d->n++];
    *x = (struct ms_diag){.severity = sev,
                          .file = ms_xstrdup(loc.file ? loc.file : "-"),
                          .line = loc.line,
                          .col = loc.col,
                          .path = ms_xstrdup(path ? path : "")};
    va_start(ap, fmt);
    x->text = ms_xvasprintf(fmt, ap);
    va_end(ap);
    make_printable(x->path);
    make_printable(x->text);
}

static bool before(const struct ms_diag *a, const struct ms_diag *b)
{
    int c = strcmp(a->file, b->file);

    if (c) {
        return c < 0;
    }
    return a->line != b->line ? a->line < b->line : a->col < b->col;
}

void ms_diags_sort(struct ms_diags *d)
{
    for (size_t i = 1; i < d->n; i++) { /* stable, and the list is bounded and nearly sorted */
        struct ms_diag x = d->v[i];
        size_t j = i;

        for (; j > 0 && before(&x, &d->v[j - 1]); j--) {
            d->v[j] = d->v[j - 1];
        }
        d->v[j] = x;
    }
}

void ms_diags_print(const struct ms_diags *d, FILE *f)
{
    for (size_t i = 0; i < d->n; i++) {
        const struct ms_diag *x = &d->v[i];
        const char *kind = x->severity == MS_DIAG_ERROR ? "error" : "warning";

        if (x->line) {
            (void)fprintf(f, "%s:%u:%u: %s: ", x->file, x->line, x->col, kind);
        } else {
            (void)fprintf(f, "%s: %s: ", x->file, kind);
        }
        (void)fprintf(f, "%s%s%s\n", x->path, *x->path ? ": " : "", x->text);
    }
    if (d->n_errors + d->n_warnings > d->n) {
        (void)fprintf(f, "... and %zu more\n", d->n_errors + d->n_warnings - d->n);
    }
}
