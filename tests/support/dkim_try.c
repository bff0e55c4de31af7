/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dkim-try STATE DOMAIN RESOLVER begin|step|hurry|records: a change of DKIM keys without a stack,
 * with the name servers that RESOLVER (an address) knows of. Prints what the change waits for, or
 * the records of the keys.
 */
#include <stdio.h>
#include <string.h>

#include "modules/core/base/time.h"
#include "modules/core/dkim/dkim.h"
#include "modules/core/dns/dns.h"

enum { LOOK_MS = 8000, QUEUE_S = 5 * 24 * 3600 };

static int look(void *arg, const char *domain, const struct ms_dkim_keys *keys,
                char why[MS_DKIM_WHY])
{
    return ms_dkim_visible(arg, domain, keys, ms_time_mono_ms() + LOOK_MS, why);
}

static int print_records(const struct ms_dkim_change *c, struct ms_buf *out, struct ms_err *err)
{
    ms_auto_dkim_keys struct ms_dkim_keys keys = {0};

    if (ms_dkim_list(c->state, c->domain, &keys, err) < 0) {
        return -1;
    }
    for (size_t i = 0; i < keys.n; i++) {
        char name[300];
        struct ms_record r = {.name = name, .type = "TXT", .ttl = 60, .value = keys.v[i].txt};

        (void)snprintf(name, sizeof(name), "%s._domainkey.%s.", keys.v[i].selector, c->domain);
        if (ms_dns_line(&r, out) < 0) {
            return ms_err_set(err, MS_EINVAL, 0, "%s: too long", name);
        }
        ms_buf_addc(out, '\n');
    }
    return 0;
}

static int run(struct ms_dkim_change *c, const char *what, struct ms_buf *out, struct ms_err *err)
{
    struct ms_dkim_rotation r;
    bool changed = false;
    int done;

    if (!strcmp(what, "records")) {
        return print_records(c, out, err);
    }
    c->hurry = !strcmp(what, "hurry");
    done = !strcmp(what, "begin") ? ms_dkim_begin(c, err) : ms_dkim_step(c, &changed, err);
    if (done < 0 || ms_dkim_rotation_read(c->state, c->domain, &r, err) < 0) {
        return -1;
    }
    ms_dkim_todo(&r, c->domain, false, QUEUE_S, out);
    ms_buf_addf(out, "\nphase %s\n", ms_dkim_phase_name(r.phase));
    return 0;
}

int main(int argc, char **argv)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_resolver_freep) struct ms_resolver *resolver = NULL;
    ms_auto_buf struct ms_buf out = {0};
    struct ms_resolver_conf conf = {.n_forward = 1};
    struct ms_dkim_change c = {.selector = "ms",
                               .algorithms = MS_DKIM_RSA2048 | MS_DKIM_ED25519,
                               .now_s = ms_time_wall_ms() / 1000,
                               .queue_s = QUEUE_S,
                               .visible = look};

    if (argc != 5) {
        (void)fprintf(stderr, "usage: dkim-try STATE DOMAIN RESOLVER begin|step|hurry|records\n");
        return 2;
    }
    ms_buf_init(&out, 1 << 16);
    c.state = argv[1];
    c.domain = argv[2];
    conf.forward = (const char *const[]){argv[3]};
    if (ms_resolver_new(&conf, &resolver, &err) < 0) {
        (void)fprintf(stderr, "dkim-try: %s\n", ms_err_msg(&err));
        return 1;
    }
    c.arg = resolver;
    if (run(&c, argv[4], &out, &err) < 0) {
        (void)fprintf(stderr, "dkim-try: %s\n", ms_err_msg(&err));
        return 1;
    }
    (void)fputs(out.p, stdout);
    return 0;
}
