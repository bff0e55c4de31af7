/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short forms for the rows of the option tables.
 */
#ifndef MS_SITE_TABLES_PRIV_H
#define MS_SITE_TABLES_PRIV_H

#include "modules/core/site/site_priv.h"
#include "modules/core/site/types.h"

#define KIB ((int64_t)1 << 10)
#define MIB ((int64_t)1 << 20)
#define GIB ((int64_t)1 << 30)
#define TIB ((int64_t)1 << 40)
#define DAY_S ((int64_t)86400)
/* A relay: where its three members go. */
#define RELAY_ROWS(host_off, user_off, file_off)                                                   \
    {.key = "host",                                                                                \
     .type = &ms_type_relay_host,                                                                  \
     .flags = MS_OPT_OPTIONAL,                                                                     \
     host_off,                                                                                     \
     .doc = "the server: \"[name]:port\"; without the brackets, the MX of that name"},             \
        {.key = "username",                                                                        \
         .type = &ms_type_text,                                                                    \
         .flags = MS_OPT_OPTIONAL,                                                                 \
         user_off,                                                                                 \
         LENGTH(1, 300),                                                                           \
         .doc = "log-in name there; with one, only TLS with the host's own certificate is used"},  \
    {                                                                                              \
        .key = "password_file", .type = &ms_type_text, .flags = MS_OPT_OPTIONAL, file_off,         \
        LENGTH(1, 1000),                                                                           \
        .doc = "file with the password, relative to site.yaml; not for others to read"             \
    }
/* The keys of `dns` beside authority, for a structure with a member `dns`. */
#define AUTHORITY(holder, member) .off = offsetof(struct holder, dns.member)
#define AUTHORITY_ROWS(holder)                                                                     \
    {.key = "server",                                                                              \
     .type = &ms_type_text,                                                                        \
     .flags = MS_OPT_OPTIONAL,                                                                     \
     AUTHORITY(holder, server),                                                                    \
     LENGTH(1, 300),                                                                               \
     .doc = "rfc2136: the server that takes updates"},                                             \
        {.key = "zone",                                                                            \
         .type = &ms_type_domain,                                                                  \
         .flags = MS_OPT_OPTIONAL,                                                                 \
         AUTHORITY(holder, zone),                                                                  \
         .doc = "rfc2136: the zone; absent: the server is asked"},                                 \
        {.key = "key",                                                                             \
         .type = &ms_type_text,                                                                    \
         .flags = MS_OPT_OPTIONAL,                                                                 \
         AUTHORITY(holder, key),                                                                   \
         LENGTH(1, 1000),                                                                          \
         .doc =                                                                                    \
             "rfc2136: file with the TSIG key (as tsig-keygen prints it), relative to site.yaml"}, \
        {.key = "api",                                                                             \
         .type = &ms_type_url,                                                                     \
         .flags = MS_OPT_OPTIONAL,                                                                 \
         AUTHORITY(holder, api),                                                                   \
         LENGTH(8, 1000),                                                                          \
         .doc = "a provider: URL of its API; absent: the public one (powerdns has none)"},         \
    {                                                                                              \
        .key = "token_file", .type = &ms_type_text, .flags = MS_OPT_OPTIONAL,                      \
        AUTHORITY(holder, token_file), LENGTH(1, 1000),                                            \
        .doc = "a provider: file with the token of its API, relative to site.yaml; not for "       \
               "others to read"                                                                    \
    }
#define LENGTH(least, most) .min = (least), .max = (most)
#define SECTION(name, table, text)                                                                 \
    {                                                                                              \
        .key = (name), .type = &ms_type_section, .sub = (table), .doc = (text)                     \
    }

/* The words of `authority`. */
extern const struct ms_word ms_authority_words[];

#endif
