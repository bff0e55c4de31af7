/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/call.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"

enum { OUTPUT_MAX = 16 * 1024 * 1024, QUEUE_ID_MAX = 32, ARGV_MAX = 32, SHOWN = 300 };

/* What a command prints: only standard output counts as its result. */
struct output {
    struct ms_buf out, error;
};

static void output_done(struct output *o)
{
    ms_buf_done(&o->out);
    ms_buf_done(&o->error);
}

static int on_output(void *arg, int stream, const char *p, size_t n)
{
    struct output *o = arg;

    ms_buf_add(stream == 1 ? &o->out : &o->error, p, n);
    return 0;
}

/* Whether it is a queue id (Postfix, long or short form); with all, also "ALL". */
static int check_id(const char *id, bool all, struct ms_err *err)
{
    size_t n = id ? strlen(id) : 0;

    if (!n || n > QUEUE_ID_MAX ||
        id[strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")]) {
        return ms_err_set(err, MS_EINVAL, 0, "id: expected a queue id%s", all ? " or ALL" : "");
    }
    if (!all && !strcmp(id, "ALL")) {
        return ms_err_set(err, MS_EINVAL, 0, "id: expected the id of one message");
    }
    return 0;
}

/* The id of the running container of a service. */
static int find_container(struct ms_engine *e, const char *project, const char *service, char **ret,
                          struct ms_err *err)
{
    struct ms_snapshot snap = {0};

    if (e->ops->snapshot(e->impl, project, &snap, err) < 0) {
        return -1;
    }
    for (size_t i = 0; i < snap.n_containers && !*ret; i++) {
        if (!strcmp(snap.containers[i].service, service) &&
            !strcmp(snap.containers[i].state, "running")) {
            *ret = ms_xstrdup(snap.containers[i].id);
        }
    }
    ms_snapshot_done(&snap);
    return *ret ? 0 : ms_err_set(err, MS_EUNREACH, 0, "%s is not running", service);
}

/* What a command said when it failed: its first line is enough. */
static int failed(const char *name, int status, const struct output *o, struct ms_err *err)
{
    const char *text = o->error.len ? o->error.p : o->out.p;
    int n = (int)strcspn(text, "\r\n");

    if (strstr(text, "No such file or directory")) {
        return ms_err_set(err, MS_ENOTFOUND, 0, "there is no such message in the queue");
    }
    return ms_err_set(err, MS_EIO, 0, "%s failed with status %d: %.*s", name, status,
                      n < SHOWN ? n : SHOWN, text);
}

/* Run a named command of a service, with id as its last argument unless it is NULL. */
static int run_command(struct call *c, const char *name, const char *id, struct output *o,
                       struct ms_err *err)
{
    ms_cleanup(ms_engine_freep) struct ms_engine *e = options_engine(c->o);
    ms_auto_free char *container = NULL;
    const char *argv[ARGV_MAX + 2] = {0};
    const char *const *command = NULL;
    const struct ms_service *s = ms_stack_command(c->loaded.stack, name, &command);
    size_t n = 0;
    int status = 0;

    if (!s) {
        return ms_err_set(err, MS_ENOTFOUND, 0, "no service of this site has the command %s", name);
    }
    for (; command[n] && n < ARGV_MAX; n++) {
        argv[n] = command[n];
    }
    argv[n] = id;
    ms_buf_init(&o->out, OUTPUT_MAX);
    ms_buf_init(&o->error, OUTPUT_MAX);
    if (find_container(e, c->o->paths.project, s->name, &container, err) < 0 ||
        e->ops->exec(e->impl, container, argv, NULL, on_output, o, &status, err) < 0) {
        return -1;
    }
    return status ? failed(name, status, o, err) : 0;
}

int call_queue_list(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(output_done) struct output o = {0};
    const char *p, *end;

    if (run_command(c, "queue-list", NULL, &o, err) < 0) {
        return -1;
    }
    *ret = json_array();
    end = o.out.p + o.out.len;
    for (p = o.out.p; p < end;) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        size_t n = nl ? (size_t)(nl - p) : (size_t)(end - p);
        json_t *message = json_loadb(p, n, 0, NULL);

        if (message) {
            (void)json_array_append_new(*ret, message);
        }
        p += n + 1;
    }
    return 0;
}

int call_queue_show(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(output_done) struct output o = {0};
    const char *id = call_string(c, "id");

    if (check_id(id, false, err) < 0 || run_command(c, "queue-show", id, &o, err) < 0) {
        return -1;
    }
    /* a message may hold any bytes */
    for (size_t i = 0; i < o.out.len; i++) {
        unsigned char b = (unsigned char)o.out.p[i];

        if (b >= 0x80 || (b < ' ' && b != '\n' && b != '\t')) {
            o.out.p[i] = '?';
        }
    }
    *ret = json_pack("{s:s, s:s}", "id", id, "text", o.out.p);
    return 0;
}

int call_queue_action(struct call *c, json_t **ret, struct ms_err *err)
{
    static const char *const actions[] = {"flush", "hold", "release", "delete"};
    ms_cleanup(output_done) struct output o = {0};
    ms_auto_free char *name = NULL;
    const char *action = call_string(c, "action"), *id = call_string(c, "id");

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]) && !name; i++) {
        if (!strcmp(actions[i], action)) {
            name = ms_xasprintf("queue-%s", action);
        }
    }
    if (!name) {
        return ms_err_set(err, MS_EINVAL, 0, "action: expected flush, hold, release or delete");
    }
    if (!strcmp(action, "flush")) {
        if (id && strcmp(id, "ALL") != 0) {
            return ms_err_set(err, MS_EINVAL, 0, "id: the queue is flushed as a whole");
        }
        id = NULL;
    } else if (check_id(id, true, err) < 0) {
        return -1;
    }
    if (run_command(c, name, id, &o, err) < 0) {
        return -1;
    }
    *ret = json_pack("{s:s, s:s?}", "action", action, "id", id);
    return 0;
}
