/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The migrations of the directory's tables, in order. Each is a list of statements that do no harm
 * when they run again (IF NOT EXISTS and the like), because a kill may come between two of them; a
 * migration counts as done when its number is in ms_schema. A migration that was released is never
 * changed: what comes later is a new one.
 */
#ifndef MS_DIRECTORY_SCHEMA_PRIV_H
#define MS_DIRECTORY_SCHEMA_PRIV_H

#include <stddef.h>

/* The version of PostfixAdmin's tables that the first migration makes (its upgrade_1847). */
#define MS_POSTFIXADMIN_VERSION 1847

/* Each ends with NULL. Migration i brings the schema to version i + 1. */
extern const char *const *const ms_migrations[];
extern const size_t ms_n_migrations;

#endif
