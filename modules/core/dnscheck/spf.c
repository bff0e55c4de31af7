/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnscheck/spf.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <sys/socket.h>

#include "modules/core/base/parse.h"

enum { DEPTH_MAX = 10, TERMS_MAX = 512, TERM_MAX = 512, RECORD_MAX = 16384 };

/* One term: qualifier, name, and what follows ':', '=' or '/'. */
struct term {
    char qualifier;
    char name[16];
    char mark; /* ':', '=' or '/', 0: nothing follows */
    const char *value;
};

struct walk {
    ms_spf_get get;
    void *arg;
    struct ms_arena *a;
    struct ms_spf *out;
};

/* The next word at *at in the arena, NULL at the end. */
static char *word(const char **at, struct ms_arena *a)
{
    const char *begin = *at + strspn(*at, " ");
    size_t n = strcspn(begin, " ");

    *at = begin + n;
    return n ? ms_arena_memdup0(a, begin, n) : NULL;
}

static int split(const char *text, struct term *t)
{
    size_t n = 0;

    *t = (struct term){.qualifier = '+'};
    if (strchr("+-~?", *text)) {
        t->qualifier = *text++;
    }
    while (isalnum((unsigned char)text[n]) || text[n] == '_' || text[n] == '-' || text[n] == '.') {
        n++;
    }
    if (!n || (text[n] && !strchr(":=/", text[n]))) {
        return -1;
    }
    t->mark = text[n];
    t->value = text + n + (text[n] == ':' || text[n] == '=');
    n = n < sizeof(t->name) ? n : sizeof(t->name) - 1;
    for (size_t i = 0; i < n; i++) {
        t->name[i] = (char)tolower((unsigned char)text[i]);
    }
    return 0;
}

static const char *fail(struct walk *w, const char *what, const char *word_)
{
    if (!w->out->error) {
        w->out->error = ms_arena_printf(w->a, "%s: %.100s", what, word_);
    }
    return w->out->error;
}

static bool is_address(int family, const char *text)
{
    char copy[64];
    unsigned char bytes[16];
    size_t n = strcspn(text, "/");
    uint32_t bits = 0;

    if (n >= sizeof(copy)) {
        return false;
    }
    memcpy(copy, text, n);
    copy[n] = '\0';
    if (text[n] &&
        (ms_parse_u32(text + n + 1, &bits) < 0 || bits > (family == AF_INET ? 32u : 128u))) {
        return false;
    }
    return inet_pton(family, copy, bytes) == 1;
}

static void record(struct walk *w, const char *text, const char *domain, unsigned depth);

/* include and redirect: what is there counts too. */
static void follow(struct walk *w, const struct term *t, unsigned depth, bool redirect)
{
    struct ms_spf *o = w->out;
    const char *next = NULL;
    enum ms_spf_found found;
    char all = o->all;

    o->lookups++;
    if (!*t->value || t->mark == '/') {
        (void)fail(w, "it names no domain", t->name);
        return;
    }
    if (!w->get || strchr(t->value, '%')) { /* a macro depends on the message */
        return;
    }
    if (depth >= DEPTH_MAX || o->lookups > MS_SPF_LOOKUPS_MAX * 4) {
        return;
    }
    found = w->get(w->arg, t->value, &next);
    if (found == MS_SPF_ERROR) {
        o->unknown = true;
    } else if (found == MS_SPF_RECORD) {
        record(w, next, t->value, depth + 1);
        o->all = redirect ? o->all : all;
    } else {
        o->voids += found == MS_SPF_VOID;
        (void)fail(w, "it names a domain without an SPF record", t->value);
    }
}

static void mechanism(struct walk *w, const struct term *t, const char *text, unsigned depth)
{
    static const char *const costly[] = {"a", "mx", "ptr", "exists"};
    struct ms_spf *o = w->out;

    for (size_t i = 0; i < sizeof(costly) / sizeof(costly[0]); i++) {
        if (!strcmp(t->name, costly[i])) {
            o->lookups++;
            return;
        }
    }
    if (!strcmp(t->name, "all") && !t->mark) {
        o->all = t->qualifier;
    } else if (!strcmp(t->name, "include")) {
        follow(w, t, depth, false);
    } else if (!strcmp(t->name, "ip4") || !strcmp(t->name, "ip6")) {
        if (t->mark != ':' || !is_address(t->name[2] == '4' ? AF_INET : AF_INET6, t->value)) {
            (void)fail(w, "that is no address", text);
        }
    } else if (t->mark != '=') { /* other modifiers are ignored (RFC 7208 6) */
        (void)fail(w, "SPF does not know", text);
    }
}

static void record(struct walk *w, const char *text, const char *domain, unsigned depth)
{
    const char *at = text;
    struct term t, redirect = {0};
    char *each;

    if (strlen(text) > RECORD_MAX) {
        (void)fail(w, "the record is too long", domain);
        return;
    }
    w->out->all = 0;
    (void)!word(&at, w->a); /* v=spf1 */
    for (unsigned n = 0; n < TERMS_MAX && (each = word(&at, w->a)); n++) {
        if (split(each, &t) < 0) {
            (void)fail(w, "SPF does not know", each);
        } else if (!strcmp(t.name, "redirect") && t.mark == '=') {
            redirect = t;
        } else if (w->out->all == 0) { /* nothing counts after all (RFC 7208 5.1) */
            mechanism(w, &t, each, depth);
        }
    }
    if (redirect.mark && !w->out->all) {
        follow(w, &redirect, depth, true);
    }
}

void ms_spf_read(const char *text, const char *domain, ms_spf_get get, void *arg,
                 struct ms_arena *a, struct ms_spf *ret)
{
    struct walk w = {.get = get, .arg = arg, .a = a, .out = ret};

    *ret = (struct ms_spf){0};
    record(&w, text, domain, 0);
}

size_t ms_spf_names(const char *text, struct ms_arena *a, const char **ret, size_t max)
{
    const char *at = text;
    struct term t;
    size_t n = 0;
    char *each;

    if (strlen(text) > RECORD_MAX) {
        return 0;
    }
    while (n < max && (each = word(&at, a))) {
        if (split(each, &t) == 0 && *t.value && !strchr(t.value, '%') &&
            ((!strcmp(t.name, "include") && t.mark == ':') ||
             (!strcmp(t.name, "redirect") && t.mark == '='))) {
            ret[n++] = t.value;
        }
    }
    return n;
}

static int strictness(const char *end)
{
    const char *const order[] = {"+all", "?all", "~all", "-all"};

    for (int i = 0; i < 4; i++) {
        if (!strcasecmp(end, order[i])) {
            return i;
        }
    }
    return strcasecmp(end, "all") ? -1 : 0;
}

static bool has_word(const char *text, const char *want, int least, struct ms_arena *a)
{
    const char *at = text;
    char *each;

    while ((each = word(&at, a))) {
        if (least >= 0 ? strictness(each) >= least : !strcasecmp(each, want)) {
            return true;
        }
    }
    return false;
}

bool ms_spf_covers(const char *has, const char *want)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    const char *at = want;
    char *each;

    if (strlen(has) > RECORD_MAX || strlen(want) > RECORD_MAX) {
        return false;
    }
    while ((each = word(&at, a))) {
        if (!has_word(has, each, strictness(each), a)) {
            return false;
        }
    }
    return true;
}
