#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""foreign.py FOLDER: mail servers and policy hosts of other people, for tests.

FOLDER/servers.json is a list of {"address", "port", "kind": "smtp"|"https", "cert": NAME or null}; smtp
also "wrap" (TLS first) and "login" ("user:password", without which no mail is taken). NAME.pem in FOLDER
is a certificate and its key, read anew for each connection. What is taken stands in FOLDER/mail, one
JSON object a line. A recipient that begins with "unknown" is refused. A policy host serves FOLDER/www.
"""
import asyncio
import base64
import json
import os
import ssl
import sys

FOLDER = sys.argv[1]


def context(name):
    """The TLS side of a server."""
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    c.load_cert_chain(os.path.join(FOLDER, name + ".pem"))
    return c


class Session:
    """One SMTP connection."""

    def __init__(self, server, reader, writer):
        self.server, self.reader, self.writer = server, reader, writer
        self.tls, self.user = bool(server.get("wrap")), None
        self.sender, self.recipients = None, []

    def say(self, text):
        self.writer.write(text.encode() + b"\r\n")

    async def line(self):
        line = await self.reader.readline()
        if not line:
            raise ConnectionResetError
        return line.decode("utf-8", "replace").rstrip("\r\n")

    async def run(self):
        self.say("220 foreign.test ESMTP")
        while True:
            line = await self.line()
            verb = line.split(" ")[0].upper()
            if verb == "QUIT":
                self.say("221 bye")
                return
            await getattr(self, "do_" + verb.lower(), self.other)(line)
            await self.writer.drain()

    async def other(self, _):
        self.say("250 fine")

    async def do_ehlo(self, _):
        more = ["250-foreign.test"]
        if self.server.get("cert") and not self.tls:
            more.append("250-STARTTLS")
        if self.server.get("login"):  # also without TLS: a server that tempts
            more.append("250-AUTH PLAIN LOGIN")
        self.say("\r\n".join(more + ["250 8BITMIME"]))

    async def do_starttls(self, _):
        self.say("220 go")
        await self.writer.drain()
        await self.writer.start_tls(context(self.server["cert"]))
        self.tls = True

    async def do_auth(self, line):
        text = base64.b64decode(line.split(" ")[2]).decode()
        self.user = ":".join(text.split("\0")[1:])
        good = self.user == self.server["login"]
        with open(os.path.join(FOLDER, "logins"), "a", encoding="utf-8") as f:
            f.write("%s %s tls=%s\n" % (self.server["address"], self.user, self.tls))
        self.say("235 welcome" if good else "535 5.7.8 wrong")
        self.user = self.user if good else None

    async def do_mail(self, line):
        self.sender, self.recipients = line.split("<")[1].split(">")[0], []
        self.say("530 5.7.0 log in first" if self.server.get("login") and not self.user else "250 fine")

    async def do_rcpt(self, line):
        to = line.split("<")[1].split(">")[0]
        if to.startswith("unknown"):
            self.say("550 5.1.1 no such user here")
            return
        self.recipients.append(to)
        self.say("250 fine")

    async def do_data(self, _):
        self.say("354 go")
        await self.writer.drain()
        text = []
        while (line := await self.line()) != ".":
            text.append(line)
        mail = {"server": self.server["address"], "port": self.server["port"], "from": self.sender,
                "to": self.recipients, "tls": self.tls, "user": self.user, "text": "\n".join(text)}
        with open(os.path.join(FOLDER, "mail"), "a", encoding="utf-8") as f:
            f.write(json.dumps(mail) + "\n")
        self.say("250 taken")


async def smtp(server, reader, writer):
    try:
        await Session(server, reader, writer).run()
    except (OSError, ssl.SSLError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def https(_, reader, writer):
    """FOLDER/www/HOST is the whole answer."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        host = next(x.split(" ")[1] for x in head.split("\r\n") if x.lower().startswith("host: "))
        with open(os.path.join(FOLDER, "www", os.path.basename(host)), "rb") as f:
            writer.write(f.read())
        await writer.drain()
    except (OSError, ssl.SSLError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main():
    with open(os.path.join(FOLDER, "servers.json"), encoding="utf-8") as f:
        servers = json.load(f)
    for server in servers:
        handle = smtp if server["kind"] == "smtp" else https
        await asyncio.start_server(
            lambda r, w, s=server, h=handle: h(s, r, w), server["address"], server["port"],
            ssl=context(server["cert"]) if server["kind"] == "https" or server.get("wrap") else None)
    with open(os.path.join(FOLDER, "pid"), "w", encoding="utf-8") as f:
        f.write(str(os.getpid()))
    await asyncio.Event().wait()


asyncio.run(main())
