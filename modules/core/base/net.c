/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/net.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"

/* linux/in6.h has these, but cannot be included beside netinet/in.h */
enum { ADDR_PREFERENCES = 72, PREFER_SRC_PUBLIC = 2 };

struct prefix4 {
    uint32_t addr;
    unsigned bits;
};

struct prefix6 {
    uint8_t addr[4];
    unsigned bits;
};

/* IANA IPv4 Special-Purpose Address Registry, and multicast and class E */
static const struct prefix4 special4[] = {
    {0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},  {0xa9fe0000, 16},
    {0xac100000, 12}, {0xc0000000, 24}, {0xc0000200, 24}, {0xc0586300, 24}, {0xc0a80000, 16},
    {0xc6120000, 15}, {0xc6336400, 24}, {0xcb007100, 24}, {0xe0000000, 3},
};

/* What is not for general use inside 2000::/3: protocol assignments and Teredo, documentation,
 * 6to4 */
static const struct prefix6 special6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23},
    {{0x20, 0x01, 0x0d, 0xb8}, 32},
    {{0x20, 0x02, 0x00, 0x00}, 16},
    {{0x3f, 0xff, 0x00, 0x00}, 20},
};

static bool has_prefix(uint32_t addr, uint32_t prefix, unsigned bits)
{
    return (addr ^ prefix) >> (32 - bits) == 0;
}

static uint32_t first32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool is_global4(uint32_t addr)
{
    for (size_t i = 0; i < sizeof(special4) / sizeof(special4[0]); i++) {
        if (has_prefix(addr, special4[i].addr, special4[i].bits)) {
            return false;
        }
    }
    return true;
}

static bool is_global6(uint32_t first)
{
    if (!has_prefix(first, 0x20000000, 3)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(special6) / sizeof(special6[0]); i++) {
        if (has_prefix(first, first32(special6[i].addr), special6[i].bits)) {
            return false;
        }
    }
    return true;
}

bool ms_net_is_global(int family, const void *addr)
{
    uint8_t b[4];

    assert(family == AF_INET || family == AF_INET6);
    memcpy(b, addr, sizeof(b));
    return family == AF_INET ? is_global4(first32(b)) : is_global6(first32(b));
}

union any_addr {
    struct sockaddr sa;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Any public address does: only the route is looked up. These two are a.root-servers.net. */
static socklen_t destination(int family, union any_addr *a)
{
    static const uint8_t v6[16] = {0x20, 0x01, 0x05, 0x03, 0xba, 0x3e, 0,
                                   0,    0,    0,    0,    0x02, 0,    0x30};

    memset(a, 0, sizeof(*a));
    if (family == AF_INET) {
        a->v4.sin_family = AF_INET;
        a->v4.sin_port = htons(53);
        a->v4.sin_addr.s_addr = htonl(0xc6290004);
        return sizeof(a->v4);
    }
    a->v6.sin6_family = AF_INET6;
    a->v6.sin6_port = htons(53);
    memcpy(&a->v6.sin6_addr, v6, sizeof(v6));
    return sizeof(a->v6);
}

static bool means_none(int e)
{
    return e == ENETUNREACH || e == EHOSTUNREACH || e == EADDRNOTAVAIL || e == EAFNOSUPPORT ||
           e == EACCES || e == EPERM || e == ENETDOWN;
}

/* The family of an address in text, its bytes in *ret; AF_UNSPEC when it is none. */
static int parse_address(const char *text, struct in6_addr *ret)
{
    if (!text) {
        return AF_UNSPEC;
    }
    if (inet_pton(AF_INET, text, ret) == 1) {
        return AF_INET;
    }
    return inet_pton(AF_INET6, text, ret) == 1 && !IN6_IS_ADDR_V4MAPPED(ret) ? AF_INET6 : AF_UNSPEC;
}

int ms_net_normalise(const char *text, char **ret, struct ms_err *err)
{
    const char *slash = text ? strchr(text, '/') : NULL;
    ms_auto_free char *ip = slash ? ms_xmemdup0(text, (size_t)(slash - text)) : ms_xstrdup(text);
    struct in6_addr addr = {0};
    int family = parse_address(ip, &addr);
    uint32_t all = family == AF_INET ? 32 : 128, prefix = all;
    char out[INET6_ADDRSTRLEN];

    if (family == AF_UNSPEC) {
        return ms_err_set(err, MS_EINVAL, 0, "expected an IP address or a network (192.0.2.0/24)");
    }
    if (slash && (ms_parse_u32(slash + 1, &prefix) < 0 || prefix > all)) {
        return ms_err_set(err, MS_EINVAL, 0, "a prefix is a number from 0 to %u", (unsigned)all);
    }
    for (uint32_t bit = prefix; bit < all; bit++) {
        addr.s6_addr[bit / 8] &= (uint8_t) ~(0x80U >> bit % 8);
    }
    if (!inet_ntop(family, &addr, out, sizeof(out))) {
        return ms_err_set(err, MS_EIO, errno, "address");
    }
    *ret = prefix < all ? ms_xasprintf("%s/%u", out, (unsigned)prefix) : ms_xstrdup(out);
    return 0;
}

int ms_net_public_address(int family, char **ret, struct ms_err *err)
{
    union any_addr a;
    socklen_t len = destination(family, &a);
    ms_auto_close int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    char text[INET6_ADDRSTRLEN];
    const void *addr = NULL;
    int pref = PREFER_SRC_PUBLIC;

    if (fd >= 0 && family == AF_INET6) {
        /* not a temporary address (RFC 8981): it would be gone tomorrow */
        (void)setsockopt(fd, IPPROTO_IPV6, ADDR_PREFERENCES, &pref, sizeof(pref));
    }
    if (fd < 0 || connect(fd, &a.sa, len) < 0) {
        return means_none(errno) ? 0 : ms_err_set(err, MS_EIO, errno, "public address");
    }
    len = sizeof(a);
    if (getsockname(fd, &a.sa, &len) < 0) {
        return ms_err_set(err, MS_EIO, errno, "public address");
    }
    addr = family == AF_INET ? (const void *)&a.v4.sin_addr : (const void *)&a.v6.sin6_addr;
    if (!ms_net_is_global(family, addr) || !inet_ntop(family, addr, text, sizeof(text))) {
        return 0;
    }
    *ret = ms_xstrdup(text);
    return 1;
}

void ms_net_from_itself(int fd, const struct sockaddr *to, socklen_t n)
{
    int saved = errno;
    union any_addr own;

    if (n > sizeof(own)) {
        return;
    }
    memcpy(&own, to, n);
    if (to->sa_family == AF_INET) {
        own.v4.sin_port = 0;
    } else {
        own.v6.sin6_port = 0;
    }
    (void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1}, sizeof(int));
    (void)bind(fd, &own.sa, n);
    errno = saved;
}
