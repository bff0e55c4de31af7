/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in a line of YAML a value is put, so that it is quoted as the place needs: a scalar of its
 * own, a part of a plain scalar, or inside quotes. Quoted scalars that go over several lines and
 * block scalars are not followed: in both, a value is treated as a scalar of its own.
 */
#ifndef MS_TEMPLATE_YAML_PLACE_PRIV_H
#define MS_TEMPLATE_YAML_PLACE_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/err.h"
#include "modules/core/template/parse_priv.h"

enum ms_yaml_state {
    MS_YAML_GAP,       /* a scalar may begin */
    MS_YAML_INDICATOR, /* after - ? or : which may be an indicator */
    MS_YAML_PLAIN,     /* in a plain scalar */
    MS_YAML_DOUBLE,    /* in a double-quoted scalar */
    MS_YAML_ESCAPE,    /* in one, after a backslash */
    MS_YAML_SINGLE,    /* in a single-quoted scalar */
    MS_YAML_AFTER,     /* after a quoted scalar */
    MS_YAML_COMMENT
};

/* All zeroes is the beginning of a line. */
struct ms_yaml_place {
    enum ms_yaml_state state;
    char last;     /* the byte before */
    bool in_line;  /* something is on the line already */
    unsigned flow; /* flow collections that are open */
};

/* Follow n more bytes of output. */
void ms_yaml_place_feed(struct ms_yaml_place *pl, const char *p, size_t n);

/* Append s as the place needs it; joined: more text of the same word follows. MS_EINVAL when the
 * place cannot hold it. */
int ms_escape_yaml_at(const struct ms_yaml_place *pl, bool joined, struct ms_tpl_str s,
                      struct ms_buf *out, struct ms_err *err) ms_must_use;

#endif
