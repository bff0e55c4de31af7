/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A domain as it was looked up, made by hand: everything is in order. For tests of what judges it.
 */
#ifndef TESTS_UNIT_FIXTURE_LOOK_H
#define TESTS_UNIT_FIXTURE_LOOK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "modules/core/base/time.h"
#include "modules/core/dnscheck/look_priv.h"

enum { SOA = 1, PARENT = 3, WILD = 4, MX = 7, NAME = 10, N_QUESTIONS = 11 };

/* example.test, served by two name servers, one of which has its name within the zone; everything
 * is in order. */
struct world {
    struct ms_arena *a;
    struct ms_site site;
    struct ms_dnscheck_in in;
    struct ms_look l;
    struct ms_look_zone zone;
    struct ms_look_scope scope;
    struct ms_look_set set;
    struct ms_record record;
    const struct ms_record *want[1];
    struct ms_question q[N_QUESTIONS];
    struct ms_ns ns[2], parent_ns[1];
    struct ms_rr referral[4];
    struct ms_checks *out;
};

static inline struct ms_rr rr(const char *name, const char *type, const char *text)
{
    return (struct ms_rr){.name = name, .type = type, .ttl = 3600, .text = text};
}

/* An answer with one value. */
static inline struct ms_answer value(struct world *w, const char *type, const char *text)
{
    struct ms_rr *v = ms_arena_alloc(w->a, 1, sizeof(*v));

    *v = rr("example.test.", type, text);
    return (struct ms_answer){
        .state = MS_ANSWER_FOUND, .ttl = 3600, .v = v, .n = 1, .all = v, .n_all = 1};
}

static inline void set_answer(struct world *w, size_t i, const char *server, struct ms_answer x)
{
    w->q[i] = (struct ms_question){
        .name = "example.test.", .type = x.n ? x.v[0].type : "A", .server = server, .answer = x};
}

static inline void set_answers(struct world *w)
{
    const struct ms_answer none = {.state = MS_ANSWER_NODATA};

    for (size_t i = 0; i < 2; i++) {
        set_answer(w, SOA + i, w->ns[i].address, value(w, "SOA", "a. h. 1 2 3 4 5"));
        set_answer(w, MX + 1 + i, w->ns[i].address, value(w, "MX", "10 mail.example.test."));
    }
    set_answer(w, MX, NULL, value(w, "MX", "10 mail.example.test."));
    for (size_t i = 0; i < 3; i++) {
        set_answer(w, WILD + i, NULL, (struct ms_answer){.state = MS_ANSWER_NXDOMAIN});
    }
    set_answer(w, NAME, NULL, none);
    /* a referral is no answer of the zone's own, but its records count */
    w->referral[0] = rr("example.test.", "NS", "ns1.other.test.");
    w->referral[1] = rr("example.test.", "NS", "ns2.example.test.");
    w->referral[2] = rr("ns2.example.test.", "A", "192.0.2.2");
    w->referral[2].section = MS_SECTION_ADDITIONAL;
    set_answer(w, PARENT, "192.0.2.9",
               (struct ms_answer){.state = MS_ANSWER_FAILED, .all = w->referral, .n_all = 3});
}

static inline void world_init(struct world *w, struct ms_checks *out)
{
    memset(w, 0, sizeof(*w));
    w->a = ms_arena_new();
    w->out = out;
    ms_checks_init(out);
    w->site.hostname = "mail.example.test";
    w->in = (struct ms_dnscheck_in){.site = &w->site, .validating = true};
    w->ns[0] = (struct ms_ns){"ns1.other.test.", "192.0.2.1"};
    w->ns[1] = (struct ms_ns){"ns2.example.test.", "192.0.2.2"};
    w->parent_ns[0] = (struct ms_ns){"a.test.", "192.0.2.9"};
    w->zone = (struct ms_look_zone){
        .name = "example.test",
        .s = {.zone = "example.test.", .security = MS_SECURITY_SECURE, .v = w->ns, .n = 2},
        .parent = {.zone = "test.", .v = w->parent_ns, .n = 1},
        .soa = SOA,
        .parent_ns = PARENT,
        .wild = WILD};
    w->record = (struct ms_record){
        .id = "mx", .name = "example.test.", .type = "MX", .value = "10 mail.example.test."};
    w->want[0] = &w->record;
    w->set = (struct ms_look_set){.name = "example.test.",
                                  .type = "MX",
                                  .want = w->want,
                                  .n_want = 1,
                                  .zone = &w->zone,
                                  .via = MX,
                                  .n_straight = 2};
    w->scope =
        (struct ms_look_scope){.name = "example.test", .sets = &w->set, .n_sets = 1, .cname = NAME};
    w->l = (struct ms_look){.in = &w->in,
                            .a = w->a,
                            .end_ms = ms_time_mono_ms() + MS_DNSCHECK_MS,
                            .q = w->q,
                            .n_q = N_QUESTIONS,
                            .zones = &w->zone,
                            .n_zones = 1,
                            .scopes = &w->scope,
                            .n_scopes = 1};
    set_answers(w);
}

static inline void world_done(struct world *w)
{
    ms_arena_free(w->a);
}

/* The only set becomes a TXT or another record of the scope. */
static inline void set_record(struct world *w, const char *id, const char *name, const char *type,
                              const char *text)
{
    w->record = (struct ms_record){.id = id, .name = name, .type = type, .value = text};
    w->set.name = name;
    w->set.type = type;
    for (size_t i = 0; i < 3; i++) {
        w->q[MX + i].answer = value(w, type, text);
    }
}

static inline void be_host(struct world *w)
{
    w->scope.host = true;
    w->scope.name = w->site.hostname;
}

static inline bool is(const char *id, const char *kind)
{
    size_t n = strlen(kind);

    return kind[n - 1] == '-' ? !strncmp(id, kind, n) : !strcmp(id, kind);
}

/* The one result of the kind. Whatever else is found belongs to a known check. */
static inline const struct ms_check *result(const struct ms_checks *out, const char *kind)
{
    const struct ms_check *x = NULL;
    size_t n = 0;
    const struct ms_dnscheck_kind *kinds = ms_dnscheck_kinds(&n);

    for (size_t i = 0; i < out->n; i++) {
        bool known = false;

        for (size_t k = 0; k < n; k++) {
            known = known || is(out->v[i].id, kinds[k].id);
        }
        if (!known) {
            fail_msg("%s is in no list", out->v[i].id);
        }
        x = is(out->v[i].id, kind) ? &out->v[i] : x;
    }
    if (!x) {
        fail_msg("there is no result of %s", kind);
    }
    return x;
}

#endif
