/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the key of the host's certificate is changed without a moment in which a TLSA record (RFC
 * 6698, RFC 7671 8.1) does not fit: the hash of the next key must be with every name server, then
 * as long as anybody may remember the records of before, and only then is a certificate asked for
 * that key. What is kept is one small file, keys/tls/.roll.json, replaced as a whole; each step can
 * be done again. Mode acme only: elsewhere the key stays. Times are seconds since 1970 (UTC).
 */
#ifndef MS_PKI_CERT_ROLL_H
#define MS_PKI_CERT_ROLL_H

#include "modules/core/base/hash.h"
#include "modules/core/pki/certs.h"

enum ms_roll_phase {
    MS_ROLL_IDLE,
    MS_ROLL_PUBLISH, /* until every name server has the hash */
    MS_ROLL_KNOWN,   /* until nobody remembers the records of before */
    MS_ROLL_SWITCH,  /* a certificate for the next key is to be had */
    MS_ROLL__COUNT
};

enum { MS_ROLL_WHY = 300, MS_ROLL_TTL_S = 3600 }; /* least time in MS_ROLL_KNOWN */

struct ms_cert_roll {
    enum ms_roll_phase phase;
    int64_t since_s;
    int64_t ttl_s;           /* MS_ROLL_KNOWN: how long it lasts */
    char hash[MS_HASH_TEXT]; /* of the key that shall be used */
    char why[MS_ROLL_WHY];   /* MS_ROLL_PUBLISH: what the last look lacked; "" for none */
};

/* What is kept; idle when there is nothing, or no such file can be read. */
void ms_cert_roll_read(const char *state, struct ms_cert_roll *ret);

/* One turn. All borrowed. */
struct ms_cert_roll_turn {
    const char *state;
    const struct ms_site *site;
    int64_t now_s;
    /* Whether every name server has a TLSA record with the hash on every port that has one: 1 with
     * the largest TTL, or 0 with a phrase why not. */
    int (*visible)(void *arg, const char *hash, int64_t *ret_ttl_s, char why[MS_ROLL_WHY]);
    void *arg;
};

/* Begin. MS_EBUSY while one is under way, MS_EINVAL without a next key. */
int ms_cert_roll_begin(const struct ms_cert_roll_turn *t, struct ms_err *err) ms_must_use;

/* Do what can be done now. Idle: nothing. *ret_changed: the phase is another one. */
int ms_cert_roll_step(const struct ms_cert_roll_turn *t, bool *ret_changed, struct ms_err *err)
    ms_must_use;

/* What it waits for and what has to be done by hand, one line without its end; nothing when idle.
 * pushes: records are written by us. */
void ms_cert_roll_todo(const struct ms_cert_roll *r, const char *host, bool pushes,
                       struct ms_buf *out);

#endif
