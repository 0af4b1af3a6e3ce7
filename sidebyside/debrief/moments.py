"""The flagged moments of a session in the order to talk about them, each with what was said and noted around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from sidebyside.content import WINDOW, kind_of, ranked, window
from sidebyside.model import Contact, Flag, FlagKind, Note, SessionRecord, Side, Utterance


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A flag with what stood around it."""

    flag: Flag
    kind: FlagKind
    contact: Contact | None
    """None for a flag struck between calls."""
    at: float
    """Seconds from the start of the contact; of the session, between calls."""
    evidence: tuple[Utterance, ...]
    """What was said within 20 s, before and after, in this contact."""
    notes: tuple[Note, ...]
    """Shared notes: those typed to this flag, and loose ones within the same 20 s."""
    private_notes: tuple[Note, ...]
    """The same for private notes, apart, since the rep may be looking on."""
    quote: Utterance | None
    """The sentence nearest to the flag; of two as near, the customer's."""


def moments(record: SessionRecord, flags: Sequence[FlagKind]) -> tuple[Moment, ...]:
    """The flagged moments of all calls that were not struck out, those to ask about first, then by kind and time."""
    contacts = {contact.id: contact for contact in record.contacts}
    struck = {contact.id for contact in record.contacts if contact.struck}
    kept = (flag for flag in record.flags if flag.contact_id not in struck)
    return tuple(_moment(record, flag, flags, contacts) for flag in ranked(kept, flags))


def _moment(record: SessionRecord, flag: Flag, kinds: Sequence[FlagKind], contacts: Mapping[str, Contact]) -> Moment:
    contact = contacts.get(flag.contact_id) if flag.contact_id else None
    evidence = window(record, flag)
    notes = _notes(record, flag)
    return Moment(
        flag=flag,
        kind=kind_of(flag.kind, kinds),
        contact=contact,
        at=max(flag.at - contact.start, 0.0) if contact else flag.at,
        evidence=evidence,
        notes=tuple(note for note in notes if not note.private),
        private_notes=tuple(note for note in notes if note.private),
        quote=min(evidence, key=lambda utterance: _distance(utterance, flag.at), default=None),
    )


def _notes(record: SessionRecord, flag: Flag) -> list[Note]:
    """Notes typed to the flag, and those to no flag near it in the same contact."""

    def near(note: Note) -> bool:
        return note.flag_id is None and note.contact_id == flag.contact_id and abs(note.at - flag.at) <= WINDOW

    return sorted((n for n in record.notes if n.flag_id == flag.id or near(n)), key=lambda note: note.at)


def _distance(utterance: Utterance, at: float) -> tuple[float, bool, float]:
    """How far a sentence is from a moment, in seconds; one that spans it is at 0, and the customer's goes first."""
    apart = max(utterance.start - at, at - utterance.end, 0.0)
    return apart, utterance.side is not Side.CUSTOMER, abs(utterance.start - at)
