/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x-mailstead of one service: what Compose has no word for, read into the typed members of struct
 * ms_service. An unknown key is an error.
 */
#ifndef MS_STACK_EXTENSION_H
#define MS_STACK_EXTENSION_H

#include "modules/core/stack/stack.h"

/* Fill ret from x (NULL: nothing is set). Strings go to the arena. */
int ms_stack_extension(struct ms_arena *a, const json_t *x, struct ms_service *ret,
                       struct ms_err *err) ms_must_use;

#endif
