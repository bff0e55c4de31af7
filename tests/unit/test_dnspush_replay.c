/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The providers with an API against conversations in tests/replay: what is sent must be what they
 * say, in that order, and what comes of it is checked here. Nothing goes over a network.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/dnspush/diff.h"
#include "modules/core/dnspush/provider.h"

#define ZONE "example.org."
#define HOST "mail.example.org."
#define AS_100                                                                                     \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
    "A"                                                                                            \
    "AAAAAAA"
#define HASH "abababababababababababababababababababababababababababababababab"

static const struct ms_record records[] = {
    {.id = "mx", .name = ZONE, .type = "MX", .ttl = 3600, .value = "10 mail.example.org."},
    {.id = "spf",
     .name = ZONE,
     .type = "TXT",
     .ttl = 3600,
     .value = "v=spf1 mx ~all",
     .merge = MS_MERGE_KEEP},
    {.id = "dkim",
     .name = "ms-rsa._domainkey.example.org.",
     .type = "TXT",
     .ttl = 3600,
     .value = "v=DKIM1; k=rsa; p=" AS_100 AS_100 AS_100},
    {.id = "tlsa-smtp",
     .name = "_25._tcp.mail.example.org.",
     .type = "TLSA",
     .ttl = 3600,
     .value = "3 1 1 " HASH},
    {.id = "srv-imaps",
     .name = "_imaps._tcp.example.org.",
     .type = "SRV",
     .ttl = 3600,
     .value = "0 1 993 mail.example.org."},
    {.id = "caa-issue",
     .name = HOST,
     .type = "CAA",
     .ttl = 3600,
     .value = "0 issue \"ca.test\"",
     .merge = MS_MERGE_KEEP},
    {.id = "host-a", .name = HOST, .type = "A", .ttl = 3600, .value = "192.0.2.10"},
};
enum { N = sizeof(records) / sizeof(records[0]) };

struct kind {
    const char *name, *header;
    int (*open)(struct ms_dnsapi *api, struct ms_provider *ret, struct ms_err *err);
};
static const struct kind kinds[] = {
    {"cloudflare", "Authorization: Bearer ", ms_cloudflare_open},
    {"desec", "Authorization: Token ", ms_desec_open},
    {"hetzner", "Authorization: Bearer ", ms_hetzner_open},
};

/* A conversation being played. */
struct play {
    json_t *file;
    size_t at;
    int64_t waited_ms;
    struct ms_provider provider;
    struct ms_push_zone_id zone;
    struct ms_rrsets found, ours;
    struct ms_rrchanges changes;
};

static int on_send(void *arg, const struct ms_dnsapi_request *rq, struct ms_dnsapi_answer *ret,
                   struct ms_err *err)
{
    struct play *p = arg;
    const json_t *x = json_array_get(json_object_get(p->file, "exchanges"), p->at++), *line;
    const char *api = json_string_value(json_object_get(p->file, "api"));
    ms_auto_json json_t *body = rq->body ? json_loads(rq->body, 0, NULL) : json_null();
    ms_auto_free char *text = json_dumps(json_object_get(x, "answer"), JSON_ENCODE_ANY);
    size_t i;

    (void)err;
    if (!x) {
        fail_msg("one request too many: %s %s", rq->method, rq->url);
    }
    assert_string_equal(rq->method, json_string_value(json_object_get(x, "method")));
    assert_int_equal(strncmp(rq->url, api, strlen(api)), 0);
    assert_string_equal(rq->url + strlen(api), json_string_value(json_object_get(x, "path")));
    assert_non_null(strstr(rq->header, "secret-token"));
    if (!json_equal(body, json_object_get(x, "body"))) {
        fail_msg("%s %s sends %s", rq->method, rq->url, rq->body);
    }
    ret->status = (long)json_integer_value(json_object_get(x, "status"));
    ms_buf_adds(&ret->body, text);
    json_array_foreach(json_object_get(x, "headers"), i, line)
    {
        ms_dnsapi_header(ret, json_string_value(line), json_string_length(line), 1000000000);
    }
    return 0;
}

static void on_wait(void *arg, int64_t ms)
{
    ((struct play *)arg)->waited_ms += ms;
}

