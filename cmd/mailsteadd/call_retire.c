/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/call.h"
#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"

/* Less than the supervisor's bound on a call: what is left after it is told, not lost. */
enum { RETIRE_MS = 110000 };

static const char command[] = "mailbox-retire";

int64_t call_retire_deadline_ms(void)
{
    return ms_time_mono_ms() + RETIRE_MS;
}

void call_problem(json_t *result, const char *text)
{
    (void)json_array_append_new(json_object_get(result, "problems"), ms_json_lossy(text));
}

void call_retire(struct call *c, const char *address, int64_t deadline_ms, json_t *result)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(call_output_done) struct call_output o = {0};
    const char *at = strrchr(address, '@');
    ms_auto_free char *home = ms_xasprintf("%s/%.*s", at + 1, (int)(at - address), address);
    ms_auto_free char *text = NULL;

    if (ms_time_mono_ms() < deadline_ms && call_command(c, command, home, &o, &err) == 0) {
        (void)json_array_append_new(json_object_get(result, "kept"), json_string(home));
        return;
    }
    text = ms_xasprintf("the mail of %s is still in its place, and a new mailbox of that name gets "
                        "it: %s",
                        address,
                        err.code == MS_OK ? "moving the mail of the others took all the time"
                                          : ms_err_msg(&err));
    call_problem(result, text);
}
