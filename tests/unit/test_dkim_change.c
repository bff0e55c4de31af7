/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change of DKIM keys with a clock and a DNS of our own: what signs, what is published and what
 * is said at each step, also when the process is killed at any write of any step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "modules/core/dkim/dkim_priv.h"
#include "tests/unit/fixture_dir.h"

enum { HOUR = 3600, DAY = 24 * HOUR, QUEUE = 5 * DAY, KILLED = 9 };

static const int64_t t0_s = 1800000000;

/* Calls that change files, until the process dies: these stand in for those of libc. */
static int lives = -1;

static void live(void)
{
    if (lives >= 0 && lives-- == 0) {
        _exit(KILLED);
    }
}

int rename(const char *from, const char *to)
{
    live();
    return (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

int link(const char *from, const char *to)
{
    live();
    return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlinkat(int dir, const char *name, int flags)
{
    live();
    return (int)syscall(SYS_unlinkat, dir, name, flags);
}

int fsync(int fd)
{
    live();
    return (int)syscall(SYS_fsync, fd);
}

/* The DNS: whether it has what the keys need. */
struct world {
    const char *state;
    int64_t now_s;
    bool served;
    unsigned n_asked;
};

static int look(void *arg, const char *domain, const struct ms_dkim_keys *keys,
                char why[MS_DKIM_WHY])
{
    struct world *w = arg;

    assert_string_equal(domain, "example.org");
    assert_true(keys->n > 0);
    w->n_asked++;
    if (!w->served) {
        (void)snprintf(why, MS_DKIM_WHY, "ns1.test. does not have it");
    }
    return w->served;
}

static struct ms_dkim_change change(struct world *w)
{
    return (struct ms_dkim_change){.state = w->state,
                                   .domain = "example.org",
                                   .selector = "ms",
                                   .algorithms = MS_DKIM_ED25519,
                                   .now_s = w->now_s,
                                   .queue_s = QUEUE,
                                   .visible = look,
                                   .arg = w};
}

static void begin(struct world *w)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_dkim_change c = change(w);

    if (ms_dkim_begin(&c, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
}

static bool step_with(struct ms_dkim_change c)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    bool changed = false;

    if (ms_dkim_step(&c, &changed, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
    return changed;
}

static bool step(struct world *w)
{
    return step_with(change(w));
}

/* "ms-ed25519=signing ms-2-ed25519=published": the keys and their use. */
static char *keys_of(const char *state)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_dkim_keys struct ms_dkim_keys k = {0};
    struct ms_buf b;

    ms_buf_init(&b, 4096);
    if (ms_dkim_list(state, "example.org", &k, &err) < 0) {
        fail_msg("%s", ms_err_msg(&err));
    }
    for (size_t i = 0; i < k.n; i++) {
        ms_buf_addf(&b, "%s%s=%s", i ? " " : "", k.v[i].selector, ms_dkim_use_name(k.v[i].use));
        if (k.v[i].use == MS_DKIM_REVOKED) {
            assert_string_equal(k.v[i].txt, "v=DKIM1; k=ed25519; p=");
        } else {
            assert_int_equal(strlen(k.v[i].txt), strlen("v=DKIM1; k=ed25519; p=") + 44);
        }
    }
    return ms_buf_steal(&b);
}

static void check_keys(const struct world *w, const char *want)
{
    ms_auto_free char *got = keys_of(w->state);

    assert_string_equal(got, want);
}

static void check_todo(const struct world *w, bool pushes, const char *want)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0};
    struct ms_dkim_rotation r;

    assert_int_equal(ms_dkim_rotation_read(w->state, "example.org", &r, &err), 0);
    ms_buf_init(&b, 4096);
    ms_dkim_todo(&r, "example.org", pushes, QUEUE, &b);
    assert_string_equal(b.p, want);
}

/* From the beginning until the new keys sign. */
static void announce(struct world *w)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_dkim_change c = change(w);

    assert_false(step(w)); /* nothing is under way, and no key is made */
    check_keys(w, "");
    assert_int_equal(ms_dkim_ensure(w->state, "example.org", "ms", MS_DKIM_ED25519, &err), 0);
    check_todo(w, false, "");
    begin(w);
    check_keys(w, "ms-2-ed25519=published ms-ed25519=signing");
    assert_int_equal(ms_dkim_begin(&c, &err), -1);
    assert_int_equal(err.code, MS_EBUSY);
    /* not served, however long it takes */
    w->now_s += 100 * DAY;
    assert_false(step(w));
    check_todo(w, false,
               "example.org: set the TXT records ms-2-*._domainkey.example.org now (`mailstead dns "
               "records example.org`); the new keys sign when all name servers have them (last "
               "look: ns1.test. does not have it)");
    /* served, for less than an hour without a break */
    w->served = true;
    assert_false(step(w));
    w->now_s += HOUR - 1;
    assert_false(step(w));
    check_todo(w, true,
               "example.org: the new keys are known everywhere and begin to sign at 2027-04-25 "
               "09:00 UTC");
    w->served = false;
    assert_false(step(w));
    w->served = true;
    w->now_s += HOUR;
    assert_false(step(w));
    w->now_s += HOUR;
    assert_true(step(w));
    check_keys(w, "ms-2-ed25519=signing ms-ed25519=signing");
}

static void test_whole(void **state)
{
    struct world w = {.state = *state, .now_s = t0_s};
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    announce(&w);
    /* for a day, and not without the records of the new ones */
    w.now_s += DAY - 1;
    assert_false(step(&w));
    w.now_s += 1;
    w.served = false;
    assert_false(step(&w));
    w.served = true;
    assert_true(step(&w));
    check_keys(&w, "ms-2-ed25519=signing ms-ed25519=retired");
    w.now_s += QUEUE + 2 * DAY - 1;
    assert_false(step(&w));
    w.now_s += 1;
    assert_true(step(&w));
    check_keys(&w, "ms-2-ed25519=signing ms-ed25519=revoked");
    check_todo(&w, false,
               "example.org: set the TXT records of the old keys to \"p=\" now (`mailstead dns "
               "records example.org`); remove them after 2027-06-02 10:59 UTC");
    w.now_s += 30 * DAY;
    assert_true(step(&w));
    check_keys(&w, "ms-2-ed25519=signing");
    assert_false(step(&w));
    /* `up` keeps to the generation; the next change is to the third */
    assert_int_equal(ms_dkim_ensure(*state, "example.org", "ms", MS_DKIM_ED25519, &err), 0);
    check_keys(&w, "ms-2-ed25519=signing");
    assert_false(ms_dkim_is_changing(*state));
    begin(&w);
    assert_true(ms_dkim_is_changing(*state));
    check_keys(&w, "ms-2-ed25519=signing ms-3-ed25519=published");
}

/* In a hurry: all steps at once where the DNS allows it, or without asking it. */
static void test_hurry(void **state)
{
    struct world w = {.state = *state, .now_s = t0_s};
    struct ms_dkim_change c = change(&w);

    begin(&w);
    c.hurry = true;
    assert_false(step_with(c));
    assert_int_equal(w.n_asked, 1);
    c.force = true;
    for (unsigned i = 0; i < 4; i++) {
        assert_true(step_with(c));
    }
    assert_int_equal(w.n_asked, 1);
    check_keys(&w, "ms-2-ed25519=signing");
}

/* Both algorithms, keys put there by hand, and another selector in site.yaml. */
static void test_other_keys(void **state)
{
    struct world w = {.state = *state, .now_s = t0_s};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    struct ms_dkim_change c = change(&w);
    ms_auto_dkim_keys struct ms_dkim_keys k = {0};

    assert_int_equal(ms_dkim_ensure(*state, "example.org", "own", MS_DKIM_ED25519, &err), 0);
    c.algorithms |= MS_DKIM_RSA2048;
    assert_int_equal(ms_dkim_begin(&c, &err), 0);
    assert_int_equal(ms_dkim_list(*state, "example.org", &k, &err), 0);
    assert_int_equal(k.n, 5);
    for (size_t i = 0; i < k.n; i++) {
        assert_int_equal(k.v[i].use,
                         strstr(k.v[i].selector, "ms-2-") ? MS_DKIM_PUBLISHED : MS_DKIM_SIGNING);
    }
    assert_int_equal(ms_dkim_ensure(*state, "example.org", "new", MS_DKIM_ED25519, &err), 0);
    ms_dkim_keys_done(&k);
    assert_int_equal(ms_dkim_list(*state, "example.org", &k, &err), 0);
    assert_int_equal(k.n, 6);
}

static void test_damaged(void **state)
{
    static const char *const bad[] = {
        "",
        "[]",
        "{\"phase\":\"idle\"}",
        "{\"phase\":\"both\",\"selector\":\"ms\",\"generation\":1}",
        "{\"phase\":\"later\",\"selector\":\"ms\",\"generation\":2}",
        "{\"phase\":\"both\",\"selector\":\"../x\",\"generation\":2}",
        "{\"phase\":\"both\",\"selector\":\"ms\",\"generation\":-1}",
        "{\"phase\":\"both\",\"selector\":\"ms\",\"generation\":2}x",
    };
    struct world w = {.state = *state, .now_s = t0_s};

    begin(&w);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_dkim_keys struct ms_dkim_keys k = {0};

        fixture_write(*state, "keys/dkim/example.org/.rotation.json", bad[i], 0644);
        assert_int_equal(ms_dkim_list(*state, "example.org", &k, &err), -1);
        assert_non_null(strstr(ms_err_msg(&err), "is damaged"));
    }
}

