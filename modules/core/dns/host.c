/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "modules/core/dns/dns_priv.h"

static int add_address(struct ms_dns_builder *b, int family, const char *address,
                       struct ms_err *err)
{
    bool v4 = family == AF_INET;
    const char *host = ms_arena_strdup(b->r->arena, b->site->hostname);
    const char *name = ms_arena_printf(b->r->arena, "%s.", host);
    const char *zone = ms_dns_zone_of(b, host);
    const char *reverse = NULL;
    ms_auto_buf struct ms_buf text = {0};
    unsigned char bytes[16];
    char canonical[INET6_ADDRSTRLEN];

    ms_buf_init(&text, 128);
    if (inet_pton(family, address, bytes) != 1 || ms_dns_reverse(family, address, &text) < 0 ||
        !inet_ntop(family, bytes, canonical, sizeof(canonical))) {
        return ms_err_set(err, MS_EINVAL, 0, "%s is not an IPv%d address", address, v4 ? 4 : 6);
    }
    reverse = ms_arena_strdup(b->r->arena, text.p);
    ms_dns_add(
        b,
        (struct ms_record){
            .id = v4 ? "host-a" : "host-aaaa",
            .scope = host,
            .zone = zone,
            .name = name,
            .type = v4 ? "A" : "AAAA",
            .value = ms_arena_strdup(b->r->arena, canonical),
            .need = v4 ? MS_NEED_REQUIRED : MS_NEED_RECOMMENDED,
            .why = v4 ? "The name that MX points to must lead to this server."
                      : "Servers and users with IPv6 reach this server by it.",
            .breaks = v4 ? "No mail arrives and no mail program can connect."
                         : "Mail sent over IPv6 fails SPF, and hosts without IPv4 cannot connect.",
        });
    ms_dns_add(b, (struct ms_record){
                      .id = v4 ? "ptr-v4" : "ptr-v6",
                      .scope = host,
                      .zone = reverse,
                      .name = reverse,
                      .type = "PTR",
                      .value = name,
                      .need = MS_NEED_REQUIRED,
                      .foreign = true,
                      .why = "Receivers look up the sending address and expect the server's name.",
                      .breaks = v4 ? "Many servers refuse mail sent from this IPv4 address."
                                   : "Many servers refuse mail sent from this IPv6 address.",
                  });
    return 0;
}

static const char *address_of(const struct ms_site_addr *a, const char *found)
{
    switch (a->kind) {
    case MS_ADDR_FIXED:
        return a->text;
    case MS_ADDR_OFF:
        return NULL;
    case MS_ADDR_AUTO:
        break;
    }
    return found;
}

/* What a host of its own name needs: returned mail comes to it (bounces of forwarded messages), and
 * bounces go out in its name. */
static int add_mail(struct ms_dns_builder *b, const char *host, struct ms_err *err)
{
    const char *zone = ms_dns_zone_of(b, host);
    const char *name = ms_arena_printf(b->r->arena, "%s.", host);

    ms_dns_add(b, (struct ms_record){
                      .id = "host-mx",
                      .scope = host,
                      .zone = zone,
                      .name = name,
                      .type = "MX",
                      .value = ms_arena_printf(b->r->arena, "10 %s.", host),
                      .need = MS_NEED_OPTIONAL,
                      .why = "Bounces of forwarded messages and mail to the postmaster of the host "
                             "come here.",
                      .breaks = "Most servers then take the address of the host instead.",
                  });
    ms_dns_add(b,
               (struct ms_record){
                   .id = "host-spf",
                   .scope = host,
                   .zone = zone,
                   .name = name,
                   .type = "TXT",
                   .value = "v=spf1 a -all",
                   .need = MS_NEED_RECOMMENDED,
                   .merge = MS_MERGE_KEEP,
                   .why = "Bounces have no sender, so receivers check SPF of the server's name.",
                   .breaks = "Bounces and delivery reports of this server may be taken for spam.",
               });
    ms_dns_add(b, (struct ms_record){
                      .id = "host-dmarc",
                      .scope = host,
                      .zone = zone,
                      .name = ms_arena_printf(b->r->arena, "_dmarc.%s.", host),
                      .type = "TXT",
                      .value = "v=DMARC1; p=reject",
                      .need = MS_NEED_OPTIONAL,
                      .why = "Only this server writes in the name of the host: receivers refuse "
                             "what pretends to.",
                      .breaks = "Forged bounces in the name of the host are easier to send.",
                  });
    return ms_dns_add_tlsrpt(b, "host-tlsrpt", host, b->site->contact, err);
}

int ms_dns_add_host(struct ms_dns_builder *b, struct ms_err *err)
{
    const struct ms_site *s = b->site;
    const char *v4 = address_of(&s->ipv4, b->in->ipv4);
    const char *v6 = address_of(&s->ipv6, b->in->ipv6);
    const char *host = ms_arena_strdup(b->r->arena, s->hostname);

    if (v4 && add_address(b, AF_INET, v4, err) < 0) {
        return -1;
    }
    if (v6 && add_address(b, AF_INET6, v6, err) < 0) {
        return -1;
    }
    /* a domain of that name has these itself, and only one of each may be there (RFC 7208 4.5) */
    if (!ms_site_domain(s, host) && !(b->only && !strcmp(b->only, host)) &&
        add_mail(b, host, err) < 0) {
        return -1;
    }
    ms_dns_add_caa(b);
    ms_dns_add_tlsa(b);
    ms_dns_add_cuts(b, host, ms_dns_zone_of(b, host), true);
    return 0;
}
