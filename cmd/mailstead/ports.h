/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which process listens at a TCP port of this host: /proc/net/tcp and tcp6 tell the socket, the
 * descriptors of the processes tell whose it is.
 */
#ifndef MS_CLI_PORTS_H
#define MS_CLI_PORTS_H

#include <stdint.h>
#include <sys/types.h>

#include <stdbool.h>

#include "modules/core/base/err.h"
#include "modules/core/site/site.h"

/* A listening socket. */
struct ms_listener {
    uint16_t port;
    uint64_t inode;
    bool loopback; /* on 127.0.0.0/8 or ::1 alone */
    pid_t pid;     /* of a process that holds it, 0: not found (needs root) */
    char name[64]; /* its command name, "" when not found */
};

struct ms_listeners {
    struct ms_listener *v;
    size_t n, cap;
};

/* Add the listening sockets in the text of /proc/net/tcp or tcp6 whose port is one of the n at
 * ports. Lines that cannot be read are skipped. */
void ms_ports_parse(const char *text, const uint16_t *ports, size_t n, struct ms_listeners *ret);

/* The inode in a descriptor's link text "socket:[123]"; 0 when it is something else. */
uint64_t ms_ports_socket_inode(const char *link);

/* All listening sockets at these ports, with their processes as far as they can be seen. */
int ms_ports_find(const uint16_t *ports, size_t n, struct ms_listeners *ret, struct ms_err *err)
    ms_must_use;

/* Whether a listener is in the site's way: its port is one of the edge's, or it is the name
 * server's and both want the same addresses (a host's own resolver listens on loopback only). */
bool ms_ports_clash(const struct ms_site *site, const struct ms_listener *l);

/* Free the content. Accepts a zeroed list. */
void ms_listeners_done(struct ms_listeners *l);

#endif
