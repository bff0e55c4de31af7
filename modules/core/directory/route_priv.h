/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an alias leads: refuses loops and targets that do not exist in an own domain. Pure; the
 * rows come through a look-up that tests replace.
 */
#ifndef MS_DIRECTORY_ROUTE_PRIV_H
#define MS_DIRECTORY_ROUTE_PRIV_H

#include "modules/core/base/err.h"

/* What an address is. */
enum ms_route_kind {
    MS_ROUTE_OUTSIDE, /* not in an own domain */
    MS_ROUTE_NOTHING, /* in an own domain, but nobody has it */
    MS_ROUTE_ALIAS    /* it has a row, a mailbox too */
};

/* One look-up's answer. */
struct ms_route {
    enum ms_route_kind kind;
    char
        *address; /* MS_ROUTE_ALIAS: the row's address, after alias domains, extension, catch-all */
    char *gotos;  /* MS_ROUTE_ALIAS: its targets with commas between */
    int is_mailbox; /* MS_ROUTE_ALIAS: mail for the address itself ends in a mailbox */
};

/* Free the content. */
void ms_route_done(struct ms_route *r);

/* Look one address up as Postfix would; *ret is given back to ms_route_done. */
typedef int (*ms_route_lookup)(void *arg, const char *address, struct ms_route *ret,
                               struct ms_err *err);

/* Follow the targets (commas between) that the alias address is about to get. MS_EINVAL: a target
 * leads back to an alias on the way to it, leads nowhere, or the way is longer than Postfix goes.
 */
int ms_route_check(const char *address, const char *targets, ms_route_lookup lookup, void *arg,
                   struct ms_err *err) ms_must_use;

/* Replace the address in a list of targets (commas between), with and without an extension; case
 * does not count. 1: *ret is the new list (the caller frees it), 0: the address is not in it, -1
 * MS_EINVAL: the new list is too long. */
int ms_route_replace(const char *gotos, const char *address, const char *by, char **ret,
                     struct ms_err *err) ms_must_use;

/* Join targets with commas; MS_EINVAL when there is none, when one is no address that such a list
 * can hold, or when the list is too long for its column. The caller frees *ret. */
int ms_route_join(const char *const *targets, char **ret, struct ms_err *err) ms_must_use;

#endif
