"""Where a session's sound comes from: an input device, or a file through the same path."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from sidebyside.audio.clock import SessionClock
from sidebyside.audio.source import OnBlock, OnEnd, OnGap, OnLost, Source
from sidebyside.model import Layout


class OpenSource(Protocol):
    """Makes a source that has not started yet."""

    def __call__(
        self, clock: SessionClock, on_block: OnBlock, on_gap: OnGap, on_lost: OnLost, on_end: OnEnd, /
    ) -> Source:
        """
        Raises:
            NoDevice, DeviceFailed, UnreadableSound: there is nothing to listen to.
        """


def device(name: str | None, layout: Layout) -> OpenSource:
    """The input of that name, or the default one, looked up when listening begins."""

    def opened(clock: SessionClock, on_block: OnBlock, on_gap: OnGap, on_lost: OnLost, on_end: OnEnd, /) -> Source:
        from sidebyside.audio.capture import Capture
        from sidebyside.audio.devices import find_device

        return Capture(find_device(name), layout, clock, on_block=on_block, on_gap=on_gap, on_lost=on_lost)

    return opened


def sound_file(path: Path, layout: Layout) -> OpenSource:
    """A sound file, at the pace of the session's clock."""

    def opened(clock: SessionClock, on_block: OnBlock, on_gap: OnGap, on_lost: OnLost, on_end: OnEnd, /) -> Source:
        from sidebyside.audio.file import FileSource

        return FileSource(path, layout, clock, on_block=on_block, on_lost=on_lost, on_end=on_end)

    return opened
