/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client side of the control API: HTTP over the supervisor's Unix socket (libcurl). Blocking,
 * used by the command line only. Errors: MS_EUNREACH when nobody listens at the socket or the
 * answer ends early, MS_EIO when the socket may not be opened, MS_ETIME; a problem document
 * (RFC 9457) becomes the code that it names ("not-found" is MS_ENOTFOUND, ...), with its detail as
 * the message, its diagnostics as further lines of the message, and the HTTP status in err->sys.
 */
#ifndef MS_API_CLIENT_H
#define MS_API_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "modules/core/base/err.h"

/* Where the supervisor of that state directory listens: /run/mailstead/control.sock for
 * /var/lib/mailstead, else STATE/control.sock. The caller frees it. */
char *ms_client_socket_path(const char *state) ms_must_use;

/* One request. path begins with "/api/v1/"; names in it must be escaped (ms_client_escape). body
 * may be NULL. timeout_ms bounds the whole call; 0: 60 s. ret may be NULL; otherwise *ret gets the
 * answer, owned by the caller (JSON null for an empty answer). Answers above 64 MiB are refused. */
struct ms_client_request {
    const char *method, *path;
    const json_t *body;
    int64_t timeout_ms;
};
int ms_client_request(const char *socket, const struct ms_client_request *rq, json_t **ret,
                      struct ms_err *err) ms_must_use;

/* The same with the default bound on time. */
int ms_client_call(const char *socket, const char *method, const char *path, const json_t *body,
                   json_t **ret, struct ms_err *err) ms_must_use;

/* One event (a JSON object; borrowed). Return 0 to go on, -1 to end the stream early. */
typedef int (*ms_client_event)(void *arg, const json_t *event);

/* Read a stream of events (application/x-ndjson, lines of at most 64 KiB) until the server ends it
 * or on_event says -1; both give 0. There is no bound on time. A stream that breaks off is
 * MS_EUNREACH: the supervisor is gone; whether the job itself ended well is told by its "end"
 * event. */
int ms_client_stream(const char *socket, const char *path, ms_client_event on_event, void *arg,
                     struct ms_err *err) ms_must_use;

/* How a job ended: "ok" and "changed" of its "end" event, and that event's text. */
struct ms_client_end {
    bool ok, changed;
    char *text; /* "" when there is none; freed by the caller */
};

/* Start a job and follow it to its end: POST /jobs with body ({"kind": "up", "wait": true, ...}),
 * then its events (on_event may be NULL). A job that failed is not an error of this call: see
 * ret->ok. */
int ms_client_job(const char *socket, const json_t *body, ms_client_event on_event, void *arg,
                  struct ms_client_end *ret, struct ms_err *err) ms_must_use;

/* Percent-encode a name for use as a part of a path or as a query value. The caller frees it. */
char *ms_client_escape(const char *name) ms_must_use;

/* Start the supervisor by hand where no systemd does: program (absolute path of mailsteadd) in a
 * session of its own, output to STATE/mailsteadd.log (0640); then wait until it answers, at most
 * timeout_ms. MS_EBUSY cannot happen: a supervisor that runs already just answers. On failure the
 * message holds the last lines of the log. */
int ms_client_start(const char *program, const char *site, const char *state, int64_t timeout_ms,
                    struct ms_err *err) ms_must_use;

#endif
