/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What jobs.c and jobs_copy.c share. Private to this room.
 */
#ifndef MS_API_JOBS_PRIV_H
#define MS_API_JOBS_PRIV_H

#include "modules/core/api/jobs.h"

/* Older jobs lose lines, and the oldest ended ones go. */
void ms_jobs_make_room(struct ms_jobs *js);

/* Append a job (taken over). */
void ms_jobs_append(struct ms_jobs *js, struct ms_job *job);

/* Append an event line (JSON and a newline, taken over); older ones go when there are too many. */
void ms_job_append(struct ms_job *job, char *text);

#endif
