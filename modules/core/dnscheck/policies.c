/* SPDX-License-Identifier: Apache-2.0 */
/* SPF as a whole, who may issue certificates, and the name of the host. */
#include <string.h>

#include "modules/core/dnscheck/look_priv.h"
#include "modules/core/dnscheck/spf.h"

/* The SPF record of a name, asked through the resolver, which remembers. */
static enum ms_spf_found get(void *arg, const char *name, const char **ret)
{
    struct ms_look *l = arg;
    struct ms_question q = {.name = name, .type = "TXT"};

    ms_resolve(l->in->resolver, &q, 1, l->end_ms, l->a);
    if (q.answer.state == MS_ANSWER_FAILED) {
        return MS_SPF_ERROR;
    }
    for (size_t i = 0; i < q.answer.n; i++) {
        if (ms_spf_begins(q.answer.v[i].text)) {
            *ret = q.answer.v[i].text;
            return MS_SPF_RECORD;
        }
    }
    return q.answer.n ? MS_SPF_NONE : MS_SPF_VOID;
}

static void spf_result(const struct ms_spf *x, struct ms_arena *a, struct ms_check *c)
{
    c->observed = ms_arena_printf(a, "%u look-ups, %u of them void", x->lookups, x->voids);
    if (x->error) {
        c->state = MS_CHECK_FAIL;
        c->observed = x->error;
        c->fix = "take that term out of the record: servers refuse to read it at all";
    } else if (x->lookups > MS_SPF_LOOKUPS_MAX) {
        c->state = MS_CHECK_FAIL;
        c->fix = "take terms that need a look-up (include, a, mx, exists, redirect) out of the SPF "
                 "record until there are 10 at most, or name addresses by ip4 and ip6";
    } else if (x->voids > MS_SPF_VOIDS_MAX) {
        c->state = MS_CHECK_FAIL;
        c->fix = "take the terms whose names do not exist out of the SPF record";
    } else if (x->unknown) {
        c->state = MS_CHECK_UNKNOWN;
        c->observed = "a record that it includes could not be looked up";
    }
}

void ms_judge_spf(const struct ms_look *l, const struct ms_look_scope *s, struct ms_checks *out)
{
    struct ms_check c = {.id = "spf-lookups",
                         .scope = s->name,
                         .severity = MS_SEVERITY_HIGH,
                         .expected = "at most 10 look-ups, 2 of them void"};
    const struct ms_record *r = NULL;
    const struct ms_look_set *set = ms_look_find(s, s->host ? "host-spf" : "spf", &r);
    const struct ms_answer *x = set ? ms_look_best(l, set, r->value, &c.evidence) : NULL;
    struct ms_spf spf = {0};
    size_t n = 0;

    if (!set) {
        return;
    }
    for (size_t i = 0; i < x->n; i++) {
        if (ms_spf_begins(x->v[i].text)) {
            n++;
            ms_spf_read(x->v[i].text, s->name, l->in->isolated ? NULL : get, (void *)l, l->a, &spf);
        }
    }
    if (n == 1) {
        spf_result(&spf, l->a, &c);
    } else {
        c.state = x->state == MS_ANSWER_FAILED ? MS_CHECK_UNKNOWN : MS_CHECK_NOT_APPLICABLE;
        c.observed = "there is not one SPF record";
    }
    ms_checks_add(out, &c);
}

/* Whether a value names the authority in a tag "issue". */
static bool issues(const char *text, const char *issuer)
{
    static const char tag[] = " issue \"";
    const char *at = strstr(text, tag);
    size_t n = strlen(issuer);

    if (!at) {
        return false;
    }
    at += sizeof(tag) - 1;
    at += strspn(at, " ");
    return !strncasecmp(at, issuer, n) && strchr("; \"", at[n]);
}

void ms_judge_caa(const struct ms_look *l, const struct ms_look_scope *s, struct ms_checks *out)
{
    const struct ms_answer *x = &l->q[s->cname].answer;
    struct ms_check c = {.id = "caa", .scope = s->name, .severity = MS_SEVERITY_HIGH};
    struct ms_site_ca ca = {0};
    size_t n = 0;
    bool ours = false;

    if (s->host || !ms_site_ca(l->in->site, &ca)) {
        return;
    }
    for (size_t i = 0; i < x->n; i++) {
        n += strstr(x->v[i].text, " issue \"") != NULL;
        ours = ours || issues(x->v[i].text, ca.issuer);
    }
    c.expected = ms_arena_printf(l->a, "none, or one for %s", ca.issuer);
    c.observed = ms_look_values(x->v, x->n, l->a);
    if (x->state == MS_ANSWER_FAILED) {
        c.state = MS_CHECK_UNKNOWN;
        c.observed = x->why;
    } else if (n && !ours) {
        c.state = MS_CHECK_FAIL;
        c.fix = ms_arena_printf(l->a, "set: %s. 3600 IN CAA 0 issue \"%s\"", s->name, ca.issuer);
    }
    ms_checks_add(out, &c);
}

void ms_judge_host_name(const struct ms_look *l, const struct ms_look_scope *s,
                        struct ms_checks *out)
{
    const struct ms_answer *x = &l->q[s->cname].answer;
    struct ms_check c = {.id = "mx-cname",
                         .scope = s->name,
                         .severity = MS_SEVERITY_HIGH,
                         .observed = "the name has addresses of its own",
                         .expected = "no CNAME: the name is the target of MX records"};

    if (x->n) {
        c.state = MS_CHECK_FAIL;
        c.observed = ms_arena_printf(l->a, "CNAME %s", x->v[0].text);
        c.fix = ms_arena_printf(l->a, "remove: %s. IN CNAME %s, and set its A and AAAA records",
                                s->name, x->v[0].text);
    } else if (x->state == MS_ANSWER_FAILED) {
        c.state = MS_CHECK_UNKNOWN;
        c.observed = x->why;
    }
    ms_checks_add(out, &c);
}
