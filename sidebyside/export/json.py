"""A session as JSON: the stored records under a named, numbered format, for programs and for coming back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from sidebyside.content import Content
from sidebyside.export.wording import clean
from sidebyside.model import (
    Answer,
    Contact,
    Flag,
    FollowUp,
    Gap,
    Note,
    Record,
    Session,
    SessionRecord,
    Utterance,
)

R = TypeVar("R", bound=Record)

FORMAT = "sidebyside-session"
EDITION = 1
"""Goes up when a reader of the last one would misread the file."""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What the file holds: times in seconds from the session's start, lists in order of time."""

    format: str
    version: int
    session: Session
    contacts: tuple[Contact, ...]
    utterances: tuple[Utterance, ...]
    notes: tuple[Note, ...]
    flags: tuple[Flag, ...]
    gaps: tuple[Gap, ...]
    answers: tuple[Answer, ...]
    follow_ups: tuple[FollowUp, ...]

    def record(self) -> SessionRecord:
        """The records as the store gave them."""
        return SessionRecord(
            session=self.session,
            contacts=self.contacts,
            utterances=self.utterances,
            notes=self.notes,
            flags=self.flags,
            gaps=self.gaps,
            answers=self.answers,
            follow_ups=self.follow_ups,
        )


def render(record: SessionRecord, content: Content) -> bytes:
    """The record as UTF-8 JSON, two blanks a level; the same record gives the same bytes."""
    document = Document(
        format=FORMAT,
        version=EDITION,
        session=record.session,
        contacts=_by(record.contacts, "start"),
        utterances=_by(record.utterances, "start"),
        notes=_by(record.notes, "at"),
        flags=_by(record.flags, "at"),
        gaps=_by(record.gaps, "start"),
        # Answers and promises carry no time; their order is the store's.
        answers=record.answers,
        follow_ups=record.follow_ups,
    )
    try:
        written = msgspec.json.encode(document)
    except UnicodeEncodeError:
        # Half a surrogate pair has no UTF-8; it came from a paste and is no character.
        written = msgspec.json.encode(_whole(msgspec.to_builtins(document)))
    return msgspec.json.format(written, indent=2) + b"\n"


def _by(records: Sequence[R], time: str) -> tuple[R, ...]:
    return tuple(sorted(records, key=lambda record: (getattr(record, time), record.id)))


def _whole(value: object) -> object:
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(item) for item in value]
    return clean(value) if isinstance(value, str) else value
