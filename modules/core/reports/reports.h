/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports about our domains that other servers send by mail: DMARC aggregate reports (RFC 7489
 * 7.2, appendix C) and TLS reports (RFC 8460). Pure: bytes of a mail come in, facts go out; no file
 * is read and nothing is fetched. All bytes are hostile, so that each layer has limits: the mail,
 * its parts, what is unpacked, the depth of XML, the rows of a report. A document type declaration
 * is refused: nothing is ever expanded or loaded from elsewhere.
 */
#ifndef MS_REPORTS_REPORTS_H
#define MS_REPORTS_REPORTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "modules/core/base/err.h"

enum {
    MS_REPORT_MAIL_MAX = 8 << 20,  /* bytes of a mail */
    MS_REPORT_TEXT_MAX = 16 << 20, /* bytes of an unpacked report */
    MS_REPORT_PARTS = 100,         /* of a mail */
    MS_REPORT_FILES = 10,          /* of a zip archive */
    MS_REPORT_COUNT = 20,          /* reports in one mail */
    MS_REPORT_ROWS = 1000,         /* different ones kept of a report; the rest is one row */
    MS_REPORT_ROWS_READ = 50000,   /* rows of a report */
    MS_REPORT_NAME = 255,          /* bytes of a name or an id */
};

/* The reports in a mail. host is our own name, which our Authentication-Results begin with. *ret is
 * an object, the caller owns the reference:
 *   {"verified": whether DKIM, SPF or DMARC of its sender passed here, "reports": [...]}
 * and each report is one of
 *   {"kind":"dmarc","org","id","begin","end","domain","policy","subdomains" ("" not told),
 *    "percent","rows":[{"ip","count","disposition","dkim","spf" (booleans: aligned and passed),
 *    "header_from"}]}
 *   {"kind":"tls","org","id","begin","end","domain","mode" (of MTA-STS, "" not told),
 *    "rows":[{"policy","result" ("" delivered),"mx","count"}]}
 * with times in seconds since 1970; ip "" and mx "" stand for all that did not fit. MS_ENOTFOUND
 * when there is none in the mail, MS_EINVAL with what is wrong when one is broken or over a limit.
 */
int ms_reports_read(const char *mail, size_t n, const char *host, json_t **ret, struct ms_err *err)
    ms_must_use;

/* Whether a report has the form above, with all its limits: the process that read it is not
 * trusted. MS_EINVAL. */
int ms_report_check(const json_t *report, struct ms_err *err) ms_must_use;

/* Add "advice" to what ms_directory_reports tells of a domain: an array of {"id","text"}; what can
 * be made stricter, and what is in the way. */
void ms_reports_advise(json_t *domain);

/* What a result type of a TLS report means (RFC 8460 4.3), in a few words; the type itself when it
 * is none of them. */
const char *ms_reports_tls_meaning(const char *result);

#endif
