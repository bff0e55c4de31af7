/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/name.h"
#include "modules/core/base/time.h"
#include "modules/core/deploy/deploy_priv.h"
#include "modules/core/deploy/facts.h"
#include "modules/core/directory/directory.h"
#include "modules/core/pki/certs.h"
#include "modules/core/pki/pki.h"
#include "modules/core/site/hosts.h"

/* Stands in for a secret that a plan before the first `up` does not have yet. */
#define DRAFT_SECRET "not-made-yet"

struct secrets {
    const char *state;
    bool draft;
};

static char *secret(void *arg, const char *service, const char *name, struct ms_err *err)
{
    const struct secrets *s = arg;
    ms_auto_free char *full = ms_xasprintf("%s.%s", service, name);
    ms_auto_err struct ms_err absent = MS_ERR_INIT;
    char *out = NULL;

    if (s->draft) {
        return ms_secret_get(s->state, full, false, &out, &absent) < 0 ? ms_xstrdup(DRAFT_SECRET)
                                                                       : out;
    }
    return ms_secret_get(s->state, full, true, &out, err) < 0 ? NULL : out;
}

char *ms_deploy_beside_site(const struct ms_paths *p, const char *path)
{
    const char *slash = path ? strrchr(p->site, '/') : NULL;

    return !slash || path[0] == '/'
               ? ms_xstrdup(path)
               : ms_xasprintf("%.*s/%s", (int)(slash - p->site), p->site, path);
}

/* Names in a certificate that no authority signed: each log-in carries all of them. */
enum { CERT_NAMES_MAX = 100 };

int ms_deploy_tls(const struct ms_site *s, const struct ms_paths *p, bool *ret_changed,
                  struct ms_err *err)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *arena = ms_arena_new();
    struct ms_strv list;
    int64_t now_s = ms_time_wall_ms() / 1000;
    bool acme = s->tls_mode == MS_TLS_ACME;
    const char *dns = acme && s->acme_dns ? s->dns.key : NULL;
    ms_auto_free char *certificate = ms_deploy_beside_site(p, s->tls_certificate);
    ms_auto_free char *key = ms_deploy_beside_site(p, s->tls_key);
    ms_auto_free char *ca = ms_deploy_beside_site(p, acme ? s->acme_ca : NULL);
    ms_auto_free char *dns_key = ms_deploy_beside_site(p, dns);

    if (s->tls_mode == MS_TLS_FILES) {
        return ms_tls_ensure_files(p->state, certificate, key, now_s, ret_changed, err);
    }
    if (acme) {
        *ret_changed = false;
        return ms_tls_ensure_acme(p->state, s, ca, dns_key, now_s, err);
    }
    ms_site_hosts(s, CERT_NAMES_MAX, arena, &list);
    return ms_tls_ensure_selfsigned(p->state, &list, now_s, ret_changed, err);
}

static int make_keys(const struct ms_run *r, struct ms_err *err)
{
    const struct ms_deploy *d = r->d;
    const struct ms_site *s = d->site;
    bool changed;

    for (size_t i = 0; i < s->n_domains; i++) {
        const struct ms_site_domain *x = &s->domains[i];

        if (ms_dkim_ensure(d->paths->state, x->name, x->dkim_selector, x->dkim_algorithms, err) <
            0) {
            return -1;
        }
    }
    if (ms_site_delegates(s) && ms_zone_key_ensure(d->paths->state, err) < 0) {
        return -1;
    }
    return r->files_only ? 0 : ms_deploy_tls(s, d->paths, &changed, err);
}

/* certificates.names: what has a certificate of its own beside the host's. */
static void add_certificates(const struct ms_deploy *d, json_t *extra)
{
    (void)json_object_set_new(
        extra, "certificates",
        json_pack("{s:o}", "names", ms_certs_names(d->paths->state, d->site)));
}

