/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over files instead of generated input: replay FILE... The corpora become
 * ordinary tests.
 */
#include <stdint.h>
#include <stdio.h>

#include "modules/core/base/fs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        ms_auto_buf struct ms_buf b;

        ms_buf_init(&b, 64u << 20);
        if (ms_fs_read(argv[i], &b, &err) < 0) {
            (void)fprintf(stderr, "%s\n", ms_err_msg(&err));
            return 1;
        }
        (void)LLVMFuzzerTestOneInput((const uint8_t *)b.p, b.len);
    }
    (void)printf("%d inputs\n", argc - 1);
    return argc > 1 ? 0 : 1;
}
