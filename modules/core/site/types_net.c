/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/net.h"
#include "modules/core/base/parse.h"
#include "modules/core/site/site_priv.h"
#include "modules/core/site/types.h"

enum { ADDRESSES_MAX = 64, NETWORKS_MAX = 1000 }; /* of one list */

/* The canonical text of an address of either family (0: both), NULL when text is none. In the
 * arena. */
static const char *canonical(struct ms_arena *a, int family, const char *text)
{
    char out[INET6_ADDRSTRLEN];
    struct in6_addr addr;

    if (family != AF_INET6 && inet_pton(AF_INET, text, &addr) == 1) {
        return ms_arena_strdup(a, inet_ntop(AF_INET, &addr, out, sizeof(out)));
    }
    if (family != AF_INET && inet_pton(AF_INET6, text, &addr) == 1 &&
        !IN6_IS_ADDR_V4MAPPED(&addr)) {
        return ms_arena_strdup(a, inet_ntop(AF_INET6, &addr, out, sizeof(out)));
    }
    return NULL;
}

static int parse_public(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                        void *base, int family)
{
    const char *what =
        family == AF_INET ? "auto, off or an IPv4 address" : "auto, off or an IPv6 address";
    struct ms_site_addr v = {.kind = MS_ADDR_FIXED};

    if (ms_opt_want(c, n, MS_NODE_SCALAR, what) < 0) {
        return -1;
    }
    if (!strcmp(n->text, "auto")) {
        v.kind = MS_ADDR_AUTO;
    } else if (!strcmp(n->text, "off") || !strcmp(n->text, "false")) {
        v.kind = MS_ADDR_OFF;
    } else {
        v.text = canonical(c->arena, family, n->text);
        if (!v.text || !strcmp(v.text, "0.0.0.0") || !strcmp(v.text, "::")) {
            return ms_opt_error(c, n->loc, "%s is not %s", ms_opt_quote(c->arena, n->text), what);
        }
    }
    memcpy(ms_opt_place(o, base), &v, sizeof(v));
    return 0;
}

static int parse_ipv4(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                      void *base)
{
    return parse_public(c, n, o, base, AF_INET);
}

static int parse_ipv6(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                      void *base)
{
    return parse_public(c, n, o, base, AF_INET6);
}

#define IPV4_PATTERN "[0-9]{1,3}([.][0-9]{1,3}){3}"
#define IPV6_PATTERN "[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"

static json_t *public_schema(const char *pattern)
{
    return json_pack("[{s:[s,s,b]},{s:s,s:s}]", "enum", "auto", "off", 0, "type", "string",
                     "pattern", pattern);
}

static void schema_ipv4(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_set_new(into, "anyOf", public_schema("^" IPV4_PATTERN "$"));
}

static void schema_ipv6(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_set_new(into, "anyOf", public_schema("^" IPV6_PATTERN "$"));
}

static int parse_ip(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                    void *base)
{
    const char *ip;

    if (ms_opt_want(c, n, MS_NODE_SCALAR, "an IP address") < 0) {
        return -1;
    }
    ip = canonical(c->arena, 0, n->text);
    if (!ip) {
        return ms_opt_error(c, n->loc, "%s is not an IP address", ms_opt_quote(c->arena, n->text));
    }
    *(const char **)ms_opt_place(o, base) = ip;
    return 0;
}

static int parse_bind(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                      void *base)
{
    if (n->kind == MS_NODE_SEQUENCE && !n->n) {
        return ms_opt_error(c, n->loc,
                            "the list is empty: write at least one address, as in [\"0.0.0.0\"]");
    }
    if (n->kind == MS_NODE_SEQUENCE && n->n > ADDRESSES_MAX) {
        return ms_opt_error(c, n->loc, "the list has %zu addresses: at most %d are allowed", n->n,
                            ADDRESSES_MAX);
    }
    return ms_opt_parse_list(c, n, o, base, parse_ip);
}

static json_t *ips_schema(void)
{
    return json_pack("{s:s,s:i,s:i,s:b,s:{s:s,s:s}}", "type", "array", "minItems", 1, "maxItems",
                     ADDRESSES_MAX, "uniqueItems", 1, "items", "type", "string", "pattern",
                     "^(" IPV4_PATTERN "|" IPV6_PATTERN ")$");
}

static void schema_bind(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_update_new(into, ips_schema());
}

/* An address, or a network whose bits after the prefix are 0. */
static int parse_network(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                         void *base)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *text = NULL;
    const char *slash, *ip;

    if (ms_opt_want(c, n, MS_NODE_SCALAR, "an IP address or network") < 0) {
        return -1;
    }
    if (ms_net_normalise(n->text, &text, &err) < 0) {
        return ms_opt_error(c, n->loc, "%s: %s", ms_opt_quote(c->arena, n->text), ms_err_msg(&err));
    }
    slash = strchr(n->text, '/');
    ip = slash ? ms_arena_memdup0(c->arena, n->text, (size_t)(slash - n->text)) : n->text;
    ip = canonical(c->arena, 0, ip);
    if (!ip || strncmp(ip, text, strlen(ip)) != 0 ||
        (text[strlen(ip)] && text[strlen(ip)] != '/')) {
        return ms_opt_error(c, n->loc, "has bits after its prefix: did you mean \"%s\"?", text);
    }
    *(const char **)ms_opt_place(o, base) = ms_arena_strdup(c->arena, text);
    return 0;
}

