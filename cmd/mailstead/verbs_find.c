/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/suggest.h"
#include "cmd/mailstead/verbs.h"

const struct ms_verb *ms_verb_find(const char *name, const char *sub)
{
    for (const struct ms_verb *v = ms_verbs; v->name; v++) {
        if (strcmp(v->name, name) != 0) {
            continue;
        }
        if (!sub) {
            return v;
        }
        if (v->sub && !strcmp(v->sub, sub)) {
            return v;
        }
    }
    return NULL;
}

bool ms_verb_is_group(const struct ms_verb *v)
{
    return !v->run;
}

const char *ms_verb_suggest(const char *typed, const char *group)
{
    struct ms_suggest s;

    ms_suggest_init(&s, typed);
    for (const struct ms_verb *v = ms_verbs; v->name; v++) {
        if (!group && !v->sub) {
            ms_suggest_offer(&s, v->name);
        } else if (group && v->sub && !strcmp(v->name, group)) {
            ms_suggest_offer(&s, v->sub);
        }
    }
    return s.best;
}
