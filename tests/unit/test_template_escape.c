/* SPDX-License-Identifier: Apache-2.0 */
/* Each escaper by example, and by reading back what it wrote with an independent reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <ctype.h>
#include <jansson.h>
#include <yaml.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/proc.h"
#include "modules/core/template/template.h"

static const struct {
    enum ms_syntax syntax;
    const char *value, *want; /* want NULL: refused */
} cases[] = {
    {MS_SYNTAX_HTML, "a<b>&\"c\"'\n", "a&lt;b&gt;&amp;&quot;c&quot;'\n"},
    {MS_SYNTAX_HTML, "\xff", NULL},
    {MS_SYNTAX_RAW, "\xff\x01\n$\"", "\xff\x01\n$\""},
    {MS_SYNTAX_TEXT, " a $b \"c\" 'd' # \\", " a $b \"c\" 'd' # \\"},
    {MS_SYNTAX_TEXT, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xa7",
     "\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xa7"},
    {MS_SYNTAX_TEXT, "a\nb", NULL},
    {MS_SYNTAX_TEXT, "a\tb", NULL},
    {MS_SYNTAX_TEXT, "\x7f", NULL},
    {MS_SYNTAX_TEXT, "\xc2\x85", NULL},
    {MS_SYNTAX_TEXT, "\xc0\x80", NULL},
    {MS_SYNTAX_TEXT, "\xed\xa0\x80", NULL},
    {MS_SYNTAX_TEXT, "\xf4\x90\x80\x80", NULL},
    {MS_SYNTAX_TEXT, "\xe2\x82", NULL},
    {MS_SYNTAX_POSTFIX_MAIN, "a $b ${c} $", "a $$b $${c} $$"},
    {MS_SYNTAX_POSTFIX_MAIN, "", ""},
    {MS_SYNTAX_POSTFIX_MAIN, " a", NULL},
    {MS_SYNTAX_POSTFIX_MAIN, "a ", NULL},
    {MS_SYNTAX_POSTFIX_MAIN, "#a", NULL},
    {MS_SYNTAX_POSTFIX_MAIN, "a#", "a#"},
    {MS_SYNTAX_POSTFIX_MAIN, "a\n  b", NULL},
    {MS_SYNTAX_POSTFIX_MAIN, "a\rb", NULL},
    {MS_SYNTAX_POSTFIX_MASTER, "a=$b,c", "a=$$b,c"},
    {MS_SYNTAX_POSTFIX_MASTER, "a b", NULL},
    {MS_SYNTAX_POSTFIX_MASTER, "{a", NULL},
    {MS_SYNTAX_POSTFIX_MASTER, "a}", NULL},
    {MS_SYNTAX_POSTFIX_MASTER, "#", NULL},
    {MS_SYNTAX_DOVECOT, "a\"b\\c # $d", "a\\\"b\\\\c # $d"},
    {MS_SYNTAX_DOVECOT, "100% %{user} %%{a}%", "100% %%{user} %%%{a}%"},
    {MS_SYNTAX_DOVECOT, "a\nb", NULL},
    {MS_SYNTAX_SQL, "it's \\ \"x\"", "it''s \\\\ \"x\""},
    {MS_SYNTAX_SQL, "a\nb\rc\td", "a\\nb\\rc\\td"},
    {MS_SYNTAX_SQL, "\x1a", NULL},
    {MS_SYNTAX_UCL, "a\"b\\c\n$HOME ${X} {= x =}",
     "a\\\"b\\\\c\\n\\u0024HOME \\u0024\\u007bX} \\u007b= x =}"},
    {MS_SYNTAX_UCL, "\x01", "\\u0001"},
    {MS_SYNTAX_HAPROXY, "192.0.2.1:25", "192.0.2.1:25"},
    {MS_SYNTAX_HAPROXY, "", "\"\""},
    {MS_SYNTAX_HAPROXY, "a b#c'd", "\"a b#c'd\""},
    {MS_SYNTAX_HAPROXY, "a\"b\\c$d", "\"a\\\"b\\\\c\\$d\""},
    {MS_SYNTAX_HAPROXY, "a\nb", NULL},
    {MS_SYNTAX_UNBOUND, "a b#c'$", "a b#c'$"},
    {MS_SYNTAX_UNBOUND, "a\"b", NULL},
    {MS_SYNTAX_UNBOUND, "a\\", NULL},
    {MS_SYNTAX_UNBOUND, "a\nb", NULL},
    {MS_SYNTAX_NGINX, "a\"b\\c;{}#'", "a\\\"b\\\\c;{}#'"},
    {MS_SYNTAX_NGINX, "a$b", NULL},
    {MS_SYNTAX_NGINX, "a\nb", NULL},
    {MS_SYNTAX_PHP, "it's \\ $a\n?>", "it\\'s \\\\ $a\n?>"},
    {MS_SYNTAX_PHP, "\r", NULL},
    {MS_SYNTAX_XML, "<a b=\"c\" d='e'>&\t\r\n",
     "&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;&#9;&#13;&#10;"},
    {MS_SYNTAX_XML, "\x01", NULL},
    {MS_SYNTAX_XML, "\xef\xbf\xbe", NULL},
    {MS_SYNTAX_SHELL, "a/b-c_d.e:f@g", "a/b-c_d.e:f@g"},
    {MS_SYNTAX_SHELL, "", "''"},
    {MS_SYNTAX_SHELL, "~", "'~'"},
    {MS_SYNTAX_SHELL, "it's $(x) `y` \"z\" \\", "'it'\\''s $(x) `y` \"z\" \\'"},
    {MS_SYNTAX_SHELL, "a\nb", "'a\nb'"},
    {MS_SYNTAX_SHELL, "\x1b", NULL},
    {MS_SYNTAX_YAML, "plain", "plain"},
    {MS_SYNTAX_YAML, "mail/postfix:12ab", "mail/postfix:12ab"},
    {MS_SYNTAX_YAML, "172.30.25.0/24", "172.30.25.0/24"},
    {MS_SYNTAX_YAML, "anna@example.org", "anna@example.org"},
    {MS_SYNTAX_YAML, "", "\"\""},
    {MS_SYNTAX_YAML, "a b", "\"a b\""},
    {MS_SYNTAX_YAML, "a: b", "\"a: b\""},
    {MS_SYNTAX_YAML, "a:", "\"a:\""},
    {MS_SYNTAX_YAML, "a\"\\\n\t\r\x01\x7f", "\"a\\\"\\\\\\n\\t\\r\\x01\\x7f\""},
    {MS_SYNTAX_YAML, "\xc2\x85\xe2\x80\xa8\xef\xbb\xbf", "\"\\x85\\u2028\\ufeff\""},
    {MS_SYNTAX_YAML, "\xc3\xa4", "\"\xc3\xa4\""},
    {MS_SYNTAX_YAML, "\xff", NULL},
    {MS_SYNTAX_JSON, "a\"b\\c/\n\b\f\x01\x7f", "a\\\"b\\\\c/\\n\\b\\f\\u0001\\u007f"},
    {MS_SYNTAX_JSON, "\xc3\xa4", "\xc3\xa4"},
};

