/* SPDX-License-Identifier: Apache-2.0 */
/* Records in packets, and their presentation form. */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "modules/core/base/parse.h"
#include "modules/core/resolve/resolve_priv.h"
#include "modules/core/resolve/wire_priv.h"

enum { TEXT_MAX = 4 * MS_PACKET_MAX + 16, CLASS_IN = 1, TYPE_OPT = 41 };

/* A type with the fields of its data: 1 2 4 numbers of that many bytes, n a name, a A addresses,
 * t strings to the end, h the rest in hexadecimal, c tag and value of CAA. */
struct type {
    unsigned number;
    const char *name, *fields;
};

static const struct type types[] = {
    {1, "A", "a"},        {2, "NS", "n"},       {5, "CNAME", "n"},  {6, "SOA", "nn44444"},
    {12, "PTR", "n"},     {15, "MX", "2n"},     {16, "TXT", "t"},   {28, "AAAA", "A"},
    {33, "SRV", "222n"},  {39, "DNAME", "n"},   {43, "DS", "211h"}, {46, "RRSIG", NULL},
    {48, "DNSKEY", NULL}, {52, "TLSA", "111h"}, {99, "SPF", "t"},   {257, "CAA", "1c"},
};

static const struct type *type_of(unsigned number)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (types[i].number == number) {
            return &types[i];
        }
    }
    return NULL;
}

unsigned ms_wire_type(const char *name)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (!strcasecmp(types[i].name, name)) {
            return types[i].number;
        }
    }
    return 0;
}

const char *ms_wire_type_name(unsigned type, struct ms_arena *a)
{
    const struct type *t = type_of(type);

    return t ? t->name : ms_arena_printf(a, "TYPE%u", type);
}

/* What is made of the data of one record. */
struct rdata {
    struct ms_wire w; /* the packet up to the end of the record */
    struct ms_buf text, data;
};

static void rdata_done(struct rdata *d)
{
    ms_buf_done(&d->text);
    ms_buf_done(&d->data);
}

static void hex(const unsigned char *p, size_t n, struct ms_buf *out)
{
    for (size_t i = 0; i < n; i++) {
        ms_buf_addf(out, "%02x", p[i]);
    }
}

static int number(struct rdata *d, unsigned bytes)
{
    uint32_t v = 0;

    if (d->w.n - d->w.at < bytes) {
        return -1;
    }
    ms_buf_add(&d->data, d->w.p + d->w.at, bytes);
    for (unsigned i = 0; i < bytes; i++) {
        v = v << 8 | d->w.p[d->w.at++];
    }
    ms_buf_addf(&d->text, "%u", v);
    return 0;
}

static int name(struct rdata *d)
{
    unsigned char out[MS_WIRE_NAME];
    size_t n = ms_wire_name(&d->w, out);

    ms_buf_add(&d->data, out, n);
    if (n) {
        ms_wire_name_text(out, &d->text);
    }
    return n ? 0 : -1;
}

static int address(struct rdata *d, int family, size_t n)
{
    char text[INET6_ADDRSTRLEN];

    if (d->w.n - d->w.at != n || !inet_ntop(family, d->w.p + d->w.at, text, sizeof(text))) {
        return -1;
    }
    ms_buf_adds(&d->text, text);
    ms_buf_add(&d->data, d->w.p + d->w.at, n);
    d->w.at += n;
    return 0;
}

/* Bytes of a text that is not quoted: a NUL cannot be in it. */
static void bare(const unsigned char *p, size_t n, struct ms_buf *out)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i]) {
            ms_buf_addc(out, (char)p[i]);
        } else {
            ms_buf_adds(out, "\\000");
        }
    }
}

static int strings(struct rdata *d)
{
    if (d->w.at == d->w.n) {
        return -1;
    }
    while (d->w.at < d->w.n) {
        unsigned n = d->w.p[d->w.at];

        if (d->w.n - d->w.at < n + 1) {
            return -1;
        }
        bare(d->w.p + d->w.at + 1, n, &d->text);
        ms_buf_add(&d->data, d->w.p + d->w.at, n + 1);
        d->w.at += n + 1;
    }
    return 0;
}

