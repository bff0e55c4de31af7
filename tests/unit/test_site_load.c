/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading a site: defaults, values, ranges at their edge, keys of later versions, and the texts
 * made from a site. What is refused with which words is in tests/golden.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/site/site.h"

#define HEAD "hostname: mail.example.test\ncontact: postmaster@example.test\n"
#define GIB ((uint64_t)1 << 30)

/* Load a text that is valid; n_warnings of warnings. The caller frees it. */
static struct ms_site *load(const char *text, size_t n_warnings)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_diags struct ms_diags d;
    struct ms_site *s = NULL;
    int r;

    ms_diags_init(&d, 0);
    r = ms_site_load_text("site.yaml", text, strlen(text), &d, &s, &err);
    if (d.n_errors) {
        ms_diags_print(&d, stderr);
    }
    assert_int_equal(r, 0);
    assert_int_equal(d.n_errors, 0);
    assert_int_equal(d.n_warnings, n_warnings);
    return s;
}

/* Whether the text is valid. */
static bool loads(const char *text)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_diags struct ms_diags d;
    struct ms_site *s = NULL;
    int r;

    ms_diags_init(&d, 0);
    r = ms_site_load_text("site.yaml", text, strlen(text), &d, &s, &err);
    if (r < 0) {
        assert_int_equal(err.code, MS_ECONFIG);
        assert_null(s);
        assert_true(d.n_errors > 0);
    }
    ms_site_free(s);
    return r == 0;
}

static bool loads_with(const char *lines)
{
    ms_auto_free char *text = ms_xasprintf(HEAD "domains: {example.test: {}}\n%s\n", lines);

    return loads(text);
}

static void test_defaults(void **state)
{
    struct ms_site *s = load(HEAD "domains: {example.test: }\n", 0);
    const struct ms_site_domain *d = &s->domains[0];

    (void)state;
    assert_string_equal(s->hostname, "mail.example.test");
    assert_string_equal(s->subnet, "172.30.25.0/24");
    assert_int_equal(s->subnet_addr, 0xac1e1900);
    assert_int_equal(s->subnet_prefix, 24);
    assert_int_equal(s->ipv4.kind, MS_ADDR_AUTO);
    assert_int_equal(s->bind.n, 2);
    assert_string_equal(s->bind.v[1], "::");
    assert_int_equal(s->ports[MS_PORT_SMTP], 25);
    assert_int_equal(s->ports[MS_PORT_HTTPS], 443);
    assert_int_equal(s->tls_mode, MS_TLS_SELFSIGNED);
    assert_null(s->tls_certificate);
    assert_string_equal(s->filter_engine, "rspamd");
    assert_false(s->antivirus);
    assert_int_equal(s->greylisting, MS_GREY_ON);
    assert_true(s->junk_score == 6 && s->reject_score == 15);
    assert_int_equal(s->sharing, MS_SHARING_DOMAIN);
    assert_string_equal(s->search_language, "en");
    assert_int_equal(s->message_size, 50 << 20);
    assert_int_equal(s->memory, 0);
    assert_int_equal(s->resolver, MS_RESOLVER_AUTO);
    assert_null(s->images_base);
    assert_null(s->mirror);
    assert_true(ms_site_has(s, "postfix"));
    assert_true(ms_site_has(s, "roundcube"));
    assert_false(ms_site_has(s, "nothing"));
    assert_int_equal(d->quota, 5 * GIB);
    assert_null(d->catch_all);
    assert_null(d->alias_for);
    assert_string_equal(d->dkim_selector, "ms");
    assert_int_equal(d->dkim_algorithms, MS_DKIM_RSA2048 | MS_DKIM_ED25519);
    assert_int_equal(d->spf_include.n, 0);
    assert_string_equal(d->spf_all, "~all");
    assert_string_equal(d->dmarc_policy, "quarantine");
    assert_string_equal(d->dmarc_rua, "postmaster@example.test");
    assert_int_equal(d->mta_sts, MS_STS_OFF);
    assert_int_equal(d->n_mailboxes, 0);
    assert_int_equal(s->queue_lifetime_s, 5 * 86400);
    assert_int_equal(s->bounce_lifetime_s, 86400);
    assert_int_equal(s->user_rate.count, 200);
    assert_int_equal(s->user_rate.period_s, 3600);
    assert_int_equal(s->domain_rate.count, 2000);
    assert_int_equal(s->n_box_rates, 0);
    assert_int_equal(s->n_tls_rules, 0);
    assert_null(ms_site_relay(s, d));
    ms_site_free(s);
}

