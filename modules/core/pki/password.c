/* SPDX-License-Identifier: Apache-2.0 */
#include <crypt.h>
#include <openssl/rand.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/pki/pki_priv.h"

enum { BCRYPT_MAX = 72, SALT_BYTES = 16 };

int ms_password_hash(const char *password, unsigned cost, char **ret, struct ms_err *err)
{
    size_t n = strlen(password);
    char salt[SALT_BYTES];
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    struct crypt_data *data = NULL;
    const char *hash = NULL;
    int r = 0;

    if (!n || n > BCRYPT_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "a password has 1 to %d bytes", BCRYPT_MAX);
    }
    if (cost < 10 || cost > 12) {
        return ms_err_set(err, MS_EINVAL, 0, "bcrypt cost %u is not within 10 to 12", cost);
    }
    if (RAND_bytes((unsigned char *)salt, sizeof(salt)) != 1) {
        return ms_pki_ssl_error(err, "no random numbers");
    }
    if (!crypt_gensalt_rn("$2y$", cost, salt, sizeof(salt), setting, sizeof(setting))) {
        return ms_err_set(err, MS_EIO, 0, "libcrypt does not know bcrypt");
    }
    data = ms_xcalloc(1, sizeof(*data));
    hash = crypt_rn(password, setting, data, sizeof(*data));
    if (hash) {
        *ret = ms_xasprintf("{BLF-CRYPT}%s", hash);
    } else {
        r = ms_err_set(err, MS_EIO, 0, "libcrypt could not hash the password");
    }
    explicit_bzero(data, sizeof(*data));
    free(data);
    return r;
}
