/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What domains, mailboxes and aliases have in common. Each function below runs inside the caller's
 * transaction.
 */
#ifndef MS_DIRECTORY_OBJECT_PRIV_H
#define MS_DIRECTORY_OBJECT_PRIV_H

#include <stdbool.h>

#include "modules/core/directory/db_priv.h"

/* The domain part of an address or of "@domain"; "" when there is none. Borrowed. */
const char *ms_address_domain(const char *address);

/* 0, or -1 with MS_EINVAL when local (ending before '@' or at the end) cannot name a mailbox's
 * folder. */
int ms_mailbox_local_check(const char *local, struct ms_err *err) ms_must_use;

/* -1 with MS_EBUSY and the place when site.yaml declares the object. kind: "domain", "mailbox" or
 * "alias". */
int ms_object_undeclared(struct ms_directory *d, const char *kind, const char *name,
                         struct ms_err *err) ms_must_use;

/* -1 with MS_ENOTFOUND when the domain is none of ours, with MS_EINVAL when it is an alias domain.
 */
int ms_object_own_domain(struct ms_directory *d, const char *domain, struct ms_err *err)
    ms_must_use;

/* 1 when the mailbox exists, 0 when not, -1 failed. */
int ms_object_is_mailbox(struct ms_directory *d, const char *address, struct ms_err *err)
    ms_must_use;

/* -1 with MS_ENOTFOUND when it does not. */
int ms_object_need_mailbox(struct ms_directory *d, const char *address, struct ms_err *err)
    ms_must_use;

/* -1 with MS_EBUSY when an alias of another name delivers to the address. */
int ms_object_no_target(struct ms_directory *d, const char *address, struct ms_err *err)
    ms_must_use;

/* -1 with MS_EEXIST when a mailbox or an alias has the address. */
int ms_object_not_taken(struct ms_directory *d, const char *address, struct ms_err *err)
    ms_must_use;

/* -1 with MS_EBUSY while a rename from or to the address is under way. */
int ms_object_not_renamed(struct ms_directory *d, const char *address, struct ms_err *err)
    ms_must_use;

/* -1 with MS_EBUSY while the mail of a deleted mailbox of that name is in its place. */
int ms_object_not_deleted(struct ms_directory *d, const char *address, struct ms_err *err)
    ms_must_use;

/* Run each statement with the one text as its only parameter; the list ends with NULL. */
int ms_object_run_each(struct ms_directory *d, const char *const *sql, const char *text,
                       struct ms_err *err) ms_must_use;

/* A score as its column holds it ("6.00"), in text; NULL for a negative one (not given). */
enum { MS_SPAM_SCORE_TEXT = 32 };
const char *ms_spam_score_text(double score, char (*text)[MS_SPAM_SCORE_TEXT]);

/* Remove what a mailbox has for itself about spam: also what somebody else's tool left of a deleted
 * one of that name. */
int ms_spam_forget(struct ms_directory *d, const char *address, struct ms_err *err) ms_must_use;

/* Hand it to the mailbox's new name. */
int ms_spam_rename(struct ms_directory *d, const char *address, const char *target,
                   struct ms_err *err) ms_must_use;

/* "file:line" for JSON, null when file is NULL. A new reference. */
json_t *ms_object_declared(const char *file, const char *line) ms_must_use;

/* The parts of a text with commas between, as an array of strings. A new reference. */
json_t *ms_object_list(const char *text) ms_must_use;

/* The integer that the text of a column says; 0 for NULL. */
int64_t ms_object_number(const char *text);

#endif