static void test_outbound(void **state)
{
    struct ms_site *s = load(
        HEAD "domains:\n"
             "  a.test: {relay: {host: Smtp.Example.com, username: u, password_file: p}}\n"
             "  b.test: {alias_for: a.test}\n"
             "  c.test: {}\n"
             "relay: {host: '[192.0.2.9]:465'}\n"
             "outbound: {tls: {B\xc3\xbc"
             "cher.test: secure, .Example.com: dane-only}}\n"
             "limits: {queue_lifetime: 90m, bounce_lifetime: 0, send_rate: {user: off, domain: "
             "7/1d, mailboxes: {X@C.test: 1/1m, y@c.test: off}}}\n",
        1); /* outbound.tls with a relay */

    (void)state;
    assert_string_equal(ms_site_relay(s, &s->domains[0])->host, "smtp.example.com:25");
    assert_ptr_equal(ms_site_relay(s, &s->domains[1]), &s->domains[0].relay);
    assert_ptr_equal(ms_site_relay(s, &s->domains[2]), &s->relay);
    assert_string_equal(s->relay.host, "[192.0.2.9]:465");
    assert_int_equal(s->n_tls_rules, 2);
    assert_string_equal(s->tls_rules[0].domain, "xn--bcher-kva.test");
    assert_string_equal(s->tls_rules[0].level, "secure");
    assert_string_equal(s->tls_rules[1].domain, ".example.com");
    assert_int_equal(s->queue_lifetime_s, 5400);
    assert_int_equal(s->bounce_lifetime_s, 0);
    assert_int_equal(s->user_rate.count, 0);
    assert_int_equal(s->domain_rate.count, 7);
    assert_int_equal(s->domain_rate.period_s, 86400);
    assert_int_equal(s->n_box_rates, 2);
    assert_string_equal(s->box_rates[0].address, "x@c.test");
    assert_int_equal(s->box_rates[0].rate.count, 1);
    assert_int_equal(s->box_rates[1].rate.count, 0);
    ms_site_free(s);
    assert_true(loads_with("limits: {queue_lifetime: 30d, bounce_lifetime: 30d}"));
    assert_false(loads_with("limits: {queue_lifetime: 59s}"));
    assert_false(loads_with("limits: {bounce_lifetime: 31d}"));
    assert_true(loads_with("limits: {send_rate: {user: 1000000/24h}}"));
    assert_false(loads_with("limits: {send_rate: {user: 1000001/1h}}"));
    assert_false(loads_with("limits: {send_rate: {user: 0/1h}}"));
    assert_false(loads_with("limits: {send_rate: {user: 1/59s}}"));
    assert_true(loads_with("relay: {host: '[smtp.example.com]'}"));
    assert_false(loads_with("relay: {host: '[smtp.example.com'}"));
    assert_false(loads_with("relay: {host: 'smtp.example.com]'}"));
    assert_false(loads_with("relay: {host: '[smtp.example.com]587'}"));
    assert_false(loads_with("relay: {host: 'smtp.example.com:0'}"));
    assert_false(loads_with("relay: {host: '[]:25'}"));
    assert_false(loads_with("relay: {host: ''}"));
}

static const char full[] =
    "hostname: Mail.B\xc3\xbc"
    "cher.Test.\n"
    "contact: Me@B\xc3\xbc"
    "cher.test\n"
    "network: {ipv4: 192.0.2.1, ipv6: off, bind: [192.0.2.1, '2001:DB8:0::1'],\n"
    "  subnet: 10.0.0.0/8, ports: {smtp: 2525, http: 0}}\n"
    "domains:\n"
    "  b\xc3\xbc"
    "cher.test:\n"
    "    quota: 1G\n"
    "    catch_all: Anna@b\xc3\xbc"
    "cher.test\n"
    "    dkim: {selector: s1, algorithms: [ed25519]}\n"
    "    spf: {include: [Spf.Example.test], all: -all}\n"
    "    dmarc: {policy: none, rua: off}\n"
    "    mailboxes:\n"
    "      Anna: {name: 'Anna \xc3\x84', quota: 2G, password_hash: '{SSHA}abc'}\n"
    "      bert: {send_as: [Info@b\xc3\xbc"
    "cher.test, '@Example.test']}\n"
    "      carl: {quota: 0}\n"
    "    aliases: {info: anna@b\xc3\xbc"
    "cher.test, all: [info@xn--bcher-kva.test, x@elsewhere.test]}\n"
    "  example.test: {alias_for: B\xc3\xbc"
    "cher.test}\n"
    "tls: {mode: files, certificate: c.pem, key: k.pem}\n"
    "filter: {greylisting: off, junk_score: 5.5, reject_score: 5.5}\n"
    "limits: {memory: 2G, message_size: 100M}\n"
    "dns: {resolver: [9.9.9.9, '2620:FE::FE']}\n"
    "images: {base: 'debian:trixie-slim', mirror: 'http://mirror.test/debian'}\n";

