#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""dkim_verify.py MESSAGE RECORDS DOMAIN: print the selectors that signed MESSAGE.

Each DKIM signature must verify with the TXT records of RECORDS (`mailstead dns records --json`), and be made for DOMAIN.
"""
import json
import re
import sys

import dkim

with open(sys.argv[1], "rb") as f:
    message = f.read()
with open(sys.argv[2], encoding="utf-8") as f:
    records = {r["name"].rstrip("."): r["value"] for r in json.load(f)["records"] if r["type"] == "TXT"}


def txt(name, timeout=5):
    return records.get(name.decode().rstrip(".").lower(), "").encode()


selectors = []
for i in range(len(re.findall(rb"(?mi)^DKIM-Signature:", message))):
    d = dkim.DKIM(message)
    if not d.verify(idx=i, dnsfunc=txt):
        sys.exit(f"signature {i} does not verify")
    selector = d.signature_fields[b"s"].decode()
    if d.signature_fields[b"d"].decode() != sys.argv[3]:
        sys.exit(f"{selector}: signed for another domain")
    if not d.signature_fields[b"a"].decode().startswith(selector.rsplit("-", 1)[1]):
        sys.exit(f"{selector}: signed by another algorithm")
    selectors.append(selector)
print(*sorted(selectors))
