"""The demo call: its sound, who says what and when, and what the autopilot does meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from sidebyside.errors import BadContent
from sidebyside.model import Side
from sidebyside.paths import resource

FOLDER = "demo"

T = TypeVar("T")


class DemoWord(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One spoken word as it is written, its punctuation included; times in seconds from the start of the sound."""

    text: str
    start: float
    end: float


class DemoUtterance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One turn: starts with its first word and ends with its last. Turns of the two sides may overlap."""

    side: Side
    start: float
    end: float
    text: str
    """Its words, joined by spaces. What must be masked is in it: this is what was said, not what may be kept."""
    words: tuple[DemoWord, ...]


class DemoAction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that the autopilot does: a flag, a note, or a flag with the note that belongs to it."""

    at: float
    """Seconds from the start of the sound."""
    flag: str = ""
    """Key of the kind of flag; empty for a note alone."""
    note: str = ""
    private: bool = False
    """The note is a Quiet word, and so belongs to no flag."""

    def __post_init__(self) -> None:
        if not (self.flag or self.note):
            raise ValueError("an action needs a `flag`, a `note` or both")
        if self.private and (self.flag or not self.note):
            raise ValueError("only a note without a flag can be `private`")


class DemoAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the rep answers to one question of the debrief."""

    question: str
    """Key of the question; a flag's question has the flag's key."""
    text: str = ""
    number: float | None = None
    unit: str = ""
    """Of `number`, as in `model.Answer`."""


class DemoFollowUp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A promise made in the debrief."""

    text: str
    owner: str
    due_in_days: int
    """From the day of the demo."""


class DemoScript(msgspec.Struct, frozen=True, kw_only=True):
    """All there is to know of the demo call."""

    duration: float
    """Of the sound, in seconds."""
    rep: str
    queue: str
    reason: str
    """Key of the call's reason."""
    utterances: tuple[DemoUtterance, ...]
    """In the order of their starts."""
    actions: tuple[DemoAction, ...]
    """In the order of time."""
    answers: tuple[DemoAnswer, ...]
    follow_ups: tuple[DemoFollowUp, ...]


class _Spoken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What script.toml holds."""

    duration: float
    utterances: tuple[DemoUtterance, ...]


class _Autopilot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What autopilot.toml holds."""

    rep: str
    queue: str
    reason: str
    actions: tuple[DemoAction, ...]
    answers: tuple[DemoAnswer, ...] = ()
    follow_ups: tuple[DemoFollowUp, ...] = ()


def demo_sound(folder: Path | None = None) -> Path:
    """The call's sound: FLAC, 16 kHz, 16 bit; left is the rep, right is the customer."""
    return (folder or resource(FOLDER)) / "call.flac"


def load_demo(folder: Path | None = None) -> DemoScript:
    """The call's script and the autopilot's part, from the resources or from another folder laid out alike.

    Raises:
        BadContent: a file is missing or does not hold what it must; the text names file and field.
    """
    folder = folder or resource(FOLDER)
    spoken = _read(folder / "script.toml", _Spoken)
    autopilot = _read(folder / "autopilot.toml", _Autopilot)
    return DemoScript(
        duration=spoken.duration,
        rep=autopilot.rep,
        queue=autopilot.queue,
        reason=autopilot.reason,
        utterances=spoken.utterances,
        actions=autopilot.actions,
        answers=autopilot.answers,
        follow_ups=autopilot.follow_ups,
    )


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        reason = "it cannot be read" if isinstance(error, OSError) else str(error)
        raise BadContent(
            f"The demo call cannot be played: in {path.name}, {reason}. Nothing else is affected; "
            "install the app again, or undo the change to that file."
        ) from error
