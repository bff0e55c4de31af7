/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/health/probe_json.h"

#include <string.h>

#include "modules/core/base/mem.h"

enum { BOUND_MS = 24 * 3600 * 1000 };

json_t *ms_probe_to_json(const struct ms_probe *p, const char *address)
{
    json_t *steps = json_array();

    for (size_t i = 0; i < p->n_steps; i++) {
        (void)json_array_append_new(steps,
                                    json_pack("[s, s]", p->steps[i].send, p->steps[i].expect));
    }
    return json_pack("{s:s, s:i, s:b, s:b, s:I, s:I, s:o}", "address", address ? address : "",
                     "port", (int)p->port, "proxy", p->proxy, "tls", p->tls, "timeout",
                     (json_int_t)p->timeout_ms, "every", (json_int_t)p->every_ms, "steps", steps);
}

static const char *text(const json_t *v)
{
    return json_is_string(v) && json_string_length(v) <= MS_PROBE_TEXT_MAX &&
                   strlen(json_string_value(v)) == json_string_length(v)
               ? json_string_value(v)
               : NULL;
}

static int number(const json_t *x, const char *key, json_int_t max, unsigned *ret)
{
    const json_t *v = json_object_get(x, key);

    if (!json_is_integer(v) || json_integer_value(v) < 1 || json_integer_value(v) > max) {
        return -1;
    }
    *ret = (unsigned)json_integer_value(v);
    return 0;
}

static int take_steps(const json_t *list, struct ms_probe *p)
{
    size_t i;
    const json_t *step;

    if (!json_is_array(list) || json_array_size(list) > MS_PROBE_STEPS_MAX) {
        return -1;
    }
    p->steps = ms_xcalloc(json_array_size(list) + 1, sizeof(*p->steps));
    json_array_foreach(list, i, step)
    {
        struct ms_probe_step s = {text(json_array_get(step, 0)), text(json_array_get(step, 1))};

        if (!s.send || !s.expect) {
            free(p->steps);
            p->steps = NULL;
            return -1;
        }
        p->steps[p->n_steps++] = s;
    }
    return 0;
}

int ms_probe_from_json(const json_t *x, struct ms_probe *ret, const char **ret_address,
                       struct ms_err *err)
{
    struct ms_probe p = {.proxy = json_is_true(json_object_get(x, "proxy")),
                         .tls = json_is_true(json_object_get(x, "tls"))};
    const char *address = text(json_object_get(x, "address"));
    unsigned port = 0;

    if (!address || number(x, "port", UINT16_MAX, &port) < 0 ||
        number(x, "timeout", BOUND_MS, &p.timeout_ms) < 0 ||
        number(x, "every", BOUND_MS, &p.every_ms) < 0 ||
        take_steps(json_object_get(x, "steps"), &p) < 0) {
        return ms_err_set(err, MS_EINVAL, 0, "this is no probe");
    }
    p.port = (uint16_t)port;
    *ret = p;
    *ret_address = address;
    return 0;
}
