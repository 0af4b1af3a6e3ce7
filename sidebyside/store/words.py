"""The index of every word heard or noted, and the search in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import msgspec
from sqlite_utils import Database

from sidebyside.model import Side
from sidebyside.store.connection import Row, number, rows, run

_INDEXES = {"utterance": "utterance_words", "note": "note_words"}
_WORD = re.compile(r"[^\W_]+")


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One place where the words that were looked for stand."""

    session_id: str
    started: str
    """Of the session: UTC, ISO 8601."""
    rep: str
    queue: str
    kind: str
    """`utterance` or `note`."""
    id: str
    at: float
    """Session time, in seconds."""
    text: str
    side: Side | None = None
    """Who said it; None for a note."""


def index(db: Database, table: str, where: str, values: Sequence[object]) -> None:
    """Adds those of the rows to the index whose session is closed."""
    name = _INDEXES[table]
    sql = f"INSERT INTO {name} (rowid, text) SELECT seq, text FROM {table}_closed WHERE {where} ORDER BY seq"
    run(db, sql, values)


def indexed(db: Database, table: str, where: str, values: Sequence[object]) -> bool:
    """Whether any of the rows is in the index, so that it must be built anew once they are deleted."""
    return bool(number(db, f"SELECT EXISTS (SELECT 1 FROM {table}_closed WHERE {where})", values))


def unindex(db: Database, table: str, where: str, values: Sequence[object]) -> None:
    """Takes those of the rows out of the index that are in it, before they are changed."""
    name = _INDEXES[table]
    sql = f"INSERT INTO {name} ({name}, rowid, text) SELECT 'delete', seq, text FROM {table}_closed WHERE {where}"
    run(db, sql, values)


def rebuild(db: Database) -> None:
    """Writes the index anew from the words that are left, so that its inner nodes quote none that are gone."""
    for name in _INDEXES.values():
        run(db, f"INSERT INTO {name} ({name}) VALUES ('rebuild')")


def search(db: Database, text: str, limit: int) -> list[Hit]:
    """Where all words of `text` stand, newest first; the last word may be the beginning of one.

    Case and accents do not matter. What was taken back is left out; the session under way is included.
    """
    wanted = _words(text)
    if not wanted or limit < 1:
        return []
    query = " ".join(f'"{word}"' for word in wanted) + "*"
    hits = [_hit(row) for row in rows(db, _CLOSED_UTTERANCES, (query, limit))]
    hits += [_hit(row) for row in rows(db, _CLOSED_NOTES, (query, limit))]
    hits += [hit for hit in map(_hit, rows(db, _OPEN_UTTERANCES)) if _holds(hit.text, wanted)]
    hits += [hit for hit in map(_hit, rows(db, _OPEN_NOTES)) if _holds(hit.text, wanted)]
    return sorted(hits, key=lambda hit: (hit.started, hit.at), reverse=True)[:limit]


_HEAD = "session.started, session.rep, session.queue FROM"
_UTTERANCE = f"SELECT u.id, u.session_id, u.side, u.start AS at, u.text, 'utterance' AS kind, {_HEAD}"
_NOTE = f"SELECT n.id, n.session_id, n.at, n.text, 'note' AS kind, {_HEAD}"
# Ordered by row number, which the index gives for nothing: rows are numbered as they are saved.
_CLOSED_UTTERANCES = (
    f"{_UTTERANCE} utterance_words AS w JOIN utterance AS u ON u.seq = w.rowid"
    " JOIN session ON session.id = u.session_id"
    " WHERE utterance_words MATCH ? ORDER BY w.rowid DESC LIMIT ?"
)
_CLOSED_NOTES = (
    f"{_NOTE} note_words AS w JOIN note_now AS n ON n.seq = w.rowid JOIN session ON session.id = n.session_id"
    " WHERE note_words MATCH ? ORDER BY w.rowid DESC LIMIT ?"
)
_OPEN_UTTERANCES = f"{_UTTERANCE} utterance AS u JOIN session ON session.id = u.session_id WHERE session.state = 'open'"
_OPEN_NOTES = f"{_NOTE} note_now AS n JOIN session ON session.id = n.session_id WHERE session.state = 'open'"


def _hit(row: Row) -> Hit:
    return msgspec.convert(row, Hit, strict=False)


def _words(text: str) -> list[str]:
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return _WORD.findall(plain.casefold())


def _holds(text: str, wanted: list[str]) -> bool:
    have = _words(text)
    *whole, beginning = wanted
    return all(word in have for word in whole) and any(word.startswith(beginning) for word in have)
