/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <zlib.h>

#include "modules/core/base/mem.h"
#include "modules/core/reports/reports_priv.h"

/* A report shrinks to a tenth or a thirtieth; what shrinks to less than a two-hundredth is made to
 * fill memory. Small ones may. */
enum { RATIO = 200, RATIO_FREE = 1 << 20, CHUNK = 64 * 1024 };

/* Headers of a zip archive (APPNOTE 4.3). */
enum {
    LOCAL = 30,
    CENTRAL = 46,
    END = 22,
    COMMENT_MAX = 65535,
    STORED = 0,
    DEFLATED = 8,
    ENCRYPTED = 1,
};

static unsigned u16(const unsigned char *p)
{
    return p[0] | (unsigned)p[1] << 8;
}

static uint32_t u32(const unsigned char *p)
{
    return u16(p) | (uint32_t)u16(p + 2) << 16;
}

static int too_big(struct ms_err *err)
{
    return ms_err_set(err, MS_EINVAL, 0, "what is packed would be too big");
}

static int broken(const char *what, struct ms_err *err)
{
    return ms_err_set(err, MS_EINVAL, 0, "the %s is broken", what);
}

/* bits as inflateInit2 has them. out's limit holds for all that is unpacked from one part. */
static int inflate_all(const char *p, size_t n, int bits, struct ms_buf *out, struct ms_err *err)
{
    ms_auto_free unsigned char *chunk = ms_xcalloc(1, CHUNK);
    size_t before = out->len;
    z_stream z = {.next_in = (z_const Bytef *)p, .avail_in = (uInt)n};
    int r = inflateInit2(&z, bits);

    while (r == Z_OK) {
        z.next_out = chunk;
        z.avail_out = CHUNK;
        r = inflate(&z, Z_NO_FLUSH);
        ms_buf_add(out, chunk, CHUNK - z.avail_out);
        if (out->too_big || out->len - before > RATIO_FREE + n * RATIO) {
            r = Z_MEM_ERROR;
        } else if (r == Z_OK && !z.avail_in && z.avail_out) {
            r = Z_DATA_ERROR; /* cut off */
        }
    }
    (void)inflateEnd(&z);
    if (r == Z_MEM_ERROR) {
        return too_big(err);
    }
    return r == Z_STREAM_END ? 0 : broken("packed file", err);
}

static bool wanted(const unsigned char *name, unsigned n)
{
    return n > 4 && (!strncasecmp((const char *)name + n - 4, ".xml", 4) ||
                     (n > 5 && !strncasecmp((const char *)name + n - 5, ".json", 5)));
}

/* One entry of the central directory, whose fields lie within the archive. */
static int entry(const unsigned char *all, size_t n, const unsigned char *c, struct ms_buf *out,
                 struct ms_err *err)
{
    uint32_t size = u32(c + 20), at = u32(c + 42), crc = u32(c + 16);
    unsigned method = u16(c + 10);
    size_t from, before = out->len;

    if (u16(c + 8) & ENCRYPTED) {
        return ms_err_set(err, MS_EINVAL, 0, "the archive has a password");
    }
    if (n < LOCAL || at > n - LOCAL || memcmp(all + at, "PK\3\4", 4) != 0) {
        return broken("archive", err);
    }
    from = (size_t)at + LOCAL + u16(all + at + 26) + u16(all + at + 28);
    if (from > n || size > n - from) {
        return broken("archive", err);
    }
    if (method == STORED) {
        ms_buf_add(out, all + from, size);
        if (out->too_big) {
            return too_big(err);
        }
    } else if (method != DEFLATED) {
        return ms_err_set(err, MS_EINVAL, 0, "the archive is packed in an unusual way");
    } else if (inflate_all((const char *)all + from, size, -MAX_WBITS, out, err) < 0) {
        return -1;
    }
    return crc32(0, (const Bytef *)out->p + before, (uInt)(out->len - before)) == crc
               ? 0
               : broken("archive", err);
}

static const unsigned char *find_end(const unsigned char *all, size_t n)
{
    for (size_t back = END; back <= n && back <= END + COMMENT_MAX; back++) {
        const unsigned char *e = all + n - back;

        if (memcmp(e, "PK\5\6", 4) == 0) {
            return e;
        }
    }
    return NULL;
}

static int zip(const unsigned char *all, size_t n, ms_report_part fn, void *arg, struct ms_err *err)
{
    const unsigned char *end = find_end(all, n);
    ms_auto_buf struct ms_buf out = {0};
    size_t at, files;

    if (!end) {
        return broken("archive", err);
    }
    files = u16(end + 10);
    at = u32(end + 16);
    if (files > MS_REPORT_FILES) {
        return ms_err_set(err, MS_EINVAL, 0, "the archive has more than %d files", MS_REPORT_FILES);
    }
    ms_buf_init(&out, MS_REPORT_TEXT_MAX);
    while (files--) {
        const unsigned char *c = all + at;
        size_t from = out.len, length;

        if (at > n || n - at < CENTRAL || memcmp(c, "PK\1\2", 4) != 0) {
            return broken("archive", err);
        }
        length = CENTRAL + u16(c + 28) + u16(c + 30) + u16(c + 32);
        if (length > n - at) {
            return broken("archive", err);
        }
        at += length;
        if (wanted(c + CENTRAL, u16(c + 28)) &&
            (entry(all, n, c, &out, err) < 0 || fn(arg, out.p + from, out.len - from, err) < 0)) {
            return -1;
        }
    }
    return 0;
}

static int gzip(const char *p, size_t n, ms_report_part fn, void *arg, struct ms_err *err)
{
    ms_auto_buf struct ms_buf out = {0};

    ms_buf_init(&out, MS_REPORT_TEXT_MAX);
    return inflate_all(p, n, 16 + MAX_WBITS, &out, err) < 0 ? -1 : fn(arg, out.p, out.len, err);
}

int ms_report_unpack(const char *p, size_t n, ms_report_part fn, void *arg, struct ms_err *err)
{
    size_t skip = 0;

    if (n >= 2 && memcmp(p, "\x1f\x8b", 2) == 0) {
        return gzip(p, n, fn, arg, err);
    }
    if (n >= 4 && memcmp(p, "PK\3\4", 4) == 0) {
        return zip((const unsigned char *)p, n, fn, arg, err);
    }
    if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
        skip = 3;
    }
    while (skip < n && strchr(" \t\r\n", p[skip]) && p[skip]) {
        skip++;
    }
    return skip < n && (p[skip] == '<' || p[skip] == '{') ? fn(arg, p, n, err) : 0;
}
