/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What YAML text may hold, and what a plain scalar means. Shared by the parser and the emitter of
 * this room.
 */
#ifndef MS_YAML_TEXT_H
#define MS_YAML_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "modules/core/base/diag.h"

/* Check that the bytes are UTF-8 without control characters (other than tab and line ends), as
 * YAML asks. Returns 0, or -1 after adding an error with the line to d. */
int ms_yaml_check_text(const char *file, const char *p, size_t size, struct ms_diags *d)
    ms_must_use;

/* Whether a plain scalar of that text is null in the YAML 1.2 core schema. */
bool ms_yaml_plain_is_null(const char *s);

/* What a plain scalar of that text is in the YAML 1.2 core schema. Infinity, not-a-number and
 * numbers that JSON cannot hold come back as strings. */
json_t *ms_yaml_plain_to_json(const char *s) ms_must_use;

/* Whether the string may be written without quotes: it reads back as the same string in YAML 1.1
 * and 1.2. Errs on the side of quotes. */
bool ms_yaml_plain_safe(const char *s);

#endif
