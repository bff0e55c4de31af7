/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/mailstead/args.h"
#include "cmd/mailstead/suggest.h"
#include "cmd/mailstead/verbs.h"

/* Parse the words (NULL-terminated, without the program's name). */
static int parse(struct ms_cli *c, struct ms_err *err, const char *const *words)
{
    char *argv[32] = {(char *)"mailstead"};
    int argc = 1;

    for (; words[argc - 1]; argc++) {
        argv[argc] = (char *)words[argc - 1];
    }
    return ms_cli_parse(argc, argv, c, err);
}

#define PARSE(c, err, ...) parse(c, err, (const char *const[]){__VA_ARGS__, NULL})

#define assert_fails(text, ...)                                                                    \
    do {                                                                                           \
        struct ms_cli _c;                                                                          \
        struct ms_err _err = MS_ERR_INIT;                                                          \
        assert_int_equal(PARSE(&_c, &_err, __VA_ARGS__), -1);                                      \
        assert_int_equal(_err.code, MS_EINVAL);                                                    \
        assert_non_null(strstr(ms_err_msg(&_err), text));                                          \
        ms_err_done(&_err);                                                                        \
        ms_cli_done(&_c);                                                                          \
    } while (0)

static void globals_before_and_after(void **state)
{
    struct ms_cli c;
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    (void)state;
    assert_int_equal(PARSE(&c, &err, "--site", "a.yaml", "check", "--state=b", "--json", "-qv"), 0);
    assert_string_equal(c.verb->name, "check");
    assert_string_equal(c.site, "a.yaml");
    assert_string_equal(c.state, "b");
    assert_true(c.json && c.quiet && c.verbose);
    assert_false(c.yes);
    ms_cli_done(&c);
}

static void defaults(void **state)
{
    struct ms_cli c;
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    (void)state;
    assert_int_equal(PARSE(&c, &err, "status"), 0);
    assert_string_equal(c.site, MS_CLI_SITE);
    assert_string_equal(c.state, MS_CLI_STATE);
    assert_false(ms_cli_has(&c, "watch"));
    ms_cli_done(&c);
}

static void sub_verbs_and_words(void **state)
{
    struct ms_cli c;
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    (void)state;
    assert_int_equal(PARSE(&c, &err, "mailbox", "--json", "add", "a@b.test", "--quota", "5G",
                           "--name=Anna A", "--quota=6G"),
                     0);
    assert_string_equal(c.verb->sub, "add");
    assert_int_equal(c.n_words, 1);
    assert_string_equal(c.words[0], "a@b.test");
    assert_null(c.words[1]);
    assert_string_equal(ms_cli_value(&c, "quota"), "6G");
    assert_string_equal(ms_cli_value(&c, "name"), "Anna A");
    assert_null(ms_cli_value(&c, "password-file"));
    ms_cli_done(&c);
}

static void short_options(void **state)
{
    struct ms_cli c;
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    (void)state;
    assert_int_equal(PARSE(&c, &err, "logs", "-fn20", "postfix", "-y"), 0);
    assert_true(ms_cli_has(&c, "follow"));
    assert_string_equal(ms_cli_value(&c, "tail"), "20");
    assert_true(c.yes);
    ms_cli_done(&c);
    assert_int_equal(PARSE(&c, &err, "logs", "-n", "7"), 0);
    assert_string_equal(ms_cli_value(&c, "tail"), "7");
    ms_cli_done(&c);
}

static void a_command_is_not_parsed(void **state)
{
    struct ms_cli c;
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    (void)state;
    assert_int_equal(PARSE(&c, &err, "exec", "postfix", "--", "ls", "--json", "-h", "--"), 0);
    assert_string_equal(c.words[0], "postfix");
    assert_false(c.json || c.help);
    assert_string_equal(c.command[0], "ls");
    assert_string_equal(c.command[3], "--");
    assert_null(c.command[4]);
    ms_cli_done(&c);
}

static void dashes_end_the_options(void **state)
{
    struct ms_cli c;
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    (void)state;
    assert_int_equal(PARSE(&c, &err, "queue", "hold", "--", "-h"), 0);
    assert_string_equal(c.words[0], "-h");
    assert_false(c.help);
    ms_cli_done(&c);
}

