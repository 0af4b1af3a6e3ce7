"""An ear that keeps what a source tells it, and sound for it to hear."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sidebyside.audio.source import RATE, SoundBlock
from sidebyside.model import GapReason

Tones = Callable[..., Path]


class Ear:
    """Keeps every block, gap and message that a source tells of, and lets a test wait for one."""

    def __init__(self) -> None:
        self.blocks: list[SoundBlock] = []
        self.gaps: list[tuple[float, float, GapReason]] = []
        self.lost: list[str] = []
        self.ends = 0
        self._changed = threading.Condition()

    def on_block(self, block: SoundBlock) -> None:
        with self._changed:
            self.blocks.append(block)
            self._changed.notify_all()

    def on_gap(self, start: float, end: float, reason: GapReason) -> None:
        with self._changed:
            self.gaps.append((start, end, reason))
            self._changed.notify_all()

    def on_lost(self, message: str) -> None:
        with self._changed:
            self.lost.append(message)
            self._changed.notify_all()

    def on_end(self) -> None:
        with self._changed:
            self.ends += 1
            self._changed.notify_all()

    def wait(self, condition: Callable[[Ear], object], seconds: float) -> None:
        """Waits until that is true of this ear; fails the test if it does not become so in time."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self), seconds), f"not within {seconds} s: {vars(self)}"

    def heard(self, side: int = 0) -> NDArray[np.float32]:
        """Everything heard on one side, end to end."""
        if not self.blocks:
            return np.zeros(0, dtype=np.float32)
        return np.concatenate([block.sides[side] for block in self.blocks])

    @property
    def seconds(self) -> float:
        """How much was heard."""
        return sum(len(block.sides[0]) for block in self.blocks) / RATE


def strength(sound: NDArray[np.float32], frequency: float) -> float:
    """Amplitude of one frequency in sound at 16 kHz."""
    times = np.arange(len(sound)) / RATE
    return float(2 * np.abs(np.mean(sound * np.exp(-2j * np.pi * frequency * times)))) if len(sound) else 0.0
