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
Levels = npt.NDArray[np.float64]
"""dB of each frame, after the difference."""
SILENCE = -100.0
OVER_BACKGROUND = 3.0
"""dB over the loud moments of the pauses at which a frame counts as the speaker's."""
NEAREST, FARTHEST = 11.0, 24.0
"""dB under the running speech level between which the gate moves."""
HOLD = 4.0
"""dB less suffice to go on than to begin: quiet syllables inside a word are kept."""
UNKNOWN_OVER_FLOOR = 10.0
"""dB over the noise floor that the first speech must reach, before its own level is known."""
SURE, FAINT = -42.0, -52.0
"""dB (after the difference) from which first speech is believed at once, and below which it never is. In between it may
be a feed that is too quiet, or a room full of neighbours, which lacks the pauses that one speaker makes."""
SPREAD = 10.0
"""dB between the loud moments and the middle of the last seconds that tell one speaker from many."""
FAINT_FRAMES = 150
"""Frames that must have been heard before faint first speech is believed."""
FIRST_FRAMES, FIRST_WITHIN = 10, 60
"""Frames at that level, within so many, before a side's first speech is believed."""
LEAST = -66.0
UNKNOWN_PAUSES = 17.0
"""dB under the speech level at which the gate stands until its first pause was heard."""
LOUD = 9.0
"""dB under the speech level to which a frame is surely the speaker's."""
NEAR, AWAY = 14.0, 45
"""Frames not even this close, with none that is within so many frames before and after, are background."""
BACKGROUND_FRAMES, FLOOR_FRAMES = 2000, 400
ATTACK, RELEASE, SLOW_RELEASE = 0.08, 0.004, 0.0004
"""How fast the running speech level follows louder frames, quieter ones, and those too quiet to say much."""
NOISY = 28.0
"""The pauses are noisy where their loud moments come this close to the speech level, in dB."""
MURMUR, STEADY = 31.0, 5.0
"""A floor murmurs where a quarter of its pauses come this close to the speech level, in dB, unless they are alike."""
LEVEL_EVERY, LEVELS_KEPT = 25, 24
"""Frames between two remembered speech levels, and how many: six seconds can be undone."""
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
        self._since_near = 10 * AWAY
        self._quieter: deque[float] = deque(maxlen=LATE)
        self._floor = SILENCE
        self._pauses: float | None = None
        self._murmur: float | None = None
        self._count = 0
        self._open = False
        self._was: deque[float | None] = deque(maxlen=LEVELS_KEPT)
        self.speech_level: float | None = None
        """Running level of the side's own speech in dB, or None before it was heard."""
        self.loud = np.zeros(0, dtype=np.bool_)
        """Of the frames asked for last: which are surely the speaker's, not a neighbour's."""
        self.levels: Levels = np.zeros(0)
        """Of the same frames: how loud they are."""

    @property
    def floor(self) -> float:
        """dB of the quietest moments of late."""
        return self._floor

    @property
    def noisy(self) -> bool:
        """Whether the pauses are filled with something that could be taken for the speaker."""
        return self.speech_level is not None and self._pauses is not None and self._pauses > self.speech_level - NOISY

    @property
    def murmuring(self) -> bool:
        """Whether the pauses are filled with talk most of the time, as on a floor full of people; hiss is no talk."""
        return self.speech_level is not None and self._murmur is not None and self._murmur > self.speech_level - MURMUR

    def frames(self, sound: Sound, allowed: deque[bool] | None = None, revoked: int = 0) -> npt.NDArray[np.bool_]:
        """For each whole frame so far unseen: does the speaker talk? Shape (frames,).

        Args:
            sound: the next samples.
            allowed: of the coming frames, whether they may be speech at all; those used are taken from it. Tones, music
                and the other side teach the gate nothing.
            revoked: so many frames before these are only now known to have been no speech: what they taught is undone.
        """
        if revoked:
            self._undo(revoked)
        joined = np.concatenate([self._rest, sound])
        whole = len(joined) // FRAME * FRAME
        self._rest = joined[whole:]
        self.loud = np.zeros(whole // FRAME, dtype=np.bool_)
        self.levels = np.zeros(0)
        if not whole:
            return np.zeros(0, dtype=np.bool_)
        difference = np.diff(joined[:whole], prepend=np.float32(self._last))
        self._last = float(joined[whole - 1])
        power = (difference.reshape(-1, FRAME).astype(np.float64) ** 2).mean(axis=1)
        self.levels = levels = 10 * np.log10(power + 1e-10)
        may = [allowed.popleft() if allowed else True for _ in levels]
        each = (self._frame(float(level)) if one else self._pass_over() for level, one in zip(levels, may, strict=True))
        talks = np.fromiter(each, dtype=np.bool_, count=len(levels))
        if self.speech_level is not None:
            self.loud = talks & (levels >= self.speech_level - LOUD)
        return talks

    def _pass_over(self) -> bool:
        """A frame that is no speech of this side, whatever its level."""
        self._open = False
        self._first.clear()
        return False

    def _undo(self, frames: int) -> None:
        """Go back to the speech level from before the last so many frames."""
        back = min(frames // LEVEL_EVERY + 1, len(self._was))
        if back:
            self.speech_level = self._was[-back]
            for _ in range(back):
                self._was.pop()
        self._first.clear()
        self._open = False

    def _frame(self, level: float) -> bool:
        self._watch(level)
        if self.speech_level is None:
            return self._first_speech(level)
        threshold = self._threshold(self.speech_level)
        talks = level >= (threshold - HOLD if self._open else threshold)
        self._open = talks
        if talks:
            quieter = RELEASE if level > self.speech_level - LOUD else SLOW_RELEASE
            rate = ATTACK if level > self.speech_level else quieter
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
        if loud < SURE and (len(lately) < FAINT_FRAMES or np.percentile(lately, 95) - middle < SPREAD):
            return False
        self.speech_level = float(np.percentile(lately[-FIRST_WITHIN:], 90))
        # What was heard before may have been the first words, not yet believed.
        self._background.clear()
        self._pauses = None
        self._open = True
        return True

    def _watch(self, level: float) -> None:
        """Keep the floor and the level of the pauses."""
        self._recent.append(level)
        self._count += 1
        near = self.speech_level is not None and level >= self.speech_level - NEAR
        self._since_near = 0 if near else self._since_near + 1
        self._delayed.append(level)
        if near:
            # What came shortly before such a frame was the speaker drawing near it.
            self._delayed.clear()
        elif len(self._delayed) > AWAY:
            before = self._delayed.popleft()
            if self._since_near > 2 * AWAY:
                self._background.append(before)
        if self._count % LEVEL_EVERY == 0:
            self._was.append(self.speech_level)
        if self._count % 20 == 1:
            self._floor = float(np.percentile(self._recent, 10))
            if len(self._background) >= 50:
                low, high, self._pauses = (float(one) for one in np.percentile(self._background, (25, 75, 95)))
                self._murmur = high if self._pauses - low > STEADY else None

    def _threshold(self, speech: float) -> float:
        if self._pauses is None:
            return speech - UNKNOWN_PAUSES
        wanted = max(self._pauses + OVER_BACKGROUND, LEAST)
        return min(max(wanted, speech - FARTHEST), speech - NEAREST)

    def _consider_quieter(self, level: float, speech: float) -> None:
        """A new, quieter caller: talk well above the floor for a while, and nothing louder in between."""
        if self._since_near < 2 * AWAY:
            self._quieter.clear()
        elif level >= max(self._floor + UNKNOWN_OVER_FLOOR, speech - FARTHEST - HOLD):
            self._quieter.append(level)
            near = sum(1 for one in self._quieter if one >= speech - QUIETER)
            if near >= SOON or len(self._quieter) >= LATE:
                self.speech_level = float(np.percentile(self._quieter, 80))
                self._quieter.clear()
                self._background.clear()
                self._pauses = None
