"""A session in the order in which it is read: flagged moments, answers, promises, then each call from start to end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from sidebyside.content import Content, kind_of, ranked, reason_of, window
from sidebyside.export.wording import GAPS, SIDES, clock, length, local_start, long_day, number
from sidebyside.model import (
    Agreement,
    Answer,
    Contact,
    Flag,
    FollowUp,
    Gap,
    Note,
    SessionRecord,
    SessionState,
    Side,
    Utterance,
)


class Mark(StrEnum):
    """What a line of a call is. In this order they stand when they fall on the same moment."""

    SPEECH = "speech"
    FLAG = "flag"
    NOTE = "note"
    GAP = "gap"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened, with its time as it is shown."""

    mark: Mark
    time: str
    """Within the call; between calls, within the session."""
    text: str = ""
    side: str = ""
    """`rep`, `customer` or `mixed`, for speech."""
    speaker: str = ""
    name: str = ""
    """Of the flag."""
    private: bool = False
    notes: tuple[Line, ...] = ()
    """What was typed to the flag."""


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """One call, or what was noted between two."""

    heading: str
    reason: str = ""
    length: str = ""
    struck: bool = False
    call: bool = True
    lines: tuple[Line, ...] = ()


class Highlight(msgspec.Struct, frozen=True, kw_only=True):
    """A flagged moment with the words around it."""

    name: str
    where: str
    """`call 2 · 01:18`, or `between calls · 12:40`."""
    lines: tuple[Line, ...]
    """What was said within 20 s."""
    notes: tuple[Line, ...]


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One question with what was answered."""

    asked: str
    number: str
    """With its unit, or empty."""
    text: str
    skipped: bool


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """Answers on one reason, one flag, or the session."""

    heading: str
    where: str = ""
    replies: tuple[Reply, ...]


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """All that the documents show."""

    rep: str
    facts: tuple[tuple[str, str], ...]
    """Label and value: queue, day, length and so on; those that are empty are left out."""
    language: str
    recovered: bool
    highlights: tuple[Highlight, ...]
    topics: tuple[Topic, ...]
    follow_ups: tuple[FollowUp, ...]
    scenes: tuple[Scene, ...]


def tell(record: SessionRecord, content: Content) -> Story:
    """The record as a story.

    Raises:
        ExportFailed: the session's start is not a time.
    """
    return Story(
        rep=record.session.rep,
        facts=_facts(record),
        language=record.session.language,
        recovered=record.session.state is SessionState.RECOVERED,
        highlights=tuple(_highlight(record, flag, content) for flag in ranked(record.flags, content.flags)),
        topics=_topics(record, content),
        follow_ups=record.follow_ups,
        scenes=_scenes(record, content),
    )


def _facts(record: SessionRecord) -> tuple[tuple[str, str], ...]:
    session, start = record.session, local_start(record.session)
    calls = len(record.contacts)
    agreed = {Agreement.TEXT: "Text is fine", Agreement.LISTEN: "Listen, keep no text"}[session.agreed]
    facts = (
        ("Queue", session.queue),
        ("Day", f"{long_day(start.date())}, {start:%H:%M} ({session.zone})"),
        ("Length", f"{length(session.duration)}, {calls} call{'' if calls == 1 else 's'}"),
        ("The rep agreed to", agreed),
        ("Callers heard", f"“{session.notice}”" if session.notice else ""),
        ("Words from", session.engine or "notes only, no speech"),
    )
    return tuple((label, value) for label, value in facts if value)


def _highlight(record: SessionRecord, flag: Flag, content: Content) -> Highlight:
    contact = _contact(record, flag.contact_id)
    kind = kind_of(flag.kind, content.flags)
    return Highlight(
        name=kind.name,
        where=_where(contact, flag.at),
        lines=tuple(_speech(utterance, contact) for utterance in window(record, flag)),
        notes=tuple(_note(note, contact) for note in _by_time(n for n in record.notes if n.flag_id == flag.id)),
    )


def _topics(record: SessionRecord, content: Content) -> tuple[Topic, ...]:
    """Answers in the order they were given, those about one thing together; the session's own last."""
    flags = {flag.id: flag for flag in record.flags}
    grouped: dict[tuple[str | None, str | None], list[Answer]] = {}
    for answer in record.answers:
        grouped.setdefault((answer.reason, answer.flag_id), []).append(answer)
    topics = []
    for (reason, flag_id), answers in sorted(grouped.items(), key=lambda item: item[0] == (None, None)):
        heading, where = "The session as a whole", ""
        if flag_id is not None:
            flag = flags.get(flag_id)
            heading = kind_of(flag.kind, content.flags).name if flag else "A flag since taken back"
            where = _where(_contact(record, flag.contact_id), flag.at) if flag else ""
        elif reason is not None:
            heading = reason_of(reason, content.reasons).name
        topics.append(Topic(heading=heading, where=where, replies=tuple(_reply(answer) for answer in answers)))
    return tuple(topics)


