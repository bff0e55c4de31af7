/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drives the directory against a real MariaDB for tests/e2e/directory.sh:
 *     directory-try HOST PORT USER DATABASE VERB [ARGUMENT...]
 * The password comes from the environment (DIRECTORY_PASSWORD). Errors go to stderr as "code: text"
 * with exit status 1.
 */
#include <inttypes.h>

#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"
#include "modules/core/base/time.h"
#include "modules/core/directory/directory.h"

struct call {
    struct ms_directory *d;
    char **arg;
    int n;
};

static int print_list(int r, json_t **list)
{
    if (r == 0) {
        (void)json_dumpf(*list, stdout, JSON_COMPACT);
        (void)putchar('\n');
    }
    json_decref(*list);
    return r;
}

static const char *text_or(const json_t *o, const char *key, const char *otherwise)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s ? s : otherwise;
}

static struct ms_loc place(const char *file, const json_t *o)
{
    return (struct ms_loc){
        .file = file, .line = (unsigned)json_integer_value(json_object_get(o, "line")), .col = 1};
}

/* no scores of its own */
#define NO_SPAM                                                                                    \
    {                                                                                              \
        .junk_score = -1, .reject_score = -1                                                       \
    }

static void fill_strings(struct ms_arena *arena, const json_t *list, struct ms_strv *v)
{
    v->n = json_array_size(list);
    v->v = ms_arena_alloc(arena, v->n + 1, sizeof(*v->v));
    for (size_t i = 0; i < v->n; i++) {
        v->v[i] = json_string_value(json_array_get(list, i));
    }
}

static void fill_alias(struct ms_arena *arena, const char *file, const json_t *o,
                       struct ms_site_alias *a)
{
    a->loc = place(file, o);
    a->local = text_or(o, "local", "");
    fill_strings(arena, json_object_get(o, "targets"), &a->targets);
}

static void fill_domain(struct ms_arena *arena, const char *file, const json_t *o,
                        struct ms_site_domain *s)
{
    const json_t *list = json_object_get(o, "mailboxes");

    s->loc = place(file, o);
    s->spam = (struct ms_site_spam)NO_SPAM;
    s->name = text_or(o, "name", "");
    s->alias_for = text_or(o, "alias_for", NULL);
    s->catch_all = text_or(o, "catch_all", NULL);
    s->quota = (uint64_t)json_integer_value(json_object_get(o, "quota"));
    s->n_mailboxes = json_array_size(list);
    s->mailboxes = ms_arena_alloc(arena, s->n_mailboxes + 1, sizeof(*s->mailboxes));
    for (size_t i = 0; i < s->n_mailboxes; i++) {
        const json_t *m = json_array_get(list, i);

        s->mailboxes[i] = (struct ms_site_mailbox){
            .loc = place(file, m),
            .local = text_or(m, "local", ""),
            .name = text_or(m, "name", ""),
            .password_hash = text_or(m, "password_hash", NULL),
            .spam = NO_SPAM,
            .quota = (uint64_t)json_integer_value(json_object_get(m, "quota"))};
        fill_strings(arena, json_object_get(m, "send_as"), &s->mailboxes[i].send_as);
    }
    list = json_object_get(o, "aliases");
    s->n_aliases = json_array_size(list);
    s->aliases = ms_arena_alloc(arena, s->n_aliases + 1, sizeof(*s->aliases));
    for (size_t i = 0; i < s->n_aliases; i++) {
        fill_alias(arena, file, json_array_get(list, i), &s->aliases[i]);
    }
}

/* ensure TEXT: a site as JSON, {"domains":[{"name","line","mailboxes":[...],"aliases":[...]}]} */
static int verb_ensure(const struct call *c, struct ms_err *err)
{
    ms_auto_json json_t *o = json_loads(c->arg[0], 0, NULL);
    ms_cleanup(ms_arena_freep) struct ms_arena *arena = ms_arena_new();
    const json_t *list = json_object_get(o, "domains");
    struct ms_site site = {.file = "site.yaml", .n_domains = json_array_size(list)};
    unsigned n = 0;

    if (!o) {
        return ms_err_set(err, MS_EINVAL, 0, "no JSON");
    }
    site.domains = ms_arena_alloc(arena, site.n_domains + 1, sizeof(*site.domains));
    for (size_t i = 0; i < site.n_domains; i++) {
        fill_domain(arena, site.file, json_array_get(list, i), &site.domains[i]);
    }
    if (ms_directory_ensure(c->d, &site, &n, err) < 0) {
        return -1;
    }
    (void)printf("%u\n", n);
    return 0;
}

