"""Decides, ten milliseconds at a time, whether this side's own speaker is talking.

Everything is relative to the side itself: the floor of its noise and the running level of its speech. What stays far
below that level is a neighbour, not the speaker. Levels are taken after a first difference, which removes offset and
hum and leaves the band that carries words.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from sidebyside.speech.recogniser import RATE, Sound

FRAME = RATE // 100
"""Samples a frame: 10 ms."""
SILENCE = -100.0
OPEN_BELOW_SPEECH = 17.0
"""dB under the running speech level at which a frame still counts as the speaker's."""
OPEN_ABOVE_FLOOR = 9.0
"""dB over the noise floor that a frame must reach."""
HOLD = 6.0
"""dB less suffice to go on than to begin: quiet syllables inside a word are kept."""
QUIETEST = -62.0
"""dBFS (after the difference) below which nothing is taken for speech."""
FLOOR_FRAMES = 400
ADAPT_FRAMES = 250
"""Voiced frames under the gate, 2.5 s, after which a quieter speaker is believed."""
ATTACK, RELEASE = 0.08, 0.004
"""How fast the running speech level follows louder and quieter speech, a frame."""


class Gate:
    """The gate of one side. Feed it in order; it keeps its own remainder of less than a frame."""

    def __init__(self) -> None:
        self._rest: Sound = np.zeros(0, dtype=np.float32)
        self._last = 0.0
        self._recent: deque[float] = deque(maxlen=FLOOR_FRAMES)
        self._floor = SILENCE
        self._count = 0
        self.speech_level: float | None = None
        """Running level of the side's own speech in dB, or None before it was heard."""
        self._open = False
        self._below: deque[float] = deque(maxlen=ADAPT_FRAMES * 2)

    def frames(self, sound: Sound) -> npt.NDArray[np.bool_]:
        """For each whole frame so far unseen: does the speaker talk? Shape (frames,)."""
        joined = np.concatenate([self._rest, sound])
        whole = len(joined) // FRAME * FRAME
        self._rest = joined[whole:]
        if not whole:
            return np.zeros(0, dtype=np.bool_)
        difference = np.diff(joined[:whole], prepend=np.float32(self._last))
        self._last = float(joined[whole - 1])
        power = (difference.reshape(-1, FRAME).astype(np.float64) ** 2).mean(axis=1)
        levels = 10 * np.log10(power + 1e-10)
        return np.fromiter((self._frame(float(level)) for level in levels), dtype=np.bool_, count=len(levels))

    def _frame(self, level: float) -> bool:
        self._recent.append(level)
        self._count += 1
        if self._count % 20 == 1:
            self._floor = float(np.percentile(self._recent, 10))
        threshold = max(self._floor + OPEN_ABOVE_FLOOR, QUIETEST)
        if self.speech_level is not None:
            threshold = max(threshold, self.speech_level - OPEN_BELOW_SPEECH)
        # Speech that never pauses lifts the measured floor; it must not close the gate on itself.
        if self.speech_level is not None:
            threshold = min(threshold, self.speech_level - 6.0)
        talks = level >= (threshold - HOLD if self._open else threshold)
        if talks:
            self._follow(level)
        else:
            self._consider_quieter(level)
        self._open = talks
        return talks

    def _follow(self, level: float) -> None:
        if self.speech_level is None:
            self.speech_level = level
            return
        rate = ATTACK if level > self.speech_level else RELEASE
        self.speech_level += rate * (level - self.speech_level)

    def _consider_quieter(self, level: float) -> None:
        """A new, quieter caller: long, well above the floor, and nothing louder in between."""
        if self.speech_level is None or level < max(self._floor + OPEN_ABOVE_FLOOR + 3.0, QUIETEST):
            return
        self._below.append(self._count)
        recent = [count for count in self._below if count > self._count - 4 * ADAPT_FRAMES]
        if len(recent) >= ADAPT_FRAMES:
            self.speech_level = max(level + OPEN_BELOW_SPEECH - 3.0, QUIETEST)
            self._below.clear()
