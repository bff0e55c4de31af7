/* SPDX-License-Identifier: Apache-2.0 */
/* The host's own mail server and its way out. */
#include <string.h>
#include <unistd.h>

#include "modules/core/base/time.h"
#include "modules/core/dnscheck/look_priv.h"
#include "modules/core/dnscheck/smtp_priv.h"
#include "modules/core/doctor/host.h"

enum { SMTP_MS = 4000, OUT_MS = 2500, SMTP_PORT = 25 };

static int64_t end_of(const struct ms_look *l, int64_t ms)
{
    int64_t end = ms_time_mono_ms() + ms;

    return end < l->end_ms ? end : l->end_ms;
}

/* Whether one of our TLSA records for port 25 fits the key; *ret_any: there are some. */
static bool tlsa_fits(const struct ms_look_scope *s, const char *key, bool *ret_any)
{
    static const char *const ids[] = {"tlsa-smtp", "tlsa-smtp-next"};
    bool fits = false;

    *ret_any = false;
    for (size_t i = 0; i < 2; i++) {
        const struct ms_record *r = NULL;

        if (ms_look_find(s, ids[i], &r)) {
            *ret_any = true;
            fits = fits || (!strncmp(r->value, "3 1 1 ", 6) && !strcasecmp(r->value + 6, key));
        }
    }
    return fits;
}

static void judge_tls(const struct ms_look_scope *s, const struct ms_smtp_seen *seen,
                      struct ms_check *c)
{
    bool any = false;
    bool fits = tlsa_fits(s, seen->key, &any);

    c->observed = seen->why ? seen->why : seen->version;
    c->expected = "STARTTLS with the certificate that the TLSA records name";
    if (seen->why) {
        c->state = seen->name[0] ? MS_CHECK_FAIL : MS_CHECK_UNKNOWN;
        c->fix = seen->name[0] ? "see `mailstead cert status`" : NULL;
    } else if (any && !fits) {
        c->state = MS_CHECK_FAIL;
        c->observed = "the certificate that is served has another key than the TLSA records";
        c->fix = "run `mailstead up`: the mail server has not taken the newest certificate";
    }
}

void ms_probe_smtp(const struct ms_look *l, const struct ms_look_scope *s, struct ms_checks *out)
{
    const char *host = l->in->site->hostname;
    const char *address = l->in->ipv4 ? l->in->ipv4 : l->in->ipv6;
    struct ms_check helo = {.id = "smtp", .scope = s->name, .severity = MS_SEVERITY_HIGH};
    struct ms_check tls = {.id = "tls-served", .scope = s->name, .severity = MS_SEVERITY_HIGH};
    struct ms_smtp_seen seen;

    if (!address || !l->in->site->ports[MS_PORT_SMTP]) {
        return;
    }
    ms_smtp_see(address, l->in->site->ports[MS_PORT_SMTP], host, end_of(l, SMTP_MS), &seen);
    helo.expected = host;
    helo.observed = seen.name[0] ? seen.name : seen.why;
    helo.evidence = address;
    tls.evidence = address;
    if (!seen.name[0]) {
        helo.state = MS_CHECK_FAIL;
        helo.fix = "see `mailstead status`: nothing greets at the public address";
    } else if (strcasecmp(seen.name, host) != 0) {
        helo.state = MS_CHECK_FAIL;
        helo.fix = "another program answers there: see `mailstead doctor`";
    }
    judge_tls(s, &seen, &tls);
    ms_checks_add(out, &helo);
    ms_checks_add(out, &tls);
}

/* An address that takes mail for a domain that everybody knows; NULL: not found. */
static const char *somewhere(const struct ms_look *l, const char *domain)
{
    struct ms_question mx = {.name = domain, .type = "MX"};
    struct ms_question a = {.type = "A"};
    const char *host;

    ms_resolve(l->in->resolver, &mx, 1, end_of(l, OUT_MS), l->a);
    host = mx.answer.n ? strchr(mx.answer.v[0].text, ' ') : NULL;
    if (!host) {
        return NULL;
    }
    a.name = host + 1;
    ms_resolve(l->in->resolver, &a, 1, end_of(l, OUT_MS), l->a);
    return a.answer.n ? a.answer.v[0].text : NULL;
}

void ms_probe_outbound(const struct ms_look *l, const struct ms_look_scope *s, uint16_t port,
                       struct ms_checks *out)
{
    static const char *const domains[] = {"gmail.com", "outlook.com"};
    struct ms_check c = {.id = "outbound-25",
                         .scope = s->name,
                         .severity = MS_SEVERITY_HIGH,
                         .state = MS_CHECK_UNKNOWN,
                         .observed = "no other mail server was found to try"};

    for (size_t i = 0; i < 2 && c.state != MS_CHECK_OK; i++) {
        const char *address = somewhere(l, domains[i]);
        const char *why = NULL;
        int fd;

        if (!address) {
            continue;
        }
        fd = ms_smtp_connect(address, port, end_of(l, OUT_MS), &why);
        c.state = fd < 0 ? MS_CHECK_FAIL : MS_CHECK_OK;
        c.evidence = ms_arena_printf(l->a, "%s, for %s", address, domains[i]);
        c.observed = fd < 0 ? why : "other servers can be reached";
        c.fix = fd < 0 ? "ask the provider of the host to open outgoing port 25, or set relay.host"
                       : NULL;
        if (fd >= 0) {
            (void)close(fd);
        }
    }
    ms_checks_add(out, &c);
}

void ms_take_clock(const struct ms_look_scope *s, const struct ms_checks *clock,
                   struct ms_checks *out)
{
    for (size_t i = 0; i < clock->n; i++) {
        struct ms_check c = clock->v[i];

        c.scope = s->name;
        /* that nothing is known to keep it right is for `doctor` to say */
        c.state = c.state == MS_CHECK_WARN ? MS_CHECK_NOT_APPLICABLE : c.state;
        ms_checks_add(out, &c);
    }
}

static void probe_clock(const struct ms_look_scope *s, struct ms_checks *out)
{
    ms_auto_checks struct ms_checks clock = {0};

    ms_checks_init(&clock);
    ms_check_clock(&clock);
    ms_take_clock(s, &clock, out);
}

void ms_probe_services(const struct ms_look *l, struct ms_checks *out)
{
    for (size_t i = 0; i < l->n_scopes; i++) {
        const struct ms_look_scope *s = &l->scopes[i];

        if (s->host) {
            ms_probe_smtp(l, s, out);
            probe_clock(s, out);
        }
        if (l->in->isolated) {
            continue;
        }
        ms_probe_blocklists(l, s, out);
        if (s->host) {
            ms_probe_outbound(l, s, SMTP_PORT, out);
        }
    }
    ms_probe_policies(l, out);
}
