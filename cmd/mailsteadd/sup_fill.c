/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>
#include <string.h>

#include "cmd/mailsteadd/sup.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/log.h"
#include "modules/core/base/mem.h"
#include "modules/core/health/probe_fill.h"
#include "modules/core/health/probe_json.h"
#include "modules/core/pki/pki.h"

static const char prefix[] = "secret.";

/* The log-in of the mailbox for test messages as SASL PLAIN (RFC 4616) in base64. It is made if it
 * is not there yet: `up` gives it to the mailbox. */
static char *plain(const struct sup *s, struct ms_err *err)
{
    ms_cleanup(ms_secret_freep) char *password = NULL;
    unsigned char in[1024], out[2048];
    int n, m;

    if (!s->loaded.site->primary) {
        (void)ms_err_set(err, MS_ENOTFOUND, 0, "there is no domain");
        return NULL;
    }
    if (ms_secret_get(s->o->paths.state, "canary", true, &password, err) < 0) {
        return NULL;
    }
    n = snprintf((char *)in, sizeof(in), "%cmailstead-test@%s%c%s", 0,
                 s->loaded.site->primary->name, 0, password);
    m = n > 0 && (size_t)n < sizeof(in) ? EVP_EncodeBlock(out, in, n) : -1;
    explicit_bzero(in, sizeof(in));
    if (m < 0) {
        (void)ms_err_set(err, MS_EINVAL, 0, "the log-in is too long");
        return NULL;
    }
    return ms_xstrdup((const char *)out);
}

static char *value(void *arg, const char *name, struct ms_err *err)
{
    const struct sup *s = arg;
    ms_cleanup(ms_secret_freep) char *secret = NULL;

    if (!strcmp(name, "canary.plain")) {
        return plain(s, err);
    }
    if (strncmp(name, prefix, sizeof(prefix) - 1) != 0) {
        (void)ms_err_set(err, MS_EINVAL, 0, "%s: there is no such value", name);
        return NULL;
    }
    if (ms_secret_get(s->o->paths.state, name + sizeof(prefix) - 1, false, &secret, err) < 0) {
        return NULL;
    }
    return ms_xstrdup(secret);
}

static void wipe(struct ms_probe_step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        explicit_bzero((char *)steps[i].send, strlen(steps[i].send));
        free((char *)steps[i].send);
    }
    free(steps);
}

json_t *sup_probe_json(struct sup *s, const struct ms_service *v, const struct ms_probe *p)
{
    const char *address = ms_stack_address(s->loaded.stack, v->name, p->network);
    struct ms_probe filled = *p;
    json_t *o;

    filled.steps = ms_xcalloc(p->n_steps + 1, sizeof(*filled.steps));
    for (size_t i = 0; i < p->n_steps; i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        char *send = NULL;

        if (ms_probe_fill(p->steps[i].send, value, s, &send, &err) < 0) {
            /* before the first `up` much is not there yet */
            ms_log(MS_LOG_DEBUG, "probe", "%s: %s: %s", v->name, p->name, ms_err_msg(&err));
            send = ms_xstrdup("");
        }
        filled.steps[i] = (struct ms_probe_step){.send = send, .expect = p->steps[i].expect};
    }
    o = ms_probe_to_json(&filled, address);
    wipe(filled.steps, filled.n_steps);
    return o;
}
