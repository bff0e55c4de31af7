/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of verbs, and the functions that do them (one file per group: verb_*.c). Each takes the
 * parsed request, prints its result, and returns the exit status.
 */
#ifndef MS_CLI_VERBS_H
#define MS_CLI_VERBS_H

#include "cmd/mailstead/cli.h"

/* All verbs in the order of the help; the last row has a NULL name. */
extern const struct ms_verb ms_verbs[];

/* The row of a verb: with sub NULL its first row (a group's heading row, or the verb that stands
 * alone). NULL when there is none. */
const struct ms_verb *ms_verb_find(const char *name, const char *sub);

/* Whether the row introduces a group. */
bool ms_verb_is_group(const struct ms_verb *v);

/* The verb nearest to a mistyped one, or sub-verb of the group when group is given; NULL when
 * nothing is near. */
const char *ms_verb_suggest(const char *typed, const char *group);

/* verb_help.c */
int ms_run_help(struct ms_cli *c);
/* verb_site.c: site.yaml and what follows from it alone */
int ms_run_init(struct ms_cli *c);
int ms_run_check(struct ms_cli *c);
int ms_run_compose(struct ms_cli *c);
int ms_run_schema(struct ms_cli *c);
int ms_run_options(struct ms_cli *c);
/* verb_plan.c */
int ms_run_plan(struct ms_cli *c);
int ms_run_images(struct ms_cli *c);
/* verb_up.c, verb_down.c */
int ms_run_up(struct ms_cli *c);
int ms_run_down(struct ms_cli *c);
int ms_run_restart(struct ms_cli *c);
/* verb_status.c */
int ms_run_status(struct ms_cli *c);
int ms_run_test(struct ms_cli *c);
/* verb_history.c */
int ms_run_history(struct ms_cli *c);
/* verb_logs.c, verb_exec.c */
int ms_run_logs(struct ms_cli *c);
int ms_run_exec(struct ms_cli *c);
/* verb_domain.c */
int ms_run_domain_add(struct ms_cli *c);
int ms_run_domain_list(struct ms_cli *c);
int ms_run_domain_show(struct ms_cli *c);
int ms_run_domain_delete(struct ms_cli *c);
/* verb_mailbox.c */
int ms_run_mailbox_add(struct ms_cli *c);
int ms_run_mailbox_list(struct ms_cli *c);
int ms_run_mailbox_show(struct ms_cli *c);
int ms_run_mailbox_set(struct ms_cli *c);
int ms_run_mailbox_passwd(struct ms_cli *c);
int ms_run_mailbox_delete(struct ms_cli *c);
int ms_run_mailbox_rename(struct ms_cli *c);
/* verb_app_password.c */
int ms_run_app_password_add(struct ms_cli *c);
int ms_run_dns_reports(struct ms_cli *c);
int ms_run_app_password_list(struct ms_cli *c);
int ms_run_app_password_delete(struct ms_cli *c);
/* verb_alias.c */
int ms_run_alias_add(struct ms_cli *c);
int ms_run_alias_list(struct ms_cli *c);
int ms_run_alias_delete(struct ms_cli *c);
int ms_run_spam_show(struct ms_cli *c);
int ms_run_spam_set(struct ms_cli *c);
int ms_run_spam_senders(struct ms_cli *c);
/* verb_queue.c */
int ms_run_queue_list(struct ms_cli *c);
int ms_run_queue_show(struct ms_cli *c);
int ms_run_queue_act(struct ms_cli *c);
/* verb_ban.c */
int ms_run_ban_list(struct ms_cli *c);
int ms_run_ban_add(struct ms_cli *c);
int ms_run_ban_delete(struct ms_cli *c);
/* verb_cert.c */
int ms_run_cert_status(struct ms_cli *c);
int ms_run_cert_renew(struct ms_cli *c);
int ms_run_cert_rotate(struct ms_cli *c);
/* verb_doctor.c */
int ms_run_doctor(struct ms_cli *c);
/* verb_dkim.c */
int ms_run_dkim_list(struct ms_cli *c);
int ms_run_dkim_rotate(struct ms_cli *c);

/* verb_dns.c */
int ms_run_dns_records(struct ms_cli *c);

/* verb_dns_check.c */
int ms_run_dns_check(struct ms_cli *c);
/* verb_dns_explain.c */
int ms_run_dns_explain(struct ms_cli *c);
/* verb_dnspush.c */
int ms_run_dns_diff(struct ms_cli *c);
int ms_run_dns_push(struct ms_cli *c);
/* verb_secret.c */
int ms_run_secret_list(struct ms_cli *c);
int ms_run_secret_show(struct ms_cli *c);
/* verb_version.c */
int ms_run_version(struct ms_cli *c);

#endif
