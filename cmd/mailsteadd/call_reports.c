/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/mailsteadd/call.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/directory/directory.h"
#include "modules/core/reports/reports.h"

enum {
    MAILS = 50,         /* taken at a time */
    TAKE_MS = 40000,    /* bound on taking them */
    READ_MAX = 4 << 20, /* bytes that the reading process may print */
    DAY_S = 86400,
    DAYS = 30,
    DAYS_MAX = 400,
};

static const char command[] = "report-next";

static void child(int in, int out, const char *host)
{
    const char *argv[] = {"mailsteadd", "-x", "read", "--", host, NULL};

    if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0) {
        (void)execv("/proc/self/exe", (char *const *)argv);
    }
    _exit(127);
}

static int put_mail(const char *mail, size_t n, struct ms_err *err)
{
    ms_auto_close int fd = memfd_create("mail", MFD_CLOEXEC);

    while (fd >= 0 && n) {
        ssize_t w = write(fd, mail, n);

        if (w <= 0) {
            break;
        }
        mail += w;
        n -= (size_t)w;
    }
    if (fd < 0 || n || lseek(fd, 0, SEEK_SET) < 0) {
        return ms_err_set(err, MS_EIO, errno, "memfd");
    }
    return ms_steal_fd(&fd);
}

/* What another process, which has no rights, reads in a mail. */
static int read_apart(const char *mail, size_t n, const char *host, json_t **ret,
                      struct ms_err *err)
{
    ms_auto_close int in = put_mail(mail, n, err);
    ms_auto_buf struct ms_buf text = {0};
    ms_auto_json json_t *answer = NULL;
    char part[4096];
    int out[2], status = 0;
    ssize_t got;
    pid_t pid;

    if (in < 0) {
        return -1;
    }
    if (pipe2(out, O_CLOEXEC) < 0) {
        return ms_err_set(err, MS_EIO, errno, "pipe");
    }
    pid = fork();
    if (pid == 0) {
        child(in, out[1], host);
    }
    (void)close(out[1]);
    ms_buf_init(&text, READ_MAX);
    while (pid > 0 && !text.too_big && (got = read(out[0], part, sizeof(part))) > 0) {
        ms_buf_add(&text, part, (size_t)got);
    }
    (void)close(out[0]);
    if (pid > 0 && text.too_big) {
        (void)kill(pid, SIGKILL);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0) {
        return ms_err_set(err, MS_EIO, errno, "fork");
    }
    answer = json_loadb(text.p, text.len, 0, NULL);
    if (status || text.too_big || !answer) {
        return ms_err_set(err, MS_EINVAL, 0, "reading it took too much memory or time");
    }
    return ms_op_result(answer, ret, err);
}

static int keep(struct ms_directory *d, const json_t *result, size_t *n, struct ms_err *err)
{
    const json_t *reports = json_object_get(result, "reports"), *r;
    bool verified = json_is_true(json_object_get(result, "verified"));
    size_t i;

    json_array_foreach(reports, i, r)
    {
        bool is_new = false;

        if (i >= MS_REPORT_COUNT || ms_report_check(r, err) < 0 ||
            ms_directory_report_add(d, r, verified, &is_new, err) < 0) {
            return err->code == MS_OK ? 0 : -1;
        }
        *n += is_new;
    }
    return 0;
}

/* One mail: its name in a line, then its text. 1: it is done with, 0: none is left, -1: failed. */
static int take_one(struct call *c, struct ms_directory *d, const struct ms_buf *text, size_t *n,
                    json_t *result)
{
    const char *end = memchr(text->p, '\n', text->len);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *found = NULL;
    ms_auto_free char *why = NULL;

    if (!end) {
        return 0;
    }
    end++;
    if (read_apart(end, text->len - (size_t)(end - text->p), c->loaded.site->hostname, &found,
                   &err) == 0 &&
        keep(d, found, n, &err) == 0) {
        return 1;
    }
    why = ms_xasprintf("a report that came by mail is left out (the mail is where it was "
                       "delivered): %s",
                       ms_err_msg(&err));
    call_problem(result, why);
    return err.code == MS_EUNREACH || err.code == MS_EBUSY ? -1 : 1; /* tried again later */
}

void call_reports_take(struct call *c, struct ms_directory *d, json_t *result)
{
    int64_t end = ms_time_mono_ms() + TAKE_MS;
    ms_auto_free char *name = NULL;
    size_t n = 0;
    int r = 1;

    for (int i = 0; i <= MAILS && r > 0 && ms_time_mono_ms() < end; i++) {
        ms_cleanup(call_output_done) struct call_output o = {0};
        ms_auto_err struct ms_err err = MS_ERR_INIT;

        /* the one that was read is removed */
        if (call_command(c, command, name, &o, &err) < 0) {
            call_problem(result, ms_err_msg(&err));
            break;
        }
        free(ms_steal(&name));
        r = i < MAILS ? take_one(c, d, &o.out, &n, result) : 0;
        name = r > 0 ? ms_xmemdup0(o.out.p, strcspn(o.out.p, "\n")) : NULL;
    }
    (void)json_object_set_new(result, "reports", json_integer((json_int_t)n));
}

int call_reports(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_auto_free char *domain = NULL;
    ms_auto_json json_t *list = NULL;
    int64_t days = call_size(c, "days");
    size_t i;
    json_t *o;

    if (days < 0) {
        days = DAYS;
    }
    if (days < 1 || days > DAYS_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "days: 1 to %d", DAYS_MAX);
    }
    if ((call_string(c, "domain") && call_domain(c, "domain", &domain, err) < 0) ||
        call_directory_open(c, &d, err) < 0) {
        return -1;
    }
    if (ms_directory_reports(d, domain, ms_time_wall_ms() / 1000 - days * DAY_S, &list, err) < 0) {
        return -1;
    }
    json_array_foreach(list, i, o)
    {
        ms_reports_advise(o);
    }
    *ret = json_pack("{s:I, s:O}", "days", (json_int_t)days, "domains", list);
    return 0;
}
