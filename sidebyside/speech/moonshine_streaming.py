"""The first pass by Moonshine's streaming models, which only Moonshine's own library can run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sidebyside.errors import NoSuchEngine
from sidebyside.speech.recogniser import RATE, Sound, UtteranceStream

WIDTHS = ((400, "TINY_STREAMING"), (700, "SMALL_STREAMING"), (10_000, "MEDIUM_STREAMING"))
"""Widest encoder of each architecture, as `streaming_config.json` has it: 320, 620 and 768 are in use."""

OPTIONS = {"return_audio_data": "false"}
"""By default the library hands back all sound it was ever given, as Python lists, each time it is asked for text."""

NEVER = 1e9
"""Seconds between the library's own updates: it is asked when text is wanted."""


class MoonshineStreamingRecogniser:
    """One transcriber for the process; a stream of it an utterance. Two cores are not enough for the larger ones.

    Args:
        folder: `streaming_config.json`, `tokenizer.bin` and the parts of the model beside them.
        architecture: the library's name for it; without one, what the configuration tells.

    Raises:
        NoSuchEngine: the library is missing, or cannot load what is there.
    """

    name = "moonshine"

    def __init__(self, folder: Path, architecture: str = "") -> None:
        try:
            from moonshine_voice import ModelArch, Transcriber
        except (ImportError, OSError) as error:
            raise NoSuchEngine(f"Moonshine is not installed ({error}). Install Side by Side again.") from error
        arch = ModelArch[architecture or architecture_of(folder)]
        try:
            self._transcriber: Any = Transcriber(str(folder), arch, update_interval=NEVER, options=OPTIONS)
        except Exception as error:
            # Its errors have a base class of their own, and ctypes raises others.
            raise NoSuchEngine(
                f"The Moonshine model in {folder} cannot be loaded ({error}). Install it again."
            ) from error

    def open(self, after: UtteranceStream | None = None) -> MoonshineStreamingStream:
        """A stream for one utterance."""
        return MoonshineStreamingStream(self._transcriber.create_stream(update_interval=NEVER))


class MoonshineStreamingStream:
    """One utterance; the library cuts it into lines as it sees fit."""

    confidence = 0.0

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._stream.start()
        self._fed = False

    def feed(self, sound: Sound, *, voiced: bool) -> None:
        """Hand the sound over; it is decoded when text is asked for."""
        if len(sound):
            self._stream.add_audio(sound.tolist(), RATE)
            self._fed = True

    def pause(self) -> None:
        """The library finds its own pauses."""

    def partial(self) -> str:
        """The words so far."""
        return _text(self._stream.update_transcription()) if self._fed else ""

    def final(self) -> str:
        """The words of the whole utterance; the stream is given back."""
        try:
            return _text(self._stream.stop()) if self._fed else ""
        finally:
            self._stream.close()


def architecture_of(folder: Path) -> str:
    """The library's name for what a folder holds.

    Raises:
        NoSuchEngine: its configuration cannot be read.
    """
    try:
        width = int(json.loads((folder / "streaming_config.json").read_bytes())["encoder_dim"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoSuchEngine(
            f"{folder} is not a streaming Moonshine model: its streaming_config.json cannot be read. Install it again."
        ) from error
    return next(name for most, name in WIDTHS if width <= most)


def _text(transcript: Any) -> str:
    lines = transcript.lines if transcript is not None else ()
    return " ".join(line.text.strip() for line in lines if line.text.strip())