/* bulk DOMAINS MAILBOXES: ensure so many; prints changes and milliseconds */
static int verb_bulk(const struct call *c, struct ms_err *err)
{
    ms_cleanup(ms_arena_freep) struct ms_arena *arena = ms_arena_new();
    struct ms_site site = {.file = "site.yaml"};
    uint32_t n_domains = 0, n_mailboxes = 0;
    unsigned n = 0, line = 1;
    int64_t start;

    if (c->n < 2 || ms_parse_u32(c->arg[0], &n_domains) < 0 ||
        ms_parse_u32(c->arg[1], &n_mailboxes) < 0 || n_domains == 0) {
        return ms_err_set(err, MS_EINVAL, 0, "bulk DOMAINS MAILBOXES");
    }
    site.n_domains = n_domains;
    site.domains = ms_arena_alloc(arena, n_domains, sizeof(*site.domains));
    for (uint32_t i = 0; i < n_domains; i++) {
        struct ms_site_domain *s = &site.domains[i];

        s->loc = (struct ms_loc){.file = site.file, .line = line++, .col = 1};
        s->spam = (struct ms_site_spam)NO_SPAM;
        s->name = ms_arena_printf(arena, "bulk%u.test", i);
        s->mailboxes = ms_arena_alloc(arena, n_mailboxes / n_domains + 1, sizeof(*s->mailboxes));
    }
    for (uint32_t i = 0; i < n_mailboxes; i++) {
        struct ms_site_domain *s = &site.domains[i % n_domains];

        s->mailboxes[s->n_mailboxes++] = (struct ms_site_mailbox){
            .loc = {.file = site.file, .line = line++, .col = 1},
            .local = ms_arena_printf(arena, "user%u", i),
            .name = "A User",
            .password_hash =
                "{BLF-CRYPT}$2y$05$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
            .spam = NO_SPAM,
            .quota = 1 << 30};
    }
    start = ms_time_mono_ms();
    if (ms_directory_ensure(c->d, &site, &n, err) < 0) {
        return -1;
    }
    (void)printf("%u %" PRId64 "\n", n, ms_time_mono_ms() - start);
    return 0;
}

static int verb_migrate(const struct call *c, struct ms_err *err)
{
    unsigned version = 0;

    if (ms_directory_migrate(c->d, &version, err) < 0) {
        return -1;
    }
    (void)printf("%u\n", version);
    return 0;
}

static int verb_grant(const struct call *c, struct ms_err *err)
{
    return ms_directory_grant(c->d, c->arg[0], (const char *const *)(c->arg + 1), err);
}

static int verb_domains(const struct call *c, struct ms_err *err)
{
    json_t *list = NULL;

    return print_list(ms_directory_domains(c->d, &list, err), &list);
}

static int verb_mailboxes(const struct call *c, struct ms_err *err)
{
    json_t *list = NULL;

    return print_list(ms_directory_mailboxes(c->d, c->arg[0], &list, err), &list);
}

static int verb_aliases(const struct call *c, struct ms_err *err)
{
    json_t *list = NULL;

    return print_list(ms_directory_aliases(c->d, c->arg[0], &list, err), &list);
}

/* domain-add NAME [ALIAS_FOR] */
static int verb_domain_add(const struct call *c, struct ms_err *err)
{
    struct ms_domain_attrs a = {.alias_for = c->arg[1], .quota = c->n > 1 ? -1 : 5000};

    return ms_directory_domain_add(c->d, c->arg[0], &a, err);
}

/* deleted: the mailboxes whose mail is still in its place */
static int verb_deleted(const struct call *c, struct ms_err *err)
{
    json_t *list = NULL;

    return print_list(ms_directory_deleted(c->d, false, &list, err), &list);
}

/* As after mail was put aside. */
static int put_aside(const struct call *c, struct ms_err *err)
{
    ms_auto_json json_t *list = NULL;
    size_t i;
    const json_t *m;

    if (ms_directory_deleted(c->d, false, &list, err) < 0) {
        return -1;
    }
    json_array_foreach(list, i, m)
    {
        if (ms_directory_deleted_done(c->d, json_string_value(json_object_get(m, "address")), err) <
            0) {
            return -1;
        }
    }
    return 0;
}

