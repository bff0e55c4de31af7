/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one table of what the API answers to: method, path, handler, one line of documentation.
 * Matching is pure.
 */
#ifndef MS_API_ROUTES_H
#define MS_API_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

#include "modules/core/base/err.h"

struct ms_api_request;

struct ms_route {
    const char *method;
    const char *pattern; /* "/api/v1/jobs/{}/events": {} is one segment */
    void (*handler)(struct ms_api_request *rq);
    bool has_body; /* a JSON object is expected */
    const char *doc;
};

/* All of them; *ret_n gets their number. */
const struct ms_route *ms_routes(size_t *ret_n);

/* The route of a request. path is the raw path without the query. Returns 1 and the decoded segment
 * in *ret_name (freed by the caller, NULL when the pattern has none); 0 when no route has the path;
 * -1 with MS_EINVAL when the segment cannot be decoded, or when only the method does not fit
 * (err->sys is 405 then). */
int ms_route_match(const char *method, const char *path, const struct ms_route **ret,
                   char **ret_name, struct ms_err *err) ms_must_use;

#endif
