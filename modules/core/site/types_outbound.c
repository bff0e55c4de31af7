/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/site/site.h"
#include "modules/core/site/types.h"

enum { DAY_S = 86400, MINUTE_S = 60, COUNT_MAX = 1000000 };

/* "200/1h" */
static int parse_rate_text(const char *text, struct ms_site_rate *ret)
{
    const char *slash = strchr(text, '/');
    ms_auto_free char *left = slash ? ms_xmemdup0(text, (size_t)(slash - text)) : NULL;
    uint64_t period = 0;
    uint32_t count = 0;

    if (!left || ms_parse_u32(left, &count) < 0 || ms_parse_duration(slash + 1, &period) < 0 ||
        !count || count > COUNT_MAX || period < MINUTE_S || period > DAY_S) {
        return -1;
    }
    *ret = (struct ms_site_rate){.count = count, .period_s = (uint32_t)period};
    return 0;
}

static int parse_rate(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                      void *base)
{
    struct ms_site_rate rate = {0};

    if (ms_opt_want(c, n, MS_NODE_SCALAR, "a rate") < 0) {
        return -1;
    }
    if (strcmp(n->text, "off") && strcmp(n->text, "false") && parse_rate_text(n->text, &rate) < 0) {
        return ms_opt_error(c, n->loc,
                            "%s is not a rate: write 200/1h (1 to %d, in 1m to 1d), or off",
                            ms_opt_quote(c->arena, n->text), COUNT_MAX);
    }
    memcpy(ms_opt_place(o, base), &rate, sizeof(rate));
    return 0;
}

static json_t *rate_schema(void)
{
    return json_pack("[{s:[s,b]},{s:s,s:s}]", "enum", "off", 0, "type", "string", "pattern",
                     "^[0-9]+/[0-9]+[smhdw]?$");
}

static void schema_rate(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_set_new(into, "anyOf", rate_schema());
}

static int want_map(struct ms_opt_ctx *c, const struct ms_node *n, const char *what)
{
    return ms_node_is_null(n) ? 0 : ms_opt_want(c, n, MS_NODE_MAPPING, what);
}

static int parse_box_rate(struct ms_opt_ctx *c, const struct ms_node *n,
                          struct ms_site_box_rate *ret)
{
    const struct ms_opt row = {.key = "", .off = offsetof(struct ms_site_box_rate, rate)};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *address = NULL;

    if (ms_address_normalise(n->key, &address, &err) < 0) {
        return ms_opt_error(c, n->key_loc, "%s %s", ms_opt_quote(c->arena, n->key),
                            ms_err_msg(&err));
    }
    ret->address = ms_arena_strdup(c->arena, address);
    return parse_rate(c, n, &row, ret);
}

static int parse_box_rates(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                           void *base)
{
    struct ms_site *s = base;
    int r = 0;

    (void)o;
    if (want_map(c, n, "a mapping (address: rate)") < 0) {
        return -1;
    }
    s->box_rates = ms_arena_alloc(c->arena, n->n + 1, sizeof(*s->box_rates));
    for (size_t i = 0; i < n->n; i++) {
        size_t len = ms_opt_push(c, n->v[i]->key);

        if (parse_box_rate(c, n->v[i], &s->box_rates[s->n_box_rates]) < 0) {
            r = -1;
        } else {
            s->n_box_rates++;
        }
        ms_opt_pop(c, len);
    }
    return r;
}

static void schema_box_rates(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_update_new(into,
                                 json_pack("{s:[s,s],s:{s:s},s:{s:o}}", "type", "object", "null",
                                           "propertyNames", "pattern", "^[^@ ]+@[^@ ]+[.][^@ ]+$",
                                           "additionalProperties", "anyOf", rate_schema()));
}

static int parse_tls_rule(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                          struct ms_site_tls_rule *ret)
{
    const struct ms_opt row = {
        .key = "", .words = o->words, .off = offsetof(struct ms_site_tls_rule, level)};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *name = NULL;
    bool below = n->key[0] == '.';

    if (ms_domain_normalise(n->key + below, &name, &err) < 0) {
        return ms_opt_error(c, n->key_loc, "the name of the domain %s", ms_err_msg(&err));
    }
    ret->domain = ms_arena_printf(c->arena, "%s%s", below ? "." : "", name);
    return ms_type_word_text.parse(c, n, &row, ret);
}