/* domain-delete NAME [content] */
static int verb_domain_delete(const struct call *c, struct ms_err *err)
{
    return ms_directory_domain_delete(c->d, c->arg[0], c->n > 1, err) < 0 ? -1 : put_aside(c, err);
}

/* JSON object of attributes: name, password_hash, quota, active, require_app_password, send_as */
static struct ms_mailbox_attrs attrs(const json_t *o)
{
    static const char *send_as[8];
    const json_t *quota = json_object_get(o, "quota"), *active = json_object_get(o, "active");
    const json_t *require = json_object_get(o, "require_app_password");
    const json_t *list = json_object_get(o, "send_as");

    for (size_t i = 0; i < json_array_size(list) && i < 7; i++) {
        send_as[i] = json_string_value(json_array_get(list, i));
    }

    return (struct ms_mailbox_attrs){.name = text_or(o, "name", NULL),
                                     .password_hash = text_or(o, "password_hash", NULL),
                                     .quota = quota ? (int64_t)json_integer_value(quota) : -1,
                                     .active = active ? json_is_true(active) : -1,
                                     .require_app_password = require ? json_is_true(require) : -1,
                                     .send_as = list ? send_as : NULL};
}

static int verb_mailbox_add(const struct call *c, struct ms_err *err)
{
    ms_auto_json json_t *o = json_loads(c->n > 1 ? c->arg[1] : "{}", 0, NULL);
    struct ms_mailbox_attrs a = attrs(o);

    return ms_directory_mailbox_add(c->d, c->arg[0], &a, err);
}

static int verb_mailbox_set(const struct call *c, struct ms_err *err)
{
    ms_auto_json json_t *o = json_loads(c->n > 1 ? c->arg[1] : "{}", 0, NULL);
    struct ms_mailbox_attrs a = attrs(o);

    return ms_directory_mailbox_set(c->d, c->arg[0], &a, err);
}

static int verb_mailbox_delete(const struct call *c, struct ms_err *err)
{
    return ms_directory_mailbox_delete(c->d, c->arg[0], false, err) < 0 ? -1 : put_aside(c, err);
}

static int verb_alias_set(const struct call *c, struct ms_err *err)
{
    return ms_directory_alias_set(c->d, c->arg[0], (const char *const *)(c->arg + 1), 0, err);
}

/* alias-until SECONDS ADDRESS TARGET...: SECONDS from now */
static int verb_alias_until(const struct call *c, struct ms_err *err)
{
    uint32_t n = 0;

    if (ms_parse_u32(c->arg[0], &n) < 0) {
        return ms_err_set(err, MS_EINVAL, 0, "alias-until SECONDS ADDRESS TARGET...");
    }
    return ms_directory_alias_set(c->d, c->arg[1], (const char *const *)(c->arg + 2),
                                  ms_time_wall_ms() / 1000 + n, err);
}

static int verb_alias_expire(const struct call *c, struct ms_err *err)
{
    unsigned n = 0;

    if (ms_directory_aliases_expire(c->d, &n, err) < 0) {
        return -1;
    }
    (void)printf("%u\n", n);
    return 0;
}

/* mailbox-rename OLD NEW [alias] */
static int verb_rename(const struct call *c, struct ms_err *err)
{
    return ms_directory_mailbox_rename(c->d, c->arg[0], c->arg[1], c->n > 2, err);
}

static int verb_rename_moved(const struct call *c, struct ms_err *err)
{
    return ms_directory_rename_moved(c->d, c->arg[0], err);
}

static int verb_rename_done(const struct call *c, struct ms_err *err)
{
    return ms_directory_rename_done(c->d, c->arg[0], err);
}

static int verb_renames(const struct call *c, struct ms_err *err)
{
    json_t *list = NULL;

    return print_list(ms_directory_renames(c->d, &list, err), &list);
}

