/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shapes of what the API takes and gives, as one table and as JSON Schema (2020-12). A type is
 * "string", "integer", "number", "boolean", "time" (RFC 3339, UTC), "object" or "any", or the name
 * of a schema; "[T]" is a list of T, and "T?" may be null. Answers may have members that are not
 * named here. Pure.
 */
#ifndef MS_API_SCHEMAS_H
#define MS_API_SCHEMAS_H

#include <jansson.h>
#include <stdbool.h>

#include "modules/core/base/cleanup.h"

struct ms_schema_member {
    const char *name;
    const char *type;
    bool optional;
    const char *doc; /* NULL: the name says it */
};

struct ms_schema {
    const char *name;
    const char *doc;
    const struct ms_schema_member *members; /* the last one has a NULL name */
    bool closed;                            /* other members are refused */
};

/* All of them; the last one has a NULL name. */
extern const struct ms_schema ms_schemas[];

/* The JSON Schema of a type. The caller owns the reference. */
json_t *ms_schema_of_type(const char *type) ms_must_use;

/* The JSON Schema of one of the table. The caller owns the reference. */
json_t *ms_schema_json(const struct ms_schema *s) ms_must_use;

#endif
