"""The records that every room shares: frozen, free of behaviour, times in session seconds."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Side(StrEnum):
    """Who speaks: one channel of the headset, or both in one."""

    REP = "rep"
    CUSTOMER = "customer"
    MIXED = "mixed"


class Layout(StrEnum):
    """How a device's channels map to sides."""

    MONO = "mono"
    """All channels mixed into one: side `mixed`."""
    STEREO = "stereo"
    """Left is the rep, right is the customer."""
    SWAPPED = "swapped"
    """Left is the customer, right is the rep."""

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides in channel order: one for mono, else two."""
        if self is Layout.MONO:
            return (Side.MIXED,)
        return (Side.REP, Side.CUSTOMER) if self is Layout.STEREO else (Side.CUSTOMER, Side.REP)


class Kit(StrEnum):
    """How the executive hears the call."""

    CORD = "cord"
    COMPUTER = "computer"
    MICROPHONE = "microphone"
    NOTES = "notes"


class Agreement(StrEnum):
    """What the rep agreed to for this session. A refusal is stored nowhere, so it has no value here."""

    TEXT = "text"
    LISTEN = "listen"
    """Words are shown live; none of them is stored."""


class Stage(StrEnum):
    """How settled an utterance's text is."""

    PARTIAL = "partial"
    FINAL = "final"
    REFINED = "refined"


class GapReason(StrEnum):
    """Why a stretch of the session was not heard."""

    PAUSED = "paused"
    BETWEEN_CALLS = "between calls"
    DEVICE_LOST = "device lost"
    OVERRUN = "overrun"
    SPEECH_LOST = "speech process lost"


class Channel(StrEnum):
    """By what way the customer got in touch."""

    CALL = "call"
    EMAIL = "email"
    CHAT = "chat"
    VISIT = "visit"


class SessionState(StrEnum):
    """Where a stored session stands."""

    OPEN = "open"
    ENDED = "ended"
    RECOVERED = "recovered"
    """Cut short by a crash and closed at the next start, with all that was acknowledged."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all stored records. `id` is 32 hexadecimal digits."""

    id: str


class Session(Record, frozen=True, kw_only=True):
    """One sitting beside one rep."""

    started: str
    """UTC, ISO 8601 with `+00:00`."""
    zone: str
    """Local zone as an IANA name or `UTC+02:00`."""
    offset: int
    """Local offset from UTC at the start, in seconds."""
    rep: str
    queue: str = ""
    language: str = "en"
    kit: Kit = Kit.CORD
    layout: Layout = Layout.MONO
    agreed: Agreement = Agreement.TEXT
    agreed_at: str = ""
    """UTC, ISO 8601."""
    notice: str = ""
    """The caller notice that plays, as quoted to the rep."""
    engine: str = ""
    """Names of the first and second pass, e.g. `moonshine + whisper`; empty for notes only."""
    state: SessionState = SessionState.OPEN
    duration: float = 0.0
    """Seconds; for an open session, as far as anything was stored."""


class Contact(Record, frozen=True, kw_only=True):
    """One customer interaction within a session; on screen, a call."""

    session_id: str
    number: int
    """1, 2, 3… in the session."""
    start: float
    end: float | None = None
    channel: Channel = Channel.CALL
    reason: str | None = None
    """Key of the primary reason."""
    struck: bool = False
    """Struck out at the rep's word: content shredded."""


class Utterance(Record, frozen=True, kw_only=True):
    """A stretch of one side's speech, already masked."""

    session_id: str
    contact_id: str
    side: Side
    start: float
    end: float
    text: str
    stage: Stage


class Note(Record, frozen=True, kw_only=True):
    """Free text at a moment, already masked."""

    session_id: str
    contact_id: str | None
    at: float
    text: str
    private: bool = False
    flag_id: str | None = None
    """The flag that this text belongs to, if it was typed right after one."""


class Flag(Record, frozen=True, kw_only=True):
    """A one-key mark."""

    session_id: str
    contact_id: str | None
    kind: str
    """Key of the flag kind, e.g. `code-red`."""
    at: float
    """The moment it is about: snapped to the start of the customer's last full utterance."""
    struck_at: float
    """When the key was pressed."""


class Gap(Record, frozen=True, kw_only=True):
    """A stretch that was not heard."""

    session_id: str
    start: float
    end: float | None
    reason: GapReason


class Answer(Record, frozen=True, kw_only=True):
    """What the rep said to one question."""

    session_id: str
    question: str
    """Key of the question."""
    asked: str
    """The question's wording when it was asked."""
    reason: str | None = None
    """Key of the reason it was asked about, if any."""
    flag_id: str | None = None
    """The flag it was asked about, if any."""
    text: str = ""
    number: float | None = None
    unit: str = ""
    """Of `number`: `a day`, or `of your last ten`."""
    skipped: bool = False


class FollowUp(Record, frozen=True, kw_only=True):
    """A promise with an owner and a day."""

    session_id: str
    rep: str
    text: str
    owner: str = ""
    due: str = ""
    """Local date, ISO 8601; empty where no day was named."""
    done: str = ""
    """Local date on which it was closed, else empty."""
    outcome: str = ""


class SessionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """All that is kept of one session, each list in order of time; taken-back items are left out."""

    session: Session
    contacts: tuple[Contact, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    notes: tuple[Note, ...] = ()
    flags: tuple[Flag, ...] = ()
    gaps: tuple[Gap, ...] = ()
    answers: tuple[Answer, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()


class SessionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the library's list."""

    session: Session
    contacts: int
    utterances: int
    notes: int
    flags: int
    answers: int


class WordList(msgspec.Struct, frozen=True, kw_only=True):
    """Names, products and jargon to be heard where they are said."""

    queue: str = ""
    """The queue whose calls they belong to; empty for those of every queue."""
    entries: tuple[str, ...] = ()