/* bulk-mailboxes DOMAIN N: user1 to userN */
static int verb_bulk_mailboxes(const struct call *c, struct ms_err *err)
{
    struct ms_mailbox_attrs a = {.quota = -1, .active = 1};
    uint32_t n = 0;

    if (ms_parse_u32(c->arg[1], &n) < 0) {
        return ms_err_set(err, MS_EINVAL, 0, "bulk-mailboxes DOMAIN N");
    }
    for (uint32_t i = 1; i <= n; i++) {
        ms_auto_free char *address = ms_xasprintf("user%u@%s", i, c->arg[0]);

        if (ms_directory_mailbox_add(c->d, address, &a, err) < 0) {
            return -1;
        }
    }
    return 0;
}

/* app-add ADDRESS NAME SELECTOR HASH PROTOCOLS (bits) */
static int verb_app_add(const struct call *c, struct ms_err *err)
{
    uint32_t bits = 0;
    struct ms_app_password p = {.name = c->arg[1], .selector = c->arg[2], .hash = c->arg[3]};

    if (ms_parse_u32(c->arg[4], &bits) < 0) {
        return ms_err_set(err, MS_EINVAL, 0, "protocols");
    }
    p.protocols = bits;
    return ms_directory_app_password_add(c->d, c->arg[0], &p, err);
}

static int verb_app_delete(const struct call *c, struct ms_err *err)
{
    return ms_directory_app_password_delete(c->d, c->arg[0], c->arg[1], err);
}

static int verb_app_list(const struct call *c, struct ms_err *err)
{
    json_t *list = NULL;

    return print_list(ms_directory_app_passwords(c->d, c->arg[0], &list, err), &list);
}

static int verb_alias_delete(const struct call *c, struct ms_err *err)
{
    return ms_directory_alias_delete(c->d, c->arg[0], err);
}

static const struct {
    const char *name;
    int min;
    int (*run)(const struct call *c, struct ms_err *err);
} verbs[] = {
    {"migrate", 0, verb_migrate},
    {"grant", 1, verb_grant},
    {"ensure", 1, verb_ensure},
    {"bulk", 2, verb_bulk},
    {"domains", 0, verb_domains},
    {"mailboxes", 0, verb_mailboxes},
    {"aliases", 0, verb_aliases},
    {"domain-add", 1, verb_domain_add},
    {"domain-delete", 1, verb_domain_delete},
    {"mailbox-add", 1, verb_mailbox_add},
    {"mailbox-set", 1, verb_mailbox_set},
    {"mailbox-delete", 1, verb_mailbox_delete},
    {"deleted", 0, verb_deleted},
    {"alias-set", 1, verb_alias_set},
    {"alias-delete", 1, verb_alias_delete},
    {"alias-until", 3, verb_alias_until},
    {"alias-expire", 0, verb_alias_expire},
    {"mailbox-rename", 2, verb_rename},
    {"rename-moved", 1, verb_rename_moved},
    {"rename-done", 1, verb_rename_done},
    {"renames", 0, verb_renames},
    {"bulk-mailboxes", 2, verb_bulk_mailboxes},
    {"app-add", 5, verb_app_add},
    {"app-delete", 2, verb_app_delete},
    {"app-list", 1, verb_app_list},
};

static int run(const char *name, const struct call *c, struct ms_err *err)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verbs[i].name, name) == 0 && c->n >= verbs[i].min) {
            return verbs[i].run(c, err);
        }
    }
    return ms_err_set(err, MS_EINVAL, 0, "unknown verb %s", name);
}

int main(int argc, char **argv)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_cleanup(ms_directory_closep) struct ms_directory *d = NULL;
    const char *password = getenv("DIRECTORY_PASSWORD");
    struct ms_directory_login login = {.password = password ? password : "", .timeout_s = 10};
    struct call c;

    if (argc < 6 || ms_parse_port(argv[2], &login.port) < 0) {
        (void)fprintf(stderr, "usage: directory-try HOST PORT USER DATABASE VERB [ARGUMENT...]\n");
        return 2;
    }
    login.host = argv[1];
    login.user = argv[3];
    login.database = argv[4];
    c = (struct call){.arg = argv + 6, .n = argc - 6};
    if (ms_directory_open(&login, &d, &err) == 0) {
        c.d = d;
        if (run(argv[5], &c, &err) == 0) {
            return 0;
        }
    }
    (void)fprintf(stderr, "%s: %s\n", ms_code_name(err.code), ms_err_msg(&err));
    return 1;
}
