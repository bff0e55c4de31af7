/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/mailstead/load.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/site/hosts.h"
#include "modules/core/site/site.h"
#include "modules/core/yaml/tree.h"

enum { COMPOSE_MAX = 16 << 20, SITE_MAX = 32 << 20, OLD_COPIES = 99 };

static int write_site(const struct ms_cli *c, const char *text, struct ms_err *err)
{
    const struct ms_fs_attr attr = {.mode = 0640, .uid = (uid_t)-1, .gid = (gid_t)-1};
    ms_auto_free char *copy = ms_xstrdup(c->site);

    if (ms_fs_mkdir_p(dirname(copy), 0755, err) < 0) {
        return -1;
    }
    return ms_fs_write_atomic(c->site, text, strlen(text), attr, err);
}

/* Keep what --force replaces: as site.yaml.old, or site.yaml.old.2 and so on when there are older
 * ones. *ret is the copy's path, NULL when there is nothing to keep. */
static int keep_old(const struct ms_cli *c, char **ret, struct ms_err *err)
{
    struct ms_fs_attr attr = {.uid = (uid_t)-1, .gid = (gid_t)-1};
    ms_auto_buf struct ms_buf text = {0};
    struct stat st;

    if (stat(c->site, &st) < 0) {
        return errno == ENOENT ? 0 : ms_err_set(err, MS_EIO, errno, "%s", c->site);
    }
    attr.mode = st.st_mode & 0777;
    ms_buf_init(&text, SITE_MAX);
    if (ms_fs_read(c->site, &text, err) < 0) {
        return -1;
    }
    for (int i = 1; i <= OLD_COPIES; i++) {
        ms_auto_free char *path =
            i == 1 ? ms_xasprintf("%s.old", c->site) : ms_xasprintf("%s.old.%d", c->site, i);
        int r = ms_fs_create_atomic(path, text.p, text.len, attr, err);

        if (r) {
            *ret = r > 0 ? ms_steal(&path) : NULL;
            return r > 0 ? 0 : -1;
        }
    }
    return ms_err_set(err, MS_EEXIST, 0, "%s.old to %s.old.%d exist already: remove some", c->site,
                      c->site, OLD_COPIES);
}

static void next_steps(const struct ms_cli *c)
{
    bool other = strcmp(c->site, "/etc/mailstead/site.yaml") != 0;
    ms_auto_free char *opt = other ? ms_xasprintf(" --site %s", c->site) : ms_xstrdup("");

    ms_out_line(c, "Wrote %s. Next:", c->site);
    ms_out_line(c, "  1. read it, and change what does not fit");
    ms_out_line(c, "  2. mailstead%s check          is it valid?", opt);
    ms_out_line(c, "  3. mailstead%s up             bring the mail server up", opt);
    ms_out_line(c, "  4. mailstead%s dns records    set these records in the DNS", opt);
    ms_out_line(c, "  5. mailstead%s mailbox add NAME@DOMAIN", opt);
}

/* Names as they go into the file, checked. */
static int init_names(const struct ms_cli *c, char **host, char **domain, char **contact,
                      struct ms_err *err)
{
    const char *who = ms_cli_value(c, "contact");
    ms_auto_free char *mail = NULL;

    if (ms_domain_normalise(ms_cli_value(c, "hostname"), host, err) < 0) {
        return ms_err_wrap(err, "--hostname");
    }
    if (ms_domain_normalise(ms_cli_value(c, "domain"), domain, err) < 0) {
        return ms_err_wrap(err, "--domain");
    }
    mail = who ? ms_xstrdup(who) : ms_xasprintf("postmaster@%s", *domain);
    if (ms_address_normalise(mail, contact, err) < 0) {
        return ms_err_wrap(err, "--contact");
    }
    return 0;
}

/* The written file must be valid: a mistake of the names (a host outside any domain, say) is told
 * now. */
static int init_valid(const struct ms_cli *c, const char *text, struct ms_err *err)
{
    ms_cleanup(ms_site_freep) struct ms_site *site = NULL;
    ms_auto_diags struct ms_diags d = {0};
    int r;

    ms_diags_init(&d, 0);
    r = ms_site_load_text(c->site, text, strlen(text), &d, &site, err);
    if (r < 0) {
        ms_diags_print(&d, stderr);
    }
    return r;
}

int ms_run_init(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *host = NULL;
    ms_auto_free char *domain = NULL;
    ms_auto_free char *contact = NULL;
    ms_auto_free char *text = NULL;
    ms_auto_free char *old = NULL;

    if (!ms_cli_has(c, "hostname") || !ms_cli_has(c, "domain")) {
        return ms_out_usage(c, "init needs --hostname and --domain, for instance\n"
                               "  mailstead init --hostname mail.example.org --domain example.org");
    }
    if (init_names(c, &host, &domain, &contact, &err) < 0) {
        return ms_out_fail(&err);
    }
    text = ms_site_init_text(host, domain, contact);
    if (!strcmp(c->site, "-")) {
        (void)fputs(text, stdout);
        return MS_EXIT_OK;
    }
    if (ms_fs_exists(c->site) && !ms_cli_has(c, "force")) {
        (void)fprintf(stderr, "mailstead: %s exists already; --force replaces it\n", c->site);
        return MS_EXIT_FAILED;
    }
    if (init_valid(c, text, &err) < 0 || keep_old(c, &old, &err) < 0 ||
        write_site(c, text, &err) < 0) {
        return ms_out_fail(&err);
    }
    if (c->json) {
        ms_auto_json json_t *j = json_pack("{s:s,s:s,s:s,s:s?}", "site", c->site, "hostname", host,
                                           "domain", domain, "old", old);

        return ms_out_json(j, MS_EXIT_OK);
    }
    if (old) {
        ms_out_line(c, "The file that was there is kept as %s.", old);
    }
    next_steps(c);
    return MS_EXIT_OK;
}

