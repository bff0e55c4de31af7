/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/mailstead/args.h"
#include "cmd/mailstead/help.h"
#include "cmd/mailstead/verbs.h"
#include "modules/core/base/mem.h"
#include "modules/core/site/site.h"

/* Text of roff: the escape character, hyphens and control lines lose their meaning; `x` becomes
 * bold. */
static void add_text(const char *text, struct ms_buf *out)
{
    bool bold = false, start = true;

    for (; *text; text++) {
        if (start && (*text == '.' || *text == '\'')) {
            ms_buf_adds(out, "\\&");
        }
        start = *text == '\n';
        if (*text == '\\') {
            ms_buf_adds(out, "\\e");
        } else if (*text == '-') {
            ms_buf_adds(out, "\\-");
        } else if (*text == '`') {
            bold = !bold;
            ms_buf_adds(out, bold ? "\\fB" : "\\fR");
        } else {
            ms_buf_addc(out, *text);
        }
    }
}

static void add_header(const char *name, int section, const char *what, struct ms_buf *out)
{
    ms_buf_addf(out, ".TH %s %d \"\" \"mailstead %s\" \"mailstead\"\n.SH NAME\n", name, section,
                MS_VERSION);
    add_text(name, out);
    ms_buf_adds(out, " \\- ");
    add_text(what, out);
    ms_buf_addc(out, '\n');
}

static void add_par(const char *text, struct ms_buf *out)
{
    ms_buf_adds(out, ".PP\n");
    add_text(text, out);
    ms_buf_addc(out, '\n');
}

static void add_item(const char *term, const char *text, struct ms_buf *out)
{
    ms_buf_adds(out, ".TP\n.B ");
    add_text(term, out);
    ms_buf_addc(out, '\n');
    add_text(text, out);
    ms_buf_addc(out, '\n');
}

static void add_opts(const struct ms_cli_opt *o, struct ms_buf *out)
{
    for (; o && o->name; o++) {
        ms_auto_free char *letter = o->letter ? ms_xasprintf("-%c, ", o->letter) : ms_xstrdup("");
        ms_auto_free char *term =
            ms_xasprintf("%s--%s%s%s", letter, o->name, o->arg ? " " : "", o->arg ? o->arg : "");

        add_item(term, o->help, out);
    }
}

static void add_verb(const struct ms_verb *v, struct ms_buf *out)
{
    ms_auto_free char *term = ms_xasprintf("mailstead %s%s%s %s", v->name, v->sub ? " " : "",
                                           v->sub ? v->sub : "", v->args);
    ms_auto_free char *first = ms_xasprintf("%s.", v->summary);

    add_item(term, first, out);
    if (v->details) {
        ms_buf_adds(out, ".IP\n");
        add_text(v->details, out);
        ms_buf_addc(out, '\n');
    }
    if (v->opts) {
        ms_buf_adds(out, ".RS\n");
        add_opts(v->opts, out);
        ms_buf_adds(out, ".RE\n");
    }
}

static void add_statuses(struct ms_buf *out)
{
    ms_buf_adds(out, ".SH EXIT STATUS\n");
    add_item("0", "done", out);
    add_item("1", "failed", out);
    add_item("2", "wrong usage, or site.yaml is not valid", out);
    add_item("3", "done, but something is unhealthy or differs", out);
    add_item("4", "the supervisor or the container engine cannot be reached", out);
    add_par("`mailstead exec` gives the exit status of the command that it ran.", out);
}

static void add_see(const char *text, struct ms_buf *out)
{
    ms_buf_adds(out, ".SH SEE ALSO\n");
    add_text(text, out);
    ms_buf_addc(out, '\n');
}

static void page_cli(struct ms_buf *out)
{
    add_header("mailstead", 1, "set up, run and look after a mail server", out);
    ms_buf_adds(out, ".SH SYNOPSIS\n.B mailstead\n[OPTION...] VERB [ARGUMENT...]\n"
                     ".SH DESCRIPTION\n");
    add_text("mailstead runs a complete mail server, made of containers, that one file, "
             "`site.yaml`, describes. `mailstead up` compares what runs with what the file says, "
             "does what is missing, and waits until everything works. The work is done by the "
             "supervisor, `mailsteadd`, which also watches the services.\n",
             out);
    add_par("Results go to standard output. Progress, notes and errors go to standard error. Verbs "
            "that destroy something ask on a terminal, and need `--yes` without one.",
            out);
    ms_buf_adds(out, ".SH OPTIONS\nThese stand before or after the verb.\n");
    add_opts(ms_cli_globals, out);
    for (const struct ms_verb *v = ms_verbs; v->name; v++) {
        if (v->section) {
            ms_buf_addf(out, ".SH VERBS: %s\n", v->section);
        }
        if (!ms_verb_is_group(v)) {
            add_verb(v, out);
        }
    }
    add_statuses(out);
    ms_buf_adds(out, ".SH ENVIRONMENT\n");
    add_item("DOCKER_HOST",
             "unix://PATH: the socket of the container engine (default "
             "/var/run/docker.sock)",
             out);
    add_item("NO_COLOR", "if not empty: progress without colours", out);
    add_item("TERM", "dumb: progress as plain lines", out);
    ms_buf_adds(out, ".SH FILES\n");
    add_item(MS_CLI_SITE, "the site description", out);
    add_item(MS_CLI_STATE, "keys, secrets, rendered files, journal", out);
    add_item("/run/mailstead/control.sock",
             "the supervisor's socket; DIR/control.sock with another --state", out);
    add_see("mailstead-site.yaml(5), mailsteadd(8)", out);
}

