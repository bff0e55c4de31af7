/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A packed part: whatever it holds, what comes out stays below its bound.
 */
#include <stdlib.h>

#include "modules/core/reports/reports_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_text(void *arg, const char *p, size_t n, struct ms_err *err)
{
    (void)arg;
    (void)p;
    (void)err;
    if (n > MS_REPORT_TEXT_MAX) {
        abort();
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;

    (void)!ms_report_unpack((const char *)data, size, on_text, NULL, &err);
    return 0;
}
