"""What can go wrong with the library's file, worded for a person."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sidebyside.errors import LibraryBusy, LibraryDamaged, NoSuchSession, SideBySideError


class StoreFailed(SideBySideError):
    """The disk would not take a write: full, read-only, or failing. What was acknowledged before is kept."""


DAMAGED = (
    "The library's file is damaged and cannot be read in full. Nothing was changed. "
    "Put back a copy from your backup, or move the file away to start a new library."
)
BUSY = "Another program is holding the library's file. Nothing was changed. Close it and try again."
CLOSED = "The library is closed already, so this was not kept."

_FAILED = {
    sqlite3.SQLITE_FULL: (
        "The disk is full, so the last change was not kept; everything before it is. Free some space and try again."
    ),
    sqlite3.SQLITE_READONLY: (
        "The library cannot be written to, so the last change was not kept; everything before it is. "
        "Check that its folder belongs to you."
    ),
    sqlite3.SQLITE_IOERR: (
        "The disk reported an error, so the last change was not kept; everything before it is. "
        "Copy the library's folder to another disk."
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "The library's file could not be opened. Nothing was changed. Check that its folder exists and belongs to you."
    ),
    sqlite3.SQLITE_NOMEM: (
        "There was not enough memory, so the last change was not kept; everything before it is. "
        "Close other programs and try again."
    ),
}


def worded(error: Exception) -> SideBySideError | None:
    """The typed error that a database error stands for; None if it is a mistake in the program."""
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(code, int):
        return None
    # This driver gives the code without its extension, so that only the text tells which rule was broken.
    if code & 0xFF == sqlite3.SQLITE_CONSTRAINT and "FOREIGN KEY" in str(error):
        return NoSuchSession("That session is not in the library any more, so this was not kept.")
    base = code & 0xFF
    if base in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return LibraryDamaged(DAMAGED)
    if base in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryBusy(BUSY)
    return StoreFailed(_FAILED[base]) if base in _FAILED else None


@contextmanager
def wording() -> Iterator[None]:
    """Turns database errors raised inside into typed ones; lets every other error through."""
    try:
        yield
    except SideBySideError:
        raise
    except Exception as error:
        typed = worded(error)
        if typed is None:
            raise
        raise typed from error
