/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "modules/core/base/parse.h"
#include "modules/core/health/canary.h"

/* RFC 5322, 3.3, in UTC; the names do not depend on the locale. */
static void add_date(struct ms_buf *out, int64_t t_ms)
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t t = (time_t)(t_ms / 1000);
    struct tm tm = {0};

    (void)gmtime_r(&t, &tm);
    ms_buf_addf(out, "%s, %02d %s %d %02d:%02d:%02d +0000", days[tm.tm_wday % 7], tm.tm_mday,
                months[tm.tm_mon % 12], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void ms_canary_message(const struct ms_canary *c, const char *id, int64_t t_ms, struct ms_buf *out)
{
    ms_buf_adds(out, "Date: ");
    add_date(out, t_ms);
    ms_buf_addf(out,
                "\r\nFrom: mailstead test <%s>\r\nTo: <%s>\r\nMessage-ID: <%s>\r\n"
                "Subject: mailstead test message\r\nAuto-Submitted: auto-generated\r\n"
                "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n",
                c->from, c->to, id);
    ms_buf_adds(out, "This message was sent by `mailstead test` to see that mail arrives.\r\n"
                     "It may be deleted.\r\n");
}

uint32_t ms_canary_search_uid(const char *text, size_t n)
{
    static const char head[] = "* SEARCH ";
    const char *p = memmem(text, n, head, sizeof(head) - 1);
    char digits[11];
    size_t k = 0;
    uint32_t uid = 0;

    if (!p) {
        return 0;
    }
    p += sizeof(head) - 1;
    while (k < sizeof(digits) - 1 && p + k < text + n && isdigit((unsigned char)p[k])) {
        digits[k] = p[k];
        k++;
    }
    digits[k] = '\0';
    return ms_parse_u32(digits, &uid) == 0 ? uid : 0;
}
