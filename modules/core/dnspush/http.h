/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to the API of a DNS provider: JSON over HTTPS with a token. TLS is verified, redirects
 * are refused (they would carry the token elsewhere), every request and answer has a bound in time
 * and size, and an answer that asks to wait is honoured. How a request travels is a function, so
 * that tests can play recorded exchanges.
 */
#ifndef MS_DNSPUSH_HTTP_H
#define MS_DNSPUSH_HTTP_H

#include <jansson.h>
#include <stdint.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"

enum {
    MS_DNSAPI_ANSWER_MAX = 8 << 20, /* bytes of an answer */
    MS_DNSAPI_TIMEOUT_S = 30,       /* of one request */
    MS_DNSAPI_CONNECT_S = 10,
    MS_DNSAPI_TRIES = 4,   /* when the provider asks to wait */
    MS_DNSAPI_WAIT_S = 60, /* longest wait that is kept; longer ones are told */
    MS_DNSAPI_PAGES = 200  /* of one list */
};

struct ms_dnsapi_request {
    const char *method; /* "GET" */
    const char *url;    /* the whole */
    const char *header; /* "Authorization: Bearer ..." */
    const char *body;   /* JSON text, or NULL */
};

struct ms_dnsapi_answer {
    long status;
    struct ms_buf body;    /* initialised by the caller */
    int64_t retry_after_s; /* how long to wait, -1: not told */
    char next[2048];       /* URL of the next page (RFC 8288 rel="next"), "" for none */
};

/* Do one request. MS_EUNREACH, MS_ETIME or MS_ETLS when there is no answer. */
typedef int (*ms_dnsapi_send)(void *arg, const struct ms_dnsapi_request *rq,
                              struct ms_dnsapi_answer *ret, struct ms_err *err);

/* An API: where it is, the token, and how requests travel. */
struct ms_dnsapi {
    const char *name; /* "cloudflare", for messages */
    char *base;       /* URL without a slash at its end */
    char *header;     /* with the token */
    ms_dnsapi_send send;
    void *arg;
    void (*wait)(void *arg, int64_t ms); /* while the provider asks to */
};

/* Prepare one. base may end with a slash; header_name is what stands before the token,
 * "Authorization: Bearer ". name is borrowed. */
void ms_dnsapi_init(struct ms_dnsapi *a, const char *name, const char *base,
                    const char *header_name, const char *token);

/* Wipe and free the content. Accepts a zeroed one. */
void ms_dnsapi_done(struct ms_dnsapi *a);

/* One call. path begins with a slash, or is a whole URL below base. body is borrowed and may be
 * NULL; *ret (may be NULL) gets the JSON of the answer, owned by the caller (NULL when it has
 * none); next (may be NULL, 2048 bytes) the URL of the next page. A 404 is MS_ENOTFOUND, 401 and
 * 403 are MS_EINVAL, other refusals MS_EIO with what the provider said. */
struct ms_dnsapi_call {
    const char *method, *path;
    const json_t *body;
    char *next;
};
int ms_dnsapi_run(struct ms_dnsapi *a, const struct ms_dnsapi_call *c, json_t **ret,
                  struct ms_err *err) ms_must_use;

/* Other bounds than those above, and another certificate authority than those of the host. */
struct ms_dnsapi_limits {
    long timeout_ms, connect_ms;
    const char *ca; /* a PEM file, or NULL: those of the host */
};

/* The way over the network (libcurl). arg: struct ms_dnsapi_limits, or NULL. */
int ms_dnsapi_curl(void *arg, const struct ms_dnsapi_request *rq, struct ms_dnsapi_answer *ret,
                   struct ms_err *err) ms_must_use;

/* Take what matters of one header line of n bytes into an answer; now_s is for dates. */
void ms_dnsapi_header(struct ms_dnsapi_answer *a, const char *line, size_t n, int64_t now_s);

#endif
