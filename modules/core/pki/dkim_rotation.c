/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of a change of DKIM keys, and what follows from it for each key. */
#include <dirent.h>
#include <string.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/json.h"
#include "modules/core/base/mem.h"
#include "modules/core/base/name.h"
#include "modules/core/pki/pki_priv.h"

enum { FILE_MAX = 4096, GENERATIONS_MAX = 100000 };

static const char *const phases[MS_DKIM_PHASE__COUNT] = {
    [MS_DKIM_IDLE] = "idle",     [MS_DKIM_PUBLISH] = "publish", [MS_DKIM_BOTH] = "both",
    [MS_DKIM_RETIRE] = "retire", [MS_DKIM_REVOKE] = "revoke",
};

static const char *const suffixes[] = {"-rsa", "-ed25519"};

const char *ms_dkim_phase_name(enum ms_dkim_phase phase)
{
    return phases[phase];
}

const char *ms_dkim_use_name(enum ms_dkim_use use)
{
    static const char *const names[MS_DKIM_USE__COUNT] = {
        [MS_DKIM_SIGNING] = "signing",
        [MS_DKIM_PUBLISHED] = "published",
        [MS_DKIM_RETIRED] = "retired",
        [MS_DKIM_REVOKED] = "revoked",
    };

    return names[use];
}

char *ms_dkim_base(const char *selector, unsigned generation)
{
    return generation <= 1 ? ms_xstrdup(selector) : ms_xasprintf("%s-%u", selector, generation);
}

/* Whether the full selector is one of that generation. */
static bool is_of(const struct ms_dkim_rotation *r, unsigned generation, const char *full)
{
    ms_auto_free char *base = ms_dkim_base(r->selector, generation);
    size_t n = strlen(base);

    if (!generation || strncmp(full, base, n) != 0) {
        return false;
    }
    return !strcmp(full + n, suffixes[0]) || !strcmp(full + n, suffixes[1]);
}

enum ms_dkim_use ms_dkim_use_of(const struct ms_dkim_rotation *r, const char *full)
{
    switch (r->phase) {
    case MS_DKIM_PUBLISH:
        return is_of(r, r->generation + 1, full) ? MS_DKIM_PUBLISHED : MS_DKIM_SIGNING;
    case MS_DKIM_RETIRE:
        return is_of(r, r->generation - 1, full) ? MS_DKIM_RETIRED : MS_DKIM_SIGNING;
    case MS_DKIM_REVOKE:
        return is_of(r, r->generation - 1, full) ? MS_DKIM_REVOKED : MS_DKIM_SIGNING;
    case MS_DKIM_IDLE:
    case MS_DKIM_BOTH:
    case MS_DKIM_PHASE__COUNT:
        break;
    }
    return MS_DKIM_SIGNING;
}

static char *path_of(const char *state, const char *domain)
{
    return ms_xasprintf("%s/keys/dkim/%s/.rotation.json", state, domain);
}

static int decode(const json_t *j, struct ms_dkim_rotation *r)
{
    const char *phase = json_string_value(json_object_get(j, "phase"));
    const char *selector = json_string_value(json_object_get(j, "selector"));
    const char *why = json_string_value(json_object_get(j, "why"));
    json_int_t generation = json_integer_value(json_object_get(j, "generation"));
    size_t i = 0;

    while (phase && i < MS_DKIM_PHASE__COUNT && strcmp(phases[i], phase) != 0) {
        i++;
    }
    if (!phase || i == MS_DKIM_PHASE__COUNT || !selector || !ms_name_is_selector(selector) ||
        strlen(selector) >= sizeof(r->selector) || generation < 1 || generation > GENERATIONS_MAX ||
        (i >= MS_DKIM_BOTH && generation < 2)) {
        return -1;
    }
    r->phase = (enum ms_dkim_phase)i;
    r->generation = (unsigned)generation;
    r->since_s = json_integer_value(json_object_get(j, "since"));
    r->seen_s = json_integer_value(json_object_get(j, "seen"));
    (void)snprintf(r->selector, sizeof(r->selector), "%s", selector);
    (void)snprintf(r->why, sizeof(r->why), "%s", why ? why : "");
    return 0;
}

int ms_dkim_rotation_read(const char *state, const char *domain, struct ms_dkim_rotation *ret,
                          struct ms_err *err)
{
    ms_auto_free char *path = path_of(state, domain);
    struct ms_dkim_rotation r = {.generation = 1};
    ms_auto_json json_t *j = NULL;
    ms_auto_buf struct ms_buf b = {0};

    if (ms_fs_exists(path)) {
        ms_buf_init(&b, FILE_MAX);
        if (ms_fs_read(path, &b, err) < 0) {
            return -1;
        }
        j = json_loadb(b.p, b.len, JSON_REJECT_DUPLICATES, NULL);
        if (!json_is_object(j) || decode(j, &r) < 0) {
            return ms_err_set(err, MS_EINVAL, 0, "%s is damaged", path);
        }
    }
    *ret = r;
    return 0;
}

int ms_dkim_rotation_write(const char *state, const char *domain, const struct ms_dkim_rotation *r,
                           struct ms_err *err)
{
    ms_auto_free char *path = path_of(state, domain);
    ms_auto_json json_t *j =
        json_pack("{s:s, s:s, s:i, s:I, s:I}", "phase", phases[r->phase], "selector", r->selector,
                  "generation", (int)r->generation, "since", (json_int_t)r->since_s, "seen",
                  (json_int_t)r->seen_s);
    struct ms_fs_attr attr = {0644, (uid_t)-1, (gid_t)-1};
    ms_auto_free char *text = NULL;

    (void)json_object_set_new(j, "why", ms_json_lossy(r->why));
    text = json_dumps(j, JSON_COMPACT);
    return ms_fs_write_atomic(path, text, strlen(text), attr, err);
}

bool ms_dkim_is_changing(const char *state)
{
    ms_auto_free char *dir = ms_xasprintf("%s/keys/dkim", state);
    ms_auto_closedir DIR *d = opendir(dir);
    struct dirent *e;
    bool found = false;

    while (d && !found && (e = readdir(d))) {
        ms_auto_err struct ms_err err = MS_ERR_INIT;
        struct ms_dkim_rotation r;

        found = ms_name_is_domain(e->d_name) &&
                (ms_dkim_rotation_read(state, e->d_name, &r, &err) < 0 || r.phase != MS_DKIM_IDLE);
    }
    return found;
}

int ms_dkim_remove_old(const char *state, const char *domain, const struct ms_dkim_rotation *r,
                       struct ms_err *err)
{
    ms_auto_free char *base = ms_dkim_base(r->selector, r->generation - 1);

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        /* the record first: a key without one neither signs nor is published */
        const char *const ends[] = {"txt", "key"};

        for (size_t k = 0; k < 2; k++) {
            ms_auto_free char *path =
                ms_xasprintf("%s/keys/dkim/%s/%s%s.%s", state, domain, base, suffixes[i], ends[k]);

            if (ms_fs_remove_tree(path, err) < 0) {
                return -1;
            }
        }
    }
    return 0;
}
