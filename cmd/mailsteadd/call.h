/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the operations of a call worker share. Each checks its input again: the process that asked
 * is not trusted with more than its shape. A call blocks; its bound on time is the supervisor's.
 */
#ifndef MS_MAILSTEADD_CALL_H
#define MS_MAILSTEADD_CALL_H

#include <jansson.h>

#include "cmd/mailsteadd/load.h"
#include "modules/core/api/ops.h"
#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"

struct call {
    struct options *o;
    const json_t *request; /* its shape is checked (ms_op_check) */
    struct loaded loaded;  /* of ops that need it */
};

/* A string member of the request, NULL when it is absent or null. Borrowed. */
const char *call_string(const struct call *c, const char *key);

/* A size member in bytes; -1 when it is absent. */
int64_t call_size(const struct call *c, const char *key);

/* The members checked and normalised; freed by the caller. */
int call_domain(const struct call *c, const char *key, char **ret, struct ms_err *err) ms_must_use;
int call_address(const struct call *c, const char *key, char **ret, struct ms_err *err) ms_must_use;

/* Check and normalise an address or "@domain"; *ret is freed by the caller. */
int call_sender(const char *text, char **ret, struct ms_err *err) ms_must_use;

/* Free a NULL-terminated list of strings. */
void call_list_free(char ***list);

/* The operations, one file per group. *ret is the result; the caller owns the reference. */
int call_domain_list(struct call *c, json_t **ret, struct ms_err *err);
int call_domain_show(struct call *c, json_t **ret, struct ms_err *err);
int call_domain_add(struct call *c, json_t **ret, struct ms_err *err);
int call_domain_delete(struct call *c, json_t **ret, struct ms_err *err);
int call_mailbox_list(struct call *c, json_t **ret, struct ms_err *err);
int call_mailbox_show(struct call *c, json_t **ret, struct ms_err *err);
int call_mailbox_add(struct call *c, json_t **ret, struct ms_err *err);
int call_mailbox_set(struct call *c, json_t **ret, struct ms_err *err);
int call_mailbox_delete(struct call *c, json_t **ret, struct ms_err *err);
int call_mailbox_rename(struct call *c, json_t **ret, struct ms_err *err);
int call_housekeeping(struct call *c, json_t **ret, struct ms_err *err);
int call_alias_show(struct call *c, json_t **ret, struct ms_err *err);
int call_alias_list(struct call *c, json_t **ret, struct ms_err *err);
int call_alias_set(struct call *c, json_t **ret, struct ms_err *err);
int call_alias_delete(struct call *c, json_t **ret, struct ms_err *err);
int call_app_password_list(struct call *c, json_t **ret, struct ms_err *err);
int call_app_password_add(struct call *c, json_t **ret, struct ms_err *err);
int call_app_password_delete(struct call *c, json_t **ret, struct ms_err *err);
int call_spam_show(struct call *c, json_t **ret, struct ms_err *err);
int call_spam_set(struct call *c, json_t **ret, struct ms_err *err);
int call_reports(struct call *c, json_t **ret, struct ms_err *err);
int call_queue_list(struct call *c, json_t **ret, struct ms_err *err);
int call_queue_show(struct call *c, json_t **ret, struct ms_err *err);
int call_queue_action(struct call *c, json_t **ret, struct ms_err *err);
int call_ban_list(struct call *c, json_t **ret, struct ms_err *err);
int call_ban_add(struct call *c, json_t **ret, struct ms_err *err);
int call_ban_delete(struct call *c, json_t **ret, struct ms_err *err);
int call_dns_check(struct call *c, json_t **ret, struct ms_err *err);
int call_dkim_list(struct call *c, json_t **ret, struct ms_err *err);
int call_dkim_rotate(struct call *c, json_t **ret, struct ms_err *err);
int call_dkim_turn(struct call *c, json_t **ret, struct ms_err *err);
int call_test(struct call *c, json_t **ret, struct ms_err *err);
int call_snapshot(struct call *c, json_t **ret, struct ms_err *err);
int call_notes(struct call *c, json_t **ret, struct ms_err *err);