static void test_values(void **state)
{
    struct ms_site *s = load(full, 0);

    (void)state;
    assert_string_equal(s->hostname, "mail.xn--bcher-kva.test");
    assert_string_equal(s->contact, "me@xn--bcher-kva.test");
    assert_int_equal(s->ipv4.kind, MS_ADDR_FIXED);
    assert_string_equal(s->ipv4.text, "192.0.2.1");
    assert_int_equal(s->ipv6.kind, MS_ADDR_OFF);
    assert_string_equal(s->bind.v[1], "2001:db8::1");
    assert_int_equal(s->subnet_prefix, 8);
    assert_int_equal(s->ports[MS_PORT_SMTP], 2525);
    assert_int_equal(s->ports[MS_PORT_HTTP], 0);
    assert_int_equal(s->tls_mode, MS_TLS_FILES);
    assert_string_equal(s->tls_key, "k.pem");
    assert_int_equal(s->greylisting, MS_GREY_OFF);
    assert_true(s->junk_score == 5.5);
    assert_int_equal(s->memory, 2 * GIB);
    assert_int_equal(s->resolver, MS_RESOLVER_FORWARD);
    assert_string_equal(s->forwarders.v[1], "2620:fe::fe");
    assert_string_equal(s->images_base, "debian:trixie-slim");
    ms_site_free(s);
}

static void test_domain_values(void **state)
{
    struct ms_site *s = load(full, 0);
    const struct ms_site_domain *d = ms_site_domain(s, "xn--bcher-kva.test");

    (void)state;
    assert_ptr_equal(d, &s->domains[0]);
    assert_string_equal(d->name_u, "b\xc3\xbc"
                                   "cher.test");
    assert_string_equal(d->catch_all, "anna@xn--bcher-kva.test");
    assert_int_equal(d->dkim_algorithms, MS_DKIM_ED25519);
    assert_string_equal(d->spf_include.v[0], "spf.example.test");
    assert_string_equal(d->spf_all, "-all");
    assert_string_equal(d->dmarc_rua, "");
    assert_int_equal(d->n_mailboxes, 3);
    assert_string_equal(d->mailboxes[0].local, "anna");
    assert_string_equal(d->mailboxes[0].name, "Anna \xc3\x84");
    assert_string_equal(d->mailboxes[0].password_hash, "{SSHA}abc");
    assert_int_equal(d->mailboxes[0].loc.line, 13);
    assert_int_equal(d->mailboxes[0].quota, 2 * GIB);
    assert_int_equal(d->mailboxes[1].quota, GIB); /* the domain's */
    assert_string_equal(d->mailboxes[1].name, "");
    assert_int_equal(d->mailboxes[1].send_as.n, 2);
    assert_string_equal(d->mailboxes[1].send_as.v[0], "info@xn--bcher-kva.test");
    assert_string_equal(d->mailboxes[1].send_as.v[1], "@example.test");
    assert_int_equal(d->mailboxes[0].send_as.n, 0);
    assert_int_equal(d->mailboxes[2].quota, 0);
    assert_int_equal(d->n_aliases, 2);
    assert_string_equal(d->aliases[0].targets.v[0], "anna@xn--bcher-kva.test");
    assert_int_equal(d->aliases[1].targets.n, 2);
    assert_string_equal(s->domains[1].alias_for, "xn--bcher-kva.test");
    assert_null(ms_site_domain(s, "elsewhere.test"));
    ms_site_free(s);
}

