/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the DNS records of a site are made of beside site.yaml: collected from the state directory
 * and the host's own network. Only public files are read: needs no root.
 */
#ifndef MS_DEPLOY_FACTS_H
#define MS_DEPLOY_FACTS_H

#include "modules/core/dns/dns.h"

struct ms_dns_facts;

/* Collect. state and site must live as long as *ret, which is freed with ms_dns_facts_free. What
 * cannot be read is left out of the records; ms_dns_facts_problem tells of it. */
struct ms_dns_facts *ms_dns_facts_new(const char *state, const struct ms_site *site) ms_must_use;

/* Free all, the input too. Accepts NULL. */
void ms_dns_facts_free(struct ms_dns_facts *f);
MS_DEFINE_CLEANUP(struct ms_dns_facts, ms_dns_facts_free)

/* The input of ms_dns_records; it lives as long as f. */
const struct ms_dns_input *ms_dns_facts_input(const struct ms_dns_facts *f);

/* The first file that could not be read while records were made, or NULL. */
const char *ms_dns_facts_problem(const struct ms_dns_facts *f);

/* The domains without DKIM keys that records were made for. */
size_t ms_dns_facts_without_keys(const struct ms_dns_facts *f);

#endif
