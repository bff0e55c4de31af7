/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/site/tables_priv.h"

#define SITE(member) .off = offsetof(struct ms_site, member)
#define PORT(name, place, number, text)                                                            \
    {                                                                                              \
        .key = (name), .type = &ms_type_port, .def = (number), .max = 65535, .doc = (text),        \
        .off = offsetof(struct ms_site, ports) + (place) * sizeof(uint16_t)                        \
    }

static const struct ms_opt ports[] = {
    PORT("smtp", MS_PORT_SMTP, "25", "mail from other servers"),
    PORT("submissions", MS_PORT_SUBMISSIONS, "465", "mail from users, TLS from the start"),
    PORT("submission", MS_PORT_SUBMISSION, "587", "mail from users, STARTTLS"),
    PORT("imap", MS_PORT_IMAP, "143", "IMAP, STARTTLS"),
    PORT("imaps", MS_PORT_IMAPS, "993", "IMAP, TLS from the start"),
    PORT("pop3", MS_PORT_POP3, "110", "POP3, STARTTLS"),
    PORT("pop3s", MS_PORT_POP3S, "995", "POP3, TLS from the start"),
    PORT("sieve", MS_PORT_SIEVE, "4190", "ManageSieve: users' own filter rules"),
    PORT("http", MS_PORT_HTTP, "80", "HTTP, redirects to https"),
    PORT("https", MS_PORT_HTTPS, "443", "HTTPS: webmail, settings of mail programs"),
    PORT("dns", MS_PORT_DNS, "53", "DNS over UDP and TCP, only with dns.authority: delegated"),
    {0},
};

static const struct ms_opt network[] = {
    {.key = "ipv4",
     .type = &ms_type_ipv4,
     .def = "auto",
     SITE(ipv4),
     .doc = "public IPv4 address for DNS records"},
    {.key = "ipv6",
     .type = &ms_type_ipv6,
     .def = "auto",
     SITE(ipv6),
     .doc = "public IPv6 address for DNS records"},
    {.key = "bind",
     .type = &ms_type_bind,
     .def = "[\"0.0.0.0\", \"::\"]",
     SITE(bind),
     .doc = "addresses that the public ports listen on"},
    {.key = "subnet",
     .type = &ms_type_subnet,
     .def = "172.30.25.0/24",
     .doc = "private network of the containers, /8 to /24"},
    SECTION("ports", ports, "public ports; 0 closes one"),
    {0},
};

static const struct ms_word tls_words[] = {{"selfsigned", MS_TLS_SELFSIGNED, NULL},
                                           {"files", MS_TLS_FILES, NULL},
                                           {"acme", MS_TLS_ACME, NULL},
                                           {0}};
static const struct ms_word challenge_words[] = {
    {"http-01", false, NULL}, {"dns-01", true, NULL}, {0}};

static const struct ms_opt acme[] = {
    {.key = "names",
     .type = &ms_type_domains,
     .def = "[]",
     SITE(acme_names),
     .doc = "further host names that lead here, each with a certificate of its own"},
    {.key = "ca",
     .type = &ms_type_text,
     .flags = MS_OPT_OPTIONAL,
     SITE(acme_ca),
     LENGTH(1, 1000),
     .doc = "PEM file with the CA of the authority's own server, relative to site.yaml; absent: "
            "the public ones"},
    {0},
};

