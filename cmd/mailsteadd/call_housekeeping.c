/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailsteadd/call.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/directory/directory.h"

static const char command[] = "mailbox-purge";
static const char days[] = "30"; /* how long the mail of deleted mailboxes is kept */

static void finish_renames(struct call *c, struct ms_directory *d, json_t *result)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_json json_t *list = NULL;
    size_t i;
    const json_t *r;

    if (ms_directory_renames(d, &list, &err) < 0) {
        call_problem(result, ms_err_msg(&err));
        return;
    }
    json_array_foreach(list, i, r)
    {
        ms_auto_err struct ms_err one = MS_ERR_INIT;

        if (call_rename_finish(c, d, json_string_value(json_object_get(r, "address")),
                               json_string_value(json_object_get(r, "target")), &one) < 0) {
            call_problem(result, ms_err_msg(&one));
        }
    }
}

static json_int_t lines(const char *text)
{
    json_int_t n = 0;

    for (; *text; text++) {
        n += *text == '\n';
    }
    return n;
}

/* What nobody needs to be told about, now and then: each part is tried, whatever the others say. */
int call_housekeeping(struct call *c, json_t **ret, struct ms_err *err)
{
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    ms_cleanup(call_output_done) struct call_output o = {0};
    ms_auto_err struct ms_err purge = MS_ERR_INIT, expire = MS_ERR_INIT, old = MS_ERR_INIT;
    unsigned aliases = 0;

    if (call_directory_open(c, &d, err) < 0) {
        return -1;
    }
    *ret = json_pack("{s:[], s:[]}", "problems", "kept");
    finish_renames(c, d, *ret);
    call_retire_rest(c, d, *ret);
    call_reports_take(c, d, *ret);
    if (ms_directory_reports_expire(d, &old) < 0) {
        call_problem(*ret, ms_err_msg(&old));
    }
    if (ms_directory_aliases_expire(d, &aliases, &expire) < 0) {
        call_problem(*ret, ms_err_msg(&expire));
    }
    (void)json_object_set_new(*ret, "aliases", json_integer(aliases));
    if (call_command(c, command, days, &o, &purge) < 0) {
        call_problem(*ret, ms_err_msg(&purge));
    }
    (void)json_object_set_new(*ret, "mailboxes", json_integer(o.out.cap ? lines(o.out.p) : 0));
    return 0;
}
