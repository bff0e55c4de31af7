/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small site built by hand, with DKIM keys, for the tests of the DNS room.
 */
#ifndef MS_TESTS_FIXTURE_DNS_H
#define MS_TESTS_FIXTURE_DNS_H

#include <string.h>

#include "modules/core/dns/dns.h"

#define FIXTURE_RSA                                                                                \
    "v=DKIM1; k=rsa; p="                                                                           \
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0f0e1tKQhOSf2UZtWMd8jyrvdQ0D0P9yVv5f3n9H"         \
    "8bJbqj1cEnyQp0rMoFQy5m1D4zT1hVn0yH6CX5oKf8L9hQ9bDkSfYv3dJmZl2oM0sPpT0Z0Gk1l4l8e8c2y5"         \
    "m1v3Ck5b7VtqYyM3sI2dX4r6wqzY9h0bW1uJk3o2p8T6c9lR5n7e0a4g2x1i8f6d3s5q7w9u1y3t5r7e9w1q"         \
    "2z4x6c8v0b2n4m6a8s0d2f4g6h8j0k2l4q6w8e0r2t4y6u8i0o2p4a6s8d0f2g4h6j8k0l2z4x6c8v0b2n4m"         \
    "6q8w0e2r4t6y8u0i2o4p6a8s0d2f4g6h8j0k2l4z6x8c0v2b4n6m8QIDAQAB"
#define FIXTURE_ED25519 "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

static inline const struct ms_dkim_keys *fixture_dkim(void *arg, const char *domain)
{
    static char sel1[] = "ms-rsa", sel2[] = "ms-ed25519", rsa[] = "rsa", ed[] = "ed25519";
    static char txt1[] = FIXTURE_RSA, txt2[] = FIXTURE_ED25519, path[] = "/nowhere";
    static struct ms_dkim_key v[] = {{sel1, rsa, path, txt1, MS_DKIM_SIGNING},
                                     {sel2, ed, path, txt2, MS_DKIM_SIGNING}};
    static const struct ms_dkim_keys both = {v, 2};

    (void)arg;
    return strcmp(domain, "nokeys.example") ? &both : NULL;
}

#define FIXTURE_HASH "1111111111111111111111111111111111111111111111111111111111111111"
#define FIXTURE_NEXT "2222222222222222222222222222222222222222222222222222222222222222"

/* Input that gives all records: keys, an account, an IPv6 address that was found. */
static inline struct ms_dns_input fixture_input(void)
{
    return (struct ms_dns_input){
        .ipv6 = "2001:DB8:0::25",
        .dkim = fixture_dkim,
        .tls = {.current = FIXTURE_HASH, .next = FIXTURE_NEXT},
        .account = "https://acme-v02.api.letsencrypt.org/acme/acct/12345",
    };
}

static inline struct ms_site_domain fixture_domain(const char *name)
{
    return (struct ms_site_domain){
        .name = name,
        .name_u = name,
        .dkim_selector = "ms",
        .dkim_algorithms = MS_DKIM_RSA2048 | MS_DKIM_ED25519,
        .spf_all = "~all",
        .dmarc_policy = "quarantine",
        .dmarc_rua = "postmaster@example.org",
        .tlsrpt_rua = "postmaster@example.org",
    };
}

/* mail.example.org with example.org, its alias example.net, bücher.example (Internet service
 * provider included in SPF), and nokeys.example without DKIM keys and reports. The TLS front is on,
 * with an MTA-STS policy for example.org; POP3 is closed. */
static inline struct ms_site fixture_site(void)
{
    static const char *includes[] = {"_spf.provider.example", "news.example"};
    static const char *components[] = {"web"};
    static struct ms_site_domain d[4];
    static const struct ms_site_domain *by_name[] = {&d[1], &d[0], &d[3], &d[2]};

    d[0] = fixture_domain("example.org");
    d[0].mta_sts = MS_STS_ENFORCE;
    d[1] = fixture_domain("example.net");
    d[1].alias_for = "example.org";
    d[2] = fixture_domain("xn--bcher-kva.example");
    d[2].name_u = "bücher.example";
    d[2].spf_include = (struct ms_strv){includes, 2};
    d[2].spf_all = "-all";
    d[2].dmarc_policy = "reject";
    d[2].dmarc_rua = "dmarc!box@reports.xn--bcher-kva.example";
    d[3] = fixture_domain("nokeys.example");
    d[3].dmarc_policy = "none";
    d[3].dmarc_rua = "";
    d[3].tlsrpt_rua = "";
    return (struct ms_site){
        .hostname = "mail.example.org",
        .contact = "postmaster@example.org",
        .ipv4 = {MS_ADDR_FIXED, "192.0.2.25"},
        .ipv6 = {MS_ADDR_AUTO, NULL},
        .domains = d,
        .n_domains = 4,
        .by_name = by_name,
        .tls_mode = MS_TLS_ACME,
        .acme_directory = "https://acme-v02.api.letsencrypt.org/directory",
        .components = {components, 1},
        .ports = {[MS_PORT_SMTP] = 25,
                  [MS_PORT_SUBMISSIONS] = 465,
                  [MS_PORT_SUBMISSION] = 587,
                  [MS_PORT_IMAP] = 143,
                  [MS_PORT_IMAPS] = 993,
                  [MS_PORT_SIEVE] = 4190,
                  [MS_PORT_HTTPS] = 443},
    };
}

#endif
