# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# TLS as others see it, against the list of internet.nl and NCSC-NL (2025-05): only what is "good" or
# "sufficient" there. sslscan asks; what it cannot (STARTTLS of ManageSieve, Extended Master Secret) openssl
# does. For scripts that have sourced lib.sh.

# in the order in which the server must prefer them, apart from those of the other kind of key
TLS13='TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256 TLS_AES_128_GCM_SHA256'
TLS12='ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA-CHACHA20-POLY1305 ECDHE-ECDSA-AES128-GCM-SHA256'
CURVES='x25519 x448 secp256r1 secp384r1 secp521r1'

# judge NAME: the XML of sslscan in $T/scan-NAME.xml
judge() {
    python3 - "$T/scan-$1.xml" "$TLS13" "$TLS12" "$CURVES" <<'END' || fail "$1: see above"
import sys, xml.etree.ElementTree as tree
t = tree.parse(sys.argv[1]).getroot().find("ssltest")
assert t is not None, "no TLS was found"
bad = []
on = {p.get("type") + p.get("version") for p in t.findall("protocol") if p.get("enabled") == "1"}
if on != {"tls1.2", "tls1.3"}:
    bad.append(f"versions: {sorted(on)}")
for version, allowed in (("TLSv1.3", sys.argv[2].split()), ("TLSv1.2", sys.argv[3].split())):
    have = [c.get("cipher") for c in t.findall("cipher") if c.get("sslversion") == version]
    if have != allowed:
        bad.append(f"{version}: {have}, not {allowed}")
other = {c.get("sslversion") for c in t.findall("cipher")} - {"TLSv1.3", "TLSv1.2"}
groups = {g.get("name").split()[0] for g in t.findall("group")}
for g in sorted(groups - set(sys.argv[4].split())):
    bad.append(f"group {g}")
if not groups or other:
    bad.append(f"groups {groups}, versions {other}")
if t.find("compression") is not None and t.find("compression").get("supported") != "0":
    bad.append("compression")
if t.find("renegotiation") is None or t.find("renegotiation").get("supported") != "0":
    bad.append("clients may renegotiate")
for h in t.findall("heartbleed"):
    if h.get("vulnerable") != "0":
        bad.append("heartbleed")
print("\n".join(bad), file=sys.stderr)
sys.exit(bool(bad))
END
}

scan() { # scan NAME PORT [STARTTLS]
    rm -f "$T/scan-$1.xml"
    client timeout 100 sslscan --no-colour --timeout=8 --sni-name=$HOST ${3:+--starttls-$3} --xml="$T/scan-$1.xml" \
        $H4:"$2" >"$T/out" 2>&1 || fail "$1: sslscan"
    judge "$1"
}

# tls_to PORT STARTTLS ARG...: what openssl says is in $T/tls-PORT
tls_to() {
    client timeout 15 openssl s_client -connect $H4:"$1" ${2:+-starttls $2} -servername $HOST -CAfile "$CA" "${@:3}" \
        >"$T/tls-$1" 2>&1
}
# refuses_renegotiation PORT STARTTLS: a client that asks for it is not served
refuses_renegotiation() {
    local pid=
    rm -f "$T/ask" && mkfifo "$T/ask"
    tls_to "$1" "$2" -tls1_2 <"$T/ask" & pid=$!
    exec 4>"$T/ask"
    must_wait 15 grep -q 'Extended master secret' "$T/tls-$1"
    # a greeting that comes in between would be an error of another kind
    [ -n "$2" ] || [ "$1" = "$HTTPS" ] || must_wait 15 grep -qE '^(220|\* OK|\+OK)' "$T/tls-$1"
    echo R >&4
    wait_for 20 grep -qE 'no renegotiation|alert|handshake failure|unexpected eof' "$T/tls-$1" || true
    exec 4>&-
    wait $pid || true
    grep -q 'RENEGOTIATING' "$T/tls-$1" || fail "port $1: was not asked"
    grep -qE 'no renegotiation|alert|handshake failure|unexpected eof' "$T/tls-$1" ||
        { tail -n 5 "$T/tls-$1" >&2; fail "port $1: renegotiates"; }
}
has_ems() {
    tls_to "$1" "$2" -tls1_2 </dev/null || true
    grep -q 'Extended master secret: yes' "$T/tls-$1" || fail "port $1: no Extended Master Secret"
    grep -q 'Secure Renegotiation IS supported' "$T/tls-$1" || fail "port $1: no secure renegotiation (RFC 5746)"
    grep -q 'Verification: OK' "$T/tls-$1" || fail "port $1: the certificate"
    grep -q 'Server public key is 256 bit' "$T/tls-$1" || fail "port $1: not P-256"
    grep -q 'Compression: NONE' "$T/tls-$1" || fail "port $1: compression"
}
# signs_well PORT STARTTLS: the key exchange is signed with SHA-2 of 256 bits and more, whatever the client asks for
signs_well() {
    local hash
    for hash in SHA1 SHA224; do
        no tls_to "$1" "$2" -tls1_2 -sigalgs "ECDSA+$hash:RSA+$hash" -cipher 'ALL:@SECLEVEL=0' </dev/null
        grep -q 'alert handshake failure' "$T/tls-$1" || { tail -n 5 "$T/tls-$1" >&2; fail "port $1: signs with $hash"; }
    done
    for hash in SHA256 SHA384 SHA512; do
        tls_to "$1" "$2" -tls1_2 -sigalgs "ECDSA+$hash" </dev/null || fail "port $1: does not sign with $hash"
    done
}
