/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mailstead/out.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cmd/mailstead/help.h"
#include "cmd/mailstead/text.h"
#include "modules/core/base/mem.h"

int ms_exit_for(enum ms_code code)
{
    switch (code) {
    case MS_OK:
        return MS_EXIT_OK;
    case MS_EINVAL:
    case MS_ECONFIG:
        return MS_EXIT_USAGE;
    case MS_EUNREACH:
        return MS_EXIT_UNREACHABLE;
    default:
        return MS_EXIT_FAILED;
    }
}

/* Text from elsewhere: several lines are fine, control characters are not. */
static void print_safe(FILE *f, const char *prefix, const char *text)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, 1 << 20);
    ms_text_clean_lines(text, &b);
    (void)fprintf(f, "%s%s\n", prefix, b.p);
}

int ms_out_fail(const struct ms_err *err)
{
    (void)fflush(stdout);
    print_safe(stderr, "mailstead: ", ms_err_msg(err));
    return ms_exit_for(err->code);
}

int ms_out_usage(const struct ms_cli *c, const char *fmt, ...)
{
    ms_auto_free char *text = NULL;
    ms_auto_buf struct ms_buf b = {0};
    va_list ap;

    va_start(ap, fmt);
    text = ms_xvasprintf(fmt, ap);
    va_end(ap);
    ms_buf_init(&b, 1 << 16);
    ms_help_usage(c->verb, &b);
    print_safe(stderr, "mailstead: ", text);
    (void)fputs(b.p, stderr);
    return MS_EXIT_USAGE;
}

void ms_out_note(const struct ms_cli *c, const char *fmt, ...)
{
    ms_auto_free char *text = NULL;
    va_list ap;

    if (c->quiet) {
        return;
    }
    va_start(ap, fmt);
    text = ms_xvasprintf(fmt, ap);
    va_end(ap);
    (void)fflush(stdout);
    print_safe(stderr, "", text);
}

void ms_out_line(const struct ms_cli *c, const char *fmt, ...)
{
    ms_auto_free char *text = NULL;
    va_list ap;

    if (c->quiet) {
        return;
    }
    va_start(ap, fmt);
    text = ms_xvasprintf(fmt, ap);
    va_end(ap);
    print_safe(stdout, "", text);
}

int ms_out_buf(const struct ms_buf *b, int status)
{
    if (b->too_big) {
        (void)fprintf(stderr, "mailstead: the result is larger than %zu bytes\n", b->max);
        return MS_EXIT_FAILED;
    }
    if (fwrite(b->p, 1, b->len, stdout) != b->len || fflush(stdout) != 0) {
        if (errno == EPIPE) { /* the reader has seen enough: `... | head` */
            return MS_EXIT_FAILED;
        }
        (void)fprintf(stderr, "mailstead: standard output: %s\n", strerrordesc_np(errno));
        return MS_EXIT_FAILED;
    }
    return status;
}

static int add_json(const char *p, size_t n, void *arg)
{
    ms_buf_add(arg, p, n);
    return 0;
}

int ms_out_json(const json_t *j, int status)
{
    ms_auto_buf struct ms_buf b = {0};

    ms_buf_init(&b, MS_OUT_MAX);
    if (json_dump_callback(j, add_json, &b, JSON_INDENT(2) | JSON_ENCODE_ANY) < 0) {
        (void)fputs("mailstead: the result cannot be written as JSON\n", stderr);
        return MS_EXIT_FAILED;
    }
    ms_buf_addc(&b, '\n');
    return ms_out_buf(&b, status);
}

const char *ms_out_str(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

bool ms_out_confirm(const struct ms_cli *c, int *ret_status, const char *fmt, ...)
{
    ms_auto_free char *question = NULL;
    ms_auto_free char *line = NULL;
    size_t cap = 0;
    va_list ap;

    if (c->yes) {
        return true;
    }
    va_start(ap, fmt);
    question = ms_xvasprintf(fmt, ap);
    va_end(ap);
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        (void)fprintf(stderr, "mailstead: %s Not asked without a terminal: give --yes to do it.\n",
                      question);
        *ret_status = MS_EXIT_USAGE;
        return false;
    }
    (void)fprintf(stderr, "%s [y/N] ", question);
    if (getline(&line, &cap, stdin) > 0 &&
        (!strcasecmp(line, "y\n") || !strcasecmp(line, "yes\n"))) {
        return true;
    }
    (void)fputs("Nothing was changed.\n", stderr);
    *ret_status = MS_EXIT_FAILED;
    return false;
}
