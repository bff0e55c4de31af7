/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/doctor/sshd.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/parse.h"

static const struct {
    const char *id;           /* of its check */
    const char *name, *other; /* other: a name of old */
    const char *def;          /* OpenSSH's default */
    const char *weak;         /* the value that is weak, NULL: a matter of its own */
} keys[MS_SSHD__COUNT] = {
    [MS_SSHD_PERMIT_ROOT_LOGIN] = {"sshd-root-login", "permitrootlogin", NULL, "prohibit-password",
                                   "yes"},
    [MS_SSHD_PASSWORD] = {"sshd-password", "passwordauthentication", NULL, "yes", "yes"},
    [MS_SSHD_KEYBOARD_INTERACTIVE] = {"sshd-keyboard-interactive", "kbdinteractiveauthentication",
                                      "challengeresponseauthentication", "yes", "yes"},
    [MS_SSHD_EMPTY_PASSWORDS] = {"sshd-empty-passwords", "permitemptypasswords", NULL, "no", "yes"},
    [MS_SSHD_MAX_AUTH_TRIES] = {"sshd-max-auth-tries", "maxauthtries", NULL, "6", NULL},
    [MS_SSHD_PROTOCOL] = {"sshd-protocol", "protocol", NULL, "2", NULL},
    [MS_SSHD_HOST_BASED] = {"sshd-host-based", "hostbasedauthentication", NULL, "no", "yes"},
    [MS_SSHD_IGNORE_RHOSTS] = {"sshd-ignore-rhosts", "ignorerhosts", NULL, "yes", "no"},
    [MS_SSHD_STRICT_MODES] = {"sshd-strict-modes", "strictmodes", NULL, "yes", "no"},
};

static void add_port(struct ms_sshd *s, const char *text)
{
    uint16_t port;

    if (ms_parse_port(text, &port) < 0 || !port || s->n_ports == MS_SSHD_PORTS) {
        return;
    }
    for (size_t i = 0; i < s->n_ports; i++) {
        if (s->ports[i] == port) {
            return;
        }
    }
    s->ports[s->n_ports++] = port;
}

/* "192.0.2.1:2222" or "[2001:db8::1]:2222": a port of its own; an address alone has none. */
static void add_listen(struct ms_sshd *s, const char *text)
{
    const char *bracket = strstr(text, "]:"), *colon = strchr(text, ':');

    if (bracket) {
        add_port(s, bracket + 2);
    } else if (colon && !strchr(colon + 1, ':')) {
        add_port(s, colon + 1);
    }
}

static void set(struct ms_sshd *s, enum ms_sshd_key k, const char *value)
{
    char *place = s->in_match ? s->matched[k] : s->value[k];
    size_t n = strlen(value);
    bool weak = keys[k].weak && !strcasecmp(value, keys[k].weak);

    if (n >= MS_SSHD_VALUE || (s->in_match ? !weak : *place != '\0')) {
        return;
    }
    for (size_t i = 0; i <= n; i++) {
        place[i] = (char)tolower((unsigned char)value[i]);
    }
}

/* The next word of a line (quotes removed, NUL-terminated in place); NULL at its end. */
static char *next_word(char **line)
{
    char *p = *line + strspn(*line, " \t\r\f"), *start = p, *end;

    if (!*p || *p == '#') {
        return NULL;
    }
    if (*p == '"') {
        start = p + 1;
        end = strchr(start, '"');
    } else {
        end = p + strcspn(p, " \t\r\f");
    }
    if (!end || !*end) {
        *line = start + strlen(start);
        return start;
    }
    *end = '\0';
    *line = end + 1;
    return start;
}

/* A keyword ends at a space or at "=". */
static char *keyword(char **line)
{
    char *start = *line + strspn(*line, " \t\r\f"), *end = start + strcspn(start, " \t\r\f=");

    if (!*start || *start == '#') {
        return NULL;
    }
    *line = end;
    if (*end) {
        *line = end + 1 + strspn(end + 1, " \t");
        if (*end != '=' && **line == '=') {
            ++*line;
        }
        *end = '\0';
    }
    return start;
}

static void parse_line(struct ms_sshd *s, char *line, ms_sshd_include include, void *arg)
{
    const char *key = keyword(&line), *value = key ? next_word(&line) : NULL;

    if (!value) {
        return;
    }
    if (!strcasecmp(key, "match")) {
        s->in_match = strcasecmp(value, "all") != 0;
    } else if (!strcasecmp(key, "port")) {
        add_port(s, value);
    } else if (!strcasecmp(key, "listenaddress")) {
        add_listen(s, value);
    } else if (!strcasecmp(key, "include")) {
        for (; value && include && s->depth < MS_SSHD_DEPTH; value = next_word(&line)) {
            include(arg, s, value);
        }
    }
    for (unsigned k = 0; k < MS_SSHD__COUNT; k++) {
        if (!strcasecmp(key, keys[k].name) || (keys[k].other && !strcasecmp(key, keys[k].other))) {
            set(s, (enum ms_sshd_key)k, value);
        }
    }
}