/* What is accepted at the edge of a range, and refused one beyond it. */
static void test_ranges(void **state)
{
    static const struct {
        const char *lines;
        bool ok;
    } rows[] = {{"network: {ports: {smtp: 65535}}", true},
                {"network: {ports: {smtp: 65536}}", false},
                {"network: {subnet: 10.0.0.0/24}", true},
                {"network: {subnet: 10.0.0.0/25}", false},
                {"network: {subnet: 10.0.0.0/8}", true},
                {"network: {subnet: 10.0.0.0/7}", false},
                {"network: {subnet: 172.31.0.0/16}", true},
                {"network: {subnet: 172.32.0.0/16}", false},
                {"network: {subnet: 198.18.7.0/24}", true},
                {"limits: {message_size: 1G}", true},
                {"limits: {message_size: 1073741825}", false},
                {"limits: {message_size: 64K}", true},
                {"limits: {message_size: 65535}", false},
                {"limits: {memory: 512M}", true},
                {"limits: {memory: 511M}", false},
                {"limits: {memory: auto}", true},
                {"limits: {message_size: auto}", false},
                {"filter: {junk_score: 0, reject_score: 1000}", true},
                {"filter: {reject_score: 1000.1}", false},
                {"filter: {junk_score: 15}", true},
                {"filter: {junk_score: 15.1}", false},
                {"filter: {antivirus_urls: ['https://a.test/x.ndb']}", true},
                {"filter: {antivirus_urls: ['/x.ndb']}", false},
                {"filter: {antivirus_signatures: srv/x}", false},
                {"filter: {antivirus_signatures: '/srv/x:y'}", false},
                {"filter: {antivirus_max_age: 3651}", false},
                {"filter: {encrypted_archives: bounce}", false},
                {"filter: {greylisting_clients: [192.0.2.1, 192.0.2.0/24, '2001:db8::/32']}", true},
                {"filter: {greylisting_clients: [192.0.2.0/33]}", false},
                {"filter: {greylisting_clients: [host.test]}", false},
                {"filter: {greylisting: postgrey, greylisting_recipients: [a@example.test]}", true},
                {"filter: {greylisting: postgrey, greylisting_recipients: [example.test]}", false},
                {"backup: {keep: {daily: 10000}}", true},
                {"backup: {keep: {daily: 10001}}", false},
                {"network: {bind: []}", false},
                {"dns: {resolver: []}", false},
                {"alerts: {email: [not-an-address]}", false},
                {"relay: {host: ''}", false},
                {"tls: {directory: 'file:///x'}", false},
                {"mail: {sharing: off, search_language: de}", true},
                {"mail: {sharing: everybody}", false},
                {"mail: {search_language: xx}", false},
                {"network:", true},
                {"components: {roundcube: off}", true},
                {"components:", true}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (loads_with(rows[i].lines) != rows[i].ok) {
            fail_msg("%s", rows[i].lines);
        }
    }
}

/* Explicit values of later versions: a warning each, and the value of this version. */
static void test_planned(void **state)
{
    struct ms_site *s = load(HEAD "domains: {example.test: {}}\n"
                                  "filter: {engine: amavis, antivirus: on, greylisting: postgrey}\n"
                                  "dns: {authority: delegated}\n"
                                  "alerts: {email: [a@example.test]}\n"
                                  "backup: {schedule: daily}\n",
                             2);

    (void)state;
    assert_int_equal(s->dns.kind, MS_DNS_DELEGATED);
    assert_true(ms_site_delegates(s));
    assert_int_equal(s->ports[MS_PORT_DNS], 53);
    assert_string_equal(s->filter_engine, "amavis");
    assert_true(s->antivirus);
    assert_int_equal(s->greylisting, MS_GREY_POSTGREY);
    ms_site_free(s);
    s = load(HEAD "domains: {example.test: {mta_sts: off}}\n"
                  "tls: {mode: selfsigned, challenge: http-01}\n"
                  "filter: {engine: rspamd, antivirus: off, greylisting: on}\n"
                  "relay: {}\nalerts:\ndns: {authority: manual}\ncomponents: {roundcube: off}\n",
             0);
    assert_int_equal(s->ports[MS_PORT_DNS], 0); /* nothing is delegated */
    ms_site_free(s);
    s = load(HEAD "domains: {example.test: {dns: {authority: delegated}}}\n"
                  "dns: {listen: [\"192.0.2.1\"]}\n",
             0);
    assert_true(ms_site_delegates(s));
    assert_int_equal(s->dns_listen.n, 1);
    assert_string_equal(s->dns_listen.v[0], "192.0.2.1");
    ms_site_free(s);
}

