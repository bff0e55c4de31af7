/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/template/yaml_place_priv.h"

#include <string.h>

static enum ms_yaml_state from_gap(struct ms_yaml_place *pl, char c)
{
    bool after_space = !pl->in_line || pl->last == ' ' || pl->last == '\t';

    switch (c) {
    case ' ':
    case '\t':
    case ',':
        return MS_YAML_GAP;
    case '[':
    case '{':
        pl->flow++;
        return MS_YAML_GAP;
    case ']':
    case '}':
        pl->flow -= pl->flow ? 1 : 0;
        return MS_YAML_AFTER;
    case '"':
        return MS_YAML_DOUBLE;
    case '\'':
        return MS_YAML_SINGLE;
    case '#':
        return after_space ? MS_YAML_COMMENT : MS_YAML_PLAIN;
    case '-':
    case '?':
    case ':':
        return MS_YAML_INDICATOR;
    default:
        return MS_YAML_PLAIN;
    }
}

static enum ms_yaml_state from_plain(struct ms_yaml_place *pl, char c)
{
    bool blank = c == ' ' || c == '\t';

    if (pl->state == MS_YAML_INDICATOR && blank) {
        return MS_YAML_GAP;
    }
    if (c == ':') {
        return MS_YAML_INDICATOR;
    }
    if (c == '#' && (pl->last == ' ' || pl->last == '\t')) {
        return MS_YAML_COMMENT;
    }
    if (pl->flow && strchr(",[]{}", c)) {
        return from_gap(pl, c);
    }
    return MS_YAML_PLAIN;
}

static enum ms_yaml_state next_state(struct ms_yaml_place *pl, char c)
{
    switch (pl->state) {
    case MS_YAML_GAP:
        return from_gap(pl, c);
    case MS_YAML_AFTER:
        return c == ' ' || c == '\t' ? MS_YAML_AFTER : from_gap(pl, c);
    case MS_YAML_INDICATOR:
    case MS_YAML_PLAIN:
        return from_plain(pl, c);
    case MS_YAML_DOUBLE:
        return c == '\\' ? MS_YAML_ESCAPE : c == '"' ? MS_YAML_AFTER : MS_YAML_DOUBLE;
    case MS_YAML_ESCAPE:
        return MS_YAML_DOUBLE;
    case MS_YAML_SINGLE:
        return c == '\'' ? MS_YAML_AFTER : MS_YAML_SINGLE;
    default:
        return pl->state;
    }
}

void ms_yaml_place_feed(struct ms_yaml_place *pl, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = p[i];

        if (c == '\n') {
            *pl = (struct ms_yaml_place){.flow = pl->flow};
            continue;
        }
        if (!pl->in_line && !strchr(" \t]}", c)) {
            pl->flow = 0; /* a line at column one begins anew, whatever was left open */
        }
        pl->state = next_state(pl, c);
        pl->last = c;
        pl->in_line = true;
    }
}
