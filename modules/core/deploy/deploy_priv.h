/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of the deploy room that its own files and tests share.
 */
#ifndef MS_DEPLOY_PRIV_H
#define MS_DEPLOY_PRIV_H

#include "modules/core/deploy/deploy.h"

/* One run: what is wanted, what is there, and how to tell about it. */
struct ms_run {
    const struct ms_deploy *d;
    struct ms_tree tree;      /* wanted files */
    struct ms_snapshot there; /* what existed when the plan was made */
    struct ms_plan *plan;     /* borrowed while steps run */
    uint32_t generation;      /* number of the one written for this run, 0: none */
    int journal;              /* descriptor, -1: none */
    bool files_only;          /* refresh: certificates are used as they are */
};

/* What a service is known to run with: applied/<service>.json. */
struct ms_applied {
    json_t *compose; /* Compose object it was created from, NULL unknown */
    json_t *files;   /* name -> sha256, NULL unknown */
    bool pending;    /* an action was begun and not seen to its end */
};

/* --- applied.c --- */

/* Read the record of a service; an absent or damaged one gives an empty one that is pending. */
void ms_applied_read(const char *state, const char *service, struct ms_applied *ret);
void ms_applied_done(struct ms_applied *a);

/* Write the record of what is wanted now; pending until the action is done. */
int ms_applied_write(const struct ms_run *r, const struct ms_service *v, bool pending,
                     struct ms_err *err) ms_must_use;

/* --- wanted.c --- */

/* Make what is missing of keys, certificates and secrets (unless draft) and render all files into
 * r->tree. */
int ms_wanted(struct ms_run *r, bool draft, struct ms_err *err) ms_must_use;

/* delegation.zones: [{name, records: [lines]}] of our own name server, for templates. extra holds
 * dkim.domains already. */
int ms_wanted_delegation(const struct ms_deploy *d, json_t *extra, struct ms_err *err) ms_must_use;

/* The hash of what the directory should hold: declared objects and grants. */
void ms_wanted_directory(const struct ms_deploy *d, char out[MS_HASH_TEXT]);

/* --- plan.c --- */

/* Compare and fill *ret. e may be NULL: then images are taken as absent. */
int ms_plan_make(const struct ms_run *r, struct ms_engine *e, struct ms_plan **ret,
                 struct ms_err *err) ms_must_use;

/* Add a step; returns its index. after may be NULL. */
unsigned ms_plan_add(struct ms_plan *p, enum ms_action a, const char *target, const char *reason);
void ms_plan_after(struct ms_plan *p, unsigned step, unsigned before);

/* The index of the step with that action and target, or -1. */
int ms_plan_find(const struct ms_plan *p, enum ms_action a, const char *target);

/* The index of the step that brings a service to health (create ... reload), or -1. */
int ms_plan_service(const struct ms_plan *p, const char *service);

/* The service in front proves itself through those behind it: its step comes after those of
 * services whose ports it holds. */
void ms_plan_holder(const struct ms_stack *s, struct ms_plan *p);

/* Networks and volumes: what is missing, differs, or is no longer part of the stack. */
void ms_plan_networks(const struct ms_run *r, struct ms_plan *p);

/* Networks that leave the stack go last, once no container is on them any more. */
void ms_plan_networks_left(const struct ms_run *r, struct ms_plan *p);

/* The heaviest change among the files of a service that differ from its record or from the disk;
 * *why gets the reason in the arena. */
enum ms_change ms_plan_files(const struct ms_run *r, const struct ms_service *v,
                             const struct ms_applied *have, struct ms_arena *a, const char **why);

/* Add a thing worth saying that is no step; only the first two dozen are kept. */
void ms_plan_note(struct ms_plan *p, const char *text);

/* An empty plan. */
struct ms_plan *ms_plan_new(void) ms_must_use;

/* --- run.c: what every kind of run does --- */

/* Free what a run holds. */
void ms_run_done(struct ms_run *r);

/* Make the state directory and take its lock; while another run has it, say so and wait. *ret_fd is
 * closed to let it go. */
