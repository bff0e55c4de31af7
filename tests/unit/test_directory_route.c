/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/mem.h"
#include "modules/core/directory/route_priv.h"

/* What addresses are, in a table; what is not in it and ends in ".own" does not exist. */
struct row {
    const char *address, *gotos;
    int is_mailbox;
};

static const struct row rows[] = {
    {"anna@x.own", "anna@x.own", 1},
    {"ben@x.own", "ben@x.own,out@else.where", 1},
    {"carl@x.own", "carl@x.own,team@x.own", 1},
    {"team@x.own", "ben@x.own,dora@x.own", 0},
    {"dora@x.own", "anna@x.own", 0},
    {"back@x.own", "new@x.own", 0},
    {"far@x.own", "gone@x.own", 0},
    {NULL, NULL, 0},
};

static int look_up(void *arg, const char *address, struct ms_route *ret, struct ms_err *err)
{
    unsigned *n = arg;

    (*n)++;
    if (strcmp(address, "broken@x.own") == 0) {
        return ms_err_set(err, MS_EUNREACH, 0, "gone away");
    }
    if (strcmp(address, "new@x.own") == 0) {
        *ret = (struct ms_route){
            .kind = MS_ROUTE_ALIAS, .address = ms_xstrdup(address), .gotos = ms_xstrdup("")};
        return 0;
    }
    if (strncmp(address, "deep", 4) == 0) {
        *ret = (struct ms_route){.kind = MS_ROUTE_ALIAS,
                                 .address = ms_xstrdup(address),
                                 .gotos = ms_xasprintf("deep%u@x.own", *n)};
        return 0;
    }
    *ret = (struct ms_route){.kind = strstr(address, ".own") ? MS_ROUTE_NOTHING : MS_ROUTE_OUTSIDE};
    for (const struct row *r = rows; r->address; r++) {
        if (strcmp(r->address, address) == 0) {
            *ret = (struct ms_route){.kind = MS_ROUTE_ALIAS,
                                     .address = ms_xstrdup(r->address),
                                     .gotos = ms_xstrdup(r->gotos),
                                     .is_mailbox = r->is_mailbox};
        }
    }
    return 0;
}

static void check(const char *targets, enum ms_code code, const char *part)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    unsigned n = 0;
    int r = ms_route_check("new@x.own", targets, look_up, &n, &err);

    assert_int_equal(err.code, code);
    assert_int_equal(r, code == MS_OK ? 0 : -1);
    if (part) {
        assert_non_null(strstr(ms_err_msg(&err), part));
    }
}

static void test_good(void **state)
{
    (void)state;
    check("anna@x.own", MS_OK, NULL);
    check("out@else.where", MS_OK, NULL);
    check("ben@x.own", MS_OK, NULL);
    check("team@x.own,anna@x.own", MS_OK, NULL);
    check("carl@x.own", MS_OK, NULL);
    /* two ways to the same place are no loop */
    check("dora@x.own,dora@x.own,team@x.own", MS_OK, NULL);
}

static void test_loops(void **state)
{
    (void)state;
    check("new@x.own", MS_EINVAL, "alias loop: new@x.own leads back to new@x.own");
    check("anna@x.own,back@x.own", MS_EINVAL, "alias loop");
}

static void test_dangling(void **state)
{
    (void)state;
    check("nobody@x.own", MS_EINVAL, "target nobody@x.own does not exist");
    check("far@x.own", MS_EINVAL, "target gone@x.own does not exist");
}

static void test_limits(void **state)
{
    (void)state;
    check("deep@x.own", MS_EINVAL, "too many aliases");
}

static void test_failing_look_up(void **state)
{
    (void)state;
    check("broken@x.own", MS_EUNREACH, "gone away");
}

static int join(const char *const *targets, char **ret)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    return ms_route_join(targets, ret, &err);
}

static void test_join(void **state)
{
    ms_auto_free char *text = NULL;

    (void)state;
    assert_int_equal(join((const char *const[]){"a@b.c", "d+e@f.g", NULL}, &text), 0);
    assert_string_equal(text, "a@b.c,d+e@f.g");
    assert_int_equal(join((const char *const[]){NULL}, &text), -1);
    assert_int_equal(join(NULL, &text), -1);
    assert_int_equal(join((const char *const[]){"", NULL}, &text), -1);
    assert_int_equal(join((const char *const[]){"a", NULL}, &text), -1);
    assert_int_equal(join((const char *const[]){"@b.c", NULL}, &text), -1);
    assert_int_equal(join((const char *const[]){"a@", NULL}, &text), -1);
    assert_int_equal(join((const char *const[]){"a,b@c.d", NULL}, &text), -1);
    assert_int_equal(join((const char *const[]){"a b@c.d", NULL}, &text), -1);
    assert_int_equal(join((const char *const[]){"|a@c.d\n", NULL}, &text), -1);
    assert_int_equal(join((const char *const[]){"\xc3\xa4@c.d", NULL}, &text), -1);
}

static void test_join_too_long(void **state)
{
    const char *targets[6001] = {NULL};
    ms_auto_free char *text = NULL;

    (void)state;
    for (size_t i = 0; i < 6000; i++) {
        targets[i] = "someone@example.org";
    }
    assert_int_equal(join(targets, &text), -1);
    targets[3000] = NULL;
    assert_int_equal(join(targets, &text), 0);
    assert_int_equal(strlen(text), 3000 * 20 - 1);
}

static void check_replace(const char *gotos, const char *expected)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *text = NULL;

    assert_int_equal(ms_route_replace(gotos, "old@example.org", "new@other.test", &text, &err),
                     expected ? 1 : 0);
    if (expected) {
        assert_string_equal(text, expected);
    } else {
        assert_null(text);
    }
}

static void test_replace(void **state)
{
    (void)state;
    check_replace("old@example.org", "new@other.test");
    check_replace("OLD@Example.org", "new@other.test");
    check_replace("a@b.test,old@example.org,old@example.org,c@d.test",
                  "a@b.test,new@other.test,new@other.test,c@d.test");
    check_replace("old+tag@example.org,a@b.test", "new+tag@other.test,a@b.test");
    check_replace("", NULL);
    check_replace("old@example.com", NULL);
    check_replace("older@example.org,bold@example.org", NULL);
    check_replace("old@example.org.test", NULL);
    check_replace("old", NULL);
}

static void test_replace_too_long(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0};
    char *text = NULL;

    (void)state;
    ms_buf_init(&b, 1 << 20);
    for (size_t i = 0; i < 4000; i++) {
        ms_buf_adds(&b, i ? ",old@example.org" : "old@example.org");
    }
    assert_int_equal(ms_route_replace(b.p, "old@example.org",
                                      "somebody.with.a.long.name@example.org", &text, &err),
                     -1);
    assert_int_equal(err.code, MS_EINVAL);
    assert_null(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_loops),
        cmocka_unit_test(test_dangling),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_failing_look_up),
        cmocka_unit_test(test_join),
        cmocka_unit_test(test_join_too_long),
        cmocka_unit_test(test_replace),
        cmocka_unit_test(test_replace_too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
