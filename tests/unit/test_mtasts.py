#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The texts of MTA-STS (images/mtasts/policy.py) and the store of policies. Prints TAP."""
import os
import random
import sys
import tempfile
import traceback

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../images/mtasts"))
import policy  # noqa: E402
import store  # noqa: E402

GOOD = b"version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n"


def refused(function, *arguments):
    """Whether it raises ValueError."""
    try:
        function(*arguments)
    except ValueError:
        return True
    return False


def test_policy():
    p = policy.parse(GOOD)
    assert p == policy.Policy("enforce", 604800, ("mail.example.com", "*.example.net"))
    assert policy.parse(GOOD.replace(b"\r\n", b"\n")) == p
    assert policy.parse(GOOD.replace(b": ", b"  :\t ").replace(b"mail", b"MAIL")) == p
    assert policy.parse(b"\n" + GOOD + b"\nextra: x: y\n") == p
    # the first of a field counts
    assert policy.parse(GOOD + b"mode: none\nmax_age: 1\n") == p
    # without mx only in mode none
    assert policy.parse(b"version: STSv1\nmode: none\nmax_age: 0\n") == policy.Policy("none", 0, ())
    assert policy.parse(b"version: STSv1\nmode: testing\nmax_age: 9999999999\nmx: a.test\n").max_age == policy.AGE_MAX


def test_policy_refused():
    for text in (
        b"", b"\r\n", b"<html>", GOOD.replace(b"STSv1", b"STSv2"), GOOD.replace(b"version", b"verses"),
        GOOD.replace(b"enforce", b"Enforce"), GOOD.replace(b"mode", b"node"), GOOD.replace(b"604800", b"-1"),
        GOOD.replace(b"604800", b"12345678901"), GOOD.replace(b"604800", b"1e3"), GOOD.replace(b"max_age", b"age"),
        GOOD.replace(b"mx", b"my"), GOOD.replace(b"*.example.net", b"*"), GOOD.replace(b"*.example.net", b"*.*.net"),
        GOOD.replace(b"*.example.net", b"mx.*.net"), GOOD.replace(b"mail.", b"mail} "), GOOD.replace(b"mail.", b"ma:il."),
        GOOD.replace(b"mail.example.com", b"192.0.2.1"), GOOD.replace(b"mail", b"\xff"), GOOD.replace(b"mail", b"a" * 64),
        GOOD + b"no colon\n", GOOD + b"\x00: x\n", GOOD + b"mx: a.test\n" * policy.PATTERNS_MAX,
        GOOD + b"a: " + b"x" * policy.POLICY_MAX,
    ):
        assert refused(policy.parse, text), text[:100]


def test_record():
    for records, wanted in (
        ([b"v=STSv1; id=20260101T000000;"], "20260101T000000"), ([b"v=STSv1;id=a"], "a"), ([b"v=STSv1 ; x=y ; id=b ;"], "b"),
        ([b"other", b"v=STSv1; id=c"], "c"), ([b"v=STSv1; id=d; id=e"], "d"), ([], None), ([b""], None),
        ([b"v=STSv1; id=1", b"v=STSv1; id=1"], None), ([b"v=STSv1"], None), ([b"v=STSv1; id="], None),
        ([b"v=STSv1; id=a-b"], None), ([b"v=STSv1; id=" + b"a" * 33], None), ([b"v=STSv2; id=1"], None),
        ([b"v=STSv10; id=1"], None), ([b" v=STSv1; id=1"], None), ([b"id=1; v=STSv1"], None), ([b"v=STSv1; id=\xff"], None),
        ([b"v=STSv1; id=a\n"], None),
    ):
        assert policy.record_id(records) == wanted, records


