/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailstead/help.h"
#include "cmd/mailstead/out.h"
#include "cmd/mailstead/verbs.h"

static int man(const struct ms_cli *c, const char *page)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 1 << 22);
    if (ms_man_page(page, &b) < 0) {
        return ms_out_usage(c, "there is no manual page \"%s\"", page);
    }
    return ms_out_buf(&b, MS_EXIT_OK);
}

static int no_such(const struct ms_cli *c, const char *word, const char *group)
{
    const char *near = ms_verb_suggest(word, group);

    if (near) {
        return ms_out_usage(c, "there is no verb \"%s\"; did you mean \"%s\"?", word, near);
    }
    return ms_out_usage(c, "there is no verb \"%s\"; `mailstead --help` lists them", word);
}

int ms_run_help(struct ms_cli *c)
{
    const char *page = ms_cli_value(c, "man");
    const struct ms_verb *v = NULL;
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 1 << 20);
    if (page) {
        return man(c, page);
    }
    if (c->n_words) {
        v = ms_verb_find(c->words[0], c->n_words > 1 ? c->words[1] : NULL);
        if (!v) {
            bool known = ms_verb_find(c->words[0], NULL) != NULL;

            return known ? no_such(c, c->words[1], c->words[0]) : no_such(c, c->words[0], NULL);
        }
        ms_help_verb(v, &b);
    } else {
        ms_help_all(&b);
    }
    return ms_out_buf(&b, MS_EXIT_OK);
}
