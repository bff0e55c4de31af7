/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options and long texts of verbs, those about DNS, keys and certificates above all: a part of the
 * table in verbs.c, for which alone this is.
 */
#ifndef MS_CLI_VERBS_DNS_PRIV_H
#define MS_CLI_VERBS_DNS_PRIV_H

#include "cmd/mailstead/cli.h"

static const struct ms_cli_opt alias_add_opts[] = {
    {"expires", 0, "WHEN", "take no mail for it after 7d, or after the day 2030-01-31 (UTC)"},
    {0},
};

static const struct ms_cli_opt app_password_add_opts[] = {
    {"protocols", 0, "LIST", "of imap, pop3, smtp and sieve, with commas between; default: all"},
    {0},
};

static const struct ms_cli_opt rotate_opts[] = {
    {"now", 0, NULL, "begin, or go to the next step without waiting for its time"},
    {"force", 0, NULL, "nor ask the name servers whether they have the records"},
    {0},
};
static const struct ms_cli_opt reports_opts[] = {
    {"days", 0, "N", "of the last N days (30; at most 400)"},
    {0},
};
static const struct ms_cli_opt records_opts[] = {
    {"format", 0, "FORM",
     "table (default), zone (a zone file, RFC 1035), json, cloudflare (a zone file for its "
     "import), octodns (YAML), dnscontrol (JavaScript) or terraform (HCL)"},
    {"zone", 0, "ZONE", "only the records that belong into that zone"},
    {0},
};

static const struct ms_cli_opt push_opts[] = {
    {"dry-run", 0, NULL,
     "only print what would be written; exit status 3 says that there is something"},
    {0},
};
static const struct ms_cli_opt renew_opts[] = {
    {"force", 0, NULL, "also those that are not due, and before the time that the authority named"},
    {0},
};

#define CERT_ROTATE_TEXT                                                                           \
    "The next key lies ready, and TLSA records with its hash are part of `dns records`. A "        \
    "certificate "                                                                                 \
    "for it is asked for when all name servers have them and the records of before are "           \
    "forgotten; "                                                                                  \
    "where records are pushed, all of it goes by itself. `status` tells what it waits for, and "   \
    "since when. Mode acme only."
#define DIFF_TEXT                                                                                  \
    "Each zone is read where `dns.authority` says, for DOMAIN or for all. A set of records is as " \
    "wanted, to add, to change, to remove (we put it there earlier), foreign (left alone), or in " \
    "conflict with something that is not ours. Exit status 3 says that something differs."
#define PUSH_TEXT                                                                                  \
    "What would be written is printed first; then it asks, or needs --yes. Values of others are "  \
    "never removed or widened: our terms are put into an SPF record that is there, CAA and other " \
    "TXT records stay. Zones with `authority: manual` are left to you. A push that stops "         \
    "half-way "                                                                                    \
    "says where; run it again. Afterwards the zones are read again, and all their name servers "   \
    "asked. Exit status 3 says that one of them lacks something yet."
#define RECORDS_TEXT                                                                               \
    "With DOMAIN: those of one domain and its host. DKIM and TLSA records are there after the "    \
    "first `up`, which makes the keys."
#define EXPLAIN_TEXT                                                                               \
    "RECORD is a record's id, such as mx or tlsa-smtp, as `dns records --json` has it."
#define ROTATE_TEXT                                                                                \
    "New keys are made and announced; when all name servers have their records they sign "         \
    "together "                                                                                    \
    "with the old ones, a day later alone. When nothing that the old keys signed can be on its "   \
    "way "                                                                                         \
    "any more they are revoked, and 30 days later removed. `dkim list` and `status` tell what to " \
    "set "                                                                                         \
    "in the DNS, and when. --now goes to the next step at once, for keys that were stolen. "
#define REPORTS_TEXT                                                                               \
    "They come by mail to the addresses in the records. Counted are those whose sender is proven " \
    "(SPF, DKIM or DMARC passed)."

static const struct ms_cli_opt check_opts[] = {
    {"all", 0, NULL, "list what is in order, too"},
    {"profile", 0, "NAME", "internet.nl: what its mail test will say, with a score"},
    {"dns-only", 0, NULL, "connect to name servers only, not to the site's own services"},
    {"resolver", 0, "ADDRESS", "ask this one (\"192.0.2.1\" or \"192.0.2.1@5353\")"},
    {"trust-anchor", 0, "FILE", "validate from these keys (zone-file form), not from the root's"},
    {"ca", 0, "FILE", "verify the site's certificates against these authorities (PEM)"},
    {0},
};

#define CHECK_TEXT                                                                                 \
    "Every record is asked for at the zone's own name servers. What is not in order is listed "    \
    "with what to do. Exit status 3 says that there is something. Without --resolver the stack's " \
    "own resolver is asked, and without that one the root name servers and down."

#endif
