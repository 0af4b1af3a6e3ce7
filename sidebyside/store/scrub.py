"""Makes deleted words go from the file itself: the index's inner nodes, freed space, the write-ahead log.

`secure_delete` zeroes a deleted row, but a row that the database had moved between pages before may, rarely, have
left a copy in a page's unused middle. Only writing the file anew is sure to drop those.
"""

from __future__ import annotations

from enum import IntEnum

from sqlite_utils import Database

from sidebyside.errors import SideBySideError
from sidebyside.store import words
from sidebyside.store.connection import number, run, size, truncate_log
from sidebyside.store.faults import wording

AT_ONCE_BYTES = 16 * 1024 * 1024
"""Up to this size (some fifty hours heard) the file is written anew before a deletion is acknowledged, a larger one
as soon as the writer has nothing else to do: notes under way should not wait for it."""

_WAIT_MS = 250
_META = "scrub"


class Need(IntEnum):
    """How much is to be written anew, each including those before."""

    NOTHING = 0
    LOG = 1
    """The write-ahead log is emptied."""
    PAGES = 2
    """The file is written anew."""
    INDEX = 3
    """The index of words is built anew first."""


class Scrubber:
    """What is still to be scrubbed; used by the writer's thread alone.

    The need is stored together with the deletion, so that a crash in between is made good at the next start.
    """

    def __init__(self) -> None:
        self._asked = Need.NOTHING
        self._at_once = False
        self._need = Need.LOG  # The log of a crash may hold anything.

    @property
    def pending(self) -> bool:
        """Whether something deleted may still be found in the file by someone who has its key."""
        return self._need > Need.NOTHING

    def recall(self, db: Database) -> None:
        """Takes up what an earlier run left undone, and does it."""
        self._need = max(self._need, Need(int(number(db, "SELECT value FROM meta WHERE name = ?", (_META,)))))
        self._scrub(db)

    def ask(self, db: Database, need: Need, *, at_once: bool = False) -> None:
        """Called within the transaction that deletes: `at_once` scrubs before it is acknowledged."""
        self._asked = max(self._asked, need)
        self._at_once = self._at_once or at_once
        if need >= Need.PAGES:
            run(
                db,
                "INSERT INTO meta (name, value) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
                (_META, str(int(need))),
            )

    def committed(self, db: Database) -> None:
        """The transaction is on disk: scrub what cannot wait."""
        self._need, at_once = max(self._need, self._asked), self._at_once
        self._asked, self._at_once = Need.NOTHING, False
        if at_once and (self._need < Need.PAGES or size(db) <= AT_ONCE_BYTES):
            self._scrub(db)
        elif at_once:
            self._empty_log(db)

    def rolled_back(self) -> None:
        """The transaction did not happen, nor did what it asked for."""
        self._asked, self._at_once = Need.NOTHING, False

    def idle(self, db: Database) -> None:
        """The writer has nothing to do: scrub what is left."""
        self._scrub(db)

    def _scrub(self, db: Database) -> None:
        # A full disk or a reader in the way leaves the need standing: the rows are gone, the rest is tried again.
        try:
            with wording():
                if self._need >= Need.INDEX:
                    with db.atomic():
                        words.rebuild(db)
                if self._need >= Need.PAGES:
                    run(db, "VACUUM")
                    run(db, "DELETE FROM meta WHERE name = ?", (_META,))
                    self._need = Need.LOG
        except SideBySideError:
            return
        self._empty_log(db)

    def _empty_log(self, db: Database) -> None:
        try:
            with wording():
                emptied = truncate_log(db, _WAIT_MS)
        except SideBySideError:
            return
        if emptied and self._need == Need.LOG:
            self._need = Need.NOTHING