static int escape(enum ms_syntax syntax, const char *value, struct ms_buf *out)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    int rc = ms_escape(syntax, value, out, &err);

    assert_int_equal(rc < 0, err.code == MS_EINVAL);
    return rc;
}

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ms_auto_buf struct ms_buf out;
        int rc;

        ms_buf_init(&out, 1000);
        ms_buf_addc(&out, '<');
        rc = escape(cases[i].syntax, cases[i].value, &out);
        if ((rc < 0) != !cases[i].want) {
            print_error("%s: %s\n", ms_syntax_name(cases[i].syntax), cases[i].value);
        }
        assert_int_equal(rc < 0, !cases[i].want);
        assert_int_equal(out.p[0], '<');
        assert_string_equal(out.p + 1, cases[i].want ? cases[i].want : "");
    }
}

/* Never strings in YAML 1.1 or 1.2 when plain: all must be quoted. */
static void test_yaml_words(void **state)
{
    static const char *const words[] = {
        "null", "Null",  "NULL", "~",       "true",       "True",  "false", "yes", "Yes",
        "no",   "NO",    "on",   "Off",     "y",          "N",     "0",     "25",  "-1",
        "+1",   "1_000", "0x1f", "0o17",    "0b1",        "1e3",   "1.5",   ".5",  "1.",
        ".inf", "-.Inf", ".NaN", "12:30",   "2026-01-02", "=",     "<<",    "-",   "--- a",
        "?",    ":",     "#",    "&a",      "*a",         "!a",    "|",     ">",   "%a",
        "@a",   "`a",    "[a]",  "{a}",     "a,b",        "a #b",  " a",    "a ",  "- a",
        "'a'",  "\"a\"", "...",  "1.2.3.4", "-a",         "key: v"};

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        ms_auto_buf struct ms_buf out;

        ms_buf_init(&out, 100);
        assert_int_equal(escape(MS_SYNTAX_YAML, words[i], &out), 0);
        if (out.p[0] != '"') {
            print_error("%s is not quoted\n", words[i]);
        }
        assert_int_equal(out.p[0], '"');
    }
}

