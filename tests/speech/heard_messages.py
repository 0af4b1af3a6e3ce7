"""Drives a real speech process with the demo call and keeps what it says, for the tests of this folder."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import soundfile

from sidebyside.model import Side, SpeechState, Stage
from sidebyside.session.demo import demo_sound, load_demo
from sidebyside.speech.joining import plain_words
from sidebyside.speech.messages import FromChild, Plan, Refined, State, Words
from sidebyside.speech.process import SpeechProcess
from sidebyside.speech.recogniser import RATE, Sound

BOTH = (Side.REP, Side.CUSTOMER)
BLOCK = 1_024
LOAD = 120.0
NUMBERS = "zero one two three four five six seven eight nine ten twelve twelfth fifty eighty dollars cents and"


class Mailbox:
    """All messages of a speech process, in order; waits for the one that is wanted."""

    def __init__(self) -> None:
        self.messages: list[FromChild] = []
        self._came = threading.Condition()

    def take(self, message: FromChild) -> None:
        with self._came:
            self.messages.append(message)
            self._came.notify_all()

    def wait(self, wanted: Callable[[list[FromChild]], Any], timeout: float = 60.0) -> Any:
        """Wait until `wanted`, given all messages so far, is true, and return what it gave."""
        with self._came:
            assert self._came.wait_for(lambda: wanted(self.messages), timeout), f"not within {timeout} s"
            return wanted(self.messages)

    def clear(self) -> None:
        with self._came:
            self.messages.clear()

    @property
    def states(self) -> list[State]:
        return [message for message in list(self.messages) if isinstance(message, State)]

    @property
    def finals(self) -> list[Words]:
        return finals(list(self.messages))

    def text(self, side: Side, *, refined: bool = True) -> str:
        """What stands in the end for one side, in order of time."""
        texts: dict[str, str] = {}
        starts: dict[str, float] = {}
        for message in list(self.messages):
            if isinstance(message, Words) and message.side is side and message.stage is Stage.FINAL:
                texts[message.id], starts[message.id] = message.text, message.start
            elif isinstance(message, Refined) and refined:
                texts.update({piece.id: piece.text for piece in message.pieces if piece.id in texts})
        return " ".join(texts[one] for one in sorted(texts, key=lambda key: starts[key]))


def finals(messages: Iterable[FromChild]) -> list[Words]:
    return [message for message in messages if isinstance(message, Words) and message.stage is Stage.FINAL]


def demo_samples(seconds: float | None = None) -> tuple[Sound, Sound]:
    """Both sides of the demo call, or of its beginning."""
    sound, rate = soundfile.read(demo_sound(), dtype="float32", frames=int(seconds * RATE) if seconds else -1)
    assert rate == RATE
    return np.ascontiguousarray(sound[:, 0]), np.ascontiguousarray(sound[:, 1])


def feed(
    process: SpeechProcess,
    sounds: tuple[Sound, ...],
    sides: tuple[Side, ...] = BOTH,
    *,
    at: float = 0.0,
    room: float = 20.0,
    after_block: Callable[[float], None] = lambda seconds: None,
) -> None:
    """Give it the sides block by block, as fast as it takes them."""
    for begin in range(0, len(sounds[0]), BLOCK):
        for side, sound in zip(sides, sounds, strict=True):
            process.hear(side, at + begin / RATE, sound[begin : begin + BLOCK])
        process.wait_for_room(room)
        after_block(at + begin / RATE)


def started(mailbox: Mailbox, **plan: Any) -> SpeechProcess:
    """A process that is ready."""
    process = SpeechProcess(Plan(**{"sides": BOTH, "engine": "moonshine", "live": False, **plan}), mailbox.take)
    process.start()
    assert process.wait_ready(LOAD), mailbox.states
    return process


def is_ready(messages: list[FromChild]) -> bool:
    return any(isinstance(one, State) and one.state is SpeechState.READY for one in messages)


def script_words(side: Side, until: float = float("inf")) -> list[str]:
    return worded(" ".join(one.text for one in load_demo().utterances if one.side is side and one.end <= until))


def worded(text: str) -> list[str]:
    """Plain words without numbers, which each pass writes in its own way."""
    words = plain_words(text.replace("-", " "))
    return [word for word in words if word not in NUMBERS.split() and not any(letter.isdigit() for letter in word)]


def word_errors(said: list[str], heard: list[str]) -> int:
    """Words that were changed, left out or added: the distance of Levenshtein."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, start=1):
        before, row[0] = row[0], i
        for k, other in enumerate(heard, start=1):
            before, row[k] = row[k], min(row[k] + 1, row[k - 1] + 1, before + (word != other))
    return row[-1]


def lost_or_doubled(undisturbed: str, disturbed: str) -> int:
    """How many words one text has more than the other, stretch by stretch; a word heard otherwise counts as none."""
    matcher = difflib.SequenceMatcher(None, worded(undisturbed), worded(disturbed), autojunk=False)
    return sum(abs((b2 - b1) - (a2 - a1)) for tag, a1, a2, b1, b2 in matcher.get_opcodes() if tag != "equal")
