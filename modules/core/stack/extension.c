/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/stack/extension.h"

#include <string.h>

#include "modules/core/base/parse.h"

static const char **strings(struct ms_arena *a, const json_t *list)
{
    size_t n = json_array_size(list);
    const char **out = ms_arena_alloc(a, n + 1, sizeof(*out));

    for (size_t i = 0; i < n; i++) {
        const char *s = json_string_value(json_array_get(list, i));

        out[i] = ms_arena_strdup(a, s ? s : "");
    }
    return out;
}

static const char *string(struct ms_arena *a, const json_t *obj, const char *key)
{
    return ms_arena_strdup(a, json_string_value(json_object_get(obj, key)));
}

static uint32_t number(const json_t *obj, const char *key, uint32_t def)
{
    const json_t *v = json_object_get(obj, key);

    return json_is_integer(v) ? (uint32_t)json_integer_value(v) : def;
}

/* "3s" as milliseconds; def when absent or malformed. */
static unsigned duration_ms(const json_t *obj, const char *key, unsigned def)
{
    const char *s = json_string_value(json_object_get(obj, key));
    uint64_t v;

    return s && !ms_parse_duration(s, &v) && v < 86400 ? (unsigned)v * 1000 : def;
}

static int change(const char *text, enum ms_change *ret)
{
    static const char *const names[] = {"none", "reload", "restart", "recreate"};

    for (unsigned i = 0; text && i < 4; i++) {
        if (!strcmp(text, names[i])) {
            *ret = (enum ms_change)i;
            return 0;
        }
    }
    return -1;
}

/* "0644" as permission bits. */
static int octal(const char *text, uint32_t *ret)
{
    uint32_t v = 0;

    if (!text || !*text) {
        return -1;
    }
    for (; *text; text++) {
        if (*text < '0' || *text > '7' || v > 0777) {
            return -1;
        }
        v = v * 8 + (uint32_t)(*text - '0');
    }
    *ret = v;
    return v > 0777 ? -1 : 0;
}

static int file(struct ms_arena *a, const json_t *x, struct ms_file_spec *f, struct ms_err *err)
{
    const char *syntax = json_string_value(json_object_get(x, "syntax"));
    int found = -1;

    f->name = string(a, x, "name");
    f->source = string(a, x, "source");
    f->uid = number(x, "uid", 0);
    f->gid = number(x, "gid", 0);
    if (!f->name || strstr(f->name, "..") || f->name[0] == '/') {
        return ms_err_set(err, MS_EINVAL, 0, "a file needs a relative name");
    }
    if (f->source && (strstr(f->source, "..") || f->source[0] == '/')) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: source must be below the state directory",
                          f->name);
    }
    if (!f->source && (!syntax || (found = ms_syntax_find(syntax)) < 0)) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: unknown syntax %s", f->name,
                          syntax ? syntax : "(none)");
    }
    f->syntax = f->source ? MS_SYNTAX_RAW : (enum ms_syntax)found;
    if (octal(json_string_value(json_object_get(x, "mode")), &f->mode) < 0) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: mode must be quoted octal digits, \"0644\"",
                          f->name);
    }
    if (change(json_string_value(json_object_get(x, "change")), &f->change) < 0) {
        return ms_err_set(err, MS_EINVAL, 0, "%s: change must be none, reload, restart or recreate",
                          f->name);
    }
    return 0;
}

static int files(struct ms_arena *a, const json_t *list, struct ms_service *ret, struct ms_err *err)
{
    ret->n_files = json_array_size(list);
    ret->files = ms_arena_alloc(a, ret->n_files, sizeof(*ret->files));
    for (size_t i = 0; i < ret->n_files; i++) {
        if (file(a, json_array_get(list, i), &ret->files[i], err) < 0) {
            return ms_err_wrap(err, "files");
        }
    }
    return 0;
}

