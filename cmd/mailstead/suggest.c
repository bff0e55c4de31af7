/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailstead/suggest.h"

#include <stddef.h>
#include <string.h>

enum { WORD = 64, FAR = 1000 };

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;

    return m < c ? m : c;
}

unsigned ms_suggest_distance(const char *a, const char *b)
{
    unsigned row[3][WORD + 1]; /* rows i - 2, i - 1 and i of the table */
    size_t na = strlen(a), nb = strlen(b);

    if (na >= WORD || nb >= WORD) {
        return FAR;
    }
    for (size_t j = 0; j <= nb; j++) {
        row[0][j] = FAR;
        row[1][j] = (unsigned)j;
    }
    for (size_t i = 1; i <= na; i++) {
        row[2][0] = (unsigned)i;
        for (size_t j = 1; j <= nb; j++) {
            row[2][j] =
                min3(row[1][j] + 1, row[2][j - 1] + 1, row[1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                row[0][j - 2] + 1 < row[2][j]) {
                row[2][j] = row[0][j - 2] + 1;
            }
        }
        memcpy(row[0], row[1], sizeof(row[0]));
        memcpy(row[1], row[2], sizeof(row[1]));
    }
    return row[1][nb];
}

void ms_suggest_init(struct ms_suggest *s, const char *typed)
{
    s->typed = typed;
    s->best = NULL;
    s->distance = FAR;
}

void ms_suggest_offer(struct ms_suggest *s, const char *word)
{
    size_t n = strlen(s->typed);
    unsigned d = ms_suggest_distance(s->typed, word);
    size_t limit = strlen(word) / 3;

    if (limit < 2) {
        limit = strlen(word) > 2 ? 2 : 1;
    }
    if (n > 1 && !strncmp(word, s->typed, n)) {
        d = 1;
    }
    if (d <= limit && d < s->distance) {
        s->best = word;
        s->distance = d;
    }
}
