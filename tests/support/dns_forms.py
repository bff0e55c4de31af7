#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""dns_forms.py DIR: what other programs read in the printed forms of the DNS records is what records.json says.

Zone files go through dnspython and the checkers of BIND, NSD and Knot, YAML through PyYAML, JavaScript through
Duktape with functions that note their arguments, HCL through a reader of the little that is used of it. What is
not installed is left out; exit status 77 when that is everything.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

try:
    import dns.zone
    import yaml
except ImportError:
    sys.exit(77)

DIR = sys.argv[1]
SOA = "@ 60 IN SOA ns.test. root.test. 1 60 60 60 60\n@ 60 IN NS ns.test.\n"
problems = []


def text(name):
    with open(os.path.join(DIR, name), encoding="utf-8") as f:
        return f.read()


def compare(what, want, got):
    for row in sorted(want - got):
        problems.append(f"{what}: not there: {row}")
    for row in sorted(got - want):
        problems.append(f"{what}: too much: {row}")


RECORDS = [r for r in json.loads(text("records.json"))["records"] if not r["foreign"]]
ZONES = sorted({r["zone"] for r in RECORDS})


def wanted(zone=None):
    return {(r["name"], r["type"], r["ttl"], r["value"]) for r in RECORDS if zone in (None, r["zone"])}


def is_in(line, zone):
    owner = line.split(" ")[0]
    return owner == zone + "." or owner.endswith("." + zone + ".")


def value_of(kind, rdata):
    if kind == "TXT":
        assert all(len(s) <= 255 for s in rdata.strings), "a string of more than 255 bytes"
        return b"".join(rdata.strings).decode()
    return rdata.to_text()


def zone_file(what, zone, lines):
    body = SOA + "".join(lines)
    got = set()
    for name, ttl, rdata in dns.zone.from_text(body, zone + ".", relativize=False).iterate_rdatas():
        kind = dns.rdatatype.to_text(rdata.rdtype)
        if kind not in ("SOA", "NS"):
            got.add((name.to_text(), kind, ttl, value_of(kind, rdata)))
    compare(what, wanted(zone), got)
    with tempfile.NamedTemporaryFile("w", suffix=".zone") as f:
        f.write("$ORIGIN " + zone + ".\n" + body)
        f.flush()
        for argv in (
            ["named-checkzone", "-i", "none", "-k", "fail", "-r", "fail", zone, f.name],
            ["nsd-checkzone", zone, f.name],
            ["kzonecheck", "-o", zone + ".", f.name],
        ):
            if shutil.which(argv[0]):
                done = subprocess.run(argv, capture_output=True, text=True, check=False)
                if done.returncode:
                    problems.append(f"{what}: {argv[0]}: {done.stdout}{done.stderr}")


def zone_files():
    for zone in ZONES:
        inside = [line for line in text("zone.txt").splitlines(True) if is_in(line, zone)]
        zone_file("zone.txt " + zone, zone, [line for line in inside if not deeper(line, zone)])
    zone_file("cloudflare.txt", "example.org", text("cloudflare.txt").splitlines(True))
    for line in text("cloudflare.txt").splitlines():
        proxied = line.endswith("; cf_tags=cf-proxied:false")
        if proxied != (line.split(" ")[3] in ("A", "AAAA", "CNAME")):
            problems.append("cloudflare.txt: " + line)


def deeper(line, zone):
    return any(len(z) > len(zone) and is_in(line, z) for z in ZONES)


ORDER = {
    "MX": ("preference", "exchange"),
    "SRV": ("priority", "weight", "port", "target"),
    "TLSA": ("certificate_usage", "selector", "matching_type", "certificate_association_data"),
}


def presentation(kind, value, order):
    if kind == "CAA":
        return '%d %s "%s"' % (value["flags"], value["tag"], value["value"])
    return " ".join(str(value[k]) for k in order[kind]) if kind in order else value


def natural(name):
    return [(int(p) if p.isdigit() else p) for p in re.split(r"(\d+)", name)]


