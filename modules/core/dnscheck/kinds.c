/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnscheck/dnscheck.h"

static const struct ms_dnscheck_kind kinds[] = {
    /* of each zone */
    {"delegation", "its name servers answer, and its parent names the same ones"},
    {"glue", "the parent has the addresses of name servers that lie within the zone"},
    {"dnssec", "it is signed, and the signatures fit"},
    {"servers-agree", "all of its name servers say the same"},
    {"ttl", "no record lives longer than a day"},
    {"wildcard", "names that nobody made have no records"},
    {"ns-ipv6", "two name servers have an IPv6 address"},
    /* of each domain */
    {"spf-lookups", "the SPF record can be read, with at most 10 look-ups (RFC 7208 4.6.4)"},
    {"caa", "CAA records of the domain allow our certificate authority"},
    {"mta-sts-policy", "the policy is served over HTTPS and allows the host (RFC 8461)"},
    {"blocklist-", "no list of senders of spam names it (the list's zone follows)"},
    /* of the host */
    {"mx-cname", "its name is no alias, since MX records lead to it (RFC 5321 5.1)"},
    {"smtp", "it greets with its own name at its public address"},
    {"tls-served", "its certificate is the one that the TLSA records name"},
    {"outbound-25", "other mail servers can be reached"},
    {"clock", "its clock is right, or signatures and certificates fail"},
};

const struct ms_dnscheck_kind *ms_dnscheck_kinds(size_t *ret_n)
{
    *ret_n = sizeof(kinds) / sizeof(kinds[0]);
    return kinds;
}
