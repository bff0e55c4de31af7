/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/call.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/directory/directory.h"

static const char command[] = "mailbox-rename";

static int run(struct call *c, const char *step, const char *address, const char *target,
               struct ms_err *err)
{
    ms_cleanup(call_output_done) struct call_output o = {0};
    ms_auto_free char *old = call_home(address), *new = call_home(target);
    const char *const arguments[] = {step, old, new, NULL};

    return call_command_args(c, command, arguments, &o, err);
}

/* Each step may be killed: the next try begins with the one that is not done. */
int call_rename_finish(struct call *c, struct ms_directory *d, const char *address,
                       const char *target, struct ms_err *err)
{
    int moved = ms_directory_rename_state(d, address, target, err);

    if (moved < 0) {
        return -1;
    }
    if (!moved && (run(c, "move", address, target, err) < 0 ||
                   ms_directory_rename_moved(d, target, err) < 0)) {
        return -1;
    }
    if (run(c, "finish", address, target, err) < 0) {
        return -1;
    }
    return ms_directory_rename_done(d, address, err);
}

int call_mailbox_rename(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_auto_free char *address = NULL, *target = NULL;
    bool keep = json_is_true(json_object_get(c->request, "keep_alias"));

    if (call_address(c, "address", &address, err) < 0 || call_address(c, "to", &target, err) < 0 ||
        call_check_reserved(c, address, err) < 0 || call_check_reserved(c, target, err) < 0 ||
        call_directory_open(c, &d, err) < 0) {
        return -1;
    }
    call_make_room(c, d, target);
    if (ms_directory_mailbox_rename(d, address, target, keep, err) < 0) {
        return -1;
    }
    if (call_rename_finish(c, d, address, target, err) < 0) {
        return ms_err_wrap(err,
                           "%s has its new name, but its mail is not moved to the end: repeat the "
                           "rename",
                           target);
    }
    *ret = json_pack("{s:s, s:s}", "address", target, "was", address);
    return 0;
}