/* The steps of a change, by number: 0 begins, the others go on. */
static const char *const after[] = {
    "ms-2-ed25519=published ms-ed25519=signing",
    "ms-2-ed25519=signing ms-ed25519=signing",
    "ms-2-ed25519=signing ms-ed25519=retired",
    "ms-2-ed25519=signing ms-ed25519=revoked",
    "ms-2-ed25519=signing",
};

static void do_step(struct world *w, unsigned i)
{
    struct ms_dkim_change c = change(w);

    c.hurry = true;
    if (i) {
        (void)step_with(c);
    } else {
        begin(w);
    }
}

/* Killed at the n-th write of step i. Returns whether it was. */
static bool killed(struct world *w, unsigned i, int n)
{
    pid_t pid = fork();
    int status;

    if (!pid) {
        lives = n;
        do_step(w, i);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == KILLED || !WEXITSTATUS(status)));
    return WEXITSTATUS(status) == KILLED;
}

/* Nothing signs that is not known, something signs always, and going on ends as without a kill. */
static void check_killed(struct world *w, unsigned i, int n)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *got = keys_of(w->state);
    struct ms_dkim_rotation r;

    if (i < 1 && strstr(got, "ms-2-ed25519=signing")) {
        fail_msg("step %u, write %d: an unknown key signs: %s", i, n, got);
    }
    if (i == 4 && strstr(got, "ms-ed25519=signing")) {
        fail_msg("step %u, write %d: a revoked key signs: %s", i, n, got);
    }
    if (!strstr(got, "=signing")) {
        fail_msg("step %u, write %d: no key signs: %s", i, n, got);
    }
    assert_int_equal(ms_dkim_rotation_read(w->state, "example.org", &r, &err), 0);
    if (i == 0 && r.phase == MS_DKIM_PUBLISH) { /* begun: the next look makes what is missing */
        w->served = false;
        (void)step(w);
        w->served = true;
    } else if (strcmp(got, after[i]) != 0) {
        do_step(w, i);
    }
    check_keys(w, after[i]);
}

