/* SPDX-License-Identifier: Apache-2.0 */
/* TLSA records (RFC 6698) of the host: one for the key in use and one for the key after it, as the
 * SHA-256 of the public key ("3 1 1", RFC 7672 3.1), which outlives the certificates. */
#include "modules/core/dns/dns_priv.h"
#include "modules/core/module.h"

/* Ports whose clients look for the record: mail servers (RFC 7672), programs that found the server
 * by SRV (RFC 7673), browsers (RFC 7671). */
static const struct {
    const char *name, *why, *breaks;
    enum ms_port port;
} places[] = {
    {"smtp", "Other mail servers verify the key of this server with it (DANE).",
     "Mail from servers that use DANE can be read and changed on its way.", MS_PORT_SMTP},
    {"submissions", "Programs that know DANE verify the server with it when they send mail.",
     "Such programs have only the certificate to go by.", MS_PORT_SUBMISSIONS},
    {"submission", "Programs that know DANE verify the server with it when they send mail.",
     "Such programs have only the certificate to go by.", MS_PORT_SUBMISSION},
    {"imaps", "Programs that know DANE verify the server with it when they read mail.",
     "Such programs have only the certificate to go by.", MS_PORT_IMAPS},
    {"imap", "Programs that know DANE verify the server with it when they read mail.",
     "Such programs have only the certificate to go by.", MS_PORT_IMAP},
    {"pop3s", "Programs that know DANE verify the server with it when they fetch mail.",
     "Such programs have only the certificate to go by.", MS_PORT_POP3S},
    {"pop3", "Programs that know DANE verify the server with it when they fetch mail.",
     "Such programs have only the certificate to go by.", MS_PORT_POP3},
    {"sieve", "Programs that know DANE verify the server with it when they edit filter rules.",
     "Such programs have only the certificate to go by.", MS_PORT_SIEVE},
    {"https", "Browsers with DANE verify webmail and the other pages with it.",
     "Such browsers have only the certificate to go by.", MS_PORT_HTTPS},
};

static bool serves_https(const struct ms_site *s)
{
    for (const struct ms_component *c = ms_components; c->name; c++) {
        if (c->module && (c->module->host || c->module->page) && ms_site_has(s, c->name)) {
            return true;
        }
    }
    return false;
}

/* Other servers always come to port 25, whatever leads from there to the one that the edge has. */
static unsigned port_of(const struct ms_site *s, enum ms_port port)
{
    if (port == MS_PORT_SMTP) {
        return 25;
    }
    return port == MS_PORT_HTTPS && !serves_https(s) ? 0 : s->ports[port];
}

static void add(struct ms_dns_builder *b, size_t i, bool next)
{
    struct ms_arena *a = b->r->arena;
    const char *host = ms_arena_strdup(a, b->site->hostname);
    const char *hash = next ? b->in->tls.next : b->in->tls.current;
    unsigned port = port_of(b->site, places[i].port);

    if (!port || !*hash) {
        return;
    }
    ms_dns_add(b,
               (struct ms_record){
                   .id = ms_arena_printf(a, "tlsa-%s%s", places[i].name, next ? "-next" : ""),
                   .scope = host,
                   .zone = ms_dns_zone_of(b, host),
                   .name = ms_arena_printf(a, "_%u._tcp.%s.", port, host),
                   .type = "TLSA",
                   .value = ms_arena_printf(a, "3 1 1 %s", hash),
                   .need = places[i].port == MS_PORT_SMTP ? MS_NEED_RECOMMENDED : MS_NEED_OPTIONAL,
                   .why = next ? "Announces the key that comes after the one in use, for DANE."
                               : places[i].why,
                   .breaks = next ? "A change of the key has to wait until this record is known."
                                  : places[i].breaks,
               });
}

void ms_dns_add_tlsa(struct ms_dns_builder *b)
{
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        add(b, i, false);
        add(b, i, true);
    }
}
