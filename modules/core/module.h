/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a component's C side offers to core. Const, one per modules/<name>/module.c, listed in
 * modules.def. Every callback is pure: input is the const site, output the last-but-one argument;
 * no I/O, clock, environment, randomness or logging. Callbacks may be NULL. How a component runs is
 * in compose/<name>.yaml, not here.
 */
#ifndef MS_MODULE_H
#define MS_MODULE_H

#include <jansson.h>

#include "modules/core/base/diag.h"
#include "modules/core/base/err.h"
#include "modules/core/site/site.h"

/* A host name below mail domains that a component answers to over HTTPS. */
struct ms_domain_host {
    const char *label;  /* "autoconfig" for autoconfig.example.org */
    const char *why;    /* of the DNS record that leads here, one sentence */
    const char *breaks; /* what does not work without it, one sentence */
    bool needed;        /* a failing certificate for it is a problem of the site */
};

struct ms_module {
    const char *name;
    const char *summary; /* one line for people */
    const char *needs;   /* a component that is switched on with it, or NULL */
    const char *page;    /* where browsers find it under the site's name ("/webmail/"), or NULL */
    const char *log_in;  /* how to log in there, one phrase for people; set when page is */
    /* Whether other options of site.yaml switch it on when `components:` does not mention it.
     * Called while the site is loaded: only hostname, contact, network, domains, tls and filter are
     * there, and may have had errors (NULL pointers). */
    bool (*wanted)(const struct ms_site *s);
    /* Cross-field rules of its own; problems go to d. Called only when core found no error, so the
     * site is complete. */
    void (*check)(const struct ms_site *s, struct ms_diags *d);
    /* Data for its templates beyond ms_site_vars: members are added to vars (an object). */
    int (*vars)(const struct ms_site *s, json_t *vars, struct ms_err *err);
    /* The i-th host name that it answers to below the mail domain d, which may be one that is not
     * in site.yaml; NULL past the last. Static. Read through site/hosts.h. */
    const struct ms_domain_host *(*host)(const struct ms_site *s, const struct ms_site_domain *d,
                                         size_t i);
};

/* All modules in the order of modules.def, NULL-terminated (modules/core/modules.c). */
extern const struct ms_module *const ms_modules[];

/* Whether `components:` in site.yaml switches a component, and its default there. A planned one is
 * accepted there, has no module yet and is never on. */
enum ms_component_kind {
    MS_COMPONENT_ALWAYS,
    MS_COMPONENT_ON,
    MS_COMPONENT_OFF,
    MS_COMPONENT_PLANNED
};

/* The kind of ms_modules[i]. */
enum ms_component_kind ms_module_kind(size_t i);

/* One line of modules.def. */
struct ms_component {
    const char *name;
    enum ms_component_kind kind;
    const struct ms_module *module; /* NULL for a planned one */
};

/* All lines of modules.def in their order; the last entry has a NULL name. */
extern const struct ms_component ms_components[];

#endif
