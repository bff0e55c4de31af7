# SPDX-License-Identifier: Apache-2.0
"""The policies that were fetched, in a file that survives restarts. Used by many threads."""
import contextlib
import json
import sqlite3
import threading
from typing import NamedTuple

import policy

ENTRIES_MAX = 50000  # domains; the oldest go first


class Entry(NamedTuple):
    """A policy as it was fetched."""

    record: str  # the id of the TXT record then
    fetched: int  # seconds since the epoch
    policy: policy.Policy


class Store:
    """domain -> Entry, for as long as the policy's max_age."""

    def __init__(self, path):
        self._lock = threading.Lock()
        try:
            self._db = self._open(path)
        except sqlite3.DatabaseError:  # damaged: it is a cache
            with open(path, "wb"):
                pass
            self._db = self._open(path)

    @staticmethod
    def _open(path):
        db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        db.execute("PRAGMA quick_check")
        db.execute(
            "CREATE TABLE IF NOT EXISTS policy (domain TEXT PRIMARY KEY, record TEXT, fetched INTEGER,"
            " expires INTEGER, mode TEXT, max_age INTEGER, mx TEXT)"
        )
        return db

    def _rows(self, text, *values):
        with self._lock, contextlib.closing(self._db.execute(text, values)) as rows:
            return rows.fetchall()

    def get(self, name, now):
        """The entry of the domain, None when there is none or its time is over."""
        rows = self._rows(
            "SELECT record, fetched, mode, max_age, mx FROM policy WHERE domain = ? AND expires > ?", name, now
        )
        for record, fetched, mode, max_age, mx in rows:
            return Entry(record, fetched, policy.Policy(mode, max_age, tuple(json.loads(mx))))
        return None

    def put(self, name, entry):
        """Keep what was fetched."""
        p = entry.policy
        self._rows(
            "REPLACE INTO policy VALUES (?, ?, ?, ?, ?, ?, ?)",
            name, entry.record, entry.fetched, entry.fetched + p.max_age, p.mode, p.max_age, json.dumps(p.mx),
        )

    def due(self, now):
        """[(domain, record id)] of what was fetched a day ago, or has used up half its time."""
        return self._rows(
            "SELECT domain, record FROM policy WHERE expires > ? AND fetched + MIN(86400, max_age / 2) < ?"
            " ORDER BY fetched LIMIT 1000", now, now,
        )

    def clean(self, now):
        """Forget what is over, and the oldest of too many."""
        self._rows("DELETE FROM policy WHERE expires <= ?", now)
        self._rows(
            "DELETE FROM policy WHERE domain IN (SELECT domain FROM policy ORDER BY fetched DESC"
            " LIMIT -1 OFFSET ?)", ENTRIES_MAX,
        )
