/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What services answer: the first line is the expectation, the rest the answer, to a probe and to
 * the test message's IMAP search; and the whole as a problem document. Asserts that messages hold
 * no control characters.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "modules/core/api/client_priv.h"
#include "modules/core/base/mem.h"
#include "modules/core/health/canary.h"
#include "modules/core/health/probe_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT, problem = MS_ERR_INIT;
    ms_auto_free char *text = ms_xmemdup0((const char *)data, size);
    size_t n = strcspn(text, "\n");
    const char *answer = n < size ? text + n + 1 : text + n;
    size_t n_answer = n < size ? size - n - 1 : 0;

    assert(ms_client_problem(text, size, 500, &problem) == -1 && problem.code != MS_OK);
    text[n] = '\0';
    if (ms_probe_match(text, answer, n_answer) == 1) {
        assert(memmem(answer, n_answer, text, n));
    } else {
        (void)ms_probe_mismatch(text, answer, n_answer, &err);
        for (const char *p = ms_err_msg(&err); *p; p++) {
            assert(*p >= ' ' && *p < 0x7f);
        }
    }
    (void)ms_canary_search_uid(answer, n_answer);
    return 0;
}
