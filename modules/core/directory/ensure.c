/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/directory/object_priv.h"
#include "modules/core/directory/route_priv.h"
#include "modules/core/directory/sender_priv.h"
#include "modules/core/directory/sync_priv.h"

/* All that site.yaml declares, as rows. Domains have up to three each: the domain itself, its
 * default quota, and the target when it is an alias. A mailbox has its own row and its alias to
 * itself. */
struct wanted {
    struct ms_arena *arena;
    struct ms_sync_rows domains, quotas, targets, ordinary;
    struct ms_sync_rows mailboxes, selves, aliases;
    struct ms_sync_rows scores, senders;
    uint64_t n_other; /* changes that no row above counts */
};

static const struct ms_sync_table domain_table = {
    .select = "SELECT domain FROM domain WHERE domain IN ",
    .insert = "INSERT INTO domain (domain, description, transport, created, modified,"
              " password_expiry) VALUES ",
    .values = "(?, '', 'virtual', NOW(), NOW(), 365)",
    .update = "",
    .n_values = 1,
    .keep = true};

static const struct ms_sync_table quota_table = {
    .select = "SELECT domain, mailbox_quota FROM ms_domain WHERE domain IN ",
    .n_compared = 1,
    .insert = "INSERT INTO ms_domain (domain, mailbox_quota) VALUES ",
    .values = "(?, ?)",
    .update = " ON DUPLICATE KEY UPDATE mailbox_quota = VALUES(mailbox_quota)",
    .n_values = 2};

static const struct ms_sync_table target_table = {
    .select = "SELECT alias_domain, target_domain FROM alias_domain WHERE alias_domain IN ",
    .n_compared = 1,
    .insert = "INSERT INTO alias_domain (alias_domain, target_domain, created, modified) VALUES ",
    .values = "(?, ?, NOW(), NOW())",
    .update = " ON DUPLICATE KEY UPDATE target_domain = VALUES(target_domain),"
              " modified = VALUES(modified)",
    .n_values = 2};

static const struct ms_sync_table mailbox_table = {
    .select = "SELECT username, password, name, quota FROM mailbox WHERE username IN ",
    .n_compared = 3,
    .insert = "INSERT INTO mailbox (username, password, name, quota, maildir, local_part, domain,"
              " created, modified, password_expiry) VALUES ",
    .values = "(?, COALESCE(?, ''), COALESCE(?, ''), ?, ?, ?, ?, NOW(), NOW(),"
              " NOW() + INTERVAL 365 DAY)",
    .update = " ON DUPLICATE KEY UPDATE password_expiry = IF(VALUES(password) IN ('', password),"
              " password_expiry, VALUES(password_expiry)),"
              " password = IF(VALUES(password) = '', password, VALUES(password)),"
              " name = IF(VALUES(name) = '', name, VALUES(name)), quota = VALUES(quota),"
              " modified = VALUES(modified)",
    .n_values = 7};

static const struct ms_sync_table score_table = {
    .select = "SELECT owner, junk_score, reject_score FROM ms_spam WHERE owner IN ",
    .n_compared = 2,
    .insert = "INSERT INTO ms_spam (owner, junk_score, reject_score) VALUES ",
    .values = "(?, ?, ?)",
    .update = " ON DUPLICATE KEY UPDATE junk_score = COALESCE(VALUES(junk_score), junk_score),"
              " reject_score = COALESCE(VALUES(reject_score), reject_score)",
    .n_values = 3};

static const struct ms_sync_table sender_table = {
    .select = "SELECT entry, verdict FROM ms_spam_sender WHERE entry IN ",
    .n_compared = 1,
    .insert = "INSERT INTO ms_spam_sender (entry, verdict, owner, sender) VALUES ",
    .values = "(?, ?, ?, ?)",
    .update = " ON DUPLICATE KEY UPDATE verdict = VALUES(verdict)",
    .n_values = 4};

#define ALIAS_ROWS                                                                                 \
    .select = "SELECT address, goto FROM alias WHERE address IN ", .n_compared = 1,                \
    .insert = "INSERT INTO alias (address, goto, domain, created, modified) VALUES ",              \
    .values = "(?, ?, ?, NOW(), NOW())", .n_values = 3

static const struct ms_sync_table self_table = {ALIAS_ROWS, .update = "", .keep = true};

