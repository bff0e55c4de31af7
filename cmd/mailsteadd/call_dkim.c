/* SPDX-License-Identifier: Apache-2.0 */
/* DKIM keys of the domains, and how far a change of them has come. */
#include <dirent.h>
#include <string.h>

#include "cmd/mailsteadd/call.h"
#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/name.h"
#include "modules/core/base/time.h"
#include "modules/core/dkim/dkim.h"

/* Less than the supervisor's bound on a call; and for one domain. */
enum { TURN_MS = 110000, LOOK_MS = 15000 };

/* How the DNS is asked. */
struct asker {
    const struct ms_site *site;
    struct ms_resolver *resolver; /* made when it is needed */
    int64_t end_ms;
};

static void asker_done(struct asker *a)
{
    ms_resolver_free(a->resolver);
}

static int look(void *arg, const char *domain, const struct ms_dkim_keys *keys,
                char why[MS_DKIM_WHY])
{
    struct asker *a = arg;
    const struct ms_resolver_conf conf = {.forward = a->site->forwarders.v,
                                          .n_forward = a->site->forwarders.n};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    int64_t end_ms = ms_time_mono_ms() + LOOK_MS;

    if (a->site->resolver == MS_RESOLVER_ISOLATED) {
        return 1; /* the stack's own resolver answers what it is given */
    }
    if (!a->resolver && ms_resolver_new(&conf, &a->resolver, &err) < 0) {
        (void)snprintf(why, MS_DKIM_WHY, "%s", ms_err_msg(&err));
        return 0;
    }
    return ms_dkim_visible(a->resolver, domain, keys, end_ms < a->end_ms ? end_ms : a->end_ms, why);
}

static struct ms_dkim_change change(const struct call *c, const char *domain, struct asker *a)
{
    const struct ms_site *s = c->loaded.site;
    const struct ms_site_domain *d = ms_site_domain(s, domain);

    return (struct ms_dkim_change){
        .state = c->o->paths.state,
        .domain = domain,
        .selector = d ? d->dkim_selector : call_default_selector,
        .algorithms = d ? d->dkim_algorithms : MS_DKIM_RSA2048 | MS_DKIM_ED25519,
        .now_s = ms_time_wall_ms() / 1000,
        .queue_s = (int64_t)s->queue_lifetime_s,
        .visible = look,
        .arg = a,
    };
}

static json_t *time_json(int64_t t_s)
{
    char text[MS_TIME_TEXT];

    if (!t_s || t_s == INT64_MAX) {
        return json_null();
    }
    ms_time_format(t_s * 1000, text);
    return json_string(text);
}

static json_t *keys_json(const struct ms_dkim_keys *keys)
{
    json_t *list = json_array();

    for (size_t i = 0; i < keys->n; i++) {
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:s}", "selector", keys->v[i].selector, "algorithm",
                            keys->v[i].algorithm, "use", ms_dkim_use_name(keys->v[i].use)));
    }
    return list;
}

/* One domain as the API shows it; a domain without keys is left out. */
static int add_domain(const struct call *c, const char *domain, json_t *list, struct ms_err *err)
{
    int64_t queue_s = (int64_t)c->loaded.site->queue_lifetime_s;
    ms_auto_dkim_keys struct ms_dkim_keys keys = {0};
    ms_auto_buf struct ms_buf todo = {0};
    struct ms_dkim_rotation r;
    json_t *o;

    if (ms_dkim_rotation_read(c->o->paths.state, domain, &r, err) < 0 ||
        ms_dkim_list(c->o->paths.state, domain, &keys, err) < 0) {
        return -1;
    }
    if (!keys.n) {
        return 0;
    }
    ms_buf_init(&todo, 4096);
    ms_dkim_todo(&r, domain, call_dkim_pushes(c, domain), queue_s, &todo);
    o = json_pack("{s:s, s:s, s:o, s:o}", "domain", domain, "phase", ms_dkim_phase_name(r.phase),
                  "since", time_json(r.since_s), "next", time_json(ms_dkim_due_s(&r, queue_s)));
    (void)json_object_set_new(o, "todo", todo.len ? ms_json_lossy(todo.p) : json_null());
    (void)json_object_set_new(o, "keys", keys_json(&keys));
    (void)json_array_append_new(list, o);
    return 0;
}

/* Every domain that has a folder of keys, also one that was made at run time. */
static int for_each(struct call *c, int (*f)(void *arg, const char *domain, struct ms_err *err),
                    void *arg, struct ms_err *err)
{
    ms_auto_free char *dir = ms_xasprintf("%s/keys/dkim", c->o->paths.state);
    struct dirent **list = NULL;
    int n = scandir(dir, &list, NULL, alphasort), r = 0;

    for (int i = 0; i < n; i++) {
        if (r == 0 && ms_name_is_domain(list[i]->d_name)) {
            r = f(arg, list[i]->d_name, err);
        }
        free(list[i]);
    }
    free(list);
    return r;
}

