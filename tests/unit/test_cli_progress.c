/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/mailstead/progress.h"
#include "modules/core/base/cleanup_ext.h"

static void event(struct ms_progress *p, int64_t now, const char *state, const char *step,
                  const char *text)
{
    ms_auto_json json_t *e =
        json_pack("{s:s,s:s,s:s,s:i}", "state", state, "step", step, "text", text, "total", 3);

    ms_progress_event(p, e, now);
}

static void plain_lines(void **state)
{
    struct ms_progress p;

    (void)state;
    ms_progress_init(&p, (struct ms_progress_style){0}, 0);
    event(&p, 0, "plan", "", "create a");
    event(&p, 0, "start", "create a", "no container");
    event(&p, 500, "output", "create a", "some output");
    event(&p, 1200, "done", "create a", "");
    event(&p, 1200, "note", "", "waiting for another run");
    event(&p, 1200, "skipped", "create b", "needs a");
    ms_progress_draw(&p, 80, 24, 1300);
    assert_string_equal(p.out.p, "...  create a (no container)\n"
                                 "ok   create a  1.2 s\n"
                                 "note waiting for another run\n"
                                 "skip create b: needs a\n");
    assert_int_equal(p.n_done, 2);
    assert_int_equal(p.n_steps, 0);
    ms_progress_done(&p);
}

static void a_failure_shows_its_last_lines(void **state)
{
    struct ms_progress p;
    char line[20];

    (void)state;
    ms_progress_init(&p, (struct ms_progress_style){.quiet = true}, 0);
    event(&p, 0, "start", "build x", "");
    for (int i = 1; i <= MS_PROGRESS_TAIL + 2; i++) {
        (void)snprintf(line, sizeof(line), "line %d.", i);
        event(&p, 10, "output", "build x", line);
    }
    event(&p, 20, "failed", "build x", "exit status 1");
    assert_null(strstr(p.out.p, "line 2."));
    assert_non_null(strstr(p.out.p, "  build x | line 3.\n"));
    assert_non_null(strstr(p.out.p, "  build x | line 22.\nFAIL build x: exit status 1  20 ms\n"));
    assert_int_equal(p.n_failed, 1);
    ms_progress_done(&p);
}

static void an_error_with_lines_is_not_told_twice(void **state)
{
    struct ms_progress p;

    (void)state;
    ms_progress_init(&p, (struct ms_progress_style){0}, 0);
    event(&p, 0, "start", "build x", "");
    event(&p, 0, "output", "build x", "the last line");
    ms_buf_reset(&p.out);
    event(&p, 0, "failed", "build x", "failed:\nthe last line");
    assert_string_equal(p.out.p, "FAIL build x: failed:  0 ms\n    the last line\n");
    ms_progress_done(&p);
}

static void verbose_shows_output(void **state)
{
    struct ms_progress p;

    (void)state;
    ms_progress_init(&p, (struct ms_progress_style){.verbose = true}, 0);
    event(&p, 0, "output", "build x", "evil \033[2J");
    assert_string_equal(p.out.p, "  build x | evil ?[2J\n");
    ms_progress_done(&p);
}

static void quiet_is_quiet(void **state)
{
    struct ms_progress p;

    (void)state;
    ms_progress_init(&p, (struct ms_progress_style){.quiet = true, .live = true}, 0);
    event(&p, 0, "start", "create a", "");
    event(&p, 0, "note", "", "x");
    ms_progress_draw(&p, 80, 24, 100);
    event(&p, 0, "done", "create a", "");
    assert_string_equal(p.out.p, "");
    ms_progress_done(&p);
}

static void live_view_moves(void **state)
{
    struct ms_progress p;

    (void)state;
    ms_progress_init(&p, (struct ms_progress_style){.live = true}, 0);
    event(&p, 0, "start", "create a", "");
    event(&p, 0, "start", "create b", "");
    event(&p, 0, "output", "create b", "a long line of output that does not fit");
    ms_progress_draw(&p, 30, 24, 2100);
    assert_string_equal(p.out.p, "/ create a  2 s\n"
                                 "/ create b  2 s  a long line \n"
                                 "  0 of 3 steps, 2 s\n");
    ms_buf_reset(&p.out);
    event(&p, 2200, "done", "create a", "");
    ms_progress_clear(&p, 30);
    ms_progress_draw(&p, 30, 24, 3100);
    assert_string_equal(p.out.p, "ok   create a  2.2 s\n"
                                 "\033[3A\r\033[J"
                                 "- create b  3 s  a long line \n"
                                 "  1 of 3 steps, 3 s\n");
    /* half as wide: the longer line now takes two rows, the other one or two */
    ms_buf_reset(&p.out);
    ms_progress_clear(&p, 15);
    assert_string_equal(p.out.p, "\033[4A\r\033[J");
    ms_buf_reset(&p.out);
    ms_progress_clear(&p, 15);
    assert_string_equal(p.out.p, "");
    ms_progress_done(&p);
}

static void a_low_terminal_is_not_overrun(void **state)
{
    struct ms_progress p;
    char name[20];

    (void)state;
    ms_progress_init(&p, (struct ms_progress_style){.live = true}, 0);
    for (int i = 0; i < 20; i++) {
        (void)snprintf(name, sizeof(name), "step %d", i);
        event(&p, 0, "start", name, "");
    }
    ms_progress_draw(&p, 80, 10, 0);
    assert_true(p.n_drawn < 10);
    ms_progress_done(&p);
}

static void hostile_events(void **state)
{
    struct ms_progress p;
    ms_auto_json json_t *odd = json_pack("{s:i,s:[],s:s}", "state", 3, "step", "text", "x");
    ms_auto_json json_t *list = json_array();

    (void)state;
    ms_progress_init(&p, (struct ms_progress_style){0}, 0);
    ms_progress_event(&p, odd, 0);
    ms_progress_event(&p, list, 0);
    ms_progress_event(&p, NULL, 0);
    event(&p, 0, "done", "never started", "");
    assert_string_equal(p.out.p, "ok   never started\n");
    ms_progress_done(&p);
}

static int utf8(void **state)
{
    (void)state;
    return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_lines),
        cmocka_unit_test(a_failure_shows_its_last_lines),
        cmocka_unit_test(an_error_with_lines_is_not_told_twice),
        cmocka_unit_test(verbose_shows_output),
        cmocka_unit_test(quiet_is_quiet),
        cmocka_unit_test(live_view_moves),
        cmocka_unit_test(a_low_terminal_is_not_overrun),
        cmocka_unit_test(hostile_events),
    };

    return cmocka_run_group_tests(tests, utf8, NULL);
}
