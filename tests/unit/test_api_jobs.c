/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jobs: requests, queue, event lines within bounds, readers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "modules/core/api/jobs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"

static struct ms_job *add(struct ms_jobs *js, const char *request)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *rq = json_loads(request, 0, NULL);
    struct ms_job *job = NULL;

    if (ms_jobs_add(js, rq, 1000, &job, &err) < 0) {
        return NULL;
    }
    return job;
}

static void line(struct ms_jobs *js, struct ms_job *job, const char *text)
{
    ms_job_line(js, job, text, strlen(text), 2000);
}

static void test_requests(void **state)
{
    static const struct {
        const char *request;
        bool good;
    } rows[] = {
        {"{\"kind\":\"up\"}", true},
        {"{\"kind\":\"down\",\"volumes\":true}", true},
        {"{\"kind\":\"up\",\"volumes\":true}", false},
        {"{\"kind\":\"down\",\"volumes\":1}", false},
        {"{\"kind\":\"restart\",\"services\":[\"postfix\",\"dove-cot\"],\"wait\":true}", true},
        {"{\"kind\":\"restart\",\"services\":[\"--volumes\"]}", false},
        {"{\"kind\":\"restart\",\"services\":[\"a b\"]}", false},
        {"{\"kind\":\"restart\",\"services\":[\"\"]}", false},
        {"{\"kind\":\"restart\",\"services\":\"postfix\"}", false},
        {"{\"kind\":\"up\",\"services\":[]}", false},
        {"{\"kind\":\"sideways\"}", false},
        {"{\"kind\":\"up\",\"extra\":1}", false},
        {"{}", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ms_jobs js = {0};

        if ((add(&js, rows[i].request) != NULL) != rows[i].good) {
            fail_msg("row %zu", i);
        }
        ms_jobs_done(&js);
    }
}

static void test_busy_and_queue(void **state)
{
    struct ms_jobs js = {0};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *rq = json_pack("{s:s}", "kind", "down");
    struct ms_job *a = add(&js, "{\"kind\":\"up\"}"), *b = NULL;

    (void)state;
    assert_ptr_equal(ms_jobs_next(&js), a);
    ms_job_started(a, 1);
    assert_ptr_equal(ms_jobs_running(&js), a);
    assert_int_equal(ms_jobs_add(&js, rq, 1, &b, &err), -1);
    assert_int_equal(err.code, MS_EBUSY);
    assert_non_null(strstr(ms_err_msg(&err), "job 1 (up)"));
    for (int i = 0; i < MS_JOBS_QUEUED; i++) {
        assert_non_null(add(&js, "{\"kind\":\"refresh\",\"wait\":true}"));
    }
    assert_null(add(&js, "{\"kind\":\"refresh\",\"wait\":true}"));
    ms_job_ended(&js, a, "", 3);
    assert_null(ms_jobs_running(&js));
    assert_int_equal(ms_jobs_next(&js)->id, 2);
    ms_jobs_done(&js);
}

static void test_old_jobs_go(void **state)
{
    struct ms_jobs js = {0};
    struct ms_job *held = NULL;

    (void)state;
    for (int i = 0; i < MS_JOBS_KEPT + 5; i++) {
        struct ms_job *j = add(&js, "{\"kind\":\"up\"}");

        assert_non_null(j);
        held = held ? held : ms_job_ref(j);
        ms_job_started(j, 1);
        line(&js, j, "{\"state\":\"end\",\"ok\":true}");
    }
    assert_int_equal(js.n, MS_JOBS_KEPT);
    assert_null(ms_jobs_find(&js, "1"));
    assert_null(ms_jobs_find(&js, "x"));
    assert_non_null(ms_jobs_find(&js, "25"));
    assert_true(held->id == 1 && held->ok); /* a reader still has it */
    ms_job_unref(held);
    ms_jobs_done(&js);
}

static void test_events(void **state)
{
    struct ms_jobs js = {0};
    struct ms_job *job = add(&js, "{\"kind\":\"up\"}");
    ms_auto_buf struct ms_buf b = {0};
    uint64_t pos = 0;

    (void)state;
    ms_buf_init(&b, 1 << 20);
    assert_int_equal(ms_job_read(job, &pos, 1000, &b), 0);
    ms_job_started(job, 1);
    line(&js, job, "{\"state\":\"start\"}");
    line(&js, job, "no JSON \xff");
    assert_int_equal(ms_job_read(job, &pos, 1000, &b), 1);
    assert_non_null(strstr(b.p, "{\"state\":\"start\"}\n{"));
    assert_non_null(strstr(b.p, "\"no JSON ?\""));
    assert_int_equal(pos, 2);
    ms_buf_reset(&b);
    assert_int_equal(ms_job_read(job, &pos, 1000, &b), 0);
    line(&js, job, "{\"state\":\"end\",\"ok\":true,\"changed\":true}");
    line(&js, job, "{\"state\":\"too late\"}");
    ms_job_ended(&js, job, "exited with status 0", 3000);
    assert_int_equal(ms_job_read(job, &pos, 1000, &b), 1);
    assert_null(strstr(b.p, "too late"));
    assert_int_equal(ms_job_read(job, &pos, 1000, &b), -1);
    assert_true(job->state == MS_JOB_ENDED && job->ok && job->changed);
    ms_jobs_done(&js);
}

static void test_killed(void **state)
{
    struct ms_jobs js = {0};
    struct ms_job *job = add(&js, "{\"kind\":\"up\"}");
    ms_auto_buf struct ms_buf b = {0};
    uint64_t pos = 0;

    (void)state;
    ms_buf_init(&b, 1 << 20);
    ms_job_started(job, 1);
    ms_job_ended(&js, job, "killed by signal 9", 3000);
    assert_int_equal(ms_job_read(job, &pos, 1000, &b), 1);
    assert_non_null(strstr(b.p, "\"state\":\"end\""));
    assert_non_null(strstr(b.p, "\"ok\":false"));
    assert_non_null(strstr(b.p, "killed by signal 9"));
    assert_false(job->ok);
    ms_jobs_done(&js);
}

static void test_line_bound(void **state)
{
    struct ms_jobs js = {0};
    struct ms_job *job = add(&js, "{\"kind\":\"up\"}");
    ms_auto_buf struct ms_buf b = {0};
    uint64_t pos = 0;

    (void)state;
    ms_buf_init(&b, 1 << 20);
    ms_job_started(job, 1);
    for (int i = 0; i < MS_JOB_LINES + 10; i++) {
        line(&js, job, "{\"n\":1}");
    }
    assert_int_equal(job->n_lines, MS_JOB_LINES);
    assert_int_equal(job->first, 10);
    assert_int_equal(ms_job_read(job, &pos, 100, &b), 1);
    assert_non_null(strstr(b.p, "10 events were left out"));
    assert_true(pos >= 10);
    ms_jobs_done(&js);
}

static void test_byte_bound(void **state)
{
    struct ms_jobs js = {0};
    struct ms_job *job = add(&js, "{\"kind\":\"up\"}");
    ms_auto_free char *big = ms_xcalloc(MS_JOB_LINE + 100, 1);

    (void)state;
    memset(big, 'x', MS_JOB_LINE + 50);
    ms_job_started(job, 1);
    for (int i = 0; i < 200; i++) {
        line(&js, job, big);
    }
    assert_true(job->n_bytes <= MS_JOB_BYTES && job->n_bytes > MS_JOB_BYTES / 2);
    ms_job_ended(&js, job, "", 1);
    assert_non_null(add(&js, "{\"kind\":\"up\"}"));
    assert_true(job->n_bytes <= MS_JOB_OLD_BYTES);
    ms_jobs_done(&js);
}

static void test_read_in_parts(void **state)
{
    struct ms_jobs js = {0};
    struct ms_job *job = add(&js, "{\"kind\":\"up\"}");
    ms_auto_buf struct ms_buf b = {0};
    uint64_t pos = 0;
    int parts = 0;

    (void)state;
    ms_buf_init(&b, 1 << 20);
    ms_job_started(job, 1);
    for (int i = 0; i < 10; i++) {
        line(&js, job, "{\"n\":1}"); /* 8 bytes with its newline */
    }
    ms_job_ended(&js, job, "x", 1);
    while (ms_job_read(job, &pos, 24, &b) == 1) {
        parts++;
        assert_true(b.len <= 24 || parts == 5);
        ms_buf_reset(&b);
    }
    assert_int_equal(parts, 5);
    assert_int_equal(pos, 11);
    ms_jobs_done(&js);
}

/* What is told of a job in parts makes the same job elsewhere. */
static void test_a_copy_is_the_same(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *rq = json_pack("{s:s}", "kind", "up");
    ms_auto_buf struct ms_buf one = {0}, other = {0};
    struct ms_jobs js = {0}, copy = {0};
    struct ms_job *job, *twin;
    uint64_t pos = 0, pos2 = 0;

    (void)state;
    assert_int_equal(ms_jobs_add(&js, rq, 1, &job, &err), 0);
    ms_job_started(job, 2);
    for (int i = 0; i < 20; i++) {
        ms_job_line(&js, job, "{\"state\":\"output\"}", 18, 3);
    }
    ms_job_line(&js, job, "{\"state\":\"end\",\"ok\":true}", 25, 4);
    do {
        ms_auto_json json_t *told = ms_job_tell(job, 64);

        assert_int_equal(ms_jobs_heard(&copy, told, &err), 0);
        assert_int_equal(copy.v[0]->state, ms_job_is_untold(job) ? MS_JOB_RUNNING : MS_JOB_ENDED);
    } while (ms_job_is_untold(job));
    assert_int_equal(copy.n, 1);
    twin = copy.v[0];
    assert_true(twin->ok && twin->ended_ms == 4 && twin->created_ms == 1);
    ms_buf_init(&one, 1 << 16);
    ms_buf_init(&other, 1 << 16);
    assert_int_equal(ms_job_read(job, &pos, 1 << 16, &one), 1);
    assert_int_equal(ms_job_read(twin, &pos2, 1 << 16, &other), 1);
    assert_string_equal(one.p, other.p);
    assert_int_equal(ms_job_read(twin, &pos2, 1 << 16, &other), -1);
    ms_jobs_done(&js);
    ms_jobs_done(&copy);
}

static void test_what_is_no_copy(void **state)
{
    static const char *const bad[] = {
        "{}",
        "{\"id\":0,\"request\":{\"kind\":\"up\"},\"state\":1}",
        "{\"id\":1,\"request\":{},\"state\":1}",
        "{\"id\":1,\"request\":{\"kind\":\"up\"},\"state\":7}",
        "{\"id\":1,\"request\":{\"kind\":\"up\"},\"state\":1,\"from\":-1}",
    };
    struct ms_jobs copy = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_json json_t *told = json_loads(bad[i], 0, NULL);

        assert_int_equal(ms_jobs_heard(&copy, told, &err), -1);
        assert_int_equal(err.code, MS_EINVAL);
    }
    assert_int_equal(copy.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_copy_is_the_same),
        cmocka_unit_test(test_what_is_no_copy),
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_busy_and_queue),
        cmocka_unit_test(test_old_jobs_go),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_line_bound),
        cmocka_unit_test(test_byte_bound),
        cmocka_unit_test(test_read_in_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