static int parse_networks(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                          void *base)
{
    if (n->kind == MS_NODE_SEQUENCE && n->n > NETWORKS_MAX) {
        return ms_opt_error(c, n->loc, "the list has %zu networks: at most %d are allowed", n->n,
                            NETWORKS_MAX);
    }
    return ms_opt_parse_list(c, n, o, base, parse_network);
}

static void schema_networks(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_update_new(
        into, json_pack("{s:s,s:i,s:{s:s,s:s}}", "type", "array", "maxItems", NETWORKS_MAX, "items",
                        "type", "string", "pattern",
                        "^(" IPV4_PATTERN "(/[0-9]+)?|" IPV6_PATTERN "(/[0-9]+)?)$"));
}

/* Networks that are nobody's on the Internet: RFC 1918, RFC 6598, RFC 2544. */
static bool is_private(uint32_t addr)
{
    static const struct {
        uint32_t net;
        unsigned prefix;
    } nets[] = {
        {0x0a000000, 8}, {0xac100000, 12}, {0xc0a80000, 16}, {0x64400000, 10}, {0xc6120000, 15}};

    for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++) {
        if (addr >> (32 - nets[i].prefix) == nets[i].net >> (32 - nets[i].prefix)) {
            return true;
        }
    }
    return false;
}

static int parse_subnet(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                        void *base)
{
    struct ms_site *s = base;
    const char *slash;
    struct in_addr a;
    uint32_t prefix = 0, addr, mask;
    char text[INET_ADDRSTRLEN];

    (void)o;
    if (ms_opt_want(c, n, MS_NODE_SCALAR, "a subnet such as 172.30.25.0/24") < 0) {
        return -1;
    }
    slash = strchr(n->text, '/');
    if (!slash ||
        inet_pton(AF_INET, ms_arena_memdup0(c->arena, n->text, (size_t)(slash - n->text)), &a) !=
            1 ||
        ms_parse_u32(slash + 1, &prefix) < 0 || prefix > 32) {
        return ms_opt_error(c, n->loc, "%s is not an IPv4 subnet: write it as in 172.30.25.0/24",
                            ms_opt_quote(c->arena, n->text));
    }
    if (prefix > 24 || prefix < 8) {
        return ms_opt_error(c, n->loc, "a prefix of /%u is too %s: /8 to /24 are allowed",
                            (unsigned)prefix, prefix > 24 ? "small a network" : "large a network");
    }
    addr = ntohl(a.s_addr);
    mask = 0xffffffffu << (32 - prefix);
    if (addr & ~mask) {
        a.s_addr = htonl(addr & mask);
        return ms_opt_error(c, n->loc, "has bits after its prefix: did you mean \"%s/%u\"?",
                            inet_ntop(AF_INET, &a, text, sizeof(text)), (unsigned)prefix);
    }
    if (!is_private(addr)) {
        return ms_opt_error(c, n->loc,
                            "is not private: take one from 10.0.0.0/8, 172.16.0.0/12 or "
                            "192.168.0.0/16");
    }
    s->subnet = ms_arena_printf(c->arena, "%s/%u", inet_ntop(AF_INET, &a, text, sizeof(text)),
                                (unsigned)prefix);
    s->subnet_addr = addr;
    s->subnet_prefix = prefix;
    return 0;
}

static void schema_subnet(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_update_new(into, json_pack("{s:s,s:s}", "type", "string", "pattern",
                                                 "^" IPV4_PATTERN "/([89]|1[0-9]|2[0-4])$"));
}

static int parse_resolver(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                          void *base)
{
    struct ms_site *s = base;
    struct ms_opt list = *o;

    if (n->kind == MS_NODE_SEQUENCE) {
        s->resolver = MS_RESOLVER_FORWARD;
        list.off = offsetof(struct ms_site, forwarders);
        return parse_bind(c, n, &list, base);
    }
    if (ms_opt_want(c, n, MS_NODE_SCALAR, "auto, isolated or a list of addresses") < 0) {
        return -1;
    }
    if (!strcmp(n->text, "auto")) {
        s->resolver = MS_RESOLVER_AUTO;
    } else if (!strcmp(n->text, "isolated")) {
        s->resolver = MS_RESOLVER_ISOLATED;
    } else {
        return ms_opt_error(c, n->loc, "%s is not auto, isolated or a list of addresses",
                            ms_opt_quote(c->arena, n->text));
    }
    return 0;
}

static void schema_resolver(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_set_new(into, "anyOf",
                              json_pack("[{s:[s,s]},o]", "enum", "auto", "isolated", ips_schema()));
}

const struct ms_opt_type ms_type_ipv4 = {
    .name = "auto, off or an IPv4 address", .parse = parse_ipv4, .schema = schema_ipv4};
const struct ms_opt_type ms_type_ipv6 = {
    .name = "auto, off or an IPv6 address", .parse = parse_ipv6, .schema = schema_ipv6};
const struct ms_opt_type ms_type_bind = {
    .name = "list of IP addresses", .parse = parse_bind, .schema = schema_bind};
const struct ms_opt_type ms_type_networks = {.name = "list of IP addresses and networks",
                                             .parse = parse_networks,
                                             .schema = schema_networks};
const struct ms_opt_type ms_type_subnet = {
    .name = "IPv4 subnet", .parse = parse_subnet, .schema = schema_subnet};
const struct ms_opt_type ms_type_resolver = {.name = "auto, isolated or a list of IP addresses",
                                             .parse = parse_resolver,
                                             .schema = schema_resolver};
