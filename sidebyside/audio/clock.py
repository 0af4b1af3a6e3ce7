"""The session clock: seconds since the start, driven by the sound that was captured and held to the system's clock."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

TOLERANCE = 0.25
"""Seconds that sound may be late before it counts as a stall."""
_NEAR = 0.05
"""Seconds of difference up to which the clock is moved so gently that no word notices."""
_SMOOTHING = 1.0
"""Seconds over which lateness is averaged, because callbacks come unevenly."""


def boot_time() -> float:
    """Seconds on a clock that is never set and goes on while the computer sleeps."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        # Unlike time.monotonic there, Apple's CLOCK_MONOTONIC counts sleep.
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


class Placed(NamedTuple):
    """Where a block of sound lies in the session, in seconds."""

    at: float
    """Start of the block."""
    stall: tuple[float, float] | None
    """The stretch right before it in which the device gave nothing, if it stalled."""


class SessionClock:
    """Seconds since it was made; safe to use from any thread.

    Blocks of sound lie end to end. They are placed by counting samples, which is free of the jitter of callbacks, and
    the count is slewed to the system's clock, so that a device whose rate is off by some hundred parts in a million
    stays within a few hundredths of a second for hours. A device that stalls leaves a hole; what follows has right
    times again.
    """

    def __init__(self, speed: float = 1.0, monotonic: Callable[[], float] = boot_time) -> None:
        """
        Args:
            speed: session seconds a second of the system's clock; 1 for a sitting, more for playing a file faster,
                0 for a clock that only sound moves.
            monotonic: the system's clock, in seconds.
        """
        if speed < 0:
            raise ValueError("a session clock cannot go backwards")
        self.speed = speed
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._origin = monotonic()
        self._end = 0.0
        self._late = 0.0
        self._resting = True

    def now(self) -> float:
        """Session seconds now: never less than before, never before the end of the sound captured."""
        with self._lock:
            return max(self._end, self.reading())

    def reading(self) -> float:
        """Session seconds by the system's clock alone: 0 at speed 0."""
        return (self._monotonic() - self._origin) * self.speed

    def captured(self, samples: int, rate: float, arrived: float | None = None) -> Placed:
        """Places the next block of a live device.

        Args:
            samples: of one channel.
            rate: samples a second.
            arrived: the `reading` at which the block was complete; None for now.
        """
        length = samples / rate
        with self._lock:
            heard = self.reading() if arrived is None else arrived
            if self._resting:
                self._begin(heard - length)
            late = heard - (self._end + length)
            start = self._end
            if late > TOLERANCE and self.speed > 0:
                self._end += late
                self._late = 0.0
                stall = (start, self._end)
            else:
                stall = None
            at = self._end
            self._end += length if stall else length + self._slew(late, length)
            return Placed(at, stall)

    def advance(self, samples: int, rate: float) -> tuple[float, float]:
        """Moves on by exactly this much sound and returns its start and end.

        For sound that is known to be there or known to be lost: a file's, or what an overrun dropped.
        """
        with self._lock:
            if self._resting:
                self._begin(self.reading())
            start = self._end
            self._end += samples / rate
            return start, self._end

    def rest(self) -> None:
        """Says that sound stops here on purpose, so that the quiet until the next block is no stall."""
        with self._lock:
            self._resting = True

    def _begin(self, at: float) -> None:
        self._resting = False
        self._end = max(self._end, at)
        self._late = 0.0

    def _slew(self, late: float, length: float) -> float:
        """Seconds by which to stretch (or, below zero, to shrink) this block's place to come nearer the system's clock.

        At 5 % of the average lateness a second, a drift of 1000 ppm settles at 0.02 s.
        """
        if self.speed == 0:
            return 0.0
        self._late += (late - self._late) * min(1.0, length / _SMOOTHING)
        if abs(self._late) <= _NEAR:
            step = self._late * 0.05 * length
        else:
            most = length * (0.1 if abs(self._late) <= TOLERANCE else 0.5)
            step = max(-most, min(most, self._late))
        self._late -= step
        return step
