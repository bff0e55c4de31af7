/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domains, mailboxes and aliases in MariaDB: PostfixAdmin 3.3's tables plus our own (prefix ms_)
 * beside them. Prepared statements only. Names and addresses come normalised (ms_domain_normalise,
 * ms_address_normalise). Used by the engine role. Errors: MS_EUNREACH no connection, MS_EDB,
 * MS_ENOTFOUND, MS_EEXIST, MS_EINVAL (alias loop, target dangling in an own domain), MS_EBUSY
 * (declared in site.yaml: the message holds file and line).
 */
#ifndef MS_DIRECTORY_DIRECTORY_H
#define MS_DIRECTORY_DIRECTORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "modules/core/base/err.h"
#include "modules/core/site/site.h"

struct ms_directory; /* one connection */

struct ms_directory_login {
    const char *host; /* address */
    uint16_t port;
    const char *user, *password, *database;
    unsigned timeout_s;
};

/* Connect. *ret is closed by the caller. MS_EUNREACH when nobody answers, MS_EDB when the log-in is
 * refused. */
int ms_directory_open(const struct ms_directory_login *login, struct ms_directory **ret,
                      struct ms_err *err) ms_must_use;
void ms_directory_close(struct ms_directory *d);
MS_DEFINE_CLEANUP(struct ms_directory, ms_directory_close)

/* The version of the schema that this program makes. */
unsigned ms_directory_version(void);

/* Bring the schema to our version, numbered migration by migration. A newer schema than ours is
 * refused (MS_EDB). */
int ms_directory_migrate(struct ms_directory *d, unsigned *ret_version, struct ms_err *err)
    ms_must_use;

/* One database user: its grants are made to be exactly these ("SELECT (username) ON mailbox"). */
int ms_directory_grant(struct ms_directory *d, const char *user, const char *const *grants,
                       struct ms_err *err) ms_must_use;

/* Make what site.yaml declares exist with its attributes, in one transaction; what was declared
 * before and is no longer becomes an ordinary object. Passwords set at run time are kept unless
 * site.yaml gives a password_hash. *ret_changes counts changed objects. */
int ms_directory_ensure(struct ms_directory *d, const struct ms_site *site, unsigned *ret_changes,
                        struct ms_err *err) ms_must_use;

struct ms_domain_attrs {
    const char *alias_for; /* NULL: an ordinary domain */
    int64_t quota;         /* default of its mailboxes in bytes, 0 none, -1 leave / default */
};
struct ms_mailbox_attrs {
    const char *name;          /* NULL leave */
    const char *password_hash; /* NULL leave */
    int64_t quota;             /* bytes, 0 none, -1 leave / the domain's default */
    int active;                /* 0, 1, -1 leave */
    int require_app_password;  /* 1: the main password is for webmail only; 0, 1, -1 leave */
    /* NULL leave; else the addresses and "@domain"s that it may send as besides its own and those
     * that site.yaml grants, NULL-terminated */
    const char *const *send_as;
};

/* Add a domain. MS_EEXIST when it is there; alias_for must be an ordinary domain. */
int ms_directory_domain_add(struct ms_directory *d, const char *name,
                            const struct ms_domain_attrs *a, struct ms_err *err) ms_must_use;
/* Refused (MS_EBUSY) while it has mailboxes or aliases unless with_content. */
int ms_directory_domain_delete(struct ms_directory *d, const char *name, bool with_content,
                               struct ms_err *err) ms_must_use;
/* Arrays of objects for printing:
 * {"name","alias_for","mailboxes","aliases","quota","active","declared":"site.yaml:12" or null}. */
int ms_directory_domains(struct ms_directory *d, json_t **ret, struct ms_err *err) ms_must_use;

/* Add a mailbox to a domain that exists. MS_EEXIST when there is a mailbox or an alias of that
 * address, MS_EBUSY while the mail of a deleted one is in its place. */
int ms_directory_mailbox_add(struct ms_directory *d, const char *address,
                             const struct ms_mailbox_attrs *a, struct ms_err *err) ms_must_use;
int ms_directory_mailbox_set(struct ms_directory *d, const char *address,
                             const struct ms_mailbox_attrs *a, struct ms_err *err) ms_must_use;
/* Removes the entry; the mail on disk is the caller's: see ms_directory_deleted. */
int ms_directory_mailbox_delete(struct ms_directory *d, const char *address, bool keep_mail,
                                struct ms_err *err) ms_must_use;
/* Mailboxes that were deleted, whoever did it, and whose mail is still in its place: objects
 * {"address","home"} ("example.org/anna"), at most MS_DELETED_MAX of them; keep_mail: those whose
 * mail is to be kept for good, else the others. */
enum { MS_DELETED_MAX = 1000 };
int ms_directory_deleted(struct ms_directory *d, bool keep_mail, json_t **ret, struct ms_err *err)
    ms_must_use;
/* Its mail was put aside, or belongs to whoever has the address next. */
int ms_directory_deleted_done(struct ms_directory *d, const char *address, struct ms_err *err)
    ms_must_use;
/* Give a mailbox another address, with all that belongs to it, in one transaction; the targets of
 * aliases follow. keep_alias: the old address delivers to it. Its mail stays in its old place until
 * ms_directory_rename_moved. Begun already: 0, nothing is done. MS_EBUSY when it is declared, or
 * has another rename under way. */
int ms_directory_mailbox_rename(struct ms_directory *d, const char *address, const char *target,
                                bool keep_alias, struct ms_err *err) ms_must_use;
/* Whether the mail of a renamed mailbox was moved: 1, 0, -1 failed. MS_ENOTFOUND when no rename of
 * the two is under way. */
