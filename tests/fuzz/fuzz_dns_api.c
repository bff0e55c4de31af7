/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of DNS providers: whatever they say, reading ends, and what was read can be compared and
 * is as wanted after what would be written. The first byte chooses the provider; the rest is the
 * answer to every request.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/dnspush/diff.h"
#include "modules/core/dnspush/provider.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct answer {
    const uint8_t *p;
    size_t n;
    unsigned asked;
};

static int on_send(void *arg, const struct ms_dnsapi_request *rq, struct ms_dnsapi_answer *ret,
                   struct ms_err *err)
{
    struct answer *a = arg;

    (void)err;
    assert(!strncmp(rq->url, "https://api.test/", 17));
    ret->status = a->asked++ > 8 ? 500 : 200; /* long lists are cut short */
    ms_buf_add(&ret->body, a->p, a->n);
    return 0;
}

static void on_wait(void *arg, int64_t ms)
{
    (void)arg;
    (void)ms;
}

static void compare(const struct ms_rrsets *found)
{
    static const struct ms_record mx = {
        .id = "mx", .name = "example.org.", .type = "MX", .value = "10 mail.example.org."};
    static const struct ms_record spf = {.id = "spf",
                                         .name = "example.org.",
                                         .type = "TXT",
                                         .value = "v=spf1 mx ~all",
                                         .merge = MS_MERGE_KEEP};
    const struct ms_record *wanted[] = {&mx, &spf};
    ms_auto_rrsets struct ms_rrsets ours = {0};
    ms_auto_rrchanges struct ms_rrchanges c = {0};
    struct ms_diff_in in = {
        .zone = "example.org.", .wanted = wanted, .n_wanted = 2, .found = found, .ours = &ours};

    ms_rrsets_init(&ours);
    ms_diff(&in, &c);
    for (size_t i = 0; i < c.n; i++) {
        assert(c.v[i].act != MS_ACT_REMOVE); /* nothing is ours */
        /* of a set with values of others, none but SPF records goes */
        assert(c.v[i].act != MS_ACT_CHANGE || strcmp(c.v[i].type, "TXT") != 0 ||
               c.v[i].n >= c.v[i].n_old);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int (*const opens[])(struct ms_dnsapi *, struct ms_provider *, struct ms_err *) = {
        ms_cloudflare_open, ms_desec_open, ms_hetzner_open, ms_powerdns_open};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_provider struct ms_provider p = {0};
    ms_auto_rrsets struct ms_rrsets found = {0};
    struct ms_push_zone_id zone = {.name = "example.org.", .id = "abc"};
    struct answer a = {.p = data + 1, .n = size - 1};
    struct ms_dnsapi api;

    if (!size) {
        return 0;
    }
    ms_dnsapi_init(&api, "x", "https://api.test/", "T: ", "t");
    api.send = on_send;
    api.wait = on_wait;
    api.arg = &a;
    if (opens[data[0] % 4](&api, &p, &err) < 0) {
        return 0;
    }
    if (p.ops->zone(p.impl, "example.org.", &zone, &err) < 0) {
        ms_err_done(&err);
    }
    a.asked = 0;
    ms_rrsets_init(&found);
    if (p.ops->fetch(p.impl, &zone, NULL, &found, &err) == 0) {
        compare(&found);
    }
    return 0;
}
