/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/api/handlers.h"
#include "modules/core/base/parse.h"

enum { DEFAULT = 100, MOST = 10000 };

void ms_api_get_history(struct ms_api_request *rq)
{
    ms_auto_err struct ms_err err = MS_ERR_INIT;
    ms_auto_free char *max = ms_api_query(rq, "max");
    void *arg;
    const struct ms_api_backend *b = ms_api_backend(rq, &arg);
    uint64_t n = DEFAULT;
    json_t *list = NULL;

    if (max && (ms_parse_u64(max, &n) < 0 || n < 1 || n > MOST)) {
        (void)ms_err_set(&err, MS_EINVAL, 0, "max: expected a number from 1 to %d", MOST);
    } else {
        (void)!b->history(arg, (unsigned)n, &list, &err);
    }
    if (err.code) {
        ms_api_fail(rq, &err);
        return;
    }
    ms_api_reply(rq, 200, list);
}
