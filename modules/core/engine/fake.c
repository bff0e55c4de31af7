/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/engine/fake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "modules/core/base/mem.h"
#include "modules/core/engine/fake_priv.h"

void ms_fake_put_text(char *field, size_t size, const char *text)
{
    (void)snprintf(field, size, "%s", text);
}

void ms_fake_lock(struct ms_fake *f)
{
    if (pthread_mutex_lock(&f->lock) == EOWNERDEAD) {
        (void)pthread_mutex_consistent(&f->lock);
    }
}

void ms_fake_unlock(struct ms_fake *f)
{
    (void)pthread_mutex_unlock(&f->lock);
}

int ms_fake_begin(struct ms_fake *f, const char *verb, const char *what, struct ms_err *err)
{
    int n;

    ms_fake_lock(f);
    f->calls++;
    n = snprintf(f->log + f->n_log, sizeof(f->log) - f->n_log, "%s %s\n", verb, what);
    if (n > 0 && (size_t)n < sizeof(f->log) - f->n_log) {
        f->n_log += (size_t)n;
    } else {
        f->log[f->n_log] = '\0';
    }
    if (f->calls == f->fail_at) {
        ms_fake_unlock(f);
        return ms_err_set(err, MS_EENGINE, 500, "%s %s: the fake engine fails at call %u", verb,
                          what, f->fail_at);
    }
    return 0;
}

static int info(void *impl, struct ms_engine_info *ret, struct ms_err *err)
{
    (void)impl;
    (void)err;
    *ret = (struct ms_engine_info){
        .version = ms_xstrdup("20.10.24"),
        .api_version = ms_xstrdup("1.41"),
        .root_dir = ms_xstrdup("/var/lib/docker"),
        .memory = (uint64_t)4 << 30,
        .cpus = 2,
        .cgroup_version = 2,
        .max_nofile = 1 << 20,
    };
    return 0;
}

static int snapshot(void *impl, const char *project, struct ms_snapshot *ret, struct ms_err *err)
{
    struct ms_fake *f = impl;
    struct ms_snapshot s = {0};

    (void)err;
    ms_fake_lock(f);
    ms_fake_containers(f, project, &s);
    ms_fake_objects(f, project, &s);
    ms_fake_unlock(f);
    *ret = s;
    return 0;
}

static void release(void *impl)
{
    (void)munmap(impl, sizeof(struct ms_fake));
}

static const struct ms_engine_ops fake_ops = {
    .info = info,
    .snapshot = snapshot,
    .image_find = ms_fake_image_find,
    .image_import = ms_fake_image_import,
    .image_build = ms_fake_image_build,
    .image_pull = ms_fake_image_pull,
    .image_tag = ms_fake_image_tag,
    .image_remove = ms_fake_image_remove,
    .image_prune = ms_fake_image_prune,
    .network_create = ms_fake_network_create,
    .network_remove = ms_fake_network_remove,
    .volume_create = ms_fake_volume_create,
    .volume_remove = ms_fake_volume_remove,
    .create = ms_fake_create,
    .inspect = ms_fake_inspect,
    .start = ms_fake_start,
    .stop = ms_fake_stop,
    .restart = ms_fake_restart,
    .kill = ms_fake_kill,
    .remove = ms_fake_remove,
    .rename = ms_fake_rename,
    .logs = ms_fake_logs,
    .exec = ms_fake_exec,
    .run = ms_fake_run,
    .free = release,
};

struct ms_engine *ms_engine_fake(unsigned fail_at)
{
    struct ms_engine *e = ms_xcalloc(1, sizeof(*e));
    struct ms_fake *f =
        mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t attr;

    if (f == MAP_FAILED) {
        (void)fputs("mailstead: no shared memory\n", stderr);
        abort();
    }
    (void)pthread_mutexattr_init(&attr);
    (void)pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    (void)pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    (void)pthread_mutex_init(&f->lock, &attr);
    (void)pthread_mutexattr_destroy(&attr);
    f->fail_at = fail_at;
    *e = (struct ms_engine){.ops = &fake_ops, .impl = f};
    return e;
}

unsigned ms_engine_fake_calls(const struct ms_engine *e)
{
    const struct ms_fake *f = e->impl;

    return f->calls;
}

const char *ms_engine_fake_log(const struct ms_engine *e)
{
    const struct ms_fake *f = e->impl;

    return f->log;
}

void ms_engine_fake_fail_at(struct ms_engine *e, unsigned call)
{
    struct ms_fake *f = e->impl;

    ms_fake_lock(f);
    f->fail_at = call;
    ms_fake_unlock(f);
}

void ms_engine_fake_crash(struct ms_engine *e, const char *service, int exit_code)
{
    struct ms_fake *f = e->impl;
    struct ms_fake_crash *free_slot = NULL, *c;

    ms_fake_lock(f);
    for (size_t i = 0; i < FAKE_CONTAINERS; i++) {
        c = &f->crashes[i];
        if (c->used && !strcmp(c->service, service)) {
            c->used = false;
        }
        if (!c->used) {
            free_slot = c;
        }
    }
    if (exit_code >= 0 && free_slot) {
        free_slot->used = true;
        free_slot->exit_code = exit_code;
        ms_fake_put(free_slot->service, service);
    }
    ms_fake_unlock(f);
}

void ms_engine_fake_set_state(struct ms_engine *e, const char *service, const char *state)
{
    struct ms_fake *f = e->impl;

    ms_fake_lock(f);
    for (size_t i = 0; i < FAKE_CONTAINERS; i++) {
        if (f->containers[i].used && !strcmp(f->containers[i].service, service)) {
            ms_fake_put(f->containers[i].state, state);
        }
    }
    ms_fake_unlock(f);
}

void ms_engine_fake_images(struct ms_engine *e, bool all_present)
{
    struct ms_fake *f = e->impl;

    ms_fake_lock(f);
    f->some_images = !all_present;
    ms_fake_unlock(f);
}

void ms_engine_fake_exec(struct ms_engine *e, int status, const char *output)
{
    struct ms_fake *f = e->impl;

    ms_fake_lock(f);
    f->exec_status = status;
    ms_fake_put(f->exec_output, output);
    ms_fake_unlock(f);
}
