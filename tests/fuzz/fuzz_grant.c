/* SPDX-License-Identifier: Apache-2.0 */
/* A grant that is accepted gives a statement whose names are plain and whose quotes are ours. */
#include <stddef.h>
#include <stdint.h>

#include "modules/core/base/mem.h"
#include "modules/core/directory/grant_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count(const char *s, char c)
{
    size_t n = 0;

    for (; *s; s++) {
        n += *s == c;
    }
    return n;
}

static void check(const char *text)
{
    ms_cleanup(ms_privs_done) struct ms_privs p = {0};
    const struct ms_privs none = {0};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf out = {0};

    if (ms_grant_parse(text, "mailstead", &p, &err) < 0) {
        if (err.code != MS_EINVAL) {
            abort();
        }
        return;
    }
    ms_privs_sort(&p);
    ms_buf_init(&out, 1 << 20);
    if (p.n == 0 || ms_grant_statements(&p, &none, true, "u", &out, &err) < 0) {
        abort();
    }
    if (strpbrk(out.p, ";\"#-\n") || count(out.p, '\'') != 4 || count(out.p, '`') % 2 != 0 ||
        out.p[strlen(out.p) + 1] != '\0') {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ms_auto_free char *text = ms_xmemdup0((const char *)data, size);

    if (size <= 10000) {
        check(text);
    }
    return 0;
}
