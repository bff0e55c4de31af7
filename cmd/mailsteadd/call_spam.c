/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailsteadd/call.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/directory/directory.h"

/* A mailbox's address, or a domain, with or without a "@", as "@domain". */
static int take_owner(const struct call *c, char **ret, struct ms_err *err)
{
    const char *text = call_string(c, "owner");
    ms_auto_free char *domain = NULL;

    if (strchr(text + (*text == '@'), '@')) {
        return call_address(c, "owner", ret, err);
    }
    if (ms_domain_normalise(text + (*text == '@'), &domain, err) < 0) {
        return ms_err_wrap(err, "owner");
    }
    *ret = ms_xasprintf("@%s", domain);
    return 0;
}

static void free_list(char ***list)
{
    for (size_t i = 0; *list && (*list)[i]; i++) {
        free((*list)[i]);
    }
    free(*list);
}

static int take_senders(const struct call *c, const char *key, char ***ret, struct ms_err *err)
{
    const json_t *list = json_object_get(c->request, key);
    ms_cleanup(free_list) char **senders = ms_xcalloc(json_array_size(list) + 1, sizeof(*senders));
    size_t i;
    json_t *v;

    json_array_foreach(list, i, v)
    {
        const char *text = json_string_value(v);

        if (ms_sender_normalise(text, &senders[i], err) < 0) {
            return ms_err_wrap(err, "%s: %s", key, text);
        }
    }
    *ret = ms_steal(&senders);
    return 0;
}

static enum ms_spam_change take_score(const struct call *c, const char *key, double *ret)
{
    const json_t *v = json_object_get(c->request, key);

    *ret = json_number_value(v);
    return !v ? MS_SPAM_LEAVE : json_is_null(v) ? MS_SPAM_DEFAULT : MS_SPAM_SET;
}

int call_spam_show(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_auto_free char *owner = NULL;

    if (take_owner(c, &owner, err) < 0 || call_directory_open(c, &d, err) < 0) {
        return -1;
    }
    return ms_directory_spam(d, owner, ret, err);
}

int call_spam_set(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_auto_free char *owner = NULL;
    ms_cleanup(free_list) char **allow = NULL;
    ms_cleanup(free_list) char **deny = NULL;
    ms_cleanup(free_list) char **forget = NULL;
    struct ms_spam_attrs attrs = {0};

    if (take_owner(c, &owner, err) < 0 || take_senders(c, "allow", &allow, err) < 0 ||
        take_senders(c, "deny", &deny, err) < 0 || take_senders(c, "forget", &forget, err) < 0) {
        return -1;
    }
    attrs.junk = take_score(c, "junk_score", &attrs.junk_score);
    attrs.reject = take_score(c, "reject_score", &attrs.reject_score);
    attrs.allow = (const char *const *)allow;
    attrs.deny = (const char *const *)deny;
    attrs.forget = (const char *const *)forget;
    if (call_directory_open(c, &d, err) < 0 || ms_directory_spam_set(d, owner, &attrs, err) < 0) {
        return -1;
    }
    return ms_directory_spam(d, owner, ret, err);
}