static const struct ms_opt tls[] = {
    {.key = "mode",
     .type = &ms_type_word,
     .def = "selfsigned",
     SITE(tls_mode),
     .words = tls_words,
     .doc = "where the certificate comes from"},
    {.key = "certificate",
     .type = &ms_type_text,
     .flags = MS_OPT_OPTIONAL,
     SITE(tls_certificate),
     LENGTH(1, 1000),
     .doc = "mode files: PEM file with the chain, relative to site.yaml"},
    {.key = "key",
     .type = &ms_type_text,
     .flags = MS_OPT_OPTIONAL,
     SITE(tls_key),
     LENGTH(1, 1000),
     .doc = "mode files: PEM file with the private key, relative to site.yaml"},
    {.key = "directory",
     .type = &ms_type_url,
     .def = "https://acme-v02.api.letsencrypt.org/directory",
     SITE(acme_directory),
     LENGTH(8, 1000),
     .doc = "mode acme: the authority"},
    {.key = "challenge",
     .type = &ms_type_word,
     .def = "http-01",
     SITE(acme_dns),
     .words = challenge_words,
     .doc = "mode acme: how the authority checks; dns-01 needs dns.authority: rfc2136"},
    SECTION("acme", acme, "mode acme: what is seldom needed"),
    {0},
};

static const struct ms_word sharing_words[] = {{"off", MS_SHARING_OFF, NULL},
                                               {"domain", MS_SHARING_DOMAIN, NULL},
                                               {"site", MS_SHARING_SITE, NULL},
                                               {0}};

static const struct ms_word language_words[] = {
    {"da", 0, NULL}, {"de", 0, NULL}, {"en", 0, NULL}, {"es", 0, NULL}, {"fi", 0, NULL},
    {"fr", 0, NULL}, {"it", 0, NULL}, {"nl", 0, NULL}, {"no", 0, NULL}, {"pt", 0, NULL},
    {"ro", 0, NULL}, {"ru", 0, NULL}, {"sv", 0, NULL}, {"tr", 0, NULL}, {0}};

static const struct ms_opt mail[] = {
    {.key = "sharing",
     .type = &ms_type_word,
     .def = "domain",
     SITE(sharing),
     .words = sharing_words,
     .doc = "users may share folders with nobody, with users of their domain, or with all"},
    {.key = "search_language",
     .type = &ms_type_word_text,
     .def = "en",
     SITE(search_language),
     .words = language_words,
     .doc = "language whose forms of words the search knows (running finds runs)"},
    {0},
};

static const struct ms_opt relay[] = {
    RELAY_ROWS(SITE(relay.host), SITE(relay.username), SITE(relay.password_file)), {0}};

static const struct ms_word level_words[] = {
    {"none", 0, NULL},      {"may", 0, NULL},    {"encrypt", 0, NULL}, {"dane", 0, NULL},
    {"dane-only", 0, NULL}, {"verify", 0, NULL}, {"secure", 0, NULL},  {0}};

static const struct ms_opt outbound[] = {
    {.key = "tls",
     .type = &ms_type_tls_rules,
     .def = "{}",
     .words = level_words,
     .doc = "TLS towards other domains, each with a level: none, may, encrypt, dane, dane-only, "
            "verify or secure; .example.com: all below it. Others: DANE, MTA-STS, else may"},
    {0},
};

static const struct ms_opt send_rate[] = {
    {.key = "user",
     .type = &ms_type_rate,
     .def = "200/1h",
     SITE(user_rate),
     .doc = "messages that a user may send, each recipient counts as one; or off"},
    {.key = "domain",
     .type = &ms_type_rate,
     .def = "2000/1h",
     SITE(domain_rate),
     .doc = "messages that all users of a domain together may send; or off"},
    {.key = "mailboxes",
     .type = &ms_type_box_rates,
     .def = "{}",
     .doc = "mailboxes with a rate of their own, or off; they do not count in their domain"},
    {0},
};

static const struct ms_opt limits[] = {
    {.key = "memory",
     .type = &ms_type_size,
     .flags = MS_OPT_AUTO,
     .def = "auto",
     SITE(memory),
     .min = 512 * MIB,
     .max = 16 * TIB,
     .doc = "memory for the whole stack"},
    {.key = "message_size",
     .type = &ms_type_size,
     .def = "50M",
     SITE(message_size),
     .min = 64 * KIB,
     .max = GIB,
     .doc = "largest message accepted"},
    {.key = "queue_lifetime",
     .type = &ms_type_duration,
     .def = "5d",
     SITE(queue_lifetime_s),
     .min = 60,
     .max = 30 * DAY_S,
     .doc = "mail that cannot be delivered goes back to its sender after this time"},
    {.key = "bounce_lifetime",
     .type = &ms_type_duration,
     .def = "1d",
     SITE(bounce_lifetime_s),
     .max = 30 * DAY_S,
     .doc = "reports of that which cannot be delivered themselves are thrown away after this time; "
            "0: one try"},
    SECTION("send_rate", send_rate, "how much users may send; more is asked to come again later"),
    {0},
};

