/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The option tables and their engine: properties that hold for every row, and what is made from
 * the rows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/module.h"
#include "modules/core/site/site_priv.h"

/* Large enough for any of the structures that rows point into. */
union target {
    struct ms_site site;
    struct ms_site_domain domain;
    struct ms_site_mailbox mailbox;
    max_align_t align;
};

static void each_row(const struct ms_opt *table, void (*f)(const struct ms_opt *o))
{
    for (const struct ms_opt *o = table; o->key; o++) {
        f(o);
        if (o->sub) {
            each_row(o->sub, f);
        }
    }
}

static void default_parses(const struct ms_opt *o)
{
    struct ms_arena *a = ms_arena_new();
    struct ms_domain_src src = {0};
    union target t = {0};
    struct ms_opt_ctx c;
    ms_auto_diags struct ms_diags d;

    ms_diags_init(&d, 0);
    ms_opt_ctx_init(&c, a, &d);
    c.user = &src;
    if (o->def) {
        assert_int_equal(ms_opt_load_default(&c, o, (struct ms_loc){0}, &t), 0);
        assert_int_equal(d.n, 0);
    }
    ms_opt_ctx_done(&c);
    ms_arena_free(a);
}

static void is_documented(const struct ms_opt *o)
{
    assert_non_null(o->type);
    assert_non_null(o->doc);
    assert_true(strlen(o->doc) > 3);
    assert_null(strchr(o->doc, '\n'));
    assert_true(o->min <= o->max);
    assert_true(!o->type->section || (o->sub && !o->def));
    assert_true(o->type->section || o->type->schema);
    assert_false(o->def && o->flags & MS_OPT_OPTIONAL);
}

static void test_rows(void **state)
{
    (void)state;
    each_row(ms_site_opts, is_documented);
    each_row(ms_site_opts, default_parses);
}

/* The schema, the reference and the tables name the same keys. */
static void keys_agree(const struct ms_opt *table, const json_t *schema, const char *prefix,
                       const char *reference)
{
    const json_t *properties = json_object_get(schema, "properties");
    size_t n = 0;

    assert_true(json_is_false(json_object_get(schema, "additionalProperties")));
    for (const struct ms_opt *o = table; o->key; o++, n++) {
        const json_t *row = json_object_get(properties, o->key);
        ms_auto_free char *path = ms_xasprintf("%s%s", prefix, o->key);
        ms_auto_free char *cell = ms_xasprintf("| `%s` |", path);
        ms_auto_free char *below = ms_xasprintf(
            "%s.%s%s", path, o->type->members ? o->type->members : "", o->type->members ? "." : "");

        assert_non_null(row);
        assert_string_equal(json_string_value(json_object_get(row, "description")), o->doc);
        assert_non_null(strstr(reference, cell));
        if (o->sub) {
            keys_agree(o->sub,
                       o->type->members ? json_object_get(row, "additionalProperties") : row, below,
                       reference);
        }
    }
    assert_int_equal(json_object_size(properties), n);
}

static void test_schema_and_reference(void **state)
{
    ms_auto_json json_t *schema = ms_site_schema();
    ms_auto_free char *markdown = ms_site_options(true);
    ms_auto_free char *text = ms_site_options(false);

    (void)state;
    keys_agree(ms_site_opts, schema, "", markdown);
    assert_non_null(strstr(text, "\nnetwork.ports.smtp\n    port; default 25\n"));
    assert_non_null(strstr(text, "domains.<domain>.mailboxes.<local part>.quota\n"));
    assert_null(strstr(markdown, "<domain>.quota |\n"));
    for (const struct ms_component *c = ms_components; c->name; c++) {
        ms_auto_free char *path = ms_xasprintf("components.%s\n", c->name);

        assert_int_equal(strstr(text, path) != NULL, c->kind != MS_COMPONENT_ALWAYS);
    }
}

static void test_did_you_mean(void **state)
{
    static const char *const words[] = {"quota", "mailboxes", "password_hash", "ipv4", "ipv6"};
    static const struct {
        const char *word, *want;
    } rows[] = {{"qouta", "quota"},
                {"quot", "quota"},
                {"mailbox", "mailboxes"},
                {"passwordhash", "password_hash"},
                {"ipv5", "ipv4"},
                {"colour", NULL},
                {"x", NULL},
                {"", NULL}};
    char longest[60] = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *got = ms_opt_did_you_mean(rows[i].word, words, 5);

        if (rows[i].want) {
            assert_non_null(got);
            assert_string_equal(got, rows[i].want);
        } else {
            assert_null(got);
        }
    }
    memset(longest, 'a', 40);
    assert_null(ms_opt_did_you_mean(longest, words, 5));
    longest[40] = 'a';
    assert_null(ms_opt_did_you_mean(longest, words, 5));
}

static void test_quote(void **state)
{
    struct ms_arena *a = ms_arena_new();
    char text[200];

    (void)state;
    assert_string_equal(ms_opt_quote(a, "a\x1b[b\nc"), "\"a?[b?c\"");
    assert_string_equal(ms_opt_quote(a, "\xc2\x9b\xff\xc3\xa4"), "\"??\xc3\xa4\"");
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_true(strlen(ms_opt_quote(a, text)) < 80);
    ms_arena_free(a);
}

static void test_components(void **state)
{
    size_t modules = 0;

    (void)state;
    for (const struct ms_component *c = ms_components; c->name; c++) {
        assert_int_equal(c->kind == MS_COMPONENT_PLANNED, c->module == NULL);
        if (c->module) {
            assert_ptr_equal(ms_modules[modules], c->module);
            assert_string_equal(c->module->name, c->name);
            assert_int_equal(ms_module_kind(modules), c->kind);
            modules++;
        }
    }
    assert_null(ms_modules[modules]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),         cmocka_unit_test(test_schema_and_reference),
        cmocka_unit_test(test_did_you_mean), cmocka_unit_test(test_quote),
        cmocka_unit_test(test_components),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
