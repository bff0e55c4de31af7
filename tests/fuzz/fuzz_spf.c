/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SPF records of others; every include leads to the same bytes again.
 */
#include <stddef.h>
#include <stdint.h>

#include "modules/core/dns/dns.h"
#include "modules/core/dnscheck/spf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum ms_spf_found again(void *arg, const char *name, const char **ret)
{
    *ret = arg;
    return *name == 'v' ? MS_SPF_VOID : MS_SPF_RECORD;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    char *text = ms_arena_memdup0(a, data, size);
    const char *names[4];
    struct ms_spf x;

    ms_spf_read(text, "example.org", again, text, a, &x);
    (void)ms_spf_names(text, a, names, 4);
    (void)ms_spf_covers(text, "v=spf1 mx ~all");
    (void)ms_spf_begins(text);
    return 0;
}
