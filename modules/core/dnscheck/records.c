/* SPDX-License-Identifier: Apache-2.0 */
/* Is each record there, as the model has it. */
#include <string.h>

#include "modules/core/dnscheck/look_priv.h"
#include "modules/core/dnscheck/policy.h"
#include "modules/core/dnscheck/spf.h"

static enum ms_severity_level severity(const struct ms_record *r)
{
    return r->need == MS_NEED_REQUIRED      ? MS_SEVERITY_HIGH
           : r->need == MS_NEED_RECOMMENDED ? MS_SEVERITY_MEDIUM
                                            : MS_SEVERITY_LOW;
}

/* What is missing of a record that nobody must have is a warning. */
static enum ms_check_state bad(const struct ms_record *r)
{
    return r->need == MS_NEED_OPTIONAL ? MS_CHECK_WARN : MS_CHECK_FAIL;
}

static const char *line(const struct ms_look *l, const struct ms_record *r)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 65536);
    return ms_dns_line(r, &b) < 0 ? r->value : ms_arena_strdup(l->a, b.p);
}

static bool wanted(const struct ms_look *l, const struct ms_look_set *set, const char *text)
{
    for (size_t i = 0; i < set->n_want; i++) {
        if (!strcmp(ms_resolve_canonical(set->type, set->want[i]->value, l->a), text)) {
            return true;
        }
    }
    return false;
}

/* The values that nobody asked for: of TXT where others' are kept, only those of the same kind. */
static struct ms_rr *extras(const struct ms_look *l, const struct ms_look_set *set,
                            const struct ms_answer *x, size_t *ret_n)
{
    const struct ms_record *r = set->want[0];
    struct ms_rr *v = ms_arena_alloc(l->a, x->n + 1, sizeof(*v));
    bool keep = r->merge == MS_MERGE_KEEP;

    *ret_n = 0;
    for (size_t i = 0; i < x->n; i++) {
        if (wanted(l, set, x->v[i].text) ||
            (keep && !(ms_spf_begins(r->value) && ms_spf_begins(x->v[i].text)))) {
            continue;
        }
        v[(*ret_n)++] = x->v[i];
    }
    return v;
}

/* One SPF record that does what ours does, and more for others, is as good. */
static bool is_merged_spf(const struct ms_record *r, const struct ms_rr *extra, size_t n)
{
    return r->merge == MS_MERGE_KEEP && n == 1 && ms_spf_begins(r->value) &&
           ms_spf_covers(extra[0].text, r->value);
}

static const char *fix_missing(const struct ms_look *l, const struct ms_record *r,
                               const struct ms_rr *extra, size_t n)
{
    if (!strcmp(r->type, "PTR")) {
        return ms_arena_printf(l->a, "have the provider of the address set its name to %s",
                               r->value);
    }
    if (r->served) {
        return ms_arena_printf(l->a,
                               "delegate %s to this host (NS and DS, see `mailstead dns records`); "
                               "if it is, `mailstead up` serves the record anew",
                               r->zone);
    }
    if (n) {
        return ms_arena_printf(l->a, "replace %s by: %s", ms_look_values(extra, n, l->a),
                               line(l, r));
    }
    return ms_arena_printf(l->a, r->foreign ? "have its owner set: %s" : "set: %s", line(l, r));
}

static const char *nothing(const struct ms_answer *x, const char *name, struct ms_arena *a)
{
    return x->state == MS_ANSWER_NXDOMAIN ? ms_arena_printf(a, "%s does not exist", name)
                                          : "there is none";
}

static void judge(const struct ms_look *l, const struct ms_look_set *set, const struct ms_record *r,
                  struct ms_check *c)
{
    const char *want = ms_resolve_canonical(set->type, r->value, l->a);
    const struct ms_answer *x = ms_look_best(l, set, want, &c->evidence);
    size_t n = 0;
    struct ms_rr *extra = extras(l, set, x, &n);
    bool there = false;

    for (size_t i = 0; i < x->n; i++) {
        there = there || !strcmp(x->v[i].text, want);
    }
    c->expected = want;
    if (x->state == MS_ANSWER_FAILED) {
        c->state = MS_CHECK_UNKNOWN;
        c->observed = x->why;
    } else if (!there && is_merged_spf(r, extra, n)) {
        c->observed = ms_arena_printf(l->a, "%s (with others' terms)", extra[0].text);
    } else if (!there) {
        c->state = bad(r);
        c->observed = n ? ms_look_values(extra, n, l->a) : nothing(x, set->name, l->a);
        c->fix = fix_missing(l, r, extra, n);
    } else if (n && r == set->want[0] && strcmp(r->type, "PTR") != 0) {
        c->state = bad(r);
        c->observed = ms_arena_printf(l->a, "beside it: %s", ms_look_values(extra, n, l->a));
        c->fix = ms_arena_printf(l->a, "remove from %s %s: %s", set->name, set->type,
                                 ms_look_values(extra, n, l->a));
    } else {
        c->observed = want;
    }
}

void ms_judge_set(const struct ms_look *l, const struct ms_look_scope *s,
                  const struct ms_look_set *set, struct ms_checks *out)
{
    for (size_t i = 0; i < set->n_want; i++) {
        const struct ms_record *r = set->want[i];
        struct ms_check c = {.id = r->id, .scope = s->name, .severity = severity(r)};

        judge(l, set, r, &c);
        if (l->in->isolated && (r->foreign || r->delegates)) {
            c = (struct ms_check){.id = r->id,
                                  .scope = s->name,
                                  .severity = severity(r),
                                  .state = MS_CHECK_NOT_APPLICABLE,
                                  .observed = "the resolver is cut off (dns.resolver: isolated)"};
        }
        ms_checks_add(out, &c);
    }
}
