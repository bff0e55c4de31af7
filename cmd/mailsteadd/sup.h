/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor's state, shared by its files: supervisor.c (start, loop, end), sup_site.c (what
 * the site says), sup_roles.c (the processes that talk to others), sup_api.c (what one of them
 * asks), sup_jobs.c, sup_calls.c (workers), sup_engine.c (containers), sup_probes.c, sup_fill.c,
 * sup_heal.c (restarts), sup_history.c, sup_notes.c, sup_flush.c (the queue), sup_keep.c (what has
 * expired), sup_certs.c (certificates), sup_dkim.c (changes of DKIM keys) and sup_status.c (the
 * document of GET /status). One loop, no threads; nothing here waits for anything but the poll of
 * that loop. This process parses nothing that comes from a network: HTTP is the api role's, what
 * services answer is the probe role's.
 */
#ifndef MS_MAILSTEADD_SUP_H
#define MS_MAILSTEADD_SUP_H

#include <poll.h>
#include <sys/types.h>
#include <time.h>

#include "cmd/mailsteadd/load.h"
#include "cmd/mailsteadd/worker.h"
#include "modules/core/api/jobs.h"
#include "modules/core/api/server.h"
#include "modules/core/health/heal.h"
#include "modules/core/health/state.h"
#include "modules/core/pki/certs.h"
#include "modules/core/priv/channel.h"

enum {
    SUP_CALLS = 4,            /* calls at the same time */
    SUP_CALL_OWN = SUP_CALLS, /* the slot after them: only for the supervisor's snapshot */
    SUP_CALL_SLOTS = SUP_CALLS + 1,
    SUP_CALLS_WAITING = 64,    /* calls that wait for one of them */
    SUP_CALL_MS = 150000,      /* bound on one call */
    SUP_FDS = 64,              /* descriptors in one poll */
    SUP_PROBE_START_MS = 500,  /* between two probes while it starts or fails */
    SUP_SNAPSHOT_MS = 200,     /* from an event to the snapshot: events come in groups */
    SUP_FLUSH_MS = 30000,      /* at least, between two flushes of the queue */
    SUP_NOTES_MS = 300000,     /* between two looks at what services say about themselves */
    SUP_NOTES_BAD_MS = 30000,  /* the same while one of them warns */
    SUP_KEEP_FIRST_MS = 60000, /* from the start to the first housekeeping, and between two tries */
    SUP_KEEP_MS = 300000,      /* between two of them */
    SUP_CERTS_LOOK_MS = 2000,  /* between two looks at the files of tls.mode files */
    SUP_ROLL_MS = 300000,      /* between two looks whether name servers have the next key */
    SUP_CERTS_AGAIN_MS = 60000, /* at least, between two workers for certificates */
    SUP_DKIM_FIRST_MS = 30000,  /* from the start to the first look at changes of DKIM keys */
    SUP_DKIM_MS = 120000,       /* between two of them */
    SUP_RETRY_MS = 2000,        /* until the next try when the engine did not answer */
};

/* The processes that talk to others (sup_roles.c). */
enum sup_role_name { SUP_API, SUP_PROBE, SUP_ROLES };

struct sup_role {
    pid_t pid; /* 0: it does not run */
    struct ms_channel channel;
    unsigned generation; /* how often it was started */
    unsigned n_restarts;
    int64_t since_ms;        /* wall clock of its start */
    int64_t started_ms;      /* monotonic */
    int64_t due_ms, wait_ms; /* monotonic: when to start it again, and the wait before that */
};

/* One probe of one service, of the current site. */
struct sup_probe {
    size_t service; /* index in services */
    unsigned index; /* in the service's probes */
    bool on;        /* the probe role was told to ask it */
};

/* A service of the current site, and what is known of its container. */
struct sup_service {
    struct ms_health_service health;
    char *name; /* owned: outlives a reload of the site */
    char *id, *image;
    uint64_t memory; /* limit of its container in bytes */
    struct ms_heal heal;
    int64_t loop_over_ms; /* wall clock: when its crash loop is over; 0: none */
};

struct sup_call {
    struct sup *sup;
    struct worker worker;
    json_t *request; /* waiting: not started yet */
    json_t *answer;
    ms_api_answer done;
    void *done_arg;
    int64_t deadline_ms; /* monotonic; 0: free */
    bool late;
};

/* Tells whether a file was written to. */
struct sup_stamp {
    ino_t ino;
    off_t size;
    struct timespec changed;
};

