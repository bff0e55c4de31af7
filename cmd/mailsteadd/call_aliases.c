/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cmd/mailsteadd/call.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/directory/directory.h"

int call_sender(const char *text, char **ret, struct ms_err *err)
{
    ms_auto_free char *domain = NULL;

    if (text[0] != '@') {
        return ms_address_normalise(text, ret, err);
    }
    if (ms_domain_normalise(text + 1, &domain, err) < 0) {
        return -1;
    }
    *ret = ms_xasprintf("@%s", domain);
    return 0;
}

static int alias_address(const struct call *c, char **ret, struct ms_err *err)
{
    return call_sender(call_string(c, "address"), ret, err) < 0 ? ms_err_wrap(err, "address") : 0;
}

void call_list_free(char ***list)
{
    for (size_t i = 0; *list && (*list)[i]; i++) {
        free((*list)[i]);
    }
    free(*list);
}

int call_alias_list(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_auto_free char *domain = NULL;

    if (call_string(c, "domain") && call_domain(c, "domain", &domain, err) < 0) {
        return -1;
    }
    return call_directory_open(c, &d, err) < 0 ? -1 : ms_directory_aliases(d, domain, ret, err);
}

int call_alias_show(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_auto_free char *address = NULL;
    json_t *list;

    if (alias_address(c, &address, err) < 0 || call_directory_open(c, &d, err) < 0 ||
        ms_directory_aliases(d, strrchr(address, '@') + 1, &list, err) < 0) {
        return -1;
    }
    return call_pick(list, "address", address, ret, err);
}

/* "expires": a point of time, or a duration from now. */
static int take_expiry(const struct call *c, int64_t *ret_s, struct ms_err *err)
{
    const char *text = call_string(c, "expires");

    if (!text) {
        return 0;
    }
    if (ms_time_parse_end(text, ms_time_wall_ms() / 1000, ret_s) < 0) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "expires: \"%.40s\" is neither a duration such as 7d nor a date such as "
                          "2030-01-31 or 2030-01-31T12:00:00Z",
                          text);
    }
    if (*ret_s <= ms_time_wall_ms() / 1000) {
        return ms_err_set(err, MS_EINVAL, 0, "expires: %.40s is in the past", text);
    }
    return 0;
}

static json_t *expires_text(int64_t expires_s)
{
    char text[MS_TIME_TEXT];

    if (!expires_s) {
        return json_null();
    }
    ms_time_format(expires_s * 1000, text);
    (void)snprintf(strchr(text, '.'), 2, "Z"); /* without milliseconds */
    return json_string(text);
}

int call_alias_set(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_cleanup(call_list_free) char **targets = NULL;
    ms_auto_free char *address = NULL;
    const json_t *list = json_object_get(c->request, "targets");
    int64_t expires_s = 0;
    size_t i;
    json_t *v;

    if (!json_array_size(list)) {
        return ms_err_set(err, MS_EINVAL, 0, "targets: at least one is needed");
    }
    if (alias_address(c, &address, err) < 0 || call_check_reserved(c, address, err) < 0 ||
        take_expiry(c, &expires_s, err) < 0) {
        return -1;
    }
    targets = ms_xcalloc(json_array_size(list) + 1, sizeof(*targets));
    json_array_foreach(list, i, v)
    {
        if (ms_address_normalise(json_string_value(v), &targets[i], err) < 0) {
            return ms_err_wrap(err, "targets");
        }
    }
    if (call_directory_open(c, &d, err) < 0 ||
        ms_directory_alias_set(d, address, (const char *const *)targets, expires_s, err) < 0) {
        return -1;
    }
    *ret = json_pack("{s:s, s:[], s:o}", "address", address, "targets", "expires",
                     expires_text(expires_s));
    for (i = 0; targets[i]; i++) {
        (void)json_array_append_new(json_object_get(*ret, "targets"), json_string(targets[i]));
    }
    return 0;
}

int call_alias_delete(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_auto_free char *address = NULL;

    if (alias_address(c, &address, err) < 0 || call_check_reserved(c, address, err) < 0 ||
        call_directory_open(c, &d, err) < 0 || ms_directory_alias_delete(d, address, err) < 0) {
        return -1;
    }
    *ret = json_pack("{s:s}", "address", address);
    return 0;
}