/* The tag, then its value to the end, quoted (RFC 8659 4.1). */
static int caa(struct rdata *d)
{
    const unsigned char *p = d->w.p + d->w.at;
    size_t n = d->w.n - d->w.at;

    if (n < 2 || p[0] == 0 || n < (size_t)1 + p[0]) {
        return -1;
    }
    ms_buf_add(&d->data, p, n);
    for (size_t i = 1; i <= p[0]; i++) {
        if (!isalnum(p[i])) {
            return -1;
        }
        ms_buf_addc(&d->text, (char)tolower(p[i]));
    }
    ms_buf_adds(&d->text, " \"");
    for (size_t i = (size_t)1 + p[0]; i < n; i++) {
        if (p[i] < 0x20 || p[i] > 0x7e) {
            ms_buf_addf(&d->text, "\\%03u", p[i]);
        } else {
            if (p[i] == '"' || p[i] == '\\') {
                ms_buf_addc(&d->text, '\\');
            }
            ms_buf_addc(&d->text, (char)p[i]);
        }
    }
    ms_buf_addc(&d->text, '"');
    d->w.at = d->w.n;
    return 0;
}

static int rest(struct rdata *d)
{
    hex(d->w.p + d->w.at, d->w.n - d->w.at, &d->text);
    ms_buf_add(&d->data, d->w.p + d->w.at, d->w.n - d->w.at);
    d->w.at = d->w.n;
    return 0;
}

static int field(struct rdata *d, char what)
{
    switch (what) {
    case '1':
    case '2':
    case '4':
        return number(d, (unsigned)(what - '0'));
    case 'n':
        return name(d);
    case 'a':
        return address(d, AF_INET, 4);
    case 'A':
        return address(d, AF_INET6, 16);
    case 't':
        return strings(d);
    case 'c':
        return caa(d);
    default:
        return rest(d);
    }
}

/* The data of a type that has no form of its own here (RFC 3597 5). */
static int unknown(struct rdata *d)
{
    ms_buf_addf(&d->text, "\\# %zu ", d->w.n - d->w.at);
    return rest(d);
}

static int fields(struct rdata *d, const struct type *t)
{
    if (!t || !t->fields) {
        return unknown(d);
    }
    for (const char *f = t->fields; *f; f++) {
        if (f != t->fields) {
            ms_buf_addc(&d->text, ' ');
        }
        if (field(d, *f) < 0) {
            return -1;
        }
    }
    return d->w.at == d->w.n ? 0 : -1;
}

/* Turn the data in d->w into text and bytes; both in a. */
static int read_data(struct rdata *d, unsigned type, struct ms_arena *a, struct ms_rr *ret)
{
    ms_buf_init(&d->text, TEXT_MAX);
    ms_buf_init(&d->data, MS_PACKET_MAX);
    if (fields(d, type_of(type)) < 0 || d->text.too_big) {
        return -1;
    }
    ret->text = ms_arena_memdup0(a, d->text.p, d->text.len);
    ret->data = (const unsigned char *)ms_arena_memdup0(a, d->data.p, d->data.len);
    ret->len = d->data.len;
    return 0;
}

int ms_wire_rr(struct ms_wire *w, struct ms_arena *a, struct ms_rr *ret)
{
    ms_cleanup(rdata_done) struct rdata d = {.w = *w};
    ms_auto_buf struct ms_buf owner = {0};
    unsigned char own[MS_WIRE_NAME];
    unsigned type = 0, class = 0, n = 0;

    memset(ret, 0, sizeof(*ret));
    if (!ms_wire_name(w, own) || ms_wire_u16(w, &type) < 0 || ms_wire_u16(w, &class) < 0 ||
        ms_wire_u32(w, &ret->ttl) < 0 || ms_wire_u16(w, &n) < 0 || w->n - w->at < n) {
        return -1;
    }
    d.w = (struct ms_wire){.p = w->p, .n = w->at + n, .at = w->at};
    w->at += n;
    if (class != CLASS_IN || type == TYPE_OPT) {
        return 0;
    }
    ms_buf_init(&owner, 4 * MS_WIRE_NAME + 1);
    ms_wire_name_text(own, &owner);
    ret->name = ms_arena_strdup(a, owner.p);
    ret->type = ms_wire_type_name(type, a);
    ret->ttl = ret->ttl & 0x80000000 ? 0 : ret->ttl; /* RFC 2181 8 */
    return read_data(&d, type, a, ret) < 0 ? -1 : 1;
}
