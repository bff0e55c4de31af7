/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operations that a call worker does ("mailsteadd -x call"): their names and the shape of their
 * requests, checked by the server before a worker is started and again by the worker. Pure; what
 * the values mean is checked by the worker only.
 */
#ifndef MS_API_OPS_H
#define MS_API_OPS_H

#include <jansson.h>
#include <stdbool.h>

#include "modules/core/base/err.h"

enum ms_op {
    MS_OP_DOMAIN_LIST,
    MS_OP_DOMAIN_SHOW,
    MS_OP_DOMAIN_ADD,
    MS_OP_DOMAIN_DELETE,
    MS_OP_MAILBOX_LIST,
    MS_OP_MAILBOX_SHOW,
    MS_OP_MAILBOX_ADD,
    MS_OP_MAILBOX_SET,
    MS_OP_MAILBOX_DELETE,
    MS_OP_MAILBOX_RENAME,
    MS_OP_ALIAS_LIST,
    MS_OP_ALIAS_SHOW,
    MS_OP_ALIAS_SET,
    MS_OP_ALIAS_DELETE,
    MS_OP_APP_PASSWORD_LIST,
    MS_OP_APP_PASSWORD_ADD,
    MS_OP_APP_PASSWORD_DELETE,
    MS_OP_REPORTS,
    MS_OP_SPAM_SHOW,
    MS_OP_SPAM_SET,
    MS_OP_QUEUE_LIST,
    MS_OP_QUEUE_SHOW,
    MS_OP_QUEUE_ACTION,
    MS_OP_BAN_LIST,
    MS_OP_BAN_ADD,
    MS_OP_BAN_DELETE,
    MS_OP_DKIM_LIST,
    MS_OP_DKIM_ROTATE,
    MS_OP_DNS_CHECK,
    MS_OP_DKIM_TURN, /* the supervisor's own: go on with changes of keys */
    MS_OP_TEST,
    MS_OP_HOUSEKEEPING, /* the supervisor's own: now and then */
    MS_OP_SNAPSHOT,     /* the supervisor's own: what runs */
    MS_OP_NOTES,        /* the same: what services say about themselves */
    MS_OP__COUNT
};

enum {
    MS_OP_REQUEST_MAX = 1024 * 1024,     /* bytes of a request */
    MS_OP_ANSWER_MAX = 32 * 1024 * 1024, /* bytes of an answer */
    MS_OP_STRING_MAX = 1024,             /* bytes of one string */
    MS_OP_LIST_MAX = 1000,               /* strings in one list */
    MS_OP_SCORE_MAX = 1000,              /* the highest score of a spam filter */
};

/* The name, as in {"op": "domain-list"}. */
const char *ms_op_name(enum ms_op op);

/* Whether only the supervisor itself asks for it: never the API. */
bool ms_op_is_internal(enum ms_op op);

/* The shape of the request of the op of that name as JSON Schema, without "op", and without its
 * first member when that is said otherwise; NULL when there is no such op. The caller owns the
 * reference. */
json_t *ms_op_schema(const char *name, bool skip_first) ms_must_use;

/* Check a request: a known op, all mandatory members, no others, each of its type and within the
 * limits. *ret gets the op. MS_EINVAL names the member. */
int ms_op_check(const json_t *request, enum ms_op *ret, struct ms_err *err) ms_must_use;

/* Whether the (normalised) address is that of the mailbox for test messages, in the primary domain.
 * Nobody but `up` makes or changes it. */
bool ms_op_is_reserved(const char *address, const char *primary_domain);

/* The answer of a worker: its "result" (a new reference in *ret, JSON null when there is none), or
 * -1 with the code and text that the worker gave. */
int ms_op_result(const json_t *answer, json_t **ret, struct ms_err *err) ms_must_use;

/* The answer for a result (taken over), or for an error, or for a refusal of
 * our own. The caller owns the reference. */
json_t *ms_op_answer(json_t *result) ms_must_use;
json_t *ms_op_answer_error(const struct ms_err *err) ms_must_use;
json_t *ms_op_answer_refusal(enum ms_code code, const char *text) ms_must_use;

/* A code by its name (ms_code_name); MS_EIO for an unknown one. */
enum ms_code ms_op_code(const char *name);

#endif
