/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <string.h>
#include <yaml.h>

#include "modules/core/yaml/text.h"
#include "modules/core/yaml/tree.h"

enum { DEPTH = 32 }; /* as the parser's limit */

struct emit {
    yaml_emitter_t y;
    struct ms_err *err;
};

static int on_write(void *data, unsigned char *p, size_t n)
{
    struct ms_buf *b = data;

    ms_buf_add(b, p, n);
    return !b->too_big;
}

/* Send an event that the initialiser made. */
static int send(struct emit *e, yaml_event_t *ev, int made)
{
    if (!made) {
        return ms_err_set(e->err, MS_EINVAL, 0, "YAML: a string is not UTF-8");
    }
    if (!yaml_emitter_emit(&e->y, ev)) { /* takes the event over in either case */
        return ms_err_set(e->err, MS_EINVAL, 0, "YAML: %s",
                          e->y.problem ? e->y.problem : "the text is larger than allowed");
    }
    return 0;
}

static int emit_scalar(struct emit *e, const char *s, size_t len, yaml_scalar_style_t style)
{
    yaml_event_t ev;

    if (strlen(s) != len) {
        return ms_err_set(e->err, MS_EINVAL, 0, "YAML: a string holds a NUL character");
    }
    return send(e, &ev,
                yaml_scalar_event_initialize(&ev, NULL, NULL, (const yaml_char_t *)s, (int)len, 1,
                                             1, style));
}

static int emit_string(struct emit *e, const char *s, size_t len)
{
    return emit_scalar(e, s, len,
                       ms_yaml_plain_safe(s) ? YAML_PLAIN_SCALAR_STYLE
                                             : YAML_DOUBLE_QUOTED_SCALAR_STYLE);
}

static int emit_value(struct emit *e, const json_t *j, unsigned depth);

static int emit_array(struct emit *e, const json_t *j, unsigned depth)
{
    yaml_event_t ev;

    if (send(e, &ev,
             yaml_sequence_start_event_initialize(&ev, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE)) <
        0) {
        return -1;
    }
    for (size_t i = 0; i < json_array_size(j); i++) {
        if (emit_value(e, json_array_get(j, i), depth + 1) < 0) {
            return -1;
        }
    }
    return send(e, &ev, yaml_sequence_end_event_initialize(&ev));
}

static int emit_object(struct emit *e, const json_t *j, unsigned depth)
{
    yaml_event_t ev;
    json_t *object = (json_t *)(uintptr_t)j; /* Jansson's iterators take no const */

    if (send(e, &ev,
             yaml_mapping_start_event_initialize(&ev, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE)) <
        0) {
        return -1;
    }
    for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
        const char *key = json_object_iter_key(it);

        if (emit_string(e, key, strlen(key)) < 0 ||
            emit_value(e, json_object_iter_value(it), depth + 1) < 0) {
            return -1;
        }
    }
    return send(e, &ev, yaml_mapping_end_event_initialize(&ev));
}

static int emit_value(struct emit *e, const json_t *j, unsigned depth)
{
    ms_auto_free char *text = NULL;

    if ((json_is_object(j) || json_is_array(j)) && depth >= DEPTH) {
        return ms_err_set(e->err, MS_EINVAL, 0, "YAML: nested deeper than %d levels", DEPTH);
    }
    if (json_is_object(j)) {
        return emit_object(e, j, depth);
    }
    if (json_is_array(j)) {
        return emit_array(e, j, depth);
    }
    if (json_is_string(j)) {
        return emit_string(e, json_string_value(j), json_string_length(j));
    }
    text = json_dumps(j, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17)); /* null, true, a number */
    if (!text) {
        return ms_err_set(e->err, MS_EINVAL, 0, "YAML: a value cannot be written");
    }
    return emit_scalar(e, text, strlen(text), YAML_PLAIN_SCALAR_STYLE);
}

static int emit_document(struct emit *e, const json_t *j)
{
    yaml_event_t ev;

    if (send(e, &ev, yaml_stream_start_event_initialize(&ev, YAML_UTF8_ENCODING)) < 0 ||
        send(e, &ev, yaml_document_start_event_initialize(&ev, NULL, NULL, NULL, 1)) < 0 ||
        emit_value(e, j, 0) < 0 || send(e, &ev, yaml_document_end_event_initialize(&ev, 1)) < 0) {
        return -1;
    }
    return send(e, &ev, yaml_stream_end_event_initialize(&ev));
}

int ms_yaml_emit(const json_t *j, struct ms_buf *out, struct ms_err *err)
{
    struct emit e = {.err = err};
    int r;

    if (!yaml_emitter_initialize(&e.y)) {
        abort(); /* out of memory */
    }
    yaml_emitter_set_output(&e.y, on_write, out);
    yaml_emitter_set_unicode(&e.y, 1);
    yaml_emitter_set_width(&e.y, -1);
    r = emit_document(&e, j);
    yaml_emitter_delete(&e.y);
    return r;
}
