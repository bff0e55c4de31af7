/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/name.h"

#include <stddef.h>
#include <string.h>

#define DIGITS "0123456789"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool labels_ok(const char *s, size_t max, const char *set)
{
    size_t n = strlen(s);
    size_t label = 0;

    if (!n || n > max) {
        return false;
    }
    for (size_t i = 0; i <= n; i++) {
        char c = s[i];

        if (c == '.' || !c) {
            if (!label || label > 63 || s[i - 1] == '-' || s[i - label] == '-') {
                return false;
            }
            label = 0;
            continue;
        }
        if (!strchr(set, c)) {
            return false;
        }
        label++;
    }
    return true;
}

bool ms_name_is_domain(const char *s)
{
    return labels_ok(s, 253, LOWER DIGITS "-");
}

bool ms_name_is_selector(const char *s)
{
    return labels_ok(s, 128, LOWER UPPER DIGITS "-_");
}
