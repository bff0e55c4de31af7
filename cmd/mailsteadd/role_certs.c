/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "cmd/mailsteadd/call.h"
#include "cmd/mailsteadd/certs_roll.h"
#include "cmd/mailsteadd/roles.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/log.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/deploy/deploy.h"
#include "modules/core/pki/certs.h"

/* What one run does at most, so that the first certificates are in use before the last ones come.
 */
enum { RUN_CERTS = 10, RUN_MS = 120000, CSR_MAX = 1 << 16, LIMITED = 429, LIMITED_MAX = 2 };

struct pass {
    struct call call;
    struct ms_certs certs;
    const struct ms_site *site;
    const char *state;
    bool retry, force;
    bool changed, more;
    unsigned issued;
    unsigned limited; /* refusals with status 429 in a row */
};

static int64_t now_s(void)
{
    return ms_time_wall_ms() / 1000;
}

static bool is_due(const struct pass *p, const struct ms_cert *c)
{
    struct ms_cert at_once = *c;

    at_once.wait_until_s = 0;
    return p->force || ms_cert_due_s(p->site, p->retry ? &at_once : c) <= now_s();
}

static void note(const struct pass *p, const struct ms_cert *c, const char *error, int64_t asked_s)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    int64_t now = now_s();
    int64_t wait =
        error ? ms_cert_wait_s(c->name, c->failures + 1, asked_s ? asked_s - now : 0) : 0;

    const struct ms_cert_outcome o = {
        .at_s = now, .error = error, .wait_until_s = error ? now + wait : 0};

    if (ms_cert_note(p->state, p->site, c, &o, &err) < 0) {
        ms_log(MS_LOG_ERR, "cert", "%s", ms_err_msg(&err));
    }
    if (error) {
        ms_log(MS_LOG_WARN, "cert", "%s: %s retry_in_s=%lld", c->name, error, (long long)wait);
    }
}

/* The authority did not sign. Returns false when there is no use in asking for other names now. */
static bool refused(struct pass *p, size_t i, const struct call_output *o)
{
    struct ms_cert_refusal r;
    bool stop;

    ms_cert_refusal_parse(o->out.p, o->out.len, now_s(), &r);
    p->limited = r.status == LIMITED ? p->limited + 1 : 0;
    stop = ms_cert_refusal_is_general(&r) || p->limited == LIMITED_MAX;
    note(p, &p->certs.v[i], r.text, r.retry_after_s);
    for (size_t k = i + 1; stop && k < p->certs.n; k++) {
        if (is_due(p, &p->certs.v[k])) {
            note(p, &p->certs.v[k], r.text, r.retry_after_s);
        }
    }
    return !stop;
}

static void take(struct pass *p, const struct ms_cert *c, const struct call_output *o)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    if (ms_cert_account_note(p->state, p->site, o->out.p, o->out.len, &err) < 0) {
        ms_log(MS_LOG_WARN, "cert", "%s", ms_err_msg(&err));
        ms_err_done(&err);
    }
    if (ms_cert_install(p->state, p->site, c, &o->out, now_s(), &err) < 0) {
        note(p, c, ms_err_msg(&err), 0);
        return;
    }
    ms_log(MS_LOG_INFO, "cert", "%s: new certificate", c->name);
    p->changed = true;
    p->issued++;
    p->limited = 0;
}

/* Ask for one certificate. Returns false when the rest must wait. */
static bool ask(struct pass *p, size_t i)
{
    const struct ms_cert *c = &p->certs.v[i];
    ms_cleanup(call_output_done) struct call_output o = {0};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf csr = {0};
    struct call_exec x = {.name = "certificate-issue", .input = &csr};
    int status = 0;

    ms_buf_init(&csr, CSR_MAX);
    if (ms_cert_request(p->state, c, &csr, &err) < 0) {
        note(p, c, ms_err_msg(&err), 0);
        return true;
    }
    if (call_exec(&p->call, &x, &o, &status, &err) < 0) {
        ms_log(MS_LOG_WARN, "cert", "%s: not asked: %s", c->name, ms_err_msg(&err));
        return false;
    }
    if (status == 0) {
        take(p, c, &o);
        return true;
    }
    if (status == 1) {
        return refused(p, i, &o);
    }
    ms_log(MS_LOG_WARN, "cert", "%s: the client ended with status %d", c->name, status);
    return false;
}

static void ask_all(struct pass *p)
{
    int64_t end = ms_time_mono_ms() + RUN_MS;

    p->changed = ms_certs_retire(p->state, &p->certs, now_s());
    for (size_t i = 0; i < p->certs.n; i++) {
        if (!is_due(p, &p->certs.v[i])) {
            continue;
        }
        if (!p->retry && (p->issued >= RUN_CERTS || ms_time_mono_ms() > end)) {
            p->more = true;
            return;
        }
        if (!ask(p, i)) {
            return;
        }
    }
}

/* The modes without an authority. */
static void take_over(struct pass *p)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    if (ms_deploy_tls(p->site, &p->call.o->paths, &p->changed, &err) < 0) {
        note(p, &p->certs.v[0], ms_err_msg(&err), 0);
        return;
    }
    note(p, &p->certs.v[0], NULL, 0);
    if (p->changed) {
        ms_log(MS_LOG_INFO, "cert", "%s: new certificate", p->certs.v[0].name);
    }
}

static void print_end(const struct pass *p)
{
    ms_auto_json json_t *j = json_pack("{s:b, s:b}", "changed", p->changed, "more", p->more);
    ms_auto_free char *text = json_dumps(j, JSON_COMPACT);

    if (dprintf(STDOUT_FILENO, "%s\n", text) < 0) {
        ms_log(MS_LOG_WARN, "cert", "the supervisor has gone");
    }
}

int role_certs(struct options *o, const char *which)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct pass p = {.call = {.o = o}, .state = o->paths.state};

    p.force = !strcmp(which, "force");
    p.retry = p.force || !strcmp(which, "retry");
    if (loaded_init(&p.call.loaded, o, LOAD_APPLIED, &err) < 0) {
        ms_log(MS_LOG_WARN, "cert", "%s", ms_err_msg(&err));
        return 1;
    }
    p.site = p.call.loaded.site;
    certs_roll(p.site, p.state);
    ms_certs_read(p.state, p.site, &p.certs);
    if (p.site->tls_mode == MS_TLS_ACME) {
        ask_all(&p);
    } else if (p.certs.n) {
        take_over(&p);
    }
    print_end(&p);
    ms_certs_done(&p.certs);
    loaded_done(&p.call.loaded);
    return 0;
}
