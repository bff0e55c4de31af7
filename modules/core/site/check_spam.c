/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "modules/core/site/site_priv.h"

static void check_spam_of(struct ms_opt_ctx *c, const struct ms_site_spam *spam, struct ms_loc loc,
                          const char *path)
{
    const struct ms_strv *lists[] = {&spam->allow, &spam->deny};
    size_t room = 0;

    if (spam->reject_score >= 0 && spam->junk_score > spam->reject_score) {
        ms_diag_add(c->d, MS_DIAG_ERROR, loc, path,
                    "has a junk_score above its reject_score: mail would be refused before it "
                    "could go to Junk");
    }
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        for (size_t k = 0; k < lists[i]->n; k++) {
            room += strlen(lists[i]->v[k]) + MS_SENDER_EXTRA;
        }
    }
    if (room > MS_SENDERS_MAX) {
        ms_diag_add(c->d, MS_DIAG_ERROR, loc, path,
                    "has too many senders: about a hundred fit into both lists together");
    }
}

void ms_check_spam(struct ms_opt_ctx *c, const struct ms_site *s)
{
    for (size_t i = 0; i < s->n_domains; i++) {
        const struct ms_site_domain *d = &s->domains[i];

        check_spam_of(c, &d->spam, d->loc, ms_arena_printf(c->arena, "domains.%s.spam", d->name));
        for (size_t k = 0; k < d->n_mailboxes; k++) {
            const struct ms_site_mailbox *m = &d->mailboxes[k];

            check_spam_of(
                c, &m->spam, m->loc,
                ms_arena_printf(c->arena, "domains.%s.mailboxes.%s.spam", d->name, m->local));
        }
    }
}
