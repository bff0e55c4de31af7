/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is done to a zone, from what is wanted, found and known as ours: values of others are never
 * removed and never widened.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "modules/core/base/mem.h"
#include "modules/core/dnspush/diff.h"
#include "modules/core/dnspush/manifest.h"
#include "modules/core/dnspush/spf.h"
#include "tests/unit/fixture_dir.h"

#define ZONE "example.org."

static const struct ms_record mx = {
    .id = "mx", .name = ZONE, .type = "MX", .ttl = 3600, .value = "10 mail.example.org."};
static const struct ms_record spf = {.id = "spf",
                                     .name = ZONE,
                                     .type = "TXT",
                                     .ttl = 3600,
                                     .value = "v=spf1 mx ~all",
                                     .merge = MS_MERGE_KEEP};
static const struct ms_record caa = {.id = "caa-issue",
                                     .name = "mail.example.org.",
                                     .type = "CAA",
                                     .ttl = 3600,
                                     .value = "0 issue \"ca.test\"",
                                     .merge = MS_MERGE_KEEP};
static const struct ms_record dmarc = {.id = "dmarc",
                                       .name = "_dmarc.example.org.",
                                       .type = "TXT",
                                       .ttl = 3600,
                                       .value = "v=DMARC1; p=none"};
static const struct ms_record web = {.id = "name-autoconfig",
                                     .name = "autoconfig.example.org.",
                                     .type = "CNAME",
                                     .ttl = 3600,
                                     .value = "mail.example.org."};

/* One comparison under construction. */
struct t {
    const struct ms_record *wanted[8];
    size_t n;
    struct ms_rrsets found, ours;
    struct ms_rrchanges got;
    bool part;
    const char *whole_below;
};

static int setup(void **state)
{
    struct t *t = ms_xcalloc(1, sizeof(*t));

    ms_rrsets_init(&t->found);
    ms_rrsets_init(&t->ours);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct t *t = *state;

    ms_rrsets_done(&t->found);
    ms_rrsets_done(&t->ours);
    ms_rrchanges_done(&t->got);
    free(t);
    return 0;
}

static void want(struct t *t, const struct ms_record *r)
{
    t->wanted[t->n++] = r;
}

static void found(struct t *t, const char *name, const char *type, const char *value)
{
    (void)ms_rrsets_add(&t->found, name, type, 300, value, NULL);
}

static void run(struct t *t)
{
    struct ms_diff_in in = {.zone = ZONE,
                            .wanted = t->wanted,
                            .n_wanted = t->n,
                            .found = &t->found,
                            .ours = &t->ours,
                            .part = t->part,
                            .whole_below = t->whole_below};

    ms_rrchanges_done(&t->got);
    ms_diff(&in, &t->got);
}

static const struct ms_rrchange *change(const struct t *t, const char *name, const char *type)
{
    for (size_t i = 0; i < t->got.n; i++) {
        if (!strcmp(t->got.v[i].name, name) && !strcmp(t->got.v[i].type, type)) {
            return &t->got.v[i];
        }
    }
    fail_msg("nothing about %s %s", name, type);
    return NULL;
}

static bool gives(const struct ms_rrchange *x, const char *value)
{
    for (size_t i = 0; i < x->n; i++) {
        if (!strcmp(x->v[i].text, value)) {
            return true;
        }
    }
    return false;
}

/* What a write would leave in the zone becomes what is found, and what is ours is kept. */
static void write_all(struct t *t)
{
    for (size_t i = 0; i < t->got.n; i++) {
        const struct ms_rrchange *x = &t->got.v[i];
        struct ms_rrset *s = ms_rrsets_get(&t->found, x->name, x->type);

        if (!ms_rrchange_is_write(x)) {
            continue;
        }
        s->n = 0;
        for (size_t k = 0; x->act != MS_ACT_REMOVE && k < x->n; k++) {
            (void)ms_rrsets_add(&t->found, x->name, x->type, x->ttl, x->v[k].text, NULL);
        }
    }
}

