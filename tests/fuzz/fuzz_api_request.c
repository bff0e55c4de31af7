/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client sends: a method, a path and a body, one a line. Asserts that a decoded name is
 * UTF-8 without control characters and comes back the same through ms_url_encode, and that a
 * request that passes ms_op_check still does after it was written and read again.
 */
#include <assert.h>
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "modules/core/api/ops.h"
#include "modules/core/api/routes.h"
#include "modules/core/api/url.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const char *name)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *enc = ms_url_encode(name);
    ms_auto_free char *dec = NULL;
    ms_auto_json json_t *utf8 = json_string(name);

    assert(utf8);
    for (const char *p = name; *p; p++) {
        assert((unsigned char)*p >= ' ' && *p != 0x7f);
    }
    assert(ms_url_decode(enc, strlen(enc), &dec, &err) == 0 && !strcmp(dec, name));
}

static void check_body(const char *text, size_t n)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT, again = MS_ERR_INIT;
    ms_auto_json json_t *request = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
    ms_auto_json json_t *copy = NULL;
    ms_auto_free char *dump = NULL;
    enum ms_op op, op2;

    if (!request || ms_op_check(request, &op, &err) < 0) {
        return;
    }
    dump = json_dumps(request, JSON_COMPACT);
    assert(dump);
    copy = json_loads(dump, JSON_REJECT_DUPLICATES, NULL);
    assert(copy && ms_op_check(copy, &op2, &again) == 0 && op == op2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *text = ms_xmemdup0((const char *)data, size);
    ms_auto_free char *name = NULL;
    const struct ms_route *route = NULL;
    size_t method = strcspn(text, "\n"), path;

    if (!text[method]) {
        return 0;
    }
    text[method++] = '\0';
    path = strcspn(text + method, "\n");
    if (method + path < size) {
        text[method + path] = '\0';
        check_body(text + method + path + 1, size - method - path - 1);
    }
    if (ms_route_match(text, text + method, &route, &name, &err) == 1) {
        assert(!strcmp(route->method, text));
        assert((name != NULL) == (strstr(route->pattern, "{}") != NULL));
        if (name) {
            check_name(name);
        }
    }
    return 0;
}
