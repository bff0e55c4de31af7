/* SPDX-License-Identifier: Apache-2.0 */
/* Questions through a validating resolver: libunbound, in a thread of its own. */
#include <errno.h>
#include <string.h>
#include <unbound.h>

#include "modules/core/base/mem.h"
#include "modules/core/resolve/resolve_priv.h"
#include "modules/core/resolve/wire_priv.h"

struct ms_recursion {
    struct ub_ctx *ctx;
};

struct pending {
    struct ms_question *q;
    struct ms_arena *a;
    void (*done)(void *arg);
    void *arg;
};

struct setting {
    const char *name, *value;
};

/* Little memory, and nothing that a host's files say. */
static const struct setting settings[] = {
    {"msg-cache-size:", "4m"},
    {"rrset-cache-size:", "8m"},
    {"key-cache-size:", "2m"},
    {"neg-cache-size:", "1m"},
    {"edns-buffer-size:", "1232"},
    {"harden-below-nxdomain:", "no"}, /* what a broken parent says is found out, not believed */
    {"cache-max-negative-ttl:", "5"},
    {"infra-host-ttl:", "30"},
    {"rrset-roundrobin:", "no"},
};

/* Zones that libunbound answers by itself, but a resolver in front of it may know. */
static const char *const forwarded_zones[] = {
    "test.",
    "invalid.",
    "home.arpa.",
    "127.in-addr.arpa.",
    "10.in-addr.arpa.",
    "168.192.in-addr.arpa.",
    "d.f.ip6.arpa.",
    "8.b.d.0.1.0.0.2.ip6.arpa.",
    "2.0.192.in-addr.arpa.",
    "100.51.198.in-addr.arpa.",
    "113.0.203.in-addr.arpa.",
};

static int fail(struct ms_err *err, int code, const char *what)
{
    return ms_err_set(err, MS_EINVAL, 0, "the resolver: %s: %s", what, ub_strerror(code));
}

static int set_forward(struct ub_ctx *ctx, const struct ms_resolver_conf *conf, struct ms_err *err)
{
    int rc = 0;

    for (size_t i = 0; i < conf->n_forward; i++) {
        struct sockaddr_storage sa;
        socklen_t n = 0;

        if (ms_server_parse(conf->forward[i], &sa, &n) < 0) {
            return ms_err_set(err, MS_EINVAL, 0, "%s is not the address of a resolver",
                              conf->forward[i]);
        }
        rc = rc ? rc : ub_ctx_set_fwd(ctx, conf->forward[i]);
    }
    if (!conf->n_forward) {
        return 0;
    }
    rc = rc ? rc : ub_ctx_set_option(ctx, "do-not-query-localhost:", "no");
    for (size_t i = 0; i < sizeof(forwarded_zones) / sizeof(forwarded_zones[0]); i++) {
        rc = rc ? rc : ub_ctx_zone_remove(ctx, forwarded_zones[i]);
    }
    return rc ? fail(err, rc, "forwarding") : 0;
}

static int set_up(struct ub_ctx *ctx, const struct ms_resolver_conf *conf, struct ms_err *err)
{
    int rc = ub_ctx_async(ctx, 1);

    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        rc = rc ? rc : ub_ctx_set_option(ctx, settings[i].name, settings[i].value);
    }
    if (rc) {
        return fail(err, rc, "settings");
    }
    (void)ub_ctx_debuglevel(ctx, 0);
    if (conf->anchors) {
        if (access(conf->anchors, R_OK) < 0) {
            return ms_err_set(err, MS_EIO, errno, "%s", conf->anchors);
        }
        rc = ub_ctx_add_ta_file(ctx, conf->anchors);
        if (rc) {
            return fail(err, rc, conf->anchors);
        }
    }
    return set_forward(ctx, conf, err);
}

int ms_recursion_new(const struct ms_resolver_conf *conf, struct ms_recursion **ret,
                     struct ms_err *err)
{
    struct ub_ctx *ctx = ub_ctx_create();

    if (!ctx) {
        return ms_err_set(err, MS_EIO, errno, "the resolver cannot be made");
    }
    if (set_up(ctx, conf, err) < 0) {
        ub_ctx_delete(ctx);
        return -1;
    }
    *ret = ms_xcalloc(1, sizeof(**ret));
    (*ret)->ctx = ctx;
    return 0;
}

void ms_recursion_free(struct ms_recursion *r)
{
    if (r) {
        ub_ctx_delete(r->ctx);
        free(r);
    }
}

static void take(struct pending *p, int code, const struct ub_result *x)
{
    struct ms_answer *answer = &p->q->answer;

    if (code || !x) {
        ms_answer_fail(answer, ms_arena_printf(p->a, "%s", ub_strerror(code)));
        return;
    }
    if (!x->answer_packet || x->answer_len < 12) {
        answer->rcode = x->rcode;
        ms_answer_fail(answer, "the resolver has no answer");
        return;
    }
    ms_packet_read(x->answer_packet, (size_t)x->answer_len, p->q, false, p->a, answer);
    if (x->secure) {
        answer->security = MS_SECURITY_SECURE;
    } else if (x->bogus) {
        answer->security = MS_SECURITY_BOGUS;
        ms_answer_fail(answer, ms_arena_printf(p->a, "the signatures (DNSSEC) do not fit: %s",
                                               x->why_bogus ? x->why_bogus : "no reason told"));
    }
}

static void called(void *arg, int code, struct ub_result *result)
{
    struct pending *p = arg;

    take(p, code, result);
    ub_resolve_free(result);
    p->done(p->arg);
}

int ms_recursion_begin(struct ms_recursion *r, struct ms_question *q, struct ms_arena *a,
                       void (*done)(void *arg), void *arg, int *ret_id)
{
    struct pending *p = ms_arena_alloc(a, 1, sizeof(*p));
    unsigned type = ms_wire_type(q->type);
    int rc;

    *p = (struct pending){.q = q, .a = a, .done = done, .arg = arg};
    memset(&q->answer, 0, sizeof(q->answer));
    q->answer.rcode = -1;
    q->answer.canonical = ms_packet_name(q->name, a);
    if (!type || !q->answer.canonical) {
        ms_answer_fail(&q->answer, "that is no name or type");
        return -1;
    }
    rc = ub_resolve_async(r->ctx, q->answer.canonical, (int)type, 1, p, called, ret_id);
    if (rc) {
        ms_answer_fail(&q->answer, ms_arena_printf(a, "%s", ub_strerror(rc)));
        return -1;
    }
    return 0;
}

void ms_recursion_cancel(struct ms_recursion *r, int id)
{
    (void)ub_cancel(r->ctx, id);
}

int ms_recursion_fd(const struct ms_recursion *r)
{
    return ub_fd(r->ctx);
}

void ms_recursion_step(struct ms_recursion *r)
{
    (void)ub_process(r->ctx);
}
