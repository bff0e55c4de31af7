/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of DKIM .txt files, and that what it accepts survives as a line of a zone file.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/dns/dns.h"
#include "modules/core/pki/pki_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *algorithm = NULL;
    ms_auto_free char *text = NULL;
    ms_auto_buf struct ms_buf b = {0};
    struct ms_record r = {.name = "a.example.", .type = "TXT", .ttl = 1};

    if (ms_dkim_txt_parse((const char *)data, size, &algorithm) < 0) {
        return 0;
    }
    if (strcmp(algorithm, "rsa") && strcmp(algorithm, "ed25519")) {
        abort();
    }
    text = ms_xmemdup0((const char *)data, size);
    if (strlen(text) != size) {
        abort();
    }
    r.value = text;
    ms_buf_init(&b, 65536);
    if (ms_dns_line(&r, &b) < 0 || memchr(b.p, '\n', b.len) || b.p[b.len - 1] != '"') {
        abort();
    }
    return 0;
}