static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i < MS_SYNTAX__COUNT; i++) {
        assert_non_null(ms_syntax_name((enum ms_syntax)i));
        assert_int_equal(ms_syntax_find(ms_syntax_name((enum ms_syntax)i)), i);
    }
    assert_int_equal(ms_syntax_find("postfix-main"), MS_SYNTAX_POSTFIX_MAIN);
    assert_int_equal(ms_syntax_find("postfix"), -1);
    assert_int_equal(ms_syntax_find(""), -1);
}

static void test_limit(void **state)
{
    ms_auto_buf struct ms_buf out;

    (void)state;
    ms_buf_init(&out, 4);
    assert_int_equal(escape(MS_SYNTAX_SQL, "'''", &out), 0);
    assert_true(out.too_big);
    assert_string_equal(out.p, "''''");
}

/* Readers of escaped text. Each returns whether s reads as value. */

/* Backslash before the characters in special, and twice that of the characters in doubled. */
static bool reads_with(const char *s, const char *value, const char *special, const char *doubled,
                       const char *ends)
{
    for (; *s; s++, value++) {
        char c = *s;

        if (c == '\\' && *special) {
            c = *++s;
            if (!c || !strchr(special, c)) {
                return false;
            }
            c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
        } else if (strchr(doubled, c)) {
            if (*++s != c) {
                return false;
            }
        } else if (strchr(ends, c)) {
            return false;
        }
        if (c != *value) {
            return false;
        }
    }
    return *value == '\0';
}

/* Take the quoting away; false: s is not the inside of a quoted text. */
static bool unquote_dovecot(const char *s, struct ms_buf *b)
{
    for (; *s; s++) {
        if (*s == '"' || (*s == '\\' && s[1] != '"' && s[1] != '\\')) {
            return false;
        }
        s += *s == '\\' ? 1 : 0;
        ms_buf_addc(b, *s);
    }
    return true;
}

static bool reads_as_dovecot(const char *s, const char *value)
{
    ms_auto_buf struct ms_buf b; /* without quoting, before the expansion of %{} */

    ms_buf_init(&b, 10000);
    if (!unquote_dovecot(s, &b)) {
        return false;
    }
    for (s = b.p; *s; s++, value++) {
        if (s[0] == '%' && s[1] == '{') {
            return false;
        }
        if (s[0] == '%' && s[1] == '%' && s[2] == '{') {
            s += 1;
            if (value[0] != '%' || *++value != '{') {
                return false;
            }
            s += 1;
        } else if (*s != *value) {
            return false;
        }
    }
    return *value == '\0';
}

static bool reads_as_json(const char *s, const char *value)
{
    ms_auto_free char *text = ms_xasprintf("\"%s\"", s);
    json_t *v = json_loads(text, JSON_DECODE_ANY, NULL);
    bool ok = v && strcmp(json_string_value(v), value) == 0;

    json_decref(v);
    return ok;
}

static bool reads_as_yaml(const char *s, const char *value)
{
    ms_auto_free char *text = ms_xasprintf("k: [%s, %s]\n", s, s);
    yaml_parser_t p;
    yaml_document_t doc;
    const yaml_node_t *n;
    bool ok = false;

    assert_true(yaml_parser_initialize(&p));
    yaml_parser_set_input_string(&p, (const unsigned char *)text, strlen(text));
    if (yaml_parser_load(&p, &doc)) {
        n = yaml_document_get_node(&doc, 4); /* after the mapping, its key and the sequence */
        ok = n && n->type == YAML_SCALAR_NODE &&
             strcmp((const char *)n->data.scalar.value, value) == 0 &&
             yaml_document_get_node(&doc, 5) && !yaml_document_get_node(&doc, 6);
        yaml_document_delete(&doc);
    }
    yaml_parser_delete(&p);
    return ok;
}

