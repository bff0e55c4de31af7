/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-ups straight to a name server and through a resolver, with what goes wrong there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/base/time.h"
#include "modules/core/resolve/resolve_priv.h"
#include "tests/unit/fixture_dns_server.h"

#define LONG63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char *const zone[] = {
    ". 60 IN SOA a.test. h.test. 1 2 3 4 5",
    ". 60 IN NS a.test.",
    "a.test. 60 IN A 127.0.0.1",
    "example.test. 300 IN SOA ns.example.test. h.example.test. 1 2 3 4 5",
    "example.test. 300 IN NS NS.example.test.",
    "example.test. 300 IN NS nowhere.example.test.",
    "ns.example.test. 300 IN A 192.0.2.53",
    "ns.example.test. 300 IN AAAA 2001:DB8:0::53",
    "example.test. 300 IN MX 10 Mail.Example.Test.",
    "example.test. 60 IN MX 20 b.example.test.",
    "example.test. 300 IN TXT \"v=spf1 \" \"-all\"",
    "example.test. 300 IN CAA 0 issue \"ca.test; accounturi=https://ca.test/1\"",
    "_25._tcp.mail.example.test. 300 IN TLSA 3 1 1 00FF00ff00ff00ff00ff00ff00ff00ff",
    "_imaps._tcp.example.test. 300 IN SRV 0 1 993 Mail.example.test.",
    "mail.example.test. 300 IN A 192.0.2.25",
    "www.example.test. 300 IN CNAME Mail.example.test.",
    "loop.example.test. 300 IN CNAME pool.example.test.",
    "pool.example.test. 300 IN CNAME loop.example.test.",
    "cut.example.test. 300 IN TXT " LONG63 LONG63 LONG63 " " LONG63 LONG63 LONG63,
    "stray.example.test. 300 IN A 192.0.2.1",
    "noedns.example.test. 300 IN A 192.0.2.2",
    "lame.example.test. 300 IN A 192.0.2.3",
    NULL,
};

struct state {
    struct dns_server server;
    struct ms_resolver *r;
    struct ms_arena *a;
};

static int set_up(void **state)
{
    struct state *s = calloc(1, sizeof(*s));
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    const char *forward[1];
    struct ms_resolver_conf conf = {.forward = forward, .n_forward = 1, .try_ms = 100};

    if (!s || dns_server_start(&s->server, zone) < 0) {
        return -1;
    }
    forward[0] = s->server.address;
    s->a = ms_arena_new();
    *state = s;
    if (ms_resolver_new(&conf, &s->r, &err) < 0) {
        print_error("%s\n", ms_err_msg(&err));
        return -1;
    }
    return 0;
}

static int tear_down(void **state)
{
    struct state *s = *state;

    ms_resolver_free(s->r);
    ms_arena_free(s->a);
    dns_server_stop(&s->server);
    free(s);
    return 0;
}

static struct ms_answer ask(const struct state *s, const char *name, const char *type,
                            bool straight)
{
    struct ms_question q = {.name = name, .type = type};

    q.server = straight ? s->server.address : NULL;
    ms_resolve(s->r, &q, 1, ms_time_mono_ms() + 5000, s->a);
    return q.answer;
}

static void values(void **state)
{
    static const char *const rows[][3] = {
        {"example.test", "TXT", "v=spf1 -all"},
        {"EXAMPLE.test.", "CAA", "0 issue \"ca.test; accounturi=https://ca.test/1\""},
        {"_25._tcp.mail.example.test", "TLSA", "3 1 1 00ff00ff00ff00ff00ff00ff00ff00ff"},
        {"_imaps._tcp.example.test", "SRV", "0 1 993 mail.example.test."},
        {"ns.example.test", "AAAA", "2001:db8::53"},
        {"www.example.test", "CNAME", "mail.example.test."},
        {"www.example.test", "A", "192.0.2.25"},
    };

    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            struct ms_answer x = ask(*state, rows[i][0], rows[i][1], k);

            assert_int_equal(x.state, MS_ANSWER_FOUND);
            assert_int_equal(x.n, 1);
            assert_string_equal(x.v[0].text, rows[i][2]);
            assert_int_equal(x.security, MS_SECURITY_INSECURE);
            assert_null(x.why);
        }
    }
}

static void least_ttl_and_canonical_name(void **state)
{
    struct ms_answer x = ask(*state, "example.test", "MX", true);

    assert_int_equal(x.n, 2);
    assert_int_equal(x.ttl, 60);
    assert_string_equal(x.v[0].text, "10 mail.example.test.");
    assert_true(x.authoritative);
    x = ask(*state, "www.example.test", "A", true);
    assert_string_equal(x.canonical, "mail.example.test.");
}

static void nothing_there(void **state)
{
    for (size_t k = 0; k < 2; k++) {
        struct ms_answer x = ask(*state, "none.example.test", "A", k);

        assert_int_equal(x.state, MS_ANSWER_NXDOMAIN);
        assert_int_equal(x.rcode, 3);
        x = ask(*state, "example.test", "AAAA", k);
        assert_int_equal(x.state, MS_ANSWER_NODATA);
    }
}

