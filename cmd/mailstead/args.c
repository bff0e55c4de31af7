/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailstead/args.h"

#include <assert.h>
#include <string.h>

#include "cmd/mailstead/verbs.h"
#include "modules/core/base/mem.h"

const struct ms_cli_opt ms_cli_globals[] = {
    {"site", 0, "FILE", "the site description (default " MS_CLI_SITE ")"},
    {"state", 0, "DIR", "keys, secrets and journal (default " MS_CLI_STATE ")"},
    {"json", 0, NULL, "print the result as JSON"},
    {"yes", 'y', NULL, "do not ask before destroying something"},
    {"quiet", 'q', NULL, "no progress and no notes, only results and errors"},
    {"verbose", 'v', NULL, "show the output of everything that runs"},
    {"help", 'h', NULL, "explain the verb"},
    {"version", 'V', NULL, "print the version"},
    {0},
};

static const struct ms_cli_opt *find_in(const struct ms_cli_opt *o, const char *name, size_t n)
{
    for (; o && o->name; o++) {
        if (strlen(o->name) == n && !memcmp(o->name, name, n)) {
            return o;
        }
    }
    return NULL;
}

static const struct ms_cli_opt *find_letter(const struct ms_cli_opt *o, char letter)
{
    for (; o && o->name; o++) {
        if (o->letter == letter) {
            return o;
        }
    }
    return NULL;
}

static const struct ms_cli_opt *find_long(const struct ms_cli *c, const char *name, size_t n)
{
    const struct ms_cli_opt *o = c->verb ? find_in(c->verb->opts, name, n) : NULL;

    return o ? o : find_in(ms_cli_globals, name, n);
}

static const struct ms_cli_opt *find_short(const struct ms_cli *c, char letter)
{
    const struct ms_cli_opt *o = c->verb ? find_letter(c->verb->opts, letter) : NULL;

    return o ? o : find_letter(ms_cli_globals, letter);
}

static bool set_global(struct ms_cli *c, const struct ms_cli_opt *o, const char *value)
{
    const struct {
        const char *name;
        bool *flag;
        const char **text;
    } t[] = {
        {"site", NULL, &c->site}, {"state", NULL, &c->state},     {"json", &c->json, NULL},
        {"yes", &c->yes, NULL},   {"quiet", &c->quiet, NULL},     {"verbose", &c->verbose, NULL},
        {"help", &c->help, NULL}, {"version", &c->version, NULL},
    };

    for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
        if (strcmp(t[i].name, o->name) != 0) {
            continue;
        }
        if (t[i].flag) {
            *t[i].flag = true;
        } else if (t[i].text) {
            *t[i].text = value;
        }
        return true;
    }
    return false;
}

static int set(struct ms_cli *c, const struct ms_cli_opt *o, const char *value, struct ms_err *err)
{
    bool global = o >= ms_cli_globals && find_in(ms_cli_globals, o->name, strlen(o->name)) == o;

    if (o->arg && !*value) {
        return ms_err_set(err, MS_EINVAL, 0, "--%s needs a %s that is not empty", o->name, o->arg);
    }
    if (global && set_global(c, o, value)) {
        return 0;
    }
    if (c->n_opts == MS_CLI_MAX_OPTS) {
        return ms_err_set(err, MS_EINVAL, 0, "too many options");
    }
    c->opts[c->n_opts].name = o->name;
    c->opts[c->n_opts].value = value;
    c->n_opts++;
    return 0;
}

/* The walk over argv. */
struct walk {
    int argc, i;
    char **argv;
    const char *name; /* of the verb, until its sub-verb is known */
};

static int no_such_option(const struct ms_cli *c, const char *text, int n, struct ms_err *err)
{
    if (!c->verb) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "unknown option %.*s (options of a verb stand after it)", n, text);
    }
    return ms_err_set(err, MS_EINVAL, 0, "%s%s%s has no option %.*s", c->verb->name,
                      c->verb->sub ? " " : "", c->verb->sub ? c->verb->sub : "", n, text);
}

static int take_long(struct ms_cli *c, struct walk *w, struct ms_err *err)
{
    const char *text = w->argv[w->i], *name = text + 2;
    const char *eq = strchr(name, '=');
    size_t n = eq ? (size_t)(eq - name) : strlen(name);
    const struct ms_cli_opt *o = find_long(c, name, n);

    if (!o) {
        return no_such_option(c, text, (int)n + 2, err);
    }
    if (!o->arg) {
        return eq ? ms_err_set(err, MS_EINVAL, 0, "--%s takes no value", o->name)
                  : set(c, o, "", err);
    }
    if (eq) {
        return set(c, o, eq + 1, err);
    }
    if (w->i + 1 >= w->argc) {
        return ms_err_set(err, MS_EINVAL, 0, "--%s needs a %s", o->name, o->arg);
    }
    return set(c, o, w->argv[++w->i], err);
}

