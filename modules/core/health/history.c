/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/health/history.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"

static int rotate(const char *path, struct ms_err *err)
{
    ms_auto_free char *old = ms_xasprintf("%s.1", path);
    struct stat st;

    if (stat(path, &st) < 0 || st.st_size < MS_HISTORY_MAX) {
        return 0;
    }
    return rename(path, old) < 0 ? ms_err_set(err, MS_EIO, errno, "%s", old) : 0;
}

/* Whether the last line is whole: a crash or a full disk may have cut it. */
static bool ends_well(int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    char c = '\n';

    return size <= 0 || pread(fd, &c, 1, size - 1) != 1 || c == '\n';
}

int ms_history_add(const char *path, const json_t *entry, struct ms_err *err)
{
    ms_auto_free char *text = json_dumps(entry, JSON_COMPACT);
    ms_auto_free char *line = NULL;
    ms_auto_close int fd = -1;
    size_t n;

    if (!text || strlen(text) > MS_HISTORY_LINE) {
        return ms_err_set(err, MS_EINVAL, 0, "an entry of the history is too long");
    }
    if (rotate(path, err) < 0) {
        return -1;
    }
    fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s", path);
    }
    line = ms_xasprintf("%s%s\n", ends_well(fd) ? "" : "\n", text);
    n = strlen(line);
    return write(fd, line, n) == (ssize_t)n ? 0 : ms_err_set(err, MS_EIO, errno, "%s", path);
}

static int read_file(const char *path, struct ms_buf *b, struct ms_err *err)
{
    return ms_fs_exists(path) ? ms_fs_read(path, b, err) : 0;
}

/* Take lines from the end until there are max. */
static void take_lines(const struct ms_buf *b, size_t max, json_t *list)
{
    size_t end = b->len;

    while (end && json_array_size(list) < max) {
        const char *nl = memrchr(b->p, '\n', end - 1);
        size_t start = nl ? (size_t)(nl - b->p) + 1 : 0;
        json_t *entry = json_loadb(b->p + start, end - start, JSON_REJECT_DUPLICATES, NULL);

        if (json_is_object(entry)) {
            (void)json_array_append_new(list, entry);
        } else {
            json_decref(entry);
        }
        end = start;
    }
}

int ms_history_read(const char *path, size_t max, json_t **ret, struct ms_err *err)
{
    ms_auto_free char *old = ms_xasprintf("%s.1", path);
    ms_auto_buf struct ms_buf now = {0}, before = {0};
    ms_auto_json json_t *newest_first = NULL;
    json_t *list;

    ms_buf_init(&now, 2 * MS_HISTORY_MAX);
    ms_buf_init(&before, 2 * MS_HISTORY_MAX);
    if (read_file(path, &now, err) < 0 || read_file(old, &before, err) < 0) {
        return -1;
    }
    max = max < MS_HISTORY_READ ? max : MS_HISTORY_READ;
    newest_first = json_array();
    take_lines(&now, max, newest_first);
    take_lines(&before, max, newest_first);
    list = json_array();
    for (size_t i = json_array_size(newest_first); i-- > 0;) {
        (void)json_array_append(list, json_array_get(newest_first, i));
    }
    *ret = list;
    return 0;
}
