/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/engine/fake_priv.h"

static int absent(struct ms_fake *f, const char *id, struct ms_err *err)
{
    ms_fake_unlock(f);
    return ms_err_set(err, MS_ENOTFOUND, 404, "No such container: %s", id);
}

struct ms_fake_container *ms_fake_container(struct ms_fake *f, const char *id)
{
    for (size_t i = 0; i < FAKE_CONTAINERS; i++) {
        struct ms_fake_container *c = &f->containers[i];

        if (c->used && (!strcmp(c->id, id) || !strcmp(c->name, id))) {
            return c;
        }
    }
    return NULL;
}

/* The service's name for the log, or the id when there is no such container. */
static void log_name(struct ms_fake *f, const char *id, char out[FAKE_NAME])
{
    struct ms_fake_container *c;

    ms_fake_lock(f);
    c = ms_fake_container(f, id);
    ms_fake_put_text(out, FAKE_NAME, c ? c->service : id);
    ms_fake_unlock(f);
}

/* ms_fake_begin for a call on a container; it is held on success. */
static int begin_on(struct ms_fake *f, const char *verb, const char *id,
                    struct ms_fake_container **ret, struct ms_err *err)
{
    char name[FAKE_NAME];

    log_name(f, id, name);
    if (ms_fake_begin(f, verb, name, err) < 0) {
        return -1;
    }
    *ret = ms_fake_container(f, id);
    return *ret ? 0 : absent(f, id, err);
}

static struct ms_container copy_of(const struct ms_fake_container *c)
{
    return (struct ms_container){
        .id = ms_xstrdup(c->id),
        .name = ms_xstrdup(c->name),
        .service = ms_xstrdup(c->service),
        .image_id = ms_xasprintf("sha256:%s", c->image),
        .image = ms_xstrdup(c->image),
        .spec_hash = ms_xstrdup(c->spec_hash),
        .state = ms_xstrdup(c->state),
        .status = ms_xstrdup(c->state),
    };
}

void ms_fake_containers(struct ms_fake *f, const char *project, struct ms_snapshot *s)
{
    s->containers = ms_xcalloc(FAKE_CONTAINERS, sizeof(*s->containers));
    for (size_t i = 0; i < FAKE_CONTAINERS; i++) {
        if (f->containers[i].used && !strcmp(f->containers[i].project, project)) {
            s->containers[s->n_containers++] = copy_of(&f->containers[i]);
        }
    }
}

static struct ms_fake_container *new_container(struct ms_fake *f)
{
    for (size_t i = 0; i < FAKE_CONTAINERS; i++) {
        if (!f->containers[i].used) {
            return &f->containers[i];
        }
    }
    return NULL;
}

int ms_fake_create(void *impl, const char *project, const struct ms_service *s, char **ret_id,
                   struct ms_err *err)
{
    struct ms_fake *f = impl;
    ms_auto_free char *name = ms_xasprintf("%s-%s-1", project, s->name);
    ms_auto_free char *id = NULL;
    struct ms_fake_container *c;

    if (ms_fake_begin(f, "create", s->name, err) < 0) {
        return -1;
    }
    c = ms_fake_container(f, name) ? NULL : new_container(f);
    if (!c) {
        ms_fake_unlock(f);
        return ms_err_set(err, MS_EENGINE, 409, "create %s: the name is in use", s->name);
    }
    if (!ms_fake_has_image(f, s->image)) {
        ms_fake_unlock(f);
        return ms_err_set(err, MS_ENOTFOUND, 404, "No such image: %s", s->image);
    }
    id = ms_xasprintf("%012x", ++f->serial);
    *c = (struct ms_fake_container){.used = true};
    ms_fake_put(c->id, id);
    ms_fake_put(c->name, name);
    ms_fake_put(c->project, project);
    ms_fake_put(c->service, s->name);
    ms_fake_put(c->image, s->image);
    ms_fake_put(c->spec_hash, s->spec_hash);
    ms_fake_put(c->state, "created");
    ms_fake_unlock(f);
    if (ret_id) {
        *ret_id = ms_steal(&id);
    }
    return 0;
}

int ms_fake_inspect(void *impl, const char *id, struct ms_container *ret, struct ms_err *err)
{
    struct ms_fake *f = impl;
    struct ms_fake_container *c;

    ms_fake_lock(f);
    c = ms_fake_container(f, id);
    if (!c) {
        return absent(f, id, err);
    }
    *ret = copy_of(c);
    ret->exit_code = c->exit_code;
    ret->restart_count = c->restart_count;
    ret->started_ms = c->started_ms;
    ms_fake_unlock(f);
    return 0;
}

static void run_it(struct ms_fake *f, struct ms_fake_container *c)
{
    ms_fake_put(c->state, "running");
    c->exit_code = 0;
    c->started_ms = ms_time_wall_ms();
    for (size_t i = 0; i < FAKE_CONTAINERS; i++) {
        if (f->crashes[i].used && !strcmp(f->crashes[i].service, c->service)) {
            ms_fake_put(c->state, "exited");
            c->exit_code = f->crashes[i].exit_code;
        }
    }
}

int ms_fake_start(void *impl, const char *id, struct ms_err *err)
{
    struct ms_fake *f = impl;
    struct ms_fake_container *c;

    if (begin_on(f, "start", id, &c, err) < 0) {
        return -1;
    }
    if (strcmp(c->state, "running") != 0) {
        run_it(f, c);
    }
    ms_fake_unlock(f);
    return 0;
}

