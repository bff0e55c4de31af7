/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/base/json.h"

#include "modules/core/base/mem.h"

json_t *ms_json_lossy(const char *s)
{
    json_t *j = json_string(s);
    ms_auto_free char *clean = j ? NULL : ms_xstrdup(s);

    for (char *c = clean; c && *c; c++) {
        *c = (unsigned char)*c < 0x80 ? *c : '?';
    }
    return j ? j : json_string(clean);
}
