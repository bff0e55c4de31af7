/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of sshd_config: any bytes, with Includes that lead back to the same bytes. What it
 * stores is bounded text, and the judgement holds at least one finding.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "modules/core/doctor/sshd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const char *p;
    size_t n;
    unsigned left; /* Includes that are followed */
};

static void include(void *arg, struct ms_sshd *s, const char *pattern)
{
    struct input *in = arg;

    (void)pattern;
    if (in->left) {
        in->left--;
        ms_sshd_parse(s, in->p, in->n, include, in);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {.p = (const char *)data, .n = size, .left = 40};
    struct ms_sshd s = {.in_match = false};
    struct ms_checks f;

    ms_sshd_parse(&s, in.p, in.n, include, &in);
    ms_sshd_finish(&s);
    ms_checks_init(&f);
    ms_sshd_judge(&s, &f);
    if (!f.n || !s.n_ports || s.n_ports > MS_SSHD_PORTS || s.depth || s.in_match) {
        abort();
    }
    for (size_t k = 0; k < MS_SSHD__COUNT; k++) {
        if (!memchr(s.value[k], '\0', MS_SSHD_VALUE) ||
            !memchr(s.matched[k], '\0', MS_SSHD_VALUE)) {
            abort();
        }
    }
    ms_checks_done(&f);
    return 0;
}
