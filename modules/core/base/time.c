/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/time.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

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

void ms_time_sleep_ms(int64_t ms)
{
    struct timespec ts = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

    while (nanosleep(&ts, &ts) < 0 && errno == EINTR) {
    }
}