static void faults(void **state)
{
    static const char *const rows[][2] = {
        {"servfail.example.test", "SERVFAIL"},   {"refused.example.test", "REFUSED"},
        {"lame.example.test", "does not serve"}, {"silent.example.test", "no answer within"},
        {"broken.example.test", "broken"},       {"loop.example.test", "loop"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ms_answer x = ask(*state, rows[i][0], "A", true);

        assert_int_equal(x.state, MS_ANSWER_FAILED);
        assert_non_null(strstr(x.why, rows[i][1]));
        assert_int_equal(x.n, 0);
    }
}

static void mended(void **state)
{
    struct ms_answer x = ask(*state, "cut.example.test", "TXT", true);

    assert_int_equal(x.state, MS_ANSWER_FOUND);
    assert_int_equal(strlen(x.v[0].text), 378);
    assert_string_equal(ask(*state, "stray.example.test", "A", true).v[0].text, "192.0.2.1");
    assert_string_equal(ask(*state, "noedns.example.test", "A", true).v[0].text, "192.0.2.2");
}

static void resolver_faults(void **state)
{
    struct ms_answer x = ask(*state, "servfail.example.test", "A", false);

    assert_int_equal(x.state, MS_ANSWER_FAILED);
    assert_non_null(x.why);
    x = ask(*state, "loop.example.test", "A", false);
    assert_int_equal(x.state, MS_ANSWER_FAILED);
}

static void time_is_bounded(void **state)
{
    struct state *s = *state;
    struct ms_question q[300];
    int64_t begun = ms_time_mono_ms();

    for (size_t i = 0; i < 300; i++) {
        q[i] = (struct ms_question){.name = "silent.example.test", .type = "A"};
        q[i].server = i % 2 ? s->server.address : NULL;
    }
    ms_resolve(s->r, q, 300, begun + 250, s->a);
    assert_in_range(ms_time_mono_ms() - begun, 0, 1500);
    for (size_t i = 0; i < 300; i++) {
        assert_int_equal(q[i].answer.state, MS_ANSWER_FAILED);
        assert_non_null(q[i].answer.why);
    }
    /* and the resolver is as good as before */
    assert_int_equal(ask(s, "example.test", "MX", false).n, 2);
}

static void silent_server_is_given_up(void **state)
{
    struct state *s = *state;
    int64_t begun;

    for (unsigned i = 0; i < 3; i++) {
        (void)ask(s, "silent.example.test", "A", true);
    }
    begun = ms_time_mono_ms();
    assert_string_equal(ask(s, "silent.example.test", "A", true).why,
                        "the server does not answer at all");
    assert_in_range(ms_time_mono_ms() - begun, 0, 250);
}

static void many(void **state)
{
    struct state *s = *state;
    struct ms_question q[1000];

    for (size_t i = 0; i < 1000; i++) {
        q[i] = (struct ms_question){.name = "example.test", .type = i % 3 ? "MX" : "TXT"};
        q[i].server = i % 2 ? s->server.address : NULL;
    }
    ms_resolve(s->r, q, 1000, ms_time_mono_ms() + 20000, s->a);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(q[i].answer.n, i % 3 ? 2 : 1);
    }
}

static void wrong_questions(void **state)
{
    struct ms_question q[] = {
        {.name = "a..b", .type = "A", .server = "127.0.0.1@1"},
        {.name = "", .type = "A"},
        {.name = "example.test", .type = "NOSUCH"},
        {.name = "example.test", .type = "A", .server = "localhost"},
        {.name = "example.test", .type = "A", .server = "127.0.0.1@70000"},
        {.name = "example.test", .type = "A", .server = "127.0.0.1@1"}, /* nothing listens */
    };
    struct state *s = *state;

    ms_resolve(s->r, q, 6, ms_time_mono_ms() + 5000, s->a);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(q[i].answer.state, MS_ANSWER_FAILED);
        assert_non_null(q[i].answer.why);
    }
    assert_non_null(strstr(q[5].answer.why, "refused"));
}

static void zones(void **state)
{
    struct state *s = *state;
    const char *const names[] = {"a.b.mail.example.test", "Example.TEST.", "other.test"};
    struct ms_zone_servers z[3];

    ms_resolve_zones(s->r, names, 3, ms_time_mono_ms() + 5000, s->a, z);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(z[i].zone, "example.test.");
        assert_int_equal(z[i].n, 3);
        assert_string_equal(z[i].v[0].name, "ns.example.test.");
        assert_string_equal(z[i].v[0].address, "192.0.2.53");
        assert_string_equal(z[i].v[1].address, "2001:db8::53");
        assert_null(z[i].v[2].address);
    }
    assert_null(z[2].zone);
    assert_non_null(z[2].why);
}

static void canonical(void **state)
{
    struct state *s = *state;

    assert_string_equal(ms_resolve_canonical("MX", "10  Mail.Example.", s->a), "10 mail.example.");
    assert_string_equal(ms_resolve_canonical("AAAA", "2001:DB8::0:1", s->a), "2001:db8::1");
    assert_string_equal(ms_resolve_canonical("TLSA", "3 1 1 AA BB", s->a), "3 1 1 aabb");
    assert_string_equal(ms_resolve_canonical("TXT", "A  b", s->a), "A  b");
    assert_string_equal(ms_resolve_canonical("MX", "nonsense", s->a), "nonsense");
    assert_string_equal(ms_resolve_canonical("CAA", "0 issue \";\"", s->a), "0 issue \";\"");
}

static void bad_settings(void **state)
{
    static const char *const forward[] = {"not-an-address"};
    struct ms_resolver_conf conf[] = {
        {.forward = forward, .n_forward = 1},
        {.anchors = "/nonexistent"},
        {.concurrency = 100000},
    };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        struct ms_resolver *r = NULL;

        assert_int_equal(ms_resolver_new(&conf[i], &r, &err), -1);
        assert_null(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(least_ttl_and_canonical_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(faults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(resolver_faults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(time_is_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(silent_server_is_given_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_questions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(zones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(canonical, set_up, tear_down),
        cmocka_unit_test(bad_settings),
    };

    return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
