/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model of site.yaml: what the administrator wants, checked and with every default filled in.
 * Immutable after ms_site_load; all strings live in its arena. Pure: no clock, network, randomness
 * or environment. Domain names are lower-case A-labels (RFC 5890) without a trailing dot; local
 * parts are lower case.
 */
#ifndef MS_SITE_SITE_H
#define MS_SITE_SITE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "modules/core/base/arena.h"
#include "modules/core/base/diag.h"
#include "modules/core/base/err.h"

/* A list of strings. */
struct ms_strv {
    const char **v;
    size_t n;
};

/* A public port of the edge, by its key under network.ports. */
enum ms_port {
    MS_PORT_SMTP,
    MS_PORT_SUBMISSIONS,
    MS_PORT_SUBMISSION,
    MS_PORT_IMAP,
    MS_PORT_IMAPS,
    MS_PORT_POP3,
    MS_PORT_POP3S,
    MS_PORT_SIEVE,
    MS_PORT_HTTP,
    MS_PORT_HTTPS,
    MS_PORT_DNS, /* of the name server, which is no part of the edge */
    MS_PORT__COUNT
};

/* "smtp", "submissions", ... as in site.yaml. */
const char *ms_port_name(enum ms_port p);

/* network.ipv4 and ipv6: a public address used in DNS. */
enum ms_addr_kind { MS_ADDR_AUTO, MS_ADDR_OFF, MS_ADDR_FIXED };

struct ms_site_addr {
    enum ms_addr_kind kind;
    const char *text; /* MS_ADDR_FIXED: the canonical address (inet_ntop), else NULL */
};

enum ms_tls_mode { MS_TLS_SELFSIGNED, MS_TLS_FILES, MS_TLS_ACME };
/* Who puts records into DNS: a person, signed updates (RFC 2136), the site's own name server for
 * the mail names alone, or the API of a provider. */
enum ms_dns_authority {
    MS_DNS_INHERIT = -1, /* of a domain: the site's */
    MS_DNS_MANUAL,
    MS_DNS_RFC2136,
    MS_DNS_DELEGATED,
    MS_DNS_CLOUDFLARE,
    MS_DNS_DESEC,
    MS_DNS_HETZNER,
    MS_DNS_POWERDNS,
    MS_DNS__COUNT
};
enum ms_mta_sts { MS_STS_OFF, MS_STS_TESTING, MS_STS_ENFORCE };
enum ms_greylisting { MS_GREY_OFF, MS_GREY_ON, MS_GREY_POSTGREY };

/* With whom users may share folders. */
enum ms_sharing { MS_SHARING_OFF, MS_SHARING_DOMAIN, MS_SHARING_SITE };
enum ms_switch { MS_SWITCH_OFF, MS_SWITCH_ON, MS_SWITCH_AUTO };
enum ms_resolver_mode { MS_RESOLVER_AUTO, MS_RESOLVER_ISOLATED, MS_RESOLVER_FORWARD };
/* Where sshd on the host tells of failed log-ins. */
enum ms_ssh_log { MS_SSH_LOG_NONE, MS_SSH_LOG_JOURNAL, MS_SSH_LOG_FILE };
enum { MS_SSH_PORTS_MAX = 16 };

/* What is known of the host's sshd. */
struct ms_ssh {
    enum ms_ssh_log log;
    const char *log_dir; /* folder with the journal, or with auth.log; NULL without a log */
    uint16_t ports[MS_SSH_PORTS_MAX];
    size_t n_ports;
};

/* Section `ban`; times in seconds. */
struct ms_site_ban {
    uint64_t time, max_time, find_time, max_retry;
    struct ms_strv ignore; /* canonical addresses and networks */
    uint16_t ssh_port;     /* 0: those of ssh */
    struct ms_ssh ssh;     /* set by ms_site_fit_ssh */
    const char *note;      /* what ms_site_fit_ssh decided that people should know, or NULL */
};

enum { MS_DKIM_RSA2048 = 1, MS_DKIM_ED25519 = 2 }; /* bits of dkim_algorithms */

