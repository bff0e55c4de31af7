/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a domain changes its DKIM keys: new keys are announced, then sign together with the old ones,
 * then alone; the old ones are revoked and at last forgotten. Every message that was signed on the
 * way can be verified for as long as it may travel. What is kept is one small file
 * (ms_dkim_rotation), replaced as a whole, and each step can be done again: a process may be killed
 * at any point. Steps wait for time and for the DNS, which the caller asks (ms_dkim_visible).
 */
#ifndef MS_DKIM_DKIM_H
#define MS_DKIM_DKIM_H

#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"
#include "modules/core/pki/pki.h"
#include "modules/core/resolve/resolve.h"

enum {
    MS_DKIM_KNOWN_S = 3600,       /* new records are served everywhere: until they sign; as long as
                                     a resolver may remember that they were not there */
    MS_DKIM_BOTH_S = 24 * 3600,   /* old and new keys sign */
    MS_DKIM_TRAVEL_S = 48 * 3600, /* beyond the time in our queue: in the queues of others */
    MS_DKIM_REVOKED_S = 30 * 24 * 3600, /* revoked records stay */
};

/* A domain and what is to be done. All borrowed. */
struct ms_dkim_change {
    const char *state, *domain;
    const char *selector; /* as in site.yaml */
    unsigned algorithms;  /* MS_DKIM_ bits */
    int64_t now_s;        /* UTC */
    int64_t queue_s;      /* how long a message may wait in our queue */
    bool hurry;           /* do not wait for the time of the next step */
    bool force;           /* nor for the DNS */
    /* Whether every name server has the records of the keys: 1, or 0 with a phrase why not. */
    int (*visible)(void *arg, const char *domain, const struct ms_dkim_keys *keys,
                   char why[MS_DKIM_WHY]);
    void *arg;
};

/* Begin a change: the new keys are made and announced. MS_EBUSY while one is under way. */
int ms_dkim_begin(const struct ms_dkim_change *c, struct ms_err *err) ms_must_use;

/* Do the next step if it is due. *ret_changed: keys sign or sign no more, or records are others. A
 * domain without a change is left alone. */
int ms_dkim_step(const struct ms_dkim_change *c, bool *ret_changed, struct ms_err *err) ms_must_use;

/* When the next step is due: INT64_MAX when no change is under way, or the DNS has to be waited
 * for. */
int64_t ms_dkim_due_s(const struct ms_dkim_rotation *r, int64_t queue_s);

/* What a change waits for and what has to be done by hand, one line without its end; nothing when
 * none is under way. pushes: records are written by us. */
void ms_dkim_todo(const struct ms_dkim_rotation *r, const char *domain, bool pushes,
                  int64_t queue_s, struct ms_buf *out);

/* Ask all name servers of the domain for the records of the keys that are published or sign. Each
 * server must answer on one of its addresses, and no address may answer anything else. Returns 1,
 * or 0 with the reason. */
int ms_dkim_visible(struct ms_resolver *r, const char *domain, const struct ms_dkim_keys *keys,
                    int64_t end_ms, char why[MS_DKIM_WHY]);

#endif
