/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

#include <assert.h>

/* A planned component has no module: it takes part only in the list of components. */
#define DECLARE_always(name) extern const struct ms_module ms_module_##name;
#define DECLARE_on(name) DECLARE_always(name)
#define DECLARE_off(name) DECLARE_always(name)
#define DECLARE_planned(name)
#define MS_COMPONENT(name, kind) DECLARE_##kind(name)
#include "modules/modules.def"
#undef MS_COMPONENT

const struct ms_module *const ms_modules[] = {
#define LIST_always(name) &ms_module_##name,
#define LIST_on(name) LIST_always(name)
#define LIST_off(name) LIST_always(name)
#define LIST_planned(name)
#define MS_COMPONENT(name, kind) LIST_##kind(name)
#include "modules/modules.def"
#undef MS_COMPONENT
    NULL,
};

const struct ms_component ms_components[] = {
#define ENTRY_always(name) {#name, MS_COMPONENT_ALWAYS, &ms_module_##name},
#define ENTRY_on(name) {#name, MS_COMPONENT_ON, &ms_module_##name},
#define ENTRY_off(name) {#name, MS_COMPONENT_OFF, &ms_module_##name},
#define ENTRY_planned(name) {#name, MS_COMPONENT_PLANNED, NULL},
#define MS_COMPONENT(name, kind) ENTRY_##kind(name)
#include "modules/modules.def"
#undef MS_COMPONENT
    {NULL, MS_COMPONENT_PLANNED, NULL},
};

enum ms_component_kind ms_module_kind(size_t i)
{
    const struct ms_component *c = ms_components;

    while (c->name && c->module != ms_modules[i]) {
        c++;
    }
    assert(c->name);
    return c->kind;
}
