/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/directory/object_priv.h"

static int need_owner(struct ms_directory *d, const char *owner, struct ms_err *err)
{
    int r;

    if (owner[0] == '@') {
        return ms_object_own_domain(d, owner + 1, err);
    }
    r = ms_object_is_mailbox(d, owner, err);
    if (r == 0) {
        return ms_err_set(err, MS_ENOTFOUND, 0, "mailbox %s does not exist", owner);
    }
    return r < 0 ? -1 : 0;
}

const char *ms_spam_score_text(double score, char (*text)[MS_SPAM_SCORE_TEXT])
{
    if (score < 0) {
        return NULL;
    }
    (void)snprintf(*text, sizeof(*text), "%.2f", score);
    return *text;
}

/* Write one score, unless it is to be left. column is one of ours. */
static int set_score(struct ms_directory *d, const char *owner, const char *sql,
                     enum ms_spam_change change, double score, struct ms_err *err)
{
    char text[MS_SPAM_SCORE_TEXT];
    const char *value = change == MS_SPAM_SET ? ms_spam_score_text(score, &text) : NULL;

    if (change == MS_SPAM_LEAVE) {
        return 0;
    }
    return ms_db_run(d, MS_Q(sql, MS_S(owner), MS_S(value)), err);
}

static int put_senders(struct ms_directory *d, const char *owner, const char *const *senders,
                       const char *verdict, struct ms_err *err)
{
    for (; senders && *senders; senders++) {
        ms_auto_free char *entry = ms_xasprintf("%s %s", owner, *senders);

        if (ms_db_run(d,
                      MS_Q("INSERT INTO ms_spam_sender (entry, owner, sender, verdict)"
                           " VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE verdict = VALUES(verdict)",
                           MS_S(entry), MS_S(owner), MS_S(*senders), MS_S(verdict)),
                      err) < 0) {
            return -1;
        }
    }
    return 0;
}

static int forget_senders(struct ms_directory *d, const char *owner, const char *const *senders,
                          struct ms_err *err)
{
    for (; senders && *senders; senders++) {
        if (ms_db_run(d,
                      MS_Q("DELETE FROM ms_spam_sender WHERE owner = ? AND sender = ?", MS_S(owner),
                           MS_S(*senders)),
                      err) < 0) {
            return -1;
        }
        if (!d->affected) {
            return ms_err_set(err, MS_ENOTFOUND, 0, "%s is in no list of %s", *senders, owner);
        }
    }
    return 0;
}

static int check_room(struct ms_directory *d, const char *owner, struct ms_err *err)
{
    ms_auto_free char *text = NULL;
    int r = ms_db_one(d,
                      MS_Q("SELECT CAST(SUM(LENGTH(sender) + ?) AS UNSIGNED) FROM ms_spam_sender"
                           " WHERE owner = ?",
                           MS_I(MS_SENDER_EXTRA), MS_S(owner)),
                      &text, err);

    if (r < 0) {
        return -1;
    }
    if (ms_object_number(text) > MS_SENDERS_MAX) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "too many senders for %s: about a hundred fit into both lists together",
                          owner);
    }
    return 0;
}

static int check_scores(struct ms_directory *d, const char *owner, struct ms_err *err)
{
    int r = ms_db_exists(d,
                         MS_Q("SELECT owner FROM ms_spam WHERE owner = ?"
                              " AND junk_score > reject_score",
                              MS_S(owner)),
                         err);

    if (r > 0) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "junk_score is above reject_score: mail would be refused before it could "
                          "go to Junk");
    }
    return r;
}

static int spam_set(struct ms_directory *d, const char *owner, const struct ms_spam_attrs *a,
                    struct ms_err *err)
{
    if (need_owner(d, owner, err) < 0 ||
        set_score(d, owner,
                  "INSERT INTO ms_spam (owner, junk_score) VALUES (?, ?)"
                  " ON DUPLICATE KEY UPDATE junk_score = VALUES(junk_score)",
                  a->junk, a->junk_score, err) < 0 ||
        set_score(d, owner,
                  "INSERT INTO ms_spam (owner, reject_score) VALUES (?, ?)"
                  " ON DUPLICATE KEY UPDATE reject_score = VALUES(reject_score)",
                  a->reject, a->reject_score, err) < 0 ||
        check_scores(d, owner, err) < 0) {
        return -1;
    }
    if (forget_senders(d, owner, a->forget, err) < 0 ||
        put_senders(d, owner, a->allow, "allow", err) < 0 ||
        put_senders(d, owner, a->deny, "deny", err) < 0) {
        return -1;
    }
    return check_room(d, owner, err);
}

int ms_directory_spam_set(struct ms_directory *d, const char *owner, const struct ms_spam_attrs *a,
                          struct ms_err *err)
{
    if (ms_db_begin(d, err) < 0) {
        return -1;
    }
    return ms_db_end(d, spam_set(d, owner, a, err), err);
}

int ms_spam_forget(struct ms_directory *d, const char *address, struct ms_err *err)
{
    static const char *const rows[] = {"DELETE FROM ms_spam WHERE owner = ?",
                                       "DELETE FROM ms_spam_sender WHERE owner = ?", NULL};

    return ms_object_run_each(d, rows, address, err);
}

int ms_spam_rename(struct ms_directory *d, const char *address, const char *target,
                   struct ms_err *err)
{
    if (ms_spam_forget(d, target, err) < 0 ||
        ms_db_run(d,
                  MS_Q("UPDATE ms_spam SET owner = ? WHERE owner = ?", MS_S(target), MS_S(address)),
                  err) < 0) {
        return -1;
    }
    return ms_db_run(d,
                     MS_Q("UPDATE ms_spam_sender SET entry = CONCAT(?, ' ', sender), owner = ?"
                          " WHERE owner = ?",
                          MS_S(target), MS_S(target), MS_S(address)),
                     err);
}

static json_t *score_json(const char *text)
{
    double v;

    return text && ms_parse_double(text, &v) == 0 ? json_real(v) : json_null();
}

static int on_scores(void *arg, const char *const *col, struct ms_err *err)
{
    (void)err;
    (void)json_object_set_new(arg, "junk_score", score_json(col[0]));
    (void)json_object_set_new(arg, "reject_score", score_json(col[1]));
    return 0;
}

static int on_sender(void *arg, const char *const *col, struct ms_err *err)
{
    if (json_array_append_new(json_object_get(arg, col[0]), json_string(col[1])) < 0) {
        return ms_err_set(err, MS_EDB, 0, "directory: a sender's row is no valid text");
    }
    return 0;
}

int ms_directory_spam(struct ms_directory *d, const char *owner, json_t **ret, struct ms_err *err)
{
    ms_auto_json json_t *o = json_pack("{s:s, s:n, s:n, s:[], s:[]}", "owner", owner, "junk_score",
                                       "reject_score", "allow", "deny");

    if (need_owner(d, owner, err) < 0 ||
        ms_db_query(
            d, MS_Q("SELECT junk_score, reject_score FROM ms_spam WHERE owner = ?", MS_S(owner)),
            on_scores, o, err) < 0 ||
        ms_db_query(d,
                    MS_Q("SELECT verdict, sender FROM ms_spam_sender WHERE owner = ?"
                         " ORDER BY sender",
                         MS_S(owner)),
                    on_sender, o, err) < 0) {
        return -1;
    }
    *ret = ms_steal(&o);
    return 0;
}
