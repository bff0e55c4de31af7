/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/log.h"

#include <stdio.h>

#include "modules/core/base/mem.h"
#include "modules/core/base/time.h"

static void to_stderr(enum ms_level level, const char *area, const char *text)
{
    static const char *const names[] = {"err", "warn", "info", "debug"};
    char stamp[MS_TIME_TEXT];

    ms_time_format(ms_time_wall_ms(), stamp);
    (void)fprintf(stderr, "%s %s %s: %s\n", stamp, names[level], area, text);
}

static enum ms_level limit = MS_LOG_INFO;
static ms_log_sink current = to_stderr;

void ms_log(enum ms_level level, const char *area, const char *fmt, ...)
{
    va_list ap;
    ms_auto_free char *text = NULL;

    if (level > limit) {
        return;
    }
    va_start(ap, fmt);
    text = ms_xvasprintf(fmt, ap);
    va_end(ap);
    for (char *c = text; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f) {
            *c = '?';
        }
    }
    current(level, area, text);
}

void ms_log_set_level(enum ms_level level)
{
    limit = level;
}

void ms_log_set_sink(ms_log_sink sink)
{
    current = sink ? sink : to_stderr;
}
