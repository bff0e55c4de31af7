/* SPDX-License-Identifier: Apache-2.0 */
/* How mail programs and other servers find the services of a domain. */
#include <string.h>

#include "modules/core/base/hash.h"
#include "modules/core/dns/dns_priv.h"
#include "modules/core/site/hosts.h"

/* A service by its name in DNS. Priorities compare IMAP with POP3 (RFC 6186 3.4), and an implicit
 * TLS port comes before one with STARTTLS (RFC 8314 5.1). */
struct service {
    const char *name, *what;
    enum ms_port port;
    unsigned priority;
};

static const struct service services[] = {
    {"submissions", "sending mail (TLS)", MS_PORT_SUBMISSIONS, 0},
    {"submission", "sending mail (STARTTLS)", MS_PORT_SUBMISSION, 10},
    {"imaps", "IMAP (TLS)", MS_PORT_IMAPS, 0},
    {"imap", "IMAP (STARTTLS)", MS_PORT_IMAP, 10},
    {"pop3s", "POP3 (TLS)", MS_PORT_POP3S, 20},
    {"pop3", "POP3 (STARTTLS)", MS_PORT_POP3, 30},
    {"sieve", "filter rules (ManageSieve)", MS_PORT_SIEVE, 0},
};

/* A closed port is said to be none with the target "." (RFC 2782). */
static void add_service(struct ms_dns_builder *b, const struct ms_site_domain *d,
                        const struct service *x)
{
    struct ms_arena *a = b->r->arena;
    unsigned port = b->site->ports[x->port];

    ms_dns_add(b, (struct ms_record){
                      .id = ms_arena_printf(a, "srv-%s", x->name),
                      .scope = d->name,
                      .name = ms_arena_printf(a, "_%s._tcp.%s.", x->name, d->name),
                      .type = "SRV",
                      .value = port ? ms_arena_printf(a, "%u 1 %u %s.", x->priority, port,
                                                      b->site->hostname)
                                    : "0 0 0 .",
                      .need = MS_NEED_OPTIONAL,
                      .why = ms_arena_printf(a,
                                             port ? "Mail programs find the server for %s."
                                                  : "Mail programs learn that there is no %s.",
                                             x->what),
                      .breaks = "Programs that read this record have to guess or ask the user.",
                  });
}

/* A name below the domain that leads to the host by its name, whatever its addresses are. */
static void add_name(struct ms_dns_builder *b, const struct ms_site_domain *d,
                     const struct ms_domain_host *h, const char *name)
{
    struct ms_arena *a = b->r->arena;

    ms_dns_add(b, (struct ms_record){
                      .id = ms_arena_printf(a, "name-%s", h->label),
                      .scope = d->name,
                      .name = ms_arena_printf(a, "%s.", name),
                      .type = "CNAME",
                      .value = ms_arena_printf(a, "%s.", b->site->hostname),
                      .need = MS_NEED_RECOMMENDED,
                      .why = h->why,
                      .breaks = h->breaks,
                  });
}

static void add_autodiscover(struct ms_dns_builder *b, const struct ms_site_domain *d)
{
    struct ms_arena *a = b->r->arena;

    ms_dns_add(
        b, (struct ms_record){
               .id = "srv-autodiscover",
               .scope = d->name,
               .name = ms_arena_printf(a, "_autodiscover._tcp.%s.", d->name),
               .type = "SRV",
               .value = ms_arena_printf(a, "0 1 %u %s.", (unsigned)b->site->ports[MS_PORT_HTTPS],
                                        b->site->hostname),
               .need = MS_NEED_OPTIONAL,
               .why = "Outlook finds the settings under the server's own name, too.",
               .breaks = "Outlook depends on the name autodiscover alone.",
           });
}

/* The id tells other servers that the policy is another one (RFC 8461 3.1): it is made of what the
 * policy says. */
static void add_mta_sts(struct ms_dns_builder *b, const struct ms_site_domain *d)
{
    struct ms_arena *a = b->r->arena;
    ms_cleanup(ms_hash_freep) struct ms_hash *h = ms_hash_new();
    char id[MS_HASH_TEXT];
    const char *line;

    for (size_t i = 0; (line = ms_site_sts_line(b->site, d, i, a)); i++) {
        ms_hash_adds(h, line);
    }
    ms_hash_end(h, id);
    ms_dns_add(b, (struct ms_record){
                      .id = "mta-sts",
                      .scope = d->name,
                      .name = ms_arena_printf(a, "_mta-sts.%s.", d->name),
                      .type = "TXT",
                      .value = ms_arena_printf(a, "v=STSv1; id=%.20s", id),
                      .need = MS_NEED_RECOMMENDED,
                      .why = "Tells other servers that the domain has a TLS policy (MTA-STS), and "
                             "when it changes.",
                      .breaks = "Other servers do not look for the policy and may send mail "
                                "without verified TLS.",
                  });
}

void ms_dns_add_services(struct ms_dns_builder *b, const struct ms_site_domain *d)
{
    const struct ms_domain_host *h;
    const char *name = NULL;

    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
        add_service(b, d, &services[i]);
    }
    for (size_t i = 0; (h = ms_site_domain_host(b->site, d, i, b->r->arena, &name)); i++) {
        add_name(b, d, h, name);
        if (!strcmp(h->label, "autodiscover")) {
            add_autodiscover(b, d);
        } else if (!strcmp(h->label, "mta-sts")) {
            add_mta_sts(b, d);
        }
    }
}
