/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every check that is not about one record has a case that passes and one that does not, made of
 * answers by hand, or of small servers on the loopback. A check without its cases fails here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/doctor/host.h"
#include "tests/unit/fixture_dns_server.h"
#include "tests/unit/fixture_look.h"
#include "tests/unit/fixture_smtp_server.h"

/* --- the cases: bad or not */

static void delegation(struct world *w, bool bad)
{
    if (bad) {
        w->q[SOA].answer = (struct ms_answer){.why = "the server does not serve the zone"};
        w->q[SOA + 1].answer = (struct ms_answer){.why = "no answer within 4 s"};
    }
    ms_judge_zone(&w->l, &w->zone, w->out);
}

static void glue(struct world *w, bool bad)
{
    if (bad) {
        w->referral[2].text = "192.0.2.77";
    }
    ms_judge_zone(&w->l, &w->zone, w->out);
}

static void dnssec(struct world *w, bool bad)
{
    w->zone.s.security = bad ? MS_SECURITY_BOGUS : MS_SECURITY_SECURE;
    ms_judge_zone(&w->l, &w->zone, w->out);
}

static void servers_agree(struct world *w, bool bad)
{
    if (bad) {
        w->q[MX + 2].answer = value(w, "MX", "10 old.example.test.");
    }
    ms_judge_zone(&w->l, &w->zone, w->out);
}

static void ttl(struct world *w, bool bad)
{
    if (bad) {
        w->q[MX + 1].answer.ttl = 172800;
    }
    ms_judge_zone(&w->l, &w->zone, w->out);
}

static void wildcard(struct world *w, bool bad)
{
    if (bad) {
        w->q[WILD + 1].answer = value(w, "TXT", "anything");
    }
    ms_judge_zone(&w->l, &w->zone, w->out);
}

static void ns_ipv6(struct world *w, bool bad)
{
    w->ns[0].address = "2001:db8::1";
    w->ns[1].address = bad ? "192.0.2.2" : "2001:db8::2";
    ms_judge_zone(&w->l, &w->zone, w->out);
}

static void spf_lookups(struct world *w, bool bad)
{
    w->in.isolated = true; /* what it includes is counted, not followed */
    set_record(w, "spf", "example.test.", "TXT",
               bad ? "v=spf1 a mx a:b.test a:c.test a:d.test a:e.test a:f.test a:g.test a:h.test "
                     "a:i.test a:j.test -all"
                   : "v=spf1 mx -all");
    ms_judge_spf(&w->l, &w->scope, w->out);
}

static void caa(struct world *w, bool bad)
{
    w->site.tls_mode = MS_TLS_ACME;
    w->site.acme_directory = "https://acme-v02.api.letsencrypt.org/directory";
    w->q[NAME].answer =
        value(w, "CAA", bad ? "0 issue \"other.example\"" : "0 issue \"letsencrypt.org\"");
    ms_judge_caa(&w->l, &w->scope, w->out);
}

static void mx_cname(struct world *w, bool bad)
{
    be_host(w);
    if (bad) {
        w->q[NAME].answer = value(w, "CNAME", "other.test.");
    }
    ms_judge_host_name(&w->l, &w->scope, w->out);
}

static void sts_policy(struct world *w, bool bad)
{
    const struct ms_sts_fetched f = {
        .url = "https://mta-sts.example.test/.well-known/mta-sts.txt",
        .body = bad ? "version: STSv1\nmode: enforce\nmx: other.test\nmax_age: 86400\n"
                    : "version: STSv1\nmode: enforce\nmx: mail.example.test\nmax_age: 86400\n",
        .status = 200};

    ms_judge_policy(&w->l, &w->scope, &f, w->out);
}

/* A greeting with our name or with another one. */
static void smtp(struct world *w, bool bad)
{
    struct smtp_server s = {0};

    assert_int_equal(smtp_server_start(&s, bad ? "other.example.test" : "mail.example.test", true),
                     0);
    be_host(w);
    w->in.ipv4 = "127.0.0.1";
    w->site.ports[MS_PORT_SMTP] = s.port;
    ms_probe_smtp(&w->l, &w->scope, w->out);
    smtp_server_stop(&s);
}

/* The key that the TLSA record names, or another one. */
static void tls_served(struct world *w, bool bad)
{
    struct smtp_server s = {0};

    assert_int_equal(smtp_server_start(&s, "mail.example.test", true), 0);
    be_host(w);
    w->in.ipv4 = "127.0.0.1";
    w->site.ports[MS_PORT_SMTP] = s.port;
    set_record(w, "tlsa-smtp", "_25._tcp.mail.example.test.", "TLSA",
               ms_arena_printf(w->a, "3 1 1 %.63s%c", s.key,
                               bad ? (s.key[63] == '0' ? '1' : '0') : s.key[63]));
    ms_probe_smtp(&w->l, &w->scope, w->out);
    smtp_server_stop(&s);
}

