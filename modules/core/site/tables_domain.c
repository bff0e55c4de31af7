/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/site/tables_priv.h"

#define DOMAIN(member) .off = offsetof(struct ms_site_domain, member)

static const struct ms_word dkim_words[] = {
    {"rsa2048", MS_DKIM_RSA2048, NULL}, {"ed25519", MS_DKIM_ED25519, NULL}, {0}};

static const struct ms_opt dkim[] = {
    {.key = "selector",
     .type = &ms_type_text,
     .def = "ms",
     DOMAIN(dkim_selector),
     LENGTH(1, 50),
     .doc = "name of the keys below _domainkey"},
    {.key = "algorithms",
     .type = &ms_type_word_bits,
     .def = "[rsa2048, ed25519]",
     DOMAIN(dkim_algorithms),
     .words = dkim_words,
     .doc = "one key and one signature each"},
    {0},
};

static const struct ms_word spf_words[] = {
    {"~all", 0, NULL}, {"-all", 0, NULL}, {"?all", 0, NULL}, {0}};

static const struct ms_opt spf[] = {
    {.key = "include",
     .type = &ms_type_domains,
     .def = "[]",
     DOMAIN(spf_include),
     .doc = "other services that send for the domain"},
    {.key = "all",
     .type = &ms_type_word_text,
     .def = "~all",
     DOMAIN(spf_all),
     .words = spf_words,
     .doc = "what receivers shall do with mail from elsewhere"},
    {0},
};

static const struct ms_word dmarc_words[] = {
    {"none", 0, NULL}, {"quarantine", 0, NULL}, {"reject", 0, NULL}, {0}};

static const struct ms_opt dmarc[] = {
    {.key = "policy",
     .type = &ms_type_word_text,
     .def = "quarantine",
     DOMAIN(dmarc_policy),
     .words = dmarc_words,
     .doc = "what receivers shall do with forged mail"},
    {.key = "rua",
     .type = &ms_type_address,
     .flags = MS_OPT_OPTIONAL | MS_OPT_OFF,
     DOMAIN(dmarc_rua),
     .doc = "where aggregate reports go, or off; absent: the contact"},
    {0},
};

static const struct ms_opt tlsrpt[] = {
    {.key = "rua",
     .type = &ms_type_address,
     .flags = MS_OPT_OPTIONAL | MS_OPT_OFF,
     DOMAIN(tlsrpt_rua),
     .doc = "where reports about TLS go, or off; absent: the contact"},
    {0},
};

static const struct ms_opt relay[] = {
    RELAY_ROWS(DOMAIN(relay.host), DOMAIN(relay.username), DOMAIN(relay.password_file)), {0}};

static const struct ms_opt dns[] = {
    {.key = "authority",
     .type = &ms_type_word,
     .flags = MS_OPT_OPTIONAL,
     DOMAIN(dns.kind),
     .words = ms_authority_words,
     .doc = "who puts its records into DNS; absent: as for the site"},
    AUTHORITY_ROWS(ms_site_domain),
    {0},
};

static const struct ms_word mta_sts_words[] = {{"enforce", MS_STS_ENFORCE, NULL},
                                               {"testing", MS_STS_TESTING, NULL},
                                               {"off", MS_STS_OFF, NULL},
                                               {0}};

/* The rows for a structure with a member `spam`. */
#define SPAM(holder, member) .off = offsetof(struct holder, spam.member)
#define SPAM_ROWS(holder, whose)                                                                   \
    {.key = "junk_score",                                                                          \
     .type = &ms_type_decimal,                                                                     \
     .flags = MS_OPT_OPTIONAL,                                                                     \
     SPAM(holder, junk_score),                                                                     \
     .max = 1000,                                                                                  \
     .doc = "mail to " whose " goes to Junk from this score on"},                                  \
        {.key = "reject_score",                                                                    \
         .type = &ms_type_decimal,                                                                 \
         .flags = MS_OPT_OPTIONAL,                                                                 \
         SPAM(holder, reject_score),                                                               \
         .max = 1000,                                                                              \
         .doc = "mail to " whose " is refused from this score on"},                                \
        {.key = "allow",                                                                           \
         .type = &ms_type_spam_senders,                                                            \
         .def = "[]",                                                                              \
         SPAM(holder, allow),                                                                      \
         .doc = "senders whose mail is never spam: addresses and domains"},                        \
        {.key = "deny",                                                                            \
         .type = &ms_type_spam_senders,                                                            \
         .def = "[]",                                                                              \
         SPAM(holder, deny),                                                                       \
         .doc = "senders whose mail goes to Junk"},                                                \
    {                                                                                              \
        0                                                                                          \
    }