/* Keys authority, server, zone, key, api and token_file of `dns`, of the site or of a domain; NULL
 * where not given. Files are absolute or relative to site.yaml. */
struct ms_site_authority {
    enum ms_dns_authority kind;
    const char *server, *zone, *key; /* MS_DNS_RFC2136: "host", "host:port" or "[v6]:port" */
    const char *api, *token_file;    /* providers: URL of the API, file with the token */
};

/* So many messages (one for each recipient) in so much time. */
struct ms_site_rate {
    uint32_t count; /* 0: no limit */
    uint32_t period_s;
};

/* A mailbox with a rate of its own. */
struct ms_site_box_rate {
    const char *address;
    struct ms_site_rate rate;
};

/* A server that takes outgoing mail. */
struct ms_site_relay {
    const char *host;     /* "[name]:port", "[name]", or without brackets: its MX; NULL: none */
    const char *username; /* NULL: no log-in */
    const char *password_file; /* absolute or relative to site.yaml; given with username */
};

/* TLS towards one destination, by a level of Postfix. */
struct ms_site_tls_rule {
    const char *domain; /* A-label; with a leading dot: the domains below it */
    const char *level;
};

/* What counts as spam: for a mailbox, or for all of a domain. */
struct ms_site_spam {
    double junk_score, reject_score; /* negative: not given */
    struct ms_strv allow, deny;      /* senders: addresses and domains (ms_sender_normalise) */
};

struct ms_site_mailbox {
    struct ms_loc loc;
    const char *local;         /* "anna" */
    const char *name;          /* display name, "" when not given */
    const char *password_hash; /* "{SCHEME}..." or NULL: no log-in until a password is set */
    uint64_t quota;            /* bytes; 0 = without limit */
    struct ms_strv send_as;    /* addresses and "@domain"s that it may send as besides its own */
    struct ms_site_spam spam;
};

struct ms_site_alias {
    struct ms_loc loc;
    const char *local;
    struct ms_strv targets; /* full addresses */
};

struct ms_site_domain {
    struct ms_loc loc;
    const char *name;   /* A-label form */
    const char *name_u; /* as a person reads it (U-label) */
    const char
        *alias_for; /* another domain of the site, or NULL; the members below are then defaults */
    uint64_t quota; /* default for its mailboxes; 0 = without limit */
    const char *catch_all; /* address or NULL */
    const char *dkim_selector;
    unsigned dkim_algorithms; /* MS_DKIM_ bits */
    struct ms_strv spf_include;
    const char *spf_all;      /* "~all" or "-all" or "?all" */
    const char *dmarc_policy; /* "none", "quarantine" or "reject" */
    const char *dmarc_rua;    /* address; "" = none */
    const char *tlsrpt_rua;   /* address; "" = none */
    enum ms_mta_sts mta_sts;
    struct ms_site_relay relay; /* for what its users send; host NULL: the site's */
    struct ms_site_authority dns;
    struct ms_site_spam spam;
    struct ms_site_mailbox *mailboxes;
    size_t n_mailboxes;
    struct ms_site_alias *aliases;
    size_t n_aliases;
};

