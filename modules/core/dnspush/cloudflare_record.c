/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnspush/cloudflare.h"

#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/dnspush/api_common.h"

enum { FIELDS = 4 };

/* A host name with its trailing dot. */
static char *absolute(struct ms_arena *a, const char *name)
{
    return ms_rrname(a, name);
}

/* Text of a character string in quotes. */
static char *quoted(struct ms_arena *a, const char *text)
{
    return ms_rrvalue_txt(a, text);
}

char *ms_cloudflare_value(struct ms_arena *a, const json_t *r)
{
    const char *type = ms_dnsapi_str(r, "type"), *content = ms_dnsapi_str(r, "content");
    const json_t *d = json_object_get(r, "data");

    if (!strcmp(type, "TXT")) {
        return *content == '"' ? ms_arena_strdup(a, content) : quoted(a, content);
    }
    if (!strcmp(type, "MX")) {
        return ms_arena_printf(a, "%u %s", ms_dnsapi_num(r, "priority", 0), absolute(a, content));
    }
    if (!strcmp(type, "SRV")) {
        return ms_arena_printf(a, "%u %u %u %s", ms_dnsapi_num(d, "priority", 0),
                               ms_dnsapi_num(d, "weight", 0), ms_dnsapi_num(d, "port", 0),
                               absolute(a, ms_dnsapi_str(d, "target")));
    }
    if (!strcmp(type, "CAA")) {
        return ms_arena_printf(a, "%u %s %s", ms_dnsapi_num(d, "flags", 0), ms_dnsapi_str(d, "tag"),
                               quoted(a, ms_dnsapi_str(d, "value")));
    }
    if (!strcmp(type, "TLSA")) {
        return ms_arena_printf(
            a, "%u %u %u %s", ms_dnsapi_num(d, "usage", 0), ms_dnsapi_num(d, "selector", 0),
            ms_dnsapi_num(d, "matching_type", 0), ms_dnsapi_str(d, "certificate"));
    }
    if ((!strcmp(type, "CNAME") && !json_is_true(json_object_get(r, "proxied"))) ||
        !strcmp(type, "NS") || !strcmp(type, "PTR")) {
        return absolute(a, content);
    }
    if (json_is_true(json_object_get(r, "proxied"))) {
        /* its name leads to Cloudflare: never the same as the address itself */
        return ms_arena_printf(a, "%s (proxied)", content);
    }
    return *type && *content ? ms_arena_strdup(a, content) : NULL;
}

/* A value split at its spaces; the last field holds the rest. */
struct fields {
    char *text;
    const char *v[FIELDS];
};

static void split(const char *value, size_t n, struct fields *f)
{
    char *p;

    *f = (struct fields){.text = ms_xstrdup(value)};
    p = f->text;
    for (size_t i = 0; i < FIELDS; i++) {
        f->v[i] = "";
    }
    for (size_t i = 0; i < n && p; i++) {
        char *space = i + 1 < n ? strchr(p, ' ') : NULL;

        if (space) {
            *space++ = '\0';
        }
        f->v[i] = p;
        p = space;
    }
}

static json_t *number(const char *text)
{
    uint32_t n = 0;

    (void)!ms_parse_u32(text, &n);
    return json_integer(n);
}

static json_t *without_dot(const char *name)
{
    size_t n = strlen(name);

    return json_stringn(name, n > 1 && name[n - 1] == '.' ? n - 1 : n);
}

json_t *ms_cloudflare_record(const char *name, const char *type, uint32_t ttl, const char *value)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    json_t *r = json_pack("{s:o, s:s, s:I}", "name", without_dot(name), "type", type, "ttl",
                          (json_int_t)ttl);
    struct fields f;

    split(value, !strcmp(type, "MX") ? 2 : !strcmp(type, "CAA") ? 3 : FIELDS, &f);
    if (!strcmp(type, "MX")) {
        (void)json_object_set_new(r, "priority", number(f.v[0]));
        (void)json_object_set_new(r, "content", without_dot(f.v[1]));
    } else if (!strcmp(type, "SRV")) {
        (void)json_object_set_new(r, "data",
                                  json_pack("{s:o, s:o, s:o, s:o}", "priority", number(f.v[0]),
                                            "weight", number(f.v[1]), "port", number(f.v[2]),
                                            "target", without_dot(f.v[3])));
    } else if (!strcmp(type, "CAA")) {
        (void)json_object_set_new(r, "data",
                                  json_pack("{s:o, s:s, s:s}", "flags", number(f.v[0]), "tag",
                                            f.v[1], "value", ms_rrvalue_bare(a, f.v[2])));
    } else if (!strcmp(type, "TLSA")) {
        (void)json_object_set_new(r, "data",
                                  json_pack("{s:o, s:o, s:o, s:s}", "usage", number(f.v[0]),
                                            "selector", number(f.v[1]), "matching_type",
                                            number(f.v[2]), "certificate", f.v[3]));
    } else if (!strcmp(type, "CNAME")) {
        (void)json_object_set_new(r, "content", without_dot(value));
    } else {
        (void)json_object_set_new(r, "content", json_string(value));
    }
    free(f.text);
    return r;
}