static int take_short(struct ms_cli *c, struct walk *w, struct ms_err *err)
{
    const char *text = w->argv[w->i];

    for (const char *p = text + 1; *p; p++) {
        const struct ms_cli_opt *o = find_short(c, *p);
        const char letter[] = {'-', *p, '\0'};

        if (!o || !o->letter) {
            return no_such_option(c, letter, 2, err);
        }
        if (!o->arg) {
            if (set(c, o, "", err) < 0) {
                return -1;
            }
            continue;
        }
        if (p[1]) {
            return set(c, o, p + 1, err);
        }
        if (w->i + 1 >= w->argc) {
            return ms_err_set(err, MS_EINVAL, 0, "%s needs a %s", letter, o->arg);
        }
        return set(c, o, w->argv[++w->i], err);
    }
    return 0;
}

static int unknown_verb(const char *word, const char *group, struct ms_err *err)
{
    const char *near = ms_verb_suggest(word, group);
    ms_auto_free char *hint = near ? ms_xasprintf("; did you mean \"%s\"?", near) : ms_xstrdup("");

    if (group) {
        return ms_err_set(err, MS_EINVAL, 0, "%s has no \"%s\"%s", group, word, hint);
    }
    return ms_err_set(err, MS_EINVAL, 0, "there is no verb \"%s\"%s", word, hint);
}

static int take_word(struct ms_cli *c, const char *word, struct ms_err *err)
{
    const struct ms_verb *v;

    if (!c->verb) {
        c->verb = ms_verb_find(word, NULL);
        return c->verb ? 0 : unknown_verb(word, NULL, err);
    }
    if (ms_verb_is_group(c->verb)) {
        v = ms_verb_find(c->verb->name, word);
        if (!v) {
            return unknown_verb(word, c->verb->name, err);
        }
        c->verb = v;
        return 0;
    }
    c->words[c->n_words++] = word;
    return 0;
}

static int check_words(const struct ms_cli *c, struct ms_err *err)
{
    const struct ms_verb *v = c->verb;

    if (!v) {
        return ms_err_set(err, MS_EINVAL, 0, "which verb? `mailstead --help` lists them");
    }
    if (ms_verb_is_group(v)) {
        return ms_err_set(err, MS_EINVAL, 0, "%s needs one more word", v->name);
    }
    if (c->n_words < v->min) {
        return ms_err_set(err, MS_EINVAL, 0, "%s%s%s needs %s", v->name, v->sub ? " " : "",
                          v->sub ? v->sub : "", v->args);
    }
    if ((v->flags & MS_VERB_COMMAND) && (!c->command || !c->command[0])) {
        return ms_err_set(err, MS_EINVAL, 0, "%s needs a command after \"--\"", v->name);
    }
    if (c->n_words > v->max) {
        return ms_err_set(err, MS_EINVAL, 0, "%s%s%s does not know what to do with \"%s\"", v->name,
                          v->sub ? " " : "", v->sub ? v->sub : "", c->words[v->max]);
    }
    return 0;
}

static int take_rest(struct ms_cli *c, struct walk *w, struct ms_err *err)
{
    if (c->verb && (c->verb->flags & MS_VERB_COMMAND)) {
        c->command = (const char *const *)w->argv + w->i + 1;
        w->i = w->argc;
        return 0;
    }
    for (w->i++; w->i < w->argc; w->i++) {
        if (take_word(c, w->argv[w->i], err) < 0) {
            return -1;
        }
    }
    return 0;
}

int ms_cli_parse(int argc, char **argv, struct ms_cli *ret, struct ms_err *err)
{
    struct walk w = {.argc = argc, .argv = argv, .i = 1};

    memset(ret, 0, sizeof(*ret));
    ret->site = MS_CLI_SITE;
    ret->state = MS_CLI_STATE;
    ret->words = ms_xcalloc((size_t)argc + 1, sizeof(*ret->words));
    for (; w.i < argc; w.i++) {
        const char *a = argv[w.i];
        int r;

        if (!strcmp(a, "--")) {
            r = take_rest(ret, &w, err);
        } else if (a[0] == '-' && a[1] == '-') {
            r = take_long(ret, &w, err);
        } else if (a[0] == '-' && a[1]) {
            r = take_short(ret, &w, err);
        } else {
            r = take_word(ret, a, err);
        }
        if (r < 0) {
            return -1;
        }
    }
    if (ret->help || ret->version) {
        return 0;
    }
    return check_words(ret, err);
}

void ms_cli_done(struct ms_cli *c)
{
    free(c->words);
    c->words = NULL;
}

const char *ms_cli_value(const struct ms_cli *c, const char *name)
{
    assert(c->verb && find_in(c->verb->opts, name, strlen(name)));
    for (size_t i = c->n_opts; i > 0; i--) {
        if (!strcmp(c->opts[i - 1].name, name)) {
            return c->opts[i - 1].value;
        }
    }
    return NULL;
}

bool ms_cli_has(const struct ms_cli *c, const char *name)
{
    return ms_cli_value(c, name) != NULL;
}
