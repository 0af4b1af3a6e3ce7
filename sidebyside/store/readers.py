"""Keyed connections for reading, lent to one thread at a time and kept for the next."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from sidebyside.store.connection import connect, snapshot
from sidebyside.store.faults import CLOSED, StoreFailed

_KEPT = 4


class Readers:
    """Lends reading connections to any thread; opens one (2 ms) when none is free."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key
        self._gate = threading.Lock()
        self._free: list[Database] = []
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[Database]:
        """One unchanging view of the library, which no writer disturbs.

        Raises:
            StoreFailed: the library is closed.
        """
        with self._gate:
            if self._closed:
                raise StoreFailed(CLOSED)
            db = self._free.pop() if self._free else None
        if db is None:
            db = connect(self._path, self._key, read_only=True, any_thread=True)
        try:
            with snapshot(db):
                yield db
        finally:
            self._take_back(db)

    def close(self) -> None:
        """Closes what is free; what is lent is closed when it comes back."""
        with self._gate:
            self._closed = True
            free, self._free = self._free, []
        for db in free:
            db.close()

    def _take_back(self, db: Database) -> None:
        with self._gate:
            if not self._closed and len(self._free) < _KEPT:
                self._free.append(db)
                return
        db.close()