struct ms_site {
    struct ms_arena *arena;
    const char *file;     /* path as given, for messages */
    const char *hostname; /* A-label */
    const char *contact;
    struct ms_site_addr ipv4, ipv6;
    struct ms_strv bind;  /* canonical addresses */
    const char *subnet;   /* "172.30.25.0/24", always an IPv4 /24 or wider */
    uint32_t subnet_addr; /* host byte order */
    unsigned subnet_prefix;
    uint16_t ports[MS_PORT__COUNT]; /* 0 = closed; DNS also where nothing is delegated */
    enum ms_tls_mode tls_mode;
    const char *tls_certificate,
        *tls_key;               /* MS_TLS_FILES: absolute or relative to site.yaml; else NULL */
    const char *acme_directory; /* MS_TLS_ACME: URL */
    int acme_dns;               /* not 0: dns-01, else http-01 */
    struct ms_strv acme_names;  /* further names that get a certificate */
    const char *acme_ca;        /* PEM file, absolute or relative to site.yaml; or NULL */
    struct ms_site_authority dns;
    const char *filter_engine;        /* "rspamd" or "amavis" */
    enum ms_switch antivirus_switch;  /* as written */
    bool antivirus;                   /* what it comes to; auto is off until ms_site_fit */
    int antivirus_accept;             /* not 0: what cannot be scanned is accepted */
    const char *antivirus_mirror;     /* URL, or NULL */
    struct ms_strv antivirus_urls;    /* URLs of signature files */
    const char *antivirus_signatures; /* absolute path of a folder, or NULL */
    uint64_t antivirus_max_age;       /* days; 0: never too old */
    const char *encrypted_archives;   /* "accept", "mark" or "reject" */
    enum ms_greylisting greylisting;
    struct ms_strv greylisting_clients, greylisting_recipients; /* never asked to try again */
    double junk_score, reject_score;
    enum ms_sharing sharing;
    const char *search_language;
    uint64_t message_size; /* bytes */
    uint64_t memory;       /* bytes; 0 = auto */
    uint64_t host_memory;  /* bytes; 0 until ms_site_fit */
    struct ms_site_ban ban;
    uint64_t queue_lifetime_s, bounce_lifetime_s;
    struct ms_site_rate user_rate, domain_rate;
    struct ms_site_box_rate *box_rates;
    size_t n_box_rates;
    struct ms_site_relay relay;
    struct ms_site_tls_rule *tls_rules; /* in the order of the file */
    size_t n_tls_rules;
    enum ms_resolver_mode resolver;
    struct ms_strv forwarders;                               /* MS_RESOLVER_FORWARD */
    struct ms_strv blocklists_addresses, blocklists_domains; /* zones that `dns check` asks */
    struct ms_strv dns_listen; /* of our own name server: canonical addresses */
    const char *images_base;   /* NULL: made from Debian's archive; else an image reference */
    const char *mirror;        /* Debian archive for images, NULL: http://deb.debian.org/debian */
    struct ms_strv
        components; /* names of the components that are on, in the order of modules.def */
    struct ms_site_domain *domains;       /* in the order of the file */
    const struct ms_site_domain *primary; /* the first one that is no alias domain */
    size_t n_domains;
    const char *note; /* what ms_site_fit decided that people should know, or NULL */
    const struct ms_site_domain **by_name; /* the same, ordered by name */
};

/* Read, decode and check path ("-": standard input). All problems of the file go to d. Returns 0
 * (warnings may be in d), or -1 with err MS_ECONFIG when d holds errors, or another code when the
 * file cannot be read. */
int ms_site_load(const char *path, struct ms_diags *d, struct ms_site **ret, struct ms_err *err)
    ms_must_use;

/* The same for text in memory; name is used in messages. */
int ms_site_load_text(const char *name, const char *p, size_t size, struct ms_diags *d,
                      struct ms_site **ret, struct ms_err *err) ms_must_use;

/* Decide what site.yaml leaves to the host (filter.antivirus: auto), which has so many bytes of
 * memory (limits.memory, where it is set, counts instead). Not called: as on a host with none. */
void ms_site_fit(struct ms_site *s, uint64_t host_memory);

/* Tell the site about the host's sshd (copied). Not called: as on a host without one. */
void ms_site_fit_ssh(struct ms_site *s, const struct ms_ssh *ssh);

/* Whether virus signatures can be fetched from anywhere. */
bool ms_site_fetches_signatures(const struct ms_site *s);

/* Free the site and its arena. Accepts NULL. */
void ms_site_free(struct ms_site *s);
MS_DEFINE_CLEANUP(struct ms_site, ms_site_free)

/* The domain with that A-label name, else NULL. */
const struct ms_site_domain *ms_site_domain(const struct ms_site *s, const char *name);