int ms_fake_stop(void *impl, const char *id, unsigned grace_s, struct ms_err *err)
{
    struct ms_fake *f = impl;
    struct ms_fake_container *c;

    (void)grace_s;
    if (begin_on(f, "stop", id, &c, err) < 0) {
        return -1;
    }
    if (!strcmp(c->state, "running")) {
        ms_fake_put(c->state, "exited");
    }
    ms_fake_unlock(f);
    return 0;
}

int ms_fake_restart(void *impl, const char *id, unsigned grace_s, struct ms_err *err)
{
    struct ms_fake *f = impl;
    struct ms_fake_container *c;

    (void)grace_s;
    if (begin_on(f, "restart", id, &c, err) < 0) {
        return -1;
    }
    run_it(f, c);
    ms_fake_unlock(f);
    return 0;
}

int ms_fake_kill(void *impl, const char *id, const char *sig, struct ms_err *err)
{
    struct ms_fake *f = impl;
    ms_auto_free char *verb = ms_xasprintf("kill %s", sig);
    struct ms_fake_container *c;
    bool running;

    if (begin_on(f, verb, id, &c, err) < 0) {
        return -1;
    }
    running = !strcmp(c->state, "running");
    if (running && (!strcmp(sig, "KILL") || !strcmp(sig, "SIGKILL"))) {
        ms_fake_put(c->state, "exited");
        c->exit_code = 137;
    }
    ms_fake_unlock(f);
    return running ? 0 : ms_err_set(err, MS_EENGINE, 409, "Container %s is not running", id);
}

int ms_fake_remove(void *impl, const char *id, struct ms_err *err)
{
    struct ms_fake *f = impl;
    struct ms_fake_container *c;

    if (begin_on(f, "remove", id, &c, err) < 0) {
        return -1;
    }
    c->used = false;
    ms_fake_unlock(f);
    return 0;
}

int ms_fake_rename(void *impl, const char *id, const char *name, struct ms_err *err)
{
    struct ms_fake *f = impl;
    struct ms_fake_container *c;

    if (begin_on(f, "rename", id, &c, err) < 0) {
        return -1;
    }
    ms_fake_put(c->name, name);
    ms_fake_unlock(f);
    return 0;
}

int ms_fake_logs(void *impl, const char *id, int tail, bool follow, ms_engine_output on_output,
                 void *arg, struct ms_err *err)
{
    struct ms_fake *f = impl;
    ms_auto_free char *line = NULL;
    struct ms_fake_container *c;

    (void)follow;
    ms_fake_lock(f);
    c = ms_fake_container(f, id);
    if (!c) {
        return absent(f, id, err);
    }
    line = ms_xasprintf("%s: log line\n", c->service);
    ms_fake_unlock(f);
    if (tail && on_output) {
        (void)on_output(arg, 1, line, strlen(line));
    }
    return 0;
}

/* "service arg arg" for the log. */
static char *command_text(const char *service, const char *const *argv)
{
    struct ms_buf b;

    ms_buf_init(&b, FAKE_LOG);
    ms_buf_adds(&b, service);
    for (; *argv; argv++) {
        ms_buf_addf(&b, " %s", *argv);
    }
    return ms_buf_steal(&b);
}

/* Answer exec and run; the table is held and released here. */
static void answer(struct ms_fake *f, ms_engine_output on_output, void *arg, int *ret_status)
{
    char output[FAKE_OUTPUT];

    ms_fake_put(output, f->exec_output);
    *ret_status = f->exec_status;
    ms_fake_unlock(f);
    if (*output && on_output) {
        (void)on_output(arg, 1, output, strlen(output));
    }
}

int ms_fake_exec(void *impl, const char *id, const char *const *argv, const struct ms_buf *input,
                 ms_engine_output on_output, void *arg, int *ret_status, struct ms_err *err)
{
    struct ms_fake *f = impl;
    char name[FAKE_NAME];
    ms_auto_free char *text = NULL;
    struct ms_fake_container *c;

    (void)input;
    log_name(f, id, name);
    text = command_text(name, argv);
    if (ms_fake_begin(f, "exec", text, err) < 0) {
        return -1;
    }
    c = ms_fake_container(f, id);
    if (!c) {
        return absent(f, id, err);
    }
    if (strcmp(c->state, "running") != 0) {
        ms_fake_unlock(f);
        return ms_err_set(err, MS_EENGINE, 409, "Container %s is not running", id);
    }
    answer(f, on_output, arg, ret_status);
    return 0;
}

int ms_fake_run(void *impl, const char *project, const struct ms_service *s,
                const char *const *argv, ms_engine_output on_output, void *arg, int *ret_status,
                struct ms_err *err)
{
    struct ms_fake *f = impl;
    ms_auto_free char *text = command_text(s->name, argv);

    (void)project;
    if (ms_fake_begin(f, "run", text, err) < 0) {
        return -1;
    }
    if (!ms_fake_has_image(f, s->image)) {
        ms_fake_unlock(f);
        return ms_err_set(err, MS_ENOTFOUND, 404, "No such image: %s", s->image);
    }
    answer(f, on_output, arg, ret_status);
    return 0;
}
