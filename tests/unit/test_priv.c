/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages between roles over a real socket pair, and the sandbox seen from inside: what it must
 * not allow is tried in a forked child.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/priv/channel.h"
#include "modules/core/priv/sandbox.h"

enum { SMALL = 64, QUEUE = 4 << 20 };

static void make_pair(struct ms_channel *a, struct ms_channel *b, size_t in_max)
{
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    ms_channel_open(a, fds[0], in_max, QUEUE);
    ms_channel_open(b, fds[1], in_max, QUEUE);
}

static void send_one(struct ms_channel *c, json_t *message)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *owned = message;

    assert_int_equal(ms_channel_send(c, owned, &err), 0);
}

static void messages_arrive_whole_and_in_order(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_channel a, b;
    json_t *m;

    (void)state;
    make_pair(&a, &b, SMALL);
    for (int i = 0; i < 100; i++) {
        send_one(&a, json_pack("{s:i}", "n", i));
    }
    for (int i = 0; i < 100; i++) {
        m = NULL;
        assert_int_equal(ms_channel_read(&b, &m, &err), 1);
        assert_int_equal(json_integer_value(json_object_get(m, "n")), i);
        json_decref(m);
    }
    assert_int_equal(ms_channel_read(&b, &m, &err), 0);
    ms_channel_close(&a);
    assert_int_equal(ms_channel_read(&b, &m, &err), -1);
    assert_int_equal(err.code, MS_EUNREACH);
    ms_channel_close(&b);
    ms_channel_close(&b);
}

/* More than the socket holds: what cannot be written is kept, and both take turns. */
static void a_large_message_takes_turns(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *text = ms_xcalloc(QUEUE / 2, 1);
    struct ms_channel a, b;
    json_t *m = NULL;
    int r = 0;

    (void)state;
    memset(text, 'x', QUEUE / 2 - 1);
    make_pair(&a, &b, QUEUE);
    send_one(&a, json_pack("{s:s}", "text", text));
    assert_int_equal(ms_channel_events(&a), POLLIN | POLLOUT);
    while (!r) {
        r = ms_channel_read(&b, &m, &err);
        assert_int_equal(ms_channel_flush(&a, &err), 0);
    }
    assert_int_equal(r, 1);
    assert_string_equal(json_string_value(json_object_get(m, "text")), text);
    assert_int_equal(ms_channel_events(&a), POLLIN);
    json_decref(m);
    ms_channel_close(&a);
    ms_channel_close(&b);
}

static void a_reader_that_does_not_read_is_given_up(void **state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *text = ms_xcalloc(QUEUE / 3, 1);
    ms_auto_json json_t *m = NULL;
    struct ms_channel a, b;
    int sent = 0;

    (void)state;
    memset(text, 'x', QUEUE / 3 - 1);
    m = json_pack("{s:s}", "text", text);
    make_pair(&a, &b, QUEUE);
    while (sent < 10 && ms_channel_send(&a, m, &err) == 0) {
        sent++;
    }
    assert_in_range(sent, 2, 4);
    assert_int_equal(err.code, MS_EBUSY);
    ms_channel_close(&b);
    ms_channel_close(&a);
}

static void nonsense_ends_a_channel(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
    } cases[] = {
        {"\0\0\0\0", 4},     {"\0\0\0\x41{}", 6}, {"\xff\xff\xff\xff", 4},
        {"\0\0\0\x02[]", 6}, {"\0\0\0\x02{x", 6}, {"GET / HTTP/1.0\r\n\r\n", 18},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT, again = MS_ERR_INIT;
        struct ms_channel a, b;
        json_t *m = NULL;

        make_pair(&a, &b, SMALL);
        assert_int_equal(write(a.fd, cases[i].bytes, cases[i].n), (ssize_t)cases[i].n);
        assert_int_equal(ms_channel_read(&b, &m, &err), -1);
        assert_int_equal(err.code, MS_EINVAL);
        send_one(&a, json_object()); /* nothing good comes after it */
        assert_int_equal(ms_channel_read(&b, &m, &again), -1);
        ms_channel_close(&a);
        ms_channel_close(&b);
    }
}

/* --- the sandbox */

static bool denied(long r)
{
    return r < 0 && errno == EPERM;
}

