/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/dns/dns_priv.h"

static void add_mx(struct ms_dns_builder *b, const struct ms_site_domain *d)
{
    ms_dns_add(b, (struct ms_record){
                      .id = "mx",
                      .scope = d->name,
                      .name = ms_arena_printf(b->r->arena, "%s.", d->name),
                      .type = "MX",
                      .value = ms_arena_printf(b->r->arena, "10 %s.", b->site->hostname),
                      .need = MS_NEED_REQUIRED,
                      .why = "Tells other servers where mail for the domain goes.",
                      .breaks = "No mail for the domain arrives.",
                  });
}

static int add_spf(struct ms_dns_builder *b, const struct ms_site_domain *d, struct ms_err *err)
{
    ms_auto_buf struct ms_buf text = {0};

    ms_buf_init(&text, 4096);
    ms_buf_adds(&text, "v=spf1 mx");
    for (size_t i = 0; i < d->spf_include.n; i++) {
        ms_buf_addf(&text, " include:%s", d->spf_include.v[i]);
    }
    ms_buf_addf(&text, " %s", d->spf_all);
    if (text.too_big) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: the SPF record would be too long", d->name);
    }
    ms_dns_add(b, (struct ms_record){
                      .id = "spf",
                      .scope = d->name,
                      .name = ms_arena_printf(b->r->arena, "%s.", d->name),
                      .type = "TXT",
                      .value = ms_arena_strdup(b->r->arena, text.p),
                      .need = MS_NEED_REQUIRED,
                      .merge = MS_MERGE_KEEP,
                      .why = "Lists the servers that may send mail for the domain.",
                      .breaks = "Mail of the domain is taken for spam or refused.",
                  });
    return 0;
}

/* What is said about a key by its use; of one that signs by its algorithm. */
static void explain_key(const struct ms_dkim_key *k, struct ms_record *rec)
{
    bool rsa = !strcmp(k->algorithm, "rsa");

    rec->need = rsa ? MS_NEED_REQUIRED : MS_NEED_RECOMMENDED;
    switch (k->use) {
    case MS_DKIM_PUBLISHED:
        rec->why = "Announces the key that is going to sign.";
        rec->breaks = "The change of keys waits for it.";
        break;
    case MS_DKIM_RETIRED:
        rec->why = "Messages that are still on their way were signed with this key.";
        rec->breaks = "Their signatures fail.";
        break;
    case MS_DKIM_REVOKED:
        rec->need = MS_NEED_RECOMMENDED;
        rec->why = "Tells receivers that this old key is revoked.";
        rec->breaks = "Nobody can tell whether the key was withdrawn or the look-up failed.";
        break;
    case MS_DKIM_SIGNING:
    case MS_DKIM_USE__COUNT:
        rec->why = rsa ? "Receivers verify the signature of each message with this key."
                       : "A second, shorter signature for receivers that know Ed25519.";
        rec->breaks = rsa ? "Signatures fail, and mail of the domain is taken for spam."
                          : "The Ed25519 signature fails; the RSA signature still counts.";
        break;
    }
}

static void add_dkim(struct ms_dns_builder *b, const struct ms_site_domain *d)
{
    struct ms_arena *a = b->r->arena;
    const struct ms_dkim_keys *keys = b->in->dkim ? b->in->dkim(b->in->dkim_arg, d->name) : NULL;

    for (size_t i = 0; keys && i < keys->n; i++) {
        const struct ms_dkim_key *k = &keys->v[i];
        struct ms_record rec = {
            .id = ms_arena_printf(a, "dkim-%s", k->selector),
            .scope = d->name,
            .name = ms_arena_printf(a, "%s._domainkey.%s.", k->selector, d->name),
            .type = "TXT",
            .value = ms_arena_strdup(a, k->txt),
        };

        explain_key(k, &rec);
        ms_dns_add(b, rec);
    }
}

static int add_dmarc(struct ms_dns_builder *b, const struct ms_site_domain *d, struct ms_err *err)
{
    ms_auto_buf struct ms_buf text = {0};

    ms_buf_init(&text, 4096);
    ms_buf_addf(&text, "v=DMARC1; p=%s", d->dmarc_policy);
    if (*d->dmarc_rua) {
        ms_buf_adds(&text, "; rua=");
        ms_dns_mailto(d->dmarc_rua, &text);
    }
    if (text.too_big) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: the DMARC record would be too long", d->name);
    }
    ms_dns_add(
        b, (struct ms_record){
               .id = "dmarc",
               .scope = d->name,
               .name = ms_arena_printf(b->r->arena, "_dmarc.%s.", d->name),
               .type = "TXT",
               .value = ms_arena_strdup(b->r->arena, text.p),
               .need = MS_NEED_REQUIRED,
               .why = "Tells receivers what to do with mail that only pretends to be from here.",
               .breaks = "Large providers refuse or mark mail, and the domain is easily forged.",
           });
    return 0;
}

int ms_dns_add_domain(struct ms_dns_builder *b, const struct ms_site_domain *d, struct ms_err *err)
{
    struct ms_site_domain own = *d; /* the same with a name that lives as long as the records */

    own.name = ms_arena_strdup(b->r->arena, d->name);
    add_mx(b, &own);
    if (add_spf(b, &own, err) < 0) {
        return -1;
    }
    add_dkim(b, &own);
    if (add_dmarc(b, &own, err) < 0 || ms_dns_add_reports(b, &own, err) < 0) {
        return -1;
    }
    ms_dns_add_services(b, &own);
    ms_dns_add_cuts(b, own.name, own.name, false);
    return 0;
}
