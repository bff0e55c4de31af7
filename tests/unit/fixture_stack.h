/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stack of three services built by hand (web needs app needs db), with its templates in a
 * temporary data folder, for the tests of render and deploy.
 */
#ifndef MS_TESTS_FIXTURE_STACK_H
#define MS_TESTS_FIXTURE_STACK_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/stack/stack.h"
#include "modules/core/stack/stack_priv.h"

struct fixture {
    char dir[64]; /* holds data/ and state/ */
    char *data, *state, *site_path;
    struct ms_paths paths;
    struct ms_site site;
    struct ms_stack stack;
    struct ms_service services[3];
    struct ms_network network;
    struct ms_file_spec files[3];
    const char *needs[3][2];
};

static const char *fixture_none[] = {NULL};
static const char *fixture_reload[] = {"reload-it", NULL};
static const char *fixture_check[] = {"check-it", NULL};
static const char *fixture_volumes[] = {"store", NULL};

static inline void fixture_write(const char *dir, const char *name, const char *text)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *path = ms_xasprintf("%s/%s", dir, name);
    ms_auto_free char *parent = ms_xstrdup(path);
    struct ms_fs_attr attr = {.mode = 0644, .uid = (uid_t)-1, .gid = (gid_t)-1};

    *strrchr(parent, '/') = '\0';
    if (ms_fs_mkdir_p(parent, 0755, &err) < 0 ||
        ms_fs_write_atomic(path, text, strlen(text), attr, &err) < 0) {
        (void)fprintf(stderr, "%s\n", ms_err_msg(&err));
        abort();
    }
}

/* The spec hash of a service after its Compose object was changed. */
static inline void fixture_rehash(struct ms_service *v)
{
    ms_stack_json_hash(v->compose, v->spec_hash);
}

static inline void fixture_service(struct fixture *f, size_t i, const char *name, const char *needs)
{
    struct ms_service *v = &f->services[i];

    f->files[i] = (struct ms_file_spec){.name = "conf",
                                        .syntax = MS_SYNTAX_TEXT,
                                        .mode = 0644,
                                        .uid = geteuid(),
                                        .gid = getegid(),
                                        .change = MS_CHANGE_RELOAD};
    f->needs[i][0] = needs;
    *v = (struct ms_service){.name = name,
                             .component = name,
                             .image = "mailstead/test:1",
                             .needs = f->needs[i],
                             .files = &f->files[i],
                             .n_files = 1,
                             .reload = fixture_reload,
                             .check = fixture_check,
                             .hold = fixture_none,
                             .grants = fixture_none,
                             .secrets = fixture_none};
    v->compose = json_pack("{s:s,s:{s:{}}}", "image", v->image, "networks", "net");
    fixture_rehash(v);
}

static inline void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.dir = "/tmp/ms-test-XXXXXX"};
    if (!mkdtemp(f->dir)) {
        abort();
    }
    f->data = ms_xasprintf("%s/data", f->dir);
    f->state = ms_xasprintf("%s/state", f->dir);
    f->site_path = ms_xasprintf("%s/site.yaml", f->dir);
    fixture_write(f->data, "modules/db/templates/conf.mustache", "host {{hostname}}\n");
    fixture_write(f->data, "modules/app/templates/conf.mustache", "host {{hostname}} app\n");
    fixture_write(f->data, "modules/web/templates/conf.mustache", "host {{hostname}} web\n");
    f->paths = (struct ms_paths){
        .data = f->data, .state = f->state, .site = f->site_path, .project = "mstest"};
    f->site = (struct ms_site){.hostname = "mail.example.test", .tls_mode = MS_TLS_SELFSIGNED};
    fixture_write(f->dir, "site.yaml", "hostname: mail.example.test\n");
    fixture_service(f, 0, "db", NULL);
    fixture_service(f, 1, "app", "db");
    fixture_service(f, 2, "web", "app");
    f->network = (struct ms_network){.name = "net", .compose = json_object(), .spec_hash = "n1"};
    f->stack =
        (struct ms_stack){.arena = ms_arena_new(),
                          .project = "mstest",
                          .services = f->services,
                          .n_services = 3,
                          .networks = &f->network,
                          .n_networks = 1,
                          .volumes = fixture_volumes,
                          .vars = json_pack("{s:s,s:{s:s},s:{}}", "hostname", "mail.example.test",
                                            "images", "base", "mailstead/base:1", "address")};
}

static inline void fixture_done(struct fixture *f)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    for (size_t i = 0; i < 3; i++) {
        json_decref(f->services[i].compose);
    }
    json_decref(f->network.compose);
    json_decref(f->stack.vars);
    ms_arena_free(f->stack.arena);
    (void)!ms_fs_remove_tree(f->dir, &err);
    free(f->data);
    free(f->state);
    free(f->site_path);
}

#endif
