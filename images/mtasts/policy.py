# SPDX-License-Identifier: Apache-2.0
"""The texts of MTA-STS (RFC 8461) and of Postfix's socketmap: bytes in, values out.

Pure: no network, clock or files. Everything given to these functions comes from strangers: what is
not exactly as specified raises ValueError, and nothing else does.
"""
import re
from typing import NamedTuple

POLICY_MAX = 64 * 1024  # bytes of a policy (section 3.3)
AGE_MAX = 31557600  # seconds, a year (section 3.2)
PATTERNS_MAX = 200  # mx lines of one policy
REQUEST_MAX = 1024  # bytes of a socketmap request

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)+{_LABEL}\Z")
_FIELD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}\Z")


class Policy(NamedTuple):
    """What a policy file says."""

    mode: str  # enforce, testing or none
    max_age: int  # seconds
    mx: tuple  # lower-case names, or "*." and a name


def domain(text):
    """The lower-case form of a domain name with at least two labels."""
    name = text.lower()
    if not _DOMAIN.match(name) or name.rsplit(".", 1)[1].isdigit():
        raise ValueError("not a domain name")
    return name


def record_id(records):
    """The id in the TXT records of _mta-sts (section 3.1), None when there is no valid record.

    Each record is the bytes of its strings put together. More than one that begins with the
    version stands for none.
    """
    ours = [r for r in records if re.match(rb"v=STSv1[ \t]*(;|\Z)", r)]
    if len(ours) != 1:
        return None
    fields = {}
    for part in ours[0].decode("ascii", "replace").split(";"):
        key, equals, value = part.strip(" \t").partition("=")
        if equals and _FIELD.match(key):
            fields.setdefault(key, value)
    text = fields.get("id", "")
    return text if re.match(r"[A-Za-z0-9]{1,32}\Z", text) else None


def parse(text):
    """A policy file (section 3.2) as a Policy. Of a field that is there twice the first one counts,
    fields of unknown names are passed over."""
    if len(text) > POLICY_MAX:
        raise ValueError("larger than 64 KiB")
    fields, mx = {}, []
    for line in re.split(rb"\r?\n", text):
        if not line.strip(b" \t"):
            continue
        key, colon, value = line.decode("ascii", "replace").partition(":")
        key, value = key.rstrip(" \t"), value.strip(" \t")
        if not colon or not _FIELD.match(key):
            raise ValueError("a line is not \"key: value\"")
        if key == "mx":
            mx.append("*." + domain(value[2:]) if value.startswith("*.") else domain(value))
        else:
            fields.setdefault(key, value)
    if fields.get("version") != "STSv1":
        raise ValueError("the version is not STSv1")
    if fields.get("mode") not in ("enforce", "testing", "none"):
        raise ValueError("no valid mode")
    if not re.match(r"[0-9]{1,10}\Z", fields.get("max_age", "")):
        raise ValueError("no valid max_age")
    if not mx and fields["mode"] != "none":
        raise ValueError("no mx")
    if len(mx) > PATTERNS_MAX:
        raise ValueError("more than %d mx" % PATTERNS_MAX)
    return Policy(fields["mode"], min(int(fields["max_age"]), AGE_MAX), tuple(mx))


def tls_policy(name, policy):
    """An enforced policy as Postfix's TLS policy. Postfix goes only to MX hosts of the patterns, and
    there only with a certificate for the host's own name (smtp_tls_enforce_sts_mx_patterns)."""
    match = ":".join(p[1:] if p.startswith("*") else p for p in policy.mx)
    return " ".join(
        ["secure", "match=" + match, "servername=hostname", "policy_type=sts", "policy_domain=" + name]
        + ["mx_host_pattern=" + p for p in policy.mx]
    )


def request(data):
    """The first netstring of data as (key of a request "name key", bytes used).

    (None, 0) when it is not complete yet.
    """
    head, colon, rest = data.partition(b":")
    if not re.match(rb"[0-9]{0,4}\Z", head):
        raise ValueError("not a netstring")
    if not colon:
        return None, 0
    if not head or int(head) > REQUEST_MAX:
        raise ValueError("not a netstring of a usual size")
    size = int(head)
    if len(rest) <= size:
        return None, 0
    if rest[size : size + 1] != b",":
        raise ValueError("not a netstring")
    name, space, key = rest[:size].partition(b" ")
    if not name or not space:
        raise ValueError("not a request")
    return key.decode("ascii", "replace"), len(head) + 1 + size + 1


def reply(text):
    """A netstring."""
    data = text.encode("ascii")
    return b"%d:%s," % (len(data), data)
