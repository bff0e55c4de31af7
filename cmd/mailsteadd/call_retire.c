/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/call.h"
#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"

/* Less than the supervisor's bound on a call: what is left after it is told, not lost. */
enum { RETIRE_MS = 110000, BATCH = 200 };

static const char command[] = "mailbox-retire";

void call_problem(json_t *result, const char *text)
{
    (void)json_array_append_new(json_object_get(result, "problems"), ms_json_lossy(text));
}

char *call_home(const char *address)
{
    const char *at = strrchr(address, '@');

    return ms_xasprintf("%s/%.*s", at + 1, (int)(at - address), address);
}

/* The lines of text are the homes that were moved. */
static void add_kept(const char *text, json_t *result)
{
    while (*text) {
        size_t n = strcspn(text, "\n");

        if (n) {
            (void)json_array_append_new(json_object_get(result, "kept"), json_stringn(text, n));
        }
        text += n + (text[n] == '\n');
    }
}

/* Move up to BATCH homes (NULL-terminated), after the option when keep is set. */
static int retire_batch(struct call *c, char *const *homes, bool keep, json_t *result,
                        struct ms_err *err)
{
    ms_cleanup(call_output_done) struct call_output o = {0};
    const char *arguments[BATCH + 2] = {0};
    size_t n = 0;
    int r;

    if (keep) {
        arguments[n++] = "--keep";
    }
    for (size_t i = 0; homes[i]; i++) {
        arguments[n++] = homes[i];
    }
    r = call_command_args(c, command, arguments, &o, err);
    if (o.out.cap) {
        add_kept(o.out.p, result);
    }
    return r;
}

static void not_moved(const json_t *addresses, size_t done, const struct ms_err *err,
                      json_t *result)
{
    size_t left = json_array_size(addresses) - done;
    ms_auto_free char *text = NULL;
    const char *why =
        err->code == MS_OK ? "moving the mail of the others took all the time" : ms_err_msg(err);

    if (left == 1) {
        text = ms_xasprintf("the mail of %s is still in its place, and a new mailbox of that name "
                            "gets it: %s",
                            json_string_value(json_array_get(addresses, done)), why);
    } else {
        text = ms_xasprintf("the mail of %zu mailboxes (%s and those after it) is still in its "
                            "place, and new mailboxes of these names get it: %s",
                            left, json_string_value(json_array_get(addresses, done)), why);
    }
    call_problem(result, text);
}

void call_retire(struct call *c, const json_t *addresses, bool keep, json_t *result)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    int64_t end = ms_time_mono_ms() + RETIRE_MS;
    size_t n = json_array_size(addresses), done = 0;

    while (done < n && err.code == MS_OK && ms_time_mono_ms() < end) {
        char *homes[BATCH + 1] = {0};
        size_t before = json_array_size(json_object_get(result, "kept"));

        for (size_t i = 0; i < BATCH && done + i < n; i++) {
            homes[i] = call_home(json_string_value(json_array_get(addresses, done + i)));
        }
        (void)retire_batch(c, homes, keep, result, &err);
        done += json_array_size(json_object_get(result, "kept")) - before;
        for (size_t i = 0; homes[i]; i++) {
            free(homes[i]);
        }
    }
    if (done < n) {
        not_moved(addresses, done, &err, result);
    } else if (err.code != MS_OK) { /* moved, but not all that follows */
        call_problem(result, ms_err_msg(&err));
    }
}
