"""From a device's or file's channels and rate to blocks at 16 kHz, one array a side, each with its session time."""

from __future__ import annotations

from collections import deque

import numpy as np
import soxr
from numpy.typing import NDArray

from sidebyside.audio.levels import level
from sidebyside.audio.source import BLOCK, RATE, OnBlock, SoundBlock
from sidebyside.model import Layout


class Splitter:
    """Mixes or splits channels, resamples without seams, and cuts equal blocks, for one stretch after another.

    The resampler (soxr, high quality) holds back 40 ms at 48 kHz, up to 115 ms at 8 kHz. Its output is in step with its
    input, so a block's time follows from counting samples back to the input block they came from.
    """

    def __init__(self, layout: Layout, rate: int, deliver: OnBlock) -> None:
        """
        Args:
            layout: mono mixes all channels; the others take the first two.
            rate: of the sound fed in, in samples a second.
            deliver: called with each block.
        """
        self._layout = layout
        self._rate = rate
        self._deliver = deliver
        self._resampler = None if rate == RATE else soxr.ResampleStream(rate, RATE, len(layout.sides), dtype="float32")
        self._clear()

    def _clear(self) -> None:
        self._fed = 0
        self._delivered = 0
        self._anchors: deque[tuple[int, float]] = deque()
        self._waiting: NDArray[np.float32] = np.zeros((0, len(self._layout.sides)), dtype=np.float32)

    def feed(self, sound: NDArray[np.float32], at: float) -> None:
        """Takes the next piece.

        Args:
            sound: frames by channels; two channels at least unless the layout is mono.
            at: the session time of its first frame.
        """
        if not len(sound):
            return
        self._anchors.append((self._fed, at))
        self._fed += len(sound)
        sides = self._to_sides(sound)
        self._collect(sides if self._resampler is None else self._resampler.resample_chunk(sides))
        self._cut(BLOCK)

    def finish(self) -> None:
        """Delivers all that is held back, to the last sample; the next piece fed starts a new stretch."""
        if self._fed and self._resampler is not None:
            rest = np.zeros((0, len(self._layout.sides)), dtype=np.float32)
            self._collect(self._resampler.resample_chunk(rest, last=True))
            self._resampler.clear()
        self._cut(1)
        self._clear()

    def _to_sides(self, sound: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._layout is Layout.MONO:
            return np.ascontiguousarray(sound.mean(axis=1, dtype=np.float32, keepdims=True))
        return np.ascontiguousarray(sound[:, :2])

    def _collect(self, resampled: NDArray[np.float32]) -> None:
        self._waiting = np.concatenate((self._waiting, resampled))

    def _cut(self, least: int) -> None:
        while len(self._waiting) >= least:
            piece = self._waiting[:BLOCK]
            self._waiting = self._waiting[BLOCK:]
            sides = tuple(np.ascontiguousarray(piece[:, number]) for number in range(piece.shape[1]))
            block = SoundBlock(at=self._time(self._delivered), sides=sides, levels=tuple(map(level, sides)))
            self._delivered += len(piece)
            self._deliver(block)

    def _time(self, sample: int) -> float:
        """Session time of a sample delivered at 16 kHz."""
        frame = sample * self._rate / RATE
        while len(self._anchors) > 1 and self._anchors[1][0] <= frame:
            self._anchors.popleft()
        first, at = self._anchors[0]
        return at + (frame - first) / self._rate