static void page_daemon(struct ms_buf *out)
{
    add_header("mailsteadd", 8, "the supervisor of mailstead", out);
    ms_buf_adds(out, ".SH SYNOPSIS\n.B mailsteadd\n\\-\\-site FILE \\-\\-state DIR\n"
                     ".SH DESCRIPTION\n");
    add_text("mailsteadd runs in the foreground: it does the jobs that `mailstead` gives it, "
             "watches the health of the services, and answers on its control socket. "
             "`mailstead up` starts it when it does not run, `mailstead down` ends it. Mail does "
             "not depend on it: while it is stopped the containers go on.\n",
             out);
    add_par("It can be killed at any moment. When it starts again it finishes what was begun.",
            out);
    add_par(
        "HTTP and the probes are processes of their own, mailstead-api and mailstead-probe: each a "
        "user without rights, behind a filter of system calls, without the engine's socket, the "
        "keys and the database's password. They say what they want; mailsteadd checks it again. "
        "One that dies is started again, and its clients wait.",
        out);
    ms_buf_adds(out, ".SH OPTIONS\n");
    add_item("--site FILE", "the site description (default " MS_CLI_SITE ")", out);
    add_item("--state DIR", "keys, secrets, rendered files, journal (default " MS_CLI_STATE ")",
             out);
    ms_buf_adds(out, ".SH ACCESS\n");
    add_text("The control socket may be used by root and by members of the group mailstead.\n",
             out);
    ms_buf_adds(out, ".SH ENVIRONMENT\n");
    add_item("DOCKER_HOST",
             "unix://PATH: the socket of the container engine (default "
             "/var/run/docker.sock)",
             out);
    ms_buf_adds(out, ".SH FILES\n");
    add_item("/run/mailstead/control.sock",
             "the control socket; DIR/control.sock with another "
             "--state",
             out);
    add_item("DIR/mailsteadd.pid", "its process, locked while it lives", out);
    add_item("DIR/mailsteadd.log", "its log when systemd does not run it", out);
    add_see("mailstead(1), mailstead-site.yaml(5)", out);
}

static void page_site(struct ms_buf *out)
{
    ms_auto_free char *keys = ms_site_options(false);

    add_header("mailstead-site.yaml", 5, "the description of a mail server", out);
    ms_buf_adds(out, ".SH DESCRIPTION\n");
    add_text("site.yaml says what a mail server is to be: its name, its domains, its mailboxes and "
             "everything that differs from the defaults. `mailstead init` writes one, `mailstead "
             "check` validates it, `mailstead up` makes it real. `hostname`, `contact` and one "
             "domain must be given; all else has a default. An unknown key is an error.\n",
             out);
    ms_buf_adds(out, ".SH EXAMPLE\n.nf\n.RS\n");
    add_text("hostname: mail.example.org\ncontact: postmaster@example.org\ndomains:\n"
             "  example.org:\n    quota: 5G\n    mailboxes:\n      anna: {name: Anna}\n"
             "    aliases:\n      info: [anna@example.org]\n",
             out);
    ms_buf_adds(out, ".RE\n.fi\n.SH KEYS\n.nf\n");
    add_text(keys, out);
    ms_buf_adds(out, ".fi\n");
    add_see("mailstead(1), mailsteadd(8)", out);
}

int ms_man_page(const char *name, struct ms_buf *out)
{
    static const struct {
        const char *name;
        void (*make)(struct ms_buf *out);
    } pages[] = {
        {"mailstead", page_cli}, {"mailsteadd", page_daemon}, {"mailstead-site.yaml", page_site}};

    for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
        if (!strcmp(name, pages[i].name)) {
            pages[i].make(out);
            return 0;
        }
    }
    return -1;
}