void ms_sshd_parse(struct ms_sshd *s, const char *text, size_t n, ms_sshd_include include,
                   void *arg)
{
    bool outer = s->in_match;

    s->depth++;
    while (n) {
        const char *nl = memchr(text, '\n', n);
        size_t len = nl ? (size_t)(nl - text) : n;
        ms_auto_free char *line = ms_xmemdup0(text, len);

        parse_line(s, line, include, arg);
        text += len + (nl != NULL);
        n -= len + (nl != NULL);
    }
    s->depth--;
    /* a Match block ends with its file, at the latest */
    s->in_match = outer;
}

void ms_sshd_finish(struct ms_sshd *s)
{
    if (!s->n_ports) {
        s->ports[s->n_ports++] = 22;
    }
}

static const char *value_of(const struct ms_sshd *s, enum ms_sshd_key k)
{
    return s->value[k][0] ? s->value[k] : keys[k].def;
}

static bool is(const struct ms_sshd *s, enum ms_sshd_key k, const char *value)
{
    return !strcmp(value_of(s, k), value);
}

/* A finding when the key has its weak value, everywhere or in a Match block. */
static void judge_key(const struct ms_sshd *s, enum ms_sshd_key k, enum ms_check_state state,
                      const char *text, const char *mend, struct ms_checks *out)
{
    if (is(s, k, keys[k].weak)) {
        ms_checks_host(out, keys[k].id, state, mend, "%s", text);
    } else if (s->matched[k][0]) {
        ms_checks_host(out, keys[k].id, state, mend, "%s, in a Match block", text);
    }
}

void ms_sshd_judge(const struct ms_sshd *s, struct ms_checks *out)
{
    bool password = is(s, MS_SSHD_PASSWORD, "yes") || is(s, MS_SSHD_KEYBOARD_INTERACTIVE, "yes");
    uint32_t tries = 0;
    size_t before = out->n;

    judge_key(s, MS_SSHD_EMPTY_PASSWORDS, MS_CHECK_FAIL, "accounts without a password may log in",
              "set `PermitEmptyPasswords no`", out);
    if (is(s, MS_SSHD_PERMIT_ROOT_LOGIN, "yes") && !password) {
        ms_checks_host(out, keys[MS_SSHD_PERMIT_ROOT_LOGIN].id, MS_CHECK_OK, NULL,
                       "root logs in with a key only");
        before++;
    } else {
        judge_key(s, MS_SSHD_PERMIT_ROOT_LOGIN, MS_CHECK_FAIL, "root may log in with a password",
                  "set `PermitRootLogin prohibit-password`", out);
    }
    judge_key(s, MS_SSHD_PASSWORD, MS_CHECK_WARN, "passwords are accepted, which can be guessed",
              "log in with a key, then set `PasswordAuthentication no`", out);
    if (!is(s, MS_SSHD_PASSWORD, "yes")) {
        judge_key(s, MS_SSHD_KEYBOARD_INTERACTIVE, MS_CHECK_WARN,
                  "passwords are accepted by keyboard-interactive log-in",
                  "set `KbdInteractiveAuthentication no`, unless it asks for a second factor", out);
    }
    judge_key(s, MS_SSHD_HOST_BASED, MS_CHECK_WARN, "hosts are trusted to vouch for their users",
              "set `HostbasedAuthentication no`", out);
    judge_key(s, MS_SSHD_IGNORE_RHOSTS, MS_CHECK_WARN, "users' .rhosts files are read",
              "set `IgnoreRhosts yes`", out);
    judge_key(s, MS_SSHD_STRICT_MODES, MS_CHECK_WARN, "keys that others can change are accepted",
              "set `StrictModes yes`", out);
    if (strchr(value_of(s, MS_SSHD_PROTOCOL), '1')) {
        ms_checks_host(out, keys[MS_SSHD_PROTOCOL].id, MS_CHECK_FAIL, "remove the line `Protocol`",
                       "version 1 of the protocol is allowed, which is broken");
    }
    if (ms_parse_u32(value_of(s, MS_SSHD_MAX_AUTH_TRIES), &tries) == 0 && tries > 6) {
        ms_checks_host(out, keys[MS_SSHD_MAX_AUTH_TRIES].id, MS_CHECK_WARN,
                       "set `MaxAuthTries 6` or less", "%u tries are allowed per connection",
                       (unsigned)tries);
    }
    if (out->n == before) {
        ms_checks_host(out, "sshd", MS_CHECK_OK, NULL, "nothing weak is in its settings");
    }
}
