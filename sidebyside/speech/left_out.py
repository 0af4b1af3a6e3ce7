"""Gathers what the gate leaves out of a side, so that it can be looked at on request: to tell that nothing was missed.

Nothing here goes to the second pass, to redaction's memory or to disk: it is other people's talk.
"""

from __future__ import annotations

import msgspec
import numpy as np

from sidebyside.speech.gate import FRAME, SILENCE, Levels
from sidebyside.speech.recogniser import RATE, Sound

OVER_FLOOR = 8.0
"""dB over the quietest moments at which something is going on."""
LEAST = -72.0
"""dB below which nothing is."""
PAUSE, LONGEST, SHORTEST = 0.5, 5.0, 0.4
"""Seconds of quiet that end a stretch, that it lasts at most, and of sound that it must have.

Live text waits while one is decoded: 0.15 s for five.
"""
JUMP = 0.1
"""Seconds by which sound may arrive off its expected time before it counts as a new stretch."""
PEAK = 0.3
"""Full scale to which its loudest moment is raised: engines do not understand a whisper."""


class Stretch(msgspec.Struct, frozen=True):
    """Sound between two session times that was left out."""

    start: float
    end: float
    sound: Sound


class _Block(msgspec.Struct, frozen=True):
    at: float
    sound: Sound
    busy: float
    """Seconds of it in which something is going on."""

    @property
    def end(self) -> float:
        return self.at + len(self.sound) / RATE


class LeftOut:
    """One side's stretches. Feed every block, and since when an utterance is under way, if one is."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._quiet = 0.0

    def push(self, at: float, sound: Sound, levels: Levels, floor: float, *, since: float | None) -> Stretch | None:
        """Take one block that begins at session time `at`; returns a stretch where one has ended.

        Args:
            at: seconds.
            sound: the block.
            levels: of its frames, as the gate gives them.
            floor: dB of the quietest moments.
            since: when the utterance under way began: from there on nothing was left out.
        """
        if self._blocks and abs(at - self._blocks[-1].end) > JUMP:
            # Sound of another call, or from before a pause: whoever asked then no longer looks.
            self._forget()
        if since is not None:
            self._blocks = [block for block in self._blocks if block.end <= since]
            return self._end()
        block = _Block(at, sound, int((levels >= max(floor + OVER_FLOOR, LEAST)).sum()) * FRAME / RATE)
        if not self._blocks and not block.busy:
            return None
        self._blocks.append(block)
        self._quiet = 0.0 if block.busy else self._quiet + len(sound) / RATE
        if self._quiet >= PAUSE or at - self._blocks[0].at >= LONGEST:
            return self._end()
        return None

    def _forget(self) -> None:
        self._blocks, self._quiet = [], 0.0

    def _end(self) -> Stretch | None:
        blocks, quiet = self._blocks, self._quiet
        self._forget()
        if sum(block.busy for block in blocks) < SHORTEST:
            return None
        sound = np.concatenate([block.sound for block in blocks])
        peak = float(np.abs(sound).max())
        if peak <= 10 ** (SILENCE / 20):
            return None
        start = max(0.0, blocks[0].at)
        return Stretch(start, max(start, blocks[-1].end - quiet), (sound * (PEAK / peak)).astype(np.float32))
