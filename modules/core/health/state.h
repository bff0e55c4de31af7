/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what is seen of a service (its container and its probes) to one state with a reason and a
 * time. Pure: the clock comes in as an argument. A probe counts as working after RISE successes and
 * as failed after FALL failures in a row; a container that ends fails its service at once. What a
 * service says about itself (its note) is shown, and degrades it if it says that something is
 * wrong. One that ends again and again does not count as healthy in between. When a service that it
 * needs is down, that is the reason, and it is degraded at most.
 */
#ifndef MS_HEALTH_STATE_H
#define MS_HEALTH_STATE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    MS_HEALTH_RISE = 1,
    MS_HEALTH_FALL = 2,
    MS_HEALTH_PROBES = 12,
    MS_HEALTH_REASON = 256,
    MS_HEALTH_NAME = 64,
    MS_HEALTH_EXITS = 4,         /* so many unwanted ends ... */
    MS_HEALTH_EXITS_MS = 300000, /* ... within that time are a crash loop */
};

enum ms_health {
    MS_HEALTH_STARTING, /* runs, but has not worked yet and still may take its time */
    MS_HEALTH_HEALTHY,
    MS_HEALTH_DEGRADED, /* some of its probes fail */
    MS_HEALTH_FAILED,
    MS_HEALTH_STOPPED, /* its container was created or paused, and does not run */
    MS_HEALTH_ABSENT,  /* there is no container */
    MS_HEALTH__COUNT
};

/* "starting", ... */
const char *ms_health_name(enum ms_health h);

/* What is known of the container. */
enum ms_health_container {
    MS_CONTAINER_UNKNOWN, /* nothing was heard of the engine yet */
    MS_CONTAINER_ABSENT,
    MS_CONTAINER_CREATED,
    MS_CONTAINER_RUNNING,
    MS_CONTAINER_PAUSED,
    MS_CONTAINER_RESTARTING, /* exited, and the engine is about to start it again */
    MS_CONTAINER_EXITED,     /* exited, or dead */
    MS_CONTAINER_GONE,       /* removed although nobody asked for it */
};

/* By the engine's word ("running"); unknown words are MS_CONTAINER_UNKNOWN. */
enum ms_health_container ms_health_container_find(const char *state);

struct ms_health_probe {
    bool ok;       /* after rise and fall */
    bool tried;    /* since the container's start */
    bool worked;   /* at least once since the container's start */
    unsigned good; /* successes in a row */
    unsigned bad;  /* failures in a row */
    int ms;        /* how long the last dialogue took */
    char reason[MS_HEALTH_REASON];
};

struct ms_health_service {
    /* set once by the owner */
    const char *name;
    unsigned n_probes; /* at most MS_HEALTH_PROBES */
    const char *probe_names[MS_HEALTH_PROBES];
    unsigned start_ms; /* how long a start may take until the first success */
    /* kept by ms_health_step */
    enum ms_health state;
    char reason[MS_HEALTH_REASON];
    int64_t since_ms;           /* wall clock of the last change of state */
    enum ms_health own;         /* the state without regard to what it needs */
    char cause[MS_HEALTH_NAME]; /* the service whose fault it is; "" nobody else's */
    enum ms_health cause_state;
    enum ms_health_container container;
    int exit_code;
    bool oom;
    unsigned n_oom;                   /* kills for want of memory in its container that were seen */
    int64_t oom_ms;                   /* wall clock of the last one; 0: none */
    int64_t started_ms;               /* wall clock of the container's start */
    int64_t exits[MS_HEALTH_EXITS];   /* wall clock of the last unwanted ends, newest first */
    char exit_reason[MS_HEALTH_NAME]; /* of the last one */
    char note[MS_HEALTH_REASON];      /* what it last said about itself; "" nothing */
    bool note_bad;                    /* that is a warning */
    struct ms_health_probe probes[MS_HEALTH_PROBES];
};

enum ms_health_sample_kind {
    MS_SAMPLE_CONTAINER,
    MS_SAMPLE_PROBE,
    MS_SAMPLE_NOTE,
    MS_SAMPLE_CAUSE, /* whose fault it is: reason is a name, or "" */
    MS_SAMPLE_TICK
};

struct ms_health_sample {
    enum ms_health_sample_kind kind;
    int64_t now_ms; /* wall clock */
    /* MS_SAMPLE_CONTAINER */
    enum ms_health_container container;
    int exit_code; /* of MS_CONTAINER_EXITED; -1 unknown */
    bool oom;
    bool wanted;        /* a job is at it: an end is no crash */
    int64_t started_ms; /* of MS_CONTAINER_RUNNING; 0: now */
    /* MS_SAMPLE_PROBE */
    unsigned probe;
    bool ok;            /* MS_SAMPLE_NOTE: it is no warning */
    const char *reason; /* of a failure; MS_SAMPLE_NOTE: its text */
    int ms;
    enum ms_health cause_state; /* of MS_SAMPLE_CAUSE */
};

/* A service of which nothing is known yet. */
void ms_health_init(struct ms_health_service *h, int64_t now_ms);

/* The kernel killed a process of its container for want of memory, perhaps not the container's own:
 * then it goes on. */
void ms_health_oom(struct ms_health_service *h, int64_t now_ms);

/* Whether an end of the container at now_ms is due to that. */
bool ms_health_oom_ends(const struct ms_health_service *h, int64_t now_ms);

/* When a crash loop is over if nothing ends any more (wall clock); 0: there is none. */
int64_t ms_health_loop_end(const struct ms_health_service *h, int64_t now_ms);

/* Take one sample (a tick only looks at the clock). Returns whether the state changed. */
bool ms_health_step(struct ms_health_service *h, const struct ms_health_sample *s);

#endif
