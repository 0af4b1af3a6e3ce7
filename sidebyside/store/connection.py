"""Keyed connections to the encrypted database, and the few calls through which all SQL is run.

The format is SQLCipher 4's: AES-256-CBC pages of 4096 bytes, the last 80 of each holding its IV (16) and its
HMAC-SHA512 (64); a file's first 16 bytes are its salt (https://www.zetetic.net/sqlcipher/design/).
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlcipher3 import dbapi2
from sqlite_utils import Database

from sidebyside.errors import LibraryDamaged, WrongKey
from sidebyside.store.faults import DAMAGED, wording

Row = dict[str, object]
Values = Mapping[str, object] | Sequence[object]

PAGE = 4096
_SALT = 16
_IV = 16
_MAC = 64
_PLAIN = b"SQLite format 3\x00"
_BUSY_MS = 5000


def connect(path: Path, key: bytes, *, read_only: bool = False, any_thread: bool = False) -> Database:
    """Opens the library at `path` with a raw key of 32 bytes; makes the file unless `read_only`.

    A connection belongs to the thread that opened it, unless `any_thread`: then its owner must see to it that one
    thread at a time uses it.

    Raises:
        WrongKey: the key does not fit; the file was only read.
        LibraryDamaged: not a library, or a damaged one; the file was only read.
        StoreFailed: the file or its folder cannot be opened.
    """
    _check(path, key)
    if not read_only:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        if os.name == "posix":
            path.chmod(0o600)
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    with wording():
        raw = dbapi2.connect(uri, uri=True, isolation_level=None, check_same_thread=not any_thread)
        try:
            _prepare(raw, key, read_only)
            # Plug-ins of the SQL library that happen to be installed must not get hold of a keyed connection.
            return Database(raw, execute_plugins=False)
        except BaseException:
            raw.close()
            raise


def _prepare(raw: Any, key: bytes, read_only: bool) -> None:
    # The cipher's own log writes to stderr, past the scrubbed log.
    raw.execute("PRAGMA cipher_log_level = NONE")
    raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    # Pinned, so that a later default cannot make this file unreadable.
    raw.execute("PRAGMA cipher_compatibility = 4")
    raw.execute("PRAGMA cipher_memory_security = ON")
    raw.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    raw.execute("PRAGMA temp_store = MEMORY")
    raw.execute("PRAGMA foreign_keys = ON")
    raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if read_only:
        raw.execute("PRAGMA query_only = ON")
    else:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute("PRAGMA secure_delete = ON")


def _check(path: Path, key: bytes) -> None:
    # Proving the key on the first page by hand keeps a wrong one away from the write-ahead log.
    if len(key) != 32:
        raise ValueError("a library key has 32 bytes")
    try:
        with path.open("rb") as file:
            page = file.read(PAGE)
    except FileNotFoundError:
        return
    except OSError:
        return  # The database says more about why, below.
    if not page:
        return
    if len(page) < PAGE or page.startswith(_PLAIN):
        raise LibraryDamaged(DAMAGED)
    if not fits(page, key):
        raise WrongKey(
            "That key does not open the library. Nothing was changed. Try again, or use the recovery code in the "
            "window."
        )


def fits(page: bytes, key: bytes) -> bool:
    """Whether a file's first page was written with this key: checks the page's HMAC."""
    salt = page[:_SALT]
    mac_key = hashlib.pbkdf2_hmac("sha512", key, bytes(byte ^ 0x3A for byte in salt), 2, 32)
    signed = page[_SALT : PAGE - _IV - _MAC + _IV] + (1).to_bytes(4, "little")
    return hmac.compare_digest(hmac.digest(mac_key, signed, "sha512"), page[PAGE - _MAC :])


def run(db: Database, sql: str, values: Values = ()) -> int:
    """Runs one statement; returns how many rows it changed."""
    return int(_cursor(db, sql, values).rowcount)


def rows(db: Database, sql: str, values: Values = ()) -> list[Row]:
    """All rows of a query, by column name."""
    cursor = _cursor(db, sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def column(db: Database, sql: str, values: Values = ()) -> list[str]:
    """The first column of a query's rows, as text."""
    return [str(row[0]) for row in _cursor(db, sql, values).fetchall()]


def number(db: Database, sql: str, values: Values = ()) -> float:
    """The one number that a query gives; 0 for NULL or no row."""
    row = _cursor(db, sql, values).fetchone()
    return float(row[0]) if row and row[0] is not None else 0.0


def _cursor(db: Database, sql: str, values: Values) -> Any:
    return db.execute(sql, cast("dict[str, Any]", values))


@contextmanager
def snapshot(db: Database) -> Iterator[Database]:
    """One unchanging view of the library for the reads inside; database errors come out typed."""
    with wording(), db.atomic():
        yield db


def truncate_log(db: Database, wait_ms: int) -> bool:
    """Moves the write-ahead log into the database and empties it; False if a reader held it longer than `wait_ms`."""
    run(db, f"PRAGMA busy_timeout = {wait_ms}")
    try:
        return number(db, "PRAGMA wal_checkpoint(TRUNCATE)") == 0
    finally:
        run(db, f"PRAGMA busy_timeout = {_BUSY_MS}")


def size(db: Database) -> int:
    """The database's bytes, free pages included."""
    return int(number(db, "PRAGMA page_count")) * PAGE
