/* SPDX-License-Identifier: Apache-2.0 */
/* Packets: queries written, answers read (RFC 1035 4.1). */
#include <string.h>

#include "modules/core/resolve/resolve_priv.h"
#include "modules/core/resolve/wire_priv.h"

enum {
    HEADER = 12,
    FLAG_TC = 0x02,
    FLAG_AA = 0x04,
    FLAG_QR = 0x80,
    OPT_SIZE = 11,
    RR_LEAST = 11,
    TYPE_OPT = 41
};
enum { NOERROR = 0, NXDOMAIN = 3 };

const char *ms_packet_name(const char *name, struct ms_arena *a)
{
    size_t n = strlen(name);
    char *s;

    if (!n || n > 1000) {
        return NULL;
    }
    s = ms_arena_printf(a, "%s%s", name, name[n - 1] == '.' ? "" : ".");
    for (char *c = s; *c; c++) {
        if (*c >= 'A' && *c <= 'Z') {
            *c = (char)(*c + 32);
        }
    }
    return s;
}

static void put16(unsigned char *p, unsigned v)
{
    p[0] = (unsigned char)(v >> 8 & 0xff);
    p[1] = (unsigned char)(v & 0xff);
}

size_t ms_packet_query(const char *name, const char *type, uint16_t id, bool edns,
                       unsigned char out[MS_QUERY_MAX])
{
    unsigned char owner[MS_WIRE_NAME];
    size_t n_owner = ms_wire_name_parse(name, owner);
    unsigned t = ms_wire_type(type);
    size_t n = HEADER;

    if (!n_owner || !t) {
        return 0;
    }
    memset(out, 0, MS_QUERY_MAX);
    put16(out, id);
    put16(out + 4, 1);
    memcpy(out + n, owner, n_owner);
    n += n_owner;
    put16(out + n, t);
    put16(out + n + 2, 1); /* IN */
    n += 4;
    if (edns) {
        put16(out + 10, 1);
        put16(out + n + 1, TYPE_OPT);
        put16(out + n + 3, MS_PACKET_UDP);
        n += OPT_SIZE;
    }
    return n;
}

bool ms_packet_truncated(const unsigned char *p)
{
    return p[2] & FLAG_TC;
}

int ms_packet_rcode(const unsigned char *p)
{
    return p[3] & 15;
}

bool ms_packet_answers(const unsigned char *query, size_t n_query, const unsigned char *p, size_t n)
{
    size_t end = n_query - (query[11] ? OPT_SIZE : 0);

    if (n < HEADER || memcmp(p, query, 2) != 0 || !(p[2] & FLAG_QR) || (p[2] & 0x78)) {
        return false;
    }
    if (n < end) { /* some servers leave the question out of a refusal */
        return n == HEADER && ms_packet_rcode(p) != 0;
    }
    if (p[4] || p[5] != 1) {
        return false;
    }
    for (size_t i = HEADER; i < end; i++) {
        if (ms_wire_lower(p[i]) != ms_wire_lower(query[i])) {
            return false;
        }
    }
    return true;
}

void ms_answer_fail(struct ms_answer *answer, const char *why)
{
    answer->state = MS_ANSWER_FAILED;
    answer->why = why;
    answer->v = NULL;
    answer->n = 0;
    answer->ttl = 0;
}

static const char *rcode_why(int rcode, struct ms_arena *a)
{
    static const char *const names[] = {
        [1] = "FORMERR: the server did not understand the question",
        [2] = "SERVFAIL: the server failed",
        [4] = "NOTIMP: the server does not know this kind of question",
        [5] = "REFUSED: the server refuses to answer",
        [9] = "NOTAUTH: the zone is not the server's",
    };

    if (rcode >= 0 && (size_t)rcode < sizeof(names) / sizeof(names[0]) && names[rcode]) {
        return names[rcode];
    }
    return ms_arena_printf(a, "the server answered with code %d", rcode);
}

/* The values: records of the type at the end of the CNAMEs. They are made one array. */
static void take_values(const struct ms_question *q, struct ms_arena *a, struct ms_answer *ret)
{
    struct ms_rr *v = ms_arena_alloc(a, ret->n_all ? ret->n_all : 1, sizeof(*v));

    for (size_t i = 0; i < ret->n_all; i++) {
        const struct ms_rr *rr = &ret->all[i];

        if (rr->section == MS_SECTION_ANSWER && !strcasecmp(rr->type, q->type) &&
            !strcmp(rr->name, ret->canonical)) {
            ret->ttl = !ret->n || rr->ttl < ret->ttl ? rr->ttl : ret->ttl;
            v[ret->n++] = *rr;
        }
    }
    ret->v = v;
}

