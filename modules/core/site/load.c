/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/module.h"
#include "modules/core/site/site_priv.h"

enum { FILE_MAX = 32 << 20 };

static int by_name(const void *x, const void *y)
{
    const struct ms_site_domain *a = *(const struct ms_site_domain *const *)x;
    const struct ms_site_domain *b = *(const struct ms_site_domain *const *)y;
    int c = strcmp(a->name, b->name);

    return c ? c : a < b ? -1 : a > b; /* equal names in the order of the file */
}

static void index_domains(struct ms_site *s)
{
    if (!s->n_domains) {
        return;
    }
    s->by_name = ms_arena_alloc(s->arena, s->n_domains, sizeof(*s->by_name));
    for (size_t i = 0; i < s->n_domains; i++) {
        s->by_name[i] = &s->domains[i];
    }
    qsort(s->by_name, s->n_domains, sizeof(*s->by_name), by_name);
}

/* What the tables cannot say: defaults that depend on other keys. */
static void complete(struct ms_site *s)
{
    for (size_t i = 0; i < s->n_domains; i++) {
        if (!s->domains[i].dmarc_rua) {
            s->domains[i].dmarc_rua = s->contact ? s->contact : "";
        }
        if (!s->domains[i].tlsrpt_rua) {
            s->domains[i].tlsrpt_rua = s->contact ? s->contact : "";
        }
    }
    s->antivirus = s->antivirus_switch == MS_SWITCH_ON;
    index_domains(s);
    s->dns_listen = s->dns_listen.n ? s->dns_listen : s->bind;
    if (!ms_site_delegates(s)) {
        s->ports[MS_PORT_DNS] = 0;
    }
    s->primary = s->domains;
    for (size_t i = s->n_domains; i-- > 0;) {
        s->primary = s->domains[i].alias_for ? s->primary : &s->domains[i];
    }
}

void ms_site_fit(struct ms_site *s, uint64_t host_memory)
{
    const uint64_t mib = (uint64_t)1 << 20;
    uint64_t memory = s->memory ? s->memory : host_memory;
    const char *off = "mail is not scanned for viruses (filter.antivirus: auto)";

    s->host_memory = host_memory;
    if (s->antivirus_switch != MS_SWITCH_AUTO) {
        return;
    }
    s->antivirus = memory >= 3072 * mib && ms_site_fetches_signatures(s);
    if (!s->antivirus && memory < 3072 * mib) {
        s->note = ms_arena_printf(s->arena, "%s: that takes 3072 MiB of memory, here are %llu", off,
                                  (unsigned long long)(memory / mib));
    } else if (!s->antivirus) {
        s->note = ms_arena_printf(
            s->arena, "%s: an isolated site without filter.antivirus_mirror gets no signatures",
            off);
    }
}

void ms_site_fit_ssh(struct ms_site *s, const struct ms_ssh *ssh)
{
    s->ban.ssh = *ssh;
    s->ban.ssh.log_dir = ms_arena_strdup(s->arena, ssh->log_dir);
    s->ban.note = ssh->log == MS_SSH_LOG_NONE && ssh->n_ports
                      ? "nobody is banned for failed SSH log-ins: this host has neither a journal "
                        "(/var/log/journal, /run/log/journal) nor /var/log/auth.log"
                      : NULL;
}

bool ms_site_fetches_signatures(const struct ms_site *s)
{
    return s->resolver != MS_RESOLVER_ISOLATED || s->antivirus_mirror || s->antivirus_urls.n;
}

static void decode(struct ms_site *s, const struct ms_node *root, struct ms_diags *d)
{
    struct ms_site_src src = {.root = root};
    struct ms_opt_ctx c;

    ms_opt_ctx_init(&c, s->arena, d);
    c.user = &src;
    (void)!ms_opt_load(&c, root, (struct ms_loc){.file = s->file}, ms_site_opts, s);
    complete(s);
    ms_check_site(&c, s);
    ms_check_addresses(&c, s);
    ms_opt_ctx_done(&c);
    for (size_t i = 0; !d->n_errors && ms_modules[i]; i++) {
        if (ms_modules[i]->check) { /* may rely on a site that is complete */
            ms_modules[i]->check(s, d);
        }
    }
}

int ms_site_load_text(const char *name, const char *p, size_t size, struct ms_diags *d,
                      struct ms_site **ret, struct ms_err *err)
{
    struct ms_arena *a = ms_arena_new();
    struct ms_site *s = ms_arena_alloc(a, 1, sizeof(*s));
    struct ms_node *root = NULL;
    size_t errors = d->n_errors;

    s->arena = a;
    s->file = ms_arena_strdup(a, name);
    if (ms_yaml_parse(a, &(struct ms_yaml_text){name, p, size}, NULL, d, &root) == 0 || root) {
        decode(s, root, d);
    }
    ms_diags_sort(d);
    if (d->n_errors > errors) {
        size_t n = d->n_errors - errors;

        ms_site_free(s);
        return ms_err_set(err, MS_ECONFIG, 0, "%s: %zu error%s", name, n, n == 1 ? "" : "s");
    }
    *ret = s;
    return 0;
}

int ms_site_load(const char *path, struct ms_diags *d, struct ms_site **ret, struct ms_err *err)
{
    ms_auto_buf struct ms_buf b;

    ms_buf_init(&b, (size_t)FILE_MAX + 1);
    if (ms_fs_read(path, &b, err) < 0) {
        if (!b.too_big) {
            return -1;
        }
        ms_err_done(err); /* the parser says so in its own words */
    }
    return ms_site_load_text(strcmp(path, "-") ? path : "<stdin>", b.p, b.len, d, ret, err);
}

void ms_site_free(struct ms_site *s)
{
    if (s) {
        ms_arena_free(s->arena); /* s itself is in it */
    }
}

const struct ms_site_domain *ms_site_domain(const struct ms_site *s, const char *name)
{
    size_t lo = 0, hi = s->n_domains;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (strcmp(s->by_name[mid]->name, name) < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo < s->n_domains && !strcmp(s->by_name[lo]->name, name) ? s->by_name[lo] : NULL;
}

bool ms_site_has(const struct ms_site *s, const char *component)
{
    for (size_t i = 0; i < s->components.n; i++) {
        if (!strcmp(s->components.v[i], component)) {
            return true;
        }
    }
    return false;
}

const struct ms_site_relay *ms_site_relay(const struct ms_site *s, const struct ms_site_domain *d)
{
    if (d->alias_for && ms_site_domain(s, d->alias_for)) {
        d = ms_site_domain(s, d->alias_for);
    }
    return d->relay.host ? &d->relay : s->relay.host ? &s->relay : NULL;
}
