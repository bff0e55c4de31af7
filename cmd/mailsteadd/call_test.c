/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/call.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/health/canary.h"
#include "modules/core/pki/pki.h"

/* Where the edge can be reached from this host. */
static const char *edge_address(const struct ms_site *site)
{
    for (size_t i = 0; i < site->bind.n; i++) {
        if (!strcmp(site->bind.v[i], "0.0.0.0")) {
            return "127.0.0.1";
        }
    }
    if (!site->bind.n || !strcmp(site->bind.v[0], "::")) {
        return site->bind.n ? "::1" : "127.0.0.1";
    }
    return site->bind.v[0];
}

int call_test(struct call *c, json_t **ret, struct ms_err *err)
{
    const struct ms_site *site = c->loaded.site;
    ms_cleanup(ms_secret_freep) char *password = NULL;
    ms_auto_free char *user = NULL;
    ms_auto_free char *helo = ms_xasprintf("mailstead-test.%s", site->hostname);
    ms_auto_free char *to = NULL;
    uint16_t imaps = site->ports[MS_PORT_IMAPS], imap = site->ports[MS_PORT_IMAP];
    struct ms_canary canary = {
        .host = edge_address(site), .smtp_port = site->ports[MS_PORT_SMTP], .helo = helo};

    if (!site->primary || !canary.smtp_port) {
        return ms_err_set(err, MS_EINVAL, 0, "this site has no SMTP port or no domain to test");
    }
    if (call_string(c, "address") && call_address(c, "address", &to, err) < 0) {
        return -1;
    }
    user = ms_xasprintf("mailstead-test@%s", site->primary->name);
    canary.from = user;
    canary.to = to ? to : user;
    if (!to) {
        if (ms_secret_get(c->o->paths.state, "canary", false, &password, err) < 0) {
            return ms_err_wrap(err, "the test mailbox was not made yet");
        }
        canary.user = user;
        canary.password = password;
        canary.imap_tls = imaps != 0;
        canary.imap_port = imaps ? imaps : imap;
    }
    return ms_canary_run(&canary, ret, err);
}
