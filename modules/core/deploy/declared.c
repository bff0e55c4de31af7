/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/deploy/deploy_priv.h"

enum { DECLARED_MAX = 64 << 20 };

/* What site.yaml declares, a name a line in the order of the file: "domain x", "mailbox a@x",
 * "alias b@x". */
static void list(const struct ms_site *s, struct ms_buf *out)
{
    for (size_t i = 0; i < s->n_domains; i++) {
        const struct ms_site_domain *d = &s->domains[i];

        ms_buf_addf(out, "domain %s\n", d->name);
        for (size_t k = 0; k < d->n_mailboxes; k++) {
            ms_buf_addf(out, "mailbox %s@%s\n", d->mailboxes[k].local, d->name);
        }
        for (size_t k = 0; k < d->n_aliases; k++) {
            ms_buf_addf(out, "alias %s@%s\n", d->aliases[k].local, d->name);
        }
    }
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The lines of a buffer, sorted; each points into it. The caller frees the list. */
static const char **lines(struct ms_buf *b, size_t *n)
{
    const char **v = NULL;
    size_t cap = 0;
    char *nl;

    *n = 0;
    for (char *p = b->p; (nl = strchr(p, '\n')); p = nl + 1) {
        *nl = '\0';
        v = ms_xgrow(v, *n, &cap, sizeof(*v));
        v[(*n)++] = p;
    }
    if (*n) {
        qsort(v, *n, sizeof(*v), compare);
    }
    return v;
}

int ms_declared_write(const struct ms_deploy *d, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s/applied/declared", d->paths->state);
    struct ms_fs_attr attr = {.mode = 0600, .uid = (uid_t)-1, .gid = (gid_t)-1};
    ms_auto_buf struct ms_buf text = {0};

    ms_buf_init(&text, DECLARED_MAX);
    list(d->site, &text);
    return ms_fs_write_atomic(path, text.p, text.len, attr, err);
}

void ms_directory_notes(const struct ms_run *r, struct ms_plan *p)
{
    ms_auto_free char *path = ms_xasprintf("%s/applied/declared", r->d->paths->state);
    ms_auto_err struct ms_err absent = MS_ERR_INIT;
    ms_auto_buf struct ms_buf before = {0}, now = {0};
    ms_auto_free const char **old = NULL, **wanted = NULL;
    size_t n_old, n_wanted;

    ms_buf_init(&before, DECLARED_MAX);
    ms_buf_init(&now, DECLARED_MAX);
    if (ms_fs_read(path, &before, &absent) < 0) {
        return;
    }
    list(r->d->site, &now);
    old = lines(&before, &n_old);
    wanted = lines(&now, &n_wanted);
    for (size_t i = 0; i < n_old; i++) {
        if (!n_wanted || !bsearch(&old[i], wanted, n_wanted, sizeof(*wanted), compare)) {
            ms_auto_free char *text =
                ms_xasprintf("%s is no longer declared: it stays, with its mail, and can be "
                             "changed and deleted at run time",
                             old[i]);

            ms_plan_note(p, text);
        }
    }
}

int ms_directory_forget(const struct ms_run *r, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s/applied/directory", r->d->paths->state);

    return ms_fs_remove_tree(path, err);
}
