/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render-site SITE DATA STATE OUT: everything that a site is turned into without an engine, as
 * files below OUT: compose.yaml, plan.txt, zone.txt and files/<service>/... For the golden tests:
 * paths of this machine and content tags are replaced by fixed words, secrets that do not exist are
 * not made.
 */
#include <stdio.h>
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/deploy/deploy_priv.h"
#include "modules/core/dns/dns.h"
#include "modules/core/yaml/tree.h"

enum { OUT_MAX = 16 << 20, TAG_DIGITS = 12 };

struct job {
    struct ms_paths paths;
    const char *out;
};

static void replace(struct ms_buf *b, const char *from, const char *to)
{
    struct ms_buf out;
    const char *p = b->p, *hit;

    ms_buf_init(&out, b->max);
    while ((hit = strstr(p, from))) {
        ms_buf_add(&out, p, (size_t)(hit - p));
        ms_buf_adds(&out, to);
        p = hit + strlen(from);
    }
    ms_buf_adds(&out, p);
    ms_buf_done(b);
    *b = out;
}

/* "mailstead/postfix:0123456789ab" becomes "mailstead/postfix:content". */
static void replace_tags(struct ms_buf *b)
{
    struct ms_buf out;
    const char *p = b->p, *hit;

    ms_buf_init(&out, b->max);
    while ((hit = strstr(p, "mailstead/"))) {
        size_t name = strspn(hit + 10, "abcdefghijklmnopqrstuvwxyz0123456789-");
        const char *colon = hit + 10 + name;

        ms_buf_add(&out, p, (size_t)(colon - p));
        p = colon;
        if (*colon == ':' && strspn(colon + 1, "0123456789abcdef") == TAG_DIGITS) {
            ms_buf_adds(&out, ":content");
            p = colon + 1 + TAG_DIGITS;
        }
    }
    ms_buf_adds(&out, p);
    ms_buf_done(b);
    *b = out;
}

static int write_out(const struct job *j, const char *name, const char *bytes, size_t n,
                     struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s/%s", j->out, name);
    ms_auto_free char *parent = ms_xstrdup(path);
    struct ms_fs_attr attr = {.mode = 0644, .uid = (uid_t)-1, .gid = (gid_t)-1};
    ms_auto_buf struct ms_buf b;

    ms_buf_init(&b, OUT_MAX);
    ms_buf_add(&b, bytes, n);
    replace(&b, j->paths.state, "/var/lib/mailstead");
    replace(&b, j->paths.data, "/usr/share/mailstead");
    replace_tags(&b);
    *strrchr(parent, '/') = '\0';
    return ms_fs_mkdir_p(parent, 0755, err) < 0 ? -1
                                                : ms_fs_write_atomic(path, b.p, b.len, attr, err);
}

static int write_compose(const struct job *j, const struct ms_stack *s, struct ms_err *err)
{
    ms_auto_json json_t *compose = ms_stack_compose(s);
    ms_auto_buf struct ms_buf b;

    ms_buf_init(&b, OUT_MAX);
    return ms_yaml_emit(compose, &b, err) < 0 ? -1 : write_out(j, "compose.yaml", b.p, b.len, err);
}

static int write_files(const struct job *j, const struct ms_run *r, struct ms_err *err)
{
    ms_auto_buf struct ms_buf list;

    ms_buf_init(&list, OUT_MAX);
    for (size_t i = 0; i < r->tree.n; i++) {
        const struct ms_tree_file *f = &r->tree.v[i];
        ms_auto_free char *name = ms_xasprintf("files/%s/%s", f->service, f->name);

        ms_buf_addf(&list, "%04o %u:%u %s/%s\n", f->mode, f->uid, f->gid, f->service, f->name);
        if (write_out(j, name, f->bytes, f->size, err) < 0) {
            return -1;
        }
    }
    return write_out(j, "files.txt", list.p, list.len, err);
}

static int write_plan(const struct job *j, const struct ms_run *r, struct ms_err *err)
{
    ms_cleanup(ms_plan_freep) struct ms_plan *p = NULL;
    ms_auto_buf struct ms_buf b;

    ms_buf_init(&b, OUT_MAX);
    if (ms_plan_make(r, NULL, &p, err) < 0) {
        return -1;
    }
    ms_plan_text(p, &b);
    return write_out(j, "plan.txt", b.p, b.len, err);
}

static int run(struct job *j, const struct ms_site *site, struct ms_err *err)
{
    ms_cleanup(ms_stack_freep) struct ms_stack *stack = NULL;
    struct ms_deploy d = {.site = site, .paths = &j->paths};
    struct ms_run r = {.d = &d, .journal = -1};
    int result;

    if (ms_stack_build(site, &j->paths, &stack, err) < 0) {
        return -1;
    }
    d.stack = stack;
    result = ms_wanted(&r, true, err);
    if (result == 0) {
        result = write_compose(j, stack, err) < 0 || write_files(j, &r, err) < 0 ||
                         write_plan(j, &r, err) < 0
                     ? -1
                     : 0;
    }
    ms_tree_done(&r.tree);
    return result;
}

int main(int argc, char **argv)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_diags struct ms_diags diags;
    ms_cleanup(ms_site_freep) struct ms_site *site = NULL;
    struct job j;

    ms_diags_init(&diags, 0);
    if (argc != 5) {
        (void)fputs("usage: render-site SITE DATA STATE OUT (absolute paths)\n", stderr);
        return 2;
    }
    j = (struct job){
        .paths = {.site = argv[1], .data = argv[2], .state = argv[3], .project = "mailstead"},
        .out = argv[4]};
    if (ms_site_load(argv[1], &diags, &site, &err) < 0 || run(&j, site, &err) < 0) {
        ms_diags_print(&diags, stderr);
        (void)fprintf(stderr, "%s\n", ms_err_msg(&err));
        return 1;
    }
    return 0;
}
