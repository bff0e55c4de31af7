/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/dnspush/rfc2136_priv.h"

enum { BATCH = 50 }; /* sets in one update, which is made as a whole or not at all */

/* The three lists of an update. */
struct lists {
    ldns_rr_list *pre, *update, *extra;
};

static bool add_bare(ldns_rr_list *to, const char *name, const char *type, ldns_rr_class class)
{
    ldns_rr *rr = ldns_rr_new();

    if (!rr) {
        return false;
    }
    ldns_rr_set_owner(rr, ldns_dname_new_frm_str(name));
    ldns_rr_set_type(rr, ldns_get_rr_type_by_name(type));
    ldns_rr_set_class(rr, class);
    ldns_rr_set_ttl(rr, 0);
    return ldns_rr_owner(rr) && ldns_rr_list_push_rr(to, rr);
}

static bool add_value(ldns_rr_list *to, const struct ms_rrchange *x, uint32_t ttl,
                      const char *value)
{
    ms_auto_free char *line = ms_xasprintf("%s %u IN %s %s", x->name, ttl, x->type, value);
    ldns_rr *rr = NULL;

    return ldns_rr_new_frm_str(&rr, line, ttl, NULL, NULL) == LDNS_STATUS_OK &&
           ldns_rr_list_push_rr(to, rr);
}

/* What must still be there: exactly the values that were found, or no set at all. */
static bool add_condition(ldns_rr_list *to, const struct ms_rrchange *x)
{
    if (!x->n_old) {
        return add_bare(to, x->name, x->type, LDNS_RR_CLASS_NONE);
    }
    for (size_t i = 0; i < x->n_old; i++) {
        if (!add_value(to, x, 0, x->old[i].text)) {
            return false;
        }
    }
    return true;
}

static bool add_change(struct lists *l, const struct ms_rrchange *x)
{
    if (!add_condition(l->pre, x) || !add_bare(l->update, x->name, x->type, LDNS_RR_CLASS_ANY)) {
        return false;
    }
    for (size_t i = 0; x->act != MS_ACT_REMOVE && i < x->n; i++) {
        if (!add_value(l->update, x, x->ttl, x->v[i].text)) {
            return false;
        }
    }
    return true;
}

ldns_pkt *ms_rfc2136_update(const char *zone, const struct ms_rrchange *const *v, size_t n)
{
    struct lists l = {ldns_rr_list_new(), ldns_rr_list_new(), ldns_rr_list_new()};
    ldns_rdf *apex = ldns_dname_new_frm_str(zone);
    bool ok = apex && l.pre && l.update && l.extra;
    ldns_pkt *p = NULL;

    for (int pass = 0; ok && pass < 2; pass++) { /* removals first */
        for (size_t i = 0; ok && i < n; i++) {
            if ((v[i]->act == MS_ACT_REMOVE) == (pass == 0)) {
                ok = add_change(&l, v[i]);
            }
        }
    }
    if (ok) {
        p = ldns_update_pkt_new(apex, LDNS_RR_CLASS_IN, l.pre, l.update, l.extra);
    }
    if (!p) {
        ldns_rdf_deep_free(apex);
    }
    ldns_rr_list_deep_free(l.pre);
    ldns_rr_list_deep_free(l.update);
    ldns_rr_list_deep_free(l.extra);
    return p;
}

static int refused(const struct ms_rfc2136 *u, const char *zone, int rcode, struct ms_err *err)
{
    switch (rcode) {
    case LDNS_RCODE_YXDOMAIN:
    case LDNS_RCODE_YXRRSET:
    case LDNS_RCODE_NXRRSET:
        return ms_err_set(err, MS_EBUSY, rcode,
                          "somebody else changed the zone %s meanwhile: nothing of this step was "
                          "written; run it again",
                          zone);
    case LDNS_RCODE_REFUSED:
        return ms_err_set(err, MS_EINVAL, rcode,
                          "the DNS server %s refuses the update of %s (REFUSED): its configuration "
                          "must let the key %s change these names",
                          u->wire.host, zone, u->wire.key.name);
    case LDNS_RCODE_NOTAUTH:
    case LDNS_RCODE_NOTZONE:
        return ms_err_set(err, MS_EINVAL, rcode,
                          "the DNS server %s is not responsible for the zone "
                          "%s",
                          u->wire.host, zone);
    default:
        return ms_err_set(err, MS_EIO, rcode,
                          "the DNS server %s does not take the update of %s (response code %d)",
                          u->wire.host, zone, rcode);
    }
}

static int apply_some(struct ms_rfc2136 *u, const char *zone, const struct ms_rrchange *const *v,
                      size_t n, struct ms_err *err)
{
    ldns_pkt *q = ms_rfc2136_update(zone, v, n), *p = NULL;
    int rcode;

    if (!q) {
        return ms_err_set(err, MS_EINVAL, 0, "the update of %s cannot be made", zone);
    }
    if (ms_wire_ask(&u->wire, q, &p, err) < 0) {
        ldns_pkt_free(q);
        return -1;
    }
    rcode = ldns_pkt_get_rcode(p);
    ldns_pkt_free(q);
    ldns_pkt_free(p);
    return rcode == LDNS_RCODE_NOERROR ? 0 : refused(u, zone, rcode, err);
}

static int apply(void *impl, const struct ms_push_zone_id *z, const struct ms_rrchange *const *v,
                 size_t n, size_t *ret_done, struct ms_err *err)
{
    for (size_t i = 0; i < n; i += BATCH) {
        size_t some = n - i < BATCH ? n - i : BATCH;

        if (apply_some(impl, z->name, v + i, some, err) < 0) {
            return -1;
        }
        *ret_done += some;
    }
    return 0;
}

static void release(void *impl)
{
    struct ms_rfc2136 *u = impl;

    ms_wire_done(&u->wire);
    free(u->zone);
    free(u);
}

static const struct ms_provider_ops ops = {
    .zone = ms_rfc2136_zone, .fetch = ms_rfc2136_fetch, .apply = apply, .free = release};

int ms_rfc2136_open(const struct ms_rfc2136_conf *c, struct ms_provider *ret, struct ms_err *err)
{
    ms_auto_tsig struct ms_tsig key = {0};
    struct ms_rfc2136 *u;

    if (ms_tsig_parse(c->key_text, &key, err) < 0) {
        return ms_err_wrap(err, "dns.key");
    }
    u = ms_xcalloc(1, sizeof(*u));
    if (ms_wire_init(&u->wire, c->server, &key, err) < 0) {
        free(u);
        return -1;
    }
    u->zone = c->zone ? ms_xasprintf("%s.", c->zone) : NULL;
    *ret = (struct ms_provider){.ops = &ops, .impl = u};
    return 0;
}