def test_domain():
    for name in ("example.com", "EXAMPLE.com", "a.b.c.example", "xn--bcher-kva.example", "_x.example"):
        assert policy.domain(name) == name.lower()
    for name in (
        "", ".", "com", ".example.com", "example.com.", "a..b", "-a.test", "a-.test", "[192.0.2.1]", "192.0.2.1",
        "a.test:25", "a b.test", "a.test\n", "b\u00fccher.test", "a" * 64 + ".test", "a." * 127 + "test", "mail.test/x",
    ):
        assert refused(policy.domain, name), name


def test_tls_policy():
    text = policy.tls_policy("example.com", policy.parse(GOOD))
    assert text == (
        "secure match=mail.example.com:.example.net servername=hostname policy_type=sts policy_domain=example.com"
        " mx_host_pattern=mail.example.com mx_host_pattern=*.example.net"
    )


def test_netstring():
    assert policy.request(b"18:mtasts example.com,rest") == ("example.com", 22)
    assert policy.request(b"9:mtasts  x,") == (" x", 12)
    whole = b"18:mtasts example.com,"
    for n in range(len(whole)):
        assert policy.request(whole[:n]) == (None, 0)
    for data in (b"x", b":", b"-1:x,", b"99999:", b"1025:x", b"3:a bx", b"6:nospac,", b"2: x,", b"18;mtasts example.com,", b"\xff"):
        assert refused(policy.request, data), data
    assert policy.reply("NOTFOUND ") == b"9:NOTFOUND ,"


def test_anything():
    """Whatever comes, the answer is a value or ValueError, and an accepted policy can be told to Postfix."""
    r = random.Random(8461)
    pieces = [b"version: STSv1", b"mode: ", b"enforce", b"mx: ", b"*.", b"a.test", b"max_age: ", b"86400", b"\r\n", b"\n", b":", b",",
              b" ", b"\0", b"\xc3\xbc", b"9" * 12, b"v=STSv1;", b"id=", b"1:a,", b"18:mtasts example.com,", b"}", b"{", b"="]
    for _ in range(20000):
        data = b"".join(r.choice(pieces) for _ in range(r.randrange(12)))
        if r.random() < 0.3:
            data = bytes(b if r.random() > 0.05 else r.randrange(256) for b in GOOD + data)
        for function in (policy.parse, policy.request, lambda d: policy.domain(d.decode("latin-1"))):
            try:
                value = function(data)
            except ValueError:
                continue
            if isinstance(value, policy.Policy) and value.mx:
                text = policy.tls_policy("example.com", value)
                assert text.isascii() and text.isprintable() and not set(text) & set("{},;\"'\\"), text
        record = policy.record_id([data])
        assert record is None or record.isalnum()


def test_store():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "policies.db")
        s = store.Store(path)
        p = policy.parse(GOOD)
        assert s.get("a.test", 1000) is None
        s.put("a.test", store.Entry("1", 1000, p))
        s.put("b.test", store.Entry("1", 1000, policy.Policy("testing", 100, ("x.test",))))
        s = store.Store(path)  # after a restart
        assert s.get("a.test", 1000) == store.Entry("1", 1000, p)
        assert s.get("a.test", 1000 + 604799) and not s.get("a.test", 1000 + 604800)
        assert s.due(1040) == [] and s.due(1060) == [("b.test", "1")]
        assert s.due(1000 + 86401) == [("a.test", "1")]
        s.put("a.test", store.Entry("2", 2000, p))
        assert s.get("a.test", 2001).record == "2"
        s.clean(1000 + 101)
        assert s.get("b.test", 1001) is None and s.get("a.test", 2001)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "policies.db")
        with open(path, "wb") as f:
            f.write(b"no database" * 1000)
        s = store.Store(path)
        s.put("a.test", store.Entry("1", 1000, p))
        assert s.get("a.test", 1001)


def main():
    bad = 0
    for name, function in [x for x in globals().items() if x[0].startswith("test_")]:
        try:
            function()
            print("ok", name)
        except Exception:
            print("not ok", name)
            traceback.print_exc(file=sys.stdout)
            bad = 1
    return bad


sys.exit(main())
