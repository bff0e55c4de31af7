/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/routes.h"

#include <string.h>

#include "modules/core/api/handlers.h"
#include "modules/core/api/url.h"
#include "modules/core/base/buf.h"

#define V1 "/api/v1"

#define READ MS_SCOPE_READ
#define DIRECTORY MS_SCOPE_DIRECTORY
#define OPERATE MS_SCOPE_OPERATE
#define ALL MS_SCOPE_ALL

/* method, path, handler, scope, query, body, status and schema of the answer, text */
static const struct ms_route routes[] = {
    {"GET", V1 "/openapi.json", ms_api_get_openapi, READ, NULL, NULL, 200, "any",
     "this description"},
    {"GET", V1 "/status", ms_api_get_status, READ, NULL, NULL, 200, "Status",
     "the state of everything"},
    {"GET", V1 "/history", ms_api_get_history, READ, "max", NULL, 200, "[any]",
     "what happened, and why: the last ?max= entries, oldest first"},
    {"GET", V1 "/services", ms_api_get_services, READ, NULL, NULL, 200, "[Service]",
     "the services"},
    {"GET", V1 "/services/{}", ms_api_get_service, READ, NULL, NULL, 200, "Service", "one service"},
    {"POST", V1 "/services/{}/restart", ms_api_post_service_restart, OPERATE, NULL, NULL, 202,
     "Job", "restart a service and wait until it works"},
    {"GET", V1 "/jobs", ms_api_get_jobs, READ, NULL, NULL, 200, "[Job]", "the last jobs"},
    {"POST", V1 "/jobs", ms_api_post_job, OPERATE, NULL, "JobRequest", 202, "Job", "start a job"},
    {"GET", V1 "/jobs/{}", ms_api_get_job, READ, NULL, NULL, 200, "Job", "one job"},
    {"GET", V1 "/jobs/{}/events", ms_api_get_job_events, READ, NULL, NULL, 200, "JobEvent*",
     "follow a job to its end"},
    {"GET", V1 "/domains", ms_api_get_domains, DIRECTORY, NULL, NULL, 200, "[Domain]",
     "list domains"},
    {"POST", V1 "/domains", ms_api_post_domain, DIRECTORY, NULL, "domain-add", 201, "DomainAdded",
     "add a domain"},
    {"GET", V1 "/domains/{}", ms_api_get_domain, DIRECTORY, NULL, NULL, 200, "Domain",
     "one domain"},
    {"DELETE", V1 "/domains/{}", ms_api_delete_domain, DIRECTORY, "with_content", NULL, 200,
     "Deleted", "delete a domain"},
    {"GET", V1 "/mailboxes", ms_api_get_mailboxes, DIRECTORY, "domain", NULL, 200, "[Mailbox]",
     "list mailboxes"},
    {"POST", V1 "/mailboxes", ms_api_post_mailbox, DIRECTORY, NULL, "mailbox-add", 201,
     "MailboxAdded", "add a mailbox"},
    {"GET", V1 "/mailboxes/{}", ms_api_get_mailbox, DIRECTORY, NULL, NULL, 200, "Mailbox",
     "one mailbox"},
    {"PATCH", V1 "/mailboxes/{}", ms_api_patch_mailbox, DIRECTORY, NULL, "mailbox-set", 200,
     "Changed", "change a mailbox"},
    {"DELETE", V1 "/mailboxes/{}", ms_api_delete_mailbox, DIRECTORY, "keep_mail", NULL, 200,
     "Deleted", "delete a mailbox"},
    {"POST", V1 "/mailboxes/{}/rename", ms_api_post_rename, DIRECTORY, NULL, "mailbox-rename", 200,
     "Changed", "give a mailbox another address"},
    {"GET", V1 "/mailboxes/{}/app-passwords", ms_api_get_app_passwords, DIRECTORY, NULL, NULL, 200,
     "[AppPassword]", "list the app passwords of a mailbox"},
    {"POST", V1 "/mailboxes/{}/app-passwords", ms_api_post_app_password, DIRECTORY, NULL,
     "app-password-add", 201, "AppPasswordAdded", "make an app password"},
    {"DELETE", V1 "/mailboxes/{}/app-passwords", ms_api_delete_app_password, DIRECTORY, "name",
     NULL, 200, "Changed", "revoke the app password ?name="},
    {"GET", V1 "/aliases", ms_api_get_aliases, DIRECTORY, "domain", NULL, 200, "[Alias]",
     "list aliases"},
    {"GET", V1 "/aliases/{}", ms_api_get_alias, DIRECTORY, NULL, NULL, 200, "Alias", "one alias"},
    {"PUT", V1 "/aliases/{}", ms_api_put_alias, DIRECTORY, NULL, "alias-set", 200, "Changed",
     "set the targets of an alias"},
    {"DELETE", V1 "/aliases/{}", ms_api_delete_alias, DIRECTORY, NULL, NULL, 200, "Changed",
     "delete an alias"},
    {"GET", V1 "/reports", ms_api_get_reports, READ, "domain days", NULL, 200, "any",
     "what DMARC and TLS reports of others tell"},
    {"GET", V1 "/spam/{}", ms_api_get_spam, DIRECTORY, NULL, NULL, 200, "Spam",
     "what counts as spam for a mailbox or domain"},
    {"PATCH", V1 "/spam/{}", ms_api_patch_spam, DIRECTORY, NULL, "spam-set", 200, "any",
     "change that"},
    {"GET", V1 "/queue", ms_api_get_queue, READ, NULL, NULL, 200, "[QueueMessage]",
     "the mail queue"},
    {"GET", V1 "/queue/{}", ms_api_get_queue_message, OPERATE, NULL, NULL, 200, "QueueText",
     "one queued message, as it is"},
    {"POST", V1 "/queue", ms_api_post_queue, OPERATE, NULL, "queue-action", 200, "any",
     "flush, hold, release or delete"},
    {"GET", V1 "/bans", ms_api_get_bans, READ, NULL, NULL, 200, "any", "banned addresses"},
    {"POST", V1 "/bans", ms_api_post_ban, OPERATE, NULL, "ban-add", 201, "Changed",
     "ban an address"},
    {"DELETE", V1 "/bans/{}", ms_api_delete_ban, OPERATE, NULL, NULL, 200, "Changed",
     "lift the bans of an address"},
    {"GET", V1 "/certificates", ms_api_get_certificates, READ, NULL, NULL, 200, "Certificates",
     "the certificates"},
    {"POST", V1 "/certificates/renew", ms_api_post_renew, OPERATE, NULL, "RenewRequest", 202,
     "Certificates", "renew them now"},
    {"GET", V1 "/dns/checks", ms_api_get_dns_checks, READ, "domain", NULL, 200, "any",
     "the checks of all domains and the host, or of ?domain= and the host"},
    {"GET", V1 "/dkim", ms_api_get_dkim, READ, "domain", NULL, 200, "[DkimDomain]",
     "the DKIM keys of all domains, or of ?domain="},
    {"POST", V1 "/dkim/{}", ms_api_post_dkim, OPERATE, NULL, "dkim-rotate", 200, "any",
     "change the DKIM keys of a domain"},
    {"POST", V1 "/test", ms_api_post_test, OPERATE, NULL, "test", 200, "any",
     "send a test message through every hop"},
    {"POST", V1 "/shutdown", ms_api_post_shutdown, ALL, NULL, NULL, 202, "any",
     "end the supervisor; mail goes on"},
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

char *ms_route_methods(const char *path)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 256);
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        const char *p = NULL;
        size_t n = 0;

        if (fits(routes[i].pattern, path, &p, &n)) {
            ms_buf_addf(&b, "%s%s", b.len ? ", " : "", routes[i].method);
        }
    }
    return b.len ? ms_buf_steal(&b) : NULL;
}
