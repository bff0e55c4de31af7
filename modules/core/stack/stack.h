/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The services of a site: the Compose fragments of its components, rendered, merged, typed, checked
 * and ordered. Pure. Each service keeps two sides: `compose`, the plain Compose-specification
 * object that is printed and that the engine runs, and what `x-mailstead` says in addition.
 */
#ifndef MS_STACK_STACK_H
#define MS_STACK_STACK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "modules/core/base/err.h"
#include "modules/core/base/hash.h"
#include "modules/core/site/site.h"
#include "modules/core/template/template.h"

/* What a changed file asks of its running service, from the lightest to the heaviest. */
enum ms_change { MS_CHANGE_NONE, MS_CHANGE_RELOAD, MS_CHANGE_RESTART, MS_CHANGE_RECREATE };

/* A file made for a service: rendered from modules/<component>/templates/<name>.mustache, or copied
 * from <state>/<source> (a file, or a whole folder). It lands in <state>/config/<service>/<name>, a
 * folder that the fragment mounts read-only. */
struct ms_file_spec {
    const char *source; /* NULL: rendered */
    const char *name;   /* "main.cf" */
    enum ms_syntax syntax;
    uint32_t mode;     /* permission bits */
    uint32_t uid, gid; /* owner in the container */
    enum ms_change change;
};

/* One exchange of a probe: text to send (may be "") and what the answer must contain. */
struct ms_probe_step {
    const char *send;
    const char *expect;
};

/* How to find out that a service works: a TCP dialogue from the host. */
struct ms_probe {
    const char *name;    /* "smtp" */
    const char *network; /* the service's address there; "host": 127.0.0.1 */
    uint16_t port;
    bool proxy; /* begin with a PROXY v2 LOCAL header */
    bool tls;   /* then speak TLS (the certificate is not judged here) */
    struct ms_probe_step *steps;
    size_t n_steps;
    bool secret;         /* a text to send has places for secrets ("%{secret.NAME}"): only the
                          * supervisor asks it */
    unsigned timeout_ms; /* for one whole dialogue */
    unsigned every_ms;   /* between two dialogues while it works */
    unsigned start_ms;   /* how long after its start a service may take until the first success */
};

/* A command of a service that other rooms run in its container ("queue-list": postqueue -j). */
struct ms_command {
    const char *name;
    const char **argv; /* NULL-terminated */
};

/* Lists of strings are NULL-terminated and never NULL unless said otherwise. */
struct ms_service {
    const char *name;      /* also its container's host name */
    const char *component; /* folder in modules/, compose/ and images/ */
    json_t *compose;       /* Compose object without x-mailstead; owned */
    const char *image;     /* reference with the content tag */
    const char **needs;    /* services it depends on */
    struct ms_file_spec *files;
    size_t n_files;
    struct ms_probe *probes;
    size_t n_probes;
    const char **reload;       /* command that reloads it, or NULL: reload_signal, or restart */
    const char *reload_signal; /* "HUP", or NULL */
    const char **check;        /* checks the rendered files in a throw-away container, or NULL */
    const char **hold_command; /* the edge's: takes "on" or "off" and port names; or NULL */
    const char **hold;         /* ports that the edge holds while this service restarts */
    const char **grants;       /* of its database user ("SELECT ON t"); none: no user */
    const char **secrets;      /* names of the secrets made for it */
    struct ms_command *commands;
    size_t n_commands;
    uint64_t memory_least; /* bytes it needs to work at all */
    uint64_t memory_most;  /* bytes beyond which more is of no use: mem_limit of the fragment */
    unsigned memory_weight;
    uint64_t memory;              /* its limit, which mem_limit in compose says too */
    bool provides_directory;      /* it is the directory's database */
    char spec_hash[MS_HASH_TEXT]; /* of what makes a re-creation necessary (compose and image) */
};

struct ms_network {
    const char *name; /* "backend" */
    json_t *compose;  /* owned */
    uint32_t addr;    /* of the subnet, host byte order */
    unsigned prefix;
    char spec_hash[MS_HASH_TEXT];
};

struct ms_stack {
    struct ms_arena *arena;
    const char *project;         /* Compose project name */
    struct ms_service *services; /* dependencies come before their dependants */
    size_t n_services;
    struct ms_network *networks;
    size_t n_networks;
    const char **volumes; /* names, NULL-terminated */
    json_t *
        vars; /* site vars + address, gateway: the data of the templates (without secrets); owned */
    const char *memory_budget;     /* how memory is shared out, for people; NULL: unknown host */
    const char *too_little_memory; /* why it cannot run here, or NULL */
};

/* Where things are. All borrowed; absolute paths. */
struct ms_paths {
    const char *data;    /* the folder that holds compose/, images/ and modules/ */
    const char *state;   /* --state */
    const char *site;    /* site.yaml */
    const char *project; /* Compose project name: "mailstead", with a suffix for another --state */
};

/* Build the stack. Memory is shared out as limits.memory or the host's memory (ms_site_fit) allow;
 * a stack that needs more is built all the same and says so in too_little_memory. Fragments,
 * templates and image folders are read below paths->data. */
int ms_stack_build(const struct ms_site *site, const struct ms_paths *paths, struct ms_stack **ret,
                   struct ms_err *err) ms_must_use;

/* Free it. Accepts NULL. The site must outlive it. */
void ms_stack_free(struct ms_stack *s);
MS_DEFINE_CLEANUP(struct ms_stack, ms_stack_free)

/* The service that has the named command, and that command; NULL when there is none. */
const struct ms_service *ms_stack_command(const struct ms_stack *s, const char *name,
                                          const char *const **ret_argv);

/* Fill in project and data for a state directory: project is "mailstead" for /var/lib/mailstead,
 * else "mailstead-<8 hex digits of the path>". data: the tree around the running program
 * (build/..), else MS_PREFIX/share/mailstead. Strings are in the arena. */
int ms_paths_init(struct ms_arena *a, const char *site, const char *state, struct ms_paths *ret,
                  struct ms_err *err) ms_must_use;

/* The service of that name, else NULL. */
const struct ms_service *ms_stack_service(const struct ms_stack *s, const char *name);

/* The address of a service on a network ("host": 127.0.0.1), or NULL. Borrowed. */
const char *ms_stack_address(const struct ms_stack *s, const char *service, const char *network);

/* The merged Compose file as one JSON object. The caller owns the reference. */
json_t *ms_stack_compose(const struct ms_stack *s) ms_must_use;

#endif
