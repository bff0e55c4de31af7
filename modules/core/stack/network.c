/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/stack/stack_priv.h"

const char *ms_stack_ip(struct ms_arena *a, uint32_t addr)
{
    return ms_arena_printf(a, "%u.%u.%u.%u", addr >> 24, addr >> 16 & 255, addr >> 8 & 255,
                           addr & 255);
}

int ms_stack_merge_networks(json_t *all, const json_t *fragment, const char *component,
                            struct ms_err *err)
{
    const char *name;
    json_t *net;

    json_object_foreach(json_object_get(fragment, "networks"), name, net)
    {
        const json_t *known = json_object_get(all, name);
        bool says = json_object_size(net) > 0;

        if (says && known && json_object_size(known) && !json_equal(known, net)) {
            return ms_err_set(err, MS_EINVAL, 0,
                              "compose/%s.yaml: networks.%s: differs from an earlier fragment",
                              component, name);
        }
        if (!known || (says && !json_object_size(known))) {
            (void)json_object_set_new(all, name, says ? json_deep_copy(net) : json_object());
        }
    }
    return 0;
}

/* Read offset and prefix of a network; the addresses must lie inside the site's subnet. */
static int place(const struct ms_site *site, const char *name, const json_t *net,
                 struct ms_network *ret, struct ms_err *err)
{
    const json_t *x = json_object_get(net, "x-mailstead");
    json_int_t offset = json_integer_value(json_object_get(x, "offset"));
    json_int_t prefix = json_integer_value(json_object_get(x, "prefix"));
    uint32_t size;

    if (!json_is_integer(json_object_get(x, "offset")) || prefix < 8 || prefix > 30 || offset < 0) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "networks.%s: x-mailstead needs offset and prefix (8 to 30)", name);
    }
    size = 1u << (32 - prefix);
    if (prefix < (json_int_t)site->subnet_prefix || offset % size ||
        (uint64_t)offset + size > 1ull << (32 - site->subnet_prefix)) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "networks.%s: offset %lld, prefix %lld do not lie inside %s", name,
                          (long long)offset, (long long)prefix, site->subnet);
    }
    ret->addr = site->subnet_addr + (uint32_t)offset;
    ret->prefix = (unsigned)prefix;
    return 0;
}

static json_t *compose_network(const json_t *net, const char *cidr, const char *gateway)
{
    json_t *out = json_deep_copy(net);

    (void)json_object_del(out, "x-mailstead");
    (void)json_object_set_new(
        out, "ipam", json_pack("{s:[{s:s,s:s}]}", "config", "subnet", cidr, "gateway", gateway));
    return out;
}

int ms_stack_place_networks(struct ms_stack *s, const struct ms_site *site, const json_t *all,
                            struct ms_err *err)
{
    json_t *subnets = json_object(), *gateways = json_object();
    const char *name;
    json_t *net;

    (void)json_object_set_new(s->vars, "subnet", subnets);
    (void)json_object_set_new(s->vars, "gateway", gateways);
    s->networks = ms_arena_alloc(s->arena, json_object_size(all), sizeof(*s->networks));
    json_object_foreach((json_t *)all, name, net)
    {
        struct ms_network *n = &s->networks[s->n_networks];
        const char *gateway, *cidr;

        n->name = ms_arena_strdup(s->arena, name);
        if (place(site, name, net, n, err) < 0) {
            return -1;
        }
        s->n_networks++;
        gateway = ms_stack_ip(s->arena, n->addr + 1);
        cidr = ms_arena_printf(s->arena, "%s/%u", ms_stack_ip(s->arena, n->addr), n->prefix);
        n->compose = compose_network(net, cidr, gateway);
        ms_stack_json_hash(n->compose, n->spec_hash);
        (void)json_object_set_new(subnets, name, json_string(cidr));
        (void)json_object_set_new(gateways, name, json_string(gateway));
    }
    return 0;
}

static const struct ms_network *find(const struct ms_stack *s, const char *name)
{
    for (size_t i = 0; i < s->n_networks; i++) {
        if (!strcmp(s->networks[i].name, name)) {
            return &s->networks[i];
        }
    }
    return NULL;
}

/* Where a service on the host's network is reached from this host: the first address it listens on,
 * which is one of network.bind unless it says so. */
static const char *host_address(const json_t *vars, const json_t *def)
{
    const json_t *own = json_object_get(json_object_get(def, "x-mailstead"), "listens");
    const json_t *bind = json_object_get(json_object_get(vars, "network"), "bind");
    const char *first = json_string_value(json_array_get(own, 0));

    if (!first) {
        first = json_string_value(json_object_get(json_array_get(bind, 0), "address"));
    }

    if (!first || !strcmp(first, "0.0.0.0")) {
        return "127.0.0.1";
    }
    return strcmp(first, "::") ? first : "::1";
}

/* The service that has the address on the network already, or NULL. */
static const char *holder(const struct ms_stack *s, const char *network, const char *address)
{
    const char *service;
    json_t *addresses;

    json_object_foreach(json_object_get(s->vars, "address"), service, addresses)
    {
        const char *has = json_string_value(json_object_get(addresses, network));

        if (has && !strcmp(has, address)) {
            return service;
        }
    }
    return NULL;
}

/* The addresses of one service, as an object network -> address. */
static int place_service(struct ms_stack *s, const char *service, const json_t *def, json_t *ret,
                         struct ms_err *err)
{
    const char *name;
    json_t *use;

    json_object_foreach(json_object_get(def, "networks"), name, use)
    {
        const json_t *host = json_object_get(json_object_get(use, "x-mailstead"), "host");
        const struct ms_network *n = find(s, name);
        json_int_t h = json_integer_value(host);
        const char *address, *other;

        if (!n) {
            return ms_err_set(err, MS_EINVAL, 0, "services.%s.networks.%s: no such network",
                              service, name);
        }
        if (h < 2 || h >= (json_int_t)(1u << (32 - n->prefix)) - 1) {
            return ms_err_set(err, MS_EINVAL, 0,
                              "services.%s.networks.%s: x-mailstead.host is not in the network",
                              service, name);
        }
        address = ms_stack_ip(s->arena, n->addr + (uint32_t)h);
        other = holder(s, name, address);
        if (other) {
            return ms_err_set(err, MS_EINVAL, 0,
                              "services.%s.networks.%s: host %lld is that of the service %s",
                              service, name, (long long)h, other);
        }
        (void)json_object_set_new(ret, name, json_string(address));
    }
    if (json_is_string(json_object_get(def, "network_mode"))) {
        (void)json_object_set_new(ret, "host", json_string(host_address(s->vars, def)));
    }
    return 0;
}

int ms_stack_place_services(struct ms_stack *s, const json_t *fragments, struct ms_err *err)
{
    json_t *addresses = json_object(), *fragment, *def;
    const char *component, *service;

    (void)json_object_set_new(s->vars, "address", addresses);
    json_object_foreach((json_t *)fragments, component, fragment)
    {
        json_object_foreach(json_object_get(fragment, "services"), service, def)
        {
            json_t *mine = json_object();

            (void)json_object_set_new(addresses, service, mine);
            if (place_service(s, service, def, mine, err) < 0) {
                return ms_err_wrap(err, "compose/%s.yaml", component);
            }
        }
    }
    return 0;
}
