/* SPDX-License-Identifier: Apache-2.0 */
/* The account at the certificate authority, by the URI that the authority gave it. */
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/pki/certs_priv.h"

enum { URI_MAX = 500 };

/* A URI that can stand in a CAA record as it is. */
static bool is_uri(const char *p, size_t n)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-._~:/?#@&=+%";

    return n > 8 && n <= URI_MAX && strspn(p, plain) >= n && strncmp(p, "http", 4) == 0;
}

static char *account_path(const char *state)
{
    return ms_xasprintf("%s/keys/tls/.account.json", state);
}

int ms_cert_account_note(const char *state, const struct ms_site *site, const char *said, size_t n,
                         struct ms_err *err)
{
    static const char label[] = "account: ";
    const size_t skip = sizeof(label) - 1;
    ms_auto_free char *path = account_path(state);
    ms_auto_free char *old = ms_cert_account(state, site);
    ms_auto_json json_t *j = NULL;
    ms_auto_free char *text = NULL;
    struct ms_fs_attr attr = {0644, (uid_t)-1, (gid_t)-1};
    size_t len;

    if (n <= skip || strncmp(said, label, skip) != 0) {
        return 0;
    }
    len = strcspn(said + skip, "\n");
    if (!is_uri(said + skip, len) ||
        (old && strlen(old) == len && !strncmp(old, said + skip, len))) {
        return 0;
    }
    j = json_pack("{s:s, s:s%}", "directory", site->acme_directory, "account", said + skip, len);
    text = json_dumps(j, JSON_COMPACT);
    return ms_fs_write_atomic(path, text, strlen(text), attr, err);
}

char *ms_cert_account(const char *state, const struct ms_site *site)
{
    ms_auto_free char *path = account_path(state);
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf b = {0};
    ms_auto_json json_t *j = NULL;
    const char *directory = NULL;
    const char *uri = NULL;

    ms_buf_init(&b, 4096);
    if (site->tls_mode != MS_TLS_ACME || !ms_fs_exists(path) || ms_fs_read(path, &b, &err) < 0) {
        return NULL;
    }
    j = json_loadb(b.p, b.len, 0, NULL);
    directory = json_string_value(json_object_get(j, "directory"));
    uri = json_string_value(json_object_get(j, "account"));
    if (!directory || strcmp(directory, site->acme_directory) != 0 || !uri ||
        !is_uri(uri, strlen(uri))) {
        return NULL;
    }
    return ms_xstrdup(uri);
}
