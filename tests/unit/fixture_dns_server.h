/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A name server for tests, in a child process: it answers from the lines of a zone over UDP and TCP
 * on one port of 127.0.0.1. The first label of a name may be a fault: "servfail", "refused",
 * "silent", "lame" (not the server's zone), "cut" (too long for UDP), "broken" (no packet), "stray"
 * (an answer to another query first), "noedns" (FORMERR to EDNS).
 */
#ifndef TESTS_UNIT_FIXTURE_DNS_SERVER_H
#define TESTS_UNIT_FIXTURE_DNS_SERVER_H

#include <stdbool.h> /* before ldns.h, which else makes a _Bool of its own */

#include <ldns/ldns.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "modules/core/base/cleanup.h"

struct dns_server {
    pid_t pid;
    uint16_t port;
    char address[32]; /* "127.0.0.1@PORT" */
};

static inline bool dns_fault(const char *name, const char *fault)
{
    size_t n = strlen(fault);

    return !strncmp(name, fault, n) && name[n] == '.';
}

/* Add what the zone has of the question; a CNAME is followed. Returns whether the name exists. */
static inline bool dns_fill(const ldns_rr_list *zone, ldns_pkt *out, const ldns_rdf *start,
                            ldns_rr_type type)
{
    const ldns_rdf *name = start;
    bool exists = false, again = true;

    for (unsigned step = 0; again && step < 20; step++) {
        again = false;
        for (size_t i = 0; i < ldns_rr_list_rr_count(zone); i++) {
            ldns_rr *rr = ldns_rr_list_rr(zone, i);

            if (ldns_dname_compare(ldns_rr_owner(rr), name) != 0) {
                exists = exists || ldns_dname_is_subdomain(ldns_rr_owner(rr), name);
                continue;
            }
            exists = true;
            if (ldns_rr_get_type(rr) == type) {
                ldns_pkt_push_rr(out, LDNS_SECTION_ANSWER, ldns_rr_clone(rr));
            } else if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_CNAME) {
                ldns_pkt_push_rr(out, LDNS_SECTION_ANSWER, ldns_rr_clone(rr));
                name = ldns_rr_rdf(rr, 0);
                again = true;
                break;
            }
        }
    }
    return exists;
}

/* Returns the length of the answer in *ret (freed by the caller), 0 for silence. */
static inline size_t dns_reply(const ldns_rr_list *zone, const uint8_t *p, size_t n, bool tcp,
                               uint8_t **ret)
{
    ldns_pkt *in = NULL;
    ldns_pkt *out = ldns_pkt_new();
    ldns_rr *question;
    char *name;
    size_t len = 0;
    bool edns;

    if (ldns_wire2pkt(&in, p, n) != LDNS_STATUS_OK) {
        _exit(3);
    }
    edns = ldns_pkt_edns(in);
    question = ldns_rr_list_rr(ldns_pkt_question(in), 0);
    name = ldns_rdf2str(ldns_rr_owner(question));
    ldns_pkt_set_id(out, ldns_pkt_id(in));
    ldns_pkt_set_qr(out, 1);
    ldns_pkt_set_aa(out, !dns_fault(name, "lame"));
    ldns_pkt_push_rr(out, LDNS_SECTION_QUESTION, ldns_rr_clone(question));
    if (dns_fault(name, "servfail")) {
        ldns_pkt_set_rcode(out, LDNS_RCODE_SERVFAIL);
    } else if (dns_fault(name, "refused")) {
        ldns_pkt_set_rcode(out, LDNS_RCODE_REFUSED);
    } else if (dns_fault(name, "noedns") && edns) {
        ldns_pkt_set_rcode(out, LDNS_RCODE_FORMERR);
    } else if (dns_fault(name, "cut") && !tcp) {
        ldns_pkt_set_tc(out, 1);
    } else if (!dns_fill(zone, out, ldns_rr_owner(question), ldns_rr_get_type(question))) {
        ldns_pkt_set_rcode(out, LDNS_RCODE_NXDOMAIN);
    }
    if (!dns_fault(name, "silent") && ldns_pkt2wire(ret, out, &len) != LDNS_STATUS_OK) {
        _exit(4);
    }
    if (dns_fault(name, "broken")) {
        (*ret)[7] = 9; /* nine answers that are not there */
    }
    free(name);
    ldns_pkt_free(in);
    ldns_pkt_free(out);
    return len;
}

