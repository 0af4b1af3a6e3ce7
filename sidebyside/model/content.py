"""What resources/*.toml declares: flags, reasons and questions."""

from __future__ import annotations

import msgspec


class FlagKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of flag and the key that strikes it."""

    key: str
    """Name in records, e.g. `code-red`."""
    press: str
    """The character on the keyboard: `1` … `0`, `-`, `=`."""
    name: str
    meaning: str
    promise: bool = False
    """It becomes a follow-up."""
    care: bool = False
    """Abuse or distress: look after the rep, ask nothing now."""
    ask: bool = False
    """Raise it first in the debrief."""


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a customer got in touch, in the customer's words."""

    key: str
    name: str
    group: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question for the debrief."""

    key: str
    text: str
    follow_up: str = ""
    """Asked right after, under the question."""
    answer: str = "text"
    """`text` or `number`."""
    short: str = ""
    """The few words that stand for it in a list."""


class QuestionBank(msgspec.Struct, frozen=True, kw_only=True):
    """All questions, by when they are asked."""

    per_reason: tuple[Question, ...]
    """Price's four first, then the rest."""
    core: int
    """How many of `per_reason` are Price's: always asked, also in the two-minute version."""
    by_flag: dict[str, tuple[Question, ...]]
    """Flag key to questions."""
    at_end: tuple[Question, ...]
