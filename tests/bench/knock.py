#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""knock.py HOST PORT SECONDS: connect every 20 ms, wait for the greeting, close. Prints how many
connections there were, how many were refused or cut before the greeting, and the longest wait."""
import socket
import sys
import threading
import time

host, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
results, lock = [], threading.Lock()


def knock():
    begin = time.monotonic()
    outcome = "cut"
    try:
        with socket.create_connection((host, port), timeout=30) as s:
            if s.recv(64):
                outcome = "greeted"
                s.sendall(b"QUIT\r\n")
                s.recv(64)
    except ConnectionRefusedError:
        outcome = "refused"
    except OSError:
        pass
    with lock:
        results.append((outcome, time.monotonic() - begin))


threads = []
end = time.monotonic() + seconds
while time.monotonic() < end:
    t = threading.Thread(target=knock)
    t.start()
    threads.append(t)
    time.sleep(0.02)
for t in threads:
    t.join()
count = {k: sum(1 for r in results if r[0] == k) for k in ("greeted", "refused", "cut")}
print(
    f"{len(results)} connections, {count['refused']} refused, {count['cut']} cut before the greeting, "
    f"longest wait {max(r[1] for r in results):.2f} s"
)
sys.exit(0 if count["greeted"] == len(results) else 1)
