/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the room share and its tests look at.
 */
#ifndef MS_RESOLVE_RESOLVE_PRIV_H
#define MS_RESOLVE_RESOLVE_PRIV_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "modules/core/base/buf.h"
#include "modules/core/resolve/resolve.h"

enum {
    MS_DNS_PORT = 53,
    MS_PACKET_MAX = 65535,
    MS_PACKET_UDP = 1232, /* what we say that we take (DNS flag day 2020) */
    MS_PACKET_RRS = 2048, /* records of an answer that are looked at */
    MS_CNAME_MAX = 12,    /* steps of a chain */
    MS_QUERY_MAX = 12 + 255 + 4 + 11,
    MS_RESOLVER_PATIENCE_MS = 6000, /* for one question through the resolver */
};

/* A question name in lower case with its final dot; NULL when it is no name. In a. */
const char *ms_packet_name(const char *name, struct ms_arena *a) ms_must_use;

/* Write a query of class IN without the wish for recursion; edns adds an OPT record with our size
 * (RFC 6891). Returns its length, 0 when name or type is none. */
size_t ms_packet_query(const char *name, const char *type, uint16_t id, bool edns,
                       unsigned char out[MS_QUERY_MAX]);

/* Whether the packet is an answer to the query: same id, same question. */
bool ms_packet_answers(const unsigned char *query, size_t n_query, const unsigned char *p,
                       size_t n);

/* The bits that decide how a packet is treated; n >= 12. */
bool ms_packet_truncated(const unsigned char *p);
int ms_packet_rcode(const unsigned char *p);

/* Read an answer. straight: it came from a name server, which has to be one of the zone's. Bytes
 * that are no packet make it FAILED. */
void ms_packet_read(const unsigned char *p, size_t n, const struct ms_question *q, bool straight,
                    struct ms_arena *a, struct ms_answer *ret);

/* Make an answer FAILED. why is borrowed. */
void ms_answer_fail(struct ms_answer *answer, const char *why);

/* "192.0.2.1" or "192.0.2.1@5353" as a socket address; -1 when it is none. */
int ms_server_parse(const char *text, struct sockaddr_storage *ret, socklen_t *ret_n) ms_must_use;

/* --- one question to one server */

struct ms_straight;

/* Begin. NULL: the answer has FAILED already. q and a must live until ms_straight_free. */
struct ms_straight *ms_straight_begin(struct ms_question *q, unsigned try_ms, int64_t now_ms,
                                      struct ms_arena *a);

/* What to wait for. */
int ms_straight_fd(const struct ms_straight *s);
short ms_straight_events(const struct ms_straight *s);
int64_t ms_straight_due_ms(const struct ms_straight *s);

/* Go on after an event or when it is due. True: the answer is complete. */
bool ms_straight_step(struct ms_straight *s, short revents, int64_t now_ms);

/* Whether the server was silent to the end. */
bool ms_straight_silent(const struct ms_straight *s);

/* Accepts NULL. */
void ms_straight_free(struct ms_straight *s);
MS_DEFINE_CLEANUP(struct ms_straight, ms_straight_free)

/* --- questions through the resolver */

struct ms_recursion;

int ms_recursion_new(const struct ms_resolver_conf *conf, struct ms_recursion **ret,
                     struct ms_err *err) ms_must_use;
void ms_recursion_free(struct ms_recursion *r);

/* Begin: done(arg) is called from ms_recursion_step once q->answer is complete. *ret_id is for
 * ms_recursion_cancel. -1: the answer has FAILED already. */
int ms_recursion_begin(struct ms_recursion *r, struct ms_question *q, struct ms_arena *a,
                       void (*done)(void *arg), void *arg, int *ret_id) ms_must_use;

/* Give up one; done is not called any more. */
void ms_recursion_cancel(struct ms_recursion *r, int id);

/* What to wait for (POLLIN), and what to do then. */
int ms_recursion_fd(const struct ms_recursion *r);
void ms_recursion_step(struct ms_recursion *r);

#endif
