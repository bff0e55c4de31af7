/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder of its own for each test that writes files (set-up and tear-down of cmocka); *state is
 * its path.
 */
#ifndef MS_TESTS_FIXTURE_DIR_H
#define MS_TESTS_FIXTURE_DIR_H

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"

static inline int fixture_dir_make(void **state)
{
    char *dir = ms_xstrdup("/tmp/ms-test-XXXXXX");

    *state = mkdtemp(dir);
    return *state ? 0 : -1;
}

static inline int fixture_dir_remove(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    int r = ms_fs_remove_tree(*state, &err);

    free(*state);
    return r;
}

static inline mode_t fixture_mode(const char *dir, const char *sub)
{
    ms_auto_free char *path = ms_xasprintf("%s/%s", dir, sub);
    struct stat st;

    return lstat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static inline void fixture_write(const char *dir, const char *sub, const char *text, mode_t mode)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *path = ms_xasprintf("%s/%s", dir, sub);
    struct ms_fs_attr attr = {mode, (uid_t)-1, (gid_t)-1};

    if (ms_fs_write_atomic(path, text, strlen(text), attr, &err) < 0) {
        abort();
    }
}

/* The content; freed by the caller. "" when there is none. */
static inline char *fixture_read(const char *dir, const char *sub)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *path = ms_xasprintf("%s/%s", dir, sub);
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 1 << 20);
    if (ms_fs_read(path, &b, &err) < 0) {
        return ms_xstrdup("");
    }
    return ms_buf_steal(&b);
}

#endif
