/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/site/names.h"
#include "modules/core/site/site.h"
#include "modules/core/site/types.h"

typedef int (*normalise_fn)(const char *text, char **ret, struct ms_err *err);

static int parse_name(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                      void *base, normalise_fn normalise)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *s = NULL;

    if (ms_opt_want(c, n, MS_NODE_SCALAR,
                    normalise == ms_domain_normalise ? "a domain name" : "an address") < 0) {
        return -1;
    }
    if (o->flags & MS_OPT_OFF && (!strcmp(n->text, "off") || !strcmp(n->text, "false"))) {
        *(const char **)ms_opt_place(o, base) = "";
        return 0;
    }
    if (normalise(n->text, &s, &err) < 0) {
        return ms_opt_error(c, n->loc, "%s %s", ms_opt_quote(c->arena, n->text), ms_err_msg(&err));
    }
    *(const char **)ms_opt_place(o, base) = ms_arena_strdup(c->arena, s);
    return 0;
}

static int parse_domain(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                        void *base)
{
    return parse_name(c, n, o, base, ms_domain_normalise);
}

static int parse_address(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                         void *base)
{
    return parse_name(c, n, o, base, ms_address_normalise);
}

static int parse_domains(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                         void *base)
{
    return ms_opt_parse_list(c, n, o, base, parse_domain);
}

static int parse_addresses(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                           void *base)
{
    return ms_opt_parse_list(c, n, o, base, parse_address);
}

static int sender_normalise(const char *text, char **ret, struct ms_err *err)
{
    ms_auto_free char *domain = NULL;

    if (text[0] != '@') {
        return ms_address_normalise(text, ret, err);
    }
    if (ms_domain_normalise(text + 1, &domain, err) < 0) {
        return -1;
    }
    *ret = ms_xasprintf("@%s", domain);
    return 0;
}

static int parse_sender(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                        void *base)
{
    return parse_name(c, n, o, base, sender_normalise);
}

static int parse_senders(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                         void *base)
{
    return ms_opt_parse_list(c, n, o, base, parse_sender);
}

static json_t *domain_schema(void)
{
    return json_pack("{s:s,s:s,s:i}", "type", "string", "pattern", "^[^@ .]+([.][^@ .]+)+[.]?$",
                     "maxLength", 254);
}

static json_t *address_schema(void)
{
    return json_pack("{s:s,s:s,s:i}", "type", "string", "pattern", "^[^@ ]+@[^@ ]+[.][^@ ]+$",
                     "maxLength", 320);
}

static int parse_spam_sender(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                             void *base)
{
    return parse_name(c, n, o, base, ms_sender_normalise);
}

static int parse_spam_senders(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                              void *base)
{
    return ms_opt_parse_list(c, n, o, base, parse_spam_sender);
}

static void schema_domain(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_update_new(into, domain_schema());
}

static void schema_address(const struct ms_opt *o, json_t *into)
{
    if (o->flags & MS_OPT_OFF) {
        (void)json_object_set_new(into, "anyOf",
                                  json_pack("[{s:[s,b]},o]", "enum", "off", 0, address_schema()));
    } else {
        (void)json_object_update_new(into, address_schema());
    }
}

static void schema_domains(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_update_new(into,
                                 json_pack("{s:s,s:o}", "type", "array", "items", domain_schema()));
}

static void schema_addresses(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_update_new(
        into, json_pack("{s:s,s:o}", "type", "array", "items", address_schema()));
}

static void schema_senders(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_update_new(into, json_pack("{s:s,s:{s:s,s:s,s:i}}", "type", "array", "items",
                                                 "type", "string", "pattern",
                                                 "^[^@ ]*@[^@ ]+[.][^@ ]+$", "maxLength", 320));
}

static void schema_spam_senders(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_update_new(
        into, json_pack("{s:s,s:{s:s,s:s,s:i}}", "type", "array", "items", "type", "string",
                        "pattern", "^([^@ ]*@)?[^@ .]+([.][^@ .]+)+$", "maxLength", 320));
}

static int parse_hash(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                      void *base)
{
    const char *why = NULL;

    if (ms_opt_want(c, n, MS_NODE_SCALAR, "a password hash") < 0) {
        return -1;
    }
    if (!ms_password_hash_ok(n->text, &why)) {
        return ms_opt_error(c, n->loc, "is not a password hash: %s (the value is not shown)", why);
    }
    if (ms_password_is_plain(n->text)) {
        return ms_opt_error(c, n->loc,
                            "holds the password itself: write a hash, as in {BLF-CRYPT}$2y$... "
                            "(the value is not shown)");
    }
    *(const char **)ms_opt_place(o, base) = ms_arena_strdup(c->arena, n->text);
    return 0;
}

static void schema_hash(const struct ms_opt *o, json_t *into)
{
    (void)o;
    (void)json_object_update_new(into, json_pack("{s:s,s:s,s:i}", "type", "string", "pattern",
                                                 "^[{][A-Za-z0-9.-]+[}].+$", "maxLength", 1024));
}

const struct ms_opt_type ms_type_domain = {
    .name = "domain name", .parse = parse_domain, .schema = schema_domain};
const struct ms_opt_type ms_type_domains = {
    .name = "list of domain names", .parse = parse_domains, .schema = schema_domains};
const struct ms_opt_type ms_type_address = {
    .name = "mail address", .parse = parse_address, .schema = schema_address};
const struct ms_opt_type ms_type_addresses = {
    .name = "list of mail addresses", .parse = parse_addresses, .schema = schema_addresses};
const struct ms_opt_type ms_type_senders = {
    .name = "list of addresses and @domains", .parse = parse_senders, .schema = schema_senders};
const struct ms_opt_type ms_type_spam_senders = {.name = "list of addresses and domains",
                                                 .parse = parse_spam_senders,
                                                 .schema = schema_spam_senders};
const struct ms_opt_type ms_type_hash = {
    .name = "password hash", .parse = parse_hash, .schema = schema_hash};
