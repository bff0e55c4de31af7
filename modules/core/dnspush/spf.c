/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnspush/spf.h"

#include <string.h>
#include <strings.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/mem.h"
#include "modules/core/dns/dns.h"

enum { SPF_MAX = 65535 };

/* One word; p moves on. Returns its length, 0 at the end. */
static size_t next(const char **p)
{
    *p += strspn(*p, " \t");
    return strcspn(*p, " \t");
}

/* A mechanism without "+", which means the same as none. */
static const char *bare(const char *term, size_t *n)
{
    if (*n && *term == '+') {
        (*n)--;
        return term + 1;
    }
    return term;
}

static bool is_same(const char *a, size_t n, const char *b, size_t m)
{
    a = bare(a, &n);
    b = bare(b, &m);
    return n == m && !strncasecmp(a, b, n);
}

static bool contains(const char *list, const char *term, size_t n)
{
    size_t m;

    for (const char *p = list; p && (m = next(&p)); p += m) {
        if (is_same(p, m, term, n)) {
            return true;
        }
    }
    return false;
}

/* `all` with any qualifier, where a record ends. */
static bool is_all(const char *term, size_t n)
{
    if (n == 4 && strchr("+-~?", *term)) {
        term++;
        n--;
    }
    return n == 3 && !strncasecmp(term, "all", 3);
}

/* A modifier, name=value: its place has no meaning. */
static bool is_modifier(const char *term, size_t n)
{
    size_t name = strspn(term, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    return name && name < n && term[name] == '=';
}

static void add(struct ms_buf *b, const char *term, size_t n)
{
    if (b->len) {
        ms_buf_addc(b, ' ');
    }
    ms_buf_add(b, term, n);
}

static const char *terms(const char *record)
{
    return record && ms_spf_begins(record) ? record + 6 : "";
}

/* The terms up to the first `all`, after which none counts. */
static size_t effective(const char *list)
{
    size_t n;

    for (const char *p = list; (n = next(&p)); p += n) {
        if (is_all(p, n)) {
            return (size_t)(p - list) + n;
        }
    }
    return strlen(list);
}

/* Our terms that the foreign ones do not have, also into ours. */
static void add_wanted(const struct ms_spf_merge *m, const char *foreign, struct ms_buf *out,
                       struct ms_buf *ours)
{
    ms_auto_free char *in = ms_xmemdup0(foreign, effective(foreign));
    size_t n;

    for (const char *p = terms(m->wanted); (n = next(&p)); p += n) {
        if (!is_all(p, n) && !is_modifier(p, n) && !contains(in, p, n)) {
            add(out, p, n);
            add(ours, p, n);
        }
    }
}

static bool covers(struct ms_arena *a, const char *x, const char *y)
{
    char *in = ms_arena_memdup0(a, x, effective(x));
    const char *end = y + effective(y);
    size_t n;

    for (const char *p = y; p < end && (n = next(&p)); p += n) {
        if (!contains(in, p, n)) {
            return false;
        }
    }
    return true;
}

/* What others wrote into what was found. */
static void split_foreign(const struct ms_spf_merge *m, struct ms_buf *foreign)
{
    size_t n;

    for (const char *p = terms(m->found); (n = next(&p)); p += n) {
        if (!contains(m->before, p, n)) {
            add(foreign, p, n);
        }
    }
}

/* The `all` of ours, where the one we wrote is the only one that the record has. */
static void add_end(const struct ms_spf_merge *m, const char *foreign, struct ms_buf *out,
                    struct ms_buf *ours)
{
    bool before = false;
    size_t n;

    for (const char *p = m->before; p && (n = next(&p)); p += n) {
        before = before || is_all(p, n);
    }
    for (const char *p = foreign; (n = next(&p)); p += n) {
        before = before && strncasecmp(p, "redirect=", 9) != 0;
    }
    for (const char *p = terms(m->wanted); before && (n = next(&p)); p += n) {
        if (is_all(p, n)) {
            add(out, p, n);
            add(ours, p, n);
        }
    }
}

/* Foreign terms and ours into one record. */
static void mix(const struct ms_spf_merge *m, const char *foreign, struct ms_buf *out,
                struct ms_buf *ours)
{
    bool done = false;
    size_t n;

    ms_buf_adds(out, "v=spf1");
    for (const char *p = foreign; (n = next(&p)); p += n) {
        if (is_all(p, n) && !done) {
            add_wanted(m, foreign, out, ours);
            done = true;
        }
        add(out, p, n);
    }
    if (!done) {
        add_wanted(m, foreign, out, ours);
        add_end(m, foreign, out, ours);
    }
}

char *ms_spf_merge(struct ms_arena *a, const struct ms_spf_merge *m, const char **ret_added,
                   bool *ret_foreign)
{
    ms_auto_buf struct ms_buf foreign = {0}, out = {0}, ours = {0};
    const char *found = terms(m->found);

    ms_buf_init(&foreign, SPF_MAX);
    ms_buf_init(&out, (size_t)SPF_MAX * 2);
    ms_buf_init(&ours, SPF_MAX);
    split_foreign(m, &foreign);
    *ret_foreign = foreign.len > 0;
    if (!foreign.len) {
        *ret_added = ms_arena_strdup(a, terms(m->wanted));
        return ms_arena_strdup(a, m->wanted);
    }
    mix(m, foreign.p, &out, &ours);
    *ret_added = ms_arena_strdup(a, ours.p);
    /* the same terms in another order are good as they are */
    return ms_arena_strdup(a, covers(a, found, out.p + 6) && covers(a, out.p + 6, found) ? m->found
                                                                                         : out.p);
}

unsigned ms_spf_lookups(const char *text)
{
    static const char *const names[] = {"include", "a", "mx", "ptr", "exists", "redirect"};
    unsigned count = 0;
    size_t n;

    for (const char *p = terms(text); (n = next(&p)); p += n) {
        const char *t = p + (strchr("+-~?", *p) != NULL);
        size_t word = strcspn(t, ":/= \t");

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            count += word == strlen(names[i]) && !strncasecmp(t, names[i], word);
        }
    }
    return count;
}
