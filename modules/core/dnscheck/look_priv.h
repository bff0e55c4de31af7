/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was looked up for a group of domains, and the functions that judge it. A judging function
 * reads what is here and adds results; only ms_judge_spf and what probes ask further.
 */
#ifndef MS_DNSCHECK_LOOK_PRIV_H
#define MS_DNSCHECK_LOOK_PRIV_H

#include "modules/core/dnscheck/dnscheck.h"

enum { MS_LOOK_SERVERS = 6 }; /* addresses of a zone that are asked for every record */

/* A zone that records lie in. */
struct ms_look_zone {
    const char *name;         /* as the records have it: a domain of the site, the host's name, or a
                                 zone that is delegated to us */
    struct ms_zone_servers s; /* the real zone */
    struct ms_zone_servers parent;
    size_t soa;       /* questions: the SOA at each server */
    size_t parent_ns; /* question: the NS records at a server of the parent; 0: none */
    size_t wild;      /* three questions for a name that should not exist */
};

/* The records of one name and type. */
struct ms_look_set {
    const char *name, *type;
    const struct ms_record **want;
    size_t n_want;
    struct ms_look_zone *zone; /* NULL: somebody else's (PTR) */
    size_t via;                /* question through the resolver; those to the servers follow */
    size_t n_straight;
};

struct ms_look_scope {
    const char *name;
    bool host; /* else a domain */
    struct ms_look_set *sets;
    size_t n_sets;
    size_t cname; /* host: question for a CNAME at its name; domain: for CAA at its name */
};

struct ms_look {
    const struct ms_dnscheck_in *in;
    struct ms_arena *a;
    int64_t end_ms;
    struct ms_question *q; /* index 0 is not used */
    size_t n_q, cap_q;
    struct ms_look_zone *zones;
    size_t n_zones;
    struct ms_look_scope *scopes;
    size_t n_scopes;
};

/* The records of n scopes, looked up. */
void ms_look_gather(struct ms_look *l, const char *const *scopes, size_t n);
void ms_look_done(struct ms_look *l);

/* The answer to judge a record by: that of the first of the zone's servers that has the wanted
 * value, else of the first that answers, else the resolver's. *ret_where gets who gave it. */
const struct ms_answer *ms_look_best(const struct ms_look *l, const struct ms_look_set *set,
                                     const char *want, const char **ret_where);

/* The set of a record id in a scope, or NULL. */
const struct ms_look_set *ms_look_find(const struct ms_look_scope *s, const char *id,
                                       const struct ms_record **ret_record);

/* Values in one line, "a", "b". In a. */
const char *ms_look_values(const struct ms_rr *v, size_t n, struct ms_arena *a);

/* Judge. */
void ms_judge_set(const struct ms_look *l, const struct ms_look_scope *s,
                  const struct ms_look_set *set, struct ms_checks *out);
void ms_judge_zone(const struct ms_look *l, const struct ms_look_zone *z, struct ms_checks *out);
/* Our own name server, for each zone of the scope that is delegated to it. */
void ms_judge_served(const struct ms_look *l, const struct ms_look_scope *s, struct ms_checks *out);
void ms_judge_spf(const struct ms_look *l, const struct ms_look_scope *s, struct ms_checks *out);
void ms_judge_caa(const struct ms_look *l, const struct ms_look_scope *s, struct ms_checks *out);
void ms_judge_host_name(const struct ms_look *l, const struct ms_look_scope *s,
                        struct ms_checks *out);

/* Connect to the site's services, and ask block lists: what is not only DNS. */
void ms_probe_services(const struct ms_look *l, struct ms_checks *out);

/* The policy of each domain (RFC 8461), fetched over HTTPS. */
void ms_probe_policies(const struct ms_look *l, struct ms_checks *out);

/* What came of fetching one. */
struct ms_sts_fetched {
    const char *url, *error; /* error NULL: an answer came */
    const char *body;
    long status; /* of HTTP */
};

/* Judge one. */
void ms_judge_policy(const struct ms_look *l, const struct ms_look_scope *s,
                     const struct ms_sts_fetched *f, struct ms_checks *out);

/* The host's port 25: its name and its certificate. */
void ms_probe_smtp(const struct ms_look *l, const struct ms_look_scope *s, struct ms_checks *out);

/* Whether the servers of domains that everybody knows can be reached at the port, which is 25. */
void ms_probe_outbound(const struct ms_look *l, const struct ms_look_scope *s, uint16_t port,
                       struct ms_checks *out);

/* Take over what `doctor` says of the clock. */
void ms_take_clock(const struct ms_look_scope *s, const struct ms_checks *clock,
                   struct ms_checks *out);

/* Whether lists of senders of spam name the host's addresses or the domain. */
void ms_probe_blocklists(const struct ms_look *l, const struct ms_look_scope *s,
                         struct ms_checks *out);

#endif
