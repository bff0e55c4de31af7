/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The site as the data of templates:
 *   hostname contact primary_domain project
 *   network: bind [{address v6}], subnet, ports {<name>: number, false when closed}
 *   tls: mode, acme (whether it is the mode), directory (URL), dns (challenge dns-01), ca (whether
 *        there is a file of it)
 *   filter: engine amavis (whether it is the engine) antivirus antivirus_accept antivirus_mirror
 *           (false when not set) signatures (whether they are fetched) public_signatures (whether
 *           also the public sets) antivirus_urls [] antivirus_signatures (false when not set)
 *           antivirus_max_age archives_mark archives_reject greylisting (the engine's own) postgrey
 *           greylisting_clients [] greylisting_recipients [] junk_score reject_score
 *   mail: sharing (whether users may share folders) sharing_site (across domains)
 *         search_language english (whether it is that)
 *   limits: message_size message_size_mb queue_lifetime_s bounce_lifetime_s
 *   dns: resolver {auto isolated forward []}, server and zone (false unless updates go there),
 *        delegated (whether names are delegated to our own name server), listen [addresses of it]
 *   domains: [{name alias_for quota catch_all}] (false where absent)
 *   components: {<name>: whether it is on}
 */
#include <string.h>

#include "modules/core/module.h"

static const char *const port_names[MS_PORT__COUNT] = {[MS_PORT_SMTP] = "smtp",
                                                       [MS_PORT_SUBMISSIONS] = "submissions",
                                                       [MS_PORT_SUBMISSION] = "submission",
                                                       [MS_PORT_IMAP] = "imap",
                                                       [MS_PORT_IMAPS] = "imaps",
                                                       [MS_PORT_POP3] = "pop3",
                                                       [MS_PORT_POP3S] = "pop3s",
                                                       [MS_PORT_SIEVE] = "sieve",
                                                       [MS_PORT_HTTP] = "http",
                                                       [MS_PORT_HTTPS] = "https",
                                                       [MS_PORT_DNS] = "dns"};

const char *ms_port_name(enum ms_port p)
{
    return port_names[p];
}

static json_t *text_or_false(const char *s)
{
    return s && *s ? json_string(s) : json_false();
}

static json_t *network_vars(const struct ms_site *s)
{
    json_t *bind = json_array(), *ports = json_object();

    for (size_t i = 0; i < s->bind.n; i++) {
        (void)json_array_append_new(bind, json_pack("{s:s,s:b}", "address", s->bind.v[i], "v6",
                                                    strchr(s->bind.v[i], ':') != NULL));
    }
    for (enum ms_port p = 0; p < MS_PORT__COUNT; p++) {
        (void)json_object_set_new(ports, ms_port_name(p),
                                  s->ports[p] ? json_integer(s->ports[p]) : json_false());
    }
    return json_pack("{s:o,s:s,s:o}", "bind", bind, "subnet", s->subnet, "ports", ports);
}

static json_t *list_vars(const struct ms_strv *list)
{
    json_t *a = json_array();

    for (size_t i = 0; i < list->n; i++) {
        (void)json_array_append_new(a, json_string(list->v[i]));
    }
    return a;
}

static json_t *dns_vars(const struct ms_site *s)
{
    bool updates = s->dns.kind == MS_DNS_RFC2136;

    return json_pack("{s:{s:b,s:b,s:o},s:o,s:o,s:b,s:o}", "resolver", "auto",
                     s->resolver == MS_RESOLVER_AUTO, "isolated",
                     s->resolver == MS_RESOLVER_ISOLATED, "forward", list_vars(&s->forwarders),
                     "server", text_or_false(updates ? s->dns.server : NULL), "zone",
                     text_or_false(updates ? s->dns.zone : NULL), "delegated", ms_site_delegates(s),
                     "listen", list_vars(&s->dns_listen));
}

/* A whole number without a fraction, so that templates print 6 and not 6.0. */
static json_t *number(double v)
{
    return v == (double)(json_int_t)v ? json_integer((json_int_t)v) : json_real(v);
}

/* The classic engine has no greylisting of its own: `on` is Postgrey's there. */
static json_t *filter_vars(const struct ms_site *s)
{
    bool amavis = !strcmp(s->filter_engine, "amavis");
    bool postgrey = s->greylisting == MS_GREY_POSTGREY || (amavis && s->greylisting == MS_GREY_ON);
    json_t *j =
        json_pack("{s:s,s:b,s:b,s:b,s:o,s:b,s:b,s:b,s:o,s:o}", "engine", s->filter_engine, "amavis",
                  amavis, "antivirus", s->antivirus, "antivirus_accept", s->antivirus_accept != 0,
                  "antivirus_mirror", text_or_false(s->antivirus_mirror), "signatures",
                  s->antivirus && ms_site_fetches_signatures(s), "greylisting",
                  s->greylisting == MS_GREY_ON && !amavis, "postgrey", postgrey, "junk_score",
                  number(s->junk_score), "reject_score", number(s->reject_score));

    (void)json_object_set_new(j, "antivirus_urls", list_vars(&s->antivirus_urls));
    (void)json_object_set_new(j, "antivirus_signatures", text_or_false(s->antivirus_signatures));
    (void)json_object_set_new(j, "antivirus_max_age",
                              json_integer((json_int_t)s->antivirus_max_age));
    /* without a mirror, an isolated site fetches nothing but the files it names */
    (void)json_object_set_new(
        j, "public_signatures",
        json_boolean(s->resolver != MS_RESOLVER_ISOLATED || s->antivirus_mirror));
    (void)json_object_set_new(j, "archives_mark",
                              json_boolean(!strcmp(s->encrypted_archives, "mark")));
    (void)json_object_set_new(j, "archives_reject",
                              json_boolean(!strcmp(s->encrypted_archives, "reject")));
    (void)json_object_set_new(j, "greylisting_clients", list_vars(&s->greylisting_clients));
    (void)json_object_set_new(j, "greylisting_recipients", list_vars(&s->greylisting_recipients));
    return j;
}

static json_t *mail_vars(const struct ms_site *s)
{
    return json_pack("{s:b,s:b,s:s,s:b}", "sharing", s->sharing != MS_SHARING_OFF, "sharing_site",
                     s->sharing == MS_SHARING_SITE, "search_language", s->search_language,
                     "english", !strcmp(s->search_language, "en"));
}

static json_t *domain_vars(const struct ms_site *s)
{
    json_t *list = json_array();

    for (size_t i = 0; i < s->n_domains; i++) {
        const struct ms_site_domain *d = &s->domains[i];

        (void)json_array_append_new(list, json_pack("{s:s,s:o,s:I,s:o}", "name", d->name,
                                                    "alias_for", text_or_false(d->alias_for),
                                                    "quota", (json_int_t)d->quota, "catch_all",
                                                    text_or_false(d->catch_all)));
    }
    return list;
}

static json_t *component_vars(const struct ms_site *s)
{
    json_t *j = json_object();

    for (const struct ms_component *c = ms_components; c->name; c++) {
        (void)json_object_set_new(j, c->name, json_boolean(ms_site_has(s, c->name)));
    }
    return j;
}

static json_t *limit_vars(const struct ms_site *s)
{
    const uint64_t mib = (uint64_t)1 << 20;

    return json_pack("{s:I,s:I,s:I,s:I}", "message_size", (json_int_t)s->message_size,
                     "message_size_mb", (json_int_t)((s->message_size + mib - 1) / mib),
                     "queue_lifetime_s", (json_int_t)s->queue_lifetime_s, "bounce_lifetime_s",
                     (json_int_t)s->bounce_lifetime_s);
}

json_t *ms_site_vars(const struct ms_site *s)
{
    static const char *const modes[] = {
        [MS_TLS_ACME] = "acme", [MS_TLS_SELFSIGNED] = "selfsigned", [MS_TLS_FILES] = "files"};

    return json_pack("{s:s,s:s,s:s,s:s,s:o,s:{s:s,s:b,s:s?,s:b,s:b},s:o,s:o,s:o,s:o,s:o,s:o}",
                     "hostname", s->hostname, "contact", s->contact, "primary_domain",
                     s->primary->name, "project", "mailstead", "network", network_vars(s), "tls",
                     "mode", modes[s->tls_mode], "acme", s->tls_mode == MS_TLS_ACME, "directory",
                     s->acme_directory, "dns", s->acme_dns != 0, "ca", s->acme_ca != NULL, "filter",
                     filter_vars(s), "mail", mail_vars(s), "limits", limit_vars(s), "dns",
                     dns_vars(s), "domains", domain_vars(s), "components", component_vars(s));
}
