/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "modules/core/api/client.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"

enum { ASK_EVERY_MS = 20, ASK_TIMEOUT_MS = 2000, LOG_TAIL = 1500 };

/* In the child: a session of its own, output to the log. Never returns. */
static void run(const char *program, const char *site, const char *state, int log)
{
    int null = open("/dev/null", O_RDONLY);

    (void)setsid();
    if (null >= 0) {
        (void)dup2(null, STDIN_FILENO);
    }
    (void)dup2(log, STDOUT_FILENO);
    (void)dup2(log, STDERR_FILENO);
    (void)close_range(3, ~0U, 0);
    (void)execl(program, program, "--site", site, "--state", state, (char *)NULL);
    (void)dprintf(STDERR_FILENO, "%s: %s\n", program, strerrordesc_np(errno));
    _exit(127);
}

/* What the log says since start, as the end of an error message. */
static char *log_tail(int log, off_t start)
{
    char text[LOG_TAIL + 1];
    off_t size = lseek(log, 0, SEEK_END);
    off_t from = size - LOG_TAIL > start ? size - LOG_TAIL : start;
    ssize_t n = size > from ? pread(log, text, (size_t)(size - from), from) : 0;

    text[n > 0 ? n : 0] = '\0';
    return ms_xstrdup(text);
}

static bool answers(const char *socket)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_client_request rq = {
        .method = "GET", .path = "/api/v1/status", .timeout_ms = ASK_TIMEOUT_MS};

    return ms_client_request(socket, &rq, NULL, &err) == 0;
}

int ms_client_start(const char *program, const char *site, const char *state, int64_t timeout_ms,
                    struct ms_err *err)
{
    ms_auto_free char *socket = ms_client_socket_path(state);
    ms_auto_free char *path = ms_xasprintf("%s/mailsteadd.log", state);
    ms_auto_free char *tail = NULL;
    ms_auto_close int log = -1;
    int64_t end = ms_time_mono_ms() + timeout_ms;
    bool gone = false;
    off_t start;
    pid_t pid;

    if (ms_fs_mkdir_p(state, 0750, err) < 0) {
        return -1;
    }
    log = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (log < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s", path);
    }
    start = lseek(log, 0, SEEK_END);
    pid = fork();
    if (pid < 0) {
        return ms_err_set(err, MS_EIO, errno, "fork");
    }
    if (!pid) {
        run(program, site, state, log);
    }
    while (!answers(socket)) {
        /* a second supervisor ends at once, while the first one may still be starting */
        gone = gone || waitpid(pid, NULL, WNOHANG) == pid;
        if (ms_time_mono_ms() >= end || (gone && !ms_fs_exists(socket))) {
            tail = log_tail(log, start);
            return ms_err_set(err, MS_EUNREACH, 0, "the supervisor does not start: %s%s%s", path,
                              *tail ? "\n" : "", tail);
        }
        ms_time_sleep_ms(ASK_EVERY_MS);
    }
    return 0;
}