static void test_empty_zone(void **state)
{
    struct t *t = *state;

    want(t, &mx);
    want(t, &spf);
    want(t, &dmarc);
    run(t);
    assert_int_equal(t->got.n, 3);
    assert_int_equal(ms_rrchanges_writes(&t->got), 3);
    assert_int_equal(change(t, ZONE, "MX")->act, MS_ACT_ADD);
    assert_true(gives(change(t, ZONE, "TXT"), "\"v=spf1 mx ~all\""));
    write_all(t);
    run(t);
    assert_int_equal(ms_rrchanges_writes(&t->got), 0);
    assert_int_equal(change(t, "_dmarc.example.org.", "TXT")->act, MS_ACT_KEEP);
}

/* Spelling does not matter: case, order, how a text is split. */
static void test_same_value(void **state)
{
    struct t *t = *state;

    want(t, &mx);
    want(t, &dmarc);
    found(t, "Example.ORG", "MX", "10 MAIL.example.org.");
    found(t, "_dmarc.example.org.", "TXT", "\"v=DMARC1; \" \"p=none\"");
    run(t);
    assert_int_equal(ms_rrchanges_writes(&t->got), 0);
}

/* All of an owned set is ours; of a kept one only what we want is. */
static void test_owned_and_kept(void **state)
{
    struct t *t = *state;

    want(t, &mx);
    want(t, &caa);
    found(t, ZONE, "MX", "5 old.example.net.");
    found(t, "mail.example.org.", "CAA", "0 issue \"other.test\"");
    found(t, "mail.example.org.", "CAA", "0 iodef \"mailto:x@other.test\"");
    run(t);
    assert_int_equal(change(t, ZONE, "MX")->act, MS_ACT_CHANGE);
    assert_false(gives(change(t, ZONE, "MX"), "5 old.example.net."));
    assert_int_equal(change(t, "mail.example.org.", "CAA")->n, 3);
    assert_true(gives(change(t, "mail.example.org.", "CAA"), "0 issue \"other.test\""));
    assert_true(gives(change(t, "mail.example.org.", "CAA"), "0 issue \"ca.test\""));
    assert_int_equal(change(t, "mail.example.org.", "CAA")->ttl, 300);
    write_all(t);
    run(t);
    assert_int_equal(ms_rrchanges_writes(&t->got), 0);
}

static void test_foreign_spf(void **state)
{
    struct t *t = *state;
    const struct ms_rrchange *x;

    want(t, &spf);
    found(t, ZONE, "TXT", "\"v=spf1 include:other.test -all\"");
    found(t, ZONE, "TXT", "\"verification=1\"");
    for (int i = 0; i < 50; i++) {
        ms_auto_free char *text = ms_xasprintf("\"other-%d\"", i);

        found(t, ZONE, "TXT", text);
    }
    run(t);
    x = change(t, ZONE, "TXT");
    assert_int_equal(x->act, MS_ACT_CHANGE);
    assert_int_equal(x->n, 52);
    assert_true(gives(x, "\"v=spf1 include:other.test mx -all\""));
    assert_true(gives(x, "\"verification=1\""));
    assert_true(gives(x, "\"other-49\""));
    assert_int_equal(x->n_ours, 0); /* a record with terms of others is never ours */
    assert_string_equal(x->spf_terms, "mx");
    write_all(t);
    run(t);
    assert_int_equal(ms_rrchanges_writes(&t->got), 0);
}

static void test_two_spf(void **state)
{
    struct t *t = *state;

    want(t, &spf);
    found(t, ZONE, "TXT", "\"v=spf1 -all\"");
    found(t, ZONE, "TXT", "\"v=spf1 include:other.test ~all\"");
    run(t);
    assert_int_equal(change(t, ZONE, "TXT")->act, MS_ACT_CONFLICT);
    assert_int_equal(ms_rrchanges_writes(&t->got), 0);
    assert_int_equal(ms_rrchanges_conflicts(&t->got), 1);
}

