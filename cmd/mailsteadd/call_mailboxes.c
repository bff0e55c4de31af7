/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/call.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/hash.h"
#include "modules/core/base/mem.h"
#include "modules/core/directory/directory.h"
#include "modules/core/pki/pki.h"

enum {
    PASSWORD_MIN = 8,
    PASSWORD_MAX = 72, /* bcrypt looks at no more */
    PASSWORD_MADE = 20,
    BCRYPT_COST = 10,
};

/* A password that exists in this process only for a short while. */
struct password {
    char *made; /* to be told, when it was generated */
    char *hash; /* NULL: leave */
};

static void password_done(struct password *p)
{
    ms_secret_free(p->made);
    free(p->hash);
}

static int check_password(const char *password, struct ms_err *err)
{
    size_t n = strlen(password);

    if (n < PASSWORD_MIN) {
        return ms_err_set(err, MS_EINVAL, 0, "password: at least %d characters are needed",
                          PASSWORD_MIN);
    }
    if (n > PASSWORD_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "password: at most %d bytes are looked at",
                          PASSWORD_MAX);
    }
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)password[i] < ' ' || password[i] == 0x7f) {
            return ms_err_set(err, MS_EINVAL, 0, "password: it holds a control character");
        }
    }
    return 0;
}

/* The hash to store: of "password", "password_hash" as it is, or of a made one when make is set. */
static int take_password(const struct call *c, bool make, struct password *p, struct ms_err *err)
{
    const char *password = call_string(c, "password"), *hash = call_string(c, "password_hash");
    const char *why = NULL;

    if (password && hash) {
        return ms_err_set(err, MS_EINVAL, 0, "give either password or password_hash");
    }
    if (hash) {
        if (!ms_password_hash_ok(hash, &why)) {
            return ms_err_set(err, MS_EINVAL, 0, "password_hash: %s", why);
        }
        p->hash = ms_xstrdup(hash);
        return 0;
    }
    if (!password && !make) {
        return 0;
    }
    if (!password) {
        password = p->made = ms_random_token(PASSWORD_MADE);
    }
    if (check_password(password, err) < 0) {
        return -1;
    }
    return ms_password_hash(password, BCRYPT_COST, &p->hash, err);
}

static int check_name(const char *name, struct ms_err *err)
{
    for (; name && *name; name++) {
        if ((unsigned char)*name < ' ' || *name == 0x7f) {
            return ms_err_set(err, MS_EINVAL, 0, "name: it holds a control character");
        }
    }
    return 0;
}

/* What the mailbox may send as: each checked and normalised. NULL when the request does not say. */
static int take_send_as(const struct call *c, char ***ret, struct ms_err *err)
{
    const json_t *list = json_object_get(c->request, "send_as");
    size_t i;
    json_t *v;

    if (!list) {
        return 0;
    }
    *ret = ms_xcalloc(json_array_size(list) + 1, sizeof(**ret));
    json_array_foreach(list, i, v)
    {
        if (call_sender(json_string_value(v), &(*ret)[i], err) < 0) {
            return ms_err_wrap(err, "send_as");
        }
    }
    return 0;
}

/* 1, 0, or -1 for a member that is absent. */
static int take_switch(const struct call *c, const char *key)
{
    const json_t *v = json_object_get(c->request, key);

    return v ? json_is_true(v) : -1;
}

int call_mailbox_list(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_auto_free char *domain = NULL;

    if (call_string(c, "domain") && call_domain(c, "domain", &domain, err) < 0) {
        return -1;
    }
    return call_directory_open(c, &d, err) < 0 ? -1 : ms_directory_mailboxes(d, domain, ret, err);
}

int call_mailbox_show(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_auto_free char *address = NULL;
    json_t *list;

    if (call_address(c, "address", &address, err) < 0 || call_directory_open(c, &d, err) < 0 ||
        ms_directory_mailboxes(d, strrchr(address, '@') + 1, &list, err) < 0) {
        return -1;
    }
    return call_pick(list, "address", address, ret, err);
}

int call_mailbox_add(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_cleanup(password_done) struct password p = {0};
    ms_cleanup(call_list_free) char **send_as = NULL;
    ms_auto_free char *address = NULL;
    struct ms_mailbox_attrs attrs = {.name = call_string(c, "name"),
                                     .quota = call_size(c, "quota"),
                                     .active = -1,
                                     .require_app_password =
                                         take_switch(c, "require_app_password")};

    if (call_address(c, "address", &address, err) < 0 || call_check_reserved(c, address, err) < 0 ||
        check_name(attrs.name, err) < 0 || take_send_as(c, &send_as, err) < 0 ||
        take_password(c, true, &p, err) < 0 || call_directory_open(c, &d, err) < 0) {
        return -1;
    }
    attrs.password_hash = p.hash;
    attrs.send_as = (const char *const *)send_as;
    call_make_room(c, d, address);
    if (ms_directory_mailbox_add(d, address, &attrs, err) < 0) {
        return -1;
    }
    *ret = json_pack("{s:s}", "address", address);
    if (p.made) {
        (void)json_object_set_new(*ret, "password", json_string(p.made));
    }
    return 0;
}

int call_mailbox_set(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_cleanup(password_done) struct password p = {0};
    ms_cleanup(call_list_free) char **send_as = NULL;
    ms_auto_free char *address = NULL;
    struct ms_mailbox_attrs attrs = {.name = call_string(c, "name"),
                                     .quota = call_size(c, "quota"),
                                     .active = take_switch(c, "active"),
                                     .require_app_password =
                                         take_switch(c, "require_app_password")};

    if (call_address(c, "address", &address, err) < 0 || call_check_reserved(c, address, err) < 0 ||
        check_name(attrs.name, err) < 0 || take_send_as(c, &send_as, err) < 0 ||
        take_password(c, false, &p, err) < 0 || call_directory_open(c, &d, err) < 0) {
        return -1;
    }
    attrs.password_hash = p.hash;
    attrs.send_as = (const char *const *)send_as;
    if (ms_directory_mailbox_set(d, address, &attrs, err) < 0) {
        return -1;
    }
    *ret = json_pack("{s:s}", "address", address);
    if (p.hash || attrs.active == 0 || attrs.require_app_password == 1) {
        call_revoke(c, address, *ret);
    }
    return 0;
}

int call_mailbox_delete(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_auto_free char *address = NULL;
    ms_auto_json json_t *mailboxes = NULL;
    ms_auto_free char *home = NULL;
    bool keep = take_switch(c, "keep_mail") == 1;

    if (call_address(c, "address", &address, err) < 0 || call_check_reserved(c, address, err) < 0 ||
        call_directory_open(c, &d, err) < 0 ||
        ms_directory_mailbox_delete(d, address, keep, err) < 0) {
        return -1;
    }
    home = call_home(address);
    mailboxes = json_pack("[{s:s, s:s}]", "address", address, "home", home);
    *ret = json_pack("{s:s, s:[], s:[], s:b}", "address", address, "kept", "problems", "keep_mail",
                     keep);
    call_retire(c, d, mailboxes, keep, *ret);
    return 0;
}
