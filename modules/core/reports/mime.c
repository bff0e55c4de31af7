/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "modules/core/base/mem.h"
#include "modules/core/reports/reports_priv.h"

enum { DEPTH = 6, HEADER_MAX = 256 * 1024, VALUE_MAX = 4096, BOUNDARY_MAX = 70 };

struct walk {
    ms_report_part fn;
    void *arg;
    unsigned parts;
};

/* A piece of the mail, not ended by a NUL. */
struct piece {
    const char *p;
    size_t n;
};

static bool take_line(struct piece *rest, struct piece *line)
{
    const char *end;

    if (!rest->n) {
        return false;
    }
    end = memchr(rest->p, '\n', rest->n);
    line->p = rest->p;
    line->n = end ? (size_t)(end - rest->p) : rest->n;
    rest->n -= line->n + (end != NULL);
    rest->p += line->n + (end != NULL);
    if (line->n && line->p[line->n - 1] == '\r') {
        line->n--;
    }
    return true;
}

/* The header of an entity and what follows it. */
static int split(struct piece all, struct piece *head, struct piece *body, struct ms_err *err)
{
    struct piece rest = all, line;

    while (take_line(&rest, &line) && line.n) {
        if ((size_t)(rest.p - all.p) > HEADER_MAX) {
            return ms_err_set(err, MS_EINVAL, 0, "the mail has a header of more than %d bytes",
                              HEADER_MAX);
        }
    }
    *head = (struct piece){all.p, (size_t)(rest.p - all.p)};
    *body = rest;
    return 0;
}

static bool is_field(struct piece line, const char *name)
{
    size_t n = strlen(name);

    return line.n > n && !strncasecmp(line.p, name, n) && line.p[n] == ':';
}

/* The first field of that name, unfolded; false when there is none. Characters below the blank are
 * blanks. */
static bool field(struct piece head, const char *name, struct ms_buf *value)
{
    struct piece line;
    bool found = false;

    ms_buf_reset(value);
    while (take_line(&head, &line)) {
        bool more = line.n && (line.p[0] == ' ' || line.p[0] == '\t');
        size_t skip = more ? 0 : strlen(name) + 1;

        if (found && !more) {
            break;
        }
        if (!found && !is_field(line, name)) {
            continue;
        }
        found = true;
        for (size_t i = skip; i < line.n && value->len < VALUE_MAX; i++) {
            ms_buf_addc(value, (unsigned char)line.p[i] < ' ' ? ' ' : line.p[i]);
        }
    }
    return found;
}

/* A token or quoted string (RFC 2045 5.1); "" when it is too long. */
static void take_value(const char *p, char out[BOUNDARY_MAX + 1])
{
    bool quoted = *p == '"';
    size_t n = 0;

    for (p += quoted; *p && (quoted ? *p != '"' : !strchr("; \t", *p)) && n <= BOUNDARY_MAX; p++) {
        p += quoted && *p == '\\' && p[1];
        if (n < BOUNDARY_MAX) {
            out[n] = *p;
        }
        n++;
    }
    out[n <= BOUNDARY_MAX ? n : 0] = '\0';
}

/* The value of a parameter, "" when it is absent or too long. */
static void parameter(const char *value, const char *name, char out[BOUNDARY_MAX + 1])
{
    size_t n = strlen(name);

    out[0] = '\0';
    for (const char *p = strchr(value, ';'); p; p = strchr(p, ';')) {
        p += 1 + strspn(p + 1, " \t");
        if (!strncasecmp(p, name, n) && p[n + strspn(p + n, " \t")] == '=') {
            p = strchr(p, '=') + 1;
            take_value(p + strspn(p, " \t"), out);
            return;
        }
    }
}

