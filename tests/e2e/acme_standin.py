#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An ACME authority (RFC 8555) that never signs: acme_standin.py limits|breaks|hangs ADDRESS PORT.

limits: it takes accounts and refuses orders with 429 and Retry-After; breaks: orders fail with 500;
hangs: no request is answered.
"""
import http.server
import json
import sys
import time

KIND, ADDRESS, PORT = sys.argv[1], sys.argv[2], int(sys.argv[3])
BASE = f"http://{ADDRESS}:{PORT}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    count = 0

    def answer(self, status, body, **headers):
        Handler.count += 1
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Replay-Nonce", f"nonce{Handler.count}")
        self.send_header("Content-Type", "application/json" if status < 400 else "application/problem+json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def do_GET(self):
        if KIND == "hangs":
            time.sleep(3600)
        self.answer(200, {"newNonce": BASE + "/nonce", "newAccount": BASE + "/account", "newOrder": BASE + "/order",
                          "revokeCert": BASE + "/revoke", "keyChange": BASE + "/change", "meta": {}})

    do_HEAD = do_GET

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/account"):
            self.answer(201, {"status": "valid"}, Location=BASE + "/account/1")
        elif KIND == "limits":
            self.answer(429, {"type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many orders, \"please\" wait"},
                        Retry_After="7200")
        else:
            self.answer(500, {"type": "urn:ietf:params:acme:error:serverInternal", "detail": "out of order"})


http.server.ThreadingHTTPServer((ADDRESS, PORT), Handler).serve_forever()
