/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/json.h"
#include "modules/core/dnspush/diff.h"

static bool has(const struct ms_rrvalue *v, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(v[i].text, text)) {
            return true;
        }
    }
    return false;
}

static void add_value(struct ms_buf *out, const char *mark, const char *text)
{
    ms_buf_addf(out, "    %s ", mark);
    for (const char *p = text; *p; p++) {
        ms_buf_addc(out, *p < 0x20 || *p > 0x7e ? '?' : *p);
    }
    ms_buf_addc(out, '\n');
}

static void print_one(const struct ms_rrchange *x, struct ms_buf *out)
{
    ms_buf_addf(out, "%-8s  %s %s  (%s)\n", ms_act_name(x->act), x->name, x->type, x->reason);
    if (x->act == MS_ACT_FOREIGN) {
        return;
    }
    for (size_t i = 0; i < x->n_old; i++) {
        add_value(out, has(x->v, x->n, x->old[i].text) ? "=" : "-", x->old[i].text);
    }
    for (size_t i = 0; i < x->n; i++) {
        if (!has(x->old, x->n_old, x->v[i].text)) {
            add_value(out, "+", x->v[i].text);
        }
    }
}

void ms_rrchanges_print(const struct ms_rrchanges *c, struct ms_buf *out)
{
    for (size_t i = 0; i < c->n; i++) {
        if (c->v[i].act != MS_ACT_KEEP) {
            print_one(&c->v[i], out);
        }
    }
}

static json_t *list(const struct ms_rrvalue *v, size_t n)
{
    json_t *a = json_array();

    for (size_t i = 0; i < n; i++) {
        (void)json_array_append_new(a, ms_json_lossy(v[i].text));
    }
    return a;
}

json_t *ms_rrchanges_json(const struct ms_rrchanges *c)
{
    json_t *a = json_array();

    for (size_t i = 0; i < c->n; i++) {
        const struct ms_rrchange *x = &c->v[i];

        (void)json_array_append_new(
            a, json_pack("{s:s, s:o, s:s, s:I, s:o, s:o, s:s, s:o}", "act", ms_act_name(x->act),
                         "name", ms_json_lossy(x->name), "type", x->type, "ttl", (json_int_t)x->ttl,
                         "old", list(x->old, x->n_old), "new",
                         list(x->v, x->act == MS_ACT_REMOVE ? 0 : x->n), "ids", x->ids, "reason",
                         ms_json_lossy(x->reason)));
    }
    return a;
}
