"""What every source of sound gives, live or from a file: blocks at 16 kHz, one array a side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from sidebyside.audio.levels import Level
from sidebyside.model import GapReason, Layout, Side

RATE = 16_000
"""Samples a second of all sound within the app."""
BLOCK = 1_024
"""Samples a side of every block but the last of a stretch: 64 ms."""


class SoundBlock(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """A short stretch of sound, at 16 kHz."""

    at: float
    """Its start, in session seconds."""
    sides: tuple[NDArray[np.float32], ...]
    """One array of equal length a side, in the order of the source's `sides`; full scale is 1.0."""
    levels: tuple[Level, ...]
    """Loudness of each side, in the same order."""

    @property
    def end(self) -> float:
        """Its end, in session seconds; what follows without a gap starts here, give or take a millisecond."""
        return self.at + len(self.sides[0]) / RATE


OnBlock = Callable[[SoundBlock], None]
"""Told of each block, in order, on the source's thread. It may wait: a file waits with it, a device's ring fills."""
OnGap = Callable[[float, float, GapReason], None]
"""Told of a stretch that was lost, from start to end in session seconds, before the block that follows it."""
OnLost = Callable[[str], None]
"""Told once, as the last thing, in words for a person, that the sound broke off and why."""
OnEnd = Callable[[], None]
"""Told once, as the last thing, that a file was heard to its end."""


class Source(Protocol):
    """A device or a file being listened to; one use each."""

    @property
    def layout(self) -> Layout:
        """How channels map to sides. A source of one channel is always `mono`, whatever was asked for."""
        ...

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides of every block, in order."""
        ...

    @property
    def overruns(self) -> int:
        """How often sound was lost because nobody took it in time."""
        ...

    def start(self) -> None:
        """Starts to listen.

        Raises:
            DeviceFailed: the device refuses.
        """
        ...

    def stop(self) -> None:
        """Stops; when it returns, all that was captured before has been delivered. Harmless when repeated."""
        ...


def effective_layout(layout: Layout, channels: int) -> Layout:
    """The layout that a source of so many channels can give: one channel cannot be split into sides."""
    return layout if channels > 1 else Layout.MONO
