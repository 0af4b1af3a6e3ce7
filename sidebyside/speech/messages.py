"""What the parent and the speech process say to each other: small records over one pipe."""

from __future__ import annotations

import msgspec

from sidebyside.model import Side, SpeechState, Stage


class Plan(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """First message to the process: what to load."""

    sides: tuple[Side, ...]
    engine: str
    language: str = "en"
    first_model: str = ""
    """Folder of the model for live text; empty for the one that came with the app."""
    second_model: str = ""
    """Folder of the model that hears again; empty for the one that came with the app."""
    second_pass: bool = True
    vocabulary: tuple[str, ...] = ()
    """Names, products and jargon that the second pass listens for."""
    live: bool = True
    """Whether somebody watches: else there are no partials, and both passes go as fast as they can."""


class Sound(msgspec.Struct, frozen=True, tag=True):
    """A block of one side: mono float32 samples at 16 kHz as bytes, beginning at session time `at`."""

    epoch: int
    side: Side
    at: float
    samples: bytes


class Settled(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """After a restart: an utterance the first pass had finished, whose sound comes again for the second."""

    epoch: int
    side: Side
    id: str
    start: float
    end: float
    text: str


class Flush(msgspec.Struct, frozen=True, tag=True):
    """The call ended: finish every utterance and window, then answer `Flushed`."""

    epoch: int


class Drop(msgspec.Struct, frozen=True, tag=True):
    """Do not listen: forget all sound and work under way. Later messages carry the new epoch."""

    epoch: int


class ShowLeftOut(msgspec.Struct, frozen=True, tag=True):
    """Say also what the gate leaves out, as `Aside`, or no longer."""

    on: bool


class Words(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """First-pass text of one utterance: `partial`, empty to withdraw it, or `final`."""

    epoch: int
    side: Side
    id: str
    start: float
    end: float
    text: str
    stage: Stage


class Aside(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What the gate left out, on request: for the eye alone, kept nowhere."""

    epoch: int
    side: Side
    start: float
    end: float
    text: str


class Gone(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A final utterance was the other side overheard, as its louder words have shown since: it goes."""

    epoch: int
    id: str


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """The refined text of one utterance."""

    id: str
    text: str
    start: float
    end: float


class Refined(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Second-pass text of one window, cut at the utterances' borders; sound up to `until` is needed no more."""

    epoch: int
    side: Side
    until: float
    closed_at: float
    """Session time at which the window was complete."""
    pieces: tuple[Piece, ...]


class Progress(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """How far the passes have come, in session seconds."""

    epoch: int
    side: Side
    decoded: float
    refined: float


class Flushed(msgspec.Struct, frozen=True, tag=True):
    """All that came before the `Flush` of this epoch has been answered."""

    epoch: int


class State(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Loading, ready, or failed, with a sentence for a person where there is one."""

    state: SpeechState
    message: str = ""
    engine: str = ""


ToChild = Plan | Sound | Settled | Flush | Drop | ShowLeftOut
FromChild = Words | Aside | Gone | Refined | Progress | Flushed | State

_encoder = msgspec.msgpack.Encoder()
_to_child: msgspec.msgpack.Decoder[ToChild] = msgspec.msgpack.Decoder(ToChild)
_from_child: msgspec.msgpack.Decoder[FromChild] = msgspec.msgpack.Decoder(FromChild)


def encode(message: ToChild | FromChild) -> bytes:
    """One message as bytes for the pipe."""
    return _encoder.encode(message)


def to_child(raw: bytes) -> ToChild:
    """A message as the process receives it."""
    return _to_child.decode(raw)


def from_child(raw: bytes) -> FromChild:
    """A message as the parent receives it."""
    return _from_child.decode(raw)
