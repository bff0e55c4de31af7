/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the component that asks an authority prints when it was refused.
 */
#include <stdint.h>

#include "modules/core/pki/certs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ms_cert_refusal r;

    ms_cert_refusal_parse((const char *)data, size, 1800000000, &r);
    if (r.status >= 600 || !*r.text || strlen(r.text) >= sizeof(r.text)) {
        abort();
    }
    return 0;
}
