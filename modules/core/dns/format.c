/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/dns/dns_priv.h"

static void format_json(const struct ms_records *r, struct ms_buf *out)
{
    ms_auto_json json_t *j = ms_dns_format_json(r);
    ms_auto_free char *text = json_dumps(j, JSON_INDENT(2));

    ms_buf_addf(out, "%s\n", text);
}

static const struct {
    const char *name;
    void (*print)(const struct ms_records *r, struct ms_buf *out);
} formats[MS_DNS_FORMAT__COUNT] = {
    [MS_DNS_FORMAT_TABLE] = {"table", ms_dns_format_table},
    [MS_DNS_FORMAT_ZONE] = {"zone", ms_dns_format_zone},
    [MS_DNS_FORMAT_JSON] = {"json", format_json},
    [MS_DNS_FORMAT_CLOUDFLARE] = {"cloudflare", ms_dns_format_cloudflare},
    [MS_DNS_FORMAT_OCTODNS] = {"octodns", ms_dns_format_octodns},
    [MS_DNS_FORMAT_DNSCONTROL] = {"dnscontrol", ms_dns_format_dnscontrol},
    [MS_DNS_FORMAT_TERRAFORM] = {"terraform", ms_dns_format_terraform},
};

const char *ms_dns_format_name(enum ms_dns_format f)
{
    return formats[f].name;
}

int ms_dns_format_find(const char *name)
{
    for (int i = 0; i < MS_DNS_FORMAT__COUNT; i++) {
        if (!strcmp(formats[i].name, name)) {
            return i;
        }
    }
    return -1;
}

bool ms_dns_format_is_by_zone(enum ms_dns_format f)
{
    return f == MS_DNS_FORMAT_CLOUDFLARE;
}

void ms_dns_print(enum ms_dns_format f, const struct ms_records *r, struct ms_buf *out)
{
    formats[f].print(r, out);
}
