/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Event lines: what a worker writes goes into a job, out of it, and through the client's splitter
 * in parts whose size is the first byte. Asserts that the client accepts every line that the job
 * gives, and gets one event for each.
 */
#include <assert.h>
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "modules/core/api/client_priv.h"
#include "modules/core/api/jobs.h"
#include "modules/core/base/cleanup_ext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count(void *arg, const json_t *event)
{
    size_t *n = arg;

    assert(json_is_object(event));
    ++*n;
    return 0;
}

static void fill(struct ms_jobs *js, struct ms_job *job, const char *p, size_t size)
{
    while (size) {
        const char *nl = memchr(p, '\n', size);
        size_t n = nl ? (size_t)(nl - p) : size;

        ms_job_line(js, job, p, n, 1);
        p += n + (nl != NULL);
        size -= n + (nl != NULL);
    }
    ms_job_ended(js, job, "gone", 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *request = json_pack("{s:s}", "kind", "up");
    ms_auto_buf struct ms_buf out = {0};
    struct ms_jobs js = {0};
    struct ms_job *job;
    struct ms_lines lines;
    uint64_t pos = 0;
    size_t n = 0, part;

    if (!size || ms_jobs_add(&js, request, 1, &job, &err) < 0) {
        return 0;
    }
    part = data[0] ? data[0] : 1;
    ms_buf_init(&out, (size_t)16 * MS_JOB_BYTES);
    ms_job_started(job, 1);
    fill(&js, job, (const char *)data + 1, size - 1);
    assert(job->state == MS_JOB_ENDED);
    while (ms_job_read(job, &pos, 4096, &out) == 1) {
    }
    ms_lines_init(&lines, count, &n);
    for (size_t i = 0; i < out.len; i += part) {
        assert(ms_lines_feed(&lines, out.p + i, part < out.len - i ? part : out.len - i) == 0);
    }
    assert(n == job->n_lines + (job->first > 0));
    ms_lines_done(&lines);
    ms_jobs_done(&js);
    return 0;
}
