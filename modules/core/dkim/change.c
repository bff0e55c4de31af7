/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/dkim/dkim.h"

static int lock(const struct ms_dkim_change *c, int *ret, struct ms_err *err)
{
    ms_auto_free char *dir = ms_xasprintf("%s/keys/dkim", c->state);
    ms_auto_free char *path = ms_xasprintf("%s/.lock", dir);

    return ms_fs_mkdir_p(dir, 0755, err) < 0 ? -1 : ms_fs_lock(path, true, ret, err);
}

int ms_dkim_begin(const struct ms_dkim_change *c, struct ms_err *err)
{
    struct ms_dkim_rotation r;
    ms_auto_close int fd = -1;

    if (lock(c, &fd, err) < 0 ||
        ms_dkim_ensure(c->state, c->domain, c->selector, c->algorithms, err) < 0 ||
        ms_dkim_rotation_read(c->state, c->domain, &r, err) < 0) {
        return -1;
    }
    if (r.phase != MS_DKIM_IDLE) {
        return ms_err_set(err, MS_EBUSY, 0, "%s: a change of its DKIM keys is under way (%s)",
                          c->domain, ms_dkim_phase_name(r.phase));
    }
    if (strcmp(r.selector, c->selector) != 0) {
        r.generation = 1;
    }
    (void)snprintf(r.selector, sizeof(r.selector), "%s", c->selector);
    r.phase = MS_DKIM_PUBLISH;
    r.since_s = c->now_s;
    r.seen_s = 0;
    r.why[0] = '\0';
    /* first that the keys must not sign yet, then the keys */
    if (ms_dkim_rotation_write(c->state, c->domain, &r, err) < 0) {
        return -1;
    }
    return ms_dkim_ensure(c->state, c->domain, c->selector, c->algorithms, err);
}

int64_t ms_dkim_due_s(const struct ms_dkim_rotation *r, int64_t queue_s)
{
    switch (r->phase) {
    case MS_DKIM_PUBLISH:
        return r->seen_s ? r->seen_s + MS_DKIM_KNOWN_S : INT64_MAX;
    case MS_DKIM_BOTH:
        return r->since_s + MS_DKIM_BOTH_S;
    case MS_DKIM_RETIRE:
        return r->since_s + queue_s + MS_DKIM_TRAVEL_S;
    case MS_DKIM_REVOKE:
        return r->since_s + MS_DKIM_REVOKED_S;
    case MS_DKIM_IDLE:
    case MS_DKIM_PHASE__COUNT:
        break;
    }
    return INT64_MAX;
}

/* The records that have to be there before the next step: of the keys that come, or sign. */
static bool is_known(const struct ms_dkim_change *c, char why[MS_DKIM_WHY])
{
    ms_auto_dkim_keys struct ms_dkim_keys keys = {0};
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    if (c->force) {
        return true;
    }
    if (ms_dkim_list(c->state, c->domain, &keys, &err) < 0) {
        (void)snprintf(why, MS_DKIM_WHY, "%s", ms_err_msg(&err));
        return false;
    }
    return c->visible(c->arg, c->domain, &keys, why) == 1;
}

/* What the look at the DNS came to is kept, too. Returns whether to go on to the next phase. */
static bool announce(const struct ms_dkim_change *c, struct ms_dkim_rotation *r)
{
    r->why[0] = '\0';
    if (!is_known(c, r->why)) {
        r->seen_s = 0;
        return false;
    }
    r->seen_s = r->seen_s ? r->seen_s : c->now_s;
    return c->hurry || c->now_s >= ms_dkim_due_s(r, c->queue_s);
}

/* Decide; r is what has to be kept. 1: the next phase, 0: the same one, -1. */
static int decide(const struct ms_dkim_change *c, struct ms_dkim_rotation *r, struct ms_err *err)
{
    bool due = c->hurry || c->now_s >= ms_dkim_due_s(r, c->queue_s);

    switch (r->phase) {
    case MS_DKIM_PUBLISH:
        if (!announce(c, r)) {
            return 0;
        }
        r->phase = MS_DKIM_BOTH;
        r->generation++;
        return 1;
    case MS_DKIM_BOTH:
        r->why[0] = '\0';
        if (!due || !is_known(c, r->why)) { /* the old keys go only where the new ones are known */
            return 0;
        }
        r->phase = MS_DKIM_RETIRE;
        return 1;
    case MS_DKIM_RETIRE:
        r->phase = due ? MS_DKIM_REVOKE : r->phase;
        return due;
    case MS_DKIM_REVOKE:
        if (!due) {
            return 0;
        }
        if (ms_dkim_remove_old(c->state, c->domain, r, err) <
            0) { /* before they count as signing */
            return -1;
        }
        r->phase = MS_DKIM_IDLE;
        return 1;
    case MS_DKIM_IDLE:
    case MS_DKIM_PHASE__COUNT:
        break;
    }
    return 0;
}