/* Certificates: what is known of them, and the worker that renews them. */
struct sup_certs {
    struct ms_certs list;
    struct worker worker;
    const char *asked;         /* "retry" or "force": somebody asked for a run; NULL: nobody */
    bool changed;              /* a run changed files: a refresh job must follow */
    bool more;                 /* ... and left some */
    int64_t not_before_ms;     /* monotonic: no worker before */
    int64_t looked_ms;         /* monotonic: last look at the files */
    int64_t roll_ms;           /* monotonic: last worker, which looks at the change of the key */
    char *files[2];            /* tls.mode files: certificate and key */
    struct sup_stamp seen[2];  /* at the last look */
    struct sup_stamp taken[2]; /* when they were taken over, or refused */
};

/* Changes of DKIM keys. */
struct sup_dkim {
    int64_t due_ms; /* monotonic; 0: not decided */
    bool running;
    json_t *todo; /* lines for people, from the last look; or NULL */
};

struct sup {
    struct options *o;
    bool stopping;
    int64_t started_ms; /* wall clock */
    int signals;        /* signalfd */
    struct sup_role roles[SUP_ROLES];
    struct ms_api_door door; /* the control socket */
    /* site */
    struct loaded loaded;        /* as last applied, the last valid one */
    char *problems;              /* of site.yaml as it is now, lines; NULL: it is valid */
    bool pending;                /* it differs from what was last applied */
    struct sup_stamp site_stamp; /* when that was looked at */
    /* jobs */
    struct ms_jobs jobs;
    struct ms_job *job; /* the one whose worker runs; holds a reference */
    uint64_t resume_id; /* the job that goes on with an interrupted run; 0: none */
    struct worker job_worker;
    /* calls */
    struct sup_call calls[SUP_CALL_SLOTS];
    struct sup_call waiting[SUP_CALLS_WAITING];
    size_t n_waiting;
    /* engine */
    struct ms_engine_events *events;
    bool engine_ok;
    char *engine_error;
    int64_t engine_since_ms; /* wall clock */
    int64_t events_retry_ms; /* monotonic: when to open the stream again; 0: it is open */
    int64_t snapshot_due_ms; /* monotonic; 0: none is due */
    bool snapshot_running;
    /* health */
    struct sup_service *services;
    size_t n_services;
    struct sup_probe *probes;
    size_t n_probes;
    bool causes_due;              /* a service changed: find out anew who is to blame */
    bool history_failed;          /* the last entry could not be written */
    json_int_t probes_generation; /* counts the lists that the probe role was given */
    /* notes */
    int64_t notes_due_ms; /* monotonic; 0: none is due */
    bool notes_running;
    struct sup_certs certs;
    struct sup_dkim dkim;
    /* queue */
    int64_t flush_due_ms; /* monotonic; 0: none is due */
    int64_t keep_due_ms;  /* monotonic; 0: not decided */
    int64_t flushed_ms;   /* monotonic: the last one; 0: none yet */
};

/* Load the site as last applied (before the first `up`: site.yaml) again, and check site.yaml. An
 * invalid one leaves the last valid one in use. */
void sup_site_load(struct sup *s);
/* Check site.yaml again if it was written to. */
void sup_site_check(struct sup *s);

/* Start the next job when none runs. */
void sup_jobs_pump(struct sup *s);
/* Go on with a run that was killed, without anybody asking. */
void sup_jobs_resume(struct sup *s);
int sup_jobs_post(void *arg, const json_t *request, struct ms_job **ret, struct ms_err *err);
void sup_jobs_reap(struct sup *s);

/* As ms_api_backend.call. */
void sup_calls_post(void *arg, json_t *request, ms_api_answer done, void *done_arg);
/* The same for the supervisor itself, one at a time: never waits for the calls of others. */
void sup_calls_post_own(struct sup *s, json_t *request, ms_api_answer done);
void sup_calls_reap(struct sup *s);
/* End calls that take too long; returns the monotonic time of the next bound, 0 none. */
int64_t sup_calls_tick(struct sup *s, int64_t now_ms);
/* Answer all calls with "the supervisor is ending". */
void sup_calls_abort(struct sup *s);

/* (Re)open the event stream and take a snapshot when due. */
int64_t sup_engine_tick(struct sup *s, int64_t now_ms);
void sup_engine_snapshot_soon(struct sup *s);

/* The services and probes of the loaded stack; what is known of services that stay is kept. */
void sup_services_replace(struct sup *s);
struct sup_service *sup_service_find(struct sup *s, const char *name);
/* Take a sample, log a change and write it into the history. */
void sup_health_step(struct sup *s, struct sup_service *svc, struct ms_health_sample *sample);

