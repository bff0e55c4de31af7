/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One report without its packing: what is read has the form that it should have.
 */
#include <stdlib.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/reports/reports_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT, bad = MS_ERR_INIT;
    ms_auto_json json_t *report = NULL;

    if (ms_report_dmarc((const char *)data, size, &report, &err) == 0 &&
        ms_report_check(report, &bad) < 0) {
        abort();
    }
    return 0;
}