static void start(struct play *p, const struct kind *k, const char *name)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *path = ms_xasprintf("tests/replay/%s/%s.json", k->name, name);
    struct ms_dnsapi api;

    *p = (struct play){.file = json_load_file(path, 0, NULL)};
    assert_non_null(p->file);
    ms_dnsapi_init(&api, k->name, json_string_value(json_object_get(p->file, "api")), k->header,
                   "secret-token");
    api.send = on_send;
    api.wait = on_wait;
    api.arg = p;
    assert_int_equal(k->open(&api, &p->provider, &err), 0);
    ms_rrsets_init(&p->found);
    ms_rrsets_init(&p->ours);
}

static void finish(struct play *p)
{
    assert_int_equal(p->at, json_array_size(json_object_get(p->file, "exchanges")));
    ms_provider_done(&p->provider);
    ms_rrsets_done(&p->found);
    ms_rrsets_done(&p->ours);
    ms_rrchanges_done(&p->changes);
    json_decref(p->file);
}

/* Read and compare. */
static int look(struct play *p, struct ms_err *err)
{
    const struct ms_provider_ops *ops = p->provider.ops;
    const struct ms_record *wanted[N];
    struct ms_diff_in in = {
        .zone = ZONE, .wanted = wanted, .n_wanted = N, .found = &p->found, .ours = &p->ours};

    for (size_t i = 0; i < N; i++) {
        wanted[i] = &records[i];
    }
    ms_rrsets_done(&p->found);
    ms_rrsets_init(&p->found);
    ms_rrchanges_done(&p->changes);
    if (!*p->zone.name) {
        int r = ops->zone(p->provider.impl, ZONE, &p->zone, err);

        if (r < 0) {
            return -1;
        }
        assert_int_equal(r, 1);
        assert_string_equal(p->zone.name, ZONE);
    }
    if (ops->fetch(p->provider.impl, &p->zone, &p->ours, &p->found, err) < 0) {
        return -1;
    }
    in.least_ttl = p->zone.least_ttl;
    ms_diff(&in, &p->changes);
    return 0;
}

static int write_all(struct play *p, size_t *done, struct ms_err *err)
{
    const struct ms_rrchange *v[N];
    size_t n = 0;

    for (size_t i = 0; i < p->changes.n; i++) {
        if (ms_rrchange_is_write(&p->changes.v[i])) {
            v[n++] = &p->changes.v[i];
        }
    }
    assert_int_equal(n, N);
    return p->provider.ops->apply(p->provider.impl, &p->zone, v, n, done, err);
}

static void test_push(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        struct play p;
        size_t done = 0;

        start(&p, &kinds[i], "push");
        if (look(&p, &err) < 0 || write_all(&p, &done, &err) < 0) {
            fail_msg("%s: %s", kinds[i].name, ms_err_msg(&err));
        }
        assert_int_equal(done, N);
        assert_int_equal(look(&p, &err), 0);
        assert_int_equal(ms_rrchanges_writes(&p.changes), 0);
        finish(&p);
    }
}

static void refuses(const struct kind *k, const char *name, const char *says, size_t want_done)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct play p;
    size_t done = 0;

    start(&p, k, name);
    assert_int_equal(look(&p, &err) < 0 ? -1 : write_all(&p, &done, &err), -1);
    assert_int_equal(done, want_done);
    if (!strstr(ms_err_msg(&err), says) || strstr(ms_err_msg(&err), "secret-token")) {
        fail_msg("%s: %s", k->name, ms_err_msg(&err));
    }
    finish(&p);
}

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        refuses(&kinds[i], "token", "refuses the token", 0);
    }
    refuses(&kinds[0], "refused", "An A, AAAA, or CNAME record", 0);
    refuses(&kinds[1], "refused", "RRset conflicts", 0);
    /* what was written before the refusal is counted */
    refuses(&kinds[2], "half", "this RRSet is not supported", 3);
    /* taken, and then it failed */
    refuses(&kinds[2], "failed", "took the request and failed: Action failed (action_failed)", 0);
    refuses(&kinds[1], "elsewhere", "names a page that is not its own", 0);
    refuses(&kinds[1], "limit-long", "come again in 4000 s", 0);
}

static void test_limits(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct play p;

    (void)state;
    start(&p, &kinds[1], "limit");
    assert_int_equal(look(&p, &err), 0);
    assert_int_equal(p.waited_ms, 2000);
    finish(&p);
    start(&p, &kinds[2], "limit");
    assert_int_equal(look(&p, &err), 0);
    assert_int_equal(p.waited_ms, 1000);
    finish(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_push),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests_name("dnspush_replay", tests, NULL, NULL);
}