int ms_directory_rename_state(struct ms_directory *d, const char *address, const char *target,
                              struct ms_err *err) ms_must_use;
/* The mail is in the new place now. */
int ms_directory_rename_moved(struct ms_directory *d, const char *target, struct ms_err *err)
    ms_must_use;
/* Nothing is left to do. */
int ms_directory_rename_done(struct ms_directory *d, const char *address, struct ms_err *err)
    ms_must_use;
/* Those under way, {"address","target"}; what was done more than a week ago is forgotten. */
int ms_directory_renames(struct ms_directory *d, json_t **ret, struct ms_err *err) ms_must_use;
/* domain NULL: all. {"address","name","quota","active","declared","created","require_app_password",
 * "send_as":[...]} */
int ms_directory_mailboxes(struct ms_directory *d, const char *domain, json_t **ret,
                           struct ms_err *err) ms_must_use;

/* What counts as spam for an owner: a mailbox (its address) or all mailboxes of a domain
 * ("@domain"). The mailbox's own scores and lists go before those of its domain. */
enum ms_spam_change { MS_SPAM_LEAVE, MS_SPAM_SET, MS_SPAM_DEFAULT };
struct ms_spam_attrs {
    enum ms_spam_change junk, reject;
    double junk_score, reject_score; /* with MS_SPAM_SET; not negative */
    const char *const *allow; /* senders (ms_sender_normalise), ending with NULL; NULL none */
    const char *const *deny;
    const char *const *forget; /* taken out of both lists; MS_ENOTFOUND when it is in none */
};
int ms_directory_spam_set(struct ms_directory *d, const char *owner, const struct ms_spam_attrs *a,
                          struct ms_err *err) ms_must_use;
/* {"owner","junk_score","reject_score" (null: not set),"allow":[...],"deny":[...]} */
int ms_directory_spam(struct ms_directory *d, const char *owner, json_t **ret, struct ms_err *err)
    ms_must_use;

/* Bits of the protocols that an app password is good for. */
enum ms_app_protocol {
    MS_APP_IMAP = 1,
    MS_APP_POP3 = 2,
    MS_APP_SMTP = 4,
    MS_APP_SIEVE = 8,
    MS_APP_ALL = 15
};
/* The bit of "imap", "pop3", "smtp" or "sieve"; 0 for another word. */
unsigned ms_app_protocol(const char *word);

/* The part of an app password that finds its row: its first characters. The rest is secret. */
enum { MS_APP_SELECTOR = 6, MS_APP_NAME_MAX = 64, MS_APP_MAX = 50 };

struct ms_app_password {
    const char *name;     /* for people, unique in its mailbox: 1 to MS_APP_NAME_MAX characters */
    const char *selector; /* MS_APP_SELECTOR characters */
    const char *hash;     /* of the whole app password, with its scheme */
    unsigned protocols;   /* MS_APP_ bits, at least one */
};
/* Add an app password. MS_ENOTFOUND no such mailbox; MS_EEXIST the name or the selector is taken;
 * MS_EINVAL a bad name, or MS_APP_MAX of them are there already. */
int ms_directory_app_password_add(struct ms_directory *d, const char *address,
                                  const struct ms_app_password *p, struct ms_err *err) ms_must_use;
int ms_directory_app_password_delete(struct ms_directory *d, const char *address, const char *name,
                                     struct ms_err *err) ms_must_use;
/* Of one mailbox: {"name","protocols":[...],"created"} */
int ms_directory_app_passwords(struct ms_directory *d, const char *address, json_t **ret,
                               struct ms_err *err) ms_must_use;

/* Keep a report (modules/core/reports/reports.h; its form was checked). verified: its sender's
 * domain is proven, and it counts. *ret_new: whether it was not known yet. MS_ENOTFOUND when its
 * domain is none of ours, MS_EINVAL when its time cannot be. */
int ms_directory_report_add(struct ms_directory *d, const json_t *report, bool verified,
                            bool *ret_new, struct ms_err *err) ms_must_use;
/* What those that end after since_s tell, for one domain or all (NULL): an array of {"name",
 * "dmarc":{"reports","unverified","begin","end","organisations":[...],"policy","messages","passed",
 * "sources":[{"ip","messages","passed","dkim","spf","stopped"}]},"tls":{...,"mode","sessions",
 * "failed","failures":[{"result","policy","mx","count"}]}}, with at most 100 sources and failures;
 * of a kind without reports only "reports":0. */
int ms_directory_reports(struct ms_directory *d, const char *domain, int64_t since_s, json_t **ret,
                         struct ms_err *err) ms_must_use;
/* Forget those that are older than 400 days or too many (20,000), some at a time. */
int ms_directory_reports_expire(struct ms_directory *d, struct ms_err *err) ms_must_use;

/* address may be "@domain" (catch-all). Adding to one that exists replaces its targets and expiry.
 * expires_s: when it ends, in seconds since 1970; 0 never. */
int ms_directory_alias_set(struct ms_directory *d, const char *address, const char *const *targets,
                           int64_t expires_s, struct ms_err *err) ms_must_use;
int ms_directory_alias_delete(struct ms_directory *d, const char *address, struct ms_err *err)
    ms_must_use;
/* Delete what has expired (Postfix does not know it any more); *ret_n gets their number. */
int ms_directory_aliases_expire(struct ms_directory *d, unsigned *ret_n, struct ms_err *err)
    ms_must_use;
/* {"address","targets":[...],"active","declared","expires"}; PostfixAdmin's own alias row of each
 * mailbox is left out */
int ms_directory_aliases(struct ms_directory *d, const char *domain, json_t **ret,
                         struct ms_err *err) ms_must_use;

#endif
