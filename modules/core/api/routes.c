/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/routes.h"

#include <string.h>

#include "modules/core/api/handlers.h"
#include "modules/core/api/url.h"

#define V1 "/api/v1"

static const struct ms_route routes[] = {
    {"GET", V1 "/status", ms_api_get_status, false, "the state of everything"},
    {"GET", V1 "/history", ms_api_get_history, false,
     "what happened, and why: the last ?max= entries"},
    {"GET", V1 "/jobs", ms_api_get_jobs, false, "the last jobs"},
    {"POST", V1 "/jobs", ms_api_post_job, true, "start a job"},
    {"GET", V1 "/jobs/{}/events", ms_api_get_job_events, false, "follow a job"},
    {"GET", V1 "/domains", ms_api_get_domains, false, "list domains"},
    {"POST", V1 "/domains", ms_api_post_domain, true, "add a domain"},
    {"GET", V1 "/domains/{}", ms_api_get_domain, false, "one domain"},
    {"DELETE", V1 "/domains/{}", ms_api_delete_domain, false, "delete a domain"},
    {"GET", V1 "/mailboxes", ms_api_get_mailboxes, false, "list mailboxes"},
    {"POST", V1 "/mailboxes", ms_api_post_mailbox, true, "add a mailbox"},
    {"GET", V1 "/mailboxes/{}", ms_api_get_mailbox, false, "one mailbox"},
    {"PATCH", V1 "/mailboxes/{}", ms_api_patch_mailbox, true, "change a mailbox"},
    {"DELETE", V1 "/mailboxes/{}", ms_api_delete_mailbox, false, "delete a mailbox"},
    {"POST", V1 "/mailboxes/{}/rename", ms_api_post_rename, true, "give a mailbox another address"},
    {"GET", V1 "/mailboxes/{}/app-passwords", ms_api_get_app_passwords, false,
     "list the app passwords of a mailbox"},
    {"POST", V1 "/mailboxes/{}/app-passwords", ms_api_post_app_password, true,
     "make an app password"},
    {"DELETE", V1 "/mailboxes/{}/app-passwords", ms_api_delete_app_password, false,
     "revoke the app password ?name="},
    {"GET", V1 "/aliases", ms_api_get_aliases, false, "list aliases"},
    {"GET", V1 "/aliases/{}", ms_api_get_alias, false, "one alias"},
    {"PUT", V1 "/aliases/{}", ms_api_put_alias, true, "set the targets of an alias"},
    {"DELETE", V1 "/aliases/{}", ms_api_delete_alias, false, "delete an alias"},
    {"GET", V1 "/reports", ms_api_get_reports, false, "what DMARC and TLS reports of others tell"},
    {"GET", V1 "/spam/{}", ms_api_get_spam, false, "what counts as spam for a mailbox or domain"},
    {"PATCH", V1 "/spam/{}", ms_api_patch_spam, true, "change that"},
    {"GET", V1 "/queue", ms_api_get_queue, false, "the mail queue"},
    {"GET", V1 "/queue/{}", ms_api_get_queue_message, false, "one queued message"},
    {"POST", V1 "/queue", ms_api_post_queue, true, "flush, hold, release or delete"},
    {"GET", V1 "/bans", ms_api_get_bans, false, "banned addresses"},
    {"POST", V1 "/bans", ms_api_post_ban, true, "ban an address"},
    {"DELETE", V1 "/bans/{}", ms_api_delete_ban, false, "lift the bans of an address"},
    {"GET", V1 "/certificates", ms_api_get_certificates, false, "the certificates"},
    {"POST", V1 "/certificates/renew", ms_api_post_renew, true, "renew them now"},
    {"GET", V1 "/dns/checks", ms_api_get_dns_checks, false,
     "the checks of all domains and the host, or of ?domain= and the host"},
    {"GET", V1 "/dkim", ms_api_get_dkim, false, "the DKIM keys of all domains, or of ?domain="},
    {"POST", V1 "/dkim/{}", ms_api_post_dkim, true, "change the DKIM keys of a domain"},
    {"POST", V1 "/test", ms_api_post_test, true, "send a test message through every hop"},
    {"POST", V1 "/shutdown", ms_api_post_shutdown, false, "end the supervisor"},
};

const struct ms_route *ms_routes(size_t *ret_n)
{
    *ret_n = sizeof(routes) / sizeof(routes[0]);
    return routes;
}

/* Whether path fits pattern; the segment that stands at {} is *ret_p, *ret_n bytes. */
static bool fits(const char *pattern, const char *path, const char **ret_p, size_t *ret_n)
{
    const char *hole = strstr(pattern, "{}");
    size_t before = hole ? (size_t)(hole - pattern) : 0;

    if (!hole) {
        return !strcmp(pattern, path);
    }
    if (strncmp(pattern, path, before) != 0) {
        return false;
    }
    *ret_p = path + before;
    *ret_n = strcspn(*ret_p, "/");
    return *ret_n && !strcmp(hole + 2, *ret_p + *ret_n);
}

int ms_route_match(const char *method, const char *path, const struct ms_route **ret,
                   char **ret_name, struct ms_err *err)
{
    bool seen = false;

    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        const char *p = NULL;
        size_t n = 0;

        if (!fits(routes[i].pattern, path, &p, &n)) {
            continue;
        }
        seen = true;
        if (strcmp(routes[i].method, method)) {
            continue;
        }
        if (p && ms_url_decode(p, n, ret_name, err) < 0) {
            return -1;
        }
        if (!p) {
            *ret_name = NULL;
        }
        *ret = &routes[i];
        return 1;
    }
    if (seen) {
        return ms_err_set(err, MS_EINVAL, 405, "the method is not allowed here");
    }
    return 0;
}
