/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailsteadd/call.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"
#include "modules/core/directory/directory.h"

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
static int retire_batch(struct call *c, const char *const *homes, bool keep, json_t *result,
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

static void not_moved(const json_t *mailboxes, size_t done, const struct ms_err *err,
                      json_t *result)
{
    size_t left = json_array_size(mailboxes) - done;
    ms_auto_free char *text = NULL;
    const char *first =
        json_string_value(json_object_get(json_array_get(mailboxes, done), "address"));
    const char *why =
        err->code == MS_OK ? "moving the mail of the others took all the time" : ms_err_msg(err);

    if (left == 1) {
        text = ms_xasprintf("the mail of %s is still in its place; it is put aside later, and no "
                            "new mailbox can have that name before: %s",
                            first, why);
    } else {
        text = ms_xasprintf("the mail of %zu mailboxes (%s and those after it) is still in its "
                            "place; it is put aside later, and no new mailboxes can have these "
                            "names before: %s",
                            left, first, why);
    }
    call_problem(result, text);
}

static void moved(struct ms_directory *d, const json_t *mailboxes, size_t from, size_t to,
                  json_t *result)
{
    for (size_t i = from; i < to; i++) {
        const json_t *m = json_array_get(mailboxes, i);
        ms_auto_err struct ms_err err = MS_ERR_INIT;

        if (ms_directory_deleted_done(d, json_string_value(json_object_get(m, "address")), &err) <
            0) {
            call_problem(result, ms_err_msg(&err));
            return;
        }
    }
}

void call_retire(struct call *c, struct ms_directory *d, const json_t *mailboxes, bool keep,
                 json_t *result)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    int64_t end = ms_time_mono_ms() + RETIRE_MS;
    size_t n = json_array_size(mailboxes), done = 0;

    while (done < n && err.code == MS_OK && ms_time_mono_ms() < end) {
        const char *homes[BATCH + 1] = {0};
        size_t before = json_array_size(json_object_get(result, "kept")), more;

        for (size_t i = 0; i < BATCH && done + i < n; i++) {
            homes[i] =
                json_string_value(json_object_get(json_array_get(mailboxes, done + i), "home"));
        }
        (void)retire_batch(c, homes, keep, result, &err);
        more = json_array_size(json_object_get(result, "kept")) - before;
        moved(d, mailboxes, done, done + more, result);
        done += more;
    }
    if (done < n) {
        not_moved(mailboxes, done, &err, result);
    } else if (err.code != MS_OK) { /* moved, but not all that follows */
        call_problem(result, ms_err_msg(&err));
    }
}

/* Whether the command takes it: "domain/local", each beginning with no dot. */
static bool is_home(const char *home)
{
    const char *slash = strchr(home, '/');

    for (const char *p = home; *p; p++) {
        if ((unsigned char)*p <= ' ' || *p == 0x7f) {
            return false;
        }
    }
    return slash && slash != home && home[0] != '.' && slash[1] && slash[1] != '.' &&
           !strchr(slash + 1, '/');
}

/* Another program may have given a mailbox a place that is none of ours: its mail stays there. */
static void drop_strange(struct ms_directory *d, json_t *mailboxes, json_t *result)
{
    for (size_t i = json_array_size(mailboxes); i-- > 0;) {
        const json_t *m = json_array_get(mailboxes, i);
        const char *home = json_string_value(json_object_get(m, "home"));

        if (!is_home(home)) {
            ms_auto_free char *text = ms_xasprintf(
                "the mail of a deleted mailbox stays where it is: its place is \"%s\"", home);

            call_problem(result, text);
            moved(d, mailboxes, i, i + 1, result);
            (void)json_array_remove(mailboxes, i);
        }
    }
}

void call_retire_rest(struct call *c, struct ms_directory *d, json_t *result)
{
    for (int keep = 0; keep < 2; keep++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_json json_t *list = NULL;

        if (ms_directory_deleted(d, keep, &list, &err) < 0) {
            call_problem(result, ms_err_msg(&err));
            return;
        }
        drop_strange(d, list, result);
        call_retire(c, d, list, keep, result);
    }
}

void call_make_room(struct call *c, struct ms_directory *d, const char *address)
{
    for (int keep = 0; keep < 2; keep++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_json json_t *list = NULL, *one = json_array();
        ms_auto_json json_t *result = json_pack("{s:[], s:[]}", "kept", "problems");
        size_t i;
        json_t *m;

        if (ms_directory_deleted(d, keep, &list, &err) < 0) {
            return;
        }
        json_array_foreach(list, i, m)
        {
            if (!strcmp(json_string_value(json_object_get(m, "address")), address)) {
                (void)json_array_append(one, m);
            }
        }
        call_retire(c, d, one, keep, result);
    }
}
