/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/err.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "modules/core/base/mem.h"

int ms_err_set(struct ms_err *err, enum ms_code code, int sys, const char *fmt, ...)
{
    va_list ap;
    ms_auto_free char *text = NULL;

    assert(err->code == MS_OK);
    va_start(ap, fmt);
    text = ms_xvasprintf(fmt, ap);
    va_end(ap);
    free(err->msg);
    err->code = code;
    err->sys = sys;
    if (code == MS_EIO && sys) {
        err->msg = ms_xasprintf("%s: %s", text, strerrordesc_np(sys));
    } else {
        err->msg = ms_steal(&text);
    }
    return -1;
}

int ms_err_wrap(struct ms_err *err, const char *fmt, ...)
{
    va_list ap;
    ms_auto_free char *text = NULL;
    ms_auto_free char *old = err->msg;

    assert(err->code != MS_OK);
    va_start(ap, fmt);
    text = ms_xvasprintf(fmt, ap);
    va_end(ap);
    err->msg = ms_xasprintf("%s: %s", text, old ? old : "");
    return -1;
}

int ms_err_copy(struct ms_err *err, enum ms_code code, int sys, const char *text)
{
    assert(err->code == MS_OK);
    free(err->msg);
    *err = (struct ms_err){.code = code, .sys = sys, .msg = ms_xstrdup(text)};
    return -1;
}

const char *ms_err_msg(const struct ms_err *err)
{
    return err->msg ? err->msg : "";
}

const char *ms_code_name(enum ms_code code)
{
    static const char *const names[MS_CODE__COUNT] = {
        [MS_OK] = "ok",          [MS_EINVAL] = "invalid",
        [MS_ECONFIG] = "config", [MS_EIO] = "io",
        [MS_EENGINE] = "engine", [MS_EUNREACH] = "unreachable",
        [MS_EDB] = "database",   [MS_ETLS] = "tls",
        [MS_ETIME] = "timeout",  [MS_ENOTFOUND] = "not-found",
        [MS_EEXIST] = "exists",  [MS_EBUSY] = "busy",
    };

    return (unsigned)code < MS_CODE__COUNT ? names[code] : "unknown";
}

void ms_err_done(struct ms_err *err)
{
    free(err->msg);
    *err = (struct ms_err)MS_ERR_INIT;
}