static inline void dns_udp(const ldns_rr_list *zone, int fd)
{
    uint8_t p[1500];
    struct sockaddr_in from;
    socklen_t n_from = sizeof(from);
    ssize_t n = recvfrom(fd, p, sizeof(p), 0, (struct sockaddr *)&from, &n_from);
    ms_auto_free uint8_t *answer = NULL;
    size_t len = n < 12 ? 0 : dns_reply(zone, p, (size_t)n, false, &answer);

    if (len && !memcmp(p + 13, "stray", 5)) {
        answer[0] ^= 1;
        (void)!sendto(fd, answer, len, 0, (struct sockaddr *)&from, n_from);
        answer[0] ^= 1;
    }
    if (len) {
        (void)!sendto(fd, answer, len, 0, (struct sockaddr *)&from, n_from);
    }
}

static inline void dns_tcp(const ldns_rr_list *zone, int listener)
{
    uint8_t p[1500], head[2];
    int fd = accept(listener, NULL, NULL);
    ms_auto_free uint8_t *answer = NULL;
    ssize_t n = recv(fd, p, sizeof(p), 0);
    size_t len = n < 14 ? 0 : dns_reply(zone, p + 2, (size_t)n - 2, true, &answer);

    head[0] = (uint8_t)(len >> 8);
    head[1] = (uint8_t)len;
    if (len) {
        (void)!send(fd, head, 2, MSG_NOSIGNAL);
        (void)!send(fd, answer, len, MSG_NOSIGNAL);
    }
    (void)close(fd);
}

static inline void dns_serve(const char *const *lines, int udp, int tcp)
{
    ldns_rr_list *zone = ldns_rr_list_new();

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (; *lines; lines++) {
        ldns_rr *rr = NULL;

        if (ldns_rr_new_frm_str(&rr, *lines, 60, NULL, NULL) != LDNS_STATUS_OK) {
            (void)fprintf(stderr, "not a record: %s\n", *lines);
            _exit(5);
        }
        ldns_rr_list_push_rr(zone, rr);
    }
    for (;;) {
        struct pollfd f[2] = {{.fd = udp, .events = POLLIN}, {.fd = tcp, .events = POLLIN}};

        (void)poll(f, 2, -1);
        if (f[0].revents) {
            dns_udp(zone, udp);
        }
        if (f[1].revents) {
            dns_tcp(zone, tcp);
        }
    }
}

/* Start it with a zone of NULL-terminated lines. Returns 0 or -1. */
static inline int dns_server_start(struct dns_server *s, const char *const *lines)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t n = sizeof(a);
    int udp = -1, tcp = -1;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (unsigned tries = 0; tries < 50; tries++) { /* a port that is free for both */
        a.sin_port = 0;
        udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (bind(udp, (struct sockaddr *)&a, n) == 0 &&
            getsockname(udp, (struct sockaddr *)&a, &n) == 0 &&
            bind(tcp, (struct sockaddr *)&a, n) == 0 && listen(tcp, 64) == 0) {
            break;
        }
        (void)close(udp);
        (void)close(tcp);
        udp = -1;
    }
    if (udp < 0) {
        return -1;
    }
    s->port = ntohs(a.sin_port);
    (void)snprintf(s->address, sizeof(s->address), "127.0.0.1@%u", s->port);
    s->pid = fork();
    if (!s->pid) {
        dns_serve(lines, udp, tcp);
    }
    (void)close(udp);
    (void)close(tcp);
    return s->pid > 0 ? 0 : -1;
}

static inline void dns_server_stop(struct dns_server *s)
{
    (void)kill(s->pid, SIGKILL);
    (void)waitpid(s->pid, NULL, 0);
}

#endif
