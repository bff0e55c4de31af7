/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DMARC records and MTA-STS policies: the same bytes as both.
 */
#include <stddef.h>
#include <stdint.h>

#include "modules/core/dnscheck/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    char *text = ms_arena_memdup0(a, data, size);
    struct ms_sts_policy policy;
    struct ms_dmarc dmarc;

    ms_dmarc_read(text, a, &dmarc);
    ms_sts_policy_read(text, a, &policy);
    (void)ms_sts_policy_allows(&policy, "mail.example.org");
    return 0;
}
