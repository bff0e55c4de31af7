/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

#include <errno.h>
#include <string.h>

#include "modules/core/base/buf.h"

extern const struct ms_module ms_module_postfix;

/* The contact stands inside an inline table and an SQL pattern, whose special characters (quotes,
 * braces, percent, dollar) cannot be written there. */
static void postfix_check(const struct ms_site *s, struct ms_diags *d)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "@.-_+=/!#&*?^~";

    if (s->contact && s->contact[strspn(s->contact, plain)])
        ms_diag_add(d, MS_DIAG_ERROR, (struct ms_loc){.file = s->file}, "contact",
                    "%s has a character that Postfix's tables cannot hold: use another address",
                    s->contact);
}

/* A name inside a regular expression. */
static char *pattern_of(const char *name)
{
    struct ms_buf b;

    ms_buf_init(&b, 1024);
    for (; *name; name++) {
        ms_buf_addf(&b, "%s%c", *name == '.' ? "\\" : "", *name);
    }
    return ms_buf_steal(&b);
}

/* On port 465 TLS comes first, everywhere else by STARTTLS: the transport. */
static const char *transport_of(const struct ms_site_relay *r)
{
    const char *colon = r ? strrchr(r->host, ':') : NULL;

    return colon && !strcmp(colon, ":465") ? "smtps" : "smtp";
}

/* Only a host with the right certificate gets a password. */
static void add_policy(json_t *policies, const struct ms_site_relay *r)
{
    bool known = false;

    for (size_t i = 0; r->host && i < json_array_size(policies); i++) {
        known |= !strcmp(json_string_value(json_object_get(json_array_get(policies, i), "site")),
                         r->host);
    }
    if (r->host && r->username && !known) {
        (void)json_array_append_new(policies,
                                    json_pack("{s:s,s:s}", "site", r->host, "level", "secure"));
    }
}

/* Where mail goes by its sender's domain: a list of those with a relay host of their own. */
static json_t *sender_vars(const struct ms_site *s, json_t *policies, bool *ret_logins)
{
    json_t *senders = json_array();

    for (size_t i = 0; i < s->n_domains; i++) {
        const struct ms_site_relay *r = ms_site_relay(s, &s->domains[i]);
        ms_auto_free char *pattern = pattern_of(s->domains[i].name);

        if (r && r != &s->relay) {
            (void)json_array_append_new(senders,
                                        json_pack("{s:s,s:s,s:s}", "pattern", pattern, "transport",
                                                  transport_of(r), "host", r->host));
            *ret_logins |= r->username != NULL;
        }
        if (!s->domains[i].alias_for) {
            add_policy(policies, &s->domains[i].relay);
        }
    }
    return senders;
}

/*
 * postfix.own_name       the host name is not one of the site's mail domains, so that it is a
 *                        destination of its own
 *        host_pattern    it in a regular expression
 *        transport relayhost (false: none) logins (there are any) sender_logins (of domains)
 *        senders         [{pattern transport host}] of domains with a relay host of their own
 *        policies        [{site level}] of TLS; has_policies
 */
static int postfix_vars(const struct ms_site *s, json_t *vars, struct ms_err *err)
{
    bool own = ms_site_domain(s, s->hostname) == NULL, sender_logins = false;
    ms_auto_free char *pattern = pattern_of(s->hostname);
    json_t *policies = json_array();
    json_t *senders = sender_vars(s, policies, &sender_logins);
    json_t *o;

    add_policy(policies, &s->relay);
    for (size_t i = 0; i < s->n_tls_rules; i++) {
        (void)json_array_append_new(policies, json_pack("{s:s,s:s}", "site", s->tls_rules[i].domain,
                                                        "level", s->tls_rules[i].level));
    }
    o = json_pack("{s:b,s:s,s:s,s:o,s:b,s:b,s:o,s:o,s:b}", "own_name", own, "host_pattern", pattern,
                  "transport", transport_of(s->relay.host ? &s->relay : NULL), "relayhost",
                  s->relay.host ? json_string(s->relay.host) : json_false(), "logins",
                  sender_logins || s->relay.username, "sender_logins", sender_logins, "senders",
                  senders, "policies", policies, "has_policies", json_array_size(policies) > 0);
    if (!o || json_object_set_new(vars, "postfix", o) < 0) {
        return ms_err_set(err, MS_EIO, ENOMEM, "postfix: variables");
    }
    return 0;
}

const struct ms_module ms_module_postfix = {
    .name = "postfix",
    .summary = "the mail transfer agent (Postfix)",
    .check = postfix_check,
    .vars = postfix_vars,
};