static const struct ms_opt mailbox_spam[] = {SPAM_ROWS(ms_site_mailbox, "it")};
static const struct ms_opt domain_spam[] = {SPAM_ROWS(ms_site_domain, "its mailboxes")};

const struct ms_opt ms_mailbox_opts[] = {
    {.key = "name",
     .type = &ms_type_text,
     .def = "\"\"",
     .off = offsetof(struct ms_site_mailbox, name),
     LENGTH(0, 200),
     .doc = "name of the person, for people"},
    {.key = "quota",
     .type = &ms_type_size,
     .flags = MS_OPT_OPTIONAL,
     .off = offsetof(struct ms_site_mailbox, quota),
     .max = 1024 * TIB,
     .doc = "size limit, 0 for none; absent: the quota of the domain"},
    {.key = "password_hash",
     .type = &ms_type_hash,
     .flags = MS_OPT_OPTIONAL | MS_OPT_SECRET,
     .off = offsetof(struct ms_site_mailbox, password_hash),
     .doc = "\"{SCHEME}hash\"; absent: the password is set with `mailstead mailbox passwd`"},
    {.key = "send_as",
     .type = &ms_type_senders,
     .def = "[]",
     .off = offsetof(struct ms_site_mailbox, send_as),
     .doc =
         "what it may send as besides its own address: addresses, or \"@domain\" for all of one"},
    SECTION("spam", mailbox_spam, "what is spam for it; absent: as for its domain"),
    {0},
};

const struct ms_opt ms_domain_opts[] = {
    {.key = "alias_for",
     .type = &ms_type_domain,
     .flags = MS_OPT_OPTIONAL,
     DOMAIN(alias_for),
     .doc = "another domain of the site that gets the mail of this one"},
    {.key = "quota",
     .type = &ms_type_size,
     .def = "5G",
     DOMAIN(quota),
     .max = 1024 * TIB,
     .doc = "size limit of its mailboxes, 0 for none"},
    {.key = "catch_all",
     .type = &ms_type_address,
     .flags = MS_OPT_OPTIONAL,
     DOMAIN(catch_all),
     .doc = "address that gets mail for unknown local parts; absent: such mail is refused"},
    SECTION("dkim", dkim, "signatures of outgoing mail"),
    SECTION("spf", spf, "the SPF record"),
    SECTION("dmarc", dmarc, "the DMARC record"),
    SECTION("tlsrpt", tlsrpt, "the TLSRPT record"),
    {.key = "mta_sts",
     .type = &ms_type_word,
     .def = "off",
     DOMAIN(mta_sts),
     .words = mta_sts_words,
     .doc = "MTA-STS policy of the domain, published over HTTPS"},
    SECTION("relay", relay, "a server that takes what its users send; else the site's"),
    SECTION("dns", dns, "who puts its records into DNS; what is not given is as for the site"),
    SECTION("spam", domain_spam, "what is spam for its mailboxes; absent: as in filter"),
    {.key = "mailboxes",
     .type = &ms_type_mailbox_map,
     .def = "{}",
     .sub = ms_mailbox_opts,
     .doc = "mailboxes, by the part of the address before the \"@\""},
    {.key = "aliases",
     .type = &ms_type_alias_map,
     .def = "{}",
     .doc = "addresses that are passed on, each with a target or a list of targets"},
    {0},
};
