"""What can be read from the library, each function within one snapshot."""

from __future__ import annotations

import re

import msgspec
from sqlite_utils import Database

from sidebyside.errors import NoSuchSession
from sidebyside.model import (
    Answer,
    Contact,
    Flag,
    FollowUp,
    Gap,
    Note,
    Session,
    SessionRecord,
    SessionSummary,
    Utterance,
)
from sidebyside.store.connection import column, rows
from sidebyside.store.records import fetch, record_of

_PREFIX = re.compile(r"[0-9a-f]{4,32}")
_COUNTS = {
    "contacts": "contact_now",
    "utterances": "utterance",
    "notes": "note_now",
    "flags": "flag_now",
    "answers": "answer_now",
}
# Of every version of an item, the first one's place is its place.
_AS_ADDED = "ORDER BY (SELECT min(v.seq) FROM {table} AS v WHERE v.id = {table}_now.id)"


def sessions(db: Database) -> list[SessionSummary]:
    """All sessions, newest first."""
    counts = ", ".join(
        f"(SELECT count(*) FROM {table} WHERE session_id = session.id) AS counted_{name}"
        for name, table in _COUNTS.items()
    )
    found = rows(db, f"SELECT session.*, {counts} FROM session ORDER BY started DESC, id")
    return [_summary(row) for row in found]


def _summary(row: dict[str, object]) -> SessionSummary:
    counts = {name: row[f"counted_{name}"] for name in _COUNTS}
    return msgspec.convert({"session": record_of(Session, row), **counts}, SessionSummary)


def find(db: Database, session_id: str) -> Session:
    """The session of that id, or of the one id that begins so (4 characters at least).

    Raises:
        NoSuchSession: none, or several begin so.
    """
    wanted = session_id.strip().lower()
    if not _PREFIX.fullmatch(wanted):
        raise NoSuchSession(f"“{session_id}” is no session's id: give at least its first four characters, as listed.")
    found = fetch(db, Session, "substr(id, 1, ?) = ? LIMIT 2", (len(wanted), wanted))
    if not found:
        raise NoSuchSession(f"No session in the library has the id “{session_id}”. List them to see which there are.")
    if len(found) > 1:
        raise NoSuchSession(f"Several sessions begin with “{session_id}”. Give more of the id.")
    return found[0]


def record(db: Database, session_id: str) -> SessionRecord:
    """All that is kept of the session that `find` finds.

    Raises:
        NoSuchSession: none, or several begin so.
    """
    session = find(db, session_id)
    here = (session.id,)
    return SessionRecord(
        session=session,
        contacts=tuple(fetch(db, Contact, 'session_id = ? ORDER BY "start", number', here)),
        utterances=tuple(fetch(db, Utterance, 'session_id = ? ORDER BY "start", "end", seq', here)),
        notes=tuple(fetch(db, Note, "session_id = ? ORDER BY at, seq", here)),
        flags=tuple(fetch(db, Flag, "session_id = ? ORDER BY at, struck_at, seq", here)),
        gaps=tuple(fetch(db, Gap, 'session_id = ? ORDER BY "start", seq', here)),
        answers=tuple(fetch(db, Answer, f"session_id = ? {_AS_ADDED.format(table='answer')}", here)),
        follow_ups=tuple(fetch(db, FollowUp, f"session_id = ? {_AS_ADDED.format(table='follow_up')}", here)),
    )


def reps(db: Database) -> list[str]:
    """Every rep's name, the one sat beside last first."""
    return column(db, "SELECT rep FROM session WHERE rep <> '' GROUP BY rep ORDER BY max(started) DESC, rep")


def queues(db: Database) -> list[str]:
    """Every queue, the one heard last first."""
    return column(db, "SELECT queue FROM session WHERE queue <> '' GROUP BY queue ORDER BY max(started) DESC, queue")


def open_follow_ups(db: Database, rep: str | None) -> list[FollowUp]:
    """What was promised to a rep (or, for None, to anyone) and is not done: by day, those without a day last."""
    where = "done = '' AND (:rep IS NULL OR rep = :rep) ORDER BY due = '', due, seq"
    return fetch(db, FollowUp, where, {"rep": rep})


def answers_for(db: Database, question: str, reason: str | None) -> list[Answer]:
    """What every rep said to a question about a reason (None: about no reason), oldest first; skipped ones too."""
    where = f"question = ? AND reason IS ? {_AS_ADDED.format(table='answer')}"
    return fetch(db, Answer, where, (question, reason))


def meta(db: Database, name: str) -> str | None:
    """The value kept under a name, or None."""
    return next(iter(column(db, "SELECT value FROM meta WHERE name = ?", (name,))), None)
