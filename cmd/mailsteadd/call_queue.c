/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/call.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"

enum { QUEUE_ID_MAX = 32 };

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

/* Run a command of the queue. */
static int run_command(struct call *c, const char *name, const char *id, struct call_output *o,
                       struct ms_err *err)
{
    if (call_command(c, name, id, o, err) == 0) {
        return 0;
    }
    if (strstr(ms_err_msg(err), "No such file or directory")) {
        ms_err_done(err);
        return ms_err_set(err, MS_ENOTFOUND, 0, "there is no such message in the queue");
    }
    return -1;
}

int call_queue_list(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(call_output_done) struct call_output o = {0};
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
    ms_cleanup(call_output_done) struct call_output o = {0};
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
    ms_cleanup(call_output_done) struct call_output o = {0};
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
