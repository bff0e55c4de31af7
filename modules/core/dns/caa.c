/* SPDX-License-Identifier: Apache-2.0 */
/* CAA records (RFC 8659) of the host: they count for the names that are its aliases, too. */
#include "modules/core/dns/dns_priv.h"

static void add(struct ms_dns_builder *b, struct ms_record rec)
{
    const char *host = ms_arena_strdup(b->r->arena, b->site->hostname);

    rec.scope = host;
    rec.zone = ms_dns_zone_of(b, host);
    rec.name = ms_arena_printf(b->r->arena, "%s.", host);
    rec.type = "CAA";
    rec.merge = MS_MERGE_KEEP;
    ms_dns_add(b, rec);
}

static const char *issue(struct ms_dns_builder *b, const struct ms_site_ca *ca)
{
    struct ms_arena *a = b->r->arena;
    const char *account = b->in->account;

    if (!ca->accounts) {
        return ms_arena_printf(a, "0 issue \"%s\"", ca->issuer);
    }
    return ms_arena_printf(a, "0 issue \"%s; validationmethods=%s%s%s\"", ca->issuer, ca->method,
                           account ? "; accounturi=" : "", account ? account : "");
}

void ms_dns_add_caa(struct ms_dns_builder *b)
{
    ms_auto_buf struct ms_buf contact = {0};
    struct ms_site_ca ca;

    if (!ms_site_ca(b->site, &ca)) {
        return;
    }
    ms_buf_init(&contact, 2048);
    ms_dns_mailto(b->site->contact, &contact);
    add(b, (struct ms_record){
               .id = "caa-issue",
               .value = issue(b, &ca),
               .need = MS_NEED_RECOMMENDED,
               .why = "Only this authority, asked by this server's account, may issue certificates "
                      "for the host.",
               .breaks = "Whoever can trick any authority gets a certificate for the host.",
           });
    add(b, (struct ms_record){
               .id = "caa-issuewild",
               .value = "0 issuewild \";\"",
               .need = MS_NEED_OPTIONAL,
               .why = "Nobody may issue a certificate for all names below the host.",
               .breaks = "The authority may issue such a certificate, which is never needed.",
           });
    add(b, (struct ms_record){
               .id = "caa-iodef",
               .value = ms_arena_printf(b->r->arena, "0 iodef \"%s\"", contact.p),
               .need = MS_NEED_OPTIONAL,
               .why = "Authorities write here when somebody asks for a forbidden certificate.",
               .breaks = "You do not hear of such attempts.",
           });
}
