/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/dnscheck/smtp_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/net.h"
#include "modules/core/base/time.h"

enum { ANSWER_MAX = 8192 };

MS_DEFINE_CLEANUP(SSL, SSL_free)
MS_DEFINE_CLEANUP(SSL_CTX, SSL_CTX_free)

static int finish_connect(int fd, int64_t end_ms)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    int64_t left = end_ms - ms_time_mono_ms();
    int error = 0;
    socklen_t n = sizeof(error);

    if (left <= 0 || poll(&p, 1, (int)left) <= 0) {
        errno = ETIMEDOUT;
        return -1;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0 || error) {
        errno = error;
        return -1;
    }
    return 0;
}

int ms_smtp_connect(const char *address, uint16_t port, int64_t end_ms, const char **ret_why)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    bool is4 = inet_pton(AF_INET, address, &v4.sin_addr) == 1;
    ms_auto_close int fd = -1;
    const struct sockaddr *to = is4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
    socklen_t n = is4 ? sizeof(v4) : sizeof(v6);
    int64_t left = end_ms - ms_time_mono_ms();
    struct timeval t = {.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000};
    int rc = -1;

    *ret_why = "it is no address, or the time was over";
    if (left <= 0 || (!is4 && inet_pton(AF_INET6, address, &v6.sin6_addr) != 1)) {
        return -1;
    }
    fd = socket(is4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0) {
        ms_net_from_itself(fd, to, n);
        rc = connect(fd, to, n);
    }
    if (fd < 0 || (rc < 0 && (errno != EINPROGRESS || finish_connect(fd, end_ms) < 0))) {
        *ret_why = strerror(errno);
        return -1;
    }
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t));
    return ms_steal_fd(&fd);
}

/* The last line of a reply begins with its code and a space. */
static bool complete(const struct ms_buf *b)
{
    const char *line = b->p;

    for (const char *nl = strchr(line, '\n'); nl; nl = strchr(line, '\n')) {
        if (nl - line >= 4 && line[3] == ' ') {
            return true;
        }
        line = nl + 1;
    }
    return false;
}

/* Send a line ("" for none) and read the reply into b. */
static int talk(int fd, const char *send_line, int64_t end_ms, struct ms_buf *b)
{
    char p[1024];
    size_t n = strlen(send_line);

    ms_buf_reset(b);
    if (n && send(fd, send_line, n, MSG_NOSIGNAL) != (ssize_t)n) {
        return -1;
    }
    while (!complete(b)) {
        ssize_t got = ms_time_mono_ms() < end_ms ? recv(fd, p, sizeof(p), 0) : -1;

        if (got <= 0 || b->too_big) {
            return -1;
        }
        ms_buf_add(b, p, (size_t)got);
    }
    return b->p[0] == '2' ? 0 : -1;
}

static void key_of(const X509 *cert, char out[MS_HASH_TEXT])
{
    unsigned char *der = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);

    if (n > 0) {
        ms_hash_bytes(der, (size_t)n, out);
    }
    OPENSSL_free(der);
}

static const char *handshake(int fd, const char *name, struct ms_smtp_seen *ret)
{
    ms_cleanup(SSL_CTX_freep) SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    ms_cleanup(SSL_freep) SSL *ssl = ctx ? SSL_new(ctx) : NULL;
    ms_cleanup(X509_freep) X509 *cert = NULL;

    if (!ssl || !SSL_set_fd(ssl, fd)) {
        return "TLS cannot be set up";
    }
    (void)SSL_set_tlsext_host_name(ssl, name);
    if (SSL_connect(ssl) != 1) {
        return "the TLS handshake failed";
    }
    (void)snprintf(ret->version, sizeof(ret->version), "%s", SSL_get_version(ssl));
    cert = SSL_get1_peer_certificate(ssl);
    if (!cert) {
        return "it has no certificate";
    }
    key_of(cert, ret->key);
    (void)SSL_shutdown(ssl);
    return NULL;
}

void ms_smtp_see(const char *address, uint16_t port, const char *helo, int64_t end_ms,
                 struct ms_smtp_seen *ret)
{
    ms_auto_buf struct ms_buf b = {0};
    ms_auto_close int fd = -1;
    char hello[300];

    memset(ret, 0, sizeof(*ret));
    ms_buf_init(&b, ANSWER_MAX);
    fd = ms_smtp_connect(address, port, end_ms, &ret->why);
    if (fd < 0) {
        return;
    }
    ret->why = NULL;
    (void)snprintf(hello, sizeof(hello), "EHLO %.200s\r\n", helo);
    if (talk(fd, "", end_ms, &b) < 0) {
        ret->why = "there is no greeting";
        return;
    }
    (void)snprintf(ret->name, sizeof(ret->name), "%.*s", (int)strcspn(b.p + 4, " \r\n"), b.p + 4);
    if (talk(fd, hello, end_ms, &b) < 0) {
        ret->why = "it refuses EHLO";
    } else if (!strstr(b.p, "STARTTLS")) {
        ret->why = "it does not offer STARTTLS";
    } else if (talk(fd, "STARTTLS\r\n", end_ms, &b) < 0) {
        ret->why = "it refuses STARTTLS";
    } else {
        ret->why = handshake(fd, helo, ret);
    }
}
