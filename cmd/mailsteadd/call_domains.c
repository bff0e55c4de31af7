/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailsteadd/call.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/deploy/deploy.h"
#include "modules/core/directory/directory.h"
#include "modules/core/pki/pki.h"

const char call_default_selector[] = "ms";

int call_directory_open(struct call *c, struct ms_directory **ret, struct ms_err *err)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    struct ms_directory_login login = {0};

    if (ms_deploy_directory_login(c->loaded.stack, &c->o->paths, a, &login, err) < 0) {
        return -1;
    }
    return ms_directory_open(&login, ret, err);
}

int call_domain_list(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;

    return call_directory_open(c, &d, err) < 0 ? -1 : ms_directory_domains(d, ret, err);
}

int call_domain_show(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_auto_free char *name = NULL;
    json_t *list;

    if (call_domain(c, "name", &name, err) < 0 || call_domain_list(c, &list, err) < 0) {
        return -1;
    }
    return call_pick(list, "name", name, ret, err);
}

int call_domain_add(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_auto_free char *name = NULL;
    ms_auto_free char *alias_for = NULL;
    struct ms_domain_attrs attrs = {.quota = call_size(c, "quota")};

    if (call_domain(c, "name", &name, err) < 0 ||
        (call_string(c, "alias_for") && call_domain(c, "alias_for", &alias_for, err) < 0)) {
        return -1;
    }
    attrs.alias_for = alias_for;
    if (call_directory_open(c, &d, err) < 0 || ms_directory_domain_add(d, name, &attrs, err) < 0) {
        return -1;
    }
    if (ms_dkim_ensure(c->o->paths.state, name, call_default_selector,
                       MS_DKIM_RSA2048 | MS_DKIM_ED25519, err) < 0) {
        return ms_err_wrap(err, "the domain was added, but its mail is not signed yet");
    }
    *ret = json_pack("{s:s, s:s?}", "name", name, "alias_for", alias_for);
    return 0;
}

/* What call_retire needs of a list of mailboxes (may be NULL); the caller owns the reference. */
static json_t *homes_of(const json_t *mailboxes)
{
    json_t *list = json_array();
    size_t i;
    const json_t *m;

    json_array_foreach(mailboxes, i, m)
    {
        const char *address = json_string_value(json_object_get(m, "address"));
        ms_auto_free char *home = address ? call_home(address) : NULL;

        if (home) {
            (void)json_array_append_new(list,
                                        json_pack("{s:s, s:s}", "address", address, "home", home));
        }
    }
    return list;
}

int call_domain_delete(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_auto_err struct ms_err dkim = MS_ERR_INIT;
    ms_auto_free char *name = NULL;
    ms_auto_json json_t *mailboxes = NULL;
    ms_auto_json json_t *homes = NULL;
    bool with_content = json_is_true(json_object_get(c->request, "with_content"));

    if (call_domain(c, "name", &name, err) < 0 || call_directory_open(c, &d, err) < 0 ||
        (with_content && ms_directory_mailboxes(d, name, &mailboxes, err) < 0) ||
        ms_directory_domain_delete(d, name, with_content, err) < 0) {
        return -1;
    }
    *ret = json_pack("{s:s, s:[], s:[]}", "name", name, "kept", "problems");
    if (ms_dkim_retire(c->o->paths.state, name, &dkim) < 0) {
        ms_auto_free char *text =
            ms_xasprintf("the DKIM keys of %s are still in use: %s", name, ms_err_msg(&dkim));

        call_problem(*ret, text);
    }
    homes = homes_of(mailboxes);
    call_retire(c, d, homes, false, *ret);
    return 0;
}
