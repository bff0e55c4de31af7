/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deployment jobs as the API shows them: what was asked, how it stands and its event lines, kept in
 * memory within bounds. Starts no process (the supervisor does) and knows no HTTP; any number of
 * readers follow a job, each with its own position. Jobs are counted by reference: one that is
 * dropped from the list lives until its last reader has gone.
 */
#ifndef MS_API_JOBS_H
#define MS_API_JOBS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"

enum {
    MS_JOB_LINES = 2000,            /* event lines kept of one job */
    MS_JOB_BYTES = 4 * 1024 * 1024, /* bytes kept of one job */
    MS_JOB_OLD_BYTES = 256 * 1024,  /* bytes kept of a job that is not the latest one */
    MS_JOB_LINE = 64 * 1024,        /* longest event line */
    MS_JOBS_KEPT = 20,
    MS_JOBS_QUEUED = 16,
};

enum ms_job_state { MS_JOB_QUEUED, MS_JOB_RUNNING, MS_JOB_ENDED };

struct ms_job_line {
    char *p; /* JSON and a newline; no NUL is counted */
    size_t n;
};

struct ms_job {
    unsigned refs;
    uint64_t id;
    json_t *request;  /* {"kind", "services", "volumes"}; owned */
    const char *kind; /* in request */
    enum ms_job_state state;
    bool ok, changed;                         /* once it ended */
    int64_t created_ms, started_ms, ended_ms; /* wall clock; 0: not yet */
    struct ms_job_line *lines;
    size_t n_lines, cap_lines, n_bytes;
    uint64_t first; /* number of lines[0]: how many lines were dropped before it */
    uint64_t told;  /* number of the first line that its copy in another process has not */
};

struct ms_jobs {
    struct ms_job *v[MS_JOBS_KEPT + MS_JOBS_QUEUED + 2]; /* oldest first */
    size_t n;
    uint64_t last_id;
    /* Called after a job got lines or ended. May be NULL. */
    void (*on_change)(void *arg, struct ms_job *job);
    void *arg;
};

/* Free all. Accepts a zeroed list. */
void ms_jobs_done(struct ms_jobs *js);

/* Check a request for a job ({"kind": "up"|"down"|"restart"|"images"|"refresh", "services":
 * [names], "volumes": bool, "wait": bool}) and add it, queued. MS_EINVAL says what is wrong with
 * it; MS_EBUSY (with the id of the running job) when one runs or waits and "wait" is not true, or
 * when too many wait. An ended job too many is dropped. *ret is borrowed. */
int ms_jobs_add(struct ms_jobs *js, const json_t *request, int64_t now_ms, struct ms_job **ret,
                struct ms_err *err) ms_must_use;

/* The job with that id in decimal text, else NULL. */
struct ms_job *ms_jobs_find(const struct ms_jobs *js, const char *id);

/* The job that runs, else NULL; the one to start next, else NULL. */
struct ms_job *ms_jobs_running(const struct ms_jobs *js);
struct ms_job *ms_jobs_next(const struct ms_jobs *js);

/* All of them as a JSON array, oldest first; one of them. The caller owns the reference. */
json_t *ms_jobs_json(const struct ms_jobs *js) ms_must_use;
json_t *ms_job_json(const struct ms_job *job) ms_must_use;

/* The job's process was started. */
void ms_job_started(struct ms_job *job, int64_t now_ms);

/* One line from its process. A line that is no JSON object becomes an "output" event. An "end"
 * event ends the job; lines after it are dropped. */
void ms_job_line(struct ms_jobs *js, struct ms_job *job, const char *p, size_t n, int64_t now_ms);

/* Its process is gone. If no "end" event came, one with "ok": false and why as text is added. */
void ms_job_ended(struct ms_jobs *js, struct ms_job *job, const char *why, int64_t now_ms);

/* Append the lines from number *pos on to out, as many as fit below max bytes but at least one, and
 * move *pos. Lines that were dropped are told by one "note" event. Returns 1 when lines were given,
 * 0 when there are none yet, -1 after the last one. */
int ms_job_read(const struct ms_job *job, uint64_t *pos, size_t max, struct ms_buf *out);

/* A job as a copy of it in another process takes it: its state and the lines from job->told on, at
 * most about max bytes of them; told moves on. The caller owns the reference. */
json_t *ms_job_tell(struct ms_job *job, size_t max) ms_must_use;

/* Whether there are lines that were not told. */
bool ms_job_is_untold(const struct ms_job *job);

/* Take what ms_job_tell gave into a list of copies; on_change is called. MS_EINVAL when it is no
 * such thing. */
int ms_jobs_heard(struct ms_jobs *js, const json_t *told, struct ms_err *err) ms_must_use;

/* Hold and let go. */
struct ms_job *ms_job_ref(struct ms_job *job) ms_must_use;
void ms_job_unref(struct ms_job *job);

#endif