const struct ms_word ms_authority_words[] = {
    {"manual", MS_DNS_MANUAL, NULL},       {"rfc2136", MS_DNS_RFC2136, NULL},
    {"delegated", MS_DNS_DELEGATED, NULL}, {"cloudflare", MS_DNS_CLOUDFLARE, NULL},
    {"desec", MS_DNS_DESEC, NULL},         {"hetzner", MS_DNS_HETZNER, NULL},
    {"powerdns", MS_DNS_POWERDNS, NULL},   {0}};

static const struct ms_opt blocklists[] = {
    {.key = "addresses",
     .type = &ms_type_domains,
     .def = "[zen.spamhaus.org, bl.spamcop.net]",
     SITE(blocklists_addresses),
     .doc = "lists that are asked for the addresses of this server; []: none"},
    {.key = "domains",
     .type = &ms_type_domains,
     .def = "[dbl.spamhaus.org]",
     SITE(blocklists_domains),
     .doc = "lists that are asked for its domains; []: none"},
    {0},
};

static const struct ms_opt dns[] = {
    {.key = "authority",
     .type = &ms_type_word,
     .def = "manual",
     SITE(dns.kind),
     .words = ms_authority_words,
     .doc = "who puts the records into DNS: you, signed updates (rfc2136), a name server of our "
            "own (delegated), or the API of a provider"},
    AUTHORITY_ROWS(ms_site),
    {.key = "listen",
     .type = &ms_type_bind,
     .flags = MS_OPT_OPTIONAL,
     SITE(dns_listen),
     .doc = "delegated: addresses that the name server listens on; absent: those of network.bind"},
    {.key = "resolver",
     .type = &ms_type_resolver,
     .def = "auto",
     .doc = "auto: ask the root servers; isolated: only the site's own names exist, for tests; a "
            "list: ask these servers"},
    SECTION("blocklists", blocklists,
            "lists of senders of spam (RFC 5782) that `dns check` and `doctor` ask"),
    {0},
};

static const struct ms_opt images[] = {
    {.key = "base",
     .type = &ms_type_text,
     .flags = MS_OPT_OPTIONAL,
     SITE(images_base),
     LENGTH(1, 300),
     .doc = "image to build on; absent: one is made from Debian's archive"},
    {.key = "mirror",
     .type = &ms_type_url,
     .flags = MS_OPT_OPTIONAL,
     SITE(mirror),
     LENGTH(8, 1000),
     .doc = "Debian archive; absent: http://deb.debian.org/debian"},
    {0},
};

static const struct ms_opt ban[] = {
    {.key = "bantime",
     .type = &ms_type_duration,
     .def = "10m",
     SITE(ban.time),
     .min = 1,
     .max = 31536000,
     .doc = "how long an address is banned the first time; each further time is twice as long"},
    {.key = "maxtime",
     .type = &ms_type_duration,
     .def = "4w",
     SITE(ban.max_time),
     .min = 1,
     .max = 31536000,
     .doc = "the longest ban, and how long earlier ones are remembered"},
    {.key = "findtime",
     .type = &ms_type_duration,
     .def = "10m",
     SITE(ban.find_time),
     .min = 1,
     .max = 31536000,
     .doc = "the time in which failures are counted"},
    {.key = "maxretry",
     .type = &ms_type_count,
     .def = "5",
     SITE(ban.max_retry),
     .min = 1,
     .max = 1000,
     .doc = "failed log-ins that lead to a ban"},
    {.key = "ignore",
     .type = &ms_type_networks,
     .def = "[]",
     SITE(ban.ignore),
     .doc = "addresses and networks that are never banned, beside the host's and the site's own"},
    {.key = "ssh_port",
     .type = &ms_type_port,
     .def = "0",
     SITE(ban.ssh_port),
     .max = 65535,
     .doc = "port that bans for failed SSH log-ins close; 0: those in sshd's configuration"},
    {0},
};

