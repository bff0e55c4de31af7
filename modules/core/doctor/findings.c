/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/doctor/findings.h"

#include <stdarg.h>
#include <stdlib.h>

#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"

const char *ms_level_name(enum ms_level l)
{
    static const char *const names[] = {
        [MS_LEVEL_OK] = "ok",
        [MS_LEVEL_WARN] = "warn",
        [MS_LEVEL_FAIL] = "fail",
        [MS_LEVEL_UNKNOWN] = "unknown",
    };

    return names[l];
}

void ms_findings_add(struct ms_findings *f, const char *topic, enum ms_level level,
                     const char *mend, const char *fmt, ...)
{
    va_list ap;

    f->v = ms_xgrow(f->v, f->n, &f->cap, sizeof(*f->v));
    va_start(ap, fmt);
    f->v[f->n++] = (struct ms_finding){
        .topic = topic, .level = level, .text = ms_xvasprintf(fmt, ap), .mend = ms_xstrdup(mend)};
    va_end(ap);
}

bool ms_findings_bad(const struct ms_findings *f)
{
    for (size_t i = 0; i < f->n; i++) {
        if (f->v[i].level == MS_LEVEL_WARN || f->v[i].level == MS_LEVEL_FAIL) {
            return true;
        }
    }
    return false;
}

json_t *ms_findings_json(const struct ms_findings *f)
{
    json_t *list = json_array();

    for (size_t i = 0; i < f->n; i++) {
        const struct ms_finding *x = &f->v[i];

        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:o, s:o}", "topic", x->topic, "level",
                            ms_level_name(x->level), "text", ms_json_lossy(x->text), "mend",
                            x->mend ? ms_json_lossy(x->mend) : json_null()));
    }
    return list;
}

void ms_findings_done(struct ms_findings *f)
{
    for (size_t i = 0; i < f->n; i++) {
        free(f->v[i].text);
        free(f->v[i].mend);
    }
    free(f->v);
    *f = (struct ms_findings){0};
}