/* dkim.domains: every domain that has keys on disk, those made at run time too. */
static int add_dkim(const struct ms_deploy *d, json_t *extra, struct ms_err *err)
{
    ms_auto_free char *dir = ms_xasprintf("%s/keys/dkim", d->paths->state);
    json_t *domains = json_array();
    struct dirent **list = NULL;
    int n = scandir(dir, &list, NULL, alphasort), r = 0;

    (void)json_object_set_new(extra, "dkim", json_pack("{s:o}", "domains", domains));
    for (int i = 0; i < n; i++) {
        ms_cleanup(ms_dkim_keys_done) struct ms_dkim_keys keys = {0};
        const char *name = list[i]->d_name;
        json_t *out = json_array();

        if (r == 0 && ms_name_is_domain(name)) {
            r = ms_dkim_list(d->paths->state, name, &keys, err);
        }
        for (size_t k = 0; k < keys.n; k++) {
            if (keys.v[k].use != MS_DKIM_SIGNING) {
                continue;
            }
            (void)json_array_append_new(
                out, json_pack("{s:s,s:s,s:o}", "selector", keys.v[k].selector, "algorithm",
                               keys.v[k].algorithm, "file",
                               json_sprintf("dkim/%s/%s.key", name, keys.v[k].selector)));
        }
        if (json_array_size(out)) {
            (void)json_array_append_new(domains, json_pack("{s:s,s:O}", "name", name, "keys", out));
        }
        json_decref(out);
        free(list[i]);
    }
    free(list);
    return r;
}

static void add_record(const struct ms_record *r, json_t *out)
{
    ms_auto_buf struct ms_buf line;

    ms_buf_init(&line, 64 << 10);
    if (ms_dns_line(r, &line) == 0) {
        (void)json_array_append_new(out, json_string(line.p));
    }
}

/* A resolver that answers all of them itself follows no delegation. */
static void add_records(const struct ms_records *records, json_t *out)
{
    for (size_t i = 0; i < records->n; i++) {
        if (!records->v[i].delegates) {
            add_record(&records->v[i], out);
        }
    }
}

/* zone.records: our own names, which an isolated resolver answers itself. Without a public address
 * the host is reached on loopback. */
static int add_zone(const struct ms_deploy *d, json_t *extra, struct ms_err *err)
{
    ms_auto_records struct ms_records records = {0};
    ms_cleanup(ms_dns_facts_freep) struct ms_dns_facts *facts = NULL;
    struct ms_dns_input in;
    json_t *out = json_array();

    (void)json_object_set_new(extra, "zone", json_pack("{s:o}", "records", out));
    if (d->site->resolver != MS_RESOLVER_ISOLATED) {
        return 0;
    }
    facts = ms_dns_facts_new(d->paths->state, d->site);
    in = *ms_dns_facts_input(facts);
    in.ipv4 = d->site->ipv4.text;
    in.ipv6 = d->site->ipv6.text;
    if (!in.ipv4 && !in.ipv6) {
        in.ipv4 = "127.0.0.1";
    }
    if (ms_dns_records(d->site, &in, NULL, &records, err) < 0) {
        return -1;
    }
    add_records(&records, out);
    return 0;
}

static int add_login(const struct ms_deploy *d, const struct ms_site_relay *r, const char *key,
                     json_t *out, struct ms_err *err)
{
    ms_auto_free char *path = NULL;
    ms_cleanup(ms_secret_freep) char *password = NULL;

    if (!r->username) {
        return 0;
    }
    path = ms_deploy_beside_site(d->paths, r->password_file);
    if (ms_secret_file(path, &password, err) < 0) {
        return ms_err_wrap(err, "relay %s", r->host);
    }
    (void)json_array_append_new(
        out, json_pack("{s:s,s:s,s:s}", "key", key, "username", r->username, "password", password));
    return 0;
}

/* relay.logins: [{key username password}] of the site's relay host, by its name, and of domains
 * (and their alias domains) that have one of their own, by "@domain". */
