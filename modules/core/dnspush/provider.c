/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnspush/provider.h"

#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/pki/pki.h"

struct api_kind {
    const char *name, *base, *header;
    int (*open)(struct ms_dnsapi *api, struct ms_provider *ret, struct ms_err *err);
};

static const struct api_kind kinds[MS_DNS__COUNT] = {
    [MS_DNS_CLOUDFLARE] = {"cloudflare", "https://api.cloudflare.com/client/v4",
                           "Authorization: Bearer ", ms_cloudflare_open},
    [MS_DNS_DESEC] = {"desec", "https://desec.io/api/v1", "Authorization: Token ", ms_desec_open},
    [MS_DNS_HETZNER] = {"hetzner", "https://api.hetzner.cloud/v1", "Authorization: Bearer ",
                        ms_hetzner_open},
    [MS_DNS_POWERDNS] = {"powerdns", NULL, "X-API-Key: ", ms_powerdns_open},
};

void ms_provider_done(struct ms_provider *p)
{
    if (p->ops) {
        p->ops->free(p->impl);
    }
    *p = (struct ms_provider){0};
}

static int open_api(const struct ms_site_authority *a, struct ms_provider *ret, struct ms_err *err)
{
    const struct api_kind *k = &kinds[a->kind];
    ms_cleanup(ms_secret_freep) char *token = NULL;
    const char *base = a->api ? a->api : k->base;
    struct ms_dnsapi api;

    if (!a->token_file || !base) {
        return ms_err_set(err, MS_ECONFIG, 0, "%s needs %s", k->name,
                          a->token_file ? "api" : "token_file");
    }
    if (ms_secret_file(a->token_file, &token, err) < 0) {
        return -1;
    }
    ms_dnsapi_init(&api, k->name, base, k->header, token);
    return k->open(&api, ret, err);
}

static int open_updates(const struct ms_site_authority *a, struct ms_provider *ret,
                        struct ms_err *err)
{
    ms_cleanup(ms_secret_freep) char *key = NULL;
    struct ms_rfc2136_conf c = {.server = a->server, .zone = a->zone};

    if (!a->server || !a->key) {
        return ms_err_set(err, MS_ECONFIG, 0, "rfc2136 needs server and key");
    }
    if (ms_private_file(a->key, &key, err) < 0) {
        return -1;
    }
    c.key_text = key;
    return ms_rfc2136_open(&c, ret, err);
}

int ms_provider_open(const struct ms_site_authority *a, struct ms_provider *ret, struct ms_err *err)
{
    switch (a->kind) {
    case MS_DNS_RFC2136:
        return open_updates(a, ret, err);
    case MS_DNS_CLOUDFLARE:
    case MS_DNS_DESEC:
    case MS_DNS_HETZNER:
    case MS_DNS_POWERDNS:
        return open_api(a, ret, err);
    default:
        *ret = (struct ms_provider){0};
        return 0;
    }
}
