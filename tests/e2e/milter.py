#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""milter.py HOST PORT CLIENT FROM TO FILE: one message straight to a milter, past Postfix; prints its
last word: accept, discard, tempfail, reject or its reply."""
import socket
import struct
import sys

host, port, client, sender, recipient, file = sys.argv[1:]
words = {b'a': 'accept', b'c': 'accept', b'd': 'discard', b't': 'tempfail', b'r': 'reject'}
conn = socket.create_connection((host, int(port)), 60)


def send(kind, data=b''):
    conn.sendall(struct.pack('>I', len(data) + 1) + kind + data)


def read(n):
    data = b''
    while len(data) < n:
        part = conn.recv(n - len(data))
        if not part:
            sys.exit('the milter ended the connection')
        data += part
    return data


def answer():
    while True:
        packet = read(struct.unpack('>I', read(4))[0])
        if packet[:1] not in b'phm+-i2':  # progress and changes of the message
            return packet


def ask(kind, data=b''):
    send(kind, data)
    packet = answer()
    if packet[:1] != b'c' or kind == b'E':
        print(packet[1:].rstrip(b'\0').decode() if packet[:1] == b'y' else words[packet[:1]])
        sys.exit()


send(b'O', struct.pack('>III', 6, 0x1ff, 0))
answer()
send(b'D', b'Cj\0mail.e2e.test\0')
ask(b'C', b'mx.sender.test\0004' + struct.pack('>H', 40000) + client.encode() + b'\0')
ask(b'H', b'mx.sender.test\0')
send(b'D', b'Mi\0DIRECT\0')
ask(b'M', b'<' + sender.encode() + b'>\0')
ask(b'R', b'<' + recipient.encode() + b'>\0')
head, body = open(file, 'rb').read().split(b'\r\n\r\n', 1)
for line in head.split(b'\r\n'):
    name, value = line.split(b':', 1)
    ask(b'L', name + b'\0' + value.strip() + b'\0')
ask(b'N')
ask(b'B', body)
ask(b'E')
