/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/hash.h"
#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/pki/certs_priv.h"

enum {
    EARLY_S = 30 * MS_PKI_DAY_S, /* before the end */
    JITTER_SHARE = 30,           /* of the life, at most */
    WAIT_MIN_S = 900,
    WAIT_MAX_S = MS_PKI_DAY_S,
    ASKED_MAX_S = 8 * MS_PKI_DAY_S,
    DOUBLINGS = 7,
    SOON_S = 7 * MS_PKI_DAY_S,
};

/* A number below limit that is always the same for a name. */
static int64_t by_name(const char *name, int64_t limit)
{
    char hex[MS_HASH_TEXT];
    uint64_t v = 0;

    ms_hash_bytes(name, strlen(name), hex);
    for (size_t i = 0; i < 8; i++) {
        v = v * 16 + (uint64_t)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
    }
    return limit > 0 ? (int64_t)(v % (uint64_t)limit) : 0;
}

int64_t ms_cert_due_s(const struct ms_site *site, const struct ms_cert *c)
{
    int64_t life = c->not_after_s - c->not_before_s, at, late = c->not_after_s - EARLY_S;

    if (site->tls_mode == MS_TLS_FILES) {
        return INT64_MAX;
    }
    if (!c->found || !c->wanted || c->rolling || life <= 0) {
        return c->wait_until_s;
    }
    at = c->not_before_s + life - life / 3;
    if (site->tls_mode == MS_TLS_SELFSIGNED) { /* ms_tls_ensure_selfsigned has its own measure */
        at = late + 1;
    } else {
        at = (late > at ? late : at) - by_name(c->name, life / JITTER_SHARE);
    }
    return at > c->wait_until_s ? at : c->wait_until_s;
}

int64_t ms_cert_wait_s(const char *name, unsigned failures, int64_t asked_s)
{
    unsigned n = failures ? failures - 1 : 0;
    int64_t wait = (int64_t)WAIT_MIN_S << (n < DOUBLINGS ? n : DOUBLINGS);

    wait = wait < WAIT_MAX_S ? wait : WAIT_MAX_S;
    asked_s = asked_s < ASKED_MAX_S ? asked_s : ASKED_MAX_S;
    wait = wait > asked_s ? wait : asked_s;
    return wait + by_name(name, wait / 8);
}

static void date(int64_t t_s, char out[MS_TIME_TEXT])
{
    ms_time_format(t_s * 1000, out);
    out[10] = '\0';
}

/* The last try failed: what that means for the name, or NULL when it means nothing. */
static char *failure(const struct ms_cert *c, int64_t left_s)
{
    char end[MS_TIME_TEXT];

    date(c->not_after_s, end);
    if (c->found && (c->wanted || left_s <= 0)) {
        return ms_xasprintf("the certificate %s on %s (%lld days left)",
                            left_s <= 0 ? "ended" : "ends", end,
                            (long long)(left_s / MS_PKI_DAY_S));
    }
    if (!c->needed) {
        return NULL;
    }
    return ms_xstrdup(c->found ? "no certificate from the authority, another one is in use"
                               : "no certificate");
}

bool ms_cert_problem(const struct ms_cert *c, int64_t now_s, char *ret)
{
    int64_t left = c->not_after_s - now_s;
    bool soon = left < SOON_S && left * 4 < c->not_after_s - c->not_before_s;
    ms_auto_free char *why = c->error ? failure(c, left) : NULL;
    char end[MS_TIME_TEXT];

    if (why) {
        (void)snprintf(ret, MS_CERT_ERROR, "%s: %s: %s", c->name, why, c->error);
        return true;
    }
    if (c->found && (left <= 0 || soon)) {
        date(c->not_after_s, end);
        (void)snprintf(ret, MS_CERT_ERROR, "%s: the certificate %s on %s", c->name,
                       left <= 0 ? "ended" : "ends", end);
        return true;
    }
    return false;
}

static json_t *time_or_null(int64_t t_s)
{
    char text[MS_TIME_TEXT];

    if (t_s <= 0 || t_s == INT64_MAX) {
        return json_null();
    }
    ms_time_format(t_s * 1000, text);
    return json_string(text);
}

json_t *ms_cert_json(const struct ms_site *site, const struct ms_cert *c, int64_t now_s)
{
    int64_t due = ms_cert_due_s(site, c);
    char problem[MS_CERT_ERROR] = "";
    json_t *o = json_object();

    (void)ms_cert_problem(c, now_s, problem);
    (void)json_object_set_new(o, "name", json_string(c->name));
    (void)json_object_set_new(o, "own", json_boolean(c->found && c->wanted));
    (void)json_object_set_new(o, "issuer", c->issuer ? ms_json_lossy(c->issuer) : json_null());
    (void)json_object_set_new(o, "not_before", time_or_null(c->not_before_s));
    (void)json_object_set_new(o, "not_after", time_or_null(c->not_after_s));
    (void)json_object_set_new(o, "days_left",
                              c->found ? json_integer((c->not_after_s - now_s) / MS_PKI_DAY_S)
                                       : json_null());
    (void)json_object_set_new(o, "next", time_or_null(due < now_s ? now_s : due));
    (void)json_object_set_new(o, "tried", time_or_null(c->tried_s));
    (void)json_object_set_new(o, "failures", json_integer(c->failures));
    (void)json_object_set_new(o, "error", c->error ? ms_json_lossy(c->error) : json_null());
    (void)json_object_set_new(o, "problem", *problem ? ms_json_lossy(problem) : json_null());
    return o;
}

int64_t ms_certs_due_s(const struct ms_site *site, const struct ms_certs *c)
{
    int64_t first = INT64_MAX / 1000; /* in milliseconds, too */

    for (size_t i = 0; i < c->n; i++) {
        int64_t due = ms_cert_due_s(site, &c->v[i]);

        first = due < first ? due : first;
    }
    return first;
}

int64_t ms_certs_look_ms(int64_t due_s, int64_t wall_ms, int64_t now_ms, int64_t most_ms)
{
    int64_t wait_ms = due_s * 1000 - wall_ms;

    return wait_ms > 0 && wait_ms < most_ms ? now_ms + wait_ms : 0;
}
