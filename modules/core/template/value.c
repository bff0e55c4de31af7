/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/template/value_priv.h"

#include <math.h>
#include <string.h>

#include "modules/core/base/parse.h"

const json_t *ms_tpl_lookup(const struct ms_tpl_ctx *ctx, struct ms_tpl_str name)
{
    const char *end = name.p + name.n, *p = name.p;
    const json_t *v = NULL;

    if (name.n == 1 && *p == '.') {
        return ctx ? ctx->value : NULL;
    }
    for (bool first = true; p <= end; first = false) {
        const char *dot = memchr(p, '.', (size_t)(end - p));
        size_t n = (size_t)((dot ? dot : end) - p);

        if (first) {
            for (; ctx && !v; ctx = ctx->up) {
                v = json_object_getn(ctx->value, p, n);
            }
        } else {
            v = json_object_getn(v, p, n);
        }
        if (!v || !dot) {
            return v;
        }
        p = dot + 1;
    }
    return v;
}

bool ms_tpl_is_true(const json_t *v)
{
    switch (v ? json_typeof(v) : JSON_NULL) {
    case JSON_NULL:
    case JSON_FALSE:
        return false;
    case JSON_ARRAY:
        return json_array_size(v) > 0;
    case JSON_STRING:
        return json_string_length(v) > 0;
    case JSON_INTEGER:
    case JSON_REAL:
        return fpclassify(json_number_value(v)) != FP_ZERO;
    default:
        return true;
    }
}

/* Whether the text reads as exactly this number. */
static bool reads_as(const char *s, double x)
{
    json_t *v = json_loads(s, JSON_DECODE_ANY, NULL);
    bool same = v && !islessgreater(json_number_value(v), x);

    json_decref(v);
    return same;
}

/* The power of ten in text made with %e: "1.21e+00". */
static int exponent_of(const char *s)
{
    const char *e = strchr(s, 'e');
    uint32_t n = 0;

    if (!e || ms_parse_u32(e + 2, &n) < 0) {
        return 0;
    }
    return e[1] == '-' ? -(int)n : (int)n;
}

static void add_real(double x, struct ms_buf *out)
{
    char s[64];
    int digits = 0, exponent;

    if (fpclassify(x) == FP_ZERO) {
        ms_buf_addc(out, '0');
        return;
    }
    do {
        (void)snprintf(s, sizeof(s), "%.*e", digits++, x);
    } while (digits < 17 && !reads_as(s, x));
    exponent = exponent_of(s);
    if (exponent >= -7 && exponent < 21) {
        int decimals = digits - 1 - exponent;

        ms_buf_addf(out, "%.*f", decimals > 0 ? decimals : 0, x);
    } else {
        ms_buf_addf(out, "%.*se%+d", (int)strcspn(s, "e"), s, exponent);
    }
}

void ms_tpl_add_number(const json_t *v, struct ms_buf *out)
{
    if (json_is_integer(v)) {
        ms_buf_addf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    } else {
        add_real(json_real_value(v), out);
    }
}
