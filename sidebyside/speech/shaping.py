"""Turns down, within an utterance, what is not the speaker: neighbours in short pauses would be written down else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sidebyside.speech.recogniser import RATE

Pair = npt.NDArray[np.float32]
"""A stretch as it came, and with the noise turned down: shape (2, samples)."""
Voiced = npt.NDArray[np.bool_]
"""For each frame of 10 ms: does the speaker talk?"""

BEFORE, AFTER = 10, 14
"""Frames kept as they are before and after a voiced one: soft consonants, fading vowels."""
TURNED_DOWN = 0.06
"""What the rest is multiplied by, −24 dB: silence to a recogniser, yet without the clicks of true silence."""


class Shaper:
    """The sound of one side's utterances; with noisy pauses it lags by a tenth of a second, else not at all."""

    def __init__(self) -> None:
        self._held: list[tuple[Pair, Voiced]] = []
        self._past: Voiced = np.zeros(0, dtype=np.bool_)

    def push(self, pair: Pair, voiced: Voiced, *, noisy: bool) -> list[Pair]:
        """Take a block with its frames; returns the blocks that are ready, in order."""
        self._held.append((pair, voiced))
        if not noisy:
            return self._release(0, shape=False)
        return self._release(BEFORE, shape=True)

    def flush(self) -> list[Pair]:
        """The utterance ended: returns what was held back."""
        rest = self._release(0, shape=True)
        self._past = np.zeros(0, dtype=np.bool_)
        return rest

    def _release(self, ahead: int, *, shape: bool) -> list[Pair]:
        """Blocks that have so many frames after them."""
        ready = []
        while self._held and sum(len(voiced) for _, voiced in self._held[1:]) >= ahead:
            pair, voiced = self._held.pop(0)
            future = [later for _, later in self._held]
            ready.append(self._shaped(pair, voiced, future) if shape else pair)
            self._past = np.concatenate([self._past, voiced])[-AFTER:]
        return ready

    def _shaped(self, pair: Pair, voiced: Voiced, future: list[Voiced]) -> Pair:
        if not len(voiced) or voiced.all():
            return pair
        around = np.concatenate([self._past, voiced, *future])
        begin = len(self._past)
        kept = np.array([around[max(0, k - AFTER) : k + BEFORE + 1].any() for k in range(begin, begin + len(voiced))])
        gains = np.where(kept, 1.0, TURNED_DOWN)
        centres = (np.arange(len(gains)) + 0.5) * (RATE / 100)
        return (pair * np.interp(np.arange(pair.shape[1]), centres, gains)).astype(np.float32)
