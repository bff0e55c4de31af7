/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/mem.h"
#include "modules/core/pki/pki_priv.h"

/* What a DNSKEY record in text begins with. */
#define PUB_HEAD "257 3 13 "

enum {
    FLAGS = 257, /* zone key and secure entry point: it signs keys and records */
    PROTOCOL = 3,
    ECDSAP256SHA256 = 13, /* RFC 6605 */
    HEAD = 4,
    POINT = MS_ZONE_KEY_DATA - HEAD, /* x and y, 32 bytes each */
    BASE64 = (POINT + 2) / 3 * 4,
    PUB_MAX = 200,
    DIGEST_SHA256 = 2,
    NAME_MAX_WIRE = 255
};

static void put_head(struct ms_zone_key *k)
{
    k->data[0] = FLAGS >> 8;
    k->data[1] = FLAGS & 0xff;
    k->data[2] = PROTOCOL;
    k->data[3] = ECDSAP256SHA256;
}

/* The data of the DNSKEY record of a key. */
static int data_of(const EVP_PKEY *key, struct ms_zone_key *ret, struct ms_err *err)
{
    unsigned char point[POINT + 1];
    size_t n = 0;

    if (EVP_PKEY_get_octet_string_param(key, "pub", point, sizeof(point), &n) != 1 ||
        n != sizeof(point) || point[0] != 4) {
        return ms_pki_ssl_error(err, "the key of the zones is no key on the curve P-256");
    }
    put_head(ret);
    memcpy(ret->data + HEAD, point + 1, POINT);
    return 0;
}

int ms_zone_key_read(const char *state, struct ms_zone_key *ret, struct ms_err *err)
{
    ms_auto_free char *path = ms_xasprintf("%s/keys/dns/zone.pub", state);
    ms_auto_buf struct ms_buf b = {0};
    unsigned char point[BASE64 / 4 * 3];
    size_t n = sizeof(PUB_HEAD) - 1;

    ms_buf_init(&b, PUB_MAX);
    if (!ms_fs_exists(path)) {
        return 0;
    }
    if (ms_fs_read(path, &b, err) < 0) {
        return -1;
    }
    if (b.len < n + BASE64 || strncmp(b.p, PUB_HEAD, n) != 0 ||
        EVP_DecodeBlock(point, (const unsigned char *)b.p + n, BASE64) != sizeof(point)) {
        ERR_clear_error();
        return ms_err_set(err, MS_EINVAL, 0, "%s is damaged: remove it, `mailstead up` makes it",
                          path);
    }
    put_head(ret);
    memcpy(ret->data + HEAD, point, POINT);
    return 1;
}

static int write_public(const char *path, const struct ms_zone_key *k, struct ms_err *err)
{
    struct ms_fs_attr attr = {0644, (uid_t)-1, (gid_t)-1};
    char text[BASE64 + 1];
    ms_auto_buf struct ms_buf b = {0};

    (void)EVP_EncodeBlock((unsigned char *)text, k->data + HEAD, POINT);
    ms_buf_init(&b, PUB_MAX);
    ms_buf_addf(&b, PUB_HEAD "%s\n", text);
    return ms_fs_write_atomic(path, b.p, b.len, attr, err);
}

int ms_zone_key_ensure(const char *state, struct ms_err *err)
{
    ms_auto_free char *dir = NULL;
    ms_auto_free char *key_path = NULL;
    ms_auto_free char *pub_path = NULL;
    ms_cleanup(EVP_PKEY_freep) EVP_PKEY *key = NULL;
    ms_auto_err struct ms_err damaged = MS_ERR_INIT;
    struct ms_zone_key want, have;

    if (ms_pki_dir(state, "keys/dns", 0755, &dir, err) < 0) {
        return -1;
    }
    key_path = ms_xasprintf("%s/zone.key", dir);
    pub_path = ms_xasprintf("%s/zone.pub", dir);
    if (ms_pki_key_ensure(key_path, "EC", &key, err) < 0 || data_of(key, &want, err) < 0) {
        return -1;
    }
    if (ms_zone_key_read(state, &have, &damaged) == 1 &&
        !memcmp(want.data, have.data, MS_ZONE_KEY_DATA)) {
        return 0;
    }
    return write_public(pub_path, &want, err);
}

/* RFC 4034, appendix B. */
static unsigned tag_of(const struct ms_zone_key *k)
{
    unsigned long sum = 0;

    for (size_t i = 0; i < MS_ZONE_KEY_DATA; i++) {
        sum += i & 1 ? k->data[i] : (unsigned long)k->data[i] << 8;
    }
    return (unsigned)((sum + (sum >> 16 & 0xffff)) & 0xffff);
}

/* A name as it travels: each label after its length. Returns how long it is, 0 when it is no name.
 */
static size_t wire_of(const char *name, unsigned char out[NAME_MAX_WIRE])
{
    size_t n = 0;

    while (*name) {
        size_t len = strcspn(name, ".");

        if (!len || len > 63 || n + len + 2 > NAME_MAX_WIRE) {
            return 0;
        }
        out[n++] = (unsigned char)len;
        memcpy(out + n, name, len);
        n += len;
        name += len;
        name += *name == '.';
    }
    out[n++] = 0;
    return n;
}

int ms_zone_key_ds(const struct ms_zone_key *k, const char *zone, char out[MS_ZONE_KEY_DS])
{
    unsigned char bytes[NAME_MAX_WIRE + MS_ZONE_KEY_DATA];
    size_t n = wire_of(zone, bytes);
    char digest[MS_HASH_TEXT];

    if (!n) {
        return -1;
    }
    memcpy(bytes + n, k->data, MS_ZONE_KEY_DATA);
    ms_hash_bytes(bytes, n + MS_ZONE_KEY_DATA, digest);
    (void)snprintf(out, MS_ZONE_KEY_DS, "%u %d %d %s", tag_of(k), ECDSAP256SHA256, DIGEST_SHA256,
                   digest);
    return 0;
}