def octodns():
    got = set()
    body = text("octodns.yaml")
    titles = re.findall(r"^# (.*)\.yaml$", body, re.M)
    for zone, document in zip(titles, yaml.safe_load_all(body), strict=True):
        if list(document) != sorted(document, key=natural):
            problems.append(f"octodns.yaml: {zone}: names are not in natural order: {list(document)}")
        for name, records in document.items():
            for record in records if isinstance(records, list) else [records]:
                if list(record) != ["ttl", "type", "values"]:
                    problems.append(f"octodns.yaml: {name}: {list(record)}")
                for value in record["values"]:
                    if isinstance(value, dict) and list(value) != sorted(value):
                        problems.append(f"octodns.yaml: {name}: {list(value)}")
                    if record["type"] == "TXT":
                        if re.search(r"(?<!\\);|\\\\;", value):
                            problems.append(f"octodns.yaml: {name}: semicolons of {value}")
                        value = value.replace("\\;", ";")
                    got.add(((name + "." if name else "") + zone + ".", record["type"], record["ttl"],
                             presentation(record["type"], value, ORDER)))
    compare("octodns.yaml", wanted(), got)


STUBS = """
function TTL(n) { return {ttl: n}; }
function noted(type) { return function () { return [type].concat([].slice.call(arguments)); }; }
var A = noted("A"), AAAA = noted("AAAA"), CAA = noted("CAA"), CNAME = noted("CNAME"), MX = noted("MX"),
    SRV = noted("SRV"), TLSA = noted("TLSA"), TXT = noted("TXT");
function D_EXTEND() { print(JSON.stringify([].slice.call(arguments))); }
"""


def dnscontrol():
    if not shutil.which("duk"):
        return
    with tempfile.NamedTemporaryFile("w", suffix=".js") as f:
        f.write(STUBS + text("dnscontrol.js"))
        f.flush()
        done = subprocess.run(["duk", f.name], capture_output=True, text=True, check=False)
    if done.returncode:
        problems.append("dnscontrol.js: " + done.stderr)
    got = set()
    for line in done.stdout.splitlines():
        zone, *records = json.loads(line)
        for kind, name, *words, modifier in records:
            if kind == "CAA":
                value = '0 %s "%s"' % tuple(words)
            else:
                value = " ".join(str(w) for w in words)
            got.add(((name + "." if name != "@" else "") + zone + ".", kind, modifier["ttl"], value))
    compare("dnscontrol.js", wanted(), got)


HCL = re.compile(r'(?P<open>[\w"]+(?: +"[^"]*")*|data =) \{$|(?P<close>\})$|(?P<key>\w+) += (?P<value>.+)$')


def hcl_value(word):
    if word.startswith('"'):
        return re.sub(r"([$%])\1\{", r"\1{", json.loads(word))
    zone = re.fullmatch(r'var\.zone_ids\["(.*)"\]', word)
    return zone.group(1) if zone else int(word) if word.isdigit() else word


def terraform():
    got, labels, stack = set(), [], []
    for line in text("terraform.tf").splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        m = HCL.match(line)
        if not m:
            problems.append("terraform.tf: " + line)
        elif m["open"]:
            stack.append({})
            if m["open"].startswith("resource"):
                labels.append(m["open"])
        elif m["key"]:
            stack[-1][m["key"]] = hcl_value(m["value"])
        else:
            block = stack.pop()
            if stack:
                stack[-1]["data"] = block
            elif "content" in block or "data" in block:
                got.add(resource(block))
    if stack or len(set(labels)) != len(RECORDS):
        problems.append(f"terraform.tf: {len(set(labels))} labels")
    compare("terraform.tf", wanted(), got)


HCL_ORDER = {"SRV": ORDER["SRV"], "TLSA": ("usage", "selector", "matching_type", "certificate")}


def resource(block):
    kind = block["type"]
    if "data" in block:
        value = presentation(kind, block["data"], HCL_ORDER)
        value = value + "." if kind == "SRV" and not value.endswith(".") else value
    elif kind == "TXT":
        strings = re.findall(r'"((?:[^"\\]|\\.)*)"', block["content"])
        value = "".join(strings)
    elif kind == "MX":
        value = "%d %s." % (block["priority"], block["content"])
    else:
        value = block["content"] + ("." if kind == "CNAME" else "")
    if block["proxied"] != "false":
        problems.append("terraform.tf: proxied: " + block["name"])
    return block["name"] + ".", kind, block["ttl"], value


zone_files()
octodns()
dnscontrol()
terraform()
print("\n".join(problems))
sys.exit(1 if problems else 0)
