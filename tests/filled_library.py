"""Puts records into a library as a session would have: to look at pages, and to test them."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import msgspec
from example_record import example_record

from sidebyside.model import Answer, Session, SessionRecord, SessionState
from sidebyside.session.workspace import Workspace
from sidebyside.store.library import Library

OTHERS = (("Ben", 4.0), ("Ada", 15.0), ("Cyril", 12.0), ("Dora", 10.0), ("Edgar", 9.0), ("Flora", 10.0))
"""Other reps, and how many calls a day they say are about paying."""


def put(library: Library, record: SessionRecord) -> None:
    """Write a record; it is closed unless its session is open."""
    saves: list[Future[Any]] = [library.start_session(record.session)]
    saves += [library.save_contact(contact) for contact in record.contacts]
    saves.append(library.save_utterances(record.utterances))
    saves += [library.save_note(note) for note in record.notes]
    saves += [library.save_flag(flag) for flag in record.flags]
    saves += [library.save_gap(gap) for gap in record.gaps]
    saves += [library.save_answer(answer) for answer in record.answers]
    saves += [library.save_follow_up(promise) for promise in record.follow_ups]
    if record.session.state is not SessionState.OPEN:
        saves.append(library.end_session(record.session.id, record.session.duration))
    for save in saves:
        save.result(30)


def put_others(library: Library) -> None:
    """Six sessions beside other reps in the month before, each with one answer about paying."""
    example = example_record()
    for number, (rep, a_day) in enumerate(OTHERS, start=1):
        session = msgspec.structs.replace(
            example.session,
            id=f"5e5520{number:026x}",
            rep=rep,
            started=f"2026-10-{number + 10}T12:{number * 7:02}:00+00:00",
            duration=1800.0 + number * 300,
        )
        said = Answer(
            id=f"a6{number:030x}",
            session_id=session.id,
            question="how-many",
            asked="How many calls (or emails) a day are like this?",
            reason="why-this-letter",
            number=a_day,
            unit="a day",
        )
        contact = msgspec.structs.replace(
            example.contacts[1], id=f"ca12{number:028x}", session_id=session.id, number=1, start=5.0, end=65.0
        )
        put(library, SessionRecord(session=session, contacts=(contact,), answers=(said,)))


def filled() -> Workspace:
    """A throw-away workspace with the example session and those of six other reps."""
    workspace = Workspace.throw_away()
    put(workspace.library, example_record())
    put_others(workspace.library)
    return workspace


def without(record: SessionRecord, **changes: Any) -> SessionRecord:
    """The record with some of its lists or its session replaced."""
    return msgspec.structs.replace(record, **changes)


def as_session(record: SessionRecord, **changes: Any) -> Session:
    """The record's session, changed."""
    return msgspec.structs.replace(record.session, **changes)
