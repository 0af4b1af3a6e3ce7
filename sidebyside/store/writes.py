"""What can be added to the library and changed in it, each function within one transaction of the writer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from sqlite_utils import Database

from sidebyside.errors import NoSuchSession, NotAllowed
from sidebyside.model import (
    Agreement,
    Contact,
    Flag,
    Note,
    Record,
    Session,
    SessionState,
    Stage,
    Utterance,
)
from sidebyside.store import words
from sidebyside.store.connection import number, rows, run
from sidebyside.store.records import append, fetch, rewrite
from sidebyside.store.scrub import Need, Scrubber

R = TypeVar("R", bound=Record)
Marked = TypeVar("Marked", Note, Flag)


def session(db: Database, session_id: str) -> Session:
    """The stored session.

    Raises:
        NoSuchSession: there is none of that id.
    """
    found = fetch(db, Session, "id = ?", (session_id,))
    if not found:
        raise NoSuchSession("That session is not in the library any more, so this was not kept.")
    return found[0]


def start_session(db: Database, record: Session) -> Session:
    """Adds a session, or brings one that is there up to date."""
    if number(db, "SELECT count(*) FROM session WHERE id = ?", (record.id,)):
        return update_session(db, record)
    rewrite(db, record)
    return record


def update_session(db: Database, record: Session) -> Session:
    """Replaces what is stored of a session; one that has ended stays ended."""
    before = session(db, record.id)
    if before.state is not SessionState.OPEN and record.state is SessionState.OPEN:
        record = msgspec.structs.replace(record, state=before.state, duration=before.duration)
    rewrite(db, record)
    if before.state is SessionState.OPEN and record.state is not SessionState.OPEN:
        _index_session(db, record.id)
    return record


def end_session(db: Database, scrubber: Scrubber, session_id: str, duration: float) -> Session:
    """Closes a session after `duration` seconds and puts its words into the index."""
    before = session(db, session_id)
    state = SessionState.ENDED if before.state is SessionState.OPEN else before.state
    # The first pass's words, replaced by the second's, may have left copies.
    scrubber.ask(db, Need.PAGES)
    return update_session(db, msgspec.structs.replace(before, state=state, duration=duration))


def recover(db: Database) -> tuple[Session, ...]:
    """Closes sessions that a crash left open at the last moment stored of them; returns them, newest first."""
    # Ids that were forbidden before they were ever stored: nothing can bring those back any more.
    run(db, "DELETE FROM removed WHERE session_id IS NULL")
    return tuple(_recover(db, left) for left in fetch(db, Session, "state = 'open' ORDER BY started DESC"))


def _recover(db: Database, left: Session) -> Session:
    until = max(left.duration, _last_moment(db, left.id))
    for contact in fetch(db, Contact, 'session_id = ? AND "end" IS NULL', (left.id,)):
        append(db, msgspec.structs.replace(contact, end=until))
    run(db, 'UPDATE gap SET "end" = ? WHERE session_id = ? AND "end" IS NULL', (until, left.id))
    return update_session(db, msgspec.structs.replace(left, state=SessionState.RECOVERED, duration=until))


def _last_moment(db: Database, session_id: str) -> float:
    return number(
        db,
        'SELECT max(at) FROM (SELECT max("start") AS at FROM contact WHERE session_id = :id'
        ' UNION ALL SELECT max("end") FROM contact WHERE session_id = :id'
        ' UNION ALL SELECT max("end") FROM utterance WHERE session_id = :id'
        " UNION ALL SELECT max(at) FROM note WHERE session_id = :id"
        " UNION ALL SELECT max(struck_at) FROM flag WHERE session_id = :id"
        ' UNION ALL SELECT max("start") FROM gap WHERE session_id = :id'
        ' UNION ALL SELECT max("end") FROM gap WHERE session_id = :id)',
        {"id": session_id},
    )


def _index_session(db: Database, session_id: str) -> None:
    words.index(db, "utterance", "session_id = ?", (session_id,))
    words.index(db, "note", "session_id = ?", (session_id,))


def save_contact(db: Database, record: Contact) -> Contact:
    """Adds a version of a contact; one that was struck out stays struck out, without a reason."""
    if _is_struck(db, record.id):
        record = msgspec.structs.replace(record, struck=True, reason=None)
    append(db, record)
    return record


def set_reason(db: Database, session_id: str, contact_id: str, reason: str | None) -> Contact:
    """Gives a contact its reason, whatever else of it changed meanwhile.

    Raises:
        NoSuchSession: that session has no such contact.
    """
    found = fetch(db, Contact, "id = ? AND session_id = ?", (contact_id, session_id))
    if not found:
        raise NoSuchSession("That call is not in the library any more, so its reason was not kept.")
    return save_contact(db, msgspec.structs.replace(found[0], reason=reason))


def _is_struck(db: Database, contact_id: str | None) -> bool:
    found = fetch(db, Contact, "id = ? ORDER BY seq DESC LIMIT 1", (contact_id,), now=False)
    return bool(found) and found[0].struck


def save_utterances(db: Database, scrubber: Scrubber, records: Sequence[Utterance]) -> tuple[Utterance, ...]:
    """Adds or replaces utterances by id; returns those that were stored.

    Left out: partials, what was removed before, what belongs to a struck contact, and everything of a session whose
    rep agreed to listening only.
    """
    kept = tuple(record for record in records if _may_be_kept(db, record))
    for record in kept:
        before = rows(db, "SELECT text FROM utterance WHERE id = ?", (record.id,))
        if before and before[0]["text"] != record.text:
            scrubber.ask(db, Need.LOG)
        words.unindex(db, "utterance", "id = ?", (record.id,))
        rewrite(db, record)
        words.index(db, "utterance", "id = ?", (record.id,))
    return kept


def _may_be_kept(db: Database, record: Utterance) -> bool:
    if record.stage is Stage.PARTIAL or session(db, record.session_id).agreed is Agreement.LISTEN:
        return False
    removed = number(db, "SELECT count(*) FROM removed WHERE id = ?", (record.id,))
    return not removed and not _is_struck(db, record.contact_id)


def save_mark(db: Database, record: Marked) -> Marked:
    """Adds a version of a note or flag.

    Raises:
        NotAllowed: its call was struck out.
    """
    if _is_struck(db, record.contact_id):
        raise NotAllowed("That call was struck out at the rep's word, so this was not kept. Note it after the call.")
    added = append(db, record)
    if added and isinstance(record, Note):
        words.index(db, "note", "seq = (SELECT max(seq) FROM note WHERE id = ?)", (record.id,))
    return record


def save_version(db: Database, record: R) -> R:
    """Adds a version of an answer or follow-up."""
    append(db, record)
    return record


def save_row(db: Database, record: R) -> R:
    """Adds or replaces a gap by id."""
    rewrite(db, record)
    return record


def take(db: Database, session_id: str, item_id: str, *, back: bool) -> None:
    """Takes an item back, or puts it back in place."""
    run(db, "INSERT INTO taken (session_id, id, back) VALUES (?, ?, ?)", (session_id, item_id, int(back)))


def set_meta(db: Database, name: str, value: str) -> None:
    """Keeps a value under a name."""
    sql = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    run(db, sql, (name, value))
