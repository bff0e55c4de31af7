/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder as a tar stream (POSIX.1-1988 ustar, with pax records for what does not fit), the same
 * bytes for the same content: names in byte order, time, owner and group 0, modes 0755 or 0644 by
 * the owner's execute bit (so that the umask of a checkout does not matter). Regular files,
 * folders and symbolic links only; anything else is an error. One process.
 */
#ifndef MS_ENGINE_TAR_H
#define MS_ENGINE_TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "modules/core/base/err.h"

enum {
    MS_TAR_ENTRIES = 20000, /* most entries of a folder */
    MS_TAR_DEPTH = 32,
};

/* What is at one name. */
struct ms_tar_entry {
    char *name;   /* relative, without "./" and a trailing slash */
    char *target; /* of a symbolic link, else NULL */
    bool directory;
    unsigned mode; /* 0755 or 0644; 0777 for a link */
    uint64_t size; /* of a regular file */
};

struct ms_tar;

/* List the folder. The files are read later, by ms_tar_read. */
int ms_tar_open(const char *dir, struct ms_tar **ret, struct ms_err *err) ms_must_use;

/* Free it. Accepts NULL. */
void ms_tar_free(struct ms_tar *t);
MS_DEFINE_CLEANUP(struct ms_tar, ms_tar_free)

/* The entries, borrowed; *ret_n gets their number. */
const struct ms_tar_entry *ms_tar_entries(const struct ms_tar *t, size_t *ret_n);

/* The next part of the stream; of type ms_engine_source with a struct ms_tar as its arg. -1: a file
 * cannot be read or has shrunk; ms_tar_error says which. */
ssize_t ms_tar_read(void *tar, char *buf, size_t cap);

/* Why ms_tar_read failed, "" when it did not. Borrowed. */
const char *ms_tar_error(const struct ms_tar *t);

/* SHA-256 over all entries: name, kind, mode, target, content. */
int ms_tar_hash(const struct ms_tar *t, char out[65], struct ms_err *err) ms_must_use;

#endif
