/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks and addresses from offsets and host numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/stack/stack_priv.h"

/* What becomes of these fragments: "" or why not. vars: where the addresses go (may be NULL). */
static void place(const char *fragments, const char *why, char *address)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *all =
        json_loads("{\"back\":{\"x-mailstead\":{\"offset\":0,\"prefix\":26}},"
                   "\"mta\":{\"x-mailstead\":{\"offset\":64,\"prefix\":28}}}",
                   0, NULL);
    ms_auto_json json_t *list = json_loads(fragments, 0, NULL);
    struct ms_stack s = {.arena = ms_arena_new(), .vars = json_object()};
    const struct ms_site site = {
        .subnet = "172.30.25.0/24", .subnet_addr = 0xac1e1900, .subnet_prefix = 24};

    assert_non_null(all);
    assert_non_null(list);
    assert_int_equal(ms_stack_place_networks(&s, &site, all, &err), 0);
    assert_int_equal(ms_stack_place_services(&s, list, &err), *why ? -1 : 0);
    assert_string_equal(*why ? ms_err_msg(&err) : "", why);
    if (address) {
        const json_t *mine = json_object_get(json_object_get(s.vars, "address"), "b");

        (void)snprintf(address, 20, "%s", json_string_value(json_object_get(mine, "mta")));
    }
    for (size_t i = 0; i < s.n_networks; i++) {
        json_decref(s.networks[i].compose);
    }
    json_decref(s.vars);
    ms_arena_free(s.arena);
}

#define AT(net, host) "{\"networks\":{\"" net "\":{\"x-mailstead\":{\"host\":" host "}}}}"

static void addresses(void **state)
{
    char address[20];

    (void)state;
    place("{\"one\":{\"services\":{\"a\":" AT("back", "3") "}},"
                                                           "\"two\":{\"services\":{\"b\":" AT(
                                                               "mta", "3") "}}}",
          "", address);
    assert_string_equal(address, "172.30.25.67");
}

static void an_address_is_used_once(void **state)
{
    (void)state;
    place("{\"one\":{\"services\":{\"a\":" AT("back", "3") "}},"
                                                           "\"two\":{\"services\":{\"b\":" AT(
                                                               "back", "3") "}}}",
          "compose/two.yaml: services.b.networks.back: host 3 is that of the service a", NULL);
}

static void an_address_lies_in_its_network(void **state)
{
    static const char *const bad[] = {"1", "0", "15", "-1", "63"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char text[200];

        (void)snprintf(text, sizeof(text), "{\"one\":{\"services\":{\"a\":" AT("mta", "%s") "}}}",
                       bad[i]);
        place(text,
              "compose/one.yaml: services.a.networks.mta: x-mailstead.host is not in the network",
              NULL);
    }
    place("{\"one\":{\"services\":{\"a\":" AT("none", "3") "}}}",
          "compose/one.yaml: services.a.networks.none: no such network", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(an_address_is_used_once),
        cmocka_unit_test(an_address_lies_in_its_network),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
