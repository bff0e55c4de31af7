/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/site/site_priv.h"

enum { TEXT_MAX = 1 << 16 };

/* Names that never exist in public DNS (RFC 6761, RFC 2606). */
static bool is_test_name(const char *name)
{
    static const char *const ends[] = {".test",        ".example",     ".invalid",    ".localhost",
                                       ".example.com", ".example.net", ".example.org"};
    size_t n = strlen(name);

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        size_t len = strlen(ends[i]);

        if ((n > len && !strcmp(name + n - len, ends[i])) || !strcmp(name, ends[i] + 1)) {
            return true;
        }
    }
    return false;
}

/* A value as one YAML scalar: JSON's quotes are YAML's too. */
static char *scalar(const char *s)
{
    ms_auto_json json_t *j = json_string(s);
    bool plain = *s && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-@_") == strlen(s);

    return plain ? ms_xstrdup(s) : j ? json_dumps(j, JSON_ENCODE_ANY) : ms_xstrdup("\"\"");
}

/* The normal form of a name or address; the text itself when it has none (`check` tells why). */
static char *normal(const char *text, int (*normalise)(const char *, char **, struct ms_err *))
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    char *s = NULL;

    return normalise(text, &s, &err) == 0 ? s : ms_xstrdup(text);
}

/* The keys of a table with their defaults, each line a comment that becomes valid by removing
 * "# ". */
static void add_defaults(struct ms_buf *b, const struct ms_opt *table, unsigned depth)
{
    for (const struct ms_opt *o = table; o->key; o++) {
        bool off = depth == 0 && (!strcmp(o->key, "domains") || !strcmp(o->key, "dns") ||
                                  (!o->def && !o->type->section));

        if (off || o->planned || (!o->def && !o->type->section)) {
            continue;
        }
        ms_buf_addf(b, "# %*s%s:%s%s", (int)depth * 2, "", o->key, o->def ? " " : "",
                    o->def ? o->def : "");
        ms_buf_addf(b, "%*s# %s\n", 2, "", o->doc);
        if (o->type->section) {
            add_defaults(b, o->sub, depth + 1);
        }
    }
}

char *ms_site_init_text(const char *hostname, const char *domain, const char *contact)
{
    ms_auto_free char *h = normal(hostname, ms_domain_normalise);
    ms_auto_free char *d = normal(domain, ms_domain_normalise);
    ms_auto_free char *c = normal(contact, ms_address_normalise);
    ms_auto_free char *hs = scalar(h), *ds = scalar(d), *cs = scalar(c);
    bool isolated = is_test_name(h) || is_test_name(d);
    struct ms_buf b;

    ms_buf_init(&b, TEXT_MAX);
    ms_buf_adds(&b, "# The description of this mail server. `mailstead check` finds mistakes in "
                    "it,\n# `mailstead plan` shows what a change would do, `mailstead up` makes it "
                    "so.\n# `mailstead options` explains every key.\n\n");
    ms_buf_addf(&b, "hostname: %s   # the name that the MX records point to\n", hs);
    ms_buf_addf(&b, "contact: %s   # the administrator\n\n", cs);
    ms_buf_addf(&b, "domains:\n  %s:\n", ds);
    ms_buf_adds(&b, "    # mailboxes:\n"
                    "    #   anna: {name: Anna, quota: 10G}   # then: mailstead mailbox passwd\n"
                    "    # aliases:\n"
                    "    #   info: [anna@");
    ms_buf_addf(&b, "%s]\n\n", d);
    ms_buf_addf(&b, "dns:\n  resolver: %s   # %s\n\n", isolated ? "isolated" : "auto",
                isolated ? "only this site's own names exist: for tests"
                         : "look names up from the root servers");
    ms_buf_adds(&b, "# Everything below is the default: remove the \"# \" to change it.\n#\n");
    add_defaults(&b, ms_site_opts, 0);
    return ms_buf_steal(&b);
}
