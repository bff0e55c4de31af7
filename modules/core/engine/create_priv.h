/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that make a create body (create*.c) share.
 */
#ifndef MS_ENGINE_CREATE_PRIV_H
#define MS_ENGINE_CREATE_PRIV_H

#include "modules/core/engine/create.h"

/* A body being made. */
struct ms_creation {
    const char *project;
    const struct ms_service *service;
    uint64_t max_nofile;
    json_t *body, *host; /* host is HostConfig, inside body */
};

/* Translates the value of one Compose key; api is the API's member, from the table. */
typedef int (*ms_create_key)(struct ms_creation *c, const json_t *v, const char *api,
                             struct ms_err *err);

/* A Compose key, what translates it (NULL: passed over), and the API's member it becomes. */
struct ms_create_row {
    const char *key;
    ms_create_key fn;
    const char *api;
};

/* Translate every member of the object v by the table (ends with a NULL key). Messages begin
 * with the key. */
int ms_create_apply(struct ms_creation *c, const json_t *v, const struct ms_create_row *rows,
                    struct ms_err *err) ms_must_use;

/* A scalar as text (numbers and booleans as Compose writes them), NULL when it is none. The caller
 * frees it. */
char *ms_create_text(const json_t *v) ms_must_use;

/* A number, or text with a unit, as bytes. -1 when it is neither. */
int ms_create_size(const json_t *v, uint64_t *ret) ms_must_use;

/* A list of texts, or one text as a list of one. */
int ms_create_list(const json_t *v, json_t **ret, struct ms_err *err) ms_must_use;

/* A map, or a list of "key=value", as an object of texts. */
int ms_create_map(const json_t *v, json_t **ret, struct ms_err *err) ms_must_use;

/* The keys of create_host.c, create_mount.c and create_net.c. */
int ms_create_volumes(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err);
int ms_create_tmpfs(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err);
int ms_create_networks(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err);
int ms_create_ulimits(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err);
int ms_create_deploy(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err);
int ms_create_bytes(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err);
int ms_create_integer(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err);
int ms_create_cpus(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err);
int ms_create_restart(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err);
int ms_create_logging(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err);
int ms_create_security(struct ms_creation *c, const json_t *v, const char *api, struct ms_err *err);

#endif