static const struct ms_sync_table alias_table = {
    ALIAS_ROWS,
    .update = " ON DUPLICATE KEY UPDATE goto = VALUES(goto), modified = VALUES(modified)"};

/* Which existing mailboxes have one of these names. */
static const struct ms_sync_table mailbox_names = {
    .select = "SELECT username FROM mailbox WHERE username IN ", .keep = true};

static int refuse(const struct ms_sync_row *r, struct ms_err *err, const char *text)
{
    return ms_err_set(err, MS_EINVAL, 0, "%s:%u: %s: %s", r->loc.file, r->loc.line, r->key, text);
}

static bool *new_flag(struct wanted *w)
{
    return ms_arena_alloc(w->arena, 1, sizeof(bool));
}

static void want_senders(struct wanted *w, const char *owner, const struct ms_strv *senders,
                         const char *verdict, struct ms_loc loc)
{
    for (size_t i = 0; i < senders->n; i++) {
        const char *entry = ms_arena_printf(w->arena, "%s %s", owner, senders->v[i]);

        ms_sync_add(&w->senders, loc, new_flag(w),
                    (const struct ms_db_val[]){MS_S(entry), MS_S(verdict), MS_S(owner),
                                               MS_S(senders->v[i])},
                    4);
    }
}

static const char *want_score(struct wanted *w, double score)
{
    char text[MS_SPAM_SCORE_TEXT];
    const char *s = ms_spam_score_text(score, &text);

    return s ? ms_arena_strdup(w->arena, s) : NULL;
}

static void want_spam(struct wanted *w, const char *owner, const struct ms_site_spam *s,
                      struct ms_loc loc)
{
    const char *junk = want_score(w, s->junk_score), *reject = want_score(w, s->reject_score);

    if (junk || reject) {
        ms_sync_add(&w->scores, loc, new_flag(w),
                    (const struct ms_db_val[]){MS_S(owner), MS_S(junk), MS_S(reject)}, 3);
    }
    /* a sender in both lists is allowed, as at delivery */
    want_senders(w, owner, &s->deny, "deny", loc);
    want_senders(w, owner, &s->allow, "allow", loc);
}

static int want_mailbox(struct wanted *w, const struct ms_site_domain *s,
                        const struct ms_site_mailbox *m, struct ms_err *err)
{
    bool *changed = new_flag(w);
    const char *address = ms_arena_printf(w->arena, "%s@%s", m->local, s->name);

    if (ms_mailbox_local_check(m->local, err) < 0) {
        return ms_err_wrap(err, "%s:%u", m->loc.file, m->loc.line);
    }
    ms_sync_add(
        &w->mailboxes, m->loc, changed,
        (const struct ms_db_val[]){MS_S(address), MS_S(m->password_hash),
                                   MS_S(*m->name ? m->name : NULL), MS_I((int64_t)m->quota),
                                   MS_S(ms_arena_printf(w->arena, "%s/%s/", s->name, m->local)),
                                   MS_S(m->local), MS_S(s->name)},
        7);
    ms_sync_add(&w->selves, m->loc, changed,
                (const struct ms_db_val[]){MS_S(address), MS_S(address), MS_S(s->name)}, 3);
    want_spam(w, address, &m->spam, m->loc);
    return 0;
}

static void want_alias(struct wanted *w, const struct ms_site_domain *s, const char *address,
                       const char *gotos, struct ms_loc loc)
{
    ms_sync_add(&w->aliases, loc, new_flag(w),
                (const struct ms_db_val[]){MS_S(address), MS_S(gotos), MS_S(s->name)}, 3);
}

static int want_aliases(struct wanted *w, const struct ms_site_domain *s, struct ms_err *err)
{
    for (size_t i = 0; i < s->n_aliases; i++) {
        const struct ms_site_alias *a = &s->aliases[i];
        const char **targets = ms_arena_alloc(w->arena, a->targets.n + 1, sizeof(*targets));
        ms_auto_free char *gotos = NULL;

        if (a->targets.n > 0) {
            memcpy(targets, a->targets.v, a->targets.n * sizeof(*targets));
        }
        if (ms_route_join(targets, &gotos, err) < 0) {
            return ms_err_wrap(err, "%s:%u: %s@%s", a->loc.file, a->loc.line, a->local, s->name);
        }
        want_alias(w, s, ms_arena_printf(w->arena, "%s@%s", a->local, s->name),
                   ms_arena_strdup(w->arena, gotos), a->loc);
    }
    if (s->catch_all) {
        want_alias(w, s, ms_arena_printf(w->arena, "@%s", s->name), s->catch_all, s->loc);
    }
    return 0;
}