static int in_api(void)
{
    int fds[2] = {-1, -1};

    return denied(open("/etc/passwd", O_RDONLY | O_CLOEXEC)) &&
                   denied(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) &&
                   denied(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) &&
                   denied(pipe2(fds, 0)) && denied(kill(getppid(), 0)) && denied(fork()) &&
                   mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                       MAP_FAILED
               ? 0
               : 1;
}

static int in_probe(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in any = {.sin_family = AF_INET};

    return fd >= 0 && denied(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) &&
                   denied(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0)) &&
                   denied(bind(fd, (struct sockaddr *)&any, sizeof(any))) &&
                   denied(listen(fd, 1)) && denied(open("/etc/passwd", O_RDONLY | O_CLOEXEC))
               ? 0
               : 1;
}

static int run_program(void)
{
    const char *const argv[] = {"/bin/true", NULL};

    (void)execv(argv[0], (char *const *)argv);
    return 2;
}

static int trace_parent(void)
{
    (void)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
    return 2;
}

/* In a child, in the sandbox: its wait status. */
static int inside(enum ms_sandbox which, pid_t parent, int (*run)(void))
{
    pid_t pid = fork();
    int status = -1;

    if (!pid) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;

        _exit(ms_sandbox_enter(which, parent, &err) < 0 ? 77 : run());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void the_sandbox_holds(void **state)
{
    (void)state;
    assert_int_equal(inside(MS_SANDBOX_API, getpid(), in_api), 0);
    assert_int_equal(inside(MS_SANDBOX_PROBE, getpid(), in_probe), 0);
}

/* What the kernel says of a process in the sandbox. */
static void the_kernel_says_so(void **state)
{
    ms_auto_free char *path = NULL;
    ms_auto_free char *uid =
        ms_xasprintf("Uid:\t%d\t%d\t%d\t%d\n", MS_SANDBOX_UID_PROBE, MS_SANDBOX_UID_PROBE,
                     MS_SANDBOX_UID_PROBE, MS_SANDBOX_UID_PROBE);
    char text[4096] = "", c;
    int there[2], back[2], fd;
    pid_t parent = getpid(), pid;

    (void)state;
    assert_int_equal(pipe2(there, O_CLOEXEC), 0);
    assert_int_equal(pipe2(back, O_CLOEXEC), 0);
    pid = fork();
    if (!pid) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;

        _exit(ms_sandbox_enter(MS_SANDBOX_PROBE, parent, &err) < 0 || write(back[1], "r", 1) != 1 ||
              read(there[0], &c, 1) != 1);
    }
    assert_int_equal(read(back[0], &c, 1), 1);
    path = ms_xasprintf("/proc/%d/status", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
    (void)close(fd);
    assert_non_null(strstr(text, "\nSeccomp:\t2\n"));
    assert_non_null(strstr(text, "\nNoNewPrivs:\t1\n"));
    assert_true(geteuid() != 0 || strstr(text, uid));
    assert_true(geteuid() != 0 || strstr(text, "\nCapEff:\t0000000000000000\n"));
    assert_int_equal(write(there[1], "e", 1), 1);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    for (int i = 0; i < 2; i++) {
        (void)close(there[i]);
        (void)close(back[i]);
    }
}

static void programs_and_tracing_are_deadly(void **state)
{
    int (*const deadly[])(void) = {run_program, trace_parent};

    (void)state;
    for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
        int status = inside(MS_SANDBOX_API, getpid(), deadly[i]);

        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGSYS);
        assert_true(WIFSIGNALED(inside(MS_SANDBOX_PROBE, getpid(), deadly[i])));
    }
}

static void an_orphan_does_not_begin(void **state)
{
    (void)state;
    assert_int_equal(WEXITSTATUS(inside(MS_SANDBOX_API, getpid() + 1, in_api)), 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_arrive_whole_and_in_order),
        cmocka_unit_test(a_large_message_takes_turns),
        cmocka_unit_test(a_reader_that_does_not_read_is_given_up),
        cmocka_unit_test(nonsense_ends_a_channel),
        cmocka_unit_test(the_sandbox_holds),
        cmocka_unit_test(the_kernel_says_so),
        cmocka_unit_test(programs_and_tracing_are_deadly),
        cmocka_unit_test(an_orphan_does_not_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
