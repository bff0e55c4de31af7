/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailstead/password.h"

#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "modules/core/base/fs.h"
#include "modules/core/base/hash.h"
#include "modules/core/base/mem.h"

enum { GENERATED = 20, MAX_BYTES = 1024 };

void ms_password_free(char *s)
{
    if (s) {
        explicit_bzero(s, strlen(s));
        free(s);
    }
}

static int check(const char *password, struct ms_err *err)
{
    if (!*password) {
        return ms_err_set(err, MS_EINVAL, 0, "the password is empty");
    }
    if (strlen(password) > 72) { /* bcrypt reads no further */
        return ms_err_set(err, MS_EINVAL, 0, "the password is longer than 72 bytes");
    }
    for (const char *p = password; *p; p++) {
        if ((unsigned char)*p < ' ' || *p == 0x7f) {
            return ms_err_set(err, MS_EINVAL, 0, "the password holds a control character");
        }
    }
    return 0;
}

static int from_file(const char *path, char **ret, struct ms_err *err)
{
    ms_auto_buf struct ms_buf b = {0};
    int r = 0;

    ms_buf_init(&b, MAX_BYTES);
    if (!strcmp(path, "-") && isatty(STDIN_FILENO)) {
        return ms_err_set(err, MS_EINVAL, 0,
                          "--password-file - reads standard input, which is a terminal: use --ask");
    }
    if (ms_fs_read(path, &b, err) < 0) {
        r = ms_err_wrap(err, "the password");
    } else if (memchr(b.p, '\0', b.len)) {
        r = ms_err_set(err, MS_EINVAL, 0, "%s: the password holds a NUL byte", path);
    } else {
        *ret = ms_xmemdup0(b.p, strcspn(b.p, "\r\n"));
    }
    explicit_bzero(b.p, b.len);
    return r;
}

/* One line from the terminal, not echoed. */
static int ask_once(const char *prompt, char **ret, struct ms_err *err)
{
    struct termios old, quiet;
    char line[MAX_BYTES];
    ssize_t n;

    if (tcgetattr(STDIN_FILENO, &old) < 0) {
        return ms_err_set(err, MS_EINVAL, 0, "--ask needs a terminal");
    }
    quiet = old;
    quiet.c_lflag &= (tcflag_t)~ECHO;
    (void)fputs(prompt, stderr);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    do {
        n = read(STDIN_FILENO, line, sizeof(line) - 1);
    } while (n < 0 && errno == EINTR);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &old);
    (void)fputc('\n', stderr);
    if (n < 0) {
        return ms_err_set(err, MS_EIO, errno, "the terminal");
    }
    line[n] = '\0';
    *ret = ms_xmemdup0(line, strcspn(line, "\r\n"));
    explicit_bzero(line, sizeof(line));
    return 0;
}

static int ask(char **ret, struct ms_err *err)
{
    ms_cleanup(ms_password_freep) char *first = NULL;
    ms_cleanup(ms_password_freep) char *second = NULL;

    if (ask_once("Password: ", &first, err) < 0 || ask_once("Once more: ", &second, err) < 0) {
        return -1;
    }
    if (strcmp(first, second) != 0) {
        return ms_err_set(err, MS_EINVAL, 0, "the two passwords differ");
    }
    *ret = ms_steal(&first);
    return 0;
}

int ms_password_get(const struct ms_cli *c, char **ret, bool *ret_generated, struct ms_err *err)
{
    const char *file = ms_cli_value(c, "password-file");
    ms_cleanup(ms_password_freep) char *text = NULL;

    if (file && ms_cli_has(c, "ask")) {
        return ms_err_set(err, MS_EINVAL, 0, "--password-file and --ask exclude each other");
    }
    if (!file && !ms_cli_has(c, "ask")) {
        *ret = ms_random_token(GENERATED);
        *ret_generated = true;
        return 0;
    }
    if ((file ? from_file(file, &text, err) : ask(&text, err)) < 0 || check(text, err) < 0) {
        return -1;
    }
    *ret = ms_steal(&text);
    *ret_generated = false;
    return 0;
}
