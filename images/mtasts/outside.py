# SPDX-License-Identifier: Apache-2.0
"""What is asked outside: the stack's resolver by DNS, and policy hosts by HTTPS."""
import glob
import http.client
import socket
import ssl
import threading

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

import policy

FETCH_S = 20  # for a whole fetch
DNS_S = 5  # for each of two tries


class Away(Exception):
    """No answer, or none that says anything; the text tells why."""


class Resolver:
    """Questions to a validating resolver whose AD bit can be trusted."""

    def __init__(self, server):
        self._server = server

    def ask(self, name, kind):
        """(records of that kind, whether they were validated). A name without any gives none."""
        try:
            query = dns.message.make_query(name, kind)
            query.flags |= dns.flags.AD
            query.use_edns(0, payload=1232)
            try:
                answer = dns.query.udp_with_fallback(query, self._server, timeout=DNS_S)[0]
            except dns.exception.Timeout:
                answer = dns.query.udp_with_fallback(query, self._server, timeout=DNS_S)[0]
            code = answer.rcode()
            if code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                raise Away("%s %s: %s" % (name, kind, dns.rcode.to_text(code)))
            found = answer.resolve_chaining().answer if code == dns.rcode.NOERROR else None
        except (dns.exception.DNSException, OSError, ValueError) as e:
            raise Away("%s %s: %s" % (name, kind, e)) from e
        return list(found or ()), bool(answer.flags & dns.flags.AD)

    def record_id(self, name):
        """The id of the domain's MTA-STS record, None when it has none."""
        records, _ = self.ask("_mta-sts." + name, "TXT")
        return policy.record_id([b"".join(r.strings) for r in records])

    def has_dane(self, name):
        """Whether DANE (RFC 7672) covers a mail server of the domain: its names are validated, and so
        is a TLSA record that Postfix can use."""
        exchanges, secure = self.ask(name, "MX")
        hosts = [r.exchange.to_text(omit_final_dot=True) for r in exchanges] or [name]
        return secure and any(self._has_tlsa(h) for h in hosts if h)

    def _has_tlsa(self, host):
        if not self.ask(host, "A")[1]:
            return False
        records, secure = self.ask("_25._tcp." + host, "TLSA")
        return secure and any(r.usage in (2, 3) and r.selector in (0, 1) and r.mtype in (0, 1, 2) for r in records)


def trust(extra):
    """The TLS settings: the system's authorities and those of the files of the pattern extra."""
    context = ssl.create_default_context()
    for path in sorted(glob.glob(extra)):
        context.load_verify_locations(path)
    return context


def fetch(name, context):
    """The policy that the domain publishes (section 3.3): certificate checked, no redirects."""
    connection = http.client.HTTPSConnection("mta-sts." + name, 443, timeout=FETCH_S, context=context)
    timer = threading.Timer(FETCH_S, _hang_up, (connection,))
    timer.daemon = True
    timer.start()
    try:
        connection.request("GET", "/.well-known/mta-sts.txt", headers={"User-Agent": "mailstead", "Accept": "text/plain"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise Away("status %d" % answer.status)
        if answer.headers.get_content_type() != "text/plain":
            raise Away("its type is not text/plain")
        return policy.parse(answer.read(policy.POLICY_MAX + 1))
    except (OSError, http.client.HTTPException, ValueError) as e:
        raise Away(str(e) or type(e).__name__) from e
    finally:
        timer.cancel()
        connection.close()


def _hang_up(connection):
    """End a fetch that takes too long: what waits for a byte fails."""
    try:
        if connection.sock:
            connection.sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
