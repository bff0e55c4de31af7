#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""imap.py HOST PORT NAME CAFILE: sessions of several users side by side. Standard input holds the password and then lines:
"SESSION USER" logs in; "SESSION> COMMAND" sends a command, "SESSION>FILE COMMAND" with the file as its literal. "= REGEX" must be found
in the last answer (lines joined by newlines, the tag is x) and "! REGEX" must not: else the whole answer is told, and exit status 1.
"~ REGEX" repeats the last command until it is found, for 20 seconds."""
import re
import socket
import ssl
import sys
import time

host, port, name, ca = sys.argv[1:5]
password = sys.stdin.readline().rstrip("\n")
context = ssl.create_default_context(cafile=ca)


class Session:
    def __init__(self):
        sock = socket.create_connection((host, int(port)), 20)
        self.stream = context.wrap_socket(sock, server_hostname=name).makefile("rwb")
        self.line()

    def line(self):
        line = self.stream.readline().decode("utf-8", "replace")
        if not line:
            sys.exit("connection closed")
        return line

    def send(self, data):
        self.stream.write(data)
        self.stream.flush()

    def command(self, text, literal=None):
        answer = []
        if literal is not None:
            text = f"{text} {{{len(literal)}}}"
        self.send(f"x {text}\r\n".encode())
        while True:
            answer.append(self.line().rstrip("\r\n"))
            if answer[-1].startswith("x "):
                return "\n".join(answer)
            if answer[-1].startswith("+") and literal is not None:
                self.send(literal + b"\r\n")
                literal = None


def wanted(regex, answer):
    return re.search(regex, answer, re.MULTILINE) is not None


sessions = {}
last = answer = ""
for number, request in enumerate(sys.stdin, 2):
    request = request.rstrip("\n")
    head, _, rest = request.partition(" ")
    who, mark, file = head.partition(">")
    if not request or request.startswith("#"):
        continue
    if head == "~":
        end = time.monotonic() + 20
        while not wanted(rest, answer) and time.monotonic() < end:
            time.sleep(0.1)
            answer = sessions[last[0]].command(last[1])
    if head in ("=", "!", "~"):
        if wanted(rest, answer) == (head == "!"):
            sys.exit(f"line {number}: {request}\nanswer to {' '.join(last)}:\n{answer}")
    elif mark:
        last = (who, rest)
        answer = sessions[who].command(rest, open(file, "rb").read() if file else None)
    else:
        last = (who, "LOGIN")
        sessions[who] = Session()
        answer = sessions[who].command(f'LOGIN "{rest}" "{password}"')
        if not wanted("^x OK", answer):
            sys.exit(f"line {number}: {request}\n{answer}")
