"""Listening to an input device: the callback copies into a ring, one thread does all the rest."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidebyside.audio.clock import TOLERANCE, SessionClock
from sidebyside.audio.devices import InputDevice
from sidebyside.audio.portaudio import portaudio, stream_closed, stream_opened
from sidebyside.audio.ring import Ring, Taken
from sidebyside.audio.source import OnBlock, OnGap, OnLost, effective_layout
from sidebyside.audio.splitter import Splitter
from sidebyside.errors import DeviceFailed
from sidebyside.model import GapReason, Layout, Side

CALLBACK_SECONDS = 0.032
RING_SECONDS = 5.0
SILENT_SECONDS = 1.0
"""A device that gives nothing for so long while it should be running is lost."""
FIRST_SECONDS = 5.0
"""The same, for the first sound: Bluetooth headsets and sleeping sound servers take seconds to wake."""
_LOOK = 0.25
_CLOSE_SECONDS = 2.0
_OTHER_RATES = (48_000, 44_100, 16_000)


class Capture:
    """A `Source` that listens to a device, at the device's own rate; one use each."""

    def __init__(
        self,
        device: InputDevice,
        layout: Layout,
        clock: SessionClock,
        *,
        on_block: OnBlock,
        on_gap: OnGap,
        on_lost: OnLost,
    ) -> None:
        """
        Args:
            device: from `find_device`.
            layout: how its channels map to sides; a device of one channel is always mono.
            clock: of the session, at speed 1.
            on_block: told of each block, on the thread `audio-capture`.
            on_gap: told of stretches lost to a stalled device or to a reader that came too late.
            on_lost: told when the device died; nothing comes after it, and `stop` is still to be called.
        """
        if clock.speed != 1.0:
            raise ValueError("a device is heard at the speed of time")
        self._device = device
        self._layout = effective_layout(layout, device.channels)
        self._channels = min(2, device.channels)
        self._clock = clock
        self._on_block, self._on_gap, self._on_lost = on_block, on_gap, on_lost
        self._stream: Any = None
        self._ring: Ring
        self._splitter: Splitter
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._closing = threading.Lock()
        self.rate = device.rate
        """Samples a second at which the device is open."""

    @property
    def layout(self) -> Layout:
        """How channels map to sides."""
        return self._layout

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides of every block, in order."""
        return self._layout.sides

    @property
    def overruns(self) -> int:
        """Blocks lost because nobody took them in time, by this app or by the sound system."""
        return self._ring.overruns if self._thread else 0

    def start(self) -> None:
        """Opens the device and starts to listen.

        Raises:
            DeviceFailed: the device refuses to open, e.g. because it was unplugged or another program holds it.
        """
        if self._thread is not None:
            raise RuntimeError("a capture is started once")
        sounddevice = portaudio()
        stream_opened()
        try:
            self._stream = self._open(sounddevice)
            self._splitter = Splitter(self._layout, self.rate, self._on_block)
            self._stream.start()
        except BaseException as error:
            if self._stream is not None:
                self._stream.close(ignore_errors=True)
            stream_closed()
            if isinstance(error, sounddevice.PortAudioError | ValueError):
                raise DeviceFailed(
                    f"The device “{self._device.name}” could not be opened ({_first_line(error)}). "
                    "Nothing was heard yet; notes and flags work. Plug it in again, close other programs that use it, "
                    "or choose another device."
                ) from error
            raise
        self._thread = threading.Thread(target=self._run, name="audio-capture", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops listening; everything captured before the call has been delivered when it returns.

        It waits for sound still on its way through the device's buffers (0.1 s as a rule, 0.5 s at most) and for
        `on_block`. Called from one of the callbacks it cannot wait and returns at once.
        """
        thread = self._thread
        if thread is None:
            return
        if threading.current_thread() is thread:
            self._stopping.set()
            self._ring.close()
            return
        if not self._stopping.is_set() and not self._ring.closed:
            self._ring.await_callback(self._clock.reading() + float(self._stream.latency), timeout=0.5)
        self._stopping.set()
        self._ring.close()
        thread.join()

    def _open(self, sounddevice: Any) -> Any:
        """The stream, not yet started, at the device's own rate or else at the first common one it takes."""
        rates = (self._device.rate, *(rate for rate in _OTHER_RATES if rate != self._device.rate))
        refusal: Exception | None = None
        for rate in rates:
            frames = round(rate * CALLBACK_SECONDS)
            self._ring = Ring(round(RING_SECONDS / CALLBACK_SECONDS), frames, self._channels)
            try:
                stream = sounddevice.InputStream(
                    device=self._device.index,
                    samplerate=rate,
                    channels=self._channels,
                    blocksize=frames,
                    dtype="float32",
                    latency="high",
                    callback=self._callback,
                    finished_callback=self._ring.close,
                )
            except sounddevice.PortAudioError as error:
                refusal = refusal or error
            else:
                self.rate = rate
                return stream
        assert refusal is not None
        raise refusal

    def _callback(self, sound: NDArray[np.float32], frames: int, time: Any, status: Any) -> None:
        self._ring.put(sound, self._clock.reading(), bool(status.input_overflow))

    def _run(self) -> None:
        try:
            for taken in self._blocks():
                self._hear(taken)
            self._drop(self._ring.dropped_at_end)
            self._splitter.finish()
        except BaseException:
            self._clock.rest()
            self._on_lost(
                "Listening stopped because of a fault in this program. What was heard and typed so far is kept. "
                "Notes and flags work; to listen again, choose the device anew."
            )
            raise
        else:
            self._clock.rest()
            if not self._stopping.is_set():
                self._on_lost(
                    f"The device “{self._device.name}” stopped giving sound. What was heard so far is kept, and notes "
                    "and flags work. Check the plug, then start listening again."
                )
        finally:
            self._close_stream()

    def _blocks(self) -> Iterator[Taken]:
        """Blocks until the ring is closed and empty, or the device has been silent for too long."""
        silent, allowed, last = 0.0, FIRST_SECONDS, float("inf")
        while silent < allowed:
            taken = self._ring.take(_LOOK)
            if taken is None:
                if self._ring.closed:
                    return
                # Waits are counted, not clock time: this process may itself have been asleep.
                silent += _LOOK
                continue
            silent, allowed = 0.0, SILENT_SECONDS
            burst = self._burst(taken) if taken.arrived - last > TOLERANCE else [taken]
            last = burst[-1].arrived
            yield from backdated(burst, self.rate)

    def _burst(self, first: Taken) -> list[Taken]:
        """The first block after a pause of the callbacks, and those that come right after it in quick succession."""
        burst = [first]
        while (taken := self._ring.take(len(first.sound) / self.rate)) is not None:
            burst.append(taken)
            if taken.arrived - burst[-2].arrived > 0.5 * len(taken.sound) / self.rate:
                break
        return burst

    def _hear(self, taken: Taken) -> None:
        self._drop(taken.dropped)
        placed = self._clock.captured(len(taken.sound), self.rate, taken.arrived)
        if placed.stall is not None:
            self._splitter.finish()
            self._on_gap(*placed.stall, GapReason.OVERRUN if taken.overflowed else GapReason.DEVICE_LOST)
        self._splitter.feed(taken.sound, placed.at)

    def _drop(self, frames: int) -> None:
        """Leaves a gap of so many frames that the ring had no room for."""
        if frames:
            self._splitter.finish()
            start, end = self._clock.advance(frames, self.rate)
            self._on_gap(start, end, GapReason.OVERRUN)

    def _close_stream(self) -> None:
        """Closes the stream on a thread of its own: a dead sound server can hold the call for good."""
        closer = threading.Thread(target=self._abort, name="audio-close", daemon=True)
        closer.start()
        closer.join(_CLOSE_SECONDS)

    def _abort(self) -> None:
        with self._closing:
            self._stream.abort(ignore_errors=True)
            self._stream.close(ignore_errors=True)
        stream_closed()


def backdated(burst: list[Taken], rate: int) -> list[Taken]:
    """Blocks that came late and in quick succession, with the times at which they would have come otherwise.

    Sound that came late was not lost: only the last block has a true time, and the others lie end to end before it.
    """
    timed: list[Taken] = []
    due = float("inf")
    for taken in reversed(burst):
        timed.append(taken._replace(arrived=min(due, taken.arrived)))
        due = timed[-1].arrived - (len(taken.sound) + taken.dropped) / rate
    return timed[::-1]


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
