/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "cmd/mailstead/ports.h"

static const char table[] =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n"
    "   0: 00000000:0019 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "101 1 0000000000000000 100 0 0 10 0\n"
    "   1: 0100007F:0019 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 "
    "102 1 0000000000000000 20 4 30 10 -1\n"
    "   2: 00000000:03E1 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "103 1 0000000000000000 100 0 0 10 0\n"
    "   3: 00000000:0019 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "101 1 0000000000000000 100 0 0 10 0\n"
    "garbage\n"
    "   4: 00000000:0019";

static const char table6[] =
    "   0: 00000000000000000000000000000000:0019 00000000000000000000000000000000:0000 0A "
    "00000000:00000000 00:00000000 00000000     0        0 201 1 0000000000000000 100 0 0 10 0\n";

static void parsed(void **state)
{
    static const uint16_t ports[] = {25, 0, 587};
    struct ms_listeners l = {0};

    (void)state;
    ms_ports_parse(table, ports, 3, &l);
    ms_ports_parse(table6, ports, 3, &l);
    ms_ports_parse("", ports, 3, &l);
    assert_int_equal(l.n, 2);
    assert_int_equal(l.v[0].port, 25);
    assert_int_equal(l.v[0].inode, 101);
    assert_int_equal(l.v[1].inode, 201);
    ms_listeners_done(&l);
}

static const char local[] =
    "   0: 3500007F:0035 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 "
    "301 1 0000000000000000 100 0 0 10 0\n"
    "   1: 01C612C6:0035 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 "
    "302 1 0000000000000000 100 0 0 10 0\n";
static const char local6[] =
    "   0: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 0A "
    "00000000:00000000 00:00000000 00000000     0        0 303 1 0000000000000000 100 0 0 10 0\n";

/* A resolver of the host's own on loopback is in the way of a name server on all addresses only. */
static void resolver_beside(void **state)
{
    static const char *const one[] = {"198.18.1.1"}, *const all[] = {"0.0.0.0"};
    static const uint16_t ports[] = {53};
    struct ms_listeners l = {0};
    struct ms_site site = {.ports = {[MS_PORT_SMTP] = 25, [MS_PORT_DNS] = 53},
                           .dns_listen = {(const char **)one, 1}};

    (void)state;
    ms_ports_parse(local, ports, 1, &l);
    ms_ports_parse(local6, ports, 1, &l);
    assert_int_equal(l.n, 3);
    assert_true(l.v[0].loopback);
    assert_false(l.v[1].loopback);
    assert_true(l.v[2].loopback);
    assert_false(ms_ports_clash(&site, &l.v[0]));
    assert_true(ms_ports_clash(&site, &l.v[1]));
    assert_false(ms_ports_clash(&site, &l.v[2]));
    site.dns_listen.v = (const char **)all;
    assert_true(ms_ports_clash(&site, &l.v[0]));
    /* any other port is taken, whatever the address */
    site.ports[MS_PORT_DNS] = 0;
    assert_true(ms_ports_clash(&site, &l.v[2]));
    ms_listeners_done(&l);
}

static void links(void **state)
{
    (void)state;
    assert_int_equal(ms_ports_socket_inode("socket:[123]"), 123);
    assert_int_equal(ms_ports_socket_inode("socket:[]"), 0);
    assert_int_equal(ms_ports_socket_inode("socket:[12"), 0);
    assert_int_equal(ms_ports_socket_inode("socket:[12]x"), 0);
    assert_int_equal(ms_ports_socket_inode("socket:[99999999999999999999999999]"), 0);
    assert_int_equal(ms_ports_socket_inode("pipe:[123]"), 0);
    assert_int_equal(ms_ports_socket_inode("/dev/null"), 0);
}

static void our_own_socket_is_found(void **state)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(sa);
    ms_auto_close int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_listeners l = {0};
    uint16_t port;

    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&sa, size), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &size), 0);
    port = ntohs(sa.sin_port);
    assert_int_equal(ms_ports_find(&port, 1, &l, &err), 0);
    assert_int_equal(l.n, 1);
    assert_int_equal(l.v[0].pid, getpid());
    assert_non_null(strstr(l.v[0].name, "test_cli_ports"));
    ms_listeners_done(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parsed),
        cmocka_unit_test(resolver_beside),
        cmocka_unit_test(links),
        cmocka_unit_test(our_own_socket_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
