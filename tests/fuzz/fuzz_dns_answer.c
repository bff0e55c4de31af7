/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets that a name server or a resolver may send: type of the question, then the packet.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "modules/core/resolve/resolve_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = {"TXT", "MX", "TLSA", "CAA", "SRV", "CNAME", "SOA", "NS"};
    ms_cleanup(ms_arena_freep) struct ms_arena *a = ms_arena_new();
    struct ms_question q = {.name = "mail.example.org", .type = types[size ? data[0] % 8 : 0]};
    unsigned char query[MS_QUERY_MAX];
    size_t n = ms_packet_query(q.name, q.type, 0x1234, true, query);

    if (!size) {
        return 0;
    }
    (void)ms_packet_answers(query, n, data + 1, size - 1);
    ms_packet_read(data + 1, size - 1, &q, data[0] & 8, a, &q.answer);
    for (size_t i = 0; i < q.answer.n_all; i++) {
        const struct ms_rr *rr = &q.answer.all[i];

        (void)!ms_resolve_canonical(rr->type, rr->text, a);
    }
    return 0;
}
