/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the site room share: the tables, and where the parts of the site stood in the
 * file, for the messages of the cross-field rules.
 */
#ifndef MS_SITE_SITE_PRIV_H
#define MS_SITE_SITE_PRIV_H

#include "modules/core/site/opt.h"
#include "modules/core/site/site.h"

/* A local part of one domain: a mailbox or an alias. */
struct ms_entry {
    const char *local;
    struct ms_loc loc;
    const char *key; /* as written */
    bool alias;
    size_t i; /* index in mailboxes or aliases */
};

/* Where domains[i] came from. */
struct ms_domain_src {
    const struct ms_node *node; /* its mapping (or null) */
    struct ms_loc **targets;    /* of each alias: where each target stands */
    struct ms_entry *entries;   /* ordered by local part */
    size_t n_entries;
    size_t first_alias; /* number of aliases in the domains before it */
};

/* The source of a site while it is loaded and checked: ms_opt_ctx.user. */
struct ms_site_src {
    const struct ms_node *root;
    struct ms_domain_src *domains; /* parallel to the site's domains */
};

/* The rows of site.yaml (into struct ms_site), of its section filter, of a domain, and of a
 * mailbox. */
extern const struct ms_opt ms_site_opts[];
extern const struct ms_opt ms_filter_opts[];
extern const struct ms_opt ms_domain_opts[];
extern const struct ms_opt ms_mailbox_opts[];

/* Scores that were not given. */
#define MS_SPAM_NOT_GIVEN                                                                          \
    {                                                                                              \
        .junk_score = -1, .reject_score = -1                                                       \
    }

/* A quota that was not given. */
#define MS_QUOTA_INHERIT UINT64_MAX

/* A mapping with free keys: name -> domain, local part -> mailbox, local part -> targets. */
extern const struct ms_opt_type ms_type_domain_map;
extern const struct ms_opt_type ms_type_mailbox_map;
extern const struct ms_opt_type ms_type_alias_map;

/* The cross-field rules of core; problems go to c->d. */
void ms_check_site(struct ms_opt_ctx *c, const struct ms_site *s);

/* Where the node at a path of keys (ends with NULL) stands, or the last one on the way that exists.
 */
struct ms_loc ms_check_locate(const struct ms_opt_ctx *c, ...);

/* Those of mail to other servers: relay hosts and log-ins there, doubles. */
void ms_check_outbound(struct ms_opt_ctx *c, const struct ms_site *s);

/* Those of `dns`: what each authority needs, and the challenge that needs signed updates. */
void ms_check_authority(struct ms_opt_ctx *c, const struct ms_site *s);

/* That of the spam sections: scores in order, lists not too long. */
void ms_check_spam(struct ms_opt_ctx *c, const struct ms_site *s);

/* Those of addresses: doubles, dangling targets, loops, catch-alls, alias domains. */
void ms_check_addresses(struct ms_opt_ctx *c, const struct ms_site *s);

/* The JSON Schema of a table: an object without further keys. */
json_t *ms_opt_schema(const struct ms_opt *table) ms_must_use;

#endif
