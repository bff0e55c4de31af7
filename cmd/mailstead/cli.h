/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every verb of the command line shares: the row that describes a verb, the request that was
 * parsed from the arguments, and the exit statuses. Results go to standard output; progress, notes
 * and errors go to standard error. Strings of a request are borrowed from argv.
 */
#ifndef MS_CLI_CLI_H
#define MS_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses: a contract with scripts. */
enum ms_exit {
    MS_EXIT_OK = 0,
    MS_EXIT_FAILED = 1,
    MS_EXIT_USAGE = 2,       /* wrong usage, or an invalid site.yaml */
    MS_EXIT_DIFFERS = 3,     /* done, but something is unhealthy or differs */
    MS_EXIT_UNREACHABLE = 4, /* the supervisor or the engine cannot be reached */
};

/* One option. Lists of them end with a row whose name is NULL. */
struct ms_cli_opt {
    const char *name; /* without the dashes */
    char letter;      /* its short form, 0: none */
    const char *arg;  /* name of its argument in texts, NULL: it takes none */
    const char *help; /* one line */
};

struct ms_cli;

/* Bits of struct ms_verb.flags. */
enum {
    MS_VERB_COMMAND = 1, /* the words after "--" are a command: ms_cli.command */
};

/* One verb, or one verb with its sub-verb. A row with a NULL run introduces a group of sub-verbs.
 */
struct ms_verb {
    const char *section; /* heading that starts here in the list of verbs, else NULL */
    const char *name;
    const char *sub;               /* NULL: the verb stands alone */
    const char *args;              /* the rest of its synopsis */
    const char *summary;           /* one line, no full stop */
    const char *details;           /* further text, NULL: none */
    const struct ms_cli_opt *opts; /* its own options, NULL: none */
    unsigned min, max;             /* number of words after the verb */
    unsigned flags;
    int (*run)(struct ms_cli *c); /* returns the exit status */
};

enum { MS_CLI_MAX_OPTS = 32 };

/* What the user asked for. */
struct ms_cli {
    const struct ms_verb *verb; /* NULL: none was named */
    bool help, version;         /* --help, --version */
    const char *site, *state;   /* as given, or the defaults */
    bool json, yes, quiet, verbose;
    const char *engine_socket; /* of the container engine; NULL: the engine's default */
    const char **words;        /* after the verb; NULL-terminated */
    size_t n_words;
    const char *const *command; /* after "--"; NULL-terminated, NULL: none */
    struct {
        const char *name, *value; /* value "" for an option without argument */
    } opts[MS_CLI_MAX_OPTS];
    size_t n_opts;
};

/* The value of an option of the verb (the last one given), NULL when it was not given. */
const char *ms_cli_value(const struct ms_cli *c, const char *name);

/* Whether an option was given. */
bool ms_cli_has(const struct ms_cli *c, const char *name);

#endif
