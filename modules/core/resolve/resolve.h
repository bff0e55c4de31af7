/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-ups in the DNS: through a resolver (validating, libunbound) or straight to one name server
 * (what it says itself, without recursion). Many questions are asked at once; the whole has an end
 * in time. Nothing here reads the host's resolv.conf or hosts file.
 */
#ifndef MS_RESOLVE_RESOLVE_H
#define MS_RESOLVE_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "modules/core/base/arena.h"
#include "modules/core/base/err.h"

/* How a question ended. */
enum ms_answer_state {
    MS_ANSWER_FAILED,   /* nothing can be said: see why */
    MS_ANSWER_FOUND,    /* there are values */
    MS_ANSWER_NODATA,   /* the name exists, without records of the type */
    MS_ANSWER_NXDOMAIN, /* the name does not exist */
    MS_ANSWER_STATE__COUNT
};

/* What DNSSEC says of an answer. One that came straight from a name server is never validated. */
enum ms_security {
    MS_SECURITY_INSECURE, /* not signed, or not validated */
    MS_SECURITY_SECURE,
    MS_SECURITY_BOGUS, /* the signatures do not fit: resolvers refuse the answer */
    MS_SECURITY__COUNT
};

enum ms_section { MS_SECTION_ANSWER, MS_SECTION_AUTHORITY, MS_SECTION_ADDITIONAL };

/* One record of an answer. Names are in lower case with a final dot. */
struct ms_rr {
    enum ms_section section;
    const char *name, *type;
    uint32_t ttl;
    const char *text; /* presentation form; for TXT and SPF the bare text, its strings joined, with
                         a NUL as "\000" */
    const unsigned char *data; /* uncompressed; names in lower case */
    size_t len;
};

struct ms_answer {
    enum ms_answer_state state;
    enum ms_security security;
    int rcode;             /* as in RFC 6895 (2 is SERVFAIL), -1: there was no answer */
    bool authoritative;    /* the server says that the zone is its own */
    const char *canonical; /* the name at the end of the CNAMEs; the name itself without any */
    const char *why;       /* FAILED or BOGUS: one phrase, "no answer within 4 s"; else NULL */
    uint32_t ttl;          /* least of the values; 0 without any */
    const struct ms_rr *v; /* the values: records of the type at the canonical name */
    size_t n;
    const struct ms_rr *all; /* every record of the answer, values too */
    size_t n_all;
};

struct ms_question {
    const char *name;        /* with or without the final dot */
    const char *type;        /* "MX" */
    const char *server;      /* an address, "192.0.2.1" or "192.0.2.1@5353", that is asked straight;
                                NULL:      through the resolver */
    struct ms_answer answer; /* filled in */
};

struct ms_resolver;

struct ms_resolver_conf {
    const char *const *forward; /* resolvers that are asked, addresses as above; none: the root
                                   servers and down */
    size_t n_forward;
    const char *anchors;  /* file with the trust anchors, zone-file form; NULL: nothing is validated
                           */
    unsigned concurrency; /* questions at the same time; 0: 128, at most 512 */
    unsigned try_ms;      /* until a server that is asked straight is asked again; 0: 1500 */
};

/* Where Debian keeps the root's trust anchor (package dns-root-data). */
#define MS_RESOLVE_ROOT_ANCHOR "/usr/share/dns/root.key"

/* A resolver. MS_EINVAL for addresses or a file that cannot be used. Free it with
 * ms_resolver_free. */
int ms_resolver_new(const struct ms_resolver_conf *conf, struct ms_resolver **ret,
                    struct ms_err *err) ms_must_use;

/* Free it and its cache. Accepts NULL. */
void ms_resolver_free(struct ms_resolver *r);
MS_DEFINE_CLEANUP(struct ms_resolver, ms_resolver_free)

/* Answer the n questions, at most conf->concurrency at the same time. It ends when all are
 * answered, at end_ms (ms_time_mono_ms) at the latest: what is open then has FAILED. A server that
 * is asked straight is tried three times over UDP, then over TCP where the answer was cut off; one
 * that was silent for three questions in a row is not asked again by this resolver. Answers are
 * allocated in a. Never fails as a whole. */
void ms_resolve(struct ms_resolver *r, struct ms_question *q, size_t n, int64_t end_ms,
                struct ms_arena *a);

/* The same value in the same words: names in lower case, hexadecimal in lower case without spaces,
 * addresses in their canonical form. Text that is no value of the type is left alone. In a. */
const char *ms_resolve_canonical(const char *type, const char *text, struct ms_arena *a)
    ms_must_use;

/* One address of a name server. */
struct ms_ns {
    const char *name;    /* with its final dot */
    const char *address; /* NULL: the name has none */
};

/* The zone that a name lies in, and who serves it. */
struct ms_zone_servers {
    const char *zone; /* with its final dot; NULL: it could not be found, see why */
    const char *why;
    enum ms_security security; /* of the zone's SOA record */
    struct ms_ns *v;           /* each address of each server; a server without one has one entry */
    size_t n;
};

/* Find the zone that name lies in and its servers with their addresses, through the resolver;
 * n names at once. Results are in the arena. At most 32 addresses of a zone. */
void ms_resolve_zones(struct ms_resolver *r, const char *const *names, size_t n, int64_t end_ms,
                      struct ms_arena *a, struct ms_zone_servers *ret);

#endif
