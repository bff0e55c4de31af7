#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""managesieve.py HOST PORT NAME CAFILE USER put SCRIPT FILE | activate SCRIPT | delete SCRIPT | list: one command over STARTTLS
(RFC 5804). The password is read from standard input, the own address from SOURCE if it is set; what the server says goes to standard output; exit status 1 when it says NO."""
import base64
import os
import socket
import ssl
import sys

host, port, name, ca, user, verb = sys.argv[1:7]
script = sys.argv[7] if len(sys.argv) > 7 else None
password = sys.stdin.readline().rstrip("\n")
sock = socket.create_connection((host, int(port)), 15, (os.environ["SOURCE"], 0) if "SOURCE" in os.environ else None)
stream = sock.makefile("rwb")


def answer():
    while True:
        line = stream.readline().decode()
        if not line:
            sys.exit("connection closed")
        print(line.rstrip())
        if line.startswith(("OK", "NO", "BYE")):
            return line.startswith("OK")


def say(data):
    stream.write(data)
    stream.flush()
    if not answer():
        sys.exit(1)


answer()
say(b"STARTTLS\r\n")
sock = ssl.create_default_context(cafile=ca).wrap_socket(sock, server_hostname=name)
stream = sock.makefile("rwb")
answer()
token = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
say(f'AUTHENTICATE "PLAIN" "{token}"\r\n'.encode())
if verb == "put":
    body = open(sys.argv[8], "rb").read()
    say(f'PUTSCRIPT "{script}" {{{len(body)}+}}\r\n'.encode() + body + b"\r\n")
elif verb == "list":
    say(b"LISTSCRIPTS\r\n")
elif verb == "activate":
    say(f'SETACTIVE "{script}"\r\n'.encode())
else:
    say(f'DELETESCRIPT "{script}"\r\n'.encode())