/* What is known of the host's sshd is copied; a host whose sshd writes no log gets a note. */
static void test_fit_ssh(void **state)
{
    char dir[] = "/var/log/journal";
    struct ms_ssh ssh = {
        .log = MS_SSH_LOG_JOURNAL, .log_dir = dir, .ports = {22, 2222}, .n_ports = 2};
    struct ms_site *s =
        load(HEAD "domains: {example.test: {}}\n"
                  "ban: {ignore: [\"192.0.2.0/24\", \"2001:DB8::1\"], bantime: 1d}\n",
             0);

    (void)state;
    assert_int_equal(s->ban.time, 86400);
    assert_int_equal(s->ban.max_retry, 5);
    assert_int_equal(s->ban.ignore.n, 2);
    assert_string_equal(s->ban.ignore.v[1], "2001:db8::1");
    ms_site_fit_ssh(s, &ssh);
    dir[0] = 'x';
    assert_string_equal(s->ban.ssh.log_dir, "/var/log/journal");
    assert_int_equal(s->ban.ssh.ports[1], 2222);
    assert_null(s->ban.note);
    ssh.log = MS_SSH_LOG_NONE;
    ssh.log_dir = NULL;
    ms_site_fit_ssh(s, &ssh);
    assert_non_null(s->ban.note);
    ssh.n_ports = 0;
    ms_site_fit_ssh(s, &ssh);
    assert_null(s->ban.note);
    ms_site_free(s);
}

static void test_vars(void **state)
{
    struct ms_site *s =
        load(HEAD "domains: {example.test: , example.net: {alias_for: example.test}}\n"
                  "network: {ports: {pop3: 0}, bind: ['::1']}\n"
                  "limits: {message_size: 1048577}\n"
                  "dns: {resolver: isolated}\n",
             0);
    ms_auto_json json_t *v = ms_site_vars(s);
    int pop3 = 1, v6 = 0, isolated = 0, catch_all = 1, mb = 0, smtp = 0, postfix = 0;
    const char *primary, *alias_for, *address;

    (void)state;
    assert_int_equal(
        json_unpack(
            v, "{s:s,s:{s:{s:b,s:i},s:[{s:s,s:b}]},s:{s:{s:b}},s:{s:i},s:[{s:b},{s:s}],s:{s:b}}",
            "primary_domain", &primary, "network", "ports", "pop3", &pop3, "smtp", &smtp, "bind",
            "address", &address, "v6", &v6, "dns", "resolver", "isolated", &isolated, "limits",
            "message_size_mb", &mb, "domains", "catch_all", &catch_all, "alias_for", &alias_for,
            "components", "postfix", &postfix),
        0);
    assert_string_equal(primary, "example.test");
    assert_string_equal(alias_for, "example.test");
    assert_string_equal(address, "::1");
    assert_int_equal(pop3, 0);
    assert_int_equal(smtp, 25);
    assert_int_equal(v6, 1);
    assert_int_equal(isolated, 1);
    assert_int_equal(catch_all, 0);
    assert_int_equal(mb, 2);
    assert_int_equal(postfix, 1);
    ms_site_free(s);
}

/* The initial file is valid as it is, and with its comments of defaults made into keys. */
static void test_init(void **state)
{
    ms_auto_free char *text =
        ms_site_init_text("mail.example.org.uk", "Example.org.uk", "me@example.org.uk");
    char *defaults, *out;
    struct ms_site *s = load(text, 0);

    (void)state;
    assert_string_equal(s->hostname, "mail.example.org.uk");
    assert_string_equal(s->domains[0].name, "example.org.uk");
    assert_int_equal(s->resolver, MS_RESOLVER_AUTO);
    ms_site_free(s);
    defaults = strstr(text, "#\n# network:");
    assert_non_null(defaults);
    out = defaults;
    for (const char *p = defaults; *p;) { /* drop "# " at the begin of each line */
        size_t n = strcspn(p, "\n");

        if (n > 2) {
            memmove(out, p + 2, n - 1);
            out += n - 1;
        }
        p += n + (p[n] != '\0');
    }
    *out = '\0';
    s = load(text, 0);
    assert_int_equal(s->ports[MS_PORT_SIEVE], 4190);
    ms_site_free(s);
}

static void test_init_isolated(void **state)
{
    static const char *const names[] = {"example.test", "a.example", "b.invalid", "c.localhost",
                                        "example.org"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        ms_auto_free char *host = ms_xasprintf("mail.%s", names[i]);
        ms_auto_free char *text = ms_site_init_text(host, names[i], "me@example.test");
        struct ms_site *s = load(text, 0);

        assert_int_equal(s->resolver, MS_RESOLVER_ISOLATED);
        ms_site_free(s);
    }
}

