/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of the stack room that its own files and tests share.
 */
#ifndef MS_STACK_PRIV_H
#define MS_STACK_PRIV_H

#include "modules/core/stack/stack.h"

/* Read compose/<component>.yaml, render it over vars and parse it. strict: a missing variable is an
 * error. An empty fragment gives an empty object. */
int ms_stack_fragment(const char *data_dir, const char *component, const json_t *vars, bool strict,
                      json_t **ret, struct ms_err *err) ms_must_use;

/* Merge the networks of one fragment into all (name -> Compose object with x-mailstead). A fragment
 * that repeats a network must say the same or nothing. */
int ms_stack_merge_networks(json_t *all, const json_t *fragment, const char *component,
                            struct ms_err *err) ms_must_use;

/* Lay out the merged networks in the site's subnet: fills s->networks, and s->vars with subnet and
 * gateway. */
int ms_stack_place_networks(struct ms_stack *s, const struct ms_site *site, const json_t *all,
                            struct ms_err *err) ms_must_use;

/* The services' addresses from x-mailstead.host of each of their networks, as
 * address.<service>.<network> in s->vars. */
int ms_stack_place_services(struct ms_stack *s, const json_t *fragments, struct ms_err *err)
    ms_must_use;

/* Fill one service from its Compose object in a fragment (copied). */
int ms_stack_service_fill(struct ms_stack *s, const char *component, const char *name,
                          const json_t *def, struct ms_service *ret, struct ms_err *err)
    ms_must_use;

/* Read mem_limit and x-mailstead.memory of a service in a fragment. */
int ms_stack_memory_read(const json_t *def, struct ms_service *ret, struct ms_err *err) ms_must_use;

/* Decide the memory limits of all services: each gets its least, the rest goes by weight. Without
 * a known amount each gets its most. Sets mem_limit of each, memory in s->vars, and the two texts.
 */
void ms_stack_share_memory(struct ms_stack *s, const struct ms_site *site);

/* What makes a re-creation necessary, of the Compose object as it is now. */
void ms_stack_service_hash(struct ms_service *v);

/* Order s->services so that dependencies come first; unknown names and cycles are errors. */
int ms_stack_order(struct ms_stack *s, struct ms_err *err) ms_must_use;

/* "172.30.25.10" for a host-order address; the result is in the arena. */
const char *ms_stack_ip(struct ms_arena *a, uint32_t addr);

/* SHA-256 of the value as sorted compact JSON. */
void ms_stack_json_hash(const json_t *j, char out[MS_HASH_TEXT]);

#endif
