/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: whole reads with a limit, atomic writes, directories, locks. Errors are MS_EIO with the
 * path.
 */
#ifndef MS_BASE_FS_H
#define MS_BASE_FS_H

#include <stdbool.h>
#include <sys/types.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"

/* Append the file's content to b (which is initialised; its max is the limit: larger is MS_EINVAL).
 * "-" is standard input. */
int ms_fs_read(const char *path, struct ms_buf *b, struct ms_err *err) ms_must_use;

/* Owner and mode of a file to be written; uid and gid -1 leave them as they come. */
struct ms_fs_attr {
    mode_t mode;
    uid_t uid;
    gid_t gid;
};

/* Replace path atomically: temporary file in the same directory, write, fsync, rename, fsync of the
 * directory. On failure the old file is untouched and no temporary file is left. */
int ms_fs_write_atomic(const char *path, const void *p, size_t n, struct ms_fs_attr attr,
                       struct ms_err *err) ms_must_use;

/* As ms_fs_write_atomic, but a file that exists is left as it is, also when another process makes
 * it at the same time. Returns 1 when the file was made, 0 when one was there, -1 on failure. */
int ms_fs_create_atomic(const char *path, const void *p, size_t n, struct ms_fs_attr attr,
                        struct ms_err *err) ms_must_use;

/* Make the directory and its parents; one that exists is left as it is. */
int ms_fs_mkdir_p(const char *path, mode_t mode, struct ms_err *err) ms_must_use;

/* Remove a file or a whole directory tree; absent is fine. Never follows a symbolic link. */
int ms_fs_remove_tree(const char *path, struct ms_err *err) ms_must_use;

/* Whether something exists there. */
bool ms_fs_exists(const char *path);

/* Open and lock (exclusive) the file, made 0600 when absent. wait: block until free; otherwise
 * MS_EBUSY. The lock lasts until *ret_fd is closed; it survives exec unless the descriptor is
 * closed (O_CLOEXEC is set). */
int ms_fs_lock(const char *path, bool wait, int *ret_fd, struct ms_err *err) ms_must_use;

#endif
