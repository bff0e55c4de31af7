/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions about the host's own network. No packet is ever sent from here.
 */
#ifndef MS_BASE_NET_H
#define MS_BASE_NET_H

#include <stdbool.h>
#include <sys/socket.h>

#include "modules/core/base/err.h"

/* Whether addr (struct in_addr for AF_INET, struct in6_addr for AF_INET6) can be reached from the
 * whole Internet: global unicast and in none of IANA's special-purpose registries (RFC 6890). */
bool ms_net_is_global(int family, const void *addr);

/* The canonical text of an IP address, or of a network "address/prefix" whose bits after the prefix
 * are cleared; a prefix of the whole length is left out. IPv4-mapped IPv6 is refused. The caller
 * frees *ret. MS_EINVAL when it is neither. */
int ms_net_normalise(const char *text, char **ret, struct ms_err *err) ms_must_use;

/* The host's source address towards the Internet, as the routing table gives it: a UDP socket is
 * connected, nothing is sent. Returns 1 with *ret (canonical text, freed by the caller), 0 when
 * there is no route, no such family, or the address is not a global one (the host is behind NAT),
 * -1 on failure. family is AF_INET or AF_INET6. */
int ms_net_public_address(int family, char **ret, struct ms_err *err) ms_must_use;

/* Before fd is connected to the address (IPv4 or IPv6) to: if that is one of this very host, it is
 * asked from itself, not from another one that the routes prefer, for services trust the addresses
 * that they listen on. Any other address changes nothing. errno is kept. */
void ms_net_from_itself(int fd, const struct sockaddr *to, socklen_t n);

#endif
