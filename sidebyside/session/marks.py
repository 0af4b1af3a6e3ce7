"""Notes and flags of a running session: masked, stamped, saved, taken back."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import msgspec

from sidebyside.errors import NotAllowed
from sidebyside.model import Contact, Flag, FlagSaved, Note, NoteSaved, Side, TakenBack
from sidebyside.privacy.redaction import redact
from sidebyside.session.announcing import Announcer
from sidebyside.session.hearing import Text
from sidebyside.session.plan import new_id
from sidebyside.store.library import Library

SNAP = 12.0
"""Seconds that a flag reaches back at most: it is for what was just said."""


def moment_of(now: float, texts: Sequence[Text], floor: float = 0.0) -> float:
    """The moment a flag struck at `now` is about: the start of the customer's last full utterance.

    It reaches back 12 s at most and not before `floor`, the start of the call; where the customer said nothing in that
    time, it is now. On a mixed channel nobody knows who spoke, so any utterance counts.
    """
    earliest = max(now - SNAP, floor)
    said = [text for text in texts if text.side in (Side.CUSTOMER, Side.MIXED) and earliest < text.end <= now + 1.0]
    return max(said[-1].start, earliest) if said else now


class Marks:
    """The notes and flags of one session, and what was taken back last."""

    def __init__(self, session_id: str, library: Library, announcer: Announcer) -> None:
        self._session_id = session_id
        self._library = library
        self._announcer = announcer
        self._lock = threading.Lock()
        self._items: dict[str, Note | Flag] = {}
        self._done: list[str] = []
        self._undone: list[str] = []

    def note(
        self, text: str, *, contact: Contact | None, at: float, private: bool = False, flag_id: str | None = None
    ) -> str:
        """Save a note; its numbers are masked first. Returns its id.

        Raises:
            NotAllowed: there is nothing in it.
        """
        if not text.strip():
            raise NotAllowed("An empty note was not saved.")
        note = Note(
            id=new_id(),
            session_id=self._session_id,
            contact_id=contact.id if contact else None,
            at=round(at, 3),
            text=redact(text.strip()).text,
            private=private,
            flag_id=flag_id,
        )
        self._add(note)
        self._announcer.saved(
            self._library.save_note(note), lambda saved: self._announcer.say(NoteSaved(at=saved.at, note=saved))
        )
        return note.id

    def flag(self, kind: str, *, contact: Contact | None, struck_at: float, at: float) -> str:
        """Strike a flag of that kind for the moment `at`. Returns its id."""
        flag = Flag(
            id=new_id(),
            session_id=self._session_id,
            contact_id=contact.id if contact else None,
            kind=kind,
            at=round(at, 3),
            struck_at=round(struck_at, 3),
        )
        self._add(flag)
        self._save_flag(flag)
        return flag.id

    def move(self, flag_id: str, steps: int, starts: Sequence[float]) -> None:
        """Move a flag by so many utterances, whose starts are given in order."""
        with self._lock:
            flag = self._items.get(flag_id)
            if not isinstance(flag, Flag) or not steps:
                return
            earlier = [start for start in starts if start < flag.at - 0.01]
            later = [start for start in starts if start > flag.at + 0.01]
            if steps < 0:
                at = earlier[max(len(earlier) + steps, 0)] if earlier else flag.at
            else:
                at = later[min(steps, len(later)) - 1] if later else flag.at
            moved = msgspec.structs.replace(flag, at=round(at, 3))
            self._items[flag_id] = moved
        if at != flag.at:
            self._save_flag(moved)

    def take_back(self, item_id: str | None = None) -> None:
        """Take back the last note or flag, or this one. With nothing left, nothing happens."""
        with self._lock:
            if item_id is None:
                item_id = self._done[-1] if self._done else None
            if item_id not in self._done:
                return
            self._done.remove(item_id)
            self._undone.append(item_id)
        gone = item_id
        self._announcer.saved(
            self._library.take_back(self._session_id, gone), lambda _: self._announcer.say(TakenBack(id=gone))
        )

    def put_back(self) -> None:
        """Put back what was taken back last."""
        with self._lock:
            if not self._undone:
                return
            item = self._items[self._undone.pop()]
            self._done.append(item.id)

        def announce(_: object) -> None:
            if isinstance(item, Note):
                self._announcer.say(NoteSaved(at=item.at, note=item))
            else:
                self._announcer.say(FlagSaved(at=item.at, flag=item))

        self._announcer.saved(self._library.put_back(self._session_id, item.id), announce)

    def strike(self, contact_id: str, now: float) -> None:
        """Forget what was noted of a call that is struck out; none of it can be put back."""
        with self._lock:
            gone = {item.id for item in self._items.values() if item.contact_id == contact_id}
            gone |= {item.id for item in self._items.values() if isinstance(item, Note) and item.flag_id in gone}
            for one in gone:
                del self._items[one]
            self._done = [one for one in self._done if one not in gone]
            self._undone = [one for one in self._undone if one not in gone]
        for one in gone:
            self._announcer.say(TakenBack(at=now, id=one))

    def _add(self, item: Note | Flag) -> None:
        with self._lock:
            self._items[item.id] = item
            self._done.append(item.id)
            self._undone.clear()

    def _save_flag(self, flag: Flag) -> None:
        self._announcer.saved(
            self._library.save_flag(flag), lambda saved: self._announcer.say(FlagSaved(at=saved.at, flag=saved))
        )
