/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/check/check.h"

#include <stdarg.h>

#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"

void ms_checks_init(struct ms_checks *c)
{
    *c = (struct ms_checks){.arena = ms_arena_new()};
}

void ms_checks_done(struct ms_checks *c)
{
    if (c->arena) {
        ms_arena_free(c->arena);
    }
    free(c->v);
    *c = (struct ms_checks){0};
}

void ms_checks_add(struct ms_checks *c, const struct ms_check *x)
{
    struct ms_check *to;

    c->v = ms_xgrow(c->v, c->n, &c->cap, sizeof(*c->v));
    to = &c->v[c->n++];
    *to = *x;
    to->id = ms_arena_strdup(c->arena, x->id);
    to->scope = ms_arena_strdup(c->arena, x->scope);
    to->observed = ms_arena_strdup(c->arena, x->observed ? x->observed : "");
    to->expected = ms_arena_strdup(c->arena, x->expected);
    to->evidence = ms_arena_strdup(c->arena, x->evidence);
    to->fix = ms_arena_strdup(c->arena, x->fix);
}

void ms_checks_host(struct ms_checks *c, const char *id, enum ms_check_state state, const char *fix,
                    const char *observed, ...)
{
    ms_auto_free char *text = NULL;
    va_list ap;

    va_start(ap, observed);
    text = ms_xvasprintf(observed, ap);
    va_end(ap);
    ms_checks_add(c, &(struct ms_check){.id = id,
                                        .scope = MS_CHECK_HOST,
                                        .severity = state == MS_CHECK_FAIL   ? MS_SEVERITY_HIGH
                                                    : state == MS_CHECK_WARN ? MS_SEVERITY_MEDIUM
                                                                             : MS_SEVERITY_LOW,
                                        .state = state,
                                        .observed = text,
                                        .fix = fix});
}

const char *ms_check_state_name(enum ms_check_state s)
{
    static const char *const names[] = {"ok", "warn", "fail", "unknown", "not-applicable"};

    return names[s];
}

const char *ms_severity_name(enum ms_severity_level s)
{
    static const char *const names[] = {"low", "medium", "high"};

    return names[s];
}

size_t ms_checks_count(const struct ms_checks *c, enum ms_check_state s)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n; i++) {
        n += c->v[i].state == s;
    }
    return n;
}

bool ms_checks_bad(const struct ms_checks *c)
{
    return ms_checks_count(c, MS_CHECK_WARN) || ms_checks_count(c, MS_CHECK_FAIL);
}

static json_t *text(const char *s)
{
    return s ? ms_json_lossy(s) : json_null();
}

json_t *ms_checks_json(const struct ms_checks *c)
{
    json_t *list = json_array();

    for (size_t i = 0; i < c->n; i++) {
        const struct ms_check *x = &c->v[i];

        (void)json_array_append_new(
            list,
            json_pack("{s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o}", "id", x->id, "scope",
                      text(x->scope), "severity", ms_severity_name(x->severity), "state",
                      ms_check_state_name(x->state), "observed", text(x->observed), "expected",
                      text(x->expected), "evidence", text(x->evidence), "fix", text(x->fix)));
    }
    return list;
}