static bool reads_as_markup(const char *s, const char *value)
{
    static const struct {
        const char *ref;
        char c;
    } refs[] = {{"&amp;", '&'},   {"&lt;", '<'},  {"&gt;", '>'},   {"&quot;", '"'},
                {"&apos;", '\''}, {"&#9;", '\t'}, {"&#10;", '\n'}, {"&#13;", '\r'}};

    for (; *s; value++) {
        char c = *s;
        size_t n = 1;

        if (strchr("<>\"", c)) {
            return false;
        }
        for (size_t i = 0; c == '&' && i < sizeof(refs) / sizeof(refs[0]); i++) {
            if (strncmp(s, refs[i].ref, strlen(refs[i].ref)) == 0) {
                n = strlen(refs[i].ref);
                c = refs[i].c;
                break;
            }
        }
        if (c != *value) {
            return false;
        }
        s += n;
    }
    return *value == '\0';
}

/* Whether c means something to the reader where the text is not quoted. */
static bool special_in_word(char c)
{
    return !isalnum((unsigned char)c) && strchr(" \t\n#$`|&;<>()~!", c);
}

/* Whether c begins or ends quoting; open: the quote that is open, or NUL. */
static bool is_quote(char c, char open)
{
    return c == open || (!open && (c == '\'' || c == '"'));
}

static bool reads_as_word(const char *s, const char *value, bool haproxy)
{
    char quote = '\0';

    for (; *s; s++) {
        if (is_quote(*s, quote)) {
            quote = quote ? '\0' : *s;
            continue;
        }
        if (*s == '\\' && quote != '\'') {
            s++;
        } else if (!quote && special_in_word(*s)) {
            return false;
        } else if (quote == '"' && (*s == '$' || !haproxy)) {
            return false;
        }
        if (*s != *value++) {
            return false;
        }
    }
    return !quote && *value == '\0';
}

static bool reads_as(enum ms_syntax syntax, const char *s, const char *value)
{
    switch (syntax) {
    case MS_SYNTAX_HTML:
    case MS_SYNTAX_XML:
        return reads_as_markup(s, value);
    case MS_SYNTAX_POSTFIX_MAIN:
    case MS_SYNTAX_POSTFIX_MASTER:
        return reads_with(s, value, "", "$", "");
    case MS_SYNTAX_DOVECOT:
        return reads_as_dovecot(s, value);
    case MS_SYNTAX_SQL:
        return reads_with(s, value, "\\nrt", "'", "");
    case MS_SYNTAX_PHP:
        return reads_with(s, value, "\\'", "", "'");
    case MS_SYNTAX_NGINX:
        return reads_with(s, value, "\\\"", "", "\"$");
    case MS_SYNTAX_UNBOUND:
        return reads_with(s, value, "", "", "\"\\");
    case MS_SYNTAX_HAPROXY:
    case MS_SYNTAX_SHELL:
        return reads_as_word(s, value, syntax == MS_SYNTAX_HAPROXY);
    case MS_SYNTAX_YAML:
        return reads_as_yaml(s, value);
    case MS_SYNTAX_JSON:
    case MS_SYNTAX_UCL:
        return reads_as_json(s, value) && (syntax == MS_SYNTAX_JSON || !strpbrk(s, "${"));
    default:
        return strcmp(s, value) == 0;
    }
}

static bool has_control(const char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s < 0x20 || *s == 0x7f) {
            return true;
        }
    }
    return false;
}

static bool may_span_lines(enum ms_syntax syntax)
{
    return syntax == MS_SYNTAX_HTML || syntax == MS_SYNTAX_RAW || syntax == MS_SYNTAX_XML ||
           syntax == MS_SYNTAX_PHP || syntax == MS_SYNTAX_SHELL;
}

