/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and records as they are in packets (RFC 1035 4.1). Every reader has the end of the packet
 * as its bound.
 */
#ifndef MS_RESOLVE_WIRE_PRIV_H
#define MS_RESOLVE_WIRE_PRIV_H

#include "modules/core/base/buf.h"
#include "modules/core/resolve/resolve.h"

enum { MS_WIRE_NAME = 255 }; /* bytes of the longest name */

/* A place in a packet. */
struct ms_wire {
    const unsigned char *p;
    size_t n, at;
};

static inline unsigned char ms_wire_lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

/* Numbers; -1 at the end of the packet. */
int ms_wire_u8(struct ms_wire *w, unsigned *ret) ms_must_use;
int ms_wire_u16(struct ms_wire *w, unsigned *ret) ms_must_use;
int ms_wire_u32(struct ms_wire *w, uint32_t *ret) ms_must_use;

/* A name, uncompressed and in lower case. Pointers lead backwards only, so it ends. Returns its
 * length, 0 when it is none. */
size_t ms_wire_name(struct ms_wire *w, unsigned char out[MS_WIRE_NAME]) ms_must_use;

/* Append an uncompressed name as text with its final dot, special bytes escaped. */
void ms_wire_name_text(const unsigned char *name, struct ms_buf *out);

/* The name that a text is, with or without its final dot. Returns its length, 0 when it is none. */
size_t ms_wire_name_parse(const char *text, unsigned char out[MS_WIRE_NAME]) ms_must_use;

/* One record. Returns 1, 0 for one that is to be left out (another class, OPT), -1 when the packet
 * is broken. */
int ms_wire_rr(struct ms_wire *w, struct ms_arena *a, struct ms_rr *ret) ms_must_use;

/* Types by name and by number; 0 and "TYPE<n>" when they are not in the table. */
unsigned ms_wire_type(const char *name);
const char *ms_wire_type_name(unsigned type, struct ms_arena *a);

#endif
