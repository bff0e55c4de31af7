/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/parse.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Read the digits at s into ret; returns the first byte after them, NULL without any or on
 * overflow. */
static const char *digits(const char *s, uint64_t *ret)
{
    uint64_t v = 0;

    if (*s < '0' || *s > '9') {
        return NULL;
    }
    for (; *s >= '0' && *s <= '9'; s++) {
        if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v)) {
            return NULL;
        }
    }
    *ret = v;
    return s;
}

int ms_parse_u64(const char *s, uint64_t *ret)
{
    uint64_t v;
    const char *end = digits(s, &v);

    if (!end || *end) {
        return -1;
    }
    *ret = v;
    return 0;
}

int ms_parse_u32(const char *s, uint32_t *ret)
{
    uint64_t v;

    if (ms_parse_u64(s, &v) < 0 || v > UINT32_MAX) {
        return -1;
    }
    *ret = (uint32_t)v;
    return 0;
}

int ms_parse_port(const char *s, uint16_t *ret)
{
    uint64_t v;

    if (ms_parse_u64(s, &v) < 0 || v > UINT16_MAX) {
        return -1;
    }
    *ret = (uint16_t)v;
    return 0;
}

int ms_parse_size(const char *s, uint64_t *ret)
{
    static const char units[] = "kmgt";
    uint64_t v;
    const char *end = digits(s, &v), *unit;

    if (!end) {
        return -1;
    }
    if (*end && (unit = strchr(units, *end | 0x20))) {
        unsigned shift = 10 * (unsigned)(unit - units + 1);

        if (v > UINT64_MAX >> shift) {
            return -1;
        }
        v <<= shift;
        end++;
        if (!strcasecmp(end, "b") || !strcasecmp(end, "ib")) {
            end += strlen(end);
        }
    } else if (!strcasecmp(end, "b")) {
        end++;
    }
    if (*end) {
        return -1;
    }
    *ret = v;
    return 0;
}

int ms_parse_duration(const char *s, uint64_t *ret_s)
{
    static const struct {
        char suffix;
        uint32_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
    uint64_t v;
    const char *end = digits(s, &v);

    if (!end) {
        return -1;
    }
    for (size_t i = 0; *end && i < sizeof(units) / sizeof(units[0]); i++) {
        if (*end == units[i].suffix) {
            if (__builtin_mul_overflow(v, (uint64_t)units[i].seconds, &v)) {
                return -1;
            }
            end++;
            break;
        }
    }
    if (*end) {
        return -1;
    }
    *ret_s = v;
    return 0;
}

/* The first byte after the decimal number at s, NULL when there is none. */
static const char *decimal(const char *s)
{
    size_t whole, fraction = 0;

    s += *s == '-' || *s == '+';
    whole = strspn(s, "0123456789");
    s += whole;
    if (*s == '.') {
        fraction = strspn(s + 1, "0123456789");
        s += 1 + fraction;
    }
    if (!whole && !fraction) {
        return NULL;
    }
    if (*s == 'e' || *s == 'E') {
        s += s[1] == '-' || s[1] == '+' ? 2 : 1;
        if (!*s) {
            return NULL;
        }
        s += strspn(s, "0123456789");
    }
    return s;
}

int ms_parse_double(const char *s, double *ret)
{
    const char *end = decimal(s);
    double v;

    if (!end || *end) {
        return -1;
    }
    v = strtod(s, NULL); /* no program of ours calls setlocale: the locale is "C" */
    if (!isfinite(v)) {
        return -1;
    }
    *ret = v;
    return 0;
}

int ms_parse_bool(const char *s, bool *ret)
{
    static const char *const yes[] = {"true", "yes", "on"}, *const no[] = {"false", "no", "off"};

    for (size_t i = 0; i < 3; i++) {
        if (!strcasecmp(s, yes[i]) || !strcasecmp(s, no[i])) {
            *ret = !strcasecmp(s, yes[i]);
            return 0;
        }
    }
    return -1;
}