int ms_run_lock(const struct ms_run *r, int *ret_fd, struct ms_err *err) ms_must_use;

/* Under the lock: whether this run was meant to go on with one that has been finished in the
 * meantime. */
bool ms_run_is_needless(const struct ms_run *r);

/* Tell the plan, and at the end the outcome. */
void ms_run_announce(const struct ms_run *r);
void ms_run_end(const struct ms_run *r, bool ok, bool changed, const struct ms_err *err);

/* Carry out r->plan with a journal, and with a new generation if asked for. */
int ms_run_carry_out(struct ms_run *r, const char *kind, bool generation, struct ms_err *err)
    ms_must_use;

/* --- events.c --- */

/* Send an event. step may be NULL (the run as a whole). extra (may be NULL) is taken over. */
void ms_run_event(const struct ms_run *r, const struct ms_step *step, const char *state,
                  const char *text, json_t *extra);

/* The name of a step, "create postfix"; the caller frees it. */
char *ms_step_name(const struct ms_step *s) ms_must_use;

/* --- execute.c --- */

/* Run all steps of r->plan in forked children, as far as their order allows. The first failure
 * stops new ones; its error is returned. */
int ms_execute(struct ms_run *r, struct ms_err *err) ms_must_use;

/* --- step.c and step_*.c: run in the child --- */

/* How a step tells about its work: one line of output. */
typedef void (*ms_step_output)(void *arg, const char *line);

struct ms_step_ctx {
    const struct ms_run *r;
    struct ms_engine *e;
    const struct ms_step *step;
    ms_step_output output;
    void *arg;
};

int ms_step_do(const struct ms_step_ctx *c, struct ms_err *err) ms_must_use;
int ms_step_service(const struct ms_step_ctx *c, const struct ms_service *v, struct ms_err *err)
    ms_must_use;
int ms_step_directory(const struct ms_step_ctx *c, struct ms_err *err) ms_must_use;

/* Keep the names that site.yaml declares. */
int ms_declared_write(const struct ms_deploy *d, struct ms_err *err) ms_must_use;

/* Forget what the directory was last brought to: its database is about to be made anew. */
int ms_directory_forget(const struct ms_run *r, struct ms_err *err) ms_must_use;

/* Notes about objects that site.yaml declared at the last `up` and no longer does. */
void ms_directory_notes(const struct ms_run *r, struct ms_plan *p);

/* Wait until every probe of a running service has succeeded once. The error names the probe and
 * ends with the last log lines. */
int ms_wait_healthy(const struct ms_step_ctx *c, const struct ms_service *v, const char *id,
                    struct ms_err *err) ms_must_use;

/* How many ms one round of a service's probes takes now, whatever they answer; at most 2000. A busy
 * machine takes longer to greet. */
unsigned ms_probes_take(const struct ms_step_ctx *c, const struct ms_service *v);

/* The container of a service in the snapshot, else NULL. */
const struct ms_container *ms_run_container(const struct ms_run *r, const char *service);

/* The service's stop_grace_period in seconds, default 10 (as Compose). */
unsigned ms_service_grace(const struct ms_service *v);

/* Write the rendered files of a service to its folder (config/<service>), or to
 * config/.check/<service> to be checked. */
int ms_step_write_files(const struct ms_run *r, const char *service, bool to_check,
                        struct ms_err *err) ms_must_use;

/* --- journal.c --- */

/* Begin a journal and a generation folder for the plan; end it with the outcome. */
int ms_journal_begin(struct ms_run *r, const char *kind, struct ms_err *err) ms_must_use;
void ms_journal_line(const struct ms_run *r, const json_t *event);
void ms_journal_end(struct ms_run *r, bool ok);

/* Keep rendered files, plan and Compose file as generations/<n>; the newest MS_GENERATIONS are
 * kept. */
enum { MS_GENERATIONS = 5 };
int ms_generation_write(struct ms_run *r, struct ms_err *err) ms_must_use;

/* Mark it as one that got healthy. */
int ms_generation_good(const struct ms_run *r, struct ms_err *err) ms_must_use;

#endif
