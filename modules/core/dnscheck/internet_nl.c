/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnscheck/internet_nl.h"

#include <string.h>

#include "modules/core/dnscheck/policy.h"
#include "modules/core/dnscheck/spf.h"
#include "modules/core/dns/dns.h"

enum category { IPV6, DNSSEC, AUTHENTICATION, TLS, N_CATEGORIES };

struct view {
    const struct ms_checks *results;
    const char *host, *domain;
    struct ms_arena *a;
    struct ms_checks *out;
    unsigned passed[N_CATEGORIES], counted[N_CATEGORIES];
};

/* The result of a check of a scope that name is or lies below, NULL: there is none. */
static const struct ms_check *find(const struct view *v, const char *id, const char *name)
{
    for (const char *at = name; at; at = strchr(at, '.') ? strchr(at, '.') + 1 : NULL) {
        for (size_t i = 0; i < v->results->n; i++) {
            if (!strcmp(v->results->v[i].id, id) && !strcmp(v->results->v[i].scope, at)) {
                return &v->results->v[i];
            }
        }
    }
    return NULL;
}

static bool is_ok(const struct ms_check *x)
{
    return x && x->state == MS_CHECK_OK;
}

static void tell(struct view *v, enum category category, const char *id, enum ms_check_state state,
                 const struct ms_check *from)
{
    struct ms_check c = {.id = id,
                         .scope = v->domain,
                         .severity = MS_SEVERITY_MEDIUM,
                         .state = state,
                         .observed = from ? from->observed : "there is no such record",
                         .fix = state == MS_CHECK_OK || !from ? NULL : from->fix};

    if (from && from->state == MS_CHECK_UNKNOWN) {
        c.state = MS_CHECK_UNKNOWN;
    }
    if (c.state == MS_CHECK_OK || c.state == MS_CHECK_FAIL) {
        v->counted[category]++;
        v->passed[category] += c.state == MS_CHECK_OK;
    }
    ms_checks_add(v->out, &c);
}

/* One that costs points when it fails. */
static void must(struct view *v, enum category category, const char *id, bool ok,
                 const struct ms_check *from)
{
    tell(v, category, id, ok ? MS_CHECK_OK : MS_CHECK_FAIL, from);
}

/* One that is a notice at worst. */
static void should(struct view *v, enum category category, const char *id, bool ok,
                   const struct ms_check *from)
{
    struct ms_check x = from ? *from : (struct ms_check){.observed = "there is no such record"};

    x.state = ok ? MS_CHECK_OK : MS_CHECK_WARN;
    (void)category;
    ms_checks_add(v->out, &(struct ms_check){.id = id,
                                             .scope = v->domain,
                                             .severity = MS_SEVERITY_LOW,
                                             .state = x.state,
                                             .observed = x.observed,
                                             .fix = ok ? NULL : x.fix});
}

static bool dmarc_enforces(const struct view *v, const struct ms_check *x)
{
    struct ms_dmarc d;

    if (!x || x->state == MS_CHECK_UNKNOWN) {
        return false;
    }
    ms_dmarc_read(x->observed, v->a, &d);
    /* t=y lowers the policy by one level (RFC 9989) */
    return !d.error &&
           (!strcasecmp(d.p, "reject") || (!strcasecmp(d.p, "quarantine") && !d.testing));
}

static void authentication(struct view *v)
{
    const struct ms_check *dmarc = find(v, "dmarc", v->domain);
    const struct ms_check *spf = find(v, "spf", v->domain);
    const struct ms_check *lookups = find(v, "spf-lookups", v->domain);
    const struct ms_check *dkim = NULL;
    struct ms_spf s = {0};
    bool has_spf = spf && ms_spf_begins(spf->observed);

    for (size_t i = 0; i < v->results->n && !is_ok(dkim); i++) {
        const struct ms_check *x = &v->results->v[i];

        dkim = !strncmp(x->id, "dkim-", 5) && !strcmp(x->scope, v->domain) ? x : dkim;
    }
    if (has_spf) {
        ms_spf_read(spf->observed, v->domain, NULL, NULL, v->a, &s);
    }
    must(v, AUTHENTICATION, "dmarc", dmarc && ms_dmarc_is(dmarc->observed), dmarc);
    must(v, AUTHENTICATION, "dmarc-policy", dmarc_enforces(v, dmarc), dmarc);
    must(v, AUTHENTICATION, "dkim", is_ok(dkim), dkim);
    must(v, AUTHENTICATION, "spf", has_spf, spf);
    must(v, AUTHENTICATION, "spf-policy",
         has_spf && is_ok(lookups) && (s.all == '~' || s.all == '-'), has_spf ? lookups : spf);
}

static void tls(struct view *v)
{
    const struct ms_check *served = find(v, "tls-served", v->host);
    const struct ms_check *tlsa = find(v, "tlsa-smtp", v->host);
    const struct ms_check *next = find(v, "tlsa-smtp-next", v->host);
    const struct ms_check *caa = find(v, "caa-issue", v->host);
    const struct ms_check *dnssec = find(v, "dnssec", v->host);

    if (served) {
        bool version = !strcmp(served->observed, "TLSv1.3") || !strcmp(served->observed, "TLSv1.2");

        must(v, TLS, "starttls", is_ok(served) || version, served);
        must(v, TLS, "tls-version", version, served);
    }
    must(v, TLS, "dane-exists", is_ok(tlsa) && is_ok(dnssec), is_ok(tlsa) ? dnssec : tlsa);
    if (served) {
        must(v, TLS, "dane-valid", is_ok(tlsa) && is_ok(served), is_ok(tlsa) ? served : tlsa);
    }
    should(v, TLS, "dane-rollover", is_ok(next), next);
    should(v, TLS, "caa", is_ok(caa), caa);
}

unsigned ms_internet_nl(const struct ms_checks *results, const char *host, const char *domain,
                        struct ms_checks *out)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    struct view v = {.results = results, .host = host, .domain = domain, .a = a, .out = out};
    const struct ms_check *mx = find(&v, "mx", domain);
    const struct ms_check *aaaa = find(&v, "host-aaaa", host);
    const struct ms_check *ns = find(&v, "ns-ipv6", domain);
    unsigned sum = 0, n = 0;

    must(&v, IPV6, "ns-aaaa", is_ok(ns), ns);
    must(&v, IPV6, "mx-aaaa", is_ok(mx) && is_ok(aaaa), is_ok(mx) ? aaaa : mx);
    must(&v, DNSSEC, "dnssec-domain", is_ok(find(&v, "dnssec", domain)),
         find(&v, "dnssec", domain));
    must(&v, DNSSEC, "dnssec-mx", is_ok(find(&v, "dnssec", host)), find(&v, "dnssec", host));
    authentication(&v);
    tls(&v);
    for (size_t i = 0; i < N_CATEGORIES; i++) {
        if (v.counted[i]) {
            sum += 100 * v.passed[i] / v.counted[i];
            n++;
        }
    }
    return n ? sum / n : 0;
}
