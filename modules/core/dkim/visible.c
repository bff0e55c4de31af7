/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/dkim/dkim_priv.h"

static bool is_wanted(const struct ms_dkim_key *k)
{
    return k->use == MS_DKIM_SIGNING || k->use == MS_DKIM_PUBLISHED;
}

/* Providers put blanks where they like. */
static bool same_text(const char *x, const char *y)
{
    for (;;) {
        x += strspn(x, " ");
        y += strspn(y, " ");
        if (*x != *y) {
            return false;
        }
        if (!*x) {
            return true;
        }
        x++;
        y++;
    }
}

static bool has_record(const struct ms_answer *a, const struct ms_dkim_key *k)
{
    return a->state == MS_ANSWER_FOUND && a->n == 1 && same_text(a->v[0].text, k->txt);
}

static void ask(const struct ms_zone_servers *z, const char *domain,
                const struct ms_dkim_keys *keys, struct ms_dkim_looks *l, struct ms_arena *a)
{
    l->v = ms_arena_alloc(a, z->n * keys->n + 1, sizeof(*l->v));
    l->key = ms_arena_alloc(a, z->n * keys->n + 1, sizeof(const struct ms_dkim_key *));
    for (size_t i = 0; i < z->n; i++) {
        for (size_t k = 0; z->v[i].address && k < keys->n; k++) {
            if (!is_wanted(&keys->v[k])) {
                continue;
            }
            l->key[l->n] = &keys->v[k];
            l->v[l->n++] = (struct ms_question){
                .name = ms_arena_printf(a, "%s._domainkey.%s.", keys->v[k].selector, domain),
                .type = "TXT",
                .server = z->v[i].address};
        }
    }
}

/* Whether the server of that name answered for the key on one address, and nothing else on any. */
static bool judge(const struct ms_zone_servers *z, const struct ms_dkim_looks *l,
                  const char *server, char why[MS_DKIM_WHY])
{
    const char *failed = "it has no address";
    size_t n_answered = 0;

    for (size_t i = 0; i < l->n; i++) {
        const struct ms_answer *a = &l->v[i].answer;
        size_t k = 0;

        while (k < z->n && (!z->v[k].address || strcmp(z->v[k].address, l->v[i].server) != 0)) {
            k++;
        }
        if (k == z->n || strcmp(z->v[k].name, server) != 0) {
            continue;
        }
        if (a->state == MS_ANSWER_FAILED) {
            failed = a->why ? a->why : "no answer";
            continue;
        }
        if (!has_record(a, l->key[i])) {
            (void)snprintf(why, MS_DKIM_WHY, "%s %s %s", server,
                           a->state == MS_ANSWER_FOUND ? "has another record at" : "does not have",
                           l->v[i].name);
            return false;
        }
        n_answered++;
    }
    if (!n_answered) {
        (void)snprintf(why, MS_DKIM_WHY, "%s does not answer: %s", server, failed);
    }
    return n_answered > 0;
}

int ms_dkim_judge(const struct ms_zone_servers *z, const struct ms_dkim_looks *l,
                  char why[MS_DKIM_WHY])
{
    for (size_t i = 0; i < z->n; i++) {
        if (!judge(z, l, z->v[i].name, why)) {
            return 0;
        }
    }
    return 1;
}

int ms_dkim_visible(struct ms_resolver *r, const char *domain, const struct ms_dkim_keys *keys,
                    int64_t end_ms, char why[MS_DKIM_WHY])
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    const char *name = ms_arena_printf(a, "_domainkey.%s.", domain);
    struct ms_zone_servers z = {0};
    struct ms_dkim_looks l = {0};

    ms_resolve_zones(r, &name, 1, end_ms, a, &z);
    if (!z.zone || !z.n) {
        (void)snprintf(why, MS_DKIM_WHY, "the name servers of %s are not known: %s", domain,
                       z.why ? z.why : "there are none");
        return 0;
    }
    ask(&z, domain, keys, &l, a);
    ms_resolve(r, l.v, l.n, end_ms, a);
    return ms_dkim_judge(&z, &l, why);
}
