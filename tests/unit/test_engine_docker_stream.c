/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "modules/core/base/mem.h"
#include "modules/core/engine/docker_stream.h"

struct got {
    struct ms_buf out, err;
    size_t most; /* pieces until it has enough; 0 never */
    size_t n;
};

static void got_init(struct got *g)
{
    *g = (struct got){0};
    ms_buf_init(&g->out, 1 << 20);
    ms_buf_init(&g->err, 1 << 20);
}

static void got_done(struct got *g)
{
    ms_buf_done(&g->out);
    ms_buf_done(&g->err);
}

static int on_output(void *arg, int stream, const char *p, size_t n)
{
    struct got *g = arg;

    ms_buf_add(stream == 2 ? &g->err : &g->out, p, n);
    return g->most && ++g->n >= g->most ? -1 : 0;
}

static const char frames[] = "\1\0\0\0\0\0\0\5hello\2\0\0\0\0\0\0\3err\1\0\0\0\0\0\0\0"
                             "\3\0\0\0\0\0\0\1!\1\0\0\0\0\0\0\6 world";

static void test_any_pieces(void **state)
{
    (void)state;
    for (size_t step = 1; step <= sizeof(frames); step++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        struct ms_demux d;
        struct got g;

        got_init(&g);
        ms_demux_init(&d, false, on_output, &g);
        for (size_t at = 0; at < sizeof(frames) - 1; at += step) {
            size_t n = sizeof(frames) - 1 - at < step ? sizeof(frames) - 1 - at : step;

            assert_int_equal(ms_demux_feed(&d, frames + at, n, &err), 0);
        }
        assert_int_equal(ms_demux_end(&d, &err), 0);
        assert_string_equal(g.out.p, "hello world");
        assert_string_equal(g.err.p, "err!");
        got_done(&g);
    }
}

static void test_cut_off(void **state)
{
    static const size_t whole[] = {0, 13, 24, 32, 41, 55};

    (void)state;
    for (size_t n = 0; n < sizeof(frames); n++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        struct ms_demux d;
        struct got g;
        bool ends = false;

        for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
            ends = ends || whole[i] == n;
        }
        got_init(&g);
        ms_demux_init(&d, false, on_output, &g);
        assert_int_equal(ms_demux_feed(&d, frames, n, &err), 0);
        assert_int_equal(ms_demux_end(&d, &err), ends ? 0 : -1);
        assert_int_equal(err.code, ends ? MS_OK : MS_EENGINE);
        got_done(&g);
    }
}

static void test_malformed(void **state)
{
    static const char *const bad[] = {"\4\0\0\0\0\0\0\1x", "\1\1\0\0\0\0\0\1x", "\1\0\0\1\0\0\0\1x",
                                      "HTTP/1.1"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        struct ms_demux d;

        ms_demux_init(&d, false, NULL, NULL);
        assert_int_equal(ms_demux_feed(&d, bad[i], 8, &err), -1);
        assert_int_equal(err.code, MS_EENGINE);
    }
}

static void test_enough_and_raw(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_demux d;
    struct got g;

    (void)state;
    got_init(&g);
    g.most = 2;
    ms_demux_init(&d, false, on_output, &g);
    assert_int_equal(ms_demux_feed(&d, frames, sizeof(frames) - 1, &err), 1);
    assert_string_equal(g.out.p, "hello");
    assert_string_equal(g.err.p, "err");
    got_done(&g);
    got_init(&g);
    ms_demux_init(&d, true, on_output, &g);
    assert_int_equal(ms_demux_feed(&d, "\1\0plain", 7, &err), 0);
    assert_int_equal(ms_demux_end(&d, &err), 0);
    assert_int_equal(g.out.len, 7);
    got_done(&g);
}

static int on_object(void *arg, const json_t *j, struct ms_err *err)
{
    (void)err;
    ms_buf_addf(arg, "%lld;", (long long)json_integer_value(json_object_get(j, "n")));
    return json_is_true(json_object_get(j, "stop")) ? 1 : 0;
}

static void test_json_lines(void **state)
{
    static const char text[] = "{\"n\":1}\r\n\r\n{\"n\":2}\n{\"n\":3}";

    (void)state;
    for (size_t step = 1; step < sizeof(text); step++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_buf struct ms_buf b = {0};
        struct ms_json_lines l;

        ms_buf_init(&b, 100);
        ms_json_lines_init(&l, on_object, &b);
        for (size_t at = 0; at < sizeof(text) - 1; at += step) {
            size_t n = sizeof(text) - 1 - at < step ? sizeof(text) - 1 - at : step;

            assert_int_equal(ms_json_lines_feed(&l, text + at, n, &err), 0);
        }
        assert_string_equal(b.p, "1;2;");
        assert_int_equal(ms_json_lines_end(&l, &err), 0);
        assert_string_equal(b.p, "1;2;3;");
        ms_json_lines_done(&l);
    }
}

static void test_json_lines_bad(void **state)
{
    static const char *const bad[] = {"{\"n\":1\n", "[1]\n", "nonsense\n", "\"text\"\n", "{}{}\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_buf struct ms_buf b = {0};
        struct ms_json_lines l;

        ms_buf_init(&b, 100);
        ms_json_lines_init(&l, on_object, &b);
        assert_int_equal(ms_json_lines_feed(&l, bad[i], strlen(bad[i]), &err), -1);
        assert_int_equal(err.code, MS_EENGINE);
        ms_json_lines_done(&l);
    }
}

static void test_json_lines_limit(void **state)
{
    ms_auto_free char *pad = ms_xcalloc(MS_JSON_LINE_MAX + 2, 1);

    (void)state;
    memset(pad, ' ', MS_JSON_LINE_MAX + 1);
    for (size_t over = 0; over < 2; over++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_buf struct ms_buf b = {0};
        struct ms_json_lines l;

        ms_buf_init(&b, 100);
        ms_json_lines_init(&l, on_object, &b);
        memcpy(pad, "{\"n\":7}", 7);
        assert_int_equal(ms_json_lines_feed(&l, pad, MS_JSON_LINE_MAX + over, &err), over ? -1 : 0);
        if (!over) {
            assert_int_equal(ms_json_lines_feed(&l, "\n{\"n\":8,\"stop\":true}\n{}", 23, &err), 1);
            assert_string_equal(b.p, "7;8;");
        }
        ms_json_lines_done(&l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_pieces),       cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_malformed),        cmocka_unit_test(test_enough_and_raw),
        cmocka_unit_test(test_json_lines),       cmocka_unit_test(test_json_lines_bad),
        cmocka_unit_test(test_json_lines_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
