/* SPDX-License-Identifier: Apache-2.0 */
/* Where other servers send their reports. */
#include <string.h>

#include "modules/core/dns/dns_priv.h"

const char *ms_dns_report_domain(const struct ms_site_domain *d)
{
    const char *at = strrchr(d->dmarc_rua, '@');

    if (!at || ms_dns_is_below(at + 1, d->name) || ms_dns_is_below(d->name, at + 1)) {
        return NULL;
    }
    return at + 1;
}

void ms_dns_add_report(struct ms_dns_builder *b, const struct ms_site_domain *d, const char *to)
{
    struct ms_arena *a = b->r->arena;

    ms_dns_add(b,
               (struct ms_record){
                   .id = "dmarc-report",
                   .scope = d->name,
                   .zone = ms_dns_zone_of(b, to),
                   .name = ms_arena_printf(a, "%s._report._dmarc.%s.", d->name, to),
                   .type = "TXT",
                   .value = "v=DMARC1",
                   .need = MS_NEED_OPTIONAL,
                   .foreign = !ms_dns_is_ours(b, to),
                   .why = "Allows DMARC reports about the domain to be sent to this other domain.",
                   .breaks = "No DMARC reports about the domain arrive.",
               });
}

int ms_dns_add_tlsrpt(struct ms_dns_builder *b, const char *id, const char *scope,
                      const char *address, struct ms_err *err)
{
    ms_auto_buf struct ms_buf text = {0};

    ms_buf_init(&text, 4096);
    ms_buf_adds(&text, "v=TLSRPTv1; rua=");
    ms_dns_mailto(address, &text);
    if (text.too_big) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: the TLSRPT record would be too long", scope);
    }
    ms_dns_add(b, (struct ms_record){
                      .id = id,
                      .scope = scope,
                      .zone = ms_dns_zone_of(b, scope),
                      .name = ms_arena_printf(b->r->arena, "_smtp._tls.%s.", scope),
                      .type = "TXT",
                      .value = ms_arena_strdup(b->r->arena, text.p),
                      .need = MS_NEED_OPTIONAL,
                      .why = "Asks other servers for reports on whether TLS with this server works "
                             "(MTA-STS, DANE).",
                      .breaks = "Nobody tells you when other servers cannot deliver for lack of "
                                "verified TLS.",
                  });
    return 0;
}

int ms_dns_add_reports(struct ms_dns_builder *b, const struct ms_site_domain *d, struct ms_err *err)
{
    const char *to = ms_dns_report_domain(d);

    if (to) {
        ms_dns_add_report(b, d, to);
    }
    return *d->tlsrpt_rua ? ms_dns_add_tlsrpt(b, "tlsrpt", d->name, d->tlsrpt_rua, err) : 0;
}