int ms_dkim_step(const struct ms_dkim_change *c, bool *ret_changed, struct ms_err *err)
{
    struct ms_dkim_rotation r, before;
    ms_auto_close int fd = -1;
    int next;

    *ret_changed = false;
    if (ms_dkim_rotation_read(c->state, c->domain, &r, err) < 0) {
        return -1;
    }
    if (r.phase == MS_DKIM_IDLE) {
        return 0;
    }
    if (lock(c, &fd, err) < 0 || ms_dkim_rotation_read(c->state, c->domain, &r, err) < 0 ||
        ms_dkim_ensure(c->state, c->domain, r.selector, c->algorithms, err) < 0) {
        return -1;
    }
    before = r;
    next = decide(c, &r, err);
    if (next < 0) {
        return -1;
    }
    if (next) {
        r.since_s = c->now_s;
        r.seen_s = 0;
    }
    *ret_changed = next;
    if (!next && before.seen_s == r.seen_s && !strcmp(before.why, r.why)) {
        return 0;
    }
    return ms_dkim_rotation_write(c->state, c->domain, &r, err);
}

/* "2026-11-24 21:30 UTC" */
static void add_time(int64_t t_s, struct ms_buf *out)
{
    char text[MS_TIME_TEXT];

    ms_time_format(t_s * 1000, text);
    ms_buf_addf(out, "%.10s %.5s UTC", text, text + 11);
}

static void todo_publish(const struct ms_dkim_rotation *r, const char *domain, bool pushes,
                         struct ms_buf *out)
{
    if (r->seen_s) {
        ms_buf_adds(out, "the new keys are known everywhere and begin to sign at ");
        add_time(ms_dkim_due_s(r, 0), out);
        return;
    }
    if (pushes) {
        ms_buf_adds(out, "the records of the new keys are being published");
    } else {
        ms_buf_addf(out,
                    "set the TXT records %s-%u-*._domainkey.%s now (`mailstead dns records %s`); "
                    "the new keys sign when all name servers have them",
                    r->selector, r->generation + 1, domain, domain);
    }
    if (*r->why) {
        ms_buf_addf(out, " (last look: %s)", r->why);
    }
}

void ms_dkim_todo(const struct ms_dkim_rotation *r, const char *domain, bool pushes,
                  int64_t queue_s, struct ms_buf *out)
{
    int64_t due_s = ms_dkim_due_s(r, queue_s);

    if (r->phase == MS_DKIM_IDLE) {
        return;
    }
    ms_buf_addf(out, "%s: ", domain);
    switch (r->phase) {
    case MS_DKIM_PUBLISH:
        todo_publish(r, domain, pushes, out);
        break;
    case MS_DKIM_BOTH:
        ms_buf_adds(out, "old and new keys sign; the new ones do alone from ");
        add_time(due_s, out);
        if (*r->why) {
            ms_buf_addf(out, " (last look: %s)", r->why);
        }
        break;
    case MS_DKIM_RETIRE:
        ms_buf_adds(out, pushes ? "the records of the old keys are revoked at "
                                : "leave the records of the old keys until ");
        add_time(due_s, out);
        break;
    case MS_DKIM_REVOKE:
        if (pushes) {
            ms_buf_adds(out, "the records of the old keys are revoked; they can go at ");
        } else {
            ms_buf_addf(out,
                        "set the TXT records of the old keys to \"p=\" now (`mailstead dns records "
                        "%s`); remove them after ",
                        domain);
        }
        add_time(due_s, out);
        break;
    case MS_DKIM_IDLE:
    case MS_DKIM_PHASE__COUNT:
        break;
    }
}
