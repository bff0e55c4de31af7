/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/engine/docker_json.h"

#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"

const char *ms_json_text(const json_t *j, const char *key)
{
    const char *s = json_string_value(json_object_get(j, key));

    return s ? s : "";
}

static char *text_dup(const json_t *j, const char *key)
{
    return ms_xstrdup(ms_json_text(j, key));
}

static int not_understood(const char *what, struct ms_err *err)
{
    return ms_err_set(err, MS_EENGINE, 0, "the container engine's list of %s is not understood",
                      what);
}

static void take_labels(const json_t *labels, struct ms_container *c)
{
    c->service = text_dup(labels, MS_LABEL_SERVICE);
    c->spec_hash = text_dup(labels, MS_LABEL_SPEC);
}

static char *plain_name(const char *name)
{
    return ms_xstrdup(name + (*name == '/'));
}

int ms_docker_containers(const json_t *j, struct ms_container **ret_v, size_t *ret_n,
                         struct ms_err *err)
{
    struct ms_container *v;
    size_t n = 0, i;
    const json_t *e;

    if (!json_is_array(j)) {
        return not_understood("containers", err);
    }
    v = ms_xcalloc(json_array_size(j) + 1, sizeof(*v));
    json_array_foreach(j, i, e)
    {
        const json_t *labels = json_object_get(e, "Labels");
        const char *name = json_string_value(json_array_get(json_object_get(e, "Names"), 0));

        if (!*ms_json_text(e, "Id") || !strcmp(ms_json_text(labels, MS_LABEL_ONEOFF), "True")) {
            continue;
        }
        v[n].id = text_dup(e, "Id");
        v[n].name = plain_name(name ? name : "");
        v[n].image_id = text_dup(e, "ImageID");
        v[n].image = text_dup(e, "Image");
        v[n].state = text_dup(e, "State");
        v[n].status = text_dup(e, "Status");
        take_labels(labels, &v[n]);
        n++;
    }
    *ret_v = v;
    *ret_n = n;
    return 0;
}

int ms_docker_objects(const json_t *j, struct ms_engine_object **ret_v, size_t *ret_n,
                      struct ms_err *err)
{
    struct ms_engine_object *v;
    size_t n = 0, i;
    const json_t *e;

    if (j && !json_is_array(j) && !json_is_null(j)) {
        return not_understood("networks or volumes", err);
    }
    v = ms_xcalloc(json_array_size(j) + 1, sizeof(*v));
    json_array_foreach(j, i, e)
    {
        if (*ms_json_text(e, "Name")) {
            v[n].name = text_dup(e, "Name");
            v[n].spec_hash = text_dup(json_object_get(e, "Labels"), MS_LABEL_SPEC);
            n++;
        }
    }
    *ret_v = v;
    *ret_n = n;
    return 0;
}

/* n digits at s as a number; -1 when they are none. */
static int64_t number_at(const char *s, size_t n)
{
    int64_t v = 0;

    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9') {
            return -1;
        }
        v = v * 10 + (s[i] - '0');
    }
    return v;
}

/* RFC 3339 in UTC, as the engine writes it, to milliseconds; 0 for "never" and for anything else.
 */
static int64_t time_of(const char *s)
{
    struct tm tm = {0};
    int64_t ms = 0;
    time_t t;

    if (strlen(s) < 20) {
        return 0;
    }
    tm.tm_year = (int)number_at(s, 4) - 1900;
    tm.tm_mon = (int)number_at(s + 5, 2) - 1;
    tm.tm_mday = (int)number_at(s + 8, 2);
    tm.tm_hour = (int)number_at(s + 11, 2);
    tm.tm_min = (int)number_at(s + 14, 2);
    tm.tm_sec = (int)number_at(s + 17, 2);
    if (tm.tm_year < 70 || tm.tm_mon < 0 || tm.tm_mday < 1 || tm.tm_hour < 0 || tm.tm_min < 0 ||
        tm.tm_sec < 0) {
        return 0;
    }
    if (s[19] == '.') {
        int64_t scale = 100;

        for (s += 20; *s >= '0' && *s <= '9'; s++, scale /= 10) {
            ms += (*s - '0') * scale;
        }
    }
    t = timegm(&tm);
    return t < 0 ? 0 : (int64_t)t * 1000 + ms;
}

int ms_docker_container(const json_t *j, struct ms_container *ret, struct ms_err *err)
{
    const json_t *config = json_object_get(j, "Config"), *state = json_object_get(j, "State");
    struct ms_container c = {0};

    if (!*ms_json_text(j, "Id") || !json_is_object(state)) {
        return not_understood("a container's properties", err);
    }
    c.id = text_dup(j, "Id");
    c.name = plain_name(ms_json_text(j, "Name"));
    c.image_id = text_dup(j, "Image");
    c.image = text_dup(config, "Image");
    c.state = text_dup(state, "Status");
    c.status = text_dup(state, "Status");
    take_labels(json_object_get(config, "Labels"), &c);
    c.exit_code = (int)json_integer_value(json_object_get(state, "ExitCode"));
    c.oom_killed = json_is_true(json_object_get(state, "OOMKilled"));
    c.restart_count = (int)json_integer_value(json_object_get(j, "RestartCount"));
    c.started_ms = time_of(ms_json_text(state, "StartedAt"));
    *ret = c;
    return 0;
}

void ms_docker_event(const json_t *j, struct ms_engine_event *ret)
{
    const json_t *actor = json_object_get(j, "Actor");
    const json_t *attributes = json_object_get(actor, "Attributes");
    uint32_t code;

    *ret = (struct ms_engine_event){
        .type = ms_json_text(j, "Type"),
        .action = ms_json_text(j, "Action"),
        .service = ms_json_text(attributes, MS_LABEL_SERVICE),
        .id = ms_json_text(actor, "ID"),
        .exit_code = -1,
        .time_ms = json_integer_value(json_object_get(j, "timeNano")) / 1000000,
    };
    if (ms_parse_u32(ms_json_text(attributes, "exitCode"), &code) == 0 && code < 65536) {
        ret->exit_code = (int)code;
    }
}