static const struct ms_opt alerts[] = {
    {.key = "email",
     .type = &ms_type_addresses,
     .flags = MS_OPT_UNSTORED,
     .def = "[]",
     .doc = "who is told when something fails"},
    {.key = "webhook",
     .type = &ms_type_url,
     .flags = MS_OPT_UNSTORED | MS_OPT_OPTIONAL,
     LENGTH(8, 1000),
     .doc = "URL that is called when something fails"},
    {0},
};

static const struct ms_word schedule_words[] = {
    {"hourly", 0, NULL}, {"daily", 1, NULL}, {"weekly", 2, NULL}, {"off", 3, NULL}, {0}};

static const struct ms_opt keep[] = {
    {.key = "daily",
     .type = &ms_type_count,
     .flags = MS_OPT_UNSTORED,
     .def = "7",
     .max = 10000,
     .doc = "days of which one backup is kept"},
    {.key = "weekly",
     .type = &ms_type_count,
     .flags = MS_OPT_UNSTORED,
     .def = "4",
     .max = 10000,
     .doc = "weeks of which one backup is kept"},
    {.key = "monthly",
     .type = &ms_type_count,
     .flags = MS_OPT_UNSTORED,
     .def = "6",
     .max = 10000,
     .doc = "months of which one backup is kept"},
    {0},
};

static const struct ms_opt backup[] = {
    {.key = "repository",
     .type = &ms_type_text,
     .flags = MS_OPT_UNSTORED | MS_OPT_OPTIONAL,
     LENGTH(1, 1000),
     .doc = "where backups go"},
    {.key = "schedule",
     .type = &ms_type_word,
     .flags = MS_OPT_UNSTORED,
     .def = "daily",
     .words = schedule_words,
     .doc = "how often"},
    SECTION("keep", keep, "how many are kept"),
    {0},
};

#define PLANNED(name, table, text, instead)                                                        \
    {                                                                                              \
        .key = (name), .type = &ms_type_section, .sub = (table), .doc = (text),                    \
        .planned = (instead)                                                                       \
    }

const struct ms_opt ms_site_opts[] = {
    {.key = "hostname",
     .type = &ms_type_domain,
     SITE(hostname),
     .doc = "the server's name, which the MX records point to"},
    {.key = "contact",
     .type = &ms_type_address,
     SITE(contact),
     .doc = "address of the administrator: ACME account, DMARC reports, alerts"},
    SECTION("network", network, "addresses and ports"),
    {.key = "domains",
     .type = &ms_type_domain_map,
     SITE(domains),
     .sub = ms_domain_opts,
     .doc = "mail domains; the first one that is no alias is the primary one"},
    SECTION("tls", tls, "the certificate"),
    SECTION("filter", ms_filter_opts, "spam and viruses"),
    SECTION("mail", mail, "mailboxes"),
    SECTION("relay", relay, "a server that takes all outgoing mail"),
    SECTION("outbound", outbound, "mail to other servers"),
    {.key = "components",
     .type = &ms_type_components,
     .def = "{}",
     .doc = "optional components, each on or off"},
    SECTION("ban", ban, "bans after failed log-ins"),
    SECTION("limits", limits, "memory and messages"),
    SECTION("dns", dns, "DNS records and look-ups"),
    SECTION("images", images, "what container images are made of"),
    PLANNED("alerts", alerts, "messages when something fails", "nobody is told of failures"),
    PLANNED("backup", backup, "backups", "no backups are made"),
    {0},
};
