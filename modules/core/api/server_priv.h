/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What server.c and reply.c share. Private to this room.
 */
#ifndef MS_API_SERVER_PRIV_H
#define MS_API_SERVER_PRIV_H

#include <jansson.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <sys/types.h>

#include "modules/core/api/routes.h"
#include "modules/core/api/server.h"

struct ms_api {
    struct MHD_Daemon *mhd;
    int epoll_fd; /* borrowed from mhd */
    uid_t owner;
    gid_t gid;
    const struct ms_api_backend *backend;
    void *arg;
    struct ms_api_request *requests; /* all that are not completed */
    int64_t heartbeat_ms;            /* monotonic: when the next empty lines are due */
    bool closing;
};

struct ms_api_request {
    struct ms_api *api;
    struct MHD_Connection *conn;
    struct ms_api_request *prev, *next;
    const struct ms_route *route;
    char *name; /* decoded segment */
    char *upload;
    size_t upload_len, upload_cap;
    json_t *body;
    bool dispatched, suspended, refresh;
    unsigned call_status;
    /* the answer, once there is one */
    struct MHD_Response *response;
    unsigned status;
    /* a followed job */
    struct ms_job *job;
    uint64_t job_pos;
    bool heartbeat;
    struct ms_buf out;
    size_t out_pos;
};

/* Give the answer to libmicrohttpd, now or when the connection has been resumed. */
void ms_api_wake(struct ms_api_request *rq);

/* HTTP status of an error. */
unsigned ms_api_http_status(const struct ms_err *err);

/* The problem document (RFC 9457) of an error; further lines of its message are "diagnostics". */
json_t *ms_api_problem(const struct ms_err *err);

#endif
