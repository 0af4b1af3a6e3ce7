"""What every recogniser offers, so that the passes need not know which engine is at work."""

from __future__ import annotations

from typing import Protocol

import msgspec
import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.float32]
"""Mono samples at 16 kHz, −1 to 1."""

RATE = 16_000
"""Samples a second of all sound in this room."""


class UtteranceStream(Protocol):
    """One utterance of one side, fed as it is spoken."""

    @property
    def confidence(self) -> float:
        """Of the final words: mean natural logarithm of the probability a token; 0 where the engine does not tell."""

    def feed(self, sound: Sound, *, voiced: bool) -> None:
        """Take more sound, and whether the speaker talked in it; cheap where the engine decodes on demand."""

    def pause(self) -> None:
        """A short pause was heard: what was said before it may be settled, and the final text prepared."""

    def partial(self) -> str:
        """The words so far."""

    def final(self) -> str:
        """The words of the whole utterance; nothing may be fed afterwards."""


class Recogniser(Protocol):
    """A first pass: text within half a second. One a process; its streams share the weights."""

    name: str

    def open(self, after: UtteranceStream | None = None) -> UtteranceStream:
        """A stream for one utterance; `after` is the one of the utterance shortly before it on its side, if any."""


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a second pass made of one stretch, and how sure it is."""

    text: str
    no_speech: float
    """Probability that nobody spoke, 0 to 1."""
    log_probability: float
    """Mean natural logarithm of the probability a token."""
    compression: float
    """How much shorter the text gets when compressed; above 2.4 it repeats itself."""


class Refiner(Protocol):
    """A second pass: up to 25 s at once, better text a few seconds later."""

    name: str

    def refine(self, sound: Sound, prompt: str = "") -> Heard:
        """The words of a whole stretch, at most 30 s long; `prompt` is text that came just before."""
