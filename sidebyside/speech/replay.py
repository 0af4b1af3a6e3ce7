"""After a crash of the speech process: gives sound that comes again back to the utterances it belonged to."""

from __future__ import annotations

import numpy as np

from sidebyside.model import Side
from sidebyside.speech.first_pass import Spoken
from sidebyside.speech.messages import Settled
from sidebyside.speech.recogniser import RATE, Sound


class Replay:
    """Utterances the first pass had finished, and their sound as it arrives a second time. Not thread-safe."""

    def __init__(self) -> None:
        self._expected: dict[Side, list[Settled]] = {}
        self._sound: dict[Side, list[tuple[float, Sound]]] = {}

    def expect(self, settled: Settled) -> None:
        """An utterance whose sound will come again."""
        self._expected.setdefault(settled.side, []).append(settled)

    def take(self, side: Side, at: float, sound: Sound) -> tuple[list[Spoken], bool]:
        """Take one block.

        Returns:
            The utterances that are complete by now, and whether the block is new and must be decoded.
        """
        expected = self._expected.get(side)
        if not expected:
            return [], True
        if at >= expected[-1].end:
            return self._complete(side), True
        self._sound.setdefault(side, []).append((at, sound))
        ended = at + len(sound) / RATE >= expected[-1].end
        return (self._complete(side) if ended else []), False

    def needed_from(self, side: Side) -> float | None:
        """Start of the oldest utterance of this side that is not complete yet."""
        expected = self._expected.get(side)
        return expected[0].start if expected else None

    def flush(self) -> list[Spoken]:
        """The call ended: complete what is there."""
        return [spoken for side in list(self._expected) for spoken in self._complete(side)]

    def _complete(self, side: Side) -> list[Spoken]:
        blocks = self._sound.pop(side, [])
        done = []
        for one in self._expected.pop(side, []):
            parts = [_within(at, sound, one.start, one.end) for at, sound in blocks]
            sound = np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)
            if len(sound):
                done.append(
                    Spoken(
                        epoch=one.epoch,
                        side=side,
                        id=one.id,
                        start=one.start,
                        end=one.end,
                        text=one.text,
                        sound=sound,
                    )
                )
        return done


def _within(at: float, sound: Sound, start: float, end: float) -> Sound:
    first = round(max(0.0, start - at) * RATE)
    last = round(min(len(sound) / RATE, end - at) * RATE)
    return sound[first:last] if last > first else sound[:0]
