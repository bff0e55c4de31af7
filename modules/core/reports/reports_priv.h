/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layers below ms_reports_read, for their tests.
 */
#ifndef MS_REPORTS_REPORTS_PRIV_H
#define MS_REPORTS_REPORTS_PRIV_H

#include "modules/core/base/buf.h"
#include "modules/core/reports/reports.h"

/* Called with each part that is no text and no container, decoded. -1 (with err set) ends it. */
typedef int (*ms_report_part)(void *arg, const char *p, size_t n, struct ms_err *err);

/* Walk through a mail (RFC 5322, RFC 2045, RFC 2046). MS_EINVAL for one over its limits. */
int ms_report_mime(const char *mail, size_t n, ms_report_part fn, void *arg, struct ms_err *err)
    ms_must_use;

/* Whether the topmost Authentication-Results of host (RFC 8601) tells that DKIM, SPF or DMARC
 * passed. */
bool ms_report_verified(const char *mail, size_t n, const char *host);

/* Give fn what is in a part, by its first bytes: a gzip file, the XML and JSON files of a zip
 * archive, or the part itself when it is XML or JSON. Others are passed over. MS_EINVAL for a
 * broken one, or one that would become too big. */
int ms_report_unpack(const char *p, size_t n, ms_report_part fn, void *arg, struct ms_err *err)
    ms_must_use;

/* One report each; *ret as in reports.h, the caller owns the reference. */
int ms_report_dmarc(const char *p, size_t n, json_t **ret, struct ms_err *err) ms_must_use;
int ms_report_tls(const char *p, size_t n, json_t **ret, struct ms_err *err) ms_must_use;

/* Text from outside as JSON: at most MS_REPORT_NAME bytes of printable UTF-8, the rest replaced or
 * cut off. */
json_t *ms_report_text(const char *s) ms_must_use;

/* A domain name in lower case without its last dot; NULL when it is none. The caller frees it. */
char *ms_report_domain(const char *s) ms_must_use;

/* Rows under way: those that are the same are one. */
struct ms_report_rows {
    json_t *by_key; /* object: key to row */
    json_t *list;   /* array of the rows */
    uint64_t read;
};
void ms_report_rows_init(struct ms_report_rows *r);
void ms_report_rows_done(struct ms_report_rows *r);

/* Count a row; its reference is taken over. When no further different row fits, what a sender can
 * choose freely is emptied. MS_EINVAL when there are too many of them. */
int ms_report_rows_add(struct ms_report_rows *r, json_t *row, uint64_t count, struct ms_err *err)
    ms_must_use;

#endif
