"""Listening to a sound file, by the same path and with the same blocks as to a device."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from sidebyside.audio.clock import SessionClock
from sidebyside.audio.source import OnBlock, OnEnd, OnLost, effective_layout
from sidebyside.audio.splitter import Splitter
from sidebyside.errors import UnreadableSound
from sidebyside.model import Layout, Side

CHUNK_SECONDS = 0.032
_FRAMES_UNKNOWN = 1 << 40
_SHORT = re.compile(r"^\s*(?:data|SSND)\s*:\s*(\d+) \(should be (\d+)\)", re.MULTILINE)
"""libsndfile's remark on a WAV or AIFF file that holds less than it says."""
_SIZE_UNKNOWN = 0x7FFF_FFFF
"""Sizes from here on are what programs write that did not know the size beforehand."""


class _Forward(soundfile.SoundFile):  # type: ignore[misc]
    """A sound file read from front to end.

    Where it can, soundfile seeks to its own place after every read. In an MP3 file such seeks are inexact: read in
    pieces, most of the sound is silence. So it must not know that it can.
    """

    def seekable(self) -> bool:
        return False


class FileSource:
    """A `Source` that plays a file into the session at the clock's speed; one use each.

    At speed 0 it goes as fast as `on_block` takes it. It waits for `on_block` and so never loses anything.
    """

    def __init__(
        self,
        path: Path,
        layout: Layout,
        clock: SessionClock,
        *,
        on_block: OnBlock,
        on_lost: OnLost,
        on_end: OnEnd,
    ) -> None:
        """
        Args:
            path: any file that libsndfile reads (WAV, FLAC, Ogg, MP3, AIFF…), of any rate and number of channels.
            layout: mono mixes all channels, the others take the first two; a file of one channel is always mono.
            clock: of the session; its speed is the speed of playing.
            on_block: told of each block, on the thread `audio-file`.
            on_lost: told instead of `on_end` if the file breaks off, after all that could be read was delivered.
            on_end: told after the last block. Neither is told if `stop` came first.

        Raises:
            UnreadableSound: there is no such file, it is no sound file, or it holds no sound.
        """
        self._path = path
        self._clock = clock
        self._on_block, self._on_lost, self._on_end = on_block, on_lost, on_end
        self._file = _opened(path)
        self._layout = effective_layout(layout, self._file.channels)
        self._splitter = Splitter(self._layout, self._file.samplerate, on_block)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._read = 0

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
        """Always 0: a file waits."""
        return 0

    @property
    def rate(self) -> int:
        """The file's own samples a second."""
        return int(self._file.samplerate)

    @property
    def duration(self) -> float | None:
        """Seconds of sound in the file, as it says; None if it does not."""
        return None if self._file.frames > _FRAMES_UNKNOWN else self._file.frames / self._file.samplerate

    def start(self) -> None:
        """Starts to play."""
        if self._thread is not None:
            raise RuntimeError("a file source is started once")
        self._thread = threading.Thread(target=self._run, name="audio-file", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops; all that was played before has been delivered when it returns, for which it waits for `on_block`.

        Called from one of the callbacks it cannot wait and returns at once.
        """
        self._stopping.set()
        if self._thread is None:
            self._file.close()
        elif self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        message = ""
        try:
            for chunk in self._chunks():
                self._hear(chunk)
                if self._stopping.is_set():
                    break
            self._splitter.finish()
            message = self._cut_short()
        except soundfile.SoundFileError as error:
            self._splitter.finish()
            message = self._broken_off(str(error))
        except BaseException:
            self._on_lost(
                f"Playing {self._path.name} stopped because of a fault in this program. "
                "What was heard and typed so far is kept. To listen again, open the file anew."
            )
            raise
        finally:
            self._clock.rest()
            self._file.close()
        if self._stopping.is_set():
            return
        if message:
            self._on_lost(message)
        else:
            self._on_end()

    def _chunks(self) -> Iterator[NDArray[np.float32]]:
        frames = max(1, round(self._file.samplerate * CHUNK_SECONDS))
        while len(chunk := self._file.read(frames, dtype="float32", always_2d=True)):
            self._read += len(chunk)
            yield chunk

    def _hear(self, chunk: NDArray[np.float32]) -> None:
        start, end = self._clock.advance(len(chunk), self._file.samplerate)
        self._await(end)
        # What a sound card cannot give, a broken file of floats can: not a number, or far over full scale.
        np.clip(np.nan_to_num(chunk, copy=False), -1.0, 1.0, out=chunk)
        self._splitter.feed(chunk, start)

    def _await(self, end: float) -> None:
        """Waits until the session has come to that time, as it would with a device, unless told to stop."""
        while self._clock.speed > 0 and (ahead := end - self._clock.reading()) > 0:
            if self._stopping.wait(ahead / self._clock.speed):
                return

    def _cut_short(self) -> str:
        """What to say if the file holds less than it promises; empty if it is whole."""
        if self._stopping.is_set():
            return ""
        missing = self._file.frames < _FRAMES_UNKNOWN and self._read < self._file.frames
        short = _SHORT.search(self._file.extra_info)
        if short is not None:
            promised, there = int(short[1]), int(short[2])
            missing = missing or there < promised < _SIZE_UNKNOWN
        return self._broken_off("it holds less than it says") if missing else ""

    def _broken_off(self, why: str) -> str:
        return (
            f"The sound file {self._path.name} breaks off before its end ({why.strip().rstrip('.') or 'damaged'}). "
            "What could be read of it was heard and is kept. For the rest, get the file again."
        )


def _opened(path: Path) -> _Forward:
    if not path.is_file():
        raise UnreadableSound(f"There is no sound file {path}. Check the name and try again.")
    try:
        opened = _Forward(path)
    except (soundfile.SoundFileError, OSError, TypeError) as error:
        raise UnreadableSound(
            f"{path.name} cannot be read as sound: it is damaged or of another kind. Nothing was changed. "
            "Use a WAV, FLAC, Ogg, MP3 or AIFF file."
        ) from error
    if opened.frames <= 0:
        opened.close()
        raise UnreadableSound(f"{path.name} holds no sound: it is empty. Nothing was changed. Choose another file.")
    return opened
