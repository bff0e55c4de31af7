/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of a zone whose delegation, signatures or servers are not as they should be.
 */
#include "tests/unit/fixture_look.h"

static enum ms_check_state state_of(void (*change)(struct world *w), const char *id)
{
    ms_auto_checks struct ms_checks out = {0};
    enum ms_check_state s;
    struct world w;

    world_init(&w, &out);
    change(&w);
    ms_judge_zone(&w.l, &w.zone, &out);
    s = result(&out, id)->state;
    world_done(&w);
    return s;
}

/* Nobody registered the domain: its records would lie in the zone above. */
static void nowhere(struct world *w)
{
    w->zone.s.zone = "test.";
    w->zone.parent.zone = ".";
    for (size_t i = 0; i < 3; i++) {
        w->q[MX + i].answer = (struct ms_answer){.state = MS_ANSWER_NXDOMAIN};
    }
}

/* A domain within the zone above, of which there are records. */
static void within(struct world *w)
{
    nowhere(w);
    w->q[MX].answer = value(w, "MX", "10 mail.example.test.");
    w->q[PARENT].answer = (struct ms_answer){.state = MS_ANSWER_NODATA};
}

static void no_zone(struct world *w)
{
    w->zone.s = (struct ms_zone_servers){.why = "no zone has this name"};
    w->zone.parent_ns = 0;
}

static void bogus_zone(struct world *w)
{
    w->zone.s =
        (struct ms_zone_servers){.why = "signatures do not fit", .security = MS_SECURITY_BOGUS};
    w->zone.parent_ns = 0;
}

static void one_lame(struct world *w)
{
    w->q[SOA].answer = (struct ms_answer){.why = "the server does not serve the zone"};
}

static void no_ipv6_here(struct world *w)
{
    w->q[SOA].answer = (struct ms_answer){.why = "Network is unreachable"};
}

static void parent_names_another(struct world *w)
{
    w->referral[0].text = "gone.other.test.";
}

static void parent_names_fewer(struct world *w)
{
    w->referral[0] = w->referral[1];
}

static void no_glue(struct world *w)
{
    w->q[PARENT].answer.n_all = 2;
}

static void elsewhere(struct world *w)
{
    w->ns[1].name = w->referral[1].text = "ns2.other.test.";
}

static void isolated(struct world *w)
{
    nowhere(w);
    w->in.isolated = true;
}

static void unsigned_zone(struct world *w)
{
    w->zone.s.security = MS_SECURITY_INSECURE;
}

static void not_validating(struct world *w)
{
    w->in.validating = false;
}

static void other_serial(struct world *w)
{
    w->q[SOA + 1].answer = value(w, "SOA", "a. h. 2 2 3 4 5");
}

static void one_silent(struct world *w)
{
    w->q[MX + 1].answer = (struct ms_answer){.why = "no answer within 4 s"};
}

static void zones(void **state)
{
    static const struct {
        void (*change)(struct world *w);
        const char *id;
        enum ms_check_state state;
    } rows[] = {
        {nowhere, "delegation", MS_CHECK_FAIL},
        {within, "delegation", MS_CHECK_OK},
        {no_zone, "delegation", MS_CHECK_FAIL},
        {no_zone, "glue", MS_CHECK_NOT_APPLICABLE},
        {no_zone, "dnssec", MS_CHECK_UNKNOWN},
        {bogus_zone, "delegation", MS_CHECK_UNKNOWN},
        {bogus_zone, "dnssec", MS_CHECK_FAIL},
        {one_lame, "delegation", MS_CHECK_WARN},
        {no_ipv6_here, "delegation", MS_CHECK_OK},
        {parent_names_another, "delegation", MS_CHECK_WARN},
        {parent_names_fewer, "delegation", MS_CHECK_WARN},
        {no_glue, "glue", MS_CHECK_WARN},
        {no_glue, "delegation", MS_CHECK_OK},
        {elsewhere, "glue", MS_CHECK_NOT_APPLICABLE},
        {isolated, "delegation", MS_CHECK_NOT_APPLICABLE},
        {unsigned_zone, "dnssec", MS_CHECK_WARN},
        {not_validating, "dnssec", MS_CHECK_NOT_APPLICABLE},
        {other_serial, "servers-agree", MS_CHECK_WARN},
        {one_silent, "servers-agree", MS_CHECK_OK},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum ms_check_state s = state_of(rows[i].change, rows[i].id);

        if (s != rows[i].state) {
            fail_msg("row %zu, %s: %s", i, rows[i].id, ms_check_state_name(s));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones),
    };

    return cmocka_run_group_tests_name("dnscheck_zone", tests, NULL, NULL);
}