static size_t count_mailboxes(const struct ms_site *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_domains; i++) {
        n += s->domains[i].n_mailboxes;
    }
    return n;
}

static json_t *diag_json(const struct ms_diag *d)
{
    return json_pack("{s:s,s:s,s:I,s:I,s:s,s:s}", "severity",
                     d->severity == MS_DIAG_ERROR ? "error" : "warning", "file",
                     d->file ? d->file : "", "line", (json_int_t)d->line, "column",
                     (json_int_t)d->col, "path", d->path ? d->path : "", "text", d->text);
}

static json_t *ports_json(const struct ms_site *site)
{
    json_t *j = json_object();

    for (int p = 0; p < MS_PORT__COUNT; p++) {
        (void)json_object_set_new(j, ms_port_name((enum ms_port)p), json_integer(site->ports[p]));
    }
    return j;
}

/* Where browsers find the components that have pages. */
static json_t *pages_json(const struct ms_site *site)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    json_t *list = json_array();

    for (size_t i = 0; ms_modules[i]; i++) {
        const char *url = ms_site_page(site, ms_modules[i], a);

        if (url) {
            (void)json_array_append_new(list,
                                        json_pack("{s:s,s:s,s:s}", "page", ms_modules[i]->name,
                                                  "url", url, "log_in", ms_modules[i]->log_in));
        }
    }
    return list;
}

static int check_json(const struct ms_cli *c, const struct ms_site *site, const struct ms_diags *d)
{
    ms_auto_json json_t *j =
        json_pack("{s:s,s:b,s:I,s:I,s:[]}", "file", c->site, "valid", site != NULL, "errors",
                  (json_int_t)d->n_errors, "warnings", (json_int_t)d->n_warnings, "diagnostics");

    for (size_t i = 0; i < d->n; i++) {
        (void)json_array_append_new(json_object_get(j, "diagnostics"), diag_json(&d->v[i]));
    }
    if (site) {
        (void)json_object_set_new(j, "hostname", json_string(site->hostname));
        (void)json_object_set_new(j, "primary_domain", json_string(site->primary->name));
        (void)json_object_set_new(j, "ports", ports_json(site));
        (void)json_object_set_new(j, "pages", pages_json(site));
        (void)json_object_set_new(j, "domains", json_integer((json_int_t)site->n_domains));
        (void)json_object_set_new(j, "mailboxes", json_integer((json_int_t)count_mailboxes(site)));
    }
    return ms_out_json(j, site ? MS_EXIT_OK : MS_EXIT_USAGE);
}

int ms_run_check(struct ms_cli *c)
{
    ms_cleanup(ms_site_freep) struct ms_site *site = NULL;
    size_t boxes;

    if (c->json && (!strcmp(c->site, "-") || ms_fs_exists(c->site))) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_diags struct ms_diags d = {0};

        ms_diags_init(&d, 0);
        if (ms_site_load(c->site, &d, &site, &err) < 0 && !d.n_errors) {
            return ms_out_fail(&err);
        }
        ms_diags_sort(&d);
        return check_json(c, site, &d);
    }
    int status = ms_load_site(c, &site);

    if (status != MS_EXIT_OK) {
        return status;
    }
    boxes = count_mailboxes(site);
    ms_out_line(c, "%s is valid (%zu domain%s, %zu mailbox%s)", c->site, site->n_domains,
                site->n_domains == 1 ? "" : "s", boxes, boxes == 1 ? "" : "es");
    return MS_EXIT_OK;
}

int ms_run_compose(struct ms_cli *c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_loaded struct ms_loaded l = {0};
    ms_auto_json json_t *j = NULL;
    ms_auto_buf struct ms_buf b = {0};
    int status = ms_load_all(c, &l);

    ms_buf_init(&b, COMPOSE_MAX);
    if (status != MS_EXIT_OK) {
        return status;
    }
    j = ms_stack_compose(l.stack);
    if (c->json) {
        return ms_out_json(j, MS_EXIT_OK);
    }
    if (ms_yaml_emit(j, &b, &err) < 0) {
        return ms_out_fail(&err);
    }
    return ms_out_buf(&b, MS_EXIT_OK);
}

int ms_run_schema(struct ms_cli *c)
{
    ms_auto_json json_t *j = ms_site_schema();

    (void)c;
    return ms_out_json(j, MS_EXIT_OK);
}

int ms_run_options(struct ms_cli *c)
{
    ms_auto_free char *text = NULL;

    if (c->json) {
        return ms_run_schema(c);
    }
    text = ms_site_options(ms_cli_has(c, "markdown"));
    (void)fputs(text, stdout);
    return fflush(stdout) == 0 ? MS_EXIT_OK : MS_EXIT_FAILED;
}