struct listing {
    struct call *c;
    json_t *list;
};

static int list_one(void *arg, const char *domain, struct ms_err *err)
{
    struct listing *l = arg;

    return add_domain(l->c, domain, l->list, err);
}

int call_dkim_list(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_auto_json json_t *list = json_array();
    struct listing l = {c, list};
    ms_auto_free char *name = NULL;
    int r;

    if (call_string(c, "domain")) {
        r = call_domain(c, "domain", &name, err) < 0 ? -1 : add_domain(c, name, list, err);
    } else {
        r = for_each(c, list_one, &l, err);
    }
    if (r < 0) {
        return -1;
    }
    if (name && !json_array_size(list)) {
        return ms_err_set(err, MS_ENOTFOUND, 0, "%s has no DKIM keys", name);
    }
    *ret = json_incref(list);
    return 0;
}

int call_dkim_rotate(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(asker_done) struct asker a = {.site = c->loaded.site,
                                             .end_ms = ms_time_mono_ms() + TURN_MS};
    ms_auto_free char *name = NULL;
    ms_auto_json json_t *list = json_array();
    struct ms_dkim_rotation before;
    struct ms_dkim_change x;
    bool changed = false, now = json_is_true(json_object_get(c->request, "now"));
    int r;

    /* only domains that have keys: nothing is made for a name that was mistyped */
    if (call_domain(c, "domain", &name, err) < 0 || add_domain(c, name, list, err) < 0 ||
        ms_dkim_rotation_read(c->o->paths.state, name, &before, err) < 0) {
        return -1;
    }
    if (!json_array_size(list)) {
        return ms_err_set(err, MS_ENOTFOUND, 0, "%s has no DKIM keys", name);
    }
    x = change(c, name, &a);
    x.hurry = now;
    x.force = json_is_true(json_object_get(c->request, "force"));
    r = before.phase == MS_DKIM_IDLE || !(x.hurry || x.force) ? ms_dkim_begin(&x, err)
                                                              : ms_dkim_step(&x, &changed, err);
    if (r < 0) {
        return -1;
    }
    json_array_clear(list);
    if (add_domain(c, name, list, err) < 0) {
        return -1;
    }
    *ret = json_incref(json_array_get(list, 0));
    (void)json_object_set_new(*ret, "problems", json_array());
    call_dkim_push(c, name, *ret);
    return 0;
}

struct turn {
    struct call *c;
    struct asker asker;
    json_t *result;
};

/* Whether records have to be written now: where they are missing, and once an hour in case that an
 * earlier try failed. */
static bool is_push_due(const struct ms_dkim_rotation *r, bool changed, int64_t now_s)
{
    enum { HOUR_S = 3600, TURN_S = 120 };

    return changed || (r->phase == MS_DKIM_PUBLISH && !r->seen_s) || now_s % HOUR_S < TURN_S;
}

/* What fails for one domain does not keep the others from going on. */
static int turn_one(void *arg, const char *domain, struct ms_err *err)
{
    struct turn *t = arg;
    ms_auto_err struct ms_err own = MS_ERR_INIT;
    struct ms_dkim_change x = change(t->c, domain, &t->asker);
    struct ms_dkim_rotation r;
    ms_auto_buf struct ms_buf todo = {0};
    bool changed = false;

    (void)err;
    ms_buf_init(&todo, 4096);
    if (ms_time_mono_ms() > t->asker.end_ms) {
        return 0;
    }
    if (ms_dkim_step(&x, &changed, &own) < 0 ||
        ms_dkim_rotation_read(x.state, domain, &r, &own) < 0) {
        call_problem(t->result, ms_err_msg(&own));
        return 0;
    }
    if (changed) {
        (void)json_array_append_new(json_object_get(t->result, "changed"), json_string(domain));
    }
    if (changed || (r.phase != MS_DKIM_IDLE && is_push_due(&r, changed, x.now_s))) {
        call_dkim_push(t->c, domain, t->result); /* at the end what was revoked goes */
    }
    if (r.phase != MS_DKIM_IDLE) {
        ms_dkim_todo(&r, domain, call_dkim_pushes(t->c, domain), x.queue_s, &todo);
        (void)json_array_append_new(json_object_get(t->result, "todo"), ms_json_lossy(todo.p));
    }
    return 0;
}

int call_dkim_turn(struct call *c, json_t **ret, struct ms_err *err)
{
    struct turn t = {.c = c,
                     .asker = {.site = c->loaded.site, .end_ms = ms_time_mono_ms() + TURN_MS},
                     .result = json_pack("{s:[], s:[], s:[]}", "changed", "todo", "problems")};
    int r = for_each(c, turn_one, &t, err);

    asker_done(&t.asker);
    *ret = t.result;
    return r;
}
