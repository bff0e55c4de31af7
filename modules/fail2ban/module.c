/* SPDX-License-Identifier: Apache-2.0 */
#include "modules/core/module.h"

#include <errno.h>
#include <string.h>

#include "modules/core/base/buf.h"
#include "modules/core/base/cleanup_ext.h"
#include "modules/core/base/mem.h"

extern const struct ms_module ms_module_fail2ban;

/* Refused mail counts less than a failed log-in: so many times ban.maxretry. */
enum { REJECTS = 4, TEXT_MAX = 1 << 20 };

static void add(struct ms_buf *b, const char *text)
{
    ms_buf_addf(b, "%s%s", b->len ? " " : "", text);
}

/* Nobody of the host or the site is ever banned; Fail2Ban itself knows the host's own addresses. */
static void ignore_list(const struct ms_site *s, struct ms_buf *b)
{
    add(b, "127.0.0.0/8");
    add(b, "::1");
    add(b, s->subnet);
    for (size_t i = 0; i < s->bind.n; i++) {
        /* those that stand for all addresses of the host */
        if (strcmp(s->bind.v[i], "0.0.0.0") != 0 && strcmp(s->bind.v[i], "::") != 0) {
            add(b, s->bind.v[i]);
        }
    }
    if (s->ipv4.kind == MS_ADDR_FIXED) {
        add(b, s->ipv4.text);
    }
    if (s->ipv6.kind == MS_ADDR_FIXED) {
        add(b, s->ipv6.text);
    }
    for (size_t i = 0; i < s->ban.ignore.n; i++) {
        add(b, s->ban.ignore.v[i]);
    }
}

/* The open ports; those of the web only when something of ours is behind them. Not that of the name
 * server, which nobody logs in to: it may be somebody's resolver that asks. */
static void mail_ports(const struct ms_site *s, struct ms_buf *b)
{
    for (enum ms_port p = 0; p < MS_PORT__COUNT; p++) {
        bool web = p == MS_PORT_HTTP || p == MS_PORT_HTTPS;

        if (s->ports[p] && p != MS_PORT_DNS && (!web || ms_site_has(s, "web"))) {
            ms_buf_addf(b, "%s%u", b->len ? ", " : "", (unsigned)s->ports[p]);
        }
    }
}

static void ssh_ports(const struct ms_site *s, struct ms_buf *b)
{
    for (size_t i = 0; !s->ban.ssh_port && i < s->ban.ssh.n_ports; i++) {
        ms_buf_addf(b, "%s%u", b->len ? ", " : "", (unsigned)s->ban.ssh.ports[i]);
    }
    if (s->ban.ssh_port) {
        ms_buf_addf(b, "%u", (unsigned)s->ban.ssh_port);
    }
}

/* Its own table, so that two sites on one host do not share one. */
static char *table_name(const json_t *vars)
{
    const char *project = json_string_value(json_object_get(vars, "project"));
    char *name = ms_xstrdup(project ? project : "mailstead");

    for (char *p = name; *p; p++) {
        *p = *p == '-' ? '_' : *p;
    }
    return name;
}

/* ban: table; bantime, maxtime, findtime (seconds), maxretry, rejects; ignore (with spaces
 * between), ports, ssh_ports (with commas between); ssh: {journal, file (which of them its log is),
 * log_dir}. */
static int fail2ban_vars(const struct ms_site *s, json_t *vars, struct ms_err *err)
{
    const struct ms_ssh *ssh = &s->ban.ssh;
    ms_auto_buf struct ms_buf ignore, ports, ssh_text;
    ms_auto_free char *table = table_name(vars);
    json_t *o;

    ms_buf_init(&ignore, TEXT_MAX);
    ms_buf_init(&ports, TEXT_MAX);
    ms_buf_init(&ssh_text, TEXT_MAX);
    ignore_list(s, &ignore);
    mail_ports(s, &ports);
    ssh_ports(s, &ssh_text);
    o = json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:s,s:s,s:s,s:{s:b,s:b,s:s}}", "table", table,
                  "bantime", (json_int_t)s->ban.time, "maxtime", (json_int_t)s->ban.max_time,
                  "findtime", (json_int_t)s->ban.find_time, "maxretry",
                  (json_int_t)s->ban.max_retry, "rejects", (json_int_t)s->ban.max_retry * REJECTS,
                  "ignore", ignore.p, "ports", ports.len ? ports.p : "", "ssh_ports",
                  ssh_text.len ? ssh_text.p : "", "ssh", "journal", ssh->log == MS_SSH_LOG_JOURNAL,
                  "file", ssh->log == MS_SSH_LOG_FILE, "log_dir", ssh->log_dir ? ssh->log_dir : "");
    if (!o || json_object_set_new(vars, "ban", o) < 0) {
        return ms_err_set(err, MS_EIO, ENOMEM, "fail2ban: variables");
    }
    return 0;
}

const struct ms_module ms_module_fail2ban = {
    .name = "fail2ban",
    .summary = "bans after failed log-ins (Fail2Ban, nftables)",
    .vars = fail2ban_vars,
};
