/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/time.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "modules/core/base/parse.h"

enum { DAY_S = 86400 };
#define MAX_S (INT64_C(1000) * 366 * DAY_S) /* a thousand years */

static int64_t read_clock(clockid_t id)
{
    struct timespec ts;

    (void)clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t ms_time_mono_ms(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t ms_time_wall_ms(void)
{
    return read_clock(CLOCK_REALTIME);
}

void ms_time_format(int64_t t_ms, char out[MS_TIME_TEXT])
{
    time_t s = (time_t)(t_ms / 1000);
    struct tm tm = {0};
    char date[MS_TIME_TEXT];

    (void)gmtime_r(&s, &tm);
    (void)strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(out, MS_TIME_TEXT, "%.23s.%03dZ", date, (int)(t_ms % 1000));
}

/* n digits as a number within lo to hi; *p moves on. */
static int take_digits(const char **p, int n, int lo, int hi, int *ret)
{
    int v = 0;

    for (; n > 0; n--, (*p)++) {
        if (**p < '0' || **p > '9') {
            return -1;
        }
        v = v * 10 + (**p - '0');
    }
    *ret = v;
    return v < lo || v > hi ? -1 : 0;
}

static int take_char(const char **p, char c)
{
    return *(*p)++ == c ? 0 : -1;
}

static int take_day(const char **p, struct tm *tm)
{
    if (take_digits(p, 4, 1970, 9998, &tm->tm_year) < 0 || take_char(p, '-') < 0 ||
        take_digits(p, 2, 1, 12, &tm->tm_mon) < 0 || take_char(p, '-') < 0) {
        return -1;
    }
    tm->tm_year -= 1900;
    tm->tm_mon--;
    return take_digits(p, 2, 1, 31, &tm->tm_mday);
}

static int take_clock(const char **p, struct tm *tm)
{
    if (take_char(p, 'T') < 0 || take_digits(p, 2, 0, 23, &tm->tm_hour) < 0 ||
        take_char(p, ':') < 0 || take_digits(p, 2, 0, 59, &tm->tm_min) < 0 ||
        take_char(p, ':') < 0 || take_digits(p, 2, 0, 59, &tm->tm_sec) < 0) {
        return -1;
    }
    return take_char(p, 'Z') < 0 || **p ? -1 : 0;
}

static int parse_point(const char *s, int64_t *ret_s)
{
    struct tm tm = {0};
    bool whole_day;
    time_t t;
    int day;

    if (take_day(&s, &tm) < 0) {
        return -1;
    }
    whole_day = !*s;
    if (!whole_day && take_clock(&s, &tm) < 0) {
        return -1;
    }
    day = tm.tm_mday;
    t = timegm(&tm); /* makes 3 March of 31 February */
    if (tm.tm_mday != day) {
        return -1;
    }
    *ret_s = (int64_t)t + (whole_day ? DAY_S : 0);
    return 0;
}

int ms_time_parse_end(const char *s, int64_t now_s, int64_t *ret_s)
{
    uint64_t n;

    if (ms_parse_duration(s, &n) == 0) {
        if (n > MAX_S) {
            return -1;
        }
        *ret_s = now_s + (int64_t)n;
        return 0;
    }
    return parse_point(s, ret_s);
}

void ms_time_sleep_ms(int64_t ms)
{
    struct timespec ts = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

    while (nanosleep(&ts, &ts) < 0 && errno == EINTR) {
    }
}
