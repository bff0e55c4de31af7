/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clean-up attributes for the types of outside libraries, in one place. This header may hold no
 * logic.
 */
#ifndef MS_BASE_CLEANUP_EXT_H
#define MS_BASE_CLEANUP_EXT_H

#include <jansson.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "modules/core/base/cleanup.h"

static inline ms_unused void ms_json_freep(json_t **j)
{
    json_decref(*j);
}

/* A json_t the scope owns one reference of. */
#define ms_auto_json ms_cleanup(ms_json_freep)

MS_DEFINE_CLEANUP(BIO, BIO_free_all)
MS_DEFINE_CLEANUP(EVP_PKEY, EVP_PKEY_free)
MS_DEFINE_CLEANUP(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
MS_DEFINE_CLEANUP(X509, X509_free)

#endif
