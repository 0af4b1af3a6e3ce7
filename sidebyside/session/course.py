"""The course of a session: its calls, and the stretches that were not heard."""

from __future__ import annotations

import threading

import msgspec

from sidebyside.errors import NotAllowed
from sidebyside.model import Contact, ContactChanged, ContactStarted, Gap, GapReason, GapSaved
from sidebyside.session.announcing import Announcer
from sidebyside.session.plan import new_id
from sidebyside.store.library import Library

EARLY = 0.05
"""Seconds before its start from which words belong to a call: a block of sound begins a little before the key.

Less than the shortest utterance lasts, so that what ended before a call never falls into it.
"""


class Course:
    """Calls and gaps of one session, saved and announced as they change. Safe to use from any thread."""

    def __init__(self, session_id: str, library: Library, announcer: Announcer) -> None:
        self._session_id = session_id
        self._library = library
        self._announcer = announcer
        self._lock = threading.RLock()
        self._contacts: list[Contact] = []
        self._gap: Gap | None = None
        self.contact: Contact | None = None
        """The call under way."""

    def start_call(self, now: float) -> None:
        """The next call begins."""
        with self._lock:
            number = len(self._contacts) + 1
            self.contact = Contact(id=new_id(), session_id=self._session_id, number=number, start=round(now, 3))
            self._contacts.append(self.contact)
            write = self._library.save_contact(self.contact)
        self._announcer.saved(write, lambda saved: self._announcer.say(ContactStarted(at=saved.start, contact=saved)))

    def end_call(self, now: float) -> None:
        """The call under way ends."""
        with self._lock:
            if self.contact:
                ended = msgspec.structs.replace(self.contact, end=round(now, 3))
                self.contact = None
                self._change(ended, now)

    def set_reason(self, reason: str | None, contact_id: str | None, now: float) -> None:
        """Give the call named, else the one under way or the last, its reason."""
        with self._lock:
            last = self.contact or (self._contacts[-1] if self._contacts else None)
            wanted = contact_id or (last.id if last else None)
            for contact in self._contacts:
                if contact.id == wanted and not contact.struck:
                    changed = msgspec.structs.replace(contact, reason=reason)
                    if self.contact and self.contact.id == changed.id:
                        self.contact = changed
                    self._change(changed, now)

    def find(self, contact_id: str | None) -> Contact | None:
        """The call named, else the one under way, else the last."""
        with self._lock:
            if contact_id is None:
                return self.contact or (self._contacts[-1] if self._contacts else None)
            return next((contact for contact in self._contacts if contact.id == contact_id), None)

    def span(self, contact_id: str) -> tuple[float, float]:
        """From when on, and before when, words that begin belong to a call that has ended."""
        with self._lock:
            place = next(place for place, contact in enumerate(self._contacts) if contact.id == contact_id)
            contact, later = self._contacts[place], self._contacts[place + 1 :]
            end = contact.start if contact.end is None else contact.end
            return contact.start - EARLY, min([end, *(one.start - EARLY for one in later[:1])])

    def strike(self, contact_id: str, now: float) -> None:
        """Strike out a call that has ended: of what was in it nothing stays, gaps neither."""
        with self._lock:
            contact = next(contact for contact in self._contacts if contact.id == contact_id)
            struck = msgspec.structs.replace(contact, struck=True, reason=None)
            self._contacts = [struck if one.id == contact_id else one for one in self._contacts]
            gap, end = self._gap, contact.end
            if gap and end is not None and contact.start <= gap.start < end:
                # It goes on after the call, and the rest of it stays.
                self.close_gap(end)
                self.open_gap(end, gap.reason)
            write = self._library.strike_contact(contact_id)
        self._announcer.saved(write, lambda saved: self._announcer.say(ContactChanged(at=now, contact=saved)))

    def _change(self, contact: Contact, now: float) -> None:
        self._contacts = [contact if one.id == contact.id else one for one in self._contacts]
        self._announcer.saved(
            self._library.save_contact(contact),
            lambda saved: self._announcer.say(ContactChanged(at=now, contact=saved)),
        )

    def contact_at(self, at: float) -> Contact | None:
        """The call at this moment, or the last before it."""
        with self._lock:
            earlier = [contact for contact in self._contacts if contact.start <= at + EARLY]
            return earlier[-1] if earlier else next(iter(self._contacts), None)

    def contact_to_mark(self, at: float) -> Contact | None:
        """The call that a note or flag for this moment belongs to; after a struck one it belongs to none.

        Raises:
            NotAllowed: it would belong to a call that was struck out.
        """
        contact = self.contact_at(at)
        if contact is None or not contact.struck:
            return contact
        # Calls end at a whole millisecond, which may be the next one.
        if contact.end is None or at < contact.end - 0.001:
            raise NotAllowed("It belongs to the call that was struck out at the rep's word, so it was not kept.")
        return None

    def open_gap(self, start: float, reason: GapReason) -> None:
        """From here on nothing is heard; an open gap ends."""
        with self._lock:
            self.close_gap(start)
            self._gap = Gap(id=new_id(), session_id=self._session_id, start=round(start, 3), end=None, reason=reason)
            self._keep(self._gap)

    def close_gap(self, end: float) -> None:
        """Something is heard again."""
        with self._lock:
            gap, self._gap = self._gap, None
            if gap:
                self._keep(msgspec.structs.replace(gap, end=round(max(gap.start, end), 3)))

    def lost(self, start: float, end: float, reason: GapReason) -> None:
        """A stretch that is already over was lost."""
        self._keep(Gap(id=new_id(), session_id=self._session_id, start=start, end=end, reason=reason))

    def _keep(self, gap: Gap) -> None:
        self._announcer.saved(
            self._library.save_gap(gap), lambda saved: self._announcer.say(GapSaved(at=saved.start, gap=saved))
        )