/* What stands in the way is left alone. */
static void test_conflicts(void **state)
{
    struct t *t = *state;

    want(t, &web);
    want(t, &dmarc);
    want(t, &caa);
    found(t, "autoconfig.example.org.", "A", "192.0.2.1");
    found(t, "_dmarc.example.org.", "CNAME", "dmarc.other.test.");
    found(t, "mail.example.org.", "NS", "ns.other.test.");
    run(t);
    assert_int_equal(change(t, "autoconfig.example.org.", "CNAME")->act, MS_ACT_CONFLICT);
    assert_int_equal(change(t, "_dmarc.example.org.", "TXT")->act, MS_ACT_CONFLICT);
    assert_int_equal(change(t, "mail.example.org.", "CAA")->act, MS_ACT_CONFLICT);
    assert_int_equal(change(t, "autoconfig.example.org.", "A")->act, MS_ACT_FOREIGN);
    assert_int_equal(ms_rrchanges_writes(&t->got), 0);
}

/* Only what we put there goes away. */
static void test_removal(void **state)
{
    struct t *t = *state;

    want(t, &mx);
    found(t, ZONE, "MX", "10 mail.example.org.");
    found(t, "old._domainkey.example.org.", "TXT", "\"v=DKIM1; p=x\"");
    found(t, "other._domainkey.example.org.", "TXT", "\"v=DKIM1; p=y\"");
    found(t, "mail.example.org.", "CAA", "0 issue \"ca.test\"");
    found(t, "mail.example.org.", "CAA", "0 issue \"other.test\"");
    (void)ms_rrsets_add(&t->ours, "old._domainkey.example.org.", "TXT", 0, "\"v=DKIM1; p=x\"",
                        NULL);
    (void)ms_rrsets_add(&t->ours, "mail.example.org.", "CAA", 0, "0 issue \"ca.test\"", NULL);
    t->part = true;
    run(t);
    assert_int_equal(ms_rrchanges_writes(&t->got), 0);
    /* the part is all there is of one subtree: as for the keys of a domain at the end of a change
     */
    t->whole_below = "_domainkey.example.net.";
    run(t);
    assert_int_equal(ms_rrchanges_writes(&t->got), 0);
    t->whole_below = "_domainkey.example.org.";
    run(t);
    assert_int_equal(change(t, "old._domainkey.example.org.", "TXT")->act, MS_ACT_REMOVE);
    assert_int_equal(ms_rrchanges_writes(&t->got), 1);
    t->part = false;
    run(t);
    assert_int_equal(change(t, "old._domainkey.example.org.", "TXT")->act, MS_ACT_REMOVE);
    assert_int_equal(change(t, "mail.example.org.", "CAA")->act, MS_ACT_CHANGE);
    assert_int_equal(change(t, "mail.example.org.", "CAA")->n, 1);
    assert_true(gives(change(t, "mail.example.org.", "CAA"), "0 issue \"other.test\""));
    assert_int_equal(ms_rrchanges_writes(&t->got), 2);
}

/* A CNAME of ours makes room for what is wanted there now. */
static void test_own_cname(void **state)
{
    struct t *t = *state;
    static const struct ms_record a = {
        .id = "a", .name = "autoconfig.example.org.", .type = "A", .ttl = 60, .value = "192.0.2.7"};

    want(t, &a);
    found(t, a.name, "CNAME", "mail.example.org.");
    (void)ms_rrsets_add(&t->ours, a.name, "CNAME", 0, "mail.example.org.", NULL);
    run(t);
    assert_int_equal(change(t, a.name, "A")->act, MS_ACT_ADD);
    assert_int_equal(change(t, a.name, "CNAME")->act, MS_ACT_REMOVE);
}

