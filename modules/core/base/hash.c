/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/hash.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "modules/core/base/mem.h"

struct ms_hash {
    EVP_MD_CTX *ctx;
};

static void must(int ok)
{
    if (ok != 1) {
        (void)fputs("mailstead: libcrypto failed\n", stderr);
        abort();
    }
}

struct ms_hash *ms_hash_new(void)
{
    struct ms_hash *h = ms_xcalloc(1, sizeof(*h));

    h->ctx = EVP_MD_CTX_new();
    must(h->ctx && EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL));
    return h;
}

void ms_hash_free(struct ms_hash *h)
{
    if (h) {
        EVP_MD_CTX_free(h->ctx);
        free(h);
    }
}

void ms_hash_add(struct ms_hash *h, const void *p, size_t n)
{
    must(EVP_DigestUpdate(h->ctx, p, n));
}

void ms_hash_adds(struct ms_hash *h, const char *s)
{
    size_t n = strlen(s);
    uint64_t len = n;

    ms_hash_add(h, &len, sizeof(len));
    ms_hash_add(h, s, n);
}

void ms_hash_end(struct ms_hash *h, char out[MS_HASH_TEXT])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char md[32];

    must(EVP_DigestFinal_ex(h->ctx, md, NULL));
    for (size_t i = 0; i < sizeof(md); i++) {
        out[2 * i] = hex[md[i] >> 4];
        out[2 * i + 1] = hex[md[i] & 15];
    }
    out[64] = '\0';
}

void ms_hash_bytes(const void *p, size_t n, char out[MS_HASH_TEXT])
{
    ms_cleanup(ms_hash_freep) struct ms_hash *h = ms_hash_new();

    ms_hash_add(h, p, n);
    ms_hash_end(h, out);
}

char *ms_random_token(size_t n)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    char *s = ms_xcalloc(n + 1, 1);

    for (size_t i = 0; i < n;) {
        unsigned char c;

        must(RAND_bytes(&c, 1));
        if (c < 248) { /* 4 * 62: no bias */
            s[i++] = set[c % 62];
        }
    }
    return s;
}