def _reply(answer: Answer) -> Reply:
    value = "" if answer.number is None else f"{number(answer.number)} {answer.unit}".strip()
    return Reply(asked=answer.asked, number=value, text=answer.text, skipped=answer.skipped)


def _scenes(record: SessionRecord, content: Content) -> tuple[Scene, ...]:
    contacts = sorted(record.contacts, key=lambda contact: (contact.start, contact.number))
    inside: dict[str | None, list[_Timed]] = {contact.id: [] for contact in contacts}
    loose: list[list[_Timed]] = [[] for _ in range(len(contacts) + 1)]
    for timed in sorted(_all(record, content), key=lambda item: item.order):
        home = inside.get(timed.contact_id) if timed.contact_id else None
        if home is None:
            home = loose[sum(contact.start <= timed.at for contact in contacts)]
        home.append(timed)
    scenes = [*_between(loose[0], bool(contacts))]
    for contact, after in zip(contacts, loose[1:], strict=True):
        scenes.append(_call(contact, inside[contact.id], content))
        scenes.extend(_between(after, True))
    return tuple(scenes)


def _call(contact: Contact, items: Sequence[_Timed], content: Content) -> Scene:
    return Scene(
        heading=f"{contact.channel.value.capitalize()} {contact.number}",
        reason=reason_of(contact.reason, content.reasons).name if contact.reason else "",
        length=length(contact.end - contact.start) if contact.end is not None else "not ended",
        struck=contact.struck,
        lines=tuple(item.line for item in items),
    )


def _between(items: Sequence[_Timed], calls: bool) -> list[Scene]:
    heading = "Between calls" if calls else "Notes"
    return [Scene(heading=heading, call=False, lines=tuple(item.line for item in items))] if items else []


class _Timed(msgspec.Struct, frozen=True, kw_only=True):
    """A line that still has to find its call."""

    contact_id: str | None
    at: float
    order: tuple[float, int, str]
    line: Line


def _all(record: SessionRecord, content: Content) -> Iterable[_Timed]:
    known = {flag.id for flag in record.flags}
    contacts = {contact.id: contact for contact in record.contacts}
    for utterance in record.utterances:
        contact = contacts.get(utterance.contact_id)
        yield _timed(utterance.contact_id, utterance.start, utterance.id, _speech(utterance, contact))
    typed: dict[str, list[Note]] = {}
    for note in record.notes:
        if note.flag_id in known and note.flag_id is not None:
            typed.setdefault(note.flag_id, []).append(note)
        else:
            yield _timed(note.contact_id, note.at, note.id, _note(note, contacts.get(note.contact_id or "")))
    for flag in record.flags:
        contact = contacts.get(flag.contact_id or "")
        line = Line(
            mark=Mark.FLAG,
            time=_time(contact, flag.at),
            name=kind_of(flag.kind, content.flags).name,
            notes=tuple(_note(note, contact) for note in _by_time(typed.get(flag.id, ()))),
        )
        yield _timed(flag.contact_id, flag.at, flag.id, line)
    for gap in record.gaps:
        yield _gap(gap, record.contacts)


def _gap(gap: Gap, contacts: Iterable[Contact]) -> _Timed:
    """A gap belongs to the call that it began in."""
    home = next((c for c in contacts if c.start <= gap.start and (c.end is None or gap.start < c.end)), None)
    how_long = f" ({length(gap.end - gap.start)})" if gap.end is not None else " (to the end)"
    line = Line(mark=Mark.GAP, time=_time(home, gap.start), text=f"{GAPS[gap.reason]}{how_long}")
    return _timed(home.id if home else None, gap.start, gap.id, line)


def _timed(contact_id: str | None, at: float, identity: str, line: Line) -> _Timed:
    return _Timed(contact_id=contact_id, at=at, order=(at, list(Mark).index(line.mark), identity), line=line)


def _speech(utterance: Utterance, contact: Contact | None) -> Line:
    return Line(
        mark=Mark.SPEECH,
        time=_time(contact, utterance.start),
        text=utterance.text,
        side=utterance.side.value,
        speaker=SIDES[Side(utterance.side)],
    )


def _note(note: Note, contact: Contact | None) -> Line:
    return Line(mark=Mark.NOTE, time=_time(contact, note.at), text=note.text, private=note.private)


def _by_time(notes: Iterable[Note]) -> list[Note]:
    return sorted(notes, key=lambda note: (note.at, note.id))


def _contact(record: SessionRecord, contact_id: str | None) -> Contact | None:
    return next((contact for contact in record.contacts if contact.id == contact_id), None)


def _time(contact: Contact | None, at: float) -> str:
    return clock(at - contact.start if contact else at)


def _where(contact: Contact | None, at: float) -> str:
    place = f"{contact.channel.value} {contact.number}" if contact else "between calls"
    return f"{place} · {_time(contact, at)}"
