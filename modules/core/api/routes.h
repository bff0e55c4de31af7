/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one table of what the API answers to: method, path, handler, what may use it, the
 * shapes of body and answer, one line of documentation. Matching is pure.
 */
#ifndef MS_API_ROUTES_H
#define MS_API_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

#include "modules/core/base/err.h"

struct ms_api_request;

/* What a token must be good for. Each row names the least: a token for READ may read all rows but
 * those that are OPERATE or ALL, one for DIRECTORY may also write the DIRECTORY rows, one for
 * OPERATE read and write all but the directory's. */
enum ms_scope { MS_SCOPE_READ, MS_SCOPE_DIRECTORY, MS_SCOPE_OPERATE, MS_SCOPE_ALL };

struct ms_route {
    const char *method;
    const char *pattern; /* "/api/v1/jobs/{}/events": {} is one segment */
    void (*handler)(struct ms_api_request *rq);
    enum ms_scope scope;
    const char *query;    /* names of the query parameters, with spaces between; NULL: none */
    const char *request;  /* schema of the body: an op whose first member is the segment when there
                           * is one, else a name of schemas.h; NULL: there is no body */
    unsigned status;      /* of success */
    const char *response; /* a type of schemas.h; "Name*": lines, each of that type */
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

/* The methods that the path takes, with commas between; NULL when it is no path of ours. The caller
 * frees it. */
char *ms_route_methods(const char *path) ms_must_use;

#endif