static const struct ms_rr *cname_at(const struct ms_answer *x, const char *name)
{
    for (size_t i = 0; i < x->n_all; i++) {
        if (x->all[i].section == MS_SECTION_ANSWER && !strcmp(x->all[i].type, "CNAME") &&
            !strcmp(x->all[i].name, name)) {
            return &x->all[i];
        }
    }
    return NULL;
}

/* Returns -1 when the chain does not end. */
static int follow(const struct ms_question *q, struct ms_answer *ret)
{
    const struct ms_rr *rr;
    unsigned steps = 0;

    if (!strcasecmp(q->type, "CNAME") || !strcasecmp(q->type, "ANY")) {
        return 0;
    }
    while ((rr = cname_at(ret, ret->canonical))) {
        if (++steps > MS_CNAME_MAX) {
            return -1;
        }
        ret->canonical = rr->text;
    }
    return 0;
}

static void judge(const struct ms_question *q, bool straight, struct ms_arena *a,
                  struct ms_answer *ret)
{
    ret->canonical = ms_packet_name(q->name, a);
    if (ret->rcode != NOERROR && ret->rcode != NXDOMAIN) {
        ms_answer_fail(ret, rcode_why(ret->rcode, a));
        return;
    }
    if (!ret->canonical || follow(q, ret) < 0) {
        ms_answer_fail(ret, "its CNAME records lead nowhere: they form a loop or a long chain");
        return;
    }
    take_values(q, a, ret);
    if (ret->n) {
        ret->state = MS_ANSWER_FOUND;
    } else if (ret->rcode == NXDOMAIN) {
        ret->state = MS_ANSWER_NXDOMAIN;
    } else {
        ret->state = MS_ANSWER_NODATA;
    }
    if (straight && !ret->authoritative) {
        ms_answer_fail(ret, "the server does not serve the zone");
    }
}

/* Returns -1 when the packet is broken. */
static int read_section(struct ms_wire *w, unsigned count, enum ms_section section,
                        struct ms_arena *a, struct ms_answer *ret, struct ms_rr *v)
{
    for (unsigned i = 0; i < count && ret->n_all < MS_PACKET_RRS; i++) {
        int got = ms_wire_rr(w, a, &v[ret->n_all]);

        if (got < 0) {
            return -1;
        }
        if (got) {
            v[ret->n_all++].section = section;
        }
    }
    return 0;
}

/* What follows the header. */
static int read_records(struct ms_wire *w, struct ms_arena *a, struct ms_answer *ret)
{
    unsigned char skipped[MS_WIRE_NAME];
    unsigned counts[4], unused;
    struct ms_rr *v;
    size_t room;

    w->at = 4;
    for (size_t i = 0; i < 4; i++) {
        if (ms_wire_u16(w, &counts[i]) < 0) {
            return -1;
        }
    }
    if (counts[0] > 1 || (counts[0] && (!ms_wire_name(w, skipped) || ms_wire_u16(w, &unused) < 0 ||
                                        ms_wire_u16(w, &unused) < 0))) {
        return -1;
    }
    room = w->n / RR_LEAST < MS_PACKET_RRS ? w->n / RR_LEAST : MS_PACKET_RRS;
    v = ms_arena_alloc(a, room + 1, sizeof(*v));
    ret->all = v;
    for (size_t i = 0; i < 3; i++) {
        if (read_section(w, counts[i + 1], (enum ms_section)i, a, ret, v) < 0) {
            return -1;
        }
    }
    return 0;
}

void ms_packet_read(const unsigned char *p, size_t n, const struct ms_question *q, bool straight,
                    struct ms_arena *a, struct ms_answer *ret)
{
    struct ms_wire w = {.p = p, .n = n};

    memset(ret, 0, sizeof(*ret));
    ret->rcode = -1;
    ret->canonical = ms_packet_name(q->name, a);
    if (n < HEADER || n > MS_PACKET_MAX || read_records(&w, a, ret) < 0) {
        ret->all = NULL;
        ret->n_all = 0;
        ms_answer_fail(ret, "the answer is broken");
        return;
    }
    ret->rcode = ms_packet_rcode(p);
    ret->authoritative = p[2] & FLAG_AA;
    judge(q, straight, a, ret);
}
