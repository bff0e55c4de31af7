/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "modules/core/site/names.h"
#include "modules/core/site/site.h"

enum { HASH_MAX = 1024 };

/* The schemes that Dovecot 2.4 verifies. prefix: how the text of a crypt(3) scheme begins. */
static const struct scheme {
    const char *name, *prefix;
    bool plain;
} schemes[] = {
    {"BLF-CRYPT", "$2", false},
    {"ARGON2ID", "$argon2id$", false},
    {"ARGON2I", "$argon2i$", false},
    {"SHA512-CRYPT", "$6$", false},
    {"SHA256-CRYPT", "$5$", false},
    {"PBKDF2", "$1$", false},
    {"SCRAM-SHA-256", NULL, false},
    {"SCRAM-SHA-1", NULL, false},
    {"SSHA512", NULL, false},
    {"SSHA256", NULL, false},
    {"SSHA", NULL, false},
    {"SHA512", NULL, false},
    {"SHA256", NULL, false},
    {"SHA1", NULL, false},
    {"SHA", NULL, false},
    {"MD5-CRYPT", "$1$", false},
    {"MD5", NULL, false},
    {"SMD5", NULL, false},
    {"LDAP-MD5", NULL, false},
    {"PLAIN-MD5", NULL, false},
    {"CRYPT", NULL, false},
    {"DES-CRYPT", NULL, false},
    {"PLAIN", NULL, true},
    {"CLEAR", NULL, true},
    {"CLEARTEXT", NULL, true},
};

/* The scheme at the begin of hash, NULL when it names none we know. *ret_text: what follows it. */
static const struct scheme *find(const char *hash, const char **ret_text)
{
    const char *end = strchr(hash, '}');
    size_t n;

    if (*hash != '{' || !end) {
        return NULL;
    }
    n = (size_t)(end - hash) - 1;
    *ret_text = end + 1;
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t len = strlen(schemes[i].name);

        if (n < len || strncasecmp(hash + 1, schemes[i].name, len)) {
            continue;
        }
        if (n == len || (n == len + 4 && (!strncasecmp(hash + 1 + len, ".b64", 4) ||
                                          !strncasecmp(hash + 1 + len, ".hex", 4)))) {
            return &schemes[i];
        }
    }
    return NULL;
}

/* What is wrong with the {SCHEME} s of hash, or with the text after it as a whole; NULL: nothing.
 */
static const char *scheme_problem(const char *hash, const struct scheme *s, const char *text)
{
    if (*hash != '{') {
        return !strncmp(hash, "$2", 2) ? "write {BLF-CRYPT} before it"
               : !strncmp(hash, "$6$", 3)
                   ? "write {SHA512-CRYPT} before it"
                   : "it does not begin with {SCHEME}, so it looks like the password itself: "
                     "write a hash, as in {BLF-CRYPT}$2y$...";
    } else if (!s) {
        return "its {SCHEME} is not known; known are BLF-CRYPT, ARGON2ID, ARGON2I, "
               "SHA512-CRYPT, SHA256-CRYPT, PBKDF2, SCRAM-SHA-256, SCRAM-SHA-1, SSHA512, "
               "SSHA256, SSHA, SHA512, SHA256, SHA1, SHA, MD5-CRYPT, MD5, SMD5, LDAP-MD5, "
               "PLAIN-MD5, CRYPT and DES-CRYPT, each also with .b64 or .hex";
    } else if (!*text) {
        return "there is nothing after its {SCHEME}";
    } else if (strlen(hash) > HASH_MAX) {
        return "it is longer than 1024 characters";
    } else if (s->prefix && !memchr(hash, '.', (size_t)(text - hash)) &&
               strncmp(text, s->prefix, strlen(s->prefix))) {
        return "what follows its {SCHEME} is not such a hash";
    }
    return NULL;
}

/* What is wrong with single characters of hash; NULL: nothing. */
static const char *character_problem(const char *hash, const struct scheme *s)
{
    for (const char *p = hash; *p; p++) {
        if ((unsigned char)*p < 0x20 || (unsigned char)*p == 0x7f) {
            return "it holds a control character";
        } else if (*p == ' ' && !s->plain) {
            return "it holds a space";
        }
    }
    return NULL;
}

bool ms_password_hash_ok(const char *hash, const char **why)
{
    const char *text = NULL;
    const struct scheme *s = find(hash, &text);
    const char *problem = scheme_problem(hash, s, text);

    if (!problem) {
        problem = character_problem(hash, s);
    }
    if (problem && why) {
        *why = problem;
    }
    return !problem;
}

bool ms_password_is_plain(const char *hash)
{
    const char *text;
    const struct scheme *s = find(hash, &text);

    return s && s->plain;
}
