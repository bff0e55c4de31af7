/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/dnspush/rfc2136_priv.h"

/* A label that nobody has: what is found there comes from a wildcard. */
#define NOBODY "mailstead-wildcard-probe"

int ms_rfc2136_query(struct ms_rfc2136 *u, const char *name, const char *type, ldns_pkt **ret,
                     struct ms_err *err)
{
    ldns_rdf *owner = ldns_dname_new_frm_str(name);
    ldns_rr_type t = ldns_get_rr_type_by_name(type);
    ldns_pkt *q = owner && t ? ldns_pkt_query_new(owner, t, LDNS_RR_CLASS_IN, 0) : NULL;
    int r;

    if (!q) {
        ldns_rdf_deep_free(owner);
        return ms_err_set(err, MS_EINVAL, 0, "%s %s cannot be asked for", name, type);
    }
    r = ms_wire_ask(&u->wire, q, ret, err);
    ldns_pkt_free(q); /* with the owner */
    return r;
}

/* The owner of the SOA record in an answer, as text; NULL without one. */
static char *soa_owner(const ldns_pkt *p)
{
    const ldns_rr_list *const lists[] = {ldns_pkt_answer(p), ldns_pkt_authority(p)};

    for (size_t l = 0; l < 2; l++) {
        for (size_t i = 0; i < ldns_rr_list_rr_count(lists[l]); i++) {
            const ldns_rr *rr = ldns_rr_list_rr(lists[l], i);

            if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA) {
                return ldns_rdf2str(ldns_rr_owner(rr));
            }
        }
    }
    return NULL;
}

static int set_zone(const char *name, struct ms_push_zone_id *ret)
{
    size_t n = strlen(name);

    *ret = (struct ms_push_zone_id){0};
    if (n >= sizeof(ret->name)) {
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        ret->name[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20) : name[i];
    }
    return 1;
}

int ms_rfc2136_zone(void *impl, const char *name, struct ms_push_zone_id *ret, struct ms_err *err)
{
    struct ms_rfc2136 *u = impl;
    ldns_pkt *p = NULL;
    char *owner;
    int r = 0;

    if (u->zone) {
        return ms_rrname_is_below(name, u->zone) ? set_zone(u->zone, ret) : 0;
    }
    if (ms_rfc2136_query(u, name, "SOA", &p, err) < 0) {
        return -1;
    }
    owner = soa_owner(p);
    /* a server that is not responsible has no SOA to show, or sends us to the root */
    if (owner && ldns_pkt_aa(p) && strcmp(owner, ".") != 0) {
        r = set_zone(owner, ret);
    }
    LDNS_FREE(owner);
    ldns_pkt_free(p);
    return r;
}

/* Take a record; only those of the wanted owner (NULL: of any). */
static void take(const ldns_rr *rr, const char *only, const char *as, struct ms_rrsets *ret)
{
    char *owner = ldns_rdf2str(ldns_rr_owner(rr));
    char *type = ldns_rr_type2str(ldns_rr_get_type(rr));
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, (size_t)MS_RRSET_VALUE_MAX * 5);
    for (size_t i = 0; i < ldns_rr_rd_count(rr); i++) {
        char *text = ldns_rdf2str(ldns_rr_rdf(rr, i));

        ms_buf_addf(&b, "%s%s", i ? " " : "", text ? text : "");
        LDNS_FREE(text);
    }
    if (owner && type && !b.too_big && (!only || !strcasecmp(owner, only)) &&
        ldns_rr_get_type(rr) != LDNS_RR_TYPE_RRSIG) {
        (void)ms_rrsets_add(ret, as ? as : owner, type, ldns_rr_ttl(rr), b.p, NULL);
    }
    LDNS_FREE(owner);
    LDNS_FREE(type);
}

/* What the server says of one name and type; as NULL: under its own name. */
static int ask_one(struct ms_rfc2136 *u, const char *name, const char *type, struct ms_rrsets *ret,
                   struct ms_err *err)
{
    ldns_pkt *p = NULL;
    int rcode;

    if (ms_rfc2136_query(u, name, type, &p, err) < 0) {
        return -1;
    }
    rcode = ldns_pkt_get_rcode(p);
    for (size_t i = 0; i < ldns_rr_list_rr_count(ldns_pkt_answer(p)); i++) {
        take(ldns_rr_list_rr(ldns_pkt_answer(p), i), name, NULL, ret);
    }
    for (size_t i = 0; !ldns_pkt_aa(p) && i < ldns_rr_list_rr_count(ldns_pkt_authority(p)); i++) {
        const ldns_rr *rr = ldns_rr_list_rr(ldns_pkt_authority(p), i);

        if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_NS) {
            take(rr, NULL, NULL, ret); /* delegated */
        }
    }
    ldns_pkt_free(p);
    if (rcode != LDNS_RCODE_NOERROR && rcode != LDNS_RCODE_NXDOMAIN) {
        return ms_err_set(err, MS_EIO, rcode,
                          "the DNS server %s answers %s %s with response code "
                          "%d",
                          u->wire.host, name, type, rcode);
    }
    return 0;
}

static bool is_same(const struct ms_rrset *a, const struct ms_rrset *b)
{
    if (!a || !b || !a->n || a->n != b->n) {
        return false;
    }
    for (size_t i = 0; i < a->n; i++) {
        if (!ms_rrset_has(b, a->v[i].text)) {
            return false;
        }
    }
    return true;
}

/* Forget what a wildcard made: found at the name, and the same at a sister that does not exist. */
static int forget_wildcard(struct ms_rfc2136 *u, const char *name, const char *type,
                           struct ms_rrsets *probes, struct ms_rrsets *ret, struct ms_err *err)
{
    const char *parent = strchr(name, '.');
    const char *const types[] = {type, "CNAME"};
    ms_auto_free char *sister = ms_xasprintf("%s%s", NOBODY, parent ? parent : ".");

    for (size_t i = 0; i < 2; i++) {
        struct ms_rrset *s = ms_rrsets_find(ret, name, types[i]);

        if (!s || !s->n) {
            continue;
        }
        if (!ms_rrsets_find(probes, sister, types[i])) {
            (void)ms_rrsets_get(probes, sister, types[i]); /* asked once */
            if (ask_one(u, sister, types[i], probes, err) < 0) {
                return -1;
            }
        }
        s = ms_rrsets_find(ret, name, types[i]);
        if (is_same(s, ms_rrsets_find(probes, sister, types[i]))) {
            s->n = 0;
        }
    }
    return 0;
}

int ms_rfc2136_fetch(void *impl, const struct ms_push_zone_id *z, const struct ms_rrsets *ask,
                     struct ms_rrsets *ret, struct ms_err *err)
{
    struct ms_rfc2136 *u = impl;
    ms_auto_rrsets struct ms_rrsets probes = {0};

    ms_rrsets_init(&probes);
    for (size_t i = 0; i < ask->n; i++) {
        const struct ms_rrset *s = &ask->v[i];

        if (ask_one(u, s->name, s->type, ret, err) < 0 ||
            (strcmp(s->name, z->name) != 0 &&
             forget_wildcard(u, s->name, s->type, &probes, ret, err) < 0)) {
            return -1;
        }
    }
    return 0;
}
