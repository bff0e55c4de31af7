/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mail server for tests, in a child process on a port of 127.0.0.1: greeting, EHLO, STARTTLS with
 * a certificate that it makes itself, and no more. It answers one connection after the other.
 */
#ifndef TESTS_UNIT_FIXTURE_SMTP_SERVER_H
#define TESTS_UNIT_FIXTURE_SMTP_SERVER_H

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "modules/core/base/hash.h"

struct smtp_server {
    pid_t pid;
    uint16_t port;
    char key[MS_HASH_TEXT]; /* SHA-256 of its public key */
    EVP_PKEY *pkey;
    X509 *cert;
};

static inline void smtp_certificate(struct smtp_server *s)
{
    unsigned char *der = NULL;
    int n;

    s->pkey = EVP_EC_gen("P-256");
    s->cert = X509_new();
    (void)X509_set_version(s->cert, 2);
    (void)ASN1_INTEGER_set(X509_get_serialNumber(s->cert), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(s->cert), 0);
    (void)X509_gmtime_adj(X509_getm_notAfter(s->cert), 3600);
    (void)X509_set_pubkey(s->cert, s->pkey);
    (void)X509_sign(s->cert, s->pkey, EVP_sha256());
    n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(s->cert), &der);
    ms_hash_bytes(der, n > 0 ? (size_t)n : 0, s->key);
    OPENSSL_free(der);
}

static inline void smtp_say(int fd, const char *text)
{
    (void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static inline void smtp_talk(const struct smtp_server *s, int fd, const char *name, bool tls)
{
    char p[1024];
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    SSL *ssl;

    (void)SSL_CTX_use_certificate(ctx, s->cert);
    (void)SSL_CTX_use_PrivateKey(ctx, s->pkey);
    ssl = SSL_new(ctx);
    smtp_say(fd, "220-");
    smtp_say(fd, name);
    smtp_say(fd, " more\r\n220 ");
    smtp_say(fd, name);
    smtp_say(fd, " ESMTP\r\n");
    if (recv(fd, p, sizeof(p), 0) > 0) {
        smtp_say(fd, tls ? "250-here\r\n250 STARTTLS\r\n" : "250 here\r\n");
        if (tls && recv(fd, p, sizeof(p), 0) > 0) {
            smtp_say(fd, "220 go\r\n");
            (void)SSL_set_fd(ssl, fd);
            if (SSL_accept(ssl) == 1) {
                (void)SSL_read(ssl, p, sizeof(p)); /* until it leaves */
            }
        }
    }
    SSL_free(ssl);
    SSL_CTX_free(ctx);
}

/* Start it: it greets with the name, with or without STARTTLS. Returns 0 or -1. */
static inline int smtp_server_start(struct smtp_server *s, const char *name, bool tls)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t n = sizeof(a);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    smtp_certificate(s);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&a, n) < 0 || listen(listener, 16) < 0 ||
        getsockname(listener, (struct sockaddr *)&a, &n) < 0) {
        return -1;
    }
    s->port = ntohs(a.sin_port);
    s->pid = fork();
    if (!s->pid) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)signal(SIGPIPE, SIG_IGN);
        for (;;) {
            int fd = accept(listener, NULL, NULL);

            smtp_talk(s, fd, name, tls);
            (void)close(fd);
        }
    }
    (void)close(listener);
    return s->pid > 0 ? 0 : -1;
}

static inline void smtp_server_stop(struct smtp_server *s)
{
    (void)kill(s->pid, SIGKILL);
    (void)waitpid(s->pid, NULL, 0);
    X509_free(s->cert);
    EVP_PKEY_free(s->pkey);
}

#endif
