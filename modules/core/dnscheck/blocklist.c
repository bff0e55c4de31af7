/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnscheck/blocklist_priv.h"

#include <string.h>

#include "modules/core/dnscheck/look_priv.h"

/* Lists that are known. Of others, what RFC 5782 says of all counts. */
static const struct ms_blocklist known[] = {
    {"zen.spamhaus.org",
     {"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6", "127.0.0.7", "127.0.0.9",
      "127.0.0.10", "127.0.0.11"},
     "https://check.spamhaus.org/",
     true},
    {"bl.spamcop.net", {"127.0.0.2"}, "https://www.spamcop.net/bl.shtml", false},
    {"b.barracudacentral.org",
     {"127.0.0.2"},
     "https://www.barracudacentral.org/rbl/removal-request",
     false},
    {"psbl.surriel.com", {"127.0.0.2"}, "https://psbl.org/", false},
    {"dbl.spamhaus.org",
     {"127.0.1.2", "127.0.1.4", "127.0.1.5", "127.0.1.6", "127.0.1.102", "127.0.1.103",
      "127.0.1.104", "127.0.1.105", "127.0.1.106"},
     "https://check.spamhaus.org/",
     false},
};

static struct ms_blocklist list_of(const char *zone)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (!strcmp(known[i].zone, zone)) {
            return known[i];
        }
    }
    return (struct ms_blocklist){.zone = zone, .codes = {"127.0.0.2"}, .v6 = true};
}

static bool documented(const struct ms_blocklist *list, const char *code)
{
    for (size_t i = 0; i < MS_BLOCKLIST_CODES && list->codes[i]; i++) {
        if (!strcmp(list->codes[i], code)) {
            return true;
        }
    }
    return false;
}

/* The first documented code, or NULL. */
static const char *code_of(const struct ms_blocklist *list, const struct ms_answer *x)
{
    for (size_t i = 0; i < x->n; i++) {
        if (documented(list, x->v[i].text)) {
            return x->v[i].text;
        }
    }
    return NULL;
}

enum ms_check_state ms_blocklist_judge(const struct ms_blocklist *list,
                                       const struct ms_answer *listed,
                                       const struct ms_answer *unlisted, const struct ms_answer *x,
                                       const char **ret_why)
{
    if (!code_of(list, listed)) {
        *ret_why = "the list does not answer this resolver";
        return MS_CHECK_UNKNOWN;
    }
    if (unlisted->state != MS_ANSWER_NXDOMAIN && unlisted->state != MS_ANSWER_NODATA) {
        *ret_why = "the list has everybody: it cannot be used";
        return MS_CHECK_UNKNOWN;
    }
    if (x->state == MS_ANSWER_FAILED) {
        *ret_why = x->why;
        return MS_CHECK_UNKNOWN;
    }
    if (code_of(list, x)) {
        *ret_why = code_of(list, x);
        return MS_CHECK_FAIL;
    }
    *ret_why = x->n ? "the list answers with a code that it does not document" : "not listed";
    return x->n ? MS_CHECK_UNKNOWN : MS_CHECK_OK;
}

/* One list about one name: "listed" and "unlisted" are the test points below it. */
struct inquiry {
    struct ms_blocklist list;
    const char *id, *name, *listed, *unlisted;
};

static const char *fix_of(const struct ms_blocklist *list, struct ms_arena *a)
{
    return list->removal ? ms_arena_printf(a, "find out what sent spam, then ask for removal at %s",
                                           list->removal)
                         : "find out what sent spam, then ask the owner of the list for removal";
}

static void judge_all(const struct ms_look *l, const struct ms_look_scope *s,
                      const struct inquiry *v, size_t n, struct ms_checks *out)
{
    struct ms_question *q = ms_arena_alloc(l->a, 3 * n + 1, sizeof(*q));

    for (size_t i = 0; i < n; i++) {
        const char *const head[] = {v[i].listed, v[i].unlisted, v[i].name};

        for (size_t k = 0; k < 3; k++) {
            q[3 * i + k] = (struct ms_question){
                .name = ms_arena_printf(l->a, "%s.%s", head[k], v[i].list.zone), .type = "A"};
        }
    }
    ms_resolve(l->in->resolver, q, 3 * n, l->end_ms, l->a);
    for (size_t i = 0; i < n; i++) {
        struct ms_check c = {.id = v[i].id, .scope = s->name, .severity = MS_SEVERITY_HIGH};
        const char *why = "";

        c.state = ms_blocklist_judge(&v[i].list, &q[3 * i].answer, &q[3 * i + 1].answer,
                                     &q[3 * i + 2].answer, &why);
        /* a list that does not speak to this resolver is nobody's fault */
        c.state = c.state == MS_CHECK_UNKNOWN ? MS_CHECK_NOT_APPLICABLE : c.state;
        c.observed = ms_arena_printf(l->a, "%s: %s", v[i].list.zone, why);
        c.fix = c.state == MS_CHECK_FAIL ? fix_of(&v[i].list, l->a) : NULL;
        ms_checks_add(out, &c);
    }
}

/* The reversed address without its suffix, from the name of the PTR record; NULL: none. */
static const char *reversed(const struct ms_look *l, const struct ms_look_scope *s, const char *id,
                            const char *suffix)
{
    const struct ms_record *r = NULL;
    const char *end;

    if (!ms_look_find(s, id, &r)) {
        return NULL;
    }
    end = strstr(r->name, suffix);
    return end ? ms_arena_memdup0(l->a, r->name, (size_t)(end - r->name)) : NULL;
}

/* The lists of addresses about the host's own. Returns how many inquiries were added to v. */
static size_t of_addresses(const struct ms_look *l, const struct ms_look_scope *s,
                           struct inquiry *v)
{
    static const char v6_listed[] =
        "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0";
    static const char v6_unlisted[] =
        "1.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0";
    const struct ms_strv *zones = &l->in->site->blocklists_addresses;
    const char *v4 = reversed(l, s, "ptr-v4", ".in-addr.arpa.");
    const char *v6 = reversed(l, s, "ptr-v6", ".ip6.arpa.");
    size_t n = 0;

    for (size_t i = 0; i < zones->n; i++) {
        struct ms_blocklist list = list_of(zones->v[i]);
        const char *id = ms_arena_printf(l->a, "blocklist-%s", list.zone);

        if (v4) {
            v[n++] = (struct inquiry){list, id, v4, "2.0.0.127", "1.0.0.127"};
        }
        if (v6 && list.v6) {
            v[n++] = (struct inquiry){list, ms_arena_printf(l->a, "%s-v6", id), v6, v6_listed,
                                      v6_unlisted};
        }
    }
    return n;
}

void ms_probe_blocklists(const struct ms_look *l, const struct ms_look_scope *s,
                         struct ms_checks *out)
{
    const struct ms_strv *zones = &l->in->site->blocklists_domains;
    struct inquiry *v =
        ms_arena_alloc(l->a, 2 * l->in->site->blocklists_addresses.n + zones->n + 1, sizeof(*v));
    size_t n = s->host ? of_addresses(l, s, v) : 0;

    for (size_t i = 0; !s->host && i < zones->n; i++) {
        struct ms_blocklist list = list_of(zones->v[i]);

        v[n++] = (struct inquiry){list, ms_arena_printf(l->a, "blocklist-%s", list.zone), s->name,
                                  "test", "invalid"};
    }
    if (n) {
        judge_all(l, s, v, n, out);
    }
}
