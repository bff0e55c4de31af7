/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api-doc: the reference of the API as it is now, in Markdown; with any argument the OpenAPI
 * document.
 */
#include <stdio.h>

#include "modules/core/api/openapi.h"
#include "modules/core/base/cleanup_ext.h"

enum { TEXT_MAX = 1024 * 1024 };

int main(int argc, char **argv)
{
    ms_auto_buf struct ms_buf b = {0};
    ms_auto_json json_t *doc = ms_openapi();

    (void)argv;
    ms_buf_init(&b, TEXT_MAX);
    if (argc > 1) {
        return json_dumpf(doc, stdout, JSON_INDENT(2)) < 0 || putchar('\n') == EOF;
    }
    ms_openapi_markdown(&b);
    return fwrite(b.p, 1, b.len, stdout) != b.len;
}
