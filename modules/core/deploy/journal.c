/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/base/time.h"
#include "modules/core/deploy/deploy_priv.h"
#include "modules/core/yaml/tree.h"

enum { JOURNAL_MAX = 64 << 20 };

int ms_journal_begin(struct ms_run *r, const char *kind, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s/journal", r->d->paths->state);
    ms_auto_json json_t *ev = json_pack("{s:I,s:s,s:s}", "t", (json_int_t)ms_time_wall_ms(),
                                        "state", "begin", "kind", kind);

    r->journal = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (r->journal < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s", path);
    }
    ms_journal_line(r, ev);
    return 0;
}

void ms_journal_line(const struct ms_run *r, const json_t *event)
{
    ms_auto_free char *text = NULL;
    const char *state = json_string_value(json_object_get(event, "state"));

    if (r->journal < 0 || (state && !strcmp(state, "output"))) {
        return;
    }
    text = json_dumps(event, JSON_COMPACT);
    if (text && dprintf(r->journal, "%s\n", text) > 0) {
        (void)fdatasync(r->journal);
    }
}

void ms_journal_end(struct ms_run *r, bool ok)
{
    ms_auto_json json_t *ev = json_pack("{s:I,s:s,s:b}", "t", (json_int_t)ms_time_wall_ms(),
                                        "state", "finished", "ok", ok);

    ms_journal_line(r, ev);
    if (r->journal >= 0) {
        (void)close(r->journal);
        r->journal = -1;
    }
}

int ms_deploy_interrupted(const char *state, char kind[MS_RUN_KIND])
{
    ms_auto_free char *path = ms_xasprintf("%s/journal", state);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *first = NULL;
    ms_auto_buf struct ms_buf text;
    const char *k;

    ms_buf_init(&text, JOURNAL_MAX);
    if (ms_fs_read(path, &text, &err) < 0 || !text.len ||
        strstr(text.p, "\"state\":\"finished\"")) {
        return 0;
    }
    first = json_loadb(text.p, strcspn(text.p, "\n"), 0, NULL);
    k = json_string_value(json_object_get(first, "kind"));
    (void)snprintf(kind, MS_RUN_KIND, "%s", k ? k : "up");
    return 1;
}

/* The greatest number among the entries of generations/. */
static uint32_t newest(const char *dir)
{
    ms_auto_closedir DIR *d = opendir(dir);
    struct dirent *e;
    uint32_t best = 0, n;

    while (d && (e = readdir(d))) {
        if (!ms_parse_u32(e->d_name, &n) && n > best) {
            best = n;
        }
    }
    return best;
}

static bool is_good(const char *dir, uint32_t n)
{
    ms_auto_free char *path = ms_xasprintf("%s/%u/good", dir, n);

    return ms_fs_exists(path);
}

/* Remove generations that are neither among the newest nor among the newest good ones. */
static int forget_old(const char *dir, uint32_t latest, struct ms_err *err)
{
    unsigned good = 0;

    for (uint32_t n = latest; n > 0; n--) {
        ms_auto_free char *path = ms_xasprintf("%s/%u", dir, n);

        if (!ms_fs_exists(path)) {
            continue;
        }
        good += is_good(dir, n);
        if (latest - n >= MS_GENERATIONS && (!is_good(dir, n) || good > MS_GENERATIONS) &&
            ms_fs_remove_tree(path, err) < 0) {
            return -1;
        }
    }
    return 0;
}

static int write_text(const char *dir, const char *name, const char *text, size_t n,
                      struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s/%s", dir, name);
    struct ms_fs_attr attr = {.mode = 0600, .uid = (uid_t)-1, .gid = (gid_t)-1};

    return ms_fs_write_atomic(path, text, n, attr, err);
}

static int fill_generation(const struct ms_run *r, const char *dir, struct ms_err *err)
{
    ms_auto_json json_t *plan = ms_plan_json(r->plan);
    ms_auto_json json_t *compose = ms_stack_compose(r->d->stack);
    ms_auto_free char *plan_text = json_dumps(plan, JSON_INDENT(1));
    ms_auto_buf struct ms_buf yaml;

    ms_buf_init(&yaml, 4 << 20);
    if (ms_fs_mkdir_p(dir, 0700, err) < 0 || ms_yaml_emit(compose, &yaml, err) < 0 ||
        write_text(dir, "plan.json", plan_text, strlen(plan_text), err) < 0 ||
        write_text(dir, "compose.yaml", yaml.p, yaml.len, err) < 0) {
        return -1;
    }
    for (size_t i = 0; i < r->d->stack->n_services; i++) {
        const char *name = r->d->stack->services[i].name;
        ms_auto_free char *files = ms_xasprintf("%s/files/%s", dir, name);

        if (ms_tree_write(&r->tree, name, files, err) < 0) {
            return -1;
        }
    }
    return 0;
}

int ms_generation_write(struct ms_run *r, struct ms_err *err)
{
    ms_auto_free char *all = ms_xasprintf("%s/generations", r->d->paths->state);
    ms_auto_free char *draft = ms_xasprintf("%s/.new", all);
    uint32_t n = newest(all) + 1;
    ms_auto_free char *dir = ms_xasprintf("%s/%u", all, n);

    if (ms_fs_mkdir_p(all, 0700, err) < 0 || ms_fs_remove_tree(draft, err) < 0 ||
        fill_generation(r, draft, err) < 0) {
        return -1;
    }
    if (rename(draft, dir) < 0) {
        return ms_err_set(err, MS_EIO, errno, "%s", dir);
    }
    r->generation = n;
    return forget_old(all, n, err);
}

int ms_generation_good(const struct ms_run *r, struct ms_err *err)
{
    ms_auto_free char *dir = ms_xasprintf("%s/generations/%u", r->d->paths->state, r->generation);

    return r->generation ? write_text(dir, "good", "", 0, err) : 0;
}