static int parse_tls_rules(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                           void *base)
{
    struct ms_site *s = base;
    int r = 0;

    if (want_map(c, n, "a mapping (domain: level)") < 0) {
        return -1;
    }
    s->tls_rules = ms_arena_alloc(c->arena, n->n + 1, sizeof(*s->tls_rules));
    for (size_t i = 0; i < n->n; i++) {
        size_t len = ms_opt_push(c, n->v[i]->key);

        if (parse_tls_rule(c, n->v[i], o, &s->tls_rules[s->n_tls_rules]) < 0) {
            r = -1;
        } else {
            s->n_tls_rules++;
        }
        ms_opt_pop(c, len);
    }
    return r;
}

static void schema_tls_rules(const struct ms_opt *o, json_t *into)
{
    (void)json_object_update_new(
        into, json_pack("{s:[s,s],s:{s:s},s:{s:o}}", "type", "object", "null", "propertyNames",
                        "pattern", "^[.]?[^@ .]+([.][^@ .]+)+[.]?$", "additionalProperties", "enum",
                        ms_words_schema(o->words)));
}

/* Take "[name]:port", "name:port" or either without a port apart. */
static int split_host(const char *text, char **ret_name, uint16_t *ret_port)
{
    bool bracket = text[0] == '[';
    const char *start = text + bracket;
    size_t n = strcspn(start, bracket ? "]" : ":");
    const char *end = start + n;

    if (bracket && *end++ != ']') {
        return -1;
    }
    *ret_port = 25;
    if (*end && (*end != ':' || ms_parse_port(end + 1, ret_port) < 0 || !*ret_port)) {
        return -1;
    }
    *ret_name = ms_xmemdup0(start, n);
    return 0;
}

/* In brackets an IPv4 address will do. */
static int parse_relay_host(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                            void *base)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *name = NULL, *host = NULL;
    struct in_addr addr;
    uint16_t port;
    bool bracket;

    if (ms_opt_want(c, n, MS_NODE_SCALAR, "a host as \"[name]:port\"") < 0) {
        return -1;
    }
    if (split_host(n->text, &name, &port) < 0) {
        return ms_opt_error(c, n->loc, "%s is not a host: write \"[smtp.example.com]:587\"",
                            ms_opt_quote(c->arena, n->text));
    }
    bracket = n->text[0] == '[';
    if (bracket && inet_pton(AF_INET, name, &addr) == 1) {
        host = ms_xstrdup(name);
    } else if (ms_domain_normalise(name, &host, &err) < 0) {
        return ms_opt_error(c, n->loc, "%s: the name of the host %s",
                            ms_opt_quote(c->arena, n->text), ms_err_msg(&err));
    }
    *(const char **)ms_opt_place(o, base) = ms_arena_printf(
        c->arena, "%s%s%s:%u", bracket ? "[" : "", host, bracket ? "]" : "", (unsigned)port);
    return 0;
}

static void schema_relay_host(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_update_new(into, json_pack("{s:s,s:s}", "type", "string", "pattern",
                                                 "^([[][^] @]+[]]|[^] @:[]+)(:[0-9]{1,5})?$"));
}

const struct ms_opt_type ms_type_rate = {
    .name = "rate", .parse = parse_rate, .schema = schema_rate};
const struct ms_opt_type ms_type_relay_host = {
    .name = "host", .parse = parse_relay_host, .schema = schema_relay_host};
const struct ms_opt_type ms_type_box_rates = {.name = "mapping of rates",
                                              .parse = parse_box_rates,
                                              .schema = schema_box_rates,
                                              .members = "<address>"};
const struct ms_opt_type ms_type_tls_rules = {.name = "mapping of levels",
                                              .parse = parse_tls_rules,
                                              .schema = schema_tls_rules,
                                              .members = "<domain>"};
