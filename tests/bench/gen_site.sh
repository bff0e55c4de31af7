#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Print a site.yaml with many domains and mailboxes: gen_site.sh [DOMAINS] [MAILBOXES] (1000 50000).
set -eu
awk -v domains="${1:-1000}" -v boxes="${2:-50000}" 'BEGIN {
    each = int(boxes / domains)
    print "hostname: mail.bench.test"
    print "contact: info@d1.bench.test"
    print "dns: {resolver: isolated}"
    print "domains:"
    for (d = 1; d <= domains; d++) {
        name = "d" d ".bench.test"
        printf "  %s:\n    quota: 2G\n    mailboxes:\n", name
        for (b = 1; b <= each; b++) {
            printf "      user%d: {name: \"User %d\", quota: 1G, password_hash: \"{BLF-CRYPT}$2y$05$abcdefghijklmnopqrstuuN6lAQyQPxUrhG9y8ZDUfHSXFEYnvyiC\"}\n", b, b
        }
        print "    aliases:"
        printf "      info: [user1@%s]\n      all: [info@%s, user2@%s]\n", name, name, name
    }
}'
