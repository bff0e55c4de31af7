/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/directory/route_priv.h"

#include <strings.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/mem.h"

/* Postfix stops at virtual_alias_recursion_limit and virtual_alias_expansion_limit, 1000 each; this
 * is for people, who are lost long before. */
enum { DEPTH_MAX = 50, LOOKUPS_MAX = 2000, GOTO_MAX = 65535, ADDRESS_MAX = 255 };

struct walk {
    ms_route_lookup lookup;
    void *arg;
    const char *start;          /* the alias about to be set */
    const char *way[DEPTH_MAX]; /* row addresses from the start to here */
    unsigned depth, n_lookups;
};

void ms_route_done(struct ms_route *r)
{
    free(r->address);
    free(r->gotos);
    *r = (struct ms_route){0};
}

static int follow(struct walk *w, const char *targets, struct ms_err *err);

static int visit(struct walk *w, const char *target, struct ms_err *err)
{
    ms_cleanup(ms_route_done) struct ms_route r = {0};
    int rc;

    if (++w->n_lookups > LOOKUPS_MAX || w->depth == DEPTH_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "%s leads over too many aliases", w->start);
    }
    if (w->lookup(w->arg, target, &r, err) < 0) {
        return -1;
    }
    if (r.kind == MS_ROUTE_OUTSIDE) {
        return 0;
    }
    if (r.kind == MS_ROUTE_NOTHING) {
        return ms_err_set(err, MS_EINVAL, 0, "target %s does not exist", target);
    }
    for (unsigned i = 0; i < w->depth; i++) {
        if (strcasecmp(w->way[i], r.address) == 0) {
            /* A mailbox that forwards to itself as well keeps a copy; that is its end. */
            if (r.is_mailbox && i + 1 == w->depth) {
                return 0;
            }
            return ms_err_set(err, MS_EINVAL, 0, "alias loop: %s leads back to %s", target,
                              r.address);
        }
    }
    if (r.is_mailbox && strcasecmp(r.gotos, r.address) == 0) {
        return 0;
    }
    w->way[w->depth++] = r.address;
    rc = follow(w, r.gotos, err);
    w->depth--;
    return rc;
}

static int follow(struct walk *w, const char *targets, struct ms_err *err)
{
    while (*targets) {
        size_t n = strcspn(targets, ",");
        ms_auto_free char *one = ms_xmemdup0(targets, n);

        if (n > 0 && visit(w, one, err) < 0) {
            return -1;
        }
        targets += n + (targets[n] == ',');
    }
    return 0;
}

int ms_route_check(const char *address, const char *targets, ms_route_lookup lookup, void *arg,
                   struct ms_err *err)
{
    struct walk w = {.lookup = lookup, .arg = arg, .start = address, .depth = 1};

    w.way[0] = address;
    return follow(&w, targets, err);
}

static int check_target(const char *t, struct ms_err *err)
{
    const char *at = strrchr(t, '@');

    if (!at || at == t || at[1] == '\0' || strlen(t) > ADDRESS_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "target \"%s\" is no address", t);
    }
    for (const char *p = t; *p; p++) {
        if (*p <= ' ' || *p > '~' || strchr(",\"\\", *p)) {
            return ms_err_set(err, MS_EINVAL, 0, "target \"%s\" is no address", t);
        }
    }
    return 0;
}

int ms_route_join(const char *const *targets, char **ret, struct ms_err *err)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, GOTO_MAX);
    if (!targets || !*targets) {
        return ms_err_set(err, MS_EINVAL, 0, "an alias needs a target");
    }
    for (; *targets; targets++) {
        if (check_target(*targets, err) < 0) {
            return -1;
        }
        if (b.len > 0) {
            ms_buf_addc(&b, ',');
        }
        ms_buf_adds(&b, *targets);
    }
    if (b.too_big) {
        return ms_err_set(err, MS_EINVAL, 0, "the targets are longer than %d bytes together",
                          GOTO_MAX);
    }
    *ret = ms_buf_steal(&b);
    return 0;
}

/* The length of the extension ("+lists") of one target of n bytes that is the address with or
 * without one; -1 when it is another address. */
static ssize_t extension(const char *target, size_t n, const char *address)
{
    const char *at = strrchr(address, '@');
    size_t local = (size_t)(at - address), domain = strlen(at);

    if (n < local + domain || strncasecmp(target, address, local) != 0 ||
        strncasecmp(target + n - domain, at, domain) != 0 ||
        (n > local + domain && target[local] != '+')) {
        return -1;
    }
    return (ssize_t)(n - local - domain);
}

int ms_route_replace(const char *gotos, const char *address, const char *by, char **ret,
                     struct ms_err *err)
{
    ms_auto_buf struct ms_buf b = {0};
    const char *by_at = strrchr(by, '@'), *at = strrchr(address, '@');
    bool found = false;

    ms_buf_init(&b, GOTO_MAX);
    while (*gotos) {
        size_t n = strcspn(gotos, ",");
        ssize_t plus = extension(gotos, n, address);

        if (b.len > 0) {
            ms_buf_addc(&b, ',');
        }
        if (plus < 0) {
            ms_buf_add(&b, gotos, n);
        } else {
            ms_buf_add(&b, by, (size_t)(by_at - by));
            ms_buf_add(&b, gotos + (at - address), (size_t)plus);
            ms_buf_adds(&b, by_at);
            found = true;
        }
        gotos += n + (gotos[n] == ',');
    }
    if (b.too_big) {
        return ms_err_set(err, MS_EINVAL, 0, "the targets are longer than %d bytes together",
                          GOTO_MAX);
    }
    if (found) {
        *ret = ms_buf_steal(&b);
    }
    return found;
}
