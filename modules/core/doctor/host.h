/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host that this runs on: its sshd, memory, disk, clock and kernel. Reads only, and sends
 * nothing.
 */
#ifndef MS_DOCTOR_HOST_H
#define MS_DOCTOR_HOST_H

#include "modules/core/check/check.h"
#include "modules/core/doctor/sshd.h"
#include "modules/core/site/site.h"

/* sshd's settings in the files below etc_ssh ("/etc/ssh"). Returns 0, or -1 when there is no
 * sshd_config that can be read. */
int ms_host_sshd(const char *etc_ssh, struct ms_sshd *ret);

/* The same as sshd itself tells (`sshd -T`), else from the files in /etc/ssh; -1: neither. */
int ms_host_sshd_effective(struct ms_sshd *ret);

/* Where sshd's log is and its ports, below root ("" for the host itself): the journal if there is
 * one, else auth.log. Without an sshd_config it is all zero. */
void ms_host_ssh(const char *root, struct ms_ssh *ret);

/* What there is of a file system, in bytes. */
struct ms_disk {
    const char *id;   /* of its check */
    const char *path; /* for the text */
    uint64_t free, total;
};

/* Judgements of numbers (pure). */
void ms_judge_disk(const struct ms_disk *disk, struct ms_checks *out);
void ms_judge_clock(int64_t now_s, bool synchronised, struct ms_checks *out);
void ms_judge_kernel(const char *release, struct ms_checks *out);

/* The same for this host. path: a folder, or one whose parent exists. */
void ms_check_disk(const char *id, const char *path, struct ms_checks *out);
void ms_check_clock(struct ms_checks *out);
void ms_check_kernel(struct ms_checks *out);

#endif