static int probe(struct ms_arena *a, const json_t *x, struct ms_probe *p, struct ms_err *err)
{
    const json_t *steps = json_object_get(x, "steps");
    uint32_t port = number(x, "port", 0);

    p->name = string(a, x, "name");
    p->network = string(a, x, "network");
    p->proxy = json_is_true(json_object_get(x, "proxy"));
    p->tls = json_is_true(json_object_get(x, "tls"));
    p->timeout_ms = duration_ms(x, "timeout", 3000);
    p->every_ms = duration_ms(x, "every", 2000);
    p->start_ms = duration_ms(x, "start", 60000);
    if (!p->name || !p->network || port < 1 || port > 65535) {
        return ms_err_set(err, MS_EINVAL, 0, "a probe needs name, network and port");
    }
    p->port = (uint16_t)port;
    p->n_steps = json_array_size(steps);
    p->steps = ms_arena_alloc(a, p->n_steps, sizeof(*p->steps));
    for (size_t i = 0; i < p->n_steps; i++) {
        const char *send = string(a, json_array_get(steps, i), "send");
        const char *expect = string(a, json_array_get(steps, i), "expect");

        p->secret = p->secret || (send && strstr(send, "%{"));
        p->steps[i] =
            (struct ms_probe_step){.send = send ? send : "", .expect = expect ? expect : ""};
    }
    return 0;
}

static int probes(struct ms_arena *a, const json_t *list, struct ms_service *ret,
                  struct ms_err *err)
{
    ret->n_probes = json_array_size(list);
    ret->probes = ms_arena_alloc(a, ret->n_probes, sizeof(*ret->probes));
    for (size_t i = 0; i < ret->n_probes; i++) {
        if (probe(a, json_array_get(list, i), &ret->probes[i], err) < 0) {
            return ms_err_wrap(err, "probes");
        }
    }
    return 0;
}

static int commands(struct ms_arena *a, const json_t *x, struct ms_service *ret, struct ms_err *err)
{
    const char *name;
    json_t *argv;

    ret->commands = ms_arena_alloc(a, json_object_size(x), sizeof(*ret->commands));
    json_object_foreach((json_t *)x, name, argv)
    {
        if (!json_array_size(argv)) {
            return ms_err_set(err, MS_EINVAL, 0, "commands.%s: must be a list", name);
        }
        ret->commands[ret->n_commands++] =
            (struct ms_command){.name = ms_arena_strdup(a, name), .argv = strings(a, argv)};
    }
    return 0;
}

static int provides(const json_t *list, struct ms_service *ret, struct ms_err *err)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *s = json_string_value(json_array_get(list, i));

        if (!s || strcmp(s, "directory") != 0) {
            return ms_err_set(err, MS_EINVAL, 0, "provides: unknown %s", s ? s : "value");
        }
        ret->provides_directory = true;
    }
    return 0;
}

static int known_keys(const json_t *x, struct ms_err *err)
{
    static const char *const keys[] = {
        "files",  "probes",  "reload", "reload_signal", "check",    "hold",   "hold_command",
        "grants", "secrets", "memory", "provides",      "commands", "listens"};
    const char *key;
    json_t *v;

    json_object_foreach((json_t *)x, key, v)
    {
        size_t i = 0;

        while (i < sizeof(keys) / sizeof(keys[0]) && strcmp(keys[i], key) != 0) {
            i++;
        }
        if (i == sizeof(keys) / sizeof(keys[0])) {
            return ms_err_set(err, MS_EINVAL, 0, "unknown key %s", key);
        }
    }
    return 0;
}

int ms_stack_extension(struct ms_arena *a, const json_t *x, struct ms_service *ret,
                       struct ms_err *err)
{
    const json_t *reload = json_object_get(x, "reload"), *check = json_object_get(x, "check");
    const json_t *hold_command = json_object_get(x, "hold_command");

    if (known_keys(x, err) < 0 || files(a, json_object_get(x, "files"), ret, err) < 0 ||
        probes(a, json_object_get(x, "probes"), ret, err) < 0 ||
        commands(a, json_object_get(x, "commands"), ret, err) < 0 ||
        provides(json_object_get(x, "provides"), ret, err) < 0) {
        return -1;
    }
    ret->reload = reload ? strings(a, reload) : NULL;
    ret->reload_signal = string(a, x, "reload_signal");
    ret->check = check ? strings(a, check) : NULL;
    ret->hold_command = hold_command ? strings(a, hold_command) : NULL;
    ret->hold = strings(a, json_object_get(x, "hold"));
    ret->grants = strings(a, json_object_get(x, "grants"));
    ret->secrets = strings(a, json_object_get(x, "secrets"));
    return 0;
}
