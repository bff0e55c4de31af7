/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error of one failed call. It lives on the stack of whoever handles it:
 *     ms_auto_err struct ms_err err = MS_ERR_INIT;
 * A function that can fail takes it as its last parameter and returns 0 or -1 (a look-up: 1 found,
 * 0 absent, -1 failed). On failure it sets the error exactly once and leaves its outputs untouched;
 * on success it leaves the error untouched.
 */
#ifndef MS_BASE_ERR_H
#define MS_BASE_ERR_H

#include <stdarg.h>

#include "modules/core/base/cleanup.h"

/* What kind of failure: decides exit status and HTTP status. */
enum ms_code {
    MS_OK,
    MS_EINVAL,    /* the caller or the user asked for something impossible */
    MS_ECONFIG,   /* site.yaml is not valid */
    MS_EIO,       /* files, sockets, processes */
    MS_EENGINE,   /* the container engine answered with an error; sys is the HTTP status */
    MS_EUNREACH,  /* the engine or the supervisor cannot be reached */
    MS_EDB,       /* the directory database */
    MS_ETLS,      /* keys and certificates */
    MS_ETIME,     /* a bound on time was passed */
    MS_ENOTFOUND, /* the named object does not exist */
    MS_EEXIST,    /* the named object exists already */
    MS_EBUSY,     /* somebody else is at it */
    MS_CODE__COUNT
};

struct ms_err {
    enum ms_code code;
    int sys;   /* errno, or the HTTP status for MS_EENGINE; 0 when unknown */
    char *msg; /* owned; grows outwards: "apply: postfix: create: ..." */
};

#define MS_ERR_INIT                                                                                \
    {                                                                                              \
        .code = MS_OK, .sys = 0, .msg = NULL                                                       \
    }

/* Set err, which must not be set yet. Always returns -1. sys != 0 with MS_EIO adds strerror(sys).
 */
int ms_err_set(struct ms_err *err, enum ms_code code, int sys, const char *fmt, ...)
    ms_printf(4, 5);

/* Put "context: " before the message of an error that is set. Always returns -1. */
int ms_err_wrap(struct ms_err *err, const char *fmt, ...) ms_printf(2, 3);

/* Set err, which must not be set yet, to what another error says; text is its whole message
 * (copied). Always returns -1. */
int ms_err_copy(struct ms_err *err, enum ms_code code, int sys, const char *text);

/* The message, "" when none is set. Borrowed. */
const char *ms_err_msg(const struct ms_err *err);

/* The name of a code in lower case ("engine"), as the API prints it. */
const char *ms_code_name(enum ms_code code);

/* Free the content and set the error back to MS_ERR_INIT. */
void ms_err_done(struct ms_err *err);

#define ms_auto_err ms_cleanup(ms_err_done)

#endif
