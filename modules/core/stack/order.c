/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/stack/stack_priv.h"

enum mark { NEW, OPEN, DONE };

struct walk {
    struct ms_stack *s;
    enum mark *marks;
    struct ms_service *out;
    size_t n_out;
};

static size_t find(const struct ms_stack *s, const char *name)
{
    size_t i = 0;

    while (i < s->n_services && strcmp(s->services[i].name, name) != 0) {
        i++;
    }
    return i;
}

/* Depth first: a service is put out after all that it needs. The depth is at most the number of
 * services. */
static int visit(struct walk *w, size_t i, struct ms_err *err)
{
    struct ms_service *v = &w->s->services[i];

    if (w->marks[i] == DONE) {
        return 0;
    }
    if (w->marks[i] == OPEN) {
        return ms_err_set(err, MS_EINVAL, 0, "services.%s: depends_on goes round in a circle",
                          v->name);
    }
    w->marks[i] = OPEN;
    for (size_t k = 0; v->needs[k]; k++) {
        size_t j = find(w->s, v->needs[k]);

        if (j == w->s->n_services) {
            return ms_err_set(err, MS_EINVAL, 0, "services.%s: depends_on unknown service %s",
                              v->name, v->needs[k]);
        }
        if (visit(w, j, err) < 0) {
            return -1;
        }
    }
    w->marks[i] = DONE;
    w->out[w->n_out++] = *v;
    return 0;
}

int ms_stack_order(struct ms_stack *s, struct ms_err *err)
{
    ms_auto_free enum mark *marks = ms_xcalloc(s->n_services, sizeof(*marks));
    struct walk w = {.s = s,
                     .marks = marks,
                     .out = ms_arena_alloc(s->arena, s->n_services, sizeof(*s->services))};

    for (size_t i = 0; i < s->n_services; i++) {
        if (visit(&w, i, err) < 0) {
            return -1;
        }
    }
    s->services = w.out;
    return 0;
}
