/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How memory is shared out among services.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "modules/core/stack/stack_priv.h"

#define MIB ((uint64_t)1 << 20)

struct bench {
    struct ms_stack stack;
    struct ms_service services[3];
};

/* Three services: least 100, 200, 50 MiB; most 400, 300, 60 MiB; weights 3, 1, 1. */
static void fill(struct bench *b)
{
    static const char *const names[] = {"a", "b", "c"};
    static const char *const most[] = {"400M", "300M", "60M"};
    static const char *const least[] = {"100M", "200M", "50M"};
    static const int weight[] = {3, 1, 1};

    *b = (struct bench){.stack = {.arena = ms_arena_new(),
                                  .services = b->services,
                                  .n_services = 3,
                                  .vars = json_object()}};
    for (size_t i = 0; i < 3; i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        json_t *def = json_pack("{s:s,s:{s:{s:s,s:i}}}", "mem_limit", most[i], "x-mailstead",
                                "memory", "least", least[i], "weight", weight[i]);

        b->services[i] = (struct ms_service){.name = names[i], .compose = def};
        assert_int_equal(ms_stack_memory_read(def, &b->services[i], &err), 0);
    }
}

static void done(struct bench *b)
{
    for (size_t i = 0; i < 3; i++) {
        json_decref(b->services[i].compose);
    }
    json_decref(b->stack.vars);
    ms_arena_free(b->stack.arena);
}

static void expect(const struct bench *b, uint64_t a, uint64_t second, uint64_t third)
{
    assert_int_equal(b->services[0].memory / MIB, a);
    assert_int_equal(b->services[1].memory / MIB, second);
    assert_int_equal(b->services[2].memory / MIB, third);
}

static void unknown_host_gives_the_most(void **state)
{
    struct ms_site site = {0};
    struct bench b;

    (void)state;
    fill(&b);
    ms_stack_share_memory(&b.stack, &site);
    expect(&b, 400, 300, 60);
    assert_null(b.stack.too_little_memory);
    assert_null(b.stack.memory_budget);
    done(&b);
}

static void what_is_left_goes_by_weight(void **state)
{
    struct ms_site site = {.memory = 450 * MIB};
    struct bench b;
    json_t *a;

    (void)state;
    fill(&b);
    ms_stack_share_memory(&b.stack, &site);
    /* 100 are left: 60, 20 and 20, of which c takes 10; those go round again, 7 and 2 of them, and
     * so on, while whole MiB are left */
    expect(&b, 167, 222, 60);
    assert_string_equal(json_string_value(json_object_get(b.services[0].compose, "mem_limit")),
                        "167M");
    a = json_object_get(json_object_get(b.stack.vars, "memory"), "a");
    assert_int_equal(json_integer_value(json_object_get(a, "half_mb")), 83);
    assert_non_null(strstr(b.stack.memory_budget, "449 of 450 MiB (limits.memory): a 167, b 222"));
    done(&b);
}

static void plenty_gives_the_most(void **state)
{
    struct ms_site site = {.host_memory = 4096 * MIB + 12345};
    struct bench b;

    (void)state;
    fill(&b);
    ms_stack_share_memory(&b.stack, &site);
    expect(&b, 400, 300, 60);
    done(&b);
}

/* An eighth of the host, but at least 192 MiB, is not given away; the host's last MiB do not
 * matter. */
static void some_stays_with_the_host(void **state)
{
    struct ms_site site = {.host_memory = 600 * MIB}, same = {.host_memory = 639 * MIB};
    struct bench b, c;

    (void)state;
    fill(&b);
    fill(&c);
    ms_stack_share_memory(&b.stack, &site);
    ms_stack_share_memory(&c.stack, &same);
    assert_non_null(strstr(b.stack.memory_budget, " of 384 MiB (of this host's memory)"));
    assert_string_equal(b.stack.memory_budget, c.stack.memory_budget);
    done(&b);
    done(&c);
}

static void too_little_is_said(void **state)
{
    struct ms_site site = {.memory = 349 * MIB};
    struct bench b;

    (void)state;
    fill(&b);
    ms_stack_share_memory(&b.stack, &site);
    assert_non_null(strstr(b.stack.too_little_memory, "at least 350 MiB of memory, there are 349"));
    done(&b);
}

static void bad_fragments(void **state)
{
    static const char *const bad[] = {
        "{}",
        "{\"mem_limit\": \"much\"}",
        "{\"mem_limit\": \"1M\", \"x-mailstead\": {\"memory\": {\"least\": \"2M\"}}}",
        "{\"mem_limit\": \"1M\", \"x-mailstead\": {\"memory\": {\"weight\": 0}}}",
        "{\"mem_limit\": \"1M\", \"x-mailstead\": {\"memory\": {\"least\": \"\"}}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        struct ms_service v = {0};
        json_t *def = json_loads(bad[i], 0, NULL);

        assert_int_equal(ms_stack_memory_read(def, &v, &err), -1);
        json_decref(def);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_host_gives_the_most),
        cmocka_unit_test(what_is_left_goes_by_weight),
        cmocka_unit_test(plenty_gives_the_most),
        cmocka_unit_test(some_stays_with_the_host),
        cmocka_unit_test(too_little_is_said),
        cmocka_unit_test(bad_fragments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
