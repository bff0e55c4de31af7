/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailstead/ports.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"

enum { LISTEN_STATE = 0x0a, TABLE_MAX = 64 << 20 };

static bool wanted(uint16_t port, const uint16_t *ports, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (ports[i] && ports[i] == port) {
            return true;
        }
    }
    return false;
}

static bool known(const struct ms_listeners *l, uint64_t inode)
{
    for (size_t i = 0; i < l->n; i++) {
        if (l->v[i].inode == inode) {
            return true;
        }
    }
    return false;
}

/* The words of an address are in the host's byte order. */
static bool is_loopback(const char *hex)
{
    static const char v6[] = "00000000000000000000000001000000";
    size_t n = strlen(hex);

    return n == 8 ? !strcmp(hex + 6, "7F") : !strcmp(hex, v6);
}

/* "  0: 00000000:0019 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0  0 12345 ..." */
static void parse_line(const char *line, const uint16_t *ports, size_t n, struct ms_listeners *ret)
{
    unsigned port, state;
    char address[33];
    uint64_t inode;

    if (sscanf(line,
               " %*u: %32[0-9A-Fa-f]:%4x %*32[0-9A-Fa-f]:%*4x %2x %*x:%*x %*x:%*x %*x %*u %*u "
               "%" SCNu64,
               address, &port, &state, &inode) != 4 ||
        state != LISTEN_STATE || !inode || !wanted((uint16_t)port, ports, n) || known(ret, inode)) {
        return;
    }
    ret->v = ms_xgrow(ret->v, ret->n, &ret->cap, sizeof(*ret->v));
    ret->v[ret->n++] = (struct ms_listener){
        .port = (uint16_t)port, .inode = inode, .loopback = is_loopback(address)};
}

static bool is_loopback_text(const char *address)
{
    return !strncmp(address, "127.", 4) || !strcmp(address, "::1");
}

bool ms_ports_clash(const struct ms_site *site, const struct ms_listener *l)
{
    if (l->port != site->ports[MS_PORT_DNS] || !l->loopback) {
        return true;
    }
    for (size_t i = 0; i < site->dns_listen.n; i++) {
        const char *a = site->dns_listen.v[i];

        if (!strcmp(a, "0.0.0.0") || !strcmp(a, "::") || is_loopback_text(a)) {
            return true;
        }
    }
    return false;
}

void ms_ports_parse(const char *text, const uint16_t *ports, size_t n, struct ms_listeners *ret)
{
    while (*text) {
        const char *nl = strchr(text, '\n');

        parse_line(text, ports, n, ret);
        if (!nl) {
            return;
        }
        text = nl + 1;
    }
}

uint64_t ms_ports_socket_inode(const char *link)
{
    static const char prefix[] = "socket:[";
    char digits[24];
    uint64_t inode;
    size_t n;

    if (strncmp(link, prefix, sizeof(prefix) - 1) != 0) {
        return 0;
    }
    link += sizeof(prefix) - 1;
    n = strspn(link, "0123456789");
    if (!n || n >= sizeof(digits) || strcmp(link + n, "]") != 0) {
        return 0;
    }
    memcpy(digits, link, n);
    digits[n] = '\0';
    return ms_parse_u64(digits, &inode) == 0 ? inode : 0;
}

static void take_name(struct ms_listener *l)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0};
    ms_auto_free char *path = ms_xasprintf("/proc/%d/comm", (int)l->pid);

    ms_buf_init(&b, 256);
    if (ms_fs_read(path, &b, &err) == 0) {
        b.p[strcspn(b.p, "\n")] = '\0';
        (void)snprintf(l->name, sizeof(l->name), "%s", b.p);
    }
}

/* Look through the descriptors of one process; how many sockets it answered for. */
static size_t look_at(const char *pid_text, uint32_t pid, struct ms_listeners *l)
{
    ms_auto_free char *dir = ms_xasprintf("/proc/%s/fd", pid_text);
    ms_auto_closedir DIR *d = opendir(dir);
    const struct dirent *e;
    size_t found = 0;

    while (d && (e = readdir(d))) {
        char link[128];
        ssize_t n = readlinkat(dirfd(d), e->d_name, link, sizeof(link) - 1);
        uint64_t inode;

        if (n <= 0) {
            continue;
        }
        link[n] = '\0';
        inode = ms_ports_socket_inode(link);
        for (size_t i = 0; inode && i < l->n; i++) {
            if (l->v[i].inode == inode && !l->v[i].pid) {
                l->v[i].pid = (pid_t)pid;
                take_name(&l->v[i]);
                found++;
            }
        }
    }
    return found;
}

int ms_ports_find(const uint16_t *ports, size_t n, struct ms_listeners *ret, struct ms_err *err)
{
    static const char *const files[] = {"/proc/net/tcp", "/proc/net/tcp6"};
    size_t left;

    for (size_t i = 0; i < 2; i++) {
        ms_auto_buf struct ms_buf b = {0};

        ms_buf_init(&b, TABLE_MAX);
        if (ms_fs_exists(files[i])) {
            if (ms_fs_read(files[i], &b, err) < 0) {
                return -1;
            }
            ms_ports_parse(b.p, ports, n, ret);
        }
    }
    left = ret->n;
    ms_auto_closedir DIR *d = opendir("/proc");
    const struct dirent *e;

    while (left && d && (e = readdir(d))) {
        uint32_t pid;

        if (ms_parse_u32(e->d_name, &pid) == 0) {
            left -= look_at(e->d_name, pid, ret);
        }
    }
    return 0;
}

void ms_listeners_done(struct ms_listeners *l)
{
    free(l->v);
    memset(l, 0, sizeof(*l));
}