static void help_needs_no_words(void **state)
{
    struct ms_cli c;
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    (void)state;
    assert_int_equal(PARSE(&c, &err, "mailbox", "add", "--help"), 0);
    assert_true(c.help);
    ms_cli_done(&c);
    assert_int_equal(PARSE(&c, &err, "mailbox", "-h"), 0);
    assert_true(c.help && ms_verb_is_group(c.verb));
    ms_cli_done(&c);
}

static void wrong_usage(void **state)
{
    struct ms_cli none;
    struct ms_err err = MS_ERR_INIT;

    (void)state;
    assert_int_equal(parse(&none, &err, (const char *const[]){NULL}), -1);
    ms_err_done(&err);
    ms_cli_done(&none);
    assert_fails("did you mean \"status\"", "stauts");
    assert_fails("no verb \"frobnicate\"", "frobnicate");
    assert_fails("did you mean \"list\"", "mailbox", "lits");
    assert_fails("needs one more word", "mailbox");
    assert_fails("needs ADDRESS", "mailbox", "add");
    assert_fails("\"more\"", "check", "more");
    assert_fails("no option --watch", "check", "--watch");
    assert_fails("no option -f", "status", "-f");
    assert_fails("--site needs a FILE", "check", "--site");
    assert_fails("not empty", "check", "--site=");
    assert_fails("takes no value", "check", "--json=1");
    assert_fails("command after", "exec", "postfix");
    assert_fails("command after", "exec", "postfix", "--");
    assert_fails("unknown option --watch", "--watch", "status");
    assert_fails("needs a N", "logs", "-n");
}

static void too_many_options(void **state)
{
    struct ms_cli c;
    struct ms_err err = MS_ERR_INIT;
    char *argv[MS_CLI_MAX_OPTS + 3] = {(char *)"mailstead", (char *)"logs"};

    (void)state;
    for (int i = 2; i < MS_CLI_MAX_OPTS + 3; i++) {
        argv[i] = (char *)"-f";
    }
    assert_int_equal(ms_cli_parse(MS_CLI_MAX_OPTS + 2, argv, &c, &err), 0);
    ms_cli_done(&c);
    assert_int_equal(ms_cli_parse(MS_CLI_MAX_OPTS + 3, argv, &c, &err), -1);
    ms_err_done(&err);
    ms_cli_done(&c);
}

/* Every row can be found, says what it is, and its option names are unique among those it takes. */
static void the_table_is_sound(void **state)
{
    (void)state;
    for (const struct ms_verb *v = ms_verbs; v->name; v++) {
        assert_non_null(v->summary);
        assert_ptr_equal(ms_verb_find(v->name, v->sub), v->sub ? v : ms_verb_find(v->name, NULL));
        assert_true(v->run || !v->sub);
        assert_true(!v->run || v->args);
        assert_true(v->max >= v->min);
        for (const struct ms_cli_opt *o = v->opts; o && o->name; o++) {
            assert_non_null(o->help);
            for (const struct ms_cli_opt *g = ms_cli_globals; g->name; g++) {
                assert_string_not_equal(g->name, o->name);
                assert_false(g->letter && g->letter == o->letter);
            }
        }
    }
}

static void distances(void **state)
{
    char longest[80];

    (void)state;
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(ms_suggest_distance("", ""), 0);
    assert_int_equal(ms_suggest_distance("", "abc"), 3);
    assert_int_equal(ms_suggest_distance("abc", ""), 3);
    assert_int_equal(ms_suggest_distance("kitten", "sitting"), 3);
    assert_int_equal(ms_suggest_distance("stauts", "status"), 1);
    assert_int_equal(ms_suggest_distance(longest, "x"), 1000);
    assert_string_equal(ms_verb_suggest("comp", NULL), "compose");
    assert_null(ms_verb_suggest("zzzzzz", NULL));
    assert_null(ms_verb_suggest("", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(globals_before_and_after),
        cmocka_unit_test(defaults),
        cmocka_unit_test(sub_verbs_and_words),
        cmocka_unit_test(short_options),
        cmocka_unit_test(a_command_is_not_parsed),
        cmocka_unit_test(dashes_end_the_options),
        cmocka_unit_test(help_needs_no_words),
        cmocka_unit_test(wrong_usage),
        cmocka_unit_test(too_many_options),
        cmocka_unit_test(the_table_is_sound),
        cmocka_unit_test(distances),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
