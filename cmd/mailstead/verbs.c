/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailstead/verbs.h"

#include <string.h>

#include "cmd/mailstead/suggest.h"
#include "cmd/mailstead/verbs_dns_priv.h"

enum { ANY = 1000 };

static const struct ms_cli_opt help_opts[] = {
    {"man", 0, "PAGE", "print a manual page: mailstead, mailsteadd or mailstead-site.yaml"},
    {0},
};
static const struct ms_cli_opt init_opts[] = {
    {"hostname", 0, "NAME", "the name of the machine, which MX records point to (required)"},
    {"domain", 0, "NAME", "the first domain to take mail for (required)"},
    {"contact", 0, "ADDRESS", "who is told about problems (default postmaster@DOMAIN)"},
    {"force", 0, NULL, "replace a file that exists"},
    {0},
};
static const struct ms_cli_opt options_opts[] = {
    {"markdown", 0, NULL, "as Markdown"},
    {0},
};
static const struct ms_cli_opt down_opts[] = {
    {"volumes", 0, NULL, "also destroy the volumes: mail, directory, everything learned"},
    {0},
};
static const struct ms_cli_opt status_opts[] = {
    {"watch", 'w', NULL, "show it again every second until interrupted"},
    {0},
};
static const struct ms_cli_opt logs_opts[] = {
    {"follow", 'f', NULL, "go on with new lines until interrupted"},
    {"tail", 'n', "N", "begin with the last N lines of each service (default: all)"},
    {0},
};
static const struct ms_cli_opt exec_opts[] = {
    {"no-stdin", 'n', NULL, "give the command no standard input"},
    {0},
};
static const struct ms_cli_opt domain_add_opts[] = {
    {"alias-for", 0, "DOMAIN", "deliver its addresses to the same addresses of that domain"},
    {"quota", 0, "SIZE", "default size of its mailboxes, such as 5G; 0: without limit"},
    {0},
};
static const struct ms_cli_opt domain_delete_opts[] = {
    {"with-content", 0, NULL, "even when it has mailboxes or aliases, and these too"},
    {0},
};
#define PASSWORD_OPTS                                                                              \
    {"password-file", 0, "FILE", "take the password from the first line of FILE; -: from stdin"},  \
    {                                                                                              \
        "ask", 0, NULL, "ask for the password, twice, on the terminal"                             \
    }
static const struct ms_cli_opt mailbox_add_opts[] = {
    {"name", 0, "NAME", "the name of its owner, for people"},
    {"quota", 0, "SIZE", "its size, such as 5G; 0: without limit (default: the domain's)"},
    PASSWORD_OPTS,
    {0},
};
static const struct ms_cli_opt mailbox_set_opts[] = {
    {"name", 0, "NAME", "the name of its owner, for people"},
    {"quota", 0, "SIZE", "its size, such as 5G; 0: without limit"},
    {"active", 0, "yes|no", "no: it takes no mail and nobody can log in"},
    {"require-app-password", 0, "yes|no", "yes: mail clients need an app password"},
    {"send-as", 0, "ADDRESS[,...]", "what it may send as besides its own address; or none"},
    {0},
};
static const struct ms_cli_opt mailbox_delete_opts[] = {
    {"keep-mail", 0, NULL, "keep its mail until you remove it, in .kept/ of the mail volume"},
    {0},
};
static const struct ms_cli_opt mailbox_rename_opts[] = {
    {"keep-alias", 0, NULL, "keep the old address as an alias of the new one"},
    {0},
};
static const struct ms_cli_opt mailbox_passwd_opts[] = {PASSWORD_OPTS, {0}};
static const struct ms_cli_opt spam_set_opts[] = {
    {"junk-score", 0, "N", "mail goes to Junk from this score on; default: as without it"},
    {"reject-score", 0, "N", "mail is refused from this score on; default: as without it"},
    {0},
};

#define NEEDS_SUPERVISOR "The supervisor must run (`mailstead up` starts it)."
#define PASSWORD_TEXT                                                                              \
    "Without --password-file or --ask a password of 20 characters is made and printed once. "      \
    "A password is never taken from the command line, where every user of the machine sees it."