/* With a resolver that knows these lines. */
static void with_resolver(struct world *w, const char *const *lines,
                          void (*f)(struct world *w, uint16_t port), uint16_t port)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_resolver_freep) struct ms_resolver *resolver = NULL;
    struct dns_server server;
    const char *forward[1] = {server.address};
    struct ms_resolver_conf conf = {.forward = forward, .n_forward = 1};

    assert_int_equal(dns_server_start(&server, lines), 0);
    assert_int_equal(ms_resolver_new(&conf, &resolver, &err), 0);
    w->in.resolver = resolver;
    f(w, port);
    dns_server_stop(&server);
}

static void try_outbound(struct world *w, uint16_t port)
{
    be_host(w);
    ms_probe_outbound(&w->l, &w->scope, port, w->out);
}

/* A port where somebody listens, or one where nobody does any more. */
static void outbound(struct world *w, bool bad)
{
    static const char *const lines[] = {"gmail.com. 60 IN MX 5 mx.gmail.com.",
                                        "mx.gmail.com. 60 IN A 127.0.0.1", NULL};
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t n = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    assert_int_equal(bad ? 0 : listen(fd, 4), 0); /* bound, so that nobody else gets it */
    with_resolver(w, lines, try_outbound, ntohs(a.sin_port));
    (void)close(fd);
}

/* A list of domains that is known, with codes of its own. */
static void try_blocklists(struct world *w, uint16_t port)
{
    static const char *zones[] = {"dbl.spamhaus.org"};

    (void)port;
    w->site.blocklists_domains = (struct ms_strv){zones, 1};
    ms_probe_blocklists(&w->l, &w->scope, w->out);
}

static void blocklist(struct world *w, bool bad)
{
    const char *lines[] = {". 60 IN SOA a. h. 1 2 3 4 5",
                           "test.dbl.spamhaus.org. 60 IN A 127.0.1.2",
                           bad ? "example.test.dbl.spamhaus.org. 60 IN A 127.0.1.2" : NULL, NULL};

    with_resolver(w, lines, try_blocklists, 0);
}

/* Lists that the site names: one that is not known, and no list at all. */
static void try_own_lists(struct world *w, uint16_t port)
{
    static const char *zones[] = {"bl.example", "other.example"};

    (void)port;
    be_host(w);
    set_record(w, "ptr-v4", "25.2.0.192.in-addr.arpa.", "PTR", "mail.example.test.");
    ms_probe_blocklists(&w->l, &w->scope, w->out);
    assert_int_equal(w->out->n, 0);
    w->site.blocklists_addresses = (struct ms_strv){zones, 2};
    ms_probe_blocklists(&w->l, &w->scope, w->out);
}

static void own_blocklists(void **state)
{
    static const char *const lines[] = {". 60 IN SOA a. h. 1 2 3 4 5",
                                        "2.0.0.127.bl.example. 60 IN A 127.0.0.2",
                                        "25.2.0.192.bl.example. 60 IN A 127.0.0.2",
                                        "2.0.0.127.other.example. 60 IN A 127.0.0.2",
                                        "25.2.0.192.other.example. 60 IN A 127.255.255.254",
                                        NULL};
    ms_auto_checks struct ms_checks out = {0};
    struct world w;

    (void)state;
    world_init(&w, &out);
    with_resolver(&w, lines, try_own_lists, 0);
    assert_int_equal(out.n, 2);
    assert_string_equal(out.v[0].id, "blocklist-bl.example");
    assert_int_equal(out.v[0].state, MS_CHECK_FAIL);
    assert_non_null(strstr(out.v[0].fix, "owner of the list"));
    assert_int_equal(out.v[1].state, MS_CHECK_NOT_APPLICABLE);
    world_done(&w);
}

static void clock_right(struct world *w, bool bad)
{
    ms_auto_checks struct ms_checks clock = {0};

    be_host(w);
    ms_checks_init(&clock);
    ms_judge_clock(bad ? 1000 : 1900000000, true, &clock);
    ms_take_clock(&w->scope, &clock, w->out);
}

