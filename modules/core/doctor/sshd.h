/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sshd's settings, read from its configuration (sshd_config(5)) or from the output of `sshd -T`,
 * and what is weak in them. Pure: files that an Include names are read by the caller.
 */
#ifndef MS_DOCTOR_SSHD_H
#define MS_DOCTOR_SSHD_H

#include <stdbool.h>
#include <stdint.h>

#include "modules/core/check/check.h"

enum ms_sshd_key {
    MS_SSHD_PERMIT_ROOT_LOGIN,
    MS_SSHD_PASSWORD,
    MS_SSHD_KEYBOARD_INTERACTIVE,
    MS_SSHD_EMPTY_PASSWORDS,
    MS_SSHD_MAX_AUTH_TRIES,
    MS_SSHD_PROTOCOL,
    MS_SSHD_HOST_BASED,
    MS_SSHD_IGNORE_RHOSTS,
    MS_SSHD_STRICT_MODES,
    MS_SSHD__COUNT
};

enum { MS_SSHD_VALUE = 64, MS_SSHD_PORTS = 16, MS_SSHD_DEPTH = 16 };

struct ms_sshd {
    char value[MS_SSHD__COUNT][MS_SSHD_VALUE];   /* lower case; "": not set. The first one counts */
    char matched[MS_SSHD__COUNT][MS_SSHD_VALUE]; /* the weakest value inside Match blocks, or "" */
    uint16_t ports[MS_SSHD_PORTS];
    size_t n_ports;
    bool in_match; /* while it is read */
    unsigned depth;
};

/* Called for each Include with its pattern as written (it may be relative to /etc/ssh): the callee
 * reads the files that fit, in order, by ms_sshd_parse on the same s. */
typedef void (*ms_sshd_include)(void *arg, struct ms_sshd *s, const char *pattern);

/* Add the settings in text (n bytes, any). s is zeroed before the first call. Lines that cannot be
 * read are passed over, as are Includes more than MS_SSHD_DEPTH deep. include may be NULL. */
void ms_sshd_parse(struct ms_sshd *s, const char *text, size_t n, ms_sshd_include include,
                   void *arg);

/* After the last ms_sshd_parse: port 22 where none is set. */
void ms_sshd_finish(struct ms_sshd *s);

/* Judge it; what is not set counts as OpenSSH's default. */
void ms_sshd_judge(const struct ms_sshd *s, struct ms_checks *out);

#endif