static void test_killed(void **state)
{
    unsigned n_kills = 0;

    for (unsigned i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
        for (int n = 0;; n++) {
            ms_auto_err struct ms_err err = MS_ERR_INIT;
            ms_auto_free char *dir = ms_xasprintf("%s/%u-%d", (char *)*state, i, n);
            struct world w = {.state = dir, .now_s = t0_s, .served = true};

            assert_int_equal(ms_dkim_ensure(dir, "example.org", "ms", MS_DKIM_ED25519, &err), 0);
            for (unsigned k = 0; k < i; k++) {
                do_step(&w, k);
            }
            if (!killed(&w, i, n)) {
                check_keys(&w, after[i]);
                break;
            }
            check_killed(&w, i, n);
            n_kills++;
        }
    }
    assert_true(n_kills > 15);
}

/* Name servers: one with two addresses, one with one. */
static void test_judge(void **state)
{
    static char selector[] = "ms-2-rsa", txt[] = "v=DKIM1; k=rsa; p=abc";
    const struct ms_dkim_key key = {.selector = selector, .txt = txt};
    const struct ms_dkim_key *const about = &key;
    const struct ms_dkim_key *keys[] = {about, about, about};
    struct ms_ns ns[] = {{"a.", "192.0.2.1"}, {"a.", "2001:db8::1"}, {"b.", "192.0.2.2"}};
    const struct ms_zone_servers z = {.zone = "example.org.", .v = ns, .n = 3};
    const struct ms_rr good = {.type = "TXT", .text = "v=DKIM1;k=rsa;  p=abc"};
    const struct ms_rr other = {.type = "TXT", .text = "v=DKIM1; k=rsa; p=abd"};
    const struct ms_answer yes = {.state = MS_ANSWER_FOUND, .v = &good, .n = 1};
    const struct ms_answer wrong = {.state = MS_ANSWER_FOUND, .v = &other, .n = 1};
    const struct ms_answer no = {.state = MS_ANSWER_NXDOMAIN};
    const struct ms_answer silent = {.state = MS_ANSWER_FAILED, .why = "no answer within 4 s"};
    struct ms_question q[] = {{.name = "x.", .server = "192.0.2.1"},
                              {.name = "x.", .server = "2001:db8::1"},
                              {.name = "x.", .server = "192.0.2.2"}};
    const struct ms_dkim_looks l = {q, keys, 3};
    const struct {
        const struct ms_answer *v[3];
        const char *why; /* NULL: all have it */
    } cases[] = {
        {{&yes, &yes, &yes}, NULL},
        {{&yes, &silent, &yes}, NULL}, /* no IPv6 here: the other address counts */
        {{&silent, &silent, &yes}, "a. does not answer: no answer within 4 s"},
        {{&yes, &yes, &silent}, "b. does not answer: no answer within 4 s"},
        {{&yes, &no, &yes}, "a. does not have x."},
        {{&yes, &yes, &no}, "b. does not have x."},
        {{&yes, &yes, &wrong}, "b. has another record at x."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char why[MS_DKIM_WHY] = "";

        for (size_t k = 0; k < 3; k++) {
            q[k].answer = *cases[i].v[k];
        }
        assert_int_equal(ms_dkim_judge(&z, &l, why), cases[i].why == NULL);
        assert_string_equal(why, cases[i].why ? cases[i].why : "");
    }
    ns[2].address = NULL; /* a server without an address */
    q[2].server = "2001:db8::1";
    q[2].answer = yes;
    assert_int_equal(ms_dkim_judge(&z, &l, (char[MS_DKIM_WHY]){0}), 0);
}

#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, fixture_dir_make, fixture_dir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIR(test_whole),   IN_DIR(test_hurry),  IN_DIR(test_other_keys),
        IN_DIR(test_damaged), IN_DIR(test_killed), cmocka_unit_test(test_judge),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
