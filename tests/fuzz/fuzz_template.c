/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A template and data for it: the first byte chooses the syntax and strict mode, then comes the
 * template, a NUL, the value of the variables. Asserts that what data adds to the output of a
 * line-oriented syntax holds no control byte, and that YAML stays one scalar per place.
 */
#include <assert.h>
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/template/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The template itself is its only partial. */
static const char *partial_of(void *arg, const char *name)
{
    return name[0] == 'p' ? arg : NULL;
}

static bool spans_lines(enum ms_syntax s)
{
    return s == MS_SYNTAX_HTML || s == MS_SYNTAX_RAW || s == MS_SYNTAX_XML || s == MS_SYNTAX_PHP ||
           s == MS_SYNTAX_SHELL;
}

static bool has_control(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f) {
            return true;
        }
    }
    return false;
}

static void check_escape(enum ms_syntax syntax, const char *value)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf out;

    ms_buf_init(&out, 1 << 20);
    if (ms_escape(syntax, value, &out, &err) < 0) {
        assert(out.len == 0 && err.code == MS_EINVAL);
        return;
    }
    assert(spans_lines(syntax) || !has_control(out.p, out.len));
}

/* A value as a variable between two words of plain template: no control byte may come of it. */
static void check_place(enum ms_syntax syntax, const json_t *data)
{
    static const char *const places[] = {"a {{v}} b", "\"{{v}}\"",      "'{{v}}'", "a{{v}}",
                                         "{{v}}/b",   "[{{v}}, {{v}}]", "# {{v}}"};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct ms_template_opts opts = {.syntax = syntax, .strict = true, .name = "place"};
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_buf struct ms_buf out;

        ms_buf_init(&out, 1 << 20);
        if (ms_template_render(places[i], strlen(places[i]), data, &opts, &out, &err) == 0) {
            assert(spans_lines(syntax) || !has_control(out.p, out.len));
        }
    }
}

static json_t *make_data(const char *value, size_t n)
{
    json_t *v = json_stringn(value, n);

    if (!v) {
        v = json_string("not UTF-8");
    }
    return json_pack("{s:o, s:[i,s,{s:s}], s:{s:{s:f}}, s:n, s:b}", "v", v, "l", 1, "two", "v",
                     "three", "a", "b", "c", 1.21, "n", "t", 1);
}

static void render(const char *text, size_t n, const json_t *data, uint8_t choice)
{
    enum ms_syntax syntax = (enum ms_syntax)((choice & 0x7f) % MS_SYNTAX__COUNT);
    ms_auto_free char *copy = ms_xmemdup0(text, n);
    struct ms_template_opts opts = {.syntax = syntax,
                                    .strict = choice & 0x80,
                                    .name = "fuzz",
                                    .partial = partial_of,
                                    .partial_arg = copy,
                                    .max_steps = 20000};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf out;

    ms_buf_init(&out, 1 << 16);
    if (ms_template_render(text, n, data, &opts, &out, &err) < 0) {
        assert(out.len == 0 && err.code == MS_EINVAL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul;
    const char *text, *value;
    size_t n;
    json_t *json;

    if (size < 2) {
        return 0;
    }
    text = (const char *)data + 1;
    nul = memchr(data + 1, '\0', size - 1);
    n = nul ? (size_t)(nul - data - 1) : size - 1;
    value = nul ? (const char *)nul + 1 : text;
    json = make_data(value, nul ? size - n - 2 : n);
    assert(json);
    render(text, n, json, data[0]);
    {
        ms_auto_free char *v = ms_xmemdup0(value, nul ? size - n - 2 : n);
        enum ms_syntax syntax = (enum ms_syntax)((data[0] & 0x7f) % MS_SYNTAX__COUNT);

        check_escape(syntax, v);
        check_place(syntax, json);
    }
    json_decref(json);
    return 0;
}
