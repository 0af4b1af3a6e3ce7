"""What the conductor announces, after it was committed: a closed list."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from sidebyside.model.records import Answer, Contact, Flag, FollowUp, Gap, Note, Session, Side, Utterance


class SpeechState(StrEnum):
    """Where the speech process stands."""

    OFF = "off"
    LOADING = "loading"
    READY = "ready"
    RESTARTING = "restarting"
    FAILED = "failed"


class Listening(StrEnum):
    """What the session does with sound right now."""

    LISTENING = "listening"
    PAUSED = "paused"
    BETWEEN_CALLS = "between calls"
    NOTES_ONLY = "notes only"
    DEVICE_LOST = "device lost"
    ENDED = "ended"


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Base of the closed list of events; `at` is the session time of the announcement, in seconds."""

    at: float = 0.0


class SessionStarted(Event, frozen=True, kw_only=True):
    session: Session


class SessionEnded(Event, frozen=True, kw_only=True):
    session: Session


class ContactStarted(Event, frozen=True, kw_only=True):
    contact: Contact


class ContactChanged(Event, frozen=True, kw_only=True):
    """Ended, given a reason, or struck out."""

    contact: Contact


class PartialHeard(Event, frozen=True, kw_only=True):
    """Words so far of an utterance under way: shown, never stored. Empty text withdraws it."""

    utterance: Utterance


class UtteranceSaved(Event, frozen=True, kw_only=True):
    """Final, refined, or revised text of an utterance; stored unless the rep agreed to listening only."""

    utterance: Utterance


class UtterancesRemoved(Event, frozen=True, kw_only=True):
    """Dropped by a pause or a strike-out: shredded in the library, to go from the screen."""

    ids: tuple[str, ...]


class LeftOutHeard(Event, frozen=True, kw_only=True):
    """Talk too quiet to be this call's, on request: for a check by eye, never stored, and gone with the call."""

    id: str
    contact_id: str
    """The call during which it was heard, for the time in it; it is no part of that call."""
    side: Side
    """On whose line it was heard; it is not this side's talk."""
    start: float
    end: float
    text: str


class LeftOutGone(Event, frozen=True, kw_only=True):
    """What `LeftOutHeard` showed is to go from the screen."""

    ids: tuple[str, ...]


class NoteSaved(Event, frozen=True, kw_only=True):
    note: Note


class FlagSaved(Event, frozen=True, kw_only=True):
    """Struck, or moved to another moment."""

    flag: Flag


class TakenBack(Event, frozen=True, kw_only=True):
    """A note or flag was taken back."""

    id: str


class GapSaved(Event, frozen=True, kw_only=True):
    gap: Gap


class AnswerSaved(Event, frozen=True, kw_only=True):
    answer: Answer


class FollowUpSaved(Event, frozen=True, kw_only=True):
    follow_up: FollowUp


class ListeningChanged(Event, frozen=True, kw_only=True):
    listening: Listening


class Health(Event, frozen=True, kw_only=True):
    """Proof of life, a few times a second."""

    levels: tuple[float, ...] = ()
    """dBFS of each side in layout order; -120 is silence."""
    audio: bool = False
    """Sound arrived within the last two seconds."""
    words: bool = False
    """The speech process is ready and answers."""
    saved: bool = True
    """Everything shown as final is on disk."""
    behind: float = 0.0
    """Seconds between the newest sound and the newest decoded sound."""
    refined_behind: float = 0.0
    overruns: int = 0


class SpeechChanged(Event, frozen=True, kw_only=True):
    state: SpeechState
    message: str = ""


class Trouble(Event, frozen=True, kw_only=True):
    """Something a person should know, in their words: what happened, what was kept, what to do."""

    message: str
