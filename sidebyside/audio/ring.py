"""The bounded ring between the sound callback, which must never wait, and the thread that reads."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Taken(NamedTuple):
    """A block out of the ring."""

    sound: NDArray[np.float32]
    """Frames by channels."""
    arrived: float
    """When its callback came, on the session clock."""
    dropped: int
    """Frames dropped right before it because the ring was full."""
    overflowed: bool
    """The sound system itself says that it lost something before this block."""


class Ring:
    """Room for some blocks in memory made once; one thread puts, one takes."""

    def __init__(self, blocks: int, frames: int, channels: int) -> None:
        """
        Args:
            blocks: how many fit.
            frames: the most that a block may have.
            channels: of every block.
        """
        self._room = np.zeros((blocks, frames, channels), dtype=np.float32)
        self._filled: deque[tuple[int, int, float, int, bool]] = deque()
        self._free = deque(range(blocks))
        self._dropped = 0
        self._closed = False
        self._changed = threading.Condition()
        self.overruns = 0
        """Blocks that were dropped, or before which the sound system lost something."""
        self.last_arrived = float("-inf")
        """When the latest callback came, on the session clock."""

    def put(self, sound: NDArray[np.float32], arrived: float, overflowed: bool = False) -> None:
        """Copies a block in, or counts it as dropped if the ring is full; never waits for the reader."""
        with self._changed:
            self.last_arrived = arrived
            if not self._closed:
                self._fill(sound, arrived, overflowed)
            self._changed.notify_all()

    def _fill(self, sound: NDArray[np.float32], arrived: float, overflowed: bool) -> None:
        frames = len(sound)
        if overflowed or not self._free:
            self.overruns += 1
        if not self._free:
            self._dropped += frames
            return
        slot = self._free.popleft()
        self._room[slot, :frames] = sound
        self._filled.append((slot, frames, arrived, self._dropped, overflowed))
        self._dropped = 0

    def take(self, timeout: float) -> Taken | None:
        """The oldest block, waiting up to so many seconds for one; None if none came, or none will."""
        with self._changed:
            self._changed.wait_for(lambda: self._filled or self._closed, timeout)
            if not self._filled:
                return None
            slot, frames, arrived, dropped, overflowed = self._filled.popleft()
            # The slot's content is copied before it is free, and wiped: sound must not linger in memory.
            sound = self._room[slot, :frames].copy()
            self._room[slot] = 0.0
            self._free.append(slot)
            return Taken(sound, arrived, dropped, overflowed)

    def close(self) -> None:
        """Says that no more blocks come; what is in the ring can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def closed(self) -> bool:
        """No more blocks come, though some may be left to take."""
        return self._closed

    @property
    def dropped_at_end(self) -> int:
        """Frames dropped after the last block that went in."""
        return self._dropped

    def await_callback(self, after: float, timeout: float) -> bool:
        """Waits until a callback came at or after that session time, or the ring is closed, for so long at most."""
        deadline = time.monotonic() + timeout
        with self._changed:
            self._changed.wait_for(lambda: self.last_arrived >= after or self._closed, deadline - time.monotonic())
            return self.last_arrived >= after