/* Hostile names end up as values, never as further YAML. */
static void test_init_hostile(void **state)
{
    ms_auto_free char *text = ms_site_init_text("x\ntls: {mode: files}", "a: b", "\"#");
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_diags struct ms_diags d;
    struct ms_site *s = NULL;

    (void)state;
    ms_diags_init(&d, 0);
    assert_int_equal(ms_site_load_text("f", text, strlen(text), &d, &s, &err), -1);
    assert_int_equal(d.n_errors, 3);
}

static void test_file(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_diags struct ms_diags d;
    struct ms_site *s = NULL;

    (void)state;
    ms_diags_init(&d, 0);
    assert_int_equal(ms_site_load("/nonexistent/site.yaml", &d, &s, &err), -1);
    assert_int_equal(err.code, MS_EIO);
    assert_int_equal(d.n, 0);
}

/* 32 MiB are read, one byte more is an error of the file, not of reading it. */
static void test_file_limit(void **state)
{
    const size_t limit = (size_t)32 << 20;
    char path[] = "/tmp/test_site_load.XXXXXX";
    int fd = mkstemp(path);
    ms_auto_free char *block = ms_xcalloc(1, 1 << 20);

    (void)state;
    assert_true(fd >= 0);
    memset(block, '\n', 1 << 20);
    for (int i = 0; i < 32; i++) {
        assert_int_equal(write(fd, block, 1 << 20), 1 << 20);
    }
    for (size_t extra = 0; extra < 2; extra++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_diags struct ms_diags d = {0};
        struct ms_site *s = NULL;

        ms_diags_init(&d, 0);
        assert_int_equal(ftruncate(fd, (off_t)limit), 0);
        assert_int_equal(pwrite(fd, "##", extra, (off_t)limit), (ssize_t)extra);
        assert_int_equal(ms_site_load(path, &d, &s, &err), -1);
        assert_int_equal(err.code, MS_ECONFIG);
        assert_int_equal(d.n_errors, extra ? 1 : 3);
        assert_non_null(strstr(d.v[0].text, extra ? "larger than 33554432 bytes" : "missing"));
    }
    (void)unlink(path);
    (void)close(fd);
}

/* More mistakes than are kept are still counted. */
static void test_many_mistakes(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_diags struct ms_diags d;
    struct ms_site *s = NULL;
    ms_auto_buf struct ms_buf b;

    (void)state;
    ms_buf_init(&b, 1 << 20);
    ms_buf_adds(&b, HEAD "domains:\n  example.test:\n    aliases:\n");
    for (int i = 0; i < 3000; i++) {
        ms_buf_addf(&b, "      a%d: [nobody@example.test]\n", i);
    }
    ms_diags_init(&d, 0);
    assert_int_equal(ms_site_load_text("f", b.p, b.len, &d, &s, &err), -1);
    assert_int_equal(d.n, 1000);
    assert_int_equal(d.n_errors, 3000);
    assert_non_null(strstr(ms_err_msg(&err), "3000 errors"));
}

/* A chain of aliases is no loop; one that comes back is reported once. */
static void test_long_chain(void **state)
{
    enum { N = 5000 };
    ms_auto_buf struct ms_buf b;

    (void)state;
    ms_buf_init(&b, 1 << 20);
    ms_buf_adds(&b, HEAD "domains:\n  example.test:\n    mailboxes: {end: {}}\n    aliases:\n");
    for (int i = 0; i < N; i++) {
        ms_buf_addf(&b, "      a%d: [a%d@example.test, end@example.test]\n", i, i + 1);
    }
    ms_buf_addf(&b, "      a%d: [end@example.test]\n", N);
    assert_true(loads(b.p));
    b.len -= strlen("end@example.test]\n");
    ms_buf_adds(&b, "a0@example.test]\n");
    assert_false(loads(b.p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),     cmocka_unit_test(test_outbound),
        cmocka_unit_test(test_values),       cmocka_unit_test(test_domain_values),
        cmocka_unit_test(test_ranges),       cmocka_unit_test(test_planned),
        cmocka_unit_test(test_fit_ssh),      cmocka_unit_test(test_vars),
        cmocka_unit_test(test_init),         cmocka_unit_test(test_init_isolated),
        cmocka_unit_test(test_init_hostile), cmocka_unit_test(test_file),
        cmocka_unit_test(test_file_limit),   cmocka_unit_test(test_many_mistakes),
        cmocka_unit_test(test_long_chain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
