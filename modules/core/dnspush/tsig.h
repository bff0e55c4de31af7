/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TSIG key (RFC 8945) in the form that tsig-keygen prints and BIND reads:
 *     key "name" { algorithm hmac-sha256; secret "base64"; };
 */
#ifndef MS_DNSPUSH_TSIG_H
#define MS_DNSPUSH_TSIG_H

#include "modules/core/base/err.h"

struct ms_tsig {
    char *name;      /* absolute, lower case */
    char *algorithm; /* "hmac-sha256." */
    char *secret;    /* base64 */
};

/* Read a key from text. hmac-sha256, hmac-sha384 and hmac-sha512 are taken; MS_EINVAL says what is
 * wrong and never shows the secret. Free it with ms_tsig_done. */
int ms_tsig_parse(const char *text, struct ms_tsig *ret, struct ms_err *err) ms_must_use;

/* Wipe and free the content. Accepts a zeroed key. */
void ms_tsig_done(struct ms_tsig *t);

#define ms_auto_tsig ms_cleanup(ms_tsig_done)

#endif
