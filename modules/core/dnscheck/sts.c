/* SPDX-License-Identifier: Apache-2.0 */
/* MTA-STS policies, fetched as other servers fetch them (RFC 8461 3.3): no redirects, a verified
 * certificate, an address that our own look-ups gave. */
#include <curl/curl.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/dnscheck/look_priv.h"
#include "modules/core/dnscheck/policy.h"

enum { BODY_MAX = 65536, FETCH_MS = 5000 };

struct fetch {
    const struct ms_look_scope *s;
    const char *host, *url;
    struct ms_buf body;
    CURL *curl;
    struct curl_slist *resolve;
    CURLcode code;
    bool done;
    char error[CURL_ERROR_SIZE];
};

static void fetch_done(struct fetch *f)
{
    if (f->curl) {
        curl_easy_cleanup(f->curl);
    }
    curl_slist_free_all(f->resolve);
    ms_buf_done(&f->body);
}

static size_t take(char *p, size_t size, size_t n, void *arg)
{
    struct fetch *f = arg;

    ms_buf_add(&f->body, p, size * n);
    return f->body.too_big ? 0 : size * n;
}

/* The addresses of the policy host. 0: there are none. */
static size_t addresses(const struct ms_look *l, const char *host, const char **ret)
{
    struct ms_question q[2] = {{.name = host, .type = "A"}, {.name = host, .type = "AAAA"}};
    ms_auto_buf struct ms_buf b = {0};
    size_t n = 0;

    ms_resolve(l->in->resolver, q, 2, l->end_ms, l->a);
    ms_buf_init(&b, 4096);
    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < q[k].answer.n && n < 8; i++, n++) {
            ms_buf_addf(&b, k ? "%s[%s]" : "%s%s", n ? "," : "", q[k].answer.v[i].text);
        }
    }
    *ret = ms_arena_printf(l->a, "%s:443:%s", host, b.p);
    return n;
}

static void set_up(const struct ms_look *l, struct fetch *f, const char *resolve)
{
    int64_t left = l->end_ms - ms_time_mono_ms();

    f->url = ms_arena_printf(l->a, "https://%s/.well-known/mta-sts.txt", f->host);
    f->curl = curl_easy_init();
    f->resolve = curl_slist_append(NULL, resolve);
    if (!f->curl) {
        return;
    }
    (void)curl_easy_setopt(f->curl, CURLOPT_URL, f->url);
    (void)curl_easy_setopt(f->curl, CURLOPT_RESOLVE, f->resolve);
    (void)curl_easy_setopt(f->curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(f->curl, CURLOPT_PROTOCOLS_STR, "https");
    (void)curl_easy_setopt(f->curl, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(f->curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(f->curl, CURLOPT_TIMEOUT_MS,
                           left < 1          ? 1L
                           : left < FETCH_MS ? (long)left
                                             : (long)FETCH_MS);
    (void)curl_easy_setopt(f->curl, CURLOPT_WRITEFUNCTION, take);
    (void)curl_easy_setopt(f->curl, CURLOPT_WRITEDATA, f);
    (void)curl_easy_setopt(f->curl, CURLOPT_ERRORBUFFER, f->error);
    if (l->in->ca_file) {
        (void)curl_easy_setopt(f->curl, CURLOPT_CAINFO, l->in->ca_file);
    }
}

void ms_judge_policy(const struct ms_look *l, const struct ms_look_scope *s,
                     const struct ms_sts_fetched *f, struct ms_checks *out)
{
    const char *host = l->in->site->hostname;
    struct ms_check c = {.id = "mta-sts-policy", .scope = s->name, .severity = MS_SEVERITY_HIGH};
    struct ms_sts_policy p;

    if (f->error || f->status != 200) {
        c.state = MS_CHECK_FAIL;
        c.observed = ms_arena_printf(l->a, "%s: %s (status %ld)", f->url,
                                     f->error ? f->error : "not fetched", f->status);
        c.fix =
            "see `mailstead status` and `mailstead cert status`: the policy must be served with "
            "a certificate for this name, without a redirect";
        ms_checks_add(out, &c);
        return;
    }
    ms_sts_policy_read(f->body, l->a, &p);
    if (p.error) {
        c.state = MS_CHECK_FAIL;
        c.observed = p.error;
        c.fix = "run `mailstead up`";
    } else if (!ms_sts_policy_allows(&p, host)) {
        c.state = MS_CHECK_FAIL;
        c.observed = ms_arena_printf(l->a, "it does not allow %s", host);
        c.fix = "run `mailstead up`, or mend the policy that is served there";
    } else {
        c.observed = ms_arena_printf(l->a, "mode %s, allows %s", p.mode, host);
    }
    ms_checks_add(out, &c);
}

static void judge(const struct ms_look *l, const struct fetch *f, struct ms_checks *out)
{
    struct ms_sts_fetched x = {.url = f->url, .body = f->body.p};

    (void)curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &x.status);
    if (!f->done || f->code != CURLE_OK) {
        x.error = f->error[0] ? f->error : "not fetched";
    }
    ms_judge_policy(l, f->s, &x, out);
}

static void unknown_host(const struct ms_look_scope *s, struct ms_checks *out)
{
    const struct ms_check c = {.id = "mta-sts-policy",
                               .scope = s->name,
                               .severity = MS_SEVERITY_HIGH,
                               .state = MS_CHECK_NOT_APPLICABLE,
                               .observed = "its name cannot be looked up"};

    ms_checks_add(out, &c);
}

static void run_all(const struct ms_look *l, struct fetch *v, size_t n)
{
    CURLM *multi = curl_multi_init();
    int running = 1, left = 0;
    CURLMsg *msg;

    if (!multi) {
        return;
    }
    (void)curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, 16L);
    for (size_t i = 0; i < n; i++) {
        (void)curl_multi_add_handle(multi, v[i].curl);
        (void)curl_easy_setopt(v[i].curl, CURLOPT_PRIVATE, &v[i]);
    }
    while (running && ms_time_mono_ms() < l->end_ms) {
        (void)curl_multi_perform(multi, &running);
        while ((msg = curl_multi_info_read(multi, &left))) {
            struct fetch *f = NULL;

            (void)curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &f);
            f->done = true;
            f->code = msg->data.result;
        }
        (void)curl_multi_poll(multi, NULL, 0, running ? 100 : 0, NULL);
    }
    for (size_t i = 0; i < n; i++) {
        (void)curl_multi_remove_handle(multi, v[i].curl);
    }
    (void)curl_multi_cleanup(multi);
}

void ms_probe_policies(const struct ms_look *l, struct ms_checks *out)
{
    struct fetch *v = ms_arena_alloc(l->a, l->n_scopes + 1, sizeof(*v));
    size_t n = 0;

    for (size_t i = 0; i < l->n_scopes; i++) {
        const struct ms_look_scope *s = &l->scopes[i];
        const struct ms_record *r = NULL;
        const char *resolve = NULL;
        struct fetch *f = &v[n];

        if (s->host || !ms_look_find(s, "mta-sts", &r)) {
            continue;
        }
        f->s = s;
        f->host = ms_arena_printf(l->a, "mta-sts.%s", s->name);
        ms_buf_init(&f->body, BODY_MAX);
        if (!addresses(l, f->host, &resolve)) {
            unknown_host(s, out);
            ms_buf_done(&f->body);
            continue;
        }
        set_up(l, f, resolve);
        n += f->curl != NULL;
    }
    run_all(l, v, n);
    for (size_t i = 0; i < n; i++) {
        judge(l, &v[i], out);
        fetch_done(&v[i]);
    }
}
