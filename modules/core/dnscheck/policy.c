/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnscheck/policy.h"

#include <string.h>

#include "modules/core/base/parse.h"

enum { DMARC_MAX = 8192, STS_MAX = 65536 };

bool ms_dmarc_is(const char *txt)
{
    const char *c = txt + 1;

    if (*txt != 'v') {
        return false;
    }
    c += strspn(c, " \t");
    if (*c++ != '=') {
        return false;
    }
    c += strspn(c, " \t");
    return !strncmp(c, "DMARC1", 6) && strchr("; \t", c[6]);
}

/* A copy of n bytes without blanks around. */
static char *trimmed(const char *p, size_t n, struct ms_arena *a)
{
    while (n && strchr(" \t", *p)) {
        p++;
        n--;
    }
    while (n && strchr(" \t\r", p[n - 1])) {
        n--;
    }
    return ms_arena_memdup0(a, p, n);
}

static bool is_level(const char *v)
{
    return !strcasecmp(v, "none") || !strcasecmp(v, "quarantine") || !strcasecmp(v, "reject");
}

static void tag(struct ms_dmarc *d, const char *key, const char *v, struct ms_arena *a)
{
    if (!strcasecmp(key, "p") || !strcasecmp(key, "sp")) {
        if (!is_level(v)) {
            d->error = ms_arena_printf(a, "%s=%.50s is no policy", key, v);
        } else if (key[0] == 'p' || key[0] == 'P') {
            d->p = v;
        } else {
            d->sp = v;
        }
    } else if (!strcasecmp(key, "rua")) {
        d->rua = v;
    } else if (!strcasecmp(key, "ruf")) {
        d->ruf = v;
    } else if (!strcasecmp(key, "t")) {
        d->testing = !strcasecmp(v, "y");
    } else if (!strcasecmp(key, "adkim") || !strcasecmp(key, "aspf")) {
        bool strict = !strcasecmp(v, "s");

        if (!strict && strcasecmp(v, "r") != 0) {
            d->error = ms_arena_printf(a, "%s=%.50s is neither r nor s", key, v);
        }
        *(strcasecmp(key, "aspf") ? &d->strict_dkim : &d->strict_spf) = strict;
    }
}

void ms_dmarc_read(const char *text, struct ms_arena *a, struct ms_dmarc *ret)
{
    *ret = (struct ms_dmarc){0};
    if (strlen(text) > DMARC_MAX || !ms_dmarc_is(text)) {
        ret->error = "it does not begin with v=DMARC1";
        return;
    }
    for (const char *at = text; *at;) {
        size_t n = strcspn(at, ";");
        const char *eq = memchr(at, '=', n);

        if (eq) {
            tag(ret, trimmed(at, (size_t)(eq - at), a),
                trimmed(eq + 1, n - (size_t)(eq - at) - 1, a), a);
        } else if (*trimmed(at, n, a)) {
            ret->error = ms_arena_printf(a, "a part without \"=\": %.50s", trimmed(at, n, a));
        }
        at += n + (at[n] == ';');
    }
    if (!ret->p && !ret->error) {
        ret->error = "it has no policy (p=)";
    }
}

static void sts_line(struct ms_sts_policy *p, const char *key, const char *v, struct ms_arena *a)
{
    if (!strcmp(key, "version")) {
        if (strcmp(v, "STSv1") != 0) {
            p->error = ms_arena_printf(a, "version %.50s", v);
        }
    } else if (!strcmp(key, "mode")) {
        p->mode = v;
    } else if (!strcmp(key, "max_age")) {
        if (ms_parse_u64(v, &p->max_age) < 0 || p->max_age > 31557600) {
            p->error = ms_arena_printf(a, "max_age %.50s", v);
        }
    } else if (!strcmp(key, "mx") && p->n_mx < MS_STS_MX_MAX) {
        p->mx[p->n_mx++] = v;
    }
}

void ms_sts_policy_read(const char *body, struct ms_arena *a, struct ms_sts_policy *ret)
{
    bool version = !strncmp(body, "version:", 8);

    memset(ret, 0, sizeof(*ret));
    if (strlen(body) > STS_MAX) {
        ret->error = "it is longer than 64 KiB";
        return;
    }
    for (const char *at = body; *at;) {
        size_t n = strcspn(at, "\n");
        const char *colon = memchr(at, ':', n);

        if (colon) {
            sts_line(ret, trimmed(at, (size_t)(colon - at), a),
                     trimmed(colon + 1, n - (size_t)(colon - at) - 1, a), a);
        }
        at += n + (at[n] == '\n');
    }
    if (ret->error) {
        return;
    }
    if (!version || !ret->mode || !ret->max_age) {
        ret->error = "version, mode or max_age is missing";
    } else if (strcmp(ret->mode, "enforce") != 0 && strcmp(ret->mode, "testing") != 0 &&
               strcmp(ret->mode, "none") != 0) {
        ret->error = ms_arena_printf(a, "mode %.50s", ret->mode);
    } else if (!ret->n_mx && strcmp(ret->mode, "none") != 0) {
        ret->error = "it names no mail server";
    }
}

bool ms_sts_policy_allows(const struct ms_sts_policy *p, const char *host)
{
    const char *dot = strchr(host, '.');

    for (size_t i = 0; i < p->n_mx; i++) {
        if (!strcasecmp(p->mx[i], host) ||
            (!strncmp(p->mx[i], "*.", 2) && dot && !strcasecmp(p->mx[i] + 1, dot))) {
            return true;
        }
    }
    return false;
}