static const char *const pieces[] = {"a",
                                     "Z",
                                     "0",
                                     "9",
                                     " ",
                                     "\"",
                                     "'",
                                     "\\",
                                     "$",
                                     "{",
                                     "}",
                                     "%",
                                     "#",
                                     ":",
                                     ",",
                                     "-",
                                     ".",
                                     "/",
                                     "[",
                                     "]",
                                     "&",
                                     "<",
                                     ">",
                                     "@",
                                     "!",
                                     "*",
                                     "~",
                                     "`",
                                     "\n",
                                     "\r",
                                     "\t",
                                     "\x01",
                                     "\x7f",
                                     "\xc3\xa4",
                                     "%{",
                                     "${",
                                     "%%",
                                     "=",
                                     "_",
                                     "?",
                                     "|",
                                     ";",
                                     "(",
                                     ")",
                                     "true",
                                     "null",
                                     "\xe2\x80\xa8",
                                     "''",
                                     "\\\"",
                                     "\xef\xbb\xbf"};

/* Texts made of pieces that matter to some syntax, from a fixed sequence of numbers. */
static void make_text(uint32_t *seed, struct ms_buf *b)
{
    size_t n;

    ms_buf_reset(b);
    *seed = *seed * 1664525u + 1013904223u;
    n = (*seed >> 24) % 7;
    for (size_t i = 0; i < n; i++) {
        *seed = *seed * 1664525u + 1013904223u;
        ms_buf_adds(b, pieces[(*seed >> 8) % (sizeof(pieces) / sizeof(pieces[0]))]);
    }
}

static void test_property(void **state)
{
    uint32_t seed = 20260101;
    size_t n_ok[MS_SYNTAX__COUNT] = {0};
    ms_auto_buf struct ms_buf value, out;

    (void)state;
    ms_buf_init(&value, 1000);
    ms_buf_init(&out, 10000);
    for (int round = 0; round < 20000; round++) {
        make_text(&seed, &value);
        for (int i = 0; i < MS_SYNTAX__COUNT; i++) {
            ms_buf_reset(&out);
            if (escape((enum ms_syntax)i, value.p, &out) < 0) {
                assert_int_equal(out.len, 0);
                continue;
            }
            if (!reads_as((enum ms_syntax)i, out.p, value.p)) {
                print_error("%s: <%s> became <%s>\n", ms_syntax_name((enum ms_syntax)i), value.p,
                            out.p);
                fail();
            }
            assert_true(may_span_lines((enum ms_syntax)i) || !has_control(out.p));
            n_ok[i]++;
        }
    }
    for (int i = 0; i < MS_SYNTAX__COUNT; i++) {
        assert_true(n_ok[i] > 2000); /* an escaper that refuses everything is no use */
    }
}

/* A real shell reads the words back. */
static void test_shell(void **state)
{
    uint32_t seed = 7;
    char path[] = "/tmp/ms-shell-XXXXXX";
    int fd = mkstemp(path), status = -1;
    const char *argv[] = {"sh", path, NULL};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf value, script, word;

    (void)state;
    assert_true(fd >= 0);
    ms_buf_init(&value, 1000);
    ms_buf_init(&word, 10000);
    ms_buf_init(&script, 1 << 20);
    for (int i = 0; i < 300; i++) {
        make_text(&seed, &value);
        ms_buf_reset(&word);
        if (escape(MS_SYNTAX_SHELL, value.p, &word) < 0) {
            continue;
        }
        ms_buf_addf(&script, "test \"$(printf %%s %s | od -An -v -tx1 | tr -d ' \\n')\" = \"",
                    word.p);
        for (size_t k = 0; k < value.len; k++) {
            ms_buf_addf(&script, "%02x", (unsigned char)value.p[k]);
        }
        ms_buf_addf(&script, "\" || exit 1\n");
    }
    assert_int_equal(write(fd, script.p, script.len), script.len);
    (void)close(fd);
    assert_int_equal(ms_proc_run(argv, 60000, NULL, NULL, &status, &err), 0);
    (void)unlink(path);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),    cmocka_unit_test(test_yaml_words),
        cmocka_unit_test(test_names),    cmocka_unit_test(test_limit),
        cmocka_unit_test(test_property), cmocka_unit_test(test_shell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
