/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verbs for domains, mailboxes and aliases have in common: checked names, lists, and
 * objects on paper.
 */
#ifndef MS_CLI_ENTRY_H
#define MS_CLI_ENTRY_H

#include <jansson.h>

#include "cmd/mailstead/cli.h"
#include "cmd/mailstead/text.h"
#include "modules/core/base/err.h"

/* Set body.quota to the bytes of --quota when it was given. */
int ms_entry_quota(const struct ms_cli *c, json_t *body, struct ms_err *err) ms_must_use;

/* GET path, with "?domain=" and the normalised first word of c when there is one. *ret is an array,
 * owned by the caller. */
int ms_entry_list(const struct ms_cli *c, const char *path, json_t **ret, struct ms_err *err)
    ms_must_use;

/* Where an object is declared: "site.yaml:12", "" when it was made at run time. Borrowed. */
const char *ms_entry_declared(const json_t *o);

/* Print a table, or none_text when it has no rows. Returns MS_EXIT_OK or MS_EXIT_FAILED. */
int ms_entry_print(const struct ms_cli *c, const struct ms_table *t, const char *none_text);

/* Say what became of the mail of deleted mailboxes and what was left undone, as the answer to a
 * DELETE tells. Returns MS_EXIT_OK, or MS_EXIT_DIFFERS when something was left undone. */
int ms_entry_deleted(const struct ms_cli *c, const json_t *answer);

/* The parts of a text with commas between, as an array of strings; owned by the caller. */
json_t *ms_entry_split(const char *text) ms_must_use;

/* Append the strings of an array with ", " between. */
void ms_entry_join(const json_t *list, struct ms_buf *out);

/* With --json print the answer to a change. Say what was left undone ("problems"). Returns as
 * ms_entry_deleted. */
int ms_entry_changed(const struct ms_cli *c, const json_t *answer);

/* Append "name:      value" lines of one object: label and text of each cell pair until NULL. */
void ms_entry_line(struct ms_buf *out, const char *label, const char *value);

/* Append the quota line. */
void ms_entry_quota_line(struct ms_buf *out, const json_t *o);

#endif
