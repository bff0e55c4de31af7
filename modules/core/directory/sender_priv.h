/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may send as whom besides themselves: rows (address, mailbox) in ms_send_as. Each function
 * runs inside the caller's transaction.
 */
#ifndef MS_DIRECTORY_SENDER_PRIV_H
#define MS_DIRECTORY_SENDER_PRIV_H

#include "modules/core/directory/db_priv.h"

/* Make the run-time grants of a mailbox exactly these (addresses or "@domain", NULL-terminated);
 * those of site.yaml stay. MS_EINVAL when one is not in a domain of the directory. */
int ms_sender_set(struct ms_directory *d, const char *address, const char *const *send_as,
                  struct ms_err *err) ms_must_use;

/* Make the grants of site.yaml exactly those of its mailboxes; changes are added to *ret_n. */
int ms_sender_ensure(struct ms_directory *d, const struct ms_site *site, uint64_t *ret_n,
                     struct ms_err *err) ms_must_use;

#endif
