"""What can be taken out of the library for good: rows, their history, their index entries."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlite_utils import Database

from sidebyside.errors import NoSuchSession
from sidebyside.model import Contact
from sidebyside.store import words, writes
from sidebyside.store.connection import column, number, run
from sidebyside.store.records import append, fetch
from sidebyside.store.scrub import Need, Scrubber

_OLD = "session_id IN (SELECT id FROM session WHERE state <> 'open' AND started < ?)"
_PRIVATE = "(private OR (SELECT private FROM note AS n WHERE n.id = {here}.id ORDER BY seq DESC LIMIT 1))"


class Purged(msgspec.Struct, frozen=True, kw_only=True):
    """How much a purge deleted; what was edited counts once."""

    sessions: int = 0
    """Whole sessions, with all that was left of them."""
    utterances: int = 0
    notes: int = 0
    """Private ones included."""
    flags: int = 0
    answers: int = 0
    follow_ups: int = 0


def remove_utterances(db: Database, scrubber: Scrubber, ids: Sequence[str]) -> tuple[str, ...]:
    """Shreds utterances, and bars those ids, stored or not, for good; returns the ids that were stored."""
    found = tuple(one for one in ids if number(db, "SELECT count(*) FROM utterance WHERE id = ?", (one,)))
    for one in ids:
        sql = (
            "INSERT INTO removed (id, session_id) VALUES (:id, (SELECT session_id FROM utterance WHERE id = :id))"
            " ON CONFLICT (id) DO NOTHING"
        )
        run(db, sql, {"id": one})
    for one in found:
        _drop_worded(db, scrubber, "utterance", "id = ?", (one,))
    if found:
        scrubber.ask(db, Need.PAGES, at_once=True)
    return found


def remove_notes(db: Database, scrubber: Scrubber, ids: Sequence[str]) -> tuple[str, ...]:
    """Shreds notes with every version of them; returns the ids that were there."""
    found = tuple(one for one in ids if _drop_worded(db, scrubber, "note", "id = ?", (one,)))
    if found:
        scrubber.ask(db, Need.PAGES, at_once=True)
    return found


def strike_contact(db: Database, scrubber: Scrubber, contact_id: str) -> Contact:
    """Shreds all that a contact held; what stays is that it was there, when, and that it was struck out.

    Raises:
        NoSuchSession: there is no such contact.
    """
    found = fetch(db, Contact, "id = ? ORDER BY seq DESC LIMIT 1", (contact_id,), now=False)
    if not found:
        raise NoSuchSession("That call is not in the library any more. Nothing was changed.")
    here = (contact_id,)
    flags = "(SELECT id FROM flag WHERE contact_id = ?)"
    _drop_worded(db, scrubber, "utterance", "contact_id = ?", here)
    notes = f"(id IN (SELECT id FROM note WHERE contact_id = ?) OR flag_id IN {flags})"
    _drop_worded(db, scrubber, "note", notes, here * 2)
    _drop(db, "answer", f"id IN (SELECT id FROM answer WHERE flag_id IN {flags})", here)
    _drop_answers_of_reason(db, found[0])
    _drop(db, "flag", f"id IN {flags}", here)
    call = found[0]
    inside = 'session_id = ? AND "start" >= ? AND (? IS NULL OR "start" < ?)'
    _drop(db, "gap", inside, (call.session_id, call.start, call.end, call.end))
    run(db, "DELETE FROM contact WHERE id = ?", here)
    struck = msgspec.structs.replace(found[0], struck=True, reason=None)
    append(db, struck)
    scrubber.ask(db, Need.PAGES, at_once=True)
    return struck


def _drop_answers_of_reason(db: Database, call: Contact) -> None:
    """Answers about a reason that this call alone had would tell what it was about."""
    same = "SELECT count(*) FROM contact_now WHERE session_id = ? AND reason = ? AND id <> ? AND NOT struck"
    if call.reason and not number(db, same, (call.session_id, call.reason, call.id)):
        _drop(db, "answer", "session_id = ? AND reason = ?", (call.session_id, call.reason))


def delete_session(db: Database, scrubber: Scrubber, session_id: str) -> None:
    """Shreds a session and everything in it.

    Raises:
        NoSuchSession: there is none of that id.
    """
    writes.session(db, session_id)
    _delete_session(db, scrubber, session_id)
    scrubber.ask(db, Need.PAGES, at_once=True)


def purge(db: Database, scrubber: Scrubber, *, transcripts_before: str, notes_before: str, quiet_before: str) -> Purged:
    """Shreds what is past its time, by when its session started (UTC, ISO 8601); a session under way is left alone.

    `transcripts_before` is for utterances, `quiet_before` for private notes, `notes_before` for all that was typed.
    A session past both the first and the last goes as a whole, with the rep's name.
    """
    past_all = min(transcripts_before, notes_before)
    whole = column(db, "SELECT id FROM session WHERE state <> 'open' AND started < ?", (past_all,))
    purged = Purged(
        sessions=len(whole),
        utterances=_drop_worded(db, scrubber, "utterance", _OLD, (transcripts_before,)),
        notes=_drop_worded(db, scrubber, "note", f"{_PRIVATE} AND {_OLD}", (quiet_before,))
        + _drop_worded(db, scrubber, "note", _OLD, (notes_before,)),
        flags=_drop(db, "flag", _OLD, (notes_before,)),
        answers=_drop(db, "answer", _OLD, (notes_before,)),
        follow_ups=_drop(db, "follow_up", _OLD, (notes_before,)),
    )
    for session_id in whole:
        _delete_session(db, scrubber, session_id)
    if purged != Purged():
        scrubber.ask(db, Need.PAGES, at_once=True)
    return purged


def _delete_session(db: Database, scrubber: Scrubber, session_id: str) -> None:
    for table in ("utterance", "note"):
        _drop_worded(db, scrubber, table, "session_id = ?", (session_id,))
    run(db, "DELETE FROM session WHERE id = ?", (session_id,))


def _drop_worded(db: Database, scrubber: Scrubber, table: str, where: str, values: Sequence[object]) -> int:
    # Taking entries out one by one costs milliseconds each; the index is built anew all the same.
    if words.indexed(db, table, where.replace("{here}", f"{table}_closed"), values):
        scrubber.ask(db, Need.INDEX)
    return _drop(db, table, where, values)


def _drop(db: Database, table: str, where: str, values: Sequence[object]) -> int:
    condition = where.replace("{here}", table)
    ids = column(db, f"SELECT DISTINCT id FROM {table} WHERE {condition}", values)
    run(db, f"DELETE FROM {table} WHERE {condition}", values)
    for one in ids:
        run(db, "DELETE FROM taken WHERE id = ?", (one,))
    return len(ids)
