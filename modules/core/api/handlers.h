/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers of the routes (one file per resource, v1_*.c) and what they answer with. Private to
 * this room. A handler calls exactly one of ms_api_reply, ms_api_fail, ms_api_call and
 * ms_api_follow.
 */
#ifndef MS_API_HANDLERS_H
#define MS_API_HANDLERS_H

#include <jansson.h>

#include "modules/core/api/jobs.h"
#include "modules/core/api/ops.h"
#include "modules/core/api/server.h"

struct ms_api_request;

/* The decoded segment at {} of the route; NULL when it has none. Borrowed. */
const char *ms_api_name(const struct ms_api_request *rq);

/* The JSON object that was sent; NULL when the route takes none. Borrowed. */
const json_t *ms_api_body(const struct ms_api_request *rq);

/* A decoded query value, NULL when it is absent or cannot be decoded. The caller frees it. */
char *ms_api_query(const struct ms_api_request *rq, const char *key) ms_must_use;

/* The backend and its argument. */
const struct ms_api_backend *ms_api_backend(const struct ms_api_request *rq, void **ret_arg);

/* Answer with a JSON document (taken over). */
void ms_api_reply(struct ms_api_request *rq, unsigned status, json_t *body);

/* Answer with a problem document made from err. */
void ms_api_fail(struct ms_api_request *rq, const struct ms_err *err);

/* Have a worker do an op and answer with its result. members (taken over; may be NULL) are the
 * request without "op". */
void ms_api_call(struct ms_api_request *rq, enum ms_op op, json_t *members, unsigned status);

/* Start a refresh job when the call of this request has succeeded. */
void ms_api_refresh_after(struct ms_api_request *rq);

/* Answer with the events of a job, to its end. */
void ms_api_follow(struct ms_api_request *rq, struct ms_job *job);

/* The handlers, named after their method and path (routes.c says what each is for). */
void ms_api_get_openapi(struct ms_api_request *rq);
void ms_api_get_services(struct ms_api_request *rq);
void ms_api_get_service(struct ms_api_request *rq);
void ms_api_post_service_restart(struct ms_api_request *rq);
void ms_api_get_job(struct ms_api_request *rq);
void ms_api_get_status(struct ms_api_request *rq);
void ms_api_get_history(struct ms_api_request *rq);
void ms_api_get_jobs(struct ms_api_request *rq);
void ms_api_post_job(struct ms_api_request *rq);
void ms_api_get_job_events(struct ms_api_request *rq);
void ms_api_get_domains(struct ms_api_request *rq);
void ms_api_post_domain(struct ms_api_request *rq);
void ms_api_get_domain(struct ms_api_request *rq);
void ms_api_delete_domain(struct ms_api_request *rq);
void ms_api_get_mailboxes(struct ms_api_request *rq);
void ms_api_post_mailbox(struct ms_api_request *rq);
void ms_api_get_mailbox(struct ms_api_request *rq);
void ms_api_patch_mailbox(struct ms_api_request *rq);
void ms_api_delete_mailbox(struct ms_api_request *rq);
void ms_api_post_rename(struct ms_api_request *rq);
void ms_api_get_app_passwords(struct ms_api_request *rq);
void ms_api_post_app_password(struct ms_api_request *rq);
void ms_api_delete_app_password(struct ms_api_request *rq);
void ms_api_get_aliases(struct ms_api_request *rq);
void ms_api_get_alias(struct ms_api_request *rq);
void ms_api_put_alias(struct ms_api_request *rq);
void ms_api_delete_alias(struct ms_api_request *rq);
void ms_api_get_reports(struct ms_api_request *rq);
void ms_api_get_spam(struct ms_api_request *rq);
void ms_api_patch_spam(struct ms_api_request *rq);
void ms_api_get_queue(struct ms_api_request *rq);
void ms_api_get_queue_message(struct ms_api_request *rq);
void ms_api_post_queue(struct ms_api_request *rq);
void ms_api_get_bans(struct ms_api_request *rq);
void ms_api_post_ban(struct ms_api_request *rq);
void ms_api_delete_ban(struct ms_api_request *rq);
void ms_api_get_dns_checks(struct ms_api_request *rq);
void ms_api_get_dkim(struct ms_api_request *rq);
void ms_api_post_dkim(struct ms_api_request *rq);
void ms_api_get_certificates(struct ms_api_request *rq);
void ms_api_post_renew(struct ms_api_request *rq);
void ms_api_post_test(struct ms_api_request *rq);
void ms_api_post_shutdown(struct ms_api_request *rq);

#endif