/* What is ours is known over a change, an interruption, and the next change. */
static void test_manifest(void **state)
{
    struct t *t = *state;
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_rrsets struct ms_rrsets read = {0};
    void *dir = NULL;

    assert_int_equal(fixture_dir_make(&dir), 0);
    want(t, &mx);
    want(t, &spf);
    found(t, ZONE, "TXT", "\"v=spf1 include:other.test -all\"");
    run(t);
    ms_rrsets_init(&read);
    assert_int_equal(ms_manifest_read(dir, ZONE, &read, &err), 0);
    assert_int_equal(read.n, 0);
    assert_int_equal(ms_manifest_write(dir, ZONE, &t->ours, &t->got, false, &err), 0);
    assert_int_equal(ms_manifest_read(dir, ZONE, &read, &err), 0);
    assert_true(ms_rrset_has(ms_rrsets_find(&read, ZONE, "MX"), "10 mail.example.org."));
    assert_true(ms_rrset_has(ms_rrsets_find(&read, ZONE, "spf-terms"), "\"mx\""));
    write_all(t);
    assert_int_equal(ms_manifest_write(dir, ZONE, &t->ours, &t->got, true, &err), 0);
    /* another include is wanted: our old terms go, those of the others stay */
    ms_rrsets_done(&t->ours);
    ms_rrsets_init(&t->ours);
    assert_int_equal(ms_manifest_read(dir, ZONE, &t->ours, &err), 0);
    t->n = 0;
    want(t, &(struct ms_record){.id = "spf",
                                .name = ZONE,
                                .type = "TXT",
                                .ttl = 60,
                                .value = "v=spf1 a ~all",
                                .merge = MS_MERGE_KEEP});
    run(t);
    assert_true(gives(change(t, ZONE, "TXT"), "\"v=spf1 include:other.test a -all\""));
    assert_int_equal(change(t, ZONE, "MX")->act, MS_ACT_REMOVE);
    assert_int_equal(fixture_dir_remove(&dir), 0);
}

static void test_spf_merge(void **state)
{
    const struct {
        const char *found, *before, *want;
    } rows[] = {
        {NULL, NULL, "v=spf1 mx include:a.test ~all"},
        {"v=spf1 -all", NULL, "v=spf1 mx include:a.test -all"},
        {"v=spf1 ip4:192.0.2.1 ?all", NULL, "v=spf1 ip4:192.0.2.1 mx include:a.test ?all"},
        {"v=spf1 +mx include:A.test -all", NULL, "v=spf1 +mx include:A.test -all"},
        {"v=spf1 include:x.test redirect=y.test", NULL,
         "v=spf1 include:x.test redirect=y.test mx include:a.test"},
        {"v=spf1 -all mx", NULL, "v=spf1 mx include:a.test -all mx"},
        {"v=spf1 mx ~all", "mx ~all", "v=spf1 mx include:a.test ~all"},
        {"v=spf1 mx include:x.test ~all", "mx ~all",
         "v=spf1 include:x.test mx include:a.test ~all"},
        {"v=spf1 mx include:x.test include:a.test ~all", "mx include:a.test ~all",
         "v=spf1 mx include:x.test include:a.test ~all"},
        {"v=spf1 a:old.test include:x.test -all", "a:old.test",
         "v=spf1 include:x.test mx include:a.test -all"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
        struct ms_spf_merge m = {.found = rows[i].found,
                                 .wanted = "v=spf1 mx include:a.test ~all",
                                 .before = rows[i].before};
        const char *added;
        bool foreign;

        assert_string_equal(ms_spf_merge(a, &m, &added, &foreign), rows[i].want);
    }
    assert_int_equal(
        ms_spf_lookups("v=spf1 a mx:x ?include:b ip4:1.2.3.4 exists:%{i}.x redirect=z"), 5);
}

/* Every value of a kept set that was there is there afterwards, whatever is wanted. */
static void test_too_many_lookups(void **state)
{
    struct t *t = *state;

    want(t, &spf);
    found(t, ZONE, "TXT",
          "\"v=spf1 include:1 include:2 include:3 include:4 include:5 include:6 include:7 "
          "include:8 include:9 include:10 -all\"");
    run(t);
    assert_int_equal(change(t, ZONE, "TXT")->act, MS_ACT_CONFLICT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_empty_zone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_same_value, setup, teardown),
        cmocka_unit_test_setup_teardown(test_owned_and_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_foreign_spf, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_spf, setup, teardown),
        cmocka_unit_test_setup_teardown(test_conflicts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_removal, setup, teardown),
        cmocka_unit_test_setup_teardown(test_own_cname, setup, teardown),
        cmocka_unit_test_setup_teardown(test_manifest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_many_lookups, setup, teardown),
        cmocka_unit_test(test_spf_merge),
    };

    return cmocka_run_group_tests_name("dnspush_diff", tests, NULL, NULL);
}
