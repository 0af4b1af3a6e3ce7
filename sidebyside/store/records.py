"""How the shared records become rows and rows become records."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

import msgspec
from sqlite_utils import Database

from sidebyside.model import Answer, Contact, Flag, FollowUp, Gap, Note, Record, Session, Utterance
from sidebyside.store.connection import Row, Values, rows, run

R = TypeVar("R", bound=Record)

REWRITTEN: dict[type[Record], str] = {Session: "session", Utterance: "utterance", Gap: "gap"}
"""Records whose row is replaced when they are saved again."""

VERSIONED: dict[type[Record], str] = {
    Contact: "contact",
    Note: "note",
    Flag: "flag",
    Answer: "answer",
    FollowUp: "follow_up",
}
"""Records of which every version is kept; `<table>_now` shows the one that holds, without what was taken back."""

_TABLES = REWRITTEN | VERSIONED


@cache
def columns(kind: type[Record]) -> str:
    """The quoted columns of a record's table, in the record's order."""
    return ", ".join(f'"{name}"' for name in kind.__struct_fields__)


@cache
def _insert(kind: type[Record]) -> str:
    places = ", ".join(f":{name}" for name in kind.__struct_fields__)
    return f"INSERT INTO {_TABLES[kind]} ({columns(kind)}) VALUES ({places})"


@cache
def _rewrite(kind: type[Record]) -> str:
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in kind.__struct_fields__ if name != "id")
    return f"{_insert(kind)} ON CONFLICT (id) DO UPDATE SET {changes}"


def row_of(record: Record) -> dict[str, Any]:
    """The record's columns, in types that the database takes."""
    built: dict[str, Any] = msgspec.to_builtins(record)
    return built


def record_of(kind: type[R], row: Row) -> R:
    """The record that a row holds; further columns are ignored."""
    return msgspec.convert(row, kind, strict=False)


def fetch(db: Database, kind: type[R], where: str, values: Values = (), *, now: bool = True) -> list[R]:
    """Records whose row meets `where` (which may go on to order them).

    Versioned records come from the versions that hold, or, without `now`, from every version ever saved.
    """
    table = _TABLES[kind]
    source = f"{table}_now" if now and kind in VERSIONED else table
    return [record_of(kind, row) for row in rows(db, f"SELECT {columns(kind)} FROM {source} WHERE {where}", values)]


def rewrite(db: Database, record: Record) -> None:
    """Inserts the record, or replaces the row with its id."""
    run(db, _rewrite(type(record)), row_of(record))


def append(db: Database, record: R) -> bool:
    """Adds a version of the record; False, and nothing added, if the latest version says the same."""
    kind = type(record)
    latest = fetch(db, kind, "id = ? ORDER BY seq DESC LIMIT 1", (record.id,), now=False)
    if latest == [record]:
        return False
    run(db, _insert(kind), row_of(record))
    return True