static int want_domain(struct wanted *w, const struct ms_site_domain *s, struct ms_err *err)
{
    bool *changed = new_flag(w);
    int64_t quota = s->alias_for ? 0 : (int64_t)s->quota;

    ms_sync_add(&w->domains, s->loc, changed, (const struct ms_db_val[]){MS_S(s->name)}, 1);
    ms_sync_add(&w->quotas, s->loc, changed, (const struct ms_db_val[]){MS_S(s->name), MS_I(quota)},
                2);
    if (s->alias_for) {
        ms_sync_add(&w->targets, s->loc, changed,
                    (const struct ms_db_val[]){MS_S(s->name), MS_S(s->alias_for)}, 2);
        return 0;
    }
    want_spam(w, ms_arena_printf(w->arena, "@%s", s->name), &s->spam, s->loc);
    ms_sync_add(&w->ordinary, s->loc, changed, (const struct ms_db_val[]){MS_S(s->name)}, 1);
    for (size_t i = 0; i < s->n_mailboxes; i++) {
        if (want_mailbox(w, s, &s->mailboxes[i], err) < 0) {
            return -1;
        }
    }
    return want_aliases(w, s, err);
}

static void wanted_done(struct wanted *w)
{
    ms_sync_rows_done(&w->domains);
    ms_sync_rows_done(&w->quotas);
    ms_sync_rows_done(&w->targets);
    ms_sync_rows_done(&w->ordinary);
    ms_sync_rows_done(&w->mailboxes);
    ms_sync_rows_done(&w->selves);
    ms_sync_rows_done(&w->aliases);
    ms_sync_rows_done(&w->scores);
    ms_sync_rows_done(&w->senders);
    ms_arena_free(w->arena);
}

static void wanted_init(struct wanted *w)
{
    struct ms_sync_rows none = {.arena = ms_arena_new()};

    *w = (struct wanted){.arena = none.arena,
                         .domains = none,
                         .quotas = none,
                         .targets = none,
                         .ordinary = none,
                         .mailboxes = none,
                         .selves = none,
                         .aliases = none,
                         .scores = none,
                         .senders = none};
}

static int wanted_fill(struct wanted *w, const struct ms_site *site, struct ms_err *err)
{
    for (size_t i = 0; i < site->n_domains; i++) {
        if (want_domain(w, &site->domains[i], err) < 0) {
            return -1;
        }
    }
    ms_sync_sort(&w->domains);
    ms_sync_sort(&w->quotas);
    ms_sync_sort(&w->targets);
    ms_sync_sort(&w->ordinary);
    ms_sync_sort(&w->mailboxes);
    ms_sync_sort(&w->selves);
    ms_sync_sort(&w->aliases);
    ms_sync_sort(&w->scores);
    ms_sync_sort(&w->senders);
    return 0;
}

/* A domain becomes an alias only when it holds nothing that would then be out of reach. */
static int check_new_targets(struct ms_directory *d, const struct wanted *w, struct ms_err *err)
{
    for (size_t i = 0; i < w->targets.n; i++) {
        const struct ms_sync_row *r = &w->targets.v[i];
        int rc;

        if (r->found && !r->differs) {
            continue;
        }
        rc = ms_db_exists(d,
                          MS_Q("SELECT address FROM alias WHERE domain = ?"
                               " UNION ALL SELECT username FROM mailbox WHERE domain = ?"
                               " UNION ALL SELECT alias_domain FROM alias_domain"
                               " WHERE target_domain = ? LIMIT 1",
                               MS_S(r->key), MS_S(r->key), MS_S(r->key)),
                          err);
        if (rc > 0) {
            return refuse(r, err,
                          "has mailboxes, aliases or alias domains of its own in the directory, so "
                          "it cannot be an alias");
        }
        if (rc < 0) {
            return -1;
        }
    }
    return 0;
}

static int ensure_domains(struct ms_directory *d, struct wanted *w, struct ms_err *err)
{
    /* What was an alias and is now declared as a domain of its own stops being an alias. */
    if (ms_sync(d, &domain_table, &w->domains, err) < 0 ||
        ms_sync(d, &quota_table, &w->quotas, err) < 0 ||
        ms_sync_run_in(d, "DELETE FROM alias_domain WHERE alias_domain IN ", NULL, &w->ordinary,
                       &w->n_other, err) < 0 ||
        ms_sync(d, &target_table, &w->targets, err) < 0) {
        return -1;
    }
    return check_new_targets(d, w, err);
}

