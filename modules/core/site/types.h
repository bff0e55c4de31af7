/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of values in site.yaml, for the rows of the option tables. What each stores is in its
 * comment; strings are in the arena of the load.
 */
#ifndef MS_SITE_TYPES_H
#define MS_SITE_TYPES_H

#include "modules/core/site/opt.h"

/* The types of values. */
extern const struct ms_opt_type ms_type_section;   /* the members of sub, in the same base */
extern const struct ms_opt_type ms_type_bool;      /* bool */
extern const struct ms_opt_type ms_type_word;      /* int: the value of the word */
extern const struct ms_opt_type ms_type_word_text; /* const char *: the word itself */
extern const struct ms_opt_type ms_type_word_bits; /* unsigned: a list of words, or-ed together */
extern const struct ms_opt_type ms_type_text;      /* const char *; min and max: its length */
extern const struct ms_opt_type ms_type_url;       /* const char *: http:// or https:// */
extern const struct ms_opt_type ms_type_urls;      /* struct ms_strv of them */
extern const struct ms_opt_type ms_type_texts;     /* struct ms_strv */
extern const struct ms_opt_type ms_type_size;      /* uint64_t: bytes */
extern const struct ms_opt_type ms_type_duration;  /* uint64_t: seconds */
extern const struct ms_opt_type ms_type_networks;  /* struct ms_strv: IP addresses, a.b.c.d/n */
extern const struct ms_opt_type ms_type_port;      /* uint16_t */
extern const struct ms_opt_type ms_type_count;     /* uint64_t */
extern const struct ms_opt_type ms_type_decimal;   /* double */
extern const struct ms_opt_type ms_type_domain;    /* const char *: A-label form */
extern const struct ms_opt_type ms_type_domains;   /* struct ms_strv of them */
extern const struct ms_opt_type ms_type_address;   /* const char *: a mail address */
extern const struct ms_opt_type ms_type_addresses; /* struct ms_strv of them */
extern const struct ms_opt_type ms_type_senders;   /* struct ms_strv of addresses and "@domain"s */
extern const struct ms_opt_type ms_type_spam_senders; /* struct ms_strv: addresses and domains */
extern const struct ms_opt_type ms_type_hash;         /* const char *: a password hash */
extern const struct ms_opt_type ms_type_ipv4;         /* struct ms_site_addr */
extern const struct ms_opt_type ms_type_ipv6;         /* struct ms_site_addr */
extern const struct ms_opt_type ms_type_bind;         /* struct ms_strv of canonical IP addresses */
extern const struct ms_opt_type ms_type_subnet; /* the subnet of struct ms_site; off is not used */
extern const struct ms_opt_type ms_type_resolver;   /* of struct ms_site; off is not used */
extern const struct ms_opt_type ms_type_rate;       /* struct ms_site_rate */
extern const struct ms_opt_type ms_type_relay_host; /* const char *: "[name]:port" */
extern const struct ms_opt_type ms_type_box_rates;  /* of struct ms_site; off is not used */
extern const struct ms_opt_type ms_type_tls_rules;  /* of struct ms_site; off is not used */
extern const struct ms_opt_type ms_type_components; /* of struct ms_site; off is not used */

/* The place a row's value goes to. */
static inline void *ms_opt_place(const struct ms_opt *o, void *base)
{
    return (char *)base + o->off;
}

/* The words of a row as "a, b or c". In the arena. */
const char *ms_words_text(struct ms_arena *a, const struct ms_word *words);

/* The row of that text ("true" and "false" stand for on and off), else NULL. */
const struct ms_word *ms_words_find(const struct ms_word *words, const char *text);

/* The keyword "enum" of JSON Schema for the words. */
json_t *ms_words_schema(const struct ms_word *words) ms_must_use;

/* Decode a list (a single value is a list of one): each member by parse into a new string that is
 * put into the struct ms_strv at the row's place. */
int ms_opt_parse_list(struct ms_opt_ctx *c, const struct ms_node *n, const struct ms_opt *o,
                      void *base, ms_opt_parse_fn parse);

#endif