/* The DKIM selector of domains that are not in site.yaml. */
extern const char call_default_selector[];

/* Whether the DNS records of the domain are written by us; write those of its DKIM keys: what fails
 * is a line of "problems" in result, which is made when needed (call_dkim_push.c). */
bool call_dkim_pushes(const struct call *c, const char *domain);
void call_dkim_push(struct call *c, const char *domain, json_t *result);

/* A connection to the directory of the running stack (call_directory.c). */
struct ms_directory;
int call_directory_open(struct call *c, struct ms_directory **ret, struct ms_err *err) ms_must_use;

/* What a command prints: only standard output counts as its result. */
struct call_output {
    struct ms_buf out, error;
};
void call_output_done(struct call_output *o);

/* Run a named command of a service in its container, with one more argument unless that is NULL.
 * MS_ENOTFOUND when no service has it, MS_EIO when it fails. o is zeroed before; free its content
 * in any case (call_command.c). */
int call_command(struct call *c, const char *name, const char *argument, struct call_output *o,
                 struct ms_err *err) ms_must_use;

/* The same with up to CALL_ARGUMENTS more arguments, NULL-terminated. */
enum { CALL_ARGUMENTS = 500 };
int call_command_args(struct call *c, const char *name, const char *const *arguments,
                      struct call_output *o, struct ms_err *err) ms_must_use;

/* The same with more to say: arguments and input may be NULL, and an exit status that is not 0 is
 * no error. */
struct call_exec {
    const char *name;
    const char *const *arguments;
    const struct ms_buf *input;
};
int call_exec(struct call *c, const struct call_exec *x, struct call_output *o, int *ret_status,
              struct ms_err *err) ms_must_use;

/* Make what changed about log-in count at once: whoever is logged in to the mailbox is logged out,
 * and nobody gets in by what was remembered (call_app_passwords.c). When that fails it is a line of
 * "problems" in result, which is made when needed. */
void call_revoke(struct call *c, const char *address, json_t *result);

/* Have the mail of deleted mailboxes (objects {"address","home"}) moved aside, for a time or for
 * good: adds the home of each to the array "kept" of result, or why not to "problems". */
void call_retire(struct call *c, struct ms_directory *d, const json_t *mailboxes, bool keep,
                 json_t *result);

/* The same for all that are still to be moved, whoever deleted them. */
void call_retire_rest(struct call *c, struct ms_directory *d, json_t *result);

/* Have mail moved aside now that is in the way of a new mailbox of that name. What fails is seen
 * when the mailbox is made. */
void call_make_room(struct call *c, struct ms_directory *d, const char *address);

/* Read the reports that came by mail, some at a time; what is wrong with one is a line of
 * "problems" of result (call_reports.c). */
void call_reports_take(struct call *c, struct ms_directory *d, json_t *result);

/* The mail home of an address below the mail volume, "domain/local". The caller frees it. */
char *call_home(const char *address) ms_must_use;

/* Go on with a rename that the directory knows, to its end (call_rename.c). */
struct ms_directory;
int call_rename_finish(struct call *c, struct ms_directory *d, const char *address,
                       const char *target, struct ms_err *err) ms_must_use;

/* Add a line to "problems" of a result: the call is done, but for this. */
void call_problem(json_t *result, const char *text);

/* MS_EINVAL when the address is that of the mailbox that `mailstead test` uses. */
int call_check_reserved(const struct call *c, const char *address, struct ms_err *err) ms_must_use;

/* The one object of a list (taken over) whose member key is value, MS_ENOTFOUND otherwise. */
int call_pick(json_t *list, const char *key, const char *value, json_t **ret, struct ms_err *err)
    ms_must_use;

#endif
