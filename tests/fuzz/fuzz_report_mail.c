/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mail with reports, through all layers: what is found has the form that it should have.
 */
#include <stdlib.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/reports/reports.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT, bad = MS_ERR_INIT;
    ms_auto_json json_t *found = NULL;
    const json_t *reports;

    if (ms_reports_read((const char *)data, size, "mail.example.org", &found, &err) < 0) {
        return 0;
    }
    reports = json_object_get(found, "reports");
    for (size_t i = 0; i < json_array_size(reports); i++) {
        if (ms_report_check(json_array_get(reports, i), &bad) < 0) {
            abort();
        }
    }
    return 0;
}