static int add_relay(const struct ms_deploy *d, json_t *extra, struct ms_err *err)
{
    const struct ms_site *s = d->site;
    json_t *out = json_array();

    (void)json_object_set_new(extra, "relay", json_pack("{s:o}", "logins", out));
    for (size_t i = 0; i < s->n_domains; i++) {
        const struct ms_site_relay *r = ms_site_relay(s, &s->domains[i]);
        ms_auto_free char *key = ms_xasprintf("@%s", s->domains[i].name);

        if (r && r != &s->relay && add_login(d, r, key, out, err) < 0) {
            return -1;
        }
    }
    return s->relay.host ? add_login(d, &s->relay, s->relay.host, out, err) : 0;
}

int ms_wanted(struct ms_run *r, bool draft, struct ms_err *err)
{
    ms_auto_json json_t *extra = json_object();
    struct secrets s = {.state = r->d->paths->state, .draft = draft};
    struct ms_render_input in = {.site = r->d->site,
                                 .stack = r->d->stack,
                                 .paths = r->d->paths,
                                 .secret = secret,
                                 .secret_arg = &s,
                                 .extra = extra,
                                 .draft = draft};

    if (!draft && make_keys(r, err) < 0) {
        return -1;
    }
    add_certificates(r->d, extra);
    if (add_dkim(r->d, extra, err) < 0 || add_zone(r->d, extra, err) < 0 ||
        ms_wanted_delegation(r->d, extra, err) < 0 || add_relay(r->d, extra, err) < 0) {
        return -1;
    }
    return ms_render(&in, &r->tree, err);
}

static void hash_spam(struct ms_hash *h, const struct ms_site_spam *s)
{
    const struct ms_strv *lists[] = {&s->allow, &s->deny};

    ms_hash_add(h, &s->junk_score, sizeof(s->junk_score));
    ms_hash_add(h, &s->reject_score, sizeof(s->reject_score));
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        for (size_t k = 0; k < lists[i]->n; k++) {
            ms_hash_adds(h, lists[i]->v[k]);
        }
        ms_hash_adds(h, "");
    }
}

static void hash_domain(struct ms_hash *h, const struct ms_site_domain *x)
{
    ms_hash_adds(h, x->name);
    ms_hash_adds(h, x->alias_for ? x->alias_for : "");
    ms_hash_adds(h, x->catch_all ? x->catch_all : "");
    ms_hash_add(h, &x->quota, sizeof(x->quota));
    hash_spam(h, &x->spam);
    for (size_t i = 0; i < x->n_mailboxes; i++) {
        const struct ms_site_mailbox *m = &x->mailboxes[i];

        ms_hash_adds(h, m->local);
        ms_hash_adds(h, m->name);
        ms_hash_adds(h, m->password_hash ? m->password_hash : "");
        ms_hash_add(h, &m->quota, sizeof(m->quota));
        ms_hash_add(h, &m->loc.line, sizeof(m->loc.line));
        for (size_t k = 0; k < m->send_as.n; k++) {
            ms_hash_adds(h, m->send_as.v[k]);
        }
        hash_spam(h, &m->spam);
    }
    for (size_t i = 0; i < x->n_aliases; i++) {
        const struct ms_site_alias *m = &x->aliases[i];

        ms_hash_adds(h, m->local);
        ms_hash_add(h, &m->loc.line, sizeof(m->loc.line));
        for (size_t k = 0; k < m->targets.n; k++) {
            ms_hash_adds(h, m->targets.v[k]);
        }
        ms_hash_adds(h, "");
    }
}

void ms_wanted_directory(const struct ms_deploy *d, char out[MS_HASH_TEXT])
{
    ms_cleanup(ms_hash_freep) struct ms_hash *h = ms_hash_new();
    unsigned schema = ms_directory_version();

    ms_hash_adds(h, MS_VERSION);
    ms_hash_add(h, &schema, sizeof(schema));
    ms_hash_adds(h, d->paths->site);
    for (size_t i = 0; i < d->site->n_domains; i++) {
        hash_domain(h, &d->site->domains[i]);
        ms_hash_adds(h, "");
    }
    for (size_t i = 0; i < d->stack->n_services; i++) {
        for (const char **g = d->stack->services[i].grants; *g; g++) {
            ms_hash_adds(h, d->stack->services[i].name);
            ms_hash_adds(h, *g);
        }
    }
    ms_hash_end(h, out);
}
