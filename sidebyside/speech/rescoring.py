"""Asks Whisper how likely it finds a wording, by the sound it has just heard: what decides on a listed word."""

from __future__ import annotations

from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from sidebyside.speech.vocabulary import Candidate, Vocabulary, put_in

SECOND = 100
"""Frames of its features a second of sound."""
MARGIN = 8.5
"""How much less likely than its own wording, as a natural logarithm, the engine may find a listed one that sounds the
same; the more unlike it sounds, the less. Measured: what had been said lay within it, what had not lay beyond."""
SURE = -0.1
"""Logarithm of the probability of its own wording from which on the engine is not asked again."""
MOST = 8
"""Wordings of one window that are weighed at most."""


class RememberingModel(WhisperModel):  # type: ignore[misc, unused-ignore]
    """Whisper that keeps what it encoded last, so that wordings can be weighed without encoding again."""

    def __init__(self, *args: Any, **named: Any) -> None:
        self._encoded: Any = None
        super().__init__(*args, **named)

    def encode(self, features: Any) -> Any:
        """Encode, and keep the first stretch since `forget`: the whole of a sound that fits into 30 s."""
        encoded = super().encode(features)
        if self._encoded is None:
            self._encoded = encoded
        return encoded

    def forget(self) -> None:
        """Let go of what is kept, before the next sound."""
        self._encoded = None

    def weigh(self, text: str, seconds: float, language: str) -> list[tuple[int, int, float]]:
        """How likely each piece of a text is for the sound heard last, given the pieces before it.

        Args:
            text: a wording of the whole sound.
            seconds: how long the sound is.
            language: code of its language.

        Returns:
            The pieces' first character, end, and natural logarithm of their probability, in order.
        """
        multilingual = self.model.is_multilingual
        tokenizer = Tokenizer(self.hf_tokenizer, multilingual, task="transcribe", language=language)
        encoding = self.hf_tokenizer.encode(" " + text, add_special_tokens=False)
        if self._encoded is None or not encoding.ids:
            return []
        frames = max(2, min(int(seconds * SECOND), 30 * SECOND))
        result = self.model.align(self._encoded, tokenizer.sot_sequence, [encoding.ids], frames)[0]
        logs = np.log(np.maximum(result.text_token_probs, 1e-10))
        return [
            (max(0, start - 1), max(0, end - 1), float(log))
            for (start, end), log in zip(encoding.offsets, logs, strict=True)
        ]


def as_listed(model: RememberingModel, vocabulary: Vocabulary, text: str, seconds: float, language: str) -> str:
    """The text with listed names where it misheard them.

    A listed entry is put in only where it sounds like what was written, the engine was unsure of that, and finds the
    entry hardly less likely by the sound heard last. Everything else stays as it was, to the letter.
    """
    candidates = vocabulary.candidates(text)
    if not candidates:
        return text
    pieces = model.weigh(text, seconds, language)
    unsure = [one for one in candidates if _is_name(one) or _log(pieces, one.start, one.end) < SURE][:MOST]
    whole = _log(pieces, 0, len(text))
    gains = []
    for one in unsure:
        other = put_in(text, one)
        gains.append((_log(model.weigh(other, seconds, language), 0, len(other)) - whole, one))
    chosen: list[Candidate] = []
    for gain, one in sorted(gains, reverse=True):
        free = all(one.end <= other.start or one.start >= other.end for other in chosen)
        if free and gain >= -MARGIN * (1.0 - one.distance):
            chosen.append(one)
    for one in sorted(chosen, key=lambda one: one.start, reverse=True):
        text = put_in(text, one)
    return text


def _is_name(one: Candidate) -> bool:
    """Whether this is a name that sounds just like what is written: the engine is sure of the commoner spelling."""
    return not one.distance and any(letter.isupper() for letter in one.entry)


def _log(pieces: list[tuple[int, int, float]], start: int, end: int) -> float:
    """The logarithm of the probability of all pieces that touch a stretch of characters."""
    return sum(log for first, last, log in pieces if first < end and last > start)