/* A declared mailbox must not take over an alias, nor a declared alias a mailbox, that was made at
 * run time: mail would silently go elsewhere. */
static int check_names(struct ms_directory *d, struct wanted *w, struct ms_err *err)
{
    int rc;

    for (size_t i = 0; i < w->selves.n; i++) {
        const struct ms_sync_row *r = &w->selves.v[i];

        if (!w->mailboxes.v[i].found && r->found && r->differs &&
            !ms_sync_find(&w->aliases, r->key)) {
            return refuse(r, err, "exists in the directory as an alias");
        }
    }
    rc = ms_sync_look(d, &mailbox_names, &w->aliases, err);
    for (size_t i = 0; rc == 0 && i < w->aliases.n; i++) {
        struct ms_sync_row *r = &w->aliases.v[i];

        if (r->found && !ms_sync_find(&w->mailboxes, r->key)) {
            return refuse(r, err, "exists in the directory as a mailbox");
        }
        r->found = false;
    }
    return rc;
}

static int ensure_objects(struct ms_directory *d, struct wanted *w, struct ms_err *err)
{
    /* One that site.yaml declares and somebody deleted comes back with its mail. */
    if (ms_sync_run_in(d, "DELETE FROM ms_deleted WHERE address IN ", NULL, &w->mailboxes,
                       &w->n_other, err) < 0 ||
        ms_sync(d, &mailbox_table, &w->mailboxes, err) < 0 ||
        ms_sync(d, &self_table, &w->selves, err) < 0 || check_names(d, w, err) < 0) {
        return -1;
    }
    if (ms_sync(d, &alias_table, &w->aliases, err) < 0 ||
        ms_sync(d, &score_table, &w->scores, err) < 0) {
        return -1;
    }
    return ms_sync(d, &sender_table, &w->senders, err);
}

static uint64_t count_changes(const struct ms_sync_rows *rows)
{
    uint64_t n = 0;

    for (size_t i = 0; i < rows->n; i++) {
        n += *rows->v[i].changed;
    }
    return n;
}

/* A rename is finished before site.yaml takes one of its names. */
static int check_renames(struct ms_directory *d, const struct wanted *w, struct ms_err *err)
{
    ms_auto_json json_t *list = NULL;
    size_t i;
    const json_t *r;

    if (ms_directory_renames(d, &list, err) < 0) {
        return -1;
    }
    json_array_foreach(list, i, r)
    {
        const char *old = json_string_value(json_object_get(r, "address"));
        const struct ms_sync_row *row = ms_sync_find(&w->mailboxes, old);

        if (row) {
            return refuse(row, err, "is being renamed: repeat `mailstead mailbox rename`");
        }
    }
    return 0;
}

static int ensure(struct ms_directory *d, const struct ms_site *site, struct wanted *w,
                  struct ms_err *err)
{
    if (check_renames(d, w, err) < 0 || ensure_domains(d, w, err) < 0 ||
        ensure_objects(d, w, err) < 0 || ms_sender_ensure(d, site, &w->n_other, err) < 0) {
        return -1;
    }
    if (ms_declared_sync(d, "domain", &w->domains, &w->n_other, err) < 0 ||
        ms_declared_sync(d, "mailbox", &w->mailboxes, &w->n_other, err) < 0) {
        return -1;
    }
    return ms_declared_sync(d, "alias", &w->aliases, &w->n_other, err);
}

int ms_directory_ensure(struct ms_directory *d, const struct ms_site *site, unsigned *ret_changes,
                        struct ms_err *err)
{
    ms_cleanup(wanted_done) struct wanted w = {0};

    wanted_init(&w);
    if (wanted_fill(&w, site, err) < 0 || ms_db_begin(d, err) < 0) {
        return -1;
    }
    if (ms_db_end(d, ensure(d, site, &w, err), err) < 0) {
        return -1;
    }
    *ret_changes = (unsigned)(w.n_other + count_changes(&w.domains) + count_changes(&w.mailboxes) +
                              count_changes(&w.aliases) + count_changes(&w.scores) +
                              count_changes(&w.senders));
    return 0;
}