/* The MTA-STS mode of a domain, "enforce" or "testing", NULL when it has no policy; an alias domain
 * has that of its target. */
const char *ms_site_sts_mode(const struct ms_site *s, const struct ms_site_domain *d);

/* The i-th line of the MTA-STS policy of a domain (RFC 8461 3.2) without its line end, in the
 * arena; NULL past the last one and for a domain without a policy. The only place that says what a
 * policy is. */
const char *ms_site_sts_line(const struct ms_site *s, const struct ms_site_domain *d, size_t i,
                             struct ms_arena *a);

/* Who signs certificates in mode acme, as CAA records name it. */
struct ms_site_ca {
    const char *issuer; /* its domain name (RFC 8659 4.2) */
    bool accounts;      /* it heeds accounturi and validationmethods (RFC 8657) */
    const char *method; /* how it validates for this site: "http-01" or "dns-01" */
};

/* The authority of tls.acme.directory. Returns false when it is not one that we know, and in other
 * modes. */
bool ms_site_ca(const struct ms_site *s, struct ms_site_ca *ret);

/* The relay for mail of a domain: its own, that of the domain it is an alias for, or the site's.
 * NULL when there is none. */
const struct ms_site_relay *ms_site_relay(const struct ms_site *s, const struct ms_site_domain *d);

/* "manual", "rfc2136", ... as in site.yaml. */
const char *ms_dns_authority_name(enum ms_dns_authority a);

/* Who puts the records of a name into DNS: as the longest domain of the site that it lies in says,
 * else the site. What a domain with the same authority does not say is as the site says, but for
 * zone. What *ret holds is borrowed from the site. */
void ms_site_authority(const struct ms_site *s, const char *name, struct ms_site_authority *ret);

/* Whether names of any domain of the site, or of the host, are delegated to our own name server. */
bool ms_site_delegates(const struct ms_site *s);

/* Whether the component of that name is on. */
bool ms_site_has(const struct ms_site *s, const char *component);

/* The site as the data of templates (site/vars.c; its keys are listed there). The caller owns the
 * reference. */
json_t *ms_site_vars(const struct ms_site *s) ms_must_use;

/* JSON Schema 2020-12 of site.yaml, made from the option tables. The caller owns the reference. */
json_t *ms_site_schema(void) ms_must_use;

/* The reference of all keys, made from the option tables: Markdown, or plain text for a terminal.
 * The caller frees it. */
char *ms_site_options(bool markdown) ms_must_use;

/* A commented site.yaml for one host and domain. Names under .test, .example, .invalid and
 * .localhost (RFC 6761, RFC 2606) get `dns.resolver: isolated`. The caller frees it. */
char *ms_site_init_text(const char *hostname, const char *domain, const char *contact) ms_must_use;

/* Check and normalise a domain name given by a person (IDN accepted, UTS #46) to its lower-case
 * A-label form. *ret is freed by the caller. MS_EINVAL says what is wrong. */
int ms_domain_normalise(const char *text, char **ret, struct ms_err *err) ms_must_use;

/* Check and normalise an address local@domain (ASCII local part, RFC 5321 dot-string or quoted
 * parts refused). */
int ms_address_normalise(const char *text, char **ret, struct ms_err *err) ms_must_use;

/* A sender in a list of who is allowed or denied: an address, or a domain (with or without a "@"
 * before it) for all its addresses. Local parts may hold letters, digits and "._-+=". *ret is in
 * lower case and A-labels, freed by the caller. MS_EINVAL. */
int ms_sender_normalise(const char *text, char **ret, struct ms_err *err) ms_must_use;

/* How much room the senders of one owner may take, each with MS_SENDER_EXTRA bytes more than its
 * text: they travel in one line of Dovecot's protocol. About a hundred fit. */
enum { MS_SENDERS_MAX = 3000, MS_SENDER_EXTRA = 8 };

/* Whether hash is a "{SCHEME}text" that Dovecot 2.4 can verify; *why gets a static reason when not.
 */
bool ms_password_hash_ok(const char *hash, const char **why);

#endif