const struct ms_verb ms_verbs[] = {
    {.section = "Set up",
     .name = "init",
     .args = "--hostname NAME --domain NAME [--contact ADDRESS] [--force]",
     .summary = "write a commented site.yaml",
     .details = "The file is written where --site says. One that exists is left alone unless "
                "--force is given; then a copy of it is kept beside it, as site.yaml.old.",
     .opts = init_opts,
     .run = ms_run_init},
    {.name = "check",
     .args = "",
     .summary = "validate site.yaml",
     .details = "Every problem is reported in one run, as file:line:col: error: key: text.",
     .run = ms_run_check},
    {.name = "plan",
     .args = "",
     .summary = "show what `up` would change, and why",
     .details = "Nothing is changed. When the engine cannot be reached, everything counts as "
                "absent. Exit status 3 says that something would change.",
     .run = ms_run_plan},
    {.name = "options",
     .args = "[--markdown]",
     .summary = "print the reference of all keys of site.yaml",
     .opts = options_opts,
     .run = ms_run_options},
    {.name = "schema",
     .args = "",
     .summary = "print the JSON Schema of site.yaml, for editors",
     .run = ms_run_schema},
    {.name = "compose",
     .args = "",
     .summary = "print the services as a Compose file",
     .run = ms_run_compose},
    {.section = "Run",
     .name = "up",
     .args = "",
     .summary = "bring everything to what site.yaml says, and wait until it works",
     .details = "Starts the supervisor when none runs. It can be interrupted and run again at any "
                "time: what is done already is not done twice.",
     .run = ms_run_up},
    {.name = "down",
     .args = "[--volumes]",
     .summary = "stop and remove the containers and the supervisor; mail is kept",
     .opts = down_opts,
     .run = ms_run_down},
    {.name = "restart",
     .args = "[SERVICE...]",
     .summary = "restart services and wait until they work (default: all)",
     .details = NEEDS_SUPERVISOR,
     .max = ANY,
     .run = ms_run_restart},
    {.name = "images",
     .args = "",
     .summary = "make the container images that are missing",
     .run = ms_run_images},
    {.section = "Look",
     .name = "status",
     .args = "[--watch]",
     .summary = "show the state of each service",
     .details = NEEDS_SUPERVISOR " Exit status 3 says that something is unhealthy.",
     .opts = status_opts,
     .run = ms_run_status},
    {.name = "test",
     .args = "[ADDRESS]",
     .summary = "send a message through every hop and time each",
     .details = NEEDS_SUPERVISOR " Without ADDRESS the message goes to a mailbox of its own, is "
                                 "fetched over IMAP and deleted.",
     .max = 1,
     .run = ms_run_test},
    {.name = "logs",
     .args = "[SERVICE...] [-f] [--tail N]",
     .summary = "show what services logged (default: all)",
     .details = "With --json each line is an object with service and text.",
     .opts = logs_opts,
     .max = ANY,
     .run = ms_run_logs},
    {.name = "exec",
     .args = "SERVICE -- COMMAND...",
     .summary = "run a command in the container of a service",
     .details = "Standard input is handed on unless it is a terminal. The exit status is that of "
                "the command.",
     .opts = exec_opts,
     .min = 1,
     .max = 1,
     .flags = MS_VERB_COMMAND,
     .run = ms_run_exec},
    {.name = "secret", .summary = "passwords that were made for this site"},
    {.name = "secret",
     .sub = "list",
     .args = "",
     .summary = "list their names",
     .run = ms_run_secret_list},
    {.name = "secret",
     .sub = "show",
     .args = "NAME",
     .summary = "print one, for example that of a component's first administrator",
     .details = "It is read from the state directory, which only root can read; the supervisor is "
                "not asked.",
     .min = 1,
     .max = 1,
     .run = ms_run_secret_show},
    {.name = "doctor",
     .args = "",
     .summary = "look whether this host is fit: engine, memory, disk, clock, ports, names, sshd",
     .details = "Nothing is changed. Each finding is ok, warn, fail or unknown, with what to do. "
                "Exit status 3 says that there is a warn or a fail.",
     .run = ms_run_doctor},
    {.name = "version",
     .args = "",
     .summary = "print the versions of mailstead and of the engine",
     .run = ms_run_version},
    {.section = "Mail", .name = "domain", .summary = "domains that mail is taken for"},
    {.name = "domain",
     .sub = "add",
     .args = "NAME [--alias-for DOMAIN] [--quota SIZE]",
     .summary = "take mail for one more domain",
     .details = "Its DKIM keys are made at once; `mailstead dns records NAME` shows what to set.",
     .opts = domain_add_opts,
     .min = 1,
     .max = 1,
     .run = ms_run_domain_add},
    {.name = "domain",
     .sub = "list",
     .args = "",
     .summary = "list them",
     .run = ms_run_domain_list},
    {.name = "domain",
     .sub = "show",
     .args = "NAME",
     .summary = "show one, with its mailboxes and aliases",
     .min = 1,
     .max = 1,
     .run = ms_run_domain_show},
    {.name = "domain",
     .sub = "delete",
     .args = "NAME [--with-content]",
     .summary = "take no more mail for a domain",
     .opts = domain_delete_opts,
     .min = 1,
     .max = 1,
     .run = ms_run_domain_delete},
    {.name = "mailbox", .summary = "mailboxes and their passwords"},
    {.name = "mailbox",
     .sub = "add",
     .args = "ADDRESS [--name NAME] [--quota SIZE] [--password-file FILE | --ask]",
     .summary = "make a mailbox",
     .details = PASSWORD_TEXT,
     .opts = mailbox_add_opts,
     .min = 1,
     .max = 1,
     .run = ms_run_mailbox_add},
    {.name = "mailbox",
     .sub = "list",
     .args = "[DOMAIN]",
     .summary = "list them",
     .max = 1,
     .run = ms_run_mailbox_list},
    {.name = "mailbox",
     .sub = "show",
     .args = "ADDRESS",
     .summary = "show one",
     .min = 1,
     .max = 1,
     .run = ms_run_mailbox_show},
    {.name = "mailbox",
     .sub = "set",
     .args =
         "ADDRESS [--name NAME] [--quota SIZE] [--active yes|no] [--require-app-password yes|no] "
         "[--send-as ADDRESS[,...]]",
     .summary = "change one",
     .details = "With --require-app-password the password of the mailbox is refused by IMAP, POP3, "
                "SMTP and "
                "ManageSieve; it is still good for webmail. --send-as takes addresses of the "
                "site's domains, "
                "or @DOMAIN for all of one, and replaces the list; aliases that go to the mailbox "
                "alone need "
                "not be in it.",
     .opts = mailbox_set_opts,
     .min = 1,
     .max = 1,
     .run = ms_run_mailbox_set},
    {.name = "mailbox",
     .sub = "passwd",
     .args = "ADDRESS [--password-file FILE | --ask]",
     .summary = "change its password",
     .details = PASSWORD_TEXT,
     .opts = mailbox_passwd_opts,
     .min = 1,
     .max = 1,
     .run = ms_run_mailbox_passwd},
    {.name = "mailbox",
     .sub = "delete",
     .args = "ADDRESS [--keep-mail]",
     .summary = "delete a mailbox; nobody can log in to it or write to it any more",
     .details =
         "Its mail is put aside, in .deleted/ of the mail volume, and destroyed after 30 days. "
         "Exit status 3 says that it could not be moved there.",
     .opts = mailbox_delete_opts,
     .min = 1,
     .max = 1,
     .run = ms_run_mailbox_delete},
    {.name = "mailbox",
     .sub = "rename",
     .args = "ADDRESS NEW [--keep-alias]",
     .summary = "give it another address, with its mail and all that belongs to it",
     .details =
         "Aliases that deliver to it follow. Whoever is logged in logs in again, with the new "
         "address and the same passwords. It may be interrupted: mail is never out of reach, "
         "and the same command, or the supervisor, finishes it.",
     .opts = mailbox_rename_opts,
     .min = 2,
     .max = 2,
     .run = ms_run_mailbox_rename},
    {.name = "app-password", .summary = "passwords of single devices and programs"},
    {.name = "app-password",
     .sub = "add",
     .args = "ADDRESS NAME [--protocols LIST]",
     .summary = "make one, and print it once",
     .details =
         "NAME says where it is used, as in \"Anna's telephone\". It does not log in to webmail.",
     .opts = app_password_add_opts,
     .min = 2,
     .max = 2,
     .run = ms_run_app_password_add},
    {.name = "app-password",
     .sub = "list",
     .args = "ADDRESS",
     .summary = "list those of a mailbox",
     .min = 1,
     .max = 1,
     .run = ms_run_app_password_list},
    {.name = "app-password",
     .sub = "delete",
     .args = "ADDRESS NAME",
     .summary = "revoke one at once; whoever is logged in to the mailbox is logged out",
     .min = 2,
     .max = 2,
     .run = ms_run_app_password_delete},
    {.name = "alias", .summary = "addresses that are delivered elsewhere"},
    {.name = "alias",
     .sub = "add",
     .args = "ADDRESS TARGET... [--expires WHEN]",
     .summary =
         "deliver an address to others; asks before it replaces the targets of one that exists",
     .details =
         "ADDRESS may be @DOMAIN: every address of the domain that does not exist. Without a "
         "terminal, replacing other targets needs --yes. WHEN is a duration such as 12h or 7d, a "
         "day, or "
         "a point of time such as 2030-01-31T12:00:00Z.",
     .opts = alias_add_opts,
     .min = 2,
     .max = ANY,
     .run = ms_run_alias_add},
    {.name = "alias",
     .sub = "list",
     .args = "[DOMAIN]",
     .summary = "list them",
     .max = 1,
     .run = ms_run_alias_list},
    {.name = "alias",
     .sub = "delete",
     .args = "ADDRESS",
     .summary = "delete one",
     .min = 1,
     .max = 1,
     .run = ms_run_alias_delete},
    {.name = "spam", .summary = "what counts as spam for a mailbox or a domain"},
    {.name = "spam",
     .sub = "show",
     .args = "ADDRESS|DOMAIN",
     .summary = "show its scores and lists",
     .details = "What is not set for a mailbox is as its domain has it, and then as filter in "
                "site.yaml has it.",
     .min = 1,
     .max = 1,
     .run = ms_run_spam_show},
    {.name = "spam",
     .sub = "set",
     .args = "ADDRESS|DOMAIN [--junk-score N] [--reject-score N]",
     .summary = "set its scores",
     .details = "They count for the next message. A message to several recipients is refused only "
                "from the highest reject score among them on.",
     .opts = spam_set_opts,
     .min = 1,
     .max = 1,
     .run = ms_run_spam_set},
    {.name = "spam",
     .sub = "allow",
     .args = "ADDRESS|DOMAIN SENDER...",
     .summary = "mail of these senders is never spam",
     .details =
         "SENDER is an address or a domain, in From or as the envelope sender. Viruses, and mail "
         "that the sender's own domain asks to refuse (DMARC), are still refused.",
     .min = 2,
     .max = ANY,
     .run = ms_run_spam_senders},
    {.name = "spam",
     .sub = "deny",
     .args = "ADDRESS|DOMAIN SENDER...",
     .summary = "mail of these senders goes to Junk",
     .min = 2,
     .max = ANY,
     .run = ms_run_spam_senders},
    {.name = "spam",
     .sub = "forget",
     .args = "ADDRESS|DOMAIN SENDER...",
     .summary = "take senders out of both lists",
     .min = 2,
     .max = ANY,
     .run = ms_run_spam_senders},
    {.name = "queue", .summary = "mail that waits for delivery"},
    {.name = "queue",
     .sub = "list",
     .args = "",
     .summary = "list the messages that wait, with the reason",
     .run = ms_run_queue_list},
    {.name = "queue",
     .sub = "show",
     .args = "ID",
     .summary = "show one message",
     .min = 1,
     .max = 1,
     .run = ms_run_queue_show},
    {.name = "queue",
     .sub = "flush",
     .args = "",
     .summary = "try to deliver all of them now",
     .run = ms_run_queue_act},
    {.name = "queue",
     .sub = "hold",
     .args = "ID|ALL",
     .summary = "do not try to deliver until released",
     .min = 1,
     .max = 1,
     .run = ms_run_queue_act},
    {.name = "queue",
     .sub = "release",
     .args = "ID|ALL",
     .summary = "end a hold",
     .min = 1,
     .max = 1,
     .run = ms_run_queue_act},
    {.name = "queue",
     .sub = "delete",
     .args = "ID|ALL",
     .summary = "delete without telling the sender",
     .min = 1,
     .max = 1,
     .run = ms_run_queue_act},
    {.name = "ban", .summary = "addresses that are kept out"},
    {.name = "ban",
     .sub = "list",
     .args = "",
     .summary = "list who is banned, for what and how long",
     .details = "An address that several jails ban has a line for each.",
     .run = ms_run_ban_list},
    {.name = "ban",
     .sub = "add",
     .args = "ADDRESS",
     .summary = "ban an IP address or network from the mail and web ports",
     .details = "It stays banned until `ban delete`. Addresses of the host and the site, and those "
                "in ban.ignore, are refused.",
     .min = 1,
     .max = 1,
     .run = ms_run_ban_add},
    {.name = "ban",
     .sub = "delete",
     .args = "ADDRESS",
     .summary = "lift all bans of an IP address or network",
     .min = 1,
     .max = 1,
     .run = ms_run_ban_delete},
    {.name = "dns", .summary = "what to set in the DNS"},
    {.name = "dns",
     .sub = "records",
     .args = "[DOMAIN] [--format FORM] [--zone ZONE]",
     .summary = "print the records that the site needs",
     .details = RECORDS_TEXT,
     .opts = records_opts,
     .max = 1,
     .run = ms_run_dns_records},
    {.name = "dns",
     .sub = "check",
     .args = "[DOMAIN] [--all] [--profile NAME] [--dns-only] [--resolver ADDRESS] [--trust-anchor "
             "FILE] [--ca FILE]",
     .summary = "look whether the DNS is as the records say, and what to change",
     .details = CHECK_TEXT,
     .opts = check_opts,
     .max = 1,
     .run = ms_run_dns_check},
    {.name = "dns",
     .sub = "reports",
     .args = "[DOMAIN] [--days N]",
     .summary = "sum up what DMARC and TLS reports of others tell, and what follows",
     .details = REPORTS_TEXT,
     .opts = reports_opts,
     .max = 1,
     .run = ms_run_dns_reports},
    {.name = "dns",
     .sub = "explain",
     .args = "[RECORD] [--markdown]",
     .summary = "tell why each record is there and what happens without it",
     .details = EXPLAIN_TEXT,
     .opts = options_opts,
     .max = 1,
     .run = ms_run_dns_explain},
    {.name = "dns",
     .sub = "diff",
     .args = "[DOMAIN]",
     .summary = "compare the zones with the records that the site needs",
     .details = DIFF_TEXT,
     .max = 1,
     .run = ms_run_dns_diff},
    {.name = "dns",
     .sub = "push",
     .args = "[DOMAIN] [--dry-run]",
     .summary = "write the records that differ into the zones",
     .details = PUSH_TEXT,
     .opts = push_opts,
     .max = 1,
     .run = ms_run_dns_push},
    {.name = "dkim", .summary = "the keys that sign mail"},
    {.name = "dkim",
     .sub = "list",
     .args = "[DOMAIN]",
     .summary = "list the keys with what they are good for, and what a change of keys waits for",
     .details = NEEDS_SUPERVISOR,
     .max = 1,
     .run = ms_run_dkim_list},
    {.name = "dkim",
     .sub = "rotate",
     .args = "DOMAIN [--now] [--force]",
     .summary = "change the keys of a domain",
     .details = ROTATE_TEXT NEEDS_SUPERVISOR,
     .opts = rotate_opts,
     .min = 1,
     .max = 1,
     .run = ms_run_dkim_rotate},
    {.name = "cert", .summary = "the certificates"},
    {.name = "cert",
     .sub = "status",
     .args = "",
     .summary = "list the names with issuer, end, next renewal and the last error",
     .details = NEEDS_SUPERVISOR " Exit status 3 says that one has a problem.",
     .run = ms_run_cert_status},
    {.name = "cert",
     .sub = "renew",
     .args = "[--force]",
     .summary = "try again now what failed or is due, and wait for the outcome",
     .details = NEEDS_SUPERVISOR " Renewals come by themselves; sessions are not cut.",
     .opts = renew_opts,
     .run = ms_run_cert_renew},
    {.name = "cert",
     .sub = "rotate",
     .args = "",
     .summary = "change the key of the host's certificate",
     .details = CERT_ROTATE_TEXT,
     .run = ms_run_cert_rotate},
    {.section = "Help",
     .name = "help",
     .args = "[VERB [SUBVERB]] [--man PAGE]",
     .summary = "explain a verb",
     .opts = help_opts,
     .max = 2,
     .run = ms_run_help},
    {0},
};

const struct ms_verb *ms_verb_find(const char *name, const char *sub)
{
    for (const struct ms_verb *v = ms_verbs; v->name; v++) {
        if (strcmp(v->name, name) != 0) {
            continue;
        }
        if (!sub) {
            return v;
        }
        if (v->sub && !strcmp(v->sub, sub)) {
            return v;
        }
    }
    return NULL;
}

bool ms_verb_is_group(const struct ms_verb *v)
{
    return !v->run;
}

const char *ms_verb_suggest(const char *typed, const char *group)
{
    struct ms_suggest s;

    ms_suggest_init(&s, typed);
    for (const struct ms_verb *v = ms_verbs; v->name; v++) {
        if (!group && !v->sub) {
            ms_suggest_offer(&s, v->name);
        } else if (group && v->sub && !strcmp(v->name, group)) {
            ms_suggest_offer(&s, v->sub);
        }
    }
    return s.best;
}
