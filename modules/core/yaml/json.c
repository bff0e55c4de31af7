/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/yaml/tree.h"

#include "modules/core/yaml/text.h"

json_t *ms_node_to_json(const struct ms_node *n)
{
    json_t *j;

    switch (n->kind) {
    case MS_NODE_SCALAR:
        return n->plain ? ms_yaml_plain_to_json(n->text) : json_string(n->text);
    case MS_NODE_SEQUENCE:
        j = json_array();
        for (size_t i = 0; i < n->n; i++) {
            (void)json_array_append_new(j, ms_node_to_json(n->v[i]));
        }
        return j;
    case MS_NODE_MAPPING:
        j = json_object();
        for (size_t i = 0; i < n->n; i++) {
            (void)json_object_set_new(j, n->v[i]->key, ms_node_to_json(n->v[i]));
        }
        return j;
    }
    return NULL;
}
