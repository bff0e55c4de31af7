/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The description of the API for programs (OpenAPI 3.1) and for people (Markdown), both made from
 * the table of routes (routes.h), the operations (ops.h) and the schemas (schemas.h). Pure.
 */
#ifndef MS_API_OPENAPI_H
#define MS_API_OPENAPI_H

#include <jansson.h>

#include "modules/core/base/buf.h"

/* The document. The caller owns the reference. */
json_t *ms_openapi(void) ms_must_use;

/* A reference manual: every route, then every schema. */
void ms_openapi_markdown(struct ms_buf *b);

/* The name of a scope, as tokens have it. */
const char *ms_scope_name(int scope);

#endif
