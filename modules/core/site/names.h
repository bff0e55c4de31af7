/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names inside the site room: local parts, U-labels, and what a password hash must not be. The
 * public part is in site.h.
 */
#ifndef MS_SITE_NAMES_H
#define MS_SITE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "modules/core/base/arena.h"
#include "modules/core/base/err.h"

/* Check the n bytes of a local part (RFC 5321 dot-string, at most 64 bytes). Returns NULL, or what
 * is wrong with it. */
const char *ms_local_part_problem(const char *p, size_t n);

/* What is wrong with the name of a mailbox, NULL when it is fine: stricter than an address, for it
 * is also a log-in name and a folder. */
const char *ms_mailbox_name_problem(const char *local);

/* A-labels as a person reads them; the text itself where that is not possible. In the arena. */
const char *ms_domain_display(struct ms_arena *a, const char *name);

/* Whether the scheme of a hash that ms_password_hash_ok accepts keeps the password readable. */
bool ms_password_is_plain(const char *hash);

#endif
