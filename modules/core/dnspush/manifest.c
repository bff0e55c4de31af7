/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnspush/manifest.h"

#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/dnspush/diff_priv.h"

/* Zone names come from servers: only letters, digits and "-_." may be part of a path. */
static char *path_of(const char *state, const char *zone)
{
    char *p = ms_xasprintf("%s/dns/pushed/%s.json", state, *zone == '.' ? "root" : zone);

    for (char *q = p + strlen(state) + strlen("/dns/pushed/"); *q; q++) {
        *q = strchr("abcdefghijklmnopqrstuvwxyz0123456789-_.", *q) ? *q : '_';
    }
    return p;
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

int ms_manifest_read(const char *state, const char *zone, struct ms_rrsets *ret, struct ms_err *err)
{
    ms_auto_free char *path = path_of(state, zone);
    ms_auto_buf struct ms_buf b = {0};
    ms_auto_json json_t *j = NULL;
    const json_t *set, *value;
    size_t i, k;

    ms_buf_init(&b, MS_MANIFEST_MAX);
    if (!ms_fs_exists(path)) {
        return 0;
    }
    if (ms_fs_read(path, &b, err) < 0) {
        return -1;
    }
    j = json_loadb(b.p, b.len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_array(json_object_get(j, "sets"))) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "%s is damaged: remove it, then nothing in the zone counts as ours",
                          path);
    }
    json_array_foreach(json_object_get(j, "sets"), i, set)
    {
        json_array_foreach(json_object_get(set, "values"), k, value)
        {
            if (json_is_string(value)) {
                (void)ms_rrsets_add(ret, text_of(set, "name"), text_of(set, "type"), 0,
                                    json_string_value(value), NULL);
            }
        }
    }
    return 0;
}

static void add_all(struct ms_rrsets *to, const struct ms_rrset *s)
{
    for (size_t i = 0; i < s->n; i++) {
        (void)ms_rrsets_add(to, s->name, s->type, 0, s->v[i].text, NULL);
    }
}

/* Whether a change decides what is ours of the set from now on. */
static bool decides(const struct ms_rrchanges *c, const struct ms_rrset *s)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct ms_rrchange *x = &c->v[i];
        bool type = !strcmp(x->type, s->type) ||
                    (!strcmp(x->type, "TXT") && !strcmp(s->type, MS_SPF_TERMS));

        if (type && !strcmp(x->name, s->name)) {
            return x->act != MS_ACT_CONFLICT && x->act != MS_ACT_FOREIGN;
        }
    }
    return false;
}

/* The terms of ours in an SPF record; those of before, too, while either may be there. */
static void add_terms(struct ms_rrsets *ret, const struct ms_rrchange *x)
{
    struct ms_rrset *s = ms_rrsets_get(ret, x->name, MS_SPF_TERMS);
    const char *old = s->n ? ms_rrvalue_bare(ret->arena, s->v[0].text) : "";

    s->n = 0;
    (void)ms_rrsets_add(
        ret, x->name, MS_SPF_TERMS, 0,
        ms_rrvalue_txt(ret->arena, ms_arena_printf(ret->arena, "%s%s%s", old, *old ? " " : "",
                                                   x->spf_terms + strspn(x->spf_terms, " "))),
        NULL);
}

static void collect(const struct ms_rrsets *before, const struct ms_rrchanges *c, bool done,
                    struct ms_rrsets *ret)
{
    for (size_t i = 0; i < before->n; i++) {
        if (!done || !decides(c, &before->v[i])) {
            add_all(ret, &before->v[i]);
        }
    }
    for (size_t i = 0; i < c->n; i++) {
        const struct ms_rrchange *x = &c->v[i];

        for (size_t k = 0; k < x->n_ours; k++) {
            (void)ms_rrsets_add(ret, x->name, x->type, 0, x->ours[k], NULL);
        }
        if (x->spf_terms && *x->spf_terms) {
            add_terms(ret, x);
        }
    }
}

static json_t *to_json(const char *zone, const struct ms_rrsets *s)
{
    json_t *sets = json_array();

    for (size_t i = 0; i < s->n; i++) {
        json_t *values = json_array();

        for (size_t k = 0; k < s->v[i].n; k++) {
            (void)json_array_append_new(values, json_string(s->v[i].v[k].text));
        }
        (void)json_array_append_new(sets, json_pack("{s:s, s:s, s:o}", "name", s->v[i].name, "type",
                                                    s->v[i].type, "values", values));
    }
    return json_pack("{s:s, s:o}", "zone", zone, "sets", sets);
}

int ms_manifest_write(const char *state, const char *zone, const struct ms_rrsets *before,
                      const struct ms_rrchanges *c, bool done, struct ms_err *err)
{
    const struct ms_fs_attr attr = {.mode = 0644, .uid = (uid_t)-1, .gid = (gid_t)-1};
    ms_auto_free char *path = path_of(state, zone);
    ms_auto_free char *dir = ms_xasprintf("%s/dns/pushed", state);
    ms_auto_rrsets struct ms_rrsets all = {0};
    ms_auto_json json_t *old = NULL, *now = NULL;
    ms_auto_free char *text = NULL;

    ms_rrsets_init(&all);
    collect(before, c, done, &all);
    old = to_json(zone, before);
    now = to_json(zone, &all);
    if (json_equal(old, now) && ms_fs_exists(path)) {
        return 0;
    }
    if (ms_fs_mkdir_p(dir, 0755, err) < 0) {
        return -1;
    }
    text = json_dumps(now, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    return ms_fs_write_atomic(path, text, strlen(text), attr, err);
}