/* Find out whose fault it is when something does not work (sup_heal.c). */
void sup_causes(struct sup *s);
/* Restart what does not work by itself, when due; returns the monotonic time of the next look, 0
 * none. */
int64_t sup_heal_tick(struct sup *s, int64_t now_ms);
/* The part of GET /status. */
json_t *sup_heal_json(const struct sup_service *svc);

/* Write into the history what happened to whom and why (sup_history.c). */
void sup_history(struct sup *s, const char *what, const char *who, const char *text);
/* Its last max entries; the caller owns *ret. */
int sup_history_read(const struct sup *s, size_t max, json_t **ret, struct ms_err *err) ms_must_use;

/* When a service that mail depends on (it has `hold` ports) works again, the queue is flushed once:
 * mail that was deferred meanwhile does not wait for the back-off. */
void sup_flush_health(struct sup *s, const struct sup_service *svc, enum ms_health before);
/* Flush when due; returns the monotonic time when it will be, 0 none. */
int64_t sup_flush_tick(struct sup *s, int64_t now_ms);

/* What services say about themselves (their command "note") is asked for when one has come up,
 * when the site was applied, and from time to time. */
void sup_notes_health(struct sup *s, const struct sup_service *svc);
/* Ask when due; returns the monotonic time when it will be, 0 never. */
int64_t sup_notes_tick(struct sup *s, int64_t now_ms);

/* Remove what has expired, now and then (sup_keep.c); returns the monotonic time of the next time.
 */
int64_t sup_keep_tick(struct sup *s, int64_t now_ms);

/* Read anew what is known of the certificates of the loaded site. */
void sup_certs_load(struct sup *s);
/* Start a worker for what is due, or a job that brings its results to the services. Returns the
 * monotonic time of the next thing to do, 0 none. */
int64_t sup_certs_tick(struct sup *s, int64_t now_ms);
void sup_certs_reap(struct sup *s);
void sup_certs_done(struct sup *s);
/* As ms_api_backend.certificates and .renew; the part of GET /status. */
json_t *sup_certs_json(struct sup *s);
int sup_certs_renew(struct sup *s, bool force, struct ms_err *err);
json_t *sup_certs_status(const struct sup *s, bool *ret_ok);

/* Look whether changes of DKIM keys go on, when due; returns the monotonic time of the next look.
 */
int64_t sup_dkim_tick(struct sup *s, int64_t now_ms);
/* The part of GET /status. */
json_t *sup_dkim_status(const struct sup *s);

/* What a file looks like without reading it, and whether it is still so (sup_site.c). */
struct sup_stamp sup_stamp_of(const char *path);
bool sup_stamp_is_same(const struct sup_stamp *a, const struct sup_stamp *b);

/* Forget the probes, before the stack that they point to goes. */
void sup_probes_drop(struct sup *s);
/* Have those of running services asked, and no others. */
void sup_probes_tick(struct sup *s);
/* Tell the probe role all of them; take what it found; what it found counts no more. */
void sup_probes_tell(struct sup *s);
/* A probe with what is secret filled in (sup_fill.c); the caller owns the reference. */
json_t *sup_probe_json(struct sup *s, const struct ms_service *v, const struct ms_probe *p);
int sup_probes_message(struct sup *s, const json_t *message, struct ms_err *err);
void sup_probes_end(struct sup *s);

void sup_roles_init(struct sup *s);
/* Start those that do not run, when due; returns the monotonic time of the next start, 0 none. */
int64_t sup_roles_tick(struct sup *s, int64_t now_ms);
/* What to poll for: at most SUP_ROLES entries. */
unsigned sup_roles_fds(const struct sup *s, struct pollfd *fds);
void sup_roles_io(struct sup *s);
void sup_roles_reap(struct sup *s);
/* Let them end; what was sent to the api role still goes out. */
void sup_roles_end(struct sup *s);
/* Send a message (taken over). One that takes nothing is killed. */
void sup_role_send(struct sup *s, enum sup_role_name which, json_t *message);
/* The part of GET /status. */
json_t *sup_roles_json(const struct sup *s);

/* The api role was started, asks something, or is gone. */
void sup_api_start(struct sup *s);
int sup_api_message(struct sup *s, const json_t *message, struct ms_err *err);
void sup_api_end(struct sup *s);
/* Tell it how a job stands. */
void sup_api_job(struct sup *s, struct ms_job *job);

/* The document of GET /status; the caller owns the reference. */
json_t *sup_status(struct sup *s);
/* A point of time (wall clock) for such a document. */
json_t *sup_time_json(int64_t t_ms);

#endif
