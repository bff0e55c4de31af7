/* SPDX-License-Identifier: Apache-2.0 */
#include <crypt.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "modules/core/base/mem.h"
#include "modules/core/pki/pki_priv.h"

enum { BCRYPT_MAX = 72, SALT_BYTES = 16, SHA256_BYTES = 32, TOKEN_MIN = 20, TOKEN_MAX = 64 };

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

int ms_password_hash_token(const char *token, char **ret, struct ms_err *err)
{
    unsigned char all[SHA256_BYTES + SALT_BYTES], input[TOKEN_MAX + SALT_BYTES];
    unsigned char text[4 * ((sizeof(all) + 2) / 3) + 1];
    unsigned char *salt = all + SHA256_BYTES;
    size_t n = strlen(token);
    int ok;

    if (n < TOKEN_MIN || n > TOKEN_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "a generated password has %d to %d characters",
                          TOKEN_MIN, TOKEN_MAX);
    }
    if (RAND_bytes(salt, SALT_BYTES) != 1) {
        return ms_pki_ssl_error(err, "no random numbers");
    }
    memcpy(input, token, n);
    memcpy(input + n, salt, SALT_BYTES);
    ok = EVP_Digest(input, n + SALT_BYTES, all, NULL, EVP_sha256(), NULL);
    explicit_bzero(input, sizeof(input));
    if (ok != 1) {
        return ms_pki_ssl_error(err, "SHA-256");
    }
    (void)EVP_EncodeBlock(text, all, (int)sizeof(all));
    *ret = ms_xasprintf("{SSHA256}%s", (const char *)text);
    return 0;
}
