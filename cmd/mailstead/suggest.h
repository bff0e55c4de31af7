/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Did you mean": the known word nearest to a mistyped one. Pure.
 */
#ifndef MS_CLI_SUGGEST_H
#define MS_CLI_SUGGEST_H

/* A search; all strings are borrowed. */
struct ms_suggest {
    const char *typed;
    const char *best;  /* nearest so far, NULL: none is near */
    unsigned distance; /* of best */
};

/* Begin a search for the word nearest to typed. */
void ms_suggest_init(struct ms_suggest *s, const char *typed);

/* Consider one word. Near means: a third of its letters wrong at most (two for short words), or
 * typed is its beginning. */
void ms_suggest_offer(struct ms_suggest *s, const char *word);

/* Letters to insert, delete, replace or swap with their neighbour to turn a into b. Words above 63
 * bytes count as far apart (1000). */
unsigned ms_suggest_distance(const char *a, const char *b);

#endif
