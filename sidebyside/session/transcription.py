"""Sound files to text by the same pipeline as a session: same passes, same masks, nothing stored."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from sidebyside.audio.clock import SessionClock
from sidebyside.audio.file import FileSource
from sidebyside.audio.source import SoundBlock
from sidebyside.errors import SpeechFailed, UnreadableSound
from sidebyside.model import Layout, Side, SpeechState
from sidebyside.session.hearing import Hearing, Text
from sidebyside.speech.messages import Plan

OnProgress = Callable[[float], None]
"""Told how many seconds have been heard."""

LOAD = 120.0
"""Seconds that loading the engines may take."""
DRAIN = 600.0


class Transcriber:
    """Loads the engines once and transcribes any number of files, one after the other.

    Args:
        plan: which engines and models; sides and liveliness are seen to here.
    """

    def __init__(self, plan: Plan) -> None:
        self._hearing: Hearing | None = None
        self._plan = msgspec.structs.replace(plan, sides=(Side.MIXED, Side.REP, Side.CUSTOMER), live=False)
        self._trouble = ""

    def partial(self, text: Text) -> None:
        """Words under way are of no use here."""

    def settled(self, texts: Sequence[Text]) -> None:
        """The hearing keeps them."""

    def gone(self, text: Text) -> None:
        """The hearing has dropped it."""

    def left_out(self, text: Text) -> None:
        """Nobody asks for it here."""

    def speech(self, state: SpeechState, message: str, engine: str) -> None:
        """Keep what went wrong."""
        if state is SpeechState.FAILED:
            self._trouble = message

    def __enter__(self) -> Transcriber:
        self._hearing = Hearing(self._plan, self)
        self._hearing.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._hearing:
            self._hearing.stop()

    def run(
        self,
        path: Path,
        layout: Layout,
        speed: float = 0.0,
        on_progress: Callable[[float], None] = lambda seconds: None,
    ) -> list[Text]:
        """All utterances of one file in order of time, refined and masked.

        Args:
            path: a sound file of any rate and number of channels.
            layout: how its channels map to sides.
            speed: 0 is as fast as it goes.
            on_progress: told how many seconds have been heard.

        Raises:
            UnreadableSound: the file cannot be read, or breaks off.
            SpeechFailed: the engines do not load, or stop for good.
        """
        hearing = self._hearing
        if hearing is None:
            raise RuntimeError("use it in a with block")
        if not hearing.speech.wait_ready(LOAD):
            raise SpeechFailed(self._trouble or "Speech recognition did not start; nothing was transcribed.")
        hearing.begin_anew()
        over = threading.Event()
        broken: list[str] = []

        def on_block(block: SoundBlock) -> None:
            hearing.block(block, source.sides)
            hearing.wait_for_room()
            if on_progress is not None:
                on_progress(block.end)

        def on_lost(message: str) -> None:
            broken.append(message)
            over.set()

        clock = SessionClock(speed=speed)
        source = FileSource(path, layout, clock, on_block=on_block, on_lost=on_lost, on_end=over.set)
        source.start()
        try:
            over.wait()
        finally:
            source.stop()
        if not hearing.flush(DRAIN, clock.now()):
            raise SpeechFailed(self._trouble or f"Speech recognition stopped while hearing {path.name}.")
        hearing.reveal_rest()
        if broken:
            raise UnreadableSound(broken[0])
        return hearing.texts()