static const struct {
    const char *id;
    void (*judge)(struct world *w, bool bad);
    enum ms_check_state bad;
} cases[] = {
    {"delegation", delegation, MS_CHECK_FAIL},
    {"glue", glue, MS_CHECK_WARN},
    {"dnssec", dnssec, MS_CHECK_FAIL},
    {"servers-agree", servers_agree, MS_CHECK_FAIL},
    {"ttl", ttl, MS_CHECK_WARN},
    {"wildcard", wildcard, MS_CHECK_WARN},
    {"ns-ipv6", ns_ipv6, MS_CHECK_NOT_APPLICABLE},
    {"spf-lookups", spf_lookups, MS_CHECK_FAIL},
    {"caa", caa, MS_CHECK_FAIL},
    {"mta-sts-policy", sts_policy, MS_CHECK_FAIL},
    {"blocklist-", blocklist, MS_CHECK_FAIL},
    {"mx-cname", mx_cname, MS_CHECK_FAIL},
    {"smtp", smtp, MS_CHECK_FAIL},
    {"tls-served", tls_served, MS_CHECK_FAIL},
    {"outbound-25", outbound, MS_CHECK_FAIL},
    {"clock", clock_right, MS_CHECK_FAIL},
};

static void run_case(size_t i, bool bad)
{
    ms_auto_checks struct ms_checks out = {0};
    const struct ms_check *x;
    struct world w;

    world_init(&w, &out);
    cases[i].judge(&w, bad);
    x = result(&out, cases[i].id);
    if (x->state != (bad ? cases[i].bad : MS_CHECK_OK)) {
        fail_msg("%s (%s): %s, %s", cases[i].id, bad ? "bad" : "good",
                 ms_check_state_name(x->state), x->observed);
    }
    assert_true(*x->observed);
    if (x->state == MS_CHECK_FAIL || x->state == MS_CHECK_WARN) {
        assert_non_null(x->fix);
    } else {
        assert_null(x->fix);
    }
    world_done(&w);
}

/* Each check passes where it should, and fails where it should. */
static void every_check(void **state)
{
    size_t n = 0;
    const struct ms_dnscheck_kind *kinds = ms_dnscheck_kinds(&n);

    (void)state;
    for (size_t k = 0; k < n; k++) {
        size_t i = 0;

        while (i < sizeof(cases) / sizeof(cases[0]) && strcmp(cases[i].id, kinds[k].id) != 0) {
            i++;
        }
        if (i == sizeof(cases) / sizeof(cases[0])) {
            fail_msg("%s has no case that passes and none that fails", kinds[k].id);
        }
        assert_true(*kinds[k].what);
        run_case(i, false);
        run_case(i, true);
    }
    assert_int_equal(n, sizeof(cases) / sizeof(cases[0]));
}

static void sts_answers(void **state)
{
    static const struct ms_sts_fetched rows[] = {
        {"u", "certificate verify failed", "", 0},
        {"u", NULL, "", 404},
        {"u", NULL, "version: STSv1\nmode: enforce\nmx: mail.example.test\nmax_age: 86400\n", 301},
        {"u", NULL, "nonsense", 200},
    };
    ms_auto_checks struct ms_checks out = {0};
    struct world w;

    (void)state;
    world_init(&w, &out);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ms_judge_policy(&w.l, &w.scope, &rows[i], &out);
        assert_int_equal(out.v[i].state, MS_CHECK_FAIL);
    }
    world_done(&w);
}

/* A server without STARTTLS, and nobody at all. */
static void smtp_without_tls(void **state)
{
    ms_auto_checks struct ms_checks out = {0};
    struct smtp_server s = {0};
    struct world w;

    (void)state;
    world_init(&w, &out);
    be_host(&w);
    assert_int_equal(smtp_server_start(&s, "mail.example.test", false), 0);
    w.in.ipv4 = "127.0.0.1";
    w.site.ports[MS_PORT_SMTP] = s.port;
    ms_probe_smtp(&w.l, &w.scope, &out);
    smtp_server_stop(&s);
    assert_int_equal(result(&out, "smtp")->state, MS_CHECK_OK);
    assert_int_equal(result(&out, "tls-served")->state, MS_CHECK_FAIL);
    ms_probe_smtp(&w.l, &w.scope, &out);
    assert_int_equal(result(&out, "smtp")->state, MS_CHECK_FAIL);
    assert_int_equal(result(&out, "tls-served")->state, MS_CHECK_UNKNOWN);
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_check),
        cmocka_unit_test(own_blocklists),
        cmocka_unit_test(sts_answers),
        cmocka_unit_test(smtp_without_tls),
    };

    return cmocka_run_group_tests_name("dnscheck_each", tests, NULL, NULL);
}
