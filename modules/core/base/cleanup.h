/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scope-bound clean-up: the only resource macros of the project. A variable that carries one of the
 * ms_auto_ attributes must be initialised where it is declared. This header may hold no logic.
 */
#ifndef MS_BASE_CLEANUP_H
#define MS_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ms_must_use __attribute__((warn_unused_result))
#define ms_printf(f, a) __attribute__((format(printf, f, a)))
#define ms_unused __attribute__((unused))

/* Run fn on the address of the variable when its scope ends. */
#define ms_cleanup(fn) __attribute__((cleanup(fn)))

/* Define fn##p, a clean-up function for pointers to type that calls fn unless the pointer is NULL.
 */
#define MS_DEFINE_CLEANUP(type, fn)                                                                \
    static inline ms_unused void fn##p(type **p)                                                   \
    {                                                                                              \
        if (*p) {                                                                                  \
            fn(*p);                                                                                \
        }                                                                                          \
    }

/* Take the value out of the variable *pp, which becomes NULL: ownership moves to the caller. */
#define ms_steal(pp)                                                                               \
    ({                                                                                             \
        __typeof__(*(pp)) _v = *(pp);                                                              \
        *(pp) = NULL;                                                                              \
        _v;                                                                                        \
    })

/* The same for a file descriptor, which becomes -1. */
#define ms_steal_fd(p)                                                                             \
    ({                                                                                             \
        int _f = *(p);                                                                             \
        *(p) = -1;                                                                                 \
        _f;                                                                                        \
    })

static inline ms_unused void ms_freep(void *p)
{
    free(*(void **)p);
}

static inline ms_unused void ms_closep(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}

static inline ms_unused void ms_fclosep(FILE **f)
{
    if (*f) {
        (void)fclose(*f);
    }
}

static inline ms_unused void ms_closedirp(DIR **d)
{
    if (*d) {
        (void)closedir(*d);
    }
}

#define ms_auto_free ms_cleanup(ms_freep)
#define ms_auto_close ms_cleanup(ms_closep)
#define ms_auto_fclose ms_cleanup(ms_fclosep)
#define ms_auto_closedir ms_cleanup(ms_closedirp)

#endif
