"""What is known by now of the last half minute of one side, frame by frame: speech or none, also in hindsight."""

from __future__ import annotations

import numpy as np

from sidebyside.speech.recogniser import RATE, Sound
from sidebyside.speech.shaping import Voiced

FRAME = RATE // 100
"""Samples a frame: 10 ms."""
KEPT = 3000
"""Frames: longer than the longest utterance."""
COUNTS = 20.0
"""dB under the loudest frame of a stretch to which a frame counts."""


class Verdicts:
    """A ring of frames of 10 ms with their levels."""

    def __init__(self) -> None:
        self._allowed = np.ones(KEPT, dtype=np.bool_)
        self._for_good = np.zeros(KEPT, dtype=np.bool_)
        self._power = np.zeros(KEPT)

    def add(self, sound: Sound, allowed: Voiced, for_good: Voiced | None = None) -> None:
        """Take new frames: their sound, whole frames, whether they may be speech, and which never will be."""
        if not len(allowed):
            return
        power = (sound.reshape(len(allowed), FRAME).astype(np.float64) ** 2).mean(axis=1)
        self._allowed = np.concatenate([self._allowed, allowed])[-KEPT:]
        never = np.zeros(len(allowed), dtype=np.bool_) if for_good is None else for_good
        self._for_good = np.concatenate([self._for_good, never])[-KEPT:]
        self._power = np.concatenate([self._power, power])[-KEPT:]

    def revoke(self, newest: int, frames: int, *, for_good: bool = False) -> None:
        """So many frames before the newest ones were no speech after all."""
        before = slice(max(0, KEPT - newest - frames), KEPT - newest)
        self._allowed[before] = False
        if for_good:
            self._for_good[before] = True

    def grant(self, newest: int, frames: int) -> None:
        """So many frames before the newest ones may have been speech after all, but for those barred for good."""
        before = slice(max(0, KEPT - newest - frames), KEPT - newest)
        self._allowed[before] = ~self._for_good[before]

    def settle(self, allowed: Voiced) -> None:
        """Of the last frames, these may be speech and those not, whatever was thought before."""
        self._allowed[KEPT - len(allowed) :] = allowed

    def last(self, frames: int) -> Voiced:
        """Of the last so many frames, at most half a minute: may they be speech?"""
        return self._allowed[KEPT - min(frames, KEPT) :].copy()

    def share(self, frames: int) -> float:
        """Of the loud ones among the last so many frames, the share that may be speech."""
        allowed, power = self.last(frames), self._power[KEPT - min(frames, KEPT) :]
        counts = power > power.max(initial=0.0) * 10 ** (-COUNTS / 10)
        return float(allowed[counts].mean()) if counts.any() else 1.0