static int base64_value(unsigned char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* What is no letter of the alphabet is passed over (RFC 2045 6.8). */
static void base64(struct piece body, struct ms_buf *out)
{
    uint32_t bits = 0;
    unsigned have = 0;

    for (size_t i = 0; i < body.n && body.p[i] != '='; i++) {
        int v = base64_value((unsigned char)body.p[i]);

        if (v >= 0) {
            bits = bits << 6 | (uint32_t)v;
            have += 6;
            if (have >= 8) {
                have -= 8;
                ms_buf_addc(out, (char)(bits >> have & 0xff));
            }
        }
    }
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void quoted_printable(struct piece body, struct ms_buf *out)
{
    for (size_t i = 0; i < body.n; i++) {
        size_t left = body.n - i;

        if (body.p[i] != '=') {
            ms_buf_addc(out, body.p[i]);
        } else if (left > 2 && hex_value(body.p[i + 1]) >= 0 && hex_value(body.p[i + 2]) >= 0) {
            ms_buf_addc(out, (char)(hex_value(body.p[i + 1]) << 4 | hex_value(body.p[i + 2])));
            i += 2;
        } else if (left > 2 && body.p[i + 1] == '\r' && body.p[i + 2] == '\n') {
            i += 2;
        } else if (left > 1 && body.p[i + 1] == '\n') {
            i++;
        }
    }
}

static int leaf(struct walk *w, struct piece head, struct piece body, struct ms_err *err)
{
    ms_auto_buf struct ms_buf out = {0}, value = {0};

    ms_buf_init(&value, VALUE_MAX + 1);
    ms_buf_init(&out, body.n + 1);
    (void)field(head, "Content-Transfer-Encoding", &value);
    if (strcasestr(value.p, "base64")) {
        base64(body, &out);
    } else if (strcasestr(value.p, "quoted-printable")) {
        quoted_printable(body, &out);
    } else {
        return w->fn(w->arg, body.p, body.n, err);
    }
    return w->fn(w->arg, out.p, out.len, err);
}

static int entity(struct walk *w, struct piece all, unsigned depth, struct ms_err *err);

/* 1: a delimiter, 2: the last one, 0: none (RFC 2046 5.1.1). */
static int delimiter(struct piece line, const char *boundary)
{
    size_t n = strlen(boundary);

    if (line.n < n + 2 || memcmp(line.p, "--", 2) != 0 || memcmp(line.p + 2, boundary, n) != 0) {
        return 0;
    }
    line.p += n + 2;
    line.n -= n + 2;
    if (line.n >= 2 && memcmp(line.p, "--", 2) == 0) {
        return 2;
    }
    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] != ' ' && line.p[i] != '\t') {
            return 0;
        }
    }
    return 1;
}

static int multipart(struct walk *w, struct piece body, const char *boundary, unsigned depth,
                     struct ms_err *err)
{
    struct piece line, part = {0};
    int kind = 0;

    while (kind != 2 && take_line(&body, &line)) {
        kind = delimiter(line, boundary);
        if (!kind) {
            continue;
        }
        if (part.p) {
            part.n = (size_t)(line.p - part.p);
            if (entity(w, part, depth + 1, err) < 0) {
                return -1;
            }
        }
        part.p = body.p;
    }
    if (kind == 2 || !part.p) {
        return 0;
    }
    part.n = (size_t)(body.p + body.n - part.p); /* cut off */
    return entity(w, part, depth + 1, err);
}

static int entity(struct walk *w, struct piece all, unsigned depth, struct ms_err *err)
{
    ms_auto_buf struct ms_buf type = {0};
    char boundary[BOUNDARY_MAX + 1];
    struct piece head, body;

    if (depth > DEPTH || ++w->parts > MS_REPORT_PARTS) {
        return ms_err_set(err, MS_EINVAL, 0, "the mail has too many parts, or parts in parts");
    }
    if (split(all, &head, &body, err) < 0) {
        return -1;
    }
    ms_buf_init(&type, VALUE_MAX + 1);
    if (!field(head, "Content-Type", &type)) {
        ms_buf_adds(&type, " text/plain");
    }
    type.p[strcspn(type.p, "\r\n")] = '\0';
    const char *t = type.p + strspn(type.p, " \t");
    if (!strncasecmp(t, "multipart/", 10)) {
        parameter(t, "boundary", boundary);
        return *boundary ? multipart(w, body, boundary, depth, err) : 0;
    }
    if (!strncasecmp(t, "text/plain", 10) || !strncasecmp(t, "text/html", 9) ||
        !strncasecmp(t, "message/", 8)) {
        return 0;
    }
    return leaf(w, head, body, err);
}

int ms_report_mime(const char *mail, size_t n, ms_report_part fn, void *arg, struct ms_err *err)
{
    struct walk w = {.fn = fn, .arg = arg};

    if (n > MS_REPORT_MAIL_MAX) {
        return ms_err_set(err, MS_EINVAL, 0, "the mail has more than %d bytes", MS_REPORT_MAIL_MAX);
    }
    return entity(&w, (struct piece){mail, n}, 0, err);
}

bool ms_report_verified(const char *mail, size_t n, const char *host)
{
    static const char *const passes[] = {"dkim=pass", "spf=pass", "dmarc=pass"};
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_buf struct ms_buf value = {0};
    struct piece head, body;
    size_t len = strlen(host);
    const char *v;

    ms_buf_init(&value, VALUE_MAX + 1);
    if (split((struct piece){mail, n}, &head, &body, &err) < 0 ||
        !field(head, "Authentication-Results", &value)) {
        return false;
    }
    v = value.p + strspn(value.p, " \t");
    if (strncasecmp(v, host, len) != 0 || !strchr("; \t", v[len])) {
        return false;
    }
    for (size_t i = 0; i < sizeof(passes) / sizeof(passes[0]); i++) {
        const char *at = strstr(v, passes[i]);

        if (at && strchr(" ;", at[-1])) {
            return true;
        }
    }
    return false;
}
