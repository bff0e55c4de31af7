/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of certificate files: what it accepts is written again and read back the same.
 */
#include <stdint.h>
#include <stdlib.h>

#include "modules/core/pki/pki_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_chain ms_pki_chain *chain = NULL;
    ms_auto_chain ms_pki_chain *again = NULL;
    ms_auto_buf struct ms_buf b = {0};

    if (ms_pki_certs_parse("input", (const char *)data, size, &chain, &err) < 0) {
        if (!*ms_err_msg(&err)) {
            abort();
        }
        return 0;
    }
    ms_buf_init(&b, MS_PKI_CERT_MAX);
    for (int i = 0; i < sk_X509_num(chain); i++) {
        if (ms_pki_cert_pem(sk_X509_value(chain, i), &b, &err) < 0) {
            return 0;
        }
    }
    if (b.too_big) {
        return 0;
    }
    if (ms_pki_certs_parse("output", b.p, b.len, &again, &err) < 0 ||
        sk_X509_num(again) != sk_X509_num(chain)) {
        abort();
    }
    return 0;
}
