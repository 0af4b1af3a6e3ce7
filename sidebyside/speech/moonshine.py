"""The first pass by Moonshine: whole stretches again and again as they grow, cut by our own pauses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from sidebyside.errors import NoSuchEngine
from sidebyside.speech.recogniser import RATE, Sound

SETTLE_AFTER = 2.5
"""Seconds of speech before a short pause settles what was said, so that partials stay cheap."""
LONGEST_WHOLE = 14.0
"""Seconds of an utterance that are decoded in one go for its final text; longer ones are joined from pieces."""
SHORTEST = 0.12
"""Seconds below which there is nothing to decode."""


def weights() -> Path:
    """The folder of the tiny English weights that come with the package.

    Raises:
        NoSuchEngine: the package is missing or has no weights in it.
    """
    try:
        import moonshine_voice
    except (ImportError, OSError) as error:
        raise NoSuchEngine(f"Moonshine is not installed ({error}). Install Side by Side again.") from error
    folder = Path(moonshine_voice.__file__).parent / "assets" / "tiny-en"
    if not (folder / "encoder_model.ort").is_file():
        raise NoSuchEngine("Moonshine's weights are missing. Install Side by Side again, or choose Vosk.")
    return folder


class MoonshineRecogniser:
    """Moonshine tiny English. Its own voice detector is off: we cut at pauses, which costs fewer words.

    The library's streaming interface is left aside on purpose: it cuts at every short pause, and decoding the
    growing stretch as a whole gave better text at the same delay.
    """

    name = "moonshine"

    def __init__(self) -> None:
        folder = weights()
        from moonshine_voice import ModelArch
        from moonshine_voice.transcriber import Transcriber

        options = {"return_audio_data": "false", "identify_speakers": "false", "vad_threshold": "0"}
        self._transcriber: Any = Transcriber(folder, ModelArch.TINY, options=options)
        self.transcribe(np.zeros(RATE, dtype=np.float32))

    def transcribe(self, sound: Sound) -> str:
        """The words of one stretch."""
        if len(sound) < SHORTEST * RATE:
            return ""
        lines = self._transcriber.transcribe_without_streaming(sound.tolist(), RATE).lines
        return " ".join(line.text.strip() for line in lines if line.text.strip())

    def open(self) -> MoonshineStream:
        """A stream for one utterance."""
        return MoonshineStream(self)


class MoonshineStream:
    """One utterance: settled text, and the piece under way that is decoded anew at each partial."""

    def __init__(self, engine: MoonshineRecogniser) -> None:
        self._engine = engine
        self._blocks: list[Sound] = []
        self._settled = ""
        self._settled_blocks = 0
        self._whole: str | None = None

    def feed(self, sound: Sound, *, voiced: bool) -> None:
        """Keep the sound for the next decoding."""
        self._blocks.append(sound)
        if voiced:
            self._whole = None

    def _seconds(self, first: int) -> float:
        return sum(len(block) for block in self._blocks[first:]) / RATE

    def pause(self) -> None:
        """Decode the whole at its first pause: it is the final text, should the speaker not go on."""
        if self._seconds(0) > LONGEST_WHOLE:
            self._settle(_with(self._settled, self._piece()))
            return
        self._whole = self._engine.transcribe(_joined(self._blocks))
        if self._seconds(self._settled_blocks) >= SETTLE_AFTER:
            self._settle(self._whole)

    def _settle(self, text: str) -> None:
        self._settled, self._settled_blocks = text, len(self._blocks)

    def _piece(self) -> str:
        return self._engine.transcribe(_joined(self._blocks[self._settled_blocks :]))

    def partial(self) -> str:
        """Settled text and the piece under way."""
        return _with(self._settled, self._piece())

    def final(self) -> str:
        """The whole utterance decoded at once, where it is short enough."""
        if self._whole is not None:
            return self._whole
        if self._seconds(0) <= LONGEST_WHOLE:
            return self._engine.transcribe(_joined(self._blocks))
        return self.partial()


def _with(settled: str, text: str) -> str:
    return f"{settled} {text}".strip()


def _joined(blocks: list[Sound]) -> Sound:
    return np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.float32)
