/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

#define MS_COMPONENT(name, kind) extern const struct ms_module ms_module_##name;
#include "modules/modules.def"
#undef MS_COMPONENT

const struct ms_module *const ms_modules[] = {
#define MS_COMPONENT(name, kind) &ms_module_##name,
#include "modules/modules.def"
#undef MS_COMPONENT
    NULL,
};

static const enum ms_component_kind kinds[] = {
#define always MS_COMPONENT_ALWAYS
#define on MS_COMPONENT_ON
#define off MS_COMPONENT_OFF
#define MS_COMPONENT(name, kind) kind,
#include "modules/modules.def"
#undef MS_COMPONENT
#undef always
#undef on
#undef off
};

enum ms_component_kind ms_module_kind(size_t i)
{
    return kinds[i];
}
