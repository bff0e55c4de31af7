/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the HTTP side share.
 */
#ifndef MS_ENGINE_HTTP_PRIV_H
#define MS_ENGINE_HTTP_PRIV_H

#include <curl/curl.h>

#include "modules/core/engine/http.h"

struct ms_http {
    CURL *easy;
    char *path;    /* of the socket */
    char *version; /* "/v1.41" */
};

/* Check the path of a socket. */
int ms_http_check_path(const char *path, struct ms_err *err) ms_must_use;

/* What every connection to the engine has in common. path must outlive the handle. */
void ms_http_setup(CURL *easy, const char *path);

/* Set err for a transfer that failed with c. path is the socket's. Returns -1. */
int ms_http_curl_error(CURL *easy, CURLcode c, const char *path, struct ms_err *err);

/* Set err for an answer with that status and body. Returns -1. */
int ms_http_status_error(long status, const char *body, struct ms_err *err);

#endif
