"""Decides, ten milliseconds at a time, whether this side's own speaker is talking.

Everything is relative to the side itself: the running level of its own speech, and the background heard in its pauses.
Where pauses are quiet the gate is wide open to soft syllables; where neighbours fill them it closes to just under the
speaker. Levels are taken after a first difference, which removes offset and hum and leaves the band that carries words.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from sidebyside.speech.recogniser import RATE, Sound

FRAME = RATE // 100
"""Samples a frame: 10 ms."""
SILENCE = -100.0
OVER_BACKGROUND = 4.0
"""dB over the loud moments of the pauses at which a frame counts as the speaker's."""
NEAREST, FARTHEST = 11.0, 24.0
"""dB under the running speech level between which the gate moves."""
HOLD = 4.0
"""dB less suffice to go on than to begin: quiet syllables inside a word are kept."""
UNKNOWN_OVER_FLOOR = 14.0
"""dB over the noise floor that the first speech must reach, before its own level is known."""
SURE, FAINT = -42.0, -62.0
"""dB (after the difference) from which first speech is believed at once, and below which it never is. In between it may
be a feed that is too quiet, or a room full of neighbours, which lacks the pauses that one speaker makes."""
SPREAD = 10.0
"""dB between the loud moments and the middle of the last seconds that tell one speaker from many."""
FIRST_FRAMES, FIRST_WITHIN = 10, 60
"""Frames at that level, within so many, before a side's first speech is believed."""
LEAST = -66.0
UNKNOWN_PAUSES = 17.0
"""dB under the speech level at which the gate stands until its first pause was heard."""
LOUD = 9.0
"""Frames this close to the speech level are surely the speaker's; far from any of them is background."""
AWAY = 45
"""Frames before and after a loud one that may still be the speaker's."""
BACKGROUND_FRAMES, FLOOR_FRAMES = 800, 400
ATTACK, RELEASE = 0.08, 0.004
"""How fast the running speech level follows louder and quieter speech, a frame."""
QUIETER = 15.0
"""dB by which a new caller may be quieter and be believed soon; farther below they may be a neighbour."""
SOON, LATE = 150, 1500
"""Frames of steady talk, without a loud one, after which a quieter speaker is believed: near, and far below."""


class Gate:
    """The gate of one side. Feed it in order; it keeps its own remainder of less than a frame."""

    def __init__(self) -> None:
        self._rest: Sound = np.zeros(0, dtype=np.float32)
        self._last = 0.0
        self._recent: deque[float] = deque(maxlen=FLOOR_FRAMES)
        self._first: deque[bool] = deque(maxlen=FIRST_WITHIN)
        self._delayed: deque[float] = deque()
        self._background: deque[float] = deque(maxlen=BACKGROUND_FRAMES)
        self._since_loud = 10 * AWAY
        self._quieter: deque[float] = deque(maxlen=LATE)
        self._floor = SILENCE
        self._pauses: float | None = None
        self._count = 0
        self._open = False
        self.speech_level: float | None = None
        """Running level of the side's own speech in dB, or None before it was heard."""

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
        self._watch(level)
        if self.speech_level is None:
            return self._first_speech(level)
        threshold = self._threshold(self.speech_level)
        talks = level >= (threshold - HOLD if self._open else threshold)
        self._open = talks
        if talks:
            rate = ATTACK if level > self.speech_level else RELEASE
            self.speech_level += rate * (level - self.speech_level)
        else:
            self._consider_quieter(level, self.speech_level)
        return talks

    def _first_speech(self, level: float) -> bool:
        """Believe that somebody speaks once enough of the last frames were loud; none of them counts before."""
        self._first.append(level >= max(self._floor + UNKNOWN_OVER_FLOOR, FAINT))
        if sum(self._first) < FIRST_FRAMES:
            return False
        lately = np.array(self._recent)
        loud, middle = np.percentile(lately[-FIRST_WITHIN:], 85), np.median(lately)
        if loud < SURE and (len(lately) < FLOOR_FRAMES // 2 or np.percentile(lately, 95) - middle < SPREAD):
            return False
        self.speech_level = float(np.percentile(lately[-FIRST_WITHIN:], 90))
        self._open = True
        return True

    def _watch(self, level: float) -> None:
        """Keep the floor and the level of the pauses."""
        self._recent.append(level)
        self._count += 1
        loud = self.speech_level is not None and level >= self.speech_level - LOUD
        self._since_loud = 0 if loud else self._since_loud + 1
        self._delayed.append(level)
        if loud:
            # What came shortly before a loud frame was the speaker drawing near it.
            self._delayed.clear()
        elif len(self._delayed) > AWAY:
            before = self._delayed.popleft()
            if self._since_loud > 2 * AWAY:
                self._background.append(before)
        if self._count % 20 == 1:
            self._floor = float(np.percentile(self._recent, 10))
            if len(self._background) >= 50:
                self._pauses = float(np.percentile(self._background, 90))

    def _threshold(self, speech: float) -> float:
        if self._pauses is None:
            return speech - UNKNOWN_PAUSES
        wanted = max(self._pauses + OVER_BACKGROUND, LEAST)
        return min(max(wanted, speech - FARTHEST), speech - NEAREST)

    def _consider_quieter(self, level: float, speech: float) -> None:
        """A new, quieter caller: talk well above the floor for a while, and nothing louder in between."""
        if self._since_loud < 2 * AWAY:
            self._quieter.clear()
        elif level >= max(self._floor + UNKNOWN_OVER_FLOOR, speech - FARTHEST - HOLD):
            self._quieter.append(level)
            near = sum(1 for one in self._quieter if one >= speech - QUIETER)
            if near >= SOON or len(self._quieter) >= LATE:
                self.speech_level = float(np.percentile(self._quieter, 80))
                self._quieter.clear()
                self._background.clear()
                self._pauses = None
