/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/deploy/deploy_priv.h"
#include "modules/core/directory/directory.h"
#include "modules/core/pki/pki.h"

enum { MARIADB_PORT = 3306, CONNECT_MS = 15000, BCRYPT_COST = 10 };

int ms_deploy_directory_login(const struct ms_stack *stack, const struct ms_paths *paths,
                              struct ms_arena *a, struct ms_directory_login *ret,
                              struct ms_err *err)
{
    for (size_t i = 0; i < stack->n_services; i++) {
        const struct ms_service *v = &stack->services[i];
        ms_auto_free char *name = ms_xasprintf("%s.admin", v->name);
        ms_cleanup(ms_secret_freep) char *password = NULL;

        if (!v->provides_directory) {
            continue;
        }
        if (ms_secret_get(paths->state, name, false, &password, err) < 0) {
            return -1;
        }
        *ret = (struct ms_directory_login){
            .host = ms_stack_address(stack, v->name, v->probes[0].network),
            .port = MARIADB_PORT,
            .user = "mailstead",
            .password = ms_arena_strdup(a, password),
            .database = "mailstead",
            .timeout_s = 10};
        return 0;
    }
    return ms_err_set(err, MS_ENOTFOUND, 0, "no service of the stack provides the directory");
}

/* The database may still be reading its initial statements when its probe has seen the greeting. */
static int open_patiently(const struct ms_directory_login *login, struct ms_directory **ret,
                          struct ms_err *err)
{
    int64_t end = ms_time_mono_ms() + CONNECT_MS;

    for (;;) {
        ms_auto_err struct ms_err once = MS_ERR_INIT;

        if (ms_directory_open(login, ret, &once) == 0) {
            return 0;
        }
        if (ms_time_mono_ms() > end) {
            return ms_err_copy(err, once.code, once.sys, ms_err_msg(&once));
        }
        ms_time_sleep_ms(100);
    }
}

/* The mailbox that `mailstead test` sends to. */
static int ensure_canary(const struct ms_deploy *d, struct ms_directory *dir, struct ms_err *err)
{
    ms_auto_free char *address = ms_xasprintf("mailstead-test@%s", d->site->primary->name);
    ms_cleanup(ms_secret_freep) char *password = NULL;
    ms_cleanup(ms_secret_freep) char *hash = NULL;
    ms_auto_err struct ms_err exists = MS_ERR_INIT;
    struct ms_mailbox_attrs attrs = {.name = "mailstead test", .quota = 10 << 20, .active = 1};

    if (ms_secret_get(d->paths->state, "canary", true, &password, err) < 0 ||
        ms_password_hash(password, BCRYPT_COST, &hash, err) < 0 ||
        ms_directory_deleted_done(dir, address, err) < 0) {
        return -1;
    }
    attrs.password_hash = hash;
    if (ms_directory_mailbox_add(dir, address, &attrs, &exists) == 0) {
        return 0;
    }
    if (exists.code != MS_EEXIST) {
        return ms_err_copy(err, exists.code, exists.sys, ms_err_msg(&exists));
    }
    return ms_directory_mailbox_set(dir, address, &attrs, err);
}

static int grant_all(const struct ms_deploy *d, struct ms_directory *dir, struct ms_err *err)
{
    for (size_t i = 0; i < d->stack->n_services; i++) {
        const struct ms_service *v = &d->stack->services[i];

        if (v->grants[0] && ms_directory_grant(dir, v->name, v->grants, err) < 0) {
            return ms_err_wrap(err, "grants of %s", v->name);
        }
    }
    return 0;
}

int ms_step_directory(const struct ms_step_ctx *c, struct ms_err *err)
{
    const struct ms_deploy *d = c->r->d;
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    ms_cleanup(ms_directory_closep) struct ms_directory *dir = NULL;
    ms_auto_free char *record = ms_xasprintf("%s/applied/directory", d->paths->state);
    struct ms_fs_attr attr = {.mode = 0600, .uid = (uid_t)-1, .gid = (gid_t)-1};
    struct ms_directory_login login;
    unsigned version = 0, changes = 0;
    char hash[MS_HASH_TEXT];
    ms_auto_free char *line = NULL;

    if (ms_deploy_directory_login(d->stack, d->paths, a, &login, err) < 0 ||
        open_patiently(&login, &dir, err) < 0 || ms_directory_migrate(dir, &version, err) < 0 ||
        grant_all(d, dir, err) < 0 || ms_directory_ensure(dir, d->site, &changes, err) < 0 ||
        ensure_canary(d, dir, err) < 0) {
        return -1;
    }
    line = ms_xasprintf("schema version %u, %u objects changed", version, changes);
    c->output(c->arg, line);
    ms_wanted_directory(d, hash);
    return ms_declared_write(d, err) < 0
               ? -1
               : ms_fs_write_atomic(record, hash, strlen(hash), attr, err);
}
