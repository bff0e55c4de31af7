/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP to the container engine over its Unix socket (libcurl): one call at a time, each with a
 * bound on time and on the size of the answer, and errors that say what failed and how to mend it.
 * Knows nothing of what is asked; that is in docker_*.c. One ms_http belongs to one process.
 */
#ifndef MS_ENGINE_HTTP_H
#define MS_ENGINE_HTTP_H

#include <jansson.h>
#include <stdint.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"
#include "modules/core/engine/engine.h"

#define MS_ENGINE_SOCKET "/var/run/docker.sock"

enum {
    MS_HTTP_CONNECT_MS = 5000,
    MS_HTTP_TIMEOUT_MS = 30000,   /* of an ordinary call */
    MS_HTTP_BODY_MAX = 16 << 20,  /* largest JSON answer */
    MS_HTTP_ERROR_MAX = 64 << 10, /* what is kept of an error's body */
};

struct ms_http;

/* Takes a piece of a streamed answer: 0 go on, 1 enough (the call succeeds), -1 failed with err
 * set. */
typedef int (*ms_http_data)(void *arg, const char *p, size_t n, struct ms_err *err);

/* One request. path begins with '/', is escaped and has its query; the API's version is put before
 * it. Members left out are 0. */
struct ms_http_request {
    const char *method;
    const char *path;
    const json_t *body;      /* sent as JSON when not NULL */
    ms_engine_source source; /* or the body as it comes, chunked, of content type application/x-tar
                              */
    void *source_arg;
    ms_http_data on_data; /* streamed answer; NULL: it is collected */
    void *data_arg;
    int64_t timeout_ms; /* whole call; 0: MS_HTTP_TIMEOUT_MS, -1: none */
};

/* Speak to the socket at path (NULL: MS_ENGINE_SOCKET). Does not connect yet. MS_EINVAL when the
 * path is longer than the 107 bytes a Unix socket address holds. */
int ms_http_new(const char *path, struct ms_http **ret, struct ms_err *err) ms_must_use;

/* Close it. Accepts NULL. */
void ms_http_free(struct ms_http *h);
MS_DEFINE_CLEANUP(struct ms_http, ms_http_free)

/* Put "/v1.41" before every path from now on ("" at first). */
void ms_http_set_version(struct ms_http *h, const char *version);

/* Make the call. An answer of 2xx or 304 is success; others are MS_ENOTFOUND (404) or MS_EENGINE
 * with the status and the engine's own message. *ret (may be NULL) gets the collected JSON, NULL
 * when the answer has no body; the caller owns it. */
int ms_http_call(struct ms_http *h, const struct ms_http_request *r, json_t **ret,
                 struct ms_err *err) ms_must_use;

/* POST r->body to r->path and take over the connection (RFC 9110, 7.8 Upgrade; the engine also
 * answers 200 and just goes on): send input, then end that direction, and hand what comes to
 * r->on_data until the engine closes. r->timeout_ms bounds the whole. */
int ms_http_hijack(struct ms_http *h, const struct ms_http_request *r, const struct ms_buf *input,
                   struct ms_err *err) ms_must_use;

/* The process at the other end of the last call's connection; 0 unknown. */
pid_t ms_http_peer(struct ms_http *h);

/* s with all but unreserved characters (RFC 3986, 2.3) percent-encoded. The caller frees it. */
char *ms_http_escape(const char *s) ms_must_use;

/* "filters=..." with one filter {name: {value: true}}, escaped. The caller frees it. */
char *ms_http_filter(const char *name, const char *value) ms_must_use;

#endif
